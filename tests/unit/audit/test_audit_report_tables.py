"""Tables of a report as CSV."""

import csv
import io
from dataclasses import replace

import pytest
import report_samples

from jadelite.audit import report_tables
from jadelite.domain.model_reports import ContestedList


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_threshold_is_a_row_with_every_figure_in_six_columns() -> None:
    rows = read(report_tables.thresholds_csv(report_samples.report()))

    assert len(rows) == 2 * 24  # two models
    row = next(row for row in rows if row["threshold"] == "0.85")
    assert (row["question"], row["model"], row["version"]) == (
        "damaging",
        "sample-fa-damaging",
        "7",
    )
    assert row["levels"] == "very-likely"
    assert row["precision_value"] == repr(0.1 + 0.85 * 0.85)
    assert {f"recall_{name}" for name in report_tables.FIGURE_COLUMNS} <= set(row)


def test_a_figure_without_a_value_says_why() -> None:
    rows = read(report_tables.slices_csv(report_samples.report()))
    reference = next(row for row in rows if row["is_reference"] == "True")

    assert reference["false_positive_ratio_value"] == ""
    assert reference["false_positive_ratio_reason"] == "reference"


def test_strata_have_their_share_that_is_judged() -> None:
    rows = read(report_tables.strata_csv(report_samples.report()))

    assert [float(row["response_rate"]) for row in rows] == [pytest.approx(153 / 175)] * 4


def test_without_a_draw_the_table_of_strata_has_its_header_only() -> None:
    text = report_tables.strata_csv(report_samples.report(sample=None))

    assert text.startswith("stream,label,low,high")
    assert read(text) == []


def test_what_a_spreadsheet_would_compute_is_kept_from_it() -> None:
    evil = replace(report_samples.listed(), page_title='=HYPERLINK("x")', why="@why", gap=-0.5)
    lists = (ContestedList("model-sure", 1, (evil,)),)
    report = report_samples.report(
        report_samples.question("damaging", report_samples.model(lists=lists))
    )
    (row,) = read(report_tables.contested_csv(report))

    assert row["page_title"] == '\'=HYPERLINK("x")'
    assert row["why"] == "'@why"
    assert row["gap"] == "-0.5"  # a number stays one
    assert (row["n_yes"], row["n_no"], row["n_unsure"]) == ("0", "4", "1")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_known(start: str) -> None:
    assert report_tables.safe_cell(f"{start}1") == f"'{start}1"
    assert report_tables.safe_cell("a=1") == "a=1"
    assert report_tables.safe_cell(-1.5) == -1.5
    assert report_tables.safe_cell(None) == ""

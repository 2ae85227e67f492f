"""Frozen reports: what was computed comes out of storage as it went in."""

import json
from datetime import UTC, datetime

import pytest

from jadelite.domain.reports import (
    ConfusionTable,
    Figure,
    ListedEdit,
    ModelReport,
    QuestionReport,
    Report,
    ScoreBin,
    TreatmentLine,
)

HALF = Figure(0.5, 0.25, 0.75, 12, "wilson")
REFUSED = Figure(None, None, None, 0, "delong", "empty")
MODEL = ModelReport(
    model="local-damaging",
    version="1.0.0",
    positive_label="true",
    threshold=0.5,
    threshold_origin="default",
    n_scored=30,
    n_decided=12,
    confusion=ConfusionTable(tn=5, fp=1, fn=2, tp=4),
    precision=HALF,
    recall=Figure(0.75, 0.5, 0.875, 6, "wilson"),
    false_positive_rate=Figure(0.25, None, None, 6, "point"),
    roc_auc=REFUSED,
    brier=Figure(0.125, 0.0625, 0.25, 12, "item-bootstrap"),
    treatments=(TreatmentLine("excluded", 10, HALF, REFUSED, HALF),),
    bins=(ScoreBin(0.0, 0.1, 1, 2, 3), ScoreBin(0.1, 0.2, 4, 5, 6)),
    confident_misses=(ListedEdit("sample-fa", 7, "عنوان", 0.875, 0, 3, 1),),
    n_confident_misses_masked=1,
)


def make_report(**changes):
    facts = {
        "campaign": "a-campaign",
        "wiki": "sample-fa",
        "kind": "sample",
        "k": 2,
        "min_votes": 2,
        "computed_at": datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC),
        "code_version": "0.1.0",
        "seed": 1,
        "snapshot": "0" * 64,
        "n_edits": 30,
        "n_edits_judged": 20,
        "n_judgments": 42,
        "n_judgments_used": 40,
        "n_judgments_waiting": 2,
        "n_exposed": 1,
        "n_exposure_unknown": 2,
        "n_bot_judgments": 3,
        "n_reviewers": Figure(5.0, None, None, 40, "count"),
        "notes": ("in-sample",),
        "questions": (QuestionReport("damaging", 9, 8, 7, 12, HALF, REFUSED, (MODEL,)),),
    }
    return Report(**{**facts, **changes})


@pytest.mark.parametrize("changes", [{}, {"notes": (), "questions": ()}])
def test_a_report_comes_out_of_storage_as_it_went_in(changes):
    report = make_report(**changes)

    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_a_report_frozen_before_withdrawals_were_counted_has_none():
    data = make_report().to_json()
    del data["n_withdrawn"], data["n_unknown_left_out"]
    report = Report.from_json(data)

    assert (report.n_withdrawn, report.n_unknown_left_out) == (0, 0)


def test_a_frozen_report_names_its_schema_and_its_time_in_utc():
    data = make_report().to_json()

    assert data["schema"] == "jadelite.report/1"
    assert data["computed_at"] == "2026-11-22T12:00:30Z"


@pytest.mark.parametrize(("n", "is_small"), [(0, True), (29, True), (30, False)])
def test_below_thirty_a_figure_and_a_report_are_small(n, is_small):
    assert Figure(0.5, 0.4, 0.6, n, "wilson").is_small is is_small
    assert make_report(n_judgments_used=n, n_judgments=99).is_small is is_small

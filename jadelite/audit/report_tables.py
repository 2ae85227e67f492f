"""Tables of a frozen report as CSV: its strata, thresholds, parts of the edits, contested edits.

A figure takes six columns: value, low, high, n, method, reason. Text that a spreadsheet would take
for a formula gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import ModelReport
from jadelite.domain.reports import QuestionReport, Report

FIGURE_COLUMNS = ("value", "low", "high", "n", "method", "reason")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def strata_csv(report: Report) -> str:
    """The parts of the draw; only the header where nobody drew."""
    strata = () if report.sample is None else report.sample.strata
    header = ("stream", "label", "low", "high", "editor_group", "n_edits", "n_drawn", "n_judged",
              "response_rate")  # fmt: skip
    return _written(
        [{**asdict(stratum), "response_rate": stratum.response_rate} for stratum in strata], header
    )


def thresholds_csv(report: Report) -> str:
    """What each threshold would do, for each model."""
    return _written(
        {**_names(question, model), **_flat(line)}
        for question, model in _models(report)
        for line in model.thresholds
    )


def slices_csv(report: Report) -> str:
    """Each model on the parts of the edits."""
    return _written(
        {**_names(question, model), **_flat(part)}
        for question, model in _models(report)
        for part in model.slices
    )


def contested_csv(report: Report) -> str:
    """The first edits of each contested list, with all their votes."""
    return _written(
        {**_names(question, model), "list": found.name, **asdict(edit)}
        for question, model in _models(report)
        for found in model.lists
        for edit in found.first
    )


TABLES: dict[str, Callable[[Report], str]] = {
    "strata.csv": strata_csv,
    "thresholds.csv": thresholds_csv,
    "slices.csv": slices_csv,
    "contested.csv": contested_csv,
}


def safe_cell(value: object) -> object:
    """The value, or its text kept from being read as a formula; numbers stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def _models(report: Report) -> Iterator[tuple[QuestionReport, ModelReport]]:
    for question in report.questions:
        for model in question.models:
            yield question, model


def _names(question: QuestionReport, model: ModelReport) -> dict[str, Any]:
    return {"question": question.question, "model": model.model, "version": model.version}


def _flat(part: Any) -> dict[str, Any]:
    """A part of a report as columns; `part` is any dataclass of figures and plain values."""
    found: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Figure):
            found |= {f"{field.name}_{name}": getattr(value, name) for name in FIGURE_COLUMNS}
        elif isinstance(value, tuple):
            found[field.name] = " ".join(str(item) for item in value)
        elif not is_dataclass(value):
            found[field.name] = value
    return found


def _written(rows: Iterable[dict[str, Any]], header: tuple[str, ...] = ()) -> str:
    """CSV with CRLF; the header is that of the first row, or the given one."""
    listed = list(rows)
    columns = header or (tuple(listed[0]) if listed else ())
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(row[name]) for name in columns] for row in listed)
    return out.getvalue()

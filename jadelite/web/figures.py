"""A report's figures as text: value and interval as the page's language writes them.

An end of an interval at the end of its scale is written as a bound, never as 0 or 1. What can't be
computed has its reason instead.
"""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime

from flask_babel import gettext, pgettext

from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.model_reports import (
    ModelReport,
    ThresholdLine,
    TrendPoint,
    VersionComparison,
)
from jadelite.domain.reports import QuestionReport
from jadelite.web import words_figures
from jadelite.web.locale import date, decimal, left_to_right, number, percent

LEAST_SHARE = 0.00005  # below this a share is written as zero
LEAST_P = 0.001
MANY = 100  # has the form of the noun that decimals have, in all languages of the pages


def kind_of(name: str) -> str:
    """How the figure of that name is written: share, points, number, ratio, amount or hours."""
    return words_figures.KINDS.get(name, "share")


def value_text(figure: Figure, kind: str = "share") -> str:
    """The value, or why there is none."""
    if figure.value is None:
        return reason_text(figure)
    return _written(figure.value, kind)


def reason_text(figure: Figure) -> str:
    """Why there is no value; its code where it has no words."""
    reason = figure.reason or ""
    return str(words_figures.REASONS.get(reason, reason))


def method_text(figure: Figure, is_weighted: bool) -> str:
    """How the figure was made, weighted by a draw or not; its code where it has no words."""
    words = words_figures.METHODS.get(figure.method, figure.method)
    return str(words if is_weighted else words_figures.UNWEIGHTED.get(figure.method, words))


def interval_text(figure: Figure, kind: str = "share") -> str:
    """The 95 % interval; a dash where there is none."""
    low, high = figure.low, figure.high
    if figure.value is None or low is None or high is None:
        return "–"
    if kind == "share" and low < LEAST_SHARE:
        return f"≤ {_written(high, kind)}"
    if kind == "share" and high > 1 - LEAST_SHARE:
        return f"≥ {_written(low, kind)}"
    if kind == "points":
        ends = (decimal(100 * low, 1), decimal(100 * high, 1))
        return str(gettext("%(low)s to %(high)s points", low=ends[0], high=ends[1]))
    if kind in ("amount", "hours"):
        low = max(low, 0.0)
    if low < 0:  # between negative numbers a dash could be read as a sign
        ends = (_written(low, kind), _written(high, kind))
        return str(pgettext("interval", "%(low)s to %(high)s", low=ends[0], high=ends[1]))
    return f"{_written(low, kind)} – {_written(high, kind)}"


def share_text(value: float) -> str:
    """A share with as many decimals as it needs near an end of the scale."""
    distance = min(value, 1 - value)
    return percent(value, 0 if distance == 0 else 2 if distance < 0.001 else 1)


def amount_text(value: float) -> str:
    """A number of things; with a decimal where it is small and no whole number."""
    return decimal(value, 1) if _is_fine(value) else number(round(value))


def plural_of(value: float) -> int:
    """The number by which a noun goes behind `amount_text`."""
    return MANY if _is_fine(value) else round(value)


def p_text(value: float) -> str:
    """A p value; one that would be written as zero as a bound."""
    return left_to_right(f"< {decimal(LEAST_P, 3)}") if value < LEAST_P else decimal(value, 3)


def p_equation(value: float) -> str:
    """A p value in a sentence, with its letter."""
    sign = "<" if value < LEAST_P else "="
    return left_to_right(f"p {sign} {decimal(max(value, LEAST_P), 3)}")


def threshold_text(value: float) -> str:
    """A threshold on the scale of the scores: two decimals, three where it has them."""
    return decimal(value, 2 if abs(100 * value - round(100 * value)) < 1e-6 else 3)


def day_text(day: str) -> str:
    """A day in ISO 8601, written out."""
    return date(date_of(day))


def place_of(day: str, weeks: Sequence[TrendPoint]) -> float | None:
    """Where a day lies in a trend, 0 at its first week and 1 at its last; None outside."""
    first, last = (date_of(week.starts_on) for week in (weeks[0], weeks[-1]))
    passed, whole = (date_of(day) - first).days, (last - first).days
    return passed / whole if whole and 0 <= passed <= whole else None


def is_counted(model: ModelReport) -> bool:
    """Whether plain counts of edits say what the figures say: each weighs 1 and is decided."""
    plain, whole = astuple(model.in_sample.cells), astuple(model.rates.cells)
    return all(abs(one - two) < 1e-6 for one, two in zip(plain, whole, strict=True))


def scarcest(model: ModelReport) -> tuple[str, int]:
    """On what a verdict of the model rests, and how many effective edits that is at least.

    "all" of the edits judged; where these are enough for a verdict, "precision" or "recall", of
    which figures without a value are left out.
    """
    n_all = int(model.n_effective)
    if n_all < SMALL_N:
        return "all", n_all
    parts = [("precision", model.rates.precision), ("recall", model.rates.recall)]
    known = [(name, found.n) for name, found in parts if found.value is not None]
    return min(known, key=lambda part: part[1], default=("all", n_all))


def nearest(lines: Sequence[ThresholdLine], threshold: float) -> ThresholdLine | None:
    """The line whose threshold is nearest; None without lines."""
    return min(lines, key=lambda line: abs(line.threshold - threshold), default=None)


def pair_of(
    question: QuestionReport, pair: VersionComparison
) -> tuple[ModelReport, ModelReport] | None:
    """The reports of both versions of a comparison; None where one is missing."""
    by_name = {f"{model.model}@{model.version}": model for model in question.models}
    first, second = by_name.get(pair.first), by_name.get(pair.second)
    return None if first is None or second is None else (first, second)


def date_of(day: str) -> datetime:
    """A day in ISO 8601 as a time."""
    return datetime.fromisoformat(day)


def _is_fine(value: float) -> bool:
    """Whether an amount needs its decimal."""
    return abs(value) < 10 and abs(value - round(value)) > 0.05


def _written(value: float, kind: str) -> str:
    if kind == "share":
        return share_text(value)
    if kind == "points":
        return str(gettext("%(n)s points", n=decimal(100 * value, 1)))
    if kind == "ratio":
        return f"{decimal(value, 1 if value >= 10 else 2)} ×"
    if kind == "amount":
        return amount_text(value)
    return decimal(value, 1 if kind == "hours" else 3)

"""What of a model must not be missed, and the bounds that were written beforehand."""

from typing import Literal

from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.model_reports import GuardrailCheck, Rates
from jadelite.report.cases import Cases
from jadelite.report.snapshot import GuardrailFacts, Snapshot

ALMOST_NOTHING = 0.1  # recall's high end
MOSTLY = 0.5  # precision's high end
UNLIKE_TIMES = 2.0
UNLIKE_BY = 0.02
MISSING = 0.05  # share of the judged edits
State = Literal["kept", "crossed", "unclear", "unknown"]


def alarms_of(
    cases: Cases, rates: Rates, sample_prevalence: Figure, guardrails: tuple[GuardrailCheck, ...]
) -> tuple[str, ...]:
    """Codes of alarms, the worst first; no verdicts: they stand beside their n.

    A figure that rests on fewer than SMALL_N effective cases raises none.
    """
    found = []
    if _high(rates.recall) < ALMOST_NOTHING:
        found.append("finds-almost-nothing")
    if _high(rates.precision) < MOSTLY:
        found.append("mostly-false-alarms")
    if any(check.state == "crossed" for check in guardrails):
        found.append("guardrail-crossed")
    if cases.sample.n_effective() >= SMALL_N and not cases.flagged.any():
        found.append("threshold-flags-nothing")
    if cases.sample.is_drawn and _is_unlike(sample_prevalence, rates.prevalence):
        found.append("sample-unlike-wiki")
    if cases.n_unscored > MISSING * (cases.n + cases.n_unscored):
        found.append("scores-missing")
    return tuple(found)


def guardrails_of(snapshot: Snapshot, cases: Cases, rates: Rates) -> tuple[GuardrailCheck, ...]:
    """The bounds that hold for this model and question, against its figures."""
    model = cases.model
    return tuple(
        GuardrailCheck(
            figure=one.figure,
            side="at-least" if one.side == "at-least" else "at-most",
            bound=one.value,
            action=one.action,
            written_on=one.written_on,
            state=state_of(one, rates),
        )
        for one in snapshot.facts.guardrails
        if one.question == cases.question and one.model in (None, model.model, model.name)
    )


def state_of(bound: GuardrailFacts, rates: Rates) -> State:
    """Kept, crossed, unclear or unknown; a figure without an interval is taken at its value.

    Unclear too where it rests on fewer than SMALL_N effective cases.
    """
    figures: dict[str, Figure] = {
        "precision": rates.precision,
        "recall": rates.recall,
        "false_positive_rate": rates.false_positive_rate,
    }
    found = figures.get(bound.figure)
    if found is None or found.value is None:
        return "unknown"
    if found.n < SMALL_N:
        return "unclear"
    low = found.value if found.low is None else found.low
    high = found.value if found.high is None else found.high
    if bound.side == "at-least":
        is_crossed, is_kept = high < bound.value, low >= bound.value
    else:
        is_crossed, is_kept = low > bound.value, high <= bound.value
    if is_crossed:
        return "crossed"
    return "kept" if is_kept else "unclear"


def _is_unlike(sample: Figure, wiki: Figure) -> bool:
    if sample.value is None or wiki.value is None or min(sample.n, wiki.n) < SMALL_N:
        return False
    low, high = min(sample.value, wiki.value), max(sample.value, wiki.value)
    return high > UNLIKE_TIMES * low and high - low > UNLIKE_BY


def _high(found: Figure) -> float:
    """The high end of a share, its value where it has no interval, 1 where little is known."""
    if found.value is None or found.n < SMALL_N:
        return 1.0
    return found.value if found.high is None else found.high

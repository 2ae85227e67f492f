"""A gate for a model's release: its figures on a campaign's labels against bounds, now.

Any version that scored the judged edits can be asked about, also one that came after the campaign.
Through `report` it imports numpy: the command line calls it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from jadelite import __version__
from jadelite.audit.reviewing import find_campaign
from jadelite.db import snapshots
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.model_reports import ModelReport
from jadelite.domain.reports import Report
from jadelite.report import build

SEED = 20261122


@dataclass(frozen=True)
class Bounds:
    """What is asked of the ends of the 95 % intervals, each 0 to 1; None: nothing."""

    precision_low: float | None = None
    recall_low: float | None = None
    fpr_high: float | None = None


@dataclass(frozen=True)
class Condition:
    """One bound and the figure that is held to it.

    `is_kept` is False too where the figure has no interval, or rests on fewer than SMALL_N
    effective judgments; `n_missing` is how many then lack.
    """

    figure: str
    side: str
    bound: float
    found: Figure
    is_kept: bool
    n_missing: int


@dataclass(frozen=True)
class Verdict:
    """Whether a model version keeps all bounds on a campaign's labels."""

    campaign: str
    question: str
    model: str
    threshold: float
    snapshot: str
    conditions: tuple[Condition, ...]

    @property
    def is_kept(self) -> bool:
        """Whether every condition is."""
        return all(condition.is_kept for condition in self.conditions)


def judge(
    database: Database,
    slug: str,
    model: str,
    bounds: Bounds,
    *,
    question: str | None = None,
    threshold: float | None = None,
    now: datetime,
) -> Verdict:
    """Hold a model version (name@version) to the bounds; nothing is stored.

    `threshold` None: the one in force on the wiki. Raises Invalid without a bound or for one
    outside 0 to 1, NotFound where the version scored none of the judged edits.
    """
    _check(bounds, threshold)
    with database.reading() as session:
        snapshot = snapshots.load(session, find_campaign(session, slug))
    if threshold is not None:
        models = tuple(
            replace(one, threshold=threshold, threshold_origin="given") if one.name == model
            else one
            for one in snapshot.facts.models
        )  # fmt: skip
        snapshot = replace(snapshot, facts=replace(snapshot.facts, models=models))
    report = build.build(snapshot, computed_at=now, code_version=__version__, seed=SEED)
    asked, found = _find(report, model, question)
    wanted = (
        ("precision", "at-least", bounds.precision_low, found.rates.precision),
        ("recall", "at-least", bounds.recall_low, found.rates.recall),
        ("false_positive_rate", "at-most", bounds.fpr_high, found.rates.false_positive_rate),
    )
    return Verdict(
        campaign=slug,
        question=asked,
        model=model,
        threshold=found.threshold,
        snapshot=report.snapshot,
        conditions=tuple(
            _condition(name, side, bound, figure)
            for name, side, bound, figure in wanted
            if bound is not None
        ),
    )


def _check(bounds: Bounds, threshold: float | None) -> None:
    given = [value for value in vars(bounds).values() if value is not None]
    if not given:
        raise Invalid(
            "no-bounds", "no bound is given, expected at least one such as --min-precision-low 0.9"
        )
    for value in given if threshold is None else [*given, threshold]:
        if not 0 <= value <= 1:
            raise Invalid("bad-bound", f"{value:g} is no share, expected 0 to 1")


def _find(report: Report, model: str, question: str | None) -> tuple[str, ModelReport]:
    there = [
        (part.question, one)
        for part in report.questions
        for one in part.models
        if question in (None, part.question)
    ]
    for asked, one in there:
        if f"{one.model}@{one.version}" == model:
            return asked, one
    known = ", ".join(sorted({f"{one.model}@{one.version}" for _, one in there})) or "none"
    raise NotFound(
        "model-without-scores",
        f"{model} scored no judged edit of {report.campaign}; those that did: {known}",
    )


def _condition(name: str, side: str, bound: float, found: Figure) -> Condition:
    end = found.low if side == "at-least" else found.high
    is_beyond = end is None or (end < bound if side == "at-least" else end > bound)
    return Condition(
        figure=name,
        side=side,
        bound=bound,
        found=found,
        is_kept=not is_beyond and not found.is_small,
        n_missing=max(0, SMALL_N - found.n),
    )

"""What a campaign asks for and how sure its figures will be, before anything is drawn.

Expected widths rest on one assumption, told with the plan: that the model's scores are right, so
that of edits with a score of 0.3 three in ten are what the model says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jadelite.domain.sampling import Cell, Stratum, allocate, bin_edges, least, make_strata

Z = 1.959963984540054  # of a two-sided interval of 95 %
ASSUMED_SECONDS = 30.0
MIN_MEASURED = 30  # judgments from which on their median time is believed
POINTS = 0.05
MIN_SHOWN = 20  # edits from which on a frame tells of its scores: of fewer, it tells each one's

Assumption = Literal["scores-are-right"]
SecondsOrigin = Literal["measured", "assumed"]


@dataclass(frozen=True)
class FrameWanted:
    """The population a sample is to speak for: stored edits of a wiki that `model` scored.

    `model` is "name@version", whose scores make the strata. Edits from `window_from` on and before
    `window_to` (UTC); None: no such end, and with neither edits of unknown time count too.
    `namespaces` None: all. `with_content_only`: only those whose text or diff is stored here.
    """

    wiki: str
    model: str
    window_from: datetime | None = None
    window_to: datetime | None = None
    namespaces: tuple[int, ...] | None = None
    with_bots: bool = False
    is_by_editor: bool = False
    with_content_only: bool = False


@dataclass(frozen=True)
class FrameCount:
    """A frame by bin and kind of editor; `n_unscored` edits fit, but have no score."""

    cells: tuple[Cell, ...]
    n_unscored: int

    @property
    def n_edits(self) -> int:
        """N, edits in the frame."""
        return sum(cell.n_edits for cell in self.cells)


@dataclass(frozen=True)
class Wanted:
    """A campaign as it is planned: its frame, how many edits to draw (None: all), k of each."""

    frame: FrameWanted
    n: int | None
    k: int


@dataclass(frozen=True)
class Expected:
    """A share as the scores foretell it, and half the width of its 95 % interval."""

    value: float
    half_width: float


@dataclass(frozen=True)
class Labour:
    """What a plan asks of people: judgments, and seconds each takes.

    `seconds_origin` "measured": the median on this wiki here; "assumed": too few were timed.
    """

    n_edits: int
    k: int
    seconds: float
    seconds_origin: SecondsOrigin

    @property
    def n_judgments(self) -> int:
        """Edits times judgments of each."""
        return self.n_edits * self.k

    @property
    def hours(self) -> float:
        """Of all reviewers together."""
        return self.n_judgments * self.seconds / 3600

    def hours_each(self, n_reviewers: int) -> float:
        """Of one reviewer, were it shared evenly; nobody judges an edit twice."""
        return self.hours / max(n_reviewers, self.k)


@dataclass(frozen=True)
class Plan:
    """What would be drawn and what to expect of it.

    `precision` and `recall` None: no edit of the frame reaches the cut, or the model expects no
    damage at all. `n_for_points`: the smallest sample whose precision has a half width of at most
    `points`; None where precision can't be expected at all. A frame that is too small to show has
    no strata and no figures, and `n_drawn` as asked: its strata might need some edits more.
    """

    model: str
    cut: float
    n_edits: int
    n_unscored: int
    n_drawn: int
    strata: tuple[Stratum, ...]
    labour: Labour
    precision: Expected | None
    recall: Expected | None
    prevalence: Expected | None
    points: float
    n_for_points: int | None
    assumption: Assumption = "scores-are-right"

    @property
    def is_census(self) -> bool:
        """Whether every edit of the frame is asked about."""
        return self.n_drawn == self.n_edits

    @property
    def is_too_small_to_show(self) -> bool:
        """Whether the plan would give scores of edits away that may be judged."""
        return is_too_small_to_show(self.n_edits)


def is_too_small_to_show(n_edits: int) -> bool:
    """Whether strata and shares of so few edits would give their scores away."""
    return n_edits < MIN_SHOWN


def make_plan(
    wanted: Wanted,
    count: FrameCount,
    *,
    cut: float,
    cuts: Sequence[float],
    labour_seconds: tuple[float, SecondsOrigin],
    points: float = POINTS,
) -> Plan:
    """The plan for a frame that holds at least one edit.

    `cuts` are all thresholds in force, `cut` the one that figures are told at. A sample smaller
    than its strata need is planned at that least size.
    """
    seconds, origin = labour_seconds
    if is_too_small_to_show(count.n_edits):
        n_asked = count.n_edits if wanted.n is None else min(wanted.n, count.n_edits)
        return Plan(
            model=wanted.frame.model,
            cut=cut,
            n_edits=count.n_edits,
            n_unscored=count.n_unscored,
            n_drawn=n_asked,
            strata=(),
            labour=Labour(n_asked, wanted.k, seconds, origin),
            precision=None,
            recall=None,
            prevalence=None,
            points=points,
            n_for_points=None,
        )
    strata = draw_up(wanted.frame, count, cuts=cuts, n=wanted.n)
    n_drawn = sum(stratum.n_drawn for stratum in strata)
    precision, recall, prevalence = expected(strata, cut)
    return Plan(
        model=wanted.frame.model,
        cut=cut,
        n_edits=count.n_edits,
        n_unscored=count.n_unscored,
        n_drawn=n_drawn,
        strata=strata,
        labour=Labour(n_drawn, wanted.k, seconds, origin),
        precision=precision,
        recall=recall,
        prevalence=prevalence,
        points=points,
        n_for_points=n_for(wanted.frame, count, cut=cut, cuts=cuts, points=points),
    )


def draw_up(
    frame: FrameWanted, count: FrameCount, *, cuts: Sequence[float], n: int | None
) -> tuple[Stratum, ...]:
    """The strata with how many each gets, for a sample of n (None: all; too few: the least)."""
    size = count.n_edits if n is None else n
    strata = make_strata(
        count.cells, bin_edges(cuts), cuts=cuts, is_by_editor=frame.is_by_editor, n=size
    )
    return allocate(strata, max(size, least(strata)))


def expected(
    strata: Sequence[Stratum], cut: float
) -> tuple[Expected | None, Expected | None, Expected]:
    """Precision, recall and prevalence to expect, were the scores right.

    Half widths by the variance of a stratified sample without replacement, sum over strata of
    N_h^2 (1 - n_h / N_h) p_h (1 - p_h) / n_h, p_h the mean score.
    """
    flagged = [stratum for stratum in strata if stratum.low >= cut]
    n_flagged = sum(stratum.n_edits for stratum in flagged)
    n_edits = sum(stratum.n_edits for stratum in strata)
    bad_flagged = _bad(flagged)
    bad = _bad(strata)
    precision = recall = None
    if n_flagged:
        spread = math.sqrt(_variance(flagged))
        precision = Expected(bad_flagged / n_flagged, Z * spread / n_flagged)
    if bad > 0:
        caught = bad_flagged / bad
        missed = [stratum for stratum in strata if stratum.low < cut]
        # Residuals of the ratio: (1 - R) y where flagged, -R y elsewhere.
        variance = (1 - caught) ** 2 * _variance(flagged) + caught**2 * _variance(missed)
        recall = Expected(caught, Z * math.sqrt(variance) / bad)
    prevalence = Expected(bad / n_edits, Z * math.sqrt(_variance(strata)) / n_edits)
    return precision, recall, prevalence


def n_for(
    frame: FrameWanted,
    count: FrameCount,
    *,
    cut: float,
    cuts: Sequence[float],
    points: float = POINTS,
) -> int | None:
    """The smallest sample, by halving, whose precision has a half width of at most `points`.

    At most all edits, which leave no width; None where no edit reaches the cut.
    """

    def is_enough(n: int) -> bool:
        precision = expected(draw_up(frame, count, cuts=cuts, n=n), cut)[0]
        return precision is not None and precision.half_width <= points

    low, high = 1, count.n_edits
    if not is_enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return sum(stratum.n_drawn for stratum in draw_up(frame, count, cuts=cuts, n=high))


def _bad(strata: Sequence[Stratum]) -> float:
    return math.fsum(stratum.n_edits * stratum.mean_score for stratum in strata)


def _variance(strata: Sequence[Stratum]) -> float:
    """Of the estimated number of positive edits in these strata."""
    return math.fsum(
        stratum.n_edits**2
        * (1 - stratum.n_drawn / stratum.n_edits)
        * stratum.mean_score
        * (1 - stratum.mean_score)
        / stratum.n_drawn
        for stratum in strata
    )

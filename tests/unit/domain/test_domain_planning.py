"""What a plan promises: labour, widths, and how many edits are enough."""

import math

import pytest

from jadelite.domain.planning import (
    Expected,
    FrameCount,
    FrameWanted,
    Labour,
    Wanted,
    expected,
    make_plan,
    n_for,
)
from jadelite.domain.sampling import Cell, Stratum, bin_edges

FRAME = FrameWanted("fiwiki", "damaging@1")
EDGES = bin_edges([0.5])


def count(n_low: int = 9000, n_high: int = 1000, n_unscored: int = 0) -> FrameCount:
    """A frame of edits that score 0.01, and others that score 0.8."""
    low = Cell(0, "registered", n_low, 0.01)
    high = Cell(EDGES.index(0.8), "newcomer", n_high, 0.8)
    return FrameCount(tuple(cell for cell in (low, high) if cell.n_edits), n_unscored)


def plan(n: int | None = 200, k: int = 3, **changes):
    return make_plan(
        Wanted(FRAME, n, k),
        count(**changes),
        cut=0.5,
        cuts=(0.5,),
        labour_seconds=(36.0, "measured"),
    )


def test_labour_is_edits_times_judgments_times_seconds() -> None:
    labour = plan(n=200, k=3).labour
    assert (labour.n_judgments, labour.hours) == (600, 6.0)
    assert labour.hours_each(10) == 0.6
    assert labour.hours_each(1) == 2.0  # three people at least: nobody judges an edit twice


def test_widths_follow_the_variance_of_a_stratified_sample() -> None:
    strata = [
        Stratum(0.0, 0.5, None, 900, 0.1, n_drawn=90),
        Stratum(0.5, 1.0, None, 100, 0.8, n_drawn=50),
    ]
    precision, recall, prevalence = expected(strata, 0.5)
    low = 900**2 * 0.9 * 0.1 * 0.9 / 90
    high = 100**2 * 0.5 * 0.8 * 0.2 / 50
    assert precision == Expected(pytest.approx(0.8), pytest.approx(1.96 * high**0.5 / 100, 1e-4))
    assert recall.value == pytest.approx(80 / 170)
    spread = (90 / 170) ** 2 * high + (80 / 170) ** 2 * low
    assert recall.half_width == pytest.approx(1.96 * math.sqrt(spread) / 170, 1e-4)
    assert prevalence.value == pytest.approx(0.17)
    assert prevalence.half_width == pytest.approx(1.96 * math.sqrt(low + high) / 1000, 1e-4)


def test_more_edits_make_narrower_intervals_and_all_leave_none() -> None:
    widths = [plan(n=n).precision.half_width for n in (50, 200, 800)]
    assert widths == sorted(widths, reverse=True)
    whole = plan(n=None)
    assert whole.is_census
    assert (whole.precision.half_width, whole.recall.half_width) == (0, 0)


def test_the_sample_for_five_points_is_the_smallest_that_is_enough() -> None:
    enough = n_for(FRAME, count(), cut=0.5, cuts=(0.5,), points=0.05)
    assert plan(n=enough).precision.half_width <= 0.05
    assert plan(n=enough - 1).precision.half_width > 0.05
    assert plan().n_for_points == enough


def test_without_a_flagged_edit_there_is_no_precision_to_plan_for() -> None:
    told = plan(n_high=0)
    assert (told.precision, told.n_for_points) == (None, None)
    assert told.recall.value == 0


def test_a_sample_below_the_least_is_planned_at_the_least() -> None:
    assert plan(n=1).n_drawn == 4


def test_what_has_no_score_is_counted_apart() -> None:
    told = plan(n_unscored=77)
    assert (told.n_edits, told.n_unscored) == (10_000, 77)


def test_hours_of_nothing_are_nothing() -> None:
    assert Labour(0, 3, 30.0, "assumed").hours == 0


@pytest.mark.parametrize("n", [None, 1, 19])
def test_a_small_frame_tells_nothing_of_its_scores(n) -> None:
    told = plan(n=n, k=3, n_low=1, n_high=18, n_unscored=4)
    assert (told.n_edits, told.n_drawn, told.n_unscored) == (19, n or 19, 4)
    assert told.labour.n_judgments == 3 * (n or 19)
    assert told.is_too_small_to_show
    assert told.strata == ()
    assert (told.precision, told.recall, told.prevalence, told.n_for_points) == (None,) * 4
    # Edits of other scores make the same plan.
    assert told == plan(n=n, k=3, n_low=18, n_high=1, n_unscored=4)


def test_a_frame_of_twenty_is_shown() -> None:
    told = plan(n_low=1, n_high=19)
    assert not told.is_too_small_to_show
    assert told.prevalence is not None
    assert told.strata

"""Thresholds: lines, promises that survive the search, and how many judgments one needs."""

import math

import numpy as np
import pytest

from jadelite.metrics import rates
from jadelite.metrics.ratios import ratio
from jadelite.metrics.survey import Sample
from jadelite.metrics.thresholds import (
    n_more,
    recommend,
    threshold_line,
)

CUTS = [0.5, 0.6, 0.7, 0.8, 0.9]


def judged(n: int = 600, *, seed: int = 1, steep: float = 1.0) -> tuple[Sample, np.ndarray]:
    """Edits that are bad with the chance their score says, to some power."""
    chance = np.random.default_rng(seed)
    scores = chance.random(n)
    y = (chance.random(n) < scores**steep).astype(float)
    return Sample.of(y, np.zeros(n, int), [100_000]), scores


def test_a_line_has_the_rates_at_its_threshold_and_counts_what_is_known() -> None:
    sample, scores = judged()
    line = threshold_line(sample, scores, 0.7, n_frame_flagged=30_000)
    assert line.precision == ratio(sample, rates.precision(scores >= 0.7))
    assert line.n_above == (scores >= 0.7).sum()
    assert (line.flagged.value, line.flagged.method, line.flagged.low) == (30_000, "count", None)
    assert line.wrong.value == pytest.approx(30_000 * (1 - line.precision.value))
    assert line.wrong.low == pytest.approx(30_000 * (1 - line.precision.high))


def test_without_a_count_numbers_are_estimated_with_intervals() -> None:
    sample, scores = judged()
    line = threshold_line(sample, scores, 0.7)
    assert line.flagged.low < line.flagged.value < line.flagged.high
    assert line.wrong.value + 100_000 * ratio(
        sample, rates.match_rate(scores >= 0.7)
    ).value * line.precision.value == pytest.approx(line.flagged.value, rel=1e-3)


def test_a_threshold_above_every_score_flags_nothing() -> None:
    sample, scores = judged(50)
    line = threshold_line(sample, scores, 1.0, n_frame_flagged=0)
    assert line.precision.reason == line.wrong.reason == "no-flagged-cases"
    assert line.flagged.value == 0


def test_the_smallest_threshold_that_keeps_the_promise_is_named() -> None:
    sample, scores = judged(4000, steep=0.3)
    [found] = recommend(sample, scores, [0.9], CUTS)
    bound = ratio(sample, rates.precision(scores >= found.threshold), confidence=0.9)
    assert found.low == bound.low >= 0.9
    assert found.reason is None
    below = [cut for cut in CUTS if cut < found.threshold]
    assert all(
        ratio(sample, rates.precision(scores >= cut), confidence=0.9).low < 0.9
        for cut in below[-1:]
    )


def test_a_higher_promise_is_never_kept_by_a_lower_threshold() -> None:
    sample, scores = judged(4000, steep=0.3)
    found = recommend(sample, scores, [0.85, 0.9, 0.93], CUTS)
    kept = [one.threshold for one in found]
    assert kept == sorted(kept)


def test_too_few_judgments_say_how_many_more_and_where() -> None:
    sample, scores = judged(60, steep=0.1)
    [found] = recommend(sample, scores, [0.95], CUTS)
    assert (found.threshold, found.reason) == (None, "too-few")
    assert found.n_more > 0
    assert found.more_above in CUTS
    assert n_more(sample, scores, found.more_above, 0.95) == found.n_more


def test_a_promise_above_the_precision_met_cannot_be_kept_by_more_judgments() -> None:
    sample, scores = judged(600, steep=4.0)
    [found] = recommend(sample, scores, [0.99], CUTS)
    assert (found.threshold, found.reason, found.n_more) == (None, "value-below", None)
    assert n_more(sample, scores, 0.5, 0.99) is None


def test_nothing_to_choose_from_is_too_few() -> None:
    sample, scores = judged(30)
    assert recommend(sample, scores, [0.9], [])[0].reason == "too-few"
    assert recommend(Sample.of([], [], [9]), [], [0.9], CUTS)[0].reason == "too-few"


def test_as_many_more_as_said_do_it() -> None:
    scores = np.ones(40)
    y = np.array([1.0] * 38 + [0.0] * 2)
    sample = Sample.of(y, [0] * 40, [math.inf])
    more = n_more(sample, scores, 0.5, 0.9)
    n = 40 + more
    grown = Sample.of([1, 0], [0, 0], [math.inf], counts=[n * 0.95, n * 0.05])
    assert ratio(grown, rates.precision([True, True]), confidence=0.9).low == pytest.approx(
        0.9, abs=1e-3
    )
    assert n_more(grown, [1.0, 1.0], 0.5, 0.9) in (0, 1)


def crowd(*parts: tuple[int, int, float]) -> tuple[Sample, np.ndarray]:
    """Edits of a huge frame: each part is a number, how many of it are bad, and their score."""
    y = np.concatenate([[1.0] * n_bad + [0.0] * (n - n_bad) for n, n_bad, _ in parts])
    scores = np.concatenate([[score] * n for n, _, score in parts])
    return Sample.of(y, np.zeros(y.size, int), [10_000_000]), scores


@pytest.mark.parametrize("n", [31, 55, 60, 200])
def test_the_search_begins_high_enough_not_to_drown_a_good_part(n) -> None:
    sample, scores = crowd((n, n, 0.9), (500, 0, 0.1))
    found = recommend(sample, scores, [0.5, 0.75, 0.9], [0.1, 0.9])
    assert [one.threshold for one in found] == [0.9, 0.9, 0.9]


def test_thirty_judgments_and_a_bound_above_the_promise_keep_it() -> None:
    sample, scores = crowd((33, 25, 0.9), (400, 40, 0.2))
    [found] = recommend(sample, scores, [0.5], [0.2, 0.9])
    assert found.threshold == 0.9
    assert (found.n, round(found.low, 2)) == (33, 0.61)


@pytest.mark.parametrize("n", [55, 58])
def test_fewer_than_a_perfect_record_needs_are_asked_for(n) -> None:
    """0.95**58 is more than a twentieth, so that 58 bad edits of 58 are no proof."""
    sample, scores = crowd((n, n, 0.9), (500, 0, 0.1))
    [found] = recommend(sample, scores, [0.95], [0.9])
    assert (found.threshold, found.more_above, found.n_more) == (None, 0.9, 59 - n)
    grown, scores = crowd((59, 59, 0.9), (500, 0, 0.1))
    assert recommend(grown, scores, [0.95], [0.9])[0].threshold == 0.9


def test_nobody_is_asked_for_judgments_that_would_not_help() -> None:
    """Below the start the bound holds, but the search does not get there."""
    sample, scores = crowd((40, 20, 0.9), (2000, 1990, 0.5))
    [found] = recommend(sample, scores, [0.9], [0.5, 0.9])
    assert (found.threshold, found.reason, found.n_more) == (None, "value-below", None)


def test_what_is_asked_for_is_what_the_start_lacks() -> None:
    sample, scores = crowd((40, 37, 0.9), (2000, 1990, 0.5))
    [found] = recommend(sample, scores, [0.9], [0.5, 0.9])
    assert (found.threshold, found.reason, found.more_above) == (None, "too-few", 0.9)
    times = 1 + found.n_more / 40
    grown = Sample.of(
        sample.y, sample.stratum, [10_000_000], counts=np.where(scores == 0.9, times, 1.0)
    )
    assert recommend(grown, scores, [0.9], [0.5, 0.9])[0].threshold == 0.5


@pytest.mark.parametrize("target", [0.5, 0.75, 0.9, 0.95])
@pytest.mark.parametrize("has_strata", [False, True])
def test_a_broken_promise_is_rare_though_many_thresholds_are_tried(target, has_strata) -> None:
    """At no threshold is the precision as promised, at each one nearly."""
    chance = np.random.default_rng(11)
    cuts = np.linspace(0.05, 0.95, 19)
    n_tried, n_named = 300, 0
    for _ in range(n_tried):
        if has_strata:
            scores = np.concatenate([chance.random(100) * 0.8, 0.8 + chance.random(300) * 0.2])
            sizes, stratum = [5_000_000, 1_000_000], [0] * 100 + [1] * 300
        else:
            scores, sizes, stratum = chance.random(400), [1_000_000], [0] * 400
        y = (chance.random(400) < target - 0.002).astype(float)
        sample = Sample.of(y, stratum, sizes)
        n_named += recommend(sample, scores, [target], cuts.tolist())[0].threshold is not None
    assert n_named <= n_tried * 0.05 + 3 * math.sqrt(n_tried * 0.05 * 0.95)


def test_one_error_at_the_very_top_does_not_end_the_search() -> None:
    """The search may begin below it, where twice a perfect record's judgments lie."""
    scores = np.linspace(0.5, 1.0, 400)
    y = np.ones(400)
    y[-10] = 0
    sample = Sample.of(y, np.zeros(400, int), [1_000_000])
    [found] = recommend(sample, scores, [0.95], np.linspace(0.5, 0.99, 99).tolist())
    assert found.threshold == 0.5


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_promise_out_of_range_is_refused(target) -> None:
    sample, scores = judged(30)
    with pytest.raises(ValueError, match="target"):
        recommend(sample, scores, [target], CUTS)
    with pytest.raises(ValueError, match="target"):
        n_more(sample, scores, 0.5, target)
    with pytest.raises(ValueError, match="confidence"):
        recommend(sample, scores, [0.9], CUTS, confidence=0.5)

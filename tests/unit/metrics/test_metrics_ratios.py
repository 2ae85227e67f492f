"""Rates of a frame, their differences and ratios: in the limits, against oracles, by their laws."""

import math

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from jadelite.metrics import rates
from jadelite.metrics.classification import confusion
from jadelite.metrics.contrasts import difference, ratio_of_rates
from jadelite.metrics.coverage import COVERAGE
from jadelite.metrics.ratios import hidden_misses, mean, ratio
from jadelite.metrics.survey import Sample

OF_FLAGS = (
    rates.precision,
    rates.recall,
    rates.false_positive_rate,
    rates.specificity,
    rates.match_rate,
    rates.accuracy,
    rates.f1,
)


def cases(seed: int, n: int = 300, *, soft: bool = False) -> tuple[Sample, np.ndarray]:
    """Three strata of 5,000 edits with labels that go with the flags."""
    chance = np.random.default_rng(seed)
    flagged = chance.random(n) < 0.4
    y = (chance.random(n) < np.where(flagged, 0.7, 0.2)).astype(float)
    if soft:
        y = (y + (chance.random(n) < 0.5)) / 2
    return Sample.of(y, chance.integers(0, 3, n), [50_000, 30_000, 9000]), flagged


@pytest.mark.parametrize("rate", OF_FLAGS[:-1])
def test_where_nothing_is_known_of_the_draw_it_is_the_plain_share_with_wilsons_interval(rate):
    drawn, flagged = cases(1)
    sample = Sample.of(drawn.y, [0] * 300, [math.inf])
    share = ratio(sample, rate(flagged))
    plain = getattr(confusion(drawn.y, flagged.astype(float), threshold=0.5), rate.__name__)()
    assert (share.value, share.low, share.high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )
    assert (share.n, share.method) == (plain.n, "wilson")


def test_one_big_stratum_comes_near_the_score_interval_of_statsmodels() -> None:
    sample = Sample.of([1] * 80 + [0] * 320, [0] * 400, [10_000_000])
    share = ratio(sample, rates.prevalence(400))
    low, high = proportion_confint(80, 400, method="wilson")
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("rate", OF_FLAGS)
def test_the_value_is_the_weighted_sum_above_over_the_sum_below(rate, soft) -> None:
    sample, flagged = cases(2, 3000, soft=soft)
    w, y, f = sample.weight, sample.y, flagged.astype(float)
    tp, fp, fn, tn = (
        float((w * part).sum()) for part in (y * f, (1 - y) * f, y * (1 - f), (1 - y) * (1 - f))
    )
    plain = {
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "false_positive_rate": fp / (fp + tn),
        "specificity": tn / (fp + tn),
        "match_rate": (tp + fp) / (tp + fp + fn + tn),
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "f1": 2 * tp / (2 * tp + fp + fn),
    }
    found = ratio(sample, rate(flagged))
    assert found.value == pytest.approx(plain[rate.__name__], rel=1e-3)
    assert 0 < found.low < found.value < found.high < 1


@pytest.mark.parametrize("seed", range(5))
def test_with_many_cases_it_is_the_textbook_variance(seed) -> None:
    """Cochran, section 6.11, by hand: no added cases, no correction of the ratio."""
    sample, flagged = cases(seed, 4000)
    for rate in (rate(flagged) for rate in OF_FLAGS):
        share = ratio(sample, rate)
        above, below = rate.above(sample.y), rate.below(sample.y)
        total = float(sample.weight @ below)
        variance = 0.0
        for h, size in enumerate(sample.sizes):
            e = (above - share.value * below)[sample.stratum == h]
            variance += (size / total) ** 2 * (1 - e.size / size) * e.var(ddof=1) / e.size
        assert share.se == pytest.approx(math.sqrt(variance), rel=0.02)
        assert share.high - share.low == pytest.approx(2 * 1.96 * share.se, rel=0.02)


def test_one_rate_everywhere_gives_the_plain_share_and_a_census_that_of_the_frame() -> None:
    sample = Sample.of([1] * 10 + [0] * 40 + [1] * 40 + [0] * 60, [0] * 50 + [1] * 100, [1e3, 2e3])
    share = ratio(sample, rates.prevalence(150))
    assert (share.value, share.n) == (pytest.approx(50 / 150), 150)
    whole = Sample.of([1, 0, 0.5], [0, 0, 1], [2, 1])
    census = ratio(whole, rates.precision([True, False, True]))
    assert (census.value, census.low, census.method) == (pytest.approx(0.75), None, "census")


def test_a_perfect_sample_still_has_an_interval_with_width() -> None:
    flagged = np.arange(140) >= 90
    share = ratio(Sample.of(flagged, [0] * 90 + [1] * 50, [900, 100]), rates.recall(flagged))
    assert share.value == 1.0
    assert 0 < share.low < 0.9
    clean = ratio(Sample.of([0] * 90, [0] * 90, [900]), rates.prevalence(90))
    assert clean.value == 0
    assert 0.01 < clean.high < 0.1


def test_a_group_is_the_rate_of_its_cases_alone() -> None:
    sample, flagged = cases(3)
    held = np.arange(300) % 2 == 0
    alone = Sample.of(sample.y[held], [0] * 150, [math.inf])
    every = Sample.of(sample.y, [0] * 300, [math.inf])
    for rate in OF_FLAGS[:-1]:
        one = ratio(every, rate(flagged).where(held))
        assert one == ratio(alone, rate(flagged[held]))


def test_what_is_not_there_is_a_reason() -> None:
    none = Sample.of([0, 0], [0, 0], [9])
    assert ratio(none, rates.precision([False, False])).reason == "no-flagged-cases"
    assert ratio(none, rates.recall([True, False])).reason == "no-positive-cases"
    assert difference(none, rates.recall([True, False]), rates.recall([True, True])).reason == (
        "no-positive-cases"
    )
    every = rates.prevalence(2)
    assert ratio_of_rates(none, every, every).reason == "zero-rate"
    assert mean(Sample.of([], [], [9]), rates.prevalence(0)).reason == "empty"


def test_a_known_number_has_no_interval() -> None:
    """Where the threshold is an edge of strata, the flagged share can't be otherwise."""
    sample = Sample.of([0, 1] * 50, [0] * 60 + [1] * 40, [10_000, 300])
    share = ratio(sample, rates.match_rate([False] * 60 + [True] * 40))
    assert (share.low, share.method) == (None, "point")
    assert share.value == pytest.approx(300 / 10_300)


def test_a_census_has_values_and_no_intervals() -> None:
    sample = Sample.of([1, 0, 1, 0], [0, 0, 1, 1], [2, 2])
    one, two = rates.precision([True] * 4), rates.precision([True, False, True, False])
    assert difference(sample, one, two).value == pytest.approx(0.5)
    assert ratio_of_rates(sample, one, two).value == pytest.approx(2)
    for found in (difference(sample, one, two), ratio_of_rates(sample, one, two)):
        assert (found.method, found.low) == ("census", None)


def test_independent_groups_come_near_newcombes_interval_of_statsmodels() -> None:
    held = np.arange(500) < 200
    y = np.where(held, np.arange(500) % 10 < 3, np.arange(500) % 10 < 5).astype(float)
    sample = Sample.of(y, [0] * 500, [math.inf])
    every = rates.prevalence(500)
    gap = difference(sample, every.where(held), every.where(~held))
    ends = confint_proportions_2indep(150, 300, 60, 200, method="newcomb")
    assert (gap.low, gap.high) == pytest.approx(ends, abs=1e-3)
    times = ratio_of_rates(sample, every.where(held), every.where(~held))
    ends = confint_proportions_2indep(150, 300, 60, 200, compare="ratio", method="log")
    assert (times.low, times.high) == pytest.approx(ends, rel=0.02)


def test_a_rate_less_itself_is_nothing_and_over_itself_one() -> None:
    sample, flagged = cases(4)
    rate = rates.recall(flagged)
    gap, times = difference(sample, rate, rate), ratio_of_rates(sample, rate, rate)
    assert (gap.value, gap.low) == (0, None)
    assert (times.value, times.low) == (1, None)


@pytest.mark.parametrize("seed", range(10))
def test_turning_two_rates_round_turns_their_difference_and_ratio(seed) -> None:
    sample, flagged = cases(seed)
    other = np.random.default_rng(seed + 50).random(300) < 0.5
    one, two = rates.precision(flagged), rates.precision(other)
    gap, back = difference(sample, one, two), difference(sample, two, one)
    assert (gap.value, gap.low, gap.high) == pytest.approx((-back.value, -back.high, -back.low))
    times, under = ratio_of_rates(sample, one, two), ratio_of_rates(sample, two, one)
    assert (times.low, times.high) == pytest.approx((1 / under.high, 1 / under.low))
    assert (gap.low > 0) == (times.low > 1)


def test_what_two_models_share_makes_their_difference_narrower() -> None:
    sample, flagged = cases(6)
    nearly = flagged.copy()
    nearly[:5] = ~nearly[:5]
    apart = np.random.default_rng(0).permutation(flagged)
    close = difference(sample, rates.precision(flagged), rates.precision(nearly))
    far = difference(sample, rates.precision(flagged), rates.precision(apart))
    assert close.high - close.low < 0.5 * (far.high - far.low)


def test_a_difference_in_squared_error_is_that_of_brier_scores() -> None:
    sample, _ = cases(7, soft=True)
    chance = np.random.default_rng(7)
    one, two = chance.random(300), chance.random(300)
    gap = difference(sample, rates.squared_error(one), rates.squared_error(two))
    w = sample.weight
    plain = float((w * ((two - sample.y) ** 2 - (one - sample.y) ** 2)).sum() / w.sum())
    assert gap.value == pytest.approx(plain)
    assert gap.low < gap.value < gap.high


def test_a_zero_rate_has_a_ratio_with_a_high_end() -> None:
    y = np.array([1] * 20 + [0] * 80 + [0] * 100, dtype=float)
    sample = Sample.of(y, [0] * 200, [5000])
    first = np.arange(200) < 100
    every = rates.prevalence(200)
    times = ratio_of_rates(sample, every.where(first), every.where(~first))
    assert (times.value, times.low, times.se) == (0, 0, None)
    assert 0 < times.high < 1


def test_what_may_hide_needs_a_frame_and_a_clean_stratum() -> None:
    assert hidden_misses(Sample.of([0], [0], [math.inf]), [False]) is None
    assert hidden_misses(Sample.of([1], [0], [10]), [False]) is None
    assert hidden_misses(Sample.of([0, 0, 1], [0, 0, 1], [40, 9]), [False] * 3) == 38


def test_wider_confidence_is_wider_and_a_bad_one_refused() -> None:
    sample, flagged = cases(8)
    for make in (ratio, mean):
        narrow, wide = (make(sample, rates.f1(flagged), confidence=c) for c in (0.8, 0.99))
        assert wide.low < narrow.low < narrow.high < wide.high
        with pytest.raises(ValueError, match="confidence"):
            make(sample, rates.f1(flagged), confidence=1.0)


def test_what_intervals_reach_is_told_as_shares_in_order() -> None:
    assert all(0.5 < low <= high <= 1 for low, high in COVERAGE.values())

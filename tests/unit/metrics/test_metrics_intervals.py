"""Wilson's interval and the bootstrap over patterns."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from jadelite.metrics.intervals import normal_quantile, pattern_bootstrap, wilson

few = settings(max_examples=50, deadline=None, database=None)


def test_wilson_gives_what_newcombe_printed():
    result = wilson(15, 148)

    assert (round(result.low, 4), round(result.high, 4)) == (0.0624, 0.1605)
    assert (result.value, result.n, result.method) == (15 / 148, 148, "wilson")


@few
@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_equals_statsmodels(n, share, confidence):
    k = round(share * n)

    result = wilson(k, n, confidence=confidence)

    expected = proportion_confint(k, n, alpha=1 - confidence, method="wilson")
    assert (result.low, result.high) == pytest.approx(expected, abs=1e-12)


@few
@given(st.floats(1e-6, 1e9), st.floats(0, 1))
def test_wilson_stays_in_bounds_around_its_value_for_any_weighted_count(n, share):
    result = wilson(share * n, n)

    assert 0 <= result.low <= result.value <= result.high <= 1
    assert result.low < result.high


def test_wilson_touches_the_ends_exactly():
    assert wilson(0, 7).low == 0.0
    assert wilson(7, 7).high == 1.0


def test_wilson_of_nothing_is_refused():
    result = wilson(0, 0)

    assert (result.value, result.reason) == (None, "empty")


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (math.nan, 3), (1, math.inf), (1, math.nan)])
def test_wilson_refuses_successes_outside_the_trials(k, n):
    with pytest.raises(ValueError, match="expected 0 <= successes <= trials"):
        wilson(k, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, math.nan])
def test_a_confidence_outside_zero_to_one_is_refused(confidence):
    with pytest.raises(ValueError, match="expected above 0 and below 1"):
        normal_quantile(confidence)


def mean_of(values):
    def mean(weights):
        return weights @ values / weights.sum(axis=1)

    return mean


def test_the_bootstrap_of_a_mean_matches_the_normal_interval_of_many_items():
    values = np.array([0.0, 1.0])

    low, high = pattern_bootstrap([700, 300], mean_of(values), n_resamples=4000)

    half = 1.96 * math.sqrt(0.3 * 0.7 / 1000)
    assert low == pytest.approx(0.3 - half, abs=0.004)
    assert high == pytest.approx(0.3 + half, abs=0.004)


def test_patterns_give_the_interval_that_items_one_by_one_give():
    values = np.array([0.0, 0.5, 1.0])
    multiplicities = np.array([40, 30, 30])
    items = np.repeat(values, multiplicities)

    packed = pattern_bootstrap(multiplicities, mean_of(values), n_resamples=4000)
    loose = pattern_bootstrap(np.ones(100, int), mean_of(items), n_resamples=4000, seed=1)

    assert packed == pytest.approx(loose, abs=0.01)


def test_the_same_seed_gives_the_same_interval_and_another_does_not():
    statistic = mean_of(np.linspace(0, 1, 50))

    first = pattern_bootstrap(np.ones(50, int), statistic, seed=3)

    assert pattern_bootstrap(np.ones(50, int), statistic, seed=3) == first
    assert pattern_bootstrap(np.ones(50, int), statistic, seed=4) != first


def test_many_patterns_are_resampled_in_blocks_that_change_nothing(monkeypatch):
    statistic = mean_of(np.linspace(0, 1, 50))
    whole = pattern_bootstrap(np.ones(50, int), statistic, n_resamples=105)

    monkeypatch.setattr("jadelite.metrics.intervals._CELLS_IN_A_BLOCK", 500)

    assert pattern_bootstrap(np.ones(50, int), statistic, n_resamples=105) == whole


@pytest.mark.parametrize(
    ("multiplicities", "n_resamples"), [([], 100), ([0, 0], 100), ([3, 4], 0), ([7], 100)]
)
def test_there_is_no_interval_without_items_resamples_or_variety(multiplicities, n_resamples):
    values = np.arange(len(multiplicities), dtype=float)

    assert pattern_bootstrap(multiplicities, mean_of(values), n_resamples=n_resamples) is None


def test_patterns_that_differ_by_rounding_only_give_no_interval():
    values = np.array([1 / 3, 1 / 3, 1 / 3])

    assert pattern_bootstrap([3, 5, 7], mean_of(values)) is None


@pytest.mark.parametrize(("n_undefined", "is_given"), [(5, True), (6, False), (100, False)])
def test_more_than_five_percent_undefined_resamples_leave_no_interval(n_undefined, is_given):
    def sometimes(weights):
        values = weights[:, 0].copy()
        values[:n_undefined] = np.nan
        return values

    interval = pattern_bootstrap([50, 50], sometimes, n_resamples=100)

    assert (interval is not None) is is_given


def test_a_negative_number_of_resamples_is_refused():
    with pytest.raises(ValueError, match="n_resamples is -1, expected 0 or more"):
        pattern_bootstrap([1], mean_of(np.ones(1)), n_resamples=-1)

"""Reliability bins and calibration errors against scikit-learn and simulated truth."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint

from jadelite.metrics.calibration import (
    ece,
    ece_debiased,
    mce,
    reliability,
)

few = settings(max_examples=50, deadline=None, database=None)
shares = st.floats(0, 1, allow_subnormal=False)
pairs = st.lists(st.tuples(shares, shares), min_size=1, max_size=30)


def random_cases(n=500, seed=4):
    generator = np.random.default_rng(seed)
    y_prob = generator.random(n)
    y_true = (generator.random(n) < y_prob**2).astype(float)
    return y_true, y_prob, generator.uniform(0.5, 4, n)


@pytest.mark.parametrize("n_bins", [1, 3, 10, 15])
def test_bins_equal_scikit_learn_also_on_the_edges(n_bins):
    y_true, y_prob, _ = random_cases()
    y_prob = y_prob.round(1)

    bins = [one for one in reliability(y_true, y_prob, n_bins=n_bins) if one.n]

    observed, mean = calibration_curve(y_true, y_prob, n_bins=n_bins)
    assert [one.observed.value for one in bins] == pytest.approx(observed.tolist())
    assert [one.mean_probability for one in bins] == pytest.approx(mean.tolist())


def test_the_observed_share_of_a_bin_has_wilsons_interval():
    (only,) = reliability([1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], n_bins=1)

    expected = proportion_confint(1, 4, method="wilson")
    assert (only.observed.low, only.observed.high) == pytest.approx(expected)


def test_bins_are_closed_on_the_right_and_the_first_holds_zero():
    first, second = reliability([0, 0, 1, 1], [0.0, 0.5, 0.51, 1.0], n_bins=2)

    assert (first.n, second.n) == (2, 2)
    assert (first.low, first.high, second.high) == (0.0, 0.5, 1.0)


def test_empty_bins_are_there_and_have_no_numbers():
    bins = reliability([], [], n_bins=4)

    assert [one.n for one in bins] == [0, 0, 0, 0]
    assert {one.mean_probability for one in bins} == {None}
    assert {one.observed.reason for one in bins} == {"empty"}


@few
@given(pairs, st.integers(1, 12))
def test_every_case_is_in_the_bin_whose_edges_hold_it(rows, n_bins):
    y_true, y_prob = zip(*rows, strict=True)

    bins = reliability(y_true, y_prob, n_bins=n_bins)

    assert sum(one.n for one in bins) == len(rows)
    for one in bins:
        if one.n:
            assert one.low - 1e-9 <= one.mean_probability <= one.high + 1e-9
            assert 0 <= one.observed.low <= one.observed.value <= one.observed.high <= 1


def test_less_than_one_bin_is_refused():
    with pytest.raises(ValueError, match="n_bins is 0, expected 1 or more"):
        reliability([1], [0.5], n_bins=0)


def test_weighted_bins_have_wilsons_interval_on_the_effective_number():
    (only,) = reliability([1, 0, 0], [0.1, 0.2, 0.3], n_bins=1, sample_weight=[2, 1, 1])

    size = 16 / 6
    expected = proportion_confint(0.5 * size, size, method="wilson")
    assert (only.observed.value, only.observed.method) == (0.5, "wilson-kish")
    assert (only.observed.low, only.observed.high) == pytest.approx(expected)
    assert only.mean_probability == pytest.approx(0.175)
    assert only.weight_share == 1.0


def test_bins_of_equal_counts_share_the_weight_and_keep_ties_together():
    y_true, y_prob, weights = random_cases()
    y_prob = np.where(y_prob < 0.3, 0.05, y_prob)  # nearly a third of all at one value

    bins = reliability(y_true, y_prob, n_bins=10, strategy="equal-count", sample_weight=weights)

    assert sum(one.n for one in bins) == 500
    assert bins[0].low == bins[0].high == 0.05
    assert all(one.high < after.low for one, after in itertools.pairwise(bins))
    assert [one.weight_share for one in bins[2:]] == pytest.approx(
        [0.1] * (len(bins) - 2), abs=0.015
    )


def test_cases_without_weight_are_in_no_bin():
    bins = reliability([1, 0], [0.2, 0.9], n_bins=2, sample_weight=[1, 0])

    assert [one.n for one in bins] == [1, 0]


def test_a_strategy_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="strategy is 'quantile', expected 'equal-width' or"):
        reliability([1], [0.5], strategy="quantile")


@few
@given(pairs, st.integers(1, 12), st.sampled_from(["equal-width", "equal-count"]))
def test_errors_are_made_of_the_bins_and_never_nan(rows, n_bins, strategy):
    y_true, y_prob = zip(*rows, strict=True)
    bins = [one for one in reliability(y_true, y_prob, n_bins=n_bins, strategy=strategy) if one.n]
    gaps = [abs(one.observed.value - one.mean_probability) for one in bins]

    mean = ece(y_true, y_prob, n_bins=n_bins, strategy=strategy, n_resamples=50)
    widest = mce(y_true, y_prob, n_bins=n_bins, strategy=strategy, n_resamples=50)
    less = ece_debiased(y_true, y_prob, n_bins=n_bins, strategy=strategy, n_resamples=50)

    assert mean.value == pytest.approx(
        sum(gap * one.weight_share for gap, one in zip(gaps, bins, strict=True)), abs=1e-9
    )
    assert widest.value == pytest.approx(max(gaps), abs=1e-9)
    assert 0 <= less.value <= mean.value + 1e-9
    for result in (mean, widest, less):
        if result.low is not None:
            assert 0 <= result.low <= result.value <= result.high <= 1 + 1e-9


@few
@given(pairs, st.sampled_from(["equal-width", "equal-count"]))
def test_doubling_every_weight_changes_no_error(rows, strategy):
    y_true, y_prob = zip(*rows, strict=True)

    one, other = (
        ece(y_true, y_prob, strategy=strategy, n_resamples=40, sample_weight=[weight] * len(rows))
        for weight in (1, 2)
    )

    assert one == other


def calibrated(generator, n, shift=0.0):
    y_prob = generator.beta(1, 4, n)
    return (generator.random(n) < np.clip(y_prob + shift, 0, 1)).astype(float), y_prob


def test_chance_adds_half_as_much_to_the_debiased_error_of_a_calibrated_model():
    plain, less = [], []
    for seed in range(60):
        y_true, y_prob = calibrated(np.random.default_rng(seed), 300)
        plain.append(ece(y_true, y_prob, n_bins=15, strategy="equal-count", n_resamples=0).value)
        less.append(ece_debiased(y_true, y_prob, n_resamples=0).value)

    assert np.mean(plain) == pytest.approx(0.06, abs=0.005)
    assert np.mean(less) == pytest.approx(0.035, abs=0.005)


def test_a_real_error_is_met_by_the_debiased_figure_and_held_by_its_interval():
    found = []
    held = 0
    for seed in range(60):
        y_true, y_prob = calibrated(np.random.default_rng(seed), 1500, shift=0.1)
        result = ece_debiased(y_true, y_prob, n_resamples=200)
        found.append(result.value)
        held += result.low <= 0.1 <= result.high

    assert np.mean(found) == pytest.approx(0.1, abs=0.005)
    assert held >= 52


def test_many_cases_are_grouped_without_a_change_of_the_interval(monkeypatch):
    y_true, y_prob, weights = random_cases(n=3000)
    whole = ece(y_true, y_prob, sample_weight=weights)

    monkeypatch.setattr("jadelite.metrics._binned._MAX_PATTERNS", 200)
    grouped = ece(y_true, y_prob, sample_weight=weights)

    assert grouped.value == whole.value
    assert [grouped.low, grouped.high] == pytest.approx([whole.low, whole.high], abs=0.003)


def test_an_end_cut_at_zero_says_so():
    assert ece([0, 1] * 20, [0.5] * 40, n_bins=1).method == "shifted-bootstrap-clipped"


@pytest.mark.parametrize("figure", [ece, mce, ece_debiased])
@pytest.mark.parametrize("strategy", ["equal-width", "equal-count"])
def test_no_cases_have_no_error(figure, strategy):
    result = figure([], [], strategy=strategy)

    assert (result.value, result.reason) == (None, "empty")


@pytest.mark.parametrize("figure", [ece, mce, ece_debiased])
def test_a_single_case_has_an_error_without_an_interval(figure):
    result = figure([1], [0.25])

    assert (result.value, result.low, result.method) == (0.75, None, "point")

"""Brier score and reliability bins against Brier's table and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from statsmodels.stats.proportion import proportion_confint

from jadelite.metrics.calibration import brier, reliability

few = settings(max_examples=50, deadline=None, database=None)
shares = st.floats(0, 1, allow_subnormal=False)
pairs = st.lists(st.tuples(shares, shares), min_size=1, max_size=30)


def random_cases(n=500, seed=4):
    generator = np.random.default_rng(seed)
    y_prob = generator.random(n)
    y_true = (generator.random(n) < y_prob**2).astype(float)
    return y_true, y_prob, generator.uniform(0.5, 4, n)


def test_brier_is_half_of_what_brier_printed_for_two_classes():
    y_prob = [0.7, 0.9, 0.8, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1]
    y_true = [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]

    result = brier(y_true, y_prob)

    assert (result.value, result.n) == (pytest.approx(0.19 / 2), 10)
    assert result.low < result.value < result.high


@pytest.mark.parametrize("weighted", [False, True])
def test_brier_equals_scikit_learn(weighted):
    y_true, y_prob, weights = random_cases()
    sample_weight = weights if weighted else None

    result = brier(y_true, y_prob, sample_weight=sample_weight)

    expected = brier_score_loss(y_true, y_prob, sample_weight=sample_weight)
    assert result.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("max_patterns", [64, 4096])
def test_the_interval_matches_a_loop_over_cases_also_when_cases_are_grouped(
    weighted, max_patterns, monkeypatch
):
    y_true, y_prob, weights = random_cases()
    weights = weights**2 if weighted else np.ones(y_true.size)
    monkeypatch.setattr("jadelite.metrics.calibration._MAX_PATTERNS", max_patterns)
    draws = np.random.default_rng(6).integers(0, y_true.size, size=(2000, y_true.size))
    loss = (weights * (y_true - y_prob) ** 2)[draws].sum(axis=1) / weights[draws].sum(axis=1)

    result = brier(y_true, y_prob, sample_weight=weights, n_resamples=2000)

    low, high = np.quantile(loss, [0.025, 0.975])
    assert (result.low, result.high) == pytest.approx((low, high), abs=0.003)
    assert result.method == "item-bootstrap"


@few
@given(pairs)
def test_brier_stays_in_bounds_for_hard_and_soft_labels(rows):
    y_true, y_prob = zip(*rows, strict=True)

    result = brier(y_true, y_prob, n_resamples=60)

    assert 0 <= result.value <= 1
    assert result.low is None or 0 <= result.low < result.high <= 1 + 1e-12


@few
@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_probabilities_that_equal_the_labels_give_zero_without_an_interval(labels):
    result = brier(labels, np.array(labels, dtype=float))

    assert (result.value, result.low, result.method) == (0.0, None, "point")


@few
@given(pairs, st.randoms(use_true_random=False))
def test_swapping_the_names_of_the_labels_or_shuffling_cases_changes_nothing(rows, random):
    y_true, y_prob = (np.array(values) for values in zip(*rows, strict=True))
    order = random.sample(range(len(rows)), len(rows))

    value = brier(y_true, y_prob, n_resamples=0).value

    assert brier(1 - y_true, 1 - y_prob, n_resamples=0).value == pytest.approx(value, abs=1e-12)
    assert brier(y_true[order], y_prob[order], n_resamples=0).value == pytest.approx(value)


def test_a_constant_half_scores_a_quarter():
    assert brier([0, 1, 1], [0.5, 0.5, 0.5]).value == 0.25


def test_cases_without_weight_do_not_count():
    result = brier([0, 1, 1], [0.5, 0.5, 0.0], sample_weight=[1, 1, 0])

    assert (result.value, result.n) == (0.25, 2)


@pytest.mark.parametrize(("n", "weights"), [(0, None), (2, [0, 0])])
def test_no_cases_or_no_weight_give_no_score(n, weights):
    result = brier([0.0] * n, [0.5] * n, sample_weight=weights)

    assert (result.value, result.reason, result.n) == (None, "empty", 0)


def test_brier_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match=r"y_prob holds 1\.2, expected numbers from 0 to 1"):
        brier([1], [1.2])


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

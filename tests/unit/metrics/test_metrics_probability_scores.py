"""Brier score, its parts and log loss against Brier's table and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from jadelite.metrics.probability_scores import brier, brier_parts, log_loss

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
    monkeypatch.setattr("jadelite.metrics.probability_scores._MAX_PATTERNS", max_patterns)
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


@pytest.mark.parametrize("weighted", [False, True])
def test_log_loss_equals_scikit_learn_also_at_the_ends(weighted):
    y_true, y_prob, weights = random_cases()
    y_prob[:4], y_true[:4] = [0, 0, 1, 1], [0, 1, 0, 1]
    sample_weight = weights if weighted else None

    result = log_loss(y_true, y_prob, sample_weight=sample_weight)

    expected = sklearn_log_loss(y_true, y_prob, sample_weight=sample_weight)
    assert result.value == pytest.approx(expected, rel=1e-9)
    assert result.low < result.value < result.high


@pytest.mark.parametrize(
    ("ours", "theirs"), [(brier, brier_score_loss), (log_loss, sklearn_log_loss)]
)
def test_soft_labels_count_as_cases_of_both_classes(ours, theirs):
    y_soft, y_prob, weights = random_cases()
    y_soft = np.random.default_rng(5).random(y_soft.size).round(2)

    result = ours(y_soft, y_prob, sample_weight=weights)

    doubled = np.concatenate([weights * y_soft, weights * (1 - y_soft)])
    expected = theirs(np.repeat([1, 0], y_soft.size), np.tile(y_prob, 2), sample_weight=doubled)
    assert result.value == pytest.approx(expected)


@few
@given(pairs)
def test_log_loss_is_never_negative_nor_infinite(rows):
    y_true, y_prob = zip(*rows, strict=True)

    result = log_loss(y_true, y_prob, n_resamples=60)

    assert 0 <= result.value <= 36.1
    assert result.low is None or result.low < result.high


@few
@given(
    st.lists(st.tuples(shares, st.sampled_from([0.05, 0.25, 0.4, 0.95])), min_size=1, max_size=30)
)
def test_the_parts_of_binned_forecasts_make_up_the_score(rows):
    y_true, y_prob = zip(*rows, strict=True)

    parts = brier_parts(y_true, y_prob, n_bins=10, n_resamples=40)

    score = brier(y_true, y_prob, n_resamples=0).value
    together = parts.reliability.value - parts.resolution.value + parts.uncertainty.value
    assert together == pytest.approx(score, abs=1e-9)
    assert parts.within == pytest.approx(0, abs=1e-9)
    assert parts.resolution.value <= parts.uncertainty.value + 1e-12
    for part in (parts.reliability, parts.resolution, parts.uncertainty):
        assert part.low is None or 0 <= part.low <= part.value <= part.high


def test_what_differs_inside_a_bin_is_the_fourth_part():
    y_true, y_prob, weights = random_cases()

    parts = brier_parts(y_true, y_prob, sample_weight=weights, n_resamples=0)

    score = brier(y_true, y_prob, sample_weight=weights, n_resamples=0).value
    together = parts.reliability.value - parts.resolution.value + parts.uncertainty.value
    assert together + parts.within == pytest.approx(score)
    assert abs(parts.within) > 1e-4


def test_a_forecast_of_the_share_has_no_resolution():
    parts = brier_parts([0, 0, 0, 1], [0.25] * 4)

    assert (parts.reliability.value, parts.resolution.value) == (0.0, 0.0)
    assert parts.uncertainty.value == pytest.approx(0.1875)


def test_no_cases_have_no_parts():
    parts = brier_parts([], [])

    reasons = {part.reason for part in (parts.reliability, parts.resolution, parts.uncertainty)}
    assert (reasons, parts.within) == ({"empty"}, None)

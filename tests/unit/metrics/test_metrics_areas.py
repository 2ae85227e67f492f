"""Areas under curves against scikit-learn, DeLong by hand and doubled cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from jadelite.metrics.areas import average_precision, roc_auc
from jadelite.metrics.ranking import Ranking

few = settings(max_examples=50, deadline=None, database=None)
cases = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])), max_size=40)
mixed = cases.filter(lambda rows: len({label for label, _ in rows}) == 2)
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
soft = st.lists(st.tuples(shares, shares, st.sampled_from([0.5, 1.0, 3.0])), max_size=25)
BOTH = pytest.mark.parametrize("area", [roc_auc, average_precision])


def split(rows):
    return [label for label, _ in rows], [probability for _, probability in rows]


def random_cases(n=400, seed=2):
    generator = np.random.default_rng(seed)
    y_true = generator.random(n) < 0.3
    y_prob = np.clip(0.3 * y_true + generator.random(n) * 0.7, 0, 1).round(2)
    return y_true, y_prob, generator.uniform(0.5, 4, n)


@BOTH
def test_labels_and_probabilities_of_different_length_are_refused(area):
    with pytest.raises(ValueError, match="lengths differ"):
        area([0, 1], [0.1])


@BOTH
def test_a_confidence_of_one_is_refused(area):
    with pytest.raises(ValueError, match="confidence is 1"):
        area([0, 1], [0.1, 0.2], confidence=1)


def delong_by_hand(y_true, y_prob):
    """DeLong et al. (1988), equations 1 to 5, over the full matrix of pairs."""
    above, below = y_prob[y_true], y_prob[~y_true]
    kernel = (above[:, None] > below) + 0.5 * (above[:, None] == below)
    area = kernel.mean()
    s10 = ((kernel.mean(axis=1) - area) ** 2).sum() / (above.size - 1)
    s01 = ((kernel.mean(axis=0) - area) ** 2).sum() / (below.size - 1)
    half = 1.959963984540054 * np.sqrt(s10 / above.size + s01 / below.size)
    return area, area - half, area + half


@pytest.mark.parametrize("digits", [1, 2, 12])
def test_the_area_and_its_interval_equal_scikit_learn_and_delong_by_hand(digits):
    y_true, y_prob, _ = random_cases()
    y_prob = y_prob.round(digits)

    result = roc_auc(y_true, y_prob)

    expected = delong_by_hand(y_true, y_prob)
    assert (result.value, result.low, result.high) == pytest.approx(expected, abs=1e-12)
    assert result.value == pytest.approx(sklearn_metrics.roc_auc_score(y_true, y_prob))
    assert (result.n, result.method) == (400, "delong")


@few
@given(mixed)
def test_the_area_stays_in_bounds_and_turns_over_with_the_labels(rows):
    y_true, y_prob = (np.array(values, dtype=float) for values in split(rows))

    result, turned = roc_auc(y_true, y_prob), roc_auc(1 - y_true, y_prob)

    assert 0 <= result.value <= 1
    assert result.value + turned.value == pytest.approx(1)
    if result.low is not None:
        assert 0 <= result.low < result.high <= 1
        assert result.high == pytest.approx(1 - turned.low)


@few
@given(mixed)
def test_only_the_order_of_the_probabilities_matters(rows):
    y_true, y_prob = split(rows)

    assert roc_auc(y_true, y_prob) == roc_auc(y_true, np.square(y_prob))


@pytest.mark.parametrize(
    ("y_true", "y_prob", "value"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], 1.0),
        ([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9], 0.0),
        ([0, 0, 1, 1], [0.4, 0.4, 0.4, 0.4], 0.5),
        ([0, 0, 1], [0.1, 0.8, 0.5], 0.5),
    ],
)
def test_an_area_without_a_usable_standard_error_has_no_interval(y_true, y_prob, value):
    result = roc_auc(y_true, y_prob)

    assert (result.value, result.low, result.high, result.method) == (value, None, None, "point")


def test_an_interval_end_beyond_one_is_cut_and_says_so():
    result = roc_auc([0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.6, 0.5, 0.8, 0.9])

    assert (result.high, result.method) == (1.0, "delong-clipped")
    assert 0 < result.low < result.value < 1


@pytest.mark.parametrize(
    ("y_true", "reason"), [([], "empty"), ([0, 0], "one-class-only"), ([1], "one-class-only")]
)
def test_one_class_or_none_has_no_area(y_true, reason):
    result = roc_auc(y_true, [0.5] * len(y_true))

    assert (result.value, result.reason, result.n) == (None, reason, len(y_true))


ORACLES = {
    roc_auc: sklearn_metrics.roc_auc_score,
    average_precision: sklearn_metrics.average_precision_score,
}


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_a_ranking_gives_both_areas_by_name(name):
    y_true, y_prob, weights = random_cases()
    area = {"roc_auc": roc_auc, "average_precision": average_precision}[name]

    ranking = Ranking.of(y_true, y_prob, sample_weight=weights)

    assert ranking.value_of(name) == pytest.approx(
        area(y_true, y_prob, sample_weight=weights, n_resamples=0).value
    )
    assert Ranking.of([0, 0], [0.1, 0.2]).value_of(name) is None


@BOTH
@pytest.mark.parametrize("digits", [1, 12])
def test_weighted_areas_equal_scikit_learn(area, digits):
    y_true, y_prob, weights = random_cases()
    y_prob = y_prob.round(digits)

    result = area(y_true, y_prob, sample_weight=weights)

    assert result.value == pytest.approx(ORACLES[area](y_true, y_prob, sample_weight=weights))
    assert result.low < result.value < result.high
    assert (result.method, result.n) == (
        "item-bootstrap",
        int(weights.sum() ** 2 / (weights**2).sum()),
    )


@BOTH
def test_soft_labels_count_as_cases_of_both_classes(area):
    _, y_prob, weights = random_cases()
    y_soft = np.random.default_rng(5).random(y_prob.size).round(2)

    result = area(y_soft, y_prob, sample_weight=weights)

    doubled = np.concatenate([weights * y_soft, weights * (1 - y_soft)])
    hard = np.repeat([1, 0], y_soft.size)
    expected = ORACLES[area](hard, np.tile(y_prob, 2), sample_weight=doubled)
    assert result.value == pytest.approx(expected)


def test_equal_weights_whatever_their_size_leave_delongs_interval():
    y_true, y_prob, _ = random_cases()

    assert roc_auc(y_true, y_prob, sample_weight=np.full(400, 250.0)) == roc_auc(y_true, y_prob)


def test_the_bootstrap_of_the_area_is_as_wide_as_delongs_interval():
    y_true, y_prob, _ = random_cases(n=3000)
    exact = roc_auc(y_true, y_prob)

    # One weight that differs by nothing to speak of asks for the bootstrap.
    drawn = roc_auc(y_true, y_prob, sample_weight=np.r_[1.000001, np.ones(2999)])

    assert drawn.method == "item-bootstrap"
    assert drawn.high - drawn.low == pytest.approx(exact.high - exact.low, rel=0.1)


@BOTH
@few
@given(soft)
def test_areas_are_never_nan_and_their_intervals_hold_them(area, rows):
    y_true, y_prob, weights = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    )

    result = area(y_true, y_prob, sample_weight=weights, n_resamples=60)

    if result.reason is None:
        assert 0 <= result.value <= 1
    if result.low is not None:
        assert 0 <= result.low <= result.value <= result.high <= 1


@BOTH
@few
@given(mixed)
def test_cases_without_weight_do_not_count(area, rows):
    y_true, y_prob = split(rows)

    more = area([*y_true, 1, 0], [*y_prob, 0.1, 0.9], sample_weight=[1] * len(rows) + [0, 0])

    assert more == area(y_true, y_prob)


@few
@given(mixed)
def test_average_precision_equals_scikit_learn_and_is_the_prevalence_without_an_order(rows):
    y_true, y_prob = split(rows)

    result = average_precision(y_true, y_prob, n_resamples=0)
    flat = average_precision(y_true, np.full(len(rows), 0.3), n_resamples=0)

    assert result.value == pytest.approx(sklearn_metrics.average_precision_score(y_true, y_prob))
    assert flat.value == pytest.approx(np.mean(y_true))


@few
@given(mixed)
def test_average_precision_depends_on_the_order_only(rows):
    y_true, y_prob = split(rows)

    other = average_precision(y_true, np.square(y_prob), n_resamples=50)

    assert other == average_precision(y_true, y_prob, n_resamples=50)


@pytest.mark.parametrize(
    ("y_true", "reason"), [([], "empty"), ([0, 0], "one-class-only"), ([1], "one-class-only")]
)
def test_one_class_or_none_has_no_average_precision(y_true, reason):
    result = average_precision(y_true, [0.5] * len(y_true))

    assert (result.value, result.reason, result.n) == (None, reason, len(y_true))

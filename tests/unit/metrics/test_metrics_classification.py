"""Confusion rates and the area under ROC against Fawcett, scikit-learn and DeLong by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.proportion import proportion_confint

from jadelite.metrics.classification import Confusion, confusion, roc_auc

few = settings(max_examples=50, deadline=None, database=None)
cases = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])), max_size=40)
mixed = cases.filter(lambda rows: len({label for label, _ in rows}) == 2)
RATES = ["precision", "recall", "specificity", "false_positive_rate"]
SHARES = ["prevalence", "match_rate", "accuracy"]


def split(rows):
    return [label for label, _ in rows], [probability for _, probability in rows]


def random_cases(n=400, seed=2):
    generator = np.random.default_rng(seed)
    y_true = generator.random(n) < 0.3
    y_prob = np.clip(0.3 * y_true + generator.random(n) * 0.7, 0, 1).round(2)
    return y_true, y_prob, generator.uniform(0.5, 4, n)


def cells_of(tn=0, fp=0, fn=0, tp=0):
    return Confusion(tn=tn, fp=fp, fn=fn, tp=tp, threshold=0.5, n=tn + fp + fn + tp)


def test_a_probability_equal_to_the_threshold_is_flagged():
    cells = confusion([1, 0, 1, 0], [0.5, 0.5, 0.4, 0.4])

    assert (cells.tn, cells.fp, cells.fn, cells.tp, cells.n) == (1, 1, 1, 1, 4)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.35, 0.5, 1.0])
def test_cells_and_rates_equal_scikit_learn(threshold, weighted):
    y_true, y_prob, weights = random_cases()
    sample_weight = weights if weighted else None
    y_pred = y_prob >= threshold

    cells = confusion(y_true, y_prob, threshold=threshold, sample_weight=sample_weight)

    table = sklearn_metrics.confusion_matrix(y_true, y_pred, sample_weight=sample_weight)
    assert [cells.tn, cells.fp, cells.fn, cells.tp] == pytest.approx(table.ravel().tolist())
    for ours, theirs in [
        (cells.recall(), sklearn_metrics.recall_score),
        (cells.accuracy(), sklearn_metrics.accuracy_score),
        (cells.f1(), sklearn_metrics.f1_score),
    ]:
        assert ours.value == pytest.approx(theirs(y_true, y_pred, sample_weight=sample_weight))
    expected = sklearn_metrics.precision_score(y_true, y_pred, sample_weight=sample_weight)
    assert cells.precision().value == pytest.approx(expected)


def test_each_rate_has_wilsons_interval_on_its_own_denominator():
    cells = cells_of(tn=80, fp=5, fn=4, tp=11)

    for result, k, n in [
        (cells.precision(), 11, 16),
        (cells.recall(), 11, 15),
        (cells.specificity(), 80, 85),
        (cells.false_positive_rate(), 5, 85),
        (cells.prevalence(), 15, 100),
        (cells.match_rate(), 16, 100),
        (cells.accuracy(), 91, 100),
    ]:
        expected = proportion_confint(k, n, method="wilson")
        assert (result.value, result.n, result.method) == (k / n, n, "wilson")
        assert (result.low, result.high) == pytest.approx(expected)


def test_f1_is_a_point_on_the_cases_flagged_or_positive():
    result = cells_of(tn=80, fp=5, fn=4, tp=11).f1()

    assert (result.value, result.n, result.method) == (22 / 31, 20, "point")
    assert (result.low, result.high) == (None, None)


def test_f1_without_a_true_positive_is_zero():
    assert cells_of(tn=5, fn=3).f1().value == 0.0


@pytest.mark.parametrize(
    ("cells", "rate", "reason"),
    [
        (cells_of(tn=3, fn=2), "precision", "no-flagged-cases"),
        (cells_of(tn=3, fp=2), "recall", "no-positive-cases"),
        (cells_of(tp=3, fn=2), "specificity", "no-negative-cases"),
        (cells_of(tp=3, fn=2), "false_positive_rate", "no-negative-cases"),
        (cells_of(), "prevalence", "empty"),
        (cells_of(), "match_rate", "empty"),
        (cells_of(), "accuracy", "empty"),
        (cells_of(tn=3), "f1", "no-positive-cases"),
    ],
)
def test_a_rate_without_cases_has_a_reason_and_no_value(cells, rate, reason):
    result = getattr(cells, rate)()

    assert (result.value, result.low, result.reason, result.n) == (None, None, reason, 0)


def test_no_cases_give_four_zeros():
    cells = confusion([], [], sample_weight=[])

    assert (cells.tn, cells.fp, cells.fn, cells.tp, cells.n) == (0, 0, 0, 0, 0)
    assert cells.accuracy().reason == "empty"


@few
@given(cases, st.sampled_from([0.0, 0.5, 0.6, 1.0]))
def test_rates_stay_in_bounds_and_complete_each_other(rows, threshold):
    cells = confusion(*split(rows), threshold=threshold)

    for name in RATES + SHARES:
        result = getattr(cells, name)()
        if result.reason is None:
            assert 0 <= result.low <= result.value <= result.high <= 1
    if cells.specificity().reason is None:
        assert cells.specificity().value == pytest.approx(1 - cells.false_positive_rate().value)


@few
@given(mixed)
def test_a_model_that_repeats_the_labels_is_right_everywhere(rows):
    y_true, _ = split(rows)

    cells = confusion(y_true, np.array(y_true, dtype=float))

    assert cells.precision().value == cells.recall().value == 1.0
    assert cells.f1().value == cells.accuracy().value == cells.specificity().value == 1.0


@few
@given(mixed)
def test_swapping_the_names_of_the_labels_swaps_recall_and_specificity(rows):
    y_true, y_prob = (np.array(values, dtype=float) for values in split(rows))
    y_prob[y_prob == 0.5] = 0.6  # on the threshold, where both names would be flagged

    cells, swapped = confusion(y_true, y_prob), confusion(1 - y_true, 1 - y_prob)

    assert cells.recall() == swapped.specificity()
    assert cells.specificity() == swapped.recall()


def test_equal_weights_give_the_plain_rates_whatever_their_size():
    y_true, y_prob, _ = random_cases()
    plain = confusion(y_true, y_prob)

    weighted = confusion(y_true, y_prob, sample_weight=np.full(y_true.size, 250.0))

    for name in RATES + SHARES:
        one, other = getattr(plain, name)(), getattr(weighted, name)()
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
        assert (one.n, other.method) == (other.n, "wilson-kish")


def test_uneven_weights_widen_the_interval():
    y_true, y_prob, weights = random_cases()
    plain = confusion(y_true, y_prob).accuracy()

    uneven = confusion(y_true, y_prob, sample_weight=weights**3).accuracy()

    assert uneven.n < plain.n
    assert uneven.high - uneven.low > plain.high - plain.low


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"threshold": 1.5}, "threshold is 1.5, expected 0 to 1"),
        ({"threshold": float("nan")}, "threshold is nan, expected 0 to 1"),
        ({"sample_weight": [1.0]}, "lengths differ"),
        ({"sample_weight": [1.0, -2.0]}, "sample_weight holds -2.0"),
    ],
)
def test_thresholds_and_weights_that_cannot_be_meant_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        confusion([0, 1], [0.1, 0.9], **arguments)


@pytest.mark.parametrize("function", [confusion, roc_auc])
def test_labels_and_probabilities_of_different_length_are_refused(function):
    with pytest.raises(ValueError, match="lengths differ"):
        function([0, 1], [0.1])


@pytest.mark.parametrize(("tn", "n", "words"), [(-1, -1, "0 or more"), (3, 4, "expected n = 4")])
def test_cells_that_contradict_themselves_are_refused(tn, n, words):
    with pytest.raises(ValueError, match=words):
        Confusion(tn=tn, fp=0, fn=0, tp=0, threshold=0.5, n=n)


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

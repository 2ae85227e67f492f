"""Confusion cells and rates against Fawcett, scikit-learn and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from jadelite.metrics.classification import Confusion, confusion

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


def test_f1_has_nearly_the_interval_that_wilson_gives_for_its_share_of_the_union():
    result = cells_of(tn=80, fp=5, fn=4, tp=11).f1()

    assert (result.value, result.n, result.method) == (22 / 31, 20, "wilson-linearised")
    carried = [2 * q / (1 + q) for q in proportion_confint(11, 20, method="wilson")]
    assert [result.low, result.high] == pytest.approx(carried, abs=0.02)


@pytest.mark.parametrize(("fp", "fn", "tp"), [(5, 4, 0), (0, 0, 9)])
def test_at_the_ends_of_the_scale_both_intervals_of_f1_are_the_same(fp, fn, tp):
    result = cells_of(tn=80, fp=fp, fn=fn, tp=tp).f1()

    carried = [2 * q / (1 + q) for q in proportion_confint(tp, tp + fp + fn, method="wilson")]
    assert [result.low, result.high] == pytest.approx(carried, abs=1e-12)


@pytest.mark.parametrize("beta", [0.5, 1, 2])
def test_the_interval_of_f_beta_is_as_wide_as_resamples_of_the_cells_say(beta):
    cells = cells_of(tn=800, fp=90, fn=50, tp=160)
    draws = np.random.default_rng(3).multinomial(1100, np.array([800, 90, 50, 160]) / 1100, 20_000)
    _, fp, fn, tp = draws.T
    square = beta**2
    spread = ((1 + square) * tp / ((1 + square) * tp + square * fn + fp)).std()

    result = cells.fbeta(beta)

    expected = sklearn_metrics.fbeta_score(
        np.repeat([0, 0, 1, 1], [800, 90, 50, 160]),
        np.repeat([0, 1, 0, 1], [800, 90, 50, 160]),
        beta=beta,
    )
    assert result.value == pytest.approx(expected)
    assert (result.high - result.low) / 3.92 == pytest.approx(spread, rel=0.03)


def test_f_of_no_beta_is_refused():
    with pytest.raises(ValueError, match="beta is 0, expected a number above 0"):
        cells_of(tp=1).fbeta(0)


@pytest.mark.parametrize("weighted", [False, True])
def test_summaries_of_all_four_cells_equal_scikit_learn(weighted):
    y_true, y_prob, weights = random_cases()
    sample_weight = weights if weighted else None
    y_pred = y_prob >= 0.5

    cells = confusion(y_true, y_prob, sample_weight=sample_weight)

    for ours, theirs in [
        (cells.balanced_accuracy(), sklearn_metrics.balanced_accuracy_score),
        (cells.mcc(), sklearn_metrics.matthews_corrcoef),
        (cells.kappa(), sklearn_metrics.cohen_kappa_score),
    ]:
        assert ours.value == pytest.approx(theirs(y_true, y_pred, sample_weight=sample_weight))
        assert ours.low < ours.value < ours.high


def test_their_intervals_are_as_wide_as_resamples_of_the_cells_say():
    counts = np.array([800, 90, 50, 160])
    cells = cells_of(**dict(zip(("tn", "fp", "fn", "tp"), counts.tolist(), strict=True)))
    draws = [
        cells_of(**dict(zip(("tn", "fp", "fn", "tp"), row, strict=True)))
        for row in np.random.default_rng(3).multinomial(1100, counts / 1100, 2000).tolist()
    ]

    for name in ("balanced_accuracy", "mcc", "kappa"):
        spread = np.std([getattr(one, name)().value for one in draws])
        result = getattr(cells, name)()
        assert (result.high - result.low) / 3.92 == pytest.approx(spread, rel=0.06), name


def test_the_standard_error_of_kappa_is_that_of_statsmodels():
    result = cells_of(tn=80, fp=5, fn=4, tp=11).kappa()

    expected = cohens_kappa(np.array([[80, 5], [4, 11]]))
    assert (result.value, result.se) == pytest.approx((expected.kappa, expected.std_kappa))


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        (cells_of(), ("empty", "empty", "empty")),
        (cells_of(tp=2, fn=1), ("one-class-only", "one-class-only", "one-class-only")),
        (cells_of(tp=2, fp=1), (None, "constant", "constant")),
    ],
)
def test_what_has_only_one_class_or_one_answer_is_not_correlated(cells, reasons):
    found = (cells.balanced_accuracy(), cells.mcc(), cells.kappa())

    assert tuple(one.reason for one in found) == reasons


def test_a_perfect_model_has_summaries_without_an_interval_that_would_be_made_up():
    cells = cells_of(tn=7, tp=3)

    assert (cells.mcc().value, cells.mcc().method) == (1.0, "point")
    assert (cells.kappa().value, cells.kappa().method) == (1.0, "point")
    assert cells.balanced_accuracy().value == 1.0
    assert 0.5 < cells.balanced_accuracy().low < 1.0


def test_turned_round_the_other_label_is_the_positive_one():
    cells = confusion(*random_cases()[:2])
    turned = cells.turned()

    assert turned.recall() == cells.specificity()
    assert turned.match_rate().value == pytest.approx(1 - cells.match_rate().value)
    assert turned.mcc().value == pytest.approx(cells.mcc().value)
    assert turned.turned() == cells


def twice(y_true, y_prob, weights):
    """Soft labels as hard ones: every case once as positive, once as negative."""
    n = y_true.size
    y_hard = np.repeat([1, 0], n)
    return y_hard, np.tile(y_prob, 2), np.concatenate([weights * y_true, weights * (1 - y_true)])


def test_soft_labels_count_as_cases_of_both_classes():
    _, y_prob, weights = random_cases()
    y_soft = np.random.default_rng(5).random(y_prob.size).round(2)

    soft = confusion(y_soft, y_prob, threshold=0.4, sample_weight=weights)
    hard, y_prob_twice, weights_twice = twice(y_soft, y_prob, weights)
    doubled = confusion(hard, y_prob_twice, threshold=0.4, sample_weight=weights_twice)

    for name in [*RATES, *SHARES, "f1", "mcc", "kappa", "balanced_accuracy"]:
        assert getattr(soft, name)().value == pytest.approx(getattr(doubled, name)().value)
    # A flagged case is one case, however its label is divided.
    flagged = weights[y_prob >= 0.4]
    assert soft.precision().n == int(flagged.sum() ** 2 / (flagged**2).sum())


def test_soft_labels_without_weights_have_wilsons_interval_on_their_sums():
    cells = confusion([0.5, 1.0, 0.25], [0.9, 0.8, 0.7])

    expected = proportion_confint(1.75, 3, method="wilson")
    assert (cells.tp, cells.fp, cells.n) == (1.75, 1.25, 3)
    assert [cells.precision().low, cells.precision().high] == pytest.approx(expected)


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

    for name in [*RATES, *SHARES, "f1", "balanced_accuracy"]:
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


def test_labels_and_probabilities_of_different_length_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        confusion([0, 1], [0.1])


@pytest.mark.parametrize(("tn", "n", "words"), [(-1, -1, "0 or more"), (3, 4, "expected n = 4")])
def test_cells_that_contradict_themselves_are_refused(tn, n, words):
    with pytest.raises(ValueError, match=words):
        Confusion(tn=tn, fp=0, fn=0, tp=0, threshold=0.5, n=n)

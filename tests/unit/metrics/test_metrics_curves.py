"""Confusions at many thresholds and the curves, against scikit-learn and single thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from jadelite.metrics.classification import confusion
from jadelite.metrics.curves import confusions, precision_recall_curve, roc_curve

few = settings(max_examples=50, deadline=None, database=None)
shares = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
cases = st.lists(st.tuples(shares, shares, st.sampled_from([0.0, 0.5, 3.0])), max_size=25)
BOTH = pytest.mark.parametrize("curve", [roc_curve, precision_recall_curve])


def random_cases(n=400, seed=2):
    generator = np.random.default_rng(seed)
    y_true = generator.random(n) < 0.3
    y_prob = np.clip(0.3 * y_true + generator.random(n) * 0.7, 0, 1).round(3)
    return y_true, y_prob, generator.uniform(0.5, 4, n)


def columns(rows):
    return [np.array(column) for column in zip(*rows, strict=True)] if rows else ([], [], [])


@few
@given(cases, st.lists(shares, max_size=4))
def test_many_thresholds_at_once_give_what_each_gives_by_itself(rows, thresholds):
    y_true, y_prob, weights = columns(rows)

    found = confusions(y_true, y_prob, thresholds=thresholds, sample_weight=weights)

    for cells, threshold in zip(found, thresholds, strict=True):
        alone = confusion(y_true, y_prob, threshold=threshold, sample_weight=weights)
        assert (cells.threshold, cells.n) == (alone.threshold, alone.n)
        for cell in ("tn", "fp", "fn", "tp", "weight_squares"):
            assert getattr(cells, cell) == pytest.approx(getattr(alone, cell), abs=1e-12)


def test_without_weights_and_with_hard_labels_the_cells_are_whole():
    y_true, y_prob, _ = random_cases()

    found = confusions(y_true, y_prob, thresholds=[0.2, 0.9, 0.5])

    assert found == [confusion(y_true, y_prob, threshold=cut) for cut in (0.2, 0.9, 0.5)]


def test_a_threshold_beyond_one_is_refused():
    with pytest.raises(ValueError, match=r"threshold is 1\.5, expected 0 to 1"):
        confusions([0, 1], [0.1, 0.9], thresholds=[0.5, 1.5])


@pytest.mark.parametrize("weighted", [False, True])
def test_points_of_the_roc_curve_equal_scikit_learn(weighted):
    y_true, y_prob, weights = random_cases()
    sample_weight = weights if weighted else None

    points = roc_curve(y_true, y_prob, sample_weight=sample_weight, n_points=1000)

    rates, recalls, cuts = sklearn_metrics.roc_curve(
        y_true, y_prob, sample_weight=sample_weight, drop_intermediate=False
    )
    assert [p.false_positive_rate.value for p in points] == pytest.approx(rates.tolist())
    assert [p.recall.value for p in points] == pytest.approx(recalls.tolist())
    assert points[0].threshold is None
    assert [p.threshold for p in points[1:]] == cuts[1:].tolist()


@pytest.mark.parametrize("weighted", [False, True])
def test_points_of_the_precision_recall_curve_equal_scikit_learn(weighted):
    y_true, y_prob, weights = random_cases()
    sample_weight = weights if weighted else None

    points = precision_recall_curve(y_true, y_prob, sample_weight=sample_weight, n_points=1000)

    precisions, recalls, cuts = sklearn_metrics.precision_recall_curve(
        y_true, y_prob, sample_weight=sample_weight
    )
    assert [p.precision.value for p in points][::-1] == pytest.approx(precisions[:-1].tolist())
    assert [p.recall.value for p in points][::-1] == pytest.approx(recalls[:-1].tolist())
    assert [p.threshold for p in points][::-1] == cuts.tolist()


@BOTH
@pytest.mark.parametrize("n_points", [2, 3, 20])
def test_a_thinned_curve_keeps_its_ends_and_lies_on_the_whole_one(curve, n_points):
    y_true, y_prob, weights = random_cases()

    whole = curve(y_true, y_prob, sample_weight=weights, n_points=1000)
    thin = curve(y_true, y_prob, sample_weight=weights, n_points=n_points)

    assert len(thin) == n_points
    assert (thin[0], thin[-1]) == (whole[0], whole[-1])
    assert all(point in whole for point in thin)


@pytest.mark.parametrize("n_points", [50, 200])
def test_a_thinned_roc_curve_has_no_wide_gaps(n_points):
    points = roc_curve(*random_cases(20_000)[:2], n_points=n_points)

    recalls = np.array([point.recall.value for point in points])
    rates = np.array([point.false_positive_rate.value for point in points])
    assert (np.diff(recalls) + np.diff(rates)).max() < 3 / n_points


@BOTH
@few
@given(cases)
def test_points_are_rates_that_never_fall(curve, rows):
    y_true, y_prob, weights = columns(rows)

    points = curve(y_true, y_prob, sample_weight=weights, n_points=5)

    assert len(points) <= 5
    recalls = [point.recall.value for point in points]
    assert recalls == sorted(recalls)
    for point in points:
        assert 0 <= point.recall.low <= point.recall.value <= point.recall.high <= 1
    if points:
        assert recalls[-1] == 1.0


@BOTH
@pytest.mark.parametrize("y_true", [[], [0, 0], [1]])
def test_one_class_or_none_has_no_curve(curve, y_true):
    assert curve(y_true, [0.5] * len(y_true)) == []


@BOTH
def test_a_curve_of_one_point_is_refused(curve):
    with pytest.raises(ValueError, match="n_points is 1, expected 2 or more"):
        curve([0, 1], [0.1, 0.9], n_points=1)

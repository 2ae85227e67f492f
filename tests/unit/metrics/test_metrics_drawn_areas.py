"""Areas under curves for a frame: values against scikit-learn, pulls against small steps."""

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from jadelite.metrics import drawn_areas
from jadelite.metrics.survey import Sample

ORACLES = {
    drawn_areas.roc_auc: roc_auc_score,
    drawn_areas.average_precision: average_precision_score,
}


def cases(seed: int, *, soft: bool = False) -> tuple[Sample, np.ndarray]:
    chance = np.random.default_rng(seed)
    scores = chance.random(200).round(2)
    y = (chance.random(200) < scores).astype(float)
    if soft:
        y = (y + (chance.random(200) < 0.5)) / 2
    return Sample.of(y, chance.integers(0, 3, 200), [9000, 4000, 500]), scores


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("area", ORACLES)
def test_values_equal_scikit_learn_on_weighted_cases(area, soft) -> None:
    sample, scores = cases(1, soft=soft)
    weight = np.concatenate([sample.weight * sample.y, sample.weight * (1 - sample.y)])
    labels = np.repeat([1, 0], 200)
    oracle = ORACLES[area](labels, np.tile(scores, 2), sample_weight=weight)
    found = area(sample, scores)
    assert found.value == pytest.approx(float(oracle))
    assert found.low < found.value < found.high


@pytest.mark.parametrize("area", ORACLES)
def test_the_error_is_that_of_a_jackknife_over_the_cases(area) -> None:
    """Pulls are derivatives: leaving a case out moves the area by what it pulls."""
    sample, scores = cases(2)
    one = Sample.of(sample.y, np.zeros(200, int), [10**9])
    found = area(one, scores)
    left = []
    for place in range(200):
        kept = np.arange(200) != place
        part = Sample.of(one.y[kept], np.zeros(199, int), [10**9])
        left.append(area(part, scores[kept]).value)
    jackknife = math.sqrt(199 / 200 * float(((np.array(left) - np.mean(left)) ** 2).sum()))
    assert found.se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("area", ORACLES)
def test_any_rising_map_of_the_scores_leaves_the_area(area) -> None:
    sample, scores = cases(3)
    one, two = area(sample, scores), area(sample, scores**3)
    assert (one.value, one.low, one.high) == pytest.approx((two.value, two.low, two.high))


def test_turned_scores_turn_the_area() -> None:
    sample, scores = cases(4)
    one, two = drawn_areas.roc_auc(sample, scores), drawn_areas.roc_auc(sample, 1 - scores)
    assert (one.value, one.low, one.high) == pytest.approx(
        (1 - two.value, 1 - two.high, 1 - two.low)
    )


def test_a_perfect_order_still_has_an_interval_with_width() -> None:
    sample = Sample.of([0] * 300 + [1] * 100, [0] * 300 + [1] * 100, [3000, 1000])
    found = drawn_areas.roc_auc(sample, np.linspace(0, 1, 400))
    assert found.value == 1
    assert 0.9 < found.low < 0.999


def test_what_is_not_there_is_a_reason_and_a_census_has_no_interval() -> None:
    none = Sample.of([0, 0], [0, 0], [9])
    assert drawn_areas.roc_auc(none, [0.1, 0.2]).reason == "one-class-only"
    assert drawn_areas.average_precision(none, [0.1, 0.2]).reason == "no-positive-cases"
    for area in ORACLES:
        assert area(Sample.of([], [], [9]), []).reason == "empty"
        whole = area(Sample.of([0, 1, 1], [0] * 3, [3]), [0.1, 0.2, 0.05])
        assert (whole.method, whole.low) == ("census", None)
        with pytest.raises(ValueError, match="confidence"):
            area(none, [0.1, 0.2], confidence=0.0)

"""Bands for people who look every week, and distances of distributions."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from jadelite.metrics.sequences import (
    confidence_sequence,
    js_distance,
    wasserstein,
    week_confidence,
)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_the_band_holds_at_all_looks_together(share) -> None:
    chance = np.random.default_rng(17)
    looks = list(range(20, 401, 20))
    n_missed = 0
    for _ in range(60):
        x = (chance.random(400) < share).astype(float)
        bands = confidence_sequence(x, looks=looks)
        n_missed += any(not band.low <= share <= band.high for band in bands)
    assert n_missed <= 3 + 3 * 1.7


def test_with_weights_the_band_is_for_the_weighted_rate() -> None:
    """Precision where every second edit was drawn four times as often."""
    chance = np.random.default_rng(5)
    weight = np.tile([4.0, 1.0], 1500)
    flagged = (chance.random(3000) < 0.6).astype(float)
    good = (chance.random(3000) < np.tile([0.2, 0.8], 1500)) * flagged
    [band] = confidence_sequence(good, flagged, sample_weight=weight)
    assert band.value == pytest.approx(0.32, abs=0.04)
    assert band.low < 0.32 < band.high < 0.45
    assert band.n < flagged.sum()


def test_bands_narrow_and_hold_the_value() -> None:
    x = (np.random.default_rng(3).random(2000) < 0.3).astype(float)
    bands = confidence_sequence(x, looks=[50, 200, 800, 2000])
    for sooner, later in itertools.pairwise(bands):
        assert sooner.low <= later.low < later.value < later.high <= sooner.high
    assert bands[-1].high - bands[-1].low < 0.12


def test_what_was_looked_at_on_the_way_does_not_change_the_last_band() -> None:
    x = (np.random.default_rng(3).random(700) < 0.3).astype(float)
    assert confidence_sequence(x, looks=[13, 400, 700])[-1] == confidence_sequence(x)[0]


def test_a_scale_of_weights_changes_nothing() -> None:
    x = (np.random.default_rng(9).random(300) < 0.3).astype(float)
    weight = np.random.default_rng(10).uniform(1, 3, 300)
    [one] = confidence_sequence(x, sample_weight=weight)
    [two] = confidence_sequence(x, sample_weight=weight * 50)
    assert (one.low, one.high, one.value) == pytest.approx((two.low, two.high, two.value))


def test_nothing_yet_is_a_reason_and_constant_input_has_a_band() -> None:
    first, last = confidence_sequence([0, 0, 1], [0, 0, 1], looks=[2, 3])
    assert first.reason == "empty"
    assert (last.value, last.high) == (1, 1)
    assert confidence_sequence([])[0].reason == "empty"
    [clean] = confidence_sequence(np.zeros(200))
    assert (clean.low, clean.value) == (0, 0)
    assert 0 < clean.high < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"above": [1], "below": [0.5]}, "above than below"),
        ({"above": [1], "sample_weight": [3], "largest_weight": 2}, "at most"),
        ({"above": [1, 0], "looks": [2, 1]}, "rising"),
        ({"above": [1, 0], "looks": [3]}, "no more"),
        ({"above": [1], "confidence": 1.0}, "confidence"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message) -> None:
    above = arguments.pop("above")
    with pytest.raises(ValueError, match=message):
        confidence_sequence(above, arguments.pop("below", None), **arguments)


def test_the_misses_of_all_weeks_sum_to_what_is_allowed() -> None:
    spent = sum(1 - week_confidence(week) for week in range(1, 10_000))
    assert 0.0499 < spent <= 0.05
    with pytest.raises(ValueError, match="week"):
        week_confidence(0)


def test_distances_equal_scipy() -> None:
    chance = np.random.default_rng(1)
    one, two = chance.random(20), chance.random(20)
    edges = np.linspace(0, 1, 21)
    middles = (edges[1:] + edges[:-1]) / 2
    assert js_distance(one, two) == pytest.approx(float(jensenshannon(one, two, base=2)))
    assert wasserstein(one, two, edges) == pytest.approx(
        float(wasserstein_distance(middles, middles, one, two))
    )


def test_equal_histograms_are_not_apart_and_empty_ones_not_comparable() -> None:
    assert js_distance([1, 2], [2, 4]) == 0
    assert wasserstein([1, 2], [2, 4], [0, 1, 2]) == 0
    assert js_distance([0, 0], [1, 1]) is None
    assert wasserstein([0, 0], [1, 1], [0, 1, 2]) is None
    with pytest.raises(ValueError, match="rising"):
        wasserstein([1], [1], [1, 0])

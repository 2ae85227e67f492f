"""The isotonic map against scikit-learn, and on cases it has not seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from jadelite.metrics.calibration import ece_debiased
from jadelite.metrics.isotonic import isotonic
from jadelite.metrics.probability_scores import brier

few = settings(max_examples=100, deadline=None, database=None)
steps = st.integers(0, 20).map(lambda step: step / 20)
rows_of = st.lists(
    st.tuples(steps, steps, st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=60
)


@few
@given(rows_of)
def test_the_map_is_that_of_scikit_learn_rises_and_stays_in_bounds(rows):
    y_true, y_prob, weights = (np.array(column) for column in zip(*rows, strict=True))

    fitted = isotonic(y_true, y_prob, sample_weight=weights)

    expected = IsotonicRegression(out_of_bounds="clip").fit(y_prob, y_true, sample_weight=weights)
    grid = np.linspace(0, 1, 41)
    assert fitted.apply(grid) == pytest.approx(expected.predict(grid), abs=1e-9)
    assert list(fitted.x) == sorted(set(fitted.x))
    assert list(fitted.y) == sorted(fitted.y)
    assert 0 <= fitted.y[0] <= fitted.y[-1] <= 1


def test_a_long_way_down_is_pooled_to_the_share_of_positives():
    fitted = isotonic(np.linspace(1, 0, 20_000), np.linspace(0, 1, 20_000))

    assert fitted.x == (0.0, 1.0)
    assert fitted.y == pytest.approx((0.5, 0.5))


def wrong_on_purpose(generator, n):
    risk = generator.beta(1, 4, n)
    return (generator.random(n) < risk).astype(float), np.sqrt(risk)


def test_it_mends_probabilities_of_cases_it_has_not_seen():
    y_true, y_prob = wrong_on_purpose(np.random.default_rng(1), 4000)
    fitted = isotonic(y_true, y_prob)

    others, before = wrong_on_purpose(np.random.default_rng(2), 4000)
    after = fitted.apply(before)

    assert ece_debiased(others, before, n_resamples=0).value > 0.15
    assert ece_debiased(others, after, n_resamples=0).value < 0.03
    assert brier(others, after).high < brier(others, before).low


def test_no_cases_give_a_map_that_cannot_be_applied():
    fitted = isotonic([], [])

    assert (fitted.x, fitted.y) == ((), ())
    with pytest.raises(ValueError, match="the map has no knots"):
        fitted.apply([0.5])


def test_what_is_no_probability_is_not_mapped():
    with pytest.raises(ValueError, match=r"y_prob holds 1\.5"):
        isotonic([0, 1], [0.2, 0.8]).apply([1.5])

"""What a sample weighs, and totals from chances: against textbook numbers and by enumeration."""

import itertools
import math

import numpy as np
import pytest

from jadelite.metrics import rates, totals
from jadelite.metrics.ratios import ratio
from jadelite.metrics.survey import Sample

# Cochran (1977), table 5.1: inhabitants of 16 cities in 1930, in thousands.
CITIES = [900, 822, 781, 805, 670, 1238, 573, 634, 578, 487, 442, 451, 459, 464, 400, 366]


def test_a_stratum_without_cases_goes_to_a_neighbour_on_its_side() -> None:
    sample = Sample.of([1, 0], [0, 2], [900, 50, 100], sides=[0, 1, 1])
    assert sample.sizes.tolist() == [900, 150]
    assert sample.stratum.tolist() == [0, 1]
    sample = Sample.of([1, 0], [0, 2], [900, 50, 100], sides=[0, 0, 1])
    assert sample.sizes.tolist() == [950, 100]
    sample = Sample.of([1], [2], [10, 20, 30], sides=[0, 0, 1])
    assert sample.sizes.tolist() == [60]


def test_a_draw_without_cases_is_left_out_and_never_mixed_with_another() -> None:
    sample = Sample.of([1, 0], [0, 1], [900, 100, 700], draws=[0, 0, 1], shares=[1, 1, 0.5])
    assert sample.sizes.tolist() == [900, 100]
    assert sample.weight.tolist() == [900, 100]
    assert sample.masses.tolist() == [900, 100]


def test_two_draws_from_one_frame_weigh_it_once() -> None:
    sample = Sample.of([1, 0, 1], [0, 1, 1], [60, 60], draws=[0, 1], shares=[1 / 3, 2 / 3])
    assert sample.weight.tolist() == pytest.approx([20, 20, 20])
    assert sample.n_effective() == pytest.approx(3)


def test_where_it_is_unknown_how_cases_were_chosen_each_weighs_one() -> None:
    sample = Sample.of([1, 0, 1], [0, 1, 1], [60, math.inf])
    assert not sample.is_drawn
    assert sample.weight.tolist() == [1, 1, 1]
    assert sample.unjudged.tolist() == [1]


def test_nothing_judged_is_a_sample_of_nothing() -> None:
    for sizes in ([10, 20], [math.inf]):
        sample = Sample.of([], [], sizes)
        assert (sample.n, sample.n_effective(), sample.sizes.size) == (0, 0, 0)
        assert sample.weight.size == 0
        assert ratio(sample, rates.prevalence(0)).reason == "empty"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 1], [0, 0], [1]), "judged"),
        (([1], [0], [0]), "sizes"),
        (([1], [1], [5]), "codes"),
        (([2], [0], [5]), "numbers from 0 to 1"),
        (([1, 0], [0], [5]), "lengths"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        Sample.of(*arguments)


def test_grouped_cases_give_the_same_figures() -> None:
    chance = np.random.default_rng(5)
    y = chance.choice([0, 0.5, 1], 400)
    flagged = chance.random(400) < 0.3
    sample = Sample.of(y, chance.integers(0, 3, 400), [900, 800, 700])
    short, (flags,) = sample.grouped(flagged)
    assert short.y.size == 18
    one = ratio(sample, rates.recall(flagged))
    two = ratio(short, rates.recall(flags))
    assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high))
    assert one.n == two.n


def test_chances_of_several_draws_combine() -> None:
    assert totals.combined_probability([[0.2, 1], [0.5, 0]]).tolist() == pytest.approx([0.6, 1])
    with pytest.raises(ValueError, match="chances"):
        totals.combined_probability([[1.2]])


def test_a_total_is_right_on_average_over_all_samples_and_so_is_its_variance() -> None:
    z, pi = np.array([3.0, 1.0, 7.0]), np.array([0.5, 0.25, 0.8])
    mean = variance = spread = 0.0
    for drawn in itertools.product([False, True], repeat=3):
        mask = np.array(drawn)
        chance = float(np.where(mask, pi, 1 - pi).prod())
        total = totals.horvitz_thompson(z[mask], pi[mask])
        value, error = (total.value or 0.0), (total.se or 0.0)
        mean += chance * value
        variance += chance * error**2
        spread += chance * (value - z.sum()) ** 2
    assert mean == pytest.approx(z.sum())
    assert variance == pytest.approx(spread)


def test_a_mean_from_equal_chances_is_the_plain_mean() -> None:
    mean = totals.hajek([1, 2, 6], [0.1, 0.1, 0.1])
    assert mean.value == pytest.approx(3)
    assert mean.low < 3 < mean.high
    assert totals.hajek([1, 2, 6], [1, 1, 1]).method == "census"
    assert totals.hajek([2, 2], [0.5, 0.1]).low is None
    assert totals.hajek([], []).reason == totals.horvitz_thompson([], []).reason == "empty"
    with pytest.raises(ValueError, match="chance is 0"):
        totals.hajek([1], [0])


def test_shares_of_cochrans_cities_have_the_textbook_error() -> None:
    """Of 16 cities, those above 600: by enumeration of all samples of 6, without added cases."""
    is_big = (np.array(CITIES) > 600).astype(float)
    values = [
        ratio(Sample.of(is_big[list(drawn)], [0] * 6, [16]), rates.prevalence(6)).value
        for drawn in itertools.combinations(range(16), 6)
    ]
    p = is_big.mean()
    assert np.mean(values) == pytest.approx(p)
    # Cochran, equation 3.8: p q / n (N - n) / (N - 1).
    assert np.var(values) == pytest.approx(p * (1 - p) / 6 * 10 / 15)

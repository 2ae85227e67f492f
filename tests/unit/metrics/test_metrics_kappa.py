"""Fleiss' kappa and Gwet's coefficients against statsmodels, formulas by hand, and themselves."""

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from statsmodels.stats import inter_rater

from jadelite.metrics._student import student_quantile
from jadelite.metrics.agreement import percent_agreement
from jadelite.metrics.kappa import fleiss_kappa, gwet_ac1, gwet_ac2

few = settings(max_examples=50, deadline=None, database=None)
tables = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.integers(0, 5)
)
linear = partial(gwet_ac2, weights="linear")
quadratic = partial(fleiss_kappa, weights="quadratic")
FIGURES = (fleiss_kappa, gwet_ac1, linear, quadratic)


@few
@given(st.integers(2, 15), st.integers(2, 6), st.integers(2, 4), st.integers(0, 1000))
def test_fleiss_kappa_equals_statsmodels(n_items, n_ratings, n_labels, seed):
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(n_ratings, np.ones(n_labels) / n_labels, size=n_items)
    assume(np.count_nonzero(counts.sum(axis=0)) >= 2)

    result = fleiss_kappa(counts, n_resamples=0)

    assert result.value == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-9)
    assert result.n == n_items


@few
@given(tables)
def test_ac1_follows_from_agreement_and_mean_shares(counts):
    rated = counts[counts.sum(axis=1) > 0]
    assume((counts.sum(axis=1) >= 2).any())
    shares = (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)
    chance = (shares * (1 - shares)).sum() / (counts.shape[1] - 1)

    result = gwet_ac1(counts, n_resamples=0)

    observed = percent_agreement(counts, n_resamples=0).value
    assert result.value == pytest.approx((observed - chance) / (1 - chance), abs=1e-12)


def test_an_item_with_one_rating_counts_in_the_chance_part_only():
    counts = [[3, 0], [2, 1], [0, 3]]
    more = [*counts, [1, 0]]

    for figure in (fleiss_kappa, gwet_ac1):
        assert figure(more).value != pytest.approx(figure(counts).value, abs=1e-3)
        assert figure(more).n == figure(counts).n == 3


@few
@given(tables, st.randoms(use_true_random=False))
def test_shuffling_items_and_renaming_labels_changes_no_value(counts, random):
    rows = random.sample(range(counts.shape[0]), counts.shape[0])
    columns = random.sample(range(counts.shape[1]), counts.shape[1])

    for figure in FIGURES:
        before = figure(counts, n_resamples=0)
        mirrored = figure(counts[rows][:, ::-1], n_resamples=0)
        assert (before.n, before.reason) == (mirrored.n, mirrored.reason)
        assert before.value == pytest.approx(mirrored.value, abs=1e-9)
    for figure in (fleiss_kappa, gwet_ac1):
        before, after = figure(counts, n_resamples=0), figure(counts[:, columns], n_resamples=0)
        assert before.value == pytest.approx(after.value, abs=1e-9)


@few
@given(tables)
def test_every_item_twice_changes_no_value(counts):
    for figure in FIGURES:
        once, twice = figure(counts, n_resamples=0), figure(np.tile(counts, (2, 1)), n_resamples=0)
        assert once.value == pytest.approx(twice.value, abs=1e-9)
        assert twice.n == 2 * once.n


@few
@given(tables, st.sampled_from(["item-bootstrap", "analytic"]))
def test_an_interval_holds_its_value_and_ends_at_one(counts, interval):
    for figure in FIGURES:
        result = figure(counts, interval=interval, n_resamples=60)
        assert result.value is None or result.value <= 1 + 1e-12
        if result.low is not None:
            assert result.low <= result.value <= result.high <= 1 + 1e-12


@few
@given(hnp.arrays(np.int64, st.integers(2, 30), elements=st.integers(2, 6)))
def test_perfect_agreement_gives_one(sizes):
    counts = np.zeros((sizes.size, 2), dtype=int)
    counts[np.arange(sizes.size), np.arange(sizes.size) % 2] = sizes

    for figure in FIGURES:
        result = figure(counts, interval="analytic")
        assert (result.value, result.low, result.method) == (pytest.approx(1), None, "point")
        assert result.se == pytest.approx(0)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("counts", [np.zeros((0, 2), int), [[0, 0]], [[1, 0], [0, 1]]])
def test_without_a_pair_of_ratings_there_is_no_coefficient(figure, counts):
    result = figure(counts)

    assert (result.value, result.reason, result.n) == (None, "no-pairs", 0)


def test_ratings_all_alike_have_no_kappa_but_an_ac1_of_one():
    counts = [[3, 0], [2, 0]]

    assert (fleiss_kappa(counts).value, fleiss_kappa(counts).reason) == (None, "constant")
    assert (gwet_ac1(counts).value, gwet_ac1(counts).low) == (1.0, None)
    assert gwet_ac1([[3], [2]]).reason == "constant"


def test_a_single_item_has_a_value_and_no_error():
    result = fleiss_kappa([[2, 2]], interval="analytic")

    assert result.value == pytest.approx(-1 / 3)
    assert (result.se, result.low, result.method) == (None, None, "point")


def test_labels_that_nobody_chose_lower_chance_in_ac1_only():
    counts, wider = [[3, 0], [2, 1], [0, 3]], [[3, 0, 0], [2, 1, 0], [0, 3, 0]]

    assert gwet_ac1(wider).value > gwet_ac1(counts).value
    assert fleiss_kappa(wider).value == pytest.approx(fleiss_kappa(counts).value)


def test_values_stretch_the_distance_between_labels():
    near = [[2, 1, 0], [3, 0, 0], [0, 0, 3]]

    even = gwet_ac2(near, weights="linear", values=[0, 1, 2]).value

    assert gwet_ac2(near, weights="linear").value == pytest.approx(even)
    assert gwet_ac2(near, weights="linear", values=[0, 1, 9]).value != pytest.approx(even, abs=1e-3)


def test_the_analytic_interval_is_about_that_of_resampled_items():
    generator = np.random.default_rng(3)
    counts = np.where(
        generator.random((400, 1)) < 0.2,
        generator.multinomial(4, [0.3, 0.7], size=400),
        generator.multinomial(4, [0.95, 0.05], size=400),
    )

    for figure in (fleiss_kappa, gwet_ac1, quadratic):
        formula, resampled = figure(counts, interval="analytic"), figure(counts, n_resamples=4000)
        width = resampled.high - resampled.low
        assert formula.se == resampled.se
        assert formula.high - formula.low == pytest.approx(width, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": "cubic"}, "weights is 'cubic', expected one of identity"),
        ({"weights": "linear", "values": [1, 2, 3]}, "expected one finite number for each of 2"),
        ({"weights": "linear", "values": [1, 1]}, "expected a different one for each label"),
        ({"interval": "wald"}, "interval is 'wald', expected one of item-bootstrap, analytic"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        fleiss_kappa([[2, 1], [0, 2]], **arguments)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("n_freedom", [1, 2, 3, 8, 29, 200, 201, 5000])
def test_quantiles_of_student_equal_scipy(confidence, n_freedom):
    expected = stats.t.ppf((1 + confidence) / 2, n_freedom)

    assert student_quantile(confidence, n_freedom) == pytest.approx(expected, rel=1e-9)


def test_no_degrees_of_freedom_are_refused():
    with pytest.raises(ValueError, match="0 degrees of freedom, expected 1 or more"):
        student_quantile(0.95, 0)

"""Cohen's and Conger's kappa against statsmodels, each other, and their edges."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from jadelite.metrics.pairwise import cohen_kappa, conger_kappa

few = settings(max_examples=50, deadline=None, database=None)
pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)
STATSMODELS = {"identity": None, "linear": "linear", "quadratic": "quadratic"}


def split(rows):
    return np.array([a for a, _ in rows]), np.array([b for _, b in rows])


def long(table):
    """Items, raters and labels of a table, shape (items, raters), -1 = not judged."""
    items, raters = np.nonzero(np.asarray(table) >= 0)
    return items, raters, np.asarray(table)[items, raters]


@few
@given(pairs, st.sampled_from(sorted(STATSMODELS)))
def test_cohen_kappa_and_its_error_equal_statsmodels(rows, weights):
    a, b = split(rows)
    table = np.zeros((4, 4))
    np.add.at(table, (a, b), 1)
    assume(np.count_nonzero(table.sum(axis=0) + table.sum(axis=1)) > 1)
    with np.errstate(all="ignore"):  # statsmodels divides by standard errors of zero
        expected = cohens_kappa(table, wt=STATSMODELS[weights])

    result = cohen_kappa(a, b, weights=weights)

    assert result.value == pytest.approx(expected.kappa, abs=1e-9)
    assert result.se == pytest.approx(np.sqrt(max(expected.var_kappa, 0)), abs=1e-7)
    assert result.n == len(rows)


@few
@given(pairs)
def test_conger_of_two_complete_raters_is_cohen(rows):
    a, b = split(rows)
    assume(len(set(a) | set(b)) > 1)

    conger = conger_kappa(*long(np.column_stack([a, b])))

    assert conger.value == pytest.approx(cohen_kappa(a, b).value, abs=1e-9)


@few
@given(pairs, st.randoms(use_true_random=False))
def test_order_of_items_and_names_of_labels_and_raters_change_no_value(rows, random):
    a, b = split(rows)
    names = np.array(random.sample(range(4), 4))
    order = np.array(random.sample(range(a.size), a.size))
    items, raters, labels = long(np.column_stack([a, b]))

    cohen, other = cohen_kappa(a, b), cohen_kappa(names[b][order], names[a][order])
    conger = conger_kappa(items, raters, labels)
    renamed = conger_kappa(items + 3, 7 - 2 * raters, names[labels])

    assert (cohen.reason, cohen.n) == (other.reason, other.n)
    assert cohen.value == pytest.approx(other.value, abs=1e-9)
    assert (conger.reason, conger.n) == (renamed.reason, renamed.n)
    assert conger.value == pytest.approx(renamed.value, abs=1e-9)
    assert conger.se == pytest.approx(renamed.se, abs=1e-9)


@few
@given(pairs)
def test_a_bootstrap_interval_holds_the_value(rows):
    result = cohen_kappa(*split(rows), interval="item-bootstrap", n_resamples=60)

    if result.low is not None:
        assert result.low <= result.value <= result.high <= 1
        assert result.method == "item-bootstrap"


def test_both_intervals_of_cohen_are_about_the_same_with_many_items():
    generator = np.random.default_rng(6)
    a = generator.integers(0, 3, 600)
    b = np.where(generator.random(600) < 0.6, a, generator.integers(0, 3, 600))

    formula = cohen_kappa(a, b)
    resampled = cohen_kappa(a, b, interval="item-bootstrap", n_resamples=4000)

    assert (resampled.low, resampled.high) == pytest.approx((formula.low, formula.high), abs=0.01)


def test_perfect_agreement_is_one_without_an_interval():
    cohen = cohen_kappa([0, 1, 2, 1], [0, 1, 2, 1])
    conger = conger_kappa(*long([[0, 0, 0], [1, 1, -1], [2, 2, 2]]))

    assert (cohen.value, cohen.low, cohen.method) == (pytest.approx(1), None, "point")
    assert conger.value == pytest.approx(1)


@pytest.mark.parametrize("interval", ["analytic", "item-bootstrap"])
def test_two_raters_who_know_one_label_only_have_no_kappa(interval):
    result = cohen_kappa([1, 1], [1, 1], interval=interval)

    assert (result.value, result.reason, result.n) == (None, "constant", 2)
    assert conger_kappa([0, 0], [0, 1], [2, 2]).reason == "constant"


def test_without_a_pair_there_is_no_kappa():
    assert cohen_kappa([], []).reason == "no-pairs"
    assert conger_kappa([], [], []).reason == "no-pairs"
    assert conger_kappa([0, 1, 2], [0, 0, 0], [0, 1, 0]).reason == "no-pairs"


def test_a_single_item_has_a_value_and_no_error():
    result = conger_kappa([0, 0], [0, 1], [0, 1])

    assert (result.value, result.se, result.method) == (pytest.approx(0), None, "point")


def test_labels_beyond_the_values_are_refused():
    with pytest.raises(ValueError, match="labels holds 2, expected codes below 2"):
        cohen_kappa([0, 2], [0, 1], weights="linear", values=[1, 5])
    with pytest.raises(ValueError, match="lengths differ"):
        conger_kappa([0, 1], [0], [1, 1])

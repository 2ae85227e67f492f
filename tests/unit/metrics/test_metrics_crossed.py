"""The bootstrap crossed over items and raters: against pairs counted one by one, and its edges."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.metrics.agreement import krippendorff_alpha, percent_agreement
from jadelite.metrics.counts import count_table
from jadelite.metrics.crossed import crossed_interval
from jadelite.metrics.kappa import fleiss_kappa, gwet_ac1

few = settings(max_examples=30, deadline=None, database=None)
FROM_COUNTS = {
    "percent_agreement": percent_agreement,
    "krippendorff_alpha": krippendorff_alpha,
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac1": gwet_ac1,
}
every = pytest.mark.parametrize("coefficient", FROM_COUNTS)
tables = st.lists(st.lists(st.integers(-1, 2), min_size=3, max_size=3), min_size=1, max_size=10)


def long(table):
    """Items, raters and labels of a table, shape (items, raters), -1 = not judged."""
    items, raters = np.nonzero(np.asarray(table) >= 0)
    return items, raters, np.asarray(table)[items, raters]


def counted(items, labels, n_labels):
    n_items = int(items.max(initial=-1)) + 1
    return count_table(items, labels, n_items=n_items, n_labels=n_labels)


def panel(generator, n_items, n_raters, k):
    """Judgments by raters of very different skill, each item by k of them."""
    truth = generator.random(n_items) < 0.3
    skill = generator.choice([0.6, 0.95], size=n_raters)
    raters = np.argsort(generator.random((n_items, n_raters)), axis=1)[:, :k]
    is_right = generator.random((n_items, k)) < skill[raters]
    labels = np.where(is_right, truth[:, np.newaxis], ~truth[:, np.newaxis]).astype(int)
    return np.repeat(np.arange(n_items), k), raters.ravel(), labels.ravel()


def by_hand(table, copies):
    """Percent agreement and alpha of a table whose columns stand for raters `copies` times.

    Rows are units. Two copies of one rater are never a pair.
    """
    shares, inside, totals, own = [], 0.0, np.zeros(3), 0
    for row in table:
        ratings = [
            (rater, label)
            for rater, label in enumerate(row)
            if label >= 0
            for _ in range(copies[rater])
        ]
        found = [
            first[1] == second[1]
            for first, second in itertools.permutations(ratings, 2)
            if first[0] != second[0]
        ]
        if found:
            shares.append(sum(found) / len(found))
            inside += len(ratings) * (1 - shares[-1])
            own += sum(copies[rater] ** 2 for rater, label in enumerate(row) if label >= 0)
            for _, label in ratings:
                totals[label] += 1
    if not shares:
        return None, None
    n = totals.sum()
    expected = (n**2 - (totals**2).sum()) / (n**2 - own)
    return np.mean(shares), 1 - inside / n / expected if expected else None


@pytest.mark.parametrize(
    ("coefficient", "which"), [("percent_agreement", 0), ("krippendorff_alpha", 1)]
)
def test_resamples_equal_pairs_counted_one_by_one(coefficient, which):
    generator = np.random.default_rng(11)
    table = generator.integers(-1, 3, size=(9, 6))
    table[:, 0] = np.arange(9) % 3
    draws = np.random.default_rng(4)
    values = []
    for _ in range(40):
        copies = np.bincount(draws.integers(0, 6, size=6), minlength=6)
        rows = np.bincount(draws.integers(0, 9, size=9), minlength=9)
        values.append(by_hand(np.repeat(table, rows, axis=0), copies)[which])

    result = crossed_interval(*long(table), coefficient=coefficient, n_resamples=40, seed=4)

    assert [result.low, result.high] == pytest.approx(np.quantile(values, [0.025, 0.975]))


@every
@few
@given(table=tables)
def test_the_value_is_that_of_the_counts(coefficient, table):
    items, raters, labels = long(table)
    expected = FROM_COUNTS[coefficient](counted(items, labels, 3), n_resamples=0)

    result = crossed_interval(
        items, raters, labels, coefficient=coefficient, n_labels=3, n_resamples=20
    )

    assert (result.reason, result.n) == (expected.reason, expected.n)
    assert result.value == pytest.approx(expected.value, abs=1e-9)
    if result.low is not None:
        assert result.low <= result.value <= result.high
        assert result.method == "crossed-bootstrap"


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_alpha_at_other_levels_is_that_of_the_counts(level):
    items, raters, labels = panel(np.random.default_rng(1), 60, 8, 4)
    labels = labels + (items % 2)
    expected = krippendorff_alpha(counted(items, labels, 3), level=level, values=[1, 2, 5])

    result = crossed_interval(
        items, raters, labels, coefficient="krippendorff_alpha", level=level, values=[1, 2, 5]
    )

    assert result.value == pytest.approx(expected.value)
    assert result.low < result.value < result.high


def test_a_rater_drawn_twice_does_not_agree_with_himself():
    # Nobody ever agrees, so that only copies of one rating could.
    table = np.tile([0, 1, 2, 3, 4, 5], (40, 1))

    result = crossed_interval(*long(table), coefficient="percent_agreement")

    assert (result.value, result.low, result.high) == (0.0, None, None)


@every
def test_raters_of_different_skill_widen_the_interval(coefficient):
    items, raters, labels = panel(np.random.default_rng(2), 300, 20, 4)

    crossed = crossed_interval(items, raters, labels, coefficient=coefficient)

    alone = FROM_COUNTS[coefficient](counted(items, labels, 2))
    assert crossed.high - crossed.low > 1.5 * (alone.high - alone.low)


def test_the_interval_covers_what_other_raters_would_have_agreed():
    # Two raters agree if both are right or both are wrong.
    right = (0.6 + 0.95) / 2
    expected = right**2 + (1 - right) ** 2
    generator = np.random.default_rng(3)
    hits = {"crossed": 0, "items": 0}
    for _ in range(60):
        items, raters, labels = panel(generator, 150, 30, 4)
        crossed = crossed_interval(
            items, raters, labels, coefficient="percent_agreement", n_resamples=150
        )
        alone = percent_agreement(counted(items, labels, 2), n_resamples=150)
        hits["crossed"] += crossed.low <= expected <= crossed.high
        hits["items"] += alone.low <= expected <= alone.high

    assert hits["crossed"] >= 54
    assert hits["items"] < 48  # items alone don't say who else might have judged


def test_two_raters_are_too_few_for_an_interval():
    table = np.random.default_rng(5).integers(0, 2, size=(30, 2))

    result = crossed_interval(*long(table), coefficient="percent_agreement")

    assert result.value is not None
    assert (result.low, result.method) == (None, "point")


@every
def test_the_seed_decides_and_the_rows_may_be_shuffled(coefficient):
    items, raters, labels = panel(np.random.default_rng(8), 50, 10, 3)
    order = np.random.default_rng(9).permutation(items.size)

    first = crossed_interval(items, raters, labels, coefficient=coefficient, seed=1)
    again = crossed_interval(
        items[order], raters[order], labels[order], coefficient=coefficient, seed=1
    )
    other = crossed_interval(items, raters, labels, coefficient=coefficient, seed=2)

    assert first == again
    assert first.low != other.low


@every
def test_perfect_agreement_is_one_without_an_interval(coefficient):
    table = np.tile([[0], [1], [2]], (1, 5)).repeat(10, axis=0)

    result = crossed_interval(*long(table), coefficient=coefficient)

    assert (result.value, result.low) == (pytest.approx(1), None)


@every
def test_without_a_pair_there_is_no_figure(coefficient):
    assert crossed_interval([], [], [], coefficient=coefficient).reason == "no-pairs"
    assert crossed_interval([0, 1], [0, 0], [0, 1], coefficient=coefficient).reason == "no-pairs"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"coefficient": "kappa"}, "coefficient is 'kappa', expected one of krippendorff_alpha"),
        ({"n_resamples": -1}, "n_resamples is -1, expected 0 or more"),
        ({"n_labels": 1}, "labels holds 1, expected codes below 1"),
        ({"level": "cardinal"}, "level is 'cardinal', expected one of nominal, ordinal"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        crossed_interval(
            [0, 0], [0, 1], [0, 1], **{"coefficient": "krippendorff_alpha", **arguments}
        )

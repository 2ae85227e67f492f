"""The model as one more reviewer: against brute force over pairs, and its limits."""

import itertools

import numpy as np
import pytest

from jadelite.metrics.ceiling import alternative_test, ceiling
from jadelite.metrics.survey import Sample


def long_votes(seed: int, *, n: int = 200, noise: float = 0.1) -> tuple[np.ndarray, ...]:
    """Five reviewers of n edits, each wrong with some chance, and the truth."""
    chance = np.random.default_rng(seed)
    truth = (chance.random(n) < 0.4).astype(int)
    items, raters = np.repeat(np.arange(n), 5), np.tile(np.arange(5), n)
    labels = truth[items] ^ (chance.random(items.size) < noise)
    return items, raters, labels.astype(int), truth


def test_agreement_equals_the_mean_over_all_pairs() -> None:
    chance = np.random.default_rng(1)
    counts = chance.integers(0, 4, (60, 3))
    predicted = chance.integers(0, 3, 60)
    sample = Sample.of(np.zeros(60), [0] * 30 + [1] * 30, [1000, 9000])
    found = ceiling(sample, counts, predicted)
    total = {"weight": 0.0, "model": 0.0, "people": 0.0}
    for row, said, weight in zip(counts, predicted, sample.weight, strict=True):
        votes = np.repeat([0, 1, 2], row)
        if votes.size < 2:
            continue
        pairs = list(itertools.combinations(votes, 2))
        total["weight"] += weight
        total["model"] += weight * float((votes == said).mean())
        total["people"] += weight * sum(a == b for a, b in pairs) / len(pairs)
    model, people = (total[name] / total["weight"] for name in ("model", "people"))
    assert found.model_human.value == pytest.approx(model, rel=0.01)
    assert found.human_human.value == pytest.approx(people, rel=0.01)
    assert found.difference.value == pytest.approx(model - people, abs=0.01)
    assert found.difference.low < found.difference.value < found.difference.high


def test_people_who_always_agree_with_a_model_that_does_too() -> None:
    sample = Sample.of(np.zeros(50), [0] * 50, [9000])
    found = ceiling(sample, [[0, 3]] * 50, [1] * 50)
    assert found.model_human.value == found.human_human.value == 1
    assert found.human_human.low < 1
    assert (found.difference.value, found.difference.low) == (0, None)


def test_single_votes_make_no_pair() -> None:
    found = ceiling(Sample.of([1, 0], [0, 0], [9]), [[1, 0], [0, 1]], [0, 0])
    assert found.n_edits == 0
    assert found.model_human.reason == found.difference.reason == "no-pairs"


def test_a_model_as_good_as_the_truth_stands_in_for_everybody() -> None:
    items, raters, labels, truth = long_votes(2)
    test = alternative_test(items, raters, labels, truth)
    assert test.n_reviewers == 5
    assert test.winning_rate.value == test.matched.value == 1
    assert test.advantage.value > 0.9


def test_a_guessing_model_stands_in_for_nobody() -> None:
    items, raters, labels, truth = long_votes(3)
    guess = np.random.default_rng(0).integers(0, 2, truth.size)
    test = alternative_test(items, raters, labels, guess)
    assert test.winning_rate.value == test.matched.value == 0
    assert test.advantage.value < 0.7


def test_the_order_of_votes_and_names_of_reviewers_change_nothing() -> None:
    items, raters, labels, truth = long_votes(4, noise=0.3)
    order = np.random.default_rng(9).permutation(items.size)
    one = alternative_test(items, raters, labels, truth)
    two = alternative_test(items[order], 7 - raters[order], labels[order], truth)
    assert one.winning_rate == two.winning_rate
    assert one.advantage.value == pytest.approx(two.advantage.value)


def test_reviewers_with_few_shared_edits_are_left_out() -> None:
    items, raters, labels, truth = long_votes(5, n=29)
    test = alternative_test(items, raters, labels, truth)
    assert (test.n_reviewers, test.matched.reason) == (0, "too-few-raters")
    alone = alternative_test(np.arange(99), np.zeros(99, int), np.zeros(99, int), np.zeros(99, int))
    assert alone.winning_rate.reason == "too-few-raters"


def test_an_allowance_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="allowance"):
        alternative_test([0], [0], [0], [0], allowance=1.0)

"""Raters who never differ, against counting every pair by hand."""

from itertools import combinations

import numpy as np
import pytest

from jadelite.metrics.pairs import AlikePair, alike_pairs


def panel(n_items, n_raters, *, share=0.5, seed=0):
    """Everybody judges everything at random."""
    chance = np.random.default_rng(seed)
    labels = (chance.random((n_items, n_raters)) < share).astype(int)
    items, raters = np.divmod(np.arange(n_items * n_raters), n_raters)
    return items, raters, labels.ravel()


def test_a_copied_rater_is_found_and_nobody_else():
    items, raters, labels = panel(200, 12)
    labels = np.where(raters == 7, labels[items * 12 + 2], labels)

    assert alike_pairs(items, raters, labels) == [AlikePair(2, 7, 200)]


def test_order_of_rows_does_not_matter():
    items, raters, labels = panel(200, 12)
    labels = np.where(raters == 7, labels[items * 12 + 2], labels)
    order = np.random.default_rng(1).permutation(items.size)

    assert alike_pairs(items[order], raters[order], labels[order]) == [AlikePair(2, 7, 200)]


def test_agreeing_on_what_everybody_agrees_on_is_nothing_special():
    # With two of a hundred labels being 1, forty edits alike are no wonder.
    assert alike_pairs(*panel(40, 20, share=0.02)) == []
    assert alike_pairs(*panel(400, 4, share=0.0)) == []


def test_too_few_common_items_say_nothing():
    items, raters, labels = panel(19, 2)
    copied = np.where(raters == 1, labels[items * 2], labels)

    assert alike_pairs(items, raters, copied) == []


def test_pairs_are_those_of_counting_by_hand():
    chance = np.random.default_rng(5)
    items, raters, labels = panel(60, 8, seed=2)
    kept = chance.random(items.size) < 0.7
    votes = list(zip(items[kept], raters[kept], labels[kept], strict=True))
    common, same = {}, {}
    for item in range(60):
        here = [(rater, label) for i, rater, label in votes if i == item]
        for (a, x), (b, y) in combinations(sorted(here), 2):
            common[a, b] = common.get((a, b), 0) + 1
            same[a, b] = same.get((a, b), 0) + (x == y)
    # A pair alike on all of few items: let so few be enough that some are found.
    wanted = [AlikePair(*p, n) for p, n in sorted(common.items()) if n == same[p] and n >= 1]

    found = alike_pairs(items[kept], raters[kept], labels[kept], min_common=1, chance=0.999999)

    assert found == [pair for pair in wanted if 28 * _share(same, common) ** pair.n_common < 0.999]


def _share(same, common):
    return sum(same.values()) / sum(common.values())


def test_only_the_most_active_are_compared(monkeypatch):
    monkeypatch.setattr("jadelite.metrics.pairs.MAX_RATERS", 2)
    items, raters, labels = panel(100, 3)
    copied = np.where(raters == 2, labels[items * 3], labels)
    kept = (raters != 2) | (items < 50)

    assert alike_pairs(items, raters, copied, min_common=10) == []
    assert alike_pairs(items[kept], raters[kept], copied[kept]) == []


@pytest.mark.parametrize("rows", [((), (), ()), ((0, 1), (0, 0), (1, 1))])
def test_nothing_to_compare_gives_nobody(rows):
    assert alike_pairs(*(np.array(column, dtype=int) for column in rows), min_common=1) == []


@pytest.mark.parametrize("how", [{"min_common": 0}, {"chance": 0.0}, {"chance": 1.0}])
def test_what_can_not_be_asked_is_refused(how):
    with pytest.raises(ValueError, match="expected 1 or more and 0 to 1"):
        alike_pairs([0], [0], [0], **how)

"""Bins, keys and the draw: by hand, and as properties."""

import random

import numpy as np
import pytest

from jadelite.metrics.sampling import Frame, bins_of, count_cells, draw, draw_keys

EDGES = [0.0, 0.1, 0.5, 0.9, 1.0]


def test_reaching_a_threshold_is_a_union_of_bins() -> None:
    scores = np.concatenate([np.random.default_rng(1).random(1000), [0.1, 0.5, 0.9, 1.0]])
    bins = bins_of(scores, EDGES)
    for place, edge in enumerate(EDGES[:-1]):
        assert ((scores >= edge) == (bins >= place)).all()
    assert bins.max() == len(EDGES) - 2


@pytest.mark.parametrize("edges", [[0.0], [0.0, 0.5], [0.1, 1.0], [0.0, 0.5, 0.5, 1.0]])
def test_edges_that_do_not_rise_from_0_to_1_are_refused(edges) -> None:
    with pytest.raises(ValueError, match="expected rising numbers"):
        bins_of([0.3], edges)


def test_a_score_beyond_1_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        bins_of([1.1], EDGES)


def test_cells_hold_every_edit_once_with_the_mean_of_their_scores() -> None:
    chance = np.random.default_rng(2)
    scores, groups = chance.random(500), chance.integers(0, 3, 500)
    cells = count_cells(scores, EDGES, groups, n_groups=3)
    assert sum(cell.n for cell in cells) == 500
    for cell in cells:
        mine = (bins_of(scores, EDGES) == cell.bin) & (groups == cell.group)
        assert cell.n == mine.sum()
        assert cell.mean_score == pytest.approx(scores[mine].mean())
    assert count_cells([], EDGES, [], n_groups=3) == []


def test_keys_are_those_of_plain_numbers_and_all_different() -> None:
    def by_hand(seed: int, rev_id: int) -> int:
        mask = (1 << 64) - 1
        z = (seed + rev_id * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    rev_ids = [1, 2, 3, 1_293_847_561, 2**53]
    for seed in (0, 7, 2**53 - 1, 2**64 - 1):
        assert draw_keys(rev_ids, seed).tolist() == [by_hand(seed, rev_id) for rev_id in rev_ids]
    assert len(set(draw_keys(np.arange(100_000), 5).tolist())) == 100_000


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_is_no_64_bit_number_is_refused(seed) -> None:
    with pytest.raises(ValueError, match="seed is"):
        draw_keys([1], seed)


def test_the_sample_is_the_same_in_whatever_order_the_edits_come() -> None:
    chance = np.random.default_rng(3)
    rev_ids, strata = chance.permutation(1000) + 1, chance.integers(0, 4, 1000)
    shuffled = chance.permutation(1000)
    one = draw(rev_ids, strata, [5, 10, 0, 20], seed=9)
    other = draw(rev_ids[shuffled], strata[shuffled], [5, 10, 0, 20], seed=9)
    assert rev_ids[one].tolist() == rev_ids[shuffled][other].tolist()
    assert np.bincount(strata[one], minlength=4).tolist() == [5, 10, 0, 20]
    assert len(set(one.tolist())) == 35


def test_more_than_a_stratum_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="3 are to be drawn of 2"):
        draw([1, 2, 3], [0, 0, 1], [3, 0], seed=1)


def test_each_edit_is_drawn_equally_often_and_neighbours_are_no_pair() -> None:
    times, pairs = np.zeros(40), 0
    chance = random.Random(6)
    for _ in range(4000):
        chosen = draw(np.arange(40), np.zeros(40, int), [10], seed=chance.getrandbits(53))
        times[chosen] += 1
        pairs += {3, 4} <= set(chosen.tolist())
    assert np.abs(times - 1000).max() < 4 * (4000 * 0.25 * 0.75) ** 0.5
    assert abs(pairs - 4000 * 10 * 9 / (40 * 39)) < 4 * (4000 * 0.0577) ** 0.5


def test_a_frame_draws_by_bin_and_group() -> None:
    chance = np.random.default_rng(4)
    scores, groups = chance.random(300), chance.integers(0, 2, 300)
    frame = Frame(rev_ids=chance.permutation(300), y_prob=scores, groups=groups)
    places = [[0, 0, 1, 1], [2, 2, 2, 2]]
    chosen = frame.draw(EDGES, places, [4, 5, 6], seed=1)
    assert len(chosen) == 15
    for place, stratum in chosen:
        assert stratum == places[groups[place]][int(bins_of([scores[place]], EDGES)[0])]
    cells = frame.cells(EDGES, n_groups=2)
    assert sum(cell.n for cell in cells) == 300


def test_a_frame_of_unequal_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="lengths differ"):
        Frame(rev_ids=[1, 2], y_prob=[0.5], groups=[0, 0])

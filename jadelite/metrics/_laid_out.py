"""Judgments in the order in which EM can sum over them fast: for `dawid_skene`."""

from dataclasses import dataclass

import numpy as np

from jadelite.metrics._arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Judgments:
    """Judgments of the distinct items, laid out by how many an item has before them.

    Items stand in descending order of their numbers of judgments, so the first judgments of all
    items, then the second of all that have two, and so on, are stretches of `cells` that run
    parallel to the beginning of the items: sums over items and over cells need no sorting again.
    """

    cells: IntArray  # (J,): rater x n_labels + label
    ends: list[int]  # how many items have more than 0, 1, 2 ... judgments
    weights: FloatArray  # (P,): items that look like this one
    groups: IntArray  # (P,): its stratum
    places: IntArray  # (N,): where each item stands, -1 for one without judgments


def lay_out(keys: IntArray, groups: IntArray, *, n_cells: int, n_items: int) -> Judgments:
    """Sorted keys (J,), item x n_cells + cell, and the items' strata (N,), laid out."""
    items, cells = np.divmod(keys, max(n_cells, 1))
    sizes = np.bincount(items, minlength=n_items)
    judged = np.flatnonzero(sizes)
    sizes = sizes[judged]
    starts = np.cumsum(sizes) - sizes
    ranks = np.arange(cells.size) - np.repeat(starts, sizes)
    chosen, place = _distinct(cells, starts, sizes, ranks, groups[judged])
    order = np.argsort(-sizes[chosen], kind="stable")
    weights = np.bincount(place, minlength=chosen.size).astype(np.float64)[order]
    position = np.empty(chosen.size, dtype=np.int64)
    position[order] = np.arange(chosen.size)
    places = np.full(n_items, -1, dtype=np.int64)
    places[judged] = position[place]

    chosen = chosen[order]
    kept = np.zeros(judged.size, dtype=np.bool_)
    kept[chosen] = True
    is_kept = np.repeat(kept, sizes)
    ranks, cells = ranks[is_kept], cells[is_kept]
    where = np.full(judged.size, -1, dtype=np.int64)
    where[chosen] = np.arange(chosen.size)
    n_more = np.bincount(ranks)
    laid = np.empty(cells.size, dtype=np.int64)
    laid[(np.cumsum(n_more) - n_more)[ranks] + np.repeat(where, sizes)[is_kept]] = cells
    return Judgments(laid, n_more.tolist(), weights, groups[judged][chosen], places)


def _distinct(
    cells: IntArray, starts: IntArray, sizes: IntArray, ranks: IntArray, groups: IntArray
) -> tuple[IntArray, IntArray]:
    """One item of each kind, and the kind of each; all items if few look alike."""
    everyone = np.arange(sizes.size)
    if sizes.size < 2:
        return everyone, everyone
    numbers = np.random.default_rng(0)
    codes = numbers.integers(1 << 63, size=int(cells.max()) + 1, dtype=np.uint64)
    marks = np.add.reduceat(codes[cells], starts)
    marks += numbers.integers(1 << 63, size=int(groups.max()) + 1, dtype=np.uint64)[groups]
    _, first, kind = np.unique(marks, return_index=True, return_inverse=True)
    if 2 * first.size > sizes.size:
        return everyone, everyone
    # Two kinds may share a mark by chance: what stands for an item must be equal to it.
    like = first[kind]
    is_same = np.array_equal(sizes[like], sizes) and np.array_equal(groups[like], groups)
    if not is_same or not np.array_equal(cells[np.repeat(starts[like], sizes) + ranks], cells):
        return everyone, everyone
    return first, kind

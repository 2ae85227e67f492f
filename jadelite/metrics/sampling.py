"""A stratified draw that anybody can repeat: which edits of a frame fall into a sample.

How the strata are cut and how many each gets is decided in `domain.sampling`. `Frame` takes
plain sequences, so that callers need no numpy of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import IntArray, as_codes, as_counts, as_shares, check_same_length

KeyArray = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class CellCount:
    """Edits of one bin and group, both positions from 0, with the mean of their scores."""

    bin: int
    group: int
    n: int
    mean_score: float


class Frame:
    """The edits of a frame: count them by cell, and draw from them.

    Parameters
    ----------
    rev_ids, groups : array-like of int, shape (N edits,)
        Revisions of one wiki, each once, and positions of groups from 0.
    y_prob : array-like of float, shape (N edits,)
        Scores from 0 to 1.

    Raises
    ------
    ValueError
        If the lengths differ, or as the functions of this file.

    References
    ----------
    As `draw_keys`.

    Examples
    --------
    >>> frame = Frame(rev_ids=[3, 1, 2], y_prob=[0.9, 0.1, 0.2], groups=[0, 0, 0])
    >>> frame.draw([0, 0.5, 1], [[0, 1]], [1, 1], seed=1234567)
    [(2, 0), (0, 1)]
    """

    def __init__(
        self, *, rev_ids: npt.ArrayLike, y_prob: npt.ArrayLike, groups: npt.ArrayLike
    ) -> None:
        revisions = as_counts(rev_ids, "rev_ids")
        scores = as_shares(y_prob, "y_prob")
        codes = as_counts(groups, "groups")
        check_same_length(rev_ids=revisions, y_prob=scores, groups=codes)
        # In one order, so that sums, and what is drawn, do not hang on how a database gives rows.
        self._order = np.argsort(revisions)
        self._rev_ids = revisions[self._order]
        self._scores = scores[self._order]
        self._groups = codes[self._order]

    def cells(self, edges: Sequence[float], *, n_groups: int) -> list[CellCount]:
        """The frame as `count_cells` gives it."""
        return count_cells(self._scores, edges, self._groups, n_groups=n_groups)

    def draw(
        self,
        edges: Sequence[float],
        places: Sequence[Sequence[int]],
        n_drawn: Sequence[int],
        *,
        seed: int,
    ) -> list[tuple[int, int]]:
        """Positions of the edits drawn, as they were passed, each with its stratum.

        `places`, shape (G groups, B bins), has the stratum of each cell, -1 where no edit is.
        """
        table = as_codes(np.asarray(places).ravel() + 1, "places", n_codes=len(n_drawn) + 1) - 1
        bins = bins_of(self._scores, edges)
        strata = table[self._groups * (len(edges) - 1) + bins]
        chosen = draw(self._rev_ids, strata, n_drawn, seed=seed)
        return list(zip(self._order[chosen].tolist(), strata[chosen].tolist(), strict=True))


def bins_of(y_prob: npt.ArrayLike, edges: npt.ArrayLike) -> IntArray:
    """Position of the bin of each score.

    Parameters
    ----------
    y_prob : array-like of float, shape (N edits,)
        Scores from 0 to 1.
    edges : array-like of float, shape (B + 1,)
        Rising, from 0 to 1. Bins are closed on the left; the last one holds 1 as well.

    Returns
    -------
    ndarray of int64, shape (N edits,)
        From 0 to B - 1; no scores give an empty array.

    Raises
    ------
    ValueError
        If a score lies outside 0 to 1, or the edges do not rise from 0 to 1.

    References
    ----------
    Cochran, "Sampling techniques" (3rd ed. 1977), section 5A.7: strata as intervals of a variable
    known of every unit.

    Examples
    --------
    >>> bins_of([0.0, 0.49, 0.5, 1.0], [0.0, 0.5, 1.0]).tolist()
    [0, 0, 1, 1]
    """
    scores, borders = as_shares(y_prob, "y_prob"), as_shares(edges, "edges")
    if borders.size < 2 or borders[0] != 0 or borders[-1] != 1 or (np.diff(borders) <= 0).any():
        raise ValueError(f"edges are {borders.tolist()}, expected rising numbers from 0 to 1")
    places = np.searchsorted(borders, scores, side="right") - 1
    return np.minimum(places, borders.size - 2).astype(np.int64)


def count_cells(
    y_prob: npt.ArrayLike, edges: npt.ArrayLike, groups: npt.ArrayLike, *, n_groups: int
) -> list[CellCount]:
    """Edits by bin and group with their mean scores, without empty cells, by bin and then group.

    Parameters
    ----------
    y_prob, groups : array-like, shape (N edits,)
        Scores from 0 to 1, and positions of groups from 0 to n_groups - 1.
    edges : array-like of float, shape (B + 1,)
        As in `bins_of`.
    n_groups : int
        How many groups there are.

    Returns
    -------
    list of CellCount
        At most B * n_groups; no edits give an empty list.

    Raises
    ------
    ValueError
        As `bins_of`, and for a group out of range or other lengths.

    References
    ----------
    As `bins_of`.

    Examples
    --------
    >>> [(c.bin, c.n, c.mean_score) for c in count_cells([0.25, 0.75, 1], [0, 0.5, 1], [0] * 3,
    ...                                                  n_groups=1)]
    [(0, 1, 0.25), (1, 2, 0.875)]
    """
    scores, codes = as_shares(y_prob, "y_prob"), as_codes(groups, "groups", n_codes=n_groups)
    check_same_length(y_prob=scores, groups=codes)
    cells = bins_of(scores, edges) * n_groups + codes
    counts = np.bincount(cells)
    sums = np.bincount(cells, weights=scores)
    return [
        CellCount(int(cell // n_groups), int(cell % n_groups), int(counts[cell]), float(mean))
        for cell, mean in zip(
            np.flatnonzero(counts), sums[counts > 0] / counts[counts > 0], strict=True
        )
    ]


def draw_keys(rev_ids: npt.ArrayLike, seed: int) -> KeyArray:
    """The number by which each edit is drawn: splitmix64 of seed and revision.

    All arithmetic is modulo 2^64 and >> shifts in zeros:

        z = seed + rev_id * 0x9E3779B97F4A7C15
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB
        key = z ^ (z >> 31)

    Parameters
    ----------
    rev_ids : array-like of int, shape (N edits,)
        Revisions of one wiki, 0 or more.
    seed : int
        From 0 to 2^64 - 1.

    Returns
    -------
    ndarray of uint64, shape (N edits,)
        Different for different revisions: each step can be undone.

    Raises
    ------
    ValueError
        If a revision is negative or not whole, or the seed out of range.

    References
    ----------
    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA (2014), with
    the constants of Vigna's splitmix64.c (prng.di.unimi.it), whose first outputs for the seed
    1234567 are those below. A sample by the smallest of fixed random numbers: Ohlsson,
    "Coordination of samples using permanent random numbers" (1995).

    Examples
    --------
    >>> draw_keys([1, 2, 3], 1234567).tolist()
    [6457827717110365317, 3203168211198807973, 9817491932198370423]
    """
    revisions = as_counts(rev_ids, "rev_ids").astype(np.uint64)
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed is {seed}, expected 0 to 2^64 - 1")
    z = np.uint64(seed) + revisions * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    keys: KeyArray = z ^ (z >> np.uint64(31))
    return keys


def draw(
    rev_ids: npt.ArrayLike, strata: npt.ArrayLike, n_drawn: npt.ArrayLike, *, seed: int
) -> IntArray:
    """Positions of the edits drawn: of each stratum those with the smallest `draw_keys`.

    Parameters
    ----------
    rev_ids, strata : array-like of int, shape (N edits,)
        Revisions of one wiki, and the stratum of each, from 0 to H - 1.
    n_drawn : array-like of int, shape (H strata,)
        How many to draw of each stratum.
    seed : int
        From 0 to 2^64 - 1. The same seed and frame give the same sample, in whatever order the
        edits come.

    Returns
    -------
    ndarray of int64, shape (n edits drawn,)
        By stratum and then by key. Every set of n_h edits of a stratum is equally likely over
        seeds, so that each edit of it is drawn with probability n_h / N_h.

    Raises
    ------
    ValueError
        If more are to be drawn than a stratum holds, or as `draw_keys`.

    References
    ----------
    As `draw_keys`; Cochran (1977), chapter 5.

    Examples
    --------
    >>> draw([1, 2, 3, 4, 5], [0, 0, 0, 1, 1], [1, 2], seed=1234567).tolist()
    [1, 3, 4]
    """
    wanted = as_counts(n_drawn, "n_drawn")
    places = as_codes(strata, "strata", n_codes=wanted.size)
    keys = draw_keys(rev_ids, seed)
    check_same_length(rev_ids=keys, strata=places)
    held = np.bincount(places, minlength=wanted.size)
    if (wanted > held).any():
        short = int(np.flatnonzero(wanted > held)[0])
        raise ValueError(
            f"{wanted[short]} are to be drawn of {held[short]}, expected no more than there are"
        )
    order = np.lexsort((keys, places))
    starts = np.cumsum(held) - held
    rank = np.arange(places.size) - np.repeat(starts, held)
    chosen: IntArray = order[rank < np.repeat(wanted, held)]
    return chosen

"""Pairs of raters whose labels are too much alike to be two people's own.

How well raters agree is for `agreement` and `kappa`; here it is only asked who never differs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import IntArray, as_counts, check_same_length
from jadelite.metrics._distinct import stable_order

MAX_RATERS = 4096  # the most active ones; pairs of them are counted in a square of that side
MAX_APART = 200  # of one item's ratings, only those so near in order are paired


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two raters who gave the same labels to all `n_common` items that both judged."""

    first: int
    second: int
    n_common: int


def alike_pairs(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    min_common: int = 20,
    chance: float = 0.01,
) -> list[AlikePair]:
    """Pairs who never differ, where that can hardly be chance.

    Parameters
    ----------
    items, raters, labels : array-like of int, shape (J judgments,)
        Codes from 0 up, each (item, rater) pair once. A missing judgment has no row.
    min_common : int
        Fewest items that both judged, 1 or more.
    chance : float
        Above 0 and below 1: how likely one such pair may be at all, had all pairs that are
        compared agreed as pairs do on average.

    Returns
    -------
    list of AlikePair
        By codes, the lower one first. Empty where nobody stands out, as with no judgments, a
        single rater, or where all raters always agree: then being alike is nothing special.
        Beyond MAX_RATERS the most active raters are compared.

    Raises
    ------
    ValueError
        If lengths differ, a code is not a whole number from 0 up, min_common is below 1, or chance
        is out of range.

    Notes
    -----
    With a the share of agreeing pairs of ratings and P pairs compared, a pair with n common items,
    all labelled the same, is named if P a^n is below `chance` (Bonferroni).

    References
    ----------
    Wojcik et al., "Birdwatch: crowd wisdom and bridging algorithms" (2022) and Community Notes,
    "Note ranking code", post selection similarity: ratings that always coincide are one voice.

    Examples
    --------
    The first two of four raters are of one mind where the others differ in every second item:

    >>> labels = [(0, 0, 0, n % 2) if n % 3 else (1, 1, 0, n % 2) for n in range(60)]
    >>> items, raters = np.divmod(np.arange(240), 4)
    >>> alike_pairs(items, raters, np.ravel(labels))
    [AlikePair(first=0, second=1, n_common=60)]
    """
    rows, people = as_counts(items, "items"), as_counts(raters, "raters")
    codes = as_counts(labels, "labels")
    check_same_length(items=rows, raters=people, labels=codes)
    if min_common < 1 or not 0 < chance < 1:
        raise ValueError(
            f"min_common is {min_common} and chance {chance}, expected 1 or more and 0 to 1"
        )
    named = _active(people, min_common)
    place = np.full(int(people.max(initial=-1)) + 1, -1, dtype=np.int64)
    place[named] = np.arange(named.size)
    kept = np.flatnonzero(place[people] >= 0)
    order = kept[stable_order(rows[kept])]
    common, same = _pairs(rows[order], place[people[order]], codes[order], named.size)
    n_pairs, n_compared = int(common.sum()), int((common >= min_common).sum())
    if n_pairs == 0 or n_compared == 0:
        return []
    share = int(same.sum()) / n_pairs
    is_alike = (common >= min_common) & (common == same)
    found = []
    for cell in np.flatnonzero(is_alike).tolist():
        n = int(common[cell])
        if n_compared * share**n < chance:
            one, two = divmod(cell, named.size)
            found.append(AlikePair(int(named[one]), int(named[two]), n))
    return found


def _active(raters: IntArray, min_common: int) -> IntArray:
    """Raters with enough judgments, ascending; the MAX_RATERS most active ones."""
    n_judged = np.bincount(raters)
    busiest = np.argsort(-n_judged, kind="stable")[:MAX_RATERS]
    found: IntArray = np.sort(busiest[n_judged[busiest] >= min_common])
    return found


def _pairs(
    items: IntArray, raters: IntArray, labels: IntArray, n_raters: int
) -> tuple[IntArray, IntArray]:
    """Items that both judged, and those labelled alike, by first * n_raters + second."""
    common = np.zeros(n_raters * n_raters, dtype=np.int64)
    same = common.copy()
    for apart in range(1, min(MAX_APART, items.size - 1) + 1):
        at = np.flatnonzero(items[apart:] == items[:-apart])
        if not at.size:
            break  # items are sorted: none has so many ratings
        one, two = raters[at], raters[at + apart]
        cell = np.minimum(one, two) * n_raters + np.maximum(one, two)
        common += np.bincount(cell, minlength=common.size)
        is_same = labels[at] == labels[at + apart]
        same += np.bincount(cell[is_same], minlength=common.size)
    return common, same

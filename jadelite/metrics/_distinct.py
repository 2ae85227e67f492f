"""Different codes among many, and codes in order, without slow sorts where they are small."""

from dataclasses import dataclass

import numpy as np

from jadelite.metrics._arrays import IntArray

_MAX_KEY = 1 << 62
MAX_TABLE = 1 << 22  # up to so many codes a table of them all is quicker than sorting


@dataclass(frozen=True, slots=True)
class Distinct:
    """Codes that occur, ascending: D of them among N.

    `first`: place of the first of each, shape (D,); `multiplicity`: how often each occurs, shape
    (D,); `of`: which one stands at each place, from 0 to D - 1, shape (N,).
    """

    first: IntArray
    multiplicity: IntArray
    of: IntArray


def distinct(codes: IntArray, *, n_codes: int) -> Distinct:
    """The different ones among codes from 0 to n_codes - 1, shape (N,); none for none."""
    if n_codes > MAX_TABLE:
        _, first, of, n = np.unique(
            codes, return_index=True, return_inverse=True, return_counts=True
        )
        return Distinct(first.astype(np.int64), n.astype(np.int64), of.astype(np.int64))
    counts = np.bincount(codes, minlength=n_codes)
    found = np.flatnonzero(counts)
    place = np.zeros(n_codes, dtype=np.int64)
    place[found] = np.arange(found.size)
    of = place[codes]
    first = np.full(found.size, codes.size, dtype=np.int64)
    # Of equal ones the last that is written stays: the first of them, as they are written backward.
    first[of[::-1]] = np.arange(codes.size - 1, -1, -1)
    return Distinct(first, counts[found].astype(np.int64), of)


def stable_order(codes: IntArray) -> IntArray:
    """Places of codes from 0 up, shape (N,), in ascending order, equal ones as they stand.

    Bare numbers are sorted many times faster than places are, so each place is sorted as a part of
    its number where both fit into one.
    """
    n = codes.size
    if (int(codes.max(initial=0)) + 1) * n > _MAX_KEY:
        return np.argsort(codes, kind="stable")
    keys = codes * n + np.arange(n)
    keys.sort()
    keys %= max(n, 1)
    return keys

"""Labels in long form counted by item, and the distinct rows that agreement needs of the counts.

A judgment is a row of three codes: item, rater, label. Coefficients are made elsewhere.
"""

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    BoolArray,
    IntArray,
    as_codes,
    as_counts,
    check_same_length,
)

_MAX_BINS = 1 << 20
_MAX_CODE = 1 << 62
_LAST_BITS = (1 << 20) - 1


def first_of_repeated(items: npt.ArrayLike, raters: npt.ArrayLike) -> tuple[BoolArray, int]:
    """Which rows are a rater's first on an item, and how many are not.

    Agreement is between people: a rater who labelled an item twice must not be counted as two.

    Parameters
    ----------
    items, raters : array-like of int, shape (J judgments,)
        Codes from 0 up, in the order in which the judgments stand.

    Returns
    -------
    is_first : ndarray of bool, shape (J judgments,)
        True at the first row of each (item, rater) pair, False at its repetitions.
    n_repeated : int
        How many are False: 0 if no pair is repeated, as for empty input; a single rater is like
        any other.

    Raises
    ------
    ValueError
        If the lengths differ, a code is not a whole number from 0 up, or there are so many codes
        that pairs cannot be numbered in 62 bits.

    References
    ----------
    Gwet, "Handbook of inter-rater reliability" (2014), chapter 2: raw data have one cell for a
    subject and a rater.

    Examples
    --------
    The second rater judges the first item twice, as happens 2,922 times in the 92,721 rows of
    Ipeirotis, Provost and Wang, "Quality management on Amazon Mechanical Turk" (2010).

    >>> first_of_repeated([0, 0, 1, 0], [0, 1, 1, 1])
    (array([ True,  True,  True, False]), 1)
    """
    rows = as_counts(items, "items")
    people = as_counts(raters, "raters")
    check_same_length(items=rows, raters=people)
    is_first = np.ones(rows.size, dtype=np.bool_)
    n_raters = int(people.max(initial=0)) + 1
    if (int(rows.max(initial=0)) + 1) * n_raters > _MAX_CODE:
        raise ValueError("item and rater codes are too large to be paired, expected dense codes")
    pairs = rows * n_raters + people
    candidates = np.flatnonzero(is_repeated(pairs))
    if candidates.size == 0:
        return is_first, 0
    _, firsts = np.unique(pairs[candidates], return_index=True)
    is_first[candidates] = False
    is_first[candidates[firsts]] = True
    return is_first, candidates.size - firsts.size


def is_repeated(codes: npt.ArrayLike) -> BoolArray:
    """Which codes occur more than once.

    Parameters
    ----------
    codes : array-like of int, shape (N,)
        From 0 up, such as numbers of pairs.

    Returns
    -------
    ndarray of bool, shape (N,)
        False everywhere if all differ, True everywhere for two or more constant ones; none for
        none.

    Raises
    ------
    ValueError
        If codes has not one dimension or holds anything but whole numbers from 0 up.

    References
    ----------
    As `first_of_repeated`.

    Examples
    --------
    >>> is_repeated([7, 3, 7, 5]).tolist()
    [True, False, True, False]
    """
    keys = as_counts(codes, "codes")
    found = np.zeros(keys.size, dtype=np.bool_)
    # Sorting the bare numbers is fast and mostly shows that nothing is repeated.
    ascending = np.sort(keys)
    repeated = ascending[1:][ascending[1:] == ascending[:-1]]
    if repeated.size == 0:
        return found
    # Most keys are told apart from the repeated ones by their last bits, without a search.
    marked = np.zeros(_LAST_BITS + 1, dtype=np.bool_)
    marked[repeated & _LAST_BITS] = True
    near = np.flatnonzero(marked[keys & _LAST_BITS])
    place = np.minimum(np.searchsorted(repeated, keys[near]), repeated.size - 1)
    found[near] = repeated[place] == keys[near]
    return found


def count_table(
    items: npt.ArrayLike, labels: npt.ArrayLike, *, n_items: int, n_labels: int
) -> IntArray:
    """How often each item got each label.

    Parameters
    ----------
    items, labels : array-like of int, shape (J judgments,)
        Codes from 0 to n_items - 1 and from 0 to n_labels - 1. A missing judgment has no row.
    n_items, n_labels : int
        N and L, 0 or more and 1 or more.

    Returns
    -------
    ndarray of int64, shape (N items, L labels)
        Counts from 0 up; a row of zeros for an item that nobody judged. Constant or single-rater
        input is counted like any other, no judgments give zeros.

    Raises
    ------
    ValueError
        If the lengths differ, a code is not a whole number or lies outside its range.

    References
    ----------
    Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76
    (1971), table 1.

    Examples
    --------
    Patients 1 and 2 of Fleiss (1971): six times neurosis; three personality disorders, three other.

    >>> items = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    >>> labels = [3, 3, 3, 3, 3, 3, 1, 1, 1, 4, 4, 4]
    >>> count_table(items, labels, n_items=2, n_labels=5)
    array([[0, 0, 0, 6, 0],
           [0, 3, 0, 0, 3]])
    """
    if n_items < 0 or n_labels < 1:
        raise ValueError(f"{n_items} items and {n_labels} labels, expected 0 and 1 or more")
    rows = as_codes(items, "items", n_codes=n_items)
    columns = as_codes(labels, "labels", n_codes=n_labels)
    check_same_length(items=rows, labels=columns)
    cells = np.bincount(rows * n_labels + columns, minlength=n_items * n_labels)
    return cells.reshape(n_items, n_labels).astype(np.int64, copy=False)


def compress(counts: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    """The distinct rows of a count table and how many items show each.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        Counts from 0 up.

    Returns
    -------
    patterns : ndarray of int64, shape (P patterns, L labels)
        Distinct rows in ascending order, first label first. P is 0 for no items.
    multiplicities : ndarray of int64, shape (P patterns,)
        Items per pattern, 1 or more; they sum to N.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: coefficients of
    nominal data are functions of the values-by-units table.

    Examples
    --------
    Wikipedia, "Fleiss' kappa", subjects 1, 6 and 7 with the sixth counted once more:

    >>> compress([[0, 0, 0, 0, 14], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [7, 7, 0, 0, 0]])
    (array([[ 0,  0,  0,  0, 14],
           [ 3,  2,  6,  3,  0],
           [ 7,  7,  0,  0,  0]]), array([1, 1, 2]))
    """
    table = as_counts(counts, "counts", ndim=2)
    if table.size == 0:
        n_patterns = min(1, table.shape[0])
        return table[:n_patterns], np.full(n_patterns, table.shape[0], dtype=np.int64)
    bases = [int(largest) + 1 for largest in table.max(axis=0)]
    n_codes = 1
    for base in bases:
        n_codes *= base
    if n_codes > _MAX_CODE:
        patterns, multiplicities = np.unique(table, axis=0, return_counts=True)
        return patterns, multiplicities.astype(np.int64, copy=False)
    codes = np.zeros(table.shape[0], dtype=np.int64)
    for base, column in zip(bases, table.T, strict=True):
        codes = codes * base + column
    if n_codes <= _MAX_BINS:
        bins = np.bincount(codes, minlength=n_codes)
        found = np.flatnonzero(bins)
        multiplicities = bins[found]
    else:
        found, multiplicities = np.unique(codes, return_counts=True)
    return _decode(found, bases), multiplicities.astype(np.int64, copy=False)


def _decode(codes: IntArray, bases: list[int]) -> IntArray:
    patterns = np.empty((codes.size, len(bases)), dtype=np.int64)
    rest = codes
    for column in range(len(bases) - 1, -1, -1):
        rest, patterns[:, column] = np.divmod(rest, bases[column])
    return patterns

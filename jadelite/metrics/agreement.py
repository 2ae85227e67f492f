"""How far raters agree, from counts of labels per item: percent agreement, Krippendorff's alpha.

Everything needs only the distinct rows of the item x label counts, so figures and resamples cost
the same for a thousand items as for a million. Who the raters were is not seen here.
"""

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    IntArray,
    as_codes,
    as_counts,
    check_same_length,
)
from jadelite.metrics.intervals import pattern_bootstrap
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "item-bootstrap"
_MAX_BINS = 1 << 20
_MAX_CODE = 1 << 62


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


def percent_agreement(
    counts: npt.ArrayLike,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Share of agreeing pairs of ratings, averaged over the items that have a pair.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `count_table`. Raters may differ from item to item.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    Estimate
        From 0 (no two raters of an item ever agree) to 1 (they always do); n = items with two or
        more ratings. Each such item counts once, however many ratings it has. Items with one
        rating or none are left out; if that leaves nothing (empty input, a single rater), reason
        "no-pairs". All ratings alike is a value of 1 without an interval.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76
    (1971), equations 1 and 2; Gwet, "Handbook of inter-rater reliability" (2014), for unequal
    numbers of ratings.

    Examples
    --------
    Wikipedia, "Fleiss' kappa": ten subjects, fourteen raters, mean agreement 0.378.

    >>> counts = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0],
    ...           [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2],
    ...           [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
    >>> result = percent_agreement(counts)
    >>> round(result.value, 3), result.n, result.method
    (0.378, 10, 'item-bootstrap')
    """
    patterns, multiplicities = _pairable(counts)
    n = int(multiplicities.sum())
    if n == 0:
        return refused("no-pairs", method=METHOD)
    ratings = patterns.sum(axis=1)
    agreeing = ((patterns**2).sum(axis=1) - ratings) / (ratings * (ratings - 1))

    def mean_agreement(weights: FloatArray) -> FloatArray:
        mean: FloatArray = weights @ agreeing / weights.sum(axis=1)
        return mean

    value = float(mean_agreement(multiplicities[np.newaxis].astype(np.float64))[0])
    interval = pattern_bootstrap(
        multiplicities, mean_agreement, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    return estimated(value, interval, n=n, method=METHOD)


def krippendorff_alpha_nominal(
    counts: npt.ArrayLike,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha for labels without order: 1 - observed / expected disagreement.

    Parameters
    ----------
    counts : array-like of int, shape (N units, L labels)
        From `count_table`. Raters may differ from unit to unit and ratings may be missing.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`. Resamples in
        which all ratings are alike are dropped; if they are more than 5 %, there is no interval.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is what ratings dealt out at random would reach, below 0
        raters disagree more than that. n = pairable units, those with two or more ratings; the
        others drop out. Nothing pairable (empty input, a single rater): reason "no-pairs". All
        pairable ratings alike: no disagreement can be expected, reason "constant".

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C (nominal data, any
    number of observers, missing data).

    Examples
    --------
    Krippendorff (2011), four observers and twelve units with missing ratings, alpha 0.743; the
    twelfth unit has one rating and drops out.

    >>> counts = [[3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0],
    ...           [0, 4, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 4, 0], [3, 1, 0, 0, 0],
    ...           [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    >>> result = krippendorff_alpha_nominal(counts)
    >>> round(result.value, 3), result.n, result.method
    (0.743, 11, 'item-bootstrap')
    >>> krippendorff_alpha_nominal([[3, 0], [2, 0]]).reason
    'constant'
    """
    patterns, multiplicities = _pairable(counts)
    n = int(multiplicities.sum())
    if n == 0:
        return refused("no-pairs", method=METHOD)
    ratings = patterns.sum(axis=1)
    disagreeing = (ratings**2 - (patterns**2).sum(axis=1)) / (ratings - 1)
    labels = patterns.astype(np.float64)

    def alpha(weights: FloatArray) -> FloatArray:
        totals = weights @ labels
        n_ratings = totals.sum(axis=1)
        expected = (totals * (n_ratings[:, np.newaxis] - totals)).sum(axis=1) / (n_ratings - 1)
        undefined = np.full(expected.shape, np.nan)
        ratio = np.divide(weights @ disagreeing, expected, out=undefined, where=expected > 0)
        result: FloatArray = 1 - ratio
        return result

    value = float(alpha(multiplicities[np.newaxis].astype(np.float64))[0])
    if np.isnan(value):
        return refused("constant", method=METHOD, n=n)
    interval = pattern_bootstrap(
        multiplicities, alpha, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    return estimated(value, interval, n=n, method=METHOD)


def krippendorff_alpha_ordinal(
    counts: npt.ArrayLike,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha for labels in an order: far labels disagree more than near ones.

    How far two labels are apart is how many ratings lie between their middles, so no distances
    between labels are assumed.

    Parameters
    ----------
    counts : array-like of int, shape (N units, L labels)
        From `count_table`, the labels in their order. Raters may differ from unit to unit and
        ratings may be missing.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`. Resamples in
        which all ratings are alike are dropped; if they are more than 5 %, there is no interval.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is what ratings dealt out at random would reach, below 0
        raters disagree more than that. n = pairable units, those with two or more ratings; the
        others drop out. Nothing pairable (empty input, a single rater): reason "no-pairs". All
        pairable ratings alike: no disagreement can be expected, reason "constant".

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section D (ordinal metric).

    Examples
    --------
    Krippendorff (2011), four observers and twelve units with missing ratings: ordinal alpha 0.815.

    >>> counts = [[3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0],
    ...           [0, 4, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 4, 0], [3, 1, 0, 0, 0],
    ...           [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    >>> result = krippendorff_alpha_ordinal(counts)
    >>> round(result.value, 3), result.n, result.method
    (0.815, 11, 'item-bootstrap')
    """
    patterns, multiplicities = _pairable(counts)
    n = int(multiplicities.sum())
    if n == 0:
        return refused("no-pairs", method=METHOD)
    labels = patterns.astype(np.float64)
    ratings = labels.sum(axis=1)

    def alpha(weights: FloatArray) -> FloatArray:
        totals = weights @ labels
        n_ratings = totals.sum(axis=1)
        middles = np.cumsum(totals, axis=1) - totals / 2
        within = ratings * (middles**2 @ labels.T) - (middles @ labels.T) ** 2
        observed = (weights * within / (ratings - 1)).sum(axis=1)
        whole = n_ratings * (totals * middles**2).sum(axis=1) - (totals * middles).sum(axis=1) ** 2
        expected = whole / (n_ratings - 1)
        undefined = np.full(expected.shape, np.nan)
        is_varied = (totals > 0).sum(axis=1) > 1  # `expected` may miss zero by rounding
        result: FloatArray = 1 - np.divide(observed, expected, out=undefined, where=is_varied)
        return result

    value = float(alpha(multiplicities[np.newaxis].astype(np.float64))[0])
    if np.isnan(value):
        return refused("constant", method=METHOD, n=n)
    interval = pattern_bootstrap(
        multiplicities, alpha, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    return estimated(value, interval, n=n, method=METHOD)


def _pairable(counts: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    patterns, multiplicities = compress(counts)
    keep = patterns.sum(axis=1) >= 2
    return patterns[keep], multiplicities[keep]


def _decode(codes: IntArray, bases: list[int]) -> IntArray:
    patterns = np.empty((codes.size, len(bases)), dtype=np.int64)
    rest = codes
    for column in range(len(bases) - 1, -1, -1):
        rest, patterns[:, column] = np.divmod(rest, bases[column])
    return patterns

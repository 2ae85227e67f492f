"""How far raters agree, from counts of labels per item: shares of pairs, Krippendorff's alpha.

Everything needs only the distinct rows of the item x label counts, so figures and resamples cost
the same for a thousand items as for a million. Who the raters were is not seen here. Coefficients
with their own idea of chance stand in `kappa`.
"""

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_counts
from jadelite.metrics._units import (
    Interval,
    Level,
    alpha_error,
    alpha_values,
    distances,
    figure,
    ordinal_distances,
    patterns_of,
    percent_values,
    ratio_error,
)
from jadelite.metrics.result import Estimate


def percent_agreement(
    counts: npt.ArrayLike,
    *,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Share of agreeing pairs of ratings, averaged over the items that have a pair.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`. Raters may differ from item to item.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        From 0 (no two raters of an item ever agree) to 1 (they always do); n = items with two or
        more ratings, `se` over these. Each such item counts once, however many ratings it has.
        Items with one rating or none are left out; if that leaves nothing (empty input, a single
        rater), reason "no-pairs". All ratings alike is a value of 1 without an interval.

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
    units, multiplicities = patterns_of(counts, min_ratings=2)
    same = np.eye(units.counts.shape[0])
    agreeing = units.agreement(same)
    return figure(
        multiplicities,
        lambda by_unit: percent_values(units, same, by_unit),
        lambda: ratio_error(agreeing, np.ones(agreeing.shape), multiplicities),
        n=int(multiplicities.sum()),
        undefined="no-pairs",
        least=0.0,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def positive_agreement(
    counts: npt.ArrayLike,
    *,
    positive: int,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Agreement on one label: given that one rater chose it, how often another does.

    Agreement on a rare label is hidden in the share of all agreeing pairs; this one shows it.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`. Raters may differ from item to item.
    positive : int
        Column of the label, 0 to L - 1.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        From 0 (nobody is ever joined in choosing the label) to 1 (whoever chooses it is joined by
        all); n = items with two or more ratings. Each counts once, as in `percent_agreement`,
        which is the mean of the labels' specific agreements, weighted by how often each is chosen.
        No item with a pair (empty input, a single rater): reason "no-pairs"; label never chosen
        there: "no-positive-cases". All ratings this label: 1 without an interval.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up,
        or there is no such column.

    References
    ----------
    Cicchetti and Feinstein, "High agreement but low kappa: II. Resolving the paradoxes", Journal of
    Clinical Epidemiology 43 (1990), p_pos; for more than two raters Fleiss, "Statistical methods
    for rates and proportions" (1981), section 13.

    Examples
    --------
    Feinstein and Cicchetti's two tables have the same share of agreeing pairs, 0.85; in the second
    one agreement on the rare label is poor:

    >>> first = [[2, 0]] * 40 + [[1, 1]] * 15 + [[0, 2]] * 45
    >>> second = [[2, 0]] * 80 + [[1, 1]] * 15 + [[0, 2]] * 5
    >>> [round(positive_agreement(table, positive=1).value, 2) for table in (first, second)]
    [0.86, 0.4]
    """
    table = as_counts(counts, "counts", ndim=2)
    return _specific(
        table,
        positive,
        undefined="no-positive-cases",
        is_negative=False,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def negative_agreement(
    counts: npt.ArrayLike,
    *,
    positive: int,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Agreement on not choosing a label: given that one rater did not, how often another did not.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`. All labels but one are taken together.
    positive : int
        Column of the label that is not meant, 0 to L - 1.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        From 0 to 1 as `positive_agreement`, of the other labels. Reason "no-pairs" without an item
        with a pair (empty input, a single rater), "no-negative-cases" if nothing but the label was
        chosen there. None of the ratings this label: 1 without an interval.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up,
        or there is no such column.

    References
    ----------
    Cicchetti and Feinstein, "High agreement but low kappa: II. Resolving the paradoxes", Journal of
    Clinical Epidemiology 43 (1990), p_neg.

    Examples
    --------
    Feinstein and Cicchetti's second table, both raters saying yes 80 times and no 5 times of 100:

    >>> table = [[2, 0]] * 80 + [[1, 1]] * 15 + [[0, 2]] * 5
    >>> round(negative_agreement(table, positive=0).value, 2)
    0.4
    """
    table = as_counts(counts, "counts", ndim=2)
    return _specific(
        table,
        positive,
        undefined="no-negative-cases",
        is_negative=True,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def krippendorff_alpha(
    counts: npt.ArrayLike,
    *,
    level: Level = "nominal",
    values: npt.ArrayLike | None = None,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha: 1 - observed / expected disagreement.

    Parameters
    ----------
    counts : array-like of int, shape (N units, L labels)
        From `counts.count_table`. Raters may differ from unit to unit and ratings may be missing.
    level : {"nominal", "ordinal", "interval", "ratio"}
        How labels disagree: all alike; by how many ratings lie between their middles (columns in
        order); by the square of their difference; by the square of difference over sum.
    values : array-like of float, shape (L labels,), or None
        The labels' numbers, for interval and ratio. None: positions from 0; ratio refuses that.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is what ratings dealt out at random would reach, below 0
        raters disagree more than that. n = pairable units, those with two or more ratings; the
        others drop out. Nothing pairable (empty input, a single rater): reason "no-pairs". All
        pairable ratings alike: no disagreement can be expected, reason "constant"; resamples in
        which that happens are dropped, more than 5 % of them leave no interval. `se` is Gwet's over
        units, ordinal distances taken as known.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up,
        the level is unknown, or values does not fit it.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), sections C and D.

    Examples
    --------
    Krippendorff (2011), four observers and twelve units with missing ratings; the twelfth unit has
    one rating and drops out. Published: 0.743, 0.815, 0.849 and 0.797.

    >>> counts = [[3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0],
    ...           [0, 4, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 4, 0], [3, 1, 0, 0, 0],
    ...           [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    >>> for level in ("nominal", "ordinal", "interval", "ratio"):
    ...     result = krippendorff_alpha(counts, level=level, values=[1, 2, 3, 4, 5])
    ...     print(round(result.value, 3), result.n)
    0.743 11
    0.815 11
    0.849 11
    0.797 11
    >>> krippendorff_alpha([[3, 0], [2, 0]]).reason
    'constant'
    """
    units, multiplicities = patterns_of(counts, min_ratings=2)
    n = int(multiplicities.sum())
    apart = None if level == "ordinal" else distances(level, units.counts.shape[0], values)
    return figure(
        multiplicities,
        lambda by_unit: alpha_values(units, apart, by_unit),
        lambda: alpha_error(
            units,
            ordinal_distances((units.counts * multiplicities).sum(axis=1))
            if apart is None
            else apart,
            multiplicities,
        ),
        n=n,
        undefined="constant" if n else "no-pairs",
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def _specific(
    table: IntArray,
    positive: int,
    *,
    undefined: str,
    is_negative: bool,
    interval: Interval,
    n_resamples: int,
    seed: int,
    confidence: float,
) -> Estimate:
    if not 0 <= positive < table.shape[1]:
        raise ValueError(
            f"positive is {positive}, expected a column from 0 to {table.shape[1] - 1}"
        )
    chosen = table[:, positive]
    if is_negative:
        chosen = table.sum(axis=1) - chosen
    units, multiplicities = patterns_of(
        np.column_stack([chosen, table.sum(axis=1) - chosen]), min_ratings=2
    )
    shares = units.shares[0]
    joined = units.counts[0] * (units.counts[0] - 1) / units.pairs
    n = int(multiplicities.sum())

    def agreement(by_unit: FloatArray) -> FloatArray:
        chances = by_unit @ shares
        undefined_at = np.full(chances.shape, np.nan)
        found: FloatArray = np.divide(
            by_unit @ joined, chances, out=undefined_at, where=chances > 0
        )
        return found

    return figure(
        multiplicities,
        agreement,
        lambda: ratio_error(joined, shares, multiplicities),
        n=n,
        undefined=undefined if n else "no-pairs",
        least=0.0,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )

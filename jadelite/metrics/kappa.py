"""Agreement beyond chance from counts of labels per item: Fleiss' kappa, Gwet's AC1 and AC2.

They share the observed part, `agreement.percent_agreement`, and differ in what chance is. Items
with one rating say how common labels are but nothing about agreement: they count in the chance
part, as in irrCAC, whose standard errors these are too. Who the raters were is not seen here.
"""

import numpy.typing as npt

from jadelite.metrics._units import (
    Chance,
    Interval,
    Weights,
    agreement_weights,
    figure,
    kappa_error,
    kappa_values,
    patterns_of,
)
from jadelite.metrics.result import Estimate, refused


def fleiss_kappa(
    counts: npt.ArrayLike,
    *,
    weights: Weights = "identity",
    values: npt.ArrayLike | None = None,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Fleiss' kappa: chance is two raters drawing labels from the mean shares of all items.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`. Raters may differ from item to item and ratings may be missing.
    weights : {"identity", "linear", "quadratic", "ordinal"}
        What near labels count: nothing, or less the farther they are apart (columns in order).
    values : array-like of float, shape (L labels,), or None
        The labels' numbers for linear and quadratic weights; None: positions.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is chance, below 0 raters agree less than that. n = items
        with two or more ratings; items with one count in the chance part only. No item with a pair
        (empty input, a single rater): reason "no-pairs". All ratings alike: chance agrees as well,
        reason "constant".

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up,
        weights is unknown, or values does not fit.

    References
    ----------
    Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76
    (1971); Gwet, "Computing inter-rater reliability and its variance in the presence of high
    agreement", British Journal of Mathematical and Statistical Psychology 61 (2008).

    Examples
    --------
    Wikipedia, "Fleiss' kappa": ten subjects, fourteen raters, kappa 0.210.

    >>> counts = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0],
    ...           [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2],
    ...           [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
    >>> round(fleiss_kappa(counts).value, 3)
    0.21
    """
    return _beyond_chance(
        counts,
        "fleiss",
        weights,
        values,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def gwet_ac1(
    counts: npt.ArrayLike,
    *,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Gwet's AC1: chance is two raters guessing on the items that are hard to tell.

    Unlike kappa it does not fall to nothing where one label is rare.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`. L is how many labels could be chosen; it enters the chance part,
        also by columns of zeros. Ratings may be missing.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is chance, below 0 raters agree less than that. n = items
        with two or more ratings; items with one count in the chance part only. No item with a pair
        (empty input, a single rater): reason "no-pairs". Only one label to choose from: reason
        "constant". All ratings alike, though others could be chosen: 1 without an interval.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement",
    British Journal of Mathematical and Statistical Psychology 61 (2008).

    Examples
    --------
    Krippendorff (2011), four observers and twelve units with missing ratings, as in Gwet, "Handbook
    of inter-rater reliability" (2014): AC1 0.775, standard error 0.143, from 0.461 to 1.

    >>> counts = [[3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0],
    ...           [0, 4, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 4, 0], [3, 1, 0, 0, 0],
    ...           [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    >>> result = gwet_ac1(counts, interval="analytic")
    >>> [round(number, 3) for number in (result.value, result.se, result.low, result.high)]
    [0.775, 0.143, 0.461, 1.0]
    """
    return _beyond_chance(
        counts,
        "gwet",
        "identity",
        None,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def gwet_ac2(
    counts: npt.ArrayLike,
    *,
    weights: Weights,
    values: npt.ArrayLike | None = None,
    interval: Interval = "item-bootstrap",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Gwet's AC2: AC1 with near labels counting as agreeing in part.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`, the labels in their order.
    weights, values
        As in `fleiss_kappa`.
    interval : {"item-bootstrap", "analytic"}
        Percentiles over resampled items, or Student's t with the standard error, cut at 1.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`; 0 resamples give
        no interval.

    Returns
    -------
    Estimate
        As `gwet_ac1`: at most 1, 0 is chance; reasons "no-pairs" (empty input, a single rater) and
        "constant" (one label to choose from).

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up,
        weights is unknown, or values does not fit.

    References
    ----------
    Gwet, "Handbook of inter-rater reliability" (2014), chapter 3.

    Examples
    --------
    The data of `gwet_ac1` with quadratic weights, 0.914 in irrCAC:

    >>> counts = [[3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0],
    ...           [0, 4, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 4, 0], [3, 1, 0, 0, 0],
    ...           [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0]]
    >>> round(gwet_ac2(counts, weights="quadratic").value, 3)
    0.914
    """
    return _beyond_chance(
        counts,
        "gwet",
        weights,
        values,
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def _beyond_chance(
    counts: npt.ArrayLike,
    chance: Chance,
    weights: Weights,
    values: npt.ArrayLike | None,
    *,
    interval: Interval,
    n_resamples: int,
    seed: int,
    confidence: float,
) -> Estimate:
    units, multiplicities = patterns_of(counts, min_ratings=1)
    n_labels = units.counts.shape[0]
    matrix = agreement_weights(weights, n_labels, values)
    n = int(multiplicities[units.pairs > 0].sum())
    if n and chance == "gwet" and n_labels < 2:
        return refused("constant", method=interval, n=n)
    return figure(
        multiplicities,
        lambda by_unit: kappa_values(units, matrix, chance, by_unit),
        lambda: kappa_error(units, matrix, chance, multiplicities),
        n=n,
        undefined="constant" if n else "no-pairs",
        interval=interval,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )

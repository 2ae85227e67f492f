"""Intervals that several figures share: Wilson's for shares, the item bootstrap over patterns.

An interval that belongs to one figure only (DeLong's) stands beside that figure. Design-based
variances of weighted samples are not here.
"""

import math
from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, as_counts, whole
from jadelite.metrics.result import Estimate, estimated, refused

MAX_UNDEFINED_SHARE = 0.05
_CELLS_IN_A_BLOCK = 1 << 21  # resamples x patterns held at once: 16 MB an array
_ROUNDING = 1e-12  # ends closer than this, relative to their size, differ by rounding only


def wilson(k: float, n: float, *, confidence: float = 0.95) -> Estimate:
    """Share k / n with Wilson's score interval.

    Parameters
    ----------
    k : float
        Successes, 0 <= k <= n. Need not be whole: soft labels and weighted cases count in part.
    n : float
        Trials; for weighted cases their effective number, which need not be whole either.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        Value from 0 (no success) to 1 (nothing but successes), method "wilson", n rounded down.
        The ends lie in [0, 1] and the interval always has width; at k = 0 its low end is 0 by the
        formula, at k = n its high end is 1. Reason "empty" if n is 0.

    Raises
    ------
    ValueError
        If k or n is not a finite number, k lies outside 0 to n, or confidence outside 0 to 1.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
    (1998), table I, method 3.

    Examples
    --------
    Newcombe's four cases:

    >>> for k, n in [(81, 263), (15, 148), (0, 20), (1, 29)]:
    ...     share = wilson(k, n)
    ...     print(f"{share.low:.4f} to {share.high:.4f}")
    0.2553 to 0.3662
    0.0624 to 0.1605
    0.0000 to 0.1611
    0.0061 to 0.1718
    >>> wilson(0, 0).reason
    'empty'
    """
    z = normal_quantile(confidence)
    if not (math.isfinite(k) and math.isfinite(n) and 0 <= k <= n):
        raise ValueError(f"{k} successes of {n} trials, expected 0 <= successes <= trials")
    if n == 0:
        return refused("empty", method="wilson")
    share = k / n
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (1 - share) + z * z / 4) / (n + z * z)
    # The formula meets 0 and 1 exactly at k = 0 and k = n, floating point only nearly.
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return estimated(float(share), (low, high), n=whole(n), method="wilson")


def pattern_bootstrap(
    multiplicities: npt.ArrayLike,
    statistic: Callable[[FloatArray], FloatArray],
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile interval of a statistic when items are drawn anew with replacement.

    Items that look the same are one pattern with a multiplicity, so that a resample is one
    multinomial draw over the P patterns, whatever the number of items.

    Parameters
    ----------
    multiplicities : array-like of int, shape (P patterns,)
        How many items show each pattern.
    statistic : callable
        Takes weights, shape (b resamples, P patterns), each row summing to the number of items,
        and returns shape (b,), NaN where the statistic is undefined.
    n_resamples : int
        B, 0 or more. 0 asks for no interval.
    seed : int
        The same seed and the same multiplicities give the same interval.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    tuple of two floats, or None
        Low and high end, low < high. None where there is no interval: no items, no resamples, the
        statistic undefined in more than 5 % of them, or all ends equal (one item, one pattern).

    Raises
    ------
    ValueError
        If a multiplicity is negative or not whole, n_resamples negative, or confidence outside
        0 to 1.

    References
    ----------
    Efron and Tibshirani, "An introduction to the bootstrap" (1993), chapter 13 (percentile
    interval) and section 6.4 (Monte Carlo resamples as multinomial weights).

    Examples
    --------
    Efron and Tibshirani, table 2.1: seven treated mice lived 94, 197, 16, 38, 99, 141 and 23 days;
    the standard error of their mean is 25.24, its bootstrap form 23.36.

    >>> days = np.array([94.0, 197.0, 16.0, 38.0, 99.0, 141.0, 23.0])
    >>> low, high = pattern_bootstrap(np.ones(7, int), lambda w: w @ days / 7, n_resamples=10_000)
    >>> bool(abs((high - low) / 2 - 1.96 * 23.36) < 2)
    True
    """
    counts = as_counts(multiplicities, "multiplicities")
    _check_confidence(confidence)
    if n_resamples < 0:
        raise ValueError(f"n_resamples is {n_resamples}, expected 0 or more")
    n_items = int(counts.sum())
    if n_resamples == 0 or n_items == 0:
        return None
    shares = counts / n_items
    values = np.concatenate(
        [
            statistic(weights)
            for weights in resamples(n_items, shares, n_resamples=n_resamples, seed=seed)
        ]
    )
    return percentiles(values, confidence=confidence)


def normal_quantile(confidence: float) -> float:
    """The z of a two-sided interval: 1.96 for 0.95. ValueError outside 0 to 1."""
    _check_confidence(confidence)
    return NormalDist().inv_cdf((1 + confidence) / 2)


def percentiles(values: FloatArray, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Percentile interval from the values of a statistic in B resamples.

    Parameters
    ----------
    values : float array, shape (B,)
        NaN where the statistic is undefined.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    tuple of two floats, or None
        Low and high end, low < high. None without values, with more than 5 % undefined, or where
        both ends are equal but for rounding.

    References
    ----------
    Efron and Tibshirani (1993), chapter 13.

    Examples
    --------
    >>> [round(end) for end in percentiles(np.arange(1001.0), confidence=0.9)]
    [50, 950]
    """
    defined = values[~np.isnan(values)]
    if not defined.size or values.size - defined.size > MAX_UNDEFINED_SHARE * values.size:
        return None
    tail = (1 - confidence) / 2
    low, high = (float(end) for end in np.quantile(defined, [tail, 1 - tail]))
    width = _ROUNDING * max(abs(low), abs(high))
    return (low, high) if high - low > width else None


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected above 0 and below 1")


def resamples(
    n_items: int, shares: FloatArray, *, n_resamples: int, seed: int
) -> Iterator[FloatArray]:
    """How often each pattern is drawn, in blocks of shape (b resamples, P patterns).

    n_items draws with replacement for each resample, from patterns with the given shares of the
    items, shape (P,), summing to 1. See `pattern_bootstrap`.
    """
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS_IN_A_BLOCK // shares.size)
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        yield generator.multinomial(n_items, shares, size=size).astype(np.float64)

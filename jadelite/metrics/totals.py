"""Sums and means of a population from a sample and each case's chance of being drawn.

Where strata are known, `ratios` is narrower.
"""

import math

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_shares,
    check_same_length,
    effective_size,
    whole,
)
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.result import Estimate, estimated, refused


def combined_probability(chances: npt.ArrayLike) -> FloatArray:
    """Chance of being drawn by any of several independent draws, 1 - prod(1 - pi_d).

    Parameters
    ----------
    chances : array-like of float, shape (D draws, N cases)
        pi_d of each case, 0 to 1.

    Returns
    -------
    ndarray of float64, shape (N,)
        0 where no draw could reach the case, 1 where one had to; no draws give 0.

    Raises
    ------
    ValueError
        If a chance lies outside 0 to 1.

    References
    ----------
    Saerndal, Swensson and Wretman, "Model assisted survey sampling" (1992), section 2.4.

    Examples
    --------
    >>> combined_probability([[0.5, 0.0], [0.5, 0.25]]).tolist()
    [0.75, 0.25]
    """
    table = np.atleast_2d(np.asarray(chances, dtype=np.float64))
    flat = as_shares(table.ravel(), "chances")
    found: FloatArray = 1 - np.prod(1 - flat.reshape(table.shape), axis=0)
    return found


def horvitz_thompson(
    values: npt.ArrayLike, probability: npt.ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Total over a population from a sample and the chances of being drawn, sum z / pi.

    Parameters
    ----------
    values : array-like of float, shape (N cases,)
        z of each case drawn, any finite number.
    probability : array-like of float, shape (N cases,)
        pi, above 0 and at most 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        In the units of z, method "horvitz-thompson" with a normal interval; the variance is that
        of independent draws, sum (1 - pi) (z / pi)^2, too large for strata drawn to a fixed size.
        All pi 1: the value alone, method "census". Reason "empty" without cases.

    Raises
    ------
    ValueError
        If lengths differ, a chance is not above 0 and at most 1, or confidence outside 0 to 1.

    References
    ----------
    Horvitz and Thompson, JASA 47 (1952); Saerndal et al. (1992), section 3.5, Poisson sampling.

    Examples
    --------
    By hand: 3 / 0.5 + 1 / 0.25, and the root of 0.5 * 6^2 + 0.75 * 4^2.

    >>> total = horvitz_thompson([3, 1], [0.5, 0.25])
    >>> total.value, round(total.se, 4)
    (10.0, 5.4772)
    """
    numbers, chances = _drawn(values, probability)
    z = normal_quantile(confidence)
    if numbers.size == 0:
        return refused("empty", method="horvitz-thompson")
    expanded = numbers / chances
    spread = math.sqrt(float(((1 - chances) * expanded**2).sum()))
    return _normal(float(expanded.sum()), spread, z, chances, method="horvitz-thompson")


def hajek(
    values: npt.ArrayLike, probability: npt.ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Mean over a population from a sample and the chances of being drawn.

    (sum z / pi) / (sum 1 / pi): the population's size is estimated as well.

    Parameters
    ----------
    values, probability, confidence
        As `horvitz_thompson`.

    Returns
    -------
    Estimate
        In the units of z, between its least and greatest value; method "hajek" with a normal
        interval, variance sum (1 - pi) (z - mean)^2 / pi^2 over (sum 1 / pi)^2. Equal values: no
        interval. All pi 1: method "census". Reason "empty" without cases.

    Raises
    ------
    ValueError
        As `horvitz_thompson`.

    References
    ----------
    Hajek, comment on Basu, in "Foundations of statistical inference" (1971); Saerndal et al.
    (1992), result 5.7.2.

    Examples
    --------
    >>> round(hajek([3, 1], [0.5, 0.25]).value, 4)  # 10 over 2 + 4
    1.6667
    """
    numbers, chances = _drawn(values, probability)
    z = normal_quantile(confidence)
    if numbers.size == 0:
        return refused("empty", method="hajek")
    total = float((1 / chances).sum())
    mean = float((numbers / chances).sum()) / total
    squares = (1 - chances) * ((numbers - mean) / chances) ** 2
    return _normal(mean, math.sqrt(float(squares.sum())) / total, z, chances, method="hajek")


def _drawn(values: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    numbers = np.asarray(values, dtype=np.float64)
    chances = as_shares(probability, "probability")
    check_same_length(values=numbers, probability=chances)
    if not np.isfinite(numbers).all() or (chances == 0).any():
        raise ValueError("a value is not finite or a chance is 0, expected finite and above 0")
    return numbers, chances


def _normal(value: float, se: float, z: float, chances: FloatArray, *, method: str) -> Estimate:
    n = whole(effective_size(1 / chances))
    if (chances == 1).all():
        return Estimate(value=value, low=None, high=None, n=n, method="census", reason=None)
    interval = (value - z * se, value + z * se) if se > 0 else None
    return estimated(value, interval, n=n, method=method, se=se)

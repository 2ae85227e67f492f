"""Rates of a whole frame from a stratified sample, each with its interval.

One way for all of them: a ratio of two totals, its variance by linearisation within strata, and
Wilson's interval on the effective number that this variance amounts to. Two rates against each
other are for `contrasts`.
"""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import as_binary, check_same_length, dot
from jadelite.metrics._linear import Linear, linearised, spread
from jadelite.metrics._student import student_quantile
from jadelite.metrics.intervals import normal_quantile, wilson
from jadelite.metrics.rates import Rate
from jadelite.metrics.result import Estimate, estimated, refused
from jadelite.metrics.survey import Sample

METHOD = "stratified-wilson"
_ROUNDING = 1e-15  # a variance smaller than this is rounding only


def ratio(sample: Sample, rate: Rate, *, confidence: float = 0.95) -> Estimate:
    """A rate of the whole frame.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    rate : Rate
        What each of them adds above and below the bar, from 0 to as much as below.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        From 0 (nothing above the bar) to 1 (as much as below), method "stratified-wilson", n the
        effective number (Kish) of the cases below the bar; `se` by linearisation. Where every edit
        of the frame was judged, the value without an interval, method "census". Where it is unknown
        how the cases were chosen, a share is the plain one with method "wilson". The rate's reason
        where nothing is below the bar, "empty" without cases.

    Raises
    ------
    ValueError
        If lengths differ or confidence lies outside 0 to 1.

    Notes
    -----
    A judged edit of stratum h stands for N_h / m_h edits. A ratio of two totals Z / D leans to one
    side in small samples; Beale's estimator takes that out to the first order,

        R = (Z / D) (1 + C / (Z D)) / (1 + V / D^2),

    V the variance of D and C its covariance with Z; where D is known, R = Z / D. With e = z - R d
    of each edit, the variance of R is

        sum_h (N_h / D)^2 (1 - m_h / N_h) s_h^2 / m_h,

    s_h^2 the variance of e in the stratum, reckoned as if a = min(1/2, 4 / H) positive and as many
    negative edits had been judged besides in each of the H strata, flagged like those that were:
    else a stratum in which no damage was met would be taken for free of it. The effective number is
    r (1 - r) over that variance, r being the rate with these edits added; Wilson's interval is then
    taken on it, with Student's t for the normal quantile: Satterthwaite's degrees of freedom of the
    variance, or n - 1 where that is less. What it reaches is told in `coverage`.

    References
    ----------
    Cochran, "Sampling techniques" (3rd ed. 1977), sections 5.4 and 6.11; Beale, "Some uses of
    computers in operational research", Industrielle Organisation 31 (1962), as in Tin, "Comparison
    of some ratio estimators", JASA 60 (1965); Cochran (1977), equation 5.16: degrees of
    freedom; Korn and Graubard,
    "Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data", Survey Methodology 24 (1998): intervals on the effective number; Agresti and
    Coull, The American Statistician 52 (1998): added cases.

    Examples
    --------
    Half of 100 edits that score high and one in ten of 900 others were judged:

    >>> from jadelite.metrics import rates
    >>> y = [1] * 2 + [0] * 88 + [1] * 40 + [0] * 10
    >>> sample = Sample.of(y, [0] * 90 + [1] * 50, [900, 100])
    >>> share = ratio(sample, rates.prevalence(140))  # (900 * 2 / 90 + 100 * 40 / 50) / 1000
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.1, 0.074, 0.134)
    """
    z = normal_quantile(confidence)
    if sample.n == 0:
        return refused("empty", method=METHOD)
    if rate.is_share and not sample.is_drawn:
        above = dot(sample.counts, rate.above(sample.y))
        below = dot(sample.counts, rate.below(sample.y))
        if below == 0:
            return refused(rate.reason, method="wilson")
        return wilson(min(above, below), below, confidence=confidence)
    linear = linearised(sample, rate)
    if linear is None:
        return refused(rate.reason, method=METHOD)
    if not 0 <= linear.value <= 1:
        raise ValueError(f"the rate is {linear.value}, expected 0 to 1")
    if not sample.unjudged.any():
        return census(linear.value, linear.n)
    found = linear_ends(sample, linear, z)
    if found is None:  # such as recall where nothing is flagged
        return estimated(linear.value, None, n=linear.n, method=METHOD)
    low, high, se = found
    return estimated(linear.value, (low, high), n=linear.n, method=METHOD, se=se)


def mean(sample: Sample, rate: Rate, *, confidence: float = 0.95) -> Estimate:
    """A rate of the whole frame that need not lie between 0 and 1, with a normal interval.

    Parameters
    ----------
    sample, rate, confidence
        As `ratio`.

    Returns
    -------
    Estimate
        In the units of what cases add, method "linearised"; n, se, "census" and reasons as `ratio`.

    Raises
    ------
    ValueError
        As `ratio`.

    References
    ----------
    Cochran (1977), section 6.11; the added cases as in `ratio`.

    Examples
    --------
    >>> from jadelite.metrics import rates
    >>> sample = Sample.of([1, 0, 0, 0], [0, 0, 1, 1], [20, 80])
    >>> round(mean(sample, rates.squared_error([0.9, 0.1, 0.1, 0.1])).value, 6)
    0.01
    """
    z = normal_quantile(confidence)
    linear = linearised(sample, rate) if sample.n else None
    if linear is None:
        return refused(rate.reason if sample.n else "empty", method="linearised")
    return normal(sample, linear, z, method="linearised")


def hidden_misses(sample: Sample, flagged: npt.ArrayLike) -> float | None:
    """How many positive edits may hide, at most, where no flag and no positive edit was met.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    flagged : array-like of bool, shape (N,)
        Which of them the model flags.

    Returns
    -------
    float or None
        Edits, 0 or more: 3 N / m by the rule of three, with N and m summed over the strata that
        hold no flagged and no positive case; at most the N - m edits nobody judged. None where
        there is no such stratum, or it is unknown how the cases were chosen.

    Raises
    ------
    ValueError
        If lengths differ.

    References
    ----------
    Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983).

    Examples
    --------
    >>> hidden_misses(Sample.of([0] * 90, [0] * 90, [900]), [False] * 90)
    30.0
    """
    mask = as_binary(flagged, "flagged")
    check_same_length(flagged=mask, y=sample.y)
    if not sample.is_drawn:
        return None
    clean = sample.sum_by_stratum(np.maximum(mask, sample.y)) == 0
    if not clean.any():
        return None
    n_edits = float(sample.masses[clean].sum())
    n_judged = float(sample.n_judged[clean].sum())
    return min(3 * n_edits / n_judged, max(0.0, n_edits - n_judged))


def interval_ends(
    sample: Sample, rate: Rate, linear: Linear, z: float
) -> tuple[float, float] | None:
    """The interval that `ratio` gives a share; None where no judged case could be otherwise."""
    if rate.is_share and not sample.is_drawn:
        n = dot(sample.counts, rate.below(sample.y))
        return _wilson(min(1.0, linear.value), n, z)
    found = linear_ends(sample, linear, z)
    return found[:2] if found is not None else None


def linear_ends(sample: Sample, linear: Linear, z: float) -> tuple[float, float, float] | None:
    """Wilson's interval on the effective number that the linearised variance amounts to.

    Low end, high end and standard error.
    """
    variance, n_freedom = spread(sample, linear)
    if variance <= _ROUNDING or not 0 < linear.likely < 1:
        return None
    t = student_quantile(2 * NormalDist().cdf(z) - 1, n_freedom)
    low, high = _wilson(linear.value, linear.likely * (1 - linear.likely) / variance, t)
    return low, high, math.sqrt(variance)


def normal(sample: Sample, linear: Linear, z: float, *, method: str) -> Estimate:
    """A linearised value with a normal interval."""
    if not sample.unjudged.any():
        return census(linear.value, linear.n)
    variance, n_freedom = spread(sample, linear)
    if variance <= _ROUNDING:
        return estimated(linear.value, None, n=linear.n, method=method)
    t = student_quantile(2 * NormalDist().cdf(z) - 1, n_freedom)
    se = math.sqrt(variance)
    interval = (linear.value - t * se, linear.value + t * se)
    return estimated(linear.value, interval, n=linear.n, method=method, se=se)


def census(value: float, n: int) -> Estimate:
    """What every edit of the frame was judged for: a value that no other sample could change."""
    return Estimate(value=value, low=None, high=None, n=n, method="census", reason=None)


def _wilson(value: float, effective: float, z: float) -> tuple[float, float]:
    centre = (value * effective + z * z / 2) / (effective + z * z)
    half = z * math.sqrt(value * (1 - value) * effective + z * z / 4) / (effective + z * z)
    low = 0.0 if value == 0 else max(0.0, centre - half)
    high = 1.0 if value == 1 else min(1.0, centre + half)
    return low, high

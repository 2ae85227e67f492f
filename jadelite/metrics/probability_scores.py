"""How far probabilities are from labels: Brier score with its parts, and log loss.

A soft label counts as y of a positive and 1 - y of a negative case: the score is what a reviewer
picked at random would give. Bins of a reliability diagram are in `calibration`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, dot, whole
from jadelite.metrics._binned import Bins, binned_figure
from jadelite.metrics._cases import Cases
from jadelite.metrics.intervals import pattern_bootstrap
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "item-bootstrap"
_MAX_PATTERNS = 4096
_TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class BrierParts:
    """The Brier score as reliability - resolution + uncertainty + within.

    Attributes
    ----------
    reliability : Estimate
        Mean squared distance of a bin's mean probability from its share of positives; 0 is
        calibrated.
    resolution : Estimate
        Mean squared distance of the bins' shares from the overall share; 0 means that
        the bins say nothing.
    uncertainty : Estimate
        Share (1 - share), what a constant forecast of the share scores; at most 0.25.
    within : float or None
        What differences of probability inside the bins add; 0 where all in a bin are equal, None
        where there are no cases.
    """

    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    within: float | None


def brier(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Brier score: mean squared distance of probability and label, with an item bootstrap.

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        Labels 0 and 1, or soft labels between, such as shares of votes.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.
    n_resamples, seed, confidence
        See `jadelite.metrics.intervals.pattern_bootstrap`. Beyond 4096 cases the resamples draw
        among 4096 groups of cases that pull the score alike; the value itself is always exact.

    Returns
    -------
    Estimate
        From 0 (each probability equals its label) to 1 (each is as wrong as can be); a constant
        probability of one half gives 0.25. n = cases, with weights Kish's effective number rounded
        down. No interval if every case has the same loss or there is but one. No cases, or no case
        with weight: reason "empty". A soft label y scores at least y (1 - y); the number of raters
        behind it does not enter.

    Raises
    ------
    ValueError
        If lengths differ, a label or probability lies outside 0 to 1, or a weight is negative or
        not finite.

    References
    ----------
    Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78
    (1950), equation 2; half of it, as both classes count alike for two classes.

    Examples
    --------
    Brier's ten forecasts of rain (table 1), P = 0.19 over both classes:

    >>> y_prob = [0.7, 0.9, 0.8, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1]
    >>> y_true = [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> score = brier(y_true, y_prob)
    >>> round(2 * score.value, 10), score.n, score.method
    (0.19, 10, 'item-bootstrap')
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    return weighted_mean(
        squared_loss(cases.y, cases.p),
        cases,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def log_loss(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Log loss (cross-entropy): mean of -log of the probability given to what was the case.

    Parameters
    ----------
    y_true, y_prob, sample_weight, n_resamples, seed, confidence
        As in `brier`. Probabilities are kept 2.2e-16 away from 0 and 1, as in scikit-learn, so that
        being wrong and certain costs 36 and not infinity.

    Returns
    -------
    Estimate
        From 0 (certain and right) up; natural logarithm. A constant probability of one half gives
        0.693. Interval, n and reason as in `brier`.

    Raises
    ------
    ValueError
        As in `brier`.

    References
    ----------
    Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952).

    Examples
    --------
    scikit-learn's, with the probability of "spam":

    >>> score = log_loss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65])
    >>> round(score.value, 4)
    0.2162
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    return weighted_mean(
        log_losses(cases.y, cases.p),
        cases,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def squared_loss(y: FloatArray, p: FloatArray) -> FloatArray:
    """Of each case, shape (N,): y (1 - p)^2 + (1 - y) p^2, from 0 to 1."""
    loss: FloatArray = y * (1 - p) ** 2 + (1 - y) * p**2
    return loss


def log_losses(y: FloatArray, p: FloatArray) -> FloatArray:
    """Of each case, shape (N,): -y log p - (1 - y) log (1 - p), from 0 to 36.04."""
    kept = np.clip(p, _TINY, 1 - _TINY)
    loss: FloatArray = -(y * np.log(kept) + (1 - y) * np.log1p(-kept))
    return loss


def brier_parts(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_bins: int = 10,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> BrierParts:
    """Murphy's parts of the Brier score, over bins of equal width closed on the right.

    Parameters
    ----------
    y_true, y_prob, sample_weight, n_resamples, seed, confidence
        As in `brier`.
    n_bins : int
        1 or more.

    Returns
    -------
    BrierParts
        Reliability from 0 (calibrated) to 1, resolution from 0 (constant probabilities, one bin)
        to the uncertainty, and that from 0 (one class) to 0.25. Percentile intervals, moved so
        that their middle is the value because resamples raise the first two once more: method
        "shifted-bootstrap", or "shifted-bootstrap-clipped" where an end was cut at 0. n as in
        `brier`; reason "empty". Raters don't enter.

    Raises
    ------
    ValueError
        As in `brier`, or if n_bins is below 1.

    References
    ----------
    Murphy, "A new vector partition of the probability score", Journal of Applied Meteorology 12
    (1973). Stephenson, Coelho and Jolliffe, "Two extra components in the Brier score
    decomposition", Weather and Forecasting 23 (2008): what is here `within`.

    Examples
    --------
    Brier's ten forecasts again, each its own bin but for the four at 0:

    >>> y_prob = [0.7, 0.9, 0.8, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1]
    >>> y_true = [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> parts = brier_parts(y_true, y_prob, n_bins=100)
    >>> round(parts.reliability.value, 10), round(parts.resolution.value, 10)
    (0.095, 0.21)
    >>> round(parts.uncertainty.value, 10), round(abs(parts.within), 10)
    (0.21, 0.0)
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    bins = Bins.equal_width(cases.p, n_bins)
    reliability, resolution, uncertainty = (
        binned_figure(
            cases, bins, statistic, n_resamples=n_resamples, seed=seed, confidence=confidence
        )
        for statistic in (reliability_of_bins, resolution_of_bins, uncertainty_of_bins)
    )
    within = None
    if cases.n:
        whole_score = dot(cases.w, squared_loss(cases.y, cases.p)) / float(cases.w.sum())
        within = whole_score - (
            (reliability.value or 0.0) - (resolution.value or 0.0) + (uncertainty.value or 0.0)
        )
    return BrierParts(reliability, resolution, uncertainty, within)


def reliability_of_bins(
    weight: FloatArray, positive: FloatArray, probability: FloatArray
) -> FloatArray:
    """Mean squared gap, shape (b,), from sums over bins of w, w y and w p, shape (b, K) each."""
    gap = np.divide(positive - probability, weight, out=np.zeros_like(weight), where=weight > 0)
    mean: FloatArray = (weight * gap**2).sum(axis=1) / weight.sum(axis=1)
    return mean


def resolution_of_bins(weight: FloatArray, positive: FloatArray, _: FloatArray) -> FloatArray:
    """Mean squared distance of the bins' shares from the share of all; sums and shapes as above."""
    share = np.divide(positive, weight, out=np.zeros_like(weight), where=weight > 0)
    total = weight.sum(axis=1)
    overall = positive.sum(axis=1) / total
    mean: FloatArray = (weight * (share - overall[:, None]) ** 2).sum(axis=1) / total
    return mean


def uncertainty_of_bins(weight: FloatArray, positive: FloatArray, _: FloatArray) -> FloatArray:
    """Share (1 - share) of all; sums and shapes as above."""
    overall = positive.sum(axis=1) / weight.sum(axis=1)
    product: FloatArray = overall * (1 - overall)
    return product


def weighted_mean(
    values: FloatArray, cases: Cases, *, n_resamples: int, seed: int, confidence: float
) -> Estimate:
    """Weighted mean of a value of each case, shape (N,), with an item bootstrap; for this room."""
    if cases.n == 0:
        return refused("empty", method=METHOD)
    value = dot(cases.w, values) / float(cases.w.sum())
    if n_resamples < 1:
        return estimated(value, None, n=whole(cases.n_effective), method=METHOD)
    pool = _grouped(values, cases.w, value)

    def mean(draws: FloatArray) -> FloatArray:
        found: FloatArray = (draws @ pool.value) / (draws @ pool.weight)
        return found

    interval = pattern_bootstrap(
        pool.n, mean, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    return estimated(value, interval, n=whole(cases.n_effective), method=METHOD)


@dataclass(frozen=True, slots=True)
class _Groups:
    """Cases grouped for resampling: how many, and the means of weighted value and of weight."""

    n: npt.NDArray[np.int64]
    value: FloatArray
    weight: FloatArray


def _grouped(values: FloatArray, weights: FloatArray, mean: float) -> _Groups:
    # Neighbours in pull, w (value - mean), are exchangeable in a resample to first order, so that
    # grouping them costs nothing measurable and memory stays fixed for a million cases.
    order = np.argsort(weights * (values - mean), kind="stable")
    starts = np.unique(np.linspace(0, values.size, min(values.size, _MAX_PATTERNS) + 1).astype(int))
    n = np.diff(starts)
    return _Groups(
        n=n,
        value=np.add.reduceat((weights * values)[order], starts[:-1]) / n,
        weight=np.add.reduceat(weights[order], starts[:-1]) / n,
    )

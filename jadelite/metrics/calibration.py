"""Do probabilities mean what they say: reliability bins and calibration errors.

Scores of single probabilities are in `probability_scores`; calibration in the large, slope and
mending are in `recalibration`.
Whether the order of the cases is right is for `areas`.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray
from jadelite.metrics._binned import Bins, binned_figure
from jadelite.metrics._cases import Cases
from jadelite.metrics.intervals import wilson
from jadelite.metrics.result import Estimate

Strategy = Literal["equal-width", "equal-count"]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram.

    Attributes
    ----------
    low, high : float
        Of equal width: edges; the bin is open on the left and closed on the right, the first holds
        0 as well. Of equal counts: the lowest and highest probability in it.
    n : int
        Cases in the bin that have weight.
    mean_probability : float or None
        Mean probability of these cases, weighted; None if there are none.
    observed : Estimate
        Share of positive labels among them, weighted, with Wilson's interval, on Kish's effective
        number (method "wilson-kish") where weights differ; reason "empty" if none.
    weight_share : float
        Weight of the bin's cases, as a share of all; 0 if there are none.
    """

    low: float
    high: float
    n: int
    mean_probability: float | None
    observed: Estimate
    weight_share: float


def reliability(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    n_bins: int = 10,
    strategy: Strategy = "equal-width",
    sample_weight: npt.ArrayLike | None = None,
) -> list[Bin]:
    """Bins with the mean probability and the observed share of each.

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        Labels 0 and 1, or soft labels between; Wilson's interval is then on the wide side.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    n_bins : int
        1 or more.
    strategy : "equal-width" or "equal-count"
        Equal steps from 0 to 1, or about equal weight in each bin.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.

    Returns
    -------
    list of Bin
        In order. Of equal width: all n_bins of them from 0 to 1, empty ones included, closed on
        the right as in scikit-learn; no input gives only empty bins. Of equal counts: at most
        n_bins, none empty; equal probabilities stay together, constant ones fill one bin. Observed
        shares go from 0 (no positive label) to 1 (only positive ones) and agree with
        mean_probability where the model is calibrated. The number of raters does not enter.

    Raises
    ------
    ValueError
        If lengths differ, a label or probability lies outside 0 to 1, a weight is negative or not
        finite, or n_bins is below 1.

    References
    ----------
    DeGroot and Fienberg, "The comparison and evaluation of forecasters", The Statistician 32
    (1983). Example and edges: scikit-learn, `sklearn.calibration.calibration_curve`.

    Examples
    --------
    >>> y_true = [0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> y_prob = [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0]
    >>> bins = reliability(y_true, y_prob, n_bins=3)
    >>> [(one.n, one.observed.value, round(one.mean_probability, 3)) for one in bins]
    [(3, 0.0, 0.2), (2, 0.5, 0.525), (4, 1.0, 0.85)]
    >>> [one.n for one in reliability(y_true, y_prob, n_bins=3, strategy="equal-count")]
    [3, 3, 3]
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    bins = _bins(cases, n_bins, strategy)
    sizes = np.bincount(bins.place, minlength=bins.size)
    weights = bins.sums(cases.w)
    # Rounding in the sum of soft labels must not carry it past the weight of the cases.
    positives = np.minimum(bins.sums(cases.w * cases.y), weights)
    totals, squares = bins.sums(cases.w * cases.p), bins.sums(cases.w**2)
    found = []
    for i in range(bins.size):
        weight, n = float(weights[i]), int(sizes[i])
        size = weight * weight / float(squares[i]) if n else 0.0
        observed = wilson(float(positives[i]) / weight * size if n else 0.0, size)
        if not cases.is_even:
            observed = replace(observed, method="wilson-kish")
        else:
            observed = wilson(float(positives[i]), n)
        found.append(
            Bin(
                low=float(bins.low[i]),
                high=float(bins.high[i]),
                n=n,
                mean_probability=float(totals[i]) / weight if n else None,
                observed=observed,
                weight_share=weight / float(weights.sum()) if n else 0.0,
            )
        )
    return found


def ece(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    n_bins: int = 10,
    strategy: Strategy = "equal-width",
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Expected calibration error: mean distance of a bin's mean probability and observed share.

    Parameters
    ----------
    y_true, y_prob, n_bins, strategy, sample_weight
        As in `reliability`; ten bins of equal width unless said otherwise.
    n_resamples, seed, confidence
        See `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    Estimate
        From 0 (each bin's share is its mean probability) to 1. Biased upwards in small samples: a
        calibrated model does not score 0; see `ece_debiased`. Constant probabilities give the
        distance of the two means. Percentile interval of an item bootstrap, moved so that its
        middle is the value because resamples raise the error once more: method
        "shifted-bootstrap", "shifted-bootstrap-clipped" where an end was cut at 0. n = cases, with
        weights Kish's effective number; reason "empty". Raters don't enter.

    Raises
    ------
    ValueError
        As `reliability` does.

    References
    ----------
    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015.

    Examples
    --------
    The nine cases of `reliability`: (3 * 0.2 + 2 * 0.025 + 4 * 0.15) / 9.

    >>> y_true = [0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> y_prob = [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0]
    >>> round(ece(y_true, y_prob, n_bins=3).value, 4)
    0.1389
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    return binned_figure(
        cases,
        _bins(cases, n_bins, strategy),
        mean_gap_of_bins,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def mce(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    n_bins: int = 10,
    strategy: Strategy = "equal-width",
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Maximum calibration error: the widest such distance of any bin with cases.

    Parameters, result, errors and reference as in `ece`; a bin with a single case can give it.

    Examples
    --------
    >>> y_true = [0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> y_prob = [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0]
    >>> round(mce(y_true, y_prob, n_bins=3).value, 4)
    0.2
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    return binned_figure(
        cases,
        _bins(cases, n_bins, strategy),
        _widest_gap,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def ece_debiased(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    n_bins: int = 15,
    strategy: Strategy = "equal-count",
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Expected calibration error less what chance alone adds to it, over bins of equal counts.

    Twice the plain error, less the error to be expected if each bin's gap were drawn once more
    from a normal distribution around the gap found, with its standard error.

    Parameters
    ----------
    y_true, y_prob, n_bins, strategy, sample_weight, n_resamples, seed, confidence
        As in `ece`, but for fifteen bins of equal counts.

    Returns
    -------
    Estimate
        From 0 to 1; below 0 becomes 0. It takes out nearly all that chance adds to a real error,
        and about half of what it adds where there is none: 300 cases of a calibrated model give
        0.06 plain and 0.035 debiased (tests/unit/metrics/test_metrics_calibration.py).
        Interval with the spread of the plain error's resamples around this value; otherwise as
        in `ece`. A bin with a single case is taken as it is.

    Raises
    ------
    ValueError
        As in `ece`.

    References
    ----------
    Kumar, Liang and Ma, "Verified uncertainty calibration", NeurIPS 2019, section 5, and for
    distances instead of squares their library `uncertainty-calibration`, whose simulated normal
    draws are here their mean in closed form (Leone, Nelson and Nottingham, "The folded normal
    distribution", Technometrics 3, 1961).

    Examples
    --------
    Half of a hundred cases with the probability 0.5 are positive: nothing is wrong but for chance.

    >>> ece_debiased([0, 1] * 50, [0.5] * 100).value
    0.0
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    bins = _bins(cases, n_bins, strategy)
    value = None
    if cases.n:
        weights = bins.sums(cases.w)
        sizes = np.divide(weights**2, bins.sums(cases.w**2), where=weights > 0, out=weights * 0)
        expected = sum(
            weight * _folded(gap, math.sqrt(spread / (size - 1)) if size > 1 else 0.0)
            for weight, gap, spread, size in zip(
                (weights / weights.sum()).tolist(),
                _gaps(bins, cases, weights).tolist(),
                _spreads(bins, cases, weights).tolist(),
                sizes.tolist(),
                strict=True,
            )
        )
        plain = float(weights @ np.abs(_gaps(bins, cases, weights)) / weights.sum())
        value = min(1.0, max(0.0, 2 * plain - expected))
    return binned_figure(
        cases,
        bins,
        mean_gap_of_bins,
        value=value,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def mean_gap_of_bins(
    weight: FloatArray, positive: FloatArray, probability: FloatArray
) -> FloatArray:
    """Plain error from sums over bins of w, w y and w p, each of shape (b, K); shape (b,)."""
    gaps: FloatArray = np.abs(positive - probability).sum(axis=1) / weight.sum(axis=1)
    return gaps


def _widest_gap(weight: FloatArray, positive: FloatArray, probability: FloatArray) -> FloatArray:
    gap = np.abs(positive - probability)
    gap = np.divide(gap, weight, out=np.zeros_like(gap), where=weight > 0)
    widest: FloatArray = gap.max(axis=1)
    return widest


def _bins(cases: Cases, n_bins: int, strategy: Strategy) -> Bins:
    if strategy == "equal-width":
        return Bins.equal_width(cases.p, n_bins)
    if strategy == "equal-count":
        return Bins.equal_count(cases.p, cases.w, n_bins)
    raise ValueError(f"strategy is {strategy!r}, expected 'equal-width' or 'equal-count'")


def _gaps(bins: Bins, cases: Cases, weights: FloatArray) -> FloatArray:
    """Observed share less mean probability of each bin, 0 where there are no cases."""
    gaps = bins.sums(cases.w * (cases.y - cases.p))
    return np.divide(gaps, weights, out=np.zeros_like(gaps), where=weights > 0)


def _spreads(bins: Bins, cases: Cases, weights: FloatArray) -> FloatArray:
    """Variance of label less probability within each bin, 0 where there are no cases."""
    apart = cases.y - cases.p - _gaps(bins, cases, weights)[bins.place]
    squares = bins.sums(cases.w * apart**2)
    return np.divide(squares, weights, out=np.zeros_like(squares), where=weights > 0)


def _folded(mean: float, sd: float) -> float:
    """Mean of the absolute value of a normal variable."""
    if sd == 0:
        return abs(mean)
    z = mean / sd
    return sd * math.sqrt(2 / math.pi) * math.exp(-z * z / 2) + mean * math.erf(z / math.sqrt(2))

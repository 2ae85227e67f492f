"""Do probabilities mean what they say: Brier score and the bins of a reliability diagram.

Whether the order of the cases is right is for classification.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_shares,
    as_weights,
    check_same_length,
    effective_size,
    whole,
)
from jadelite.metrics.intervals import pattern_bootstrap, wilson
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "item-bootstrap"
_MAX_PATTERNS = 4096


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram.

    Attributes
    ----------
    low, high : float
        Edges; the bin is open on the left and closed on the right, the first holds 0 as well.
    n : int
        Cases in the bin.
    mean_probability : float or None
        Mean probability of these cases; None if there are none.
    observed : Estimate
        Share of positive labels among them, with Wilson's interval; reason "empty" if none.
    """

    low: float
    high: float
    n: int
    mean_probability: float | None
    observed: Estimate


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
        probability of one half gives 0.25 on labels of 0 and 1. n = cases, with weights Kish's
        effective number rounded down. No interval if every case has the same loss or there is but
        one. No cases, or no case with weight: reason "empty". With soft labels the score cannot
        reach 0 by calling 0 or 1, and the number of raters behind a label does not enter.

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
    labels = as_shares(y_true, "y_true")
    probability = as_shares(y_prob, "y_prob")
    weights = np.ones(labels.size)
    if sample_weight is not None:
        weights = as_weights(sample_weight, "sample_weight")
    check_same_length(y_true=labels, y_prob=probability, sample_weight=weights)
    held = weights > 0
    weights = weights[held]
    if weights.size == 0:
        return refused("empty", method=METHOD)
    weights = weights / weights.max()
    loss = (probability[held] - labels[held]) ** 2
    value = float((weights * loss).sum() / weights.sum())
    cells = _group(loss, weights, value)

    def mean_loss(draws: FloatArray) -> FloatArray:
        mean: FloatArray = (draws @ cells.loss) / (draws @ cells.weight)
        return mean

    interval = pattern_bootstrap(
        cells.n, mean_loss, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    return estimated(value, interval, n=whole(effective_size(weights)), method=METHOD)


def reliability(y_true: npt.ArrayLike, y_prob: npt.ArrayLike, *, n_bins: int = 10) -> list[Bin]:
    """Bins of equal width with the mean probability and the observed share of each.

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        Labels 0 and 1, or soft labels between; Wilson's interval is then on the wide side.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    n_bins : int
        1 or more.

    Returns
    -------
    list of Bin
        All n_bins of them from 0 to 1, in order, empty ones included: no input gives only empty
        bins. Closed on the right as in scikit-learn. Observed shares go from 0 (no positive label)
        to 1 (only positive ones) and agree with mean_probability where the model is calibrated.
        Constant probabilities fill one bin. The number of raters does not enter.

    Raises
    ------
    ValueError
        If lengths differ, a label or probability lies outside 0 to 1, or n_bins is below 1.

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
    """
    labels = as_shares(y_true, "y_true")
    probability = as_shares(y_prob, "y_prob")
    check_same_length(y_true=labels, y_prob=probability)
    if n_bins < 1:
        raise ValueError(f"n_bins is {n_bins}, expected 1 or more")
    edges = np.linspace(0, 1, n_bins + 1)
    place = np.searchsorted(edges[1:-1], probability, side="left")
    sizes = np.bincount(place, minlength=n_bins)
    totals = np.bincount(place, weights=probability, minlength=n_bins)
    # Rounding in the sum of soft labels must not carry it past the number of cases.
    positives = np.minimum(np.bincount(place, weights=labels, minlength=n_bins), sizes)
    return [
        Bin(
            low=float(edges[i]),
            high=float(edges[i + 1]),
            n=int(sizes[i]),
            mean_probability=float(totals[i] / sizes[i]) if sizes[i] else None,
            observed=wilson(float(positives[i]), int(sizes[i])),
        )
        for i in range(n_bins)
    ]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cases grouped for resampling: how many, and the means of weighted loss and of weight."""

    n: npt.NDArray[np.int64]
    loss: FloatArray
    weight: FloatArray


def _group(loss: FloatArray, weights: FloatArray, value: float) -> _Cells:
    # Neighbours in pull, w (loss - score), are exchangeable in a resample to first order, so that
    # grouping them costs nothing measurable and memory stays fixed for a million cases.
    order = np.argsort(weights * (loss - value), kind="stable")
    starts = np.unique(np.linspace(0, loss.size, min(loss.size, _MAX_PATTERNS) + 1).astype(int))
    n = np.diff(starts)
    return _Cells(
        n=n,
        loss=np.add.reduceat((weights * loss)[order], starts[:-1]) / n,
        weight=np.add.reduceat(weights[order], starts[:-1]) / n,
    )

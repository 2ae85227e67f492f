"""Areas under the ROC and the precision-recall curve for a whole frame, from a stratified sample.

Both are made linear in the cases, so that the edits nobody judged enter their intervals as they do
those of `ratios`; a bootstrap of few positive cases can't see the ones that were not met.
"""

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, as_shares, check_same_length, dot, whole
from jadelite.metrics._linear import Linear, shift
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.ratios import METHOD, census, linear_ends
from jadelite.metrics.result import Estimate, estimated, refused
from jadelite.metrics.survey import Sample


def roc_auc(sample: Sample, y_prob: npt.ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Chance that a positive edit of the frame scores above a negative one, ties half.

    Parameters
    ----------
    sample : Sample
        N judged cases; a label y counts y positive and 1 - y negative.
    y_prob : array-like of float, shape (N,)
        Their scores, 0 to 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        From 0 (every positive below every negative) over 0.5 (chance, also for a constant score)
        to 1, method "stratified-wilson", n the effective number of the rarer of both kinds. Reason
        "one-class-only" without positive or without negative cases, "empty" without any.

    Raises
    ------
    ValueError
        If lengths differ, a score lies outside 0 to 1, or confidence does.

    Notes
    -----
    With G and H the shares of negative and positive weight below a score, ties half, a case of
    weight 1 pulls the area A by (G - A) / P if positive and by (1 - H - A) / Q if negative, P and Q
    being the weights of both kinds. Variance and interval as in `jadelite.metrics.ratios.ratio`.

    References
    ----------
    Bamber, Journal of Mathematical Psychology 12 (1975), for the pulls; Yao, Li and Graubard, "ROC
    curves for complex survey data", Statistics in Medicine 34 (2015), for the weights.

    Examples
    --------
    >>> sample = Sample.of([0, 1, 0, 1], [0] * 4, [1000])
    >>> roc_auc(sample, [0.1, 0.4, 0.35, 0.8]).value, roc_auc(sample, [0.5] * 4).value
    (1.0, 0.5)
    """
    scores = _checked(sample, y_prob, confidence)
    mass = sample.weight * sample.counts
    positive, negative = mass * sample.y, mass * (1 - sample.y)
    p, q = float(positive.sum()), float(negative.sum())
    if p == 0 or q == 0:
        return refused("empty" if p + q == 0 else "one-class-only", method=METHOD)
    under_no, under_yes = _below(scores, negative) / q, _below(scores, positive) / p
    value = dot(positive, under_no) / p
    return _estimate(
        sample,
        value,
        pull_no=(1 - under_yes - value) / q,
        pull_yes=(under_no - value) / p,
        n=min(sample.n_effective(sample.y), sample.n_effective(1 - sample.y)),
        confidence=confidence,
    )


def average_precision(
    sample: Sample, y_prob: npt.ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Mean precision over the positive edits of the frame, each at its own score as threshold.

    Parameters
    ----------
    sample, y_prob, confidence
        As `roc_auc`.

    Returns
    -------
    Estimate
        From nearly 0 to 1 (every positive above every negative); a constant score gives the
        prevalence. Method "stratified-wilson", n the effective number of the positive cases. Reason
        "no-positive-cases" without any, "empty" without cases.

    Raises
    ------
    ValueError
        As `roc_auc`.

    Notes
    -----
    With R the precision at a score s, F the weight flagged there and P the positive weight, a case
    of weight 1 and label y pulls by

        (y (R - A) + sum over the positive weight w at scores up to s of w (y - R) / F) / P.

    References
    ----------
    Davis and Goadrich, ICML (2006), and scikit-learn's `average_precision_score` for the sum
    without interpolation; linearised as in Deville, Survey Methodology 25 (1999).

    Examples
    --------
    >>> sample = Sample.of([0, 0, 1, 1], [0] * 4, [1000])
    >>> round(average_precision(sample, [0.1, 0.4, 0.35, 0.8]).value, 4)
    0.8333
    """
    scores = _checked(sample, y_prob, confidence)
    mass = sample.weight * sample.counts
    positive = mass * sample.y
    p = float(positive.sum())
    if p == 0:
        return refused("no-positive-cases" if mass.sum() > 0 else "empty", method=METHOD)
    cuts, places = np.unique(scores, return_inverse=True)
    at_yes, at_all = (
        np.bincount(places, own, minlength=cuts.size).astype(np.float64, copy=False)
        for own in (positive, mass)
    )
    hits, flagged = (np.cumsum(at[::-1])[::-1] for at in (at_yes, at_all))
    flagged = np.maximum(flagged, 1e-300)
    precision = hits / flagged
    value = dot(at_yes, precision) / p
    gained = np.cumsum(at_yes / flagged)[places]
    lost = np.cumsum(at_yes * precision / flagged)[places]
    return _estimate(
        sample,
        value,
        pull_no=-lost / p,
        pull_yes=(precision[places] - value + gained - lost) / p,
        n=sample.n_effective(sample.y),
        confidence=confidence,
    )


def _checked(sample: Sample, y_prob: npt.ArrayLike, confidence: float) -> FloatArray:
    normal_quantile(confidence)
    scores = as_shares(y_prob, "y_prob")
    check_same_length(y_prob=scores, y=sample.y)
    return scores


def _below(scores: FloatArray, mass: FloatArray) -> FloatArray:
    """Mass at scores below each, and half of that at the same score, shape (N,)."""
    cuts, places = np.unique(scores, return_inverse=True)
    at = np.bincount(places, mass, minlength=cuts.size)
    found: FloatArray = (np.cumsum(at) - at / 2)[places]
    return found


def _estimate(
    sample: Sample,
    value: float,
    *,
    pull_no: FloatArray,
    pull_yes: FloatArray,
    n: float,
    confidence: float,
) -> Estimate:
    z = normal_quantile(confidence)
    value = min(1.0, max(0.0, value))
    likely = min(1 - 1e-6, max(1e-6, value + shift(sample, pull_no, pull_yes)))
    linear = Linear(value, likely, pull_no, pull_yes, whole(n))
    if not sample.unjudged.any():
        return census(value, linear.n)
    found = linear_ends(sample, linear, z)
    if found is None:
        return estimated(value, None, n=linear.n, method=METHOD)
    low, high, se = found
    return estimated(value, (low, high), n=linear.n, method=METHOD, se=se)

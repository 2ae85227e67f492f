"""How probabilities would have to be moved, in the large and by a line on the logit scale.

And what calibrated ones foretell without labels. A free map is in `isotonic`, bins and errors are
in `calibration`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_shares,
    as_weights,
    check_same_length,
    dot,
    whole,
)
from jadelite.metrics._cases import Cases
from jadelite.metrics.intervals import normal_quantile, wilson
from jadelite.metrics.probability_scores import weighted_mean
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "sandwich"
_TINY = 1e-6  # logits end at -/+ 13.8
_NARROW = 1e-4  # logits that differ by less say nothing but rounding
_MAX_STEPS = 50
_FLAT = 1e-9  # differences and curvatures below this are rounding


@dataclass(frozen=True, slots=True)
class Recalibration:
    """The line logit(share of positives) = intercept + slope * logit(probability)."""

    slope: Estimate
    intercept: Estimate


def mean_gap(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Calibration in the large: share of positive labels less mean probability.

    Parameters
    ----------
    y_true, y_prob, sample_weight, n_resamples, seed, confidence
        As in `jadelite.metrics.probability_scores.brier`.

    Returns
    -------
    Estimate
        From -1 (all probabilities 1, no positive label) to 1; 0 where both agree, above 0 where
        the model says too little. Percentile interval, method "item-bootstrap"; none where every
        case has the same gap. n and reason as in `brier`. Raters don't enter.

    Raises
    ------
    ValueError
        As in `brier`.

    References
    ----------
    Van Calster, McLernon, van Smeden, Wynants and Steyerberg, "Calibration: the Achilles heel of
    predictive analytics", BMC Medicine 17 (2019).

    Examples
    --------
    >>> round(mean_gap([0, 1, 1, 1], [0.2, 0.4, 0.6, 0.8]).value, 3)
    0.25
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    return weighted_mean(
        cases.y - cases.p, cases, n_resamples=n_resamples, seed=seed, confidence=confidence
    )


def recalibrate(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Recalibration:
    """Slope and intercept of a logistic regression of the label on the logit of the probability.

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        Labels 0 and 1, or soft labels between.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1; those nearer than 1e-6 to an end are taken as
        1e-6 away from it.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Recalibration
        Slope 1 and intercept 0: calibrated. Slope below 1: probabilities too near 0 and 1; 0: they
        say nothing; below 0: they point the wrong way. Intercept above 0: too low where they say
        one half. Both unbounded, with `se` and a normal interval by the robust variance, method
        "sandwich"; with 600 cases drawn by score, few of the low ones positive, it held the truth
        92 to 93 times in 100. n = cases, with weights Kish's effective number. Reasons: "empty",
        "one-class-only", "constant" (probabilities all alike), "separated" (a cut parts the
        classes, so that no finite slope fits best). Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a label or probability lies outside 0 to 1, a weight is negative or not
        finite, or confidence is not between 0 and 1.

    References
    ----------
    Cox, "Two further applications of a model for binary regression", Biometrika 45 (1958). Huber,
    "The behavior of maximum likelihood estimates under nonstandard conditions", Fifth Berkeley
    Symposium (1967): the robust variance, which also holds for soft labels and weights.

    Examples
    --------
    Two probabilities whose shares of positives are known: the line goes through both, here from
    logit(0.2) to logit(0.25) and from logit(0.8) to logit(0.75).

    >>> fit = recalibrate([0, 0, 0, 1] + [1, 1, 1, 0], [0.2] * 4 + [0.8] * 4)
    >>> round(fit.slope.value, 4), round(abs(fit.intercept.value), 4)
    (0.7925, 0.0)
    >>> recalibrate([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]).slope.reason
    'separated'
    """
    z = normal_quantile(confidence)
    cases = Cases.of(y_true, y_prob, sample_weight)
    n = whole(cases.n_effective)
    logit = _logits(cases.p)
    reason = _reason(cases, logit)
    line = None if reason else _fit(cases, logit)
    if line is None:
        none = refused(reason or "separated", method=METHOD, n=n)
        return Recalibration(slope=none, intercept=none)
    fitted = _share(line[0] + line[1] * logit)
    bread = np.linalg.inv(_information(cases, logit, fitted))
    missed = cases.w * (cases.y - fitted)
    pulls = (missed * (row[0] + row[1] * logit) for row in bread)
    se = np.sqrt([dot(pull, pull) for pull in pulls])
    intercept, slope = (
        estimated(
            float(value),
            (float(value - z * error), float(value + z * error))
            if error > _FLAT * (1 + abs(value))
            else None,
            n=n,
            method=METHOD,
            se=float(error),
        )
        for value, error in zip(line, se, strict=True)
    )
    return Recalibration(slope=slope, intercept=intercept)


def expected_precision(
    y_prob: npt.ArrayLike,
    *,
    threshold: float,
    sample_weight: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """The precision that calibrated probabilities foretell, without any label.

    Parameters
    ----------
    y_prob : array-like of float, shape (N cases,)
        Calibrated probabilities, 0 to 1 (such as `isotonic` maps to).
    threshold : float
        0 to 1; cases with a probability of at least this are flagged. On the scale of y_prob.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        Mean probability of the flagged, from the threshold to 1. Method "poisson-binomial": the
        interval says how far labels of just these cases could lie from it by chance (Wilson's, on
        the number of cases that would vary as much), not how well calibrated the model is; none
        where all probabilities are 0 or 1. It can't see a change in what probabilities mean: the
        gap to the observed precision is the signal. n = flagged cases, with weights Kish's
        effective number. Reason "no-flagged-cases". Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a probability or the threshold lies outside 0 to 1, a weight is negative
        or not finite, or confidence is not between 0 and 1.

    References
    ----------
    Kivimaki, Bialek, Nurminen and Kuberski, "Confidence-based estimators for predictive
    performance in model monitoring", Journal of Artificial Intelligence Research 82 (2025); as
    CBPE in NannyML.

    Examples
    --------
    >>> round(expected_precision([0.1, 0.6, 0.8, 1.0], threshold=0.5).value, 3)
    0.8
    """
    p = as_shares(y_prob, "y_prob")
    w = np.ones(p.size)
    if sample_weight is not None:
        w = as_weights(sample_weight, "sample_weight")
        check_same_length(y_prob=p, sample_weight=w)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}, expected 0 to 1")
    normal_quantile(confidence)
    flagged = Cases.of(p, p, np.where(p >= threshold, w, 0.0))
    if flagged.n == 0:
        return refused("no-flagged-cases", method="poisson-binomial")
    value, total = min(1.0, flagged.share()), float(flagged.w.sum())
    n = whole(flagged.n_effective)
    variance = dot(flagged.w**2, flagged.p * (1 - flagged.p)) / total**2
    if variance == 0:
        return estimated(value, None, n=n, method="poisson-binomial")
    size = value * (1 - value) / variance
    ends = wilson(value * size, size, confidence=confidence)
    return Estimate(
        value=value, low=ends.low, high=ends.high, n=n, method="poisson-binomial", reason=None
    )


def _logits(p: FloatArray) -> FloatArray:
    kept = np.clip(p, _TINY, 1 - _TINY)
    logits: FloatArray = np.log(kept) - np.log1p(-kept)
    return logits


def _share(logit: FloatArray) -> FloatArray:
    share: FloatArray = 1 / (1 + np.exp(-np.clip(logit, -700, 700)))
    return share


def _reason(cases: Cases, logit: FloatArray) -> str | None:
    """Why no line can be fitted; None where it can."""
    if cases.n == 0:
        return "empty"
    if not cases.has_both:
        return "one-class-only"
    if np.ptp(logit) < _NARROW:
        return "constant"
    # One cut parts the classes if the positives' lowest is not below the negatives' highest.
    above, below = logit[cases.y > 0], logit[cases.y < 1]
    is_parted = above.min() >= below.max() or above.max() <= below.min()
    return "separated" if is_parted else None


def _fit(cases: Cases, logit: FloatArray) -> FloatArray | None:
    """Intercept and slope by Newton's steps, each halved until it helps; None without an end."""
    share = cases.share()
    line = np.array([np.log(share / (1 - share)), 0.0])
    best = _likelihood(cases, line[0] + line[1] * logit)
    for _ in range(_MAX_STEPS):
        fitted = _share(line[0] + line[1] * logit)
        missed = cases.w * (cases.y - fitted)
        gradient = np.array([missed.sum(), dot(missed, logit)])
        information = _information(cases, logit, fitted)
        if np.linalg.cond(information) > 1 / _FLAT**1.5:
            return None
        step = np.linalg.solve(information, gradient)
        reached = _likelihood(cases, line[0] + step[0] + (line[1] + step[1]) * logit)
        while reached < best - 1e-12 * abs(best):
            step = step / 2
            reached = _likelihood(cases, line[0] + step[0] + (line[1] + step[1]) * logit)
        line, best = line + step, reached
        if np.abs(step).max() < 1e-10 * (1 + np.abs(line).max()):
            found: FloatArray = line
            return found
    return None


def _information(cases: Cases, logit: FloatArray, fitted: FloatArray) -> FloatArray:
    """How sharply the likelihood bends in intercept and slope, shape (2, 2)."""
    bend = cases.w * fitted * (1 - fitted)
    crossed = dot(bend, logit)
    return np.array([[bend.sum(), crossed], [crossed, dot(bend, logit**2)]])


def _likelihood(cases: Cases, predictor: FloatArray) -> float:
    return dot(cases.w, cases.y * predictor - np.logaddexp(0.0, predictor))

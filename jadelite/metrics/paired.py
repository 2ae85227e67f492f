"""Two versions of a model on the same judged edits: what changes, and whether it can be told.

A difference is the second version less the first.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics import rates
from jadelite.metrics._arrays import FloatArray, as_shares, check_same_length
from jadelite.metrics.contrasts import difference
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.result import Estimate
from jadelite.metrics.survey import Sample

POWER = 0.8


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """Differences between two versions, each at its own threshold.

    Attributes
    ----------
    n_cases, n_flips : float
        Judged cases, and those of them that one version flags and the other does not.
    precision, recall, false_positive_rate, match_rate, brier : Estimate
        The second version's figure less the first's; see `jadelite.metrics.contrasts.difference`.
    mcnemar_p : float or None
        See `mcnemar`; None where cases weigh differently, `mcnemar_reason` says so.
    n_needed : int or None
        Judged cases that would show the present difference in precision; see `n_needed`.
    """

    n_cases: float
    n_flips: float
    precision: Estimate
    recall: Estimate
    false_positive_rate: Estimate
    match_rate: Estimate
    brier: Estimate
    mcnemar_p: float | None
    mcnemar_reason: str | None
    n_needed: int | None


def compare_versions(
    sample: Sample,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    thresholds: tuple[float, float],
    confidence: float = 0.95,
) -> PairedComparison:
    """What changes from one version to the next.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    first, second : array-like of float, shape (N,)
        Scores of both versions, 0 to 1.
    thresholds : pair of float
        Of the first and of the second; `matched_threshold` finds one that flags as many edits.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    PairedComparison
        Differences from -1 to 1, 0 meaning none. Equal versions have differences of 0 without an
        interval; without cases each is refused.

    Raises
    ------
    ValueError
        If lengths differ, a score lies outside 0 to 1, or confidence does.

    References
    ----------
    `jadelite.metrics.contrasts.difference`; McNemar, Psychometrika 12 (1947).

    Examples
    --------
    >>> sample = Sample.of([1] * 40 + [0] * 60, [0] * 100, [1000])
    >>> old = [0.9] * 20 + [0.1] * 20 + [0.9] * 10 + [0.1] * 50
    >>> new = [0.9] * 30 + [0.1] * 10 + [0.9] * 10 + [0.1] * 50
    >>> change = compare_versions(sample, old, new, thresholds=(0.5, 0.5))
    >>> round(change.recall.value, 3), change.n_flips, round(change.mcnemar_p, 4)
    (0.25, 10.0, 0.002)
    """
    scores_1, scores_2 = as_shares(first, "first"), as_shares(second, "second")
    check_same_length(first=scores_1, second=scores_2, y=sample.y)
    flags_1, flags_2 = scores_1 >= thresholds[0], scores_2 >= thresholds[1]

    def change(one: rates.Rate, two: rates.Rate) -> Estimate:
        return difference(sample, one, two, confidence=confidence)

    precision = change(rates.precision(flags_1), rates.precision(flags_2))
    p_value: float | None = None
    reason: str | None = "weights-differ"
    weight = sample.weight
    if np.allclose(weight, weight.max(initial=0.0), rtol=1e-9):
        is_right = _right(flags_1, sample.y), _right(flags_2, sample.y)
        only_1 = float(sample.counts @ (is_right[0] > is_right[1]))
        only_2 = float(sample.counts @ (is_right[1] > is_right[0]))
        p_value, reason = mcnemar(round(only_1), round(only_2)), None
    return PairedComparison(
        n_cases=sample.n,
        n_flips=float(sample.counts @ (flags_1 != flags_2)),
        precision=precision,
        recall=change(rates.recall(flags_1), rates.recall(flags_2)),
        false_positive_rate=change(
            rates.false_positive_rate(flags_1), rates.false_positive_rate(flags_2)
        ),
        match_rate=change(rates.match_rate(flags_1), rates.match_rate(flags_2)),
        brier=change(rates.squared_error(scores_1), rates.squared_error(scores_2)),
        mcnemar_p=p_value,
        mcnemar_reason=reason,
        n_needed=n_needed(precision, sample.n, confidence=confidence),
    )


def matched_threshold(
    y_prob: npt.ArrayLike, share: float, *, sample_weight: npt.ArrayLike | None = None
) -> float | None:
    """The threshold at which a model flags a given share of the cases: equal workload.

    Parameters
    ----------
    y_prob : array-like of float, shape (N cases,)
        Scores 0 to 1, best of the whole frame.
    share : float
        Share of cases to flag, 0 to 1.
    sample_weight : array-like of float, shape (N,), optional
        What each case stands for; None = 1.

    Returns
    -------
    float or None
        One of the scores, the one whose flagged share is nearest to `share`, the higher of two as
        near. None where flagging nothing is nearest, and without cases.

    Raises
    ------
    ValueError
        If lengths differ, a score or the share lies outside 0 to 1, or a weight is negative.

    References
    ----------
    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), section 4:
    thresholds as ranks.

    Examples
    --------
    >>> matched_threshold([0.1, 0.2, 0.7, 0.9], 0.5)
    0.7
    """
    scores = as_shares(y_prob, "y_prob")
    weights = np.ones(scores.size) if sample_weight is None else np.asarray(sample_weight, float)
    check_same_length(y_prob=scores, sample_weight=weights)
    if not 0 <= share <= 1 or (weights < 0).any():
        raise ValueError(f"share {share} or a weight is out of range, expected 0 to 1 and 0 up")
    total = float(weights.sum())
    if total == 0:
        return None
    cuts, places = np.unique(scores, return_inverse=True)
    flagged = np.cumsum(np.bincount(places, weights)[::-1]) / total
    away = np.abs(flagged - share)
    if away.min() >= share:
        return None
    return float(cuts[::-1][int(np.argmin(away))])


def mcnemar(n_first_only: int, n_second_only: int) -> float:
    """Chance of discordant pairs as uneven as these, or more so, if both were as often right.

    Parameters
    ----------
    n_first_only, n_second_only : int
        Cases that only the first, only the second version got right; 0 or more.

    Returns
    -------
    float
        The exact two-sided p value, above 0; 1 where nothing speaks for a difference, also
        without discordant pairs. For cases that weigh alike only.

    Raises
    ------
    ValueError
        If a number is negative.

    References
    ----------
    McNemar, Psychometrika 12 (1947); exact as in Agresti, "Categorical data analysis" (3rd ed.
    2013), section 11.1.

    Examples
    --------
    Two-sided binomial test of 1 in 6 at one half, 14 / 64:

    >>> round(mcnemar(1, 5), 10)
    0.21875
    """
    if min(n_first_only, n_second_only) < 0:
        raise ValueError(f"{n_first_only} and {n_second_only} cases, expected 0 or more")
    n = n_first_only + n_second_only
    fewer = min(n_first_only, n_second_only)
    log_half = n * math.log(0.5)
    tail = math.fsum(
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + log_half)
        for k in range(fewer + 1)
    )
    return min(1.0, 2 * tail)


def n_needed(gap: Estimate, n_cases: float, *, confidence: float = 0.95) -> int | None:
    """About how many judged cases would show a difference as large as the one met.

    Parameters
    ----------
    gap : Estimate
        A difference with its standard error.
    n_cases : float
        Judged cases it rests on, drawn as more would be.
    confidence : float
        Of the interval that has to leave out 0, with a chance of 0.8.

    Returns
    -------
    int or None
        In all, not in addition; may be fewer than there are. None where no difference was met, or
        it has no standard error.

    Raises
    ------
    ValueError
        If confidence lies outside 0 to 1.

    References
    ----------
    Cohen, "Statistical power analysis for the behavioral sciences" (2nd ed. 1988), chapter 6, with
    the standard error shrinking as the root of n.

    Examples
    --------
    >>> gap = Estimate(0.05, 0.0, 0.1, 100, "mover", None, 0.025)
    >>> n_needed(gap, 600)  # 600 ((1.96 + 0.8416) 0.025 / 0.05)^2
    1178
    """
    z = normal_quantile(confidence) + normal_quantile(2 * POWER - 1)
    if not gap.value or gap.se is None:
        return None
    return math.ceil(n_cases * (z * gap.se / gap.value) ** 2)


def _right(flagged: npt.NDArray[np.bool_], y: FloatArray) -> npt.NDArray[np.int64]:
    """1 where the flag is what the majority says, 0 where it is not or votes are even."""
    right: npt.NDArray[np.int64] = np.where(flagged, y > 0.5, y < 0.5).astype(np.int64)
    return right

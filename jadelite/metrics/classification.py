"""A model's predictions against people's labels: confusion cells, their rates, area under ROC.

Calibration stands in its own file; the choice of a threshold is left to the callers.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_binary,
    as_shares,
    as_weights,
    check_same_length,
    whole,
)
from jadelite.metrics.intervals import normal_quantile, wilson
from jadelite.metrics.result import Estimate, estimated, refused

_TN, _FP, _FN, _TP = range(4)
_ALL = (_TN, _FP, _FN, _TP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """The four cells of labels against predictions at one threshold, and the rates they give.

    Each rate is an `Estimate` from 0 to 1 with Wilson's interval on its own denominator, or a
    reason where that denominator is 0. With weights the interval takes Kish's effective number
    of the denominator's cases for n (method "wilson-kish"): right for weights that are unrelated
    to the outcome, approximate otherwise.

    Attributes
    ----------
    tn, fp, fn, tp : float
        True negative, false positive, false negative, true positive: counts of cases, or sums of
        their weights. 0 or more.
    threshold : float
        A case is flagged (predicted positive) if its probability is at least this.
    n : int
        Number of cases, weighted or not.
    weight_squares : tuple of four floats, or None
        Sums of squared weights in the cells tn, fp, fn, tp; None = every case weighs 1, and then
        the cells sum to n.

    Raises
    ------
    ValueError
        If a cell is negative, or unweighted cells do not sum to n.

    References
    ----------
    Wilson (1927), see `jadelite.metrics.intervals.wilson`. Kish, "Survey sampling" (1965), section
    11.7. Names of the rates as ORES published them (mediawiki.org, "ORES/Thresholds").

    Examples
    --------
    The damaging model of English Wikipedia, counts as ORES published them with recall 0.574:

    >>> cells = Confusion(tn=17875, fp=710, fn=318, tp=429, threshold=0.5, n=19332)
    >>> recall = cells.recall()
    >>> round(recall.value, 3), round(recall.low, 3), round(recall.high, 3), recall.n
    (0.574, 0.539, 0.609, 747)
    >>> round(cells.false_positive_rate().value, 3)
    0.038
    """

    tn: float
    fp: float
    fn: float
    tp: float
    threshold: float
    n: int
    weight_squares: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if not all(cell >= 0 for cell in self._cells):
            raise ValueError(f"cells tn, fp, fn, tp are {self._cells}, expected 0 or more each")
        if self.weight_squares is None and sum(self._cells) != self.n:
            raise ValueError(f"cells sum to {sum(self._cells)}, expected n = {self.n}")

    def precision(self, *, confidence: float = 0.95) -> Estimate:
        """Positive among the flagged, tp / (tp + fp); reason "no-flagged-cases"."""
        return self._rate((_TP,), (_TP, _FP), reason="no-flagged-cases", confidence=confidence)

    def recall(self, *, confidence: float = 0.95) -> Estimate:
        """Flagged among the positive, tp / (tp + fn); reason "no-positive-cases"."""
        return self._rate((_TP,), (_TP, _FN), reason="no-positive-cases", confidence=confidence)

    def specificity(self, *, confidence: float = 0.95) -> Estimate:
        """Not flagged among the negative, tn / (tn + fp); reason "no-negative-cases"."""
        return self._rate((_TN,), (_TN, _FP), reason="no-negative-cases", confidence=confidence)

    def false_positive_rate(self, *, confidence: float = 0.95) -> Estimate:
        """Flagged among the negative, fp / (tn + fp); reason "no-negative-cases"."""
        return self._rate((_FP,), (_TN, _FP), reason="no-negative-cases", confidence=confidence)

    def prevalence(self, *, confidence: float = 0.95) -> Estimate:
        """Positive among all, (tp + fn) / all; reason "empty"."""
        return self._rate((_TP, _FN), _ALL, reason="empty", confidence=confidence)

    def match_rate(self, *, confidence: float = 0.95) -> Estimate:
        """Flagged among all, (tp + fp) / all; reason "empty"."""
        return self._rate((_TP, _FP), _ALL, reason="empty", confidence=confidence)

    def accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Rightly predicted among all, (tp + tn) / all; reason "empty"."""
        return self._rate((_TP, _TN), _ALL, reason="empty", confidence=confidence)

    def f1(self) -> Estimate:
        """2 tp / (2 tp + fp + fn), without an interval; n = cases flagged or positive.

        0 if there are such cases but no true positive; reason "no-positive-cases" if there are
        none, neither positive nor flagged.
        """
        cells = (_FP, _FN, _TP)
        total = 2 * self.tp + self.fp + self.fn
        if total == 0:
            return refused("no-positive-cases", method="point")
        n = whole(self._size(cells))
        return estimated(float(2 * self.tp / total), None, n=n, method="point")

    @property
    def _cells(self) -> tuple[float, float, float, float]:
        return (self.tn, self.fp, self.fn, self.tp)

    def _size(self, cells: tuple[int, ...]) -> float:
        total = sum(self._cells[cell] for cell in cells)
        if self.weight_squares is None:
            return total
        return total * (total / sum(self.weight_squares[cell] for cell in cells))

    def _rate(
        self, hits: tuple[int, ...], cells: tuple[int, ...], *, reason: str, confidence: float
    ) -> Estimate:
        method = "wilson" if self.weight_squares is None else "wilson-kish"
        total = sum(self._cells[cell] for cell in cells)
        if total == 0:
            return refused(reason, method=method)
        size = self._size(cells)
        hit = sum(self._cells[cell] for cell in hits)
        k = hit if self.weight_squares is None else hit / total * size
        return replace(wilson(k, size, confidence=confidence), method=method)


def confusion(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: npt.ArrayLike | None = None,
) -> Confusion:
    """Confusion cells of the prediction y_prob >= threshold.

    Parameters
    ----------
    y_true : array-like of bool or 0 and 1, shape (N cases,)
        People's labels, 1 = positive.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    threshold : float
        0 to 1; a probability equal to it is flagged.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more, such as inverse inclusion probabilities; None = every case weighs 1.

    Returns
    -------
    Confusion
        Cells are whole counts without weights and sums of weights with them. No cases give four
        zeros, whose rates all have reasons; labels of one class leave the other class's rates
        without value. Who and how many the raters were does not enter.

    Raises
    ------
    ValueError
        If lengths differ, a label is not 0 or 1, a probability or the threshold lies outside 0 to
        1, or a weight is negative or not finite.

    References
    ----------
    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), figures 1, 3.

    Examples
    --------
    Fawcett's twenty instances; accuracy is highest, 70 %, at 0.54, the point (0.1, 0.5):

    >>> y_prob = [.9, .8, .7, .6, .55, .54, .53, .52, .51, .505,
    ...           .4, .39, .38, .37, .36, .35, .34, .33, .3, .1]
    >>> y_true = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    >>> cells = confusion(y_true, y_prob, threshold=0.54)
    >>> cells.tn, cells.fp, cells.fn, cells.tp
    (9, 1, 5, 5)
    >>> cells.accuracy().value, cells.false_positive_rate().value, cells.recall().value
    (0.7, 0.1, 0.5)
    """
    positive = as_binary(y_true, "y_true")
    probability = as_shares(y_prob, "y_prob")
    check_same_length(y_true=positive, y_prob=probability)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}, expected 0 to 1")
    flagged = probability >= threshold
    cell = 2 * positive.astype(np.int64) + flagged
    n = positive.size
    if sample_weight is None:
        counts = np.bincount(cell, minlength=4)
        tn, fp, fn, tp = (int(count) for count in counts)
        return Confusion(tn=tn, fp=fp, fn=fn, tp=tp, threshold=float(threshold), n=n)
    weights = as_weights(sample_weight, "sample_weight")
    check_same_length(y_true=positive, sample_weight=weights)
    sums = np.bincount(cell, weights=weights, minlength=4)
    squares = np.bincount(cell, weights=weights**2, minlength=4)
    return Confusion(
        tn=float(sums[_TN]),
        fp=float(sums[_FP]),
        fn=float(sums[_FN]),
        tp=float(sums[_TP]),
        threshold=float(threshold),
        n=n,
        weight_squares=(
            float(squares[_TN]),
            float(squares[_FP]),
            float(squares[_FN]),
            float(squares[_TP]),
        ),
    )


def roc_auc(y_true: npt.ArrayLike, y_prob: npt.ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Area under the ROC curve with DeLong's interval.

    The chance that a positive case has a higher probability than a negative one, a tie counting
    half (midranks).

    Parameters
    ----------
    y_true : array-like of bool or 0 and 1, shape (N cases,)
        People's labels, 1 = positive.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1; only their order matters.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        1: every positive case above every negative one; 0: below; 0.5: order says nothing, as with
        constant probabilities. n = N. The interval is value -/+ z times the standard error on the
        plain scale, method "delong". An end beyond 0 or 1 is cut there, method "delong-clipped":
        the sample is too small for the normal form, read that end as "no bound". No interval
        where the standard error is 0 (complete separation, constant probabilities) or undefined
        (one case of a class). Empty input: reason "empty"; one class: reason "one-class-only".

    Raises
    ------
    ValueError
        If lengths differ, a label is not 0 or 1, a probability lies outside 0 to 1, or confidence
        is not between 0 and 1.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver
    operating characteristic curves", Biometrics 44 (1988), equations 1 to 5. Sun and Xu, "Fast
    implementation of DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).

    Examples
    --------
    Fawcett (2006), figure 3: 68 of the 100 pairs are in order.

    >>> y_prob = [.9, .8, .7, .6, .55, .54, .53, .52, .51, .505,
    ...           .4, .39, .38, .37, .36, .35, .34, .33, .3, .1]
    >>> y_true = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    >>> area = roc_auc(y_true, y_prob)
    >>> area.value, area.n, area.method
    (0.68, 20, 'delong')
    >>> roc_auc([1, 1], [0.2, 0.9]).reason
    'one-class-only'
    """
    positive = as_binary(y_true, "y_true")
    probability = as_shares(y_prob, "y_prob")
    check_same_length(y_true=positive, y_prob=probability)
    z = normal_quantile(confidence)
    n = positive.size
    if n == 0:
        return refused("empty", method="delong")
    above, below = np.sort(probability[positive]), np.sort(probability[~positive])
    if not (above.size and below.size):
        return refused("one-class-only", method="delong", n=n)
    # Twice the negatives beaten by each positive case, and twice the positives that beat each
    # negative one; a tie is 1. Whole numbers, so that sums and "all alike" are exact.
    beaten = _twice_rank(above, below)
    beating = 2 * above.size - _twice_rank(below, above)
    pairs = above.size * below.size
    area = float(beaten.sum() / (2 * pairs))
    constant = np.ptp(beaten) == 0 and np.ptp(beating) == 0
    if constant or min(above.size, below.size) < 2:
        return estimated(area, None, n=n, method="delong")
    variance = (
        np.var(beaten / (2 * below.size), ddof=1) / above.size
        + np.var(beating / (2 * above.size), ddof=1) / below.size
    )
    half = z * float(np.sqrt(variance))
    low, high = max(0.0, area - half), min(1.0, area + half)
    clipped = (low, high) != (area - half, area + half)
    method = "delong-clipped" if clipped else "delong"
    return estimated(area, (low, high), n=n, method=method)


def _twice_rank(values: FloatArray, among: FloatArray) -> npt.NDArray[np.int64]:
    """For each value: twice the members of sorted `among` below it, plus its ties."""
    lower = np.searchsorted(among, values, side="left")
    upper = np.searchsorted(among, values, side="right")
    return (lower + upper).astype(np.int64, copy=False)

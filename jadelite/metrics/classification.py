"""A model's predictions against people's labels: the confusion cells and the rates they give.

Areas under curves are in `curves`, calibration in its own file; the choice of a threshold is left
to the callers.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    BoolArray,
    FloatArray,
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
        their weights; a soft label y counts y as positive and 1 - y as negative. 0 or more.
    threshold : float
        A case is flagged (predicted positive) if its probability is at least this.
    n : int
        Number of cases, weighted or not.
    weight_squares : tuple of four floats, or None
        Sums of squared weights in the cells tn, fp, fn, tp, soft labels in part; None = every case
        weighs 1, and then the cells sum to n.

    Raises
    ------
    ValueError
        If a cell is negative, or unweighted cells do not sum to n.

    References
    ----------
    Wilson (1927), see `jadelite.metrics.intervals.wilson`. Kish, "Survey sampling" (1965), section
    11.7. Names of the rates as ORES published them (mediawiki.org, "ORES/Thresholds"). Zou and
    Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27
    (2008), for `balanced_accuracy`. Chicco and Jurman, "The advantages of the Matthews correlation
    coefficient", BMC Genomics 21 (2020). Fleiss, Cohen and Everitt, "Large sample standard errors
    of kappa and weighted kappa", Psychological Bulletin 72 (1969).

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
        total = sum(self._cells)
        if self.weight_squares is None and not math.isclose(total, self.n, abs_tol=1e-6):
            raise ValueError(f"cells sum to {total}, expected n = {self.n}")

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

    def f1(self, *, confidence: float = 0.95) -> Estimate:
        """Harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); see `fbeta`."""
        return self.fbeta(1.0, confidence=confidence)

    def fbeta(self, beta: float, *, confidence: float = 0.95) -> Estimate:
        """F of precision and recall, recall counting beta times as much; n = flagged or positive.

        (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp). 0 if there are such cases but no true positive;
        reason "no-positive-cases" if there are none, neither positive nor flagged. The interval is
        Wilson's on the effective number to which the linearised variance amounts, method
        "wilson-linearised"; for F1 that is, at both ends of the scale, Wilson's interval of
        tp / (tp + fp + fn) carried over. ValueError unless beta is above 0.
        """
        if not (beta > 0 and math.isfinite(beta)):
            raise ValueError(f"beta is {beta}, expected a number above 0")
        union = (_FP, _FN, _TP)
        total = self.tp + self.fp + self.fn
        if total == 0:
            return refused("no-positive-cases", method="wilson-linearised")
        square = beta * beta
        size = self._size(union)
        scale = size / total  # cells in effective cases
        right = (1 + square) * self.tp * scale
        wrong = (square * self.fn + self.fp) * scale
        # The squares of what the wrong ones add, per unit: beta^2 if all of them were missed.
        added = (square * square * self.fn + self.fp) * scale / wrong if wrong else max(1.0, square)
        effective = (right + wrong) ** 2 / ((1 + square) * wrong + added * right)
        share = right / (right + wrong)
        ends = wilson(share * effective, effective, confidence=confidence)
        return replace(ends, value=share, n=whole(size), method="wilson-linearised")

    def balanced_accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Mean of recall and specificity; 0.5 for a model that doesn't look at the edit.

        Interval from the two Wilson intervals by MOVER, method "wilson-mover"; n = all cases.
        Reason "one-class-only" or "empty".
        """
        rates = (self.recall(confidence=confidence), self.specificity(confidence=confidence))
        parts = [
            (rate.value, rate.value - rate.low, rate.high - rate.value)
            for rate in rates
            if rate.value is not None and rate.low is not None and rate.high is not None
        ]
        if len(parts) < len(rates):
            reason = "one-class-only" if parts else "empty"
            return refused(reason, method="wilson-mover", n=self._n_all())
        values, below, above = zip(*parts, strict=True)
        value = sum(values) / 2
        ends = (
            max(0.0, value - math.hypot(*below) / 2),
            min(1.0, value + math.hypot(*above) / 2),
        )
        return estimated(value, ends, n=self._n_all(), method="wilson-mover")

    def mcc(self, *, confidence: float = 0.95) -> Estimate:
        """Matthews' correlation of prediction and label, -1 to 1; 0 = they have nothing in common.

        Interval by linearisation on Fisher's z scale, method "linearised-fisher"; none at -1 and 1.
        Reason "empty", "one-class-only", or "constant" where all or none are flagged.
        """
        tn, fp, fn, tp = self._cells
        sums = np.array([tn + fp, fn + tp, tn + fn, fp + tp])  # of negatives, ..., of flagged
        reason = self._margins_reason()
        if reason is not None:
            return refused(reason, method="linearised-fisher", n=self._n_all())
        above, below = tp * tn - fp * fn, float(np.sqrt(sums).prod())
        value = above / below
        membership = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]])
        slopes = np.array([tp, -fn, -fp, tn]) / below - value / 2 * ((1 / sums) @ membership)
        return self._on_fisher_scale(value, slopes, confidence=confidence)

    def kappa(self, *, confidence: float = 0.95) -> Estimate:
        """Cohen's kappa of prediction and label, -1 to 1; 0 = agreement as by chance.

        Interval and reasons as in `mcc`.
        """
        reason = self._margins_reason()
        if reason is not None:
            return refused(reason, method="linearised-fisher", n=self._n_all())
        total = sum(self._cells)
        tn, fp, fn, tp = (cell / total for cell in self._cells)
        positive, flagged = fn + tp, fp + tp
        agreed = tn + tp
        chance = positive * flagged + (1 - positive) * (1 - flagged)
        value = (agreed - chance) / (1 - chance)
        of_chance = np.array(
            [
                2 - positive - flagged,
                1 - flagged + positive,
                flagged + 1 - positive,
                positive + flagged,
            ]
        )
        of_agreed = np.array([1.0, 0.0, 0.0, 1.0])
        slopes = (of_agreed * (1 - chance) - (1 - agreed) * of_chance) / (1 - chance) ** 2
        return self._on_fisher_scale(value, slopes / total, confidence=confidence)

    def turned(self) -> "Confusion":
        """The same cases with the other label as the positive one: its rates are ORES's "!" ones.

        `turned().match_rate()` is ORES's filter_rate, `turned().precision()` its !precision.
        """
        squares = self.weight_squares
        return Confusion(
            tn=self.tp,
            fp=self.fn,
            fn=self.fp,
            tp=self.tn,
            threshold=self.threshold,
            n=self.n,
            weight_squares=None if squares is None else squares[::-1],
        )

    def _margins_reason(self) -> str | None:
        """Why prediction and label can't be correlated; None where they can."""
        tn, fp, fn, tp = self._cells
        if tn + fp + fn + tp == 0:
            return "empty"
        if not (tn + fp and fn + tp):
            return "one-class-only"
        return None if tn + fn and fp + tp else "constant"

    def _n_all(self) -> int:
        return whole(self._size(_ALL)) if sum(self._cells) else 0

    def _on_fisher_scale(
        self, value: float, slopes: npt.NDArray[np.float64], *, confidence: float
    ) -> Estimate:
        """A correlation from its slopes by cell: the multinomial's linearised variance."""
        cells = np.array(self._cells)
        total, size = cells.sum(), self._size(_ALL)
        shares = cells / total
        effects = slopes * total
        variance = max(0.0, float(shares @ effects**2 - (shares @ effects) ** 2)) / size
        se = math.sqrt(variance)
        n = whole(size)
        room = 1 - value * value
        if se < 1e-9 or room < 1e-9:
            return estimated(value, None, n=n, method="linearised-fisher")
        half = normal_quantile(confidence) * se / room
        middle = math.atanh(value)
        ends = (math.tanh(middle - half), math.tanh(middle + half))
        return estimated(value, ends, n=n, method="linearised-fisher", se=se)

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
    y_true : array-like of float, shape (N cases,)
        People's labels, 1 = positive, or soft ones between 0 and 1.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    threshold : float
        0 to 1; a probability equal to it is flagged.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more, such as inverse inclusion probabilities; None = every case weighs 1.

    Returns
    -------
    Confusion
        Cells are whole counts without weights and soft labels, and sums with them. No cases give
        four zeros, whose rates all have reasons; labels of one class leave the other class's rates
        without value. Who and how many the raters were does not enter.

    Raises
    ------
    ValueError
        If lengths differ, a label, a probability or the threshold lies outside 0 to 1, or a weight
        is negative or not finite.

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
    label = as_shares(y_true, "y_true")
    probability = as_shares(y_prob, "y_prob")
    check_same_length(y_true=label, y_prob=probability)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}, expected 0 to 1")
    weights = None
    if sample_weight is not None:
        weights = as_weights(sample_weight, "sample_weight")
        check_same_length(y_true=label, sample_weight=weights)
    flagged = probability >= threshold
    tn, fp, fn, tp = _sums(label, flagged, weights)
    if weights is None and ((label == 0) | (label == 1)).all():
        tn, fp, fn, tp = round(tn), round(fp), round(fn), round(tp)
    return Confusion(
        tn=tn,
        fp=fp,
        fn=fn,
        tp=tp,
        threshold=float(threshold),
        n=label.size,
        weight_squares=None if weights is None else _sums(label, flagged, weights**2),
    )


def _sums(
    label: FloatArray, flagged: BoolArray, weights: FloatArray | None
) -> tuple[float, float, float, float]:
    """Weights in the cells tn, fp, fn, tp."""
    positive = label if weights is None else weights * label
    negative = 1 - label if weights is None else weights * (1 - label)
    return (
        float(negative[~flagged].sum()),
        float(negative[flagged].sum()),
        float(positive[~flagged].sum()),
        float(positive[flagged].sum()),
    )

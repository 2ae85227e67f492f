"""A model's rates over all thresholds: confusion cells at many of them, ROC and precision-recall.

One threshold by itself is for `classification`, areas under the curves for `areas`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_weights
from jadelite.metrics._cases import Cases
from jadelite.metrics.classification import Confusion
from jadelite.metrics.ranking import Ranking
from jadelite.metrics.result import Estimate


@dataclass(frozen=True, slots=True)
class RocPoint:
    """A point of the ROC curve; `threshold` is None where nothing is flagged."""

    threshold: float | None
    false_positive_rate: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class PrecisionRecallPoint:
    """A point of the precision-recall curve: what is flagged has y_prob >= threshold."""

    threshold: float
    precision: Estimate
    recall: Estimate
    match_rate: Estimate


def confusions(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    thresholds: Sequence[float],
    sample_weight: npt.ArrayLike | None = None,
) -> list[Confusion]:
    """`jadelite.metrics.classification.confusion` at many thresholds, with one sort for all.

    Parameters
    ----------
    y_true, y_prob, sample_weight
        As in `confusion`.
    thresholds : sequence of float
        0 to 1 each, in any order.

    Returns
    -------
    list of Confusion
        One for each threshold, in their order. Raters don't enter.

    Raises
    ------
    ValueError
        As `confusion` does.

    References
    ----------
    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), algorithm 1.

    Examples
    --------
    >>> low, high = confusions([0, 1, 1], [0.2, 0.3, 0.9], thresholds=[0.25, 0.5])
    >>> low.recall().value, high.recall().value
    (1.0, 0.5)
    """
    for threshold in thresholds:
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is {threshold}, expected 0 to 1")
    table = _Table.of(y_true, y_prob, sample_weight)
    flagged = np.searchsorted(-table.probability, -np.asarray(thresholds, float), side="right")
    return [
        table.confusion(int(place), float(threshold))
        for place, threshold in zip(flagged, thresholds, strict=True)
    ]


def roc_curve(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_points: int = 200,
) -> list[RocPoint]:
    """Recall over false positive rate, for drawing.

    Parameters
    ----------
    y_true, y_prob, sample_weight
        As in `jadelite.metrics.areas.roc_auc`.
    n_points : int
        At most so many points, 2 or more: the ends, and between them equal steps of recall and
        false positive rate together.

    Returns
    -------
    list of RocPoint
        From nothing flagged, (0, 0), to everything, (1, 1); both rates never fall. Each with its
        Wilson interval, by itself and not for the curve as a whole. Constant probabilities give
        the two ends; no cases, or one class, give no points. Raters don't enter.

    Raises
    ------
    ValueError
        As in `jadelite.metrics.areas.roc_auc`, or if n_points is below 2.

    References
    ----------
    Fawcett (2006), algorithm 1.

    Examples
    --------
    scikit-learn's:

    >>> for point in roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]):
    ...     print(point.threshold, point.false_positive_rate.value, point.recall.value)
    None 0.0 0.0
    0.8 0.0 0.5
    0.4 0.5 0.5
    0.35 0.5 1.0
    0.1 1.0 1.0
    """
    table = _Table.of(y_true, y_prob, sample_weight)
    _check_points(n_points)
    if not table.has_both:
        return []
    points = [_roc_point(table.confusion(0, 1.0), None)]
    points += [
        _roc_point(table.confusion(end, cut), cut) for end, cut in table.thinned(n_points - 1)
    ]
    return points


def precision_recall_curve(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_points: int = 200,
) -> list[PrecisionRecallPoint]:
    """Precision and recall over the threshold, for drawing.

    Parameters
    ----------
    y_true, y_prob, sample_weight, n_points
        As in `roc_curve`.

    Returns
    -------
    list of PrecisionRecallPoint
        From the highest probability met to the lowest, where recall is 1 and precision the
        prevalence; no made-up point at recall 0. Each rate from 0 to 1 with its Wilson interval,
        by itself and not for the curve as a whole. Constant probabilities give one point; no
        cases, or one class, give no points. Raters don't enter.

    Raises
    ------
    ValueError
        As in `roc_curve`.

    References
    ----------
    Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.

    Examples
    --------
    scikit-learn's:

    >>> for point in precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]):
    ...     print(point.threshold, round(point.precision.value, 3), point.recall.value)
    0.8 1.0 0.5
    0.4 0.5 0.5
    0.35 0.667 1.0
    0.1 0.5 1.0
    """
    table = _Table.of(y_true, y_prob, sample_weight)
    _check_points(n_points)
    if not table.has_both:
        return []
    found = [(cut, table.confusion(end, cut)) for end, cut in table.thinned(n_points)]
    return [
        PrecisionRecallPoint(cut, cells.precision(), cells.recall(), cells.match_rate())
        for cut, cells in found
    ]


def _roc_point(cells: Confusion, threshold: float | None) -> RocPoint:
    return RocPoint(threshold, cells.false_positive_rate(), cells.recall())


def _check_points(n_points: int) -> None:
    if n_points < 2:
        raise ValueError(f"n_points is {n_points}, expected 2 or more")


@dataclass(frozen=True, slots=True)
class _Table:
    """Running sums over cases in falling order of probability, each of shape (N + 1,)."""

    probability: FloatArray
    ends: IntArray
    positive: FloatArray
    negative: FloatArray
    squares: tuple[FloatArray, FloatArray] | None
    is_whole: bool
    n: int

    @classmethod
    def of(
        cls, y_true: npt.ArrayLike, y_prob: npt.ArrayLike, sample_weight: npt.ArrayLike | None
    ) -> "_Table":
        cases = Cases.of(y_true, y_prob, sample_weight)
        unit = 1.0
        if sample_weight is not None:
            unit = float(as_weights(sample_weight, "sample_weight").max(initial=0.0))
        ranking = Ranking.from_cases(cases)
        weights = ranking.positive + ranking.negative
        squares = None
        if sample_weight is not None:
            square = unit * unit * weights
            squares = (_running(square * ranking.positive), _running(square * ranking.negative))
        return cls(
            ranking.probability,
            np.append(ranking.starts[1:], cases.n),
            _running(unit * ranking.positive),
            _running(unit * ranking.negative),
            squares,
            is_whole=squares is None and cases.is_hard,
            n=np.size(y_true),
        )

    @property
    def has_both(self) -> bool:
        return bool(self.positive[-1] > 0 and self.negative[-1] > 0)

    def confusion(self, n_flagged: int, threshold: float) -> Confusion:
        """The cells where the first n_flagged cases are flagged."""
        tn, fp, fn, tp = _split(self.positive, self.negative, n_flagged)
        if self.is_whole:
            tn, fp, fn, tp = round(tn), round(fp), round(fn), round(tp)
        return Confusion(
            tn=tn,
            fp=fp,
            fn=fn,
            tp=tp,
            threshold=threshold,
            n=self.n,
            weight_squares=None if self.squares is None else _split(*self.squares, n_flagged),
        )

    def thinned(self, n_points: int) -> list[tuple[int, float]]:
        """Number flagged and threshold of at most n_points runs, among them the last and first."""
        n_runs = self.ends.size
        kept = np.arange(n_runs)
        if n_runs > n_points:
            place = self.positive[self.ends] / self.positive[-1]
            place = place + self.negative[self.ends] / self.negative[-1]
            steps = np.linspace(place[-1], place[0], n_points)  # the last comes first, in any case
            kept = np.unique(np.minimum(np.searchsorted(place, steps), n_runs - 1))
        return [
            (int(self.ends[i]), float(self.probability[self.ends[i] - 1])) for i in kept.tolist()
        ]


def _running(values: FloatArray) -> FloatArray:
    sums: FloatArray = np.concatenate([[0.0], np.cumsum(values)])
    return sums


def _split(positive: FloatArray, negative: FloatArray, n: int) -> tuple[float, float, float, float]:
    tp, fp = float(positive[n]), float(negative[n])
    return (max(0.0, float(negative[-1]) - fp), fp, max(0.0, float(positive[-1]) - tp), tp)

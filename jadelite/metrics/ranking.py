"""Areas under ROC and precision-recall curves, for one or many sets of weights at a time.

Sorting comes first and once; every bootstrap then weighs the sorted cases anew. Intervals are
for `resampling` and `curves`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray
from jadelite.metrics._cases import Cases


@dataclass(frozen=True, slots=True)
class Ranking:
    """Cases in falling order of probability, cases of equal probability as one run.

    Attributes
    ----------
    order : int array, shape (N,), or None
        Places of the cases in the caller's arrays; None where they came sorted.
    starts : int array, shape (R,)
        Where each run begins.
    probability : float array, shape (N,)
        In falling order.
    positive, negative : float arrays, shape (N,)
        What each case counts as positive, w y, and as negative, w (1 - y), in that order.
    """

    order: IntArray | None
    starts: IntArray
    probability: FloatArray
    positive: FloatArray
    negative: FloatArray

    @classmethod
    def of(
        cls,
        y_true: npt.ArrayLike,
        y_prob: npt.ArrayLike,
        *,
        sample_weight: npt.ArrayLike | None = None,
    ) -> "Ranking":
        """From labels 0..1, probabilities and weights (None: 1 each), each of shape (N,).

        Cases without weight stay, at their place. Raises ValueError for what is no label,
        probability or weight, and for lengths that differ.
        """
        cases = Cases.of(y_true, y_prob, None)
        if sample_weight is not None:
            Cases.of(y_true, y_prob, sample_weight)
            return cls.from_cases(Cases(cases.y, cases.p, np.asarray(sample_weight, np.float64)))
        return cls.from_cases(cases)

    @classmethod
    def from_cases(cls, cases: Cases) -> "Ranking":
        """From input that was checked."""
        order = np.argsort(-cases.p)
        p, y, w = cases.p[order], cases.y[order], cases.w[order]
        is_new = np.ones(p.size, dtype=np.bool_)
        np.not_equal(p[1:], p[:-1], out=is_new[1:])
        positive = w * y
        return cls(order, np.flatnonzero(is_new), p, positive, w - positive)

    def roc_auc(self, weights: FloatArray) -> FloatArray:
        """Area under the ROC curve for each set of weights.

        The chance that a positive case stands above a negative one, a tie counting half.

        Parameters
        ----------
        weights : float array, shape (b sets, N cases)
            What the cases' own weights are multiplied by, in the caller's order; 0 or more.

        Returns
        -------
        float array, shape (b,)
            From 0 (every positive below every negative) to 1; 0.5 where all probabilities are
            equal. NaN where nothing is positive or nothing is negative, as with no cases.

        References
        ----------
        Hanley and McNeil, "The meaning and use of the area under a receiver operating
        characteristic (ROC) curve", Radiology 143 (1982).

        Examples
        --------
        Fawcett (2006), figure 3: 68 of the 100 pairs are in order.

        >>> y_prob = [.9, .8, .7, .6, .55, .54, .53, .52, .51, .505,
        ...           .4, .39, .38, .37, .36, .35, .34, .33, .3, .1]
        >>> y_true = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
        >>> areas = Ranking.of(y_true, y_prob).roc_auc(np.ones((2, 20)))
        >>> [round(area, 12) for area in areas.tolist()]
        [0.68, 0.68]
        """
        positive, negative = self._runs(weights)
        n_positive, n_negative = positive.sum(axis=1), negative.sum(axis=1)
        above = np.cumsum(positive, axis=1)
        above -= positive / 2
        return _divided((above * negative).sum(axis=1), n_positive * n_negative)

    def average_precision(self, weights: FloatArray) -> FloatArray:
        """Precision averaged over the positive cases, for each set of weights.

        The sum over thresholds of the step in recall times the precision there: the area under
        the precision-recall curve without straight lines between its points.

        Parameters
        ----------
        weights : float array, shape (b sets, N cases)
            As in `roc_auc`.

        Returns
        -------
        float array, shape (b,)
            Above 0, to 1 (every positive above every negative); with constant probabilities the
            share of positives. NaN where nothing is positive.

        References
        ----------
        Manning, Raghavan and Schuetze, "Introduction to information retrieval" (2008), section
        8.4; scikit-learn, `average_precision_score`.

        Examples
        --------
        scikit-learn's:

        >>> ranking = Ranking.of([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> round(float(ranking.average_precision(np.ones((1, 4)))[0]), 2)
        0.83
        """
        positive, negative = self._runs(weights)
        n_positive = positive.sum(axis=1)
        hit = np.cumsum(positive, axis=1)
        flagged = hit + np.cumsum(negative, axis=1)
        precision = np.divide(hit, flagged, out=np.zeros_like(hit), where=flagged > 0)
        return _divided((positive * precision).sum(axis=1), n_positive)

    def value_of(self, name: str) -> float | None:
        """ "roc_auc" or "average_precision" with the cases' own weights; None where undefined."""
        figure = self.roc_auc if name == "roc_auc" else self.average_precision
        value = float(figure(np.ones((1, self.positive.size)))[0])
        return None if np.isnan(value) else min(1.0, value)

    def _runs(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Positive and negative weight of each run, each of shape (b, R)."""
        sorted_weights = weights if self.order is None else weights[:, self.order]
        positive, negative = sorted_weights * self.positive, sorted_weights * self.negative
        if self.starts.size == self.positive.size:
            return positive, negative
        return (
            np.add.reduceat(positive, self.starts, axis=1),
            np.add.reduceat(negative, self.starts, axis=1),
        )


def _divided(above: FloatArray, below: FloatArray) -> FloatArray:
    """above / below, NaN where below is 0."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)

"""What each case adds to a rate, above and below its bar, if people say no and if they say yes.

Every figure of a model at a threshold is a ratio of two sums that are linear in what people say.
Written down so, one estimator (`ratios`) serves them all, for the whole frame and for parts of it.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import BoolArray, FloatArray, as_binary, as_shares


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """A ratio of two sums over cases.

    Attributes
    ----------
    above_no, above_yes : ndarray of float64, shape (N cases,)
        What a case adds above the bar if its label is 0, and if it is 1. A case with label y adds
        (1 - y) above_no + y above_yes.
    below_no, below_yes : ndarray of float64, shape (N cases,)
        The same below the bar.
    reason : str
        Stable code of why there is no rate where the sum below the bar is 0.
    is_share : bool
        Whether it counts cases among cases, each in full: below the bar 1 at most, above the bar
        no more than below.
    """

    above_no: FloatArray
    above_yes: FloatArray
    below_no: FloatArray
    below_yes: FloatArray
    reason: str
    is_share: bool = True

    def above(self, y: FloatArray) -> FloatArray:
        """What the cases add above the bar, shape (N,)."""
        found: FloatArray = (1 - y) * self.above_no + y * self.above_yes
        return found

    def below(self, y: FloatArray) -> FloatArray:
        """What the cases add below the bar, shape (N,)."""
        found: FloatArray = (1 - y) * self.below_no + y * self.below_yes
        return found

    def where(self, held: npt.ArrayLike) -> "Rate":
        """The same rate among the cases that are held, a mask of shape (N,)."""
        mask = as_binary(held, "held").astype(np.float64)
        return replace(
            self,
            above_no=self.above_no * mask,
            above_yes=self.above_yes * mask,
            below_no=self.below_no * mask,
            below_yes=self.below_yes * mask,
        )


def prevalence(n_cases: int) -> Rate:
    """Share of positive cases among all."""
    zero, one = np.zeros(n_cases), np.ones(n_cases)
    return Rate(zero, one, one, one, "empty")


def precision(flagged: npt.ArrayLike) -> Rate:
    """Share of positive cases among the flagged, a mask of shape (N cases,)."""
    mask = _mask(flagged)
    return Rate(mask * 0, mask, mask, mask, "no-flagged-cases")


def recall(flagged: npt.ArrayLike) -> Rate:
    """Share of flagged cases among the positive."""
    mask = _mask(flagged)
    return Rate(mask * 0, mask, mask * 0, np.ones(mask.size), "no-positive-cases")


def false_positive_rate(flagged: npt.ArrayLike) -> Rate:
    """Share of flagged cases among the negative."""
    mask = _mask(flagged)
    return Rate(mask, mask * 0, np.ones(mask.size), mask * 0, "no-negative-cases")


def specificity(flagged: npt.ArrayLike) -> Rate:
    """Share of cases not flagged among the negative."""
    mask = _mask(flagged)
    return Rate(1 - mask, mask * 0, np.ones(mask.size), mask * 0, "no-negative-cases")


def match_rate(flagged: npt.ArrayLike) -> Rate:
    """Share of flagged cases among all, as ORES names it."""
    mask = _mask(flagged)
    one = np.ones(mask.size)
    return Rate(mask, mask, one, one, "empty")


def accuracy(flagged: npt.ArrayLike) -> Rate:
    """Share of cases that are flagged and positive, or neither, among all."""
    mask = _mask(flagged)
    one = np.ones(mask.size)
    return Rate(1 - mask, mask, one, one, "empty")


def f1(flagged: npt.ArrayLike) -> Rate:
    """Twice the flagged positive cases over the flagged and the positive ones."""
    mask = _mask(flagged)
    return Rate(mask * 0, 2 * mask, mask, mask + 1, "no-positive-cases", is_share=False)


def missed_share(flagged: npt.ArrayLike) -> Rate:
    """Share of cases that are positive and not flagged, among all."""
    mask = _mask(flagged)
    one = np.ones(mask.size)
    return Rate(mask * 0, 1 - mask, one, one, "empty")


def wrong_share(flagged: npt.ArrayLike) -> Rate:
    """Share of cases that are flagged and negative, among all."""
    mask = _mask(flagged)
    one = np.ones(mask.size)
    return Rate(mask, mask * 0, one, one, "empty")


def squared_error(y_prob: npt.ArrayLike) -> Rate:
    """Mean squared distance of probability and one random vote.

    For labels 0 and 1 the Brier score; for shares of votes it is larger by the mean of y (1 - y),
    which is the same for every model and drops out of a difference.
    """
    probability = as_shares(y_prob, "y_prob")
    one = np.ones(probability.size)
    return Rate(probability**2, (1 - probability) ** 2, one, one, "empty", is_share=False)


def mean_probability(y_prob: npt.ArrayLike) -> Rate:
    """Mean of the probabilities, whatever people say."""
    probability = as_shares(y_prob, "y_prob")
    one = np.ones(probability.size)
    return Rate(probability, probability, one, one, "empty", is_share=False)


def _mask(flagged: npt.ArrayLike | BoolArray) -> FloatArray:
    return as_binary(flagged, "flagged").astype(np.float64)

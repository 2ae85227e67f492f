"""A free, rising map of probabilities to shares of positive labels.

How far off probabilities are is for `calibration`, a line instead of such a map `recalibration`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, as_shares
from jadelite.metrics._cases import Cases


@dataclass(frozen=True, slots=True)
class IsotonicMap:
    """A rising map of probabilities, straight between its knots and flat beyond them.

    Attributes
    ----------
    x, y : tuples of float
        Knots in order: x rises, y does not fall.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def apply(self, y_prob: npt.ArrayLike) -> FloatArray:
        """Mapped probabilities, shape (N,); ValueError without knots or for none in 0 to 1."""
        p = as_shares(y_prob, "y_prob")
        if not self.x:
            raise ValueError("the map has no knots, expected one that was made from cases")
        return np.interp(p, self.x, self.y)


def isotonic(
    y_true: npt.ArrayLike, y_prob: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> IsotonicMap:
    """The rising map of probabilities that fits the labels best (pool adjacent violators).

    Parameters
    ----------
    y_true, y_prob, sample_weight
        As in `jadelite.metrics.recalibration.recalibrate`. Judge the map by other cases than
        these: on its own it looks calibrated whatever they are.

    Returns
    -------
    IsotonicMap
        Least squares, weighted. From 0 to 1, the share of positives where probabilities are
        constant or order says nothing; two knots for each level. No cases give no knots. Raters
        don't enter.

    Raises
    ------
    ValueError
        As in `recalibrate`.

    References
    ----------
    Ayer, Brunk, Ewing, Reid and Silverman, "An empirical distribution function for sampling with
    incomplete information", Annals of Mathematical Statistics 26 (1955). Zadrozny and Elkan,
    "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.

    Examples
    --------
    The violators 1, 0 in the middle are pooled:

    >>> fitted = isotonic([0, 1, 0, 1], [0.1, 0.3, 0.5, 0.9])
    >>> fitted.x, fitted.y
    ((0.1, 0.3, 0.5, 0.9), (0.0, 0.5, 0.5, 1.0))
    >>> fitted.apply([0.0, 0.2, 0.4]).tolist()
    [0.0, 0.25, 0.5]
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    low, run = np.unique(cases.p, return_inverse=True)
    high = low
    weight = np.bincount(run, weights=cases.w, minlength=low.size).astype(np.float64)
    total = np.bincount(run, weights=cases.w * cases.y, minlength=low.size).astype(np.float64)
    while True:
        level = total / weight
        # A falling stretch ends up at one level whatever comes after, so that all of it may be
        # pooled at once; few rounds are enough even for a million levels.
        starts = np.flatnonzero(np.diff(level, prepend=-1.0) > 0)
        if starts.size == level.size:
            break
        ends = np.append(starts[1:], level.size) - 1
        low, high = low[starts], high[ends]
        weight, total = np.add.reduceat(weight, starts), np.add.reduceat(total, starts)
    if not level.size:
        return IsotonicMap((), ())
    is_wide = high > low
    x = np.concatenate([low, high[is_wide]])
    y = np.concatenate([level, level[is_wide]])
    order = np.argsort(x, kind="stable")
    knots = np.clip(y[order], 0.0, 1.0)
    return IsotonicMap(tuple(x[order].tolist()), tuple(knots.tolist()))

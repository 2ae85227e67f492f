"""Rates of a model along many thresholds at once, for tables of a thousand lines.

The figures are those of `ratios`, formula by formula, from sums by stratum in place of cases: a
threshold more costs a column, not a walk over the cases.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_shares, check_same_length
from jadelite.metrics._linear import MAX_SMOOTHING, SMOOTHING
from jadelite.metrics._student import student_quantile
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.survey import Sample

_ROUNDING = 1e-12
# What a case adds above and below the bar if people say no and if they say yes (no above, yes
# above, no below, yes below), first where the model does not flag it, then where it does.
RATES: dict[str, tuple[tuple[int, int, int, int], tuple[int, int, int, int]]] = {
    "match_rate": ((0, 0, 1, 1), (1, 1, 1, 1)),
    "filter_rate": ((1, 1, 1, 1), (0, 0, 1, 1)),
    "precision": ((0, 0, 0, 0), (0, 1, 1, 1)),
    "!precision": ((1, 0, 1, 1), (0, 0, 0, 0)),
    "recall": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "!recall": ((1, 0, 1, 0), (0, 0, 1, 0)),
    "accuracy": ((1, 0, 1, 1), (0, 1, 1, 1)),
    "fpr": ((0, 0, 1, 0), (1, 0, 1, 0)),
    "f1": ((0, 0, 0, 1), (0, 2, 1, 2)),
    "!f1": ((2, 0, 2, 1), (0, 0, 1, 0)),
}
_NO_SHARES = ("f1", "!f1")

# Something linear in y by its values at y = 0 and y = 1, of cases not flagged and flagged.
Linear = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """A rate at T thresholds.

    Attributes
    ----------
    value, low, high : ndarray of float64, shape (T,)
        From 0 to 1; NaN where the rate is undefined, ends also where there is no interval.
    n : ndarray of int64, shape (T,)
        Effective number of the cases below the bar.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray


def rates_along(
    sample: Sample,
    y_prob: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> dict[str, Along]:
    """Every rate of a model at every threshold, under the names that ORES gives them.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    y_prob : array-like of float, shape (N,)
        Their scores, 0 to 1.
    thresholds : array-like of float, shape (T,)
        Rising. A case is flagged if it scores at least as much.
    confidence : float
        Above 0 and below 1; of each threshold alone, not of all together.

    Returns
    -------
    dict of str to Along
        Keys as `RATES`: "!x" is rate x of the label that is not predicted, "match_rate" the share
        flagged, "filter_rate" that not flagged. Values and ends as `jadelite.metrics.ratios.ratio`
        gives them for 0 and 1 and all between; no cases give NaN everywhere, labels all alike NaN
        where a rate has nothing below the bar. Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a score lies outside 0 to 1, thresholds do not rise, or confidence lies
        outside 0 to 1.

    References
    ----------
    As `jadelite.metrics.ratios.ratio`; names: mediawiki.org, "ORES/Thresholds".

    Examples
    --------
    >>> sample = Sample.of([0] * 90 + [1] * 40 + [0] * 10, [0] * 90 + [1] * 50, [900, 100])
    >>> found = rates_along(sample, [0.1] * 90 + [0.9] * 50, [0.0, 0.5])
    >>> found["precision"].value.round(3).tolist(), found["match_rate"].value.tolist()
    ([0.08, 0.8], [1.0, 0.1])
    """
    scores, cuts = as_shares(y_prob, "y_prob"), np.asarray(thresholds, dtype=np.float64)
    check_same_length(y_prob=scores, y=sample.y)
    z = normal_quantile(confidence)
    if cuts.ndim != 1 or (np.diff(cuts) <= 0).any():
        raise ValueError(f"thresholds are {cuts.tolist()}, expected rising numbers")
    if sample.n == 0 or cuts.size == 0:
        none = np.full(cuts.size, np.nan)
        return {name: Along(none, none, none, np.zeros(cuts.size, np.int64)) for name in RATES}
    sums = _Sums.of(sample, scores, cuts)
    return {name: _along(sample, sums, name, z) for name in RATES}


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of 1, y and y^2 over the cases of each stratum, of those not flagged and those flagged.

    Shape (2 sides, 3 powers, H, T).
    """

    moments: FloatArray

    @classmethod
    def of(cls, sample: Sample, scores: FloatArray, cuts: FloatArray) -> "_Sums":
        n_strata, width = sample.sizes.size, cuts.size + 1
        place = sample.stratum * width + np.searchsorted(cuts, scores, side="right")
        tables = np.stack(
            [
                np.bincount(place, sample.counts * sample.y**power, minlength=n_strata * width)
                for power in range(3)
            ]
        ).reshape(3, n_strata, width)
        # A case in column j reaches the first j thresholds.
        above = np.cumsum(tables[:, :, ::-1], axis=2)[:, :, ::-1]
        flagged = above[:, :, 1:]
        return cls(np.stack([np.maximum(0.0, above[:, :, :1] - flagged), flagged]))

    def linear(self, at: Linear) -> FloatArray:
        """Sums of something linear in y, given at y = 0 and y = 1 for both sides; shape (H, T)."""
        found = np.zeros(self.moments.shape[2:])
        for side, (no, yes) in enumerate(at):
            found += no * self.moments[side, 0] + (yes - no) * self.moments[side, 1]
        return found

    def product(
        self,
        one: Linear,
        two: Linear,
    ) -> FloatArray:
        """Sums of the product of two such things; shape (H, T)."""
        found = np.zeros(self.moments.shape[2:])
        for side, ((no_1, yes_1), (no_2, yes_2)) in enumerate(zip(one, two, strict=True)):
            step_1, step_2 = yes_1 - no_1, yes_2 - no_2
            found += no_1 * no_2 * self.moments[side, 0]
            found += (no_1 * step_2 + no_2 * step_1) * self.moments[side, 1]
            found += step_1 * step_2 * self.moments[side, 2]
        return found


@dataclass(frozen=True, slots=True)
class _Sides:
    """A rate's parts at no and yes, unflagged and flagged: above the bar, and below it."""

    above: Linear
    below: Linear

    @classmethod
    def of(cls, name: str) -> "_Sides":
        off, on = RATES[name]
        return cls((off[:2], on[:2]), (off[2:], on[2:]))


def _along(sample: Sample, sums: _Sums, name: str, z: float) -> Along:
    rate = _Sides.of(name)
    is_share = name not in _NO_SHARES
    judged, masses = sample.n_judged[:, None], sample.masses[:, None]
    each = masses / judged
    tops, bottoms = sums.linear(rate.above), sums.linear(rate.below)
    top, bottom = (each * tops).sum(axis=0), (each * bottoms).sum(axis=0)
    bottom = np.where(bottom > _ROUNDING * masses.sum(), bottom, np.nan)
    value = top / bottom
    if sample.is_drawn:
        # Beale's correction; see `_linear.linearised`.
        own = masses**2 * sample.unjudged[:, None] / np.maximum(judged - 1, 1) / judged
        mean = bottoms / judged
        shared = (own * (sums.product(rate.above, rate.below) - mean * tops)).sum(axis=0)
        alone = (own * (sums.product(rate.below, rate.below) - mean * bottoms)).sum(axis=0)
        corrected = value * (1 + _over(shared, top * bottom)) / (1 + alone / bottom**2)
        value = np.where(top > 0, corrected, value)
    if is_share:
        value = np.minimum(1.0, value)
    counted = tuple((min(1, no), min(1, yes)) for no, yes in rate.below)
    n = np.where(np.isnan(bottom), 0, _effective(sums.linear((counted[0], counted[1])), each))
    if is_share and not sample.is_drawn:
        low, high = _wilson(value, bottom, np.full(value.size, z))
    elif sample.unjudged.any():
        low, high = _ends(sample, sums, rate, value, bottom, n, z)
    else:
        low = high = np.full(value.size, np.nan)
    return Along(value, low, high, n)


def _effective(counted: FloatArray, each: FloatArray) -> IntArray:
    """Kish's number of the cases below the bar, rounded down, shape (T,)."""
    kish = _over((each * counted).sum(axis=0) ** 2, (each**2 * counted).sum(axis=0))
    found: IntArray = (np.nan_to_num(kish) + 1e-9).astype(np.int64)
    return found


def _ends(
    sample: Sample,
    sums: _Sums,
    rate: _Sides,
    value: FloatArray,
    bottom: FloatArray,
    n: IntArray,
    z: float,
) -> tuple[FloatArray, FloatArray]:
    """Interval of each value, shape (T,) twice; see `ratios.interval_ends`."""
    judged, masses = sample.n_judged[:, None], sample.masses[:, None]
    added = min(MAX_SMOOTHING, SMOOTHING / max(1, sample.sizes.size))
    share, total = added / judged, judged + 2 * added

    def with_added(one: Linear) -> FloatArray:
        both = tuple((no + yes, no + yes) for no, yes in one)
        return sums.linear(one) + share * sums.linear((both[0], both[1]))

    def squares(one: Linear, two: Linear) -> FloatArray:
        both = tuple(
            (no_1 * no_2 + yes_1 * yes_2,) * 2
            for (no_1, yes_1), (no_2, yes_2) in zip(one, two, strict=True)
        )
        return sums.product(one, two) + share * sums.linear((both[0], both[1]))

    above, below = with_added(rate.above), with_added(rate.below)
    likely = masses / total
    expected = _over((likely * above).sum(axis=0), (likely * below).sum(axis=0))
    spread = squares(rate.above, rate.above) - 2 * value * squares(rate.above, rate.below)
    spread = (spread + value**2 * squares(rate.below, rate.below)) / total
    spread = (spread - ((above - value * below) / total) ** 2) / bottom**2
    parts = masses**2 * sample.unjudged[:, None] * spread / judged
    variance = parts.sum(axis=0)
    has_ends = (variance > _ROUNDING) & (expected > 0) & (expected < 1)
    size = _over(expected * (1 - expected), np.where(has_ends, variance, 0.0))
    return _wilson(value, size, _quantiles(np.maximum(0.0, parts), judged, n, z))


def _over(above: FloatArray, below: FloatArray) -> FloatArray:
    """above / below, NaN where below is not above 0."""
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)


def _quantiles(parts: FloatArray, judged: FloatArray, n: IntArray, z: float) -> FloatArray:
    """Student's t by threshold, shape (T,); see `_linear.spread`."""
    squares = (parts**2 / np.maximum(1.0, judged - 1)).sum(axis=0)
    by_strata = np.nan_to_num(_over(parts.sum(axis=0) ** 2, squares), nan=1.0)
    freedom = np.maximum(1, (np.minimum(by_strata, n - 1) + 1e-9).astype(np.int64))
    confidence = 2 * NormalDist().cdf(z) - 1
    known, place = np.unique(freedom, return_inverse=True)
    table = np.array([student_quantile(confidence, one) for one in known.tolist()])
    found: FloatArray = table[place]
    return found


def _wilson(value: FloatArray, size: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    centre = (value * size + z * z / 2) / (size + z * z)
    half = z * np.sqrt(np.maximum(0.0, value * (1 - value)) * size + z * z / 4) / (size + z * z)
    low = np.where(value == 0, 0.0, np.maximum(0.0, centre - half))
    high = np.where(value == 1, 1.0, np.minimum(1.0, centre + half))
    is_none = np.isnan(value) | np.isnan(size)
    return np.where(is_none, np.nan, low), np.where(is_none, np.nan, high)

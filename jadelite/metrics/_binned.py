"""Cases in bins of their probability, and the bootstrap of what is figured from sums over bins."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jadelite.metrics._arrays import FloatArray, IntArray, whole
from jadelite.metrics._cases import Cases
from jadelite.metrics.intervals import normal_quantile, percentiles, resamples
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "shifted-bootstrap"
_MAX_PATTERNS = 4096

# Takes the sums over bins of w, w y and w p, each of shape (b, K), and gives shape (b,).
BinStatistic = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Bins:
    """K bins: `place` gives that of each case, shape (N,); `low` and `high` their ends, shape (K,).

    Bins of equal width are closed on the right, the first holds 0 as well; those of equal counts
    go from the lowest to the highest probability in them, and never part equal probabilities.
    """

    place: IntArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def equal_width(cls, p: FloatArray, n_bins: int) -> "Bins":
        """n_bins of them from 0 to 1, empty ones included."""
        _check_n_bins(n_bins)
        edges = np.linspace(0, 1, n_bins + 1)
        place = np.searchsorted(edges[1:-1], p, side="left")
        return cls(place.astype(np.int64, copy=False), edges[:-1], edges[1:])

    @classmethod
    def equal_count(cls, p: FloatArray, w: FloatArray, n_bins: int) -> "Bins":
        """At most n_bins with about equal weight each, fewer where many probabilities are equal."""
        _check_n_bins(n_bins)
        if p.size == 0:
            return cls(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
        values, run = np.unique(p, return_inverse=True)
        weights = np.bincount(run, weights=w)
        middle = (np.cumsum(weights) - weights / 2) / weights.sum()
        wanted = np.minimum((middle * n_bins).astype(np.int64), n_bins - 1)
        is_new = np.diff(wanted, prepend=-1) != 0
        starts = np.flatnonzero(is_new)
        ends = np.append(starts[1:], values.size) - 1
        return cls((np.cumsum(is_new) - 1)[run], values[starts], values[ends])

    @property
    def size(self) -> int:
        """K."""
        return self.low.size

    def sums(self, values: FloatArray) -> FloatArray:
        """Of a column of shape (N,), over each bin, shape (K,)."""
        return np.bincount(self.place, weights=values, minlength=self.size).astype(np.float64)


def binned_figure(
    cases: Cases,
    bins: Bins,
    statistic: BinStatistic,
    *,
    value: float | None = None,
    n_resamples: int,
    seed: int,
    confidence: float,
) -> Estimate:
    """A figure of 0 or more from sums over bins, its resamples moved to have their mean at it.

    `value` is given where the figure is not the statistic itself but lies elsewhere by a
    correction; the resamples then lend it their spread. Reason "empty".
    """
    normal_quantile(confidence)
    if cases.n == 0:
        return refused("empty", method=METHOD)
    columns = (cases.w, cases.w * cases.y, cases.w * cases.p)
    if value is None:
        value = float(statistic(*(bins.sums(column)[None, :] for column in columns))[0])
    n = whole(cases.n_effective)
    if n_resamples < 1 or cases.n < 2:
        return estimated(value, None, n=n, method=METHOD)
    order, starts = _grouped(cases, bins)
    counts = np.diff(starts, append=cases.n)
    firsts = np.flatnonzero(np.diff(bins.place[order][starts], prepend=-1))
    pooled = [np.add.reduceat(column[order], starts) / counts for column in columns]
    draws = np.concatenate(
        [
            statistic(*(np.add.reduceat(drawn * column, firsts, axis=1) for column in pooled))
            for drawn in resamples(cases.n, counts / cases.n, n_resamples=n_resamples, seed=seed)
        ]
    )
    ends = percentiles(draws + (value - draws.mean()), confidence=confidence)
    if ends is None:
        return estimated(value, None, n=n, method=METHOD)
    low, high = min(ends[0], value), min(1.0, max(ends[1], value))
    method = METHOD if low > 0 else f"{METHOD}-clipped"
    return estimated(value, (max(0.0, low), high), n=n, method=method)


def _grouped(cases: Cases, bins: Bins) -> tuple[IntArray, IntArray]:
    """An order of the cases, and where groups of cases begin that lie in one bin and pull alike."""
    order = np.lexsort((cases.w * (cases.y - cases.p), bins.place))
    changes = np.flatnonzero(np.diff(bins.place[order], prepend=-1))
    grid = np.linspace(0, cases.n, min(cases.n, _MAX_PATTERNS), endpoint=False).astype(np.int64)
    return order, np.unique(np.concatenate([changes, grid]))


def _check_n_bins(n_bins: int) -> None:
    if n_bins < 1:
        raise ValueError(f"n_bins is {n_bins}, expected 1 or more")

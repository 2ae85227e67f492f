"""Bands that hold whenever somebody looks, and how far two score distributions are apart.

For trends: a usual interval is right for one look only, and people look every week.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_weights,
    check_same_length,
    effective_size,
    whole,
)
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.result import Estimate, refused

METHOD = "anytime-valid"
_GRID = 400  # candidate values between 0 and 1
_CAUTION = 0.5  # part of the largest bet that can't ruin


@dataclass(frozen=True, slots=True)
class _Bets:
    """Log capital against each candidate value, and the running moments that bets are made from."""

    grid: FloatArray
    up: FloatArray
    down: FloatArray


def confidence_sequence(
    above: npt.ArrayLike,
    below: npt.ArrayLike | None = None,
    *,
    sample_weight: npt.ArrayLike | None = None,
    largest_weight: float | None = None,
    looks: Sequence[int] | None = None,
    confidence: float = 0.95,
) -> list[Estimate]:
    """A weighted rate after each look, with bands that hold at all of them together.

    Parameters
    ----------
    above, below : array-like of float, shape (N cases,)
        What each case adds above and below the bar, 0 <= above <= below <= 1, in the order in which
        they came, which must not hang on them; no `below` = 1 each, for a mean of `above`.
    sample_weight : array-like of float, shape (N,), optional
        What each case stands for, 0 or more; None = 1.
    largest_weight : float, optional
        An upper bound of the weights, known beforehand; None = the largest of those given.
    looks : sequence of int, optional
        After how many cases to look, rising; None = after all.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    list of Estimate
        One for each look: the rate so far, 0 to 1, method "anytime-valid", n the effective number
        of the cases below the bar; the ends narrow from look to look. If the rate drifts, the band
        is for its mean so far. Reason "empty" where nothing is below the bar.

    Raises
    ------
    ValueError
        If lengths differ, a number is out of its range, a weight exceeds `largest_weight`, looks
        do not rise, or confidence lies outside 0 to 1.

    Notes
    -----
    For each candidate r a gambler bets on the sign of x = w (above - r below) / W, W the largest
    weight; if r is true, capital prod (1 + b x) is a martingale and exceeds 2 / alpha ever with a
    chance of alpha / 2 at most, one gambler for each side. Bets b hang on the past only: the
    predictable plug-in sqrt(2 log(2 / alpha) / (s^2 t log(t + 1))), cut to half of what could ruin.

    References
    ----------
    Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86
    (2024), theorem 3 and equation 26; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
    nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021).

    Examples
    --------
    >>> early, late = confidence_sequence([0, 1] * 200, looks=[100, 400])
    >>> late.value, early.low < late.low < 0.5 < late.high < early.high
    (0.5, True)
    """
    normal_quantile(confidence)
    tops = as_weights(above, "above")
    bottoms = np.ones(tops.size) if below is None else as_weights(below, "below")
    weights = np.ones(tops.size)
    if sample_weight is not None:
        weights = as_weights(sample_weight, "sample_weight")
    check_same_length(above=tops, below=bottoms, sample_weight=weights)
    if (tops > bottoms + 1e-12).any() or (bottoms > 1).any():
        raise ValueError("a case adds more above than below the bar, expected 0 <= above <= below")
    largest = float(weights.max(initial=0.0)) if largest_weight is None else largest_weight
    if (weights > largest * (1 + 1e-12)).any():
        raise ValueError(f"a weight is {weights.max()}, expected {largest} at most")
    stops = [tops.size] if looks is None else list(looks)
    if any(later <= sooner for sooner, later in zip([0, *stops], stops, strict=False)) and looks:
        raise ValueError(f"looks are {stops}, expected rising numbers from 1")
    if stops and stops[-1] > tops.size:
        raise ValueError(f"a look after {stops[-1]} of {tops.size} cases, expected no more")
    scale = weights / largest if largest > 0 else weights
    return _look(tops * scale, bottoms * scale, weights * bottoms, stops, alpha=1 - confidence)


def week_confidence(week: int, *, confidence: float = 0.95) -> float:
    """The confidence for one of many weeks, so that all bands hold together.

    Parameters
    ----------
    week : int
        From 1; the first week of a version, not of a page.
    confidence : float
        For all weeks together, however many follow; above 0 and below 1.

    Returns
    -------
    float
        1 - alpha / (k (k + 1)) for week k, whose misses sum to alpha.

    Raises
    ------
    ValueError
        If week is below 1 or confidence outside 0 to 1.

    References
    ----------
    Bonferroni's inequality with unequal parts, as Howard et al. (2021), section 3.1, spend them.

    Examples
    --------
    >>> round(week_confidence(1), 3), round(week_confidence(4), 4)
    (0.975, 0.9975)
    """
    normal_quantile(confidence)
    if week < 1:
        raise ValueError(f"week is {week}, expected 1 or more")
    return 1 - (1 - confidence) / (week * (week + 1))


def js_distance(first: npt.ArrayLike, second: npt.ArrayLike) -> float | None:
    """Jensen-Shannon distance of two histograms.

    Parameters
    ----------
    first, second : array-like of float, shape (B bins,)
        Counts or shares, 0 or more; each is divided by its sum.

    Returns
    -------
    float or None
        From 0 (the same shares) to 1 (no bin in common); None where a histogram is empty.

    Raises
    ------
    ValueError
        If lengths differ or a count is negative.

    References
    ----------
    Endres and Schindelin, "A new metric for probability distributions", IEEE Transactions on
    Information Theory 49 (2003): the root of the divergence, with logarithms to base 2.

    Examples
    --------
    >>> js_distance([1, 0], [0, 1]), round(js_distance([1, 1], [1, 0]), 4)
    (1.0, 0.5579)
    """
    one, two = as_weights(first, "first"), as_weights(second, "second")
    check_same_length(first=one, second=two)
    if one.sum() == 0 or two.sum() == 0:
        return None
    one, two = one / one.sum(), two / two.sum()
    middle = (one + two) / 2
    divergence = sum(
        float((part[part > 0] * np.log2(part[part > 0] / middle[part > 0])).sum()) / 2
        for part in (one, two)
    )
    return math.sqrt(min(1.0, max(0.0, divergence)))


def wasserstein(first: npt.ArrayLike, second: npt.ArrayLike, edges: npt.ArrayLike) -> float | None:
    """Mean distance by which scores must move to turn one histogram into the other.

    Parameters
    ----------
    first, second : array-like of float, shape (B bins,)
        Counts or shares, 0 or more; each is divided by its sum.
    edges : array-like of float, shape (B + 1,)
        Rising edges of the bins; scores are taken to lie at the middles.

    Returns
    -------
    float or None
        From 0 (the same shares) to the width of all bins, in the units of the edges; None where a
        histogram is empty.

    Raises
    ------
    ValueError
        If lengths differ, a count is negative, or edges do not rise.

    References
    ----------
    Vallender, "Calculation of the Wasserstein distance between probability distributions on the
    line", Theory of Probability and its Applications 18 (1974).

    Examples
    --------
    >>> wasserstein([1, 0], [0, 1], [0, 0.5, 1])
    0.5
    """
    one, two = as_weights(first, "first"), as_weights(second, "second")
    borders = np.asarray(edges, dtype=np.float64)
    check_same_length(first=one, second=two, middles=borders[1:])
    if (np.diff(borders) <= 0).any():
        raise ValueError(f"edges are {borders.tolist()}, expected rising numbers")
    if one.sum() == 0 or two.sum() == 0:
        return None
    gaps = np.diff((borders[1:] + borders[:-1]) / 2)
    apart = np.cumsum(one / one.sum() - two / two.sum())[:-1]
    return float((np.abs(apart) * gaps).sum())


def _look(
    tops: FloatArray, bottoms: FloatArray, masses: FloatArray, stops: list[int], *, alpha: float
) -> list[Estimate]:
    grid = np.linspace(0, 1, _GRID + 1)
    bets = _Bets(grid, np.zeros(grid.size), np.zeros(grid.size))
    sizes = _bet_sizes(tops, bottoms, alpha=alpha)
    alive = np.ones(grid.size, dtype=np.bool_)
    limit = math.log(2 / alpha)
    found, done = [], 0
    # Capital counts at every case, not only at the looks, so that what is once out stays out.
    for stop in stops:
        for start in range(done, stop, 2048):
            part = slice(start, min(stop, start + 2048))
            alive &= _play(bets, tops[part], bottoms[part], sizes[part]) < limit
        done = stop
        total = float(bottoms[:stop].sum())
        if total == 0:
            found.append(refused("empty", method=METHOD))
            continue
        value = float(tops[:stop].sum()) / total
        low, high = _band(grid, alive, value)
        n = whole(effective_size(masses[:stop]))
        found.append(Estimate(value, low, high, n, METHOD, None))
    return found


def _play(bets: _Bets, tops: FloatArray, bottoms: FloatArray, sizes: FloatArray) -> FloatArray:
    """The largest log capital of either gambler in these cases, shape (R candidates,)."""
    grid = bets.grid
    gains = tops[:, None] - grid * bottoms[:, None]
    # x lies between -r and 1 - r: a bet up must stay below 1 / r, one down below 1 / (1 - r).
    most_up = _CAUTION / np.maximum(grid, 1e-9)
    most_down = _CAUTION / np.maximum(1 - grid, 1e-9)
    up = bets.up + np.cumsum(np.log1p(np.minimum(sizes[:, None], most_up) * gains), axis=0)
    down = bets.down + np.cumsum(np.log1p(-np.minimum(sizes[:, None], most_down) * gains), axis=0)
    bets.up[:], bets.down[:] = up[-1], down[-1]
    most: FloatArray = np.maximum(up.max(axis=0), down.max(axis=0))
    return most


def _bet_sizes(tops: FloatArray, bottoms: FloatArray, *, alpha: float) -> FloatArray:
    """The predictable plug-in, shape (N,): each from the cases before it."""
    n = tops.size
    times = np.arange(1, n + 1)
    guess = (0.5 + np.cumsum(tops)) / (1 + np.cumsum(bottoms))
    squares = (0.25 + np.cumsum((tops - guess * bottoms) ** 2)) / (times + 1)
    before = np.concatenate([[0.25], squares[:-1]])[:n]
    sizes: FloatArray = np.sqrt(2 * math.log(2 / alpha) / (before * times * np.log(times + 1)))
    return sizes


def _band(grid: FloatArray, alive: npt.NDArray[np.bool_], value: float) -> tuple[float, float]:
    """The candidates still alive, widened by a step to each side, and to the value."""
    step = float(grid[1])
    kept = grid[alive]
    low = float(kept[0]) if kept.size else value
    high = float(kept[-1]) if kept.size else value
    return max(0.0, min(low, value) - step), min(1.0, max(high, value) + step)

"""Bootstrap of stratified samples, and cases taken together so that it stays quick.

A statistic is anything that turns weights of cases into numbers: it gets an array of shape
(b resamples, N cases) of factors to the cases' own weights and gives b values. `ratio` makes the
commonest one, `ranking.Ranking` has the areas under curves. Samples without strata: `intervals`
and `model_bootstrap`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    IntArray,
    as_codes,
    as_counts,
    as_shares,
    check_same_length,
)
from jadelite.metrics._distinct import MAX_TABLE, distinct
from jadelite.metrics.intervals import normal_quantile, percentiles

Statistic = Callable[[FloatArray], FloatArray]

CELLS_IN_A_BLOCK = 1 << 20  # resamples x cases held at once: 8 MB an array
_MAX_SPAN = 1 << 20  # whole numbers that lie so near each other are codes already
_MAX_DRAWS_A_PATTERN = 4  # up to so many cases a pattern, drawing cases beats drawing patterns


@dataclass(frozen=True, slots=True)
class Patterns:
    """Cases that are alike, taken together.

    Attributes
    ----------
    first : int array, shape (P,)
        Place of the first case of each pattern: `column[patterns.first]` is the pattern's value.
    multiplicity : int array, shape (P,)
        Cases of each pattern, 1 or more.
    of : int array, shape (N,)
        Pattern of each case.
    """

    first: IntArray
    multiplicity: IntArray
    of: IntArray

    def mean(self, values: npt.NDArray[np.number]) -> FloatArray:
        """Mean of a column, shape (N,), over the cases of each pattern, shape (P,)."""
        totals = np.bincount(self.of, weights=values, minlength=self.first.size)
        means: FloatArray = totals / self.multiplicity
        return means


def patterns(stratum: npt.ArrayLike, *columns: npt.ArrayLike) -> Patterns:
    """Cases with the same stratum and the same value in every column become one pattern.

    Parameters
    ----------
    stratum : array-like of int, shape (N,)
        Codes of strata.
    columns : array-likes, shape (N,) each
        Such as label and `score_cells`. What differs within a pattern (the exact score) is then
        stood for by its mean.

    Returns
    -------
    Patterns
        Sorted by stratum, then by columns. No cases give no patterns, constant columns one for
        each stratum.

    Raises
    ------
    ValueError
        If lengths differ.

    References
    ----------
    Efron and Tibshirani (1993), section 6.4: a resample is a multinomial draw of multiplicities.

    Examples
    --------
    >>> found = patterns([0, 0, 0, 1], [1, 0, 1, 1])
    >>> found.multiplicity.tolist(), found.of.tolist()
    ([1, 2, 1], [1, 0, 1, 2])
    """
    code, size = _codes(np.asarray(stratum))
    for place, column in enumerate(columns):
        array = np.asarray(column)
        check_same_length(**{"stratum": code, f"column {place}": array})
        inverse, n_values = _codes(array)
        if size * n_values > MAX_TABLE:
            found = distinct(code, n_codes=size)
            code, size = found.of, found.first.size
        code, size = code * n_values + inverse, size * n_values
    found = distinct(code, n_codes=size)
    return Patterns(found.first, found.multiplicity, found.of)


def _codes(values: npt.NDArray[np.generic]) -> tuple[IntArray, int]:
    """Values as codes from 0 in their order, and how many codes that takes."""
    if values.dtype.kind == "b":
        return values.astype(np.int64), 2
    if values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        if high - low < _MAX_SPAN:
            return values.astype(np.int64) - low, high - low + 1
    codes = np.unique(values, return_inverse=True)[1].astype(np.int64, copy=False)
    return codes, int(codes.max(initial=0)) + 1


def score_cells(
    y_prob: npt.ArrayLike, *, n_cells: int = 1000, edges: Sequence[float] = ()
) -> IntArray:
    """Probabilities in about n_cells cells of equally many cases each.

    Parameters
    ----------
    y_prob : array-like of float, shape (N,)
        0 to 1.
    n_cells : int
        1 or more. With 1,000 of them the area under ROC is off by less than 1e-5.
    edges : sequence of float
        Thresholds: no cell holds cases of both sides (a probability equal to one is above).

    Returns
    -------
    int array, shape (N,)
        Codes from 0 up that rise with the probability, with gaps. Equal probabilities share a
        cell, so that constant ones fill one; no cases give no codes.

    Raises
    ------
    ValueError
        If a probability lies outside 0 to 1 or n_cells is below 1.

    References
    ----------
    Hyndman and Fan, "Sample quantiles in statistical packages", American Statistician 50 (1996).

    Examples
    --------
    >>> score_cells([0.1, 0.2, 0.3, 0.4, 0.9], n_cells=2, edges=[0.3]).tolist()
    [0, 0, 1, 2, 2]
    """
    p = as_shares(y_prob, "y_prob")
    if n_cells < 1:
        raise ValueError(f"n_cells is {n_cells}, expected 1 or more")
    order = np.argsort(p)
    ascending = p[order]
    is_new = np.diff(ascending, prepend=-1.0) > 0
    below = np.empty(p.size, dtype=np.int64)  # how many are smaller
    below[order] = np.flatnonzero(is_new)[np.cumsum(is_new) - 1]
    cells: IntArray = below * n_cells // max(p.size, 1)
    if not len(edges):
        return cells
    return cells + np.searchsorted(np.sort(np.asarray(edges, np.float64)), p, side="right")


def ratio(numerator: FloatArray, denominator: FloatArray) -> Statistic:
    """The statistic (weights @ numerator) / (weights @ denominator).

    Parameters
    ----------
    numerator, denominator : float arrays, shape (N,)
        What each case adds, its own weight included.

    Returns
    -------
    callable
        Takes weights of shape (b, N), gives shape (b,); NaN where the denominator is 0, as with no
        cases. 0 where no numerator has weight, 1 where both are alike.

    References
    ----------
    Cochran, "Sampling techniques" (3rd ed. 1977), section 6.1.

    Examples
    --------
    >>> ratio(np.array([2.0, 0.0]), np.array([2.0, 2.0]))(np.array([[1.0, 1.0], [3.0, 1.0]]))
    array([0.5 , 0.75])
    """

    def of(weights: FloatArray) -> FloatArray:
        below = weights @ denominator
        return np.divide(
            weights @ numerator, below, out=np.full_like(below, np.nan), where=below > 0
        )

    return of


def stratified_bootstrap(
    stratum: npt.ArrayLike,
    stratum_sizes: npt.ArrayLike,
    statistic: Statistic,
    *,
    multiplicity: npt.ArrayLike | None = None,
    around: float | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile interval of a statistic of a stratified sample, by the rescaled bootstrap.

    From the m_h cases of stratum h, m_h - 1 are drawn with replacement; a case drawn t times then
    counts 1 - g + g t m_h / (m_h - 1) times its own weight, g = sqrt(1 - m_h / N_h). That gives
    the variance of a stratified mean exactly, also where strata are small or nearly all judged.

    Parameters
    ----------
    stratum : array-like of int, shape (N,)
        Stratum of each case, 0 to H - 1, in an order in which neighbours are alike.
    stratum_sizes : array-like of float, shape (H,)
        N_h, edits of the frame in each stratum; inf where it was not drawn from a known number.
    statistic : callable
        Takes factors, shape (b, N), 0 or more, and returns shape (b,), NaN where undefined.
    multiplicity : array-like of int, shape (N,), optional
        Where a "case" is a pattern of several alike (see `patterns`): how many. The statistic's
        own weights then are those of the whole pattern.
    around : float, optional
        Shift the resamples so that their mean lies here: for figures such as a calibration error,
        which every resample raises once more.
    n_resamples, seed, confidence
        As in `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    tuple of two floats, or None
        Low and high end, low < high. None where there is no interval: fewer than two cases, every
        edit judged, the statistic undefined in more than 5 % of resamples, or all ends equal. A
        stratum with one case is drawn together with the next one.

    Raises
    ------
    ValueError
        If lengths differ, a code is none of a stratum, or more are judged than there are.

    References
    ----------
    Rao and Wu, "Resampling inference with complex survey data", JASA 83 (1988), section 2.4; Rao,
    Wu and Yue, "Some recent work on resampling methods for complex surveys", Survey Methodology 18
    (1992). Cochran (1977), section 5A.12, on joining strata.

    Examples
    --------
    The mean of two strata, 0.02 and 0.8 positive, has the standard error 0.0126 by Cochran's
    formula 5.13 (sample variances, finite population corrections):

    >>> stratum = np.repeat([0, 1], [100, 50])
    >>> y = np.concatenate([np.repeat([0.0, 1.0], [98, 2]), np.repeat([0.0, 1.0], [10, 40])])
    >>> own = np.repeat([9.0, 2.0], [100, 50])
    >>> low, high = stratified_bootstrap(stratum, [900, 100], ratio(own * y, own))
    >>> bool(abs((high - low) / 2 / 1.96 - 0.0126) < 0.001)
    True
    """
    normal_quantile(confidence)  # refuses what is none
    values = [
        statistic(factors)
        for factors in stratified_factors(
            stratum, stratum_sizes, multiplicity=multiplicity, n_resamples=n_resamples, seed=seed
        )
    ]
    if not values:
        return None
    found = np.concatenate(values)
    if around is not None and not np.isnan(found).all():
        found = found + (around - np.nanmean(found))
    return percentiles(found, confidence=confidence)


def stratified_factors(
    stratum: npt.ArrayLike,
    stratum_sizes: npt.ArrayLike,
    *,
    multiplicity: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Iterator[FloatArray]:
    """The resamples of `stratified_bootstrap`, for several statistics of the same ones.

    Parameters
    ----------
    stratum, stratum_sizes, multiplicity, n_resamples, seed
        As in `stratified_bootstrap`.

    Yields
    ------
    float array, shape (b, N)
        Factors to the weights of the cases, 0 or more and 1 on average, in blocks that stay
        small; all 1 where every edit was judged. Nothing with fewer than two cases.

    Raises
    ------
    ValueError
        As `stratified_bootstrap`.

    References
    ----------
    As `stratified_bootstrap`.

    Examples
    --------
    >>> blocks = list(stratified_factors([0] * 20, [float("inf")], n_resamples=500))
    >>> blocks[0].shape, bool(abs(blocks[0].mean() - 1) < 1e-9)
    ((500, 20), True)
    """
    sizes = np.asarray(stratum_sizes, dtype=np.float64)
    codes = as_codes(stratum, "stratum", n_codes=sizes.size)
    counts = np.ones(codes.size, dtype=np.int64)
    if multiplicity is not None:
        counts = as_counts(multiplicity, "multiplicity")
        check_same_length(stratum=codes, multiplicity=counts)
    groups = _groups(codes, counts, sizes)
    if not groups or n_resamples < 1:
        return
    places = np.concatenate([group.places for group in groups])
    back = None if (places == np.arange(places.size)).all() else np.argsort(places)
    generator = np.random.default_rng(seed)
    step = max(1, CELLS_IN_A_BLOCK // codes.size)
    for start in range(0, n_resamples, step):
        b = min(step, n_resamples - start)
        factors = np.concatenate([group.factors(generator, b) for group in groups], axis=1)
        yield factors if back is None else factors[:, back]


@dataclass(frozen=True, slots=True)
class _Group:
    """Cases that are drawn together: where they stand, how many each stands for, sqrt(1 - m/N)."""

    places: IntArray
    counts: IntArray
    shrink: float

    def factors(self, generator: np.random.Generator, b: int) -> FloatArray:
        """Factors of b resamples to the weights of the group's cases, shape (b, P)."""
        p, m = self.counts.size, int(self.counts.sum())
        if self.shrink == 0:
            return np.ones((b, p))
        if m > _MAX_DRAWS_A_PATTERN * p:
            drawn = generator.multinomial(m - 1, self.counts / m, size=b)
        else:
            picked = generator.integers(0, m, size=(b, m - 1))
            if m > p:
                picked = np.repeat(np.arange(p), self.counts)[picked]
            picked += np.arange(b)[:, None] * p
            drawn = np.bincount(picked.ravel(), minlength=b * p).reshape(b, p)
        factors: FloatArray = drawn * (self.shrink * m / (m - 1) / self.counts)
        factors += 1 - self.shrink
        return factors


def _groups(codes: IntArray, counts: IntArray, sizes: FloatArray) -> list[_Group]:
    """Strata with two or more cases, the others joined to the next, the last to the one before."""
    judged = np.bincount(codes, weights=counts, minlength=sizes.size)
    crowded = np.flatnonzero(judged > sizes * (1 + 1e-9))
    if crowded.size:
        h = crowded[0]
        raise ValueError(f"{judged[h]:g} of {sizes[h]:g} judged in stratum {h}, expected no more")
    joined: list[list[int]] = [[]]
    for h in np.flatnonzero(judged).tolist():
        joined[-1].append(h)
        if judged[joined[-1]].sum() > 1:
            joined.append([])
    rest = joined.pop()
    if not joined:
        return []
    joined[-1] += rest
    group_of = np.zeros(sizes.size, dtype=np.int64)
    for number, members in enumerate(joined):
        group_of[members] = number
    by_group = np.argsort(group_of[codes], kind="stable")
    ends = np.cumsum(np.bincount(group_of[codes], minlength=len(joined)))
    return [
        _Group(
            places,
            counts[places],
            float(np.sqrt(max(0.0, 1 - judged[members].sum() / sizes[members].sum()))),
        )
        for members, places in zip(joined, np.split(by_group, ends[:-1]), strict=True)
    ]

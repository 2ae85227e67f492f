"""Areas under curves, precision and recall of a model, each with a bootstrap over the cases.

A thousand resamples of a million cases take as long as of a few thousand: the cases are pooled by
score and label, and a resample weighs the pools. For stratified samples use `resampling`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, whole
from jadelite.metrics._cases import Cases
from jadelite.metrics.classification import confusion
from jadelite.metrics.intervals import normal_quantile, percentiles, resamples
from jadelite.metrics.ranking import Ranking
from jadelite.metrics.resampling import Statistic, patterns, ratio
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "item-bootstrap"
_MAX_CASES = 4096  # up to so many, cases are drawn themselves
_N_CELLS = 1000
_N_LEVELS = 16  # soft labels of more values than this are pooled
_CELLS_IN_A_BLOCK = 1 << 19

Figure = Callable[[Ranking], Statistic]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Precision and recall of the prediction y_prob >= threshold."""

    threshold: float
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What `bootstrap_model` gives; `at` has one entry for each threshold, as they were asked."""

    roc_auc: Estimate
    average_precision: Estimate
    at: tuple[AtThreshold, ...]


def bootstrap_model(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    thresholds: Sequence[float] = (),
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> ModelFigures:
    """Area under ROC, average precision, and precision and recall at thresholds.

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        Labels 0 and 1, or soft labels between: y of the case counts as positive, 1 - y as negative.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1.
    thresholds : sequence of float
        0 to 1 each; a probability equal to one is flagged.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.
    n_resamples, seed, confidence
        As in `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    ModelFigures
        Each figure from 0 to 1, 1 a model without error; values come from an exact sort. Intervals
        are percentiles, method "item-bootstrap", and hold the value; n is Kish's effective number
        of the cases in the figure's denominator. No interval where all resamples are alike (a
        model without error, one case). Areas have the reason "empty" or "one-class-only", rates
        those of `Confusion`. Constant probabilities give the area 0.5. Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a label, probability or threshold lies outside 0 to 1, or a weight is
        negative or not finite.

    Notes
    -----
    Up to 4096 cases, cases are drawn with replacement. Beyond, they are pooled in about 1,000
    cells of the score with equal shares of positives and negatives, none across a threshold, and
    by label; a pool of weights w is drawn as a Poisson number of mean (sum w)^2 / sum w^2, scaled
    to sum w, which has the mean and the variance that drawing its cases has. The resamples are
    moved by the little by which the pools miss the exact value.

    References
    ----------
    Efron and Tibshirani, "An introduction to the bootstrap" (1993), chapter 13. Hanley and
    MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies", Computer
    Methods and Programs in Biomedicine 83 (2006). Bohm and Zech, "Statistics of weighted Poisson
    events and its applications", NIM A 748 (2014), on the scaled Poisson.

    Examples
    --------
    Fawcett (2006), figure 3 of "An introduction to ROC analysis":

    >>> y_prob = [.9, .8, .7, .6, .55, .54, .53, .52, .51, .505,
    ...           .4, .39, .38, .37, .36, .35, .34, .33, .3, .1]
    >>> y_true = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    >>> figures = bootstrap_model(y_true, y_prob, thresholds=[0.54])
    >>> round(figures.roc_auc.value, 12), figures.roc_auc.method
    (0.68, 'item-bootstrap')
    >>> figures.at[0].recall.value, figures.at[0].recall.n
    (0.5, 10)
    """
    normal_quantile(confidence)
    cases = Cases.of(y_true, y_prob, sample_weight)
    ranking = Ranking.from_cases(cases)
    tables = [
        confusion(cases.y, cases.p, threshold=cut, sample_weight=None if cases.is_even else cases.w)
        for cut in thresholds
    ]
    rates = [rate for table in tables for rate in (table.precision(), table.recall())]
    figures: list[Figure] = [_area, _average]
    for cut in thresholds:
        figures += [_precision_at(cut), _recall_at(cut)]
    values = [_value(ranking, figure) for figure in (_area, _average)] + [r.value for r in rates]
    ends = _intervals(
        ranking,
        figures,
        values,
        cuts=thresholds,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )
    areas = [
        _area_estimate(cases, value, end) for value, end in zip(values[:2], ends[:2], strict=True)
    ]
    found = [_rate_estimate(rate, end) for rate, end in zip(rates, ends[2:], strict=True)]
    at = tuple(
        AtThreshold(float(cut), precision, recall)
        for cut, precision, recall in zip(thresholds, found[::2], found[1::2], strict=True)
    )
    return ModelFigures(areas[0], areas[1], at)


def bootstrap_area(
    cases: Cases, *, is_average_precision: bool, n_resamples: int, seed: int, confidence: float
) -> Estimate:
    """One area with its bootstrap; for `curves`, which documents it."""
    normal_quantile(confidence)
    figure = _average if is_average_precision else _area
    ranking = Ranking.from_cases(cases)
    value = _value(ranking, figure)
    (ends,) = _intervals(
        ranking,
        [figure],
        [value],
        cuts=(),
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )
    return _area_estimate(cases, value, ends)


def _area(ranking: Ranking) -> Statistic:
    return ranking.roc_auc


def _average(ranking: Ranking) -> Statistic:
    return ranking.average_precision


def _precision_at(cut: float) -> Figure:
    def figure(ranking: Ranking) -> Statistic:
        flagged = ranking.probability >= cut
        return ratio(ranking.positive * flagged, (ranking.positive + ranking.negative) * flagged)

    return figure


def _recall_at(cut: float) -> Figure:
    def figure(ranking: Ranking) -> Statistic:
        return ratio(ranking.positive * (ranking.probability >= cut), ranking.positive)

    return figure


def _value(ranking: Ranking, figure: Figure) -> float | None:
    """The figure with the cases' own weights; None where it is undefined."""
    if not (ranking.positive.any() and ranking.negative.any()):
        return None
    value = float(figure(ranking)(np.ones((1, ranking.positive.size)))[0])
    return min(1.0, value)


def _area_estimate(
    cases: Cases, value: float | None, interval: tuple[float, float] | None
) -> Estimate:
    n = whole(cases.n_effective)
    if value is None:
        return refused("one-class-only" if cases.n else "empty", method=METHOD, n=n)
    return estimated(value, interval, n=n, method=METHOD)


def _rate_estimate(rate: Estimate, interval: tuple[float, float] | None) -> Estimate:
    if rate.value is None:
        return refused(rate.reason or "empty", method=METHOD, n=rate.n)
    return estimated(rate.value, interval, n=rate.n, method=METHOD)


def _intervals(
    ranking: Ranking,
    figures: Sequence[Figure],
    values: Sequence[float | None],
    *,
    cuts: Sequence[float],
    n_resamples: int,
    seed: int,
    confidence: float,
) -> list[tuple[float, float] | None]:
    """An interval for each figure, all from the same resamples."""
    if ranking.positive.size < 2 or n_resamples < 1 or not any(v is not None for v in values):
        return [None] * len(figures)
    pool = _pooled(ranking, cuts, n_resamples=n_resamples, seed=seed)
    statistics = [figure(pool.ranking) for figure in figures]
    blocks = [[statistic(weights) for statistic in statistics] for weights in pool.resamples]
    found: list[tuple[float, float] | None] = []
    for place, value in enumerate(values):
        if value is None:
            found.append(None)
            continue
        draws = np.concatenate([block[place] for block in blocks])
        missed = value - statistics[place](pool.own)[0]
        ends = percentiles(draws + missed, confidence=confidence)
        # Small samples and pools can push an end past the value itself or off the scale.
        found.append(ends and (max(0.0, min(ends[0], value)), min(1.0, max(ends[1], value))))
    return found


@dataclass(frozen=True, slots=True)
class _Pool:
    """A smaller ranking; factors to its weights that give the cases as they are, shape (1, P), and
    those of the resamples, in blocks of shape (b, P)."""

    ranking: Ranking
    own: FloatArray
    resamples: Iterator[FloatArray]


def _pooled(ranking: Ranking, cuts: Sequence[float], *, n_resamples: int, seed: int) -> _Pool:
    n = ranking.positive.size
    if n <= _MAX_CASES:
        alike = patterns(-ranking.probability, ranking.positive, ranking.negative)
        first = alike.first
        probability = ranking.probability[first]
        small = Ranking(
            None,
            np.flatnonzero(np.diff(probability, prepend=np.inf)),
            probability,
            ranking.positive[first],
            ranking.negative[first],
        )
        own = alike.multiplicity[None, :].astype(np.float64)
        drawn = resamples(n, own[0] / n, n_resamples=n_resamples, seed=seed)
        return _Pool(small, own, drawn)
    weights = ranking.positive + ranking.negative
    level = _levels(np.round(ranking.positive / weights, 9))
    n_levels = int(level.max()) + 1
    code = _cells(ranking, cuts) * n_levels + level
    sums = np.bincount(code, weights=weights)
    kept = np.flatnonzero(sums)
    squares = np.bincount(code, weights=weights**2)[kept]
    positive = np.bincount(code, weights=ranking.positive)[kept].astype(np.float64)
    lowest = np.zeros(sums.size)
    lowest[code] = ranking.probability  # cases come in falling order, so that the last one stays
    starts = np.flatnonzero(np.diff(kept // n_levels, prepend=-1))
    sums = sums[kept]
    pool = Ranking(None, starts, lowest[kept], positive, np.maximum(0.0, sums - positive))
    means = sums**2 / squares
    drawn = _poisson(means, n_resamples=n_resamples, seed=seed)
    return _Pool(pool, np.ones((1, means.size)), drawn)


def _levels(y: FloatArray) -> npt.NDArray[np.int64]:
    """Codes of the labels: their values where they are few, else equal steps from 0 to 1."""
    hard: npt.NDArray[np.int64] = (y > 0).astype(np.int64)
    if (hard == y).all():
        return hard
    values, codes = np.unique(y, return_inverse=True)
    if values.size > _N_LEVELS:
        codes = np.minimum(y * _N_LEVELS, _N_LEVELS - 1)
    return codes.astype(np.int64)


def _cells(ranking: Ranking, cuts: Sequence[float]) -> npt.NDArray[np.int64]:
    """Codes from 0 up, shape (N,): neighbours in score, never across a cut or within a run."""
    probability = ranking.probability[ranking.starts]
    place = np.zeros(probability.size)
    for side in (ranking.positive, ranking.negative):
        sums = np.add.reduceat(side, ranking.starts)
        place += (np.cumsum(sums) - sums / 2) / sums.sum()
    cell = (place * (_N_CELLS / 2)).astype(np.int64)
    cell -= np.searchsorted(np.sort(np.asarray(cuts, np.float64)), probability, side="right")
    code = np.cumsum(np.diff(cell, prepend=cell[0]) != 0)
    lengths = np.diff(ranking.starts, append=ranking.positive.size)
    return np.repeat(code, lengths)


def _poisson(means: FloatArray, *, n_resamples: int, seed: int) -> Iterator[FloatArray]:
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS_IN_A_BLOCK // means.size)
    for start in range(0, n_resamples, step):
        yield generator.poisson(means, size=(min(step, n_resamples - start), means.size)) / means

"""Areas, scores and calibration errors of a model for a whole frame, from a stratified sample.

Values are those of `areas`, `probability_scores` and `calibration` with the weights of the cases;
what is added is the interval that a stratified sample has. Rates at a threshold are for `ratios`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jadelite.metrics import areas, calibration, drawn_areas, probability_scores, recalibration
from jadelite.metrics._arrays import FloatArray, IntArray, as_shares, check_same_length
from jadelite.metrics._binned import Bins, BinStatistic
from jadelite.metrics.calibration import mean_gap_of_bins
from jadelite.metrics.intervals import percentiles
from jadelite.metrics.probability_scores import (
    log_losses,
    reliability_of_bins,
    resolution_of_bins,
    uncertainty_of_bins,
)
from jadelite.metrics.rates import Rate
from jadelite.metrics.ratios import mean
from jadelite.metrics.resampling import patterns, score_cells, stratified_factors
from jadelite.metrics.result import Estimate
from jadelite.metrics.survey import Sample

METHOD = "stratified-bootstrap"
_MAX_CASES = 4096  # beyond so many, cases alike in stratum, label and cell of the score are one
_N_CELLS = 40  # which part the bins, that hold their own cases exactly
_N_BINS = 10
_N_COUNT_BINS = 15  # those of `ece_debiased`
_BY_FORMULA = ("roc_auc", "average_precision", "brier", "log_loss", "mean_gap")
_RAISED = ("reliability", "resolution", "uncertainty", "ece", "ece_debiased")


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """What `score_figures` gives; each as the function of that name describes it."""

    roc_auc: Estimate
    average_precision: Estimate
    brier: Estimate
    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    log_loss: Estimate
    ece: Estimate
    ece_debiased: Estimate
    mean_gap: Estimate


def score_figures(
    sample: Sample,
    y_prob: npt.ArrayLike,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> ScoreFigures:
    """Areas under curves, Brier score with its parts, log loss and calibration errors.

    Parameters
    ----------
    sample : Sample
        N judged cases, each a row of its own.
    y_prob : array-like of float, shape (N,)
        Their probabilities, 0 to 1.
    n_resamples, seed, confidence
        As in `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    ScoreFigures
        Ranges and reasons as in `areas`, `probability_scores`, `calibration` and `recalibration`;
        n is Kish's effective number. Where it is unknown how the cases were chosen, exactly those
        functions' figures. Of a drawn sample areas as `drawn_areas`, method
        "stratified-wilson"; Brier score, log loss and mean gap as `ratios.mean`, method
        "linearised"; the parts and the calibration errors with percentiles of 1,000 resamples of
        `resampling.stratified_bootstrap`, method "stratified-bootstrap", moved so that their mean
        is the value, because resamples raise such figures once more, and ending at 0. Where every
        edit was judged values alone, method "census". Constant probabilities: area 0.5. No interval
        with one case, or where all resamples are alike. Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a probability lies outside 0 to 1 or confidence does.

    References
    ----------
    Rao and Wu, JASA 83 (1988), as `resampling.stratified_bootstrap`; Saerndal, Swensson and
    Wretman, "Model assisted survey sampling" (1992), section 5.5, on figures of a population put
    together from weighted cases.

    Examples
    --------
    In the frame 100 edits score 0.9, 80 of them positive; 900 score 0.1, 20 of them positive. Of
    pairs of a positive and a negative edit 80 x 880 are in order and 80 x 20 + 20 x 880 are ties:

    >>> y = [1] * 2 + [0] * 88 + [1] * 40 + [0] * 10
    >>> sample = Sample.of(y, [0] * 90 + [1] * 50, [900, 100])
    >>> found = score_figures(sample, [0.1] * 90 + [0.9] * 50)
    >>> round(found.roc_auc.value, 4), found.roc_auc.method
    (0.8889, 'stratified-wilson')
    >>> round(found.brier.value, 4), round(found.mean_gap.value, 4)
    (0.042, -0.08)
    """
    p = as_shares(y_prob, "y_prob")
    check_same_length(y_prob=p, y=sample.y)
    if not sample.is_drawn or sample.n == 0:
        plain = _values(sample, p, None, n_resamples=n_resamples, seed=seed, confidence=confidence)
        return ScoreFigures(**plain)
    is_census = not sample.unjudged.any()
    found = _values(
        sample,
        p,
        sample.weight,
        n_resamples=0,
        seed=seed,
        confidence=confidence,
        left_out=() if is_census else _BY_FORMULA,
    )
    if is_census:
        return ScoreFigures(
            **{name: _with_ends(one, None, method="census") for name, one in found.items()}
        )
    draws = _draws(sample, p, n_resamples=n_resamples, seed=seed)
    return ScoreFigures(
        **{
            name: _with_ends(
                one, _ends(name, one.value, draws.get(name), confidence), method=METHOD
            )
            for name, one in found.items()
        },
        **_linearised(sample, p, confidence=confidence),
    )


def _linearised(sample: Sample, p: FloatArray, *, confidence: float) -> dict[str, Estimate]:
    """The figures with a variance by formula, which sees what a bootstrap can't.

    Where no positive case was met in a stratum, no resample has one either: the bootstrap of the
    area under the ROC curve held the truth in 68 of 100 samples, of the Brier score in 87.
    """
    one, ones = sample.y * (1 - sample.y), np.ones(p.size)
    below = (ones, ones, "empty", False)
    rates = {
        "brier": Rate(p**2 - one, (1 - p) ** 2 - one, *below),
        "log_loss": Rate(log_losses(0 * ones, p), log_losses(ones, p), *below),
        "mean_gap": Rate(-p, 1 - p, *below),
    }
    return {
        "roc_auc": drawn_areas.roc_auc(sample, p, confidence=confidence),
        "average_precision": drawn_areas.average_precision(sample, p, confidence=confidence),
        **{
            name: _from_zero(mean(sample, rate, confidence=confidence), name)
            for name, rate in rates.items()
        },
    }


def _from_zero(one: Estimate, name: str) -> Estimate:
    """The normal interval cut at 0, where the figure can't be less."""
    if one.low is None or name == "mean_gap":
        return one
    return replace(one, low=max(0.0, one.low))


def _values(
    sample: Sample,
    p: FloatArray,
    weight: FloatArray | None,
    *,
    n_resamples: int,
    seed: int,
    confidence: float,
    left_out: Sequence[str] = (),
) -> dict[str, Estimate]:
    """The figures by name, as their own functions give them."""

    def of(function: Callable[..., Estimate]) -> Estimate:
        return function(
            sample.y,
            p,
            sample_weight=weight,
            n_resamples=n_resamples,
            seed=seed,
            confidence=confidence,
        )

    parts = probability_scores.brier_parts(
        sample.y,
        p,
        sample_weight=weight,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )
    functions: dict[str, Callable[..., Estimate]] = {
        "roc_auc": areas.roc_auc,
        "average_precision": areas.average_precision,
        "brier": probability_scores.brier,
        "log_loss": probability_scores.log_loss,
        "ece": calibration.ece,
        "ece_debiased": calibration.ece_debiased,
        "mean_gap": recalibration.mean_gap,
    }
    return {
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        **{name: of(one) for name, one in functions.items() if name not in left_out},
    }


def _draws(sample: Sample, p: FloatArray, *, n_resamples: int, seed: int) -> dict[str, FloatArray]:
    """Values of the same resamples for each figure, shape (n_resamples,)."""
    y, w = sample.y, sample.weight
    width = Bins.equal_width(p, _N_BINS)
    count = Bins.equal_count(p, w, _N_COUNT_BINS)
    cells = p if p.size <= _MAX_CASES else score_cells(p, n_cells=_N_CELLS)
    alike = patterns(sample.stratum, y, width.place, count.place, cells)
    first, n = alike.first, alike.multiplicity
    total = w[first] * n
    columns = np.column_stack([total, total * y[first], total * alike.mean(p)])
    statistics: tuple[tuple[Bins, dict[str, BinStatistic]], ...] = (
        (
            width,
            {
                "reliability": reliability_of_bins,
                "resolution": resolution_of_bins,
                "uncertainty": uncertainty_of_bins,
                "ece": mean_gap_of_bins,
            },
        ),
        (count, {"ece_debiased": mean_gap_of_bins}),
    )
    tables = [_by_bin(bins.place[first], columns) for bins, _ in statistics]
    found: dict[str, list[FloatArray]] = {}
    for factors in stratified_factors(
        sample.stratum[first], sample.sizes, multiplicity=n, n_resamples=n_resamples, seed=seed
    ):
        for table, (_, named) in zip(tables, statistics, strict=True):
            sums = np.split(factors @ table, columns.shape[1], axis=1)
            for name, statistic in named.items():
                found.setdefault(name, []).append(statistic(*sums))
    return {name: np.concatenate(blocks) for name, blocks in found.items()}


def _by_bin(place: IntArray, columns: FloatArray) -> FloatArray:
    """Each column of the patterns (P, C) in the bin they lie in, shape (P, C x bins that occur)."""
    bins, of = np.unique(place, return_inverse=True)
    table = np.zeros((place.size, columns.shape[1] * bins.size))
    for number, column in enumerate(columns.T):
        table[np.arange(place.size), number * bins.size + of] = column
    return table


def _ends(
    name: str, value: float | None, draws: FloatArray | None, confidence: float
) -> tuple[float, float] | None:
    if value is None or draws is None:
        return None
    if name in _RAISED and not np.isnan(draws).all():
        draws = draws + (value - np.nanmean(draws))
    ends = percentiles(draws, confidence=confidence)
    if ends is None:
        return None
    low, high = min(ends[0], value), max(ends[1], value)
    return (max(0.0, low), high) if name in _RAISED else (low, high)


def _with_ends(one: Estimate, ends: tuple[float, float] | None, *, method: str) -> Estimate:
    if one.value is None:
        return replace(one, method=method)
    low, high = ends or (None, None)
    if ends is None and method == METHOD:
        method = "point"
    return replace(one, low=low, high=high, method=method, se=None)

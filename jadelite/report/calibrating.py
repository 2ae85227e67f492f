"""Whether a model's probabilities mean what they say, and how well they put edits in order."""

from dataclasses import dataclass

import numpy as np

from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import Calibration, Knot, ReliabilityBin, ScoreBin
from jadelite.metrics import calibration
from jadelite.metrics.drawn_scores import score_figures
from jadelite.metrics.isotonic import isotonic
from jadelite.metrics.recalibration import recalibrate
from jadelite.metrics.resampling import patterns, score_cells
from jadelite.report.cases import Cases, Ints
from jadelite.report.figures import figure

N_BINS = 10
N_KNOTS = 100  # cells of about equally many edits that the map is fitted to, beyond so many edits


@dataclass(frozen=True)
class Scored:
    """What is said of the scores whatever the threshold."""

    roc_auc: Figure
    average_precision: Figure
    calibration: Calibration


def scored(cases: Cases, *, seed: int) -> Scored:
    """Areas under curves and calibration, for the whole frame where there is one."""
    sample = cases.sample
    weight = sample.weight if sample.is_drawn else None
    found = score_figures(sample, cases.score, seed=seed)
    line = recalibrate(sample.y, cases.score, sample_weight=weight)
    bins = calibration.reliability(
        sample.y, cases.score, n_bins=N_BINS, strategy="equal-count", sample_weight=weight
    )
    return Scored(
        roc_auc=figure(found.roc_auc),
        average_precision=figure(found.average_precision),
        calibration=Calibration(
            brier=figure(found.brier),
            reliability=figure(found.reliability),
            resolution=figure(found.resolution),
            uncertainty=figure(found.uncertainty),
            log_loss=figure(found.log_loss),
            ece=figure(found.ece),
            ece_debiased=figure(found.ece_debiased),
            in_the_large=figure(found.mean_gap),
            slope=figure(line.slope),
            intercept=figure(line.intercept),
            bins=tuple(
                ReliabilityBin(one.low, one.high, one.mean_probability, figure(one.observed))
                for one in bins
            ),
            knots=knots_of(cases),
        ),
    )


def knots_of(cases: Cases) -> tuple[Knot, ...]:
    """The monotone map from probabilities to what people say, as its corners."""
    p, y, weight = cases.score, cases.sample.y, cases.sample.weight
    if cases.n > N_KNOTS:
        cells = patterns(score_cells(p, n_cells=N_KNOTS)).of
        total = np.bincount(cells, weight).astype(np.float64)
        p = np.clip(np.bincount(cells, weight * p) / total, 0.0, 1.0)
        y = np.clip(np.bincount(cells, weight * y) / total, 0.0, 1.0)
        weight = total
    fitted = isotonic(y, p, sample_weight=weight)
    return tuple(Knot(x, level) for x, level in zip(fitted.x, fitted.y, strict=True))


def histogram_of(cases: Cases, labels: Ints) -> tuple[ScoreBin, ...]:
    """Edits by tenth of the score and by `labels`, the majority: 1, 0, -1 for none, shape (N,)."""
    place = np.minimum((cases.score * N_BINS).astype(np.int64), N_BINS - 1)
    yes, no, undecided = (
        np.bincount(place[labels == label], minlength=N_BINS).tolist() for label in (1, 0, -1)
    )
    return tuple(
        ScoreBin(i / N_BINS, (i + 1) / N_BINS, yes[i], no[i], undecided[i]) for i in range(N_BINS)
    )

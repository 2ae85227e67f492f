"""What coefficients of agreement have in common: units, weights between labels, standard errors.

A unit is one row of a table of counts by label. Every statistic here takes weights of units in B
rows, so that one call gives a point value (B = 1) or all resamples. Nothing is random here.

Products are written as `einsum`, which has no threads: beside a busy process those of a matrix
product wait for each other ten times as long as the work takes, and how they share the work would
show in the last digits of a report.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import BoolArray, FloatArray, IntArray
from jadelite.metrics._student import student_quantile
from jadelite.metrics.counts import compress
from jadelite.metrics.intervals import pattern_bootstrap
from jadelite.metrics.result import Estimate, estimated, refused

Interval = Literal["item-bootstrap", "analytic"]
Weights = Literal["identity", "linear", "quadratic", "ordinal"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
Chance = Literal["fleiss", "gwet"]

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Units:
    """P units as weighted counts.

    `counts` has shape (L, P), label by label because units are many and labels few; `ratings` and
    `own`, shape (P,), are the sums over the unit's ratings of their weights and of their squared
    weights. `ratings**2 - own` is then the weight of its ordered pairs of different ratings:
    r (r - 1) where every rating weighs 1, and none where a unit has copies of one rating only.
    """

    counts: FloatArray
    ratings: FloatArray
    own: FloatArray

    @property
    def pairs(self) -> FloatArray:
        """Weight of ordered pairs of different ratings, shape (P,)."""
        found: FloatArray = self.ratings**2 - self.own
        return found

    @property
    def shares(self) -> FloatArray:
        """Share of each label in a unit, shape (L, P); zeros where nobody rated."""
        found: FloatArray = self.counts / np.where(self.ratings > 0, self.ratings, 1.0)
        return found

    def paired(self, matrix: FloatArray) -> FloatArray:
        """Sum over pairs of labels of both counts times `matrix`, shape (L, L); shape (P,)."""
        same = np.eye(self.counts.shape[0])
        if np.array_equal(matrix, same):
            near = self.counts
        elif np.array_equal(matrix, 1 - same):
            near = self.ratings - self.counts
        else:
            near = np.einsum("kl,lp->kp", matrix, self.counts)
        found: FloatArray = np.einsum("lp,lp->p", near, self.counts)
        return found

    def agreement(self, weights: FloatArray) -> FloatArray:
        """Share of agreeing pairs by unit, shape (P,), under weights (L, L); 0 without pairs."""
        return _over(self.paired(weights) - self.own, self.pairs)


def patterns_of(counts: npt.ArrayLike, *, min_ratings: int) -> tuple[Units, IntArray]:
    """Distinct rows with enough ratings as units, and how many items show each."""
    patterns, multiplicities = compress(counts)
    keep = patterns.sum(axis=1) >= min_ratings
    kept = np.ascontiguousarray(patterns[keep].T, dtype=np.float64)
    ratings = kept.sum(axis=0)
    return Units(kept, ratings, ratings), multiplicities[keep]


def label_number(values: npt.ArrayLike | None, *codes: IntArray) -> int:
    """L: one label for each value, without values the largest code found + 1."""
    found = max(int(array.max(initial=0)) + 1 for array in codes)
    if values is None:
        return found
    n_labels = np.asarray(values).size
    if found > n_labels:
        raise ValueError(f"labels holds {found - 1}, expected codes below {n_labels}")
    return n_labels


def label_values(values: npt.ArrayLike | None, n_labels: int) -> FloatArray:
    """The labels' values, shape (L,): those given, else their positions from 0."""
    if values is None:
        return np.arange(n_labels, dtype=np.float64)
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (n_labels,) or not np.isfinite(found).all():
        raise ValueError(
            f"values has shape {found.shape}, expected one finite number for each of {n_labels}"
            " labels"
        )
    if np.unique(found).size != n_labels:
        raise ValueError("values has equal numbers, expected a different one for each label")
    return found


def agreement_weights(
    weights: Weights, n_labels: int, values: npt.ArrayLike | None = None
) -> FloatArray:
    """How far two labels count as agreeing, shape (L, L): 1 for the same, 0 for the farthest."""
    if weights not in get_args(Weights):
        raise ValueError(f"weights is {weights!r}, expected one of {', '.join(get_args(Weights))}")
    if weights == "identity" or n_labels < 2:
        return np.eye(n_labels)
    scale = label_values(None if weights == "ordinal" else values, n_labels)
    apart = np.abs(scale[:, np.newaxis] - scale)
    if weights == "quadratic":
        apart = apart**2
    elif weights == "ordinal":
        apart = apart * (apart + 1) / 2
    found: FloatArray = 1 - apart / apart.max()
    return found


def distances(level: Level, n_labels: int, values: npt.ArrayLike | None = None) -> FloatArray:
    """Krippendorff's squared distances between labels, shape (L, L); not for level "ordinal"."""
    if level not in get_args(Level):
        raise ValueError(f"level is {level!r}, expected one of {', '.join(get_args(Level))}")
    if level == "nominal":
        return 1 - np.eye(n_labels)
    if level == "ratio" and values is None:
        raise ValueError("values is missing, expected the labels' numbers for level ratio")
    scale = label_values(values, n_labels)
    apart = scale[:, np.newaxis] - scale
    if level == "ratio":
        if (scale < 0).any():
            raise ValueError(f"values holds {scale.min()}, expected numbers from 0 up")
        sums = scale[:, np.newaxis] + scale
        apart = apart / np.where(sums > 0, sums, 1.0)
    found: FloatArray = apart**2
    return found


def ordinal_distances(totals: FloatArray) -> FloatArray:
    """Squared distances of ordered labels, shape (L, L), from how often each was given, (L,)."""
    middles = np.cumsum(totals) - totals / 2
    found: FloatArray = (middles[:, np.newaxis] - middles) ** 2
    return found


def chance_agreement(chance: Chance, shares: FloatArray, weights: FloatArray) -> FloatArray:
    """Agreement expected by chance, shape (B,), from mean shares of the labels, shape (B, L).

    NaN for "gwet" where there is one label only.
    """
    if chance == "fleiss":
        drawn: FloatArray = np.einsum("bk,kl,bl->b", shares, weights, shares)
        return drawn
    n_labels = weights.shape[0]
    if n_labels < 2:  # one label for all is no chance
        return np.full(shares.shape[0], np.nan)
    scale = weights.sum() / (n_labels * (n_labels - 1))
    found: FloatArray = scale * (shares * (1 - shares)).sum(axis=1)
    return found


def percent_values(units: Units, weights: FloatArray, by_unit: FloatArray) -> FloatArray:
    """Mean agreement over units with a pair, shape (B,), for weights of units, shape (B, P)."""
    observed = np.einsum("bp,p->b", by_unit, units.agreement(weights))
    return _over(observed, _total(by_unit, units.pairs > 0), empty=np.nan)


def kappa_values(
    units: Units, weights: FloatArray, chance: Chance, by_unit: FloatArray
) -> FloatArray:
    """Agreement beyond chance, shape (B,), for weights of units, shape (B, P); NaN if undefined."""
    observed = percent_values(units, weights, by_unit)
    n_rated = _total(by_unit, units.ratings > 0)
    means = _over(np.einsum("bp,lp->bl", by_unit, units.shares), n_rated[:, np.newaxis])
    expected = chance_agreement(chance, means, weights)
    if chance == "fleiss":
        # One label only: chance agreement is 1 but for rounding.
        expected = np.where((means > 0).sum(axis=1) > 1, expected, 1.0)
    beyond = np.where(1 - expected > _ROUNDING, 1 - expected, 0.0)
    return _over(observed - expected, beyond, empty=np.nan)


def alpha_values(units: Units, apart: FloatArray | None, by_unit: FloatArray) -> FloatArray:
    """Krippendorff's alpha, shape (B,), for weights of units, shape (B, P); NaN if nothing varies.

    Units without a pair drop out. `apart` holds distances between labels; None asks for ordinal
    ones, which follow from how often each label was given and so differ between resamples.
    """
    by_unit = by_unit * (units.pairs > 0)
    spread = by_unit * _over(units.ratings, units.pairs)
    totals = np.einsum("bp,lp->bl", by_unit, units.counts)
    n_ratings = totals.sum(axis=1)
    if apart is None:
        middles = np.cumsum(totals, axis=1) - totals / 2
        squares = np.einsum("bl,lp->bp", middles**2, units.counts)
        inside = units.ratings * squares - np.einsum("bl,lp->bp", middles, units.counts) ** 2
        observed = np.einsum("bp,bp->b", spread, inside)
        expected = n_ratings * (totals * middles**2).sum(axis=1)
        expected -= (totals * middles).sum(axis=1) ** 2
    else:
        observed = np.einsum("bp,p->b", spread, units.paired(apart))
        expected = np.einsum("bk,kl,bl->b", totals, apart, totals)
    # Pairs of different ratings among all: n (n - 1) where every rating weighs 1.
    different = n_ratings**2 - np.einsum("bp,p->b", by_unit, units.own)
    is_varied = (totals > 0).sum(axis=1) > 1  # `expected` may miss zero by rounding
    ratio = _over(observed * different, np.where(is_varied, n_ratings * expected, 0), empty=np.nan)
    found: FloatArray = 1 - ratio
    return found


def kappa_error(
    units: Units, weights: FloatArray, chance: Chance, multiplicities: IntArray
) -> float | None:
    """Gwet's standard error of `kappa_values`, all units with a rating being one sample.

    Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement"
    (2008), and irrCAC's form of it for missing ratings. None for a single unit.
    """
    n = int(multiplicities.sum())
    by_unit = multiplicities[np.newaxis].astype(np.float64)
    has_pair = units.pairs > 0
    means = np.einsum("lp,p->l", units.shares, by_unit[0]) / n
    observed = float(percent_values(units, weights, by_unit)[0])
    expected = float(chance_agreement(chance, means[np.newaxis], weights)[0])
    value = (observed - expected) / (1 - expected)
    if chance == "fleiss":
        near = np.einsum("l,lp->p", np.einsum("kl,l->k", weights, means), units.shares)
    else:
        n_labels = weights.shape[0]
        near = np.einsum("l,lp->p", 1 - means, units.shares)
        near *= weights.sum() / (n_labels * (n_labels - 1))
    scale = n / float(multiplicities[has_pair].sum())
    influence = scale * (units.agreement(weights) - expected * has_pair)
    influence -= 2 * (1 - value) * (near - expected)
    return _standard_error(influence / (1 - expected) - value, multiplicities)


def alpha_error(units: Units, apart: FloatArray, multiplicities: IntArray) -> float | None:
    """Gwet's standard error of `alpha_values`, as irrCAC has it; None for a single unit.

    Distances are taken as known, also where they follow from the ratings (ordinal).
    """
    n = int(multiplicities.sum())
    mean_ratings = float((multiplicities * units.ratings).sum()) / n
    size = units.ratings / mean_ratings
    shares = np.einsum("lp,p->l", units.counts, multiplicities) / (n * mean_ratings)
    distant = np.einsum("kl,l->k", apart, shares)
    near = np.einsum("l,lp->p", distant, units.counts) / mean_ratings
    within = units.paired(apart) / (mean_ratings * (units.ratings - 1))
    observed = float((multiplicities * within).sum()) / n
    expected = float((shares * distant).sum())
    correction = 1 - 1 / (n * mean_ratings)
    influence = expected - within + correction * observed * (size - 1)
    influence -= 2 * observed / expected * (expected * size - near)
    return _standard_error(influence / expected - (1 - observed / expected), multiplicities)


def ratio_error(
    numerators: FloatArray, denominators: FloatArray, multiplicities: IntArray
) -> float | None:
    """Linearised standard error of sum(numerators) / sum(denominators); None for a single unit."""
    n = int(multiplicities.sum())
    mean = float((multiplicities * denominators).sum()) / n
    value = float((multiplicities * numerators).sum()) / n / mean
    return _standard_error((numerators - value * denominators) / mean, multiplicities)


def figure(
    multiplicities: IntArray,
    statistic: Callable[[FloatArray], FloatArray],
    se: Callable[[], float | None],
    *,
    n: int,
    undefined: str,
    interval: Interval,
    n_resamples: int,
    seed: int,
    confidence: float,
    least: float = -math.inf,
) -> Estimate:
    """The statistic of all units with its standard error and the interval that was asked for.

    NaN becomes the reason `undefined`. Ends of the analytic interval are cut at `least` and 1, as
    irrCAC does; the bootstrap's are moved to hold the value, which resamples of a handful of units
    may miss.
    """
    if interval not in get_args(Interval):
        raise ValueError(
            f"interval is {interval!r}, expected one of {', '.join(get_args(Interval))}"
        )
    value = float(statistic(multiplicities[np.newaxis].astype(np.float64))[0])
    if math.isnan(value):
        return refused(undefined, method=interval, n=n)
    error = se()
    if interval == "item-bootstrap":
        ends = pattern_bootstrap(
            multiplicities, statistic, n_resamples=n_resamples, seed=seed, confidence=confidence
        )
        if ends is not None:
            ends = min(ends[0], value), max(ends[1], value)
        return estimated(value, ends, n=n, method=interval, se=error)
    if error is None or error == 0:
        return estimated(value, None, n=n, method=interval, se=error)
    half = student_quantile(confidence, int(multiplicities.sum()) - 1) * error
    ends = max(least, value - half), min(1.0, value + half)
    return estimated(value, ends, n=n, method=interval, se=error)


def _standard_error(residuals: FloatArray, multiplicities: IntArray) -> float | None:
    n = int(multiplicities.sum())
    if n < 2:
        return None
    return math.sqrt(float((multiplicities * residuals**2).sum()) / (n * (n - 1)))


def _over(numerator: FloatArray, denominator: FloatArray, *, empty: float = 0.0) -> FloatArray:
    """Quotients, `empty` where the denominator is not above 0."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    found: FloatArray = np.divide(
        numerator, denominator, out=np.full(shape, empty), where=denominator > 0
    )
    return found


def _total(by_unit: FloatArray, is_counted: BoolArray) -> FloatArray:
    """Weights of the counted units, shape (B,), from those of all, shape (B, P)."""
    found: FloatArray = np.einsum("bp,p->b", by_unit, is_counted.astype(np.float64))
    return found

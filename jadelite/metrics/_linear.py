"""A ratio of two totals as a sum over cases: how each case pulls it, and what varies.

The machinery under `ratios` and `contrasts`; formulas and references stand there.
"""

from dataclasses import dataclass

import numpy as np

from jadelite.metrics._arrays import FloatArray, dot, whole
from jadelite.metrics.rates import Rate
from jadelite.metrics.survey import Sample

SMOOTHING = 4.0  # cases of either kind added to the whole sample when its variance is reckoned
MAX_SMOOTHING = 0.5  # of which a stratum gets at most this


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A ratio by its value and by how each case pulls it, if no and if yes, shape (N,) each.

    `likely` is the value with the added cases, `n` the effective number of its cases.
    """

    value: float
    likely: float
    pull_no: FloatArray
    pull_yes: FloatArray
    n: int

    def less(self, other: "Linear") -> "Linear":
        """This ratio less another one."""
        return Linear(
            self.value - other.value,
            self.likely - other.likely,
            self.pull_no - other.pull_no,
            self.pull_yes - other.pull_yes,
            min(self.n, other.n),
        )


def linearised(sample: Sample, rate: Rate) -> Linear | None:
    """Beale's ratio and the residuals of the cases; None if nothing is below the bar."""
    above, below = rate.above(sample.y), rate.below(sample.y)
    judged, masses = sample.n_judged, sample.masses
    sums_above, sums_below = sample.sum_by_stratum(above), sample.sum_by_stratum(below)
    top = float(masses @ (sums_above / judged))
    bottom = float(masses @ (sums_below / judged))
    if bottom == 0:
        return None
    value = top / bottom
    if top and sample.is_drawn:
        own = masses**2 * sample.unjudged / np.maximum(judged - 1, 1) / judged
        mean = sums_below / judged
        centred = below - mean[sample.stratum]
        shared = float(own @ sample.sum_by_stratum(above * centred)) / (top * bottom)
        alone = float(own @ sample.sum_by_stratum(below * centred)) / bottom**2
        value *= (1 + shared) / (1 + alone)
        value = min(1.0, value) if rate.is_share else value
    added = _added(sample)[sample.stratum] * sample.counts / judged[sample.stratum]
    each = sample.weight * _shrunk(sample)[sample.stratum]
    likely_top = dot(each, sample.counts * above + added * (rate.above_no + rate.above_yes))
    likely_bottom = dot(each, sample.counts * below + added * (rate.below_no + rate.below_yes))
    return Linear(
        value=float(value),
        likely=likely_top / likely_bottom,
        pull_no=(rate.above_no - value * rate.below_no) / bottom,
        pull_yes=(rate.above_yes - value * rate.below_yes) / bottom,
        n=whole(sample.n_effective(np.minimum(1.0, below))),
    )


def covariance(sample: Sample, one: Linear, two: Linear) -> float:
    """Of two linearised ratios, with the added cases."""
    return float(_by_stratum(sample, one, two).sum())


def spread(sample: Sample, linear: Linear) -> tuple[float, int]:
    """Variance of a linearised ratio, and its degrees of freedom, 1 or more.

    These are Satterthwaite's, or n - 1 where that is less.
    """
    own = _by_stratum(sample, linear, linear)
    parts = np.maximum(0.0, own)
    squares = float((parts**2 / np.maximum(1.0, sample.n_judged - 1)).sum())
    by_strata = float(parts.sum()) ** 2 / squares if squares > 0 else 1.0
    return float(own.sum()), max(1, whole(min(by_strata, linear.n - 1)))


def shift(sample: Sample, pull_no: FloatArray, pull_yes: FloatArray) -> float:
    """By how much the added cases would move a value, to the first order."""
    added = _added(sample)[sample.stratum] * sample.counts / sample.n_judged[sample.stratum]
    own = sample.counts * ((1 - sample.y) * pull_no + sample.y * pull_yes)
    each = sample.weight * _shrunk(sample)[sample.stratum]
    return dot(each, own + added * (pull_no + pull_yes))


def _by_stratum(sample: Sample, one: Linear, two: Linear) -> FloatArray:
    """What each stratum adds to a covariance, shape (H,)."""
    judged, added = sample.n_judged, _added(sample)
    share = added[sample.stratum] / judged[sample.stratum]
    y = sample.y
    total = judged + 2 * added

    def own(linear: Linear) -> tuple[FloatArray, FloatArray]:
        pulls = (1 - y) * linear.pull_no + y * linear.pull_yes
        sums = sample.sum_by_stratum(pulls + share * (linear.pull_no + linear.pull_yes))
        return pulls, sums / total

    first, mean_1 = own(one)
    second, mean_2 = (first, mean_1) if two is one else own(two)
    products = first * second
    products = products + share * (one.pull_no * two.pull_no + one.pull_yes * two.pull_yes)
    squares = sample.sum_by_stratum(products) / total - mean_1 * mean_2
    found: FloatArray = sample.masses**2 * sample.unjudged * squares / judged
    return found


def _added(sample: Sample) -> FloatArray:
    """Cases of either kind added to each stratum, shape (H,)."""
    return np.full(sample.sizes.size, min(MAX_SMOOTHING, SMOOTHING / max(1, sample.sizes.size)))


def _shrunk(sample: Sample) -> FloatArray:
    """What is left of each case's weight when cases are added, shape (H,)."""
    found: FloatArray = sample.n_judged / (sample.n_judged + 2 * _added(sample))
    return found

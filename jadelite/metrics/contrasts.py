"""Two rates of one frame against each other: their difference and their ratio.

The rates may be of two models, of two groups of edits, or of one model at two thresholds: what
they share in cases is taken into account.
"""

import math
from dataclasses import dataclass

from jadelite.metrics._linear import Linear, covariance, linearised
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.rates import Rate
from jadelite.metrics.ratios import census, interval_ends, normal
from jadelite.metrics.result import Estimate, estimated, refused
from jadelite.metrics.survey import Sample


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two linearised rates with their intervals, their variances and what they share."""

    one: Linear
    two: Linear
    ends_1: tuple[float, float]
    ends_2: tuple[float, float]
    variance_1: float
    variance_2: float
    shared: float

    @property
    def n(self) -> int:
        return min(self.one.n, self.two.n)

    @property
    def correlation(self) -> float:
        size = math.sqrt(self.variance_1 * self.variance_2)
        return min(1.0, max(-1.0, self.shared / size)) if size > 0 else 0.0

    def arm(self, one: float, two: float) -> float:
        """Length of one arm of the interval, from the arms of both rates."""
        return math.sqrt(max(0.0, one**2 - 2 * self.correlation * one * two + two**2))


def difference(sample: Sample, first: Rate, second: Rate, *, confidence: float = 0.95) -> Estimate:
    """The second rate less the first, on the same sample: two models, or two groups of edits.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    first, second : Rate
        Of these cases.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        For two rates from -1 to 1, 0 meaning no difference; method "mover" for shares, "linearised"
        (a normal interval) for others. n the smaller effective number of the two. No interval where
        no judged case could tell the rates apart; "census" and reasons as `ratio`.

    Raises
    ------
    ValueError
        As `ratio`.

    Notes
    -----
    With the ends l and u of both intervals, d = r2 - r1 and c the correlation of the two,

        low  = d - sqrt((r2 - l2)^2 - 2 c (r2 - l2) (u1 - r1) + (u1 - r1)^2),
        high = d + sqrt((u2 - r2)^2 - 2 c (u2 - r2) (r1 - l1) + (r1 - l1)^2).

    References
    ----------
    Zou and Donner, "Construction of confidence limits about effect measures", Statistics in
    Medicine 27 (2008); Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998), method 10, which it is for independent samples.

    Examples
    --------
    Newcombe's example (a), 56 of 70 against 48 of 80, has 0.0524 to 0.3339 by method 10:

    >>> import numpy as np
    >>> from jadelite.metrics import rates
    >>> in_first = np.repeat([True, False], [70, 80])
    >>> sample = Sample.of([1] * 56 + [0] * 14 + [1] * 48 + [0] * 32, [0] * 150, [np.inf])
    >>> every = rates.prevalence(150)
    >>> gap = difference(sample, every.where(~in_first), every.where(in_first))
    >>> round(gap.value, 4), round(gap.low, 4), round(gap.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    z = normal_quantile(confidence)
    found = _linear_pair(sample, first, second)
    if isinstance(found, str):
        return refused(found, method="mover")
    one, two = found
    gap = two.less(one)
    if not (first.is_share and second.is_share):
        return normal(sample, gap, z, method="linearised")
    if not sample.unjudged.any():
        return census(gap.value, gap.n)
    pair = _pair(sample, first, second, one, two, z)
    joint = covariance(sample, gap, gap)
    (low_1, high_1), (low_2, high_2) = pair.ends_1, pair.ends_2
    down = pair.arm(high_1 - one.value, two.value - low_2)
    up = pair.arm(one.value - low_1, high_2 - two.value)
    if joint <= 1e-12 * max(pair.variance_1, pair.variance_2) or down + up == 0:
        return estimated(gap.value, None, n=pair.n, method="mover")
    interval = (max(-1.0, gap.value - down), min(1.0, gap.value + up))
    return estimated(gap.value, interval, n=pair.n, method="mover", se=math.sqrt(joint))


def ratio_of_rates(
    sample: Sample, first: Rate, second: Rate, *, confidence: float = 0.95
) -> Estimate:
    """The second rate over the first: how many times as often.

    Parameters
    ----------
    sample, first, second, confidence
        As `difference`; the first is the reference.

    Returns
    -------
    Estimate
        Above 0, 1 meaning equal rates; 0 where the second rate is 0, method "mover-log", n the
        smaller effective number of the two. Reason "zero-rate" where the first rate is 0, else
        "census" and reasons as `ratio`. `se` is that of the logarithm; None at 0.

    Raises
    ------
    ValueError
        As `ratio`.

    Notes
    -----
    The formula of `difference` on the logarithms of the rates and of the ends of their intervals.
    At 0 the low end is 0 and the high end u2 / l1.

    References
    ----------
    Zou and Donner (2008), section 3; Katz et al., Biometrics 34 (1978), on the logarithm;
    Fairlearn, "Assessment", `MetricFrame.ratio`.

    Examples
    --------
    >>> import numpy as np
    >>> from jadelite.metrics import rates
    >>> in_first = np.repeat([True, False], [70, 80])
    >>> sample = Sample.of([1] * 56 + [0] * 14 + [1] * 48 + [0] * 32, [0] * 150, [np.inf])
    >>> every = rates.prevalence(150)
    >>> times = ratio_of_rates(sample, every.where(~in_first), every.where(in_first))
    >>> round(times.value, 3), round(times.low, 2), round(times.high, 2)
    (1.333, 1.08, 1.66)
    """
    z = normal_quantile(confidence)
    found = _linear_pair(sample, first, second)
    if isinstance(found, str):
        return refused(found, method="mover-log")
    one, two = found
    if one.value == 0:
        return refused("zero-rate", method="mover-log", n=min(one.n, two.n))
    value = two.value / one.value
    if not sample.unjudged.any():
        return census(value, min(one.n, two.n))
    pair = _pair(sample, first, second, one, two, z)
    (low_1, high_1), (low_2, high_2) = pair.ends_1, pair.ends_2
    if low_1 == 0 or high_2 == 0:
        return estimated(value, None, n=pair.n, method="mover-log")
    if two.value == 0:
        return estimated(0.0, (0.0, high_2 / low_1), n=pair.n, method="mover-log")
    up = pair.arm(math.log(one.value / low_1), math.log(high_2 / two.value))
    down = math.inf
    if low_2 > 0:
        down = pair.arm(math.log(high_1 / one.value), math.log(two.value / low_2))
    relative = pair.variance_1 / one.value**2 + pair.variance_2 / two.value**2
    relative -= 2 * pair.shared / (one.value * two.value)
    if relative <= 1e-12 or up + down == 0:
        return estimated(value, None, n=pair.n, method="mover-log")
    interval = (value * math.exp(-down), value * math.exp(up))
    return estimated(value, interval, n=pair.n, method="mover-log", se=math.sqrt(relative))


def _linear_pair(sample: Sample, first: Rate, second: Rate) -> tuple[Linear, Linear] | str:
    """Both rates, or the reason why one can't be said."""
    if sample.n == 0:
        return "empty"
    one, two = linearised(sample, first), linearised(sample, second)
    if one is None:
        return first.reason
    return second.reason if two is None else (one, two)


def _pair(sample: Sample, first: Rate, second: Rate, one: Linear, two: Linear, z: float) -> _Pair:
    return _Pair(
        one,
        two,
        interval_ends(sample, first, one, z) or (one.value, one.value),
        interval_ends(sample, second, two, z) or (two.value, two.value),
        max(0.0, covariance(sample, one, one)),
        max(0.0, covariance(sample, two, two)),
        covariance(sample, one, two),
    )

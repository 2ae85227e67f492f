"""A rate in groups of edits, such as those of newcomers: gap and ratio against a reference.

Groups are of edits, never of people; what may be grouped is for callers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from jadelite.metrics import rates
from jadelite.metrics._arrays import (
    BoolArray,
    FloatArray,
    as_binary,
    as_codes,
    check_same_length,
    dot,
)
from jadelite.metrics.contrasts import difference, ratio_of_rates
from jadelite.metrics.rates import Rate
from jadelite.metrics.ratios import ratio
from jadelite.metrics.result import Estimate, refused
from jadelite.metrics.survey import Sample

MIN_CELL = 5  # judged cases of a group below which nothing is said of it
MIN_EFFECTIVE = 30  # effective cases below which a group is shown grey, without a verdict


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A rate in one group of cases.

    Attributes
    ----------
    group : int
        Its code.
    n_cases : float
        Judged cases of the group.
    is_small : bool
        Whether fewer than 30 effective cases stand below the bar of its rate or of the
        reference's, or fewer than 5 judged cases above either: no verdict.
    rate : Estimate
        Reason "small-cell" with fewer than 5 judged cases.
    gap, times : Estimate
        The rate less the reference's, and over it; reason "reference" for the reference itself.
    p_value, p_adjusted : float or None
        Of no gap, two-sided, and after `benjamini_hochberg` over all groups that have one.
    shrunk : float or None
        The rate drawn to the mean of all groups by `shrunk_rates`, to rank by.
    """

    group: int
    n_cases: float
    is_small: bool
    rate: Estimate
    gap: Estimate
    times: Estimate
    p_value: float | None
    p_adjusted: float | None = None
    shrunk: float | None = None


def by_group(
    sample: Sample,
    rate: Rate,
    group: npt.ArrayLike,
    *,
    n_groups: int,
    reference: int,
    confidence: float = 0.95,
) -> list[GroupRate]:
    """A rate by group, each against one of them.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    rate : Rate
        Of these cases.
    group : array-like of int, shape (N,)
        Codes from 0 to n_groups - 1.
    n_groups, reference : int
        G, and the group that others are compared with.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    list of GroupRate
        One for each code in order, also for those without cases. Gaps lie between -1 and 1 and
        ratios above 0; 0 and 1 mean no difference.

    Raises
    ------
    ValueError
        If lengths differ or a code is out of range.

    References
    ----------
    Fairlearn user guide, "Assessment": `MetricFrame.difference` and `MetricFrame.ratio`; intervals
    as in `jadelite.metrics.contrasts`.

    Examples
    --------
    >>> group = np.repeat([0, 1], 100)
    >>> y, flagged = np.zeros(200), np.arange(200) % 100 < np.where(group == 1, 20, 10)
    >>> sample = Sample.of(y, np.zeros(200, int), [10_000])
    >>> rate = rates.false_positive_rate(flagged)
    >>> _, newcomers = by_group(sample, rate, group, n_groups=2, reference=0)
    >>> round(newcomers.gap.value, 3), round(newcomers.times.value, 3), newcomers.is_small
    (0.1, 2.0, False)
    """
    codes = as_codes(group, "group", n_codes=n_groups)
    as_codes([reference], "reference", n_codes=n_groups)
    check_same_length(group=codes, y=sample.y)
    parts = [rate.where(codes == code) for code in range(n_groups)]
    base = parts[reference]
    base_small = _is_small(sample, base)
    counts = np.bincount(codes, sample.counts, minlength=n_groups)
    rows = []
    for code, part in enumerate(parts):
        enough = min(counts[code], counts[reference]) >= MIN_CELL
        own = ratio(sample, part, confidence=confidence)
        gap = times = refused("reference" if code == reference else "small-cell", method="mover")
        if code != reference and enough:
            gap = difference(sample, base, part, confidence=confidence)
            times = ratio_of_rates(sample, base, part, confidence=confidence)
        if counts[code] < MIN_CELL:
            own = refused("small-cell", method=own.method)
        rows.append(
            GroupRate(
                group=code,
                n_cases=float(counts[code]),
                is_small=base_small or _is_small(sample, part),
                rate=own,
                gap=gap,
                times=times,
                p_value=_p_value(gap),
            )
        )
    return _adjusted(rows)


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """P values adjusted for their number, so that picking those below q keeps false finds below q.

    Parameters
    ----------
    p_values : sequence of float or None, length G
        From 0 to 1; None where there was no test, which is not counted.

    Returns
    -------
    list of float or None
        In the same order, each at least its p value and at most 1.

    Raises
    ------
    ValueError
        If a p value lies outside 0 to 1.

    References
    ----------
    Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).

    Examples
    --------
    The fifteen of their section 3.2 begin so; four of them are found at q = 0.05:

    >>> p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    >>> p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    >>> sum(q <= 0.05 for q in benjamini_hochberg(p))
    4
    """
    tested = [(p, place) for place, p in enumerate(p_values) if p is not None]
    if any(not 0 <= p <= 1 for p, _ in tested):
        raise ValueError(f"p values are {p_values}, expected 0 to 1")
    adjusted: list[float | None] = [None] * len(p_values)
    smallest = 1.0
    for rank, (p, place) in sorted(enumerate(sorted(tested), start=1), reverse=True):
        smallest = min(smallest, p * len(tested) / rank)
        adjusted[place] = max(p, smallest)
    return adjusted


def shrunk_rates(values: npt.ArrayLike, errors: npt.ArrayLike) -> FloatArray:
    """Rates drawn towards their common mean, the more the less is known of each.

    Parameters
    ----------
    values, errors : array-like of float, shape (G groups,)
        Rates, and their standard errors, above 0.

    Returns
    -------
    ndarray of float64, shape (G,)
        Between each rate and the mean. All equal to the mean where rates differ no more than
        their errors allow; one group or none: as they are.

    Raises
    ------
    ValueError
        If lengths differ or an error is not above 0.

    References
    ----------
    Morris, "Parametric empirical Bayes inference", JASA 78 (1983); spread between groups by
    DerSimonian and Laird, Controlled Clinical Trials 7 (1986).

    Examples
    --------
    >>> shrunk_rates([0.1, 0.2, 0.9], [0.01, 0.01, 0.3]).round(3).tolist()
    [0.101, 0.199, 0.212]
    """
    numbers, spreads = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    check_same_length(values=numbers, errors=spreads)
    if (spreads <= 0).any():
        raise ValueError(f"errors are {spreads.tolist()}, expected above 0")
    if numbers.size < 2:
        return numbers
    weight = 1 / spreads**2
    mean = float(weight @ numbers) / float(weight.sum())
    excess = float(weight @ (numbers - mean) ** 2) - (numbers.size - 1)
    size = float(weight.sum()) - float((weight**2).sum()) / float(weight.sum())
    between = max(0.0, excess / size)
    full = 1 / (spreads**2 + between)
    centre = float(full @ numbers) / float(full.sum())
    kept = between / (between + spreads**2)
    found: FloatArray = centre + kept * (numbers - centre)
    return found


def mean_residual(
    sample: Sample,
    y_prob: npt.ArrayLike,
    *,
    held: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean of what people say less what the model says, in a part of the frame.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    y_prob : array-like of float, shape (N,)
        Probabilities, 0 to 1.
    held : array-like of bool, shape (N,), optional
        The part; None = all.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        From -1 to 1, method "linearised": below 0 the model says too much, above 0 too little. An
        interval without 0 is a flag against multicalibration. Reason "small-cell" with fewer than
        5 judged cases, "empty" without any.

    Raises
    ------
    ValueError
        If lengths differ or a probability lies outside 0 to 1.

    References
    ----------
    Hebert-Johnson, Kim, Reingold and Rothblum, "Multicalibration", ICML (2018).

    Examples
    --------
    >>> sample = Sample.of([1, 0, 0, 0, 1], [0] * 5, [100])
    >>> round(mean_residual(sample, [0.5, 0.5, 0.5, 0.5, 0.5]).value, 3)
    -0.1
    """
    mask = np.ones(sample.y.size, np.bool_) if held is None else as_binary(held, "held")
    check_same_length(held=mask, y=sample.y)
    n = dot(sample.counts, mask)
    if 0 < n < MIN_CELL:
        return refused("small-cell", method="linearised", n=int(n))
    expected = rates.mean_probability(y_prob).where(mask)
    met = rates.prevalence(sample.y.size).where(mask)
    return difference(sample, expected, met, confidence=confidence)


def _is_small(sample: Sample, rate: Rate) -> bool:
    below: FloatArray = np.minimum(1.0, rate.below(sample.y))
    above: BoolArray = rate.above(sample.y) > 0
    few_above = dot(sample.counts, above) < MIN_CELL
    return few_above or sample.n_effective(below) < MIN_EFFECTIVE


def _p_value(gap: Estimate) -> float | None:
    if gap.value is None or not gap.se:
        return None
    return min(1.0, 2 * (1 - NormalDist().cdf(abs(gap.value) / gap.se)))


def _adjusted(rows: list[GroupRate]) -> list[GroupRate]:
    """The rows with adjusted p values and shrunk rates."""
    p_values = benjamini_hochberg([row.p_value for row in rows])
    able = [place for place, row in enumerate(rows) if row.rate.se]
    values = [_number(rows[place].rate.value) for place in able]
    errors = [_number(rows[place].rate.se) for place in able]
    shrunk = dict(zip(able, shrunk_rates(values, errors).tolist(), strict=True))
    return [
        replace(row, p_adjusted=p_values[place], shrunk=shrunk.get(place))
        for place, row in enumerate(rows)
    ]


def _number(value: float | None) -> float:
    return math.nan if value is None else value

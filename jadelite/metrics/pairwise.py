"""Agreement that needs to know who rated: Cohen's kappa of two raters, Conger's of any number.

Each rater's own habit of using the labels makes the chance part, so counts by item are not enough.
A rater judges an item once; `counts.first_of_repeated` sees to that.
"""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_counts, check_same_length
from jadelite.metrics._student import student_quantile
from jadelite.metrics._units import Units, Weights, agreement_weights, label_number
from jadelite.metrics.counts import count_table
from jadelite.metrics.intervals import normal_quantile, pattern_bootstrap
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "analytic"
_ROUNDING = 1e-12


def cohen_kappa(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    weights: Weights = "identity",
    values: npt.ArrayLike | None = None,
    interval: Literal["analytic", "item-bootstrap"] = "analytic",
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Cohen's kappa of two raters: chance is each drawing labels at their own rates.

    Parameters
    ----------
    a, b : array-like of int, shape (N items,)
        Codes of the labels that the two gave to the same items, from 0 up.
    weights : {"identity", "linear", "quadratic", "ordinal"}
        What near labels count: nothing, or less the farther they are apart.
    values : array-like of float, shape (L labels,), or None
        The labels' numbers for linear and quadratic weights; None: positions.
    interval : {"analytic", "item-bootstrap"}
        Normal with the standard error, not cut: with few items it may reach past 1. Or percentiles
        over resampled items.
    n_resamples, seed, confidence
        Of the item bootstrap, see `jadelite.metrics.intervals.pattern_bootstrap`.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is chance, below 0 they agree less than that. n = items,
        `se` by Fleiss, Cohen and Everitt. No items: reason "no-pairs". Both always gave the same
        one label: chance agrees as well, reason "constant".

    Raises
    ------
    ValueError
        If the lengths differ, a code is not a whole number from 0 up, weights is unknown, or
        values does not fit.

    References
    ----------
    Cohen, "A coefficient of agreement for nominal scales" (1960) and "Weighted kappa" (1968);
    Fleiss, Cohen and Everitt, "Large sample standard errors of kappa and weighted kappa",
    Psychological Bulletin 72 (1969).

    Examples
    --------
    Wikipedia, "Cohen's kappa": fifty proposals, 20 times both yes, 15 times both no, kappa 0.40.

    >>> a = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    >>> b = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    >>> result = cohen_kappa(a, b)
    >>> [round(number, 3) for number in (result.value, result.se, result.low, result.high)]
    [0.4, 0.127, 0.151, 0.649]
    """
    cells, matrix = _square(a, b, weights=weights, values=values)
    n = int(cells.sum())
    if n == 0:
        return refused("no-pairs", method=interval)
    side = matrix.shape[0]

    def kappa(by_cell: FloatArray) -> FloatArray:
        tables = by_cell.reshape(-1, side, side) / n
        observed = np.einsum("bkl,kl->b", tables, matrix)
        expected = np.einsum("bk,bl,kl->b", tables.sum(axis=2), tables.sum(axis=1), matrix)
        undefined = np.full(observed.shape, np.nan)
        is_varied = 1 - expected > _ROUNDING
        found: FloatArray = np.divide(
            observed - expected, 1 - expected, out=undefined, where=is_varied
        )
        return found

    value = float(kappa(cells[np.newaxis].astype(np.float64))[0])
    if math.isnan(value):
        return refused("constant", method=interval, n=n)
    se = _cohen_error(cells.reshape(side, side) / n, matrix, value, n)
    if interval == METHOD:
        half = normal_quantile(confidence) * se
        ends = (value - half, value + half) if half > 0 else None
        return estimated(value, ends, n=n, method=METHOD, se=se)
    ends = pattern_bootstrap(
        cells, kappa, n_resamples=n_resamples, seed=seed, confidence=confidence
    )
    if ends is not None:
        ends = min(ends[0], value), max(ends[1], value)
    return estimated(value, ends, n=n, method=interval, se=se)


def conger_kappa(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    weights: Weights = "identity",
    values: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Conger's kappa of any number of raters: chance is two different raters at their own rates.

    Parameters
    ----------
    items, raters, labels : array-like of int, shape (J judgments,)
        Codes from 0 up, each (item, rater) pair once. A missing judgment has no row.
    weights, values
        As in `cohen_kappa`.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        At most 1 (perfect agreement); 0 is chance, below 0 raters agree less than that. With two
        raters who both judged everything it is Cohen's kappa. n = items with two or more ratings;
        items with one count in the chance part only. Method "analytic": `se` over items as irrCAC
        has it, Student's t, cut at 1. No item with a pair (empty input, a single rater): reason
        "no-pairs". All ratings alike: "constant".

    Raises
    ------
    ValueError
        If the lengths differ, a code is not a whole number from 0 up, weights is unknown, or values
        does not fit.

    References
    ----------
    Conger, "Integration and generalization of kappas for multiple raters", Psychological Bulletin
    88 (1980); Gwet, "Handbook of inter-rater reliability" (2014), chapter 2, for missing ratings.

    Examples
    --------
    Krippendorff (2011), four observers (rows) and twelve units with missing ratings; irrCAC, as
    Gwet (2014), has 0.763 and a standard error of 0.149.

    >>> observers = ["123321412...", "1233224125..", ".33323422513", "12332441251."]
    >>> rows = [(unit, observer, int(label) - 1) for observer, row in enumerate(observers)
    ...         for unit, label in enumerate(row) if label != "."]
    >>> result = conger_kappa(*zip(*rows, strict=True))
    >>> round(result.value, 3), round(result.se, 3), result.n
    (0.763, 0.149, 11)
    """
    rows, people = as_counts(items, "items"), as_counts(raters, "raters")
    codes = as_counts(labels, "labels")
    check_same_length(items=rows, raters=people, labels=codes)
    side = label_number(values, codes)
    matrix = agreement_weights(weights, side, values)
    units = _units(rows, codes, side)
    n_pairable = int((units.pairs > 0).sum())
    if n_pairable == 0:
        return refused("no-pairs", method=METHOD)
    used = np.flatnonzero(np.bincount(people))
    by_rater = count_table(people, codes, n_items=int(people.max()) + 1, n_labels=side)[used]
    n_rated = by_rater.sum(axis=1)
    rates = by_rater / n_rated[:, np.newaxis]
    n_raters = used.size
    # What a rater's labels meet on average among the others, times the number of the others.
    others = (rates.sum(axis=0) - rates) @ matrix
    own = np.einsum("rl,rl->r", rates, others)
    expected = float(own.sum()) / (n_raters * (n_raters - 1))
    if 1 - expected <= _ROUNDING:
        return refused("constant", method=METHOD, n=n_pairable)
    has_rating = units.ratings > 0
    n = int(has_rating.sum())
    agreeing = units.agreement(matrix)
    value = (float(agreeing.sum()) / n_pairable - expected) / (1 - expected)

    centred = (others - own[:, np.newaxis]) * (n / n_rated)[:, np.newaxis]
    deviations = np.zeros((int(used[-1]) + 1, side))
    deviations[used] = centred / (n_raters * (n_raters - 1))
    near = np.bincount(rows, weights=deviations[people, codes], minlength=has_rating.size)
    influence = n / n_pairable * (agreeing - expected * (units.pairs > 0)) - 2 * (1 - value) * near
    residuals = (influence / (1 - expected) - value)[has_rating]
    return _with_student(value, residuals, n=n_pairable, confidence=confidence)


def _units(items: IntArray, labels: IntArray, n_labels: int) -> Units:
    n_items = int(items.max(initial=-1)) + 1
    counts = count_table(labels, items, n_items=n_labels, n_labels=n_items or 1).astype(np.float64)
    ratings = counts.sum(axis=0)
    return Units(counts, ratings, ratings)


def _with_student(value: float, residuals: FloatArray, *, n: int, confidence: float) -> Estimate:
    """The value with the standard error of a mean of residuals and Student's t, cut at 1."""
    size = residuals.size
    if size < 2:
        return estimated(value, None, n=n, method=METHOD)
    se = math.sqrt(float(residuals @ residuals) / (size * (size - 1)))
    half = student_quantile(confidence, size - 1) * se
    ends = (value - half, min(1.0, value + half)) if half > 0 else None
    return estimated(value, ends, n=n, method=METHOD, se=se)


def _square(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    weights: Weights,
    values: npt.ArrayLike | None,
) -> tuple[IntArray, FloatArray]:
    """Counts of label pairs, shape (L * L,), and weights between labels, shape (L, L)."""
    first, second = as_counts(a, "a"), as_counts(b, "b")
    check_same_length(a=first, b=second)
    side = label_number(values, first, second)
    cells = np.bincount(first * side + second, minlength=side * side)
    return cells.astype(np.int64, copy=False), agreement_weights(weights, side, values)


def _cohen_error(shares: FloatArray, matrix: FloatArray, kappa: float, n: int) -> float:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed = float((shares * matrix).sum())
    expected = float(rows @ matrix @ columns)
    near = (matrix @ columns)[:, np.newaxis] + rows @ matrix
    squares = float((shares * (matrix - (1 - kappa) * near) ** 2).sum())
    variance = squares - (observed - 2 * (1 - kappa) * expected) ** 2
    # Of perfect agreement nothing is left but rounding, which may be negative.
    return math.sqrt(max(0.0, variance) / n) / (1 - expected)

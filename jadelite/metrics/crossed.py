"""A bootstrap over items and raters at once, for figures of agreement.

Resampling items alone answers: what if other items had been drawn, judged by these same raters? A
report is read as if other raters might have come as well; this interval says how much that moves.
The figures are those of `agreement` and `kappa`.
"""

import math
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_codes, as_counts, check_same_length
from jadelite.metrics._distinct import stable_order
from jadelite.metrics._units import (
    Chance,
    Level,
    Units,
    agreement_weights,
    alpha_values,
    distances,
    kappa_values,
    percent_values,
)
from jadelite.metrics.intervals import percentiles
from jadelite.metrics.result import Estimate, estimated, refused

METHOD = "crossed-bootstrap"

Coefficient = Literal["krippendorff_alpha", "percent_agreement", "gwet_ac1", "fleiss_kappa"]


def crossed_interval(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    coefficient: Coefficient,
    level: Level = "nominal",
    values: npt.ArrayLike | None = None,
    n_labels: int | None = None,
    n_resamples: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """A coefficient of agreement with an interval for other items and other raters.

    Each resample draws as many items and as many raters with replacement as there are. A rating
    weighs the product of how often its item and its rater were drawn. Copies of one rater must not
    agree with each other: within an item only pairs of different raters count. So a unit whose
    drawn ratings all come from one rater has no pair in that resample. An item drawn twice is two
    units, as in the item bootstrap.

    Parameters
    ----------
    items, raters, labels : array-like of int, shape (J judgments,)
        Codes from 0 up, each (item, rater) pair once (`counts.first_of_repeated`). A missing
        judgment has no row.
    coefficient : str
        "krippendorff_alpha", "percent_agreement", "gwet_ac1" or "fleiss_kappa".
    level, values
        Of `agreement.krippendorff_alpha`; the others are nominal.
    n_labels : int or None
        L, 1 or more; None: the largest code found + 1. It matters to AC1 only.
    n_resamples : int
        B, 0 or more. Ends of a percentile interval from 200 resamples move by about a tenth of the
        width with the seed.
    seed, confidence
        The same seed and the same rows in the same order give the same interval.

    Returns
    -------
    Estimate
        The value of the coefficient itself, with its range and its meaning of 0 and 1; n = items
        with two or more ratings; method "crossed-bootstrap". Reasons as the coefficient's own:
        "no-pairs" (empty input, a single rater), "constant". No interval ("point") where more than
        5 % of the resamples have no value, as with two raters, where half of the draws hold one of
        them only. The interval errs on the wide side.

    Raises
    ------
    ValueError
        If the lengths differ, a code is not a whole number from 0 up, the coefficient or level is
        unknown, values does not fit, or n_resamples is negative.

    References
    ----------
    Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007): resampling rows and
    columns alike gives a variance that is not below the true one, but for terms that vanish.

    Examples
    --------
    Krippendorff (2011), four observers (rows) and twelve units, alpha 0.743. With four people, who
    they are matters as much as which units they saw:

    >>> observers = ["123321412...", "1233224125..", ".33323422513", "12332441251."]
    >>> rows = [(unit, observer, int(label) - 1) for observer, row in enumerate(observers)
    ...         for unit, label in enumerate(row) if label != "."]
    >>> result = crossed_interval(*zip(*rows, strict=True), coefficient="krippendorff_alpha")
    >>> round(result.value, 3), result.n, result.method
    (0.743, 11, 'crossed-bootstrap')
    """
    if coefficient not in get_args(Coefficient):
        known = ", ".join(get_args(Coefficient))
        raise ValueError(f"coefficient is {coefficient!r}, expected one of {known}")
    if n_resamples < 0:
        raise ValueError(f"n_resamples is {n_resamples}, expected 0 or more")
    table = _Ratings(items, raters, labels, n_labels=n_labels)
    apart = None if level == "ordinal" else distances(level, table.n_labels, values)
    same = agreement_weights("identity", table.n_labels)

    def value_of(units: Units, by_item: FloatArray) -> float:
        row = by_item[np.newaxis]
        if coefficient == "krippendorff_alpha":
            found = alpha_values(units, apart, row)
        elif coefficient == "percent_agreement":
            found = percent_values(units, same, row)
        else:
            chance: Chance = "fleiss" if coefficient == "fleiss_kappa" else "gwet"
            found = kappa_values(units, same, chance, row)
        return float(found[0])

    units = table.units(np.ones(table.n_raters))
    n = int((units.pairs > 0).sum())
    if n == 0:
        return refused("no-pairs", method=METHOD)
    if coefficient == "gwet_ac1" and table.n_labels < 2:
        return refused("constant", method=METHOD, n=n)
    value = value_of(units, np.ones(table.n_items))
    if math.isnan(value):
        return refused("constant", method=METHOD, n=n)
    generator = np.random.default_rng(seed)
    resampled = np.empty(n_resamples)
    for place in range(n_resamples):
        drawn_raters = _drawn(generator, table.n_raters)
        drawn_items = _drawn(generator, table.n_items)
        resampled[place] = value_of(table.units(drawn_raters), drawn_items)
    ends = percentiles(resampled, confidence=confidence)
    if ends is not None:
        ends = min(ends[0], value), max(ends[1], value)
    return estimated(value, ends, n=n, method=METHOD)


class _Ratings:
    """Ratings sorted by item, so that weighing them anew walks through memory once.

    Items without a rating are left out and raters numbered densely: both are drawn from those that
    there are.
    """

    def __init__(
        self,
        items: npt.ArrayLike,
        raters: npt.ArrayLike,
        labels: npt.ArrayLike,
        *,
        n_labels: int | None,
    ) -> None:
        rows, people = _dense(as_counts(items, "items")), _dense(as_counts(raters, "raters"))
        codes = as_counts(labels, "labels")
        check_same_length(items=rows, raters=people, labels=codes)
        self.n_labels = int(codes.max(initial=0)) + 1 if n_labels is None else n_labels
        as_codes(codes, "labels", n_codes=self.n_labels)
        self.n_items = int(rows.max(initial=-1)) + 1
        self.n_raters = int(people.max(initial=-1)) + 1
        order = stable_order(rows)
        self._rows, self._people = rows[order], people[order]
        self._cells = codes[order] * self.n_items + self._rows
        self._weights = np.empty(rows.size)  # kept: fresh memory costs as much as the counting

    def units(self, drawn_raters: FloatArray) -> Units:
        """Items as units, every rating weighing as often as its rater was drawn, shape (R,)."""
        weights = np.take(drawn_raters, self._people, out=self._weights, mode="clip")
        shape = self.n_labels, self.n_items
        cells = np.bincount(self._cells, weights, shape[0] * shape[1]).astype(float, copy=False)
        np.multiply(weights, weights, out=weights)
        own = np.bincount(self._rows, weights, self.n_items).astype(float, copy=False)
        counts = cells.reshape(shape)
        return Units(counts, counts.sum(axis=0), own)


def _dense(codes: IntArray) -> IntArray:
    used = np.bincount(codes) > 0
    place: IntArray = np.cumsum(used) - 1
    dense: IntArray = place[codes]
    return dense


def _drawn(generator: np.random.Generator, n: int) -> FloatArray:
    """How often each of n is met in n draws with replacement, shape (n,)."""
    return np.bincount(generator.integers(0, n, size=n), minlength=n).astype(np.float64)

"""Judgments as tables bring them, made ready for the figures: one row per item, rater and label.

Reading the tables is left to the callers, who need no arrays of their own for this.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import BoolArray, IntArray, as_codes, as_counts, check_same_length
from jadelite.metrics.counts import count_table, first_of_repeated


@dataclass(frozen=True, slots=True, eq=False)
class LongForm:
    """Judgments with dense codes, each (item, rater) pair once.

    Attributes
    ----------
    items, raters, labels : ndarray of int64, shape (J judgments,)
        Codes from 0 to n_items - 1, n_raters - 1, n_labels - 1.
    n_items, n_raters, n_labels : int
        N, R and L.
    n_repeated : int
        Rows left out because the rater had judged the item in an earlier one.
    """

    items: IntArray
    raters: IntArray
    labels: IntArray
    n_items: int
    n_raters: int
    n_labels: int
    n_repeated: int

    @property
    def counts(self) -> IntArray:
        """How often each item got each label, shape (N items, L labels)."""
        return count_table(self.items, self.labels, n_items=self.n_items, n_labels=self.n_labels)


def long_form(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    n_items: int,
    n_raters: int,
    n_labels: int,
    columns: Sequence[int],
) -> LongForm:
    """Judgments with their labels in the wanted order, the first of each item and rater.

    Parameters
    ----------
    items, raters : array-like of int, shape (J rows,)
        Codes from 0 to n_items - 1 and from 0 to n_raters - 1. A missing judgment has no row.
    labels : array-like of int, shape (J rows,)
        Codes from 0 to K - 1, in whatever order labels were met.
    n_items, n_raters, n_labels : int
        N and R, 0 or more; L, 1 or more.
    columns : sequence of int, length K
        The place of each label code in the wanted order, 0 to L - 1; two codes may share a place,
        and a place may have none.

    Returns
    -------
    LongForm
        A constant label or a single rater is like any other; no rows give no judgments.

    Raises
    ------
    ValueError
        If the lengths differ, or a code is not a whole number or out of its range.

    References
    ----------
    Gwet, "Handbook of inter-rater reliability" (2014), chapter 2, on the layouts of ratings.

    Examples
    --------
    Unit 1 of Krippendorff (2011), where observers A, B and D say 1, and unit 2, where they say
    2, 2, 3 and 2, in the order in which the labels are met; the second row of A on unit 1 is left
    out.

    >>> form = long_form([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 3, 0, 1, 2, 3],
    ...                  [0, 2, 0, 0, 1, 1, 2, 1], n_items=2, n_raters=4, n_labels=3,
    ...                  columns=[0, 1, 2])
    >>> form.counts.tolist(), form.n_repeated
    ([[3, 0, 0], [0, 3, 1]], 1)
    """
    places = as_codes(np.asarray(columns, dtype=np.int64), "columns", n_codes=n_labels)
    rows = as_codes(items, "items", n_codes=n_items)
    people = as_codes(raters, "raters", n_codes=n_raters)
    codes = as_codes(labels, "labels", n_codes=places.size)
    check_same_length(items=rows, raters=people, labels=codes)
    is_first, n_repeated = first_of_repeated(rows, people)
    if n_repeated:
        rows, people, codes = rows[is_first], people[is_first], codes[is_first]
    return LongForm(
        items=rows,
        raters=people,
        labels=places[codes],
        n_items=n_items,
        n_raters=n_raters,
        n_labels=n_labels,
        n_repeated=n_repeated,
    )


def of_two_raters(form: LongForm) -> tuple[IntArray, IntArray]:
    """What the first and the second rater say of the items that both judged.

    Parameters
    ----------
    form : LongForm
        With two raters.

    Returns
    -------
    tuple of ndarray of int64, shape (M items,)
        Labels of rater 0 and of rater 1, item by item; for `pairwise.cohen_kappa`. Empty if no
        item has both, as for empty input.

    Raises
    ------
    ValueError
        If there are not two raters.

    References
    ----------
    Cohen, "A coefficient of agreement for nominal scales" (1960).

    Examples
    --------
    Units 1, 2 and 12 of Krippendorff (2011), observers A and D; D did not judge the last.

    >>> form = long_form([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [0, 0, 1, 1, 2], n_items=3, n_raters=2,
    ...                  n_labels=3, columns=[0, 1, 2])
    >>> of_two_raters(form)
    (array([0, 1]), array([0, 1]))
    """
    if form.n_raters != 2:
        raise ValueError(f"there are {form.n_raters} raters, expected 2")
    said = np.full((form.n_items, 2), -1, dtype=np.int64)
    said[form.items, form.raters] = form.labels
    both = (said >= 0).all(axis=1)
    return said[both, 0], said[both, 1]


def is_label(labels: npt.ArrayLike, label: int) -> BoolArray:
    """Where a label stands.

    Parameters
    ----------
    labels : array-like of int, shape (N,)
        Codes from 0 up.
    label : int
        The code looked for; one that does not occur is nowhere.

    Returns
    -------
    ndarray of bool, shape (N,)
        Empty for empty input.

    Raises
    ------
    ValueError
        If a code is not a whole number from 0 up.

    References
    ----------
    Fawcett, "An introduction to ROC analysis" (2006), section 2: cases of the positive class.

    Examples
    --------
    >>> is_label([0, 1, 1, 2], 1).tolist()
    [False, True, True, False]
    """
    found: BoolArray = as_counts(labels, "labels") == label
    return found

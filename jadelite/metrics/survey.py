"""A sample that was drawn from the strata of a frame at different rates, and what it weighs.

How a sample is drawn is for `sampling`, shares and their intervals are for `ratios`; sums and means
from the chances of being drawn alone are for `totals`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    as_codes,
    as_shares,
    as_weights,
    check_same_length,
)
from jadelite.metrics.resampling import patterns

_FORGIVEN = 1e-6  # of a case more judged than there are: sums of parts of votes


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Judged cases with what each stands for; made by `Sample.of`.

    Attributes
    ----------
    y : ndarray of float64, shape (N cases,)
        What people say of each case, 0 to 1: a label, or the share of votes for it.
    stratum : ndarray of int64, shape (N cases,)
        Stratum of each case, from 0 to H - 1; each stratum has cases.
    sizes : ndarray of float64, shape (H strata,)
        N_h, edits of the frame; inf (then H = 1) where it is unknown how the cases were chosen.
    shares : ndarray of float64, shape (H strata,)
        The part in which a stratum's draw enters, where several were made from one frame.
    counts : ndarray of float64, shape (N cases,)
        How often each case is there: cases alike can be one row.
    n_judged : ndarray of float64, shape (H strata,)
        m_h, cases judged in each stratum, above 0.
    """

    y: FloatArray
    stratum: IntArray
    sizes: FloatArray
    shares: FloatArray
    counts: FloatArray
    n_judged: FloatArray

    @classmethod
    def of(
        cls,
        y: npt.ArrayLike,
        stratum: npt.ArrayLike,
        sizes: npt.ArrayLike,
        *,
        shares: npt.ArrayLike | None = None,
        draws: Sequence[int] | None = None,
        sides: Sequence[int] | None = None,
        counts: npt.ArrayLike | None = None,
    ) -> "Sample":
        """A sample with every stratum judged: one without cases is joined to a neighbour.

        Parameters
        ----------
        y, stratum : array-like, shape (N cases,)
            Labels 0 to 1, and the stratum of each case, 0 to H - 1.
        sizes, shares : array-like of float, shape (H strata,)
            As the attributes; no shares = 1 each. Strata come in their order, draw by draw. Where
            any size is inf all cases weigh 1 and are one stratum.
        draws, sides : sequence of int, length H, optional
            Strata of different draws are never joined; those of one side (of a threshold, say)
            are joined first, the following before the one before. A draw without cases is left
            out. None = all alike.
        counts : array-like of float, shape (N cases,), optional
            0 or more, parts too; None = 1 each.

        Raises
        ------
        ValueError
            If lengths differ, a number is out of its range, or a stratum holds more cases than
            edits.

        References
        ----------
        Cochran, "Sampling techniques" (3rd ed. 1977), section 5A.12, on collapsed strata.

        Examples
        --------
        >>> sample = Sample.of([1, 0, 0], [0, 0, 2], [10, 5, 20])
        >>> sample.sizes.tolist(), sample.weight.tolist()
        ([10.0, 25.0], [5.0, 5.0, 25.0])
        """
        labels, held = as_shares(y, "y"), np.asarray(sizes, dtype=np.float64)
        if held.ndim != 1 or not (held > 0).all():
            raise ValueError(f"sizes are {held.tolist()}, expected numbers above 0")
        n_strata = held.size
        codes = as_codes(stratum, "stratum", n_codes=n_strata)
        times = np.ones(labels.size) if counts is None else as_weights(counts, "counts")
        parts = np.ones(n_strata) if shares is None else as_weights(shares, "shares")
        check_same_length(y=labels, stratum=codes, counts=times)
        check_same_length(sizes=held, shares=parts)
        if np.isinf(held).any():
            one = np.zeros(labels.size, dtype=np.int64)
            total = times.sum(keepdims=True)
            all_in_one = total[total > 0]
            ones = np.ones(all_in_one.size)
            return cls(labels, one, ones * np.inf, ones, times, all_in_one)
        judged = np.bincount(codes, weights=times, minlength=n_strata)
        if (judged > held + _FORGIVEN).any():
            place = int(np.argmax(judged - held))
            raise ValueError(f"{judged[place]} of {held[place]} edits judged, expected no more")
        places = _joined(
            judged > 0,
            list(draws) if draws is not None else [0] * n_strata,
            list(sides) if sides is not None else [0] * n_strata,
        )
        kept = places >= 0
        n_kept = int(places.max(initial=-1)) + 1
        summed = np.bincount(places[kept], held[kept], minlength=n_kept).astype(np.float64)
        weighing = np.zeros(n_kept)
        own = (judged > 0) & kept
        weighing[places[own]] = parts[own]
        # A row that counts 0 may lie in a stratum that was left out.
        codes = np.maximum(places[codes], 0)
        met = np.bincount(places[kept], judged[kept], minlength=n_kept).astype(np.float64)
        return cls(labels, codes, summed, weighing, times, met)

    @property
    def n(self) -> float:
        """Cases judged, each row as often as it counts."""
        return float(self.counts.sum())

    @property
    def is_drawn(self) -> bool:
        """Whether the sizes are known, so that the cases speak for a frame."""
        return bool(np.isfinite(self.sizes).all())

    @property
    def masses(self) -> FloatArray:
        """What each stratum weighs in all, shape (H,): its share of N_h, or m_h if not drawn."""
        return self.shares * self.sizes if self.is_drawn else self.n_judged

    @property
    def unjudged(self) -> FloatArray:
        """1 - m_h / N_h, shape (H,): 0 where every edit was judged, 1 where N_h is unknown."""
        return np.maximum(0.0, 1 - self.n_judged / self.sizes)

    @property
    def weight(self) -> FloatArray:
        """Edits of the frame that one case stands for, N_h / m_h, shape (N,); 1 if not drawn."""
        if not self.is_drawn:
            return np.ones(self.y.size)
        return (self.masses / self.n_judged)[self.stratum] if self.sizes.size else self.y * 0.0

    def sum_by_stratum(self, values: FloatArray) -> FloatArray:
        """Sums over the cases of each stratum, shape (H,), of values, shape (N,)."""
        sums = np.bincount(self.stratum, self.counts * values, minlength=self.sizes.size)
        return sums.astype(np.float64, copy=False)

    def n_effective(self, counted: FloatArray | BoolArray | None = None) -> float:
        """Kish's effective number of cases, (sum w)^2 / sum w^2; 0 without any.

        Parameters
        ----------
        counted : array, shape (N cases,), optional
            In what part each case counts, 0 to 1 or a mask; None = all.

        References
        ----------
        Kish, "Survey sampling" (1965), section 11.7.

        Examples
        --------
        >>> sample = Sample.of([0] * 140, [0] * 90 + [1] * 50, [900, 100])
        >>> round(sample.n_effective(), 1)
        108.7
        """
        times = self.counts if counted is None else self.counts * counted
        weight = self.weight
        squares = float((times * weight**2).sum())
        return float((times * weight).sum()) ** 2 / squares if squares else 0.0

    def with_y(self, y: npt.ArrayLike) -> "Sample":
        """The same draw with another target, shape (N cases,), 0 to 1."""
        labels = as_shares(y, "y")
        check_same_length(y=labels, stratum=self.stratum)
        return replace(self, y=labels)

    def grouped(self, *keys: npt.ArrayLike) -> tuple["Sample", list[npt.NDArray[np.generic]]]:
        """Cases alike in stratum, y and all keys as one row, and the keys of these rows.

        Parameters
        ----------
        *keys : array-like, shape (N cases,) each
            What else must be equal, such as score and kind of editor.

        Returns
        -------
        sample : Sample
            Gives the same figures, with N at most what it was.
        keys : list of ndarray, shape (new N,) each
            In the order given.

        References
        ----------
        As `Sample.of`.

        Examples
        --------
        >>> sample, (scores,) = Sample.of([1, 1, 0], [0, 0, 0], [9]).grouped([0.5, 0.5, 0.5])
        >>> sample.y.tolist(), sample.counts.tolist(), scores.tolist()
        ([0.0, 1.0], [1.0, 2.0], [0.5, 0.5])
        """
        columns = [np.asarray(key) for key in keys]
        alike = patterns(self.stratum, self.y, *columns)
        first = alike.first
        rows = Sample(
            self.y[first],
            self.stratum[first],
            self.sizes,
            self.shares,
            np.bincount(alike.of, self.counts, minlength=first.size).astype(np.float64),
            self.n_judged,
        )
        return rows, [column[first] for column in columns]


def _joined(has_cases: BoolArray, draws: list[int], sides: list[int]) -> IntArray:
    """Where each stratum went, shape (H,), -1 if its draw has no cases."""
    members = [[place] for place in range(has_cases.size)]
    kept = [
        (bool(has), draw, side) for has, draw, side in zip(has_cases, draws, sides, strict=True)
    ]
    while True:
        empty = next((place for place, (has, _, _) in enumerate(kept) if not has), None)
        if empty is None:
            break
        _, draw, side = kept.pop(empty)
        moved = members.pop(empty)
        beside = [
            place
            for place in (empty, empty - 1)
            if 0 <= place < len(kept) and kept[place][1] == draw
        ]
        if not beside:
            # Nothing was judged of this draw: it says nothing.
            continue
        place = ([one for one in beside if kept[one][2] == side] or beside)[0]
        members[place] += moved
        if kept[place][2] != side:
            kept[place] = (kept[place][0], draw, -1)
    places = np.full(has_cases.size, -1, dtype=np.int64)
    for place, strata in enumerate(members):
        places[strata] = place
    return places

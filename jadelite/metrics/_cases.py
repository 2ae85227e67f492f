"""Labelled and scored cases as the figures of a model against people take them in.

A label may be soft: a case with label y in 0..1 and weight w counts w y as positive and w (1 - y)
as negative, as if it stood twice in the data.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import (
    FloatArray,
    as_shares,
    as_weights,
    check_same_length,
    dot,
    effective_size,
)


@dataclass(frozen=True, slots=True)
class Cases:
    """Labels 0..1, probabilities and weights, each of shape (N,); only cases with weight.

    Weights are scaled so that the largest is 1: no figure built on this depends on their size, and
    squares of tiny ones don't vanish.
    """

    y: FloatArray
    p: FloatArray
    w: FloatArray

    @classmethod
    def of(
        cls, y_true: npt.ArrayLike, y_prob: npt.ArrayLike, sample_weight: npt.ArrayLike | None
    ) -> "Cases":
        """Checked input; ValueError says what is wrong with it."""
        y = as_shares(y_true, "y_true")
        p = as_shares(y_prob, "y_prob")
        check_same_length(y_true=y, y_prob=p)
        if sample_weight is None:
            return cls(y, p, np.ones(y.size))
        w = as_weights(sample_weight, "sample_weight")
        check_same_length(y_true=y, sample_weight=w)
        held = w > 0
        w = w[held]
        return cls(y[held], p[held], w / w.max(initial=0.0) if w.size else w)

    @property
    def n(self) -> int:
        """Cases with weight."""
        return self.y.size

    @property
    def n_effective(self) -> float:
        """Kish's effective number, N where all weigh alike."""
        return effective_size(self.w)

    @property
    def is_hard(self) -> bool:
        """Whether every label is 0 or 1."""
        return bool(((self.y == 0) | (self.y == 1)).all())

    @property
    def is_even(self) -> bool:
        """Whether all cases weigh alike."""
        return bool((self.w == 1).all())

    @property
    def has_both(self) -> bool:
        """Whether there is something positive and something negative."""
        return bool((self.y > 0).any() and (self.y < 1).any())

    def share(self) -> float:
        """Weighted share of positives; not for no cases."""
        return dot(self.w, self.y) / float(self.w.sum())

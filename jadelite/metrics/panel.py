"""Votes of a panel of people on one yes-or-no question, and a model against them.

Takes plain sequences as well as arrays, so that callers need no numpy of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics import agreement, calibration, classification, consensus
from jadelite.metrics.classification import Confusion
from jadelite.metrics.consensus import Unsure
from jadelite.metrics.result import Estimate


@dataclass(frozen=True)
class Votes:
    """Votes by item: three integer arrays of shape (N items,)."""

    n_yes: npt.NDArray[np.int64]
    n_no: npt.NDArray[np.int64]
    n_unsure: npt.NDArray[np.int64]

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[int, int, int]]) -> "Votes":
        """Votes from (yes, no, unsure) rows, shape (N, 3); no rows give no items."""
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])

    @property
    def n(self) -> npt.NDArray[np.int64]:
        """Votes of any kind by item, shape (N,)."""
        total: npt.NDArray[np.int64] = self.n_yes + self.n_no + self.n_unsure
        return total

    def labels(self, *, unsure: Unsure, min_votes: int) -> npt.NDArray[np.int8]:
        """What the panel decided by item: 1, 0, or -1 for undecided, shape (N,).

        `unsure` says how "not sure" counts: as half a yes, not at all, as no, or as yes. An item
        is undecided with fewer than `min_votes` counted votes or a share of exactly one half.
        """
        share = consensus.vote_share(self.n_yes, self.n_no, self.n_unsure, unsure=unsure)
        counted = self.n_yes + self.n_no if unsure == "excluded" else self.n
        return consensus.decide(share, counted, min_votes=min_votes)

    def percent_agreement(self, *, seed: int) -> Estimate:
        """Share of agreeing pairs of votes on the same item, "not sure" being a label, in 0..1."""
        return agreement.percent_agreement(self._table(), seed=seed)

    def krippendorff_alpha(self, *, seed: int) -> Estimate:
        """Nominal alpha of the votes, "not sure" being a label; at most 1, 0 is chance."""
        return agreement.krippendorff_alpha_nominal(self._table(), seed=seed)

    def _table(self) -> npt.NDArray[np.int64]:
        return np.column_stack([self.n_yes, self.n_no, self.n_unsure])


@dataclass(frozen=True)
class Comparison:
    """A model against a panel on the decided items; `n_decided` counts them."""

    n_decided: int
    confusion: Confusion
    roc_auc: Estimate
    brier: Estimate


def compare(
    votes: Votes,
    y_prob: Sequence[float],
    *,
    threshold: float,
    unsure: Unsure,
    min_votes: int,
    seed: int,
) -> Comparison:
    """A model's probabilities of yes, shape (N,), against what the panel decided.

    Undecided items are left out. Without decided items every figure has a reason, not a value.
    """
    labels = votes.labels(unsure=unsure, min_votes=min_votes)
    is_decided = labels >= 0
    y_true, kept = labels[is_decided], np.asarray(y_prob, dtype=float)[is_decided]
    return Comparison(
        n_decided=int(is_decided.sum()),
        confusion=classification.confusion(y_true, kept, threshold=threshold),
        roc_auc=classification.roc_auc(y_true, kept),
        brier=calibration.brier(y_true, kept, seed=seed),
    )


def confident_misses(
    votes: Votes,
    y_prob: Sequence[float],
    *,
    threshold: float,
    sure: float,
    firm_share: float,
    firm_votes: int,
) -> list[int]:
    """Positions of items where the model is sure and the panel firmly says the opposite.

    Firm: at least `firm_votes` votes and `firm_share` of them on one side. Sure: the probability
    is on the other side of `threshold` and at least `sure` away from the panel's side (1 for yes,
    0 for no). Widest gap first, then position.
    """
    total = np.maximum(votes.n, 1)
    is_yes = votes.n_yes / total >= firm_share
    is_firm = (votes.n >= firm_votes) & (is_yes | (votes.n_no / total >= firm_share))
    prob = np.asarray(y_prob, dtype=float)
    gap = np.where(is_yes, 1 - prob, prob)
    is_against = (prob >= threshold) != is_yes
    found = np.flatnonzero(is_firm & is_against & (gap >= sure))
    order: list[int] = found[np.argsort(-gap[found], kind="stable")].tolist()
    return order


def score_bins(
    votes: Votes, y_prob: Sequence[float], *, n_bins: int, min_votes: int
) -> list[tuple[int, int, int]]:
    """Items by probability in `n_bins` equal bins, closed on the left (1.0 in the last).

    Each bin gives (decided yes, decided no, undecided), "not sure" counting one half.
    """
    labels = votes.labels(unsure="half", min_votes=min_votes)
    prob = np.asarray(y_prob, dtype=float)
    place = np.minimum((prob * n_bins).astype(np.int64), n_bins - 1)
    columns = [np.bincount(place[labels == label], minlength=n_bins) for label in (1, 0, -1)]
    return [(int(yes), int(no), int(open_)) for yes, no, open_ in zip(*columns, strict=True)]

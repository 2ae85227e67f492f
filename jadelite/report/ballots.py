"""Votes on one yes-or-no question, by drawn edit and by who gave them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.domain.facets import NO, UNSURE, YES
from jadelite.report.counting import Counted
from jadelite.report.snapshot import Snapshot

Ints = npt.NDArray[np.int64]
LABELS = (YES, NO, UNSURE)  # columns of `counts`, codes of `label`


@dataclass(frozen=True)
class Ballots:
    """The counted answers to one question.

    `counts`: votes by row of the edits and label (yes, no, unsure), shape (T, 3). `row`,
    `reviewer` (-1: nobody knows who) and `label` (position in LABELS) by vote, shape (V,), in the
    order they were stored. `edit` numbers the revisions of the rows, shape (T,): an edit drawn for
    two streams has two rows.
    """

    question: str
    counts: Ints
    row: Ints
    reviewer: Ints
    label: Ints
    edit: Ints

    @property
    def n_votes(self) -> Ints:
        """Votes by row, shape (T,)."""
        total: Ints = self.counts.sum(axis=1)
        return total

    def by_edit(self) -> Ints:
        """Votes by edit, whatever stream they were given in, shape (E, 3); edits without votes are
        left out."""
        n_edits = int(self.edit.max()) + 1 if self.edit.size else 0
        cells = np.bincount(
            self.edit[self.row] * len(LABELS) + self.label, minlength=n_edits * len(LABELS)
        )
        table = cells.reshape(n_edits, len(LABELS)).astype(np.int64)
        voted: Ints = table[table.sum(axis=1) > 0]
        return voted


def ballots_of(snapshot: Snapshot, counted: Counted, question: str) -> Ballots:
    """The counted answers to a yes-or-no question of the snapshot."""
    place = [item.name for item in snapshot.facts.questions].index(question)
    values = snapshot.answer_values[place]
    codes = np.asarray(snapshot.judgments.answers[place])
    # Position of each stored value among LABELS; values that are none of them are not counted.
    known = np.array(
        [LABELS.index(value) if value in LABELS else -1 for value in values] + [-1], dtype=np.int64
    )
    label = known[codes]  # code -1 (no answer) is the last
    kept = np.flatnonzero(counted.used & (label >= 0))
    row = np.asarray(snapshot.judgments.edit)[kept].astype(np.int64)
    n_rows = len(snapshot.edits.rev_id)
    counts = np.bincount(row * len(LABELS) + label[kept], minlength=n_rows * len(LABELS))
    _, edit = np.unique(np.asarray(snapshot.edits.rev_id), return_inverse=True)
    return Ballots(
        question=question,
        counts=counts.reshape(n_rows, len(LABELS)).astype(np.int64),
        row=row,
        reviewer=np.asarray(snapshot.judgments.reviewer)[kept].astype(np.int64),
        label=label[kept],
        edit=edit.astype(np.int64),
    )

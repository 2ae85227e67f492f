"""Labels to train on: blind judgments of people, edit by edit, with every vote kept."""

import math
from dataclasses import dataclass, replace

import numpy as np

from jadelite.report import counting
from jadelite.report.ballots import LABELS, ballots_of
from jadelite.report.snapshot import STREAMS, Snapshot


@dataclass(frozen=True)
class TrainingLabel:
    """What people say of an edit on one question.

    `share` of yes, "not sure" being half a yes; `majority` yes or no, None where they are split.
    `inclusion_probability`: the chance with which the edit was drawn, None where unknown.
    """

    rev_id: int
    question: str
    n_yes: int
    n_no: int
    n_unsure: int
    share: float
    majority: str | None
    stream: str
    inclusion_probability: float | None


def labels_of(snapshot: Snapshot, *, guideline: int | None = None) -> list[TrainingLabel]:
    """The counted votes on yes-or-no questions, by question, stream and revision.

    With `guideline` only judgments that were given under that version of it. Edits without such
    votes are left out.
    """
    is_import = snapshot.facts.kind == "import"
    counted = counting.count(snapshot.judgments, may_be_unknown=is_import)
    if guideline is not None:
        held = np.asarray(snapshot.judgments.guideline) == guideline
        counted = replace(counted, used=counted.used & held)
    found = []
    for question in snapshot.facts.questions:
        if not question.is_yes_or_no:
            continue
        ballots = ballots_of(snapshot, counted, question.name)
        for row in np.flatnonzero(ballots.n_votes).tolist():
            n_yes, n_no, n_unsure = (int(n) for n in ballots.counts[row])
            share = (n_yes + n_unsure / 2) / (n_yes + n_no + n_unsure)
            chance = snapshot.edits.inclusion_probability[row]
            found.append(
                TrainingLabel(
                    rev_id=snapshot.edits.rev_id[row],
                    question=question.name,
                    n_yes=n_yes,
                    n_no=n_no,
                    n_unsure=n_unsure,
                    share=share,
                    majority=None if share == 0.5 else LABELS[0] if share > 0.5 else LABELS[1],
                    stream=STREAMS[snapshot.edits.stream[row]],
                    inclusion_probability=None if math.isnan(chance) else chance,
                )
            )
    return found

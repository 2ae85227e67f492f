"""Questions that are not answered by yes or no: scales, own labels, several labels at once.

Counts and agreement among people; no model is laid beside them.
"""

import numpy as np
import numpy.typing as npt

from jadelite.domain.facets import UNSURE, Question
from jadelite.domain.reports import LabelCount, LabelReport
from jadelite.metrics.agreement import krippendorff_alpha, percent_agreement
from jadelite.metrics.counts import count_table
from jadelite.report.counting import Counted
from jadelite.report.figures import figure
from jadelite.report.snapshot import Snapshot

Ints = npt.NDArray[np.int64]


def label_reports(snapshot: Snapshot, counted: Counted, *, seed: int) -> tuple[LabelReport, ...]:
    """Reports on the questions that have other labels than yes and no, in their order."""
    return tuple(
        _report(snapshot, counted, place, seed)
        for place, question in enumerate(snapshot.facts.questions)
        if not question.is_yes_or_no
    )


def _report(snapshot: Snapshot, counted: Counted, place: int, seed: int) -> LabelReport:
    question, values = snapshot.facts.questions[place], snapshot.answer_values[place]
    codes = np.asarray(snapshot.judgments.answers[place])
    kept = np.flatnonzero(counted.used & (codes >= 0))
    codes = codes[kept]
    _, edit_of = np.unique(np.asarray(snapshot.edits.rev_id), return_inverse=True)
    edits = edit_of[np.asarray(snapshot.judgments.edit)[kept]].astype(np.int64)
    table = _table(question, values, codes, edits)
    return LabelReport(
        question=question.name,
        kind=question.kind,
        is_ordinal=question.is_scale,
        n_answers=int(codes.size),
        n_edits=int(np.unique(edits).size),
        counts=_counts(question, values, codes),
        percent_agreement=figure(percent_agreement(table, seed=seed)),
        krippendorff_alpha=figure(
            krippendorff_alpha(
                table, level="ordinal" if question.is_scale else "nominal", seed=seed
            )
        ),
    )


def _counts(
    question: Question, values: tuple[str, ...], codes: npt.NDArray[np.int16]
) -> tuple[LabelCount, ...]:
    """How often each label was chosen, alone or with others."""
    n_by_value = np.bincount(codes, minlength=len(values)).tolist()
    n_by_label = dict.fromkeys(question.labels, 0)
    for value, n in zip(values, n_by_value, strict=True):
        for label in question.chosen(value):
            if label in n_by_label:
                n_by_label[label] += n
    return tuple(LabelCount(label, n) for label, n in n_by_label.items())


def _table(
    question: Question, values: tuple[str, ...], codes: npt.NDArray[np.int16], edits: Ints
) -> Ints:
    """Answers counted by edit and value, "not sure" left out.

    Values of a scale ascend. Where several labels may be chosen, two answers agree if they hold
    the same labels.
    """
    if question.is_scale:
        order = sorted((label for label in question.labels if label != UNSURE), key=int)
    else:
        order = sorted({values[code] for code in np.unique(codes).tolist()} - {UNSURE})
    column = np.array([order.index(v) if v in order else -1 for v in values], dtype=np.int64)[codes]
    clear = column >= 0
    _, items = np.unique(edits[clear], return_inverse=True)
    n_items = int(items.max(initial=-1)) + 1
    return count_table(items, column[clear], n_items=n_items, n_labels=max(1, len(order)))

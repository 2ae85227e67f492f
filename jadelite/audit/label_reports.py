"""Reports on questions that are not answered by yes or no: scales, own labels, several labels.

Counts and agreement among people; no model is laid beside them. Numbers are made in `metrics`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from jadelite.db.judgments import CountedAnswer
from jadelite.domain.facets import UNSURE, Facet, Question
from jadelite.domain.reports import Figure, LabelCount, LabelReport
from jadelite.metrics.agreement import (
    count_table,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
    percent_agreement,
)
from jadelite.metrics.result import Estimate


def of_labels(facet: Facet, used: Iterable[CountedAnswer], *, seed: int) -> tuple[LabelReport, ...]:
    """Reports on the facet's questions that have other labels than yes and no, in their order."""
    answers = list(used)
    return tuple(
        _report(question, [answer for answer in answers if answer.question == question.name], seed)
        for question in facet.questions
        if not question.is_yes_or_no
    )


def _report(question: Question, answers: Sequence[CountedAnswer], seed: int) -> LabelReport:
    counts = Counter(label for answer in answers for label in question.chosen(answer.value))
    items, labels, n_items, n_labels = _codes(question, answers)
    table = count_table(items, labels, n_items=n_items, n_labels=n_labels)
    alpha = krippendorff_alpha_ordinal if question.is_scale else krippendorff_alpha_nominal
    return LabelReport(
        question=question.name,
        kind=question.kind,
        is_ordinal=question.is_scale,
        n_answers=len(answers),
        n_edits=len({answer.edit_id for answer in answers}),
        counts=tuple(LabelCount(label, counts[label]) for label in question.labels),
        percent_agreement=_figure(percent_agreement(table, seed=seed)),
        krippendorff_alpha=_figure(alpha(table, seed=seed)),
    )


def _codes(
    question: Question, answers: Sequence[CountedAnswer]
) -> tuple[list[int], list[int], int, int]:
    """Edit and answer of each as codes, "not sure" left out, and how many there are of both.

    Answers of a scale ascend. Where several labels may be chosen, two answers agree if they hold
    the same labels.
    """
    clear = [answer for answer in answers if answer.value != UNSURE]
    if question.is_scale:
        values = sorted((label for label in question.labels if label != UNSURE), key=int)
    else:
        values = sorted({answer.value for answer in clear})
    column = {value: place for place, value in enumerate(values)}
    row = {edit: place for place, edit in enumerate(sorted({a.edit_id for a in clear}))}
    return (
        [row[answer.edit_id] for answer in clear],
        [column[answer.value] for answer in clear],
        len(row),
        max(1, len(values)),
    )


def _figure(estimate: Estimate) -> Figure:
    return Figure(**asdict(estimate))

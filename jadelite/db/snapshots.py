"""A campaign's report snapshot, read in one state of the data: the same on either database.

Rows of edits that some headline task still asks about are left out: figures over them would give
their votes and scores away, by subtraction. How many judgments that are is a fact of the snapshot.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import nan

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db import designs, facets, guardrails, masking, snapshot_rows
from jadelite.db.judgments import question_ids
from jadelite.db.snapshot_facts import frame_of, models_of, notes_of, repeats_of, strata_of
from jadelite.db.snapshot_rows import (
    JUDGMENT_CHOICES,
    NONE,
    TASK_CHOICES,
    GivenColumns,
    TaskColumns,
)
from jadelite.db.sql_codes import decode, slots
from jadelite.db.tables import ReviewerRow, TaskRow
from jadelite.domain.campaigns import HEADLINE_STREAMS, Campaign
from jadelite.domain.facets import Question
from jadelite.report.columns import (
    Column,
    Places,
    at_least,
    distinct,
    looked_up,
    replaced,
    sorted_places,
    taken,
    where,
)
from jadelite.report.counting import count
from jadelite.report.snapshot import (
    EDIT_CODES,
    JUDGMENT_CODES,
    REVIEWER_KINDS,
    UNKNOWN,
    EditColumns,
    Facts,
    GuardrailFacts,
    JudgmentColumns,
    Snapshot,
)

N_FIELDS = 7  # of a judgment, before its answers
ANSWER_CODE = "h"
FLAG_CODES = (0, 1, UNKNOWN)  # in the order of snapshot_rows.FLAGS
CHUNK = 500


def load(session: Session, campaign: Campaign) -> Snapshot:
    """The snapshot of a campaign."""
    campaign_id = campaign.campaign_id
    facet = facets.load(session, campaign.facet)
    numbers = question_ids(session, campaign.facet)
    draws = tuple(
        draw
        for draw in designs.of_campaign(session, campaign_id)
        if draw.stream in HEADLINE_STREAMS
    )
    models = models_of(session, campaign, [q.name for q in facet.questions if q.is_yes_or_no])
    masked = masking.masked_edits(
        session,
        select(TaskRow.edit_id).where(
            TaskRow.campaign_id == campaign_id, TaskRow.stream.in_(HEADLINE_STREAMS)
        ),
    )
    tasks = snapshot_rows.tasks(session, campaign_id, [row for row, _ in models])
    asked = {numbers[question.name]: question for question in facet.questions}
    given = snapshot_rows.judgments(session, campaign_id, asked)
    kinds = _kinds(session, given.reviewer_id)
    kept, waiting = _order(tasks, masked)
    judgments = _Judgments(given, tasks, kept)
    answers, values = _answers(session, campaign_id, judgments, asked)
    kept_back = _Judgments(given, tasks, waiting).columns(kinds, _Codes(), ())
    left_out = count(kept_back, may_be_unknown=campaign.kind == "import")
    languages = _Codes()
    return Snapshot(
        edits=_edits(
            tasks, kept, [stratum.stratum_id for draw in draws for stratum in draw.strata]
        ),
        judgments=judgments.columns(kinds, languages, answers),
        answer_values=values,
        facts=Facts(
            campaign=campaign.slug,
            wiki=campaign.wiki,
            kind=campaign.kind,
            k=campaign.k,
            is_evidence=campaign.is_evidence,
            questions=facet.questions,
            notes=notes_of(session, campaign_id),
            languages=tuple(languages),
            n_edits=len(set(tasks.edit_id)),
            n_judgments_waiting=left_out.n_judgments,
            n_blind_waiting=int(left_out.used.sum()),
            n_exposed_waiting=left_out.n_exposed,
            n_withdrawn_waiting=left_out.n_withdrawn,
            n_bots_waiting=left_out.n_bots,
            frame=frame_of(draws),
            strata=strata_of(draws),
            models=tuple(facts for _, facts in models),
            guardrails=_guardrails(session, campaign_id),
            repeats=repeats_of(session, campaign_id, numbers, masked),
        ),
    )


class _Codes(dict[str, int]):
    """Codes of texts from 0 in the order of first appearance; UNKNOWN for none."""

    def __missing__(self, text: str) -> int:
        if not text:
            return UNKNOWN
        self[text] = len(self)
        return self[text]


class _Judgments:
    """The judgments on some tasks, in the order in which they were stored.

    `rows` are places of the tasks in the order of a snapshot.
    """

    def __init__(self, given: GivenColumns, tasks: TaskColumns, rows: Places) -> None:
        self._given = given
        task_ids = taken(tasks.task_id, rows)
        self._row_of = {task_id: row for row, task_id in enumerate(task_ids)}
        self._order = sorted_places(given.judgment_id)
        if len(task_ids) < len(tasks.task_id):
            self._order = where(given.task_id, task_ids, self._order, is_in=True)

    def ids(self) -> "array[int]":
        """Their row numbers."""
        return taken(self._given.judgment_id, self._order)

    def answers(self, number: int) -> "array[int]":
        """One of the numbers that hold their answers."""
        return taken(self._given.answers[number], self._order)

    def columns(
        self, kinds: Mapping[int, str], languages: _Codes, answers: tuple["array[int]", ...]
    ) -> JudgmentColumns:
        """The columns of a snapshot; reviewers and languages are numbered as they appear."""
        given = self._given
        codes = taken(given.code, self._order)
        parts = {code: decode(code, JUDGMENT_CHOICES) for code in distinct(codes)}
        reviewers = taken(given.reviewer_id, self._order)
        known = [row for row in distinct(reviewers) if row != NONE]
        spoken = taken(given.language, self._order)

        def part(place: int, name: str) -> "array[int]":
            return coded(name, codes, {code: found[place] for code, found in parts.items()})

        def coded(name: str, values: "array[int]", table: Mapping[int, int]) -> "array[int]":
            return looked_up(values, table, JUDGMENT_CODES[name])

        def number(name: str, values: "array[int]") -> "array[int]":
            return replaced(taken(values, self._order), NONE, UNKNOWN, JUDGMENT_CODES[name])

        numbers = {row: number for number, row in enumerate(known)}
        kind_of = {row: REVIEWER_KINDS.index(kinds[row]) for row in known}
        language_of = {code: languages[given.languages[code]] for code in distinct(spoken)}
        seconds: array[float] = replaced(taken(given.seconds, self._order), NONE, nan, "d")
        return JudgmentColumns(
            edit=coded("edit", taken(given.task_id, self._order), self._row_of),
            reviewer=coded("reviewer", reviewers, {**numbers, NONE: UNKNOWN}),
            reviewer_kind=coded("reviewer_kind", reviewers, {**kind_of, NONE: UNKNOWN}),
            revision=number("revision", given.revision),
            action=part(0, "action"),
            score_seen=part(1, "score_seen"),
            peers_seen=part(2, "peers_seen"),
            origin=part(3, "origin"),
            language=coded("language", spoken, language_of),
            guideline=number("guideline", given.guideline),
            day=number("day", given.day),
            seconds=at_least(seconds, 0),  # of a clock that went back nothing is known
            answers=answers,
        )


def _answers(
    session: Session, campaign_id: int, given: _Judgments, asked: Mapping[int, Question]
) -> tuple[tuple["array[int]", ...], tuple[tuple[str, ...], ...]]:
    """Codes of the answers to each question, and their values: labels first, then others."""
    columns, values = [], []
    for (question_id, question), slot in zip(
        asked.items(), slots(list(asked.values())), strict=True
    ):
        known = _Codes((label, code) for code, label in enumerate(question.labels))
        packed = given.answers(slot.number)
        # In the number 0 is no answer; what comes after the labels is something else.
        codes = {number: slot.code(number) - 1 for number in distinct(packed)}
        found = looked_up(packed, codes, ANSWER_CODE)
        other = len(question.labels)
        if other in codes.values():
            texts = snapshot_rows.other_answers(session, campaign_id, question_id, question.labels)
            for place, judgment_id in enumerate(given.ids()):
                if found[place] == other:
                    found[place] = known[texts[judgment_id]]
        columns.append(found)
        values.append(tuple(known))
    return tuple(columns), tuple(values)


def _order(tasks: TaskColumns, masked: set[int]) -> tuple[Places, Places]:
    """Places of the rows in the order of a snapshot: those kept, and those still asked about."""
    stream_of = {code: decode(code, TASK_CHOICES)[0] for code in distinct(tasks.code)}
    streams = looked_up(tasks.code, stream_of, EDIT_CODES["stream"])
    order = sorted_places(streams, tasks.rev_id)
    of_masked = sorted(masked)
    return (
        where(tasks.edit_id, of_masked, order, is_in=False),
        where(tasks.edit_id, of_masked, order, is_in=True),
    )


def _edits(tasks: TaskColumns, order: Places, strata: Sequence[int]) -> EditColumns:
    """The kept rows; `strata` are row numbers in the order of Facts.strata."""
    codes = taken(tasks.code, order)
    parts = {code: decode(code, TASK_CHOICES) for code in distinct(codes)}

    def part(place: int, name: str, values: Sequence[int] | None = None) -> "array[int]":
        table = {
            code: values[found[place]] if values else found[place] for code, found in parts.items()
        }
        return looked_up(codes, table, EDIT_CODES[name])

    def number(name: str, column: Column, missing: float = UNKNOWN) -> Column:
        return replaced(taken(column, order), NONE, missing, EDIT_CODES[name])

    namespace = taken(tasks.namespace, order)
    place_of = {row: place for place, row in enumerate(strata)}
    return EditColumns(
        rev_id=number("rev_id", tasks.rev_id),
        stream=part(0, "stream"),
        stratum=looked_up(
            taken(tasks.stratum_id, order), place_of, EDIT_CODES["stratum"], other=UNKNOWN
        ),
        inclusion_probability=taken(tasks.inclusion_probability, order),
        namespace=number("namespace", tasks.namespace, 0),
        has_namespace=looked_up(namespace, {NONE: 0}, EDIT_CODES["has_namespace"], other=1),
        editor=part(1, "editor"),
        size_change=number("size_change", tasks.size_change, nan),
        day=number("day", tasks.day),
        hour=number("hour", tasks.hour),
        is_mobile=part(2, "is_mobile", FLAG_CODES),
        was_reverted=part(3, "was_reverted", FLAG_CODES),
        was_restored=part(4, "was_restored", FLAG_CODES),
        scores=tuple(taken(column, order) for column in tasks.scores),
    )


def _kinds(session: Session, reviewer_ids: Iterable[int]) -> dict[int, str]:
    """Kinds of reviewers by row number."""
    wanted = sorted(row for row in set(reviewer_ids) if row != NONE)
    found: dict[int, str] = {}
    for part in _parts(wanted):
        query = select(ReviewerRow.reviewer_id, ReviewerRow.kind).where(
            ReviewerRow.reviewer_id.in_(part)
        )
        found.update((row[0], row[1]) for row in session.execute(query))
    return found


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _guardrails(session: Session, campaign_id: int) -> tuple[GuardrailFacts, ...]:
    """The bounds in force."""
    return tuple(
        GuardrailFacts(
            model=bound.model,
            question=bound.question,
            figure=bound.figure,
            side=bound.side,
            value=bound.value,
            action=bound.action,
            written_on=bound.written_at.date().isoformat(),
        )
        for bound in guardrails.of_campaign(session, campaign_id)
        if bound.ended_at is None
    )

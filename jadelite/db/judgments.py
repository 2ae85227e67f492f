"""Queries on judgments: append one, read those of a task, load what a report counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from jadelite.db import notes, tallies
from jadelite.db.contents import open_part
from jadelite.db.notes import NewNote
from jadelite.db.tables import (
    AnswerRow,
    ContentKeyRow,
    FacetRow,
    JudgmentRow,
    JudgmentTagRow,
    NoteRow,
    QuestionRow,
    ReviewerRow,
    TaskRow,
)
from jadelite.domain.judgments import Action, Exposure, Judgment, Origin

CHUNK = 500


@dataclass(frozen=True)
class NewJudgment:
    """A judgment about to be appended; `revision` counts from 1 for a reviewer and task."""

    task_id: int
    reviewer_id: int | None
    revision: int
    supersedes_id: int | None
    answers: Mapping[str, str]
    note: str | None
    note_language: str | None
    score_seen: Exposure
    peers_seen: Exposure
    client_key: str
    origin: Origin
    ui_language: str | None = None
    shown_at: datetime | None = None
    answered_at: datetime | None = None
    action: Action = "judge"
    import_batch_id: int | None = None
    tags: tuple[str, ...] = ()
    context_opened: tuple[str, ...] = ()
    guideline_version: int | None = None
    consent_version: int | None = None


@dataclass(frozen=True)
class NewestJudgment:
    """What a further judgment of the same reviewer and task would supersede."""

    judgment_id: int
    revision: int
    answered_at: datetime | None


def add(
    session: Session,
    new: NewJudgment,
    *,
    campaign_id: int,
    facet: str,
    form_id: int | None,
    now: datetime,
) -> int:
    """Append a judgment with its answers and note; its row number.

    A clash with the same reviewer's other request surfaces here.
    """
    return add_many(session, [new], campaign_id=campaign_id, facet=facet, form_id=form_id, now=now)[
        0
    ]


def add_many(
    session: Session,
    batch: Sequence[NewJudgment],
    *,
    campaign_id: int,
    facet: str,
    form_id: int | None,
    now: datetime,
) -> list[int]:
    """Append judgments on tasks of a campaign, with their answers and notes; row numbers in the
    same order."""
    if not batch:
        return []
    rows = [
        {
            "task_id": new.task_id,
            "reviewer_id": new.reviewer_id,
            "revision": new.revision,
            "supersedes_id": new.supersedes_id,
            "action": new.action,
            "score_seen": new.score_seen,
            "peers_seen": new.peers_seen,
            "context_opened": list(new.context_opened) or None,
            "ui_language": new.ui_language,
            "guideline_version": new.guideline_version,
            "consent_version": new.consent_version,
            "form_id": form_id,
            "shown_at": new.shown_at,
            "answered_at": new.answered_at,
            "stored_at": now,
            "client_key": new.client_key,
            "origin": new.origin,
            "import_batch_id": new.import_batch_id,
        }
        for new in batch
    ]
    statement = insert(JudgmentRow).returning(JudgmentRow.judgment_id, sort_by_parameter_order=True)
    ids = list(session.scalars(statement, rows))
    # Who has judged in the campaign; what is taken back had been given before.
    people = {new.reviewer_id for new in batch if new.action == "judge"}
    tallies.add_people(session, campaign_id, (who for who in people if who is not None))
    numbers = question_ids(session, facet)
    answers = [
        {"judgment_id": judgment_id, "question_id": numbers[question], "value": value}
        for judgment_id, new in zip(ids, batch, strict=True)
        for question, value in new.answers.items()
        if value
    ]
    if answers:
        session.execute(insert(AnswerRow), answers)
    tags = [
        {"judgment_id": judgment_id, "tag": tag}
        for judgment_id, new in zip(ids, batch, strict=True)
        for tag in sorted(set(new.tags))
    ]
    if tags:
        session.execute(insert(JudgmentTagRow), tags)
    notes.add(
        session,
        [
            NewNote(
                judgment_id, new.task_id, new.note, new.note_language, bool(new.import_batch_id)
            )
            for judgment_id, new in zip(ids, batch, strict=True)
            if new.note
        ],
    )
    return ids


def question_ids(session: Session, facet: str) -> dict[str, int]:
    """Row numbers of a facet's questions by name; asked once in a transaction."""
    cached: dict[str, dict[str, int]] = session.info.setdefault("question_ids", {})
    if facet not in cached:
        query = (
            select(QuestionRow.name, QuestionRow.question_id)
            .join(FacetRow, FacetRow.facet_id == QuestionRow.facet_id)
            .where(FacetRow.name == facet)
        )
        cached[facet] = {row.name: row.question_id for row in session.execute(query)}
    return cached[facet]


def of_task(session: Session, task_id: int) -> list[Judgment]:
    """All judgments of a task, revisions included, oldest first. Two queries."""
    return _judgments(session, _query().where(JudgmentRow.task_id == task_id))


def of_tasks(session: Session, task_ids: Sequence[int]) -> list[Judgment]:
    """All judgments of some tasks, revisions included, oldest first; few queries for many."""
    found: list[Judgment] = []
    for start in range(0, len(task_ids), CHUNK):
        part = task_ids[start : start + CHUNK]
        found += _judgments(session, _query().where(JudgmentRow.task_id.in_(part)))
    return found


def of_campaigns_edit(session: Session, campaign_id: int, edit_id: int) -> list[Judgment]:
    """All judgments of an edit in a campaign, silent repeats left out, oldest first."""
    in_tasks = select(TaskRow.task_id).where(
        TaskRow.edit_id == edit_id, TaskRow.campaign_id == campaign_id, TaskRow.repeat_no == 0
    )
    return _judgments(session, _query().where(JudgmentRow.task_id.in_(in_tasks)))


def of_edit(session: Session, edit_id: int) -> list[Judgment]:
    """All judgments of an edit, in any campaign, oldest first. Silent repeats are left out."""
    in_tasks = select(TaskRow.task_id).where(TaskRow.edit_id == edit_id, TaskRow.repeat_no == 0)
    return _judgments(session, _query().where(JudgmentRow.task_id.in_(in_tasks)))


def of_reviewer(session: Session, task_id: int, reviewer_id: int) -> list[Judgment]:
    """A reviewer's judgments of a task and their withdrawals, oldest first."""
    query = _query().where(JudgmentRow.task_id == task_id, JudgmentRow.reviewer_id == reviewer_id)
    return _judgments(session, query)


def latest_of(session: Session, task_id: int, reviewer_id: int) -> Judgment | None:
    """A reviewer's newest judgment of a task, or its withdrawal; None without one."""
    found = of_reviewer(session, task_id, reviewer_id)
    return found[-1] if found else None


def revision_count(session: Session, task_id: int, reviewer_id: int) -> int:
    """How many rows a reviewer has on a task."""
    return (
        session.scalar(
            select(func.max(JudgmentRow.revision)).where(
                JudgmentRow.task_id == task_id, JudgmentRow.reviewer_id == reviewer_id
            )
        )
        or 0
    )


def was_counted(session: Session, task_id: int, reviewer_id: int) -> bool:
    """Whether what a reviewer's newest row took back had counted for the edit to be complete."""
    query = (
        select(JudgmentRow.action, JudgmentRow.score_seen)
        .where(JudgmentRow.task_id == task_id, JudgmentRow.reviewer_id == reviewer_id)
        .order_by(JudgmentRow.revision)
    )
    is_counted = False
    for action, score_seen in session.execute(query).all()[:-1]:
        is_counted = action == "judge" and (is_counted or score_seen != "yes")
    return is_counted


def consent_version(session: Session, reviewer_id: int) -> int | None:
    """The version of the consent a reviewer gave; None if they were never asked."""
    return session.scalar(
        select(ReviewerRow.consent_version).where(ReviewerRow.reviewer_id == reviewer_id)
    )


def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Those client keys that are stored already."""
    wanted = sorted(set(keys))
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found.update(
            session.scalars(select(JudgmentRow.client_key).where(JudgmentRow.client_key.in_(part)))
        )
    return found


def newest_by_task(
    session: Session, task_ids: Iterable[int]
) -> dict[tuple[int, int], NewestJudgment]:
    """The newest row of each known reviewer on the tasks, by (task, reviewer)."""
    wanted = sorted(set(task_ids))
    found: dict[tuple[int, int], NewestJudgment] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(JudgmentRow)
            .where(
                JudgmentRow.task_id.in_(wanted[start : start + CHUNK]),
                JudgmentRow.reviewer_id.is_not(None),
            )
            .order_by(JudgmentRow.revision)
        )
        for row in session.scalars(query):
            newest = NewestJudgment(row.judgment_id, row.revision, row.answered_at)
            found[(row.task_id, cast("int", row.reviewer_id))] = newest
    return found


def count_since(session: Session, reviewer_id: int, since: datetime) -> int:
    """How many edits a reviewer judged since some time (leans on reviewer_id, answered_at)."""
    return (
        session.scalar(
            select(func.count()).where(
                JudgmentRow.reviewer_id == reviewer_id,
                JudgmentRow.answered_at >= since,
                JudgmentRow.revision == 1,
            )
        )
        or 0
    )


def _query() -> Select[Any]:
    query: Any = (
        select(
            JudgmentRow,
            ReviewerRow.pseudonym,
            ReviewerRow.kind,
            NoteRow.sealed,
            NoteRow.is_hidden,
            TaskRow.edit_id,
            ContentKeyRow.key,
        )
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .outerjoin(ReviewerRow, ReviewerRow.reviewer_id == JudgmentRow.reviewer_id)
        .outerjoin(NoteRow, NoteRow.judgment_id == JudgmentRow.judgment_id)
        .outerjoin(
            ContentKeyRow,
            (ContentKeyRow.edit_id == TaskRow.edit_id)
            & (ContentKeyRow.part == "note")
            & NoteRow.judgment_id.is_not(None),
        )
        .order_by(JudgmentRow.judgment_id)
    )
    return cast("Select[Any]", query)


def _judgments(session: Session, query: Select[Any]) -> list[Judgment]:
    rows = session.execute(query).all()
    ids = [row[0].judgment_id for row in rows]
    answers, tags = _answers(session, ids), _tags(session, ids)
    return [
        Judgment(
            judgment_id=row.judgment_id,
            task_id=row.task_id,
            reviewer_id=row.reviewer_id,
            reviewer=pseudonym,
            reviewer_kind=kind,
            action=row.action,
            answers=answers.get(row.judgment_id, {}),
            note=None if is_hidden else open_part(key, "note", edit_id, sealed),
            score_seen=row.score_seen,
            peers_seen=row.peers_seen,
            supersedes_id=row.supersedes_id,
            answered_at=row.answered_at,
            tags=tags.get(row.judgment_id, ()),
        )
        for row, pseudonym, kind, sealed, is_hidden, edit_id, key in rows
    ]


def _answers(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    answers: dict[int, dict[str, str]] = {}
    for start in range(0, len(ids), CHUNK):
        query = (
            select(AnswerRow.judgment_id, QuestionRow.name, AnswerRow.value)
            .join(QuestionRow, QuestionRow.question_id == AnswerRow.question_id)
            .where(AnswerRow.judgment_id.in_(ids[start : start + CHUNK]))
            .order_by(QuestionRow.position)
        )
        for judgment_id, question, value in session.execute(query):
            answers.setdefault(judgment_id, {})[question] = value
    return answers


def _tags(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    tags: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(ids), CHUNK):
        query = (
            select(JudgmentTagRow.judgment_id, JudgmentTagRow.tag)
            .where(JudgmentTagRow.judgment_id.in_(ids[start : start + CHUNK]))
            .order_by(JudgmentTagRow.tag)
        )
        for judgment_id, tag in session.execute(query):
            tags[judgment_id] = (*tags.get(judgment_id, ()), tag)
    return tags

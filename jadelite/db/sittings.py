"""Queries on sittings: rounds of edits of a reviewer in a campaign, and how far they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from jadelite.db.tables import AnswerRow, JudgmentRow, QuestionRow, SittingRow, TaskRow
from jadelite.domain.campaigns import MAX_DONE, Campaign, RunningSitting, Sitting, Stream

MAX_UNDONE = 10  # so many judgments back an undo can go
_OTHER = aliased(JudgmentRow)  # made once: an alias costs more than the query it stands in


def start(
    session: Session,
    campaign_id: int,
    reviewer_id: int,
    *,
    length: int | None,
    reveals: Literal["each", "end"],
    stream: Stream | None,
    now: datetime,
) -> Sitting:
    """Begin a sitting. Flushes to get its number; the caller ended the one before."""
    row = SittingRow(
        campaign_id=campaign_id,
        reviewer_id=reviewer_id,
        stream=stream,
        length=length,
        reveals=reveals,
        started_at=now,
    )
    session.add(row)
    session.flush()
    return _sitting(row)


def running(session: Session, reviewer_id: int) -> list[Sitting]:
    """A reviewer's running sittings, newest first."""
    query = (
        select(SittingRow)
        .where(SittingRow.reviewer_id == reviewer_id, SittingRow.ended_at.is_(None))
        .order_by(SittingRow.sitting_id.desc())
    )
    return [_sitting(row) for row in session.scalars(query)]


def newest(session: Session, campaign_id: int, reviewer_id: int) -> Sitting | None:
    """A reviewer's newest sitting in a campaign, running or ended; None if there was none."""
    query = _of(campaign_id, reviewer_id).order_by(SittingRow.sitting_id.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else _sitting(row)


def running_in(session: Session, campaign: Campaign, reviewer_id: int) -> RunningSitting | None:
    """A reviewer's running sitting in a campaign with its progress; None without one."""
    row = session.scalar(
        _of(campaign.campaign_id, reviewer_id)
        .where(SittingRow.ended_at.is_(None))
        .order_by(SittingRow.sitting_id.desc())
        .limit(1)
    )
    if row is None:
        return None
    sitting = _sitting(row)
    return RunningSitting(sitting, campaign, n_done(session, sitting))


def end(session: Session, campaign_id: int, reviewer_id: int, now: datetime) -> Sequence[Sitting]:
    """End a reviewer's running sittings in a campaign; those that were."""
    rows = session.scalars(_of(campaign_id, reviewer_id).where(SittingRow.ended_at.is_(None))).all()
    for row in rows:
        row.ended_at = now
    session.flush()
    return [_sitting(row) for row in rows]


def n_done(session: Session, sitting: Sitting) -> int:
    """How many edits were judged in a sitting, counted to MAX_DONE."""
    query = _done(sitting).limit(MAX_DONE).subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0


def done(session: Session, sitting: Sitting, limit: int = MAX_DONE) -> list[int]:
    """Tasks judged in a sitting and not taken back, the newest first."""
    query = _done(sitting).order_by(JudgmentRow.answered_at.desc(), JudgmentRow.judgment_id.desc())
    return list(session.scalars(query.limit(limit)))


def last_touched(session: Session, sitting: Sitting) -> list[int]:
    """The MAX_UNDONE tasks judged last in a sitting, also those taken back since, newest first."""
    last = _last_touched(sitting)
    query = select(last.c.task_id).order_by(last.c.answered_at.desc(), last.c.judgment_id.desc())
    return list(session.scalars(query))


def self_consistency(
    session: Session, campaign_id: int, reviewer_id: int, question: str
) -> tuple[int, int]:
    """How often a reviewer answered a silent repeat as the first time, and how many there were.

    Both times it is the first answer that counts, as it was before any reveal.
    """
    original = aliased(TaskRow)
    first, again = aliased(JudgmentRow), aliased(JudgmentRow)
    first_answer, again_answer = aliased(AnswerRow), aliased(AnswerRow)
    query = (
        select(first_answer.value, again_answer.value)
        .select_from(again)
        .join(TaskRow, TaskRow.task_id == again.task_id)
        .join(
            original,
            (original.campaign_id == TaskRow.campaign_id)
            & (original.edit_id == TaskRow.edit_id)
            & (original.stream == TaskRow.stream)
            & (original.repeat_no == 0),
        )
        .join(first, (first.task_id == original.task_id) & (first.revision == 1))
        .join(again_answer, again_answer.judgment_id == again.judgment_id)
        .join(first_answer, first_answer.judgment_id == first.judgment_id)
        .join(QuestionRow, QuestionRow.question_id == again_answer.question_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.repeat_no > 0,
            again.reviewer_id == reviewer_id,
            again.revision == 1,
            first.reviewer_id == reviewer_id,
            first_answer.question_id == again_answer.question_id,
            QuestionRow.name == question,
        )
    )
    pairs = session.execute(query).all()
    return sum(before == after for before, after in pairs), len(pairs)


def undoable(session: Session, sitting: Sitting) -> int | None:
    """The newest of the tasks touched last in a sitting that was not taken back; None without."""
    return next(iter(all_undoable(session, sitting)), None)


def all_undoable(session: Session, sitting: Sitting) -> list[int]:
    """Those of the tasks touched last in a sitting that were not taken back, newest first."""
    last = _last_touched(sitting)
    query = (
        select(last.c.task_id)
        .join(JudgmentRow, JudgmentRow.judgment_id == last.c.judgment_id)
        .where(~_withdrawn_later())
        .order_by(last.c.answered_at.desc(), last.c.judgment_id.desc())
    )
    return list(session.scalars(query))


def _last_touched(sitting: Sitting) -> Any:
    """Each of those tasks with the row and the time of its newest judgment before a reveal."""
    answered_at = func.max(JudgmentRow.answered_at)
    judgment_id = func.max(JudgmentRow.judgment_id)
    return (
        _given(sitting)
        .with_only_columns(
            JudgmentRow.task_id,
            answered_at.label("answered_at"),
            judgment_id.label("judgment_id"),
        )
        .group_by(JudgmentRow.task_id)
        .order_by(answered_at.desc(), judgment_id.desc())
        .limit(MAX_UNDONE)
        .subquery()
    )


def _done(sitting: Sitting) -> Any:
    return _given(sitting).where(~_withdrawn_later())


def _given(sitting: Sitting) -> Any:
    # A changed mind is no further edit; one judged again after it was taken back is.
    return _judged(sitting).where(
        JudgmentRow.action == "judge",
        (JudgmentRow.revision == 1) | _withdrawn(JudgmentRow.revision - 1),
    )


def _judged(sitting: Sitting) -> Any:
    # Leans on the index of judgments by reviewer and time: what was judged before costs nothing.
    query = (
        select(JudgmentRow.task_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(
            JudgmentRow.reviewer_id == sitting.reviewer_id,
            JudgmentRow.answered_at >= sitting.started_at,
            TaskRow.campaign_id == sitting.campaign_id,
        )
    )
    if sitting.ended_at is not None:
        query = query.where(JudgmentRow.answered_at <= sitting.ended_at)
    if sitting.stream is not None:
        query = query.where(TaskRow.stream == sitting.stream)
    return query


def _withdrawn(revision: ColumnElement[int]) -> ColumnElement[bool]:
    return (
        select(_OTHER.judgment_id)
        .where(
            _OTHER.task_id == JudgmentRow.task_id,
            _OTHER.reviewer_id == JudgmentRow.reviewer_id,
            _OTHER.revision == revision,
            _OTHER.action == "withdraw",
        )
        .exists()
    )


def _withdrawn_later() -> ColumnElement[bool]:
    return (
        select(_OTHER.judgment_id)
        .where(
            _OTHER.task_id == JudgmentRow.task_id,
            _OTHER.reviewer_id == JudgmentRow.reviewer_id,
            _OTHER.revision > JudgmentRow.revision,
            _OTHER.action == "withdraw",
        )
        .exists()
    )


def _of(campaign_id: int, reviewer_id: int) -> Any:
    return select(SittingRow).where(
        SittingRow.reviewer_id == reviewer_id, SittingRow.campaign_id == campaign_id
    )


def _sitting(row: SittingRow) -> Sitting:
    return Sitting(
        sitting_id=row.sitting_id,
        campaign_id=row.campaign_id,
        reviewer_id=row.reviewer_id,
        stream=row.stream,  # type: ignore[arg-type]  # only streams are ever written
        length=row.length,
        reveals=row.reveals,  # type: ignore[arg-type]  # the check constraint guards it
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

"""Queries on silent repeats: edits that come to a reviewer again, to measure consistency."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from jadelite.db.tables import EditRow, JudgmentRow, LeaseRow, TaskRow, random_place

N_OLD = 500  # newest judgments of a reviewer among which a repeat is looked for


def repeatable(session: Session, campaign_id: int, reviewer_id: int, *, gap: int) -> list[int]:
    """Tasks of a campaign that may come again to a reviewer, silently, once.

    Among their newest 500 judgments: drawn edits of this campaign that they judged once, not taken
    back, with at least `gap` others judged since, of which no repeat was given to them.
    """
    recent = (
        select(JudgmentRow.task_id, JudgmentRow.answered_at, JudgmentRow.judgment_id)
        .where(JudgmentRow.reviewer_id == reviewer_id, JudgmentRow.revision == 1)
        .order_by(JudgmentRow.answered_at.desc(), JudgmentRow.judgment_id.desc())
        .limit(N_OLD)
        .subquery()
    )
    repeat, later = aliased(TaskRow), aliased(JudgmentRow)
    was_repeated = (
        select(LeaseRow.lease_id)
        .join(repeat, repeat.task_id == LeaseRow.task_id)
        .where(
            LeaseRow.reviewer_id == reviewer_id,
            repeat.edit_id == TaskRow.edit_id,
            repeat.campaign_id == campaign_id,
            repeat.repeat_no > 0,
        )
        .exists()
    )
    was_taken_back = (
        select(later.judgment_id)
        .where(
            later.task_id == TaskRow.task_id,
            later.reviewer_id == reviewer_id,
            later.action == "withdraw",
        )
        .exists()
    )
    query = (
        select(
            TaskRow.task_id,
            TaskRow.stream,
            TaskRow.repeat_no,
            (~was_repeated & ~was_taken_back & EditRow.is_text_hidden.is_(False)).label("is_fit"),
        )
        .join(recent, recent.c.task_id == TaskRow.task_id)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(TaskRow.campaign_id == campaign_id)
        .order_by(recent.c.answered_at.desc(), recent.c.judgment_id.desc())
        .offset(gap)
    )
    return [
        row.task_id
        for row in session.execute(query)
        if row.is_fit and row.stream == "probability" and row.repeat_no == 0
    ]


def ensure_repeat(session: Session, task_id: int, now: datetime) -> int:
    """The task that asks about the same edit a second time, made if new. Flushes to get it.

    It is never given out by itself and stands in no stratum: it says something of the reviewer.
    """
    of = session.get_one(TaskRow, task_id)
    found = session.scalar(
        select(TaskRow.task_id).where(
            TaskRow.campaign_id == of.campaign_id,
            TaskRow.edit_id == of.edit_id,
            TaskRow.stream == of.stream,
            TaskRow.repeat_no == 1,
        )
    )
    if found is not None:
        return found
    statement = insert(TaskRow).values(
        campaign_id=of.campaign_id,
        edit_id=of.edit_id,
        stream=of.stream,
        repeat_no=1,
        n_judgments=0,
        n_wanted=0,
        place=random_place(),
        drawn_at=now,
    )
    return session.scalars(statement.returning(TaskRow.task_id)).one()

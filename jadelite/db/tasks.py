"""Queries on tasks themselves: one of them, who passed it by, how many people judged it.

Who may be given a task is in `assigning`, what must not be seen of its edit in `masking`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from jadelite.db.tables import CampaignRow, EditRow, SkipRow, TaskRow
from jadelite.domain.campaigns import Task


def get(session: Session, task_id: int) -> Task | None:
    """The task with that row number; None without one, or when the wiki hid its edit's text."""
    row = session.scalar(
        select(TaskRow)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(TaskRow.task_id == task_id, EditRow.is_text_hidden.is_(False))
    )
    return None if row is None else _task(row)


def get_many(session: Session, task_ids: Iterable[int]) -> dict[int, Task]:
    """Tasks by row number, without those whose edit's text the wiki hid; at most 1,000 asked."""
    query = (
        select(TaskRow)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(TaskRow.task_id.in_(sorted(set(task_ids))), EditRow.is_text_hidden.is_(False))
    )
    return {row.task_id: _task(row) for row in session.scalars(query)}


def add_skip(session: Session, task_id: int, reviewer_id: int, reason: str, now: datetime) -> None:
    """Record that a reviewer passed a task by, once."""
    known = session.scalar(
        select(SkipRow.skip_id).where(
            SkipRow.task_id == task_id, SkipRow.reviewer_id == reviewer_id
        )
    )
    if known is None:
        session.add(
            SkipRow(task_id=task_id, reviewer_id=reviewer_id, reason=reason, skipped_at=now)
        )


def skipped_in(session: Session, task_id: int, reviewer_id: int) -> str | None:
    """The campaign's name, where a reviewer passed the task by; None where they did not."""
    return session.scalar(
        select(CampaignRow.slug)
        .join(TaskRow, TaskRow.campaign_id == CampaignRow.campaign_id)
        .join(SkipRow, SkipRow.task_id == TaskRow.task_id)
        .where(SkipRow.task_id == task_id, SkipRow.reviewer_id == reviewer_id)
    )


def count_judgments(session: Session, counts: Mapping[int, int]) -> None:
    """So many more people have judged the tasks, by row number."""
    if counts:
        statement = (
            update(TaskRow)
            .where(TaskRow.task_id == bindparam("of_task"))
            .values(n_judgments=TaskRow.n_judgments + bindparam("n_more"))
        )
        rows = [{"of_task": task_id, "n_more": n} for task_id, n in sorted(counts.items())]
        session.connection().execute(statement, rows)


def _task(row: TaskRow) -> Task:
    return Task(
        task_id=row.task_id,
        campaign_id=row.campaign_id,
        edit_id=row.edit_id,
        stream=row.stream,  # type: ignore[arg-type]  # the check constraint guards it
        inclusion_probability=row.inclusion_probability,
        n_judgments=row.n_judgments,
        n_wanted=row.n_wanted,
        repeat_no=row.repeat_no,
    )

"""Queries on tasks themselves: one of them, who passed it by, how many people judged it.

Who may be given a task is in `assigning`, what must not be seen of its edit in `masking`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jadelite.db import tallies
from jadelite.db.tables import CampaignRow, EditRow, SkipRow, TaskRow
from jadelite.domain.campaigns import HEADLINE_STREAMS, Task

CHUNK = 500


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


def drawn_revisions(session: Session, campaign_id: int) -> list[int]:
    """Revisions that a campaign's figures rest on, rising; those whose text is hidden are left out.

    Nothing is known of them but that the campaign asks about them.
    """
    query = (
        select(EditRow.rev_id)
        .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.stream.in_(HEADLINE_STREAMS),
            EditRow.is_text_hidden.is_(False),
        )
        .distinct()
        .order_by(EditRow.rev_id)
    )
    return list(session.scalars(query))


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


def count_judgments(session: Session, counts: Mapping[int, int], *, shard: int = 0) -> None:
    """So many more people have judged the tasks, by row number.

    The running counts of their campaign follow, in that shard.
    """
    if len(counts) > 1:
        _lock(session, sorted(counts))
    of_number: dict[int, list[int]] = {}
    for task_id, n in sorted(counts.items()):
        of_number.setdefault(n, []).append(task_id)
    n_judgments: Counter[int] = Counter()
    n_complete: Counter[int] = Counter()
    for n, task_ids in sorted(of_number.items()):
        for start in range(0, len(task_ids), CHUNK):
            statement = (
                update(TaskRow)
                .where(TaskRow.task_id.in_(task_ids[start : start + CHUNK]))
                .values(n_judgments=TaskRow.n_judgments + n)
                .returning(
                    TaskRow.campaign_id,
                    TaskRow.stream,
                    TaskRow.repeat_no,
                    TaskRow.n_judgments,
                    TaskRow.n_wanted,
                )
                .execution_options(synchronize_session=False)
            )
            for campaign_id, stream, repeat_no, after, n_wanted in session.execute(statement):
                if stream in HEADLINE_STREAMS and repeat_no == 0:
                    n_judgments[campaign_id] += n
                    n_complete[campaign_id] += (after >= n_wanted) - (after - n >= n_wanted)
    for campaign_id, n in sorted(n_judgments.items()):
        tallies.add(session, campaign_id, shard, judgments=n, complete=n_complete[campaign_id])


def _lock(session: Session, task_ids: Sequence[int]) -> None:
    """Keep the tasks from others until the end; in one order, so that nobody waits crosswise."""
    for start in range(0, len(task_ids), CHUNK):
        session.execute(
            select(TaskRow.task_id)
            .where(TaskRow.task_id.in_(task_ids[start : start + CHUNK]))
            .order_by(TaskRow.task_id)
            .with_for_update()
        )


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

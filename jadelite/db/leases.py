"""Queries on leases: reviewers' holds on tasks, and what happened while they held one.

Who may be given a task is in `assigning`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jadelite.db.tables import JudgmentRow, LeaseRow, TaskRow
from jadelite.domain.campaigns import Lease


def lease_of(session: Session, task_id: int, reviewer_id: int) -> Lease | None:
    """A reviewer's hold on a task: live, lapsed or ended; None if there never was one."""
    row = session.scalar(
        select(LeaseRow).where(LeaseRow.task_id == task_id, LeaseRow.reviewer_id == reviewer_id)
    )
    return None if row is None else lease(row)


def hold(session: Session, task_id: int, reviewer_id: int, *, now: datetime, seconds: int) -> None:
    """Give a reviewer the task for some time, or give it anew; flushes."""
    expires_at = now + timedelta(seconds=seconds)
    row = session.scalar(
        select(LeaseRow).where(LeaseRow.task_id == task_id, LeaseRow.reviewer_id == reviewer_id)
    )
    if row is None:
        row = LeaseRow(task_id=task_id, reviewer_id=reviewer_id)
        session.add(row)
    row.leased_at, row.expires_at = now, expires_at
    row.ended_at = row.shown_at = row.revealed_at = None
    session.flush()


def hold_again(
    session: Session, task_id: int, reviewer_id: int, *, now: datetime, seconds: int
) -> None:
    """Bring back a hold that ended; it stays the oldest, and keeps when it was shown first."""
    _change(
        session,
        [task_id],
        reviewer_id,
        ended_at=None,
        revealed_at=None,
        expires_at=now + timedelta(seconds=seconds),
    )


def extend(
    session: Session, task_ids: Iterable[int], reviewer_id: int, now: datetime, seconds: int
) -> None:
    """Hold these tasks longer, from now on."""
    _change(session, task_ids, reviewer_id, expires_at=now + timedelta(seconds=seconds))


def shown(session: Session, task_id: int, reviewer_id: int, now: datetime) -> None:
    """Record when the edit was on the reviewer's screen first."""
    _change(session, [task_id], reviewer_id, shown_at=now)


def context_opened(session: Session, task_id: int, reviewer_id: int, names: Sequence[str]) -> None:
    """Record what folded context the reviewer opened."""
    _change(session, [task_id], reviewer_id, context_opened=list(names))


def end(session: Session, task_id: int, reviewer_id: int, now: datetime) -> None:
    """Let go of a task."""
    _change(session, [task_id], reviewer_id, ended_at=now)


def reveal(session: Session, task_id: int, reviewer_id: int, now: datetime) -> None:
    """Record that score and others' answers were given to the reviewer."""
    _change(session, [task_id], reviewer_id, revealed_at=now)


def reveal_all(session: Session, campaign_id: int, reviewer_id: int, now: datetime) -> None:
    """Record it for everything a reviewer judged in a campaign and was not shown yet."""
    judged = (
        select(JudgmentRow.judgment_id)
        .where(
            JudgmentRow.task_id == LeaseRow.task_id,
            JudgmentRow.reviewer_id == reviewer_id,
        )
        .exists()
    )
    of_campaign = (
        select(TaskRow.task_id)
        .where(TaskRow.task_id == LeaseRow.task_id, TaskRow.campaign_id == campaign_id)
        .exists()
    )
    session.execute(
        update(LeaseRow)
        .where(
            LeaseRow.reviewer_id == reviewer_id,
            LeaseRow.ended_at.is_not(None),
            LeaseRow.revealed_at.is_(None),
            judged,
            of_campaign,
        )
        .values(revealed_at=now),
        execution_options={"synchronize_session": False},
    )


def lease(row: LeaseRow) -> Lease:
    """A row as a domain value."""
    return Lease(
        row.lease_id,
        row.task_id,
        row.reviewer_id,
        row.leased_at,
        row.expires_at,
        row.ended_at,
        row.shown_at,
        row.revealed_at,
        tuple(row.context_opened or ()),
    )


def _change(session: Session, task_ids: Iterable[int], reviewer_id: int, **values: Any) -> None:
    wanted = sorted(set(task_ids))
    if wanted:
        session.execute(
            update(LeaseRow)
            .where(LeaseRow.task_id.in_(wanted), LeaseRow.reviewer_id == reviewer_id)
            .values(**values)
        )

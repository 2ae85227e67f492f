"""The queue: rows of work, each asked for once by its key, leased by a worker, gone when done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db.tables import WorkRow

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Work:
    """One thing to do; `payload` are the arguments of the use case `kind`."""

    work_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    n_attempts: int


@dataclass(frozen=True)
class WorkState:
    """One row of the queue as an operator sees it; `failure` why the last attempt failed."""

    kind: str
    key: str
    state: str
    due_at: datetime
    n_attempts: int
    failure: str | None


def ask(
    session: Session,
    kind: str,
    key: str,
    payload: dict[str, Any],
    *,
    due_at: datetime,
    now: datetime,
) -> None:
    """Ask for work unless the same is waiting; while it runs, ask for one more round after."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(WorkRow).values(
        kind=kind, key=key, payload=payload, state="waiting", due_at=due_at, asked_at=now
    )
    # Two requests in the same moment must not clash: the second one finds the first one's row.
    session.execute(fresh.on_conflict_do_nothing(index_elements=[WorkRow.key]))
    # Locked, so that the end of a running round and this request can't miss each other.
    row = session.scalars(select(WorkRow).where(WorkRow.key == key).with_for_update()).one()
    if row.state == "running":
        row.is_asked_again = 1
    else:
        if row.state == "failed":
            row.state, row.n_attempts, row.failure = "waiting", 0, None
            row.due_at = due_at
        row.due_at = min(row.due_at, due_at)


def is_waiting(session: Session, key: str) -> bool:
    """Whether work of that key is waiting or running."""
    query = select(WorkRow.work_id).where(WorkRow.key == key, WorkRow.state != "failed")
    return session.scalar(query) is not None


def states(session: Session, keys: Sequence[str]) -> dict[str, WorkState]:
    """How the work of these keys stands, by key; what nobody asks for is left out."""
    found = session.execute(_states().where(WorkRow.key.in_(keys)))
    return {row.key: WorkState(*row) for row in found}


def overview(session: Session, limit: int) -> list[WorkState]:
    """What waits, runs or failed, due longest ago first."""
    query = _states().order_by(WorkRow.due_at, WorkRow.work_id).limit(limit)
    return [WorkState(*row) for row in session.execute(query)]


def claim(session: Session, *, now: datetime, lease_seconds: int) -> Work | None:
    """Take the oldest work that is due, or whose worker died; None if there is none."""
    row = session.scalar(
        select(WorkRow)
        .where(
            WorkRow.due_at <= now,
            or_(
                WorkRow.state == "waiting",
                (WorkRow.state == "running") & (WorkRow.lease_until < now),
            ),
        )
        .order_by(WorkRow.due_at, WorkRow.work_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state = "running"
    row.lease_until = now + timedelta(seconds=lease_seconds)
    row.n_attempts += 1
    return Work(row.work_id, row.kind, row.key, row.payload, row.n_attempts)


def finish(session: Session, work_id: int, now: datetime) -> bool:
    """The work is done: gone, or waiting again if it was asked for meanwhile.

    False where nobody wants it any more: it was dropped, or planned anew, while it ran.
    """
    row = session.scalar(select(WorkRow).where(WorkRow.work_id == work_id).with_for_update())
    if row is None:
        return False
    if row.is_asked_again:
        row.state, row.is_asked_again, row.n_attempts = "waiting", 0, 0
        row.due_at, row.lease_until = now, None
    else:
        session.execute(delete(WorkRow).where(WorkRow.work_id == work_id))
    return True


def drop(session: Session, key: str) -> bool:
    """Ask no more for the work of that key; whether there was any."""
    dropped: Any = session.execute(delete(WorkRow).where(WorkRow.key == key))
    return bool(dropped.rowcount)


def fail(session: Session, work: Work, reason: str, now: datetime) -> bool:
    """The attempt failed: try again later, at last keep it with the reason; whether at last."""
    is_last = work.n_attempts >= MAX_ATTEMPTS
    failed: Any = session.execute(
        update(WorkRow)
        .where(WorkRow.work_id == work.work_id)
        .values(
            state="failed" if is_last else "waiting",
            failure=reason,
            lease_until=None,
            due_at=now + timedelta(seconds=10 * 2**work.n_attempts),
        )
    )
    return is_last and failed.rowcount == 1


def _states() -> Select[Any]:
    query: Any = select(
        WorkRow.kind,
        WorkRow.key,
        WorkRow.state,
        WorkRow.due_at,
        WorkRow.n_attempts,
        WorkRow.failure,
    )
    return cast("Select[Any]", query)

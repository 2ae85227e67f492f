"""Queries on what comes from outside: how services are, how far streams were followed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db.tables import StreamOffsetRow, UpstreamStateRow


@dataclass(frozen=True)
class ServiceState:
    """How a service outside was when it was last asked.

    `state` of the circuit: closed (it is asked), open (it is left alone since `opened_at`) or
    half-open (one call tries it). `paused_until`: it asked to be left alone until then.
    """

    name: str
    state: str
    opened_at: datetime | None
    paused_until: datetime | None
    n_calls: int
    n_failures: int
    n_retries: int
    last_failure: str | None
    last_failure_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True)
class StreamPosition:
    """How far an event stream was followed, and when that was written."""

    name: str
    n_events: int
    stored_at: datetime


def put(session: Session, states: Sequence[ServiceState]) -> None:
    """Store how services are; an older report never overwrites a newer one."""
    if not states:
        return
    rows: list[dict[str, Any]] = [asdict(state) for state in states]
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(UpstreamStateRow)
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[UpstreamStateRow.name],
        set_={name: given[name] for name in rows[0] if name != "name"},
        where=given.updated_at >= UpstreamStateRow.updated_at,
    )
    session.execute(statement, rows)


def states(session: Session) -> list[ServiceState]:
    """How all services are, by name."""
    query = select(UpstreamStateRow).order_by(UpstreamStateRow.name)
    return [
        ServiceState(**{name: getattr(row, name) for name in ServiceState.__dataclass_fields__})
        for row in session.scalars(query)
    ]


def positions(session: Session) -> list[StreamPosition]:
    """How far streams were followed, by name."""
    query = select(
        StreamOffsetRow.name, StreamOffsetRow.n_events, StreamOffsetRow.stored_at
    ).order_by(StreamOffsetRow.name)
    return [StreamPosition(row[0], row[1], row[2]) for row in session.execute(query)]

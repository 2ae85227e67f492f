"""What operators look at: services outside, streams, waiting work, why scores are missing."""

from dataclasses import dataclass
from datetime import datetime

from jadelite.audit import access
from jadelite.db import failures, upstreams, work
from jadelite.db.failures import FailureCount
from jadelite.db.session import Database
from jadelite.db.upstreams import ServiceState, StreamPosition
from jadelite.db.work import WorkState
from jadelite.domain.people import Actor

PAGE_ROWS = 200
FIGURE_ROWS = 20_000  # every row of a monitoring stands for a group, not for an edit


@dataclass(frozen=True)
class Overview:
    """How the house stands towards the outside, as last written down.

    `services` and `streams` by name; `work` what waits longest first; `failures` by how many edits.
    """

    services: tuple[ServiceState, ...]
    streams: tuple[StreamPosition, ...]
    work: tuple[WorkState, ...]
    failures: tuple[FailureCount, ...]
    as_of: datetime


def overview(database: Database, actor: Actor, *, now: datetime) -> Overview:
    """The operator's page. Raises Forbidden for anybody else."""
    access.require(actor, "operate")
    return _overview(database, PAGE_ROWS, now)


def figures(database: Database, *, now: datetime) -> Overview:
    """The same for the operator's monitoring, which is nobody signed in."""
    return _overview(database, FIGURE_ROWS, now)


def _overview(database: Database, limit: int, now: datetime) -> Overview:
    with database.reading() as session:
        return Overview(
            services=tuple(upstreams.states(session)),
            streams=tuple(upstreams.positions(session)),
            work=tuple(work.overview(session, limit)),
            failures=tuple(failures.counts(session, limit)),
            as_of=now,
        )

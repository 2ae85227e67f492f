"""The worker's one use case: take a row of work, run what it asks for, say how it went."""

import logging
from collections.abc import Callable
from datetime import datetime

from jadelite.audit import reporting
from jadelite.db import work
from jadelite.db.session import Database
from jadelite.db.work import Work
from jadelite.domain.errors import DomainError

LEASE_SECONDS = 900

log = logging.getLogger(__name__)


def run_next(database: Database, clock: Callable[[], datetime]) -> bool:
    """Run the oldest work that is due; whether there was any.

    A domain error is kept with the row and tried again later. Anything else is a bug and rises;
    the row's lease runs out, so the work is tried again after the worker is restarted.
    """
    with database.transaction() as session:
        claimed = work.claim(session, now=clock(), lease_seconds=LEASE_SECONDS)
    if claimed is None:
        return False
    try:
        _run(database, claimed, clock())
    except DomainError as error:
        log.warning("work %s failed: %s", claimed.key, error.detail)
        with database.transaction() as session:
            work.fail(session, claimed, error.detail, clock())
        return True
    with database.transaction() as session:
        work.finish(session, claimed.work_id, clock())
    log.info("work %s done", claimed.key)
    return True


def _run(database: Database, claimed: Work, now: datetime) -> None:
    if claimed.kind == "compute-report":
        reporting.compute(database, str(claimed.payload["campaign"]), now=now)
    else:
        raise ValueError(f"no use case for work of kind {claimed.kind!r}")

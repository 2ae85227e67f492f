"""The worker's one use case: take a row of work, run what it asks for, say how it went."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jadelite.audit import (
    campaigns,
    drawing,
    fetching,
    helping,
    preparing,
    reporting,
    schedule,
    topping_up,
    watching,
)
from jadelite.audit.fetching import FetchSummary, Wanted
from jadelite.audit.outside import Outside
from jadelite.db import facts, work
from jadelite.db.hiding import SCRUB
from jadelite.db.session import Database
from jadelite.db.work import Work
from jadelite.domain.errors import DomainError, Unavailable

LEASE_SECONDS = 900
ROUND = timedelta(
    seconds=30
)  # then other work gets its turn: looking what was hidden must not wait

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bench:
    """What work is done with."""

    database: Database
    outside: Outside
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Done:
    """How a round went: whether nothing was left out, and whether there is more to do at once."""

    is_whole: bool = True
    is_more: bool = False


def run_next(bench: Bench) -> bool:
    """Run the oldest work that is due; whether there was any.

    A domain error is kept with the row and tried again later. Anything else is a bug and rises;
    the row's lease runs out, so the work is tried again after the worker is restarted. Recurring
    work is asked for again, however it went.
    """
    database, clock = bench.database, bench.clock
    started_at = clock()
    with database.transaction() as session:
        claimed = work.claim(session, now=started_at, lease_seconds=LEASE_SECONDS)
    if claimed is None:
        return False
    try:
        done = _KINDS[claimed.kind](bench, claimed)
    except DomainError as error:
        log.warning("work %s failed: %s", claimed.key, error.detail)
        with database.transaction() as session:
            if work.fail(session, claimed, error.detail, clock()):
                schedule.ask_next(session, claimed, clock())
        return True
    with database.transaction() as session:
        if work.finish(session, claimed.work_id, clock()):
            began_at = started_at if done.is_whole else None
            schedule.ask_next(session, claimed, clock(), began_at=began_at, is_more=done.is_more)
    log.info("work %s done", claimed.key)
    return True


def _compute_report(bench: Bench, claimed: Work) -> Done:
    campaign = str(claimed.payload["campaign"])
    reporting.compute(bench.database, campaign, now=bench.clock())
    with bench.database.transaction() as session:
        schedule.ask_fill_help(session, campaign, bench.clock())
    return Done()


def _fill_help(bench: Bench, claimed: Work) -> Done:
    helping.fill(bench.database, str(claimed.payload["campaign"]), now=bench.clock())
    return Done()


def _prepare(bench: Bench, claimed: Work) -> Done:
    campaign = claimed.payload.get("campaign")
    with bench.database.reading() as session:
        names = [campaign] if campaign else facts.open_campaigns(session)
    for name in names:
        summary = preparing.prepare(bench.database, bench.outside, name, clock=bench.clock)
        if summary.is_more:
            with bench.database.transaction() as session:
                schedule.ask_prepare(session, name, bench.clock())
    return Done()


def _draw_sample(bench: Bench, claimed: Work) -> Done:
    given = claimed.payload
    drawing.draw(bench.database, str(given["campaign"]), stream=given["stream"], now=bench.clock())
    return Done()


def _top_up(bench: Bench, claimed: Work) -> Done:
    given = claimed.payload
    topping_up.top_up(
        bench.database,
        str(given["campaign"]),
        threshold=float(given["threshold"]),
        n=int(given["n"]),
        now=bench.clock(),
    )
    return Done()


def _close_campaigns(bench: Bench, _claimed: Work) -> Done:
    campaigns.close_due(bench.database, now=bench.clock())
    return Done()


def _check_hidden(bench: Bench, _claimed: Work) -> Done:
    watching.watch(bench.database, bench.outside, clock=bench.clock)
    return Done()


def _scrub(bench: Bench, _claimed: Work) -> Done:
    if not bench.database.scrub():
        raise Unavailable(
            "not-scrubbed",
            "erased contents still lie in the database's log: others read it all the time",
            retry_after_seconds=20,
        )
    return Done()


def _fetch_scores(bench: Bench, claimed: Work) -> Done:
    given = claimed.payload
    began_at = given.get("began_at")
    since = datetime.fromisoformat(began_at) if began_at else None
    # The first round has no last time to begin at: it takes what came within one interval.
    since = since or fetching.ago(bench.clock(), schedule.interval(claimed))
    since = max(since, bench.clock() - max(schedule.MAX_BEHIND, schedule.interval(claimed)))
    recent = given.get("recent")
    summary = fetching.fetch_scores(
        bench.database,
        bench.outside,
        str(given["wiki"]),
        str(given["model"]),
        Wanted(recent=recent, since=None if recent else since),
        clock=bench.clock,
        progress=_quiet,
        until=bench.clock() + ROUND,
    )
    if summary.stopped is not None:
        raise Unavailable("source-unavailable", summary.stopped, retry_after_seconds=60)
    # What failed for now is asked for again with the next round, which begins where this one did.
    is_whole = not summary.is_more and not any(summary.failed[why] for why in fetching.PASSING)
    return Done(is_whole=is_whole, is_more=summary.is_more)


def _quiet(summary: FetchSummary) -> None:
    """Nobody watches the worker's progress."""


_KINDS: dict[str, Callable[[Bench, Work], Done]] = {
    "compute-report": _compute_report,
    schedule.FILL_HELP: _fill_help,
    schedule.PREPARE: _prepare,
    schedule.DRAW: _draw_sample,
    schedule.TOP_UP: _top_up,
    schedule.CLOSE_CAMPAIGNS: _close_campaigns,
    schedule.CHECK_HIDDEN: _check_hidden,
    schedule.FETCH_SCORES: _fetch_scores,
    SCRUB: _scrub,
}

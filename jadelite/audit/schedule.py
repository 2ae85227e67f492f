"""Work that comes back: what the worker does on its own, and what an operator asked for each hour.

A recurring row of work carries `every_seconds`; whoever runs it asks for the next round.
"""

from datetime import datetime, timedelta
from typing import Any

from jadelite.db import work
from jadelite.db.session import Database, Session
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.spans import span_words

PREPARE, CHECK_HIDDEN, FETCH_SCORES = "prepare-campaign", "check-hidden", "fetch-scores"
CHECK_HIDDEN_SECONDS = 60
LOOK_SECONDS = 300
MAX_PLANNED = 50_000  # changes one round looks at
MIN_EVERY, MAX_EVERY = timedelta(minutes=1), timedelta(days=7)
MAX_BEHIND = timedelta(days=1)  # how far back a round looks for what an outage left out


def ask_standing(database: Database, *, now: datetime) -> None:
    """Ask for what always runs: looking whether wikis hid something, and for edits to prepare."""
    with database.transaction() as session:
        work.ask(
            session,
            CHECK_HIDDEN,
            CHECK_HIDDEN,
            {"every_seconds": CHECK_HIDDEN_SECONDS},
            due_at=now,
            now=now,
        )
        work.ask(session, PREPARE, PREPARE, {"every_seconds": LOOK_SECONDS}, due_at=now, now=now)


def ask_prepare(session: Session, campaign: str, now: datetime) -> None:
    """Ask that the edits of a campaign be prepared soon."""
    work.ask(session, PREPARE, f"{PREPARE}:{campaign}", {"campaign": campaign}, due_at=now, now=now)


def plan_fetch(
    database: Database,
    wiki: str,
    model: str,
    *,
    every: timedelta,
    recent: int | None,
    now: datetime,
) -> None:
    """Fetch scores of a wiki again and again: of its newest `recent` changes, or since last time.

    Planning anew replaces the older plan. Raises Invalid for a bad interval.
    """
    if recent is not None and not 1 <= recent <= MAX_PLANNED:
        raise Invalid("bad-recent", f"recent is {recent}, expected 1 to {MAX_PLANNED}")
    if not MIN_EVERY <= every <= MAX_EVERY:
        raise Invalid("bad-every", f"every is {span_words(every)}, expected 1m to 7d")
    seconds = int(every.total_seconds())
    payload: dict[str, Any] = {
        "wiki": wiki,
        "model": model,
        "recent": recent,
        "every_seconds": seconds,
    }
    key = _fetch_key(wiki, model)
    with database.transaction() as session:
        work.drop(session, key)
        work.ask(session, FETCH_SCORES, key, payload, due_at=now, now=now)


def end_fetch(database: Database, wiki: str, model: str) -> None:
    """End what `plan_fetch` began. Raises NotFound if nothing was planned."""
    with database.transaction() as session:
        if not work.drop(session, _fetch_key(wiki, model)):
            raise NotFound("not-planned", f"no fetching of {model} for {wiki} is planned")


def ask_next(
    session: Session,
    done: work.Work,
    now: datetime,
    *,
    began_at: datetime | None = None,
    is_more: bool = False,
) -> None:
    """Ask for the next round of recurring work that was just done or failed for good.

    `began_at` is when a good round began: the next one takes it from there. With `is_more` the
    next one is due at once.
    """
    if "every_seconds" not in done.payload:
        return
    payload = dict(done.payload)
    if began_at is not None:
        payload["began_at"] = began_at.isoformat()
    due_at = now if is_more else now + interval(done)
    work.ask(session, done.kind, done.key, payload, due_at=due_at, now=now)


def interval(recurring: work.Work) -> timedelta:
    """How long recurring work waits between two rounds."""
    return timedelta(seconds=float(recurring.payload["every_seconds"]))


def _fetch_key(wiki: str, model: str) -> str:
    return f"{FETCH_SCORES}:{wiki}:{model}"

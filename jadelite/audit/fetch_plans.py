"""Fetching scores again and again: what an operator asked for each hour. The worker does it."""

from datetime import datetime, timedelta
from typing import Any

from jadelite.audit import schedule
from jadelite.db import work
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.spans import span_words

MAX_PLANNED = 50_000  # changes one round looks at
MIN_EVERY, MAX_EVERY = timedelta(minutes=1), timedelta(days=7)


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
        work.ask(session, schedule.FETCH_SCORES, key, payload, due_at=now, now=now)


def end_fetch(database: Database, wiki: str, model: str) -> None:
    """End what `plan_fetch` began. Raises NotFound if nothing was planned."""
    with database.transaction() as session:
        if not work.drop(session, _fetch_key(wiki, model)):
            raise NotFound("not-planned", f"no fetching of {model} for {wiki} is planned")


def _fetch_key(wiki: str, model: str) -> str:
    return f"{schedule.FETCH_SCORES}:{wiki}:{model}"

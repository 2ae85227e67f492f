"""What reviewers do, in one line each: take, judge, change, undo. Time is the test's clock."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import text

from jadelite.audit import assigning, judging
from jadelite.audit.judging import Recorded, Undone
from jadelite.db.session import Database
from jadelite.domain.campaigns import Sitting, Stream
from jadelite.domain.judgments import Draft
from jadelite.domain.people import Actor

Clock = Callable[[], datetime]
ANSWERS = {"damaging": "yes", "goodfaith": "no"}
SLUG = "a-campaign"
LEASE_SECONDS = 1200


def start(
    database: Database,
    actor: Actor,
    clock: Clock,
    *,
    length: int | None = None,
    reveals: Any = "each",
    stream: Stream | None = None,
    slug: str = SLUG,
) -> Sitting:
    """A new sitting."""
    return assigning.start_sitting(
        database, actor, slug, length=length, reveals=reveals, stream=stream, now=clock()
    )


def take(
    database: Database,
    actor: Actor,
    clock: Clock,
    *,
    n: int = 1,
    cap: int = 1000,
    slug: str = SLUG,
    rng: Random | None = None,
) -> list[int]:
    """The tasks the reviewer holds now, the current one first."""
    return assigning.take_tasks(
        database,
        actor,
        slug,
        n=n,
        now=clock(),
        lease_seconds=LEASE_SECONDS,
        daily_cap=cap,
        rng=rng,
    )


def judge(
    database: Database,
    actor: Actor,
    task_id: int,
    clock: Clock,
    answers: dict[str, str] = ANSWERS,
    *,
    note: str | None = None,
    tags: tuple[str, ...] = (),
) -> Recorded:
    """A judgment before the reveal."""
    draft = Draft(task_id, answers, note, "fa", tags=tags)
    return judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)


def change(
    database: Database, actor: Actor, task_id: int, clock: Clock, answers: dict[str, str]
) -> Recorded:
    """A changed mind after the reveal."""
    draft = Draft(task_id, answers, None, "fa")
    return judging.revise(database, actor, draft, now=clock(), report_delay_seconds=0)


def undo(
    database: Database, actor: Actor, clock: Clock, task_id: int | None = None, slug: str = SLUG
) -> Undone:
    """Back to the newest judgment, or to the one that is meant."""
    return judging.undo(database, actor, slug, now=clock(), report_delay_seconds=0, task_id=task_id)


def withdraw(database: Database, actor: Actor, task_id: int, clock: Clock) -> Recorded:
    """A judgment taken back for good."""
    return judging.withdraw(database, actor, task_id, now=clock(), report_delay_seconds=0)


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


def update(database: Database, sql: str) -> None:
    """Change rows by hand."""
    with database.transaction() as session:
        session.execute(text(sql))

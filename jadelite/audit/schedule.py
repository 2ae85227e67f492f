"""Work that is asked for: what the worker does on its own, and what use cases leave to it.

A recurring row of work carries `every_seconds`; whoever runs it asks for the next round.
"""

from datetime import datetime, timedelta

from jadelite.db import work
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Stream

PREPARE, CHECK_HIDDEN, FETCH_SCORES = "prepare-campaign", "check-hidden", "fetch-scores"
FILL_HELP = "fill-help"
CLOSE_CAMPAIGNS, CLOSE_SECONDS = "close-campaigns", 60
DRAW = "draw-sample"
TOP_UP = "top-up-sample"
CHECK_HIDDEN_SECONDS = 60
LOOK_SECONDS = 300
MAX_BEHIND = timedelta(days=1)  # how far back a round looks for what an outage left out


def ask_standing(database: Database, *, now: datetime) -> None:
    """Ask for what always runs: looking what was hidden, what to prepare, which campaigns ended."""
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
        work.ask(
            session,
            CLOSE_CAMPAIGNS,
            CLOSE_CAMPAIGNS,
            {"every_seconds": CLOSE_SECONDS},
            due_at=now,
            now=now,
        )


def ask_prepare(session: Session, campaign: str, now: datetime) -> None:
    """Ask that the edits of a campaign be prepared soon."""
    work.ask(session, PREPARE, f"{PREPARE}:{campaign}", {"campaign": campaign}, due_at=now, now=now)


def ask_fill_help(session: Session, campaign: str, now: datetime) -> None:
    """Ask that the help queue of a campaign be filled anew."""
    work.ask(
        session, FILL_HELP, f"{FILL_HELP}:{campaign}", {"campaign": campaign}, due_at=now, now=now
    )


def ask_draw(
    session: Session, campaign: str, now: datetime, *, stream: Stream = "probability"
) -> None:
    """Ask that the edits of a campaign's stream be drawn."""
    payload = {"campaign": campaign, "stream": stream}
    work.ask(session, DRAW, draw_key(campaign, stream), payload, due_at=now, now=now)


def ask_top_up(session: Session, campaign: str, *, threshold: float, n: int, now: datetime) -> None:
    """Ask that more edits above a threshold be drawn for a campaign."""
    payload = {"campaign": campaign, "threshold": threshold, "n": n}
    work.ask(session, TOP_UP, f"{TOP_UP}:{campaign}", payload, due_at=now, now=now)


def draw_key(campaign: str, stream: Stream) -> str:
    """The key of the work that draws a stream of a campaign."""
    return f"{DRAW}:{campaign}:{stream}"


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

"""Scores come in by themselves: event streams followed, nothing lost and nothing twice.

A batch of events is read with no transaction open, then stored in one, together with how far the
stream was followed. So a follower that is killed at any moment goes on where its last transaction
ended, and what comes twice then changes nothing. Names, summaries and texts are left in the events:
they are fetched when an edit is to be shown.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from jadelite.audit.taking import FollowSummary, Taken
from jadelite.db import stream as storing
from jadelite.db.session import Database
from jadelite.db.stream import Known
from jadelite.domain.edits import Wiki
from jadelite.domain.errors import Conflict, Invalid, Unavailable
from jadelite.scoring.events import StreamModels
from jadelite.scoring.service_cards import read_service_cards
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.services import Hosts
from jadelite.upstream.stream import StreamEvent, StreamReader, replay
from jadelite.wiki import sites

SERVICE = "eventstreams"
DEFAULT_STREAMS = (
    "mediawiki.page_revert_risk_prediction_change.v1",
    "mediawiki.revision-visibility-change",
    "mediawiki.page-delete",
)
BATCH_SIZE = 2000
WAIT_SECONDS = 1.0  # how long a small batch waits for more: one transaction a second at least
POLL_SECONDS = 0.25  # how soon a wish to stop is heard
SILENCE_SECONDS = 60.0  # of the whole connection, then it is made anew
MAX_TRIES = 5  # for a batch that clashes with another writer
MAX_NAME_LENGTH = 120
RETRY_SECONDS = 60

log = logging.getLogger(__name__)


class EventReader(Protocol):
    """Where events come from: a stream, or a recording of one."""

    def batch(self, max_events: int, max_wait_seconds: float) -> list[StreamEvent]:
        """The next events in order, at most so many; [] where none came in that time."""


FollowProgress = Callable[[FollowSummary], None]


class Recording:
    """A recorded stream as a reader: all of it, as fast as it is asked for."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        """`lines` in wire form, or JSON lines with `id` and `data`."""
        self._has_bytes = self._has_events = False
        self._events = replay(self._noted(lines))

    def batch(self, max_events: int, max_wait_seconds: float) -> list[StreamEvent]:
        """The next events; [] at the end. Raises Invalid for what is no recording."""
        try:
            found = list(islice(self._events, max_events))
        except Failed as failure:
            raise Invalid(
                "bad-recording", f"the file is no recording: {failure.detail}"
            ) from failure
        self._has_events = self._has_events or bool(found)
        if self._has_bytes and not self._has_events and max_events > 0:
            raise Invalid(
                "bad-recording",
                "the file is no recording: it holds no event, expected a stream in wire form or"
                " JSON lines with id and data",
            )
        return found

    def _noted(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._has_bytes = self._has_bytes or bool(line)
            yield line


def stream_models(models_folder: Path) -> StreamModels:
    """The models that events name, described by the cards in the folder."""
    return StreamModels(read_service_cards(models_folder))


def followed_wikis(names: Sequence[str], hosts: Hosts) -> dict[str, Wiki]:
    """The wikis to follow by name: those named, or all that are known.

    Raises NotFound for one that is not known.
    """
    chosen = [sites.find(name, hosts).dbname for name in names]
    everything = [*hosts.wikis, *(site.dbname for site in sites.all_sites())]
    return {name: sites.describe(name, hosts) for name in chosen or everything}


def stream_name(streams: Sequence[str]) -> str:
    """The name under which streams are followed together, whatever their order.

    Raises Invalid where it is too long to be kept.
    """
    name = ",".join(sorted(set(streams)))
    if len(name) > MAX_NAME_LENGTH:
        raise Invalid(
            "too-many-streams",
            f"the streams {name[:60]}... are {len(name)} letters long together, expected at most"
            f" {MAX_NAME_LENGTH}; follow some of them in another process",
        )
    return name


def open_reader(
    database: Database, client: Client, *, stream: str, since: datetime | None
) -> StreamReader:
    """A reader that goes on where the stream was left; the first time at `since`, or now.

    `client` is that of the service SERVICE. To be used as a context manager. Raises Invalid for a
    name that no stream can have.
    """
    with database.reading() as session:
        last_id = storing.position(session, stream)
    return StreamReader(
        client,
        stream,
        last_id=last_id,
        since=since,
        idle_seconds=SILENCE_SECONDS,
    )


def follow(
    database: Database,
    reader: EventReader,
    *,
    stream: str | None,
    wikis: Mapping[str, Wiki],
    models: StreamModels,
    clock: Callable[[], datetime],
    progress: FollowProgress,
    batch_size: int = BATCH_SIZE,
    wait_seconds: float = WAIT_SECONDS,
    max_events: int | None = None,
    idle_seconds: float | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FollowSummary:
    """Store what events say until told to stop; what was done.

    `progress` hears of every batch, and every `wait_seconds` while nothing comes. It ends after
    `max_events`, after `idle_seconds` without any, or when `should_stop` says so: after the batch
    in hand. `stream` None: how far is not kept, as for a recording. Raises Unavailable where the
    stream or the database gives up, Conflict where another follower follows the same stream.
    """
    summary = FollowSummary()
    known = Known()
    has_to_scrub = False
    if stream is not None:
        with database.reading() as session:
            summary.position = storing.position(session, stream)
    idle_since = time.monotonic()
    while not should_stop() and summary.n_events != max_events:
        size = batch_size
        if max_events is not None:
            size = min(size, max_events - summary.n_events)
        events = _gather(reader, size, wait_seconds, should_stop)
        if not events:
            _note_connection(summary, reader)
            if idle_seconds is not None and time.monotonic() - idle_since >= idle_seconds:
                summary.stopped = _why_unreached(summary)
                break
            progress(summary)
            continue
        taken = Taken(wikis, models, summary, clock())
        for event in events:
            taken.read(event.data)
        has_to_scrub = _store(database, events, taken, stream, known) or has_to_scrub
        if has_to_scrub:
            has_to_scrub = not database.scrub()
        idle_since = time.monotonic()
        _note_connection(summary, reader)
        progress(summary)
    if has_to_scrub and not database.scrub():
        log.warning("erased contents may still lie in the database's log: others were at work")
    _note_connection(summary, reader)
    return summary


def _note_connection(summary: FollowSummary, reader: EventReader) -> None:
    if isinstance(reader, StreamReader):
        state = reader.state
        summary.n_connects, summary.n_gaps = state.n_connects, state.n_ids_dropped
        summary.status, summary.trouble = state.status, state.last_error


def _why_unreached(summary: FollowSummary) -> str | None:
    """Why nothing came at all, if that was not because nothing happened. None for a recording."""
    if summary.n_events or summary.status in (None, "connected"):
        return None
    if summary.n_connects and summary.trouble is None:  # it came to an end and is made anew
        return None
    return f"the stream was not reached: {summary.trouble or 'no answer so far'}"


def _gather(
    reader: EventReader, size: int, wait_seconds: float, should_stop: Callable[[], bool]
) -> list[StreamEvent]:
    """The next events: as many as there are, or as come in the time that a batch may wait."""
    end = time.monotonic() + wait_seconds
    events: list[StreamEvent] = []
    while True:
        left = end - time.monotonic()
        try:
            more = reader.batch(size - len(events), min(POLL_SECONDS, max(left, 0.0)))
        except Failed as failure:
            if events:
                return events  # it says so again when there is nothing left to store
            raise Unavailable(
                "stream-broken",
                f"the stream can't be followed: {failure.detail}",
                retry_after_seconds=RETRY_SECONDS,
            ) from failure
        events += more
        if len(events) >= size or left <= 0 or should_stop():
            return events


def _store(
    database: Database,
    events: Sequence[StreamEvent],
    taken: Taken,
    stream: str | None,
    known: Known,
) -> bool:
    """Whether any edit lost contents by what the events say, which is stored in one transaction.

    With how far they reach; a clash is tried again.
    """
    summary, now, batch = taken.summary, taken.now, taken.as_batch()
    after = next((event.id for event in reversed(events) if event.id), summary.position or "")
    for is_last in (*[False] * (MAX_TRIES - 1), True):
        is_stored = False
        try:
            with database.transaction() as session:
                stored = storing.store(session, batch, known, now)
                if stream is not None:
                    storing.advance(
                        session,
                        stream,
                        before=summary.position,
                        after=after,
                        n_events=len(events),
                        now=now,
                    )
            is_stored = True
        except Conflict as conflict:
            if is_last or conflict.code != "clash":
                raise
        finally:
            if not is_stored:  # row numbers of an undone transaction are nobody's
                known.wikis.clear()
                known.versions.clear()
        if is_stored:
            break
    summary.position = after
    summary.n_events += len(events)
    summary.n_stored += stored.n_new
    summary.n_known += stored.n_known
    return bool(stored.lost)

"""The reader of event streams: a thread reads, whoever stores the events drains.

Nothing is acknowledged to a stream: where reading goes on is the id that the caller stored with the
effect of its events. Events come in order, and may come twice after a cut. What a cut lost (topics
not seen yet begin at "now") only the wiki's own list of changes can bring back.
"""

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import SystemRandom
from types import TracebackType
from typing import Any, Literal, Self

import requests
from requests_sse import InvalidContentTypeError, InvalidStatusCodeError
from urllib3.exceptions import HTTPError

from jadelite.domain.errors import Invalid
from jadelite.upstream.answers import Failed, beginning
from jadelite.upstream.client import Client
from jadelite.upstream.event_wire import (
    EndlessEvent,
    EndOfStream,
    LineAnswer,
    StreamEvent,
    connect,
    replay,
)
from jadelite.upstream.stream_connection import Connection, Silent

__all__ = ["StreamEvent", "StreamReader", "StreamState", "replay"]

MAX_QUEUED_BYTES = 64 * 1024 * 1024
MAX_ID_LENGTH = 12_000  # common servers take 16 kB of headers
JOIN_SECONDS = 5
STATUSES_OF_A_BAD_ID = (400, 404, 413, 414, 431)
_STREAMS = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*(,[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*)*")
_MAX_STREAMS_LENGTH = 1000

StreamStatus = Literal["connecting", "connected", "reconnecting", "stopped"]


@dataclass(frozen=True)
class StreamState:
    """How a reader is doing, for the operator. Times are UTC; None: not yet.

    `n_refused` events were too large or no UTF-8 and left out; `n_ids_dropped` times the server
    refused the id to go on from, so that reading began anew and a gap is likely.
    """

    stream: str
    status: StreamStatus = "connecting"
    n_connects: int = 0
    n_events: int = 0
    n_refused: int = 0
    n_ids_dropped: int = 0
    last_event_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None


class StreamReader:
    """Events of one stream, or of several joined by commas, from a thread of its own.

    A context manager: the thread runs inside the block. It reconnects for as long as that lasts,
    after cuts, silence and failures, from the last event it queued; pauses grow with each try that
    brings nothing.
    """

    def __init__(
        self,
        client: Client,
        stream: str,
        *,
        last_id: str | None,
        since: datetime | None,
        idle_seconds: float,
        queue_size: int = 2000,
        pause_seconds: float = 1,
        longest_pause_seconds: float = 60,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Goes on after `last_id` where given, else from `since` (aware), else from now.

        `idle_seconds` without a whole line mean reconnecting. Raises Invalid for a stream name with
        other characters than small letters, digits, `.`, `_`, `-`, and for a `since` without zone.
        """
        if len(stream) > _MAX_STREAMS_LENGTH or not _STREAMS.fullmatch(stream):
            raise Invalid(
                "bad-stream",
                f"stream is {stream[:100]!a}, expected names such as recentchange or"
                " mediawiki.page_change.v1, joined by commas",
            )
        if since is not None and since.tzinfo is None:
            raise Invalid("bad-since", f"since is {since}, expected a time with its zone")
        self._url = f"{client.upstream.base_url}/{stream}"
        self._last_id = last_id or None
        self._since = since
        self._connection = Connection(
            client, self._url, idle_seconds=idle_seconds, on_refused=self._note_refused
        )
        self._queue_size = queue_size
        self._pauses = (pause_seconds, longest_pause_seconds)
        self._clock = clock
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._queue: deque[StreamEvent] = deque()
        self._queued_bytes = 0
        self._state = StreamState(stream)
        self._failure: Failed | None = None
        self._thread = threading.Thread(target=self._run, name=f"stream {stream}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._connection.hang_up()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(JOIN_SECONDS)

    @property
    def state(self) -> StreamState:
        """How the reader is doing now."""
        with self._changed:
            return self._state

    @property
    def n_connects(self) -> int:
        """How often a connection was made; after each but the first, events may be missing."""
        return self.state.n_connects

    def batch(self, max_events: int, max_wait_seconds: float) -> list[StreamEvent]:
        """The next events in order, at most `max_events`; [] where none came in `max_wait_seconds`.

        Comes back as soon as there is one. Once all is drained, raises the Failed for which the
        reader gave up: a stream that is refused even without an id will not come by asking again.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._queue or self._state.status == "stopped", max_wait_seconds
            )
            taken = [self._queue.popleft() for _ in range(min(max_events, len(self._queue)))]
            self._queued_bytes -= sum(_size(event) for event in taken)
            self._changed.notify_all()
            if not taken and self._failure is not None:
                raise self._failure
            return taken

    def _run(self) -> None:
        """The thread: read, pause, read again."""
        n_vain = 0
        try:
            while not self._stopping.is_set() and self._failure is None:
                n_before = self._state.n_events
                least, is_in_vain = self._read_noting_failure()
                n_vain = n_vain + 1 if is_in_vain and self._state.n_events == n_before else 0
                if self._failure is None:
                    self._note(status="reconnecting")
                    self._stopping.wait(max(least, self._pause(n_vain)))
        finally:
            if not self._stopping.is_set() and self._failure is None:  # a bug, and not to be hidden
                self._failure = Failed("client-bug", f"the reader of {self._url} broke")
            self._note(status="stopped")

    def _pause(self, n_vain: int) -> float:
        first, longest = self._pauses
        whole: float = min(longest, first * 2.0 ** min(n_vain, 20))
        return whole * SystemRandom().uniform(0.5, 1)

    def _read_noting_failure(self) -> tuple[float, bool]:
        """Reads until the connection ends: the least seconds to pause, whether it was in vain."""
        try:
            self._read()
        except Silent:
            return 0, False
        except EndOfStream:
            return 0, True
        except InvalidStatusCodeError as error:
            self._refused(error.status_code, _close(error))
        except InvalidContentTypeError as error:
            _close(error)
            found = beginning(str(error.content_type))
            self._fail(Failed("bad-answer", f"the stream is {found}, expected text/event-stream"))
        except EndlessEvent:
            self._fail(Failed("bad-answer", "an event of the stream did not end"))
        except Failed as failure:
            if failure.reason == "client-bug":
                self._failure = failure
            self._fail(failure)
            return failure.retry_after_seconds or 0, True
        # OSError and ValueError are what a socket says that was shut by another thread.
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            if not self._stopping.is_set():
                name = type(error).__name__
                self._fail(Failed("transient", f"the connection to the stream broke: {name}"))
        return 0, True

    def _read(self) -> None:
        """Connects and queues events until something rises."""
        if self._last_id is not None and not _is_sendable(self._last_id):
            self._drop_id("the id of the last event can't be sent")
        params: dict[str, str] = {}
        if self._since is not None and self._last_id is None:
            params["since"] = self._since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        source = connect(
            self._url, lambda headers: self._connection.ask(headers, params), last_id=self._last_id
        )
        try:
            self._note(status="connected", n_connects=self._state.n_connects + 1)
            for message in source:
                data = message.data or ""
                if message.type == "error":
                    raise Failed("transient", f"the stream sent an error: {beginning(data)}")
                if message.type == "message":
                    self._put(StreamEvent(message.last_event_id or self._last_id or "", data))
        finally:
            source.close()

    def _put(self, event: StreamEvent) -> None:
        """Queues an event, once there is room: the server waits as long as the caller does."""
        size = _size(event)
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._stopping.is_set()
                    or not self._queue
                    or (
                        len(self._queue) < self._queue_size
                        and self._queued_bytes + size <= MAX_QUEUED_BYTES
                    )
                )
            )
            if self._stopping.is_set():
                return
            self._queue.append(event)
            self._queued_bytes += size
            self._last_id = event.id or None
            self._note(n_events=self._state.n_events + 1, last_event_at=self._clock())

    def _refused(self, status: int, reason: str) -> None:
        """What an answer without a stream means: the id is bad, the stream is, or it may pass."""
        sentence = f"the stream was refused with status {status}: {reason}"
        if self._last_id is not None and status in STATUSES_OF_A_BAD_ID:
            self._drop_id(sentence)
        elif 400 <= status < 500 and status not in (408, 425, 429):
            self._failure = Failed("client-bug", sentence)
            self._fail(self._failure)
        else:
            self._fail(Failed("rate-limited" if status == 429 else "transient", sentence))

    def _drop_id(self, why: str) -> None:
        self._last_id = None
        self._note(n_ids_dropped=self._state.n_ids_dropped + 1)
        self._fail(Failed("bad-answer", f"reading begins anew, events may be missing: {why}"))

    def _note_refused(self, why: str) -> None:
        self._note(n_refused=self._state.n_refused + 1)
        self._fail(Failed("bad-answer", why))

    def _fail(self, failure: Failed) -> None:
        self._note(last_error=failure.detail, last_error_at=self._clock())

    def _note(self, **changes: Any) -> None:
        with self._changed:
            self._state = replace(self._state, **changes)
            self._changed.notify_all()


def _size(event: StreamEvent) -> int:
    return len(event.id) + len(event.data)


def _is_sendable(last_id: str) -> bool:
    return len(last_id) <= MAX_ID_LENGTH and last_id.isascii() and last_id.isprintable()


def _close(error: requests.RequestException) -> str:
    """The server's own sentence in a refusal, if any; its connection is closed then."""
    answer: object = error.response
    if not isinstance(answer, LineAnswer):
        return "no reason given"
    answer.close()
    return answer.reason

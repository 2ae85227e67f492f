"""The wire form of event streams: chunks of bytes in, whole and sound events out.

Fields are read by requests-sse. Lines are cut here instead, because its way takes a CR and LF in
two chunks for an empty line, knows no largest line, and gets slow with long ones.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

import requests
from requests_sse import EventSource

from jadelite.upstream.answers import Failed, strict_json

MAX_EVENT_BYTES = 8 * 1024 * 1024
MAX_SKIPPED_BYTES = 8 * MAX_EVENT_BYTES  # of one refused event, before the connection is given up


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event: `id` as received (a list in JSON; "" where none came), `data` as JSON text."""

    id: str
    data: str


class EndOfStream(Exception):
    """The server ended the stream, as it does every quarter of an hour."""


class EndlessEvent(Exception):
    """An event went on and on: the connection is not worth reading further."""


def cut_lines(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """The lines in chunks of bytes, without CR, LF or CRLF; None for one longer than `max_bytes`.

    What follows the last line end is no line yet and does not come. Raises EndlessEvent for a line
    of more than MAX_SKIPPED_BYTES.
    """
    parts: list[bytes] = []
    size = 0
    is_after_cr = False
    for chunk in chunks:
        rest = chunk[1:] if is_after_cr and chunk.startswith(b"\n") else chunk
        if chunk:
            is_after_cr = chunk.endswith(b"\r")
        for piece in rest.splitlines(keepends=True):
            line = piece.rstrip(b"\r\n")
            size += len(line)
            if size <= max_bytes:
                parts.append(line)
            elif size > MAX_SKIPPED_BYTES:
                raise EndlessEvent
            else:
                parts.clear()
            if len(line) != len(piece):
                yield b"".join(parts) if size <= max_bytes else None
                parts.clear()
                size = 0


def sound_lines(
    chunks: Iterable[bytes],
    on_refused: Callable[[str], None],
    *,
    max_bytes: int = MAX_EVENT_BYTES,
) -> Iterator[bytes]:
    """The lines of whole events, each event closed by an empty line.

    An event that is larger than `max_bytes` or no UTF-8 is left out, and `on_refused` is told why.
    Raises EndlessEvent for one that does not end within MAX_SKIPPED_BYTES.
    """
    event: list[bytes] = []
    size = 0
    for line in cut_lines(chunks, max_bytes):
        size += max_bytes + 1 if line is None else len(line) + 1
        if line:
            if size <= max_bytes:
                event.append(line)
            elif size > MAX_SKIPPED_BYTES:
                raise EndlessEvent
            else:
                event.clear()
        elif line is None:
            event.clear()
        else:
            wrong = _wrong_with(event, size, max_bytes)
            if wrong is None:
                yield from event
                yield b""
            else:
                on_refused(wrong)
            event.clear()
            size = 0


def _wrong_with(event: list[bytes], size: int, max_bytes: int) -> str | None:
    if size > max_bytes:
        return f"an event of more than {max_bytes} bytes was left out"
    try:
        for line in event:
            line.decode("utf-8")
    except UnicodeDecodeError:
        return "an event that is not UTF-8 was left out"
    return None


@dataclass
class LineAnswer:
    """What requests-sse needs of an answer: status, headers, and lines that are cut already.

    `reason` says why there is no stream, where there is none.
    """

    lines: Iterator[bytes]
    status_code: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/event-stream"}
    )
    url: str = "https://localhost/"
    history: tuple[()] = ()
    on_close: Callable[[], None] = lambda: None
    reason: str = "no reason given"

    def iter_lines(self) -> Iterator[bytes]:
        """The lines; raises EndOfStream after the last, so that requests-sse does not reconnect."""
        yield from self.lines
        raise EndOfStream

    def close(self) -> None:
        """Let go of the connection."""
        self.on_close()


class AnswerSession:
    """What requests-sse needs of a session: the answer that `ask` brings."""

    def __init__(self, ask: Callable[[Mapping[str, str]], LineAnswer]) -> None:
        self.ask = ask

    def request(self, *, headers: Mapping[str, str], **_unused: Any) -> LineAnswer:
        """The answer to a request with these headers. Raises what `ask` raises."""
        return self.ask(headers)


def connect(
    url: str, ask: Callable[[Mapping[str, str]], LineAnswer], *, last_id: str | None = None
) -> EventSource:
    """An open source of events, to be closed by the caller.

    Raises requests_sse's InvalidStatusCodeError and InvalidContentTypeError, and what `ask` raises.
    It never reconnects: its reader raises EndOfStream instead.
    """
    session = cast(requests.Session, AnswerSession(ask))
    source = EventSource(url, session=session, latest_event_id=last_id)
    source.connect(0)
    return source


def replay(lines: Iterable[bytes]) -> Iterator[StreamEvent]:
    """The events of a recorded stream: its wire form, or JSON lines with `id` and `data`.

    An event that the recording does not finish does not come. Raises Failed("bad-answer") for a
    line that is neither, for an event the reader would leave out, and for a recorded error.
    """
    rest = iter(lines)
    for first in rest:
        if first.strip():
            lines = chain([first], rest)
            yield from _json_events(lines) if first.lstrip()[:1] == b"{" else _wire_events(lines)
            return


def _json_events(lines: Iterable[bytes]) -> Iterator[StreamEvent]:
    for line in lines:
        if not line.strip():
            continue
        row = strict_json(line)
        if not isinstance(row, dict) or "id" not in row or "data" not in row:
            raise Failed("bad-answer", "a recorded line has no id and data, expected both")
        yield StreamEvent(_text(row["id"]), _text(row["data"]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _wire_events(chunks: Iterable[bytes]) -> Iterator[StreamEvent]:
    def refuse(why: str) -> None:
        raise Failed("bad-answer", why)

    source = connect("recording:", lambda _: LineAnswer(sound_lines(chunks, refuse)))
    try:
        for message in source:
            if message.type == "error":
                raise Failed("bad-answer", f"the recording holds an error: {message.data}")
            if message.type == "message":
                yield StreamEvent(message.last_event_id, message.data or "")
    except EndOfStream:
        return

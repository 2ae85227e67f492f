"""A small server of event streams on loopback, in the wire form of KafkaSSE.

It can cut connections, send events again, fall silent, drip, refuse bad ids, and play raw bytes.
"""

import json
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

TOPICS = ("eqiad.mediawiki.recentchange", "codfw.mediawiki.recentchange")


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it; `at` on the monotonic clock."""

    at: float
    streams: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    @property
    def last_id(self) -> str | None:
        """The Last-Event-ID, None where none was sent."""
        return self.headers.get("last-event-id")


def event_id(offset: int) -> str:
    """The id as KafkaSSE writes it; `offset` is that of the next event, the other topic unseen."""
    first, second = TOPICS
    rows = [
        {"topic": first, "partition": 0, "offset": offset},
        {"topic": second, "partition": 0, "offset": -1},
    ]
    return json.dumps(rows, separators=(",", ":"))


def wire(event: object, offset: int) -> bytes:
    """One event in wire form; `offset` is its own."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"event: message\nid: {event_id(offset + 1)}\ndata: {data}\n\n".encode()


class StreamServer:
    """Serves `events` as /v2/stream/recentchange; a context manager.

    All may be changed between connections: `cut_after` events of one connection it is ended, by a
    reset where `is_reset`; `again` events before the place asked for come twice; after
    `silent_after` events nothing more comes; `drip_seconds` pass between bytes; `raw` chunks of
    bytes are the bodies of the next connections instead; `statuses` are the answers of the next
    ones instead. `is_ended`: the last event ends the connection, else it stays open. A reader
    without id begins at `begin`.
    """

    def __init__(self, events: Sequence[object] = ()) -> None:
        self.events: list[object] = list(events)
        self.cut_after: int | None = None
        self.again = 0
        self.silent_after: int | None = None
        self.drip_seconds = 0.0
        self.is_reset = False
        self.is_ended = False
        self.is_chunked = True
        self.begin = 0
        self.content_type = "text/event-stream; charset=utf-8"
        self.raw: list[Sequence[bytes]] = []
        self.statuses: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[Asked] = []
        self.n_open = 0
        self.changed = threading.Condition()
        self.is_closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """The address below which streams are."""
        return f"http://127.0.0.1:{self._server.server_port}/v2/stream"

    def add(self, *events: object) -> None:
        """Let more events happen."""
        with self.changed:
            self.events += events
            self.changed.notify_all()

    def wait_until_asked(self, times: int, seconds: float = 5) -> None:
        """Return once that many requests came; fail after `seconds`."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= times, seconds), self.asked

    def wait_until_left(self, seconds: float = 5) -> None:
        """Return once nobody is connected; fail after `seconds`."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.n_open == 0, seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_closing.set()
        with self.changed:
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Refusal(Exception):
    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def _place(server: StreamServer, asked: Asked) -> int:
    """The index of the first event to send."""
    if asked.last_id is None:
        if "since" in asked.query:
            since = datetime.fromisoformat(asked.query["since"][0])
            if since.tzinfo is None or since > datetime.now(UTC):
                raise _Refusal(400, {"message": "bad since"})
        return server.begin
    try:
        rows = json.loads(asked.last_id)
    except ValueError as error:
        found = {"name": "InvalidAssignmentError", "origin": "KafkaSSE", "statusCode": 400}
        raise _Refusal(400, {"message": f"not valid JSON: {error}", **found}) from error
    if not isinstance(rows, list) or not rows:
        found = {"name": "InvalidAssignmentError", "origin": "KafkaSSE", "statusCode": 400}
        raise _Refusal(400, {"message": "Must provide an array of topic names", **found})
    for row in rows:
        if row["topic"] not in TOPICS:
            found = {"name": "TopicNotAvailableError", "origin": "KafkaSSE", "statusCode": 404}
            message = f"Topics {row['topic']} are not available for consumption."
            raise _Refusal(404, {"message": message, **found})
    offset = rows[0]["offset"]
    if offset < 0 or offset > len(server.events):  # silently from now, as KafkaSSE does
        return len(server.events)
    return max(0, int(offset) - server.again)


def _handler(server: StreamServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                monotonic(),
                unquote(parts.path).removeprefix("/v2/stream/"),
                parse_qs(parts.query),
                {name.lower(): value for name, value in self.headers.items()},
            )
            with server.changed:
                server.asked.append(asked)
                server.n_open += 1
                server.changed.notify_all()
            self.close_connection = True
            try:
                self._answer(asked)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                with server.changed:
                    server.n_open -= 1
                    server.changed.notify_all()

        def _answer(self, asked: Asked) -> None:
            try:
                if server.statuses:
                    status, headers, body = server.statuses.pop(0)
                    self._whole(status, headers, body)
                elif server.raw:
                    self._begin()
                    for chunk in server.raw.pop(0):
                        self._send(chunk)
                    self._end()
                elif set(asked.streams.split(",")) - {"recentchange", "page-create"}:
                    raise _Refusal(400, {"detail": "Invalid streams", "status": 400})
                else:
                    self._play(_place(server, asked))
            except _Refusal as refusal:
                body = json.dumps(refusal.body).encode()
                self._whole(refusal.status, {"Content-Type": "application/json"}, body)

        def _play(self, place: int) -> None:
            self._begin()
            self._send(b":ok\n\n")
            n_sent = 0
            while not server.is_closing.is_set():
                if server.cut_after is not None and n_sent >= server.cut_after:
                    break
                is_silent = server.silent_after is not None and n_sent >= server.silent_after
                if is_silent or place >= len(server.events):
                    if server.is_ended and not is_silent:
                        break
                    if self._is_left():
                        return
                    continue
                self._send(wire(server.events[place], place))
                place += 1
                n_sent += 1
            self._end()

        def _is_left(self) -> bool:
            """Whether the reader has gone, after a moment of waiting for news."""
            with server.changed:
                server.changed.wait(0.01)
            self.connection.setblocking(False)
            try:
                return self.connection.recv(1, socket.MSG_PEEK) == b""
            except BlockingIOError:
                return False
            finally:
                self.connection.setblocking(True)

        def _whole(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def _begin(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", server.content_type)
            if server.is_chunked:
                self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()

        def _send(self, data: bytes) -> None:
            step = 1 if server.drip_seconds else max(1, len(data))
            for start in range(0, len(data), step):
                part = data[start : start + step]
                if server.is_chunked:
                    part = f"{len(part):x}\r\n".encode() + part + b"\r\n"
                self.wfile.write(part)
                if server.drip_seconds and server.is_closing.wait(server.drip_seconds):
                    return

        def _end(self) -> None:
            if server.is_reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif server.is_chunked:
                self.wfile.write(b"0\r\n\r\n")

    return Handler

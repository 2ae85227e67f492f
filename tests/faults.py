"""A server on loopback that misbehaves in every way an upstream can, and keeps a log.

    with FaultServer(good=lambda request: {"answer": 1}) as server:
        server.play("status-503", "good")      # one request each; the last one stays
        ... ask server.url ...
        assert len(server.requests) == 2

`good` is given the Request and returns a JSON-able object (or bytes, sent as they are); cases of
the body change that object, so that any source of answers can be tested with them.
"""

import copy
import gzip
import json
import math
import re
import select
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FOREIGN_HOST = "http://169.254.169.254/latest/meta-data"
TABLES = ("probability", "probabilities", "prediction_probabilities")
MAX_LIFE_SECONDS = 30  # no answer of this server outlives a test by much


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; `at` is time.monotonic, the same for all processes."""

    at: float
    method: str
    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes
    done_at: float = math.inf

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def json(self) -> Any:
        """The body as values."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Case:
    """One way to misbehave.

    `reason` is what jadelite.upstream must say of it (for JSON bodies: at the latest when read
    strictly); None where the answer is handed on and whoever knows its meaning must refuse it.
    `is_fault` is false for answers that are right and must be taken as they are. With
    `is_slow` it ends by the client's timeouts only: set them short.
    """

    name: str
    reason: str | None = None
    is_fault: bool = True
    is_slow: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def _has_hung_up(connection: socket.socket) -> bool:
    """Whether the client gave up before its request was looked at, on a machine that is busy.

    What it asked must not use up the case that is meant for the next request.
    """
    readable, _, _ = select.select([connection], [], [], 0)
    return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""


def _http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


CASES: list[Case] = [
    Case("refused", "transient"),
    Case("dns", "transient"),
    Case("hang", "transient", is_slow=True),
    Case("slow", "transient", is_slow=True),
    Case("drip", "transient", is_slow=True),
    Case("drip-headers", "transient", is_slow=True),
    Case("reset", "transient"),
    Case("reset-mid-body", "transient"),
    Case("closed-without-answer", "transient"),
    Case("no-http", "transient"),
    Case("status-500", "transient"),
    Case("status-502", "transient"),
    Case("status-503", "transient"),
    Case("status-503-retry-after", "transient", headers={"Retry-After": "2"}),
    Case("status-504", "transient"),
    Case("429-seconds", "rate-limited", headers={"Retry-After": "2"}),
    Case("429-date", "rate-limited", headers={"Retry-After": "DATE"}),
    Case("429-negative", "rate-limited", headers={"Retry-After": "-5"}),
    Case("429-garbage", "rate-limited", headers={"Retry-After": "soon"}),
    Case("429-86400", "rate-limited", headers={"Retry-After": "86400"}),
    Case("429-bare", "rate-limited"),
    Case("maxlag-in-200", headers={"Retry-After": "5"}),
    Case("error-in-200"),
    Case("score-error-in-200"),
    Case("detail-400"),
    Case("error-400"),
    Case("malformed", "bad-answer"),
    Case("empty", "bad-answer"),
    Case("truncated", "transient"),
    Case("truncated-chunked", "transient"),
    Case("cut-json", "bad-answer"),
    Case("html-200", "bad-answer"),
    Case("not-utf8", "bad-answer"),
    Case("duplicate-keys", "bad-answer"),
    Case("deeply-nested", "bad-answer"),
    Case("wrong-schema"),
    Case("wrong-schema-list"),
    Case("wrong-schema-null"),
    Case("probability-nan", "bad-answer"),
    Case("probability-infinity", "bad-answer"),
    Case("probability-1e999", "bad-answer"),
    Case("probability-over-1"),
    Case("probability-negative"),
    Case("probability-text"),
    Case("probability-true"),
    Case("score-zero", is_fault=False),
    Case("rev-id-mismatch"),
    Case("version-missing"),
    Case("endless", "bad-answer"),
    Case("endless-chunked", "bad-answer"),
    Case("gzip-bomb", "bad-answer"),
    Case("bad-gzip", "bad-answer"),
    Case("redirect", "bad-answer"),
    Case("redirect-endless", "bad-answer"),
    Case("good", is_fault=False),
    Case("good-gzip", is_fault=False),
    Case("good-chunked", is_fault=False),
]
BY_NAME = {case.name: case for case in CASES}

_STATUS_TEXT = {200: "OK", 302: "Found", 400: "Bad Request", 429: "Too Many Requests"}


class FaultServer:
    """See the head of this file. `url` stays the same in every case, also while refusing."""

    def __init__(self, good: Callable[[Request], object] | None = None, *, path: str = "") -> None:
        self._good = good or (lambda request: {"ok": True})
        self._cases: list[Case] = [BY_NAME["good"]]
        self._lock = threading.Lock()
        self._log: list[Request] = []
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self._path = path
        self._has_no_name = False
        self.delay = 0.0  # seconds every good answer takes
        self.n_open = self.max_open = 0

    def __enter__(self) -> "FaultServer":
        self._listen()
        self._usual_getaddrinfo = socket.getaddrinfo
        socket.getaddrinfo = self._getaddrinfo
        return self

    def __exit__(self, *_: object) -> None:
        socket.getaddrinfo = self._usual_getaddrinfo
        self._stop.set()
        self._deafen()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """Its address, without a closing slash."""
        return f"http://127.0.0.1:{self._port}{self._path}"

    @property
    def requests(self) -> list[Request]:
        """What was asked, in order. Connections that were refused are not in it."""
        with self._lock:
            return list(self._log)

    def play(self, *cases: str | Case) -> None:
        """Answer the coming requests with these cases, one each; the last one stays."""
        found = [BY_NAME[each] if isinstance(each, str) else each for each in cases]
        with self._lock:
            self._cases = found
        self._arrange()

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()
            self.max_open = self.n_open

    def _arrange(self) -> None:
        """Listen, or not, as the next case wants it."""
        name = self._cases[0].name
        self._has_no_name = name == "dns"
        if name == "refused":
            self._deafen()
        elif self._listener is None:
            self._listen()

    def _getaddrinfo(self, host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
        if self._has_no_name and port == self._port:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._usual_getaddrinfo(host, port, *arguments, **named)

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(64)
        listener.settimeout(0.05)
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def _deafen(self) -> None:
        if self._listener is not None:
            # close() alone would leave it listening as long as another thread waits on it
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stop.is_set() and listener is self._listener:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection), suppress(OSError, ValueError):
            connection.settimeout(MAX_LIFE_SECONDS)
            request = self._receive(connection)
            if request is None or _has_hung_up(connection):
                return
            with self._lock:
                case = self._cases[0]
                if len(self._cases) > 1:
                    self._cases.pop(0)
                place = len(self._log)
                self._log.append(request)
                self.n_open += 1
                self.max_open = max(self.max_open, self.n_open)
            self._arrange()
            done = self._once_done(place)
            try:
                self._answer(connection, case, request, done)
            finally:
                done()

    def _once_done(self, place: int) -> Callable[[], None]:
        """To be called before the answer leaves: whoever has it may ask again at once."""
        waiting = [place]

        def done() -> None:
            with self._lock:
                if not waiting:
                    return
                waiting.clear()
                self.n_open -= 1
                if place < len(self._log):
                    seen = self._log[place]
                    self._log[place] = Request(**{**vars(seen), "done_at": time.monotonic()})

        return done

    def _receive(self, connection: socket.socket) -> Request | None:
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65_536)
            if not part:
                return None
            received += part
        at = time.monotonic()
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65_536)
        method, path, _ = first.split(" ")
        return Request(at, method, path, headers, body)

    def _answer(
        self,
        connection: socket.socket,
        case: Case,
        request: Request,
        done: Callable[[], None],
    ) -> None:
        if case.name in ("hang", "slow", "drip", "drip-headers"):
            self._dawdle(connection, case, self._body(BY_NAME["good"], request))
        elif case.name in ("reset", "reset-mid-body", "closed-without-answer", "no-http"):
            self._break_off(connection, case)
        elif case.name.startswith(("endless", "redirect", "gzip-bomb")):
            self._flood(connection, case)
        else:
            if self.delay:
                self._stop.wait(self.delay)
            body = self._body(case, request)
            done()
            self._send(connection, case, _status_of(case.name), body)

    def _send(self, connection: socket.socket, case: Case, status: int, body: bytes) -> None:
        kind = "text/html" if case.name == "html-200" else "application/json"
        size = f"Content-Length: {len(body) + (100 if case.name == 'truncated' else 0)}"
        if case.name == "good-gzip":
            body = gzip.compress(body)
            size = f"Content-Length: {len(body)}\r\nContent-Encoding: gzip"
        elif case.name == "bad-gzip":
            size += "\r\nContent-Encoding: gzip"
        elif case.name in ("good-chunked", "truncated-chunked"):
            end = b"0\r\n\r\n" if case.name == "good-chunked" else b"5\r\n{"
            half = len(body) // 2
            body = b"%x\r\n%b\r\n%x\r\n%b\r\n" % (
                half, body[:half], len(body) - half, body[half:]
            ) + end  # fmt: skip
            size = "Transfer-Encoding: chunked"
        connection.sendall(self._head(status, kind, size, case.headers) + body)

    def _head(self, status: int, kind: str, size: str, headers: dict[str, str]) -> bytes:
        lines = [f"HTTP/1.1 {status} {_STATUS_TEXT.get(status, 'Error')}", f"Content-Type: {kind}"]
        lines += [size] if size else []
        for name, value in headers.items():
            lines.append(f"{name}: {_http_date(2) if value == 'DATE' else value}")
        return "\r\n".join([*lines, f"Date: {_http_date(0)}", "Connection: close", "", ""]).encode()

    def _dawdle(self, connection: socket.socket, case: Case, body: bytes) -> None:
        body += b" " * 10_000  # so that no answer is short enough to arrive in time
        head = self._head(200, "application/json", f"Content-Length: {len(body)}", {})
        if case.name == "hang":
            self._stop.wait(MAX_LIFE_SECONDS)
        elif case.name == "slow":
            self._stop.wait(MAX_LIFE_SECONDS)
            connection.sendall(head + body)
        else:
            whole = head + body
            n_at_once = len(head) if case.name == "drip" else 0
            connection.sendall(whole[:n_at_once])
            ends_at = time.monotonic() + MAX_LIFE_SECONDS
            for byte in whole[n_at_once:]:
                if self._stop.wait(0.02) or time.monotonic() > ends_at:
                    return
                connection.sendall(bytes([byte]))

    def _break_off(self, connection: socket.socket, case: Case) -> None:
        if case.name == "reset-mid-body":
            head = self._head(200, "application/json", "Content-Length: 5000", {})
            connection.sendall(head + b'{"half": ')
            self._stop.wait(0.05)
        if case.name == "no-http":
            connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        elif case.name != "closed-without-answer":
            linger = struct.pack("ii", 1, 0)  # closing sends RST
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _flood(self, connection: socket.socket, case: Case) -> None:
        """Up to 2 GB; ends when the client hangs up."""
        status, headers = 200, {}
        if case.name.startswith("redirect"):
            status, headers = 302, {"Location": FOREIGN_HOST}
        size = {
            "endless-chunked": "Transfer-Encoding: chunked",
            "gzip-bomb": "Content-Encoding: gzip",
        }
        if case.name == "redirect":
            size["redirect"] = "Content-Length: 0"
        connection.sendall(self._head(status, "application/json", size.get(case.name, ""), headers))
        if case.name == "redirect":
            return
        for part in _flood_of(case.name):
            connection.sendall(part)
            if self._stop.is_set():
                return

    def _body(self, case: Case, request: Request) -> bytes:
        fixed = _FIXED_BODIES.get(case.name)
        if fixed is not None:
            return fixed
        found = self._good(request)
        if isinstance(found, bytes):
            return found
        whole = json.dumps(changed(case.name, copy.deepcopy(found))).encode()
        if case.name == "probability-1e999":
            whole = whole.replace(b'"TOO-LARGE"', b"1e999")
        if case.name == "cut-json":
            whole = whole[: len(whole) // 2]
        if case.name == "not-utf8":
            whole = whole[:-1] + b', "x": "\xff\xfe"}'
        if case.name == "duplicate-keys":
            whole = b'{"twice": 1, "twice": 2, ' + whole[1:]
        return whole


_FIXED_BODIES: dict[str, bytes] = {
    "maxlag-in-200": json.dumps(
        {
            "error": {
                "code": "maxlag",
                "info": "Waiting for 10.64.16.7: 6.2 seconds lagged.",
                "host": "10.64.16.7",
                "lag": 6.2,
                "type": "db",
            }
        }
    ).encode(),
    "error-in-200": b'{"error": {"code": "internal_api_error", "info": "an error inside a 200"}}',
    "detail-400": b'{"detail": "The MW API does not have any info for the revision"}',
    "error-400": b'{"error": "Unexpected error: the request was not understood"}',
    "malformed": b'{"output": {"prediction": tru, ]}',
    "empty": b"",
    "html-200": b"<!DOCTYPE html><html><title>Wikimedia Error</title><p>Our servers are</html>",
    "deeply-nested": b"[" * 100_000 + b"]" * 100_000,
    "wrong-schema": b'{"hello": ["world", {"probability": "high"}], "score": 1}',
    "wrong-schema-list": b'[1, 2, {"probability": 0.5}]',
    "wrong-schema-null": b"null",
    "bad-gzip": b"this was never compressed",
}
for _status in (500, 502, 504):
    _FIXED_BODIES[f"status-{_status}"] = b'{"error": "InferenceError: the model fell over"}'
for _name in ("status-503", "status-503-retry-after"):
    _FIXED_BODIES[_name] = b"<html>upstream connect error</html>"
for _case in CASES:
    if _case.name.startswith("429"):
        _FIXED_BODIES[_case.name] = b'{"httpCode": 429, "httpReason": "Too Many Requests"}'


def _status_of(name: str) -> int:
    number = re.match(r"status-(\d+)|(429)|.*-(400)$", name)
    return int(next(filter(None, number.groups()))) if number else 200


def changed(name: str, good: Any) -> Any:
    """A good answer with the fault of a case in it; unchanged where the case is not of the body."""
    probability = {
        "probability-nan": math.nan,
        "probability-infinity": math.inf,
        "probability-1e999": "TOO-LARGE",
        "probability-over-1": 1.7,
        "probability-negative": -0.1,
        "probability-text": "0.5",
        "probability-true": True,
    }
    if name in probability:
        for table in probabilities(good) or _with_numbers(good):
            key = next(key for key, value in table.items() if isinstance(value, float))
            table[key] = probability[name]
    elif name == "score-zero":
        _make_zero(good)
    elif name == "rev-id-mismatch":
        return _with_other_revisions(good)
    elif name == "version-missing":
        for each in _objects(good):
            for key in ("version", "model_version", "models"):
                if key != "models" or _is_versions(each.get(key)):
                    each.pop(key, None)
    elif name == "score-error-in-200":
        for each in _objects(good):
            if "score" in each:
                error = {"type": "RevisionNotFound", "message": "RevisionNotFound: Could not find"}
                each.clear()
                each["error"] = error
    return good


def probabilities(good: Any) -> list[dict[str, Any]]:
    """The tables of probabilities in an answer, whatever its form; empty where it has none."""
    found = []
    for each in _objects(good):
        for key in TABLES:
            if isinstance(each.get(key), dict):
                found.append(each[key])
    return found


def _with_numbers(good: Any) -> list[dict[str, Any]]:
    """The objects of an answer without probabilities that hold a number with a fraction."""
    return [e for e in _objects(good) if any(isinstance(v, float) for v in e.values())]


def _make_zero(good: Any) -> None:
    """Probabilities of exactly 0.0 and 1.0, with the prediction that belongs to them."""
    for each in _objects(good):
        table = next((each[key] for key in TABLES if key in each), None)
        if not isinstance(table, dict) or len(table) < 2:
            continue
        one = "false" if "false" in table else list(table)[-1]
        for label in table:
            table[label] = 1.0 if label == one else 0.0
        if isinstance(each.get("prediction"), bool):
            each["prediction"] = one == "true"
        for key in ("prediction", "label"):
            if isinstance(each.get(key), str):
                each[key] = one


def _with_other_revisions(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_other_revisions(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, inner in value.items():
        is_id = key in ("rev_id", "revision_id", "revid", "rev") and isinstance(inner, int)
        other = str(int(key) + 1) if key.isdigit() else key
        found[other] = inner + 1 if is_id else _with_other_revisions(inner)
    return found


def _is_versions(value: Any) -> bool:
    return isinstance(value, dict) and any(
        isinstance(each, dict) and set(each) == {"version"} for each in value.values()
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for each in value for found in _objects(each)]
    if isinstance(value, dict):
        return [value, *(found for each in list(value.values()) for found in _objects(each))]
    return []


def _flood_of(name: str) -> Iterator[bytes]:
    block = b'{"a": "' + b"x" * (1 << 20)
    if name == "gzip-bomb":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        yield packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
        # A part that refers to nothing before it can be sent again and again: 2 GB for 2 MB.
        again = packer.compress(b"\0" * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        for _ in range(128):
            yield again * 16
        return
    for _ in range(2048):
        yield b"%x\r\n%b\r\n" % (len(block), block) if name == "endless-chunked" else block
    if name == "endless-chunked":
        yield b"0\r\n\r\n"


class FakeTime:
    """A clock and the sleep that belongs to it: sleeping takes no time but moves the clock."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> datetime:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

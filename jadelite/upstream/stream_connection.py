"""The connection below a reader of event streams: asking, reading as it comes, hanging up."""

import threading
from collections.abc import Callable, Iterator, Mapping
from time import monotonic

import requests
from urllib3.exceptions import ReadTimeoutError

from jadelite.upstream.answers import Failed, beginning, strict_json
from jadelite.upstream.client import Client
from jadelite.upstream.event_wire import LineAnswer, sound_lines

CHUNK_BYTES = 64 * 1024
MAX_REASON_BYTES = 4096


class Silent(Exception):
    """No whole line came for as long as a stream may be silent."""


class Connection:
    """Asks for a stream again and again, one connection at a time; can be hung up for good."""

    def __init__(
        self, client: Client, url: str, *, idle_seconds: float, on_refused: Callable[[str], None]
    ) -> None:
        """`on_refused` hears of each event that is left out, and why."""
        self._client = client
        self._url = url
        self._idle_seconds = idle_seconds
        self._on_refused = on_refused
        self._lock = threading.Lock()
        self._is_hung_up = False
        self._response: requests.Response | None = None

    def ask(self, headers: Mapping[str, str], params: Mapping[str, str]) -> LineAnswer:
        """The answer to a request for the stream, with lines that are cut and checked.

        Raises what the session raises; reading the lines raises Silent, EndlessEvent, and what
        urllib3 raises.
        """
        manners = self._client.upstream.manners
        response = self._client.session.request(
            "GET",
            self._url,
            params=dict(params),
            headers=dict(headers),
            stream=True,
            allow_redirects=False,
            timeout=(manners.connect_timeout, self._idle_seconds),
        )
        with self._lock:
            self._response = response
            if self._is_hung_up:
                _shut(response)
        return LineAnswer(
            sound_lines(self._chunks(response), self._on_refused),
            response.status_code,
            response.headers,
            on_close=response.close,
            reason="" if response.status_code == 200 else _reason(response),
        )

    def hang_up(self) -> None:
        """End the read that another thread waits in, and all to come."""
        with self._lock:
            self._is_hung_up = True
            if self._response is not None:
                _shut(self._response)

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        """The body as it comes. Raises Silent where no line end came for too long."""
        waited = 0.0
        while not self._is_hung_up:
            asked_at = monotonic()
            try:
                # Not iter_content: that waits for whole chunks where the server does not send any.
                chunk = response.raw.read1(CHUNK_BYTES, decode_content=True)
            except ReadTimeoutError as error:
                raise Silent from error
            if not chunk:
                return
            waited = 0 if b"\n" in chunk or b"\r" in chunk else waited + monotonic() - asked_at
            if waited > self._idle_seconds:
                raise Silent
            yield chunk


def _reason(response: requests.Response) -> str:
    """The server's own sentence in a refusal, shortened; the session has read its body."""
    try:
        told = strict_json(response.content)
    except Failed:
        return beginning(response.content[:MAX_REASON_BYTES].decode("utf-8", "replace"))
    message = (told.get("message") or told.get("detail")) if isinstance(told, dict) else told
    return beginning(str(message))


def _shut(response: requests.Response) -> None:
    try:
        response.raw.shutdown()  # closing would wait for the read it is to end
    except (RuntimeError, ValueError, OSError):  # it ended by itself
        return

"""Reading from a socket that ends at a deadline, however much it drips.

A socket's own timeout begins anew with each byte: a server that sends one byte a second would hold
a worker for days. Here each read is given what is left of the whole time, headers included.
"""

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """When reading must have ended, and how long a silence may last (seconds)."""

    def __init__(self, total: float, silence: float) -> None:
        self._ends_at: float | None = time.monotonic() + total
        self._silence = silence

    def lift(self) -> None:
        """From now on only silences are limited, as streams need it."""
        self._ends_at = None

    def left(self) -> float:
        """Seconds the next read may take. Raises TimeoutError where none are left."""
        if self._ends_at is None:
            return self._silence
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole time is used up")
        return min(left, self._silence)

    @property
    def is_over(self) -> bool:
        """Whether the whole time is used up."""
        return self._ends_at is not None and time.monotonic() >= self._ends_at


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def reading_until(deadline: Deadline) -> Iterator[None]:
    """A block whose requests, made through a DeadlineAdapter, are read under this deadline."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


class _DeadlineRaw(io.RawIOBase):
    def __init__(self, raw: Any, sock: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        usual = self._sock.gettimeout()
        self._sock.settimeout(self._deadline.left())
        try:
            n_read: int | None = self._raw.readinto(buffer)
        finally:
            if self._sock.fileno() >= 0:
                self._sock.settimeout(usual)
        return n_read

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        deadline = _current.get()
        if deadline is not None:
            raw: Any = self.fp
            self.fp = io.BufferedReader(_DeadlineRaw(raw.detach(), sock, deadline))


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse


class _SecureConnection(HTTPSConnection):
    response_class = _DeadlineResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """The usual adapter of requests, reading under the deadline of `reading_until`."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """As usual, with connections that know deadlines."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

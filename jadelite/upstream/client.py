"""Asking one server outside."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from jadelite.upstream.answers import Answer, Failed, printable
from jadelite.upstream.gate import UpstreamState
from jadelite.upstream.services import Upstream
from jadelite.upstream.session import PoliteSession

# No user, no query, no fragment, no climbing: what follows the address can't lead elsewhere.
_PATH = re.compile(r"[A-Za-z0-9._~:,/-]*", re.ASCII)


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Client:
    """One server outside, asked politely. Safe to share between threads.

    `session` goes to libraries that want a requests.Session. `clock` and `sleep` belong together:
    a test whose sleep takes no time moves its clock.
    """

    def __init__(
        self,
        upstream: Upstream,
        *,
        run_folder: Path,
        contact: str,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.upstream = upstream
        self._clock = clock
        self.session = PoliteSession(
            upstream, run_folder=run_folder, contact=contact, clock=clock, sleep=sleep
        )

    def get(self, path: str = "", *, params: Mapping[str, str] | None = None) -> Answer:
        """What the server answers, its status from 200 to 499.

        Repeated within bounds where it fails. Raises Failed, for a 429 and 5xx too.
        """
        request = requests.Request("GET", self._url(path), params=dict(params or {}))
        return self._answer(request, is_safe=True)

    def post_json(
        self, path: str, body: object, *, is_safe: bool = False, keep_5xx: bool = False
    ) -> Answer:
        """What the server answers to a JSON body; repeated only where `is_safe` says it may be.

        Raises Failed; with `keep_5xx` a final 5xx comes back as an answer, since its body may say
        what a model could not do.
        """
        content: Any = body  # requests checks what mypy can't see
        request = requests.Request("POST", self._url(path), json=content)
        return self._answer(request, is_safe=is_safe, has_5xx_kept=keep_5xx)

    def state(self) -> UpstreamState:
        """How the upstream does, as all processes of this machine saw it."""
        return self.session.gate.state()

    def close(self) -> None:
        """Give all connections back."""
        self.session.close()

    def _url(self, path: str) -> str:
        is_climbing = any(part in (".", "..") for part in path.split("/"))
        if "//" in path or is_climbing or not _PATH.fullmatch(path):
            raise Failed(
                "client-bug",
                f"{printable(path, 120)!r} is no path at {self.upstream.name}; nothing was sent",
            )
        base = self.upstream.base_url.rstrip("/")
        return f"{base}/{path.removeprefix('/')}" if path else base

    def _answer(
        self, request: requests.Request, *, is_safe: bool, has_5xx_kept: bool = False
    ) -> Answer:
        try:
            prepared = self.session.prepare_request(request)
        except (requests.RequestException, ValueError, TypeError) as error:
            raise Failed(
                "client-bug", f"the request to {self.upstream.name} can't be made: {error}"
            ) from error
        found = self.session.exchange(prepared, is_safe=is_safe, has_5xx_kept=has_5xx_kept)
        return Answer(found.status_code, found.content, found.headers, self._clock())

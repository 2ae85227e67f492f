"""A requests.Session whose every request keeps the manners, whoever holds it.

mwapi and requests-sse take such a session; they get limits, pauses and refusals for nothing.
Proxies, passwords and certificates of the environment are not read: what is trusted is what this
file says.
"""

import email.utils
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from urllib3.util import parse_url

from jadelite import __version__
from jadelite.upstream.answers import Failed, looks_like_json, printable
from jadelite.upstream.deadline import Deadline, DeadlineAdapter, reading_until
from jadelite.upstream.gate import Gate, Line
from jadelite.upstream.manners import MEBIBYTE
from jadelite.upstream.services import Upstream
from jadelite.upstream.troubles import trouble

CHUNK = 65_536
DEFAULT_PAUSE_SECONDS = 30.0  # told to wait, but not how long in a way that makes sense
BACKOFF_SECONDS = 0.5
SAFE_METHODS = frozenset({"GET", "HEAD"})
EVENT_STREAM = "text/event-stream"
LONGEST_WAIT_SECONDS = 999_999_999.0  # the gate makes less of it
WAITING_STATUSES = frozenset({429, 503})  # where a Retry-After is an order, readable or not
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_SECONDS = re.compile(r"\+?\d+(\.\d+)?", re.ASCII)
_BETWEEN = re.compile(r",(?!\s*\d{1,2}[ -][A-Za-z])")  # not the comma after the day of a date

_random = random.SystemRandom()


def user_agent(contact: str) -> str:
    """How this program names itself and its operator to servers outside."""
    who = f" ({contact})" if contact else ""
    return f"jadelite/{__version__}{who} {requests.utils.default_user_agent()}"


class PoliteSession(requests.Session):
    """One upstream's session. Safe to share between threads.

    `get`, `post`, `request` and `send` return a Response whose body was read whole, of a status of
    200 to 499; everything else, and whatever goes wrong, rises as Failed and as nothing else.
    Timeouts, redirects, proxies and certificates given by a caller are not heard. With
    `stream=True` and `Accept: text/event-stream` the body is left to the caller: it may last for
    ever, each silence of at most `timeout` (read_timeout by default); what goes wrong while it is
    read rises as requests has it.
    """

    def __init__(
        self,
        upstream: Upstream,
        *,
        run_folder: Path,
        contact: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__()
        self.upstream = upstream
        self.gate = Gate(upstream, run_folder, clock=clock, sleep=sleep)
        self._origin = _origin(upstream.base_url)
        self._clock = clock
        self._sleep = sleep
        self._agent = user_agent(contact)
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.headers["Accept-Encoding"] = "gzip"
        self.adapters.clear()
        adapter = DeadlineAdapter(pool_connections=1, pool_maxsize=upstream.manners.concurrency)
        self.mount(self._origin.partition("//")[0] + "//", adapter)

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        """The answer; arguments as requests takes them. Raises Failed."""
        try:
            return super().request(*arguments, **named)
        except (requests.RequestException, ValueError) as error:  # all else is explained by send()
            raise Failed(
                "client-bug", f"the request to {self.upstream.name} can't be made: {error}"
            ) from error

    def send(self, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        """The answer to a prepared request; repeated only where its method is safe."""
        accepts = str(request.headers.get("Accept", ""))
        if named.get("stream") and accepts.startswith(EVENT_STREAM):
            timeout = named.get("timeout")
            silence = timeout[1] if isinstance(timeout, tuple) else timeout
            return self.exchange(request, is_safe=True, is_stream=True, silence=silence)
        return self.exchange(request, is_safe=request.method in SAFE_METHODS)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: nothing is followed, and no body of a redirect is read."""
        return None

    def exchange(
        self,
        request: requests.PreparedRequest,
        *,
        is_safe: bool,
        is_stream: bool = False,
        has_5xx_kept: bool = False,
        silence: float | None = None,
    ) -> requests.Response:
        """The answer; repeated within the budget where `is_safe`.

        With `has_5xx_kept` a final answer of 500 and above is returned, not raised.
        """
        self._refuse_strangers(request)
        request.headers["User-Agent"] = self._agent
        line, n_retries = self.gate.line(), 0
        while True:
            attempt = _Attempt(request, is_stream=is_stream, silence=silence)
            try:
                return self._try(attempt, line, is_retry=n_retries > 0)
            except Failed as failure:
                is_final = not is_safe or n_retries >= self.upstream.manners.max_retries
                if is_final or not self._may_repeat(attempt, failure):
                    if has_5xx_kept and attempt.kept is not None:
                        return attempt.kept
                    raise
            n_retries += 1
            self._sleep(BACKOFF_SECONDS * 2 ** (n_retries - 1) * _random.uniform(0.5, 1.5))

    def _may_repeat(self, attempt: "_Attempt", failure: Failed) -> bool:
        if not attempt.was_sent or failure.reason not in ("transient", "rate-limited"):
            return False
        is_long = (failure.retry_after_seconds or 0) > self.upstream.manners.patience_seconds
        return not is_long and self.gate.take_retry()

    def _refuse_strangers(self, request: requests.PreparedRequest) -> None:
        url = str(request.url)
        if _origin(url) != self._origin or "@" in url.split("?", 1)[0]:
            raise Failed(
                "client-bug",
                f"{printable(url, 120)} is not at {self._origin}, where {self.upstream.name} is;"
                " nothing was sent",
            )

    def _try(self, attempt: "_Attempt", line: Line, *, is_retry: bool) -> requests.Response:
        with self.gate.turn(line, is_retry=is_retry):
            attempt.was_sent = True
            try:
                response = self._fetch(attempt)
            except Failed as failure:
                self.gate.note_failure(failure)
                raise
            if (
                response.status_code >= 300
                or attempt.is_stream
                or looks_like_json(response.content)
            ):
                self.gate.note_success()
            else:  # a page of a proxy in place of an answer; whoever reads it says more
                self.gate.note_failure(
                    Failed("bad-answer", f"{self.upstream.name} answered with no JSON")
                )
            return response

    def _fetch(self, attempt: "_Attempt") -> requests.Response:
        manners = self.upstream.manners
        silence = attempt.silence or manners.read_timeout
        deadline = Deadline(manners.total_timeout, silence)
        try:
            with reading_until(deadline):
                response = super().send(
                    attempt.request,
                    stream=True,
                    timeout=(manners.connect_timeout, silence),
                    verify=True,
                    cert=None,
                    proxies={},
                    allow_redirects=False,
                )
            is_left_open = attempt.is_stream and response.status_code == 200
            try:
                self._judge(attempt, response)
                if is_left_open:
                    deadline.lift()
                else:
                    _keep_body(response, self._body(response))
            finally:
                if not is_left_open:
                    response.close()
        except requests.RequestException as error:
            raise trouble(error, self.upstream, deadline) from error
        return response

    def _judge(self, attempt: "_Attempt", response: requests.Response) -> None:
        """Raise Failed for an answer that is none, and remember a wish to be left alone."""
        status, name = response.status_code, self.upstream.name
        pause = self._pause_wanted(response)
        if pause is not None:
            self.gate.pause(pause)
        if status == 429:
            raise Failed(
                "rate-limited",
                f"{name} asked to wait {pause or 0:.0f} s (429)",
                retry_after_seconds=pause,
            )
        if status in REDIRECTS:
            target = parse_url_or_none(response.headers.get("Location", ""))
            raise Failed(
                "bad-answer",
                f"{name} answered {status} and pointed to {target}; expected an answer from"
                f" {self._origin} itself",
            )
        if status >= 500:
            _keep_body(response, self._body(response))
            attempt.kept = response
            raise Failed(
                "transient",
                f"{name} answered {status} {printable(response.reason or '', 60)}".rstrip(),
                retry_after_seconds=pause,
            )
        if status < 200 or 300 <= status < 400:
            raise Failed("bad-answer", f"{name} answered {status}; expected 200 or an error")

    def _pause_wanted(self, response: requests.Response) -> float | None:
        """Seconds of the Retry-After, None where there is none.

        A default for a 429 without, and where a 429 or 503 has one that makes no sense.
        """
        given, status = response.headers.get("Retry-After"), response.status_code
        if given is None:
            return DEFAULT_PAUSE_SECONDS if status == 429 else None
        seconds = retry_after(given, response.headers.get("Date"), self._clock())
        if seconds is None and status in WAITING_STATUSES:
            return DEFAULT_PAUSE_SECONDS
        return seconds

    def _body(self, response: requests.Response) -> bytes:
        limit, parts, size = self.upstream.manners.max_bytes, [], 0
        for part in response.iter_content(CHUNK):
            size += len(part)
            if size > limit:
                raise Failed(
                    "bad-answer",
                    f"{self.upstream.name} sent more than {limit / MEBIBYTE:.3g} MiB; the rest was"
                    " not read",
                )
            parts.append(part)
        return b"".join(parts)


class _Attempt:
    """One try of a request: whether it was sent, and the 5xx it was answered with."""

    def __init__(
        self, request: requests.PreparedRequest, *, is_stream: bool, silence: float | None
    ) -> None:
        self.request = request
        self.is_stream = is_stream
        self.silence = silence
        self.was_sent = False
        self.kept: requests.Response | None = None


def retry_after(given: str, date: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, in 0..LONGEST_WAIT_SECONDS; None for no sense.

    A number or a point in time; of several the longest wait. A point in time is read against the
    server's own `date`, since clocks differ.
    """
    since = _http_time(date or "") or now
    waits = [_wait(part.partition(";")[0].strip(), since) for part in _BETWEEN.split(given)]
    return max((each for each in waits if each is not None), default=None)


def _wait(text: str, since: datetime) -> float | None:
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT_SECONDS)
    until = _iso_time(text) or _http_time(text)
    if until is None:
        return None
    seconds = (until - since).total_seconds()
    return min(seconds, LONGEST_WAIT_SECONDS) if seconds > 0 else None


def parse_url_or_none(location: str) -> str:
    """The host a redirect points to, in words that can be shown."""
    try:
        host = parse_url(location).host
    except ValueError:
        host = None
    return printable(host, 120) if host else "another place"


def _iso_time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _http_time(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _origin(url: str) -> str:
    """Scheme, host and port; empty where there is no such thing."""
    try:
        parts = parse_url(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.host:
        return ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    is_usual = (parts.scheme, port) in (("https", 443), ("http", 80))
    return f"{parts.scheme}://{parts.host}" + ("" if is_usual else f":{port}")


def _keep_body(response: requests.Response, body: bytes) -> None:
    """So that .content, .text and .json() of the response find what was read with care."""
    response._content = body
    response._content_consumed = True

"""Asking the action API of one wiki: mwapi for its ways, our own manners and checks around it.

What a wiki answers comes out as a plain dict, `WikiError` or `Failed`, and nothing else.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import mwapi
import mwapi.errors

from jadelite.domain.edits import Site
from jadelite.upstream.answers import Failed, printable, strict_json
from jadelite.upstream.client import Client

MAX_TRIES = 3
MAX_ROUNDS = 200
MAX_LAG_SECONDS = 5
DEFAULT_WAIT_SECONDS = 5.0
MAX_WAIT_SECONDS = 15.0  # a wiki that wants a longer rest is asked again by a later run
MAX_CODE = 80
MAX_INFO = 300
BUSY_CODES = frozenset({"maxlag", "readonly"})
RATE_LIMIT_CODES = frozenset({"ratelimited", "actionthrottledtext"})
_MWAPI_ERRORS = (
    mwapi.errors.RequestError,
    mwapi.errors.ConnectionError,
    mwapi.errors.HTTPError,
    mwapi.errors.TimeoutError,
    mwapi.errors.TooManyRedirectsError,
)


class WikiError(Exception):
    """What a wiki refused, in its own words.

    `code` is stable ("nosuchrevid", "missingcontent", ...), `info` an English sentence; both are
    printable and short.
    """

    def __init__(self, code: str, info: str) -> None:
        self.code = printable(code, MAX_CODE)
        self.info = printable(info, MAX_INFO)
        super().__init__(f"{self.code}: {self.info}")


class WikiApi:
    """The action API of one wiki, read with nobody's rights. Safe to share between threads."""

    def __init__(self, site: Site, client: Client) -> None:
        self.site = site
        self._gate = client.session.gate
        address = urlsplit(site.api_url)
        self._session = mwapi.Session(
            f"{address.scheme}://{address.netloc}",
            user_agent="set by the session",  # without one, mwapi complains in the log
            formatversion=2,
            api_path=address.path,
            session=_CheckingSession(site, client),
        )

    def get(self, **params: Any) -> dict[str, Any]:
        """One answer of the wiki; lists in `params` are joined, None is left out.

        Raises WikiError for what the wiki refuses. A wiki that is behind, read-only or asks for
        rest is asked MAX_TRIES times; then, and for every other fault, Failed rises.
        """
        n_tries = 0
        while True:
            n_tries += 1
            try:
                return self._ask(params)
            except _BusyError as busy:
                if n_tries == MAX_TRIES or not self._may_repeat(busy.failed):
                    raise busy.failed from None

    def pages(self, **params: Any) -> Iterator[dict[str, Any]]:
        """The answers of the wiki one after the other, as far as it goes on.

        Raises as `get` does, and Failed("bad-answer") for a wiki that repeats itself or goes on for
        more than MAX_ROUNDS answers.
        """
        more: dict[str, Any] = {"continue": ""}
        for _ in range(MAX_ROUNDS):
            answer = self.get(**{**params, **more})
            yield answer
            if "continue" not in answer:
                return
            before, goes_on = more, answer["continue"]
            if not isinstance(goes_on, dict) or goes_on == before:
                raise self.bad_answer("goes on without saying where")
            more = goes_on
        raise self.bad_answer(f"goes on for more than {MAX_ROUNDS} answers")

    def bad_answer(self, what: str) -> Failed:
        """The failure to raise when an answer of this wiki isn't what it should be."""
        return _bad_answer(self.site, what)

    def _may_repeat(self, failed: Failed) -> bool:
        """Whether to ask once more; the gate then keeps everybody waiting as long as is wanted."""
        wait = failed.retry_after_seconds
        if wait is None:
            self._gate.pause(DEFAULT_WAIT_SECONDS)
        return (wait or 0) <= MAX_WAIT_SECONDS and self._gate.take_retry()

    def _ask(self, params: dict[str, Any]) -> dict[str, Any]:
        asked = {"maxlag": MAX_LAG_SECONDS, "errorformat": "bc", "uselang": "en", **params}
        try:
            answer: dict[str, Any] = self._session.get(**asked)
        except _MWAPI_ERRORS as error:
            cause = error.__cause__
            if isinstance(cause, Failed):
                raise cause from None
            what = f"The wiki {self.site.dbname} could not be asked ({type(cause).__name__})."
            # requests' own errors are OSErrors; anything else is a mistake of this program.
            is_outside = isinstance(cause, OSError)
            raise Failed("transient" if is_outside else "client-bug", what) from error
        return answer


class _BusyError(Exception):
    """The wiki asks for patience; `failed` is what rises when there is none left."""

    def __init__(self, failed: Failed) -> None:
        self.failed = failed
        super().__init__(failed.detail)


class _CheckingSession:
    """What mwapi takes for a requests session: passes on nothing but address and parameters.

    mwapi would replace the User-Agent, and ask for a stream, which has no limits of size and time.
    """

    def __init__(self, site: Site, client: Client) -> None:
        self._site = site
        self._client = client

    def request(
        self, method: str, url: str, *, params: dict[str, Any] | None = None, **_: object
    ) -> "_CheckedReply":
        """The reply, with its status and body still to be checked."""
        reply = self._client.session.request(method, url, params=params)
        return _CheckedReply(self._site, reply.status_code, reply.content, reply.headers)


class _CheckedReply:
    """What mwapi takes for a response. Its `json` is where every answer of a wiki is checked."""

    def __init__(self, site: Site, status: int, body: bytes, headers: Any) -> None:
        self._site = site
        self._status = status
        self._body = body
        self._headers = headers

    def json(self) -> dict[str, Any]:
        """The answer without its warnings. Raises Failed, WikiError or _BusyError."""
        self._check_status()
        found = strict_json(self._body)
        if not isinstance(found, dict):
            raise _bad_answer(self._site, "answered JSON that is no object")
        document: dict[str, Any] = found
        self._check_error(document)
        # mwapi would write them to the log, with names of editors among the parameters.
        document.pop("warnings", None)
        return document

    def _check_status(self) -> None:
        if self._status == 200:
            return
        what = f"The wiki {self._site.dbname} answered with status {self._status}."
        wait = _seconds(self._headers.get("Retry-After"))
        if self._status == 429:
            raise Failed("rate-limited", what, retry_after_seconds=wait)
        if self._status >= 500:
            raise Failed("transient", what, retry_after_seconds=wait)
        raise Failed("bad-answer", f"{what} An action API answers with status 200.")

    def _check_error(self, document: dict[str, Any]) -> None:
        found = document.get("error")
        if found is None and document.get("errors"):  # the form of other error formats
            errors = document["errors"]
            found = errors[0] if isinstance(errors, list) else errors
        if found is None:
            return
        if not isinstance(found, dict) or not isinstance(found.get("code"), str):
            raise _bad_answer(self._site, "answered an error without a code")
        code, info = found["code"], str(found.get("info") or found.get("text") or "")
        what = f"The wiki {self._site.dbname} refused for now: {code}, {info}"
        wait = _seconds(self._headers.get("Retry-After"))
        if code in BUSY_CODES:
            raise _BusyError(Failed("transient", what, retry_after_seconds=wait))
        if code in RATE_LIMIT_CODES:
            raise _BusyError(Failed("rate-limited", what, retry_after_seconds=wait))
        if code.startswith("internal_api_error"):
            raise Failed("transient", what)
        raise WikiError(code, info)


def _bad_answer(site: Site, what: str) -> Failed:
    return Failed("bad-answer", f"The wiki {site.dbname} {what}.")


def _seconds(header: str | None) -> float | None:
    """A Retry-After in whole seconds; None where it is absent, a date or nonsense."""
    text = (header or "").strip()
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None

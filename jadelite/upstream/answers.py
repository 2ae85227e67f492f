"""What came back from a server outside, or why nothing usable did. JSON is read strictly here."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from jadelite.domain.scores import MAX_FAILURE_DETAIL, FailureReason

BEGINNING = 60  # characters of a strange answer that are repeated to the operator
_USER_INFO = re.compile(r"//[^/@\s]*@")


class Failed(Exception):
    """Why a server outside gave no usable answer; nothing else rises from asking.

    `reason` is transient, rate-limited, bad-answer or client-bug; `detail` one printable sentence
    of at most MAX_FAILURE_DETAIL characters, without passwords; `retry_after_seconds` is how long
    the server, or the limit on asking it, wants nobody to ask again (None where nothing is said).
    """

    def __init__(
        self, reason: FailureReason, detail: str, *, retry_after_seconds: float | None = None
    ) -> None:
        self.reason: FailureReason = reason
        self.detail = printable(_USER_INFO.sub("//***@", detail), MAX_FAILURE_DETAIL)
        self.retry_after_seconds = retry_after_seconds
        super().__init__(self.detail)


@dataclass(frozen=True)
class Answer:
    """What a server answered: a status of 200 to 499, or a final 5xx where that was asked for.

    `headers` are found whatever the case of their names; `received_at` is UTC.
    """

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    received_at: datetime

    def json(self) -> Any:
        """The body as plain values. Raises Failed("bad-answer"), see `strict_json`."""
        return strict_json(self.body)

    @property
    def digest(self) -> str:
        """SHA-256 of the body as received (after decompression), hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


def strict_json(text: bytes | str) -> Any:
    """The values in a JSON text.

    Raises Failed("bad-answer") for what Python's own reader lets pass: NaN and infinities in any
    spelling, keys that stand twice, characters no database takes; and for what is no JSON in UTF-8.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(
            decoded,
            parse_constant=_no_number,
            parse_float=_finite,
            object_pairs_hook=_without_doubles,
        )
        if "\\u" in decoded:  # only an escape can bring in what UTF-8 itself forbids
            json.dumps(value, ensure_ascii=False).encode("utf-8")
            if "\\u0000" in decoded and "\\u0000" in json.dumps(value).replace("\\\\", ""):
                raise ValueError("it holds a NUL character")
    except UnicodeEncodeError as error:
        raise Failed("bad-answer", "the answer holds half of a character") from error
    except UnicodeDecodeError as error:
        raise Failed("bad-answer", "the answer is not UTF-8; expected JSON in UTF-8") from error
    except json.JSONDecodeError as error:
        what = f"it begins with {beginning(decoded)!r}" if decoded.strip() else "it is empty"
        raise Failed("bad-answer", f"the answer is no JSON: {error.msg}; {what}") from error
    except RecursionError as error:
        raise Failed("bad-answer", "the answer is nested too deeply") from error
    except ValueError as error:
        raise Failed("bad-answer", f"the answer is no sound JSON: {error}") from error
    return value


def looks_like_json(body: bytes) -> bool:
    """Whether a body begins and ends as a JSON object or list does; says nothing of its inside."""
    ends = body[:64].lstrip()[:1], body[-64:].rstrip()[-1:]
    return ends in ((b"{", b"}"), (b"[", b"]"))


def printable(text: str, limit: int) -> str:
    """`text` in one line of at most `limit` characters, without any that can't be seen."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * limit])
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def beginning(text: str) -> str:
    """The first characters of a strange answer, printable, to be quoted."""
    return printable(text[: 4 * BEGINNING], BEGINNING)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"it holds {beginning(text)}, which is too large for a number")
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found

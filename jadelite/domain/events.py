"""What events of a stream say: values, and careful reading of their fields.

The values are named tuples, not dataclasses: tens of thousands a second are made.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, NoReturn

from jadelite.domain.edits import EditorKind, Hidden
from jadelite.domain.scores import OutputKind

MAX_WHOLE = 2**63 - 1
MAX_SMALL = 2**31 - 1
MAX_TITLE_LENGTH = 255

# Why an event is set apart: no sound JSON, or which of its fields can't be right.
BadReason = Literal[
    "not-json", "bad-schema", "bad-wiki", "bad-revision", "bad-page", "bad-time", "bad-scores",
    "bad-visibility", "bad-field",
]  # fmt: skip
Event = Mapping[str, Any]  # Any: parsed JSON


class EditFacts(NamedTuple):
    """What an event tells of an edit beside its number; None: not told. Times are UTC.

    `page_title` as shown, with blanks; `size_change` in bytes.
    """

    wiki: str
    rev_id: int
    parent_rev_id: int | None = None
    page_id: int | None = None
    page_title: str | None = None
    namespace: int | None = None
    edited_at: datetime | None = None
    size_change: int | None = None
    editor_kind: EditorKind = "unknown"


class VisibilityChange(NamedTuple):
    """What of a revision is hidden since `at`, as its wiki said."""

    wiki: str
    rev_id: int
    hidden: Hidden
    at: datetime


class PageGone(NamedTuple):
    """A page that was deleted at that time: none of its revisions is shown to anybody."""

    wiki: str
    page_id: int
    at: datetime


class StreamModel(NamedTuple):
    """A model as its scores are stored; `positive_label` is empty where no label means yes."""

    name: str
    question: str
    positive_label: str
    output: OutputKind


class BadEvent(Exception):
    """An event that can't be right: a stable reason to count by, and one sentence."""

    def __init__(self, reason: BadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: BadReason = reason
        self.detail = detail


def decode(data: str) -> dict[str, Any]:
    """The object an event's data hold.

    Raises BadEvent("not-json") for anything else, and for what Python's own reader lets pass: NaN,
    keys that stand twice, characters that no database takes.
    """
    try:
        value = _DECODER.decode(data)
        if "\\u" in data:  # only an escape can bring in what UTF-8 forbids, or a NUL
            flat = json.dumps(value, ensure_ascii=False)
            flat.encode("utf-8")
            if "\\u0000" in flat.replace("\\\\", ""):
                raise ValueError("it holds a NUL character")
    except (ValueError, RecursionError) as error:  # a UnicodeEncodeError is a ValueError
        raise BadEvent("not-json", f"the event is no sound JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadEvent("not-json", f"the event is a {type(value).__name__}, expected an object")
    return value


def inner(event: Event, key: str) -> Event:
    """The object under a key; empty where absent. Raises BadEvent("bad-field")."""
    value = event.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEvent("bad-field", f"{key} is {short(value)}, expected an object")
    return value


def number(
    event: Event, key: str, reason: BadReason, *, low: int = 0, high: int = MAX_WHOLE
) -> int | None:
    """A whole number of `low` to `high`; None where absent. Raises BadEvent(reason)."""
    value = event.get(key)
    if value is None:
        return None
    if type(value) is not int or not low <= value <= high:
        raise BadEvent(reason, f"{key} is {short(value)}, expected a number of {low} to {high}")
    return value


def revision_number(event: Event, key: str = "rev_id") -> int:
    """The number of the revision an event is about. Raises BadEvent("bad-revision")."""
    value = event.get(key)
    if type(value) is not int or not 0 < value <= MAX_WHOLE:
        raise BadEvent("bad-revision", f"{key} is {short(value)}, expected a number from 1 on")
    return value


def moment(event: Event, key: str) -> datetime | None:
    """A time in UTC; None where absent. Raises BadEvent("bad-time")."""
    value = event.get(key)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is UTC:
            return found
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise BadEvent("bad-time", f"{key} is {short(value)}, expected a time in UTC such as 2026-...Z")


def event_time(event: Event) -> datetime:
    """When an event happened: its `dt`, else that of its `meta`. Raises BadEvent("bad-time")."""
    found = moment(event, "dt") or moment(inner(event, "meta"), "dt")
    if found is None:
        raise BadEvent("bad-time", "the event has no dt, expected a time in UTC")
    return found


def emission_time(event: Event) -> datetime:
    """When an event was sent, to the millisecond, else when it happened."""
    return moment(inner(event, "meta"), "dt") or event_time(event)


def short(value: object) -> str:
    """A value of an event, to be quoted: containers by their kind, for they may be endless."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return "a huge number"
    text = ascii(value[:100] if isinstance(value, str) else value)
    return text if len(text) <= 60 else text[:59] + "…"


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


_DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_unique)

"""Reads the fields of one line of an import file; a sentence for everything wrong in them."""

import json
from datetime import UTC, datetime
from typing import Any, cast

from jadelite.domain.errors import FieldError, Invalid
from jadelite.domain.names import is_slug, is_wiki_name
from jadelite.domain.scores import FAILURE_REASONS, MAX_FAILURE_DETAIL, FailureReason

MAX_NAME_LENGTH = 255
MAX_LABEL_LENGTH = 60
MAX_ID = 2**63 - 1
MAX_VALUE = 1e300
FAILURE_KEYS = ("reason", "detail")


class LineReader:
    """The fields of one object; remembers everything that was wrong with them.

    Each reading method gives the field's value, or a harmless one of the same kind after noting
    what is wrong; `finish` raises Invalid with all of it.
    """

    def __init__(self, data: dict[str, Any], known: tuple[str, ...]) -> None:
        self.data = data
        self.wrong: list[FieldError] = []
        unknown = [key for key in data if key not in known]
        if unknown:
            keys = f"key{'s' if len(unknown) > 1 else ''} {', '.join(map(repr, unknown[:5]))}"
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            detail = f"unknown {keys}{more}, expected {', '.join(known)}"
            self.refuse(unknown[0], "unknown-key", detail)

    def refuse(self, field: str, code: str, detail: str) -> None:
        """Remember that a field is wrong; `detail` says what it holds and what would be right."""
        self.wrong.append(FieldError(field, code, detail))

    def note(self, wrong: FieldError | None) -> None:
        """Remember what a check found, if it found something."""
        if wrong is not None:
            self.wrong.append(wrong)

    def has_wrong(self, *fields: str) -> bool:
        """Whether something is wrong with any of the fields."""
        return any(wrong.field in fields for wrong in self.wrong)

    def finish(self) -> None:
        """Nothing, or Invalid with everything that was wrong."""
        if self.wrong:
            detail = "; ".join(wrong.detail for wrong in self.wrong)
            raise Invalid("invalid-line", detail, fields=tuple(self.wrong))

    def optional(self, read: Any, field: str, **rules: Any) -> Any:
        """What `read` gives for the field; None where it is absent or null."""
        # Any: `read` is one of this class's methods, whose result type mypy can't carry through.
        return None if self.data.get(field) is None else read(field, **rules)

    def whole(self, field: str, *, low: int) -> int:
        """A whole number from `low` to MAX_ID; 3.0 counts as one."""
        value = self.data.get(field)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, float) and value.is_integer():
            value, is_whole = int(value), True
        if not is_whole or not low <= cast("int", value) <= MAX_ID:
            self.expected(field, f"a whole number from {low} to {MAX_ID}")
            return low
        return cast("int", value)

    def text(self, field: str, *, limit: int) -> str:
        """Text of at most `limit` characters that both databases can store."""
        value = self.data.get(field)
        if not isinstance(value, str):
            self.expected(field, "text")
            return ""
        if len(value) > limit:
            detail = f"{field} has {len(value)} characters, expected at most {limit}"
            self.refuse(field, "too-long", detail)
            return ""
        if "\0" in value or not _is_encodable(value):
            detail = (
                f"{field} holds a character that can't be stored (NUL or half a surrogate pair)"
            )
            self.refuse(field, "bad-character", detail)
            return ""
        return value

    def name(self, field: str) -> str:
        """Text that is not blank, of at most MAX_NAME_LENGTH characters."""
        value = self.text(field, limit=MAX_NAME_LENGTH)
        if not value.strip() and not self.has_wrong(field):
            self.refuse(field, "empty", f"{field} is empty, expected a name")
        return value

    def plain_name(self, field: str) -> str:
        """A name without line breaks, tabs and other characters that can't be seen.

        It stands in lines of the command line and rows of CSV files, which it must not forge.
        """
        value = self.name(field)
        if not value.isprintable() and not self.has_wrong(field):
            detail = (
                f"{field} is {shown(value)}, expected no line breaks, tabs or control characters"
            )
            self.refuse(field, "bad-character", detail)
        return value

    def wiki(self, field: str) -> str:
        """A database name."""
        value = self.name(field)
        if not self.has_wrong(field) and not is_wiki_name(value):
            self.expected(field, "a database name such as fawiki")
        return value

    def slug(self, field: str) -> str:
        """A campaign's name."""
        value = self.name(field)
        if not self.has_wrong(field) and not is_slug(value):
            self.expected(field, "2 to 60 small letters, digits and hyphens")
        return value

    def label(self, field: str) -> str:
        """A label; true and false become text."""
        value = self.data.get(field)
        # ORES and its data sets write labels as true and false.
        return str(value).lower() if isinstance(value, bool) else self.name(field)

    def choice(self, field: str, *, among: tuple[str, ...]) -> str:
        """One of the words in `among`."""
        value = self.data.get(field)
        if value not in among:
            self.expected(field, f"one of {', '.join(among)}")
            return among[0]
        return cast("str", value)

    def time(self, field: str) -> datetime | None:
        """A moment in UTC; None beside a remembered error."""
        value = self.data.get(field)
        try:
            moment = datetime.fromisoformat(cast("str", value))
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            self.expected(field, 'a time with its zone such as "2026-10-03T12:00:00Z"')
            return None
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            moment = None
        if moment is None or not 2000 < moment.year < 2100:
            self.expected(field, "a time between 2001 and 2099")
            return None
        return moment

    def numbers(self, field: str) -> dict[str, float]:
        """Numbers by label, near 0 to 1: what they add up to is checked elsewhere."""
        value = self.data.get(field)
        if not isinstance(value, dict):
            self.expected(field, 'an object such as {"true": 0.1, "false": 0.9}')
            return {}
        found = {}
        for label, number in value.items():
            if not _is_label(label):
                detail = (
                    f"{field} has a label that is empty, too long or can't be stored,"
                    f" expected 1 to {MAX_LABEL_LENGTH} characters"
                )
                self.refuse(field, "bad-label", detail)
                return {}
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            # A whole number of hundreds of digits is no float; neither is any such a probability.
            if not is_number or not -1 <= number <= 2:
                self.expected(field, "numbers from 0 to 1")
                return {}
            found[label] = float(number)
        return found

    def number(self, field: str) -> float:
        """A number between -MAX_VALUE and MAX_VALUE."""
        value = self.data.get(field)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # Compared as it is: a whole number of hundreds of digits is no float.
        if not is_number or not -MAX_VALUE <= cast("float", value) <= MAX_VALUE:
            self.expected(field, "a number")
            return 0.0
        return float(cast("float", value))

    def failure(self, field: str) -> tuple[FailureReason, str]:
        """Reason and detail; what is wrong with them is said of the whole field."""
        value = self.data.get(field)
        if not isinstance(value, dict):
            self.expected(field, 'an object such as {"reason": "missing", "detail": "why"}')
            return "bad-answer", ""
        inner = LineReader(value, FAILURE_KEYS)
        reason = cast("FailureReason", inner.choice("reason", among=FAILURE_REASONS))
        detail = inner.text("detail", limit=MAX_FAILURE_DETAIL)
        if not detail.strip() and not inner.has_wrong("detail"):
            inner.refuse("detail", "empty", "detail is empty, expected a sentence")
        for wrong in inner.wrong:
            self.refuse(field, wrong.code, f"in {field}, {wrong.detail}")
        return reason, detail

    def labels(self, field: str) -> dict[str, str]:
        """Texts by key."""
        value = self.data.get(field)
        is_labels = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        if not is_labels:
            self.expected(field, 'an object such as {"damaging": "yes"}')
            return {}
        return cast("dict[str, str]", value)

    def expected(self, field: str, what: str) -> None:
        """Remember that a field is missing or holds something other than `what`."""
        if field not in self.data:
            self.refuse(field, "missing", f"{field} is missing, expected {what}")
        else:
            given = shown(self.data[field])
            self.refuse(field, "bad-value", f"{field} is {given}, expected {what}")


def _is_label(value: str) -> bool:
    return (
        bool(value.strip())
        and len(value) <= MAX_LABEL_LENGTH
        and "\0" not in value
        and _is_encodable(value)
    )


def shown(value: object) -> str:
    """The beginning of a value as JSON, for a message."""
    try:
        return json.dumps(value, ensure_ascii=False)[:60]
    except RecursionError:
        return "a deeply nested value"


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

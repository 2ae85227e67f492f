"""Reading the fields of a wiki's answer: the right kind, None where absent, or Failed.

Both forms that wikis answer in are read: flags as true or as "", pages as a list or by number.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from jadelite.upstream.answers import Failed

Row = Mapping[str, Any]
T = TypeVar("T")
MAX_WHOLE = 2**63 - 1


def bad_field(key: str, expected: str) -> Failed:
    """The failure to raise where a field isn't what it should be."""
    return Failed("bad-answer", f"The wiki's answer has a wrong {key!r}; expected {expected}.")


def has_flag(row: Row, key: str) -> bool:
    """Whether a flag is set: true, or "" in the older form."""
    return row.get(key, False) not in (False, None)


def whole(row: Row, key: str, *, low: int = 0) -> int | None:
    """A whole number from `low` on; None where absent."""
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MAX_WHOLE:
        raise bad_field(key, f"a whole number from {low} on")
    return value


def text(row: Row, key: str) -> str | None:
    """A text; None where absent."""
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise bad_field(key, "a text")
    return value


def moment(row: Row, key: str) -> datetime | None:
    """A time in UTC; None where absent."""
    written = text(row, key)
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise bad_field(key, "a time such as 2026-11-22T12:00:00Z") from error
    if found.tzinfo is None:
        raise bad_field(key, "a time with Z at its end")
    return found.astimezone(UTC)


def texts(row: Row, key: str) -> tuple[str, ...]:
    """A list of texts; empty where absent."""
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise bad_field(key, "a list of texts")
    return tuple(value)


def rows(container: Row, key: str) -> Iterator[Row]:
    """The objects of a list, or of an object by number; none where absent."""
    value = container.get(key)
    if isinstance(value, dict):
        value = list(value.values())
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise bad_field(key, "a list of objects")
    yield from value


def inner(container: Row, key: str) -> Row:
    """The object under a key; empty where absent (an older wiki writes an empty one as [])."""
    value = container.get(key) or {}
    if not isinstance(value, dict):
        raise bad_field(key, "an object")
    return value


def in_batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in runs of `size`, the last one shorter."""
    for start in range(0, len(values), size):
        yield values[start : start + size]

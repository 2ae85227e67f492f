"""Reading a file of newline-delimited JSON into the database: batches, bad lines, a summary.

A file is read in batches, one transaction each. A bad line is set apart with its number, field
and reason, and the rest still goes in. What a line means stands in intake.py and labels.py.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from jadelite.db import edits, imports
from jadelite.db.imports import ImportKind
from jadelite.db.session import Database, Session
from jadelite.domain.errors import Conflict, FieldError, Invalid
from jadelite.domain.judgments import Origin
from jadelite.domain.records import decode_line
from jadelite.wiki import sites

BATCH_SIZE = 500
BATCH_BYTES = 16_000_000  # what the lines of one batch may hold in memory together
MAX_TRIES = 5  # for a batch that clashes with another import
MAX_BAD_KEPT = 1000

T = TypeVar("T")
Outcome = str | FieldError
Progress = Callable[["Summary"], None]


@dataclass(frozen=True)
class BadLine:
    """A line that did not go in: its number (from 1), field and reason."""

    number: int
    field: str
    reason: str


@dataclass
class Summary:
    """What an import did so far. `bad` keeps the first MAX_BAD_KEPT, `n_bad` counts all.

    `broken` says why the file could not be read to its end, None if it could.
    """

    n_lines: int = 0
    n_stored: int = 0
    n_known: int = 0
    n_completed: int = 0
    n_bad: int = 0
    bad: list[BadLine] = field(default_factory=list)
    broken: str | None = None

    def refuse(self, number: int, error: FieldError) -> None:
        """Count a bad line."""
        self.n_bad += 1
        if len(self.bad) < MAX_BAD_KEPT:
            self.bad.append(BadLine(number, error.field, error.detail))


@dataclass(frozen=True)
class Options:
    """How a file is to be read. `note` is printed with every report that rests on the file.

    `question` says what a model of unknown name answers; `origin` where judgments come from.
    """

    note: str | None = None
    is_strict: bool = False
    is_dry_run: bool = False
    question: str | None = None
    origin: Origin = "import"


class Batch:
    """What the lines of one transaction share, with the row that stands for the whole import."""

    def __init__(self, session: Session, kind: ImportKind, options: Options, now: datetime) -> None:
        self.session = session
        self.kind = kind
        self.options = options
        self.now = now
        self.wiki_ids: dict[str, int] = {}
        self.import_batch_id: int | None = None

    def wiki_id(self, dbname: str) -> int:
        """The row of a wiki, added if new."""
        return edits.ensure_wiki_of(self.session, sites.describe(dbname), self.wiki_ids)

    def batch_id(self) -> int:
        """The row of this import; made with the first line that stores something."""
        if self.import_batch_id is None:
            self.import_batch_id = imports.add_batch(
                self.session, self.kind, self.options.note, self.now
            )
        return self.import_batch_id


@dataclass(frozen=True)
class Reader(Generic[T]):
    """What differs between the three kinds of file."""

    kind: ImportKind
    parse: Callable[[dict[str, Any]], T]
    store: Callable[[Batch, list[T]], list[Outcome]]


def run(
    database: Database,
    lines: Iterable[bytes],
    reader: Reader[T],
    options: Options,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Read all lines; `progress` hears of each batch. The good lines of a batch go in at once.

    A file that breaks off (a damaged archive) ends the reading; `broken` says why, and what came
    before is in.
    """
    summary = Summary()
    import_batch_id: int | None = None
    try:
        # Strict means that nothing after a bad line goes in, not even in the same batch.
        for numbered in _batches(lines, 1 if options.is_strict else BATCH_SIZE):
            good = _parse(numbered, reader, summary)
            outcomes, import_batch_id = _store(
                database, [value for _, value in good], reader, options, now, import_batch_id
            )
            _count(summary, [number for number, _ in good], outcomes)
            progress(summary)
            if options.is_strict and summary.n_bad:
                break
    except Invalid as error:
        summary.broken = error.detail
    summary.bad.sort(key=lambda wrong: wrong.number)
    return summary


def _parse(
    numbered: list[tuple[int, bytes]], reader: Reader[T], summary: Summary
) -> list[tuple[int, T]]:
    good: list[tuple[int, T]] = []
    for number, line in numbered:
        summary.n_lines = number
        try:
            good.append((number, reader.parse(decode_line(line))))
        except Invalid as error:
            for wrong in error.fields[:1]:
                summary.refuse(number, FieldError(wrong.field, wrong.code, error.detail))
    return good


def _store(
    database: Database,
    values: list[T],
    reader: Reader[T],
    options: Options,
    now: datetime,
    import_batch_id: int | None,
) -> tuple[list[Outcome], int | None]:
    """Outcomes by position, and the row of this import; a clash with another import is retried."""
    for is_last in (*[False] * (MAX_TRIES - 1), True):
        try:
            with database.transaction() as session:
                batch = Batch(session, reader.kind, options, now)
                batch.import_batch_id = import_batch_id
                outcomes = reader.store(batch, values)
                if options.is_dry_run:
                    session.rollback()
                    return outcomes, None
            return outcomes, batch.import_batch_id
        except Conflict:
            if is_last:
                raise
    raise RuntimeError("the last try returns or raises")


def _count(summary: Summary, numbers: list[int], outcomes: list[Outcome]) -> None:
    for number, outcome in zip(numbers, outcomes, strict=True):
        if isinstance(outcome, FieldError):
            summary.refuse(number, outcome)
        else:
            summary.n_stored += outcome == "stored"
            summary.n_known += outcome == "known"
            summary.n_completed += outcome == "completed"


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[tuple[int, bytes]]]:
    """Numbered lines, at most `size` and BATCH_BYTES at once; errors come after what was read."""
    batch: list[tuple[int, bytes]] = []
    n_bytes = 0
    failure = None
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                batch.append((number, line))
                n_bytes += len(line)
            if len(batch) >= size or n_bytes >= BATCH_BYTES:
                yield batch
                batch, n_bytes = [], 0
    except Invalid as error:
        failure = error
    if batch:
        yield batch
    if failure is not None:
        raise failure


def digest(value: dict[str, Any]) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    packed = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()

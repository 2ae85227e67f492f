"""The database: connections, and the only place that commits.

`transaction()` writes, `reading()` can't. On SQLite the driver's own transaction handling is
switched off: it starts transactions late, so a read followed by a write loses updates silently,
and savepoints leak committed rows. BEGIN is sent by hand, IMMEDIATE for writers.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session as Session
from sqlalchemy.orm import sessionmaker

from jadelite.domain.errors import Conflict, Unavailable

BUSY_TIMEOUT_SECONDS = 15
SCRUB_TRIES = 20
SCRUB_PAUSE_SECONDS = 0.1
# Where something can be erased: dead rows of these go at once, not when there is time for it.
ERASABLE = ("content_key", "edit_text", "edit_diff", "edit_summary", "editor_name", "note")
WRITING = "jadelite_writing"


class Database:
    """One engine and the two ways to use it. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turns = threading.Lock()
        writer = self.engine.execution_options(**{WRITING: True})
        reader = self.engine.execution_options(
            # One state of the data for the whole block, as SQLite's readers have it anyway.
            **{}
            if self.is_sqlite
            else {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
        )
        self._writing = sessionmaker(writer, expire_on_commit=False, autoflush=False)
        self._reading = sessionmaker(reader, expire_on_commit=False, autoflush=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose block is one transaction: committed at its end, or undone by any error.

        Raises Unavailable when the database can't be reached, is locked or its disk is full.
        """
        with self._turn(), _explained(), self._writing() as session:
            yield session
            session.commit()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite, the writers of one process one after the other.

        Left to itself SQLite lets a writer who finds it busy sleep, longer each time, while later
        ones get in before. Who gets no turn in time goes on and hears of it from SQLite.
        """
        has_turn = self.is_sqlite and self._turns.acquire(timeout=BUSY_TIMEOUT_SECONDS)
        try:
            yield
        finally:
            if has_turn:
                self._turns.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the data and can't change it."""
        with _explained(), self._reading() as session:
            yield session

    @contextmanager
    def connection(self, *, is_writing: bool) -> Iterator[Connection]:
        """A bare connection in one transaction, for migrations and looking at the schema."""
        engine = self.engine.execution_options(**{WRITING: is_writing})
        with _explained(), engine.begin() as connection:
            yield connection

    def scrub(self, *, tries: int = SCRUB_TRIES) -> bool:
        """Whether what was erased is gone from the files too, as far as the database can do it.

        To be called after the transaction that erased. SQLite: its log is written back and cut to
        nothing, for which no reader may be at work. PostgreSQL: dead rows of what is erasable are
        taken away; its free space and its own log keep bytes of sealed rows and of keys until they
        are used again. False: others were at work all the time, try again later. Raises
        Unavailable.
        """
        with _explained():
            return self._cut_log(tries) if self.is_sqlite else self._vacuum()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _cut_log(self, tries: int) -> bool:
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            # While it waits for readers no writer gets in: so it waits short, and often.
            cursor.execute(f"PRAGMA busy_timeout = {int(SCRUB_PAUSE_SECONDS * 1000)}")
            for attempt in range(tries):
                if attempt:
                    time.sleep(SCRUB_PAUSE_SECONDS)
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                found = cursor.fetchone()  # (was somebody in the way, ...)
                if found is not None and not found[0]:
                    return True
            return False
        finally:
            raw.cursor().execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
            raw.close()

    def _vacuum(self) -> bool:
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for table in ERASABLE:
                connection.exec_driver_sql(f"VACUUM {table}")
        return True


def _make_engine(url: str) -> Engine:
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # FULL: an acknowledged judgment survives a power cut; NORMAL would be faster and lose some.
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        # Without it REPLACE would delete a row past the triggers that keep facts.
        "recursive_triggers = ON",
        # Whoever commits when the log has so many pages writes them all back: at the usual 1,000
        # that is every fiftieth judgment.
        "wal_autocheckpoint = 10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if is_writing else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def _explained() -> Iterator[None]:
    """Turn "the database is not there" into the domain's word for it."""
    try:
        yield
    except OperationalError as error:
        if "no such" in str(error.orig):  # a missing table or column is a bug, not the weather
            raise
        raise _unavailable(error) from error
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise Conflict(
            "clash", "somebody stored the same thing in the same moment; try again"
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated or "not a database" in str(error.orig):
            raise _unavailable(error) from error
        raise


def _unavailable(error: DBAPIError) -> Unavailable:
    """Locked, full, not reachable, not a database: the driver's own first line says which."""
    reason = str(error.orig).strip().splitlines() or ["no reason given"]
    return Unavailable(
        "database-unavailable",
        f"the database does not take this now: {reason[0]}",
        retry_after_seconds=5,
    )

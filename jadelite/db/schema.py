"""The schema: upgrade, downgrade, and whether it is the one this code needs (Alembic)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from jadelite.config import data_folder
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict

State = Literal["empty", "behind", "current", "newer"]


@dataclass(frozen=True)
class SchemaState:
    """Which revision the database is at, which one the code needs, and how they compare."""

    revision: str | None
    head: str
    state: State


def check(database: Database) -> SchemaState:
    """How the database's schema stands to this code's. Reads only."""
    script = ScriptDirectory.from_config(_config())
    head = script.get_current_head() or ""
    with database.connection(is_writing=False) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return SchemaState(None, head, "empty")
    if revision == head:
        return SchemaState(revision, head, "current")
    known = {item.revision for item in script.walk_revisions()}
    return SchemaState(revision, head, "behind" if revision in known else "newer")


def require_current(database: Database) -> None:
    """Raise Conflict, with what to do, unless the schema is the one this code needs."""
    found = check(database)
    if found.state == "newer":
        raise Conflict(
            "schema-newer",
            f"the database is at revision {found.revision}, newer than this code's {found.head};"
            " expected the code that made it: update jadelite",
        )
    if found.state != "current":
        raise Conflict(
            "schema-behind",
            f"the database is at revision {found.revision or 'none'}, this code needs"
            f" {found.head}; run: jadelite db upgrade",
        )


def upgrade(database: Database, revision: str = "head") -> SchemaState:
    """Bring the schema to `revision`. Raises Conflict if the database is newer than the code."""
    if check(database).state == "newer":
        require_current(database)
    _run(database, command.upgrade, revision)
    return check(database)


def downgrade(database: Database, revision: str) -> SchemaState:
    """Take the schema back to `revision`; what that loses stands in each migration."""
    _run(database, command.downgrade, revision)
    return check(database)


def _run(database: Database, step: Callable[[Config, str], None], revision: str) -> None:
    with database.connection(is_writing=True) as connection:
        if database.is_sqlite:
            # Rebuilding a table drops the old one, which must not cascade along foreign keys.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        config = _config()
        config.attributes["connection"] = connection
        step(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_folder("migrations")))
    return config

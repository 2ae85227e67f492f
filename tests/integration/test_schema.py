"""The schema on both databases: migrations and mapped tables agree, facts can't be changed."""

import factories
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import DatabaseError

from jadelite.config import data_folder
from jadelite.db import schema
from jadelite.db.session import Database
from jadelite.db.tables import APPEND_ONLY, Base
from jadelite.domain.errors import Conflict


def test_migrations_make_exactly_the_mapped_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_make_exactly_the_mapped_checks(database: Database) -> None:
    """Autogeneration does not see CHECK constraints."""
    inspector = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        mapped = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        made = {c["name"] for c in inspector.get_check_constraints(table.name)}
        assert made == mapped, table.name


def test_every_column_has_a_comment() -> None:
    bare = [str(c) for t in Base.metadata.sorted_tables for c in t.columns if not c.comment]
    assert bare == []


def test_down_and_up_again_works(database: Database) -> None:
    assert schema.downgrade(database, "base").state == "empty"
    assert schema.upgrade(database).state == "current"


def test_the_head_file_names_the_newest_migration() -> None:
    folder = data_folder("migrations")
    newest = sorted(path.name for path in (folder / "versions").glob("0*.py"))[-1]
    assert newest.startswith((folder / "HEAD").read_text().strip() + "_")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_facts_can_not_be_changed(database: Database, now, table: str, verb: str) -> None:
    factories.import_rows(database, "scores", [factories.score_line()], now)
    factories.import_rows(database, "judgments", [factories.judgment_line()], now)
    with database.transaction() as session:
        session.execute(
            text("INSERT INTO event (kind, subject, happened_at) VALUES ('a', 'b', '2026-01-01')")
        )
        session.execute(
            text(
                "INSERT INTO report (campaign_id, snapshot, seed, code_version, computed_at,"
                " payload) SELECT campaign_id, 'x', 1, '0', '2026-01-01', '{}' FROM campaign"
            )
        )
        session.execute(
            text(
                "INSERT INTO judgment_tag (judgment_id, tag) SELECT judgment_id, 'x' FROM judgment"
            )
        )
        session.execute(
            text(
                "INSERT INTO campaign_text (campaign_id, version, language, key, text, written_at)"
                " SELECT campaign_id, 1, 'fi', 'name', 'x', '2026-01-01' FROM campaign"
            )
        )
        session.execute(
            text(
                "INSERT INTO report_file (report_id, name, digest, content)"
                " SELECT report_id, 'x', 'x', :content FROM report"
            ),
            {"content": b"x"},
        )
        session.execute(
            text(
                "INSERT INTO label_use (campaign_id, kind, text, recorded_at)"
                " SELECT campaign_id, 'other', 'x', '2026-01-01' FROM campaign"
            )
        )
    column = next(iter(inspect(database.engine).get_columns(table)))["name"]
    statement = {
        "UPDATE": f"UPDATE {table} SET {column} = {column}",
        "DELETE": f"DELETE FROM {table}",
    }[verb]
    with pytest.raises(DatabaseError, match="append only"), database.transaction() as session:
        session.execute(text(statement))


def test_a_database_newer_than_the_code_is_refused(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert schema.check(database).state == "newer"
        with pytest.raises(Conflict, match="newer than this code"):
            schema.upgrade(database)
    finally:
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": _head()})


def test_an_empty_database_names_the_command(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(Conflict, match="jadelite db upgrade"):
        schema.require_current(database)
    database.close()


def _head() -> str:
    return (data_folder("migrations") / "HEAD").read_text().strip()

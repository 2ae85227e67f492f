"""Migrations carry what is stored: sealing and opening contents loses no letter of them."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from jadelite.db import contents, edits, judgments, schema
from jadelite.db.session import Database
from jadelite.domain.diffs import Diff

BEFORE = "0003"
ROWS = {
    1: ("before ویکی", "after 'quoted' \\ \"twice\" \u2028 😀", "خلاصه", "یادداشت 'one'"),
    2: (None, "", "", "a note\nof two lines"),
    3: ("x" * 300_000, "y\x1f\u00a0" * 100_000, "%(percent)s :colon {brace}", "n" * 500),
}
DIFF = {
    "rows": [["context", [["ا", 0]], [["ا", 0]], 1], ["gap", None, None, 7]],
    "n_added": 3,
    "n_removed": 4,
}
TABLES = {
    "edit_text": "SELECT edit_id, text_before, text_after FROM edit_text",
    "edit_summary": "SELECT edit_id, comment FROM edit_summary",
    "note": "SELECT judgment_id, text, language, is_hidden FROM note",
    "edit_diff": "SELECT edit_id, origin, digest, diff, made_at FROM edit_diff",
}


@pytest.fixture
def old_form(database: Database):
    """A database in the form before contents were sealed, with rows; new again afterwards."""
    schema.downgrade(database, BEFORE)
    with database.connection(is_writing=True) as link:
        run = link.exec_driver_sql
        run(
            "INSERT INTO wiki (wiki_id, dbname, is_sample, language, direction)"
            " VALUES (1, 'fawiki', false, 'fa', 'rtl')"
        )
        run(
            "INSERT INTO campaign (campaign_id, slug, wiki_id, facet_id, kind, state, k,"
            " created_at) SELECT 1, 'c', 1, facet_id, 'import', 'open', 1, '2026-01-01'"
            " FROM facet LIMIT 1"
        )
        for number, row in ROWS.items():
            _old_rows(link, number, row)
        run("INSERT INTO model VALUES (1, 'm', NULL, 'damaging', 'true', 'classes')")
        run("INSERT INTO model_version VALUES (1, 1, '1', NULL, '2026-01-01')")
        run(
            "INSERT INTO score (score_id, edit_id, model_version_id, prediction, probability,"
            " probabilities, source, answer_digest, stored_at)"
            " VALUES (1, 1, 1, 'true', 0.1, '{}', 'import', 'd', '2026-01-01')"
        )
    yield database
    schema.upgrade(database)


def _old_rows(link, number: int, row: tuple[str | None, str, str, str]) -> None:
    before, after, comment, note = row
    values = {"n": number, "before": before, "after": after, "comment": comment, "note": note}
    values |= {"diff": json.dumps(DIFF), "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}
    for statement in (
        "INSERT INTO edit (edit_id, wiki_id, rev_id, editor_kind, is_text_hidden,"
        " is_editor_hidden, is_comment_hidden, added_at)"
        " VALUES (:n, 1, :n + 100, 'unknown', false, false, false, '2026-01-01')",
        "INSERT INTO task (task_id, campaign_id, edit_id, stream, repeat_no, n_judgments, drawn_at)"
        " VALUES (:n, 1, :n, 'import', 0, 1, '2026-01-01')",
        "INSERT INTO judgment (judgment_id, task_id, revision, action, score_seen, peers_seen,"
        " stored_at, client_key, origin)"
        " VALUES (:n, :n, 1, 'judge', 'no', 'no', '2026-01-01', 'k' || :n, 'import')",
        "INSERT INTO edit_text VALUES (:n, :before, :after)",
        "INSERT INTO edit_summary VALUES (:n, :comment)",
        "INSERT INTO note VALUES (:n, :note, 'fa', false)",
        "INSERT INTO edit_diff (edit_id, origin, digest, diff, made_at)"
        " VALUES (:n, 'local', 'd', :diff, :at)",
    ):
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        link.execute(text(statement.replace("'k' || :n", f"'k{number}'")), used)


def contents_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with database.reading() as session:
        for table, query in TABLES.items():
            rows = [tuple(row) for row in session.execute(text(f"{query} ORDER BY 1"))]
            if table == "edit_diff":  # SQLite gives JSON as text, PostgreSQL as values
                rows = [
                    (*row[:3], json.loads(row[3]) if isinstance(row[3], str) else row[3], row[4])
                    for row in rows
                ]
            found[table] = rows
    return found


def test_what_was_plain_is_sealed_and_opens_again_unchanged(old_form: Database) -> None:
    plain = contents_of(old_form)
    assert [row[1:] for row in plain["edit_text"]] == [row[:2] for row in ROWS.values()]
    assert [row[3] for row in plain["edit_diff"]] == [DIFF] * 3
    for _ in range(2):  # also after going back once
        assert schema.upgrade(old_form, "0004").revision == "0004"
        with old_form.reading() as session:
            sealed = session.execute(text("SELECT sealed FROM edit_text")).scalars().all()
            keys = session.execute(text("SELECT edit_id, part FROM content_key")).all()
        assert len(sealed) == 3
        assert not any("ویکی".encode() in bytes(value) for value in sealed)
        assert {tuple(key) for key in keys} == {
            (number, part) for number in ROWS for part in ("text", "comment", "note")
        }
        schema.downgrade(old_form, BEFORE)
        assert contents_of(old_form) == plain


def test_the_code_reads_what_the_migration_sealed(old_form: Database) -> None:
    schema.upgrade(old_form)
    with old_form.reading() as session:
        for number, (before, after, comment, note) in ROWS.items():
            stored = edits.load(session, number)
            assert stored is not None
            assert stored.edit.comment == comment
            assert stored.diff == Diff.from_json(DIFF)
            assert [judgment.note for judgment in judgments.of_edit(session, number)] == [note]
            key, sealed = session.execute(
                text(
                    "SELECT key, sealed FROM edit_text JOIN content_key USING (edit_id)"
                    " WHERE edit_id = :n AND part = 'text'"
                ),
                {"n": number},
            ).one()
            assert contents.open_text(key, number, sealed) == (before, after)


def test_facts_stay_and_are_guarded_after_each_way(old_form: Database) -> None:
    for step, revision in ((schema.upgrade, "0004"), (schema.downgrade, BEFORE)):
        step(old_form, revision)
        with old_form.reading() as session:
            assert session.execute(text("SELECT probability FROM score")).scalars().all() == [0.1]
        with pytest.raises(Exception, match="append only"), old_form.transaction() as session:
            session.execute(text("DELETE FROM score"))

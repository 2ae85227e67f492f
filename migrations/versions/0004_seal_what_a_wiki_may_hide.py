"""Seal what a wiki may hide, and make room for what the score services say.

Texts, diffs, summaries and notes move into sealed columns, each part of an edit under a key of its
own: dropping the key erases the part. Models that give no label for yes find a place, failures keep
the newest reason per model, and services outside have a visible state.

Down opens the seals; it loses reverts, states of services, combined diffs, reasons of failures and
scores that only name a prediction.

Revision ID: 0004
Revises: 0003
"""

import json
import os
import zlib

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CHUNK = 200
SAYS_BEFORE = "probability IS NOT NULL OR value IS NOT NULL"
SAYS_NOW = "probability IS NOT NULL OR value IS NOT NULL OR prediction IS NOT NULL"


def upgrade() -> None:
    _make_tables()
    _seal_contents()
    for name in ("edit_text_old", "edit_diff_old", "edit_summary_old", "note_old"):
        op.drop_table(name)
    op.add_column(
        "edit",
        sa.Column(
            "visibility_at",
            MOMENT,
            nullable=True,
            comment="when the wiki said last what is hidden; null: never heard",
        ),
    )
    op.add_column(
        "edit",
        sa.Column(
            "no_diff_reason",
            sa.String(length=20),
            nullable=True,
            comment="why there is no diff, once asked for",
        ),
    )
    op.add_column(
        "stream_offset",
        sa.Column(
            "n_events", BIG, nullable=False, server_default="0", comment="events taken in so far"
        ),
    )
    op.create_index(op.f("ix_edit_wiki_id_edited_at"), "edit", ["wiki_id", "edited_at"])
    op.create_index(op.f("ix_edit_wiki_id_page_id"), "edit", ["wiki_id", "page_id"])
    _change_scores(SAYS_NOW, length=1000)


def downgrade() -> None:
    op.drop_index(op.f("ix_edit_wiki_id_page_id"), "edit")
    op.drop_index(op.f("ix_edit_wiki_id_edited_at"), "edit")
    op.drop_column("stream_offset", "n_events")
    op.drop_column("edit", "no_diff_reason")
    op.drop_column("edit", "visibility_at")
    _allow_deletes(is_allowed=True)
    op.execute("DELETE FROM score WHERE probability IS NULL AND value IS NULL")
    _allow_deletes(is_allowed=False)
    _change_scores(SAYS_BEFORE, length=60)
    _open_contents()
    for name in (
        "edit_text_old", "edit_diff_old", "edit_summary_old", "note_old", "content_watch",
        "content_key", "edit_revert", "upstream_state", "score_failure", "editor_name",
    ):  # fmt: skip
        op.drop_table(name)
    _make_plain_failures_and_names()


def _edit_id(**options: object) -> sa.Column:
    return sa.Column("edit_id", BIG, nullable=False, comment="the edit", **options)


def _keys(table: str, *columns: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f(f"fk_{table}_edit_id_edit")
        ),
        sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}")),
    )


def _set_aside(table: str, comment: str, *columns: sa.Column) -> None:
    """Copy a table to TABLE_old without constraints, whose names the new table needs."""
    names = ", ".join(column.name for column in columns)
    op.create_table(f"{table}_old", *columns, comment=comment)
    op.execute(f"INSERT INTO {table}_old ({names}) SELECT {names} FROM {table}")
    op.drop_table(table)


def _make_tables() -> None:
    _set_aside(
        "edit_text", "old", sa.Column("edit_id", BIG), sa.Column("text_before", sa.Text()),
        sa.Column("text_after", sa.Text()),
    )  # fmt: skip
    _set_aside(
        "edit_diff", "old", sa.Column("edit_id", BIG), sa.Column("origin", sa.String(10)),
        sa.Column("digest", sa.String(64)), sa.Column("diff", sa.JSON()),
        sa.Column("made_at", MOMENT),
    )  # fmt: skip
    _set_aside(
        "edit_summary", "old", sa.Column("edit_id", BIG), sa.Column("comment", sa.Text())
    )  # fmt: skip
    _set_aside(
        "note", "old", sa.Column("judgment_id", BIG), sa.Column("text", sa.Text()),
        sa.Column("language", sa.String(35)), sa.Column("is_hidden", sa.Boolean()),
    )  # fmt: skip
    op.drop_table("editor_name")  # nothing wrote it so far
    op.drop_table("score_failure")  # likewise
    op.create_table(
        "content_key",
        _edit_id(),
        sa.Column(
            "part",
            sa.String(length=10),
            nullable=False,
            comment="text (with diffs), comment, editor, note (of reviewers)",
        ),
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="256 random bits"),
        sa.CheckConstraint(
            "part IN ('text', 'comment', 'editor', 'note')", name=op.f("ck_content_key_part_known")
        ),
        *_keys("content_key", "edit_id", "part"),
        comment="keys of sealed contents; a dropped key erases its part",
    )
    op.create_table(
        "content_watch",
        _edit_id(),
        sa.Column("checked_at", MOMENT, nullable=False, comment="when the wiki was asked"),
        *_keys("content_watch", "edit_id"),
        comment="edits with contents here; the wiki is asked in turn whether it hid them",
    )
    op.create_index(op.f("ix_content_watch_checked_at"), "content_watch", ["checked_at"])
    op.create_table(
        "edit_text",
        _edit_id(),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="texts before (null for a new page) and after, sealed",
        ),
        *_keys("edit_text", "edit_id"),
        comment="wikitext of an edit; erased when the wiki hides it",
    )
    op.create_table(
        "edit_diff",
        _edit_id(),
        sa.Column(
            "span",
            sa.String(length=10),
            nullable=False,
            comment="edit, or combined: with the same editor's edits around it",
        ),
        sa.Column("base_rev_id", BIG, comment="revision before a combined diff; 0: a new page"),
        sa.Column("first_rev_id", BIG, comment="first revision of a combined diff"),
        sa.Column("last_rev_id", BIG, comment="last revision of a combined diff"),
        sa.Column(
            "origin",
            sa.String(length=10),
            nullable=False,
            comment="local, or wiki where its own diff was taken",
        ),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the rows, hexadecimal",
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="rows as domain.diffs packs, sealed",
        ),
        sa.Column("made_at", MOMENT, nullable=False, comment="when it was made"),
        sa.CheckConstraint("span IN ('edit', 'combined')", name=op.f("ck_edit_diff_span_known")),
        *_keys("edit_diff", "edit_id", "span"),
        comment="prepared diffs; erased when the wiki hides the text",
    )
    op.create_table(
        "edit_summary",
        _edit_id(),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="the summary as wikitext, sealed"
        ),
        *_keys("edit_summary", "edit_id"),
        comment="edit summaries; erased when the wiki hides them",
    )
    op.create_table(
        "editor_name",
        _edit_id(),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="name as on the wiki, sealed"
        ),
        *_keys("editor_name", "edit_id"),
        comment="names of editors, cached for display; erased when hidden or vanished",
    )
    op.create_table(
        "note",
        sa.Column("judgment_id", BIG, nullable=False, comment="the judgment"),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="the note, sealed under its edit's key for notes",
        ),
        sa.Column(
            "language", sa.String(length=35), comment="language it was written under, BCP 47"
        ),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, comment="by an oversighter"),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.judgment_id"], name=op.f("fk_note_judgment_id_judgment")
        ),
        sa.PrimaryKeyConstraint("judgment_id", name=op.f("pk_note")),
        comment="notes of reviewers; can be hidden or erased, the judgment stays",
    )
    op.create_table(
        "edit_revert",
        _edit_id(),
        sa.Column("by_rev_id", BIG, comment="the revision that undid it, where known"),
        sa.Column("reverted_at", MOMENT, comment="when, null where unknown"),
        sa.Column(
            "kind",
            sa.String(length=10),
            nullable=False,
            comment="how it is known: the wiki's tag, or the same text again",
        ),
        sa.Column("seen_at", MOMENT, nullable=False, comment="when it was learned here"),
        sa.CheckConstraint("kind IN ('tag', 'identity')", name=op.f("ck_edit_revert_kind_known")),
        *_keys("edit_revert", "edit_id"),
        comment="edits that were undone on the wiki later; never counted as a judgment",
    )
    op.create_table(
        "upstream_state",
        sa.Column(
            "name", sa.String(length=120), nullable=False, comment="the service, such as liftwing"
        ),
        sa.Column(
            "state",
            sa.String(length=10),
            nullable=False,
            comment="of the circuit: closed, open, half-open",
        ),
        sa.Column("opened_at", MOMENT, comment="since when it is not asked"),
        sa.Column("paused_until", MOMENT, comment="until when it asked to be left alone"),
        sa.Column("n_calls", BIG, nullable=False, comment="times asked"),
        sa.Column("n_failures", BIG, nullable=False, comment="times it failed"),
        sa.Column("n_retries", BIG, nullable=False, comment="times asked again"),
        sa.Column("last_failure", sa.Text(), comment="its last failure, one sentence"),
        sa.Column("last_failure_at", MOMENT, comment="when"),
        sa.Column("updated_at", MOMENT, nullable=False, comment="when this was written"),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'half-open')", name=op.f("ck_upstream_state_state_known")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_upstream_state")),
        comment="how services outside were when they were last asked",
    )
    op.create_table(
        "score_failure",
        sa.Column("score_failure_id", BIG, nullable=False, comment="row number"),
        _edit_id(),
        sa.Column("model_id", BIG, nullable=False, comment="the model"),
        sa.Column("model_version_id", BIG, comment="the version, where the answer names it"),
        sa.Column(
            "source",
            sa.String(length=60),
            nullable=False,
            comment="who answered, such as liftwing",
        ),
        sa.Column(
            "reason",
            sa.String(length=40),
            nullable=False,
            comment="typed reason such as missing, deleted, transient",
        ),
        sa.Column("detail", sa.Text(), comment="the service's own words"),
        sa.Column("failed_at", MOMENT, nullable=False, comment="when"),
        *_failure_references(),
        sa.PrimaryKeyConstraint("score_failure_id", name=op.f("pk_score_failure")),
        sa.UniqueConstraint("edit_id", "model_id", name=op.f("uq_score_failure_edit_id_model_id")),
        comment="why a model gave no score of an edit, as it said last",
    )
    op.create_index(
        op.f("ix_score_failure_model_id_reason"), "score_failure", ["model_id", "reason"]
    )


def _failure_references() -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint(
            [f"{target}_id"],
            [f"{target}.{target}_id"],
            name=op.f(f"fk_score_failure_{target}_id_{target}"),
        )
        for target in ("edit", "model", "model_version")
    )


def _make_plain_failures_and_names() -> None:
    op.create_table(
        "score_failure",
        sa.Column("score_failure_id", BIG, nullable=False, comment="row number"),
        _edit_id(),
        sa.Column("model_id", BIG, nullable=False, comment="the model"),
        sa.Column("model_version_id", BIG, comment="the version, where the answer names it"),
        sa.Column(
            "reason",
            sa.String(length=40),
            nullable=False,
            comment="typed reason such as missing, deleted, transient",
        ),
        sa.Column("detail", sa.Text(), comment="the service's own words"),
        sa.Column("failed_at", MOMENT, nullable=False, comment="when"),
        *_failure_references(),
        sa.PrimaryKeyConstraint("score_failure_id", name=op.f("pk_score_failure")),
        comment="why a model gave no score of an edit",
    )
    op.create_index(
        op.f("ix_score_failure_edit_id_model_version_id"),
        "score_failure",
        ["edit_id", "model_version_id"],
    )
    op.create_table(
        "editor_name",
        _edit_id(),
        sa.Column("name", sa.String(length=255), nullable=False, comment="name as shown"),
        *_keys("editor_name", "edit_id"),
        comment="names of editors, cached for display; erased when hidden or vanished",
    )
    op.create_index(op.f("ix_editor_name_name"), "editor_name", ["name"])


def _make_plain_contents() -> None:
    op.create_table(
        "edit_text",
        _edit_id(),
        sa.Column("text_before", sa.Text(), comment="null for a new page"),
        sa.Column("text_after", sa.Text(), nullable=False, comment="wikitext after the edit"),
        *_keys("edit_text", "edit_id"),
        comment="wikitext of an edit; erased when the wiki hides it",
    )
    op.create_table(
        "edit_diff",
        _edit_id(),
        sa.Column(
            "origin",
            sa.String(length=10),
            nullable=False,
            comment="local, or wiki where its own diff was taken",
        ),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the rows, hexadecimal",
        ),
        sa.Column("diff", sa.JSON(), nullable=False, comment="rows as domain.diffs packs"),
        sa.Column("made_at", MOMENT, nullable=False, comment="when it was made"),
        *_keys("edit_diff", "edit_id"),
        comment="prepared diffs; erased when the wiki hides the text",
    )
    op.create_table(
        "edit_summary",
        _edit_id(),
        sa.Column("comment", sa.Text(), nullable=False, comment="the summary as wikitext"),
        *_keys("edit_summary", "edit_id"),
        comment="edit summaries; erased when the wiki hides them",
    )
    op.create_table(
        "note",
        sa.Column("judgment_id", BIG, nullable=False, comment="the judgment"),
        sa.Column("text", sa.Text(), nullable=False, comment="the note"),
        sa.Column(
            "language", sa.String(length=35), comment="language it was written under, BCP 47"
        ),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, comment="by an oversighter"),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.judgment_id"], name=op.f("fk_note_judgment_id_judgment")
        ),
        sa.PrimaryKeyConstraint("judgment_id", name=op.f("pk_note")),
        comment="notes of reviewers; can be hidden or erased, the judgment stays",
    )


def _change_scores(rule: str, *, length: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("says_something", "score", type_="check")
        op.create_check_constraint("says_something", "score", rule)
        op.alter_column("score", "prediction", type_=sa.String(length=length))
        return
    # SQLite changes a table by making it anew, which also drops its triggers.
    with op.batch_alter_table("score", recreate="always") as batch:
        batch.drop_constraint(op.f("ck_score_says_something"), type_="check")
        batch.create_check_constraint(op.f("ck_score_says_something"), rule)
        batch.alter_column("prediction", type_=sa.String(length=length))
    _refuse_changes()


def _refuse_changes() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER score_no_{verb.lower()} BEFORE {verb} ON score"
            " BEGIN SELECT RAISE(ABORT, 'rows of score are append only'); END"
        )


def _allow_deletes(*, is_allowed: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        verb = "DISABLE" if is_allowed else "ENABLE"
        op.execute(f"ALTER TABLE score {verb} TRIGGER score_append_only")
    elif is_allowed:  # they come back when the table is made anew
        op.execute("DROP TRIGGER score_no_delete")


def _seal(key: bytes, part: str, edit_id: int, text: str) -> bytes:
    nonce = os.urandom(12)
    packed = zlib.compress(text.encode(), 1)
    return nonce + AESGCM(key).encrypt(nonce, packed, f"{edit_id}:{part}".encode())


def _unseal(key: bytes, part: str, edit_id: int, sealed: bytes) -> str:
    data = AESGCM(key).decrypt(sealed[:12], sealed[12:], f"{edit_id}:{part}".encode())
    return zlib.decompress(data).decode()


def _rows(query: str) -> "sa.CursorResult[tuple]":
    return op.get_bind().execute(sa.text(query))


def _put(table: str, rows: list[dict]) -> None:
    if rows:
        names = list(rows[0])
        columns, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
        op.get_bind().execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), rows)


NOTES = (
    " FROM {note} n JOIN judgment j ON j.judgment_id = n.judgment_id"
    " JOIN task t ON t.task_id = j.task_id ORDER BY t.edit_id"
)


def _seal_contents() -> None:
    keys: dict[tuple[int, str], bytes] = {}

    def key(edit_id: int, part: str) -> bytes:
        return keys.setdefault((edit_id, part), os.urandom(32))

    for chunk in _rows("SELECT edit_id, text_before, text_after FROM edit_text_old").partitions(
        CHUNK
    ):
        _put("edit_text", [
            {"edit_id": e, "sealed": _seal(key(e, "text"), "text", e, json.dumps([b, a]))}
            for e, b, a in chunk
        ])  # fmt: skip
    query = "SELECT edit_id, origin, digest, diff, made_at FROM edit_diff_old"
    for chunk in _rows(query).partitions(CHUNK):
        _put("edit_diff", [
            {
                "edit_id": e, "span": "edit", "origin": o, "digest": d, "made_at": m,
                "sealed": _seal(
                    key(e, "text"), "text", e,
                    j if isinstance(j, str) else json.dumps(j, ensure_ascii=False),
                ),
            }
            for e, o, d, j, m in chunk
        ])  # fmt: skip
    for chunk in _rows("SELECT edit_id, comment FROM edit_summary_old").partitions(CHUNK):
        _put("edit_summary", [
            {"edit_id": e, "sealed": _seal(key(e, "comment"), "comment", e, c)} for e, c in chunk
        ])  # fmt: skip
    notes = "SELECT t.edit_id, n.judgment_id, n.text, n.language, n.is_hidden" + NOTES
    for chunk in _rows(notes.format(note="note_old")).partitions(CHUNK):
        _put("note", [
            {
                "judgment_id": j, "sealed": _seal(key(e, "note"), "note", e, text),
                "language": language, "is_hidden": bool(is_hidden),
            }
            for e, j, text, language, is_hidden in chunk
        ])  # fmt: skip
    _put(
        "content_key",
        [{"edit_id": e, "part": part, "key": key} for (e, part), key in sorted(keys.items())],
    )


def _open_contents() -> None:
    keys = {(e, part): k for e, part, k in _rows("SELECT edit_id, part, key FROM content_key")}
    op.execute("DELETE FROM edit_diff WHERE span = 'combined'")
    _set_aside("edit_text", "old", sa.Column("edit_id", BIG), sa.Column("sealed", sa.LargeBinary()))
    _set_aside(
        "edit_diff", "old", sa.Column("edit_id", BIG), sa.Column("origin", sa.String(10)),
        sa.Column("digest", sa.String(64)), sa.Column("sealed", sa.LargeBinary()), sa.Column("made_at", MOMENT),
    )  # fmt: skip
    _set_aside(
        "edit_summary", "old", sa.Column("edit_id", BIG), sa.Column("sealed", sa.LargeBinary())
    )
    _set_aside(
        "note", "old", sa.Column("judgment_id", BIG), sa.Column("sealed", sa.LargeBinary()),
        sa.Column("language", sa.String(35)), sa.Column("is_hidden", sa.Boolean()),
    )  # fmt: skip
    _make_plain_contents()
    diffs = _rows("SELECT edit_id, origin, digest, sealed, made_at FROM edit_diff_old")
    summaries = _rows("SELECT edit_id, sealed FROM edit_summary_old")
    query = "SELECT t.edit_id, n.judgment_id, n.sealed, n.language, n.is_hidden" + NOTES
    notes = _rows(query.format(note="note_old"))
    for e, sealed in _rows("SELECT edit_id, sealed FROM edit_text_old"):
        before, after = json.loads(_unseal(keys[e, "text"], "text", e, sealed))
        _put("edit_text", [{"edit_id": e, "text_before": before, "text_after": after}])
    for e, origin, digest, sealed, made_at in diffs:
        diff = _unseal(keys[e, "text"], "text", e, sealed)
        _put("edit_diff", [
            {"edit_id": e, "origin": origin, "digest": digest, "diff": diff, "made_at": made_at}
        ])  # fmt: skip
    for e, sealed in summaries:
        comment = _unseal(keys[e, "comment"], "comment", e, sealed)
        _put("edit_summary", [{"edit_id": e, "comment": comment}])
    for e, j, sealed, language, is_hidden in notes:
        _put("note", [
            {
                "judgment_id": j, "text": _unseal(keys[e, "note"], "note", e, sealed),
                "language": language, "is_hidden": bool(is_hidden),
            }
        ])  # fmt: skip

"""Make room for drawn samples, sittings, reason tags and texts of campaigns.

Tasks get a random place that assignment walks by, and how many people are wanted; strata say what
they hold; a hold on a task says when it was shown and revealed, and what was opened.

Down loses sittings, reason tags, texts of campaigns, and how samples were stratified.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FACTS = ("judgment_tag", "campaign_text")
OPEN = sa.text("n_judgments < n_wanted")


def _column(name: str, kind: sa.types.TypeEngine, comment: str, **options) -> sa.Column:
    return sa.Column(name, kind, comment=comment, **{"nullable": True, **options})


COLUMNS = {
    "campaign": [
        _column(
            "daily_cap",
            sa.Integer(),
            "judgments a reviewer may give in 24 hours; null: as in the settings",
        ),
        _column(
            "max_extra",
            sa.Integer(),
            "further reviewers for an edit on which people split",
            nullable=False,
            server_default="0",
        ),
        _column("n_planned", sa.Integer(), "edits to draw; null: all"),
        _column(
            "median_seconds",
            sa.Float(),
            "seconds a judgment was expected to take when it was planned",
        ),
        _column("created_by", BIG, "who made it"),
    ],
    "frame": [
        _column(
            "n_unscored",
            sa.Integer(),
            "edits of the window without a score, so not in the frame",
            nullable=False,
            server_default="0",
        ),
    ],
    "design": [
        _column("model_version_id", BIG, "whose scores made the strata"),
        _column("edges", sa.JSON(), "edges of the score bins; null: one stratum"),
        _column(
            "is_by_editor",
            sa.Boolean(),
            "strata are split by kind of editor too",
            nullable=False,
            server_default=sa.false(),
        ),
        _column("n_asked", sa.Integer(), "edits asked for"),
    ],
    "stratum": [
        _column("low", sa.Float(), "least score in it"),
        _column("high", sa.Float(), "scores are below it; at most 1 in the last bin"),
        _column("editor_group", sa.String(20), "kind of editor, where split by it"),
        _column("mean_score", sa.Float(), "mean score of its edits"),
    ],
    "task": [
        _column(
            "n_wanted",
            sa.Integer(),
            "people who are to judge it; 0: never given out by itself",
            nullable=False,
            server_default="0",
        ),
        _column(
            "place",
            BIG,
            "random number that assignment walks by; in the help queue the most useful first",
            nullable=False,
            server_default="0",
        ),
    ],
    "lease": [
        _column("shown_at", MOMENT, "when the edit was on the reviewer's screen first"),
        _column(
            "revealed_at",
            MOMENT,
            "when score and others' answers were given to the reviewer",
        ),
        _column("context_opened", sa.JSON(), "what folded context was opened: list of names"),
    ],
    "reviewer": [
        _column("preferences", sa.JSON(), "keys, when to reveal, how to show a diff"),
        _column("consent_version", sa.Integer(), "consent given; null: never asked"),
    ],
}
POINTERS = {
    ("campaign", "created_by"): "reviewer.reviewer_id",
    ("design", "model_version_id"): "model_version.model_version_id",
}


def upgrade() -> None:
    _make_tables()
    for table, columns in COLUMNS.items():
        for column in columns:
            _add(table, column)
    op.execute(
        "UPDATE task SET n_wanted = (SELECT k FROM campaign"
        " WHERE campaign.campaign_id = task.campaign_id)"
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    # 62 bits, as new tasks get them.
    random = "floor(random() * 4611686018427387904)::bigint" if is_postgresql else (
        "random() & 4611686018427387903"
    )  # fmt: skip
    op.execute(f"UPDATE task SET place = {random}")
    # Judged already, so revealed already: until now saving was always the reveal.
    op.execute(
        "UPDATE lease SET shown_at = leased_at, revealed_at = ended_at WHERE EXISTS (SELECT 1"
        " FROM judgment j WHERE j.task_id = lease.task_id AND j.reviewer_id = lease.reviewer_id)"
    )
    op.drop_index("ix_task_campaign_id_stream_n_judgments", "task")
    op.create_index(
        "ix_task_open",
        "task",
        ["campaign_id", "stream", "place"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_task_campaign_id_n_judgments"), "task", ["campaign_id", "n_judgments"])
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    op.drop_index(op.f("ix_task_campaign_id_n_judgments"), "task")
    op.drop_index("ix_task_open", "task")
    op.create_index(
        op.f("ix_task_campaign_id_stream_n_judgments"),
        "task",
        ["campaign_id", "stream", "n_judgments"],
    )
    for table, columns in reversed(COLUMNS.items()):
        for column in reversed(columns):
            op.drop_column(table, column.name)
    for table in ("sitting", "campaign_text", "judgment_tag"):
        op.drop_table(table)


def _add(table: str, column: sa.Column) -> None:
    target = POINTERS.get((table, column.name))
    if target is None:
        op.add_column(table, column._copy())
        return
    parent, key = target.split(".")
    name = f"fk_{table}_{column.name}_{parent}"
    if op.get_bind().dialect.name == "postgresql":
        op.add_column(table, column._copy())
        op.create_foreign_key(op.f(name), table, parent, [column.name], [key])
        return
    # Making the table anew, as Alembic would, breaks the rows that point to it.
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column.name} INTEGER"
        f" CONSTRAINT {name} REFERENCES {parent} ({key})"
    )


def _make_tables() -> None:
    op.create_table(
        "sitting",
        sa.Column("sitting_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column("reviewer_id", BIG, nullable=False, comment="the reviewer"),
        _column("stream", sa.String(12), "the one stream it serves; null: in their order"),
        _column("length", sa.Integer(), "edits in it; null: open end"),
        _column(
            "reveals", sa.String(4), "each: after each edit; end: after the last", nullable=False
        ),
        _column("started_at", MOMENT, "when it began", nullable=False),
        _column("ended_at", MOMENT, "null while it runs"),
        sa.CheckConstraint("reveals IN ('each', 'end')", name=op.f("ck_sitting_reveals_known")),
        sa.CheckConstraint(
            "length IS NULL OR length >= 1", name=op.f("ck_sitting_length_positive")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_sitting_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.reviewer_id"], name=op.f("fk_sitting_reviewer_id_reviewer")
        ),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_sitting")),
        comment="rounds of edits of a reviewer in a campaign",
    )
    op.create_index(
        op.f("ix_sitting_reviewer_id_campaign_id"), "sitting", ["reviewer_id", "campaign_id"]
    )
    op.create_table(
        "campaign_text",
        sa.Column("campaign_text_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        _column("version", sa.Integer(), "version of the campaign's texts", nullable=False),
        _column("language", sa.String(35), "language, BCP 47", nullable=False),
        _column(
            "key",
            sa.String(120),
            "what the text is for, such as name or question.damaging",
            nullable=False,
        ),
        _column("text", sa.Text(), "the text; empty takes it back", nullable=False),
        _column("written_at", MOMENT, "when", nullable=False),
        _column("written_by", BIG, "who wrote it"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.campaign_id"],
            name=op.f("fk_campaign_text_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["reviewer.reviewer_id"],
            name=op.f("fk_campaign_text_written_by_reviewer"),
        ),
        sa.PrimaryKeyConstraint("campaign_text_id", name=op.f("pk_campaign_text")),
        sa.UniqueConstraint(
            "campaign_id",
            "key",
            "language",
            "version",
            name=op.f("uq_campaign_text_campaign_id_key_language_version"),
        ),
        comment="texts of a campaign by language and version; append only",
    )
    op.create_table(
        "judgment_tag",
        sa.Column("judgment_id", BIG, nullable=False, comment="the judgment"),
        _column(
            "tag",
            sa.String(60),
            "the reason, of those offered or the campaign's own",
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["judgment_id"],
            ["judgment.judgment_id"],
            name=op.f("fk_judgment_tag_judgment_id_judgment"),
        ),
        sa.PrimaryKeyConstraint("judgment_id", "tag", name=op.f("pk_judgment_tag")),
        comment="reason tags of judgments; append only",
    )


def _refuse_changes() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in FACTS:
        if is_postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'rows of {table} are append only'); END"
            )


def _allow_changes() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in FACTS:
        for name in ("append_only", "no_truncate") if is_postgresql else ("no_update", "no_delete"):
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if is_postgresql else ""))

"""Make room for reports that can be recomputed, bounds written beforehand, and running counts.

A frozen report gets its data files; a design keeps how the scores of its frame lie; what came of a
campaign's labels and the bounds on its figures are written down; running counts are kept with each
judgment.

Down loses the data files of reports, the bounds, and what came of the labels.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FACTS = ("report_file", "label_use")


def upgrade() -> None:
    op.create_table(
        "campaign_tally",
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column(
            "name",
            sa.String(length=100),
            nullable=False,
            comment="what is counted, such as judgments",
        ),
        sa.Column("shard", sa.Integer(), nullable=False, comment="0 to 7"),
        sa.Column("n", BIG, nullable=False, comment="the count"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.campaign_id"],
            name=op.f("fk_campaign_tally_campaign_id_campaign"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "name", "shard", name=op.f("pk_campaign_tally")),
        comment="running counts of campaigns; shards are summed",
    )
    op.create_table(
        "guardrail",
        sa.Column("guardrail_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column(
            "model", sa.String(length=255), nullable=True, comment="name of the model; null: each"
        ),
        sa.Column("question", sa.String(length=60), nullable=False, comment="the question"),
        sa.Column(
            "figure",
            sa.String(length=40),
            nullable=False,
            comment="precision, recall or false_positive_rate",
        ),
        sa.Column("side", sa.String(length=10), nullable=False, comment="at-least or at-most"),
        sa.Column("value", sa.Float(), nullable=False, comment="the bound, 0 to 1"),
        sa.Column("action", sa.Text(), nullable=False, comment="what is done if it is crossed"),
        sa.Column("written_at", MOMENT, nullable=False, comment="when it was written"),
        sa.Column("written_by", BIG, nullable=True, comment="who wrote it"),
        sa.Column("ended_at", MOMENT, nullable=True, comment="null while in force"),
        sa.CheckConstraint("side IN ('at-least', 'at-most')", name=op.f("ck_guardrail_side_known")),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.campaign_id"],
            name=op.f("fk_guardrail_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["reviewer.reviewer_id"], name=op.f("fk_guardrail_written_by_reviewer")
        ),
        sa.PrimaryKeyConstraint("guardrail_id", name=op.f("pk_guardrail")),
        comment="bounds on figures, written before the figures are known",
    )
    op.create_index(op.f("ix_guardrail_campaign_id"), "guardrail", ["campaign_id"], unique=False)
    op.create_table(
        "label_use",
        sa.Column("label_use_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
            comment="training, threshold, finding, answer or other",
        ),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="what was done, in a sentence or more"
        ),
        sa.Column(
            "language", sa.String(length=35), nullable=True, comment="language of the text, BCP 47"
        ),
        sa.Column("url", sa.Text(), nullable=True, comment="where to read more"),
        sa.Column(
            "model",
            sa.String(length=255),
            nullable=True,
            comment="the model version it led to, name@version",
        ),
        sa.Column(
            "snapshot", sa.String(length=64), nullable=True, comment="the report it rests on"
        ),
        sa.Column(
            "n_labels", sa.Integer(), nullable=True, comment="labels given out, for training"
        ),
        sa.Column("recorded_at", MOMENT, nullable=False, comment="when it was recorded"),
        sa.Column("recorded_by", BIG, nullable=True, comment="who recorded it"),
        sa.CheckConstraint(
            "kind IN ('training', 'threshold', 'finding', 'answer', 'other')",
            name=op.f("ck_label_use_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.campaign_id"],
            name=op.f("fk_label_use_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["reviewer.reviewer_id"],
            name=op.f("fk_label_use_recorded_by_reviewer"),
        ),
        sa.PrimaryKeyConstraint("label_use_id", name=op.f("pk_label_use")),
        comment="what came of a campaign's labels; append only",
    )
    op.create_index(op.f("ix_label_use_campaign_id"), "label_use", ["campaign_id"], unique=False)
    op.create_table(
        "report_file",
        sa.Column("report_id", BIG, nullable=False, comment="the report"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="such as edits.csv.gz"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the content"),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="the file; .json and .ipynb packed by zlib",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.report_id"], name=op.f("fk_report_file_report_id_report")
        ),
        sa.PrimaryKeyConstraint("report_id", "name", name=op.f("pk_report_file")),
        comment="data files of frozen reports; append only",
    )
    op.add_column(
        "design",
        sa.Column(
            "score_counts",
            sa.JSON(),
            nullable=True,
            comment="edits of the frame by kind of editor and thousandth of the score; null: unknown",
        ),
    )
    _count()
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    op.drop_column("design", "score_counts")
    for table in ("report_file", "label_use", "guardrail", "campaign_tally"):
        op.drop_table(table)


def _count() -> None:
    """Begin the running counts with what is there, as `db.tallies` keeps them."""
    headline = "stream IN ('probability', 'link30', 'import') AND repeat_no = 0"
    for name, counted in (
        ("edits", "count(*)"),
        ("complete", "sum(CASE WHEN n_judgments >= n_wanted THEN 1 ELSE 0 END)"),
        ("judgments", "sum(n_judgments)"),
    ):
        op.execute(
            "INSERT INTO campaign_tally (campaign_id, name, shard, n)"
            f" SELECT campaign_id, '{name}', 0, {counted} FROM task WHERE {headline}"
            " GROUP BY campaign_id"
        )
    op.execute(
        "INSERT INTO campaign_tally (campaign_id, name, shard, n)"
        " SELECT DISTINCT task.campaign_id,"
        " 'reviewer:' || CAST(judgment.reviewer_id AS VARCHAR(40)), 0, 1"
        " FROM judgment JOIN task ON task.task_id = judgment.task_id"
        " JOIN reviewer ON reviewer.reviewer_id = judgment.reviewer_id"
        " WHERE reviewer.kind <> 'bot'"
    )
    op.execute(
        "INSERT INTO campaign_tally (campaign_id, name, shard, n)"
        " SELECT campaign_id, 'reviewers', 0, count(*) FROM campaign_tally"
        " WHERE name LIKE 'reviewer:%' GROUP BY campaign_id"
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

"""Lay down the data model: every table that the first releases need.

Down loses everything.

Revision ID: 0001
Revises:
"""

# Written by hand or read line by line; local table definitions, never imports from jadelite.
# Must work while the release before is still running: add, use, remove in three releases.

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column of type INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "facet",
        sa.Column("facet_id", BIG, nullable=False, comment="row number"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="name such as editquality"),
        sa.Column(
            "is_builtin", sa.Boolean(), nullable=False, comment="its words come from the catalogs"
        ),
        sa.PrimaryKeyConstraint("facet_id", name=op.f("pk_facet")),
        sa.UniqueConstraint("name", name=op.f("uq_facet_name")),
        comment="sets of questions asked together",
    )
    op.create_table(
        "import_batch",
        sa.Column("import_batch_id", BIG, nullable=False, comment="row number"),
        sa.Column(
            "kind", sa.String(length=12), nullable=False, comment="edits, scores or judgments"
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="printed with every report"),
        sa.Column("imported_at", MOMENT, nullable=False, comment="when"),
        sa.CheckConstraint(
            "kind IN ('edits', 'scores', 'judgments')", name=op.f("ck_import_batch_kind_known")
        ),
        sa.PrimaryKeyConstraint("import_batch_id", name=op.f("pk_import_batch")),
        comment="imports and what their operator said about the data",
    )
    op.create_table(
        "reviewer",
        sa.Column("reviewer_id", BIG, nullable=False, comment="row number"),
        sa.Column("pseudonym", sa.String(length=40), nullable=False, comment="stable public name"),
        sa.Column(
            "issuer",
            sa.String(length=120),
            nullable=False,
            comment="who vouches for the account: a wiki farm, demo or import",
        ),
        sa.Column(
            "subject",
            sa.String(length=255),
            nullable=True,
            comment="the account's key at the issuer; null once they left",
        ),
        sa.Column(
            "kind", sa.String(length=10), nullable=False, comment="person, bot, demo or imported"
        ),
        sa.Column(
            "session_epoch",
            sa.Integer(),
            nullable=False,
            comment="raised to end all sessions at once",
        ),
        sa.Column(
            "ui_language",
            sa.String(length=35),
            nullable=True,
            comment="chosen language of the pages",
        ),
        sa.Column("daily_cap", sa.Integer(), nullable=True, comment="chosen cap a day"),
        sa.Column("joined_at", MOMENT, nullable=False, comment="first seen"),
        sa.CheckConstraint(
            "kind IN ('person', 'bot', 'demo', 'imported')", name=op.f("ck_reviewer_kind_known")
        ),
        sa.PrimaryKeyConstraint("reviewer_id", name=op.f("pk_reviewer")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_reviewer_issuer_subject")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_reviewer_pseudonym")),
        comment="who judges, under a stable pseudonym; names are not stored",
    )
    op.create_table(
        "stream_offset",
        sa.Column("name", sa.String(length=120), nullable=False, comment="the stream"),
        sa.Column("position", sa.Text(), nullable=False, comment="the last event's id as received"),
        sa.Column("stored_at", MOMENT, nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stream_offset")),
        comment="how far an event stream has been followed",
    )
    op.create_table(
        "wiki",
        sa.Column("wiki_id", BIG, nullable=False, comment="row number"),
        sa.Column(
            "dbname", sa.String(length=255), nullable=False, comment="database name such as enwiki"
        ),
        sa.Column(
            "is_sample", sa.Boolean(), nullable=False, comment="invented, shipped with the product"
        ),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=False,
            comment="language of its content, BCP 47; und where unknown",
        ),
        sa.Column(
            "direction", sa.String(length=4), nullable=False, comment="direction of its content"
        ),
        sa.CheckConstraint(
            "direction IN ('ltr', 'rtl', 'auto')", name=op.f("ck_wiki_direction_known")
        ),
        sa.PrimaryKeyConstraint("wiki_id", name=op.f("pk_wiki")),
        sa.UniqueConstraint("dbname", name=op.f("uq_wiki_dbname")),
        comment="wikis, real or sample",
    )
    op.create_table(
        "work",
        sa.Column("work_id", BIG, nullable=False, comment="row number"),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="which use case"),
        sa.Column(
            "key",
            sa.String(length=160),
            nullable=False,
            comment="the same work asked for twice is one row",
        ),
        sa.Column("payload", sa.JSON(), nullable=False, comment="arguments"),
        sa.Column(
            "state", sa.String(length=10), nullable=False, comment="waiting, running, failed"
        ),
        sa.Column("due_at", MOMENT, nullable=False, comment="not before"),
        sa.Column(
            "lease_until", MOMENT, nullable=True, comment="a running row is free again after this"
        ),
        sa.Column("n_attempts", sa.Integer(), nullable=False, comment="times started"),
        sa.Column(
            "is_asked_again",
            sa.Integer(),
            nullable=False,
            comment="1: asked for again while it was running",
        ),
        sa.Column("failure", sa.Text(), nullable=True, comment="why the last attempt failed"),
        sa.Column("asked_at", MOMENT, nullable=False, comment="when it was asked for"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'failed')", name=op.f("ck_work_state_known")
        ),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_work")),
        sa.UniqueConstraint("key", name=op.f("uq_work_key")),
        comment="what the worker is to do; a finished row is deleted",
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("campaign_id", BIG, nullable=False, comment="row number"),
        sa.Column("slug", sa.String(length=60), nullable=False, comment="name in addresses"),
        sa.Column("wiki_id", BIG, nullable=False, comment="the wiki"),
        sa.Column("facet_id", BIG, nullable=False, comment="what is asked"),
        sa.Column(
            "kind",
            sa.String(length=10),
            nullable=False,
            comment="audit, or evidence outside the gate: sample, import",
        ),
        sa.Column(
            "state", sa.String(length=10), nullable=False, comment="whether judgments are taken"
        ),
        sa.Column("k", sa.Integer(), nullable=False, comment="reviewers for each edit"),
        sa.Column("guideline_version", sa.Integer(), nullable=True, comment="guideline in force"),
        sa.Column("created_at", MOMENT, nullable=False, comment="when it was made"),
        sa.Column("closes_at", MOMENT, nullable=True, comment="when it ends"),
        sa.CheckConstraint(
            "kind IN ('audit', 'sample', 'import')", name=op.f("ck_campaign_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'archived')", name=op.f("ck_campaign_state_known")
        ),
        sa.CheckConstraint("k >= 1", name=op.f("ck_campaign_k_positive")),
        sa.ForeignKeyConstraint(
            ["facet_id"], ["facet.facet_id"], name=op.f("fk_campaign_facet_id_facet")
        ),
        sa.ForeignKeyConstraint(
            ["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_campaign_wiki_id_wiki")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
        comment="sets of edits that reviewers judge",
    )
    op.create_table(
        "edit",
        sa.Column("edit_id", BIG, nullable=False, comment="row number"),
        sa.Column("wiki_id", BIG, nullable=False, comment="the wiki"),
        sa.Column("rev_id", BIG, nullable=False, comment="revision number on that wiki"),
        sa.Column(
            "parent_rev_id",
            BIG,
            nullable=True,
            comment="revision before; null where unknown, 0 for a new page",
        ),
        sa.Column("page_id", BIG, nullable=True, comment="page number on that wiki"),
        sa.Column(
            "page_title",
            sa.String(length=255),
            nullable=True,
            comment="title with namespace, as shown",
        ),
        sa.Column("namespace", sa.Integer(), nullable=True, comment="namespace number"),
        sa.Column("edited_at", MOMENT, nullable=True, comment="when it was saved"),
        sa.Column(
            "size_change", sa.Integer(), nullable=True, comment="bytes added, or less if < 0"
        ),
        sa.Column("tags", sa.JSON(), nullable=True, comment="change tags: list of texts"),
        sa.Column(
            "editor_key",
            sa.String(length=64),
            nullable=True,
            comment="keyed digest of the editor, never a name",
        ),
        sa.Column(
            "editor_kind",
            sa.String(length=12),
            nullable=False,
            comment="kind of account at the time of the edit",
        ),
        sa.Column("is_text_hidden", sa.Boolean(), nullable=False, comment="the wiki hid the text"),
        sa.Column(
            "is_editor_hidden",
            sa.Boolean(),
            nullable=False,
            comment="the wiki hid the editor's name",
        ),
        sa.Column(
            "is_comment_hidden", sa.Boolean(), nullable=False, comment="the wiki hid the summary"
        ),
        sa.Column("added_at", MOMENT, nullable=False, comment="when it came in here"),
        sa.CheckConstraint(
            "editor_kind IN ('temporary', 'unregistered', 'newcomer', 'registered', 'bot', 'unknown')",
            name=op.f("ck_edit_editor_kind_known"),
        ),
        sa.CheckConstraint("rev_id > 0", name=op.f("ck_edit_rev_id_positive")),
        sa.ForeignKeyConstraint(["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_edit_wiki_id_wiki")),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_edit")),
        sa.UniqueConstraint("wiki_id", "rev_id", name=op.f("uq_edit_wiki_id_rev_id")),
        comment="one revision of a page and what it changed",
    )
    op.create_table(
        "form",
        sa.Column("form_id", BIG, nullable=False, comment="row number"),
        sa.Column("facet_id", BIG, nullable=False, comment="the facet"),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts from 1"),
        sa.Column("made_at", MOMENT, nullable=False, comment="when it was made"),
        sa.ForeignKeyConstraint(
            ["facet_id"], ["facet.facet_id"], name=op.f("fk_form_facet_id_facet")
        ),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_form")),
        sa.UniqueConstraint("facet_id", "version", name=op.f("uq_form_facet_id_version")),
        comment="versions of forms; each judgment names one",
    )
    op.create_table(
        "model",
        sa.Column("model_id", BIG, nullable=False, comment="row number"),
        sa.Column(
            "name",
            sa.String(length=255),
            nullable=False,
            comment="name such as damaging or revertrisk-language-agnostic",
        ),
        sa.Column("wiki_id", BIG, nullable=True, comment="set where made for one wiki only"),
        sa.Column(
            "question", sa.String(length=60), nullable=False, comment="the question it answers"
        ),
        sa.Column(
            "positive_label",
            sa.String(length=60),
            nullable=False,
            comment="the label that means yes",
        ),
        sa.Column(
            "output_kind",
            sa.String(length=10),
            nullable=False,
            comment="classes with probabilities, or one value",
        ),
        sa.CheckConstraint(
            "output_kind IN ('classes', 'value')", name=op.f("ck_model_output_kind_known")
        ),
        sa.ForeignKeyConstraint(["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_model_wiki_id_wiki")),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_model")),
        sa.UniqueConstraint("name", name=op.f("uq_model_name")),
        comment="ML models under audit",
    )
    op.create_table(
        "question",
        sa.Column("question_id", BIG, nullable=False, comment="row number"),
        sa.Column("facet_id", BIG, nullable=False, comment="the facet"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="name such as damaging"),
        sa.Column("labels", sa.JSON(), nullable=False, comment="labels in offered order"),
        sa.Column(
            "positive_label",
            sa.String(length=60),
            nullable=False,
            comment="the label that means yes",
        ),
        sa.Column("position", sa.Integer(), nullable=False, comment="order within the facet"),
        sa.ForeignKeyConstraint(
            ["facet_id"], ["facet.facet_id"], name=op.f("fk_question_facet_id_facet")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question")),
        sa.UniqueConstraint("facet_id", "name", name=op.f("uq_question_facet_id_name")),
        comment="questions of a facet and the labels they allow",
    )
    op.create_table(
        "role_grant",
        sa.Column("role_grant_id", BIG, nullable=False, comment="row number"),
        sa.Column("reviewer_id", BIG, nullable=False, comment="who"),
        sa.Column("wiki_id", BIG, nullable=True, comment="where; null: everywhere"),
        sa.Column(
            "role",
            sa.String(length=20),
            nullable=False,
            comment="reviewer, coordinator, model-team, oversighter or operator",
        ),
        sa.Column("granted_at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["reviewer.reviewer_id"],
            name=op.f("fk_role_grant_reviewer_id_reviewer"),
        ),
        sa.ForeignKeyConstraint(
            ["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_role_grant_wiki_id_wiki")
        ),
        sa.PrimaryKeyConstraint("role_grant_id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "reviewer_id", "wiki_id", "role", name=op.f("uq_role_grant_reviewer_id_wiki_id_role")
        ),
        comment="roles by grant, on one wiki or on all",
    )
    op.create_table(
        "setting",
        sa.Column("setting_id", BIG, nullable=False, comment="row number"),
        sa.Column("wiki_id", BIG, nullable=True, comment="null: everywhere"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="which setting"),
        sa.Column("value", sa.JSON(), nullable=True, comment="its value"),
        sa.Column("set_at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_setting_wiki_id_wiki")
        ),
        sa.PrimaryKeyConstraint("setting_id", name=op.f("pk_setting")),
        sa.UniqueConstraint("wiki_id", "name", name=op.f("uq_setting_wiki_id_name")),
        comment="settings made in the browser, of one wiki or of all",
    )
    op.create_table(
        "approval",
        sa.Column("approval_id", BIG, nullable=False, comment="row number"),
        sa.Column("wiki_id", BIG, nullable=False, comment="the wiki"),
        sa.Column("model_id", BIG, nullable=True, comment="null: any model (sample wikis)"),
        sa.Column(
            "state",
            sa.String(length=20),
            nullable=False,
            comment="asked, not-approved, approved, pilot, quality-control, paused",
        ),
        sa.Column("discussion_url", sa.Text(), nullable=True, comment="permanent link"),
        sa.Column("opened_at", MOMENT, nullable=True, comment="discussion opened"),
        sa.Column("decided_at", MOMENT, nullable=False, comment="when this was said"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.model_id"], name=op.f("fk_approval_model_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_approval_wiki_id_wiki")
        ),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approval")),
        comment="what a community said about auditing a model; the newest row counts",
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_wiki_id_model_id"), ["wiki_id", "model_id"], unique=False
        )

    op.create_table(
        "edit_diff",
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
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
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f("fk_edit_diff_edit_id_edit")
        ),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_edit_diff")),
        comment="prepared diffs; erased when the wiki hides the text",
    )
    op.create_table(
        "edit_summary",
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column("comment", sa.Text(), nullable=False, comment="the summary as wikitext"),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f("fk_edit_summary_edit_id_edit")
        ),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_edit_summary")),
        comment="edit summaries; erased when the wiki hides them",
    )
    op.create_table(
        "edit_text",
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column("text_before", sa.Text(), nullable=True, comment="null for a new page"),
        sa.Column("text_after", sa.Text(), nullable=False, comment="wikitext after the edit"),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f("fk_edit_text_edit_id_edit")
        ),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_edit_text")),
        comment="wikitext of an edit; erased when the wiki hides it",
    )
    op.create_table(
        "editor_name",
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column(
            "name", sa.String(length=255), nullable=False, comment="name as shown on the wiki"
        ),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f("fk_editor_name_edit_id_edit")
        ),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_editor_name")),
        comment="names of editors, cached for display; erased when hidden or vanished",
    )
    with op.batch_alter_table("editor_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_editor_name_name"), ["name"], unique=False)

    op.create_table(
        "event",
        sa.Column("event_id", BIG, nullable=False, comment="row number"),
        sa.Column(
            "kind", sa.String(length=60), nullable=False, comment="such as judgment.recorded"
        ),
        sa.Column("actor_id", BIG, nullable=True, comment="who; null for the system"),
        sa.Column("campaign_id", BIG, nullable=True, comment="where, if in one"),
        sa.Column(
            "subject",
            sa.String(length=120),
            nullable=False,
            comment="what it is about: ids, never names",
        ),
        sa.Column("details", sa.JSON(), nullable=True, comment="more ids and codes"),
        sa.Column("happened_at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["reviewer.reviewer_id"], name=op.f("fk_event_actor_id_reviewer")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_event_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
        comment="what happened, by whom, to what; append only",
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_kind_event_id"), ["kind", "event_id"], unique=False
        )

    op.create_table(
        "form_text",
        sa.Column("form_text_id", BIG, nullable=False, comment="row number"),
        sa.Column("form_id", BIG, nullable=False, comment="the form"),
        sa.Column("language", sa.String(length=35), nullable=False, comment="language, BCP 47"),
        sa.Column(
            "key",
            sa.String(length=120),
            nullable=False,
            comment="what the text is for, such as question.damaging",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="the text"),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.form_id"], name=op.f("fk_form_text_form_id_form")
        ),
        sa.PrimaryKeyConstraint("form_text_id", name=op.f("pk_form_text")),
        sa.UniqueConstraint(
            "form_id", "language", "key", name=op.f("uq_form_text_form_id_language_key")
        ),
        comment="texts of a form by language: questions, labels, guideline",
    )
    op.create_table(
        "frame",
        sa.Column("frame_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column("window_from", MOMENT, nullable=True, comment="edits from"),
        sa.Column("window_to", MOMENT, nullable=True, comment="edits before"),
        sa.Column("filter", sa.JSON(), nullable=True, comment="what else narrowed it"),
        sa.Column("n_edits", sa.Integer(), nullable=False, comment="N, edits in the frame"),
        sa.CheckConstraint("n_edits >= 0", name=op.f("ck_frame_n_edits_not_negative")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_frame_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("frame_id", name=op.f("pk_frame")),
        comment="the population a sample speaks for",
    )
    op.create_table(
        "model_version",
        sa.Column("model_version_id", BIG, nullable=False, comment="row number"),
        sa.Column("model_id", BIG, nullable=False, comment="the model"),
        sa.Column(
            "version",
            sa.String(length=100),
            nullable=False,
            comment="version as the model's maker writes it",
        ),
        sa.Column(
            "card_digest",
            sa.String(length=64),
            nullable=True,
            comment="SHA-256 of its card, null without one",
        ),
        sa.Column("first_seen_at", MOMENT, nullable=False, comment="when it came in first"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.model_id"], name=op.f("fk_model_version_model_id_model")
        ),
        sa.PrimaryKeyConstraint("model_version_id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("model_id", "version", name=op.f("uq_model_version_model_id_version")),
        comment="versions of models; every score names one",
    )
    op.create_table(
        "report",
        sa.Column("report_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column(
            "snapshot",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of inputs, code version and seed",
        ),
        sa.Column("seed", BIG, nullable=False, comment="seed of the resampling"),
        sa.Column(
            "code_version", sa.String(length=40), nullable=False, comment="version of jadelite"
        ),
        sa.Column("computed_at", MOMENT, nullable=False, comment="when it was computed"),
        sa.Column("payload", sa.JSON(), nullable=False, comment="domain.reports.Report"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_report_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report")),
        comment="frozen reports; append only",
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_campaign_id_report_id"),
            ["campaign_id", "report_id"],
            unique=False,
        )

    op.create_table(
        "campaign_model",
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column("model_version_id", BIG, nullable=False, comment="the model version"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.campaign_id"],
            name=op.f("fk_campaign_model_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_version.model_version_id"],
            name=op.f("fk_campaign_model_model_version_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "model_version_id", name=op.f("pk_campaign_model")),
        comment="model versions a campaign audits",
    )
    op.create_table(
        "design",
        sa.Column("design_id", BIG, nullable=False, comment="row number"),
        sa.Column("frame_id", BIG, nullable=False, comment="the frame"),
        sa.Column(
            "stream", sa.String(length=12), nullable=False, comment="stream its tasks belong to"
        ),
        sa.Column(
            "allocation",
            sa.String(length=40),
            nullable=False,
            comment="census, uniform, or half-neyman",
        ),
        sa.Column("seed", BIG, nullable=False, comment="seed of the draw"),
        sa.Column("drawn_at", MOMENT, nullable=False, comment="when it was drawn"),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["frame.frame_id"], name=op.f("fk_design_frame_id_frame")
        ),
        sa.PrimaryKeyConstraint("design_id", name=op.f("pk_design")),
        comment="how a sample was drawn",
    )
    op.create_table(
        "score",
        sa.Column("score_id", BIG, nullable=False, comment="row number"),
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column("model_version_id", BIG, nullable=False, comment="the model version"),
        sa.Column(
            "prediction", sa.String(length=60), nullable=True, comment="the label the model chose"
        ),
        sa.Column(
            "probability",
            sa.Float(),
            nullable=True,
            comment="probability of the positive label, full precision",
        ),
        sa.Column(
            "probabilities",
            sa.JSON(),
            nullable=True,
            comment="probability by label, full precision",
        ),
        sa.Column("value", sa.Float(), nullable=True, comment="output of a continuous model"),
        sa.Column(
            "source",
            sa.String(length=60),
            nullable=False,
            comment="where it came from, such as import or liftwing",
        ),
        sa.Column(
            "answer_digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the answer as received",
        ),
        sa.Column("import_batch_id", BIG, nullable=True, comment="the import it came with"),
        sa.Column("scored_at", MOMENT, nullable=True, comment="when the model spoke"),
        sa.Column("stored_at", MOMENT, nullable=False, comment="when it came in here"),
        sa.CheckConstraint(
            "probability IS NOT NULL OR value IS NOT NULL", name=op.f("ck_score_says_something")
        ),
        sa.CheckConstraint(
            "probability IS NULL OR (probability >= 0 AND probability <= 1)",
            name=op.f("ck_score_probability_in_range"),
        ),
        sa.ForeignKeyConstraint(["edit_id"], ["edit.edit_id"], name=op.f("fk_score_edit_id_edit")),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.import_batch_id"],
            name=op.f("fk_score_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_version.model_version_id"],
            name=op.f("fk_score_model_version_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "edit_id", "model_version_id", name=op.f("uq_score_edit_id_model_version_id")
        ),
        comment="what a model version said of an edit; append only",
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(
            "ix_score_model_version_id_probability",
            ["model_version_id", "probability"],
            unique=False,
        )

    op.create_table(
        "score_failure",
        sa.Column("score_failure_id", BIG, nullable=False, comment="row number"),
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column("model_id", BIG, nullable=False, comment="the model"),
        sa.Column(
            "model_version_id", BIG, nullable=True, comment="the version, where the answer names it"
        ),
        sa.Column(
            "reason",
            sa.String(length=40),
            nullable=False,
            comment="typed reason such as missing, deleted, transient",
        ),
        sa.Column("detail", sa.Text(), nullable=True, comment="the service's own words"),
        sa.Column("failed_at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["edit.edit_id"], name=op.f("fk_score_failure_edit_id_edit")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.model_id"], name=op.f("fk_score_failure_model_id_model")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_version.model_version_id"],
            name=op.f("fk_score_failure_model_version_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("score_failure_id", name=op.f("pk_score_failure")),
        comment="why a model gave no score of an edit",
    )
    with op.batch_alter_table("score_failure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_score_failure_edit_id_model_version_id"),
            ["edit_id", "model_version_id"],
            unique=False,
        )

    op.create_table(
        "threshold",
        sa.Column("threshold_id", BIG, nullable=False, comment="row number"),
        sa.Column("model_version_id", BIG, nullable=False, comment="the model version"),
        sa.Column("wiki_id", BIG, nullable=False, comment="the wiki"),
        sa.Column(
            "level",
            sa.String(length=60),
            nullable=False,
            comment="caution level such as default or very-likely",
        ),
        sa.Column("value", sa.Float(), nullable=False, comment="probability of the positive label"),
        sa.Column("valid_from", MOMENT, nullable=False, comment="in force from"),
        sa.CheckConstraint(
            "value >= 0 AND value <= 1", name=op.f("ck_threshold_value_is_probability")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_version.model_version_id"],
            name=op.f("fk_threshold_model_version_id_model_version"),
        ),
        sa.ForeignKeyConstraint(
            ["wiki_id"], ["wiki.wiki_id"], name=op.f("fk_threshold_wiki_id_wiki")
        ),
        sa.PrimaryKeyConstraint("threshold_id", name=op.f("pk_threshold")),
        sa.UniqueConstraint(
            "model_version_id",
            "wiki_id",
            "level",
            "valid_from",
            name=op.f("uq_threshold_model_version_id_wiki_id_level_valid_from"),
        ),
        comment="cuts in force: from which probability on a wiki acts",
    )
    op.create_table(
        "stratum",
        sa.Column("stratum_id", BIG, nullable=False, comment="row number"),
        sa.Column("design_id", BIG, nullable=False, comment="the design"),
        sa.Column(
            "label",
            sa.String(length=120),
            nullable=False,
            comment="such as score 0.9-1.0, newcomer",
        ),
        sa.Column("n_edits", sa.Integer(), nullable=False, comment="N_h, edits in the stratum"),
        sa.Column("n_drawn", sa.Integer(), nullable=False, comment="n_h, edits drawn"),
        sa.CheckConstraint("n_drawn <= n_edits", name=op.f("ck_stratum_draw_within_stratum")),
        sa.ForeignKeyConstraint(
            ["design_id"], ["design.design_id"], name=op.f("fk_stratum_design_id_design")
        ),
        sa.PrimaryKeyConstraint("stratum_id", name=op.f("pk_stratum")),
        sa.UniqueConstraint("design_id", "label", name=op.f("uq_stratum_design_id_label")),
        comment="parts of a frame drawn from at one rate",
    )
    op.create_table(
        "task",
        sa.Column("task_id", BIG, nullable=False, comment="row number"),
        sa.Column("campaign_id", BIG, nullable=False, comment="the campaign"),
        sa.Column("edit_id", BIG, nullable=False, comment="the edit"),
        sa.Column("stratum_id", BIG, nullable=True, comment="null where not drawn"),
        sa.Column(
            "stream",
            sa.String(length=12),
            nullable=False,
            comment="how it came in; streams are never mixed",
        ),
        sa.Column("repeat_no", sa.Integer(), nullable=False, comment="0, or 1 for a repeat"),
        sa.Column(
            "inclusion_probability",
            sa.Float(),
            nullable=True,
            comment="pi at the draw; null where unknown; never recomputed",
        ),
        sa.Column("score_at_draw", sa.Float(), nullable=True, comment="probability at the draw"),
        sa.Column("threshold_at_draw", sa.Float(), nullable=True, comment="cut at the draw"),
        sa.Column(
            "diff_digest",
            sa.String(length=64),
            nullable=True,
            comment="digest of the diff reviewers see",
        ),
        sa.Column(
            "n_judgments",
            sa.Integer(),
            nullable=False,
            comment="people who judged it; kept with each judgment",
        ),
        sa.Column("drawn_at", MOMENT, nullable=False, comment="when it was drawn"),
        sa.CheckConstraint(
            "stream IN ('probability', 'help', 'reported', 'contested', 'link30', 'practice', 'import')",
            name=op.f("ck_task_stream_known"),
        ),
        sa.CheckConstraint(
            "inclusion_probability IS NULL OR (inclusion_probability > 0 AND inclusion_probability <= 1)",
            name=op.f("ck_task_inclusion_probability_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_task_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["edit_id"], ["edit.edit_id"], name=op.f("fk_task_edit_id_edit")),
        sa.ForeignKeyConstraint(
            ["stratum_id"], ["stratum.stratum_id"], name=op.f("fk_task_stratum_id_stratum")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "campaign_id",
            "edit_id",
            "stream",
            "repeat_no",
            name=op.f("uq_task_campaign_id_edit_id_stream_repeat_no"),
        ),
        comment="edits of a campaign, with how each came to be chosen",
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_campaign_id_stream_n_judgments"),
            ["campaign_id", "stream", "n_judgments"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_task_edit_id"), ["edit_id"], unique=False)

    op.create_table(
        "judgment",
        sa.Column("judgment_id", BIG, nullable=False, comment="row number"),
        sa.Column("task_id", BIG, nullable=False, comment="the task"),
        sa.Column(
            "reviewer_id", BIG, nullable=True, comment="null for an import that does not say who"
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="1, then 2 for a changed mind ..."
        ),
        sa.Column("supersedes_id", BIG, nullable=True, comment="the row it revises"),
        sa.Column("action", sa.String(length=10), nullable=False, comment="judge, or withdraw"),
        sa.Column(
            "score_seen",
            sa.String(length=10),
            nullable=False,
            comment="had the reviewer seen the model's score",
        ),
        sa.Column(
            "peers_seen",
            sa.String(length=10),
            nullable=False,
            comment="had the reviewer seen others' judgments",
        ),
        sa.Column(
            "context_opened",
            sa.JSON(),
            nullable=True,
            comment="what folded context was opened: list of names",
        ),
        sa.Column(
            "ui_language",
            sa.String(length=35),
            nullable=True,
            comment="language the questions were read in",
        ),
        sa.Column("form_id", BIG, nullable=True, comment="version of the form"),
        sa.Column("guideline_version", sa.Integer(), nullable=True, comment="guideline in force"),
        sa.Column("consent_version", sa.Integer(), nullable=True, comment="consent in force"),
        sa.Column("shown_at", MOMENT, nullable=True, comment="edit first shown"),
        sa.Column(
            "answered_at",
            MOMENT,
            nullable=True,
            comment="answered; null for an import that does not say",
        ),
        sa.Column("stored_at", MOMENT, nullable=False, comment="stored"),
        sa.Column(
            "client_key",
            sa.String(length=120),
            nullable=False,
            comment="makes a retry find the stored row",
        ),
        sa.Column(
            "origin", sa.String(length=10), nullable=False, comment="web, api, import or sample"
        ),
        sa.Column("import_batch_id", BIG, nullable=True, comment="the import it came with"),
        sa.CheckConstraint(
            "action IN ('judge', 'withdraw')", name=op.f("ck_judgment_action_known")
        ),
        sa.CheckConstraint(
            "peers_seen IN ('no', 'yes', 'unknown')", name=op.f("ck_judgment_peers_seen_known")
        ),
        sa.CheckConstraint(
            "score_seen IN ('no', 'yes', 'unknown')", name=op.f("ck_judgment_score_seen_known")
        ),
        sa.CheckConstraint(
            "(revision = 1) = (supersedes_id IS NULL)",
            name=op.f("ck_judgment_only_a_revision_supersedes"),
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form.form_id"], name=op.f("fk_judgment_form_id_form")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.import_batch_id"],
            name=op.f("fk_judgment_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.reviewer_id"], name=op.f("fk_judgment_reviewer_id_reviewer")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["judgment.judgment_id"],
            name=op.f("fk_judgment_supersedes_id_judgment"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.task_id"], name=op.f("fk_judgment_task_id_task")
        ),
        sa.PrimaryKeyConstraint("judgment_id", name=op.f("pk_judgment")),
        sa.UniqueConstraint("client_key", name=op.f("uq_judgment_client_key")),
        sa.UniqueConstraint(
            "task_id",
            "reviewer_id",
            "revision",
            name=op.f("uq_judgment_task_id_reviewer_id_revision"),
        ),
        comment="what reviewers said; append only",
    )
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_judgment_reviewer_id_answered_at"),
            ["reviewer_id", "answered_at"],
            unique=False,
        )

    op.create_table(
        "lease",
        sa.Column("lease_id", BIG, nullable=False, comment="row number"),
        sa.Column("task_id", BIG, nullable=False, comment="the task"),
        sa.Column("reviewer_id", BIG, nullable=False, comment="the reviewer"),
        sa.Column("leased_at", MOMENT, nullable=False, comment="taken at"),
        sa.Column("expires_at", MOMENT, nullable=False, comment="frees itself at"),
        sa.Column(
            "ended_at", MOMENT, nullable=True, comment="judged or skipped at; null while held"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.reviewer_id"], name=op.f("fk_lease_reviewer_id_reviewer")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_lease_task_id_task")),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_lease")),
        sa.UniqueConstraint("task_id", "reviewer_id", name=op.f("uq_lease_task_id_reviewer_id")),
        comment="who holds a task until when",
    )
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lease_reviewer_id_ended_at"), ["reviewer_id", "ended_at"], unique=False
        )

    op.create_table(
        "skip",
        sa.Column("skip_id", BIG, nullable=False, comment="row number"),
        sa.Column("task_id", BIG, nullable=False, comment="the task"),
        sa.Column("reviewer_id", BIG, nullable=False, comment="the reviewer"),
        sa.Column(
            "reason",
            sa.String(length=20),
            nullable=False,
            comment="a reason about the reviewer, not the edit",
        ),
        sa.Column("skipped_at", MOMENT, nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.reviewer_id"], name=op.f("fk_skip_reviewer_id_reviewer")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_skip_task_id_task")),
        sa.PrimaryKeyConstraint("skip_id", name=op.f("pk_skip")),
        sa.UniqueConstraint("task_id", "reviewer_id", name=op.f("uq_skip_task_id_reviewer_id")),
        comment="edits a reviewer passed by, and why",
    )
    op.create_table(
        "answer",
        sa.Column("judgment_id", BIG, nullable=False, comment="the judgment"),
        sa.Column("question_id", BIG, nullable=False, comment="the question"),
        sa.Column("value", sa.String(length=60), nullable=False, comment="the label chosen"),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.judgment_id"], name=op.f("fk_answer_judgment_id_judgment")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.question_id"], name=op.f("fk_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("judgment_id", "question_id", name=op.f("pk_answer")),
        comment="answers of a judgment; append only",
    )
    op.create_table(
        "note",
        sa.Column("judgment_id", BIG, nullable=False, comment="the judgment"),
        sa.Column("text", sa.Text(), nullable=False, comment="the note"),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=True,
            comment="language it was written under, BCP 47",
        ),
        sa.Column("is_hidden", sa.Boolean(), nullable=False, comment="by an oversighter"),
        sa.ForeignKeyConstraint(
            ["judgment_id"], ["judgment.judgment_id"], name=op.f("fk_note_judgment_id_judgment")
        ),
        sa.PrimaryKeyConstraint("judgment_id", name=op.f("pk_note")),
        comment="notes of reviewers; can be hidden or erased, the judgment stays",
    )


def downgrade() -> None:
    op.drop_table("note")
    op.drop_table("answer")
    op.drop_table("skip")
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lease_reviewer_id_ended_at"))

    op.drop_table("lease")
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judgment_reviewer_id_answered_at"))

    op.drop_table("judgment")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_edit_id"))
        batch_op.drop_index(batch_op.f("ix_task_campaign_id_stream_n_judgments"))

    op.drop_table("task")
    op.drop_table("stratum")
    op.drop_table("threshold")
    with op.batch_alter_table("score_failure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_failure_edit_id_model_version_id"))

    op.drop_table("score_failure")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index("ix_score_model_version_id_probability")

    op.drop_table("score")
    op.drop_table("design")
    op.drop_table("campaign_model")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_campaign_id_report_id"))

    op.drop_table("report")
    op.drop_table("model_version")
    op.drop_table("frame")
    op.drop_table("form_text")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_kind_event_id"))

    op.drop_table("event")
    with op.batch_alter_table("editor_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_editor_name_name"))

    op.drop_table("editor_name")
    op.drop_table("edit_text")
    op.drop_table("edit_summary")
    op.drop_table("edit_diff")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_wiki_id_model_id"))

    op.drop_table("approval")
    op.drop_table("setting")
    op.drop_table("role_grant")
    op.drop_table("question")
    op.drop_table("model")
    op.drop_table("form")
    op.drop_table("edit")
    op.drop_table("campaign")
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_state_due_at"))

    op.drop_table("work")
    op.drop_table("wiki")
    op.drop_table("stream_offset")
    op.drop_table("reviewer")
    op.drop_table("import_batch")
    op.drop_table("facet")

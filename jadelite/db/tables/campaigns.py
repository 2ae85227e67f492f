"""Campaigns: how edits were chosen (frame, design, stratum, task) and who holds one (lease)."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Float,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import (
    Base,
    BigId,
    UtcDateTime,
    identity,
    one_of,
    points_to,
    short_text,
)


def random_place() -> int:
    """A place for a task, uniform over 62 bits."""
    return secrets.randbits(62)


class CampaignRow(Base):
    """A set of edits of one wiki that reviewers judge."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("slug"),
        one_of("kind", "audit", "sample", "import"),
        one_of("state", "draft", "open", "closed", "archived"),
        CheckConstraint("k >= 1", name="k_positive"),
        {"comment": "sets of edits that reviewers judge"},
    )

    campaign_id: Mapped[int] = identity()
    slug: Mapped[str] = short_text("name in addresses", 60)
    wiki_id: Mapped[int] = points_to("wiki.wiki_id", "the wiki", nullable=False)
    facet_id: Mapped[int] = points_to("facet.facet_id", "what is asked", nullable=False)
    kind: Mapped[str] = short_text("audit, or evidence outside the gate: sample, import", 10)
    state: Mapped[str] = short_text("whether judgments are taken", 10)
    k: Mapped[int] = mapped_column(Integer, comment="reviewers for each edit")
    # The version of its texts: guideline, questions, help. Null: it has none of its own.
    guideline_version: Mapped[int | None] = mapped_column(Integer, comment="guideline in force")
    daily_cap: Mapped[int | None] = mapped_column(
        Integer, comment="judgments a reviewer may give in 24 hours; null: as in the settings"
    )
    max_extra: Mapped[int] = mapped_column(
        Integer, default=0, comment="further reviewers for an edit on which people split"
    )
    n_planned: Mapped[int | None] = mapped_column(Integer, comment="edits to draw; null: all")
    median_seconds: Mapped[float | None] = mapped_column(
        Float, comment="seconds a judgment was expected to take when it was planned"
    )
    created_by: Mapped[int | None] = points_to("reviewer.reviewer_id", "who made it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was made")
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when it ends")


class CampaignModelRow(Base):
    """A model version a campaign audits. None listed: all that scored its edits."""

    __tablename__ = "campaign_model"
    __table_args__ = ({"comment": "model versions a campaign audits"},)

    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", primary_key=True)
    model_version_id: Mapped[int] = points_to(
        "model_version.model_version_id", "the model version", primary_key=True
    )


class FrameRow(Base):
    """The population a sample speaks for."""

    __tablename__ = "frame"
    __table_args__ = (
        CheckConstraint("n_edits >= 0", name="n_edits_not_negative"),
        {"comment": "the population a sample speaks for"},
    )

    frame_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    window_from: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="edits from")
    window_to: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="edits before")
    filter: Mapped[Any] = mapped_column(JSON, nullable=True, comment="what else narrowed it")
    n_edits: Mapped[int] = mapped_column(Integer, comment="N, edits in the frame")
    n_unscored: Mapped[int] = mapped_column(
        Integer, default=0, comment="edits of the window without a score, so not in the frame"
    )


class DesignRow(Base):
    """How a sample was drawn."""

    __tablename__ = "design"
    __table_args__ = ({"comment": "how a sample was drawn"},)

    design_id: Mapped[int] = identity()
    frame_id: Mapped[int] = points_to("frame.frame_id", "the frame", nullable=False)
    stream: Mapped[str] = short_text("stream its tasks belong to", 12)
    allocation: Mapped[str] = short_text("census, uniform, or half-neyman", 40)
    model_version_id: Mapped[int | None] = points_to(
        "model_version.model_version_id", "whose scores made the strata"
    )
    edges: Mapped[Any] = mapped_column(
        JSON, nullable=True, comment="edges of the score bins; null: one stratum"
    )
    is_by_editor: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="strata are split by kind of editor too"
    )
    n_asked: Mapped[int | None] = mapped_column(Integer, comment="edits asked for")
    seed: Mapped[int] = mapped_column(BigId, comment="seed of the draw")
    score_counts: Mapped[Any] = mapped_column(
        JSON,
        nullable=True,
        comment="edits of the frame by kind of editor and thousandth of the score; null: unknown",
    )
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was drawn")


class StratumRow(Base):
    """A part of the frame that was drawn from at one rate."""

    __tablename__ = "stratum"
    __table_args__ = (
        UniqueConstraint("design_id", "label"),
        CheckConstraint("n_drawn <= n_edits", name="draw_within_stratum"),
        {"comment": "parts of a frame drawn from at one rate"},
    )

    stratum_id: Mapped[int] = identity()
    design_id: Mapped[int] = points_to("design.design_id", "the design", nullable=False)
    label: Mapped[str] = short_text("such as score 0.9-1.0, newcomer", 120)
    low: Mapped[float | None] = mapped_column(Float, comment="least score in it")
    high: Mapped[float | None] = mapped_column(
        Float, comment="scores are below it; at most 1 in the last bin"
    )
    editor_group: Mapped[str | None] = short_text("kind of editor, where split by it", 20)
    mean_score: Mapped[float | None] = mapped_column(Float, comment="mean score of its edits")
    n_edits: Mapped[int] = mapped_column(Integer, comment="N_h, edits in the stratum")
    n_drawn: Mapped[int] = mapped_column(Integer, comment="n_h, edits drawn")


class TaskRow(Base):
    """One edit of a campaign, with how it came to be chosen."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("campaign_id", "edit_id", "stream", "repeat_no"),
        one_of(
            "stream",
            "probability",
            "help",
            "reported",
            "contested",
            "link30",
            "practice",
            "import",
        ),
        CheckConstraint(
            "inclusion_probability IS NULL OR"
            " (inclusion_probability > 0 AND inclusion_probability <= 1)",
            name="inclusion_probability_in_range",
        ),
        # Assignment walks the open tasks of a stream by place: what is complete costs nothing.
        Index(
            "ix_task_open",
            "campaign_id",
            "stream",
            "place",
            sqlite_where=text("n_judgments < n_wanted"),
            postgresql_where=text("n_judgments < n_wanted"),
        ),
        Index(None, "campaign_id", "n_judgments"),
        Index(None, "edit_id"),
        {"comment": "edits of a campaign, with how each came to be chosen"},
    )

    task_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", nullable=False)
    stratum_id: Mapped[int | None] = points_to("stratum.stratum_id", "null where not drawn")
    stream: Mapped[str] = short_text("how it came in; streams are never mixed", 12)
    repeat_no: Mapped[int] = mapped_column(Integer, default=0, comment="0, or 1 for a repeat")
    inclusion_probability: Mapped[float | None] = mapped_column(
        Float, comment="pi at the draw; null where unknown; never recomputed"
    )
    score_at_draw: Mapped[float | None] = mapped_column(Float, comment="probability at the draw")
    threshold_at_draw: Mapped[float | None] = mapped_column(Float, comment="cut at the draw")
    diff_digest: Mapped[str | None] = short_text("digest of the diff reviewers see", 64)
    n_judgments: Mapped[int] = mapped_column(
        Integer, default=0, comment="people who judged it; kept with each judgment"
    )
    n_wanted: Mapped[int] = mapped_column(
        Integer, default=0, comment="people who are to judge it; 0: never given out by itself"
    )
    place: Mapped[int] = mapped_column(
        BigId,
        default=random_place,
        comment="random number that assignment walks by; in the help queue the most useful first",
    )
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was drawn")


class CampaignTallyRow(Base):
    """A running count of a campaign, kept with each judgment; the sum over shards is the count.

    Shards keep people who save at the same moment from waiting for each other.
    """

    __tablename__ = "campaign_tally"
    __table_args__ = ({"comment": "running counts of campaigns; shards are summed"},)

    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", primary_key=True)
    name: Mapped[str] = short_text("what is counted, such as judgments", 100, primary_key=True)
    shard: Mapped[int] = mapped_column(Integer, primary_key=True, comment="0 to 7")
    n: Mapped[int] = mapped_column(BigId, default=0, comment="the count")


class LeaseRow(Base):
    """A reviewer's hold on a task."""

    __tablename__ = "lease"
    __table_args__ = (
        UniqueConstraint("task_id", "reviewer_id"),
        Index(None, "reviewer_id", "ended_at"),
        {"comment": "who holds a task until when"},
    )

    lease_id: Mapped[int] = identity()
    task_id: Mapped[int] = points_to("task.task_id", "the task", nullable=False)
    reviewer_id: Mapped[int] = points_to("reviewer.reviewer_id", "the reviewer", nullable=False)
    leased_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="taken at")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="frees itself at")
    ended_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="judged or skipped at; null while held"
    )
    shown_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="when the edit was on the reviewer's screen first"
    )
    revealed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="when score and others' answers were given to the reviewer"
    )
    context_opened: Mapped[Any] = mapped_column(
        JSON, nullable=True, comment="what folded context was opened: list of names"
    )


class SittingRow(Base):
    """A reviewer's round of edits in a campaign; it goes on where it stopped."""

    __tablename__ = "sitting"
    __table_args__ = (
        one_of("reveals", "each", "end"),
        CheckConstraint("length IS NULL OR length >= 1", name="length_positive"),
        Index(None, "reviewer_id", "campaign_id"),
        {"comment": "rounds of edits of a reviewer in a campaign"},
    )

    sitting_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    reviewer_id: Mapped[int] = points_to("reviewer.reviewer_id", "the reviewer", nullable=False)
    stream: Mapped[str | None] = short_text("the one stream it serves; null: in their order", 12)
    length: Mapped[int | None] = mapped_column(Integer, comment="edits in it; null: open end")
    reveals: Mapped[str] = short_text("each: after each edit; end: after the last", 4)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it began")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="null while it runs")


class CampaignTextRow(Base):
    """A text of a campaign in one language, in one version. Append only; the newest counts."""

    __tablename__ = "campaign_text"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key", "language", "version"),
        {"comment": "texts of a campaign by language and version; append only"},
    )

    campaign_text_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    version: Mapped[int] = mapped_column(Integer, comment="version of the campaign's texts")
    language: Mapped[str] = short_text("language, BCP 47", 35)
    key: Mapped[str] = short_text("what the text is for, such as name or question.damaging", 120)
    text: Mapped[str] = mapped_column(Text, comment="the text; empty takes it back")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")
    written_by: Mapped[int | None] = points_to("reviewer.reviewer_id", "who wrote it")


class SkipRow(Base):
    """A reviewer passed an edit by, for a reason about the reviewer."""

    __tablename__ = "skip"
    __table_args__ = (
        UniqueConstraint("task_id", "reviewer_id"),
        {"comment": "edits a reviewer passed by, and why"},
    )

    skip_id: Mapped[int] = identity()
    task_id: Mapped[int] = points_to("task.task_id", "the task", nullable=False)
    reviewer_id: Mapped[int] = points_to("reviewer.reviewer_id", "the reviewer", nullable=False)
    reason: Mapped[str] = short_text("a reason about the reviewer, not the edit", 20)
    skipped_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")


class ApprovalRow(Base):
    """What a community said about auditing a model on its wiki. The newest row counts."""

    __tablename__ = "approval"
    __table_args__ = (
        Index(None, "wiki_id", "model_id"),
        {"comment": "what a community said about auditing a model; the newest row counts"},
    )

    approval_id: Mapped[int] = identity()
    wiki_id: Mapped[int] = points_to("wiki.wiki_id", "the wiki", nullable=False)
    model_id: Mapped[int | None] = points_to("model.model_id", "null: any model (sample wikis)")
    state: Mapped[str] = short_text(
        "asked, not-approved, approved, pilot, quality-control, paused", 20
    )
    discussion_url: Mapped[str | None] = mapped_column(Text, comment="permanent link")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="discussion opened")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when this was said")

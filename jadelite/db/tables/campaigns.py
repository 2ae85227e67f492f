"""Campaigns: how edits were chosen (frame, design, stratum, task) and who holds one (lease)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, Index, Integer, Text, UniqueConstraint
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
    guideline_version: Mapped[int | None] = mapped_column(Integer, comment="guideline in force")
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


class DesignRow(Base):
    """How a sample was drawn."""

    __tablename__ = "design"
    __table_args__ = ({"comment": "how a sample was drawn"},)

    design_id: Mapped[int] = identity()
    frame_id: Mapped[int] = points_to("frame.frame_id", "the frame", nullable=False)
    stream: Mapped[str] = short_text("stream its tasks belong to", 12)
    allocation: Mapped[str] = short_text("census, uniform, or half-neyman", 40)
    seed: Mapped[int] = mapped_column(BigId, comment="seed of the draw")
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
        # Assignment asks for tasks of a stream with room; masking asks by edit.
        Index(None, "campaign_id", "stream", "n_judgments"),
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
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was drawn")


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

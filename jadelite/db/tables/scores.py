"""Models under audit, their versions, thresholds, and what they said of edits."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import Base, UtcDateTime, identity, one_of, points_to, short_text


class ModelRow(Base):
    """An ML model under audit."""

    __tablename__ = "model"
    __table_args__ = (
        UniqueConstraint("name"),
        one_of("output_kind", "classes", "value"),
        {"comment": "ML models under audit"},
    )

    model_id: Mapped[int] = identity()
    name: Mapped[str] = short_text("name such as damaging or revertrisk-language-agnostic")
    wiki_id: Mapped[int | None] = points_to("wiki.wiki_id", "set where made for one wiki only")
    question: Mapped[str] = short_text("the question it answers", 60)
    positive_label: Mapped[str] = short_text("the label that means yes", 60)
    output_kind: Mapped[str] = short_text("classes with probabilities, or one value", 10)


class ModelVersionRow(Base):
    """One version of a model; versions are never mixed."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "version"),
        {"comment": "versions of models; every score names one"},
    )

    model_version_id: Mapped[int] = identity()
    model_id: Mapped[int] = points_to("model.model_id", "the model", nullable=False)
    version: Mapped[str] = short_text("version as the model's maker writes it", 100)
    card_digest: Mapped[str | None] = short_text("SHA-256 of its card, null without one", 64)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it came in first")


class ThresholdRow(Base):
    """A cut in force on a wiki from some day."""

    __tablename__ = "threshold"
    __table_args__ = (
        UniqueConstraint("model_version_id", "wiki_id", "level", "valid_from"),
        CheckConstraint("value >= 0 AND value <= 1", name="value_is_probability"),
        {"comment": "cuts in force: from which probability on a wiki acts"},
    )

    threshold_id: Mapped[int] = identity()
    model_version_id: Mapped[int] = points_to(
        "model_version.model_version_id", "the model version", nullable=False
    )
    wiki_id: Mapped[int] = points_to("wiki.wiki_id", "the wiki", nullable=False)
    level: Mapped[str] = short_text("caution level such as default or very-likely", 60)
    value: Mapped[float] = mapped_column(Float, comment="probability of the positive label")
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime, comment="in force from")


class ScoreRow(Base):
    """What a model version said of an edit. Append only."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("edit_id", "model_version_id"),
        Index("ix_score_model_version_id_probability", "model_version_id", "probability"),
        CheckConstraint(
            "probability IS NULL OR (probability >= 0 AND probability <= 1)",
            name="probability_in_range",
        ),
        CheckConstraint(
            "probability IS NOT NULL OR value IS NOT NULL OR prediction IS NOT NULL",
            name="says_something",
        ),
        {"comment": "what a model version said of an edit; append only"},
    )

    score_id: Mapped[int] = identity()
    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", nullable=False)
    model_version_id: Mapped[int] = points_to(
        "model_version.model_version_id", "the model version", nullable=False
    )
    prediction: Mapped[str | None] = short_text("the label the model chose", 1000)
    probability: Mapped[float | None] = mapped_column(
        Float, comment="probability of the positive label, full precision"
    )
    probabilities: Mapped[Any] = mapped_column(
        JSON, nullable=True, comment="probability by label, full precision"
    )
    value: Mapped[float | None] = mapped_column(Float, comment="output of a continuous model")
    source: Mapped[str] = short_text("where it came from, such as import or liftwing", 60)
    answer_digest: Mapped[str] = short_text("SHA-256 of the answer as received", 64)
    import_batch_id: Mapped[int | None] = points_to(
        "import_batch.import_batch_id", "the import it came with"
    )
    scored_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the model spoke")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it came in here")


class ScoreFailureRow(Base):
    """Why there is no score."""

    __tablename__ = "score_failure"
    __table_args__ = (
        UniqueConstraint("edit_id", "model_id"),
        Index(None, "model_id", "reason"),
        {"comment": "why a model gave no score of an edit, as it said last"},
    )

    score_failure_id: Mapped[int] = identity()
    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", nullable=False)
    model_id: Mapped[int] = points_to("model.model_id", "the model", nullable=False)
    model_version_id: Mapped[int | None] = points_to(
        "model_version.model_version_id", "the version, where the answer names it"
    )
    source: Mapped[str] = short_text("who answered, such as liftwing", 60)
    reason: Mapped[str] = short_text("typed reason such as missing, deleted, transient", 40)
    detail: Mapped[str | None] = mapped_column(Text, comment="the service's own words")
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")

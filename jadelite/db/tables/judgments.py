"""Reviewers and what they said. Judgments are only appended; notes can be erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
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


class ReviewerRow(Base):
    """Somebody who judges, under a pseudonym."""

    __tablename__ = "reviewer"
    __table_args__ = (
        UniqueConstraint("pseudonym"),
        UniqueConstraint("issuer", "subject"),
        one_of("kind", "person", "bot", "demo", "imported"),
        {"comment": "who judges, under a stable pseudonym; names are not stored"},
    )

    reviewer_id: Mapped[int] = identity()
    pseudonym: Mapped[str] = short_text("stable public name", 40)
    issuer: Mapped[str] = short_text(
        "who vouches for the account: a wiki farm, demo or import", 120
    )
    subject: Mapped[str | None] = short_text("the account's key at the issuer; null once they left")
    kind: Mapped[str] = short_text("person, bot, demo or imported", 10)
    session_epoch: Mapped[int] = mapped_column(
        Integer, default=0, comment="raised to end all sessions at once"
    )
    ui_language: Mapped[str | None] = short_text("chosen language of the pages", 35)
    daily_cap: Mapped[int | None] = mapped_column(Integer, comment="chosen cap a day")
    preferences: Mapped[Any] = mapped_column(
        JSON, nullable=True, comment="keys, when to reveal, how to show a diff"
    )
    consent_version: Mapped[int | None] = mapped_column(
        Integer, comment="consent given; null: never asked"
    )
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="first seen")


class RoleGrantRow(Base):
    """A role somebody holds, on one wiki or on all."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("reviewer_id", "wiki_id", "role"),
        {"comment": "roles by grant, on one wiki or on all"},
    )

    role_grant_id: Mapped[int] = identity()
    reviewer_id: Mapped[int] = points_to("reviewer.reviewer_id", "who", nullable=False)
    wiki_id: Mapped[int | None] = points_to("wiki.wiki_id", "where; null: everywhere")
    role: Mapped[str] = short_text("reviewer, coordinator, model-team, oversighter or operator", 20)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")


class JudgmentRow(Base):
    """One reviewer's judgment, or its withdrawal. Append only."""

    __tablename__ = "judgment"
    __table_args__ = (
        UniqueConstraint("task_id", "reviewer_id", "revision"),
        UniqueConstraint("client_key"),
        one_of("action", "judge", "withdraw"),
        one_of("score_seen", "no", "yes", "unknown"),
        one_of("peers_seen", "no", "yes", "unknown"),
        CheckConstraint(
            "(revision = 1) = (supersedes_id IS NULL)", name="only_a_revision_supersedes"
        ),
        Index(None, "reviewer_id", "answered_at"),
        {"comment": "what reviewers said; append only"},
    )

    judgment_id: Mapped[int] = identity()
    task_id: Mapped[int] = points_to("task.task_id", "the task", nullable=False)
    reviewer_id: Mapped[int | None] = points_to(
        "reviewer.reviewer_id", "null for an import that does not say who"
    )
    revision: Mapped[int] = mapped_column(Integer, comment="1, then 2 for a changed mind ...")
    supersedes_id: Mapped[int | None] = points_to("judgment.judgment_id", "the row it revises")
    action: Mapped[str] = short_text("judge, or withdraw", 10)
    score_seen: Mapped[str] = short_text("had the reviewer seen the model's score", 10)
    peers_seen: Mapped[str] = short_text("had the reviewer seen others' judgments", 10)
    context_opened: Mapped[Any] = mapped_column(
        JSON, nullable=True, comment="what folded context was opened: list of names"
    )
    ui_language: Mapped[str | None] = short_text("language the questions were read in", 35)
    form_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("form.form_id"), comment="version of the form"
    )
    guideline_version: Mapped[int | None] = mapped_column(Integer, comment="guideline in force")
    consent_version: Mapped[int | None] = mapped_column(Integer, comment="consent in force")
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="edit first shown")
    answered_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="answered; null for an import that does not say"
    )
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="stored")
    client_key: Mapped[str] = short_text("makes a retry find the stored row", 120)
    origin: Mapped[str] = short_text("web, api, import or sample", 10)
    import_batch_id: Mapped[int | None] = points_to(
        "import_batch.import_batch_id", "the import it came with"
    )


class AnswerRow(Base):
    """One answer of a judgment. Append only."""

    __tablename__ = "answer"
    __table_args__ = ({"comment": "answers of a judgment; append only"},)

    judgment_id: Mapped[int] = points_to("judgment.judgment_id", "the judgment", primary_key=True)
    question_id: Mapped[int] = points_to("question.question_id", "the question", primary_key=True)
    value: Mapped[str] = short_text("the label chosen", 60)


class JudgmentTagRow(Base):
    """A reason tag of a judgment. Append only."""

    __tablename__ = "judgment_tag"
    __table_args__ = ({"comment": "reason tags of judgments; append only"},)

    judgment_id: Mapped[int] = points_to("judgment.judgment_id", "the judgment", primary_key=True)
    tag: Mapped[str] = short_text(
        "the reason, of those offered or the campaign's own", 60, primary_key=True
    )


class NoteRow(Base):
    """A reviewer's note; erasable."""

    __tablename__ = "note"
    __table_args__ = (
        {"comment": "notes of reviewers; can be hidden or erased, the judgment stays"},
    )

    judgment_id: Mapped[int] = points_to("judgment.judgment_id", "the judgment", primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, comment="the note, sealed under its edit's key for notes"
    )
    language: Mapped[str | None] = short_text("language it was written under, BCP 47", 35)
    is_hidden: Mapped[bool] = mapped_column(Boolean, default=False, comment="by an oversighter")

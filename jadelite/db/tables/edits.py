"""Wikis and edits: the facts that are never hidden, and that an edit was undone later."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Index, Integer, UniqueConstraint
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


class WikiRow(Base):
    """A wiki, real or sample."""

    __tablename__ = "wiki"
    __table_args__ = (
        UniqueConstraint("dbname"),
        one_of("direction", "ltr", "rtl", "auto"),
        {"comment": "wikis, real or sample"},
    )

    wiki_id: Mapped[int] = identity()
    dbname: Mapped[str] = short_text("database name such as enwiki")
    is_sample: Mapped[bool] = mapped_column(Boolean, comment="invented, shipped with the product")
    language: Mapped[str] = short_text("language of its content, BCP 47; und where unknown", 35)
    direction: Mapped[str] = short_text("direction of its content", 4)


class EditRow(Base):
    """One revision and what it changed: the facts that are never hidden."""

    __tablename__ = "edit"
    __table_args__ = (
        UniqueConstraint("wiki_id", "rev_id"),
        one_of(
            "editor_kind", "temporary", "unregistered", "newcomer", "registered", "bot", "unknown"
        ),
        Index(None, "wiki_id", "edited_at"),
        Index(None, "wiki_id", "page_id"),
        CheckConstraint("rev_id > 0", name="rev_id_positive"),
        {"comment": "one revision of a page and what it changed"},
    )

    edit_id: Mapped[int] = identity()
    wiki_id: Mapped[int] = points_to("wiki.wiki_id", "the wiki", nullable=False)
    rev_id: Mapped[int] = mapped_column(BigId, comment="revision number on that wiki")
    parent_rev_id: Mapped[int | None] = mapped_column(
        BigId, comment="revision before; null where unknown, 0 for a new page"
    )
    page_id: Mapped[int | None] = mapped_column(BigId, comment="page number on that wiki")
    page_title: Mapped[str | None] = short_text("title with namespace, as shown")
    namespace: Mapped[int | None] = mapped_column(Integer, comment="namespace number")
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when it was saved")
    size_change: Mapped[int | None] = mapped_column(Integer, comment="bytes added, or less if < 0")
    tags: Mapped[Any] = mapped_column(JSON, nullable=True, comment="change tags: list of texts")
    editor_key: Mapped[str | None] = short_text("keyed digest of the editor, never a name", 64)
    editor_kind: Mapped[str] = short_text("kind of account at the time of the edit", 12)
    is_text_hidden: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="the wiki hid the text"
    )
    is_editor_hidden: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="the wiki hid the editor's name"
    )
    is_comment_hidden: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="the wiki hid the summary"
    )
    visibility_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="when the wiki said last what is hidden; null: never heard"
    )
    no_diff_reason: Mapped[str | None] = short_text("why there is no diff, once asked for", 20)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it came in here")


class EditRevertRow(Base):
    """That an edit was undone later: a signal beside the judgments, never one."""

    __tablename__ = "edit_revert"
    __table_args__ = (
        one_of("kind", "tag", "identity"),
        {"comment": "edits that were undone on the wiki later; never counted as a judgment"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    by_rev_id: Mapped[int | None] = mapped_column(
        BigId, comment="the revision that undid it, where known"
    )
    reverted_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="when, null where unknown"
    )
    kind: Mapped[str] = short_text("how it is known: the wiki's tag, or the same text again", 10)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was learned here")

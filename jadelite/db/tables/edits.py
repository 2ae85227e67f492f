"""Wikis and edits; what can be hidden on a wiki stands in tables of its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint
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
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it came in here")


class EditTextRow(Base):
    """Wikitext before and after; erasable."""

    __tablename__ = "edit_text"
    __table_args__ = ({"comment": "wikitext of an edit; erased when the wiki hides it"},)

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    text_before: Mapped[str | None] = mapped_column(Text, comment="null for a new page")
    text_after: Mapped[str] = mapped_column(Text, comment="wikitext after the edit")


class EditDiffRow(Base):
    """A prepared diff; erasable."""

    __tablename__ = "edit_diff"
    __table_args__ = ({"comment": "prepared diffs; erased when the wiki hides the text"},)

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    origin: Mapped[str] = short_text("local, or wiki where its own diff was taken", 10)
    digest: Mapped[str] = short_text("SHA-256 of the rows, hexadecimal", 64)
    diff: Mapped[Any] = mapped_column(JSON, nullable=False, comment="rows as domain.diffs packs")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was made")


class EditSummaryRow(Base):
    """The edit summary; erasable."""

    __tablename__ = "edit_summary"
    __table_args__ = ({"comment": "edit summaries; erased when the wiki hides them"},)

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    comment: Mapped[str] = mapped_column(Text, comment="the summary as wikitext")


class EditorNameRow(Base):
    """An editor's name, cached for display; erasable."""

    __tablename__ = "editor_name"
    __table_args__ = (
        Index(None, "name"),
        {"comment": "names of editors, cached for display; erased when hidden or vanished"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    name: Mapped[str] = short_text("name as shown on the wiki")

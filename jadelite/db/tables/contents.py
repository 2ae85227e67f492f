"""What a wiki can hide: texts, diffs, summaries, names. Sealed, each part under a key of its own.

Dropping the key erases the part wherever copies of its row may still lie: dead rows, logs of the
database, backups that keep keys apart.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import Base, BigId, UtcDateTime, one_of, points_to, short_text


class ContentKeyRow(Base):
    """The key of one part of an edit."""

    __tablename__ = "content_key"
    __table_args__ = (
        one_of("part", "text", "comment", "editor", "note"),
        {"comment": "keys of sealed contents; a dropped key erases its part"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    part: Mapped[str] = short_text(
        "text (with diffs), comment, editor, note (of reviewers)", 10, primary_key=True
    )
    key: Mapped[bytes] = mapped_column(LargeBinary, comment="256 random bits")


class ContentWatchRow(Base):
    """An edit whose contents are kept here, so that its wiki is asked whether it hid them."""

    __tablename__ = "content_watch"
    __table_args__ = (
        Index(None, "checked_at"),
        {"comment": "edits with contents here; the wiki is asked in turn whether it hid them"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when the wiki was asked")


class EditTextRow(Base):
    """Wikitext before and after; erasable."""

    __tablename__ = "edit_text"
    __table_args__ = ({"comment": "wikitext of an edit; erased when the wiki hides it"},)

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, comment="texts before (null for a new page) and after, sealed"
    )


class EditDiffRow(Base):
    """A prepared diff; erasable."""

    __tablename__ = "edit_diff"
    __table_args__ = (
        one_of("span", "edit", "combined"),
        {"comment": "prepared diffs; erased when the wiki hides the text"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    span: Mapped[str] = short_text(
        "edit, or combined: with the same editor's edits around it", 10, primary_key=True
    )
    base_rev_id: Mapped[int | None] = mapped_column(
        BigId, comment="revision before a combined diff; 0: a new page"
    )
    first_rev_id: Mapped[int | None] = mapped_column(
        BigId, comment="first revision of a combined diff"
    )
    last_rev_id: Mapped[int | None] = mapped_column(
        BigId, comment="last revision of a combined diff"
    )
    origin: Mapped[str] = short_text("local, or wiki where its own diff was taken", 10)
    digest: Mapped[str] = short_text("SHA-256 of the rows, hexadecimal", 64)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="rows as domain.diffs packs, sealed")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was made")


class EditSummaryRow(Base):
    """The edit summary; erasable."""

    __tablename__ = "edit_summary"
    __table_args__ = ({"comment": "edit summaries; erased when the wiki hides them"},)

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="the summary as wikitext, sealed")


class EditorNameRow(Base):
    """An editor's name, cached for display; erasable."""

    __tablename__ = "editor_name"
    __table_args__ = (
        {"comment": "names of editors, cached for display; erased when hidden or vanished"},
    )

    edit_id: Mapped[int] = points_to("edit.edit_id", "the edit", primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="name as on the wiki, sealed")

"""What keeps the house running: events, work, imports, offsets, settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, Text, UniqueConstraint
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


class EventRow(Base):
    """Something that happened. Append only: change feed, webhooks and audit chain rest on it."""

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "kind", "event_id"),
        {"comment": "what happened, by whom, to what; append only"},
    )

    event_id: Mapped[int] = identity()
    kind: Mapped[str] = short_text("such as judgment.recorded", 60)
    actor_id: Mapped[int | None] = points_to("reviewer.reviewer_id", "who; null for the system")
    campaign_id: Mapped[int | None] = points_to("campaign.campaign_id", "where, if in one")
    subject: Mapped[str] = short_text("what it is about: ids, never names", 120)
    details: Mapped[Any] = mapped_column(JSON, nullable=True, comment="more ids and codes")
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")


class WorkRow(Base):
    """Something the worker is to do: the truth of the queue."""

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("key"),
        one_of("state", "waiting", "running", "failed"),
        Index(None, "state", "due_at"),
        {"comment": "what the worker is to do; a finished row is deleted"},
    )

    work_id: Mapped[int] = identity()
    kind: Mapped[str] = short_text("which use case", 40)
    key: Mapped[str] = short_text("the same work asked for twice is one row", 160)
    payload: Mapped[Any] = mapped_column(JSON, nullable=False, comment="arguments")
    state: Mapped[str] = short_text("waiting, running, failed", 10)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="not before")
    lease_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="a running row is free again after this"
    )
    n_attempts: Mapped[int] = mapped_column(Integer, default=0, comment="times started")
    is_asked_again: Mapped[int] = mapped_column(
        Integer, default=0, comment="1: asked for again while it was running"
    )
    failure: Mapped[str | None] = mapped_column(Text, comment="why the last attempt failed")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was asked for")


class ImportBatchRow(Base):
    """One import, and what its operator said about the data."""

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("kind", "edits", "scores", "judgments"),
        {"comment": "imports and what their operator said about the data"},
    )

    import_batch_id: Mapped[int] = identity()
    kind: Mapped[str] = short_text("edits, scores or judgments", 12)
    note: Mapped[str | None] = mapped_column(Text, comment="printed with every report")
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")


class UpstreamStateRow(Base):
    """How a service outside was when it was last asked."""

    __tablename__ = "upstream_state"
    __table_args__ = (
        one_of("state", "closed", "open", "half-open"),
        {"comment": "how services outside were when they were last asked"},
    )

    name: Mapped[str] = short_text("the service, such as liftwing", 120, primary_key=True)
    state: Mapped[str] = short_text("of the circuit: closed, open, half-open", 10)
    opened_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="since when it is not asked"
    )
    paused_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="until when it asked to be left alone"
    )
    n_calls: Mapped[int] = mapped_column(BigId, comment="times asked")
    n_failures: Mapped[int] = mapped_column(BigId, comment="times it failed")
    n_retries: Mapped[int] = mapped_column(BigId, comment="times asked again")
    last_failure: Mapped[str | None] = mapped_column(Text, comment="its last failure, one sentence")
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when this was written")


class StreamOffsetRow(Base):
    """How far an event stream has been followed."""

    __tablename__ = "stream_offset"
    __table_args__ = ({"comment": "how far an event stream has been followed"},)

    name: Mapped[str] = short_text("the stream", 120, primary_key=True)
    position: Mapped[str] = mapped_column(Text, comment="the last event's id as received")
    n_events: Mapped[int] = mapped_column(BigId, default=0, comment="events taken in so far")
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")


class SettingRow(Base):
    """A setting made in the browser."""

    __tablename__ = "setting"
    __table_args__ = (
        UniqueConstraint("wiki_id", "name"),
        {"comment": "settings made in the browser, of one wiki or of all"},
    )

    setting_id: Mapped[int] = mapped_column(BigId, primary_key=True, comment="row number")
    wiki_id: Mapped[int | None] = points_to("wiki.wiki_id", "null: everywhere")
    name: Mapped[str] = short_text("which setting", 60)
    value: Mapped[Any] = mapped_column(JSON, nullable=True, comment="its value")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when")

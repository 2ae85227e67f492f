"""The append-only event table: what happened, by whom, to what."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from jadelite.db.tables import EventRow


def append(
    session: Session,
    kind: str,
    *,
    subject: str,
    now: datetime,
    actor_id: int | None = None,
    campaign_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Record that something happened, in the same transaction as the thing itself.

    `subject` and `details` hold ids and codes, never names or texts.
    """
    session.add(
        EventRow(
            kind=kind,
            actor_id=actor_id,
            campaign_id=campaign_id,
            subject=subject,
            details=details,
            happened_at=now,
        )
    )


def is_known(session: Session, kind: str, *, campaign_id: int, subject: str) -> bool:
    """Whether such an event was recorded; for kinds of which there are few."""
    found = exists().where(
        EventRow.kind == kind,
        EventRow.campaign_id == campaign_id,
        EventRow.subject == subject,
    )
    return bool(session.scalar(select(found)))

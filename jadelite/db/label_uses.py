"""Queries on what came of a campaign's labels."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.tables import LabelUseRow, ReportRow, ReviewerRow
from jadelite.domain.label_uses import LabelUse, NewLabelUse

MAX_SHOWN = 100


def add(
    session: Session, campaign_id: int, new: NewLabelUse, *, by: int | None, now: datetime
) -> None:
    """Append a use, with the snapshot of the newest report."""
    snapshot = session.scalar(
        select(ReportRow.snapshot)
        .where(ReportRow.campaign_id == campaign_id)
        .order_by(ReportRow.report_id.desc())
        .limit(1)
    )
    session.add(
        LabelUseRow(
            campaign_id=campaign_id,
            kind=new.kind,
            text=new.text.strip(),
            language=new.language,
            url=new.url,
            model=new.model,
            snapshot=snapshot,
            n_labels=new.n_labels,
            recorded_at=now,
            recorded_by=by,
        )
    )


def of_campaign(session: Session, campaign_id: int) -> tuple[LabelUse, ...]:
    """The newest MAX_SHOWN uses of a campaign's labels, newest first. One query."""
    rows = session.execute(
        select(LabelUseRow, ReviewerRow.pseudonym)
        .outerjoin(ReviewerRow, ReviewerRow.reviewer_id == LabelUseRow.recorded_by)
        .where(LabelUseRow.campaign_id == campaign_id)
        .order_by(LabelUseRow.label_use_id.desc())
        .limit(MAX_SHOWN)
    )
    return tuple(
        LabelUse(
            kind=row.kind,  # type: ignore[arg-type]  # the check constraint guards it
            text=row.text,
            language=row.language,
            url=row.url,
            model=row.model,
            snapshot=row.snapshot,
            n_labels=row.n_labels,
            recorded_at=row.recorded_at,
            recorded_by=pseudonym,
        )
        for row, pseudonym in rows
    )

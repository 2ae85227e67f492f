"""Queries on bounds that figures must keep."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from jadelite.db.tables import GuardrailRow, JudgmentRow, TaskRow
from jadelite.domain.campaigns import HEADLINE_STREAMS
from jadelite.domain.guardrails import Guardrail, NewGuardrail


def add(
    session: Session, campaign_id: int, new: NewGuardrail, *, by: int | None, now: datetime
) -> None:
    """Write a bound down."""
    session.add(
        GuardrailRow(
            campaign_id=campaign_id,
            model=new.model,
            question=new.question,
            figure=new.figure,
            side=new.side,
            value=new.value,
            action=new.action.strip(),
            written_at=now,
            written_by=by,
        )
    )


def end(session: Session, campaign_id: int, guardrail_id: int, now: datetime) -> bool:
    """Take a bound out of force; whether there was one in force."""
    done = session.execute(
        update(GuardrailRow)
        .where(
            GuardrailRow.guardrail_id == guardrail_id,
            GuardrailRow.campaign_id == campaign_id,
            GuardrailRow.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(GuardrailRow.guardrail_id)
    )
    return done.first() is not None


def of_campaign(session: Session, campaign_id: int) -> tuple[Guardrail, ...]:
    """All bounds of a campaign, in force and ended, in the order they were written. One query.

    Judgments that were imported were given elsewhere, before anything could be written here.
    """
    was_judged = exists().where(
        TaskRow.campaign_id == GuardrailRow.campaign_id,
        TaskRow.stream.in_(HEADLINE_STREAMS),
        JudgmentRow.task_id == TaskRow.task_id,
        JudgmentRow.stored_at < GuardrailRow.written_at,
    )
    rows = session.execute(
        select(GuardrailRow, was_judged)
        .where(GuardrailRow.campaign_id == campaign_id)
        .order_by(GuardrailRow.guardrail_id)
    )
    return tuple(
        Guardrail(
            guardrail_id=row.guardrail_id,
            model=row.model,
            question=row.question,
            figure=row.figure,
            side=row.side,  # type: ignore[arg-type]  # the check constraint guards it
            value=row.value,
            action=row.action,
            written_at=row.written_at,
            ended_at=row.ended_at,
            is_beforehand=not judged,
        )
        for row, judged in rows
    )

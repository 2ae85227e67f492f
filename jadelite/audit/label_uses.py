"""What came of a campaign's labels: the model team tells it, everybody reads it."""

from datetime import datetime

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, label_uses
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Invalid
from jadelite.domain.label_uses import LabelUse, NewLabelUse, check_label_use
from jadelite.domain.people import Actor


def record_use(
    database: Database, actor: Actor, slug: str, new: NewLabelUse, *, now: datetime
) -> None:
    """Write down what was done with the labels; it can't be taken back.

    Raises Forbidden, NotFound for the campaign, Invalid with every wrong field.
    """
    access.require(actor, "answer-report")
    wrong = check_label_use(new)
    if wrong:
        detail = "; ".join(item.detail for item in wrong)
        raise Invalid("invalid-label-use", detail, fields=tuple(wrong))
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        record(session, campaign, new, by=actor.reviewer_id, now=now)


def record(
    session: Session, campaign: Campaign, new: NewLabelUse, *, by: int | None, now: datetime
) -> None:
    """Append a checked use and its event."""
    label_uses.add(session, campaign.campaign_id, new, by=by, now=now)
    events.append(
        session,
        "labels.used",
        subject=f"campaign:{campaign.campaign_id}",
        now=now,
        actor_id=by,
        campaign_id=campaign.campaign_id,
        details={"kind": new.kind, "model": new.model, "n_labels": new.n_labels},
    )


def list_uses(database: Database, slug: str) -> tuple[LabelUse, ...]:
    """What came of a campaign's labels, newest first. Raises NotFound."""
    with database.reading() as session:
        return label_uses.of_campaign(session, find_campaign(session, slug).campaign_id)

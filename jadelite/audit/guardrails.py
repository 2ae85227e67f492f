"""Bounds on a model's figures: a coordinator writes them, each computed report is held to them."""

from datetime import datetime

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, facets, guardrails
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.guardrails import Guardrail, NewGuardrail, check_guardrail
from jadelite.domain.people import Actor
from jadelite.domain.reports import Report

CROSSED = "guardrail.crossed"


def write(database: Database, actor: Actor, slug: str, new: NewGuardrail, *, now: datetime) -> None:
    """Write a bound on a campaign's figures. Raises Forbidden, NotFound, Invalid."""
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        facet = facets.load(session, campaign.facet)
        asked = tuple(question.name for question in facet.questions if question.is_yes_or_no)
        wrong = check_guardrail(new, asked)
        if wrong:
            detail = "; ".join(item.detail for item in wrong)
            raise Invalid("invalid-guardrail", detail, fields=tuple(wrong))
        guardrails.add(session, campaign.campaign_id, new, by=actor.reviewer_id, now=now)
        events.append(
            session,
            "guardrail.written",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            actor_id=actor.reviewer_id,
            campaign_id=campaign.campaign_id,
            details={
                "question": new.question,
                "figure": new.figure,
                "side": new.side,
                "value": new.value,
            },
        )


def end(database: Database, actor: Actor, slug: str, guardrail_id: int, *, now: datetime) -> None:
    """Take a bound out of force; it stays to be read. Raises Forbidden, NotFound."""
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        if not guardrails.end(session, campaign.campaign_id, guardrail_id, now):
            raise NotFound("no-guardrail", f"{slug} has no bound {guardrail_id} in force")
        events.append(
            session,
            "guardrail.ended",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            actor_id=actor.reviewer_id,
            campaign_id=campaign.campaign_id,
            details={"guardrail": guardrail_id},
        )


def list_guardrails(database: Database, slug: str) -> tuple[Guardrail, ...]:
    """All bounds of a campaign, in force and ended, oldest first. Raises NotFound."""
    with database.reading() as session:
        return guardrails.of_campaign(session, find_campaign(session, slug).campaign_id)


def note_crossings(session: Session, campaign: Campaign, report: Report, now: datetime) -> None:
    """Append an event for each bound that a newly frozen report crosses, once for a snapshot.

    Data and bounds can come back to what they were before.
    """
    subject = f"report:{report.snapshot}"
    if events.is_known(session, CROSSED, campaign_id=campaign.campaign_id, subject=subject):
        return
    for question in report.questions:
        for model in question.models:
            for check in model.guardrails:
                if check.state != "crossed":
                    continue
                events.append(
                    session,
                    CROSSED,
                    subject=subject,
                    now=now,
                    campaign_id=campaign.campaign_id,
                    details={
                        "question": question.question,
                        "model": f"{model.model}@{model.version}",
                        "figure": check.figure,
                        "side": check.side,
                        "value": check.bound,
                    },
                )

"""A coordinator asks for more judgments above a threshold, so that a promise can be kept there.

The draw itself needs numpy and is the worker's (`topping_up`): here it is asked for.
"""

from datetime import datetime

from jadelite.audit import access, schedule
from jadelite.audit.reviewing import find_campaign
from jadelite.db import drawn, events
from jadelite.db.drawn import TopUp
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.people import Actor

MAX_MORE = 2000


def ask_for_more(
    database: Database, actor: Actor, slug: str, *, threshold: float, n: int, now: datetime
) -> int:
    """Ask the worker to draw up to `n` more edits that score at least `threshold`; how many it can.

    Raises Forbidden, NotFound, Invalid for a threshold or number that makes no sense, Conflict
    where the campaign is not open, was not drawn by score, or has drawn all such edits.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        found = require_top_up(session, campaign)
        n_more = min(n, n_left(found, threshold=threshold, n=n))
        schedule.ask_top_up(session, slug, threshold=threshold, n=n_more, now=now)
        events.append(
            session,
            "campaign.more-asked",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            actor_id=actor.reviewer_id,
            campaign_id=campaign.campaign_id,
            details={"threshold": threshold, "n": n_more},
        )
    return n_more


def require_top_up(session: Session, campaign: Campaign) -> TopUp:
    """The campaign's sample, if more can be drawn. Raises Conflict."""
    found = drawn.to_top_up(session, campaign.campaign_id)
    if found is None:
        raise Conflict(
            "not-drawn-by-score",
            f"the edits of {campaign.slug} were not drawn by score; expected a campaign that was",
        )
    if campaign.state != "open":
        raise Conflict(
            "not-open-for-more",
            f"{campaign.slug} is {campaign.state}, expected an open campaign: what is judged after"
            " the end belongs to a new one",
        )
    return found


def n_left(found: TopUp, *, threshold: float, n: int) -> int:
    """How many edits that score at least `threshold` are not drawn yet.

    Raises Invalid for a threshold or number that makes no sense, Conflict where none is left.
    """
    if not 0 <= threshold < 1:
        raise Invalid("bad-threshold", f"threshold is {threshold:g}, expected 0 to below 1")
    if not 1 <= n <= MAX_MORE:
        raise Invalid("bad-more", f"{n} more edits, expected 1 to {MAX_MORE}", n=MAX_MORE)
    left = sum(
        stratum.n_edits - stratum.n_drawn
        for stratum in found.strata
        if stratum.high is None or stratum.high > threshold
    )
    if left == 0:
        raise Conflict(
            "all-drawn", f"every edit that scores {threshold:g} or more is in the sample already"
        )
    return left

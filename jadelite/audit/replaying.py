"""Which edits a new version of a model is to score, so that it can be compared on the same labels.

The scores come in like any others; the next report lists what the versions flag differently.
"""

from jadelite.audit.reviewing import find_campaign
from jadelite.db import tasks
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid


def revisions_of(database: Database, slug: str, wiki: str) -> list[int]:
    """The revisions of a campaign on that wiki, rising.

    Raises NotFound for the campaign, Invalid for one of another wiki.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        if campaign.wiki != wiki:
            raise Invalid("other-wiki", f"{slug} is about {campaign.wiki}, expected one of {wiki}")
        return tasks.drawn_revisions(session, campaign.campaign_id)

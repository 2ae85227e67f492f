"""Campaigns as evidence: a set of stored edits for review, outside the gate.

Campaigns that speak for a wiki need a drawn sample and the community's approval; these do not,
and their figures are never a headline. The command line makes them; pages make the others.
"""

from datetime import datetime

from jadelite.audit import schedule
from jadelite.db import campaigns, edits, events, wikis
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.names import is_slug
from jadelite.domain.new_campaigns import MAX_K
from jadelite.wiki import sites


def create_from_imports(
    database: Database,
    slug: str,
    wiki: str,
    *,
    k: int,
    with_text_only: bool,
    is_dry_run: bool,
    now: datetime,
) -> int:
    """Open a campaign of kind `import` over all stored edits of a wiki; how many it holds.

    Raises Invalid for a bad name or k, Conflict if the name is taken, NotFound if no edit fits.
    """
    if not is_slug(slug):
        raise Invalid(
            "bad-slug", f"name is {slug!r}, expected 2 to 60 small letters, digits and hyphens"
        )
    if not 1 <= k <= MAX_K:
        raise Invalid("bad-k", f"k is {k}, expected 1 to {MAX_K} reviewers for each edit")
    with database.transaction() as session:
        if campaigns.by_slug(session, slug) is not None:
            raise Conflict("slug-taken", f"a campaign named {slug!r} exists; expected a new name")
        edit_ids = edits.of_wiki(session, wiki, with_text_only=with_text_only)
        if not edit_ids:
            raise NotFound(
                "no-edits", f"no edits of {wiki} are stored that fit; run: jadelite edits import"
            )
        if is_dry_run:
            return len(edit_ids)
        campaign_id = campaigns.create(
            session,
            slug=slug,
            wiki_id=wikis.ensure(session, sites.describe(wiki)),
            kind="import",
            state="open",
            k=k,
            facet=EDITQUALITY.name,
            now=now,
        )
        campaigns.add_census(session, campaign_id, edit_ids, stream="import", seed=0, now=now)
        schedule.ask_prepare(session, slug, now)
        events.append(
            session,
            "campaign.created",
            subject=f"campaign:{campaign_id}",
            now=now,
            campaign_id=campaign_id,
        )
        return len(edit_ids)

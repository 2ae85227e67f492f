"""What the communities of wikis said about audits of the models that score their edits."""

from datetime import datetime
from urllib.parse import urlsplit

from jadelite.audit import access
from jadelite.db import campaigns, events, wikis
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid
from jadelite.domain.people import Actor
from jadelite.wiki import sites

MAX_URL_LENGTH = 2000


def approve(
    database: Database, actor: Actor, wiki: str, discussion_url: str, *, now: datetime
) -> None:
    """Record that the community of a wiki agreed to audits, and where it discussed that.

    Raises NotFound for a wiki that nobody knows, Invalid for what is no https address.
    """
    access.require(actor, "operate")
    if not _is_https(discussion_url):
        raise Invalid(
            "bad-discussion", f"discussion is {discussion_url!r}, expected an https:// address"
        )
    with database.transaction() as session:
        wiki_id = wikis.find(session, wiki)
        if wiki_id is None:
            sites.find(wiki)
            wiki_id = wikis.ensure(session, sites.describe(wiki))
        campaigns.approve(session, wiki_id, "approved", now, discussion_url=discussion_url)
        events.append(
            session,
            "wiki.approved",
            subject=f"wiki:{wiki_id}",
            now=now,
            actor_id=actor.reviewer_id,
        )


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(address) <= MAX_URL_LENGTH

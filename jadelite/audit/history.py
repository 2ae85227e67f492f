"""What somebody judged so far, for their own eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign
from jadelite.db import campaigns, facets, history, sittings
from jadelite.db.history import OwnJudgment
from jadelite.db.session import Database
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.facets import Facet
from jadelite.domain.people import Actor

PAGE_LENGTH = 50


@dataclass(frozen=True)
class HistoryPage:
    """A page of one's own judgments, newest first.

    `campaigns` are all one sat in, by row number, and `facets` what they ask, by name; `chosen` is
    the campaign the list was narrowed to, `next_cursor` leads to older ones; None: there are none.
    """

    judgments: tuple[OwnJudgment, ...]
    campaigns: Mapping[int, Campaign]
    facets: Mapping[str, Facet]
    chosen: Campaign | None
    next_cursor: int | None


def history_page(
    database: Database, actor: Actor, *, slug: str | None = None, before: int | None = None
) -> HistoryPage:
    """One's own judgments before a cursor (None: from the newest), in one campaign or in all.

    Raises NotFound for a campaign that is not there.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        chosen = find_campaign(session, slug) if slug else None
        found = history.of_reviewer(
            session,
            reviewer_id,
            limit=PAGE_LENGTH + 1,
            before=before,
            campaign_id=chosen.campaign_id if chosen else None,
        )
        page = found[:PAGE_LENGTH]
        ids = {*history.campaign_ids(session, reviewer_id), *(item.campaign_id for item in page)}
        known = campaigns.by_ids(session, ids)
        return HistoryPage(
            judgments=tuple(page),
            campaigns=known,
            facets={c.facet: facets.load(session, c.facet) for c in known.values()},
            chosen=chosen,
            next_cursor=page[-1].judgment_id if len(found) > PAGE_LENGTH else None,
        )


def own_judgment(database: Database, actor: Actor, task_id: int) -> OwnJudgment:
    """One's own judgment of a task. Raises NotFound where one has not judged it."""
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        found = history.of_reviewer(session, reviewer_id, limit=1, task_id=task_id)
    if not found:
        raise NotFound("no-judgment", f"task {task_id} has no judgment by this reviewer")
    return found[0]


def to_withdraw(database: Database, actor: Actor, task_id: int, *, now: datetime) -> OwnJudgment:
    """One's own judgment of a task, to be asked whether it is to be taken back.

    Raises NotFound where one has not judged it, Conflict when the campaign is closed.
    """
    own = own_judgment(database, actor, task_id)
    with database.reading() as session:
        campaign = campaigns.by_id(session, own.campaign_id)
    if campaign is not None and not own.is_withdrawn and not campaign.is_open_at(now):
        raise Conflict("campaign-closed", f"campaign {campaign.slug} takes no judgments now")
    return own


def undoable(database: Database, actor: Actor, slug: str) -> list[int]:
    """The tasks that an undo can go back to in the campaign's running sitting, newest first."""
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        running = sittings.running_in(session, campaign, reviewer_id)
        return sittings.all_undoable(session, running.sitting) if running else []


def one_before(database: Database, actor: Actor, slug: str, task_id: int) -> int | None:
    """The task that an undo goes back to after that one; None if it was the first."""
    found = undoable(database, actor, slug)
    older = found[found.index(task_id) + 1 :] if task_id in found else []
    return older[0] if older else None

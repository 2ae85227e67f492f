"""Somebody reports a model's score of an edit as wrong: it becomes a task, and its state is shown.

No text is taken: what people write about a score would have to be erasable, and the reviewers who
look at the edit are to be blind to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jadelite.audit import access, schedule
from jadelite.db import edits, events, extras, facets, tasks
from jadelite.db.edits import StoredEdit
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.consensus import split_question
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.names import is_wiki_name
from jadelite.domain.people import Actor

# The model said damaging and was wrong; or it said fine and was wrong.
KINDS = ("false-positive", "missed-damage")
MAX_A_DAY = 20
MAX_CAMPAIGNS = 10  # newest open campaigns of a wiki that are looked at


@dataclass(frozen=True)
class Standing:
    """How it stands with a reported edit.

    `kind`: what the asker reported, None: nothing. `n_judgments` of `n_wanted` people looked at
    it; None where no campaign asks about it.
    """

    edit: StoredEdit
    kind: str | None
    n_judgments: int | None
    n_wanted: int | None


def report(
    database: Database, actor: Actor, wiki: str, rev_id: int, kind: str, *, now: datetime
) -> None:
    """Record that a score is wrong, and ask reviewers of the wiki's newest open campaign.

    Once for a reviewer and edit: the same again changes nothing. Who reported an edit is not asked
    to judge it. Raises Forbidden for a visitor, Invalid for an unknown kind, NotFound for an edit
    that is not known here or a wiki without an open campaign, Conflict after MAX_A_DAY.
    """
    access.require(actor, "report-score")
    reviewer_id = actor.reviewer_id
    if reviewer_id is None:
        raise Forbidden("sign-in-first", "reporting a score needs somebody who is signed in")
    if kind not in KINDS:
        raise Invalid("bad-report-kind", f"kind is {kind!r}, expected {' or '.join(KINDS)}")
    with database.transaction() as session:
        edit = _edit(session, wiki, rev_id)
        if extras.reported_kind(session, reviewer_id, edit.edit_id) is not None:
            return
        campaign = _campaign(session, wiki, now)
        if campaign is None:
            raise NotFound("no-open-campaign", f"no campaign of {wiki} takes judgments now")
        if extras.n_reported_since(session, reviewer_id, now - timedelta(days=1)) >= MAX_A_DAY:
            raise Conflict(
                "too-many-reports", f"{MAX_A_DAY} reports in 24 hours are enough", n=MAX_A_DAY
            )
        events.append(
            session,
            extras.REPORTED,
            subject=f"edit:{edit.edit_id}",
            now=now,
            actor_id=reviewer_id,
            campaign_id=campaign.campaign_id,
            details={"kind": kind},
        )
        _ask_people(session, campaign, edit.edit_id, reviewer_id, now)


def standing(
    database: Database, actor: Actor, wiki: str, rev_id: int, *, now: datetime
) -> Standing:
    """How it stands with an edit that was, or may be, reported. Raises NotFound."""
    with database.reading() as session:
        edit = _edit(session, wiki, rev_id)
        kind = None
        if actor.reviewer_id is not None:
            kind = extras.reported_kind(session, actor.reviewer_id, edit.edit_id)
        campaign = _campaign(session, wiki, now)
        found = extras.task_on(session, campaign.campaign_id, edit.edit_id) if campaign else None
        return Standing(edit, kind, found[1] if found else None, found[2] if found else None)


def _ask_people(
    session: Session, campaign: Campaign, edit_id: int, reviewer_id: int, now: datetime
) -> None:
    """Make a task unless people are asked about the edit anyway; the draw is left as it is."""
    found = extras.task_on(session, campaign.campaign_id, edit_id)
    if found is not None and (found[0] == "reported" or found[1] < found[2]):
        return
    added = extras.add(
        session,
        campaign.campaign_id,
        [edit_id],
        stream="reported",
        n_wanted=campaign.k,
        first_place=extras.count(session, campaign.campaign_id, "reported"),
        now=now,
    )
    for task_id in added.values():
        tasks.add_skip(session, task_id, reviewer_id, "reported-it", now)
    schedule.ask_prepare(session, campaign.slug, now)


def _edit(session: Session, wiki: str, rev_id: int) -> StoredEdit:
    edit = edits.find(session, wiki, rev_id) if is_wiki_name(wiki) else None
    if edit is None or edit.is_text_hidden:
        raise NotFound("no-edit", f"edit {rev_id} of {wiki} is not known here")
    return edit


def _campaign(session: Session, wiki: str, now: datetime) -> Campaign | None:
    """The wiki's newest open campaign that asks a yes/no question, or None."""
    for campaign in extras.open_campaigns(session, wiki, MAX_CAMPAIGNS, now=now):
        if split_question(facets.load(session, campaign.facet)) is not None:
            return campaign
    return None

"""The help queue of a campaign: edits on which another pair of eyes helps most, the best first.

Diagnostic only: it is chosen by what is odd, so nothing in it feeds a headline figure. Run by the
worker after a report.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from jadelite.audit import schedule
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, extras, facets, helping, votes
from jadelite.db.helping import Version
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.consensus import Votes, is_split, split_question

MAX_OPEN = 50
SURE = 0.8  # a model is sure against people at least this far from their share of yes
LOOKED_AT = 20_000  # newest edits of the window that are looked at for versions that disagree
MAX_COMPLETE = 5_000  # complete edits that are looked at

# Ranks, the most useful first.
SURE_AGAINST_PEOPLE, PEOPLE_SPLIT, VERSIONS_DISAGREE = range(3)


@dataclass(frozen=True)
class Helpful:
    """An edit to look at again: why (smaller is more useful), and how strongly (in 0..1)."""

    edit_id: int
    rank: int
    strength: float


def fill(database: Database, slug: str, *, now: datetime) -> int:
    """Fill the help queue of an open campaign up to MAX_OPEN edits; how many were added.

    What waits there already is put in order anew. Raises NotFound for an unknown campaign.
    """
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        question = split_question(facets.load(session, campaign.facet))
        if not campaign.is_open or question is None:
            return 0
        found = _ranked(_candidates(session, campaign, question.name))
        waiting = extras.open_tasks(session, campaign.campaign_id, "help")
        _order_anew(session, found, waiting)
        room = max(MAX_OPEN - len(waiting), 0)
        may = helping.askable(session, campaign.campaign_id, (item.edit_id for item in found))
        chosen = [(place, item) for place, item in enumerate(found) if item.edit_id in may][:room]
        for place, item in chosen:
            extras.add(
                session,
                campaign.campaign_id,
                [item.edit_id],
                stream="help",
                n_wanted=campaign.k,
                first_place=place,
                now=now,
            )
        if chosen:
            events.append(
                session,
                "help.filled",
                subject=f"campaign:{campaign.campaign_id}",
                now=now,
                campaign_id=campaign.campaign_id,
                details={"n": len(chosen), "ranks": [item.rank for _, item in chosen]},
            )
            schedule.ask_prepare(session, slug, now)
        return len(chosen)


def _candidates(session: Session, campaign: Campaign, question: str) -> list[Helpful]:
    versions = helping.versions(session, campaign, question)
    complete = votes.of_complete(session, campaign.campaign_id, question, MAX_COMPLETE)
    said = helping.probabilities(
        session, complete, [version.model_version_id for version in versions]
    )
    found = [
        helpful
        for edit_id, given in complete.items()
        if (helpful := _of_judged(edit_id, given, said.get(edit_id, ()))) is not None
    ]
    return found + _of_versions(session, campaign, versions)


def _of_judged(edit_id: int, given: Votes, said: Iterable[float]) -> Helpful | None:
    """Why a complete edit is worth another look, or None."""
    gap = max((abs(given.share - probability) for probability in said), default=0.0)
    if gap >= SURE:
        return Helpful(edit_id, SURE_AGAINST_PEOPLE, gap)
    if is_split(given):
        return Helpful(edit_id, PEOPLE_SPLIT, 1 - 2 * abs(given.share - 0.5))
    return None


def _of_versions(session: Session, campaign: Campaign, versions: list[Version]) -> list[Helpful]:
    return [
        Helpful(edit_id, VERSIONS_DISAGREE, apart)
        for one, other in combinations(versions, 2)
        for edit_id, apart in helping.disagreeing(
            session, campaign, one, other, among=LOOKED_AT, limit=MAX_OPEN
        )
    ]


def _ranked(found: Iterable[Helpful]) -> list[Helpful]:
    """The most useful first, each edit once."""
    once: dict[int, Helpful] = {}
    for item in sorted(found, key=lambda item: (item.rank, -item.strength, item.edit_id)):
        once.setdefault(item.edit_id, item)
    return list(once.values())


def _order_anew(session: Session, found: list[Helpful], waiting: dict[int, int]) -> None:
    """Tasks that wait take their new places; what is no longer among the useful ones comes last."""
    places = {item.edit_id: place for place, item in enumerate(found)}
    for edit_id, task_id in waiting.items():
        extras.set_place(session, task_id, places.get(edit_id, len(found)))

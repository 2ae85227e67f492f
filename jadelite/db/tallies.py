"""Running counts of campaigns, kept with each judgment and task, so that reading them is cheap.

A count is the sum of its shards; who saves takes the shard of their own row number, so that people
who save at the same moment don't wait for each other. Every change writes all counts of a shard at
once, in one order: two writers never wait for each other crosswise. Edits and judgments are those
that feed headline figures; repeats, help and practice are not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db.tables import CampaignTallyRow, JudgmentRow, ReviewerRow, TaskRow
from jadelite.domain.campaigns import HEADLINE_STREAMS

N_SHARDS = 8
CHUNK = 500  # keeps IN lists below the parameter limits of both databases
NAMES = ("complete", "edits", "judgments", "reviewers")
PERSON = "reviewer:"  # and a row number: somebody who judged in the campaign


@dataclass(frozen=True)
class Tally:
    """Edits asked about, those with all their judgments, people's judgments, known people."""

    n_edits: int = 0
    n_complete: int = 0
    n_judgments: int = 0
    n_reviewers: int = 0


def read(session: Session, campaign_ids: Iterable[int]) -> dict[int, Tally]:
    """The counts of campaigns, by row number; 0 where nothing was counted yet. One query."""
    found: dict[int, dict[str, int]] = {campaign_id: {} for campaign_id in campaign_ids}
    query = (
        select(CampaignTallyRow.campaign_id, CampaignTallyRow.name, func.sum(CampaignTallyRow.n))
        .where(CampaignTallyRow.campaign_id.in_(list(found)), CampaignTallyRow.name.in_(NAMES))
        .group_by(CampaignTallyRow.campaign_id, CampaignTallyRow.name)
    )
    for campaign_id, name, n in session.execute(query):
        found[campaign_id][f"n_{name}"] = int(n)
    return {campaign_id: Tally(**counts) for campaign_id, counts in found.items()}


def add(
    session: Session,
    campaign_id: int,
    shard: int,
    *,
    edits: int = 0,
    complete: int = 0,
    judgments: int = 0,
    reviewers: int = 0,
) -> None:
    """Count so many more of each, or less. One statement."""
    counts = {"complete": complete, "edits": edits, "judgments": judgments, "reviewers": reviewers}
    if not any(counts.values()):
        return
    # All of them, also those that stay: rows are locked in one order, whatever changes first.
    rows = [
        {"campaign_id": campaign_id, "name": name, "shard": shard % N_SHARDS, "n": counts[name]}
        for name in NAMES
    ]
    fresh = _insert(session).values(rows)
    statement = fresh.on_conflict_do_update(
        index_elements=["campaign_id", "name", "shard"],
        set_={"n": CampaignTallyRow.n + fresh.excluded.n},
    )
    session.execute(statement)


def add_people(session: Session, campaign_id: int, reviewer_ids: Iterable[int]) -> None:
    """These people judged in the campaign: each counts once, bots don't.

    One statement, and one more where somebody is new.
    """
    ids = sorted(set(reviewer_ids))
    if not ids:
        return
    people = select(
        literal(campaign_id),
        literal(PERSON) + cast(ReviewerRow.reviewer_id, String),
        literal(0),
        literal(1),
    ).where(ReviewerRow.reviewer_id.in_(ids), ReviewerRow.kind != "bot")
    # Rows that are there are not touched, so nobody waits for them.
    fresh = (
        _insert(session)
        .from_select(["campaign_id", "name", "shard", "n"], people)
        .on_conflict_do_nothing()
        .returning(CampaignTallyRow.name)
    )
    add(session, campaign_id, shard_of(ids), reviewers=len(session.scalars(fresh).all()))


def shard_of(reviewer_ids: Iterable[int]) -> int:
    """The shard of one reviewer; 0 for several, so that an import writes to one only."""
    ids = list(reviewer_ids)
    return ids[0] % N_SHARDS if len(ids) == 1 else 0


def recount(session: Session, campaign_id: int) -> None:
    """Count a campaign anew from its rows, while nobody judges in it."""
    session.execute(delete(CampaignTallyRow).where(CampaignTallyRow.campaign_id == campaign_id))
    is_headline = TaskRow.stream.in_(HEADLINE_STREAMS) & (TaskRow.repeat_no == 0)
    edits, complete, judgments = session.execute(
        select(
            func.count(),
            func.count().filter(TaskRow.n_judgments >= TaskRow.n_wanted),
            func.coalesce(func.sum(TaskRow.n_judgments), 0),
        ).where(TaskRow.campaign_id == campaign_id, is_headline)
    ).one()
    people = session.scalars(
        select(JudgmentRow.reviewer_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(TaskRow.campaign_id == campaign_id, JudgmentRow.reviewer_id.is_not(None))
        .distinct()
    )
    known = [reviewer_id for reviewer_id in people if reviewer_id is not None]
    for start in range(0, len(known), CHUNK):
        add_people(session, campaign_id, known[start : start + CHUNK])
    add(session, campaign_id, 0, edits=edits, complete=complete, judgments=int(judgments))


def _insert(session: Session) -> Any:  # Any: each dialect has an insert of its own
    build = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return build(CampaignTallyRow)

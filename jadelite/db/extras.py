"""Queries on tasks that are added beside the draw: people split, somebody reported, help is wanted.

They stand in streams of their own and carry no inclusion probability, so no headline figure counts
them.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from jadelite.db import campaigns, masking
from jadelite.db.tables import CampaignRow, EditRow, EventRow, TaskRow, WikiRow
from jadelite.domain.campaigns import HEADLINE_STREAMS, Campaign, Stream

REPORTED = "score.reported"


def add(
    session: Session,
    campaign_id: int,
    edit_ids: Iterable[int],
    *,
    stream: Stream,
    n_wanted: int,
    first_place: int,
    now: datetime,
) -> dict[int, int]:
    """Add a task for each edit, in this order of places; their row numbers by edit.

    An edit that has a task in the stream is left as it is.
    """
    wanted = list(dict.fromkeys(edit_ids))
    known = ids(session, campaign_id, wanted, stream)
    fresh = [edit_id for edit_id in wanted if edit_id not in known]
    if not fresh:
        return {}
    rows = [
        {
            "campaign_id": campaign_id,
            "edit_id": edit_id,
            "stream": stream,
            "repeat_no": 0,
            "n_judgments": 0,
            "n_wanted": n_wanted,
            "place": first_place + number,
            "drawn_at": now,
        }
        for number, edit_id in enumerate(fresh)
    ]
    session.execute(insert(TaskRow), rows)
    return ids(session, campaign_id, fresh, stream)


def ids(
    session: Session, campaign_id: int, edit_ids: Iterable[int], stream: Stream
) -> dict[int, int]:
    """Row numbers, by edit, of the tasks of a stream on at most 500 edits."""
    query = select(TaskRow.edit_id, TaskRow.task_id).where(
        TaskRow.campaign_id == campaign_id,
        TaskRow.stream == stream,
        TaskRow.repeat_no == 0,
        TaskRow.edit_id.in_(list(edit_ids)),
    )
    return {row[0]: row[1] for row in session.execute(query)}


def set_place(session: Session, task_id: int, place: int) -> None:
    """Move a task in its stream's order; the smallest place is served first."""
    session.execute(update(TaskRow).where(TaskRow.task_id == task_id).values(place=place))


def open_tasks(session: Session, campaign_id: int, stream: Stream) -> dict[int, int]:
    """Row numbers, by edit, of a stream's tasks that want judgments (leans on ix_task_open)."""
    query = select(TaskRow.edit_id, TaskRow.task_id).where(
        TaskRow.campaign_id == campaign_id,
        TaskRow.stream == stream,
        TaskRow.n_judgments < TaskRow.n_wanted,
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count(session: Session, campaign_id: int, stream: Stream) -> int:
    """How many tasks a stream of a campaign has."""
    query = select(func.count()).where(TaskRow.campaign_id == campaign_id, TaskRow.stream == stream)
    return session.scalar(query) or 0


def task_on(session: Session, campaign_id: int, edit_id: int) -> tuple[str, int, int] | None:
    """Stream, judgments and wanted judgments of the task by which an edit is or was looked at.

    A reported one before one of the draw; None where the campaign asks nobody about the edit.
    """
    query = select(TaskRow.stream, TaskRow.n_judgments, TaskRow.n_wanted).where(
        TaskRow.campaign_id == campaign_id,
        TaskRow.edit_id == edit_id,
        TaskRow.stream.in_((*HEADLINE_STREAMS, "reported")),
        TaskRow.repeat_no == 0,
    )
    found = [(row[0], row[1], row[2]) for row in session.execute(query)]
    return max(found, key=lambda row: row[0] == "reported", default=None)


def open_campaigns(
    session: Session, wiki: str, limit: int, *, now: datetime, stream: Stream | None = None
) -> list[Campaign]:
    """Campaigns of a wiki that take judgments, the newest first; with `stream` those that have it.

    One query, and one for each found.
    """
    query = (
        select(CampaignRow.campaign_id)
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .where(
            WikiRow.dbname == wiki,
            CampaignRow.state == "open",
            or_(CampaignRow.closes_at.is_(None), CampaignRow.closes_at > now),
        )
        .order_by(CampaignRow.campaign_id.desc())
        .limit(limit)
    )
    if stream is not None:
        query = query.where(
            exists().where(TaskRow.campaign_id == CampaignRow.campaign_id, TaskRow.stream == stream)
        )
    found = (campaigns.by_id(session, campaign_id) for campaign_id in session.scalars(query).all())
    return [campaign for campaign in found if campaign is not None]


def public_practice(session: Session, campaign_id: int, limit: int) -> list[tuple[int, int]]:
    """Practice tasks of a campaign with their edits, (task, edit), in a fixed order.

    Those whose score is kept back for somebody, or whose text the wiki hid, are left out.
    """
    asking = aliased(TaskRow)
    query = (
        select(TaskRow.task_id, TaskRow.edit_id)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.stream == "practice",
            EditRow.is_text_hidden.is_(False),
            ~exists().where(asking.edit_id == TaskRow.edit_id, masking.keeps_back(asking)),
        )
        .order_by(TaskRow.place, TaskRow.task_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def reported_kind(session: Session, reviewer_id: int, edit_id: int) -> str | None:
    """What a reviewer reported about an edit's score; None: nothing.

    Leans on the order of events by kind: reports of scores are few.
    """
    details = session.scalar(
        select(EventRow.details)
        .where(
            EventRow.kind == REPORTED,
            EventRow.actor_id == reviewer_id,
            EventRow.subject == f"edit:{edit_id}",
        )
        .limit(1)
    )
    return None if details is None else str(details.get("kind", ""))


def n_reported_since(session: Session, reviewer_id: int, since: datetime) -> int:
    """How many scores a reviewer reported since some time."""
    query = select(func.count()).where(
        EventRow.kind == REPORTED,
        EventRow.actor_id == reviewer_id,
        EventRow.happened_at >= since,
    )
    return session.scalar(query) or 0

"""Queries on campaigns and on how their edits were chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, distinct, func, insert, select
from sqlalchemy.orm import Session

from jadelite.db.tables import (
    ApprovalRow,
    CampaignRow,
    DesignRow,
    FacetRow,
    FrameRow,
    JudgmentRow,
    ReviewerRow,
    StratumRow,
    TaskRow,
    WikiRow,
    random_place,
)
from jadelite.domain.campaigns import (
    Campaign,
    CampaignKind,
    CampaignProgress,
    CampaignState,
    Stream,
)

CHUNK = 500


def create(
    session: Session,
    *,
    slug: str,
    wiki_id: int,
    kind: CampaignKind,
    state: CampaignState,
    k: int,
    facet: str,
    now: datetime,
) -> int:
    """Add a campaign and return its row number. Flushes to get it."""
    facet_id = session.scalar(select(FacetRow.facet_id).where(FacetRow.name == facet))
    row = CampaignRow(
        slug=slug,
        wiki_id=wiki_id,
        facet_id=facet_id,
        kind=kind,
        state=state,
        k=k,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.campaign_id


def by_slug(session: Session, slug: str) -> Campaign | None:
    """The campaign of that name, or None."""
    return _one(session, CampaignRow.slug == slug)


def by_id(session: Session, campaign_id: int) -> Campaign | None:
    """The campaign with that row number, or None."""
    return _one(session, CampaignRow.campaign_id == campaign_id)


def progress(session: Session, limit: int, slug: str | None = None) -> list[CampaignProgress]:
    """Campaigns with their counts, oldest first; only `slug` where given. Two queries."""
    query = _campaigns().order_by(CampaignRow.campaign_id).limit(limit)
    if slug is not None:
        query = query.where(CampaignRow.slug == slug)
    campaigns = [_campaign(row) for row in session.execute(query)]
    ids = [campaign.campaign_id for campaign in campaigns]
    counts = {
        row[0]: (row[1], row[2], row[3])
        for row in session.execute(
            select(
                TaskRow.campaign_id,
                func.count(),
                func.count().filter(TaskRow.n_judgments >= CampaignRow.k),
                func.sum(TaskRow.n_judgments),
            )
            .join(CampaignRow, CampaignRow.campaign_id == TaskRow.campaign_id)
            .where(TaskRow.campaign_id.in_(ids))
            .group_by(TaskRow.campaign_id)
        )
    }
    return [
        CampaignProgress(campaign, *counts.get(campaign.campaign_id, (0, 0, 0)))
        for campaign in campaigns
    ]


def n_reviewers(session: Session, campaign_id: int) -> int:
    """How many people judged in a campaign, bots apart; unknown people are not counted."""
    query = (
        select(func.count(distinct(JudgmentRow.reviewer_id)))
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .join(ReviewerRow, ReviewerRow.reviewer_id == JudgmentRow.reviewer_id)
        .where(TaskRow.campaign_id == campaign_id, ReviewerRow.kind != "bot")
    )
    return session.scalar(query) or 0


def add_census(
    session: Session,
    campaign_id: int,
    edit_ids: Sequence[int],
    *,
    stream: Stream,
    seed: int,
    now: datetime,
) -> int:
    """Make a task of every edit, and record frame, design and stratum; how many are new.

    In the stream `import` the population is unknown, so the inclusion probability is too.
    """
    tasks = task_ids(session, campaign_id, edit_ids)
    fresh = [edit_id for edit_id in edit_ids if edit_id not in tasks]
    if not fresh:
        return 0
    is_known = stream != "import"
    stratum_id = None
    if is_known:
        stratum_id = _add_design(session, campaign_id, len(fresh), stream, seed, now)
    k = session.get_one(CampaignRow, campaign_id).k
    rows: list[dict[str, Any]] = [
        {
            "campaign_id": campaign_id,
            "edit_id": edit_id,
            "stratum_id": stratum_id,
            "stream": stream,
            "repeat_no": 0,
            "inclusion_probability": 1.0 if is_known else None,
            "n_judgments": 0,
            "n_wanted": k,
            "place": random_place(),
            "drawn_at": now,
        }
        for edit_id in fresh
    ]
    session.execute(insert(TaskRow), rows)
    return len(fresh)


def task_ids(session: Session, campaign_id: int, edit_ids: Sequence[int]) -> dict[int, int]:
    """Row numbers of the campaign's tasks by edit, for the edits that have one."""
    wanted = sorted(set(edit_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(TaskRow.edit_id, TaskRow.task_id).where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.repeat_no == 0,
            TaskRow.edit_id.in_(wanted[start : start + CHUNK]),
        )
        found.update((edit_id, task_id) for edit_id, task_id in session.execute(query))
    return found


def set_state(session: Session, campaign_id: int, state: CampaignState) -> None:
    """Open or close a campaign."""
    row = session.get_one(CampaignRow, campaign_id)
    row.state = state


def approve(session: Session, wiki_id: int, state: str, now: datetime) -> None:
    """Record what a community said about any model on its wiki."""
    session.add(ApprovalRow(wiki_id=wiki_id, state=state, decided_at=now))


def approval(session: Session, wiki: str) -> str | None:
    """The newest word of a wiki's community, or None if it was never asked."""
    return session.scalar(
        select(ApprovalRow.state)
        .join(WikiRow, WikiRow.wiki_id == ApprovalRow.wiki_id)
        .where(WikiRow.dbname == wiki)
        .order_by(ApprovalRow.decided_at.desc(), ApprovalRow.approval_id.desc())
        .limit(1)
    )


def _add_design(
    session: Session, campaign_id: int, n_edits: int, stream: Stream, seed: int, now: datetime
) -> int:
    frame = FrameRow(campaign_id=campaign_id, n_edits=n_edits)
    session.add(frame)
    session.flush()
    design = DesignRow(
        frame_id=frame.frame_id, stream=stream, allocation="census", seed=seed, drawn_at=now
    )
    session.add(design)
    session.flush()
    stratum = StratumRow(design_id=design.design_id, label="all", n_edits=n_edits, n_drawn=n_edits)
    session.add(stratum)
    session.flush()
    return stratum.stratum_id


def _campaigns() -> Select[Any]:
    query: Any = (
        select(
            CampaignRow.campaign_id,
            CampaignRow.slug,
            WikiRow.dbname,
            CampaignRow.kind,
            CampaignRow.state,
            FacetRow.name,
            CampaignRow.k,
        )
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .join(FacetRow, FacetRow.facet_id == CampaignRow.facet_id)
    )
    return cast("Select[Any]", query)


def _one(session: Session, condition: Any) -> Campaign | None:
    row = session.execute(_campaigns().where(condition)).one_or_none()
    return None if row is None else _campaign(row)


def _campaign(row: Any) -> Campaign:
    return Campaign(row[0], row[1], row[2], row[3], row[4], row[5], row[6])

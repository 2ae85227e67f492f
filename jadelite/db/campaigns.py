"""Queries on campaigns and on how their edits were chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from jadelite.db import tallies
from jadelite.db.tables import (
    ApprovalRow,
    CampaignModelRow,
    CampaignRow,
    DesignRow,
    FacetRow,
    FrameRow,
    ModelRow,
    ModelVersionRow,
    StratumRow,
    TaskRow,
    WikiRow,
    random_place,
)
from jadelite.domain.campaigns import (
    HEADLINE_STREAMS,
    Campaign,
    CampaignKind,
    CampaignProgress,
    CampaignState,
    Stream,
)

CHUNK = 500


@dataclass(frozen=True)
class NewCampaignRow:
    """What else a campaign that speaks for a wiki is made with; None as in `Campaign`."""

    n_planned: int | None = None
    daily_cap: int | None = None
    max_extra: int = 0
    median_seconds: float | None = None
    created_by: int | None = None
    closes_at: datetime | None = None
    model_version_ids: tuple[int, ...] = ()


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
    more: NewCampaignRow | None = None,
) -> int:
    """Add a campaign and return its row number. Flushes to get it."""
    facet_id = session.scalar(select(FacetRow.facet_id).where(FacetRow.name == facet))
    more = more or NewCampaignRow()
    row = CampaignRow(
        slug=slug,
        wiki_id=wiki_id,
        facet_id=facet_id,
        kind=kind,
        state=state,
        k=k,
        n_planned=more.n_planned,
        daily_cap=more.daily_cap,
        max_extra=more.max_extra,
        median_seconds=more.median_seconds,
        created_by=more.created_by,
        created_at=now,
        closes_at=more.closes_at,
    )
    session.add(row)
    session.flush()
    session.add_all(
        CampaignModelRow(campaign_id=row.campaign_id, model_version_id=version_id)
        for version_id in more.model_version_ids
    )
    return row.campaign_id


def by_slug(session: Session, slug: str) -> Campaign | None:
    """The campaign of that name, or None."""
    return _one(session, CampaignRow.slug == slug)


def by_id(session: Session, campaign_id: int) -> Campaign | None:
    """The campaign with that row number, or None."""
    return _one(session, CampaignRow.campaign_id == campaign_id)


def by_ids(session: Session, campaign_ids: Iterable[int]) -> dict[int, Campaign]:
    """The campaigns with these row numbers, by row number, oldest first."""
    query = (
        _campaigns()
        .where(CampaignRow.campaign_id.in_(sorted(set(campaign_ids))))
        .order_by(CampaignRow.campaign_id)
    )
    found = [_campaign(row) for row in session.execute(query)]
    return {campaign.campaign_id: campaign for campaign in found}


def progress(
    session: Session,
    limit: int,
    slug: str | None = None,
    *,
    states: Sequence[CampaignState] | None = None,
) -> list[CampaignProgress]:
    """Campaigns with their counts, oldest first; only `slug`, or those in `states`, where given.

    What is counted is what feeds headline figures; repeats, help and practice are not. Two queries,
    whatever the number of judgments: the counts are kept as they come.
    """
    query = _campaigns().order_by(CampaignRow.campaign_id).limit(limit)
    if slug is not None:
        query = query.where(CampaignRow.slug == slug)
    if states is not None:
        query = query.where(CampaignRow.state.in_(states))
    campaigns = [_campaign(row) for row in session.execute(query)]
    counts = tallies.read(session, [campaign.campaign_id for campaign in campaigns])
    return [
        CampaignProgress(campaign, tally.n_edits, tally.n_complete, tally.n_judgments)
        for campaign, tally in zip(campaigns, counts.values(), strict=True)
    ]


def n_reviewers(session: Session, campaign_id: int) -> int:
    """How many people judged in a campaign, bots apart; unknown people are not counted."""
    return tallies.read(session, [campaign_id])[campaign_id].n_reviewers


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
    if stream in HEADLINE_STREAMS:
        tallies.add(session, campaign_id, 0, edits=len(fresh))
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
    session.get_one(CampaignRow, campaign_id).state = state
    session.flush()


def set_n_planned(session: Session, campaign_id: int, n_planned: int) -> None:
    """Plan to draw another number of edits."""
    session.get_one(CampaignRow, campaign_id).n_planned = n_planned
    session.flush()


def set_end(session: Session, campaign_id: int, closes_at: datetime) -> None:
    """Let a campaign end at another time."""
    session.get_one(CampaignRow, campaign_id).closes_at = closes_at
    session.flush()


def raise_k(session: Session, campaign_id: int, k: int) -> int:
    """Ask for `k` judgments of each edit that has not got all of its own; how many those are.

    What is complete stays so: its score and judgments can be read by anybody.
    """
    session.get_one(CampaignRow, campaign_id).k = k
    session.flush()
    raised: Any = session.execute(
        update(TaskRow)
        .where(
            TaskRow.campaign_id == campaign_id,
            _is_headline(),
            TaskRow.n_judgments < TaskRow.n_wanted,
        )
        .values(n_wanted=k)
    )
    return int(raised.rowcount)


def due_to_close(session: Session, now: datetime) -> list[str]:
    """Names of open campaigns whose end has come."""
    query = select(CampaignRow.slug).where(
        CampaignRow.state == "open", CampaignRow.closes_at <= now
    )
    return list(session.scalars(query.order_by(CampaignRow.slug)))


def has_tasks(session: Session, campaign_id: int) -> bool:
    """Whether anything feeds its headline figures, or will."""
    query = select(TaskRow.task_id).where(TaskRow.campaign_id == campaign_id, _is_headline())
    return session.scalar(query.limit(1)) is not None


def models_of(session: Session, campaign_id: int) -> list[str]:
    """The model versions a campaign audits, as name@version, by name; empty: all that scored."""
    query = (
        select(ModelRow.name, ModelVersionRow.version)
        .join(ModelVersionRow, ModelVersionRow.model_id == ModelRow.model_id)
        .join(
            CampaignModelRow,
            CampaignModelRow.model_version_id == ModelVersionRow.model_version_id,
        )
        .where(CampaignModelRow.campaign_id == campaign_id)
        .order_by(ModelRow.name, ModelVersionRow.version)
    )
    return [f"{name}@{version}" for name, version in session.execute(query)]


def median_planned(session: Session, campaign_id: int) -> float | None:
    """Seconds a judgment was expected to take when the campaign was planned."""
    return session.get_one(CampaignRow, campaign_id).median_seconds


def approve(
    session: Session,
    wiki_id: int,
    state: str,
    now: datetime,
    *,
    discussion_url: str | None = None,
) -> None:
    """Record what a community said about any model on its wiki, and where it said it."""
    session.add(
        ApprovalRow(wiki_id=wiki_id, state=state, discussion_url=discussion_url, decided_at=now)
    )


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


def _is_headline() -> Any:
    return TaskRow.stream.in_(HEADLINE_STREAMS) & (TaskRow.repeat_no == 0)


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
            CampaignRow.guideline_version,
            CampaignRow.daily_cap,
            CampaignRow.max_extra,
            CampaignRow.n_planned,
            CampaignRow.closes_at,
        )
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .join(FacetRow, FacetRow.facet_id == CampaignRow.facet_id)
    )
    return cast("Select[Any]", query)


def _one(session: Session, condition: Any) -> Campaign | None:
    row = session.execute(_campaigns().where(condition)).one_or_none()
    return None if row is None else _campaign(row)


def _campaign(row: Any) -> Campaign:
    return Campaign(*row)

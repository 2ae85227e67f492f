"""Queries on tasks: which a reviewer may be given, who holds one, who passed one by."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from jadelite.db.tables import (
    CampaignRow,
    EditRow,
    EventRow,
    JudgmentRow,
    LeaseRow,
    SkipRow,
    TaskRow,
    WikiRow,
)
from jadelite.domain.campaigns import Campaign, Lease, Stream, Task

N_DRAWN = 16


def get(session: Session, task_id: int) -> Task | None:
    """The task with that row number; None without one, or when the wiki hid its edit's text."""
    row = session.scalar(
        select(TaskRow)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(TaskRow.task_id == task_id, EditRow.is_text_hidden.is_(False))
    )
    return None if row is None else _task(row)


def held(session: Session, campaign_id: int, reviewer_id: int, now: datetime) -> Lease | None:
    """The newest live hold in a campaign on an edit the reviewer has not judged, or None."""
    row = session.scalar(
        select(LeaseRow)
        .join(TaskRow, TaskRow.task_id == LeaseRow.task_id)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            EditRow.is_text_hidden.is_(False),
            LeaseRow.reviewer_id == reviewer_id,
            LeaseRow.ended_at.is_(None),
            LeaseRow.expires_at > now,
            TaskRow.edit_id.not_in(_judged_edits(reviewer_id)),
        )
        .order_by(LeaseRow.lease_id.desc())
        .limit(1)
    )
    return None if row is None else _lease(row)


def lease_of(session: Session, task_id: int, reviewer_id: int) -> Lease | None:
    """A reviewer's hold on a task that was not ended, live or lapsed; None without one."""
    row = session.scalar(
        select(LeaseRow).where(
            LeaseRow.task_id == task_id,
            LeaseRow.reviewer_id == reviewer_id,
            LeaseRow.ended_at.is_(None),
        )
    )
    return None if row is None else _lease(row)


def pick(
    session: Session, campaign: Campaign, reviewer_id: int, stream: Stream, now: datetime
) -> int | None:
    """A task of the stream with room, uniformly at random; None if there is none for them.

    Edits whose text the wiki hid are not given.
    """
    # Few are hidden: asking that of some drawn at random is cheaper than of every task.
    return _pick_of(session, campaign, reviewer_id, stream, now, limit=N_DRAWN) or _pick_of(
        session, campaign, reviewer_id, stream, now, limit=None
    )


def lock(session: Session, task_id: int) -> None:
    """Keep others from taking this task until the transaction ends (SQLite: they wait anyway)."""
    session.execute(select(TaskRow.task_id).where(TaskRow.task_id == task_id).with_for_update())


def has_room(
    session: Session, campaign: Campaign, task_id: int, reviewer_id: int, now: datetime
) -> bool:
    """Whether one more person may judge the task: fewer than k judgments and others' holds."""
    query = select(TaskRow.task_id).where(
        TaskRow.task_id == task_id,
        TaskRow.n_judgments < campaign.k,
        TaskRow.task_id.not_in(_full(campaign, reviewer_id, now)),
    )
    return session.scalar(query) is not None


def take(session: Session, task_id: int, reviewer_id: int, *, now: datetime, seconds: int) -> None:
    """Give a reviewer the task for some time, or give it again."""
    expires_at = now + timedelta(seconds=seconds)
    row = session.scalar(
        select(LeaseRow).where(LeaseRow.task_id == task_id, LeaseRow.reviewer_id == reviewer_id)
    )
    if row is None:
        session.add(
            LeaseRow(task_id=task_id, reviewer_id=reviewer_id, leased_at=now, expires_at=expires_at)
        )
    else:
        row.leased_at, row.expires_at, row.ended_at = now, expires_at, None


def end_lease(session: Session, task_id: int, reviewer_id: int, now: datetime) -> None:
    """Let go of a task."""
    session.execute(
        update(LeaseRow)
        .where(LeaseRow.task_id == task_id, LeaseRow.reviewer_id == reviewer_id)
        .values(ended_at=now)
    )


def add_skip(session: Session, task_id: int, reviewer_id: int, reason: str, now: datetime) -> None:
    """Record that a reviewer passed a task by, once."""
    known = session.scalar(
        select(SkipRow.skip_id).where(
            SkipRow.task_id == task_id, SkipRow.reviewer_id == reviewer_id
        )
    )
    if known is None:
        session.add(
            SkipRow(task_id=task_id, reviewer_id=reviewer_id, reason=reason, skipped_at=now)
        )


def n_left(session: Session, campaign: Campaign, reviewer_id: int, now: datetime) -> int:
    """How many edits of the campaign could still be given to a reviewer."""
    query = (
        select(func.count())
        .select_from(TaskRow)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(_servable(campaign, reviewer_id, now), EditRow.is_text_hidden.is_(False))
    )
    return session.scalar(query) or 0


def is_masked(session: Session, edit_id: int) -> bool:
    """Whether score and judgments of an edit are kept back.

    They are while some open task wants blind judgments of it, in any campaign, and before it has
    been in any: a later campaign could not be blind.
    """
    is_open = exists().where(TaskRow.edit_id == edit_id, _is_open())
    is_known = exists().where(TaskRow.edit_id == edit_id)
    return bool(session.scalar(select(is_open | ~is_known)))


def was_public(session: Session, task: Task) -> bool:
    """Whether score and judgments of the task's edit could have been read by anybody before.

    So they could if another task on it ended, or if the task's own campaign was closed once.
    """
    ended = exists().where(
        TaskRow.edit_id == task.edit_id, TaskRow.task_id != task.task_id, ~_is_open()
    )
    closed = exists().where(
        EventRow.kind == "campaign.closed", EventRow.campaign_id == task.campaign_id
    )
    return bool(session.scalar(select(ended | closed)))


def masked_revisions(session: Session, wiki: str, rev_ids: Iterable[int]) -> set[int]:
    """Those revisions of a wiki that some open task asks about."""
    query = (
        select(EditRow.rev_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
        .where(WikiRow.dbname == wiki, EditRow.rev_id.in_(sorted(set(rev_ids))), _is_open())
        .distinct()
    )
    return set(session.scalars(query))


def hidden_revisions(session: Session, wiki: str, rev_ids: Iterable[int]) -> set[int]:
    """Those revisions of a wiki whose text the wiki hid."""
    query = (
        select(EditRow.rev_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(
            WikiRow.dbname == wiki,
            EditRow.rev_id.in_(sorted(set(rev_ids))),
            EditRow.is_text_hidden.is_(True),
        )
    )
    return set(session.scalars(query))


def masked_edits(session: Session, edit_ids: Any) -> set[int]:
    """Those of the edits (a subquery of row numbers) that some open task still asks about."""
    query = select(TaskRow.edit_id).where(TaskRow.edit_id.in_(edit_ids), _is_open()).distinct()
    return set(session.scalars(query))


def count_judgments(session: Session, counts: Mapping[int, int]) -> None:
    """So many more people have judged the tasks, by row number."""
    if counts:
        statement = (
            update(TaskRow)
            .where(TaskRow.task_id == bindparam("of_task"))
            .values(n_judgments=TaskRow.n_judgments + bindparam("n_more"))
        )
        rows = [{"of_task": task_id, "n_more": n} for task_id, n in sorted(counts.items())]
        session.connection().execute(statement, rows)


def has_judged_edit(session: Session, edit_id: int, reviewer_id: int) -> bool:
    """Whether a reviewer judged the edit before, in any campaign, and so saw its reveal."""
    query = exists().where(
        JudgmentRow.reviewer_id == reviewer_id,
        JudgmentRow.task_id == TaskRow.task_id,
        TaskRow.edit_id == edit_id,
    )
    return bool(session.scalar(select(query)))


def _pick_of(
    session: Session,
    campaign: Campaign,
    reviewer_id: int,
    stream: Stream,
    now: datetime,
    *,
    limit: int | None,
) -> int | None:
    """One of `limit` tasks drawn at random (None: of all) whose edit's text is not hidden."""
    drawn = (
        select(TaskRow.task_id, TaskRow.edit_id, func.random().label("place"))
        .where(_servable(campaign, reviewer_id, now), TaskRow.stream == stream)
        .order_by("place")
        .limit(limit)
        .subquery()
    )
    query = (
        select(drawn.c.task_id)
        .join(EditRow, EditRow.edit_id == drawn.c.edit_id)
        .where(EditRow.is_text_hidden.is_(False))
        .order_by(drawn.c.place)
        .limit(1)
    )
    return session.scalar(query)


def _servable(campaign: Campaign, reviewer_id: int, now: datetime) -> ColumnElement[bool]:
    # Uncorrelated lists, each asked once: a subquery for every task would cost with every task.
    skipped = select(SkipRow.task_id).where(SkipRow.reviewer_id == reviewer_id)
    return (
        (TaskRow.campaign_id == campaign.campaign_id)
        & (TaskRow.n_judgments < campaign.k)
        & TaskRow.task_id.not_in(_full(campaign, reviewer_id, now))
        # By edit, not by task: who judged it in another campaign has seen its reveal there.
        & TaskRow.edit_id.not_in(_judged_edits(reviewer_id))
        & TaskRow.task_id.not_in(skipped)
    )


def _judged_edits(reviewer_id: int) -> Select[tuple[int]]:
    other = aliased(TaskRow)
    query = (
        select(other.edit_id)
        .join(JudgmentRow, JudgmentRow.task_id == other.task_id)
        .where(JudgmentRow.reviewer_id == reviewer_id)
    )
    return cast("Select[tuple[int]]", query)


def _full(campaign: Campaign, reviewer_id: int, now: datetime) -> Select[tuple[int]]:
    """Tasks of the campaign that others' live holds fill up."""
    held = aliased(TaskRow)
    query = (
        select(held.task_id)
        .join(LeaseRow, LeaseRow.task_id == held.task_id)
        .where(
            held.campaign_id == campaign.campaign_id,
            LeaseRow.reviewer_id != reviewer_id,
            LeaseRow.ended_at.is_(None),
            LeaseRow.expires_at > now,
        )
        .group_by(held.task_id, held.n_judgments)
        .having(held.n_judgments + func.count() >= campaign.k)
    )
    return cast("Select[tuple[int]]", query)


def _is_open() -> ColumnElement[bool]:
    campaign = aliased(CampaignRow)
    return exists().where(
        campaign.campaign_id == TaskRow.campaign_id,
        campaign.state == "open",
        TaskRow.n_judgments < campaign.k,
    )


def _task(row: TaskRow) -> Task:
    return Task(
        task_id=row.task_id,
        campaign_id=row.campaign_id,
        edit_id=row.edit_id,
        stream=row.stream,  # type: ignore[arg-type]  # the check constraint guards it
        inclusion_probability=row.inclusion_probability,
        n_judgments=row.n_judgments,
    )


def _lease(row: LeaseRow) -> Lease:
    return Lease(row.lease_id, row.task_id, row.reviewer_id, row.leased_at, row.expires_at)

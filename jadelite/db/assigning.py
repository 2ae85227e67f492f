"""Queries that give tasks to reviewers: which one may get, and whether it has room.

Nothing here costs with the number of tasks or with a reviewer's past: a walk reads a few open
tasks from a random place on (index ix_task_open), and asks of each by index whether it may be
_GIVEN.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from jadelite.db import leases
from jadelite.db.tables import EditRow, JudgmentRow, LeaseRow, SkipRow, TaskRow
from jadelite.domain.campaigns import Lease, Stream

PLACE_BITS = 62
N_NEAR = 64  # open tasks that a walk reads
COUNTED_LEFT = 101

# Made once: an alias costs more than the query it stands in.
_OTHER, _OWN = aliased(TaskRow), aliased(LeaseRow)
_GIVEN, _UNDONE = aliased(JudgmentRow), aliased(JudgmentRow)


def near(
    session: Session,
    campaign_id: int,
    reviewer_id: int,
    stream: Stream,
    point: int,
    *,
    now: datetime,
) -> list[int]:
    """Tasks of the stream that the reviewer may be given, by place from `point` on, and round.

    Of the 64 open ones next to the point those that may be given; where none of these may, the
    next 64 that may. So a choice among them is exactly uniform while at most 64 are open; with more
    it is uniform among neighbours of a random point, which no property of an edit has put there.
    One query as a rule.
    """
    open_tasks = _open(campaign_id, stream)

    def looked_at(side: ColumnElement[bool], limit: int) -> list[Any]:
        # First the few, then what is asked of each: a database that takes them for many would
        # gather a reviewer's whole past before it asks.
        few = select(TaskRow.task_id).where(open_tasks, side)
        few_ids = few.order_by(TaskRow.place).limit(limit).subquery()
        query = (
            select(TaskRow.task_id, _may_get(reviewer_id, now).label("may_get"))
            .join(few_ids, few_ids.c.task_id == TaskRow.task_id)
            .order_by(TaskRow.place)
        )
        return list(session.execute(query))

    rows = looked_at(TaskRow.place >= point, N_NEAR)
    if len(rows) < N_NEAR:
        rows += looked_at(TaskRow.place < point, N_NEAR - len(rows))
    found = [row.task_id for row in rows if row.may_get]
    if found or len(rows) < N_NEAR:
        return found
    # Somebody who judged nearly all, or a crowd that holds them: the walk goes on until it is done.
    allowed = select(TaskRow.task_id).where(open_tasks, _may_get(reviewer_id, now))
    allowed = allowed.order_by(TaskRow.place).limit(N_NEAR)
    return list(session.scalars(allowed.where(TaskRow.place >= point))) or list(
        session.scalars(allowed.where(TaskRow.place < point))
    )


def n_left(
    session: Session,
    campaign_id: int,
    reviewer_id: int,
    streams: Iterable[Stream],
    now: datetime,
) -> int:
    """How many edits of the streams a reviewer holds or could be given; counted to 101."""
    n = 0
    for stream in streams:
        query = (
            select(TaskRow.task_id)
            .where(_open(campaign_id, stream), _may_judge(reviewer_id, now))
            .limit(COUNTED_LEFT - n)
            .subquery()
        )
        n += session.scalar(select(func.count()).select_from(query)) or 0
        if n >= COUNTED_LEFT:
            break
    return n


def held(
    session: Session,
    campaign_id: int | None,
    reviewer_id: int,
    stream: Stream | None,
    now: datetime,
) -> list[Lease]:
    """A reviewer's live holds, the oldest first; `campaign_id` or `stream` None: in any.

    Left out: an edit that the reviewer judged in another task meanwhile, and one with a text that
    the wiki hid.
    """
    query = (
        select(LeaseRow)
        .join(TaskRow, TaskRow.task_id == LeaseRow.task_id)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(
            EditRow.is_text_hidden.is_(False),
            LeaseRow.reviewer_id == reviewer_id,
            LeaseRow.ended_at.is_(None),
            LeaseRow.expires_at > now,
            or_(TaskRow.repeat_no > 0, ~_judged_elsewhere(reviewer_id)),
        )
        .order_by(LeaseRow.leased_at, LeaseRow.lease_id)
    )
    if campaign_id is not None:
        query = query.where(TaskRow.campaign_id == campaign_id)
    if stream is not None:
        query = query.where(TaskRow.stream == stream)
    return [leases.lease(row) for row in session.scalars(query)]


def lock(session: Session, task_id: int) -> None:
    """Keep others from filling this task until the transaction ends (SQLite: they wait anyway)."""
    # Not against rows that point to the task: they may be written by who waits for our reviewer.
    session.execute(_locking(task_id).with_for_update(key_share=True))


def has_room(session: Session, task_id: int, reviewer_id: int, now: datetime) -> bool:
    """Whether one more person may judge the task: fewer judgments and others' holds than wanted."""
    query = select(TaskRow.task_id).where(TaskRow.task_id == task_id, _room(reviewer_id, now))
    return session.scalar(query) is not None


def hold_if_room(
    session: Session,
    task_id: int,
    reviewer_id: int,
    *,
    now: datetime,
    seconds: int,
    is_waiting: bool,
) -> bool:
    """Hold a task that was near in this transaction, unless others fill it; whether it is held.

    Without `is_waiting` a task that somebody is writing to is left alone. A lock stays with the
    transaction only where the task is held: so nobody waits for a task while keeping another.
    """
    if session.get_bind().dialect.name == "sqlite":  # one writes at a time: nobody filled it since
        leases.hold(session, task_id, reviewer_id, now=now, seconds=seconds)
        return True
    with session.begin_nested() as point:
        found = session.scalar(
            _locking(task_id).with_for_update(key_share=True, skip_locked=not is_waiting)
        )
        if found is None or not has_room(session, task_id, reviewer_id, now):
            point.rollback()
            return False
        leases.hold(session, task_id, reviewer_id, now=now, seconds=seconds)
    return True


def has_judged_edit(session: Session, edit_id: int, reviewer_id: int) -> bool:
    """Whether a reviewer judged the edit, in any campaign, and so may know its reveal.

    A judgment taken back before its reveal does not count.
    """
    query = select(TaskRow.task_id).where(TaskRow.edit_id == edit_id, _judged_here(reviewer_id))
    return bool(session.scalar(select(query.exists())))


def _open(campaign_id: int, stream: Stream) -> ColumnElement[bool]:
    # The last condition is that of the index, letter by letter: else it would not be used.
    return (
        (TaskRow.campaign_id == campaign_id)
        & (TaskRow.stream == stream)
        & (TaskRow.n_judgments < TaskRow.n_wanted)
    )


def _may_get(reviewer_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether a task may be given to a reviewer: one to judge, and not held by them already."""
    # In another stream too: whoever is to judge an edit twice would know it the second time.
    holds = (
        select(_OWN.lease_id)
        .where(
            _OWN.task_id == _OTHER.task_id,
            _OWN.reviewer_id == reviewer_id,
            _OWN.ended_at.is_(None),
            _OWN.expires_at > now,
        )
        .exists()
    )
    is_held = (
        select(_OTHER.task_id)
        .where(
            _OTHER.edit_id == TaskRow.edit_id,
            _OTHER.campaign_id == TaskRow.campaign_id,
            holds,
        )
        .exists()
    )
    return _may_judge(reviewer_id, now) & ~is_held


def _may_judge(reviewer_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether a reviewer may judge a task: each part is asked by index, task by task."""
    skipped = (
        select(SkipRow.skip_id)
        .where(SkipRow.task_id == TaskRow.task_id, SkipRow.reviewer_id == reviewer_id)
        .exists()
    )
    is_shown = (
        select(EditRow.edit_id)
        .where(EditRow.edit_id == TaskRow.edit_id, EditRow.is_text_hidden.is_(False))
        .exists()
    )
    return is_shown & ~skipped & ~_judged(reviewer_id) & _room(reviewer_id, now)


def _room(reviewer_id: int, now: datetime) -> ColumnElement[bool]:
    others = (
        select(func.count())
        .where(
            LeaseRow.task_id == TaskRow.task_id,
            LeaseRow.reviewer_id != reviewer_id,
            LeaseRow.ended_at.is_(None),
            LeaseRow.expires_at > now,
        )
        .scalar_subquery()
    )
    return TaskRow.n_judgments + others < TaskRow.n_wanted


def _judged(reviewer_id: int) -> ColumnElement[bool]:
    """Whether a reviewer judged the task's edit, in any task: who did has seen its reveal there."""
    return _standing(reviewer_id, _OTHER.edit_id == TaskRow.edit_id)


def _judged_elsewhere(reviewer_id: int) -> ColumnElement[bool]:
    return _standing(
        reviewer_id,
        (_OTHER.edit_id == TaskRow.edit_id) & (_OTHER.task_id != TaskRow.task_id),
    )


def _judged_here(reviewer_id: int) -> ColumnElement[bool]:
    return _standing(reviewer_id, _OTHER.task_id == TaskRow.task_id)


def _standing(reviewer_id: int, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a judgment by the reviewer stands, or was taken back after its reveal."""
    was_undone = (
        select(_UNDONE.judgment_id)
        .where(
            _UNDONE.task_id == _GIVEN.task_id,
            _UNDONE.reviewer_id == reviewer_id,
            _UNDONE.revision == _GIVEN.revision + 1,
            _UNDONE.action == "withdraw",
            _UNDONE.score_seen != "yes",
        )
        .exists()
    )
    # One inside the other, not joined: a database might begin a join with all of somebody's past.
    stands = (
        select(_GIVEN.judgment_id)
        .where(
            _GIVEN.task_id == _OTHER.task_id,
            _GIVEN.reviewer_id == reviewer_id,
            _GIVEN.action == "judge",
            ~was_undone,
        )
        .exists()
    )
    return select(_OTHER.task_id).where(condition, stands).exists()


def _locking(task_id: int) -> Any:
    return select(TaskRow.task_id).where(TaskRow.task_id == task_id)

"""Queries on what must not be seen yet: edits that somebody is still to judge blind."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from jadelite.db.tables import CampaignRow, EditRow, EventRow, JudgmentRow, TaskRow, WikiRow
from jadelite.domain.campaigns import HEADLINE_STREAMS, Task


def is_masked(session: Session, edit_id: int) -> bool:
    """Whether score and judgments of an edit are kept back.

    They are while some open task wants blind judgments of it, in any campaign and stream but
    practice, and before it has been in any: a later campaign could not be blind.
    """
    is_open = exists().where(TaskRow.edit_id == edit_id, keeps_back(TaskRow))
    is_known = exists().where(TaskRow.edit_id == edit_id, _was_asked())
    return bool(session.scalar(select(is_open | ~is_known)))


def withheld(session: Session, edit_ids: Iterable[int]) -> set[int]:
    """Those of at most a few hundred edits whose score is kept back, as `is_masked` says."""
    is_open = exists().where(TaskRow.edit_id == EditRow.edit_id, keeps_back(TaskRow))
    is_known = exists().where(TaskRow.edit_id == EditRow.edit_id, _was_asked())
    query = select(EditRow.edit_id).where(
        EditRow.edit_id.in_(sorted(set(edit_ids))), is_open | ~is_known
    )
    return set(session.scalars(query))


def masked_revisions(session: Session, wiki: str, rev_ids: Iterable[int]) -> set[int]:
    """Those revisions of a wiki that some open task asks about."""
    query = (
        select(EditRow.rev_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
        .where(
            WikiRow.dbname == wiki,
            EditRow.rev_id.in_(sorted(set(rev_ids))),
            keeps_back(TaskRow),
        )
        .distinct()
    )
    return set(session.scalars(query))


def masked_edits(session: Session, edit_ids: Any) -> set[int]:
    """Those of the edits (a subquery of row numbers) that some headline task still asks about.

    Figures leave them out. A help queue or extra judgments do not take a finished edit out of the
    figures: they were in earlier reports, and a report shows no edit's votes.
    """
    query = (
        select(TaskRow.edit_id)
        .where(
            TaskRow.edit_id.in_(edit_ids),
            TaskRow.stream.in_(HEADLINE_STREAMS),
            _is_open(),
        )
        .distinct()
    )
    return set(session.scalars(query))


def asked_revisions(session: Session, campaign_id: int) -> set[int]:
    """Revisions of a campaign's headline edits that some open task asks about, of any campaign."""
    asking = aliased(TaskRow)
    query = (
        select(EditRow.rev_id)
        .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.stream.in_(HEADLINE_STREAMS),
            TaskRow.repeat_no == 0,
            exists().where(asking.edit_id == TaskRow.edit_id, keeps_back(asking)),
        )
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


def was_public(session: Session, task: Task) -> bool:
    """Whether score and judgments of the task's edit could have been read by anybody before.

    So they could if another task on it ended before this one was drawn, or if the task's own
    campaign was closed once. What is complete stays complete, whoever takes a judgment back. From
    its draw on a task of a headline stream keeps its edit back itself.
    """
    other = exists().where(
        TaskRow.edit_id == task.edit_id,
        TaskRow.task_id != task.task_id,
        TaskRow.repeat_no == 0,
        ~_is_open(),
        _was_asked(),
    )
    if task.stream in HEADLINE_STREAMS:
        other = other.where(~_ended_after_draw(task))
    if task.stream == "contested":
        # Made in the moment in which its campaign's own task was complete: nothing was shown.
        other = other.where(TaskRow.campaign_id != task.campaign_id)
    closed = exists().where(
        EventRow.kind == "campaign.closed", EventRow.campaign_id == task.campaign_id
    )
    return bool(session.scalar(select(other | closed)))


def keeps_back(task: Any) -> ColumnElement[bool]:
    """Whether a task (the table, or an alias of it) keeps its edit's score and judgments back.

    An open one does. But what was finished in the draw stood open for everybody: asking about it
    again for help, or because somebody reported it, hides nothing, and its judgments say so.
    """
    done = aliased(TaskRow)
    was_finished = exists().where(
        done.edit_id == task.edit_id,
        done.task_id != task.task_id,
        done.stream.in_(HEADLINE_STREAMS),
        done.repeat_no == 0,
        done.n_judgments >= done.n_wanted,
    )
    is_first: ColumnElement[bool] = task.stream.not_in(("help", "reported")) | ~was_finished
    return _is_open(task) & is_first


def _ended_after_draw(task: Task) -> ColumnElement[bool]:
    """Whether the task looked at got a first judgment, or was closed, after `task` was drawn."""
    drawn_at = select(TaskRow.drawn_at).where(TaskRow.task_id == task.task_id).scalar_subquery()
    judged = exists().where(
        JudgmentRow.task_id == TaskRow.task_id,
        JudgmentRow.revision == 1,
        JudgmentRow.score_seen != "yes",
        JudgmentRow.stored_at > drawn_at,
    )
    closed = exists().where(
        EventRow.kind == "campaign.closed",
        EventRow.campaign_id == TaskRow.campaign_id,
        EventRow.happened_at > drawn_at,
    )
    is_complete = TaskRow.n_judgments >= TaskRow.n_wanted
    return (is_complete & judged) | (~is_complete & closed)


def _was_asked() -> ColumnElement[bool]:
    """Whether anybody could judge the task once: a draft may be archived without being opened."""
    campaign = aliased(CampaignRow)
    drawn = exists().where(
        EventRow.kind == "campaign.drawn", EventRow.campaign_id == campaign.campaign_id
    )
    opened = exists().where(
        EventRow.kind == "campaign.open", EventRow.campaign_id == campaign.campaign_id
    )
    return ~exists().where(
        campaign.campaign_id == TaskRow.campaign_id,
        campaign.state == "archived",
        drawn & ~opened,
    )


def _is_open(task: Any = TaskRow) -> ColumnElement[bool]:
    campaign = aliased(CampaignRow)
    is_wanted: ColumnElement[bool] = (task.n_judgments < task.n_wanted) & (
        task.stream != "practice"
    )
    return is_wanted & (
        exists().where(
            campaign.campaign_id == task.campaign_id,
            # What was drawn for a draft is to be judged blind once it opens.
            campaign.state.in_(("draft", "open")),
        )
    )

"""Queries on votes: each person's first blind answers, counted by edit.

A vote is a person's first judgment that was not withdrawn, given without knowing score or others'
answers, in the streams of the headline (their first k people) or among the further people who were
asked because the first ones split. Bots have no vote, and a silent repeat is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from jadelite.db import masking
from jadelite.db.contents import open_part
from jadelite.db.tables import (
    AnswerRow,
    CampaignRow,
    ContentKeyRow,
    EditRow,
    JudgmentRow,
    NoteRow,
    QuestionRow,
    ReviewerRow,
    TaskRow,
)
from jadelite.domain.campaigns import HEADLINE_STREAMS, Stream
from jadelite.domain.consensus import DECIDING, Votes
from jadelite.domain.facets import NO, UNSURE, YES

ASKED_MORE: Stream = "contested"


@dataclass(frozen=True)
class Said:
    """What somebody says of an edit now: the answer, the note (None: none, or hidden)."""

    edit_id: int
    task_id: int
    reviewer_id: int | None
    answer: str
    note: str | None
    is_changed: bool


def of_edit(session: Session, campaign_id: int, edit_id: int, question: str) -> Votes:
    """The votes on an edit in a campaign. Leans on the tasks of the edit."""
    found = of_edits(session, campaign_id, [edit_id], question)
    return found.get(edit_id, Votes())


def of_edits(
    session: Session, campaign_id: int, edit_ids: Sequence[int], question: str
) -> dict[int, Votes]:
    """The votes on at most 500 edits in a campaign, by edit; those without any are left out."""
    query = _counted(campaign_id, question).where(TaskRow.edit_id.in_(edit_ids))
    return {row[0]: Votes(row[1], row[2], row[3]) for row in session.execute(query)}


def of_complete(session: Session, campaign_id: int, question: str, limit: int) -> dict[int, Votes]:
    """The votes on the `limit` edits drawn last among those that have all their judgments."""
    complete = (
        select(TaskRow.edit_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            TaskRow.stream.in_(HEADLINE_STREAMS),
            TaskRow.repeat_no == 0,
            TaskRow.n_judgments >= TaskRow.n_wanted,
        )
        .order_by(TaskRow.task_id.desc())
        .limit(limit)
    )
    query = _counted(campaign_id, question).where(TaskRow.edit_id.in_(complete))
    return {row[0]: Votes(row[1], row[2], row[3]) for row in session.execute(query)}


def split_edits(
    session: Session, campaign_id: int, question: str, *, before: int | None, limit: int
) -> list[tuple[int, Votes]]:
    """Edits on which people stay apart, the newest first; those below row number `before`.

    Nothing about them is kept back for somebody who is still to judge blind, and their text is
    shown by the wiki.
    """
    n_yes, n_no, n_unsure = _sums()
    of, among = DECIDING
    larger = case((n_yes > n_no, n_yes), else_=n_no)
    asking = aliased(TaskRow)
    is_asked = exists().where(asking.edit_id == TaskRow.edit_id, masking.keeps_back(asking))
    query = (
        _counted(campaign_id, question)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .where(EditRow.is_text_hidden.is_(False), ~is_asked)
        .having(
            n_yes > 0,
            n_no > 0,
            or_(n_yes == n_no, among * (2 * larger + n_unsure) < of * 2 * func.count()),
        )
        .order_by(TaskRow.edit_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(TaskRow.edit_id < before)
    return [(row[0], Votes(row[1], row[2], row[3])) for row in session.execute(query)]


def said_now(
    session: Session, campaign_id: int, edit_ids: Sequence[int], question: str
) -> list[Said]:
    """What each person says of a few edits by now, whatever was seen meanwhile, oldest first."""
    newer = aliased(JudgmentRow)
    is_newest = ~exists().where(
        newer.task_id == JudgmentRow.task_id,
        newer.reviewer_id == JudgmentRow.reviewer_id,
        newer.revision > JudgmentRow.revision,
    )
    query: Any = (
        select(
            TaskRow.edit_id,
            TaskRow.task_id,
            JudgmentRow.reviewer_id,
            AnswerRow.value,
            NoteRow.sealed,
            NoteRow.is_hidden,
            ContentKeyRow.key,
            JudgmentRow.revision,
            JudgmentRow.score_seen,
        )
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .join(AnswerRow, AnswerRow.judgment_id == JudgmentRow.judgment_id)
        .join(QuestionRow, QuestionRow.question_id == AnswerRow.question_id)
        .outerjoin(ReviewerRow, ReviewerRow.reviewer_id == JudgmentRow.reviewer_id)
        .outerjoin(NoteRow, NoteRow.judgment_id == JudgmentRow.judgment_id)
        .outerjoin(
            ContentKeyRow,
            (ContentKeyRow.edit_id == TaskRow.edit_id) & (ContentKeyRow.part == "note"),
        )
        .where(
            _is_asked_of(campaign_id, question),
            TaskRow.edit_id.in_(edit_ids),
            JudgmentRow.action == "judge",
            is_newest,
        )
        .order_by(JudgmentRow.judgment_id)
    )
    return [
        Said(
            edit_id=row[0],
            task_id=row[1],
            reviewer_id=row[2],
            answer=row[3],
            note=None if row[5] else open_part(row[6], "note", row[0], row[4]),
            is_changed=row[7] > 1 and row[8] == "yes",
        )
        for row in session.execute(query)
    ]


def _counted(campaign_id: int, question: str) -> Select[Any]:
    """Rows of (edit, yes, no, unsure) over the votes of a campaign."""
    withdrawal = aliased(JudgmentRow)
    is_withdrawn = exists().where(
        withdrawal.task_id == JudgmentRow.task_id,
        withdrawal.reviewer_id == JudgmentRow.reviewer_id,
        withdrawal.action == "withdraw",
        withdrawal.revision > JudgmentRow.revision,
    )
    query: Any = (
        select(TaskRow.edit_id, *_sums())
        .select_from(TaskRow)
        .join(JudgmentRow, JudgmentRow.task_id == TaskRow.task_id)
        .join(AnswerRow, AnswerRow.judgment_id == JudgmentRow.judgment_id)
        .join(QuestionRow, QuestionRow.question_id == AnswerRow.question_id)
        .outerjoin(ReviewerRow, ReviewerRow.reviewer_id == JudgmentRow.reviewer_id)
        .where(
            _is_asked_of(campaign_id, question),
            JudgmentRow.action == "judge",
            _is_blind(JudgmentRow.score_seen, campaign_id),
            _is_blind(JudgmentRow.peers_seen, campaign_id),
            ~is_withdrawn,
        )
        .group_by(TaskRow.edit_id)
    )
    return cast("Select[Any]", query)


def _is_blind(seen: Any, campaign_id: int) -> ColumnElement[bool]:
    """Whether it was not known; in a campaign of imports also where nobody says, as in reports."""
    is_import = exists().where(
        CampaignRow.campaign_id == campaign_id,
        CampaignRow.kind == "import",
        JudgmentRow.origin == "import",
    )
    return or_(seen == "no", and_(seen == "unknown", is_import))


def _is_asked_of(campaign_id: int, question: str) -> ColumnElement[bool]:
    return and_(
        TaskRow.campaign_id == campaign_id,
        TaskRow.stream.in_((*HEADLINE_STREAMS, ASKED_MORE)),
        TaskRow.repeat_no == 0,
        QuestionRow.name == question,
        or_(ReviewerRow.kind.is_(None), ReviewerRow.kind != "bot"),
    )


def _sums() -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    def count(label: str) -> ColumnElement[int]:
        return func.count().filter(AnswerRow.value == label)

    return count(YES), count(NO), count(UNSURE)

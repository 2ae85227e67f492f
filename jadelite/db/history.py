"""Queries on what one reviewer judged, newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from jadelite.db.tables import (
    AnswerRow,
    CampaignRow,
    EditRow,
    JudgmentRow,
    QuestionRow,
    SittingRow,
    TaskRow,
    WikiRow,
)

FIRST = aliased(JudgmentRow)


@dataclass(frozen=True)
class OwnJudgment:
    """An edit somebody judged, with their newest answers.

    `judgment_id` of their first row on it is the cursor; `slug` is its campaign's. `n_changes`
    counts the rows after it; a withdrawn one has no answers.
    """

    judgment_id: int
    task_id: int
    campaign_id: int
    slug: str
    rev_id: int
    page_title: str | None
    language: str
    is_text_hidden: bool
    answered_at: datetime
    n_changes: int
    is_withdrawn: bool
    answers: Mapping[str, str] = field(default_factory=dict)


def of_reviewer(
    session: Session,
    reviewer_id: int,
    *,
    limit: int,
    before: int | None = None,
    campaign_id: int | None = None,
    task_id: int | None = None,
) -> list[OwnJudgment]:
    """What a reviewer judged, newest first, `before` a cursor. Leans on reviewer_id, answered_at.

    Three queries. An edit that comes a second time in silence is listed a second time.
    """
    query = (
        select(FIRST, TaskRow, EditRow, WikiRow.language, CampaignRow.slug)
        .join(TaskRow, TaskRow.task_id == FIRST.task_id)
        .join(CampaignRow, CampaignRow.campaign_id == TaskRow.campaign_id)
        .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(
            FIRST.reviewer_id == reviewer_id,
            FIRST.revision == 1,
            FIRST.answered_at.is_not(None),
        )
        .order_by(FIRST.answered_at.desc(), FIRST.judgment_id.desc())
        .limit(limit)
    )
    if campaign_id is not None:
        query = query.where(TaskRow.campaign_id == campaign_id)
    if task_id is not None:
        query = query.where(TaskRow.task_id == task_id)
    if before is not None:
        cursor = select(JudgmentRow.answered_at, JudgmentRow.judgment_id).where(
            JudgmentRow.judgment_id == before, JudgmentRow.reviewer_id == reviewer_id
        )
        query = query.where(tuple_(FIRST.answered_at, FIRST.judgment_id) < cursor.scalar_subquery())
    rows = session.execute(query).all()
    newest = _newest(session, reviewer_id, [task.task_id for _, task, *_ in rows])
    answers = _answers(session, [row.judgment_id for row in newest.values()])
    return [
        OwnJudgment(
            judgment_id=first.judgment_id,
            task_id=task.task_id,
            campaign_id=task.campaign_id,
            slug=slug,
            rev_id=edit.rev_id,
            page_title=None if edit.is_text_hidden else edit.page_title,
            language=language,
            is_text_hidden=edit.is_text_hidden,
            answered_at=first.answered_at,
            n_changes=newest[task.task_id].revision - 1,
            is_withdrawn=newest[task.task_id].action == "withdraw",
            answers=answers.get(newest[task.task_id].judgment_id, {}),
        )
        for first, task, edit, language, slug in rows
        if first.answered_at is not None  # as asked; this tells the type
    ]


def campaign_ids(session: Session, reviewer_id: int) -> list[int]:
    """Row numbers of the campaigns a reviewer has sat in."""
    query = select(SittingRow.campaign_id).where(SittingRow.reviewer_id == reviewer_id).distinct()
    return sorted(session.scalars(query))


def _newest(session: Session, reviewer_id: int, task_ids: list[int]) -> dict[int, JudgmentRow]:
    latest = (
        select(JudgmentRow.task_id, func.max(JudgmentRow.revision).label("revision"))
        .where(JudgmentRow.reviewer_id == reviewer_id, JudgmentRow.task_id.in_(task_ids))
        .group_by(JudgmentRow.task_id)
        .subquery()
    )
    query = select(JudgmentRow).join(
        latest,
        (JudgmentRow.task_id == latest.c.task_id)
        & (JudgmentRow.revision == latest.c.revision)
        & (JudgmentRow.reviewer_id == reviewer_id),
    )
    return {row.task_id: row for row in session.scalars(query)}


def _answers(session: Session, judgment_ids: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    query = (
        select(AnswerRow.judgment_id, QuestionRow.name, AnswerRow.value)
        .join(QuestionRow, QuestionRow.question_id == AnswerRow.question_id)
        .where(AnswerRow.judgment_id.in_(judgment_ids))
        .order_by(QuestionRow.position)
    )
    for judgment_id, question, value in session.execute(query):
        found.setdefault(judgment_id, {})[question] = value
    return found

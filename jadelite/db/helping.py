"""Queries for the help queue: scores of edits, and edits on which versions of a model disagree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from jadelite.db import scores
from jadelite.db.tables import (
    CampaignModelRow,
    CampaignRow,
    EditRow,
    FrameRow,
    ModelRow,
    ModelVersionRow,
    ScoreRow,
    TaskRow,
    WikiRow,
)
from jadelite.domain.campaigns import Campaign

CHUNK = 500
MAX_VERSIONS = 6  # fifteen pairs at most


@dataclass(frozen=True)
class Version:
    """A model version by row number, with its cut on the wiki."""

    model_version_id: int
    threshold: float


def versions(session: Session, campaign: Campaign, question: str) -> list[Version]:
    """The versions a campaign audits that answer a question, the newest MAX_VERSIONS of them.

    None named by the campaign: those that scored one of its edits.
    """
    named = select(CampaignModelRow.model_version_id).where(
        CampaignModelRow.campaign_id == campaign.campaign_id
    )
    of_campaign = aliased(ScoreRow)
    scored = exists().where(
        TaskRow.campaign_id == campaign.campaign_id,
        of_campaign.edit_id == TaskRow.edit_id,
        of_campaign.model_version_id == ModelVersionRow.model_version_id,
    )
    is_any_named = session.scalar(named.limit(1)) is not None
    query = (
        select(ModelVersionRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(
            ModelRow.question == question,
            ModelVersionRow.model_version_id.in_(named) if is_any_named else scored,
        )
        .order_by(ModelVersionRow.model_version_id.desc())
        .limit(MAX_VERSIONS)
    )
    return [
        Version(version_id, scores.threshold(session, version_id, campaign.wiki)[0])
        for version_id in session.scalars(query)
    ]


def probabilities(
    session: Session, edit_ids: Iterable[int], version_ids: Sequence[int]
) -> dict[int, list[float]]:
    """What those versions said of the edits, by edit."""
    wanted = sorted(set(edit_ids))
    found: dict[int, list[float]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(ScoreRow.edit_id, ScoreRow.probability).where(
            ScoreRow.edit_id.in_(wanted[start : start + CHUNK]),
            ScoreRow.model_version_id.in_(version_ids),
            ScoreRow.probability.is_not(None),
        )
        for edit_id, probability in session.execute(query):
            found.setdefault(edit_id, []).append(probability or 0.0)
    return found


def disagreeing(
    session: Session,
    campaign: Campaign,
    one: Version,
    other: Version,
    *,
    among: int,
    limit: int,
) -> list[tuple[int, float]]:
    """Edits that two versions put on different sides of their cuts, and how far apart they are.

    Looked for among the `among` newest edits of the campaign's window (leans on the order of edits
    by wiki and time); those with any task are left out: the draw must stay random, and what was
    judged is in the queue for other reasons.
    """
    window = session.execute(
        select(FrameRow.window_from, FrameRow.window_to)
        .where(FrameRow.campaign_id == campaign.campaign_id)
        .order_by(FrameRow.frame_id.desc())
        .limit(1)
    ).one_or_none()
    newest = (
        select(EditRow.edit_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(
            WikiRow.dbname == campaign.wiki,
            EditRow.is_text_hidden.is_(False),
            EditRow.edited_at.is_not(None),
        )
        .order_by(EditRow.edited_at.desc(), EditRow.edit_id.desc())
        .limit(among)
    )
    if window is not None and window[0] is not None:
        newest = newest.where(EditRow.edited_at >= window[0])
    if window is not None and window[1] is not None:
        newest = newest.where(EditRow.edited_at < window[1])
    left, right = aliased(ScoreRow), aliased(ScoreRow)
    is_high_left = left.probability >= one.threshold
    is_high_right = right.probability >= other.threshold
    apart = func.abs(left.probability - right.probability).label("apart")
    chosen = newest.subquery()
    query = (
        select(chosen.c.edit_id, apart)
        .join(left, left.edit_id == chosen.c.edit_id)
        .join(right, right.edit_id == chosen.c.edit_id)
        .where(
            left.model_version_id == one.model_version_id,
            right.model_version_id == other.model_version_id,
            (is_high_left & ~is_high_right) | (~is_high_left & is_high_right),
            ~exists().where(TaskRow.edit_id == chosen.c.edit_id),
        )
        .order_by(apart.desc(), chosen.c.edit_id)
        .limit(limit)
    )
    return [(row[0], float(row[1])) for row in session.execute(query)]


def askable(session: Session, campaign_id: int, edit_ids: Iterable[int]) -> set[int]:
    """Those of the edits that may be asked about for help.

    Their text is shown by the wiki, no open campaign asks about them (practice apart, whose scores
    are public), and the queue did not hold them before.
    """
    wanted = sorted(set(edit_ids))
    found: set[int] = set()
    is_asked = exists().where(
        TaskRow.edit_id == EditRow.edit_id,
        TaskRow.n_judgments < TaskRow.n_wanted,
        CampaignRow.campaign_id == TaskRow.campaign_id,
        CampaignRow.state.in_(("draft", "open")),
    )
    before = aliased(TaskRow)
    was_asked = exists().where(
        before.edit_id == EditRow.edit_id,
        before.campaign_id == campaign_id,
        before.stream.in_(("help", "practice")),
    )
    for start in range(0, len(wanted), CHUNK):
        query = select(EditRow.edit_id).where(
            EditRow.edit_id.in_(wanted[start : start + CHUNK]),
            EditRow.is_text_hidden.is_(False),
            ~is_asked,
            ~was_asked,
        )
        found.update(session.scalars(query))
    return found

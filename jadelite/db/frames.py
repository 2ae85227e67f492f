"""Queries on frames: which stored edits a sample speaks for, and their counts by score.

What was drawn from a frame stands in `db.designs`.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from jadelite.db import scores
from jadelite.db.tables import (
    CampaignRow,
    EditDiffRow,
    EditRow,
    EditTextRow,
    FrameRow,
    JudgmentRow,
    ModelRow,
    ModelVersionRow,
    ScoreRow,
    TaskRow,
    ThresholdRow,
    WikiRow,
)
from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.planning import FrameCount, FrameWanted
from jadelite.domain.sampling import Cell

MAX_TIMED = 1000  # newest judgments whose seconds are looked at
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Thresholds:
    """Cuts in force for a model version on a wiki, rising; `default` is the one figures use."""

    default: float
    every: tuple[float, ...]


@dataclass(frozen=True)
class FrameColumns:
    """A frame as columns of equal length, in no order: row number, revision, probability of yes,
    and the editor's kind as its position in EDITOR_KINDS.
    """

    edit_ids: "array[int]" = field(default_factory=lambda: array("q"))
    rev_ids: "array[int]" = field(default_factory=lambda: array("q"))
    probabilities: "array[float]" = field(default_factory=lambda: array("d"))
    editor_kinds: "array[int]" = field(default_factory=lambda: array("b"))


def version_id(session: Session, name: str) -> int | None:
    """The row number of a model version written as model@version; None if it is not stored."""
    model, _, version = name.partition("@")
    return session.scalar(
        select(ModelVersionRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(ModelRow.name == model, ModelVersionRow.version == version)
    )


def thresholds(session: Session, model_version_id: int, wiki: str) -> Thresholds:
    """The cuts in force: the newest of each level. Two queries."""
    default, _ = scores.threshold(session, model_version_id, wiki)
    rows = session.execute(
        select(ThresholdRow.level, ThresholdRow.value)
        .join(WikiRow, WikiRow.wiki_id == ThresholdRow.wiki_id)
        .where(ThresholdRow.model_version_id == model_version_id, WikiRow.dbname == wiki)
        .order_by(ThresholdRow.valid_from)
    )
    newest = {row.level: row.value for row in rows}
    return Thresholds(default, tuple(sorted({default, *newest.values()})))


def count(
    session: Session, wanted: FrameWanted, model_version_id: int, edges: Sequence[float]
) -> FrameCount:
    """How many edits the frame holds by bin and kind of editor, with their mean scores.

    One pass over the wiki's edits of the window (leans on wiki_id, edited_at), each with its score.
    """
    upper = zip(edges[1:-1], range(len(edges) - 2), strict=True)
    probability = ScoreRow.probability
    bins = case(
        (probability.is_(None), -1),
        *((probability < edge, place) for edge, place in upper),
        else_=len(edges) - 2,
    ).label("bin")
    rows = session.execute(
        select(bins, EditRow.editor_kind, func.count(), func.avg(probability))
        .select_from(EditRow)
        .outerjoin(ScoreRow, _score_of(model_version_id))
        .where(*_conditions(wanted))
        .group_by(bins, EditRow.editor_kind)
        .order_by(bins, EditRow.editor_kind)
    ).all()
    cells = tuple(Cell(row[0], row[1], row[2], float(row[3])) for row in rows if row[0] >= 0)
    return FrameCount(cells, sum(row[2] for row in rows if row[0] < 0))


def columns(
    session: Session,
    wanted: FrameWanted,
    model_version_id: int,
    *,
    stored_by: datetime | None = None,
) -> tuple[FrameColumns, int]:
    """The frame's edits, and how many fit but have no score. One query, walking as `count` does.

    With `stored_by` only scores that were there at that time.

    From the driver's own cursor: for a million rows, mapping them would take longer than finding
    them. PostgreSQL's driver holds all of them until they are read, some 100 bytes each; a cursor
    at the server would be slower, because it can't work in parallel.
    """
    kinds = case(*((EditRow.editor_kind == kind, place) for place, kind in enumerate(EDITOR_KINDS)))
    query = (
        select(EditRow.edit_id, EditRow.rev_id, ScoreRow.probability, kinds)
        .select_from(EditRow)
        # Not an inner join: SQLite would begin with the scores, and look up edits crosswise.
        .outerjoin(ScoreRow, _score_of(model_version_id))
        .where(*_conditions(wanted))
    )
    if stored_by is not None:
        query = query.where(ScoreRow.stored_at <= stored_by)
    found, n_unscored = FrameColumns(), 0
    cursor = session.connection().execute(query).cursor
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        edit_ids, rev_ids, probabilities, editor_kinds = zip(*rows, strict=True)
        if None in probabilities:
            scored = [row for row in rows if row[2] is not None]
            n_unscored += len(rows) - len(scored)
            if not scored:
                continue
            edit_ids, rev_ids, probabilities, editor_kinds = zip(*scored, strict=True)
        found.edit_ids.extend(edit_ids)
        found.rev_ids.extend(rev_ids)
        found.probabilities.extend(probabilities)
        found.editor_kinds.extend(editor_kinds)
    return found, n_unscored


def plan(
    session: Session, campaign_id: int, wanted: FrameWanted, *, n_edits: int, n_unscored: int
) -> int:
    """Write down the frame a campaign is to be drawn from; its row number. Flushes to get it.

    The draw puts its own counts in the place of these, which are of the moment of planning.
    """
    kept = {
        "model": wanted.model,
        "model_version_id": version_id(session, wanted.model),
        "namespaces": None if wanted.namespaces is None else list(wanted.namespaces),
        "with_bots": wanted.with_bots,
        "by_editor": wanted.is_by_editor,
        "with_content_only": wanted.with_content_only,
    }
    row = FrameRow(
        campaign_id=campaign_id,
        window_from=wanted.window_from,
        window_to=wanted.window_to,
        filter=kept,
        n_edits=n_edits,
        n_unscored=n_unscored,
    )
    session.add(row)
    session.flush()
    return row.frame_id


def wanted_of(session: Session, campaign_id: int) -> FrameWanted | None:
    """The frame a campaign is drawn from; None where none was planned (evidence campaigns)."""
    found = session.execute(
        select(FrameRow, WikiRow.dbname)
        .join(CampaignRow, CampaignRow.campaign_id == FrameRow.campaign_id)
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .where(FrameRow.campaign_id == campaign_id)
        .order_by(FrameRow.frame_id)
        .limit(1)
    ).one_or_none()
    if found is None or not found[0].filter:
        return None
    row, wiki = found
    kept: dict[str, Any] = row.filter
    namespaces = kept["namespaces"]
    return FrameWanted(
        wiki=wiki,
        model=kept["model"],
        window_from=row.window_from,
        window_to=row.window_to,
        namespaces=None if namespaces is None else tuple(namespaces),
        with_bots=kept["with_bots"],
        is_by_editor=kept["by_editor"],
        with_content_only=kept["with_content_only"],
    )


def median_seconds(session: Session, wiki: str) -> tuple[float, int] | None:
    """Median seconds of a judgment on the wiki, from showing to answer, and of how many.

    Of the newest MAX_TIMED first judgments with both times; None where there is none.
    """
    rows = session.execute(
        select(JudgmentRow.shown_at, JudgmentRow.answered_at)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .join(CampaignRow, CampaignRow.campaign_id == TaskRow.campaign_id)
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .where(
            WikiRow.dbname == wiki,
            JudgmentRow.revision == 1,
            JudgmentRow.shown_at.is_not(None),
            JudgmentRow.answered_at.is_not(None),
        )
        .order_by(JudgmentRow.judgment_id.desc())
        .limit(MAX_TIMED)
    )
    seconds = [_seconds(row.shown_at, row.answered_at) for row in rows]
    return (median(seconds), len(seconds)) if seconds else None


def _seconds(shown_at: datetime, answered_at: datetime) -> float:
    return max(0.0, (answered_at - shown_at).total_seconds())


def _score_of(model_version_id: int) -> ColumnElement[bool]:
    return (ScoreRow.edit_id == EditRow.edit_id) & (ScoreRow.model_version_id == model_version_id)


def _conditions(wanted: FrameWanted) -> list[ColumnElement[bool]]:
    """What an edit of the frame fulfils, its score apart."""
    wiki_id = select(WikiRow.wiki_id).where(WikiRow.dbname == wanted.wiki).scalar_subquery()
    conditions = [EditRow.wiki_id == wiki_id, EditRow.is_text_hidden.is_(False)]
    # An edit of unknown time fulfils neither comparison.
    if wanted.window_from is not None:
        conditions.append(EditRow.edited_at >= wanted.window_from)
    if wanted.window_to is not None:
        conditions.append(EditRow.edited_at < wanted.window_to)
    if wanted.namespaces is not None:
        conditions.append(EditRow.namespace.in_(wanted.namespaces))
    if not wanted.with_bots:
        conditions.append(EditRow.editor_kind != "bot")
    if wanted.with_content_only:
        has_text = select(EditTextRow.edit_id).where(EditTextRow.edit_id == EditRow.edit_id)
        has_diff = select(EditDiffRow.edit_id).where(EditDiffRow.edit_id == EditRow.edit_id)
        conditions.append(has_text.exists() | has_diff.exists())
    return conditions

"""Storing a draw: its frame, design, strata and tasks, in few statements.

Reading it back for pages is `designs`; for figures, `population`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jadelite.db.tables import (
    CampaignRow,
    DesignRow,
    EditDiffRow,
    FrameRow,
    StratumRow,
    TaskRow,
    random_place,
)
from jadelite.domain.campaigns import Stream
from jadelite.domain.sampling import Stratum

CHUNK = 500


@dataclass(frozen=True)
class DrawnEdit:
    """An edit of the sample: its stratum by position, and the model's probability."""

    edit_id: int
    stratum: int
    probability: float


@dataclass(frozen=True)
class NewDraw:
    """A draw about to be stored; `threshold` is the cut in force, `n_wanted` judgments of each."""

    stream: Stream
    model_version_id: int
    edges: tuple[float, ...]
    is_by_editor: bool
    strata: tuple[Stratum, ...]
    edits: Sequence[DrawnEdit]
    n_edits: int
    n_unscored: int
    n_asked: int
    n_wanted: int
    threshold: float
    seed: int


def lock(session: Session, campaign_id: int) -> None:
    """Let nobody else draw for the campaign until the transaction ends."""
    session.execute(
        select(CampaignRow.campaign_id)
        .where(CampaignRow.campaign_id == campaign_id)
        .with_for_update()
    )


def other_edits(session: Session, campaign_id: int) -> set[int]:
    """Row numbers of the edits that the campaign has tasks on."""
    query = select(TaskRow.edit_id).where(TaskRow.campaign_id == campaign_id)
    return set(session.scalars(query))


def store(session: Session, campaign_id: int, new: NewDraw, now: datetime) -> None:
    """Store a draw with its tasks. Flushes for the row numbers.

    The frame that was planned gets the exact counts; a later draw of the campaign gets a frame row
    of its own, because edits came and were hidden since.
    """
    design = DesignRow(
        frame_id=_frame(session, campaign_id, new),
        stream=new.stream,
        allocation="census" if len(new.edits) == new.n_edits else "half-neyman",
        model_version_id=new.model_version_id,
        edges=list(new.edges),
        is_by_editor=new.is_by_editor,
        n_asked=new.n_asked,
        seed=new.seed,
        drawn_at=now,
    )
    session.add(design)
    session.flush()
    rows = [
        StratumRow(
            design_id=design.design_id,
            label=stratum.label,
            low=stratum.low,
            high=stratum.high,
            editor_group=stratum.editor_group,
            mean_score=stratum.mean_score,
            n_edits=stratum.n_edits,
            n_drawn=stratum.n_drawn,
        )
        for stratum in new.strata
    ]
    session.add_all(rows)
    session.flush()
    for start in range(0, len(new.edits), CHUNK):
        part = new.edits[start : start + CHUNK]
        digests = _digests(session, [edit.edit_id for edit in part])
        session.execute(
            insert(TaskRow),
            [
                {
                    "campaign_id": campaign_id,
                    "edit_id": edit.edit_id,
                    "stratum_id": rows[edit.stratum].stratum_id,
                    "stream": new.stream,
                    "repeat_no": 0,
                    "inclusion_probability": new.strata[edit.stratum].inclusion_probability,
                    "score_at_draw": edit.probability,
                    "threshold_at_draw": new.threshold,
                    "diff_digest": digests.get(edit.edit_id),
                    "n_judgments": 0,
                    "n_wanted": new.n_wanted,
                    "place": random_place(),
                    "drawn_at": now,
                }
                for edit in part
            ],
        )


def _frame(session: Session, campaign_id: int, new: NewDraw) -> int:
    planned = session.scalars(
        select(FrameRow)
        .where(FrameRow.campaign_id == campaign_id)
        .order_by(FrameRow.frame_id)
        .limit(1)
    ).one()
    is_used = session.scalar(
        select(DesignRow.design_id).where(DesignRow.frame_id == planned.frame_id).limit(1)
    )
    frame = planned
    if is_used is not None:
        frame = FrameRow(
            campaign_id=campaign_id,
            window_from=planned.window_from,
            window_to=planned.window_to,
            filter=planned.filter,
        )
        session.add(frame)
    frame.n_edits, frame.n_unscored = new.n_edits, new.n_unscored
    session.flush()
    return frame.frame_id


def _digests(session: Session, edit_ids: Sequence[int]) -> dict[int, str]:
    query = select(EditDiffRow.edit_id, EditDiffRow.digest).where(
        EditDiffRow.edit_id.in_(edit_ids), EditDiffRow.span == "edit"
    )
    return {row[0]: row[1] for row in session.execute(query)}

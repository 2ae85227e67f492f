"""Storing a draw: its frame, design, strata and tasks, in few statements.

Reading it back for pages is `designs`; for figures, `snapshots`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from jadelite.db import tallies
from jadelite.db.tables import (
    CampaignRow,
    DesignRow,
    EditDiffRow,
    FrameRow,
    StratumRow,
    TaskRow,
    random_place,
)
from jadelite.domain.campaigns import HEADLINE_STREAMS, Stream
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
    """A draw about to be stored; `threshold` is the cut in force, `n_wanted` judgments of each.

    `score_counts`: edits of the frame by kind of editor and thousandth of the score.
    """

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
    score_counts: dict[str, list[int]]


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum as it was drawn: n_drawn of n_edits; scores in [low, high), None: one bin."""

    stratum_id: int
    low: float | None
    high: float | None
    editor_group: str | None
    n_edits: int
    n_drawn: int


@dataclass(frozen=True)
class TopUp:
    """A drawn sample that more edits can be added to."""

    model_version_id: int
    edges: tuple[float, ...]
    seed: int
    drawn_at: datetime
    strata: tuple[DrawnStratum, ...]


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
        score_counts=new.score_counts,
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
    _add_tasks(
        session,
        campaign_id,
        new.stream,
        [
            (edit, rows[edit.stratum].stratum_id, new.strata[edit.stratum].inclusion_probability)
            for edit in new.edits
        ],
        n_wanted=new.n_wanted,
        threshold=new.threshold,
        now=now,
    )


def to_top_up(session: Session, campaign_id: int) -> TopUp | None:
    """The campaign's drawn sample, as it can be drawn on; None where none was drawn."""
    design = session.scalars(
        select(DesignRow)
        .join(FrameRow, FrameRow.frame_id == DesignRow.frame_id)
        .where(
            FrameRow.campaign_id == campaign_id,
            DesignRow.stream == "probability",
            DesignRow.edges.is_not(None),
        )
        .order_by(DesignRow.design_id)
        .limit(1)
    ).first()
    if design is None or design.model_version_id is None or not design.edges:
        return None
    strata = session.scalars(
        select(StratumRow)
        .where(StratumRow.design_id == design.design_id)
        .order_by(StratumRow.stratum_id)
    )
    return TopUp(
        model_version_id=design.model_version_id,
        edges=tuple(design.edges),
        seed=design.seed,
        drawn_at=design.drawn_at,
        strata=tuple(
            DrawnStratum(
                row.stratum_id, row.low, row.high, row.editor_group, row.n_edits, row.n_drawn
            )
            for row in strata
        ),
    )


def edits_of_stream(session: Session, campaign_id: int, stream: Stream) -> set[int]:
    """Row numbers of the edits that the campaign asks about in a stream."""
    query = select(TaskRow.edit_id).where(
        TaskRow.campaign_id == campaign_id, TaskRow.stream == stream, TaskRow.repeat_no == 0
    )
    return set(session.scalars(query))


def add_more(
    session: Session,
    campaign_id: int,
    strata: Sequence[DrawnStratum],
    edits: Sequence[DrawnEdit],
    *,
    n_wanted: int,
    threshold: float,
    now: datetime,
) -> None:
    """Add edits to a drawn sample; their strata are positions in `strata`.

    What was stored with the edits drawn before stays; the new ones get the chance that an edit of
    their stratum has now.
    """
    extra = Counter(edit.stratum for edit in edits)
    chances = {}
    for place, n in extra.items():
        stratum = strata[place]
        n_drawn = stratum.n_drawn + n
        chances[place] = n_drawn / stratum.n_edits
        session.execute(
            update(StratumRow)
            .where(StratumRow.stratum_id == stratum.stratum_id)
            .values(n_drawn=n_drawn)
        )
    _add_tasks(
        session,
        campaign_id,
        "probability",
        [(edit, strata[edit.stratum].stratum_id, chances[edit.stratum]) for edit in edits],
        n_wanted=n_wanted,
        threshold=threshold,
        now=now,
    )


def _add_tasks(
    session: Session,
    campaign_id: int,
    stream: Stream,
    edits: Sequence[tuple[DrawnEdit, int, float]],
    *,
    n_wanted: int,
    threshold: float,
    now: datetime,
) -> None:
    """Store tasks on edits, each with its stratum's row number and its chance to be drawn."""
    for start in range(0, len(edits), CHUNK):
        part = edits[start : start + CHUNK]
        digests = _digests(session, [edit.edit_id for edit, _, _ in part])
        session.execute(
            insert(TaskRow),
            [
                {
                    "campaign_id": campaign_id,
                    "edit_id": edit.edit_id,
                    "stratum_id": stratum_id,
                    "stream": stream,
                    "repeat_no": 0,
                    "inclusion_probability": chance,
                    "score_at_draw": edit.probability,
                    "threshold_at_draw": threshold,
                    "diff_digest": digests.get(edit.edit_id),
                    "n_judgments": 0,
                    "n_wanted": n_wanted,
                    "place": random_place(),
                    "drawn_at": now,
                }
                for edit, stratum_id, chance in part
            ],
        )
    if stream in HEADLINE_STREAMS:
        tallies.add(session, campaign_id, 0, edits=len(edits))


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

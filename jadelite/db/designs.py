"""Reading how a campaign's edits were drawn, and what judging them took so far.

The draw itself is stored by `drawn`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.tables import (
    DesignRow,
    FrameRow,
    JudgmentRow,
    ModelRow,
    ModelVersionRow,
    StratumRow,
    TaskRow,
)
from jadelite.domain.campaigns import Stream

N_TIMED = 1000  # newest judgments that say how long one takes


@dataclass(frozen=True)
class StoredStratum:
    """A part of a frame: `n_drawn` of its `n_edits` edits were drawn.

    Scores in [low, high), None where there is one bin only; `mean_score` None where unknown.
    """

    stratum_id: int
    label: str
    low: float | None
    high: float | None
    editor_group: str | None
    mean_score: float | None
    n_edits: int
    n_drawn: int


@dataclass(frozen=True)
class StoredDesign:
    """How the edits of one stream were drawn from a frame of `n_edits`, by the seed.

    `model` is the name@version whose scores made the strata, None where none did.
    """

    stream: Stream
    allocation: str
    model: str | None
    seed: int
    n_edits: int
    n_unscored: int
    window_from: datetime | None
    window_to: datetime | None
    drawn_at: datetime
    strata: tuple[StoredStratum, ...]

    @property
    def n_drawn(self) -> int:
        """Edits drawn."""
        return sum(stratum.n_drawn for stratum in self.strata)


def of_campaign(session: Session, campaign_id: int) -> tuple[StoredDesign, ...]:
    """How the campaign's streams were drawn, oldest first, strata in their order. Two queries."""
    query = (
        select(DesignRow, FrameRow, ModelRow.name, ModelVersionRow.version)
        .join(FrameRow, FrameRow.frame_id == DesignRow.frame_id)
        .outerjoin(ModelVersionRow, ModelVersionRow.model_version_id == DesignRow.model_version_id)
        .outerjoin(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(FrameRow.campaign_id == campaign_id)
        .order_by(DesignRow.design_id)
    )
    found = list(session.execute(query))
    strata: dict[int, list[StoredStratum]] = {design.design_id: [] for design, _, _, _ in found}
    for row in session.scalars(
        select(StratumRow)
        .where(StratumRow.design_id.in_(list(strata)))
        .order_by(StratumRow.stratum_id)
    ):
        strata[row.design_id].append(
            StoredStratum(
                stratum_id=row.stratum_id,
                label=row.label,
                low=row.low,
                high=row.high,
                editor_group=row.editor_group,
                mean_score=row.mean_score,
                n_edits=row.n_edits,
                n_drawn=row.n_drawn,
            )
        )
    return tuple(
        StoredDesign(
            stream=design.stream,  # type: ignore[arg-type]  # the check constraint of tasks guards it
            allocation=design.allocation,
            model=f"{name}@{version}" if design.model_version_id else None,
            seed=design.seed,
            n_edits=frame.n_edits,
            n_unscored=frame.n_unscored,
            window_from=frame.window_from,
            window_to=frame.window_to,
            drawn_at=design.drawn_at,
            strata=tuple(strata[design.design_id]),
        )
        for design, frame, name, version in found
    )


def seconds_taken(session: Session, campaign_id: int) -> list[float]:
    """How long each of the newest first judgments took, from showing the edit to the answer."""
    query = (
        select(JudgmentRow.shown_at, JudgmentRow.answered_at)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            JudgmentRow.supersedes_id.is_(None),
            JudgmentRow.shown_at.is_not(None),
            JudgmentRow.answered_at.is_not(None),
        )
        .order_by(JudgmentRow.judgment_id.desc())
        .limit(N_TIMED)
    )
    return [
        (answered_at - shown_at).total_seconds()
        for shown_at, answered_at in session.execute(query)
        if shown_at is not None and answered_at is not None
    ]

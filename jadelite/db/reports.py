"""Queries on frozen reports, and on what they are computed from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jadelite.db import designs, facets, masking, scores
from jadelite.db.designs import StoredDesign
from jadelite.db.judgments import CountedAnswer, for_report
from jadelite.db.tables import (
    CampaignModelRow,
    EditRow,
    ImportBatchRow,
    JudgmentRow,
    ReportRow,
    ScoreRow,
    TaskRow,
)
from jadelite.domain.campaigns import HEADLINE_STREAMS, Campaign
from jadelite.domain.facets import Facet
from jadelite.domain.reports import Report
from jadelite.domain.scores import ModelVersion


@dataclass(frozen=True)
class ScoredModel:
    """A model version with its cut on the wiki and its probability by edit row number."""

    model: ModelVersion
    threshold: float
    threshold_origin: str
    probabilities: dict[int, float]


@dataclass(frozen=True)
class ReportInputs:
    """Everything a report is computed from, read in one state of the data."""

    n_edits: int
    answers: list[CountedAnswer]
    models: list[ScoredModel]
    pages: dict[int, tuple[int, str | None]]
    masked: set[int]
    notes: tuple[str, ...]
    facet: Facet
    draws: tuple[StoredDesign, ...]
    strata_of_tasks: dict[int, int]


def load_inputs(session: Session, campaign: Campaign) -> ReportInputs:
    """What the report of a campaign rests on; `pages` maps edit to revision and title.

    `masked` are edits that some open task asks about, in any campaign. `draws` are those that feed
    headline figures; `strata_of_tasks` has the row numbers of their strata.
    """
    # Help, practice and the like are for other purposes than the figures.
    feeds_figures = (TaskRow.campaign_id == campaign.campaign_id) & TaskRow.stream.in_(
        HEADLINE_STREAMS
    )
    of_campaign = select(TaskRow.edit_id).where(feeds_figures)
    n_edits = session.scalar(
        select(func.count(func.distinct(TaskRow.edit_id))).where(feeds_figures)
    )
    pages = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(EditRow.edit_id, EditRow.rev_id, EditRow.page_title).where(
                EditRow.edit_id.in_(of_campaign)
            )
        )
    }
    return ReportInputs(
        n_edits=n_edits or 0,
        answers=for_report(session, campaign.campaign_id),
        models=_models(session, campaign, of_campaign),
        pages=pages,
        masked=masking.masked_edits(session, of_campaign),
        notes=_notes(session, campaign.campaign_id, of_campaign),
        facet=facets.load(session, campaign.facet),
        draws=tuple(
            draw
            for draw in designs.of_campaign(session, campaign.campaign_id)
            if draw.stream in HEADLINE_STREAMS
        ),
        strata_of_tasks=designs.strata_of_tasks(session, campaign.campaign_id),
    )


def freeze(session: Session, campaign_id: int, report: Report) -> None:
    """Append a computed report."""
    session.add(
        ReportRow(
            campaign_id=campaign_id,
            snapshot=report.snapshot,
            seed=report.seed,
            code_version=report.code_version,
            computed_at=report.computed_at,
            payload=report.to_json(),
        )
    )


def newest(session: Session, campaign_id: int) -> Report | None:
    """The newest frozen report of a campaign, or None."""
    payload = session.scalar(
        select(ReportRow.payload)
        .where(ReportRow.campaign_id == campaign_id)
        .order_by(ReportRow.report_id.desc())
        .limit(1)
    )
    return None if payload is None else Report.from_json(payload)


def _models(session: Session, campaign: Campaign, of_campaign: Any) -> list[ScoredModel]:
    chosen = set(
        session.scalars(
            select(CampaignModelRow.model_version_id).where(
                CampaignModelRow.campaign_id == campaign.campaign_id
            )
        )
    )
    models = []
    for version_id, model in scores.versions_of(session, of_campaign):
        if chosen and version_id not in chosen:
            continue
        cut, origin = scores.threshold(session, version_id, campaign.wiki)
        query = select(ScoreRow.edit_id, ScoreRow.probability).where(
            ScoreRow.model_version_id == version_id,
            ScoreRow.edit_id.in_(of_campaign),
            ScoreRow.probability.is_not(None),
        )
        found = {edit_id: float(value or 0.0) for edit_id, value in session.execute(query)}
        models.append(ScoredModel(model, cut, origin, found))
    return models


def _notes(session: Session, campaign_id: int, of_campaign: Any) -> tuple[str, ...]:
    """What operators said of the imports that the campaign's scores and judgments came with."""
    of_scores = select(ScoreRow.import_batch_id).where(ScoreRow.edit_id.in_(of_campaign))
    of_judgments = (
        select(JudgmentRow.import_batch_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(TaskRow.campaign_id == campaign_id)
    )
    found = session.execute(
        select(ImportBatchRow.note)
        .where(
            ImportBatchRow.note.is_not(None),
            ImportBatchRow.import_batch_id.in_(of_scores)
            | ImportBatchRow.import_batch_id.in_(of_judgments),
        )
        .order_by(ImportBatchRow.import_batch_id)
    )
    return tuple(dict.fromkeys(note for (note,) in found if note))

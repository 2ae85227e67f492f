"""What a report snapshot holds beside its rows: frame, strata, models, notes, silent repeats."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from jadelite.db import scores
from jadelite.db.designs import StoredDesign
from jadelite.db.tables import (
    AnswerRow,
    CampaignModelRow,
    DesignRow,
    FrameRow,
    ImportBatchRow,
    JudgmentRow,
    ModelRow,
    ModelVersionRow,
    ScoreRow,
    StratumRow,
    TaskRow,
    ThresholdRow,
    WikiRow,
)
from jadelite.domain.campaigns import HEADLINE_STREAMS, Campaign
from jadelite.report.snapshot import FrameFacts, ModelFacts, Repeats, StratumFacts

DAY_SECONDS = 86_400
MIN_COUNTED = 1000  # edits of a frame whose scores may be told while its sample is judged


def frame_of(draws: Sequence[StoredDesign]) -> FrameFacts | None:
    """The population of the draws that feed headline figures; None where nothing was drawn.

    Further draws of a stream add to its frame (evidence that came in parts); other streams were
    drawn from the same frame.
    """
    if not draws:
        return None
    first = [draw for draw in draws if draw.stream == draws[0].stream]
    start, end = draws[0].window_from, draws[0].window_to
    days = None if start is None or end is None else (end - start).total_seconds() / DAY_SECONDS
    last = None if end is None else end - timedelta(microseconds=1)  # edits are from before `end`
    return FrameFacts(
        n_edits=sum(draw.n_edits for draw in first),
        n_unscored=sum(draw.n_unscored for draw in first),
        window_from=None if start is None else start.date().isoformat(),
        window_to=None if last is None else last.date().isoformat(),
        days=days,
    )


def strata_of(draws: Sequence[StoredDesign]) -> tuple[StratumFacts, ...]:
    """The parts of all draws, in their order."""
    return tuple(
        StratumFacts(
            draw=place,
            stream=draw.stream,
            label=stratum.label,
            low=stratum.low,
            high=stratum.high,
            editor_group=stratum.editor_group,
            n_edits=stratum.n_edits,
            n_drawn=stratum.n_drawn,
            is_census=draw.allocation == "census",
            model=draw.model,
        )
        for place, draw in enumerate(draws)
        for stratum in draw.strata
    )


def models_of(
    session: Session, campaign: Campaign, questions: Collection[str]
) -> list[tuple[int, ModelFacts]]:
    """Versions that gave the campaign's edits probabilities for these questions, with their rows.

    In the order in which they came in. Where the campaign names what it audits, the others are
    later versions or replays.
    """
    chosen = set(
        session.scalars(
            select(CampaignModelRow.model_version_id).where(
                CampaignModelRow.campaign_id == campaign.campaign_id
            )
        )
    )
    counts = _frame_counts(session, campaign)
    of_campaign = select(TaskRow.edit_id).where(_is_headline(campaign.campaign_id))
    # Some score is enough: asking for each version whether it has one reads few rows.
    has_scored = (
        select(ScoreRow.score_id)
        .where(
            ScoreRow.model_version_id == ModelVersionRow.model_version_id,
            ScoreRow.probability.is_not(None),
            ScoreRow.edit_id.in_(of_campaign),
        )
        .exists()
    )
    query = (
        select(
            ModelVersionRow.model_version_id,
            ModelRow.name,
            ModelVersionRow.version,
            ModelRow.question,
            ModelRow.positive_label,
        )
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(ModelRow.question.in_(sorted(questions)), has_scored)
        .order_by(ModelVersionRow.first_seen_at, ModelRow.name, ModelVersionRow.version)
    )
    found = []
    for version_id, name, version, question, positive_label in session.execute(query).all():
        threshold, origin = scores.threshold(session, version_id, campaign.wiki)
        facts = ModelFacts(
            model=name,
            version=version,
            question=question,
            positive_label=positive_label,
            is_audited=not chosen or version_id in chosen,
            threshold=threshold,
            threshold_origin=origin,
            levels=_levels(session, version_id, campaign.wiki),
            frame_counts=counts.get(version_id),
        )
        found.append((version_id, facts))
    return found


def notes_of(session: Session, campaign_id: int) -> tuple[str, ...]:
    """What operators said of the imports that the campaign's scores and judgments came with."""
    noted = session.execute(
        select(ImportBatchRow.import_batch_id, ImportBatchRow.note)
        .where(ImportBatchRow.note.is_not(None))
        .order_by(ImportBatchRow.import_batch_id)
    ).all()
    if not noted:
        return ()
    ids = select(ImportBatchRow.import_batch_id).where(ImportBatchRow.note.is_not(None))
    of_scores = (
        select(ScoreRow.import_batch_id)
        .join(TaskRow, TaskRow.edit_id == ScoreRow.edit_id)
        .where(_is_headline(campaign_id), ScoreRow.import_batch_id.in_(ids))
    )
    of_judgments = (
        select(JudgmentRow.import_batch_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(TaskRow.campaign_id == campaign_id, JudgmentRow.import_batch_id.in_(ids))
    )
    used = {*session.scalars(of_scores.distinct()), *session.scalars(of_judgments.distinct())}
    return tuple(dict.fromkeys(note for row, note in noted if row in used and note))


def repeats_of(
    session: Session,
    campaign_id: int,
    question_ids: Mapping[str, int],
    masked: Collection[int],
) -> tuple[Repeats, ...]:
    """How often reviewers said the same of an edit that came to them again, silently.

    Compared are the first blind answer and the first one to the repeat; edits that are still asked
    about are left out, and so is what was taken back.
    """
    own, again = aliased(TaskRow), aliased(TaskRow)
    first, second = aliased(JudgmentRow), aliased(JudgmentRow)
    said, said_again, taken_back = aliased(AnswerRow), aliased(AnswerRow), aliased(JudgmentRow)
    was_taken_back = (
        select(taken_back.judgment_id)
        .where(
            taken_back.task_id.in_((first.task_id, second.task_id)),
            taken_back.reviewer_id == first.reviewer_id,
            taken_back.action == "withdraw",
        )
        .exists()
    )
    query = (
        select(own.edit_id, said.question_id, said.value, said_again.value)
        .select_from(again)
        .join(
            own,
            (own.campaign_id == again.campaign_id)
            & (own.edit_id == again.edit_id)
            & (own.stream == again.stream)
            & (own.repeat_no == 0),
        )
        .join(second, (second.task_id == again.task_id) & (second.revision == 1))
        .join(
            first,
            (first.task_id == own.task_id)
            & (first.reviewer_id == second.reviewer_id)
            & (first.revision == 1),
        )
        .join(said, said.judgment_id == first.judgment_id)
        .join(
            said_again,
            (said_again.judgment_id == second.judgment_id)
            & (said_again.question_id == said.question_id),
        )
        .where(
            again.campaign_id == campaign_id,
            again.stream.in_(HEADLINE_STREAMS),
            again.repeat_no == 1,
            first.score_seen == "no",
            first.peers_seen == "no",
            ~was_taken_back,
        )
    )
    n_pairs: Counter[int] = Counter()
    n_same: Counter[int] = Counter()
    for edit_id, question_id, before, after in session.execute(query):
        if edit_id not in masked:
            n_pairs[question_id] += 1
            n_same[question_id] += before == after
    return tuple(
        Repeats(question, n_pairs[number], n_same[number])
        for question, number in question_ids.items()
    )


def _frame_counts(session: Session, campaign: Campaign) -> dict[int, tuple[int, ...]]:
    """How the scores of the first stream's frame lie, by the version that made its strata.

    Nothing while edits are still judged of a frame that is small or of which a part was drawn
    whole: who takes off the scores that are known by then would read the others.
    """
    is_part_whole = exists().where(
        StratumRow.design_id == DesignRow.design_id, StratumRow.n_drawn >= StratumRow.n_edits
    )
    query = (
        select(
            DesignRow.model_version_id,
            DesignRow.stream,
            DesignRow.score_counts,
            (is_part_whole | (FrameRow.n_edits < MIN_COUNTED)).label("is_telling"),
        )
        .join(FrameRow, FrameRow.frame_id == DesignRow.frame_id)
        .where(FrameRow.campaign_id == campaign.campaign_id, DesignRow.stream.in_(HEADLINE_STREAMS))
        .order_by(DesignRow.design_id)
    )
    rows = session.execute(query).all()
    first = [row for row in rows if row.stream == rows[0].stream]
    # Further draws of a stream add frames that were not counted together.
    if len(first) != 1 or not first[0].score_counts or first[0].model_version_id is None:
        return {}
    (found,) = first
    if found.is_telling and not campaign.has_ended:
        return {}
    by_kind: dict[str, list[int]] = found.score_counts
    return {found.model_version_id: tuple(map(sum, zip(*by_kind.values(), strict=True)))}


def _levels(session: Session, version_id: int, wiki: str) -> tuple[tuple[str, float], ...]:
    """The newest value of each cut of a version on a wiki, by value."""
    rows = session.execute(
        select(ThresholdRow.level, ThresholdRow.value)
        .join(WikiRow, WikiRow.wiki_id == ThresholdRow.wiki_id)
        .where(ThresholdRow.model_version_id == version_id, WikiRow.dbname == wiki)
        .order_by(ThresholdRow.valid_from)
    )
    newest = {row.level: row.value for row in rows}
    return tuple(sorted(newest.items(), key=lambda item: (item[1], item[0])))


def _is_headline(campaign_id: int) -> Any:
    return (
        (TaskRow.campaign_id == campaign_id)
        & TaskRow.stream.in_(HEADLINE_STREAMS)
        & (TaskRow.repeat_no == 0)
    )

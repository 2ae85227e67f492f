"""Trip 4: a report is computed from one state of the data and frozen.

This file turns rows into arrays and chooses what counts; every number is made in `metrics`.
Through `metrics` it imports numpy, so the command line and the worker call it, never a web process.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jadelite import __version__
from jadelite.audit import population
from jadelite.audit.counting import blind_first, n_judgments, n_withdrawn, of_unknown_exposure
from jadelite.audit.label_reports import of_labels
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, reports
from jadelite.db.judgments import CountedAnswer
from jadelite.db.reports import ReportInputs, ScoredModel
from jadelite.db.session import Database
from jadelite.domain.campaigns import Campaign
from jadelite.domain.facets import NO, UNSURE, YES, Question
from jadelite.domain.reports import (
    ConfusionTable,
    Figure,
    ListedEdit,
    ModelReport,
    PopulationSample,
    QuestionReport,
    Report,
    ScoreBin,
    Treatment,
    TreatmentLine,
)
from jadelite.metrics.panel import Comparison, Votes, compare, confident_misses, score_bins
from jadelite.metrics.result import Estimate

SEED = 20261122
SURE = 0.8  # a model is sure at least this far from what people say
FIRM_SHARE = 0.8
FIRM_VOTES = 3
N_BINS = 10
MAX_LISTED = 50
TREATMENTS: tuple[Treatment, ...] = ("excluded", "no", "yes")


@dataclass(frozen=True)
class Counted:
    """Votes on one question, and the edits they are on, in the same order."""

    edit_ids: tuple[int, ...]
    rows: tuple[tuple[int, int, int], ...]

    def only(self, kept: Container[int]) -> "Counted":
        """The same for those edits only."""
        pairs = [pair for pair in zip(self.edit_ids, self.rows, strict=True) if pair[0] in kept]
        return Counted(tuple(edit for edit, _ in pairs), tuple(row for _, row in pairs))


def compute(database: Database, slug: str, *, now: datetime, seed: int = SEED) -> Report:
    """Compute the report of a campaign, freeze it, and return it.

    Raises NotFound for an unknown campaign.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        inputs = reports.load_inputs(session, campaign)
    report = build(campaign, inputs, now=now, seed=seed)
    with database.transaction() as session:
        reports.freeze(session, campaign.campaign_id, report)
        events.append(
            session,
            "report.computed",
            subject=f"report:{report.snapshot}",
            now=now,
            campaign_id=campaign.campaign_id,
        )
    return report


def build(campaign: Campaign, inputs: ReportInputs, *, now: datetime, seed: int) -> Report:
    """The report of these inputs: the same inputs, code and seed give the same report."""
    people = [answer for answer in inputs.answers if answer.reviewer_kind != "bot"]
    counted = blind_first(people, may_be_unknown=campaign.kind == "import")
    n_left_out = n_judgments(of_unknown_exposure(people)) - n_judgments(
        of_unknown_exposure(counted)
    )
    # Figures over edits that are still judged, here or in another campaign, would give their votes
    # and scores away, by subtraction.
    used = [answer for answer in counted if answer.edit_id not in inputs.masked]
    k = _effective_k(campaign, used)
    voters = {answer.reviewer_id for answer in used if answer.reviewer_id is not None}
    n_nameless = len({answer.judgment_id for answer in used if answer.reviewer_id is None})
    weighed = population.enough(used, min(2, campaign.k))
    sample = population.sample_of(inputs, weighed)
    questions = []
    for question in inputs.facet.questions:
        if not question.is_yes_or_no:
            continue
        answers = [answer for answer in used if answer.question == question.name]
        report = _question(question, answers, campaign, k, inputs, seed)
        answers = [answer for answer in weighed if answer.question == question.name]
        questions.append(_with_population(report, answers, campaign, sample, inputs))
    return Report(
        campaign=campaign.slug,
        wiki=campaign.wiki,
        kind=campaign.kind,
        k=k,
        min_votes=min(2, k),
        computed_at=now,
        code_version=__version__,
        seed=seed,
        snapshot=_snapshot(campaign, inputs, seed),
        n_edits=inputs.n_edits,
        n_edits_judged=len({answer.edit_id for answer in used}),
        n_judgments=n_judgments(people),
        n_judgments_used=n_judgments(used),
        n_judgments_waiting=n_judgments(counted) - n_judgments(used),
        n_exposed=n_judgments(a for a in people if "yes" in (a.score_seen, a.peers_seen)),
        n_exposure_unknown=n_judgments(of_unknown_exposure(used)) + n_left_out,
        n_unknown_left_out=n_left_out,
        n_withdrawn=n_withdrawn(people),
        n_bot_judgments=n_judgments(a for a in inputs.answers if a.reviewer_kind == "bot"),
        n_reviewers=_reviewers(len(voters), n_nameless, n_judgments(used)),
        notes=inputs.notes,
        questions=tuple(questions),
        labelled=of_labels(inputs.facet, used, seed=seed),
        sample=sample,
    )


def count_votes(answers: Iterable[CountedAnswer]) -> Counted:
    """Votes (yes, no, unsure) by edit, edits in the order of their row numbers."""
    counts: dict[int, list[int]] = {}
    column = {YES: 0, NO: 1, UNSURE: 2}
    for answer in answers:
        counts.setdefault(answer.edit_id, [0, 0, 0])[column[answer.value]] += 1
    edit_ids = sorted(counts)
    rows = [(counts[edit][0], counts[edit][1], counts[edit][2]) for edit in edit_ids]
    return Counted(tuple(edit_ids), tuple(rows))


def _question(
    question: Question,
    answers: Sequence[CountedAnswer],
    campaign: Campaign,
    k: int,
    inputs: ReportInputs,
    seed: int,
) -> QuestionReport:
    counted = count_votes(answers)
    votes = Votes.from_rows(counted.rows)
    labels = votes.labels(unsure="half", min_votes=min(2, k))
    models = tuple(
        _model(model, counted, campaign, k, inputs, seed)
        for model in inputs.models
        if model.model.question == question.name
    )
    return QuestionReport(
        question=question.name,
        n_yes=int(votes.n_yes.sum()),
        n_no=int(votes.n_no.sum()),
        n_unsure=int(votes.n_unsure.sum()),
        n_decided=int((labels >= 0).sum()),
        percent_agreement=_figure(votes.percent_agreement(seed=seed)),
        krippendorff_alpha=_figure(votes.krippendorff_alpha(seed=seed)),
        models=models,
    )


def _model(
    scored: ScoredModel,
    counted: Counted,
    campaign: Campaign,
    k: int,
    inputs: ReportInputs,
    seed: int,
) -> ModelReport:
    held = counted.only(scored.probabilities)
    votes = Votes.from_rows(held.rows)
    probability = [scored.probabilities[edit_id] for edit_id in held.edit_ids]

    def compared(unsure: Treatment) -> Comparison:
        return compare(
            votes,
            probability,
            threshold=scored.threshold,
            unsure=unsure,
            min_votes=min(2, k),
            seed=seed,
        )

    main = compared("half")
    missed = confident_misses(
        votes,
        probability,
        threshold=scored.threshold,
        sure=SURE,
        firm_share=FIRM_SHARE,
        firm_votes=min(FIRM_VOTES, k),
    )
    table = main.confusion
    bins = score_bins(votes, probability, n_bins=N_BINS, min_votes=min(2, k))
    return ModelReport(
        model=scored.model.model,
        version=scored.model.version,
        positive_label=scored.model.positive_label,
        threshold=scored.threshold,
        threshold_origin=scored.threshold_origin,
        n_scored=len(scored.probabilities),
        n_decided=main.n_decided,
        confusion=ConfusionTable(
            tn=int(table.tn), fp=int(table.fp), fn=int(table.fn), tp=int(table.tp)
        ),
        precision=_figure(table.precision()),
        recall=_figure(table.recall()),
        false_positive_rate=_figure(table.false_positive_rate()),
        roc_auc=_figure(main.roc_auc),
        brier=_figure(main.brier),
        treatments=tuple(_treatment(name, compared(name)) for name in TREATMENTS),
        bins=tuple(
            ScoreBin(index / N_BINS, (index + 1) / N_BINS, *row) for index, row in enumerate(bins)
        ),
        confident_misses=tuple(
            _listed(row, held, probability, campaign, inputs) for row in missed[:MAX_LISTED]
        ),
        n_confident_misses_masked=0,  # counted when it is read: later campaigns may ask anew
    )


def _with_population(
    report: QuestionReport,
    answers: Sequence[CountedAnswer],
    campaign: Campaign,
    sample: PopulationSample | None,
    inputs: ReportInputs,
) -> QuestionReport:
    """The report with what the sample says of the whole frame, model by model."""
    scored = {(model.model.model, model.model.version): model for model in inputs.models}
    models = tuple(
        replace(
            model,
            population=population.figures_of(
                campaign, sample, inputs, scored[model.model, model.version], answers
            ),
        )
        for model in report.models
    )
    return replace(report, models=models)


def _treatment(treatment: Treatment, comparison: Comparison) -> TreatmentLine:
    table = comparison.confusion
    return TreatmentLine(
        treatment=treatment,
        n_decided=comparison.n_decided,
        precision=_figure(table.precision()),
        recall=_figure(table.recall()),
        false_positive_rate=_figure(table.false_positive_rate()),
    )


def _listed(
    row: int,
    held: Counted,
    probability: Sequence[float],
    campaign: Campaign,
    inputs: ReportInputs,
) -> ListedEdit:
    rev_id, title = inputs.pages[held.edit_ids[row]]
    n_yes, n_no, n_unsure = held.rows[row]
    return ListedEdit(
        wiki=campaign.wiki,
        rev_id=rev_id,
        page_title=title,
        probability=probability[row],
        n_yes=n_yes,
        n_no=n_no,
        n_unsure=n_unsure,
    )


def _effective_k(campaign: Campaign, used: Sequence[CountedAnswer]) -> int:
    """How many people judged an edit at most: an import may hold more votes than were asked for."""
    voters: dict[int, set[int]] = {}
    for answer in used:
        voters.setdefault(answer.edit_id, set()).add(answer.judgment_id)
    return max([campaign.k, *(len(votes) for votes in voters.values())])


def _figure(estimate: Estimate) -> Figure:
    return Figure(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        method=estimate.method,
        reason=estimate.reason,
    )


def _reviewers(n_known: int, n_nameless: int, n_used: int) -> Figure:
    if n_nameless:
        return Figure(None, None, None, n_used, "count", "reviewers-unknown")
    return Figure(float(n_known), None, None, n_used, "count")


def _snapshot(campaign: Campaign, inputs: ReportInputs, seed: int) -> str:
    """SHA-256 of what the report rests on, without row numbers that differ between databases."""
    revision = {edit_id: rev_id for edit_id, (rev_id, _) in inputs.pages.items()}
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(json.dumps(parts, ensure_ascii=False).encode() + b"\n")

    add(campaign.slug, campaign.wiki, campaign.kind, campaign.k, __version__, seed, inputs.notes)
    # What is still judged is left out of the figures, so it makes another report.
    add(sorted(revision[edit_id] for edit_id in inputs.masked))
    for draw in inputs.draws:
        add(draw.stream, draw.seed, [(s.label, s.n_edits, s.n_drawn) for s in draw.strata])
    for model in inputs.models:
        add(model.model.name, model.threshold)
        for edit_id, value in sorted(model.probabilities.items(), key=lambda i: revision[i[0]]):
            add(revision[edit_id], value)
    reviewers: dict[int | None, int] = {}
    for answer in inputs.answers:
        who = reviewers.setdefault(answer.reviewer_id, len(reviewers))
        add(
            revision[answer.edit_id],
            who,
            answer.reviewer_kind,
            answer.origin,
            answer.revision,
            answer.action,
            answer.score_seen,
            answer.peers_seen,
            answer.question,
            answer.value,
        )
    return digest.hexdigest()

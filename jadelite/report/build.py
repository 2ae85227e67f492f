"""A report from a snapshot: the same snapshot, code and seed give the same report."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from jadelite.domain.figures import Figure
from jadelite.domain.reports import (
    PopulationSample,
    QuestionReport,
    Report,
    StratumResponse,
    VotePattern,
)
from jadelite.metrics import rates
from jadelite.metrics.consensus import decide, vote_share
from jadelite.metrics.counts import compress
from jadelite.metrics.ratios import ratio
from jadelite.report.ballots import Ballots, ballots_of
from jadelite.report.cases import (
    Cases,
    Ints,
    cases_of,
    frame_size,
    is_drawn,
    judged_rows,
    sample_of,
)
from jadelite.report.contested import FullList, counterpart, lists_of
from jadelite.report.counting import Counted, count, n_distinct
from jadelite.report.figures import figure
from jadelite.report.labelled import label_reports
from jadelite.report.model import model_of
from jadelite.report.people import agreement_of
from jadelite.report.snapshot import UNKNOWN, Snapshot
from jadelite.report.statistics import statistics_of
from jadelite.report.trust import trust_of
from jadelite.report.versions import comparisons_of

MIN_VOTES = 2  # one person's word is no decision where two or more were asked


@dataclass(frozen=True)
class ModelLists:
    """All contested lists of a model version (model@version) on a question."""

    question: str
    model: str
    lists: tuple[FullList, ...]


@dataclass(frozen=True)
class Built:
    """A report, its lists in full, and for each model its statistics for programs."""

    report: Report
    lists: tuple[ModelLists, ...]
    statistics: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class _Asked:
    """A yes-or-no question with its votes and, by position of the model, its cases."""

    ballots: Ballots
    cases: Mapping[int, Cases]


@dataclass(frozen=True)
class _Section:
    """A question's part of the report, and what is too long for it."""

    report: QuestionReport
    lists: list[ModelLists]
    statistics: Mapping[str, Any]


def build(snapshot: Snapshot, *, computed_at: datetime, code_version: str, seed: int) -> Report:
    """The report of a snapshot."""
    built = build_all(snapshot, computed_at=computed_at, code_version=code_version, seed=seed)
    return built.report


def build_all(snapshot: Snapshot, *, computed_at: datetime, code_version: str, seed: int) -> Built:
    """The report of a snapshot with what is too long for it."""
    facts = snapshot.facts
    # Imports come without a word on what people had seen; their figures say so.
    counted = count(snapshot.judgments, may_be_unknown=facts.kind == "import")
    k = _k(snapshot, counted)
    asked = [
        _asked(snapshot, counted, question.name, min_votes=min(MIN_VOTES, k))
        for question in facts.questions
        if question.is_yes_or_no
    ]
    # numpy works outside the interpreter's lock: two questions take little longer than one.
    with ThreadPoolExecutor(max_workers=max(1, len(asked))) as pool:
        sections = list(pool.map(lambda item: _section(snapshot, item, k, seed), asked))
    questions = tuple(section.report for section in sections)
    sample = _sample(snapshot, counted, min_votes=min(MIN_VOTES, k))
    labelled = label_reports(snapshot, counted, seed=seed)
    used = np.flatnonzero(counted.used)
    window = _window(snapshot)
    frame = facts.frame
    report = Report(
        campaign=facts.campaign,
        wiki=facts.wiki,
        kind=facts.kind,
        k=k,
        min_votes=min(MIN_VOTES, k),
        computed_at=computed_at,
        code_version=code_version,
        seed=seed,
        snapshot=snapshot.digest(code_version=code_version, seed=seed),
        window_from=window[0],
        window_to=window[1],
        days=frame.days if frame is not None and is_drawn(snapshot) else None,
        n_edits=facts.n_edits,
        n_edits_judged=_n_edits(snapshot, used),
        n_judgments=counted.n_judgments + facts.n_judgments_waiting,
        n_judgments_used=used.size,
        n_judgments_waiting=facts.n_blind_waiting,
        n_exposed=counted.n_exposed + facts.n_exposed_waiting,
        n_exposure_unknown=counted.n_unknown + counted.n_unknown_left_out,
        n_unknown_left_out=counted.n_unknown_left_out,
        n_withdrawn=counted.n_withdrawn + facts.n_withdrawn_waiting,
        n_bot_judgments=counted.n_bots + facts.n_bots_waiting,
        n_reviewers=_reviewers(snapshot, used),
        guideline_versions=_guidelines(snapshot, used),
        notes=facts.notes,
        sample=sample,
        trust=trust_of(
            snapshot,
            counted,
            [item.ballots for item in asked],
            cases=_first_audited(asked),
            sample=sample,
            questions=questions,
        ),
        questions=questions,
        labelled=labelled,
    )
    return Built(
        report,
        tuple(one for section in sections for one in section.lists),
        {name: one for section in sections for name, one in section.statistics.items()},
    )


def _asked(snapshot: Snapshot, counted: Counted, question: str, *, min_votes: int) -> _Asked:
    ballots = ballots_of(snapshot, counted, question)
    cases = {
        place: cases_of(snapshot, ballots, place, min_votes=min_votes)
        for place, model in enumerate(snapshot.facts.models)
        if model.question == question
    }
    return _Asked(ballots, cases)


def _lists(snapshot: Snapshot, asked: _Asked, k: int) -> list[ModelLists]:
    return [
        ModelLists(
            cases.question,
            cases.model.name,
            lists_of(snapshot, cases, asked.ballots, k=k, other=counterpart(cases, asked.cases)),
        )
        for cases in asked.cases.values()
    ]


def _section(snapshot: Snapshot, asked: _Asked, k: int, seed: int) -> _Section:
    lists = _lists(snapshot, asked, k)
    return _Section(
        report=_question(snapshot, asked, lists, k, seed),
        lists=lists,
        statistics={
            cases.model.name: statistics_of(snapshot, cases) for cases in asked.cases.values()
        },
    )


def _first_audited(asked: list[_Asked]) -> Cases | None:
    """The cases of the model that the campaign was made to audit, the first of several."""
    every = [cases for item in asked for cases in item.cases.values()]
    audited = [cases for cases in every if cases.model.is_audited]
    return min(audited or every, key=lambda cases: cases.place, default=None)


def _question(
    snapshot: Snapshot, asked: _Asked, lists: list[ModelLists], k: int, seed: int
) -> QuestionReport:
    ballots, min_votes = asked.ballots, min(MIN_VOTES, k)
    counts = ballots.by_edit()
    share = vote_share(*counts.T, unsure="half")
    decisions = decide(share, counts.sum(axis=1), min_votes=min_votes)
    patterns, times = compress(counts)
    short = {one.model: tuple(each.short() for each in one.lists) for one in lists}
    return QuestionReport(
        question=ballots.question,
        n_yes=int(counts[:, 0].sum()),
        n_no=int(counts[:, 1].sum()),
        n_unsure=int(counts[:, 2].sum()),
        n_decided=int((decisions >= 0).sum()),
        patterns=tuple(
            VotePattern(n_yes, n_no, n_unsure, n)
            for (n_yes, n_no, n_unsure), n in zip(patterns.tolist(), times.tolist(), strict=True)
        ),
        prevalence=_prevalence(snapshot, ballots, min_votes),
        agreement=agreement_of(ballots, snapshot.facts, seed=seed),
        models=tuple(
            model_of(snapshot, cases, ballots, lists=short[cases.model.name], seed=seed)
            for cases in asked.cases.values()
        ),
        comparisons=comparisons_of(snapshot, tuple(asked.cases.values())),
    )


def _prevalence(snapshot: Snapshot, ballots: Ballots, min_votes: int) -> Figure:
    rows = judged_rows(snapshot, ballots, min_votes=min_votes)
    y = vote_share(*ballots.counts[rows].T, unsure="half")
    sample = sample_of(snapshot, rows, y)
    return figure(ratio(sample, rates.prevalence(sample.y.size)))


def _sample(snapshot: Snapshot, counted: Counted, *, min_votes: int) -> PopulationSample | None:
    """What the judged edits speak for; None where it is unknown how they were chosen."""
    facts = snapshot.facts
    if facts.frame is None or not facts.strata:
        return None
    stratum = np.asarray(snapshot.edits.stratum)
    rows = np.asarray(snapshot.judgments.edit)[counted.used]
    votes = np.bincount(rows, minlength=stratum.size)
    judged = np.flatnonzero((votes >= min_votes) & (stratum != UNKNOWN))
    n_judged = np.bincount(stratum[judged], minlength=len(facts.strata)).tolist()
    y = np.zeros(judged.size)
    weighed = sample_of(snapshot, judged, y)
    first = [one for one in facts.strata if one.stream == facts.strata[0].stream]
    return PopulationSample(
        n_edits=sum(one.n_edits for one in first) if is_drawn(snapshot) else frame_size(snapshot),
        n_unscored=facts.frame.n_unscored,
        n_drawn=sum(one.n_drawn for one in facts.strata),
        n_judged=judged.size,
        n_effective=weighed.n_effective(),
        is_census=all(one.is_census for one in first),
        strata=tuple(
            StratumResponse(
                stream=one.stream,
                label=one.label,
                low=one.low,
                high=one.high,
                editor_group=one.editor_group,
                n_edits=one.n_edits,
                n_drawn=one.n_drawn,
                n_judged=n,
            )
            for one, n in zip(facts.strata, n_judged, strict=True)
        ),
    )


def _k(snapshot: Snapshot, counted: Counted) -> int:
    """How many people judged an edit at most: an import may hold more votes than were asked for."""
    _, edit = np.unique(np.asarray(snapshot.edits.rev_id), return_inverse=True)
    rows = np.asarray(snapshot.judgments.edit)[counted.used]
    votes = np.bincount(edit[rows]) if rows.size else np.zeros(1, dtype=np.int64)
    return max(snapshot.facts.k, int(votes.max()))


def _n_edits(snapshot: Snapshot, used: Ints) -> int:
    """How many edits these judgments are on, whatever stream each was drawn for."""
    rows = np.asarray(snapshot.judgments.edit)[used]
    judged = np.bincount(rows, minlength=len(snapshot.edits.rev_id)) > 0
    return n_distinct(np.asarray(snapshot.edits.rev_id)[judged])


def _reviewers(snapshot: Snapshot, used: Ints) -> Figure:
    reviewer = np.asarray(snapshot.judgments.reviewer)[used]
    if (reviewer == UNKNOWN).any():
        return Figure(None, None, None, used.size, "count", "reviewers-unknown")
    return Figure(float(np.unique(reviewer).size), None, None, used.size, "count")


def _guidelines(snapshot: Snapshot, used: Ints) -> tuple[int, ...]:
    found = np.unique(np.asarray(snapshot.judgments.guideline)[used])
    return tuple(found[found != UNKNOWN].tolist())


def _window(snapshot: Snapshot) -> tuple[str | None, str | None]:
    """First and last day of the edits: of the frame where it says so, else of those given."""
    frame = snapshot.facts.frame
    if frame is not None and frame.window_from is not None and frame.window_to is not None:
        return frame.window_from, frame.window_to
    days = np.asarray(snapshot.edits.day)
    known = days[days != UNKNOWN]
    if not known.size:
        return None, None
    low, high = int(known.min()), int(known.max())
    return date.fromordinal(low).isoformat(), date.fromordinal(high).isoformat()

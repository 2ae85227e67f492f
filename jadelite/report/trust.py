"""Whether a report can be trusted: who judged, how blind, how sure, and what one person moves."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.reports import LanguageCount, Missing, PopulationSample, QuestionReport, Trust
from jadelite.metrics import rates
from jadelite.metrics.consensus import vote_share
from jadelite.metrics.counts import first_of_repeated
from jadelite.metrics.intervals import wilson
from jadelite.metrics.pairs import alike_pairs
from jadelite.metrics.ratios import ratio
from jadelite.metrics.resampling import Patterns
from jadelite.report.ballots import LABELS, Ballots
from jadelite.report.cases import Cases, sample_of
from jadelite.report.counting import Counted, n_distinct
from jadelite.report.figures import figure, no_figure
from jadelite.report.snapshot import ACTIONS, EXPOSURES, REVIEWER_KINDS, UNKNOWN, Snapshot

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MIN_BLIND = 0.9
MIN_RESPONSE = 0.6
MAX_TOP_SHARE = 0.5
MAX_UNSURE = 0.1
N_LEFT_OUT = 50  # reviewers who are left out in turn, the most active ones
MIN_COMMON = 20  # edits that two reviewers must share before their votes are compared
LONGEST_SECONDS = 600.0  # an answer that took longer was interrupted
# Doubts that turn the light to poor; all others make it careful.
POOR = ("few-judgments", "not-blind", "exposure-unknown", "one-reviewer", "votes-alike")
_NO, _NOBODY_KNOWS = (EXPOSURES.index(name) for name in ("no", "unknown"))


def trust_of(
    snapshot: Snapshot,
    counted: Counted,
    ballots: Sequence[Ballots],
    *,
    cases: Cases | None,
    sample: PopulationSample | None,
    questions: Sequence[QuestionReport],
) -> Trust:
    """The trust panel.

    `ballots` of every yes-or-no question; `cases` of the first audited model; `sample` None where
    nobody knows how the edits were chosen; `questions` are the finished reports, whose figures
    without a value are named.
    """
    used = np.flatnonzero(counted.used)
    (blind, known_share), response = _blind_share(snapshot), _response(snapshot, used, sample)
    unsure, top = _unsure_share(ballots), _top_share(snapshot, used)
    n_alike = sum(_n_alike(one) for one in ballots[:1])
    doubts = _doubts(
        n_used=used.size,
        blind=blind,
        known_share=known_share,
        response=response,
        unsure=unsure,
        top=top,
        n_effective=None if cases is None else cases.sample.n_effective(),
        is_sample=sample is not None and not snapshot.facts.is_evidence,
        n_alike=n_alike,
    )
    days = np.asarray(snapshot.judgments.day)[used]
    days = days[days != UNKNOWN]
    return Trust(
        light=_light(doubts),
        doubts=doubts,
        blind_share=blind,
        response_rate=response,
        unsure_share=unsure,
        votes_per_edit=_votes_per_edit(snapshot, used),
        top_reviewer_share=top,
        without_one=_without_one(snapshot, ballots, cases),
        reviewer_hours=_hours(snapshot, used),
        languages=_languages(snapshot, used),
        n_alike=n_alike,
        oldest_on=_day(days.min()) if days.size else None,
        newest_on=_day(days.max()) if days.size else None,
        missing=tuple(_missing(questions)),
    )


def _doubts(
    *,
    n_used: int,
    blind: Figure,
    known_share: float,
    response: Figure,
    unsure: Figure,
    top: Figure,
    n_effective: float | None,
    is_sample: bool,
    n_alike: int,
) -> tuple[str, ...]:
    found = {
        "few-judgments": n_used < SMALL_N,
        "not-blind": blind.value is not None and blind.value < MIN_BLIND,
        "exposure-unknown": known_share < MIN_BLIND,
        "low-response": response.value is not None and response.value < MIN_RESPONSE,
        "one-reviewer": top.value is not None and top.value > MAX_TOP_SHARE,
        "much-unsure": unsure.value is not None and unsure.value > MAX_UNSURE,
        "small-sample": n_effective is not None and n_effective < SMALL_N,
        "not-a-sample": not is_sample,
        "votes-alike": n_alike > 0,
    }
    return tuple(code for code, holds in found.items() if holds)


def _light(doubts: Sequence[str]) -> Literal["good", "careful", "poor"]:
    if any(code in POOR for code in doubts):
        return "poor"
    return "careful" if doubts else "good"


def _blind_share(snapshot: Snapshot) -> tuple[Figure, float]:
    """Of people's first judgments of an edit, those given without sight of score or answers.

    Answers changed after the reveal are none of them. Where nobody says what had been seen, a
    judgment is left out here; the second number is the share of those of which it is known, 1
    without any.
    """
    judgments = snapshot.judgments
    seen = np.stack([np.asarray(judgments.score_seen), np.asarray(judgments.peers_seen)])
    given = np.asarray(judgments.action) == ACTIONS.index("judge")
    given &= np.asarray(judgments.reviewer_kind) != REVIEWER_KINDS.index("bot")
    reviewer = np.asarray(judgments.reviewer).astype(np.int64)
    at = np.flatnonzero(given)
    named = at[reviewer[at] != UNKNOWN]
    is_first, _ = first_of_repeated(np.asarray(judgments.edit)[named], reviewer[named])
    first = named[is_first]
    seen = seen[:, np.concatenate([first, at[reviewer[at] == UNKNOWN]])]
    is_blind = (seen == _NO).all(axis=0)
    is_known = is_blind | ((seen != _NO) & (seen != _NOBODY_KNOWS)).any(axis=0)
    n_given, n_known = seen.shape[1], int(is_known.sum())
    if n_given and not n_known:
        return no_figure("exposure-unknown", method="wilson", n=n_given), 0.0
    return figure(wilson(int(is_blind.sum()), n_known)), n_known / n_given if n_given else 1.0


def _response(snapshot: Snapshot, used: Ints, sample: PopulationSample | None) -> Figure:
    """Of the edits drawn, or given, those that are judged enough."""
    if sample is not None:
        return figure(wilson(sample.n_judged, sample.n_drawn))
    rows = np.flatnonzero(np.bincount(np.asarray(snapshot.judgments.edit)[used]))
    n_judged = n_distinct(np.asarray(snapshot.edits.rev_id)[rows])
    return figure(wilson(min(n_judged, snapshot.facts.n_edits), snapshot.facts.n_edits))


def _unsure_share(ballots: Sequence[Ballots]) -> Figure:
    n_votes = sum(int(one.counts.sum()) for one in ballots)
    n_unsure = sum(int(one.counts[:, LABELS.index("unsure")].sum()) for one in ballots)
    return figure(wilson(n_unsure, n_votes))


def _votes_per_edit(snapshot: Snapshot, used: Ints) -> Figure:
    rows = np.bincount(np.asarray(snapshot.judgments.edit)[used])
    held = rows[rows > 0]
    if not held.size:
        return no_figure("empty", method="median")
    return Figure(float(np.median(held)), None, None, int(held.size), "median")


def _top_share(snapshot: Snapshot, used: Ints) -> Figure:
    reviewer = np.asarray(snapshot.judgments.reviewer)[used]
    if (reviewer == UNKNOWN).any():
        return no_figure("reviewers-unknown", method="wilson", n=int(used.size))
    return figure(wilson(int(np.bincount(reviewer).max(initial=0)), int(used.size)))


def _hours(snapshot: Snapshot, used: Ints) -> Figure:
    """Time from showing to answering, summed; at most LONGEST_SECONDS for each judgment."""
    seconds = np.asarray(snapshot.judgments.seconds)[used]
    seconds = seconds[~np.isnan(seconds)]
    if not seconds.size:
        return no_figure("time-unknown", method="sum")
    hours = float(np.minimum(seconds, LONGEST_SECONDS).sum()) / 3600
    return Figure(hours, None, None, int(seconds.size), "sum")


def _languages(snapshot: Snapshot, used: Ints) -> tuple[LanguageCount, ...]:
    """Most used first, then by code, unknown last."""
    names = (None, *snapshot.facts.languages)  # UNKNOWN is -1
    codes = np.asarray(snapshot.judgments.language)[used].astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(names)).tolist()
    named = [LanguageCount(name, n) for name, n in zip(names, counts, strict=True) if n]
    return tuple(sorted(named, key=lambda one: (one.language is None, -one.n, one.language)))


def _n_alike(ballots: Ballots) -> int:
    known = ballots.reviewer != UNKNOWN
    edits = ballots.edit[ballots.row]
    pairs = alike_pairs(
        edits[known], ballots.reviewer[known], ballots.label[known], min_common=MIN_COMMON
    )
    return len(pairs)


def _without_one(snapshot: Snapshot, ballots: Sequence[Ballots], cases: Cases | None) -> Figure:
    """The largest change of the model's precision when a reviewer is left out, signed."""
    if cases is None:
        return no_figure("no-model", method="jackknife")
    own = next(one for one in ballots if one.question == cases.question)
    if (own.reviewer == UNKNOWN).any():
        return no_figure("reviewers-unknown", method="jackknife")
    busiest = np.argsort(-np.bincount(own.reviewer), kind="stable")[:N_LEFT_OUT]
    if busiest.size < 2:
        return no_figure("one-reviewer", method="jackknife", n=int(busiest.size))
    precision = ratio(cases.sample, rates.precision(cases.flagged)).value
    if precision is None:
        return no_figure("no-flagged-cases", method="jackknife")
    place = np.full(own.counts.shape[0], -1, dtype=np.int64)
    place[cases.rows] = np.arange(cases.n)
    alike = cases.alike(cases.flagged)
    is_busy = np.isin(np.arange(own.reviewer.max() + 1), busiest)
    theirs = np.flatnonzero(is_busy[own.reviewer])
    changes = []
    for reviewer in busiest.tolist():
        mine = theirs[own.reviewer[theirs] == reviewer]
        at = place[own.row[mine]]
        left = _precision_without(snapshot, cases, alike, at[at >= 0], own.label[mine][at >= 0])
        if left is not None:
            changes.append(left - precision)
    if not changes:
        return no_figure("no-flagged-cases", method="jackknife", n=int(busiest.size))
    largest = max(changes, key=abs)
    return Figure(largest, None, None, int(busiest.size), "jackknife")


def _precision_without(
    snapshot: Snapshot, cases: Cases, alike: Patterns, at: Ints, label: Ints
) -> float | None:
    """Precision without the votes with these labels on the cases at these places; None: undefined.

    Cases alike stand together; those touched stand alone, or are none any more.
    """
    counts = cases.counts[at].copy()
    counts[np.arange(at.size), label] -= 1
    stays = counts.sum(axis=1) >= cases.min_votes
    y = np.where(stays, vote_share(*np.where(stays, counts.T, 1), unsure="half"), 0.0)
    places = np.concatenate([alike.first, at])
    sample = sample_of(
        snapshot,
        cases.rows[places],
        np.concatenate([cases.sample.y[alike.first], y]),
        model=cases.model,
        counts=np.concatenate(
            [
                alike.multiplicity - np.bincount(alike.of[at], minlength=alike.multiplicity.size),
                stays.astype(np.int64),
            ]
        ),
    )
    return ratio(sample, rates.precision(cases.flagged[places])).value


def _missing(questions: Sequence[QuestionReport]) -> Iterator[Missing]:
    """The main figures without a value, and why."""
    for question in questions:
        parts: list[object] = [question, question.agreement]
        yield from _without_value(question.question, parts)
        for model in question.models:
            parts = [model, model.rates, model.calibration, model.workload, model.ceiling]
            yield from _without_value(f"{model.model}@{model.version}", parts)


def _without_value(subject: str, parts: Sequence[object]) -> Iterator[Missing]:
    for part in parts:
        for name, found in vars(part).items():
            if isinstance(found, Figure) and found.reason is not None:
                yield Missing(subject, name, found.reason)


def _day(ordinal: int) -> str:
    return date.fromordinal(int(ordinal)).isoformat()

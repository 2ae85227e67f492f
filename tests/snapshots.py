"""Snapshots for tests, from rows that a person can write: an edit with its score and its votes."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from jadelite.domain.campaigns import EVIDENCE_KINDS
from jadelite.domain.facets import NO, UNSURE, YES, Question
from jadelite.report.snapshot import (
    ACTIONS,
    EDIT_CODES,
    EDITORS,
    EXPOSURES,
    JUDGMENT_CODES,
    ORIGINS,
    REVIEWER_KINDS,
    STREAMS,
    UNKNOWN,
    EditColumns,
    Facts,
    FrameFacts,
    GuardrailFacts,
    JudgmentColumns,
    ModelFacts,
    Repeats,
    Snapshot,
    StratumFacts,
)

VOTES = {"y": YES, "n": NO, "?": UNSURE}
DAY = date(2026, 10, 5).toordinal()  # a Monday
Scores = float | None | Sequence[float | None]


@dataclass(frozen=True)
class Row:
    """A drawn edit. `votes`: a letter for each reviewer in turn, y, n or ? ("-": did not judge),
    for one question or by question; `score` by model, in their order, or the only one's."""

    votes: str | Mapping[str, str] = ""
    score: Scores = None
    stratum: int = UNKNOWN
    stream: str = "probability"
    pi: float = math.nan
    namespace: int | None = 0
    editor: str = "registered"
    size_change: float = 10.0
    day: int = DAY
    hour: int = 12
    is_mobile: int = 0
    was_reverted: int = 0
    was_restored: int = 0
    rev_id: int | None = None
    reviewers: tuple[int, ...] | None = None


@dataclass(frozen=True)
class More:
    """A judgment or withdrawal that `Row.votes` can't say, stored after those."""

    edit: int
    reviewer: int
    answers: tuple[str | None, ...]
    action: str = "judge"
    score_seen: str = "no"
    peers_seen: str = "no"
    kind: str = "person"
    revision: int = 1


def model(
    name: str = "risk",
    version: str = "1",
    *,
    question: str = "damaging",
    threshold: float = 0.5,
    levels: tuple[tuple[str, float], ...] = (),
    is_audited: bool = True,
    frame_counts: tuple[int, ...] | None = None,
) -> ModelFacts:
    """A model version; its cut is the card's."""
    return ModelFacts(
        model=name,
        version=version,
        question=question,
        positive_label="true",
        is_audited=is_audited,
        threshold=threshold,
        threshold_origin="card",
        levels=levels,
        frame_counts=frame_counts,
    )


def stratum(
    n_edits: int,
    n_drawn: int,
    *,
    low: float | None = None,
    high: float | None = None,
    draw: int = 0,
    stream: str = "probability",
    editor_group: str | None = None,
    of: str | None = "risk@1",
) -> StratumFacts:
    """A part of a draw; a census where all of it was drawn."""
    return StratumFacts(
        draw=draw,
        stream=stream,
        label=f"{low}-{high}",
        low=low,
        high=high,
        editor_group=editor_group,
        n_edits=n_edits,
        n_drawn=n_drawn,
        is_census=n_edits == n_drawn,
        model=of,
    )


def make(
    rows: Sequence[Row],
    *,
    models: Sequence[ModelFacts] = (),
    strata: Sequence[StratumFacts] = (),
    questions: Sequence[str | Question] = ("damaging",),
    kind: str = "audit",
    k: int = 2,
    frame: FrameFacts | None = None,
    more: Sequence[More] = (),
    guardrails: Sequence[GuardrailFacts] = (),
    repeats: Sequence[Repeats] = (),
    origin: str = "web",
    exposure: str = "no",
    reviewer_kind: str = "person",
    is_nameless: bool = False,
) -> Snapshot:
    """A snapshot of these rows, in their order; strata and a known draw need a frame.

    Without `frame` one is made of the first stream's strata, three weeks long. `is_nameless`:
    nobody knows who judged.
    """
    asked = tuple(
        q if isinstance(q, Question) else Question(q, (YES, NO, UNSURE), positive=YES)
        for q in questions
    )
    if strata and frame is None:
        held = [one for one in strata if one.stream == strata[0].stream]
        frame = FrameFacts(sum(one.n_edits for one in held), 0, "2026-10-05", "2026-10-26", 21.0)
    facts = Facts(
        campaign="test",
        wiki="testwiki",
        kind=kind,
        k=k,
        is_evidence=kind in EVIDENCE_KINDS,
        questions=asked,
        notes=(),
        languages=("en",),
        n_edits=len({_rev_id(place, row) for place, row in enumerate(rows)}),
        n_judgments_waiting=0,
        n_blind_waiting=0,
        n_exposed_waiting=0,
        n_withdrawn_waiting=0,
        n_bots_waiting=0,
        frame=frame,
        strata=tuple(strata),
        models=tuple(models),
        guardrails=tuple(guardrails),
        repeats=tuple(repeats),
    )
    edits: dict[str, list[float]] = {name: [] for name in EDIT_CODES}
    for place, row in enumerate(rows):
        for name, value in _edit(place, row).items():
            edits[name].append(value)
    scores = [
        array("d", [_score(row.score, position) for row in rows]) for position in range(len(models))
    ]
    values = tuple(question.labels for question in asked)
    judged: dict[str, list[float]] = {name: [] for name in JUDGMENT_CODES}
    answers: list[list[int]] = [[] for _ in asked]
    common = More(0, 0, (), score_seen=exposure, peers_seen=exposure, kind=reviewer_kind)
    given = [
        *(one for place, row in enumerate(rows) for one in _judgments(place, row, asked, common)),
        *more,
    ]
    for one in given:
        for name, value in _judgment(one, origin, is_nameless).items():
            judged[name].append(value)
        for column, labels, answer in zip(answers, values, one.answers, strict=True):
            column.append(UNKNOWN if answer is None else labels.index(answer))
    return Snapshot(
        facts=facts,
        edits=EditColumns(
            **{name: _column(code, edits[name]) for name, code in EDIT_CODES.items()},
            scores=tuple(scores),
        ),
        judgments=JudgmentColumns(
            **{name: _column(code, judged[name]) for name, code in JUDGMENT_CODES.items()},
            answers=tuple(array("h", column) for column in answers),
        ),
        answer_values=values,
    )


def reordered(snapshot: Snapshot, order: Sequence[int]) -> Snapshot:
    """The same with the edits in another order."""
    place = {old: new for new, old in enumerate(order)}
    edits = snapshot.edits
    moved = {
        field.name: _moved(getattr(edits, field.name), order)
        for field in fields(EditColumns)
        if field.name != "scores"
    }
    scores = tuple(_moved(column, order) for column in edits.scores)
    judgments = replace(
        snapshot.judgments, edit=array("i", [place[old] for old in snapshot.judgments.edit])
    )
    return replace(snapshot, edits=EditColumns(**moved, scores=scores), judgments=judgments)


def _moved(column: "array[float]", order: Sequence[int]) -> "array[float]":
    return array(column.typecode, [column[old] for old in order])


def _column(code: str, values: list[float]) -> "array[float]":
    return array(code, values if code == "d" else [int(value) for value in values])


def _rev_id(place: int, row: Row) -> int:
    return 1000 + place if row.rev_id is None else row.rev_id


def _score(score: Scores, position: int) -> float:
    if not isinstance(score, Sequence):
        return math.nan if score is None or position else score
    value = score[position]
    return math.nan if value is None else value


def _edit(place: int, row: Row) -> dict[str, float]:
    return {
        "rev_id": _rev_id(place, row),
        "stream": STREAMS.index(row.stream),
        "stratum": row.stratum,
        "inclusion_probability": row.pi,
        "namespace": 0 if row.namespace is None else row.namespace,
        "has_namespace": int(row.namespace is not None),
        "editor": EDITORS.index(row.editor),
        "size_change": row.size_change,
        "day": row.day,
        "hour": row.hour,
        "is_mobile": row.is_mobile,
        "was_reverted": row.was_reverted,
        "was_restored": row.was_restored,
    }


def _judgments(place: int, row: Row, asked: Sequence[Question], common: More) -> list[More]:
    by_question = {asked[0].name: row.votes} if isinstance(row.votes, str) else row.votes
    columns = [by_question.get(question.name, "") for question in asked]
    n_votes = max((len(column) for column in columns), default=0)
    reviewers = row.reviewers or tuple(range(n_votes))
    found = []
    for position in range(n_votes):
        letters = [column[position] if position < len(column) else "-" for column in columns]
        if any(letter != "-" for letter in letters):
            answers = tuple(VOTES.get(letter) for letter in letters)
            found.append(replace(common, edit=place, reviewer=reviewers[position], answers=answers))
    return found


def _judgment(one: More, origin: str, is_nameless: bool) -> dict[str, float]:
    return {
        "edit": one.edit,
        "reviewer": UNKNOWN if is_nameless else one.reviewer,
        "reviewer_kind": REVIEWER_KINDS.index(one.kind),
        "revision": one.revision,
        "action": ACTIONS.index(one.action),
        "score_seen": EXPOSURES.index(one.score_seen),
        "peers_seen": EXPOSURES.index(one.peers_seen),
        "origin": ORIGINS.index(origin),
        "language": 0,
        "guideline": 1,
        "day": DAY + 30,
        "seconds": 20.0,
    }

"""Every fault a service can have, against every source of scores, on both databases.

Whatever a server does: what is stored is exactly what it said, or nothing and the reason why. The
faults are those of tests/faults.py, the right answers those of tests/fakes.py; what is stored is
read with plain SQL. `disagreements` is the judge of all of it, and has a negative control.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fakes
import faults
import pytest
from fakes import SOURCES, Said, Source
from faults import CASES, Case, FakeTime, FaultServer
from sqlalchemy import text

from jadelite.audit import fetching
from jadelite.audit.fetching import FetchSummary, Wanted
from jadelite.config import data_folder
from jadelite.db.session import Database
from jadelite.scoring import answers

BY_CARD = {source.card: source for source in SOURCES}
# What a service says of a revision where its upstream did not refuse the answer before.
REASONS = {
    "maxlag-in-200": "transient",
    "error-in-200": "transient",
    "score-error-in-200": "missing",
    "detail-400": "client-bug",
    "error-400": "client-bug",
}
# Cases that change nothing in the answers of some sources: no score in an object of its own; no
# table of probabilities; no number of the revision, so that one answer is all there is to go by.
NO_ERROR_INSIDE = {
    "revertrisk-language-agnostic",
    "revertrisk-multilingual",
    "revertrisk-wikidata",
    "reference-need",
    "reference-risk",
}
NAMES_NO_REVISION = {"articlequality-2"}

SCORES = text(
    "SELECT w.dbname, e.rev_id, m.name, v.version, s.prediction, s.probability, s.probabilities,"
    " s.value, s.source FROM score s JOIN edit e ON e.edit_id = s.edit_id"
    " JOIN wiki w ON w.wiki_id = e.wiki_id"
    " JOIN model_version v ON v.model_version_id = s.model_version_id"
    " JOIN model m ON m.model_id = v.model_id"
)
FAILURES = text(
    "SELECT w.dbname, e.rev_id, m.name, f.source, f.reason, f.detail FROM score_failure f"
    " JOIN edit e ON e.edit_id = f.edit_id JOIN wiki w ON w.wiki_id = e.wiki_id"
    " JOIN model m ON m.model_id = f.model_id"
)


def expected(source: Source, case: Case) -> str | None:
    """The reason that a fault of all answers must have; None where the answers are right."""
    if not case.is_fault:
        return None
    if case.name == "score-error-in-200" and source.card in NO_ERROR_INSIDE:
        return None
    if case.name == "score-error-in-200" and source.kind == "qualities":
        return "bad-answer"
    if case.name == "rev-id-mismatch" and source.card in NAMES_NO_REVISION:
        return None
    return case.reason or REASONS.get(case.name, "bad-answer")


@dataclass
class Run:
    """One fetch: which edits it asked for, which of them met the fault."""

    source: Source
    case: Case
    rev_ids: Sequence[int]
    faulty: set[int]
    summary: FetchSummary = field(default_factory=FetchSummary)


def disagreements(database: Database, run: Run) -> list[str]:
    """What is stored and should not be, or is not and should, of the edits of one run."""
    source, reason = run.source, expected(run.source, run.case)
    with database.reading() as session:
        scores = [tuple(row) for row in session.execute(SCORES)]
        failures = [tuple(row) for row in session.execute(FAILURES)]
    found = []
    for rev_id in run.rev_ids:
        has_failed = rev_id in run.faulty and reason is not None
        said = source.said(rev_id, is_zero=run.case.name == "score-zero" and rev_id in run.faulty)
        mine = [row for row in scores if row[1] == rev_id]
        right = [] if has_failed else [score_row(source, rev_id, said)]
        stored = [(*row[:6], _packed(row[6]), *row[7:]) for row in mine]
        if stored != right:
            found.append(f"{run.case.name}: {rev_id} has the scores {stored}, expected {right}")
        why = [row for row in failures if row[1] == rev_id]
        heads = [row[:5] for row in why]
        right_heads = [(source.wiki, rev_id, said.model, source.service, reason)]
        if heads != (right_heads if has_failed else []):
            found.append(f"{run.case.name}: {rev_id} failed with {why}, expected {reason}")
        found += [
            f"{run.case.name}: {rev_id} failed with the words {row[5]!r}"
            for row in why
            if not row[5] or not row[5].isprintable() or len(row[5]) > 500
        ]
    strange = {row[1] for row in scores} - ALL_REV_IDS
    found += [f"{run.case.name}: nobody asked for revision {rev_id}" for rev_id in strange]
    return found


ALL_REV_IDS = set(range(10_000, 20_000))


def score_row(source: Source, rev_id: int, said: Said) -> tuple:
    """The row that a right score makes."""
    return (
        source.wiki,
        rev_id,
        said.model,
        fakes.VERSION,
        said.prediction,
        said.probabilities.get("true"),
        _packed(dict(said.probabilities)),
        said.value,
        source.service,
    )


def _packed(probabilities: object) -> str:
    table = json.loads(probabilities) if isinstance(probabilities, str) else probabilities
    return json.dumps(table, sort_keys=True)


class Bench:
    """A server with right answers and a fault now and then, and runs of fetching from it."""

    def __init__(self, services, folder: Path) -> None:
        self.services = services
        self.good = fakes.Services()
        self.server = FaultServer(good=self.good.answer)
        self._folder = folder
        self._models = fakes.smaller_batches(folder / "models", data_folder("models"))
        self._next_rev_id = 10_000
        self._n_runs = 0

    def run(self, source: Source, case: Case, plan: Sequence[bool], **manners: float) -> Run:
        """Fetch one batch for each entry of `plan`; where it is True, the server has the fault."""
        rev_ids = self._new_rev_ids(source.batch_size * len(plan))
        faulty = {
            rev_id for number, rev_id in enumerate(rev_ids) if plan[number // source.batch_size]
        }
        todo = list(plan)

        def go_on(_summary: FetchSummary | None = None) -> None:
            if todo:
                self.server.play(case if todo.pop(0) else "good")

        go_on()
        summary = self._fetch(source, case, rev_ids, go_on, manners)
        return Run(source, case, rev_ids[: summary.n_asked], faulty, summary)

    def run_at_once(self, source: Source, case: Case, n_edits: int) -> Run:
        """Fetch several edits at a time; every second request meets the fault, whoever sends it."""
        rev_ids = self._new_rev_ids(n_edits)
        self.server.forget()
        self.server.play(*["good", case] * n_edits)
        summary = self._fetch(source, case, rev_ids, lambda summary: None, {})
        asked = [request.json()["rev_id"] for request in self.server.requests]
        return Run(source, case, rev_ids[: summary.n_asked], set(asked[1::2]), summary)

    def _new_rev_ids(self, n: int) -> list[int]:
        first = self._next_rev_id
        self._next_rev_id += n + 1
        return list(range(first, first + n))

    def _fetch(
        self,
        source: Source,
        case: Case,
        rev_ids: Sequence[int],
        progress: Callable[[FetchSummary], None],
        manners: dict[str, float],
    ) -> FetchSummary:
        self._n_runs += 1
        time = FakeTime(self.services.clock())
        if case.is_slow:
            manners = {"read_timeout": 0.1, "total_timeout": 0.2, **manners}
        outside = fakes.outside_at(
            self.services.settings,
            self._folder / f"run-{self._n_runs}",
            time=time,
            services={source.service: self.server.url},
            models_folder=self._models,
            **manners,
        )
        try:
            return fetching.fetch_scores(
                self.services.database,
                outside,
                source.wiki,
                source.card,
                Wanted(rev_ids=rev_ids),
                clock=time.clock,
                progress=progress,
            )
        finally:
            outside.close()
            self.server.play("good")


@pytest.fixture
def bench(services, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "AT_ONCE", 1)  # so that a plan says who meets the fault
    found = Bench(services, tmp_path)
    with found.server:
        yield found


def checked(bench: Bench, source: Source, cases: Sequence[Case], plan: Sequence[bool]) -> list[str]:
    """What was wrong after a run with each of the cases."""
    problems = []
    for case in cases:
        run = bench.run(source, case, plan)
        problems += disagreements(bench.services.database, run)
    return problems


@pytest.mark.parametrize(
    "source",
    [
        source
        if source.card in ("damaging", "revertrisk-language-agnostic")
        else pytest.param(source, marks=pytest.mark.long_on_postgresql)
        for source in SOURCES
    ],
    ids=lambda source: source.card,
)
def test_no_fault_makes_a_wrong_score_and_each_has_its_reason(bench, source) -> None:
    assert checked(bench, source, CASES, [True]) == []


FIRST_MIDDLE_LAST = [True, False, True, False, True]
QUICK_CASES = [case for case in CASES if not case.is_slow]


@pytest.mark.parametrize(
    "card",
    [
        source.card
        if source.card == "revertrisk-language-agnostic"
        else pytest.param(source.card, marks=pytest.mark.long)
        for source in SOURCES
    ],
)
def test_a_fault_at_the_beginning_in_the_middle_and_at_the_end_spoils_nothing_else(
    bench, card
) -> None:
    cases = [case for case in QUICK_CASES if case.name != "429-86400"]
    assert checked(bench, BY_CARD[card], cases, FIRST_MIDDLE_LAST) == []


@pytest.mark.long
def test_a_fault_met_while_others_are_asked_about_is_only_its_own(bench, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "AT_ONCE", 3)
    problems = []
    for case in QUICK_CASES:
        # Who can't reach the server at all is nowhere in its log; who is told to rest keeps others.
        if case.name in ("refused", "dns") or case.headers.get("Retry-After") == "86400":
            continue
        run = bench.run_at_once(BY_CARD["damaging"], case, 7)
        problems += disagreements(bench.services.database, run)
    assert problems == []


@pytest.mark.long_on_postgresql
def test_answers_that_do_not_come_spoil_nothing_else(bench) -> None:
    problems = []
    for case in CASES:
        if case.is_slow:
            run = bench.run(
                BY_CARD["damaging"], case, [False, True, False], read_timeout=0.8, total_timeout=1.0
            )
            problems += disagreements(bench.services.database, run)
    assert problems == []


def test_a_service_that_wants_a_day_of_rest_is_left_alone(bench) -> None:
    case = faults.BY_NAME["429-86400"]
    run = bench.run(BY_CARD["damaging"], case, [False, True, *[False] * 10])
    assert len(bench.server.requests) == 2
    assert (run.summary.n_stored, run.summary.n_asked) == (1, 1 + fetching.MAX_VAIN_BATCHES)
    assert "asked" in (run.summary.stopped or "")
    run.faulty = set(run.rev_ids[1:])
    assert disagreements(bench.services.database, run) == []


@pytest.mark.parametrize(
    ("card", "trouble"),
    [
        ("ores-damaging", "missing"),
        ("ores-damaging", "deleted"),
        ("ores-damaging", "first"),
        ("revertrisk-language-agnostic", "missing"),
        ("revertrisk-language-agnostic", "deleted"),
        ("revertrisk-language-agnostic", "first"),
        ("damaging", "deleted"),
    ],
)
def test_one_bad_revision_of_fifty_leaves_forty_nine_scores_and_one_reason(
    bench, card, trouble
) -> None:
    source = BY_CARD[card]
    bench.good.troubles[10_017] = trouble
    n_batches = math.ceil(50 / source.batch_size)
    run = bench.run(source, faults.BY_NAME["good"], [False] * n_batches)
    assert (run.summary.n_stored, dict(run.summary.failed)) == (
        49,
        {{"missing": "missing", "deleted": "deleted", "first": "not-scorable"}[trouble]: 1},
    )
    run.rev_ids = [rev_id for rev_id in run.rev_ids if rev_id != 10_017]
    assert disagreements(bench.services.database, run) == []
    with bench.services.database.reading() as session:
        assert [row[1] for row in session.execute(FAILURES)] == [10_017]


@pytest.mark.parametrize(
    ("case", "card", "check", "broken"),
    [
        ("rev-id-mismatch", "revertrisk-multilingual", "_check_identity", lambda d, a: "7.1"),
        ("rev-id-mismatch", "ores-damaging", "_refuse_strangers", lambda named, asked: None),
        ("probability-over-1", "reference-need", "_share", lambda value, what: float(value)),
        ("version-missing", "reference-risk", "_version", lambda value: "7.1"),
        ("probability-text", "reference-need", "_share", lambda value, what: float(value)),
    ],
    ids=["revision", "revision-of-the-batch", "range", "version", "kind"],
)
def test_the_matrix_sees_a_check_that_is_gone(
    bench, monkeypatch, case, card, check, broken
) -> None:
    """Negative control: a reader of answers without one of its checks stores a wrong score."""
    monkeypatch.setattr(answers, check, broken)
    if check == "_version":
        monkeypatch.setattr(answers, "_member", lambda value, key, what: value.get(key))
    problems = checked(bench, BY_CARD[card], [faults.BY_NAME[case]], [True])
    assert problems
    assert case in problems[0]

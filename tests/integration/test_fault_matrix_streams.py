"""Every fault an event stream can have: nothing wrong stored, and never further than its effect."""

import json
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fakes
import pytest
from faults import CASES, FaultServer
from sqlalchemy import text
from stream_events import answer, content, pack, prediction_event, score_event
from streams import StreamServer, event_id, wire

from jadelite.audit import following
from jadelite.config import data_folder
from jadelite.domain.errors import Unavailable
from jadelite.scoring import events as scoring
from jadelite.upstream.client import Client
from jadelite.upstream.services import SERVICES, Hosts, Upstream
from jadelite.upstream.stream import StreamReader

STREAM = "recentchange"  # a name that the server of streams knows
BAD = 2002
GIVE_UP_SECONDS = 20


def of_model(share: float, **changes: Any) -> dict[str, Any]:
    """The answer of one model, and nothing of another."""
    return {"damaging": answer("damaging", share, **changes)}


def one(rev_id: int, **changes: Any) -> dict[str, Any]:
    """An event with one right score."""
    return score_event(rev_id, scores=of_model(rev_id % 97 / 97), **changes)


def without(event: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != key}


def scored(**changes: Any) -> dict[str, Any]:
    """An event of the bad revision whose answer is changed."""
    return score_event(BAD, scores=of_model(0.25, **changes))


def predicted(**changes: Any) -> dict[str, Any]:
    """A prediction for the bad revision that is changed."""
    event = prediction_event(BAD)
    event["predicted_classification"] = {**event["predicted_classification"], **changes}
    return event


def raw(data: bytes) -> bytes:
    """An event with these data in wire form, as the second of its stream."""
    return b"event: message\nid: " + event_id(2).encode() + b"\ndata: " + data + b"\n\n"


PROBABILITIES: dict[str, Any] = {
    "nan": {"true": float("nan"), "false": 0.5},
    "infinity": {"true": float("inf"), "false": 0.5},
    "over-1": {"true": 1.7, "false": -0.7},
    "negative": {"true": -0.1, "false": 1.1},
    "text": {"true": "0.5", "false": 0.5},
    "true": {"true": True, "false": False},
    "null": {"true": None, "false": 1.0},
    "do-not-add-up": {"true": 0.4, "false": 0.4},
    "one-label": {"true": 1.0},
    "other-labels": {"yes": 0.5, "no": 0.5},
    "none": {},
    "list": [1, 2],
    "huge": {"true": 10**400, "false": 0},
}
FAULTS: dict[str, object] = {
    **{f"probability-{name}": scored(probability=table) for name, table in PROBABILITIES.items()},
    **{f"prediction-{n}": predicted(probabilities=table) for n, table in PROBABILITIES.items()},
    "probability-1e999": raw(pack(scored()).replace("0.25", "1e999").encode()),
    "version-missing": score_event(
        BAD, scores={"damaging": without(answer("damaging", 0.25), "model_version")}
    ),
    "version-empty": scored(model_version=""),
    "version-a-list": scored(model_version=["1"]),
    "another-model": scored(model_name="goodfaith"),
    "prediction-unlike": scored(prediction=["maybe"]),
    "prediction-many": scored(prediction=["true", "false"]),
    "prediction-model-missing": predicted(model_name=None),
    "prediction-version-missing": predicted(model_version=None),
    "scores-missing": without(scored(), "scores"),
    "scores-list-of-numbers": score_event(BAD, scores=[1, 2]),
    "scores-text": score_event(BAD, scores="0.5"),
    "error-inside": without(
        score_event(BAD, errors={"damaging": {"type": "TextDeleted", "message": "deleted"}}),
        "scores",
    ),
    **{
        f"rev-id-{value}": {**scored(), "rev_id": value}
        for value in (None, "2002", 0, -1, 1.5, True, 2**63)
    },
    "wiki-missing": without(scored(), "database"),
    "wiki-a-number": score_event(BAD, scores=of_model(0.25), database=7),
    "wiki-not-followed": score_event(BAD, scores=of_model(0.25), database="dewiki"),
    "time-nonsense": score_event(BAD, scores=of_model(0.25), meta={"dt": "soon"}),
    "schema-missing": without(scored(), "$schema"),
    "schema-unknown": score_event(BAD, scores=of_model(0.25), **{"$schema": "/other/9.0.0"}),
    "malformed": raw(b'{"rev_id": 2002, ]'),
    "truncated": raw(pack(scored())[:-40].encode()),
    "html": raw(b"<!DOCTYPE html><title>Wikimedia Error</title>"),
    "empty-object": raw(b"{}"),
    "null": raw(b"null"),
    "list": raw(b"[1, 2]"),
    "not-utf8": raw(pack(scored()).encode()[:-1] + b', "x": "\xff\xfe"}'),
    "duplicate-keys": raw(pack(scored())[:-1].encode() + b', "rev_id": 1001}'),
    "nul-character": raw(pack(scored())[:-1].encode() + b', "x": "\\u0000"}'),
    "deeply-nested": raw(b"[" * 100_000 + b"]" * 100_000),
}


class Follower:
    """Follows a stream until told to stop, with short times."""

    def __init__(self, services, folder: Path) -> None:
        self.database = services.database
        self.services = services
        self._folder = folder

    @contextmanager
    def reader(self, base_url: str, **options: Any):
        usual = SERVICES["eventstreams"].manners
        manners = fakes.hurried(usual, read_timeout=0.3, total_timeout=0.4, max_bytes=1 << 18)
        client = Client(
            Upstream("eventstreams", base_url, manners),
            run_folder=self._folder,
            contact="ops@example.org",
            sleep=lambda seconds: None,
        )
        named = {"last_id": None, "since": None, "idle_seconds": 0.3}
        named |= {"pause_seconds": 0.01, "longest_pause_seconds": 0.02}
        try:
            with StreamReader(client, STREAM, **(named | options)) as found:
                yield found
        finally:
            client.close()

    def follow(
        self,
        reader: StreamReader,
        should_stop: Callable[[], bool],
        progress: Callable[[Any], None] = lambda summary: None,
        **options: Any,
    ) -> following.FollowSummary:
        end = time.monotonic() + GIVE_UP_SECONDS

        def is_over() -> bool:
            assert time.monotonic() < end, reader.state
            return should_stop()

        return following.follow(
            self.database,
            reader,
            stream=STREAM,
            wikis=following.followed_wikis(["enwiki"], Hosts()),
            models=following.stream_models(data_folder("models")),
            clock=self.services.clock,
            progress=progress,
            wait_seconds=0.02,
            should_stop=is_over,
            **options,
        )

    def number(self, query: str) -> int:
        with self.database.reading() as session:
            return int(session.scalar(text(query)) or 0)

    def offset(self) -> str | None:
        with self.database.reading() as session:
            return session.scalar(text("SELECT position FROM stream_offset"))


@pytest.fixture
def follower(services, tmp_path) -> Follower:
    return Follower(services, tmp_path)


def score_rows(follower: Follower) -> list[tuple]:
    """(revision, probability) of what is stored as said by the stream."""
    rows = content(follower.database)["score"]
    assert {row[8] for row in rows} <= {"eventstreams"}
    return sorted((row[1], row[5]) for row in rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.long_on_postgresql
def test_what_is_no_stream_stores_nothing_and_says_why(follower, case) -> None:
    """No answer of the matrix is an event stream, however it comes."""
    with FaultServer(good=lambda request: one(BAD)) as server:
        server.play(case)
        with follower.reader(server.url) as reader, suppress(Unavailable):
            follower.follow(
                reader, lambda: bool(reader.state.last_error) or len(server.requests) > 1
            )
        state = reader.state
    assert state.last_error, state
    assert state.last_error.isprintable()
    assert follower.offset() is None
    assert follower.number("SELECT count(*) FROM edit") == 0


def run_faulty_event(follower: Follower, fault: object, number: int) -> list[str]:
    """What is wrong after a right event, one with a fault, and a right one."""
    first, last = one(3000 + 2 * number), one(3001 + 2 * number)
    second = fault if isinstance(fault, bytes) else wire(fault, 1)
    with StreamServer() as server:
        server.raw = [[wire(first, 0), second, wire(last, 2)]]
        server.events = [first, {}, last]
        with follower.reader(server.base_url) as reader:
            summary = follower.follow(reader, lambda: follower.offset() == event_id(3))
            n_refused = reader.state.n_refused
    found = content(follower.database)
    right = [(rev, rev % 97 / 97) for rev in (3000 + 2 * number, 3001 + 2 * number)]
    problems = []
    if [row for row in score_rows(follower) if row[0] >= 3000 + 2 * number] != right:
        problems.append(f"right scores are {score_rows(follower)[-2:]}, expected {right}")
    wrong = [row for row in found["score"] if row[1] < 3000]
    if wrong:
        problems.append(f"a wrong score was stored: {wrong}")
    reasons = {row[5] for row in found["failure"] if row[1] == BAD}
    n_told = len(reasons) + bool(summary.bad) + bool(summary.skipped) + n_refused
    if n_told != 1 or not reasons <= {"bad-answer", "deleted"}:
        problems.append(f"told {reasons}, {summary}, {n_refused} refused")
    return problems


def test_no_fault_of_an_event_makes_a_wrong_score_or_stops_the_others(follower) -> None:
    problems = []
    for number, (name, fault) in enumerate(FAULTS.items()):
        for problem in run_faulty_event(follower, fault, number):
            problems.append(f"{name}: {problem}")
        with follower.database.transaction() as session:  # each begins with an empty slate
            session.execute(text("DELETE FROM stream_offset"))
            session.execute(text("DELETE FROM score_failure"))
    assert problems == []


@pytest.mark.parametrize("check", ["check_probabilities", "_is_version"])
def test_the_matrix_sees_a_check_of_events_that_is_gone(follower, monkeypatch, check) -> None:
    """Negative control: without one of the checks a wrong score is stored, and seen."""
    is_version = check == "_is_version"
    monkeypatch.setattr(scoring, check, lambda *_: True if is_version else None)
    fault = FAULTS["version-a-list" if is_version else "probability-do-not-add-up"]
    if is_version:
        fault = scored(model_version="x" * 90 + "\x07")
    problems = run_faulty_event(follower, fault, 0)
    assert any("a wrong score" in problem for problem in problems), problems


HTML = b"<html>upstream connect error</html>"
CONNECTIONS: dict[str, dict[str, Any]] = {
    "cut": {"cut_after": 3},
    "reset": {"cut_after": 3, "is_reset": True},
    "again": {"cut_after": 4, "again": 2},
    "silence": {"silent_after": 5},
    "503": {"statuses": [(503, {}, HTML), (503, {"Retry-After": "1"}, b"")], "cut_after": 9},
    "429": {"statuses": [(429, {"Retry-After": "1"}, b"{}"), (429, {"Retry-After": "1"}, HTML)]},
    "html": {"statuses": [(200, {"Content-Type": "text/html"}, HTML)]},
    "json": {"statuses": [(200, {"Content-Type": "application/json"}, b'{"rev_id": 1}')]},
    "half an event": {"raw": [[wire(one(3000), 0)[:-60]], [wire(one(3000), 0)[:20]]]},
    "an error event": {"raw": [[b"event: error\ndata: [{}]\n\n"]]},
    "compressed nonsense": {"raw": [[b"\x1f\x8b\x08\x00" + bytes(range(256))]]},
}


@pytest.mark.parametrize("name", CONNECTIONS)
@pytest.mark.long_on_postgresql
def test_faults_of_the_connection_lose_nothing_and_the_offset_never_runs_ahead(
    follower, name
) -> None:
    events = [one(3000 + number) for number in range(20)]
    seen: list[tuple[int, int]] = []

    def look(summary: following.FollowSummary) -> None:
        if not summary.n_events:  # it also tells of waiting
            return
        rows = json.loads(follower.offset() or "[]")
        seen.append((rows[0]["offset"], follower.number("SELECT count(*) FROM score")))

    with StreamServer(events) as server:
        for attribute, value in CONNECTIONS[name].items():
            setattr(server, attribute, list(value) if isinstance(value, list) else value)
        with follower.reader(server.base_url, pause_seconds=0.01) as reader:
            follower.follow(reader, lambda: follower.offset() == event_id(20), look, batch_size=4)
    assert score_rows(follower) == [(3000 + n, (3000 + n) % 97 / 97) for n in range(20)]
    assert len(seen) >= 5
    assert all(offset <= n_stored for offset, n_stored in seen), seen

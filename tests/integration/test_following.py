"""Events of streams go in once, whatever order they come in and however often."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stream_events as made
from sqlalchemy import func, select
from streams import StreamServer

from jadelite.audit import following
from jadelite.db import stream as storing
from jadelite.db.session import Database
from jadelite.db.tables import Base, EditorNameRow, EditRow, ScoreRow, StreamOffsetRow
from jadelite.domain.errors import Conflict, Invalid, NotFound, Unavailable
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Hosts, Upstream


@pytest.fixture
def reference(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A second, empty database, to compare with."""
    path = tmp_path / "reference.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def position(database: Database) -> tuple[str, int] | None:
    with database.reading() as session:
        found = session.execute(select(StreamOffsetRow.position, StreamOffsetRow.n_events)).first()
    return None if found is None else (found[0], found[1])


def test_a_score_event_stores_edit_scores_and_offset_and_no_name(database: Database) -> None:
    event = made.score_event(1001)
    summary = made.follow(database, [event])
    assert (summary.n_events, summary.n_scores, summary.n_bad) == (1, 2, 0)
    assert (summary.n_stored, summary.n_known) == (2, 0)
    rows = made.content(database)
    assert [row[2:5] for row in rows["score"]] == [
        ("enwiki-damaging", "0.5.1", "false"),
        ("enwiki-goodfaith", "0.5.1", "false"),
    ]
    edit = rows["edit"][0]
    assert edit[:6] == ("enwiki", 1001, 1000, 1, "A page 0", 0)
    assert edit[8] == "registered"
    assert position(database) == ('[{"offset": 1}]', 1)
    everything = repr(whole(database))
    assert "Canary" not in everything


def whole(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def test_probabilities_keep_their_full_precision(database: Database) -> None:
    share = 4.631382666264727e-8
    scores = {"damaging": made.answer("damaging", share)}
    made.follow(database, [made.score_event(scores=scores)])
    with database.reading() as session:
        row = session.scalars(select(ScoreRow)).one()
    assert row.probability == share
    assert row.probabilities == {"true": share, "false": 1 - share}
    assert row.scored_at == datetime.fromisoformat(made.dt(1001, 2))


def test_both_databases_fold_the_same_events_to_the_same_rows(
    database: Database, reference: Database
) -> None:
    events = made.mixed(400)
    summary = made.follow(database, events, batch_size=37)
    made.follow(reference, events)
    assert summary.n_bad == 0
    assert made.content(database) == made.content(reference)
    assert {len(rows) > 3 for rows in made.content(reference).values()} == {True}


def test_duplicates_disorder_and_canaries_change_nothing(
    database: Database, reference: Database
) -> None:
    events = made.mixed(2000)
    made.follow(reference, events)
    stirred = made.stirred(events)
    summary = made.follow(database, stirred, batch_size=100)
    assert summary.skipped["canary"] > 10
    assert len(stirred) > 1.1 * len(events)
    assert made.digest(database) == made.digest(reference)


def test_forced_reconnects_change_nothing(
    database: Database, reference: Database, tmp_path: Path
) -> None:
    events = made.mixed(600)
    made.follow(reference, events)
    with StreamServer(made.stirred(events)) as server:
        server.cut_after, server.again = 97, 13
        upstream = Upstream("eventstreams", server.base_url, Manners(rate_per_second=1000))
        client = Client(upstream, run_folder=tmp_path, contact="me")
        reader = following.StreamReader(
            client, made.STREAM, last_id=None, since=None, idle_seconds=5, pause_seconds=0.01
        )
        n_all = len(server.events)
        with reader:
            made.follow(
                database,
                (),
                reader=Patient(reader.batch),
                batch_size=50,
                should_stop=lambda: (position(database) or ("", 0))[0] == last_id(n_all),
            )
        assert reader.n_connects > 5
        client.close()
    assert made.content(database) == made.content(reference)


def last_id(n_events: int) -> str:
    from streams import event_id  # noqa: PLC0415

    return event_id(n_events)


class Patient:
    """A reader that waits for events, so that a cut does not look like the end."""

    def __init__(self, batch: Callable[[int, float], list[Any]]) -> None:
        self._batch = batch

    def batch(self, max_events: int, max_wait_seconds: float) -> list[Any]:
        return self._batch(max_events, 10)


class Killed(BaseException):
    """The process ends here."""


def with_kills(
    database: Database, events: list[Any], run: Callable[[Any, random.Random], None]
) -> int:
    """Run a follower again and again until it comes to the end; how often it was killed."""
    chance = random.Random(3)
    n_kills = 0
    while True:
        found = position(database)
        after = found[0] if found else None
        try:
            run(made.ListReader(made.as_stream(events), after), chance)
        except Killed:
            n_kills += 1
        else:
            return n_kills


def test_being_killed_between_any_two_steps_changes_nothing(
    database: Database, reference: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = made.mixed(400)
    made.follow(reference, events)
    steps = ("_store_facts", "_store_scores", "_store_failures", "_hide", "advance")
    chance = random.Random(4)

    def deadly(true: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if chance.random() < 0.06:
            raise Killed
        result = true(*arguments, **named)
        if chance.random() < 0.06:
            raise Killed
        return result

    for name in steps:
        monkeypatch.setattr(storing, name, partial(deadly, getattr(storing, name)))

    def run(reader: Any, _: random.Random) -> None:
        made.follow(database, (), reader=reader, batch_size=20)

    assert with_kills(database, events, run) > 5
    assert made.digest(database) == made.digest(reference)
    assert position(database) == ('[{"offset": 400}]', 400)


def test_the_harness_sees_an_offset_that_is_saved_before_its_effect(
    database: Database, reference: Database
) -> None:
    events = made.mixed(400)
    made.follow(reference, events)

    def careless(reader: Any, chance: random.Random) -> None:
        while batch := reader.batch(20, 0):
            before = position(database)
            with database.transaction() as session:
                storing.advance(
                    session,
                    made.STREAM,
                    before=before[0] if before else None,
                    after=batch[-1].id,
                    n_events=len(batch),
                    now=made.NOW,
                )
            if chance.random() < 0.2:
                raise Killed
            made.follow(database, [json.loads(e.data) for e in batch], stream=None)

    assert with_kills(database, events, careless) > 2
    assert made.digest(database) != made.digest(reference)


def test_two_followers_of_one_stream_do_not_undo_each_other(database: Database) -> None:
    events = made.as_stream(made.mixed(40))
    first = made.ListReader(events)

    class Overtaken:
        def batch(self, max_events: int, max_wait_seconds: float) -> list[Any]:
            made.follow(database, (), reader=made.ListReader(events[:10]))
            return first.batch(max_events, max_wait_seconds)

    with pytest.raises(Conflict, match="followed by somebody else"):
        made.follow(database, (), reader=Overtaken())
    assert position(database) == ('[{"offset": 10}]', 10)


def test_only_followed_wikis_are_stored(database: Database) -> None:
    events = [
        made.score_event(1, "enwiki"),
        made.score_event(2, "fawiki"),
        made.visibility_event(3, "dewiki"),
        made.score_event(4, "nosuchwiki"),
    ]
    summary = made.follow(database, events, "fawiki")
    assert summary.skipped == {"other-wiki": 3}
    assert [row[:2] for row in made.content(database)["edit"]] == [("fawiki", 2)]
    with pytest.raises(NotFound):
        following.followed_wikis(("nosuchwiki",), Hosts())


def test_without_a_choice_every_wiki_of_the_table_is_followed(database: Database) -> None:
    events = [made.score_event(1, "enwiki"), made.score_event(2, "nosuchwiki")]
    assert made.follow(database, events).skipped == {"other-wiki": 1}


def test_scores_are_counted_as_new_or_known(database: Database) -> None:
    made.follow(database, [made.score_event(1)])
    bad = made.score_event(3, scores={"damaging": made.answer("damaging", 0.5, prediction=[])})
    events = [made.score_event(1), made.score_event(2), made.score_event(2), bad]
    summary = made.follow(database, events, stream=None)
    assert (summary.n_scores, summary.n_stored, summary.n_known) == (6, 2, 4)
    assert summary.n_failures == 1


def test_progress_is_told_while_nothing_comes(sqlite_database: Database, tmp_path: Path) -> None:
    heard: list[tuple[str | None, str | None]] = []
    with StreamServer() as server:
        server.statuses = [(503, {}, b"down")] * 200
        upstream = Upstream(
            "eventstreams", server.base_url, Manners(rate_per_second=1000, max_retries=0)
        )
        client = Client(upstream, run_folder=tmp_path, contact="me")
        with following.StreamReader(
            client, made.STREAM, last_id=None, since=None, idle_seconds=5, pause_seconds=0.01
        ) as reader:
            summary = following.follow(
                sqlite_database,
                reader,
                stream=made.STREAM,
                wikis={},
                models=made.StreamModels(()),
                clock=lambda: made.NOW,
                progress=lambda summary: heard.append((summary.status, summary.trouble)),
                wait_seconds=0.05,
                idle_seconds=1,
            )
        client.close()
    assert len(heard) > 3
    assert heard[-1][0] in {"connecting", "reconnecting"}
    assert heard[-1][1]
    assert summary.n_events == 0
    assert summary.stopped is not None
    assert summary.stopped.startswith("the stream was not reached: ")


def test_a_score_of_another_version_is_no_duplicate(database: Database) -> None:
    newer = {"damaging": made.answer("damaging", 0.25, model_version="0.6.0")}
    made.follow(database, [made.score_event(9), made.score_event(9, scores=newer)])
    versions = [row[3] for row in made.content(database)["score"] if row[2] == "enwiki-damaging"]
    assert versions == ["0.5.1", "0.6.0"]


def test_facts_fill_only_what_is_unknown(database: Database) -> None:
    bare = made.page_event(9, page={}, performer=None, revision={"rev_id": 9}, prior_state=None)
    other = made.page_event(9, page={"page_id": 99, "page_title": "Other", "namespace_id": 4})
    made.follow(database, [bare])
    assert made.content(database)["edit"][0][2:9] == (None,) * 6 + ("unknown",)
    made.follow(database, [made.page_event(9)], stream=None)
    made.follow(database, [other], stream=None)
    assert made.content(database)["edit"][0][2:6] == (8, 3, "A page 2", 0)
    assert made.content(database)["edit"][0][7:9] == (40, "registered")


def test_what_was_hidden_is_hidden_whichever_comes_first(
    database: Database, reference: Database
) -> None:
    events = [
        made.score_event(9),
        made.visibility_event(9, text=False, seconds=60),
        made.visibility_event(9, text=True, user=False, seconds=70),
    ]
    made.follow(reference, events)
    for number, event in enumerate(reversed(events)):
        made.follow(database, [event], stream=f"stream-{number}")
    assert made.content(database) == made.content(reference)
    assert made.content(database)["edit"][0][9:12] == (False, True, False)


def test_no_sentence_stays_about_an_edit_whose_visibility_changed(
    database: Database, reference: Database
) -> None:
    bad = {"damaging": made.answer("damaging", 0.5, prediction=["Canary label"])}
    events = [
        made.score_event(9, scores=bad),
        made.visibility_event(9, text=False, seconds=60),
        made.visibility_event(9, text=True, seconds=70),
    ]
    made.follow(reference, events)
    for number in (1, 0, 2, 0):
        made.follow(database, [events[number]], stream=None)
    assert made.content(database) == made.content(reference)
    assert [row[5:7] for row in made.content(database)["failure"]] == [("bad-answer", None)]


def test_a_deleted_page_takes_its_revisions_away(database: Database) -> None:
    known, others = made.score_event(1008), made.score_event(1009)
    gone = made.delete_event(page_id=1008 % 7 + 1, rev_id=2001)
    made.follow(database, [known, others, gone])
    hidden = {row[1]: row[9:12] for row in made.content(database)["edit"]}
    assert hidden == {1008: (True,) * 3, 1009: (False,) * 3, 2001: (True,) * 3}


def test_erasing_events_are_followed_by_a_scrub(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scrubbed: list[bool] = []
    monkeypatch.setattr(Database, "scrub", lambda self: scrubbed.append(True) or True)
    made.follow(database, [made.score_event(9)], stream=None)
    with database.transaction() as session:
        edit_id = session.scalars(select(EditRow.edit_id)).one()
        from jadelite.db import contents  # noqa: PLC0415

        contents.add(session, [contents.NewContent(edit_id, editor_name="Canary Person")], made.NOW)
    made.follow(database, [made.visibility_event(9, user=False)], stream=None)
    assert scrubbed == [True]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EditorNameRow)) == 0


BAD_ANSWERS: list[dict[str, Any]] = [
    {"probability": {"true": 0.5, "false": 0.75}},
    {"probability": {"true": 1.5, "false": -0.5}},
    {"probability": {"true": "0.5", "false": 0.5}},
    {"probability": {"true": True, "false": False}},
    {"probability": {"true": 1.0}},
    {"probability": {"yes": 0.5, "no": 0.5}, "prediction": ["yes"]},
    {"probability": {}},
    {"probability": None},
    {"prediction": ["maybe"]},
    {"prediction": []},
    {"prediction": ["true", "false"]},
    {"prediction": None},
    {"prediction": [{}]},
    {"model_version": None},
    {"model_version": ""},
    {"model_version": "\u202e0.5"},
    {"model_name": "goodfaith"},
]


@pytest.mark.parametrize("wrong", BAD_ANSWERS, ids=repr)
def test_a_wrong_answer_is_a_failure_and_no_score(
    sqlite_database: Database, wrong: dict[str, Any]
) -> None:
    answers = {
        "damaging": made.answer("damaging", 0.25, **wrong),
        "goodfaith": made.answer("goodfaith", 0.25),
    }
    summary = made.follow(sqlite_database, [made.score_event(scores=answers)])
    rows = made.content(sqlite_database)
    assert [row[2] for row in rows["score"]] == ["enwiki-goodfaith"]
    assert [(row[2], row[5]) for row in rows["failure"]] == [("enwiki-damaging", "bad-answer")]
    assert rows["failure"][0][6]
    assert (summary.n_scores, summary.n_failures, summary.n_bad) == (1, 1, 0)


def test_a_services_error_is_a_failure_with_its_reason(database: Database) -> None:
    error = {"model_name": "damaging", "model_version": "0.5.1", "type": "TextDeleted"}
    event = made.score_event(
        scores={"goodfaith": made.answer("goodfaith", 0.5)},
        errors={"damaging": {**error, "message": "TextDeleted: Text deleted (revision)"}},
    )
    made.follow(database, [event])
    (failure,) = made.content(database)["failure"]
    assert failure[2:6] == ("enwiki-damaging", "0.5.1", "eventstreams", "deleted")


def test_bad_events_are_counted_and_the_rest_goes_in(database: Database) -> None:
    good = made.score_event(7)
    bad = {
        "not-json": [
            "",
            "{",
            "[]",
            '{"a": NaN}',
            '{"a": 1, "a": 2}',
            '{"a": "\\ud800"}',
            "1" * 5000,
        ],
        "bad-schema": [{}, made.score_event(**{"$schema": 3})],
        "bad-wiki": [made.score_event(database=7)],
        "bad-revision": [{**good, "rev_id": rev} for rev in (0, -1, "7", True, 2**63, None)],
        "bad-time": [made.score_event(rev_timestamp=t) for t in ("today", 7, "2026-01-01T00:00")],
        "bad-page": [made.score_event(page_title=7), made.score_event(page_id=-1)],
        "bad-scores": [made.score_event(scores=s) for s in (None, {}, [], {"": {}}, {"a": 1})],
        "bad-visibility": [made.visibility_event(visibility={"text": "no"})],
        "bad-field": [made.score_event(performer="x"), made.score_event(meta=[])],
    }
    events = [event for events in bad.values() for event in events]
    events += [{"$schema": "/mediawiki/recentchange/1.0.0", "meta": {}}]
    events += [made.score_event(**{"$schema": "/mediawiki/revision/score/9.0.0"}), good]
    summary = made.follow(database, events)
    assert summary.bad == {reason: len(listed) for reason, listed in bad.items()}
    assert summary.skipped == {"unknown-schema": 2}
    assert [row[1] for row in made.content(database)["edit"]] == [7]
    assert position(database) == (f'[{{"offset": {len(events)}}}]', len(events))


def test_a_number_too_large_to_be_one_is_no_score(sqlite_database: Database) -> None:
    data = made.pack(made.score_event()).replace(str(1001 % 97 / 97), "1e999")
    assert "1e999" in data
    made.follow(sqlite_database, [data])
    assert [row[2] for row in made.content(sqlite_database)["score"]] == ["enwiki-goodfaith"]


def test_titles_with_every_kind_of_sign_come_back_as_they_were(database: Database) -> None:
    titles = [
        'quote " and \\ back',
        "tab\there",
        "نمونه",
        "𐍈 emoji 🙂",
        "a,b;{c}",
        "l'été",
        "%s %%",
    ]
    events = [
        made.score_event(1000 + number, page_title=title) for number, title in enumerate(titles)
    ]
    made.follow(database, events)
    assert sorted(row[4] for row in made.content(database)["edit"]) == sorted(titles)


def test_recorded_events_go_in(database: Database, shared: Path) -> None:
    folder = shared / "mediawiki-payloads"
    events = []
    for path in sorted(folder.glob("eventstreams_*.json")):
        events += [row["data"] for row in json.loads(path.read_text("utf-8"))]
    events.append(json.loads((folder / "page_change_event_wikidata.json").read_text())["event"])
    summary = made.follow(database, events)
    assert summary.n_bad == 0
    assert summary.n_scores == 5
    assert summary.skipped == {"unknown-schema": 2, "other-wiki": 1}
    rows = made.content(database)
    newest = next(row for row in rows["edit"] if row[1] == 2509134105)
    assert newest[2] == 1891469167
    assert newest[4] == "Q60828333"
    assert newest[7:9] == (94, "newcomer")
    assert [row[2] for row in rows["score"]][:2] == ["frwiki-damaging", "frwiki-goodfaith"]


def test_a_recording_is_replayed_and_keeps_no_offset(database: Database) -> None:
    lines = [
        json.dumps({"id": [{"offset": n}], "data": event}).encode()
        for n, event in enumerate(made.mixed(20))
    ]
    summary = made.follow(database, (), reader=following.Recording(lines), stream=None)
    assert summary.n_events == 20
    assert position(database) is None
    with pytest.raises(Invalid, match="no recording"):
        made.follow(database, (), reader=following.Recording([b'{"x": 1}']), stream=None)


def test_a_stream_that_gives_up_says_so_after_what_came_is_stored(database: Database) -> None:
    events = made.as_stream(made.mixed(5))

    class Broken:
        def batch(self, max_events: int, max_wait_seconds: float) -> list[Any]:
            if events:
                return [events.pop(0)]
            raise Failed("client-bug", "the stream was refused with status 400: Invalid streams")

    with pytest.raises(Unavailable, match="Invalid streams"):
        made.follow(database, (), reader=Broken())
    assert position(database) == ('[{"offset": 5}]', 5)


def test_it_stops_after_so_many_events_or_when_asked(database: Database) -> None:
    events = made.mixed(50)
    assert made.follow(database, events, max_events=30, batch_size=20).n_events == 30
    asked = iter([False, False, True, True, True])
    reader = made.ListReader(made.as_stream(events), '[{"offset": 30}]')
    summary = made.follow(
        database, (), reader=reader, batch_size=5, should_stop=lambda: next(asked)
    )
    assert summary.n_events == 10
    assert position(database) == ('[{"offset": 40}]', 40)


def test_a_visibility_change_from_the_future_does_not_silence_later_ones(
    database: Database,
) -> None:
    far = made.visibility_event(9, meta={**made.meta(9), "dt": "2999-01-01T00:00:00Z"})
    summary = made.follow(database, [far])
    assert made.content(database)["edit"][0][12] == made.NOW.astimezone(UTC)
    assert summary.bad == {"bad-time": 1}


def test_an_event_that_contradicts_itself_or_is_to_come_stores_nothing(database: Database) -> None:
    ahead = "2026-11-23T12:00:01Z"
    at_home = {**made.meta(9), "domain": "en.wikipedia.org"}
    events = [
        made.score_event(1, wiki_id="fawiki"),
        made.visibility_event(2, wiki_id="fawiki"),
        made.score_event(3, meta={**made.meta(3), "domain": "fa.wikipedia.org"}),
        made.page_event(4, dt=ahead),
        made.prediction_event(5, dt=ahead),
        made.score_event(6, meta={**made.meta(6), "dt": ahead}),
        made.page_event(7, meta={**made.meta(7), "dt": ahead}),
        made.score_event(8, wiki_id="enwiki", meta=at_home),
        made.page_event(9, dt="2026-11-23T12:00:00Z"),
    ]
    summary = made.follow(database, events)
    assert summary.bad == {"bad-wiki": 3, "bad-time": 4}
    rows = made.content(database)
    assert [row[:2] for row in rows["edit"]] == [("enwiki", 8), ("enwiki", 9)]
    assert {row[1] for row in rows["score"]} == {8}


@pytest.mark.parametrize("lines", [[b"\n"], [b"  "], [b": only a comment\n", b"\n"], [b"hello\n"]])
def test_a_file_that_holds_bytes_but_no_event_is_no_recording(
    sqlite_database: Database, lines: list[bytes]
) -> None:
    with pytest.raises(Invalid, match="no recording") as caught:
        made.follow(sqlite_database, (), reader=following.Recording(lines), stream=None)
    assert caught.value.code == "bad-recording"
    empty = following.Recording([])
    assert made.follow(sqlite_database, (), reader=empty, stream=None).n_events == 0


def test_streams_have_one_name_in_whatever_order() -> None:
    assert following.stream_name(("b", "a", "b")) == "a,b"
    assert len(following.stream_name(following.DEFAULT_STREAMS)) <= 120
    with pytest.raises(Invalid):
        following.stream_name([f"mediawiki.stream-{n}" for n in range(10)])

"""The real follower in its own process, killed again and again: nothing lost, nothing twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import stream_events as made
from sqlalchemy import select
from streams import StreamServer, event_id

from jadelite.db.session import Database
from jadelite.db.tables import StreamOffsetRow

ROOT = Path(__file__).parents[2]
BATCH = 20
CHUNK = 400  # events that happen before each kill
LONGEST = 60.0  # seconds that a busy machine may take for a start


class Follower:
    """`jadelite scores follow` against a server on loopback."""

    def __init__(self, database: Database, server: StreamServer, folder: Path) -> None:
        hosts = folder / "upstreams.toml"
        hosts.write_text(f'[services]\neventstreams = "{server.base_url}"\n', encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("JADELITE_")}
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "JADELITE_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "JADELITE_ENVIRONMENT": "demo",
            "JADELITE_UPSTREAMS_FILE": str(hosts),
            "JADELITE_RUN_FOLDER": str(folder / "run"),
        }
        self.folder = folder

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "jadelite.cli", "scores", "follow"]
        return subprocess.Popen(
            [*command, "--stream", made.STREAM, "--batch-size", str(BATCH), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def to_the_end(self) -> dict[str, Any]:
        process = self.start("--until-idle", "2", "--format", "json")
        out, err = process.communicate(timeout=2 * LONGEST)
        assert process.returncode == 0, err
        found: dict[str, Any] = json.loads(out)
        return found


@pytest.fixture
def reference(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "reference.sqlite3"
    copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def server() -> Iterator[StreamServer]:
    with StreamServer() as server:
        yield server


def taken_in(database: Database) -> tuple[str, int]:
    with database.reading() as session:
        row = session.execute(select(StreamOffsetRow.position, StreamOffsetRow.n_events)).first()
    return ("", 0) if row is None else (row[0], row[1])


def kill_while_it_works(follower: Follower, database: Database, chance: random.Random) -> None:
    """Start a follower and kill it at some moment after its first batch."""
    _, before = taken_in(database)
    process = follower.start()
    try:
        end = time.monotonic() + LONGEST
        while taken_in(database)[1] == before:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "nothing came in"
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.15))
    finally:
        process.kill()
        process.communicate()


def kill_and_compare(
    n_kills: int, follower: Follower, server: StreamServer, *, ours: Database, theirs: Database
) -> None:
    chance = random.Random(n_kills)
    events = made.stirred(made.mixed(CHUNK * (n_kills + 1)))
    n_midway = 0
    for start in range(0, CHUNK * n_kills, CHUNK):
        server.add(*events[start : start + CHUNK])
        kill_while_it_works(follower, ours, chance)
        n_midway += taken_in(ours)[1] < start + CHUNK
    server.add(*events[CHUNK * n_kills :])
    follower.to_the_end()
    made.follow(theirs, events)
    assert taken_in(ours) == (event_id(len(events)), len(events))
    assert made.digest(ours) == made.digest(theirs)
    assert n_midway > 0, "no kill struck while events came in"


@pytest.mark.long_on_postgresql
def test_a_follower_killed_three_times_loses_and_doubles_nothing(
    database: Database, reference: Database, server: StreamServer, tmp_path: Path
) -> None:
    follower = Follower(database, server, tmp_path)
    kill_and_compare(3, follower, server, ours=database, theirs=reference)


@pytest.mark.long
def test_a_follower_killed_fifty_times_loses_and_doubles_nothing(
    database: Database, reference: Database, server: StreamServer, tmp_path: Path
) -> None:
    follower = Follower(database, server, tmp_path)
    kill_and_compare(50, follower, server, ours=database, theirs=reference)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_follower_told_to_stop_finishes_its_batch_and_leaves_with_0(
    number: signal.Signals, sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    server.add(*made.mixed(50))
    process = Follower(sqlite_database, server, tmp_path).start()
    end = time.monotonic() + LONGEST
    while taken_in(sqlite_database)[1] < 50 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, err
    assert out.startswith("50 events: ")


def test_without_a_contact_nobody_is_asked(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    follower = Follower(sqlite_database, server, tmp_path)
    follower.environment["JADELITE_ENVIRONMENT"] = "production"
    process = follower.start()
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 2
    assert "JADELITE_CONTACT" in err
    assert server.asked == []


def test_a_stream_that_is_not_there_is_told_in_words(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    process = Follower(sqlite_database, server, tmp_path).start("--stream", "nosuchstream")
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 75
    assert "the stream can't be followed" in err
    assert "Traceback" not in err


def test_a_stream_that_is_never_reached_ends_with_75_and_the_reason(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    server.statuses = [(503, {}, b"down")] * 50
    follower = Follower(sqlite_database, server, tmp_path)
    process = follower.start("--until-idle", "1", "--format", "json")
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 75, err
    assert "the stream was not reached: " in err
    assert json.loads(out)["events"] == 0
    assert "the stream was not reached: " in json.loads(out)["stopped"]


def test_a_quiet_stream_that_was_reached_ends_with_0(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    process = Follower(sqlite_database, server, tmp_path).start("--until-idle", "2")
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, err
    assert out.startswith("0 events: 0 scores stored, 0 known already")


def test_a_recorded_stream_is_replayed(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    path = tmp_path / "recorded.jsonl"
    rows = [{"id": [{"offset": n}], "data": event} for n, event in enumerate(made.mixed(30))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    follower = Follower(sqlite_database, server, tmp_path)
    process = follower.start("--replay", str(path), "--wiki", "enwiki", "--format", "json")
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, err
    summary = json.loads(out)
    assert summary["events"] == 30
    assert summary["skipped"]["other-wiki"] > 5
    assert {row[0] for row in made.content(sqlite_database)["edit"]} == {"enwiki"}
    assert server.asked == []


def test_a_time_without_its_zone_is_refused(
    sqlite_database: Database, server: StreamServer, tmp_path: Path
) -> None:
    process = Follower(sqlite_database, server, tmp_path).start("--since", "2026-11-22T12:00:00")
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 2
    assert "expected one such as 2026-11-22T12:00:00Z" in err

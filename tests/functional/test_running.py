"""`make run` from inside: starting, starting again, and what stops it with one sentence."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from jadelite.cli import NOUNS, root
from jadelite.db import schema
from jadelite.db.session import Database

RUN = [sys.executable, "-m", "jadelite.cli", "demo", "run"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**changes: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JADELITE_")}
    return {**kept, **changes}


def refused(folder: Path, *arguments: str, **changes: str) -> tuple[int, str]:
    done = subprocess.run(
        [*RUN, *arguments],
        cwd=folder,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.strip()


class Running:
    """A demonstration in a folder, until the block ends."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [*RUN, "--port", str(self.port)],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Running":
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith("Ctrl-C"):
                break
        return self

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            body: bytes = answer.read()
        return body.decode()

    def __exit__(self, *rest: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, self.errors = self.process.communicate(timeout=20)


def test_first_and_second_start(tmp_path: Path) -> None:
    with Running(tmp_path) as first:
        assert any("migrated to revision" in line for line in first.lines)
        assert any("sample-fa: 30 edits" in line for line in first.lines)
        assert sum(f"http://127.0.0.1:{first.port}/" in line for line in first.lines) == 4
        assert 'dir="rtl"' in first.get("/?uselang=fa")
    assert first.process.returncode == 0, first.errors
    assert (tmp_path / "instance/secret-key").stat().st_mode & 0o077 == 0
    started = time.monotonic()
    with Running(tmp_path) as second:
        assert not any("sample-fa" in line and "edits" in line for line in second.lines)
        assert "ok" in second.get("/healthz")
    assert time.monotonic() - started < 60  # a bound against hanging; 3 s is the goal


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = refused(tmp_path, "--port", str(port))
    assert (code, said.count("\n")) == (5, 0)
    assert f"can't listen on 127.0.0.1:{port}" in said
    assert f"make run PORT={port + 1}" in said


def test_a_host_that_is_not_here_is_one_sentence(tmp_path: Path) -> None:
    code, said = refused(tmp_path, "--host", "192.0.2.1", "--port", str(free_port()))
    assert (code, said.count("\n")) == (5, 0)
    assert "HOST must be an address of this machine" in said


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("a shopping list, not a database" * 40)
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    code, said = refused(tmp_path, "--port", str(free_port()), JADELITE_DATABASE_URL=url)
    assert (code, said.count("\n")) == (75, 0), said
    assert "file is not a database" in said


def test_an_address_of_a_database_that_makes_no_sense_is_one_sentence(tmp_path: Path) -> None:
    url = "postgresql://me@localhost:abc/j"
    code, said = refused(tmp_path, "--port", str(free_port()), JADELITE_DATABASE_URL=url)
    assert (code, said.count("\n")) == (2, 0), said
    assert "JADELITE_DATABASE_URL" in said
    assert "must have a number as its port" in said


def test_closing_the_terminal_stops_everything(tmp_path: Path) -> None:
    with Running(tmp_path) as running:
        running.process.send_signal(signal.SIGHUP)
        running.process.wait(timeout=20)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", running.port)) != 0


def test_a_database_newer_than_the_code_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    database = Database(f"sqlite:///{tmp_path}/instance/jadelite.sqlite3")
    schema.upgrade(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    code, said = refused(tmp_path, "--port", str(free_port()))
    assert (code, said.count("\n")) == (5, 0)
    assert "at revision 9999, newer than this code's" in said


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a file stands where the folder should")
    code, said = refused(tmp_path, "--port", str(free_port()))
    assert (code, said.count("\n")) == (2, 0)
    assert "can't write to instance" in said


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    code, said = refused(tmp_path, "--port", str(free_port()), JADELITE_DATABASE_URL=url)
    assert (code, said.count("\n")) == (75, 0), said
    assert "the database does not" in said


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    code, said = refused(tmp_path, "--port", str(free_port()), JADELITE_DAILY_CAP="many")
    assert (code, said.count("\n")) == (2, 0)
    assert "JADELITE_DAILY_CAP is 'many'" in said


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jadelite.cli", "nonsense"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "No such command 'nonsense'" in done.stderr


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_every_noun_explains_itself(noun: str) -> None:
    done = CliRunner().invoke(root, [noun, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output

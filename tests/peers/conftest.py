"""What the peer tests share: the servers, started once, and an installation that asks them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent))  # real_servers is a module of these tests

from reader import Reader
from real_servers import ROOT, MediaWiki, Missing, start_kserve

from jadelite.audit.outside import Outside
from jadelite.config import load_settings
from jadelite.db.session import Database
from jadelite.upstream.open import Upstreams
from jadelite.upstream.services import Hosts, read_hosts_file
from jadelite.web.app import create_app
from jadelite.wiki import sites
from jadelite.wiki.api import WikiApi
from jadelite.wiring import Services

CONTACT = "tests@example.org"
Command = Callable[..., subprocess.CompletedProcess[str]]


class RunningClock:
    """The real time, moved forward on demand: a wiki's own times are real too."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **delta: float) -> None:
        """Let time pass, as timedelta takes it."""
        self.ahead += timedelta(**delta)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture(scope="session")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """The real wiki; its seed stays as it is, tests that change something make their own pages."""
    try:
        wiki = MediaWiki(tmp_path_factory.mktemp("mediawiki"))
    except Missing as why:
        pytest.skip(f"no real wiki: {why}")
    yield wiki
    wiki.close()


@pytest.fixture(scope="session")
def kserve(mediawiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real model server, up to /v1."""
    try:
        server, address = start_kserve(mediawiki, tmp_path_factory.mktemp("kserve") / "log")
    except Missing as why:
        pytest.skip(f"no real model server: {why}")
    with server:
        yield address


def write_hosts(path: Path, wiki: MediaWiki, liftwing: str) -> Path:
    """The operator's file that leads to the servers of these tests."""
    path.write_text(
        f'[services]\nliftwing = "{liftwing}"\n'
        f'[wikis]\ntestwiki = {{api = "{wiki.api}", language = "en"}}\n'
    )
    return path


@pytest.fixture
def hosts_file(mediawiki: MediaWiki, tmp_path: Path) -> Path:
    return write_hosts(tmp_path / "upstreams.toml", mediawiki, "http://127.0.0.1:9/v1")


@pytest.fixture(scope="session")
def api(mediawiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WikiApi]:
    """The wiki as the product asks it: by the operator's file, at the pace of production."""
    folder = tmp_path_factory.mktemp("asking")
    hosts = read_hosts_file(write_hosts(folder / "up.toml", mediawiki, "http://127.0.0.1:9/v1"))
    upstreams = Upstreams(contact=CONTACT, run_folder=folder, hosts=hosts)
    yield _api(upstreams, hosts)
    upstreams.close()


@pytest.fixture
def patient_api(hosts_file: Path, tmp_path: Path, clock: RunningClock) -> Iterator[WikiApi]:
    """The same with state of its own, for a wiki in trouble: its waiting takes no time."""
    hosts = read_hosts_file(hosts_file)
    upstreams = Upstreams(
        contact=CONTACT,
        run_folder=tmp_path / "run",
        hosts=hosts,
        clock=clock,
        sleep=lambda seconds: clock.move(seconds=seconds),
    )
    yield _api(upstreams, hosts)
    upstreams.close()


def _api(upstreams: Upstreams, hosts: Hosts) -> WikiApi:
    site = sites.find("testwiki", hosts)
    return WikiApi(site, upstreams.site_client(site))


@pytest.fixture
def services(database: Database, clock: RunningClock, hosts_file: Path, tmp_path: Path) -> Services:
    settings = load_settings(
        environment="test",
        database_url=database.url,
        secret_key="a-key-for-tests-only-0123456789abcdef",
        contact=CONTACT,
        upstreams_file=str(hosts_file),
        run_folder=tmp_path / "run",
        report_delay_seconds=0,
    )
    return Services(settings, database, clock)


@pytest.fixture
def new_reader(services: Services) -> Callable[[], Reader]:
    app: Flask = create_app(services)
    app.testing = False  # errors are answered as in production
    return lambda: Reader(app)


@pytest.fixture
def reader(new_reader: Callable[[], Reader]) -> Reader:
    return new_reader()


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped cards, and those of the models that an operator runs for their own wiki."""
    folder = tmp_path_factory.mktemp("operator") / "models"
    shutil.copytree(ROOT / "models", folder)
    shipped = json.loads((folder / "damaging" / "card.json").read_text())
    for name, endpoint in (
        ("own-damaging", "{wiki}-damaging"),
        ("own-notready", "{wiki}-notready"),
        ("own-nowhere", "{wiki}-nowhere"),
    ):
        card: dict[str, Any] = {
            **shipped,
            "name": name,
            "endpoint": endpoint,
            "stored_name": "{wiki}-" + name,
            "wikis": ["testwiki"],
        }
        (folder / name).mkdir()
        (folder / name / "card.json").write_text(json.dumps(card))
    return folder


@pytest.fixture
def outside(services: Services, models_folder: Path) -> Iterator[Outside]:
    """The world outside as a worker sees it."""
    opened = Outside(services.settings, clock=services.clock, models_folder=models_folder)
    yield opened
    opened.close()


@pytest.fixture
def jadelite(
    mediawiki: MediaWiki,
    kserve: str,
    models_folder: Path,
    database: Database,
    tmp_path: Path,
) -> Command:
    """Runs a command as an operator types it, in production, in an installation of their own.

    The package lies beside a folder of models that has the operator's cards, as in a checkout.
    """
    home = tmp_path / "installation"
    home.mkdir()
    (home / "jadelite").symlink_to(ROOT / "jadelite")
    for name, source in (
        ("models", models_folder),
        ("migrations", ROOT / "migrations"),
        ("translations", ROOT / "translations"),
    ):
        (home / name).symlink_to(source)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JADELITE_")}
    environment = {
        **kept,
        "PYTHONPATH": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JADELITE_DATABASE_URL": database.url,
        "JADELITE_CONTACT": CONTACT,
        "JADELITE_RUN_FOLDER": str(tmp_path / "run"),
        "JADELITE_UPSTREAMS_FILE": str(write_hosts(tmp_path / "peers.toml", mediawiki, kserve)),
    }

    def run(*arguments: object, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jadelite.cli", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**environment, **more},
            check=False,
        )

    return run

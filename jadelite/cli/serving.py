"""Runs web server and worker as two child processes, for `jadelite demo run`."""

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click

from jadelite import wiring
from jadelite.audit import demo
from jadelite.config import Settings, load_settings
from jadelite.domain.errors import Conflict, Invalid, Unavailable

INSTANCE = Path("instance")
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Serving:
    """A demonstration on one address: `run` returns when it is told to stop."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.children: list[subprocess.Popen[bytes]] = []
        self.is_stopping = False

    def run(self, say: Callable[[str], None]) -> None:
        """Prepare, serve, wait. Raises a domain error with one sentence if it can't start."""
        self._require_free_port()
        settings = self._settings()
        self._prepare(settings, say)
        environment = {**os.environ, **self._environment(settings)}
        # SIGHUP too: closing the terminal must not leave the server behind.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        say("starting web server and worker")
        try:
            self._start(
                [
                    *("gunicorn", "jadelite.web.app:from_environment()"),
                    *("--bind", self._bind(), "--workers", "2", "--threads", "4"),
                    *("--worker-class", "gthread", "--log-level", "warning"),
                    "--no-control-socket",
                ],
                environment,
            )
            self._start(["jadelite.cli", "worker", "run"], environment)
            self._wait_until_up()
            if not self.is_stopping:
                say(self._welcome())
            self._watch()
        finally:
            self._end_children()

    def _prepare(self, settings: Settings, say: Callable[[str], None]) -> None:
        path = settings.sqlite_path
        if path is not None:
            require_writable(path.parent, "the database (JADELITE_DATABASE_URL)")
        services = wiring.build(settings, is_schema_checked=False)
        say(f"database: {path or 'PostgreSQL'}")
        if wiring.check_schema(services).state != "current":
            say(f"migrated to revision {wiring.upgrade_schema(services).revision}")
        if not demo.is_loaded(services.database):
            say("loading the sample audit, five small invented wikis:")
            demo.load(services.database, now=services.clock(), say=lambda text: say(f"  {text}"))
        services.database.close()

    def _settings(self) -> Settings:
        return load_settings(environment="demo", secret_key=_own_secret(), report_delay_seconds=2)

    def _environment(self, settings: Settings) -> dict[str, str]:
        hosts = ",".join(LOOPBACK) if self.host in LOOPBACK else ""
        return {
            "JADELITE_ENVIRONMENT": "demo",
            "JADELITE_SECRET_KEY": settings.secret_key.get_secret_value(),
            "JADELITE_DATABASE_URL": settings.database_url,
            "JADELITE_REPORT_DELAY_SECONDS": str(settings.report_delay_seconds),
            "JADELITE_TRUSTED_HOSTS": os.environ.get("JADELITE_TRUSTED_HOSTS", hosts),
        }

    def _start(self, arguments: list[str], environment: dict[str, str]) -> None:
        # A process group of its own: Ctrl-C reaches this process only, which ends them in order.
        self.children.append(
            subprocess.Popen(  # noqa: S603  # our own modules, nothing from input
                [sys.executable, "-m", *arguments], env=environment, start_new_session=True
            )
        )

    def _bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _require_free_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise Conflict("not-listening", self._why_not(error)) from error

    def _why_not(self, error: OSError) -> str:
        what = f"can't listen on {self._bind()}: {error.strerror or error}"
        if error.errno == errno.EADDRINUSE:
            return f"{what}; choose another port: make run PORT={min(self.port + 1, 65535)}"
        if error.errno == errno.EACCES:
            return f"{what}; choose a port from 1024 on: make run PORT=8000"
        return f"{what}; HOST must be an address of this machine, such as 127.0.0.1"

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        address = f"{self._address()}healthz"
        while time.monotonic() < deadline and not self.is_stopping:
            self._require_children()
            try:
                with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # http, our own
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        if not self.is_stopping:
            raise Unavailable(
                "not-up",
                f"the web server did not answer within {START_SECONDS:.0f} s; see above",
                retry_after_seconds=10,
            )

    def _watch(self) -> None:
        while not self.is_stopping:
            self._require_children()
            time.sleep(0.3)

    def _require_children(self) -> None:
        for child in self.children:
            if child.poll() is not None and not self.is_stopping:
                raise Unavailable(
                    "child-ended",
                    f"a process of jadelite ended with {child.returncode}; see above",
                    retry_after_seconds=1,
                )

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _end_children(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()

    def _address(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  # only compared
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    def _welcome(self) -> str:
        address = self._address()
        return click.style(f"\njadelite runs at {address}\n", bold=True) + (
            f"\n  1. Judge ten edits, then see what the model said:  {address}"
            f"\n  2. Read where model and people disagree:           {address}reports/sample-en"
            f"\n  3. The same in Persian, from right to left:        {address}?uselang=fa"
            "\n\nCtrl-C stops it."
        )


def require_writable(folder: Path, use: str) -> None:
    """Raise Invalid, naming the folder and its use, unless files can be made in it."""
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Invalid(
            "unwritable",
            f"can't write to {folder}: {error.strerror}; expected a folder this user may write to,"
            f" for {use}",
        ) from error


def _own_secret() -> str:
    """The demonstration's own secret, made on first use and readable by this user only."""
    require_writable(INSTANCE, "the secret key and, by default, the database")
    path = INSTANCE / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()

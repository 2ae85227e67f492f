"""Real servers as neighbours of the tests: a MediaWiki, a KServe; started, asked and stopped.

They are driven by the scripts of the folder beside the repository. What is missing is said in one
sentence, with which tests are skipped.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).parents[2]
PEERS = ROOT.parent / "shared" / "peers"
HOME = ROOT / ".venv-peers"  # filled by need-peers.sh
MEDIAWIKI_CODE = Path("/usr/share/mediawiki/api.php")
START_SECONDS = 60
STOP_SECONDS = 10


class Missing(Exception):
    """A server that can't be started here, and why in one sentence."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Login:
    """Somebody who is signed in to the wiki, or edits from an address."""

    def __init__(self, api: str, name: str = "", password: str = "", address: str = "") -> None:
        self.api = api
        self.session = requests.Session()
        if address:
            self.session.headers["X-Forwarded-For"] = address
        if name:
            token = self.ask(action="query", meta="tokens", type="login")["query"]["tokens"]
            said = self.do(
                action="clientlogin",
                username=name,
                password=password,
                logintoken=token["logintoken"],
                loginreturnurl=api,
            )
            assert said["clientlogin"]["status"] == "PASS", said

    def ask(self, **params: Any) -> dict[str, Any]:
        """What the wiki answers; its refusals fail the test."""
        asked = {"format": "json", "formatversion": 2, **params}
        return self._read(self.session.get(self.api, params=asked, timeout=60))

    def do(self, **params: Any) -> dict[str, Any]:
        """The same for what changes the wiki."""
        asked = {"format": "json", "formatversion": 2, **params}
        return self._read(self.session.post(self.api, data=asked, timeout=60))

    def edit(self, title: str, text: str, summary: str) -> int:
        """The number of the new revision."""
        said = self.do(action="edit", title=title, text=text, summary=summary, token=self._token())
        return int(said["edit"]["newrevid"])

    def hide(self, rev_id: int, parts: str, *, is_suppressed: bool = False) -> None:
        """Hide parts of a revision: content, user, comment, joined by bars."""
        said = self.do(
            action="revisiondelete",
            type="revision",
            ids=rev_id,
            hide=parts,
            suppress="yes" if is_suppressed else "no",
            reason="a test",
            token=self._token(),
        )
        assert said["revisiondelete"]["status"] == "Success", said

    def delete(self, title: str) -> None:
        """Delete a page with all its revisions."""
        self.do(action="delete", title=title, reason="a test", token=self._token())

    def _token(self) -> str:
        found = self.ask(action="query", meta="tokens", type="csrf")
        return str(found["query"]["tokens"]["csrftoken"])

    def _read(self, reply: requests.Response) -> dict[str, Any]:
        document: dict[str, Any] = reply.json()
        assert "error" not in document, document
        return document


class MediaWiki:
    """A wiki with its seed of 64 kinds of change, in a folder and at a port of its own."""

    def __init__(self, folder: Path) -> None:
        scripts = PEERS / "mediawiki"
        if not scripts.is_dir():
            raise Missing("the scripts of the peers (../shared/peers) are not beside here")
        if not MEDIAWIKI_CODE.exists() or shutil.which("php") is None:
            raise Missing("mediawiki is not installed; make test-peers does it, as root on Debian")
        self.folder = folder
        self.port = free_port()
        self._scripts = scripts
        self.start()
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))

    @property
    def api(self) -> str:
        """The address of its action API."""
        return f"http://127.0.0.1:{self.port}/api.php"

    @property
    def kinds(self) -> dict[str, int]:
        """The revision of each kind of change."""
        rows = self.manifest["kinds"].items()
        return {kind: row["newrevid"] for kind, row in rows if row["newrevid"]}

    def login(self, name: str) -> Login:
        """Sign in as one of the seed's users."""
        return Login(self.api, name, self.manifest["users"][name]["password"])

    def visitor(self) -> Login:
        """Somebody without an account, at an address that no other test uses."""
        number = uuid.uuid4().int & 0xFFFF
        return Login(self.api, address=f"2001:db8::{number:x}")

    def switch(self, name: str, *, is_on: bool) -> None:
        """Switch a setting of the wiki by its file, such as phpdiff.on."""
        path = self.folder / name
        path.touch() if is_on else path.unlink(missing_ok=True)

    def start(self) -> None:
        """Install, seed and serve, as far as that isn't done yet."""
        done = self._run("mw-up.sh")
        if done.returncode:
            raise Missing(f"mediawiki does not start: {done.stderr.strip().splitlines()[-1:]}")

    def stop(self) -> None:
        """Stop serving; what is in it stays."""
        self._run("mw-down.sh")

    def close(self) -> None:
        """Stop, and remove its folder."""
        self._run("mw-down.sh", "--wipe")

    def _run(self, script: str, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(self._scripts / script), *options],
            env={**os.environ, "MW_RUN": str(self.folder), "MW_PORT": str(self.port)},
            capture_output=True,
            text=True,
            check=False,
        )


class Server:
    """A process that listens on loopback, until the end of the block."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self._child = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def wait_for(self, url: str) -> None:
        """Wait until it answers there. Raises Missing if it does not come up."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._child.poll() is None:
            try:
                requests.get(url, timeout=5, stream=True).close()
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
        raise Missing(f"{url} does not come up: {last}")


def start_kserve(wiki: MediaWiki, log: Path) -> tuple[Server, str]:
    """KServe with a scikit-learn model that reads the wiki, and its address up to /v1."""
    if not (HOME / "ready").exists():
        why = HOME / "why-not"
        said = why.read_text().strip() if why.exists() else "make test-peers does it"
        raise Missing(f"KServe is not installed in .venv-peers: {said}")
    port = free_port()
    server = Server(
        [str(HOME / "bin" / "python"), str(PEERS / "kserve" / "server.py")],
        {"KS_PORT": str(port), "MW_API": wiki.api},
        log,
    )
    server.wait_for(f"http://127.0.0.1:{port}/v1/models")
    return server, f"http://127.0.0.1:{port}/v1"

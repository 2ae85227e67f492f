"""A wiki on loopback that answers what it is told to, asked through the real client."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from jadelite.domain.edits import Site
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream
from jadelite.wiki.api import WikiApi

QUICK = Manners(rate_per_second=100_000, connect_timeout=2, read_timeout=2, total_timeout=5)


class FakeWiki:
    """`answer` is given the parameters of each request and gives the body, or raw bytes with
    status and headers."""

    def __init__(self, folder: Path, clock: Any) -> None:
        self.answer: Callable[[dict[str, str]], Any] = lambda params: {}
        self.users: list[dict[str, Any]] | None = []  # None: leave them to `answer`
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.slept: list[float] = []
        wiki = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                params = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                wiki.asked.append(params)
                wiki.headers.append(dict(self.headers))
                is_known = params.get("list") == "users" and wiki.users is not None
                found = users_of(params, wiki.users) if is_known else wiki.answer(params)
                status, headers, body = found if isinstance(found, tuple) else (200, {}, found)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                length = {"Content-Length": str(len(content))}
                for name, value in {
                    "Content-Type": "application/json",
                    **length,
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        url = f"http://127.0.0.1:{self.server.server_port}/api.php"
        self.site = Site("testwiki", url, "en", "wikipedia", "en", "ltr", url)

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock.now += timedelta(seconds=seconds)

        self.client = Client(
            Upstream("wiki:testwiki", url, QUICK),
            run_folder=folder, contact="ops@example.org", clock=clock, sleep=sleep,
        )  # fmt: skip
        self.api = WikiApi(self.site, self.client)

    def serve_revisions(self, body: Any) -> None:
        """Answer questions for revisions from this recorded answer."""
        self.answer = lambda params: revisions_of(params, body)

    def close(self) -> None:
        self.client.session.close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def wiki(tmp_path: Path, clock: Any) -> Iterator[FakeWiki]:
    found = FakeWiki(tmp_path, clock)
    yield found
    found.close()


def users_of(params: dict[str, str], known: list[dict[str, Any]]) -> Any:
    """What a wiki answers to list=users where it knows these."""
    by_number = {user["userid"]: user for user in known if "userid" in user}
    wanted = [int(number) for number in params["ususerids"].split("|")]
    missing = {"missing": True}
    return {"query": {"users": [by_number.get(n, {"userid": n, **missing}) for n in wanted]}}


def revisions_of(params: dict[str, str], body: Any) -> Any:
    """A recorded answer: unchanged to a question for facts, else those rows that were asked for."""
    if "timestamp" in params["rvprop"]:
        return body
    wanted = params["revids"].split("|")
    pages = body["query"].get("pages", [])
    pages = list(pages.values()) if isinstance(pages, dict) else pages
    kept = [
        {**page, "revisions": [row for row in page["revisions"] if str(row["revid"]) in wanted]}
        for page in pages
        if "revisions" in page
    ]
    return {"query": {"pages": kept}}


class Recorded:
    """The answers that a real MediaWiki gave, by the name of their file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mediawiki-recorded"

    def names(self, start: str) -> list[str]:
        found = sorted(path.stem for path in self.folder.glob(f"{start}*.json"))
        assert found, f"nothing recorded begins with {start}"
        return found

    def body(self, name: str) -> Any:
        return self.whole(name)["body"]

    def whole(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def kind(self, name: str) -> int:
        """The revision number of a kind of edit."""
        return self._kinds[name]["newrevid"]

    @cached_property
    def _kinds(self) -> Any:
        return json.loads((self.folder / "MANIFEST.json").read_text())["kinds"]

    def rows(self) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
        """(page, row) by revision number, of all that a reader without rights was shown."""
        found = {}
        for name in (
            "revisions_batch_no_content", "titles_mixed", "revisions_batch",
            "revisions_hidden_anon",
        ):  # fmt: skip
            for page in self.body(name)["query"]["pages"]:
                for row in page.get("revisions", []):
                    found[row["revid"]] = (page, row)
        for change in self.body("recentchanges_all_types")["query"]["recentchanges"]:
            if change["type"] in ("edit", "new") and change["revid"] not in found:
                page = {key: change[key] for key in ("pageid", "ns", "title")}
                row = {**change, "parentid": change["old_revid"], "size": change["newlen"]}
                found[change["revid"]] = (page, row)
        return found

    def users(self) -> list[dict[str, Any]]:
        return [
            row
            for name in ("users_mixed", "tempuser_users")
            for row in self.body(name)["query"]["users"]
        ]


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Recorded:
    return Recorded(shared)


@pytest.fixture
def recorded_wiki(wiki: FakeWiki, recorded: Recorded) -> FakeWiki:
    """Answers questions for revisions and users with the rows that were recorded."""
    shown = recorded.rows()
    wiki.users = recorded.users()

    def answer(params: dict[str, str]) -> Any:
        numbers = [int(number) for number in params["revids"].split("|")]
        pages = [
            {**page, "revisions": [row]} for page, row in (shown[n] for n in numbers if n in shown)
        ]
        bad = {str(n): {"revid": n, "missing": True} for n in numbers if n not in shown}
        return {"batchcomplete": True, "query": {"pages": pages, "badrevids": bad}}

    wiki.answer = answer
    return wiki

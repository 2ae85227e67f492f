"""Pages while services fail: as quick as ever, asking nobody, and saying why there is no score."""

import socket
import threading
import time
from pathlib import Path

import factories
import fakes
import pytest
from faults import FakeTime, FaultServer
from reader import Reader
from sqlalchemy import text

from jadelite import worker
from jadelite.audit import fetch_plans, fetching
from jadelite.audit.fetching import Wanted
from jadelite.web.app import create_app
from jadelite.wiring import Services

WIKI = "fawiki"
WORDS = {
    "missing": "could not score this edit: the edit or its text was not found.",
    "deleted": "could not score this edit: the wiki hid or deleted the text",
    "not-scorable": "could not score this edit: it can’t judge this kind of edit",
    "unsupported-language": "could not score this edit: the model isn’t made for this wiki",
    "rate-limited": "has not scored this edit: the service asked us to wait.",
    "transient": "has not scored this edit: the service did not answer.",
    "client-bug": "has not scored this edit: we asked wrongly",
    "bad-answer": "has not scored this edit: the service’s answer made no sense",
}
CASES = {
    "rate-limited": "429-bare",
    "transient": "status-503",
    "client-bug": "error-400",
    "bad-answer": "probability-nan",
}
TROUBLES = {"missing": "missing", "deleted": "deleted", "not-scorable": "first"}


@pytest.mark.parametrize("reason", WORDS)
def test_the_edit_page_says_why_there_is_no_score(reader, services, tmp_path, reason) -> None:
    """From the fault of a service to the sentence that a reader sees."""
    wiki = "cawiki" if reason == "unsupported-language" else WIKI
    card = "articletopic" if reason == "unsupported-language" else "revertrisk-multilingual"
    good = fakes.Services({7: TROUBLES[reason]} if reason in TROUBLES else {})
    factories.import_rows(
        services.database, "edits", [factories.edit_line(7, wiki=wiki)], services.clock()
    )
    with FaultServer(good=good.answer) as server:
        server.play(CASES.get(reason, "good"))
        outside = fakes.outside_at(
            services.settings,
            tmp_path,
            time=FakeTime(services.clock()),
            services={"liftwing": server.url},
        )
        fetching.fetch_scores(
            services.database,
            outside,
            wiki,
            card,
            Wanted(rev_ids=[7]),
            clock=services.clock,
            progress=lambda summary: None,
        )
        outside.close()
    reader.get(f"/edits/{wiki}/7")
    assert card not in reader.words  # masked until the edit was judged
    line = factories.judgment_line(7, wiki=wiki)
    factories.import_rows(services.database, "judgments", [line], services.clock())
    reader.get(f"/edits/{wiki}/7")
    assert WORDS[reason] in reader.words
    assert card in reader.words
    assert "No model has scored this edit" not in reader.words
    assert ("It will be asked again." in reader.words) == (reason in ("rate-limited", "transient"))
    with services.database.reading() as session:
        assert session.execute(text("SELECT reason FROM score_failure")).scalars().all() == [reason]


def hosts_file(folder: Path, server: FaultServer) -> Path:
    """All the world at one server."""
    path = folder / "upstreams.toml"
    path.write_text(
        f'[services]\nliftwing = "{server.url}"\nores = "{server.url}"\n'
        f'eventstreams = "{server.url}"\n[wikis]\n'
        f'{WIKI} = {{api = "{server.url}/w/api.php", language = "fa"}}\n'
    )
    return path


def trip(reader: Reader, count_queries) -> dict[str, int]:
    """Judge an edit and read all pages about it: how many statements each of them took."""
    found = {}
    task = reader.path
    with count_queries() as count:
        reader.get(task)
    found["review"] = count()
    with count_queries() as count:
        reader.post(task, follow=False, **{"answer-damaging": "no", "answer-goodfaith": "yes"})
    found["save"] = count()
    with count_queries() as count:
        reader.get(f"{task}/reveal")
    found["reveal"] = count()
    assert reader.page.status_code == 200
    with count_queries() as count:
        reader.get(f"/edits/{factories.WIKI}/1001")
    found["edit"] = count()
    reader.post("/campaigns/a-campaign/next")
    return found


def test_pages_send_as_many_statements_and_open_no_socket_while_every_service_hangs(
    services, count_queries, tmp_path, monkeypatch
) -> None:
    now = services.clock()
    factories.make_campaign(services.database, now, n_edits=6, k=3)
    factories.make_campaign(
        services.database, now, n_edits=3, k=2, slug="real", first_rev_id=2001, wiki=WIKI
    )
    with FaultServer() as server:
        settings = services.settings.model_copy(
            update={
                "upstreams_file": str(hosts_file(tmp_path, server)),
                "run_folder": tmp_path,
                "contact": "ops@example.org",
            }
        )
        services = Services(settings, services.database, services.clock)
        reader = Reader(create_app(services))
        reader.get("/").post("/campaigns/a-campaign/start")
        trip(reader, count_queries)  # the first time, things are read that are kept then
        before = trip(reader, count_queries)

        connected: list[tuple[int, object]] = []
        usual = socket.socket.connect

        def connect(self, address):
            connected.append((threading.get_ident(), address))
            return usual(self, address)

        monkeypatch.setattr(socket.socket, "connect", connect)
        server.play("hang")
        fetch_plans.plan_fetch(
            services.database, WIKI, "damaging", every=fetch_plans.MIN_EVERY, recent=5, now=now
        )
        at_work = threading.Thread(target=worker.run, args=(services,), kwargs={"is_once": True})
        at_work.start()
        until = time.monotonic() + 10
        while not server.requests and time.monotonic() < until:
            time.sleep(0.01)
        assert server.requests, "the worker asked nobody"

        during = trip(reader, count_queries)
        assert at_work.is_alive()
        assert len(server.requests) == 1  # the worker's, which still hangs
        assert during == before
        assert {thread for thread, _ in connected} == {at_work.ident}
    at_work.join(60)
    assert not at_work.is_alive()
    with services.database.reading() as session:
        sources = session.execute(text("SELECT DISTINCT source FROM score")).scalars().all()
        states = session.execute(text("SELECT name, n_failures > 0 FROM upstream_state")).all()
    assert sources == ["import"]
    assert [(name, bool(has_failed)) for name, has_failed in states] == [(f"wiki:{WIKI}", True)]

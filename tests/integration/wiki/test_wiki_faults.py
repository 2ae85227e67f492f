"""Every fault an upstream can have, wherever a wiki is asked: a failure or the right facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from faults import CASES, Case, FaultServer, Request

from jadelite.domain.edits import Hidden, Revision, Site
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream
from jadelite.wiki.api import WikiApi, WikiError
from jadelite.wiki.compare import NoDiff, fetch_combined, fetch_diff
from jadelite.wiki.recent import recent_changes
from jadelite.wiki.reverts import fetch_revert
from jadelite.wiki.revisions import fetch_revisions, fetch_texts

HASTY = Manners(
    rate_per_second=100_000, connect_timeout=0.3, read_timeout=0.2, total_timeout=0.4,
    max_bytes=200_000,
)  # fmt: skip
SHA1 = {4: "a", 5: "b", 6: "a"}
EDIT = Revision(
    wiki="testwiki", rev_id=5, parent_rev_id=4, page_id=7, page_title="P", namespace=0,
    timestamp=None, size_change=None, tags=(), comment=None, editor_name="Ann",
    editor_kind="registered", content_model="wikitext", sha1=None, hidden=Hidden(),
)  # fmt: skip
QUESTIONS: dict[str, Callable[[WikiApi], object]] = {
    "revisions": lambda api: fetch_revisions(api, [5]),
    "texts": lambda api: fetch_texts(api, [5]),
    "diff": lambda api: fetch_diff(api, EDIT),
    "combined": lambda api: fetch_combined(api, EDIT),
    "recent": lambda api: list(recent_changes(api, since=None, limit=3)),
    "revert": lambda api: fetch_revert(api, EDIT),
}


def good(request: Request) -> object:
    """What a wiki with one page of three revisions answers."""
    asked = request.query
    if asked["action"] == "compare":
        sides = f'<td class="diff-deletedline">{asked["fromrev"]}</td>'
        body = f'<tr>{sides}<td class="diff-addedline">b</td></tr>'
        pair = (4, 5) if "torelative" in asked else (int(asked["fromrev"]), int(asked["torev"]))
        return {"compare": {"fromrevid": pair[0], "torevid": pair[1], "body": body}}
    if asked.get("list") == "users":
        return {"query": {"users": [{"userid": 3, "name": "Ann", "editcount": 50, "groups": []}]}}
    facts = {"user": "Ann", "userid": 3, "timestamp": "2026-01-01T00:00:00Z", "tags": []}
    if asked.get("list") == "recentchanges":
        change = {"type": "edit", "ns": 0, "revid": 5, "old_revid": 4, "title": "P", **facts}
        return {"query": {"recentchanges": [change]}}
    numbers = [int(number) for number in asked.get("revids", "").split("|") if number]
    if "rvstartid" in asked:
        numbers = [5, 6] if asked["rvdir"] == "newer" else [5, 4]
    rows = [
        {
            "revid": number, "parentid": number - 1, "size": 9, "sha1": SHA1[number],
            "slots": {"main": {"contentmodel": "wikitext", "content": f"text {number}"}}, **facts,
        }
        for number in numbers
    ]  # fmt: skip
    return {"query": {"pages": [{"pageid": 7, "ns": 0, "title": "P", "revisions": rows}]}}


def reader(server, tmp_path, clock) -> WikiApi:
    url = f"{server.url}/api.php"

    def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    client = Client(
        Upstream("wiki:testwiki", url, replace(HASTY, patience_seconds=5)),
        run_folder=tmp_path, contact="ops@example.org", clock=clock, sleep=sleep,
    )  # fmt: skip
    return WikiApi(Site("testwiki", url, "en", "wikipedia", "en", "ltr", url), client)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.long if case.is_slow else ())
        if case.name != "hang"
        else case
        for case in CASES
    ],
    ids=lambda case: case.name,
)
def test_no_fault_makes_a_wrong_fact(case: Case, tmp_path, clock) -> None:
    # The slow cases end by timeouts, so that one question must do for them.
    names = ["revisions", "diff"] if case.is_slow else list(QUESTIONS)
    if case.name == "rev-id-mismatch":  # whoever asks for the newest edits named no number
        names.remove("recent")
    for name in names:
        with FaultServer(good) as server:
            right = QUESTIONS[name](reader(server, tmp_path / name / "right", clock))
            server.play(case)
            api = reader(server, tmp_path / name / "fault", clock)
            try:
                found = QUESTIONS[name](api)
            except (Failed, WikiError):
                assert case.is_fault
                continue
            if isinstance(found, NoDiff):
                assert case.is_fault
                assert found.reason == "transient"
            else:
                assert found == right, name

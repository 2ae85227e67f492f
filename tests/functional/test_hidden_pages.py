"""Pages and API after a wiki hid something: no word of it, and no sign that there was any."""

import re

import factories
import hidden
import pytest
from hidden import WIKI
from reader import Reader

from jadelite.audit import reporting
from jadelite.domain.edits import Hidden

PATHS = (
    "/",
    "/campaigns/a-campaign",
    "/reports/a-campaign",
    f"/edits/{WIKI}/1001",
    f"/edits/{WIKI}/1001/change",
    f"/edits/{WIKI}/1001/page",
    "/api/v1/campaigns",
    "/api/v1/campaigns/a-campaign",
    "/api/v1/campaigns/a-campaign/report",
)


def start(reader: Reader) -> Reader:
    return reader.get("/").post("/campaigns/a-campaign/start")


def everything(reader: Reader, *more: str) -> str:
    """All that can be read at these addresses, headers included."""
    found = []
    for path in (*PATHS, *more):
        reader.get(path)
        found.append(f"{path} {reader.page.headers}\n{reader.text}")
    return "\n".join(found)


def middles(words: dict[str, str]) -> dict[str, str]:
    """The part of each canary that no diff takes apart."""
    return {name: word.split("-")[2] for name, word in words.items()}


def neutral(reader: Reader, rev_id: int) -> tuple[int, str, str]:
    """Status, headers and body without what must differ: numbers of requests, the address."""
    headers = {
        name: value
        for name, value in reader.page.headers.items()
        if name not in ("X-Request-Id", "Set-Cookie")
    }
    body = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", reader.text)
    body = body.replace(reader.page.headers["X-Request-Id"], "REQUEST")
    assert int(headers["Content-Length"]) == len(reader.page.data)
    headers["Content-Length"] = len(body.replace(str(rev_id), "N"))
    return reader.page.status_code, str(headers), body.replace(str(rev_id), "N")


@pytest.fixture
def judged(reader, new_reader, services):
    """An edit with canaries, judged with a note, and its frozen report; (canaries, task)."""
    words = hidden.plant(services.database, services.clock(), k=2)
    task = start(reader).path
    reader.judge("no", "yes", note=words["note"])
    other = start(new_reader())
    other.judge("no", "yes")
    reporting.compute(services.database, "a-campaign", now=services.clock())
    return words, task


def test_before_it_is_hidden_it_is_there(reader, services, judged) -> None:
    """Negative control: the pages do hold what the next tests look for."""
    words, task = judged
    text = everything(reader, task, f"{task}/reveal")
    assert {name for name, middle in middles(words).items() if middle in text} == {
        "before", "after", "comment", "note",
    }  # fmt: skip
    assert f'href="/edits/{WIKI}/1001"' in text


def test_no_page_and_no_answer_holds_what_was_hidden(reader, services, judged) -> None:
    words, task = judged
    hidden.hide(services.database, services.clock(), 1001)
    for _ in ("the frozen report", "a new one"):
        text = everything(reader, task, f"{task}/reveal", "/campaigns/a-campaign/sitting")
        assert not any(middle in text for middle in middles(words).values())
        assert f'href="/edits/{WIKI}/1001"' not in text
        assert "Page 1001" not in text
        reporting.compute(services.database, "a-campaign", now=services.clock())
    report = reader.get("/api/v1/campaigns/a-campaign/report").page.get_json()
    assert report["n_judgments_used"] == 2
    listed = [
        edit
        for q in report["questions"]
        for m in q["models"]
        for one in m["lists"]
        for edit in one["first"]
    ]
    assert listed == []


@pytest.mark.parametrize("accept", ["text/html", "application/problem+json"])
@pytest.mark.parametrize("rev_id", [1001, 5005], ids=["judged", "hidden before it was known"])
def test_hidden_is_answered_as_never_seen(reader, services, judged, accept, rev_id) -> None:
    hidden.hide(services.database, services.clock(), 1001, 5005)
    answers = []
    for number in (rev_id, 7007):
        reader.get(f"/edits/{WIKI}/{number}", headers={"Accept": accept})
        answers.append(neutral(reader, number))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_who_holds_it_is_told_plainly_and_goes_on(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), wiki=WIKI, kind="import", k=1)
    task = start(reader).path
    rev_id = 1000 + reader.task_id
    unknown = reader.get(reader.address_of(987654321)).text
    hidden.hide(services.database, services.clock(), rev_id)
    reader.get("/").get(task)
    assert reader.page.status_code == 404
    assert "This edit is not waiting for you" in reader.words
    assert Reader.words.fget(reader) == _words(unknown, reader)
    reader.get("/account").post(task, **{"answer-damaging": "no", "answer-goodfaith": "yes"})
    assert reader.page.status_code == 404
    assert "This edit is not waiting for you" in reader.words
    reader.get("/account").post(f"{task}/skip", reason="other")
    assert reader.page.status_code == 404
    reader.get("/account").post("/campaigns/a-campaign/next")
    assert re.fullmatch(r"/tasks/\d+", reader.path)
    assert reader.path != task
    assert reader.page.status_code == 200


def _words(page: str, reader: Reader) -> str:
    """The visible words of another page, with this page's request number."""
    body = re.sub(r"<[^>]+>", " ", page.split("<body>", 1)[-1])
    old = re.search(r"\b[0-9a-f]{16}\b", body)
    now = re.search(r"\b[0-9a-f]{16}\b", reader.words)
    if old and now:
        body = body.replace(old.group(), now.group())
    return " ".join(body.split())


def test_a_hidden_summary_is_said_to_be_hidden_as_on_the_wiki(reader, services) -> None:
    line = {"wiki": WIKI, "page_title": "A page", "text_after": "the same"}
    rows = [
        factories.edit_line(1001, comment="canary-summary", **line),
        factories.edit_line(2001, comment=None, **line),
    ]
    factories.import_rows(services.database, "edits", rows, services.clock())
    for rev_id in (1001, 2001):
        hidden.hide(services.database, services.clock(), rev_id, hidden=Hidden(comment=True))
    answers = []
    for rev_id in (1001, 2001):
        answers.append(neutral(reader.get(f"/edits/{WIKI}/{rev_id}"), rev_id))
        assert "The summary is hidden on the wiki." in reader.words
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_pages_of_edits_are_kept_by_no_cache(reader, services, judged) -> None:
    for path in PATHS:
        assert "no-store" in reader.get(path).page.headers["Cache-Control"]

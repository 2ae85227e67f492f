"""Asking a wiki: every fault has a type, patience has bounds, and nothing strange gets through."""

import json
import logging

import pytest

from jadelite.upstream.answers import Failed
from jadelite.wiki import api as wiki_api
from jadelite.wiki.api import WikiError

MAXLAG = {"error": {"code": "maxlag", "info": "Waiting for a database server: 7 seconds lagged."}}
GOOD = {"batchcomplete": True, "query": {}}


def in_turn(*answers):
    """An answer a call, the last one for ever."""
    left = list(answers)
    return lambda params: left.pop(0) if len(left) > 1 else left[0]


def test_every_recorded_error_has_a_type(wiki, recorded) -> None:
    n_typed = 0
    for start in ("error_", "maxlag", "assert", "readonly", "compare_", "revisions_", "recent"):
        for name in recorded.names(start):
            body = recorded.body(name)
            found = body.get("error") or (body.get("errors") or [None])[0]
            if found is None:
                continue
            wiki.answer = in_turn(body)
            with pytest.raises((Failed, WikiError)) as caught:
                wiki.api.get(action="query")
            if found["code"] in ("maxlag", "readonly"):
                assert caught.value.reason == "transient"
                assert found["code"] in caught.value.detail
            else:
                assert caught.value.code == found["code"]
                assert bool(caught.value.info) is ("html" not in found)
            n_typed += 1
    assert n_typed > 40


def test_a_wiki_that_lags_is_asked_again_after_the_wait_it_wants(wiki) -> None:
    wiki.answer = in_turn((200, {"Retry-After": "5"}, MAXLAG), GOOD)
    assert wiki.api.get(action="query") == GOOD
    assert len(wiki.asked) == 2
    assert sum(wiki.slept) == pytest.approx(5, abs=0.1)


def test_a_wiki_that_lags_on_is_left_alone(wiki) -> None:
    wiki.answer = in_turn(MAXLAG)
    with pytest.raises(Failed) as caught:
        wiki.api.get(action="query")
    assert caught.value.reason == "transient"
    assert len(wiki.asked) == wiki_api.MAX_TRIES
    assert sum(wiki.slept) < wiki_api.MAX_TRIES * wiki_api.MAX_WAIT_SECONDS


def test_a_wiki_that_wants_a_long_rest_is_asked_once(wiki) -> None:
    wiki.answer = in_turn((200, {"Retry-After": "3600"}, MAXLAG))
    with pytest.raises(Failed) as caught:
        wiki.api.get(action="query")
    assert caught.value.retry_after_seconds == 3600
    assert (len(wiki.asked), wiki.slept) == (1, [])


def test_asking_too_often_is_told_apart(wiki) -> None:
    wiki.answer = in_turn({"error": {"code": "ratelimited", "info": "Wait."}})
    with pytest.raises(Failed) as caught:
        wiki.api.get(action="query")
    assert caught.value.reason == "rate-limited"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Our servers...</html>"), "bad-answer"),
        ((200, {}, b"null"), "bad-answer"),
        ((200, {}, b"[]"), "bad-answer"),
        ((200, {}, b""), "bad-answer"),
        ((200, {}, b'{"query": {"a": NaN}}'), "bad-answer"),
        ((200, {}, b'{"query": 1, "query": 2}'), "bad-answer"),
        ((200, {}, b'{"query": "\xff"}'), "bad-answer"),
        ((200, {}, b'{"query": {}'), "bad-answer"),
        ((200, {}, b'{"error": "no"}'), "bad-answer"),
        ((200, {}, b'{"error": {"code": 7}}'), "bad-answer"),
        ((200, {}, b'{"errors": ["no"]}'), "bad-answer"),
        ((404, {}, b"{}"), "bad-answer"),
        ((302, {"Location": "https://evil.example/"}, b""), "bad-answer"),
        ((503, {}, b"<html>"), "transient"),
        ((503, {}, b'{"query": {}}'), "transient"),
        ((429, {"Retry-After": "86400"}, b"{}"), "rate-limited"),
        ((200, {"Content-Length": "5000"}, b'{"query": {'), "transient"),
        ({"error": {"code": "internal_api_error_DBQueryError", "info": "x"}}, "transient"),
    ],
)  # fmt: skip
def test_a_fault_is_a_failure_with_a_reason_and_nothing_else(wiki, answer, reason) -> None:
    wiki.answer = in_turn(answer)
    with pytest.raises(Failed) as caught:
        wiki.api.get(action="query")
    assert caught.value.reason == reason
    assert caught.value.detail.isprintable()


def test_a_wiki_that_is_down_is_a_failure_too(wiki) -> None:
    wiki.server.shutdown()
    wiki.server.server_close()
    with pytest.raises(Failed) as caught:
        wiki.api.get(action="query")
    assert caught.value.reason == "transient"


def test_every_request_says_who_asks_and_gives_way_to_the_lagging(wiki) -> None:
    wiki.answer = in_turn(GOOD)
    wiki.api.get(action="query", revids=[1, 2], nothing=None)
    assert wiki.asked == [
        {
            "action": "query", "revids": "1|2", "maxlag": "5", "errorformat": "bc", "uselang": "en",
            "format": "json", "formatversion": "2",
        }
    ]  # fmt: skip
    agent = wiki.headers[0]["User-Agent"]
    assert agent.startswith("jadelite/")
    assert "ops@example.org" in agent


def test_warnings_of_a_wiki_bring_no_parameters_into_the_log(wiki, recorded, caplog) -> None:
    wiki.answer = in_turn(recorded.body("warning_unrecognized"))
    with caplog.at_level(logging.DEBUG, logger="mwapi"):
        answer = wiki.api.get(action="query", ususers="Somebody")
    assert "warnings" not in answer
    assert [record for record in caplog.records if record.name.startswith("mwapi")] == []


def test_continuation_brings_every_row_once(wiki, recorded) -> None:
    wiki.answer = lambda params: recorded.body(
        "recentchanges_page2" if "rccontinue" in params else "recentchanges_page1"
    )
    pages = []
    for page in wiki.api.pages(action="query", list="recentchanges"):
        pages.append(page)
        if len(pages) == 2:
            break
    numbers = [row["rcid"] for page in pages for row in page["query"]["recentchanges"]]
    assert len(numbers) == len(set(numbers)) == 20
    assert wiki.asked[0]["continue"] == ""
    assert wiki.asked[1]["rccontinue"] == "20261122042624|11"


def test_a_wiki_that_goes_on_for_ever_is_left(wiki, monkeypatch) -> None:
    monkeypatch.setattr(wiki_api, "MAX_ROUNDS", 5)
    wiki.answer = lambda params: {"continue": {"x": str(len(wiki.asked))}}
    with pytest.raises(Failed) as caught:
        list(wiki.api.pages(action="query"))
    assert (caught.value.reason, len(wiki.asked)) == ("bad-answer", 5)


@pytest.mark.parametrize("more", ["x", None, {"x": "1"}])
def test_a_wiki_that_repeats_itself_is_left(wiki, more) -> None:
    wiki.answer = in_turn(json.dumps({"continue": more}).encode())
    with pytest.raises(Failed) as caught:
        list(wiki.api.pages(action="query"))
    assert caught.value.reason == "bad-answer"
    assert len(wiki.asked) <= 2


def test_what_a_wiki_says_of_an_error_is_printable_and_short() -> None:
    error = WikiError("nosuch\x1b[31mrevid", "x\n" * 5000)
    assert str(error).isprintable()
    assert len(str(error)) < 500

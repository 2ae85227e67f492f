"""Recent changes: edits only, newest first, each once, as many as asked for."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from jadelite.domain.edits import Hidden
from jadelite.upstream.answers import Failed
from jadelite.wiki.api import WikiError
from jadelite.wiki.recent import recent_changes


def serve(wiki, body):
    wiki.answer = lambda params: body


@pytest.mark.parametrize(
    "name",
    [
        "recentchanges_all_types", "recentchanges_limit_over", "recentchanges_hidden_anon",
        "recentchanges_hidden_admin", "recentchanges_patrolled_two", "tempuser_recentchanges",
        "recentchanges_empty", "recentchanges_page2", "recentchanges_fv1",
    ],
)  # fmt: skip
def test_every_recorded_list_becomes_edits(wiki, recorded, name) -> None:
    body = {key: value for key, value in recorded.body(name).items() if key != "continue"}
    serve(wiki, body)
    found = list(recent_changes(wiki.api, since=None, limit=1000))
    written = [r for r in body["query"]["recentchanges"] if r["type"] in ("edit", "new")]
    assert [each.rev_id for each in found] == [r["revid"] for r in written]
    assert [each.parent_rev_id for each in found] == [r["old_revid"] for r in written]
    assert [each.page_title for each in found] == [r["title"] for r in written]
    assert [each.size_change for each in found] == [r["newlen"] - r["oldlen"] for r in written]
    for each, given in zip(found, written, strict=True):
        assert each.hidden == Hidden(
            text="sha1hidden" in given,
            editor="userhidden" in given,
            comment="commenthidden" in given,
        )
        assert (each.sha1 is None) is each.hidden.text
        assert (each.editor_name is None) is each.hidden.editor
        assert (each.comment is None) is each.hidden.comment


def test_lines_of_categories_and_logs_are_no_edits(wiki, recorded) -> None:
    serve(wiki, recorded.body("recentchanges_all_types"))
    found = list(recent_changes(wiki.api, since=None, limit=1000))
    numbers = [each.rev_id for each in found]
    assert len(numbers) == len(set(numbers))
    assert 14 not in {each.namespace for each in found}
    assert all(a.timestamp >= b.timestamp for a, b in pairwise(found))
    asked = wiki.asked[0]
    assert (asked["rctype"], asked["rcdir"], asked["rclimit"]) == ("edit|new", "older", "500")


def test_the_kind_of_an_editor_is_looked_up(wiki, recorded) -> None:
    wiki.users = recorded.users()
    serve(wiki, recorded.body("recentchanges_all_types"))
    kinds = {
        each.rev_id: each.editor_kind for each in recent_changes(wiki.api, since=None, limit=99)
    }
    assert kinds[recorded.kind("temp_user")] == "temporary"
    assert kinds[recorded.kind("bot_minor")] == "bot"
    assert kinds[recorded.kind("good_ip_addition")] == "unregistered"
    assert kinds[recorded.kind("hidden_user_rev")] == "unknown"
    assert kinds[recorded.kind("quoted_user")] == "newcomer"
    assert kinds[recorded.kind("rollback")] == "registered"


def test_no_more_is_asked_for_than_wanted(wiki, recorded) -> None:
    serve(wiki, recorded.body("recentchanges_page1"))
    assert len(list(recent_changes(wiki.api, since=None, limit=7))) == 7
    assert [params.get("list") for params in wiki.asked] == ["recentchanges", "users"]
    assert wiki.asked[0]["rclimit"] == "7"
    assert list(recent_changes(wiki.api, since=None, limit=0)) == []


def test_a_row_that_comes_twice_is_one_edit(wiki, recorded) -> None:
    first, second = recorded.body("recentchanges_page1"), recorded.body("recentchanges_page1")
    del second["continue"]

    wiki.answer = lambda params: second if "rccontinue" in params else first
    assert len(list(recent_changes(wiki.api, since=None, limit=100))) == 10


def test_the_oldest_time_is_told_in_utc(wiki) -> None:
    serve(wiki, {"query": {"recentchanges": []}})
    since = datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert list(recent_changes(wiki.api, since=since, limit=5)) == []
    assert wiki.asked[0]["rcend"] == "2026-11-22T12:00:00Z"
    assert since.astimezone(UTC).hour == 12


@pytest.mark.parametrize("name", ["recentchanges_patrolled_denied", "recentchanges_bad_continue"])
def test_a_refusal_is_told_in_the_words_of_the_wiki(wiki, recorded, name) -> None:
    serve(wiki, recorded.body(name))
    with pytest.raises(WikiError):
        list(recent_changes(wiki.api, since=None, limit=5))


@pytest.mark.parametrize(
    "body", [{}, {"query": {}}, {"hello": ["world"]}, {"query": {"pages": []}}]
)
def test_an_answer_to_another_question_is_not_taken_for_no_changes(wiki, body) -> None:
    serve(wiki, body)
    with pytest.raises(Failed):
        list(recent_changes(wiki.api, since=None, limit=5))


@pytest.mark.parametrize("rows", [7, "x", [7], {"a": 7}])
def test_a_list_of_another_shape_is_a_bad_answer(wiki, rows) -> None:
    serve(wiki, {"query": {"recentchanges": rows}})
    with pytest.raises(Failed) as caught:
        list(recent_changes(wiki.api, since=None, limit=5))
    assert caught.value.reason == "bad-answer"

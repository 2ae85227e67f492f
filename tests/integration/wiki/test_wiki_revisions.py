"""Revisions: in order, one bad one spoils one, and what a wiki hid stays hidden."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from jadelite.domain.edits import Hidden, MissingRevision, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki import revisions
from jadelite.wiki.editors import Account, editor_kind, editor_name
from jadelite.wiki.revisions import fetch_revisions, fetch_texts

HIDDEN_IDS = [57, 59, 61, 63, 65, 67, 72]
SECRETS = ("private words", "198.51.100.23", "Hidden Harry")


def page(*rows, **facts):
    return {"query": {"pages": [{"pageid": 7, "ns": 0, "title": "P", "revisions": rows, **facts}]}}


def row(rev_id=5, **facts):
    return {"revid": rev_id, "parentid": 0, "userid": 3, "user": "Ann", **facts}


def test_fifty_revisions_with_two_bad_ones_are_forty_eight_and_two_missing(recorded_wiki) -> None:
    found = fetch_revisions(recorded_wiki.api, range(1, 51))
    assert [each.rev_id for each in found] == list(range(1, 51))
    missing = [each for each in found if isinstance(each, MissingRevision)]
    assert missing == [MissingRevision("testwiki", 49), MissingRevision("testwiki", 50)]
    assert sum("revids" in asked for asked in recorded_wiki.asked) <= 2


def test_many_revisions_come_in_batches_and_in_the_order_asked_for(recorded_wiki) -> None:
    wanted = [48, *range(200, 100, -1), 2, 48]
    found = fetch_revisions(recorded_wiki.api, wanted)
    assert [each.rev_id for each in found] == wanted
    assert [each.rev_id for each in found if isinstance(each, Revision)] == [48, 2, 48]
    facts = [p for p in recorded_wiki.asked if "timestamp" in p.get("rvprop", "")]
    asked = [params["revids"] for params in facts]
    assert [len(numbers.split("|")) for numbers in asked] == [50, 50, 2]


def test_numbers_that_no_wiki_has_are_missing_without_asking(wiki) -> None:
    found = fetch_revisions(wiki.api, [0, -5, 2**63])
    assert {type(each) for each in found} == {MissingRevision}
    assert wiki.asked == []


def test_the_facts_of_a_recorded_edit(recorded_wiki, recorded) -> None:
    rev_id = recorded.kind("rtl_arabic_good")
    (found,) = fetch_revisions(recorded_wiki.api, [rev_id])
    _, written = recorded.rows()[rev_id]
    assert found == Revision(
        wiki="testwiki", rev_id=26, parent_rev_id=25, page_id=5, page_title="نهر الجلمير",
        namespace=0, timestamp=datetime(2026, 11, 22, 4, 26, 26, tzinfo=UTC),
        size_change=written["size"] - recorded.rows()[25][1]["size"], tags=(),
        comment="/* المجرى */ تصحيح لغوي", editor_name="مراجع تجريبي", editor_kind="newcomer",
        content_model="wikitext", sha1="909474a5e23e706623eff69f78f82ac62bfaa443", hidden=Hidden(),
    )  # fmt: skip


def test_each_kind_of_editor_is_told_as_recorded(recorded_wiki, recorded) -> None:
    kinds = {
        "bot_minor": "bot", "good_ip_addition": "unregistered", "temp_user": "temporary",
        "quoted_user": "newcomer", "hidden_user_rev": "unknown", "rollback": "registered",
    }  # fmt: skip
    found = fetch_revisions(recorded_wiki.api, [recorded.kind(name) for name in kinds])
    assert dict(zip(kinds, (each.editor_kind for each in found), strict=True)) == kinds


@pytest.mark.parametrize("reader", ["anon", "one", "admin", "sup"])
def test_what_is_hidden_stays_hidden_whoever_asked(wiki, recorded, reader) -> None:
    body = recorded.body(f"revisions_hidden_{reader}")
    wiki.serve_revisions(body)
    found = {each.rev_id: each for each in fetch_revisions(wiki.api, HIDDEN_IDS)}
    assert {number: each.hidden for number, each in found.items()} == {
        57: Hidden(text=True),
        59: Hidden(editor=True),
        61: Hidden(comment=True),
        63: Hidden(text=True, editor=True, comment=True),
        65: Hidden(text=True),
        67: Hidden(text=True, editor=True, comment=True),
        72: Hidden(editor=True),
    }
    for each in found.values():
        assert (each.sha1 is None) is each.hidden.text
        assert (each.editor_name is None) is each.hidden.editor
        assert (each.editor_kind == "unknown") is each.hidden.editor
        assert (each.comment is None) is each.hidden.comment
    assert not any(secret in repr(found) for secret in SECRETS)
    texts = fetch_texts(wiki.api, HIDDEN_IDS)
    assert set(texts) <= {59, 61, 72}
    numbers = [params.get("ususerids", "") for params in wiki.asked]
    assert not any("9" in each.split("|") for each in numbers), "asked for the hidden account"


def test_every_recorded_answer_for_revisions_is_read(wiki, recorded) -> None:
    for name in recorded.names("revisions_"):
        whole = recorded.whole(name)
        if "revids" not in whole["request"]["params"] or "error" in whole["body"]:
            continue
        wanted = [int(number) for number in whole["request"]["params"]["revids"].split("|")]
        wiki.serve_revisions(whole["body"])
        found = fetch_revisions(wiki.api, wanted)
        assert [each.rev_id for each in found] == wanted
        assert sum(isinstance(each, Revision) for each in found) >= 1
        assert {each.wiki for each in found} == {"testwiki"}


def test_the_older_form_of_answers_says_the_same(wiki, recorded) -> None:
    found = []
    for name in ("revisions_batch", "revisions_batch_fv1"):
        wiki.serve_revisions(recorded.body(name))
        found.append((fetch_revisions(wiki.api, [26, 29, 23]), fetch_texts(wiki.api, [26, 29, 23])))
    assert found[0] == found[1]
    assert len(found[0][1]) == 3


def test_texts_without_slots_are_read(wiki, recorded) -> None:
    wiki.serve_revisions(recorded.body("revisions_noslots_fv2"))
    (found,) = fetch_revisions(wiki.api, [26])
    assert found.content_model == "wikitext"
    assert fetch_texts(wiki.api, [26])[26].startswith("'''نهر الجلمير'''")


def test_real_answers_of_english_wikipedia_say_what_others_read_in_them(wiki, shared) -> None:
    folder = shared / "mediawiki-payloads"
    known = json.loads((folder / "revision_info_enwiki.json").read_text())
    n_missing = 0
    for pair in json.loads((folder / "mwapi_enwiki.json").read_text()):
        asked = pair["req"]["params"]
        if asked.get("prop") != "revisions":
            continue
        wiki.serve_revisions(pair["res"]["data"])
        (found,) = fetch_revisions(wiki.api, [asked["revids"]])
        if isinstance(found, MissingRevision):
            n_missing += 1
            assert f"enwiki:{found.rev_id}" not in known
            continue
        expected = known[f"enwiki:{found.rev_id}"]
        assert (
            found.page_id, found.namespace, found.page_title, found.rev_id, found.parent_rev_id,
            found.editor_name, found.comment, found.timestamp,
        ) == (
            expected["pageId"], expected["namespace"], expected["title"], expected["revId"],
            expected["parentRevId"], expected["author"], expected["comment"],
            datetime.fromisoformat(expected["timestampStr"]),
        )  # fmt: skip
    assert n_missing == 1


def test_silence_is_not_taken_for_absence(wiki) -> None:
    wiki.answer = lambda params: {"batchcomplete": True}
    with pytest.raises(Failed) as caught:
        fetch_revisions(wiki.api, [5])
    assert caught.value.reason == "bad-answer"


def test_silence_about_an_editor_is_not_taken_for_an_experienced_one(wiki) -> None:
    wiki.users = None
    wiki.answer = lambda params: {"query": {"users": []}} if "ususerids" in params else page(row(5))
    with pytest.raises(Failed) as caught:
        fetch_revisions(wiki.api, [5])
    assert caught.value.reason == "bad-answer"


def test_texts_of_an_answer_to_another_question_are_not_missing_texts(wiki) -> None:
    wiki.answer = lambda params: {"hello": ["world"]}
    with pytest.raises(Failed):
        fetch_texts(wiki.api, [5])


def test_another_revision_than_asked_for_is_not_taken(wiki) -> None:
    wiki.answer = lambda params: page(row(6))
    with pytest.raises(Failed):
        fetch_revisions(wiki.api, [5])


@pytest.mark.parametrize(
    "facts",
    [
        {"revid": "5"}, {"revid": True}, {"parentid": -1}, {"size": 2**70}, {"timestamp": "now"},
        {"timestamp": "2026-01-01T00:00:00"}, {"tags": "mw-undo"}, {"tags": [1]}, {"comment": 7},
        {"slots": [1]}, {"slots": {"main": 1}}, {"sha1": ["x"]}, {"user": {}}, {"userid": "x"},
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_kind_is_a_bad_answer(wiki, facts) -> None:
    wiki.answer = lambda params: page({**row(), **facts})
    with pytest.raises(Failed) as caught:
        fetch_revisions(wiki.api, [5])
    assert caught.value.reason == "bad-answer"


def test_the_size_before_is_asked_for_and_none_where_it_is_not_shown(wiki) -> None:
    def answer(params):
        if "timestamp" in params["rvprop"]:
            return page(row(5, parentid=4, size=10), row(9, parentid=8, size=10), row(2, size=3))
        return page(row(4, size=16))

    wiki.answer = answer
    found = fetch_revisions(wiki.api, [5, 9, 2])
    assert [each.size_change for each in found] == [-6, None, 3]


def test_a_revision_spread_over_continued_answers_is_found(wiki) -> None:
    def answer(params):
        return page(row(6)) if "rvcontinue" in params else {
            **page(row(5)), "continue": {"rvcontinue": "6", "continue": "||"}
        }  # fmt: skip

    wiki.answer = answer
    assert [each.rev_id for each in fetch_revisions(wiki.api, [6, 5])] == [6, 5]


NOW = datetime(2026, 1, 10, tzinfo=UTC)
OLD = NOW - timedelta(days=900)


@pytest.mark.parametrize(
    ("facts", "account", "kind"),
    [
        ({}, Account(10, OLD, is_bot=False), "registered"),
        ({}, Account(9, OLD, is_bot=False), "newcomer"),
        ({}, Account(99, NOW - timedelta(days=4), is_bot=False), "registered"),
        ({}, Account(99, NOW - timedelta(days=3), is_bot=False), "newcomer"),
        ({}, Account(None, None, is_bot=False), "registered"),
        ({}, Account(0, None, is_bot=True), "bot"),
        ({"bot": ""}, None, "bot"),
        ({"bot": False}, None, "registered"),
        ({}, None, "registered"),
        ({"userid": None}, None, "unknown"),
        ({"userid": None, "user": "2001:db8::1"}, None, "unregistered"),
        ({"userid": 0, "user": "192.168.1.xxx"}, None, "unregistered"),
        ({"userid": 0, "user": "farwiki>Far User", "anon": True}, None, "unknown"),
        ({"user": "~2026-12-3"}, None, "temporary"),
        ({"user": "*Unregistered 1", "temp": True}, None, "temporary"),
        ({"user": "~20 cents"}, None, "registered"),
        ({"user": None}, None, "unknown"),
        ({"userhidden": True}, Account(99, OLD, is_bot=True), "unknown"),
        ({"userhidden": ""}, Account(99, OLD, is_bot=True), "unknown"),
    ],
)
def test_the_kind_of_an_editor(facts, account, kind) -> None:
    given = {**row(userid=3), **facts}
    assert editor_kind(given, {3: account} if account else {}, NOW) == kind
    assert (editor_name(given) is None) is ("userhidden" in facts or given["user"] is None)


def test_texts_are_asked_for_in_groups_that_fit_into_an_answer(wiki, monkeypatch) -> None:
    monkeypatch.setattr(revisions, "MAX_TEXT_LENGTH", 5)
    sizes = {1: 600_000, 2: 600_000, 3: 10, 4: 3_000_001, 5: 7}

    def answer(params):
        numbers = [int(number) for number in params["revids"].split("|")]
        return page(
            *(
                row(n, size=sizes[n], slots={"main": {"content": "x" * n, "contentmodel": model}})
                for n in numbers
                for model in ["flow-board" if n == 3 else "wikitext"]
            )
        )

    wiki.answer = answer
    monkeypatch.setattr(revisions, "MAX_TEXT_LENGTH", 4)
    assert fetch_texts(wiki.api, [5, 4, 3, 2, 1]) == {2: "xx", 1: "x"}
    asked = [params["revids"] for params in wiki.asked if "content" in params["rvprop"]]
    assert asked == ["5|3|2", "1"]

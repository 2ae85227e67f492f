"""The diff of an edit: the wiki's or ours, never of what was hidden, never of another pair."""

import json
from dataclasses import replace

import pytest

from jadelite.domain.diffs import Diff
from jadelite.domain.edits import Hidden, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki import revisions as wiki_revisions
from jadelite.wiki.compare import NoDiff, WikiDiff, fetch_combined, fetch_diff
from jadelite.wiki.diffs import local_diff
from jadelite.wiki.revisions import fetch_revisions

EDIT = Revision(
    wiki="testwiki", rev_id=5, parent_rev_id=4, page_id=7, page_title="P", namespace=0,
    timestamp=None, size_change=None, tags=(), comment=None, editor_name="Ann",
    editor_kind="registered", content_model="wikitext", sha1=None, hidden=Hidden(),
)  # fmt: skip
NEITHER = {"error": {"code": "missingcontent", "info": "Missing content."}}
BODY = (
    '<tr><td class="diff-deletedline"><div>a</div></td>'
    '<td class="diff-addedline"><div>b</div></td></tr>'
)


def pair(**facts):
    return {"compare": {"fromrevid": 4, "torevid": 5, "body": BODY, **facts}}


def serve(wiki, compare, texts=None, *, model="wikitext", history=(), **facts):
    """The answer `compare` to every comparison, and these texts by revision number."""

    def answer(params):
        if params["action"] == "compare":
            return compare
        if "rvdir" in params:
            found = [row for row in history if row["revid"] >= 5]
            older = [row for row in reversed(history) if row["revid"] <= 5]
            shown = found if params["rvdir"] == "newer" else older
            return {"query": {"pages": [{"pageid": 7, "ns": 0, "title": "P", "revisions": shown}]}}
        numbers = [int(number) for number in params.get("revids", "").split("|") if number]
        rows = []
        for number in numbers:
            if number not in (texts or {}):
                continue
            main = {"contentmodel": model, **facts}
            if "content" in params["rvprop"].split("|") and texts[number] is not None:
                main["content"] = texts[number]
            size = len(texts[number] or "")
            rows.append({"revid": number, "parentid": 3, "size": size, "slots": {"main": main}})
        bad = {str(n): {"revid": n, "missing": True} for n in numbers if n not in (texts or {})}
        pages = [{"pageid": 7, "ns": 0, "title": "P", "revisions": rows}]
        return {"query": {"pages": pages if rows else [], "badrevids": bad}}

    wiki.answer = answer


def serve_recorded(recorded_wiki, body):
    """A recorded comparison in front of the recorded revisions."""
    others = recorded_wiki.answer
    recorded_wiki.answer = lambda params: body if params["action"] == "compare" else others(params)


def edits_compared(recorded_wiki, recorded):
    """(file, kind of edit, edit) of every recorded comparison of an edit with the one before."""
    kinds = {}
    for name in recorded.names("compare_prev_") + recorded.names("compare_phpengine_"):
        kind = name.removeprefix("compare_prev_").removeprefix("compare_phpengine_")
        kinds[name] = kind.partition("_as_")[0]
    numbers = [recorded.kind(kind) for kind in kinds.values()]
    found = fetch_revisions(recorded_wiki.api, numbers)
    for (name, kind), each in zip(kinds.items(), found, strict=True):
        gone = replace(EDIT, rev_id=each.rev_id, parent_rev_id=each.rev_id - 1)
        yield name, kind, each if isinstance(each, Revision) else gone


def test_every_recorded_comparison_ends_in_a_diff_or_a_reason(recorded_wiki, recorded) -> None:
    others = recorded_wiki.answer
    found = {}
    for name, _, revision in list(edits_compared(recorded_wiki, recorded)):
        recorded_wiki.answer = others
        serve_recorded(recorded_wiki, recorded.body(name))
        found[name] = fetch_diff(recorded_wiki.api, revision)
    reasons = {name: each.reason for name, each in found.items() if isinstance(each, NoDiff)}
    assert {name for name, reason in reasons.items() if reason == "missing"} == {
        "compare_prev_deleted_page_rev1", "compare_prev_deleted_page_rev2",
        "compare_prev_recreated_archived_rev",
    }  # fmt: skip
    assert set(reasons.values()) == {"missing", "hidden"}
    for name, each in found.items():
        is_by_wiki = "error" not in recorded.body(name)
        if isinstance(each, WikiDiff):
            assert (each.origin == "wiki") is is_by_wiki, name
    assert sum(isinstance(each, WikiDiff) for each in found.values()) > 55


def test_a_hidden_text_is_never_shown_whoever_asked(recorded_wiki, recorded) -> None:
    others = recorded_wiki.answer
    n_hidden = 0
    for name, kind, revision in list(edits_compared(recorded_wiki, recorded)):
        if not kind.startswith(("revdel_", "suppressed_")):
            continue
        compare = recorded.body(name).get("compare", {})
        is_hidden = "error" in recorded.body(name) or bool(
            {"totexthidden", "fromtexthidden"} & set(compare)
        )
        recorded_wiki.answer = others
        serve_recorded(recorded_wiki, recorded.body(name))
        # Even for one who hadn't heard of the hiding yet.
        for asked in (revision, replace(revision, hidden=Hidden())):
            found = fetch_diff(recorded_wiki.api, asked)
            assert isinstance(found, NoDiff) is is_hidden, name
            if is_hidden:
                n_hidden += 1
                assert found.reason == "hidden", name
                assert "private words" not in repr(found)
            assert "secret summary" not in repr(found)
    assert n_hidden > 30


def test_a_move_changes_nothing_in_the_text(recorded_wiki, recorded) -> None:
    (moved,) = fetch_revisions(recorded_wiki.api, [recorded.kind("move_null_revision")])
    serve_recorded(recorded_wiki, recorded.body("compare_prev_move_null_revision"))
    assert fetch_diff(recorded_wiki.api, moved) == WikiDiff(Diff((), 0, 0), "wiki")


def test_a_new_page_is_all_added(recorded_wiki, recorded) -> None:
    (created,) = fetch_revisions(recorded_wiki.api, [recorded.kind("rtl_persian_create")])
    serve_recorded(recorded_wiki, recorded.body("compare_prev_rtl_persian_create"))
    found = fetch_diff(recorded_wiki.api, created)
    assert {row.kind for row in found.diff.rows} == {"added"}


@pytest.mark.parametrize(
    "compare",
    [
        NEITHER,
        pair(body=None),
        pair(body="<p>no table</p>"),
        pair(body="", tosize=9, fromsize=7),
        pair(torevid=6),
        pair(fromrevid=3),
        {"compare": {"torevid": 5, "body": BODY}},
        {},
        (200, {}, b"<html>too large"),
    ],
)
def test_where_the_wiki_makes_no_diff_of_this_pair_it_is_made_here(wiki, compare) -> None:
    serve(wiki, compare, {4: "old\ntext", 5: "new\ntext"})
    found = fetch_diff(wiki.api, EDIT)
    assert found == WikiDiff(local_diff("old\ntext", "new\ntext"), "local")


def long_line(word: str) -> str:
    return "word " * 2_000 + word


def test_very_long_lines_are_compared_here_where_the_texts_are_shown(wiki) -> None:
    # One engine marks such a line all over, another compares its first words only.
    body = BODY.replace(">a<", f">{long_line('one')}<").replace(">b<", f">{long_line('two')}<")
    answer = pair(body=body)
    texts = {4: f"{long_line('one')}\ntext", 5: f"{long_line('two')}\ntext"}
    serve(wiki, answer, texts)
    found = fetch_diff(wiki.api, EDIT)
    assert found == WikiDiff(local_diff(texts[4], texts[5]), "local")
    serve(wiki, answer)
    assert fetch_diff(wiki.api, EDIT).origin == "wiki"


def test_a_new_page_without_a_diff_is_compared_with_nothing(wiki) -> None:
    serve(wiki, {"compare": {"torevid": 5}}, {5: "new\ntext"})
    found = fetch_diff(wiki.api, replace(EDIT, parent_rev_id=0))
    assert found == WikiDiff(local_diff("", "new\ntext"), "local")


def test_the_body_of_each_form_of_answer_is_found(wiki) -> None:
    expected = None
    for facts in ({}, {"body": None, "*": BODY}, {"body": None, "bodies": {"main": BODY}}):
        serve(wiki, pair(**facts))
        found = fetch_diff(wiki.api, EDIT)
        assert found.origin == "wiki"
        assert expected in (None, found)
        expected = found


def test_why_there_is_no_diff(wiki, monkeypatch) -> None:
    cases = [
        ("missing", {5: "x"}, {}),
        ("hidden", {4: None, 5: None}, {"texthidden": True}),
        ("hidden", {4: None, 5: None}, {"sha1hidden": True}),
        ("not-text", {4: "x", 5: "y"}, {"model": "flow-board"}),
        ("transient", {4: None, 5: "y"}, {}),
        ("too-large", {4: "x", 5: "y" * 99}, {}),
    ]
    monkeypatch.setattr(wiki_revisions, "MAX_TEXT_LENGTH", 50)
    monkeypatch.setattr("jadelite.wiki.compare.MAX_TEXT_LENGTH", 50)
    for reason, texts, facts in cases:
        serve(wiki, NEITHER, texts, **facts)
        found = fetch_diff(wiki.api, EDIT)
        assert isinstance(found, NoDiff)
        assert found.reason == reason


@pytest.mark.parametrize(
    "answer",
    [
        (503, {}, b"<html>"),
        (200, {}, b"null"),
        {"error": {"code": "maxlag", "info": "Waiting."}},
        {"query": {"pages": 7}, "compare": []},
        {"compare": {"torevid": "5"}},
    ],
)
def test_a_fault_leaves_no_diff_and_is_worth_another_try(wiki, answer) -> None:
    wiki.answer = lambda params: answer
    found = fetch_diff(wiki.api, EDIT)
    assert isinstance(found, NoDiff)
    assert found.reason == "transient"


def history(*rows):
    return [
        {"revid": rev_id, "parentid": rev_id - 1, **({"user": user} if user else hidden)}
        for rev_id, user in rows
        for hidden in [{"userhidden": True, "user": "Ann"}]
    ]


def combined(first, last):
    return {"compare": {"fromrevid": first - 1, "torevid": last, "body": BODY}}


@pytest.mark.parametrize(
    ("rows", "first", "last"),
    [
        ([(4, "Ann"), (5, "Ann"), (6, "Ann"), (7, "Bo")], 4, 6),
        ([(3, "Bo"), (4, "Ann"), (5, "Ann")], 4, 5),
        ([(4, "Bo"), (5, "Ann"), (6, "Ann")], 5, 6),
        ([(3, None), (4, "Ann"), (5, "Ann"), (6, None)], 4, 5),
    ],
)
def test_a_run_of_one_editor_is_compared_as_one_change(wiki, rows, first, last) -> None:
    serve(wiki, combined(first, last), history=history(*rows))
    found = fetch_combined(wiki.api, EDIT)
    assert found[:3] == (first - 1, first, last)
    assert found[3].origin == "wiki"
    asked = wiki.asked[-1]
    assert (asked["fromrev"], asked["torev"]) == (str(first - 1), str(last))


@pytest.mark.parametrize(
    "rows",
    [
        [(4, "Bo"), (5, "Ann"), (6, "Bo")],
        [(5, "Ann")],
        [(4, None), (5, "Ann"), (6, None)],
    ],
)
def test_an_edit_that_stands_alone_has_no_combined_diff(wiki, rows) -> None:
    serve(wiki, combined(4, 6), history=history(*rows))
    assert fetch_combined(wiki.api, EDIT) is None
    assert all(params["action"] == "query" for params in wiki.asked)


def test_nobody_is_asked_about_a_hidden_editor(wiki) -> None:
    for revision in (
        replace(EDIT, editor_name=None),
        replace(EDIT, hidden=Hidden(editor=True)),
        replace(EDIT, page_id=None),
    ):
        assert fetch_combined(wiki.api, revision) is None
    assert wiki.asked == []


def test_a_run_that_began_the_page_is_compared_with_nothing(wiki) -> None:
    rows = history((1, "Ann"), (5, "Ann"))
    serve(wiki, NEITHER, {5: "whole"}, history=rows)
    assert fetch_combined(wiki.api, EDIT) == (0, 1, 5, WikiDiff(local_diff("", "whole"), "local"))


def test_a_run_at_a_hidden_text_has_no_combined_diff(wiki) -> None:
    rows = history((4, "Ann"), (5, "Ann"))
    serve(wiki, pair(fromrevid=3, fromtexthidden=True), history=rows)
    assert fetch_combined(wiki.api, EDIT) is None


def test_a_fault_while_combining_is_not_taken_for_standing_alone(wiki) -> None:
    for rows in ([], [(6, "Ann"), (7, "Ann")]):
        serve(wiki, combined(4, 6), history=history(*rows))
        with pytest.raises(Failed):
            fetch_combined(wiki.api, EDIT)
    wiki.answer = lambda params: (503, {}, b"")
    with pytest.raises(Failed):
        fetch_combined(wiki.api, EDIT)


def test_real_comparisons_of_english_wikipedia_become_diffs(wiki, shared) -> None:
    folder = shared / "mediawiki-payloads"
    known = json.loads((folder / "revision_info_enwiki.json").read_text())
    n_read = 0
    for each in json.loads((folder / "mwapi_enwiki.json").read_text()):
        asked = each["req"]["params"]
        if asked["action"] != "compare":
            continue
        facts = known.get(f"enwiki:{asked['fromrev']}")
        parent = facts["parentRevId"] if facts else 1
        edit = replace(EDIT, rev_id=asked["fromrev"], parent_rev_id=parent)
        wiki.answer = lambda params, body=each["res"]["data"]: body
        found = fetch_diff(wiki.api, edit)
        if facts:
            assert found.origin == "wiki"
            n_read += 1
        else:
            assert found.reason == "missing"
    assert n_read == 9

"""Whether an edit was undone: by the wiki's tag or the text of before, never by guessing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jadelite.domain.edits import Hidden, Revert, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki.reverts import MAX_DISTANCE, fetch_revert

EDIT = Revision(
    wiki="testwiki", rev_id=5, parent_rev_id=4, page_id=2, page_title="P", namespace=0,
    timestamp=None, size_change=None, tags=(), comment=None, editor_name="Ann",
    editor_kind="registered", content_model="wikitext", sha1=None, hidden=Hidden(),
)  # fmt: skip
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def serve(wiki, rows):
    """A page with these revisions, the oldest first."""

    def answer(params):
        start, limit = int(params["rvstartid"]), int(params["rvlimit"])
        shown = [row for row in rows if row["revid"] >= start]
        if params["rvdir"] == "older":
            shown = [row for row in reversed(rows) if row["revid"] <= start]
        page = {"pageid": int(params["pageids"]), "ns": 0, "title": "P", "revisions": shown[:limit]}
        return {"query": {"pages": [page]}}

    wiki.answer = answer


def row(rev_id, sha1=None, *tags, **facts):
    written = {"sha1": sha1} if sha1 else {"sha1hidden": True}
    return {
        "revid": rev_id, "parentid": rev_id - 1, "timestamp": "2026-01-01T00:00:00Z",
        "tags": list(tags), **written, **facts,
    }  # fmt: skip


def by(rev_id, kind):
    return Revert("testwiki", 5, rev_id, WHEN if rev_id else None, kind)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(4, "a"), row(5, "b"), row(6, "a")], by(6, "identity")),
        ([row(4, "a"), row(5, "b"), row(6, "c"), row(7, "a")], by(7, "identity")),
        ([row(3, "a"), row(4, "x"), row(5, "b"), row(6, "a")], by(6, "identity")),
        ([row(4, "a"), row(5, "b", "mw-reverted"), row(6, "a")], by(6, "tag")),
        ([row(4, "a"), row(5, "b", "mw-reverted"), row(6, "c", "mw-undo")], by(6, "tag")),
        ([row(4, "a"), row(5, "b", "mw-reverted"), row(6, "c"), row(7, "d")], by(None, "tag")),
        ([row(5, "b", "mw-reverted")], by(None, "tag")),
        ([row(5, None, "mw-reverted"), row(6, None, "mw-rollback")], by(6, "tag")),
        (
            [row(5, "b", "mw-reverted"), row(6, "c", "mw-undo"), row(7, "d", "mw-rollback")],
            by(None, "tag"),
        ),
    ],
)
def test_a_revert_is_known_by_tag_or_by_text(wiki, rows, expected) -> None:
    serve(wiki, rows)
    assert fetch_revert(wiki.api, EDIT) == expected


@pytest.mark.parametrize(
    "rows",
    [
        [row(4, "a"), row(5, "b"), row(6, "c")],
        [row(4, "a"), row(5, "b")],
        # Somebody else's edit was undone, this one stands.
        [row(4, "a"), row(5, "b"), row(6, "c"), row(7, "b", "mw-rollback")],
        [row(4, "a"), row(5, "b"), row(6, "c"), row(7, "d", "mw-undo")],
        # A move changes no text, so no text coming back undoes it.
        [row(3, "a"), row(4, "b"), row(5, "b"), row(6, "a")],
        # A hidden text is the same as nothing.
        [row(4), row(5), row(6)],
        [row(4, "a"), row(5, "b"), row(6, "a", sha1hidden=True)],
        [row(4, "a", sha1hidden=""), row(5, "b"), row(6, "a")],
        # Too far away.
        [row(4, "a"), row(5, "b"), *(row(n, f"x{n}") for n in range(6, 21)), row(21, "a")],
    ],
)
def test_what_shows_no_revert_is_none(wiki, rows) -> None:
    serve(wiki, rows)
    assert fetch_revert(wiki.api, EDIT) is None
    assert all(int(params["rvlimit"]) == MAX_DISTANCE + 1 for params in wiki.asked)


def test_the_recorded_history_of_a_page_tells_its_reverts(wiki, recorded) -> None:
    rows = [row for page, row in recorded.rows().values() if page["pageid"] == 2]
    sums = {
        change["revid"]: change["sha1"]
        for change in recorded.body("recentchanges_all_types")["query"]["recentchanges"]
        if "sha1" in change
    }
    known = [{**row, "sha1": sums[row["revid"]]} for row in rows if row["revid"] in sums]
    serve(wiki, sorted(known, key=lambda row: row["revid"]))
    tags = {row["revid"]: row["tags"] for row in known}
    undone = {"vandal_blank": "rollback", "vandal_gibberish": "undo"}
    undone["vandal_subtle_numbers"] = "manual_revert"
    for kind, reverting in undone.items():
        found = fetch_revert(wiki.api, replace(EDIT, rev_id=recorded.kind(kind)))
        assert found.by_rev_id == recorded.kind(reverting)
        assert (found.kind == "tag") is ("mw-reverted" in tags[recorded.kind(kind)])
        assert found.reverted_at is not None
    for kind in ("good_copyedit", "good_ip_addition", "rollback", "temp_user"):
        assert fetch_revert(wiki.api, replace(EDIT, rev_id=recorded.kind(kind))) is None


def test_an_edit_of_an_unknown_page_is_not_asked_about(wiki) -> None:
    assert fetch_revert(wiki.api, replace(EDIT, page_id=None)) is None
    assert wiki.asked == []


def test_a_fault_is_not_taken_for_no_revert(wiki) -> None:
    for rows in ([], [row(6, "a")]):
        serve(wiki, rows)
        with pytest.raises(Failed):
            fetch_revert(wiki.api, EDIT)
    for answer in ((200, {}, b"<html>"), {}, {"hello": ["world"]}, {"query": {"users": []}}):
        wiki.answer = lambda params, answer=answer: answer
        with pytest.raises(Failed):
            fetch_revert(wiki.api, EDIT)


@pytest.mark.parametrize(
    "answer",
    [
        {"query": {"pages": [{"pageid": 2, "missing": True}]}},
        {"error": {"code": "nosuchrevid", "info": "There is no revision with ID 5."}},
    ],
)
def test_an_edit_whose_page_is_gone_has_no_revert(wiki, answer) -> None:
    wiki.answer = lambda params: answer
    assert fetch_revert(wiki.api, EDIT) is None

"""Facts, texts, recent changes and reverts, as a real MediaWiki tells them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from real_servers import MediaWiki

from jadelite.domain.edits import EditorKind, Hidden, MissingRevision, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki import recent
from jadelite.wiki.api import WikiApi, WikiError
from jadelite.wiki.consecutive import find_run
from jadelite.wiki.recent import recent_changes
from jadelite.wiki.reverts import fetch_revert
from jadelite.wiki.revisions import fetch_revisions, fetch_texts

pytestmark = pytest.mark.peer

TEXT, USER, COMMENT = Hidden(text=True), Hidden(editor=True), Hidden(comment=True)
ALL = Hidden(text=True, editor=True, comment=True)
HIDDEN = {
    "revdel_text": TEXT,
    "revdel_user": USER,
    "revdel_comment": COMMENT,
    "revdel_all": ALL,
    "suppressed_text": TEXT,
    "suppressed_all": ALL,
    "revdel_pair_a": TEXT,
    "revdel_pair_b": TEXT,
    "hidden_user_rev": USER,
}
MISSING = {"deleted_page_rev1", "deleted_page_rev2", "recreated_archived_rev"}
EDITORS: dict[str, EditorKind] = {
    "temp_user": "temporary",
    "good_ip_addition": "unregistered",
    "long_diff_1000_lines": "unregistered",
    "bot_minor": "bot",
    "good_newcomer_mixed": "newcomer",
    "good_copyedit": "newcomer",  # every account of this wiki is younger than a day
    "blocked_user_rev": "newcomer",
    "revdel_user": "unknown",
    "hidden_user_rev": "unknown",
}


def raw(wiki: MediaWiki, **params: Any) -> dict[str, Any]:
    """An answer of the wiki, by no code of the product."""
    asked = {"format": "json", "formatversion": 2, **params}
    return requests.get(wiki.api, params=asked, timeout=60).json()


def one(api: WikiApi, mediawiki: MediaWiki, kind: str) -> Revision:
    found = fetch_revisions(api, [mediawiki.kinds[kind]])[0]
    assert isinstance(found, Revision), kind
    return found


def test_every_kind_of_change_has_the_facts_that_the_wiki_tells(api, mediawiki) -> None:
    kinds = mediawiki.kinds
    assert len(kinds) > 60
    found = dict(zip(kinds, fetch_revisions(api, list(kinds.values())), strict=True))
    for kind, revision in found.items():
        if kind in MISSING:
            assert revision == MissingRevision("testwiki", kinds[kind])
            continue
        said = raw(
            mediawiki, action="query", prop="revisions", revids=kinds[kind], rvslots="main",
            rvprop="ids|timestamp|user|comment|size|sha1|tags|contentmodel",
        )  # fmt: skip
        page = said["query"]["pages"][0]
        row = page["revisions"][0]
        assert isinstance(revision, Revision)
        assert (revision.rev_id, revision.parent_rev_id) == (row["revid"], row["parentid"])
        assert (revision.page_id, revision.page_title) == (page["pageid"], page["title"])
        assert revision.namespace == page["ns"]
        assert revision.timestamp == datetime.fromisoformat(row["timestamp"])
        assert revision.tags == tuple(row["tags"])
        assert revision.comment == row.get("comment")
        assert revision.editor_name == row.get("user")
        assert revision.sha1 == row.get("sha1")
        assert revision.content_model == row["slots"]["main"]["contentmodel"]
        assert revision.hidden == HIDDEN.get(kind, Hidden()), kind
        if revision.parent_rev_id == 0:
            assert revision.size_change == row["size"]


def test_sizes_are_those_of_the_list_of_recent_changes(api, mediawiki) -> None:
    said = raw(
        mediawiki, action="query", list="recentchanges", rctype="edit|new", rclimit=500,
        rcprop="ids|sizes",
    )  # fmt: skip
    sizes = {row["revid"]: row["newlen"] - row["oldlen"] for row in said["query"]["recentchanges"]}
    assert len(sizes) > 50
    for revision in fetch_revisions(api, list(sizes)):
        assert isinstance(revision, Revision)
        assert revision.size_change == sizes[revision.rev_id]


@pytest.mark.parametrize("kind", sorted(HIDDEN))
def test_what_is_hidden_never_comes_with_a_value(api, mediawiki, kind) -> None:
    revision = one(api, mediawiki, kind)
    if HIDDEN[kind].text:
        assert revision.sha1 is None
        assert fetch_texts(api, [revision.rev_id]) == {}
    if HIDDEN[kind].editor:
        assert (revision.editor_name, revision.editor_kind) == (None, "unknown")
    if HIDDEN[kind].comment:
        assert revision.comment is None


def test_texts_are_byte_for_byte_those_of_the_wiki(api, mediawiki) -> None:
    shown = {
        kind: rev_id
        for kind, rev_id in mediawiki.kinds.items()
        if kind not in MISSING and not HIDDEN.get(kind, Hidden()).text
    }
    texts = fetch_texts(api, list(mediawiki.kinds.values()))
    assert set(texts) == set(shown.values())
    address = mediawiki.api.replace("api.php", "index.php")
    for rev_id, text in texts.items():
        body = requests.get(address, params={"oldid": rev_id, "action": "raw"}, timeout=60).content
        assert text.encode() == body, rev_id


@pytest.mark.parametrize(("kind", "editor"), sorted(EDITORS.items()))
def test_kinds_of_editors_are_told_apart(api, mediawiki, kind, editor) -> None:
    assert one(api, mediawiki, kind).editor_kind == editor


def test_imported_edits_of_another_wikis_account_are_of_nobody_known(api, mediawiki) -> None:
    last = one(api, mediawiki, "imported")
    assert last.timestamp == datetime(2012, 6, 30, 23, 59, 59, tzinfo=UTC)
    far, address = (
        each
        for each in fetch_revisions(api, [last.rev_id - 2, last.rev_id - 1])
        if isinstance(each, Revision)
    )
    assert far.editor_name is not None
    assert far.editor_name.startswith("farwiki>")
    assert (far.editor_kind, address.editor_kind) == ("unknown", "unregistered")


def changes(wiki: MediaWiki) -> list[int]:
    """The revisions of the wiki's list, newest first, by no code of the product."""
    said = raw(
        wiki, action="query", list="recentchanges", rctype="edit|new", rcprop="ids", rclimit=500
    )
    return [row["revid"] for row in said["query"]["recentchanges"]]


@pytest.mark.parametrize("size", [7, 500])
def test_recent_changes_are_all_edits_once_over_all_pages(api, mediawiki, monkeypatch, size):
    monkeypatch.setattr(recent, "MAX_CHANGES", size)
    found = list(recent_changes(api, since=None, limit=1000))
    assert [each.rev_id for each in found] == changes(mediawiki)
    kinds = mediawiki.kinds
    numbers = {each.rev_id for each in found}
    assert kinds["protect_null_revision"] not in numbers
    assert kinds["imported"] not in numbers
    assert kinds["deleted_page_rev1"] not in numbers
    by_number = {each.rev_id: each for each in found}
    assert by_number[kinds["suppressed_all"]].hidden == ALL
    assert by_number[kinds["suppressed_all"]].editor_name is None
    assert by_number[kinds["temp_user"]].editor_kind == "temporary"


def test_recent_changes_say_the_same_of_an_edit_as_the_edit_itself(api) -> None:
    listed = list(recent_changes(api, since=None, limit=30))
    asked = fetch_revisions(api, [each.rev_id for each in listed])
    for one_way, other in zip(listed, asked, strict=True):
        assert isinstance(other, Revision)
        for name in (
            "parent_rev_id", "page_id", "namespace", "timestamp", "size_change",
            "tags", "comment", "editor_name", "editor_kind", "sha1", "hidden",
        ):  # fmt: skip
            assert getattr(one_way, name) == getattr(other, name), (other.rev_id, name)
        # The list keeps the title that a page had before it was moved.
        is_moved = other.page_title == "New name"
        assert one_way.page_title == ("Old name" if is_moved else other.page_title)


def test_recent_changes_begin_at_a_moment_and_end_at_a_number(api, mediawiki) -> None:
    every = list(recent_changes(api, since=None, limit=1000))
    since = every[20].timestamp
    assert since is not None
    found = list(recent_changes(api, since=since, limit=1000))
    expected = [each.rev_id for each in every if each.timestamp and each.timestamp >= since]
    assert [each.rev_id for each in found] == expected
    assert [each.rev_id for each in recent_changes(api, since=None, limit=5)] == [
        each.rev_id for each in every[:5]
    ]


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("vandal_blank", "rollback"),
        ("vandal_gibberish", "undo"),
        ("vandal_subtle_numbers", "manual_revert"),
        ("revdel_comment", "revdel_comment_next"),
        ("revdel_user", "revdel_user_next"),
    ],
)
def test_an_edit_that_was_undone_names_when_and_by_which(api, mediawiki, kind, by) -> None:
    revert = fetch_revert(api, one(api, mediawiki, kind))
    assert revert is not None
    assert revert.by_rev_id == mediawiki.kinds[by]
    assert revert.reverted_at == one(api, mediawiki, by).timestamp


def test_edits_that_stand_are_not_called_reverted(api, mediawiki) -> None:
    for kind in (
        "create", "good_copyedit", "good_ip_addition", "bot_minor", "rollback", "undo",
        "manual_revert", "protect_null_revision", "move_null_revision", "long_diff_reversed",
        "redirect_retarget", "restored_rev", "revdel_text_next", "temp_user",
    ):  # fmt: skip
        assert fetch_revert(api, one(api, mediawiki, kind)) is None, kind


def test_a_run_of_one_editor_is_found_from_each_of_its_edits(api, mediawiki) -> None:
    first, last = (mediawiki.kinds[k] for k in ("good_newcomer_mixed", "whitespace_comment"))
    for kind in ("good_newcomer_mixed", "whitespace_comment"):
        run = find_run(api, one(api, mediawiki, kind))
        assert run is not None
        assert (run.first_rev_id, run.last_rev_id) == (first, last)
        assert run.parent_rev_id == mediawiki.kinds["vandal_section_blank"]
    for kind in ("bot_minor", "undo", "revdel_user", "suppressed_all"):
        assert find_run(api, one(api, mediawiki, kind)) is None, kind


def test_numbers_no_wiki_has_are_missing_and_keep_their_places(api, mediawiki) -> None:
    shown = mediawiki.kinds["create"]
    found = fetch_revisions(api, [999_999, shown, 0, 2**62, shown])
    assert [type(each) for each in found] == [
        MissingRevision, Revision, MissingRevision, MissingRevision, Revision,
    ]  # fmt: skip


def test_a_wiki_that_refuses_says_so_in_its_own_words(api) -> None:
    with pytest.raises(WikiError, match="badinteger"):
        api.get(action="query", list="recentchanges", rclimit="many")
    with pytest.raises(WikiError, match="nosuchrevid"):
        api.get(action="compare", fromrev=999_999, torelative="prev")


def test_a_wiki_that_lags_is_asked_again_and_then_called_unavailable(patient_api, clock) -> None:
    before = clock()
    with pytest.raises(Failed, match="maxlag") as caught:
        patient_api.get(action="query", meta="siteinfo", maxlag=-5)
    assert caught.value.reason == "transient"
    assert caught.value.retry_after_seconds == 5
    assert (clock() - before).total_seconds() >= 5  # it was asked more than once, and not at once


def test_a_wiki_that_is_gone_is_a_failure_of_one_sentence(patient_api, mediawiki) -> None:
    rev_id = mediawiki.kinds["create"]
    mediawiki.stop()
    try:
        with pytest.raises(Failed) as caught:
            fetch_revisions(patient_api, [rev_id])
        assert caught.value.reason == "transient"
        assert "\n" not in caught.value.detail
    finally:
        mediawiki.start()
    assert isinstance(fetch_revisions(patient_api, [rev_id])[0], Revision)

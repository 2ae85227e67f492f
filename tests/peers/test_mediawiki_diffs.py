"""Diffs as a real MediaWiki makes them, by both of its engines, against the texts themselves."""

from collections import Counter
from collections.abc import Iterator

import pytest
from test_mediawiki_facts import HIDDEN, one

from jadelite.domain.diffs import Diff, Segment
from jadelite.domain.edits import Revision
from jadelite.wiki import diffs
from jadelite.wiki.compare import NoDiff, WikiDiff, fetch_combined, fetch_diff
from jadelite.wiki.revisions import fetch_revisions, fetch_texts

pytestmark = pytest.mark.peer

HIDDEN_BEFORE = {
    "revdel_text_next", "revdel_all_next", "suppressed_text_next", "suppressed_all_next",
}  # fmt: skip
WITHOUT_CHANGE = {"protect_null_revision", "move_null_revision"}


@pytest.fixture(params=["wikidiff2", "php"])
def engine(request, mediawiki) -> Iterator[str]:
    mediawiki.switch("phpdiff.on", is_on=request.param == "php")
    yield request.param
    mediawiki.switch("phpdiff.on", is_on=False)


def words(side: tuple[Segment, ...] | None) -> str | None:
    return None if side is None else "".join(part.text for part in side)


def is_line(side: str, known: Counter[str]) -> bool:
    """Whether it is one of the lines, or the shown part of one that is very long."""
    if side.startswith("…") or side.endswith("…"):
        return any(side.strip("…") in line for line in known)
    return bool(known[side.strip()])


def require_true(diff: Diff, before: str, after: str, what: str) -> None:
    """Each row is a line of the texts, and each line that came or went has a row.

    A line is compared without blanks at its ends: a diff says nothing of them.
    """
    lines = [Counter(line.strip() for line in text.split("\n")) for text in (before, after)]
    for row in diff.rows:
        for side, known in ((words(row.before), lines[0]), (words(row.after), lines[1])):
            assert side is None or is_line(side, known), (what, row.kind, side[:80])
        if row.kind == "changed":
            assert row.before is not None
            assert row.after is not None
        if row.kind == "context":
            assert words(row.before) == words(row.after), what
    if any(row.kind == "cut" for row in diff.rows):
        return
    shown = [row for row in diff.rows if row.kind not in ("context", "gap")]
    for place, name in ((0, "before"), (1, "after")):
        gone = lines[place] - lines[1 - place]
        told = Counter((words(getattr(row, name)) or "").strip() for row in shown)
        untold = {line for line in gone if line and not told[line]}
        assert not {line for line in untold if len(line) < 4000}, (what, name)


def test_every_shown_change_is_told_by_its_diff(api, mediawiki, engine) -> None:
    kinds = mediawiki.kinds
    found = dict(zip(kinds, fetch_revisions(api, list(kinds.values())), strict=True))
    shown = {
        kind: revision
        for kind, revision in found.items()
        if isinstance(revision, Revision) and not revision.hidden.text and kind not in HIDDEN_BEFORE
    }
    assert len(shown) > 40
    numbers = {each.rev_id for each in shown.values()}
    texts = fetch_texts(api, sorted(numbers | {each.parent_rev_id for each in shown.values()}))
    for kind, revision in shown.items():
        made = fetch_diff(api, revision)
        assert isinstance(made, WikiDiff), (kind, made)
        # Of very long lines the wiki's engines say little, one of them what is wrong.
        assert made.origin == ("local" if kind == "long_line_diff" else "wiki"), kind
        nothing = "{}" if revision.content_model == "json" else ""  # what wikis call no JSON
        before = texts[revision.parent_rev_id] if revision.parent_rev_id else nothing
        require_true(made.diff, before, texts[revision.rev_id], f"{engine} {kind}")
        assert (not made.diff.rows) == (kind in WITHOUT_CHANGE), kind


def test_a_large_change_is_cut_and_says_so(api, mediawiki) -> None:
    found = fetch_diff(api, one(api, mediawiki, "long_diff_reversed"))
    assert isinstance(found, WikiDiff)
    assert found.diff.rows[-1].kind == "cut"
    assert len(found.diff.rows) <= diffs.MAX_ROWS + 1


def test_a_line_of_130_kilobytes_is_shortened_and_says_so(api, mediawiki) -> None:
    found = fetch_diff(api, one(api, mediawiki, "long_line_diff"))
    assert isinstance(found, WikiDiff)
    (row,) = [row for row in found.diff.rows if row.kind == "changed"]
    for side in (words(row.before), words(row.after)):
        assert side is not None
        assert side.endswith("…")
        assert len(side) <= diffs.MAX_KEPT_LENGTH + 1


def test_hostile_text_comes_as_text(api, mediawiki) -> None:
    found = fetch_diff(api, one(api, mediawiki, "hostile_text"))
    assert isinstance(found, WikiDiff)
    said = "\n".join(words(row.after) or "" for row in found.diff.rows)
    for part in ("<script>alert(1)</script>", "<svg/onload=alert(5)>", "&lt;b&gt; &amp;amp;"):
        assert part in said


@pytest.mark.parametrize(
    "kind", sorted(HIDDEN_BEFORE | {kind for kind, hidden in HIDDEN.items() if hidden.text})
)
def test_a_hidden_text_on_either_side_gives_no_diff(api, mediawiki, engine, kind) -> None:
    revision = one(api, mediawiki, kind)
    found = fetch_diff(api, revision)
    assert isinstance(found, NoDiff)
    assert found.reason == "hidden"
    assert fetch_combined(api, revision) is None


@pytest.mark.parametrize("kind", ["revdel_user", "revdel_comment", "hidden_user_rev"])
def test_a_hidden_name_or_summary_leaves_the_diff(api, mediawiki, kind) -> None:
    assert isinstance(fetch_diff(api, one(api, mediawiki, kind)), WikiDiff)


def test_consecutive_edits_have_the_diff_of_all_of_them(api, mediawiki, engine) -> None:
    kinds = mediawiki.kinds
    for kind in ("good_newcomer_mixed", "whitespace_comment"):
        found = fetch_combined(api, one(api, mediawiki, kind))
        assert found is not None
        base, first, last, combined = found
        assert (first, last) == (kinds["good_newcomer_mixed"], kinds["whitespace_comment"])
        before = kinds["vandal_section_blank"]
        assert base == before
        texts = fetch_texts(api, [before, last])
        require_true(combined.diff, texts[before], texts[last], f"{engine} {kind}")
    created = fetch_combined(api, one(api, mediawiki, "rtl_persian_zwnj"))
    assert created is not None
    assert created[:3] == (0, kinds["rtl_persian_create"], kinds["rtl_persian_zwnj"])
    require_true(created[3].diff, "", fetch_texts(api, [created[2]])[created[2]], "from nothing")


def test_a_page_deleted_between_the_facts_and_the_diff_is_missing(api, mediawiki) -> None:
    admin = mediawiki.login("Admin")
    admin.edit("Short-lived page", "one\n", "first")
    rev_id = admin.edit("Short-lived page", "one\ntwo\n", "second")
    (revision,) = fetch_revisions(api, [rev_id])
    assert isinstance(revision, Revision)
    admin.delete("Short-lived page")
    found = fetch_diff(api, revision)
    assert isinstance(found, NoDiff)
    assert found.reason == "missing"

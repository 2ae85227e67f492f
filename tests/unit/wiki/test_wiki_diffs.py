"""The local diff: nothing is lost, marks cover what differs, and nothing grows without bound."""

from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.wiki import diffs
from jadelite.wiki.diffs import local_diff

few = settings(max_examples=25, deadline=None, database=None)

# Repeats, blank lines, three scripts, joiners, marks and line ends that are not "\n".
words = st.sampled_from(
    ["the", "cat", "sat", "گربه", "می\u200cخواهم", "e\u0301", "👩\u200d💻", "[[x]]", "7", "٪"]
)
short_lines = st.lists(words | st.sampled_from([" ", "\t", "\r", "\u2028", "'''"]), max_size=7)
free_lines = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), max_size=6
)
texts = st.lists(short_lines.map("".join) | free_lines, max_size=9).map("\n".join)


def unfolded(before, after):
    """The diff with every line shown, of texts that differ."""
    with patch.object(diffs, "CONTEXT_LINES", 10**6):
        return local_diff(before, after)


def text_of(side):
    return "".join(part.text for part in side)


def rebuilt(diff: Diff):
    """Both texts, from the rows of a diff that leaves nothing out."""
    before = [text_of(row.before) for row in diff.rows if row.before is not None]
    after = [text_of(row.after) for row in diff.rows if row.after is not None]
    return "\n".join(before), "\n".join(after)


def marked(side, *, is_marked=True):
    return "".join(part.text for part in side or () if part.is_marked == is_marked)


def assert_marks_are_right(row):
    if row.kind == "context":
        assert row.before == row.after
        assert marked(row.before) == ""
    elif row.kind == "added":
        assert row.before is None
        assert marked(row.after, is_marked=False) == ""
    elif row.kind == "removed":
        assert row.after is None
        assert marked(row.before, is_marked=False) == ""
    elif row.kind in ("moved-from", "moved-to"):
        assert marked(row.before) == marked(row.after) == ""
    else:
        assert row.kind == "changed"
        assert marked(row.before, is_marked=False) == marked(row.after, is_marked=False)
        # A word that only moved within the line is marked on both sides.
        assert marked(row.before) or marked(row.after)
        for side in (row.before, row.after):
            assert all(part.text for part in side)
            assert all(a.is_marked != b.is_marked for a, b in pairwise(side))


@few
@given(texts, texts)
def test_both_texts_can_be_rebuilt_and_what_is_unmarked_is_the_same_on_both_sides(before, after):
    assume(before != after)
    diff = unfolded(before, after)

    assert rebuilt(diff) == (before, after)
    for row in diff.rows:
        assert_marks_are_right(row)
    assert diff.n_removed == sum(len(marked(row.before)) for row in diff.rows)
    assert diff.n_added == sum(len(marked(row.after)) for row in diff.rows)


@few
@given(texts, texts)
def test_folding_hides_unchanged_lines_only_and_counts_them(before, after):
    assume(before != after)
    shown = local_diff(before, after)
    whole = unfolded(before, after)

    hidden = sum(row.n_lines for row in shown.rows if row.kind == "gap")
    assert hidden + sum(row.kind != "gap" for row in shown.rows) == len(whole.rows)
    changes = [row for row in whole.rows if row.kind != "context"]
    assert [row for row in shown.rows if row.kind not in ("context", "gap")] == changes
    assert (shown.n_added, shown.n_removed) == (whole.n_added, whole.n_removed)


@few
@given(texts)
def test_a_text_against_itself_has_no_change(text):
    diff = local_diff(text, text)

    assert {row.kind for row in diff.rows} <= {"gap"}
    assert (diff.n_added, diff.n_removed) == (0, 0)


@few
@given(
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=5, max_size=8),
    st.text("uvw", min_size=1, max_size=4),
    st.text("xyz", min_size=1, max_size=4),
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=5, max_size=8),
)
def test_one_changed_word_is_marked_and_nothing_else(head, old, new, tail):
    start, end = " ".join(head) + " ", " " + " ".join(tail)

    (row,) = local_diff(start + old + end, start + new + end).rows

    assert row.kind == "changed"
    assert row.before == (Segment(start), Segment(old, True), Segment(end))
    assert row.after == (Segment(start), Segment(new, True), Segment(end))


@pytest.mark.parametrize(
    ("before", "after", "kept", "removed", "added"),
    [
        ("این کتاب بد است", "این کتاب خوب است", "این کتاب  است", "بد", "خوب"),
        ("این کتاب‌ها خوب است", "این کتاب ها خوب است", "این  خوب است", "کتاب‌ها", "کتاب ها"),
        ("هذه مدينة كبيرة", "هذه مدينة صغيرة", "هذه مدينة ", "كبيرة", "صغيرة"),
        ("good 👍 edit", "good 👎 edit", "good  edit", "👍", "👎"),
        ("[[Talo]] on iso", "[[Talot]] on iso", "[[]] on iso", "Talo", "Talot"),
        ("line end\r", "line end", "line end", "\r", ""),
        ("two  spaces here", "two spaces here", "twospaces here", "  ", " "),
    ],
)
def test_words_of_every_script_are_marked_one_by_one(before, after, kept, removed, added):
    (row,) = local_diff(before, after).rows

    assert row.kind == "changed"
    for side in (row.before, row.after):
        assert marked(side, is_marked=False) == kept
    assert (marked(row.before), marked(row.after)) == (removed, added)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("un cafe\u0301 noir", "un cafe noir"),
        ("un caf\u00e9 noir", "un cafe\u0301 noir"),
        ("a 👩\u200d💻 works", "a 👩 works"),
        ("flag 🇫🇮 here", "flag 🇫🇷 here"),
        ("नमस्ते दुनिया", "नमस्कार दुनिया"),
        ("مُحَمَّد هنا", "محمد هنا"),
        ("abc \u202eדגל\u202c def", "abc דגל def"),
    ],
)
def test_no_character_of_a_cluster_is_lost_or_made_up(before, after):
    diff = unfolded(before, after)

    assert rebuilt(diff) == (before, after)
    for row in diff.rows:
        assert_marks_are_right(row)
        assert row.kind != "context"


@pytest.mark.parametrize("unit", ["same", "a b ", "x\n", "\n", "== ==\n"])
@pytest.mark.parametrize(("n_before", "n_after"), [(1, 2), (2, 1), (2, 5), (7, 3)])
def test_what_repeats_is_told_as_often_as_it_stands_there(unit, n_before, n_after):
    before, after = unit * n_before, unit * n_after

    diff = unfolded(before, after)

    assert rebuilt(diff) == (before, after)
    for row in diff.rows:
        assert_marks_are_right(row)


def test_a_new_page_is_all_added_and_a_blanked_one_all_removed():
    added = local_diff("", "one\ntwo")
    removed = local_diff("one\ntwo", "")

    assert added.rows == tuple(DiffRow("added", after=(Segment(t, True),)) for t in ("one", "two"))
    assert removed.rows == tuple(
        DiffRow("removed", before=(Segment(t, True),)) for t in ("one", "two")
    )
    assert (added.n_added, added.n_removed) == (6, 0)
    assert (removed.n_added, removed.n_removed) == (0, 6)
    assert local_diff("", "") == Diff((), 0, 0)


def test_an_empty_line_comes_and_goes_as_a_row_of_its_own():
    assert [row.kind for row in local_diff("a\nb", "a\n\nb").rows] == [
        "context",
        "added",
        "context",
    ]
    assert [row.kind for row in local_diff("a\n", "a").rows] == ["context", "removed"]


def test_lines_that_have_little_in_common_are_not_set_side_by_side():
    kinds = [row.kind for row in local_diff("abcdefgh", "12345678").rows]

    assert kinds == ["removed", "added"]


def test_a_changed_line_finds_its_partner_behind_a_new_line():
    before = "the cat sat on the mat"
    rows = local_diff(before, "1234567\nthe cat sat on the rug").rows

    assert [row.kind for row in rows] == ["added", "changed"]
    assert marked(rows[1].after) == "rug"


def test_a_line_that_goes_here_and_comes_there_is_told_as_moved_and_counts_as_neither():
    moved, others = "this line was put somewhere else", [f"line {i} stays" for i in range(9)]

    diff = local_diff("\n".join([moved, *others]), "\n".join([*others, moved]))

    kinds = [row.kind for row in diff.rows if row.kind not in ("context", "gap")]
    assert kinds == ["moved-from", "moved-to"]
    assert text_of(diff.rows[0].before) == text_of(diff.rows[-1].after) == moved
    assert (diff.n_added, diff.n_removed) == (0, 0)


def test_a_short_line_and_one_that_comes_twice_are_not_all_told_as_moved():
    moved, others = "this line was put somewhere else", [f"line {i} stays" for i in range(9)]

    short = local_diff("\n".join(["}}", *others]), "\n".join([*others, "}}"]))
    twice = local_diff("\n".join([moved, *others]), "\n".join([*others, moved, moved]))

    assert {row.kind for row in short.rows} == {"removed", "context", "gap", "added"}
    assert [row.kind for row in twice.rows].count("moved-from") == 1
    assert [row.kind for row in twice.rows].count("moved-to") == 1
    assert [row.kind for row in twice.rows].count("added") == 1


def test_a_moved_line_is_not_set_beside_another_that_is_like_it():
    moved, like = "this line was put somewhere else", "this line was put somewhere new"
    others = [f"line {i} stays" for i in range(9)]

    rows = local_diff("\n".join([moved, *others, "old"]), "\n".join([like, *others, moved])).rows

    kinds = [row.kind for row in rows if row.kind not in ("context", "gap")]
    assert kinds == ["moved-from", "added", "removed", "moved-to"]


def test_a_diff_of_much_text_is_cut_before_it_has_many_rows():
    diff = local_diff("", "\n".join(["word " * 2_000] * 100))

    assert [row.kind for row in diff.rows].count("added") == diffs.MAX_CHARACTERS // 10_000
    assert diff.rows[-1] == DiffRow("cut", n_lines=100 - diffs.MAX_CHARACTERS // 10_000)


def test_two_lines_stay_around_a_change_and_a_gap_counts_the_rest():
    lines = [f"line {i}" for i in range(100)]
    changed = [*lines[:50], "something else", *lines[51:]]

    rows = local_diff("\n".join(lines), "\n".join(changed)).rows

    assert (rows[0].kind, rows[0].n_lines) == ("gap", 48)
    assert [text_of(row.before) for row in rows[1:3]] == ["line 48", "line 49"]
    assert [text_of(row.before) for row in rows[-3:-1]] == ["line 51", "line 52"]
    assert (rows[-1].kind, rows[-1].n_lines) == ("gap", 47)


@pytest.mark.parametrize(("n_between", "n_hidden"), [(4, 0), (6, 2)])
def test_changes_that_lie_close_share_their_context(n_between, n_hidden):
    between = [f"line {i}" for i in range(n_between)]
    before = "\n".join(["aaaa", *between, "bbbb"])
    after = "\n".join(["1111", *between, "2222"])

    gaps = [row.n_lines for row in local_diff(before, after).rows if row.kind == "gap"]

    assert sum(gaps) == n_hidden


@pytest.mark.parametrize(("n_lines", "n_cut"), [(2000, 0), (2001, 1), (5000, 3000)])
def test_rows_beyond_the_limit_are_counted_and_left_out(n_lines, n_cut):
    diff = local_diff("", "\n".join(["xy"] * n_lines))

    assert sum(row.kind == "added" for row in diff.rows) == min(n_lines, 2000)
    assert [row.n_lines for row in diff.rows if row.kind == "cut"] == ([n_cut] if n_cut else [])
    assert diff.n_added == 2 * n_lines


def long_line(word, *, n_before=8000, n_after=8000):
    return " ".join(["wiki"] * n_before + [word] + ["text"] * n_after)


@pytest.mark.parametrize(("n_before", "n_after"), [(0, 8000), (8000, 8000), (8000, 0)])
def test_in_a_very_long_line_the_change_stays_in_view(n_before, n_after):
    before = long_line("old", n_before=n_before, n_after=n_after)
    after = long_line("new", n_before=n_before, n_after=n_after)

    (row,) = local_diff(before, after).rows

    assert row.kind == "changed"
    assert (marked(row.before), marked(row.after)) == ("old", "new")
    for side in (row.before, row.after):
        assert len(text_of(side)) <= diffs.MAX_KEPT_LENGTH + 2
        assert text_of(side).startswith("…") == (n_before > 0)
        assert text_of(side).endswith("…") == (n_after > 0)
        if n_before:
            assert side[0].text == "…" + long_line("", n_before=n_before, n_after=0)[-200:]


def test_a_very_long_line_of_one_word_is_cut_and_counted_whole():
    diff = local_diff("x" * 300_000, "y" * 200_000)

    assert (diff.n_added, diff.n_removed) == (200_000, 300_000)
    for row in diff.rows:
        (part,) = row.before or row.after
        assert part.text[:-1] == part.text[0] * diffs.MAX_KEPT_LENGTH
        assert part.text[-1] == "…"
        assert part.is_marked


def test_a_line_at_the_limit_is_shown_whole():
    line = "x" * diffs.MAX_KEPT_LENGTH

    assert text_of(local_diff("", line).rows[0].after) == line


@pytest.fixture
def work(monkeypatch):
    """What was asked of the two slow functions: cells of matrices, lengths that were compared."""
    seen = SimpleNamespace(cells=[], compared=[])
    opcodes, ratio = diffs.LCSseq.opcodes, diffs.ratio

    def counting_opcodes(old, new):
        seen.cells.append(len(old) * len(new))
        return opcodes(old, new)

    def counting_ratio(one, other, **rules):
        seen.compared.append(max(len(one), len(other)))
        return ratio(one, other, **rules)

    monkeypatch.setattr(diffs, "LCSseq", SimpleNamespace(opcodes=counting_opcodes))
    monkeypatch.setattr(diffs, "ratio", counting_ratio)
    return seen


def test_no_matrix_is_larger_than_the_limit_and_the_diff_still_tells_all(work, monkeypatch):
    monkeypatch.setattr(diffs, "MAX_CELLS", 400)
    before = "\n".join(f"alpha {i} beta gamma" for i in range(25))
    after = "\n".join(f"alpha {i} beta delta" for i in range(25)) + "\n" + "x y " * 300

    diff = unfolded(before, after)

    assert all(cells <= 400 for cells in work.cells)
    assert rebuilt(diff) == (before, after)
    for row in diff.rows:
        assert_marks_are_right(row)


def test_what_stands_at_both_ends_unchanged_is_never_put_into_a_matrix(work):
    lines = [f"line {i}" for i in range(5000)]
    changed = [*lines[:2500], "another", "thing", *lines[2501:]]

    local_diff("\n".join(lines), "\n".join(changed))

    assert max(work.cells) <= 4


def test_each_changed_line_looks_at_a_bounded_number_of_partners_and_their_beginnings(work):
    before = "\n".join("a" * 4100 for _ in range(22))
    after = "\n".join("b" * 4100 for _ in range(22))

    local_diff(before, after)

    assert 0 < len(work.compared) <= 22 * diffs.MAX_CANDIDATES
    assert max(work.compared) <= diffs.MAX_LINE_LENGTH


def test_a_huge_page_replaced_by_another_is_bounded_in_rows_and_in_text():
    before = "\n".join(["abcd efgh"] * 3_000)
    after = "\n".join(["0123 4567"] * 3_000)

    diff = local_diff(before, after)

    assert len(diff.rows) == diffs.MAX_ROWS + 1
    assert diff.rows[-1] == DiffRow("cut", n_lines=6_000 - diffs.MAX_ROWS)
    assert (diff.n_added, diff.n_removed) == (27_000, 27_000)

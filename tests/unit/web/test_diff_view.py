"""A diff as a page shows it: every row once, long lines folded, moved ends joined, all escaped."""

import html
import re

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.domain.errors import NotFound
from jadelite.web import diff_view, locale
from jadelite.web.diff_view import diff_part, part_starts, shape_of, text_parts

few = settings(max_examples=50, deadline=None, database=None)


@pytest.fixture(autouse=True)
def page():
    app = Flask("test")
    app.secret_key = "a key"
    locale.init_app(app)
    with app.test_request_context("/"):
        yield


def context(text="same"):
    return DiffRow("context", (Segment(text),), (Segment(text),))


def added(text="new"):
    return DiffRow("added", after=(Segment(text, True),))


def removed(text="old"):
    return DiffRow("removed", before=(Segment(text, True),))


def changed(*parts):
    """A changed line: the same on both sides but for the marked parts, given in brackets."""
    after = tuple(Segment(part.strip("[]"), part.startswith("[")) for part in parts)
    return DiffRow("changed", tuple(p for p in after if not p.is_marked), after)


def diff(*rows):
    return Diff(tuple(rows), 0, 0)


def plain(markup):
    return html.unescape(re.sub(r"<summary>.*?</summary>|<[^>]+>", "", markup))


rows = st.sampled_from(
    [context(), context("x" * 20_000), added(), removed(), added("y" * 9_000), DiffRow("gap")]
)


@few
@given(st.lists(rows, min_size=1, max_size=450))
def test_parts_hold_every_row_exactly_once(found):
    whole = diff(*found)
    starts = part_starts(whole.rows)
    places = []
    for number in range(1, len(starts) + 1):
        part = diff_part(whole, number, "ltr")
        assert (part.number, part.n_parts) == (number, len(starts))
        shown = [x for line in part.lines for x in (line.lines or [line])]
        places += [line.place for line in shown]
        assert 1 <= len(shown) <= diff_view.MAX_ROWS
    assert places == list(range(len(found)))


@pytest.mark.parametrize("number", [0, -1, 2, 10**30])
def test_a_part_that_is_not_there_is_not_found(number):
    with pytest.raises(NotFound):
        diff_part(diff(added()), number, "ltr")


def test_much_text_makes_a_new_part_before_many_rows_do():
    text = "x" * (diff_view.MAX_CHARACTERS // 2)
    assert part_starts([added(text), added(text), added(text)]) == [0, 2]
    assert part_starts([added("x" * 10**6), added()]) == [0, 1]


def test_markup_in_a_line_is_text():
    (line,) = diff_part(diff(added("<script>alert(1)</script>&amp;")), 1, "ltr").lines
    assert line.after.html == "<ins>&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;</ins>"


def test_marked_words_are_marked_and_the_line_has_its_own_direction():
    (line,) = diff_part(diff(changed("این کتاب ", "[good]", " است")), 1, "ltr").lines
    assert line.after.html == "این کتاب <ins>good</ins> است"
    assert line.before.html == "این کتاب  است"
    assert (line.before.direction, line.after.direction) == ("rtl", "rtl")
    assert diff_part(diff(added("{{|}}")), 1, "rtl").lines[0].after.direction == "rtl"


def test_an_empty_line_is_as_high_as_any_other():
    row = DiffRow("added", after=())
    assert diff_part(diff(row), 1, "ltr").lines[0].after.html == "&nbsp;"


def test_boxes_are_announced_where_there_are_some():
    assert not diff_part(diff(added("abc")), 1, "ltr").has_odd
    assert diff_part(diff(added("a\u202ec")), 1, "ltr").has_odd
    assert diff_part(diff(context("a\u202ec")), 1, "ltr").has_odd


@pytest.mark.parametrize(
    ("head", "tail", "n_folds"), [("a" * 5_000, "b" * 5_000, 2), ("a" * 5_000, "", 1), ("", "", 0)]
)
def test_a_long_line_is_folded_around_its_change_and_loses_nothing(head, tail, n_folds):
    row = changed(*(part for part in (head, "[the change]", tail) if part))
    (line,) = diff_part(diff(row), 1, "ltr").lines
    assert line.after.html.count('<details class="more">') == n_folds
    assert plain(line.after.html) == f"{head}the change{tail}"
    in_view = re.sub(r"<details.*?</details>", "", line.after.html)
    assert "<ins>the change</ins>" in in_view
    assert len(in_view) < 2 * diff_view.PLAIN_KEPT + 50


def test_a_long_new_line_shows_its_beginning_and_folds_the_rest():
    (line,) = diff_part(diff(added("x" * 9_000)), 1, "ltr").lines
    assert line.after.html.startswith("<ins>" + "x" * diff_view.MARKED_KEPT + "<details")
    assert "8,100 more characters" in line.after.html
    assert plain(line.after.html) == "x" * 9_000


def test_a_long_run_of_unchanged_lines_is_folded_but_for_those_beside_a_change():
    run = [context(f"line {number}") for number in range(9)]
    lines = diff_part(diff(added(), *run, removed()), 1, "ltr").lines
    assert [line.kind for line in lines] == [
        "added", "context", "context", "fold", "context", "context", "removed",
    ]  # fmt: skip
    assert lines[3].n_lines == len(lines[3].lines) == 5
    first = diff_part(diff(*run, added()), 1, "ltr").lines
    assert [line.kind for line in first] == ["fold", "context", "context", "added"]
    last = diff_part(diff(added(), *run), 1, "ltr").lines
    assert [line.kind for line in last] == ["added", "context", "context", "fold"]
    few_lines = diff_part(diff(added(), *run[:6], added()), 1, "ltr").lines
    assert "fold" not in [line.kind for line in few_lines]


def test_ends_of_a_moved_line_know_each_other():
    gone = DiffRow("moved-from", before=(Segment("a long line "), Segment("was", True)))
    come = DiffRow("moved-to", after=(Segment("a long line "), Segment("is", True)))
    other = DiffRow("moved-to", after=(Segment("something else"),))
    lines = diff_part(diff(gone, context(), other, come), 1, "ltr").lines
    assert [line.partner for line in lines] == [3, None, None, 0]


@pytest.mark.parametrize(
    ("found", "shape"),
    [
        ((added(), added()), "new-page"),
        ((added(), DiffRow("cut", n_lines=3)), "new-page"),
        ((removed(),), "blanked"),
        ((removed(), context()), "edit"),
        ((removed(), DiffRow("gap")), "edit"),
        ((removed(), added()), "edit"),
    ],
)
def test_a_new_page_and_an_emptied_one_are_told(found, shape):
    assert shape_of(diff(*found)) == shape


@few
@given(st.lists(st.sampled_from(["a" * 7_000, "b\n", "c" * 70_000, "\n"]), max_size=30))
def test_parts_of_a_text_are_the_text(pieces):
    text = "".join(pieces)
    parts = text_parts(text)
    assert "".join(parts) == text
    assert all(len(part) <= diff_view.MAX_CHARACTERS for part in parts)
    assert len(parts) == 1 or all(parts[:-1])

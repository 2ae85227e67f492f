"""A wiki's diff as rows of plain text: nothing is lost, nothing is markup, nothing is slow."""

import html
import json
import re
import time
from collections.abc import Callable

import pytest

from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.wiki import diffs
from jadelite.wiki.compare import parse_compare

CELL = re.compile(r'<td class="diff-(context|deletedline|addedline)[^"]*">(.*?)</td>', re.DOTALL)
MARKED = re.compile(r"<(ins|del)[^>]*>(.*?)</\1>", re.DOTALL)


def body_of(answer):
    compare = answer.get("compare", {})
    return compare.get("body", compare.get("*", compare.get("bodies", {}).get("main")))


@pytest.fixture
def every_row(monkeypatch):
    """Show all rows and lines whole, however many and long."""
    monkeypatch.setattr(diffs, "MAX_ROWS", 10**6)
    monkeypatch.setattr(diffs, "MAX_KEPT_LENGTH", 10**7)
    monkeypatch.setattr(diffs, "MAX_CHARACTERS", 10**8)


def text_of(side):
    return "".join(part.text for part in side)


def cells_by_hand(markup):
    """The texts of all cells in order, read in another way than the product does."""
    return [html.unescape(re.sub(r"<[^>]*>", "", inner)) for _, inner in CELL.findall(markup)]


def cells_of(diff):
    lines = [row for row in diff.rows if row.kind not in ("gap", "cut")]
    return [text_of(side) for row in lines for side in (row.before, row.after) if side is not None]


def test_every_recorded_diff_keeps_its_text_and_its_marks(recorded, every_row) -> None:
    n_read = 0
    for name in recorded.names("compare_"):
        markup = body_of(recorded.body(name))
        if markup is None or name == "compare_unified_difftype":
            continue
        diff = parse_compare(markup)
        assert cells_of(diff) == cells_by_hand(markup), name
        for row in diff.rows:
            assert row.kind != "context" or row.before == row.after
        changed = [row for row in diff.rows if row.kind in ("changed", "moved-from", "moved-to")]
        marked = [
            part.text
            for row in changed
            for side in (row.before, row.after)
            for part in side or ()
            if part.is_marked
        ]
        whole = [
            text_of(row.before or row.after or ())
            for row in diff.rows
            if row.kind in ("added", "removed")
        ]
        by_hand = [html.unescape(inner) for _, inner in MARKED.findall(markup)]
        if "phpengine" not in name:  # that engine marks whole lines too
            assert sorted(marked) == sorted(each for each in by_hand if each), name
        assert diff.n_added + diff.n_removed == sum(map(len, marked + whole)), name
        n_read += 1
    assert n_read > 70


def test_both_engines_say_the_same_of_an_edit(recorded) -> None:
    for kind in ("good_ip_addition", "hostile_changed", "rtl_arabic_good"):
        one, other = (
            parse_compare(body_of(recorded.body(f"compare_{engine}_{kind}")))
            for engine in ("prev", "phpengine")
        )
        assert cells_of(one) == cells_of(other)
        assert [row.kind for row in one.rows] == [row.kind for row in other.rows]


def test_real_diffs_of_english_wikipedia_keep_their_text(shared, every_row) -> None:
    folder = shared / "mediawiki-payloads"
    known = json.loads((folder / "revision_info_enwiki.json").read_text())
    pairs = json.loads((folder / "mwapi_enwiki.json").read_text())
    served = {
        str(pair["req"]["params"]["fromrev"]): pair["res"]["data"]
        for pair in pairs
        if pair["req"]["params"]["action"] == "compare"
    }
    assert len(served) == 10
    for key, expected in known.items():
        markup = served[key.partition(":")[2]]["compare"]["*"]
        assert markup == expected["diffHtml"]
        diff = parse_compare(markup)
        assert cells_of(diff) == cells_by_hand(markup)
        assert diff.n_added + diff.n_removed > 0


def test_paragraphs_that_moved_are_told_from_new_ones(recorded) -> None:
    diff = parse_compare(body_of(recorded.body("compare_prev_moved_paragraphs")))
    away = [row for row in diff.rows if row.kind == "moved-from"]
    here = [row for row in diff.rows if row.kind == "moved-to"]
    assert [row.after for row in away] == [None, None]
    assert [row.before for row in here] == [None, None]
    assert [part.text for row in away for part in row.before if part.is_marked] == ["market"]
    assert [part.text for row in here for part in row.after if part.is_marked] == ["fair"]
    assert diff.n_added == len("fair")
    assert Diff.from_json(json.loads(json.dumps(diff.to_json()))) == diff


def test_what_lies_between_the_blocks_is_counted(recorded) -> None:
    diff = parse_compare(body_of(recorded.body("compare_prev_moved_paragraphs")))
    assert [row.n_lines for row in diff.rows if row.kind == "gap"] == [3, 5, 22]


def test_line_numbers_are_read_in_any_script(recorded) -> None:
    def labelled(label):
        rows = [f'<td class="diff-{kind}">{label}</td>' * 2 for kind in ("lineno", "context")]
        return parse_compare("".join(f"<tr>{row}</tr>" for row in rows)).rows[0]

    for label in (
        "Line 1,759:",
        "خط ۱٬۷۵۹:",
        "Ligne 1 759 :",
        "第1759行：",
        "\u200fسطر 1759:\u200f",
    ):
        assert labelled(label) == DiffRow("gap", n_lines=1758)
    assert labelled("Line 1:").kind == "context"
    name = (Segment("Property / P31"),)
    assert labelled("Property / P31") == DiffRow("context", name, name)


def test_hostile_text_stays_text(recorded) -> None:
    diff = parse_compare(body_of(recorded.body("compare_prev_hostile_changed")))
    _, changed = [row for row in diff.rows if row.kind == "changed"]
    assert text_of(changed.after).startswith("<script>alert(11)</script> <img src=x onerror=")
    assert text_of(changed.after).endswith("&lt;b&gt; &amp;amp;")


def test_a_line_whose_words_were_not_compared_is_marked_whole() -> None:
    markup = (
        '<tr><td class="diff-marker"></td><td class="diff-deletedline"><div>old words</div></td>'
        '<td class="diff-marker"></td><td class="diff-addedline"><div>new</div></td></tr>'
    )
    (row,) = parse_compare(markup).rows
    assert row == DiffRow("changed", (Segment("old words", True),), (Segment("new", True),))


@pytest.mark.parametrize("markup", ["", "\n", "\n<!-- diff cache key x:1.12:old-44:rev-45 -->\n"])
def test_an_edit_that_changed_no_text_has_no_rows(markup) -> None:
    assert parse_compare(markup) == Diff((), 0, 0)


ROW = '<tr><td class="diff-addedline"><div>a</div></td></tr>'


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Internal error</p>",
        "some words",
        "a < b",
        f"{ROW}words",
        "<td>x</td>",
        "<tr><td>words</td></tr>",
        ROW[:-5],
        ROW[:-8],
        ROW[:20],
        f"{ROW}<tr><td",
        "<tr><tr></tr></tr>",
        "</tr>",
        "<br>",
        "<!DOCTYPE html><html></html>",
        "<?php ?>",
        "<![CDATA[x]]>",
        "<tr a='<'></tr>",
        "<tr" + " a" * 5000 + "></tr>",
        ROW.replace("a</div>", "<script>alert(1)</script></div>"),
        ROW.replace("a</div>", "<img src=x onerror=alert(1)></div>"),
        ROW.replace("a</div>", "<iframe></iframe></div>"),
        ROW.replace("a</div>", "<ins>a</div>"),
        ROW.replace("a</div>", '<td class="diff-addedline">b</td></div>'),
        '<tr><td colspan="4"><div class="mw-diff-inline-context">| 2</div></td></tr>',
        "<tr>" + '<td class="diff-context">a</td>' * 3 + "</tr>",
        '<tr><td class="diff-context">a</td></tr>',
    ],
)
def test_what_is_no_diff_table_is_refused(markup) -> None:
    with pytest.raises(ValueError):
        parse_compare(markup)


def test_the_inline_form_of_a_wiki_is_refused(recorded) -> None:
    with pytest.raises(ValueError):
        parse_compare(body_of(recorded.body("compare_unified_difftype")))


def test_a_megabyte_is_cut_to_what_is_shown(recorded) -> None:
    markup = body_of(recorded.body("compare_prev_long_diff_reversed"))
    assert len(markup) > 900_000
    diff = parse_compare(markup)
    assert len(diff.rows) == diffs.MAX_ROWS + 1
    assert diff.rows[-1].kind == "cut"
    assert diff.n_added == diff.n_removed == 123_439


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "<a b='", "&", "</", "<tr><td>", "<!-- -- "])
def test_broken_markup_takes_time_in_proportion_to_its_size(piece) -> None:
    def read(n_characters: int) -> None:
        with pytest.raises(ValueError):
            parse_compare(piece * (n_characters // len(piece)))

    assert cost(read, 1_000_000) < 10 * cost(read, 250_000)


def test_small_pieces_take_time_in_proportion_to_their_number() -> None:
    def read(n_pieces: int) -> None:
        diff = parse_compare(ROW.replace("a</div>", "a<b></b>" * n_pieces + "</div>"))
        assert diff.n_added == n_pieces

    assert cost(read, 100_000) < 10 * cost(read, 25_000)


def cost(read: Callable[[int], None], size: int) -> float:
    """The least work of the processor over three readings, in seconds of this thread alone.

    What takes four times as long at four times the size is fine; sixteen times is not.
    """
    found = []
    for _ in range(3):
        started = time.thread_time()
        read(size)
        found.append(time.thread_time() - started)
    return max(min(found), 0.001)


def test_the_heading_of_a_part_of_a_page_is_kept() -> None:
    name = (Segment("Structured data"),)
    diff = parse_compare(f'<tr><th colspan="4">Structured data</th></tr>{ROW}')
    assert diff.rows == (
        DiffRow("context", name, name),
        DiffRow("added", after=(Segment("a", True),)),
    )


def test_a_very_long_line_keeps_its_change_in_view(recorded) -> None:
    diff = parse_compare(body_of(recorded.body("compare_prev_long_line_diff")))
    sides = [side for row in diff.rows for side in (row.before, row.after) if side]
    assert max(len(text_of(side)) for side in sides) <= diffs.MAX_KEPT_LENGTH + 2
    assert any(part.is_marked for side in sides for part in side)

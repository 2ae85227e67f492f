"""Text of a wiki as markup: escaped, and nothing unseen left in it."""

import html
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.web.wikitext import visible

few = settings(max_examples=100, deadline=None, database=None)
BOX = re.compile(r'<bdi class="odd" dir="ltr" title="(U\+[0-9A-F]{4,6})">([^<]*)</bdi>')
REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def boxes(text, **options):
    return [name for _, name in BOX.findall(visible(text, **options))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a\u202eb", "RLO"), ("a\u202db", "LRO"), ("a\u2066b", "LRI"), ("a\u2069b", "PDI"),
        ("a\u200bb", "ZWSP"), ("a\u200eb", "LRM"), ("س\u200fس", "RLM"), ("a\u061cb", "ALM"),
        ("a\xadb", "SHY"), ("\ufeffa", "BOM"), ("a\u2060b", "WJ"), ("a\x01b", "U+0001"),
        ("a\u2028b", "LSEP"), ("a\rb", "CR"), ("a\u3164b", "HF"), ("a\U000e0041b", "U+E0041"),
        ("a\u202e\u202e\u202eb", "RLO ×3"),
    ],
)  # fmt: skip
def test_what_cant_be_seen_is_a_box(text, name):
    assert boxes(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "ه\u200d.", "tab\tand\nline", "a\xa0b", "❤\ufe0f", "e\u0301",
    ],
)  # fmt: skip
def test_what_shapes_what_is_seen_stays(text):
    assert visible(text) == text


@pytest.mark.parametrize("text", ["a\u200cb", "می\u200c خواهم", "\u200cمی", "می\u200c\u200cخواهم"])
def test_a_joiner_that_shapes_nothing_is_a_box(text):
    assert len(boxes(text)) == 1


def test_a_no_break_space_is_told_where_something_changed_and_stays():
    assert boxes("10\xa0km", is_changed=True) == ["NBSP"]
    assert "</bdi>\xa0km" in visible("10\xa0km", is_changed=True)
    # One engine of the wikis writes the second of two spaces so.
    assert boxes("10 \xa0km", is_changed=True) == []


def test_markup_is_text():
    found = visible('<script>alert("1")</script> &amp; \u202e<b>')
    assert "<script" not in found
    assert "&lt;script&gt;" in found
    assert "&amp;amp;" in found


@few
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(REORDERING + "<>&\"'")))
def test_nothing_reorders_and_the_rest_can_be_read_back(text):
    found = visible(text, is_changed=True)
    assert not set(found) & set(REORDERING)
    seen = html.unescape(BOX.sub("", found))
    assert [c for c in seen if _is_seen(c)] == [c for c in text if _is_seen(c)]
    assert "<" not in re.sub(r"</?bdi[^>]*>", "", found)


def _is_seen(character):
    return unicodedata.category(character) not in ("Cf", "Cc", "Zl", "Zp", "Lo", "Mn")

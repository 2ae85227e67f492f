"""Features of a change: bounds, shared meaning with training rows, no language in them."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.edits import EDITOR_KINDS, Edit
from jadelite.domain.errors import Invalid
from jadelite.scoring.features import (
    FEATURES,
    MEANINGS,
    Change,
    change_between,
    change_of,
    extract,
)

texts = st.text(alphabet=st.sampled_from("aAbB zé٣۴7!?[]{}<>/:.\nهش😂\u200c"), max_size=80)
kinds = st.sampled_from(EDITOR_KINDS)


def an_edit(**wanted: Any) -> Edit:
    usual = {
        "wiki": "testwiki",
        "rev_id": 7,
        "parent_rev_id": None,
        "page_title": None,
        "namespace": None,
        "timestamp": datetime(2026, 9, 1, tzinfo=UTC),
        "comment": None,
        "editor_kind": "registered",
        "text_before": "a",
        "text_after": "b",
    }
    return Edit(**{**usual, **wanted})


def a_change(
    added: str = "", removed: str = "", comment: str = "", kind: Any = "unknown"
) -> Change:
    return Change(added=added, removed=removed, comment=comment, editor_kind=kind)


def seen(change: Change) -> dict[str, float]:
    return dict(zip(FEATURES, extract(change), strict=True))


def test_every_feature_has_a_meaning_of_one_sentence() -> None:
    assert tuple(MEANINGS) == FEATURES
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


@given(texts, texts, texts, kinds)
def test_features_are_finite_and_shares_stay_within_bounds(
    added: str, removed: str, comment: str, kind: Any
) -> None:
    values = seen(a_change(added, removed, comment, kind))

    assert all(math.isfinite(value) for value in values.values())
    shares = [value for name, value in values.items() if name.endswith("_share")]
    assert all(0 <= share <= 1 for share in shares)
    assert 0 <= values["compressed_size"] <= 2


@settings(max_examples=30)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_at_all_has_features(added: str, removed: str) -> None:
    assert len(extract(a_change(added, removed, added))) == len(FEATURES)


@given(texts, texts)
def test_a_change_found_once_is_found_again_in_its_own_lines(before: str, after: str) -> None:
    """Training rows hold lines instead of whole texts; they must give the same features."""
    once = change_between(before, after, comment="", editor_kind="bot")
    again = change_between(once.removed, once.added, comment="", editor_kind="bot")

    assert again == once


@given(texts)
def test_the_same_text_twice_is_no_change(text: str) -> None:
    assert change_of(an_edit(text_before=text, text_after=text)) == a_change(kind="registered")


@given(st.text(alphabet="ab 0123456789\n", max_size=60))
def test_digits_count_alike_in_every_script(text: str) -> None:
    persian = text.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    western, eastern = seen(a_change(added=text)), seen(a_change(added=persian))
    del western["compressed_size"], eastern["compressed_size"]  # bytes, not characters

    assert western == eastern


def test_moved_and_blank_lines_drop_out() -> None:
    change = change_between("a\nb\n\nc", "b\n\n\na\nd", comment="x", editor_kind="newcomer")

    assert (change.added, change.removed) == ("d", "c")


def test_a_repeated_line_counts_as_often_as_it_came() -> None:
    assert change_between("a", "a\na\na", comment="", editor_kind="bot").added == "a\na"


def test_a_new_page_was_added_whole() -> None:
    change = change_of(an_edit(text_before=None, text_after="one\ntwo", comment=None))

    assert change == a_change(added="one\ntwo", kind="registered")


def test_an_edit_without_text_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="edit 7 of testwiki has no text after"):
        change_of(an_edit(text_after=None))


@pytest.mark.parametrize(
    ("added", "removed", "is_digits_only"),
    [("in 1842", "in 1824", 1), ("۱۳۶۶", "۱۳۶۸", 1), ("in 1842!", "in 1824", 0), ("", "", 0)],
)
def test_a_swapped_digit_is_seen(added: str, removed: str, is_digits_only: float) -> None:
    assert seen(a_change(added, removed))["digits_only"] == is_digits_only


@pytest.mark.parametrize(
    ("n_removed", "n_added", "is_blanking"), [(500, 0, 1), (500, 49, 1), (500, 50, 0), (499, 0, 0)]
)
def test_blanking_takes_much_and_gives_little(
    n_removed: int, n_added: int, is_blanking: float
) -> None:
    assert seen(a_change("a" * n_added, "b" * n_removed))["blanking"] == is_blanking


def test_only_new_words_are_looked_at() -> None:
    values = seen(a_change(added="OLD WORDS stay fine", removed="OLD WORDS stay"))

    assert values["capital_share"] == 0
    assert values["new_words"] == pytest.approx(math.log(2))
    assert values["gone_words"] == 0
    assert values["longest_word"] == pytest.approx(math.log(5))


def test_capitals_are_shared_among_letters_with_case_only() -> None:
    assert seen(a_change(added="ABcd ههه 12"))["capital_share"] == 0.5
    assert seen(a_change(added="ههه"))["capital_share"] == 0


@pytest.mark.parametrize(
    ("added", "removed", "longest"),
    [("حميييير", "", 4), ("so!!!", "", 3), ("======", "", 0), ("aaaa b", "aaaa", 0)],
)
def test_a_long_run_counts_only_where_it_is_new(added: str, removed: str, longest: int) -> None:
    assert seen(a_change(added, removed))["longest_run"] == pytest.approx(math.log1p(longest))


def test_markup_is_balanced_between_added_and_removed() -> None:
    values = seen(
        a_change(
            added="[[a]] [[b]] <REF>x</ref> https://example.org {{c", removed="[[a]] {{d}}{{e}}"
        )
    )

    assert values["link_balance"] == pytest.approx(math.log(2))
    assert values["template_balance"] == pytest.approx(-math.log(2))
    assert values["reference_balance"] == pytest.approx(math.log(2))
    assert values["external_links_added"] == pytest.approx(math.log(2))
    assert values["bracket_imbalance"] == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("comment", "length", "has_section", "is_empty"),
    [
        ("", 0, 0, 1),
        ("/* Plot */ ", 0, 1, 1),
        ("/* Plot */ typo", 4, 1, 0),
        ("typo /* no marker */", 20, 0, 0),
    ],
)
def test_the_section_marker_is_no_part_of_the_summary(
    comment: str, length: int, has_section: float, is_empty: float
) -> None:
    values = seen(a_change(comment=comment))

    assert values["comment_length"] == pytest.approx(math.log1p(length))
    assert values["comment_section"] == has_section
    assert values["comment_empty"] == is_empty


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        ("temporary", (1, 0, 0)),
        ("unregistered", (1, 0, 0)),
        ("newcomer", (0, 1, 0)),
        ("bot", (0, 0, 1)),
        ("registered", (0, 0, 0)),
        ("unknown", (0, 0, 0)),
    ],
)
def test_editors_are_told_apart_by_kind(kind: Any, flags: tuple[float, float, float]) -> None:
    values = seen(a_change(kind=kind))

    assert (
        values["editor_without_account"],
        values["editor_newcomer"],
        values["editor_bot"],
    ) == flags

"""The facts of an edit."""

import pytest
from factories import edit_line

from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.records import parse_edit


@pytest.mark.parametrize(
    ("before", "after", "has_text"),
    [("old", "new", True), (None, "new", True), ("old", "", True), ("old", None, False)],
)
def test_a_change_can_be_shown_when_the_text_after_is_there(before, after, has_text):
    edit = parse_edit(edit_line(text_before=before, text_after=after))

    assert edit.has_text is has_text


def test_the_kinds_of_editors_are_these_six():
    expected = {"temporary", "unregistered", "newcomer", "registered", "bot", "unknown"}
    assert set(EDITOR_KINDS) == expected

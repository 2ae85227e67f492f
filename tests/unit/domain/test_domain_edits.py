"""The facts of an edit."""

from jadelite.domain.edits import EDITOR_KINDS


def test_the_kinds_of_editors_are_these_six():
    expected = {"temporary", "unregistered", "newcomer", "registered", "bot", "unknown"}
    assert set(EDITOR_KINDS) == expected

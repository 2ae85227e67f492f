"""What makes a judgment complete, and blind."""

import pytest

from jadelite.domain.errors import Invalid
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.judgments import (
    EXPOSURES,
    Draft,
    check_answers,
    check_draft,
    check_note,
)

COMPLETE = {"damaging": "no", "goodfaith": "yes"}


def make_draft(answers, note=None):
    return Draft(task_id=2, answers=answers, note=note, ui_language="en")


def found(answers):
    return [
        (wrong.field, wrong.code, wrong.detail) for wrong in check_answers(answers, EDITQUALITY)
    ]


def test_exposure_is_no_yes_or_unknown():
    assert EXPOSURES == ("no", "yes", "unknown")


@pytest.mark.parametrize("label", ["yes", "no", "unsure"])
def test_complete_answers_have_nothing_wrong(label):
    assert found({"damaging": label, "goodfaith": label}) == []


@pytest.mark.parametrize("answers", [{"goodfaith": "yes"}, {"damaging": "", "goodfaith": "yes"}])
def test_a_question_without_an_answer_is_named_with_its_labels(answers):
    detail = "damaging has no answer, expected one of yes, no, unsure"
    assert found(answers) == [("damaging", "unanswered", detail)]


@pytest.mark.parametrize("label", ["maybe", "YES", " yes", "true"])
def test_a_label_that_is_not_offered_is_named(label):
    detail = f"goodfaith is {label!r}, expected one of yes, no, unsure"
    assert found({**COMPLETE, "goodfaith": label}) == [("goodfaith", "unknown-label", detail)]


def test_a_question_that_is_not_asked_is_named():
    detail = "answers has 'colour', expected only damaging, goodfaith"
    assert found({**COMPLETE, "colour": "yes"}) == [("colour", "unknown-question", detail)]


def test_every_wrong_answer_is_told():
    codes = [(field, code) for field, code, _ in found({"colour": "red", "goodfaith": "maybe"})]

    assert codes == [
        ("colour", "unknown-question"),
        ("damaging", "unanswered"),
        ("goodfaith", "unknown-label"),
    ]


@pytest.mark.parametrize("note", [None, "", "x" * 500])
def test_a_note_of_up_to_500_characters_is_fine(note):
    assert check_note(note) == ()


def test_a_longer_note_is_told_its_length():
    (wrong,) = check_note("é" * 501)

    assert (wrong.field, wrong.code) == ("note", "note-too-long")
    assert wrong.detail == "note has 501 characters, expected at most 500"


def test_a_complete_draft_passes():
    check_draft(make_draft(COMPLETE, "a note"), EDITQUALITY)


def test_a_draft_is_refused_with_everything_that_is_wrong_with_it():
    with pytest.raises(Invalid) as caught:
        check_draft(make_draft({"damaging": "no"}, "x" * 501), EDITQUALITY)

    assert caught.value.code == "invalid-judgment"
    assert [wrong.field for wrong in caught.value.fields] == ["goodfaith", "note"]
    assert caught.value.detail == (
        "goodfaith has no answer, expected one of yes, no, unsure;"
        " note has 501 characters, expected at most 500"
    )

"""The questions reviewers are asked, and which of them a model answers."""

import pytest

from jadelite.domain.facets import (
    CONTENTQUALITY,
    EDITQUALITY,
    FACETS,
    QUESTIONS,
    Question,
    question_of_model,
)


def test_edit_quality_asks_for_damage_first_and_good_faith_second():
    assert [question.name for question in EDITQUALITY.questions] == ["damaging", "goodfaith"]
    assert FACETS == {"editquality": EDITQUALITY, "contentquality": CONTENTQUALITY}
    assert set(QUESTIONS) == {"damaging", "goodfaith", "quality"}


def test_content_quality_is_asked_on_a_scale_of_six():
    (quality,) = CONTENTQUALITY.questions

    assert quality.labels == ("1", "2", "3", "4", "5", "6", "unsure")
    assert quality.is_scale
    assert not quality.is_yes_or_no


@pytest.mark.parametrize(
    ("labels", "is_yes_or_no", "is_scale"),
    [
        (("yes", "no", "unsure"), True, False),
        (("no", "yes"), True, False),
        (("yes", "unsure"), False, False),
        (("yes", "no", "perhaps"), False, False),
        (("1", "2"), False, True),
        (("1", "2", "unsure"), False, True),
        (("1", "unsure"), False, False),
        (("1", "two"), False, False),
    ],
)
def test_yes_or_no_and_scales_are_known_by_their_labels(labels, is_yes_or_no, is_scale):
    question = Question("q", labels, labels[0])

    assert (question.is_yes_or_no, question.is_scale) == (is_yes_or_no, is_scale)


@pytest.mark.parametrize("name", ["damaging", "goodfaith"])
def test_each_question_offers_yes_no_and_not_sure_and_models_predict_yes(name):
    assert QUESTIONS[name].name == name
    assert QUESTIONS[name].labels == ("yes", "no", "unsure")
    assert QUESTIONS[name].positive == "yes"


def test_a_facet_finds_its_questions_by_name():
    assert EDITQUALITY.question("goodfaith") is QUESTIONS["goodfaith"]
    assert EDITQUALITY.question("colour") is None


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("damaging", "damaging"),
        ("goodfaith", "goodfaith"),
        ("reverted", "damaging"),
        ("local-damaging", "damaging"),
        ("fawiki-goodfaith", "goodfaith"),
        ("editquality.damaging", "damaging"),
        ("enwiki.editquality-goodfaith", "goodfaith"),
        ("revertrisk-language-agnostic", "damaging"),
        ("revertrisk-multilingual", "damaging"),
        ("articlequality", None),
        ("damaging-v2", None),
        ("my-revertrisk", None),
        ("Damaging", None),
        ("", None),
    ],
)
def test_the_name_of_a_published_model_tells_its_question(model, question):
    assert question_of_model(model) == question

"""The questions reviewers are asked, and which of them a model answers."""

import pytest

from jadelite.domain.facets import EDITQUALITY, FACETS, QUESTIONS, question_of_model


def test_edit_quality_asks_for_damage_first_and_good_faith_second():
    assert [question.name for question in EDITQUALITY.questions] == ["damaging", "goodfaith"]
    assert FACETS == {"editquality": EDITQUALITY}
    assert set(QUESTIONS) == {"damaging", "goodfaith"}


@pytest.mark.parametrize("name", QUESTIONS)
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

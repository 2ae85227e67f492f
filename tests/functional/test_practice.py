"""The practice round: true to its language, explained, and stored nowhere."""

import re

import pytest
from sqlalchemy import select

from jadelite.audit import practice
from jadelite.db.tables import Base
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.judgments import check_answers
from jadelite.web.locale import LANGUAGES


def answer(reader, number: int, damaging: str, goodfaith: str):
    return reader.post(
        f"/practice/{number}", **{"answer-damaging": damaging, "answer-goodfaith": goodfaith}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_five_edits_with_full_answers_and_reasons(language) -> None:
    found = practice.load(language)

    assert not found.is_fallback
    assert found.language == language
    assert len(found.exercises) == 5
    for exercise in found.exercises:
        assert check_answers(exercise.answers, EDITQUALITY) == ()
        assert set(exercise.why) == set(exercise.answers)
        assert all(len(text) > 40 for text in exercise.why.values())
        assert exercise.edit.diff is not None
        assert any(row.kind != "context" for row in exercise.edit.diff.rows)
        assert exercise.edit.wiki.language == language
    assert {exercise.answers["goodfaith"] for exercise in found.exercises} == {
        "yes", "no", "unsure",
    }  # fmt: skip
    assert {exercise.answers["damaging"] for exercise in found.exercises} == {"yes", "no"}


def test_a_language_without_exercises_gets_english_ones_that_are_marked() -> None:
    found = practice.load("tlh")

    assert found.is_fallback
    assert found.language == "en"


def test_a_whole_round_explains_and_ends_without_storing_anything(reader, services) -> None:
    before = dump(services.database)
    reader.get("/practice")
    assert "you need no account" in reader.words
    for number in range(1, 6):
        reader.get(f"/practice/{number}")
        assert f"{number} of 5" in reader.words
        answer(reader, number, "yes", "no")
        assert reader.path == f"/practice/{number}/why"
        assert "You said" in reader.words
    reader.get("/practice/end")
    # Said yes five times: four are damaging; one of them was not in good faith.
    assert "Your answers were the explained ones in 5 of 10 cases." in reader.words
    assert "Judge real edits" in reader.words
    assert dump(services.database) == before


def test_before_the_answer_nothing_tells_the_explanation(reader) -> None:
    for number, exercise in enumerate(practice.load("en").exercises, 1):
        reader.get(f"/practice/{number}")
        assert not any(text in reader.words for text in exercise.why.values())


def test_the_explanation_is_kind_where_the_answers_differ(reader) -> None:
    reader.get("/practice/1")
    answer(reader, 1, "no", "no")

    assert "You said No . Most patrollers would say Yes ." in reader.words
    assert "You said No , and so would most patrollers." in reader.words
    assert practice.load("en").exercises[0].why["damaging"] in reader.words
    assert not re.search(r"\bwrong\b", reader.words, re.IGNORECASE)


def test_an_incomplete_answer_comes_back_with_what_was_chosen(reader) -> None:
    reader.get("/practice/2").post("/practice/2", **{"answer-damaging": "yes"})

    assert reader.page.status_code == 422
    assert "Please choose an answer." in reader.words
    assert re.search(r'name="answer-damaging" value="yes" checked', reader.text)


def test_without_an_answer_there_is_no_explanation_and_no_end(reader) -> None:
    assert reader.get("/practice/3/why").path == "/practice/3"
    assert reader.get("/practice/end").path == "/practice"
    assert reader.get("/practice/6").page.status_code == 404
    assert reader.get("/practice/0").page.status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_round_is_that_of_the_readers_language(reader, language) -> None:
    reader.get(f"/practice/1?uselang={language}")

    assert practice.load(language).exercises[0].edit.edit.page_title in reader.words


def test_a_new_language_begins_a_round_of_its_own(reader) -> None:
    reader.get("/practice/1?uselang=fi")
    answer(reader, 1, "yes", "no")
    reader.post("/language", language="ca", back="/practice")

    assert reader.get("/practice/1/why").path == "/practice/1"


def dump(database) -> dict[str, list[tuple]]:
    with database.reading() as session:
        return {
            table.name: [tuple(map(str, row)) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }

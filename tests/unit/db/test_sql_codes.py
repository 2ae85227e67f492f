"""Small fields packed into one number by SQL come out as they went in."""

import sqlite3
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jadelite.db.sql_codes import Choice, answer_sql, code_sql, decode, quoted, slots
from jadelite.domain.facets import DAMAGING, GOODFAITH, QUALITY, Question

CHOICES = (Choice("a", ("x", "it's")), Choice("b", ("p", "q", "")))
OTHER = "something else"
LONG = Question("long", tuple(f"l{n}" for n in range(60)), positive="l1")


@pytest.mark.parametrize(("a", "b"), list(product(range(2), range(3))))
def test_choices_come_out_of_the_number(a: int, b: int) -> None:
    link = sqlite3.connect(":memory:")
    values = (CHOICES[0].values[a], CHOICES[1].values[b])
    query = f"SELECT {code_sql(CHOICES)} FROM (SELECT ? AS a, ? AS b)"
    (number,) = link.execute(query, values).fetchone()
    assert decode(number, CHOICES) == (a, b)


@given(st.data())
def test_answers_come_out_of_the_numbers(data: st.DataObject) -> None:
    """No answer, a label, or something that is no label."""
    asked = {3: DAMAGING, 5: LONG, 8: QUALITY, 9: GOODFAITH, **dict.fromkeys(range(20, 30), LONG)}
    given_answers = {
        number: data.draw(st.sampled_from((None, OTHER, *question.labels)))
        for number, question in asked.items()
    }
    link = sqlite3.connect(":memory:")
    link.execute("CREATE TABLE judgment (judgment_id)")
    link.execute("CREATE TABLE answer (judgment_id, question_id, value)")
    link.execute("INSERT INTO judgment VALUES (1)")
    stored = [(1, number, value) for number, value in given_answers.items() if value]
    link.executemany("INSERT INTO answer VALUES (?, ?, ?)", [*stored, (1, 99, "not asked")])
    expressions, joins = answer_sql(asked)
    found = link.execute(f"SELECT {', '.join(expressions)} FROM judgment{joins}").fetchone()
    assert max(found) < 2**62
    for (number, question), slot in zip(asked.items(), slots(list(asked.values())), strict=True):
        value = given_answers[number]
        labels = [None, *question.labels, OTHER]
        assert slot.code(found[slot.number]) == labels.index(value)


def test_texts_are_quoted() -> None:
    assert quoted("it's") == "'it''s'"

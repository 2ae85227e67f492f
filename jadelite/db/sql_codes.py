"""SQL that packs small fields of a row into one number, and how to take it apart again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jadelite.domain.facets import Question

MAX_BITS = 60  # of a packed number


@dataclass(frozen=True)
class Choice:
    """An SQL expression with one of these texts as its value; the last one stands for others."""

    sql: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """Where the code of a question's answer stands: in which number, from which bit, how wide.

    0: no answer; then its labels from 1; then one code for whatever else was answered.
    """

    number: int
    shift: int
    bits: int

    def code(self, packed: int) -> int:
        """The code in a number."""
        return (packed >> self.shift) & ((1 << self.bits) - 1)


def code_sql(choices: Iterable[Choice]) -> str:
    """One number for all choices, in mixed radix, the first one lowest."""
    terms, weight = [], 1
    for choice in choices:
        terms.append(f"{weight} * {_case(choice.sql, choice.values[:-1], 0)}")
        weight *= len(choice.values)
    return f"({' + '.join(terms)})"


def decode(number: int, choices: Iterable[Choice]) -> tuple[int, ...]:
    """The position of each choice's value."""
    found = []
    for choice in choices:
        number, place = divmod(number, len(choice.values))
        found.append(place)
    return tuple(found)


def slots(questions: Sequence[Question]) -> tuple[Slot, ...]:
    """Where the answers to the questions are packed, as many into a number as fit."""
    found: list[Slot] = []
    number = shift = 0
    for question in questions:
        bits = (len(question.labels) + 1).bit_length()
        if shift + bits > MAX_BITS:
            number, shift = number + 1, 0
        found.append(Slot(number, shift, bits))
        shift += bits
    return tuple(found)


def answer_sql(questions: Mapping[int, Question]) -> tuple[tuple[str, ...], str]:
    """Numbers that hold the answers of a judgment, as `slots` has them, and joins they need.

    An outer join for each question: a sum over all answers of a judgment takes SQLite three times
    as long.
    """
    places = slots(list(questions.values()))
    terms: dict[int, list[str]] = {}
    joins = []
    for (question_id, question), slot in zip(questions.items(), places, strict=True):
        name = f"a{question_id:d}"
        joins.append(
            f" LEFT JOIN answer AS {name} ON {name}.judgment_id = judgment.judgment_id"
            f" AND {name}.question_id = {question_id:d}"
        )
        coded = _case(f"{name}.value", question.labels, 1)
        term = f"CASE WHEN {name}.value IS NULL THEN 0 ELSE {coded} END"
        terms.setdefault(slot.number, []).append(f"CAST({term} AS bigint) * {1 << slot.shift}")
    return tuple(" + ".join(parts) for parts in terms.values()), "".join(joins)


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _case(sql: str, values: Sequence[str], first: int) -> str:
    """Positions of the values from `first` on, the next number for others."""
    whens = "".join(f" WHEN {quoted(value)} THEN {n}" for n, value in enumerate(values, first))
    return f"CASE {sql}{whens} ELSE {len(values) + first} END"

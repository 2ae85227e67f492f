"""Many rows of a campaign as columns, by the fastest way that each database has.

SQLite gives rows, PostgreSQL one value in which all numbers are packed: for a million rows, making
rows of them in the driver would take longer than finding them. Small fields come as one number in
mixed radix: comparing them in the database is cheaper than carrying their texts over. Rows come in
no order.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import repeat
from math import nan
from operator import attrgetter, floordiv, sub
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.sql_codes import Choice, answer_sql, code_sql
from jadelite.db.tables import AnswerRow, JudgmentRow, TaskRow
from jadelite.domain.campaigns import HEADLINE_STREAMS
from jadelite.domain.facets import Question
from jadelite.report.snapshot import ACTIONS, EDITORS, EXPOSURES, ORIGINS, STREAMS

ROWS_AT_ONCE = 500  # so few stay near the processor, and below what starts a garbage collection
NONE = -(2**62)  # a number that is not there
SEPARATOR = "\x1f"  # between texts

_STREAMS = ", ".join(f"'{name}'" for name in HEADLINE_STREAMS)
_OF_CAMPAIGN = (
    f"task.campaign_id = {{campaign}} AND task.stream IN ({_STREAMS}) AND task.repeat_no = 0"
)
FLAGS = ("0", "1", "")  # no, yes, unknown
TASK_CHOICES = (
    Choice("task.stream", STREAMS),
    Choice("edit.editor_kind", EDITORS),
    Choice(
        "CASE WHEN edit.tags IS NULL THEN '' WHEN CAST(edit.tags AS TEXT) LIKE '%\"mobile edit\"%'"
        " THEN '1' ELSE '0' END",
        FLAGS,
    ),
    Choice("CASE WHEN undone.edit_id IS NULL THEN '0' ELSE '1' END", FLAGS),
    Choice("CASE WHEN restored.edit_id IS NULL THEN '0' ELSE '1' END", FLAGS),
)
_TASK_TABLES = (
    " FROM task JOIN edit ON edit.edit_id = task.edit_id"
    " LEFT JOIN edit_revert AS undone ON undone.edit_id = task.edit_id"
    " LEFT JOIN edit AS undoing ON undoing.wiki_id = edit.wiki_id"
    " AND undoing.rev_id = undone.by_rev_id"
    " LEFT JOIN edit_revert AS restored ON restored.edit_id = undoing.edit_id"
)
JUDGMENT_CHOICES = (
    Choice("judgment.action", ACTIONS),
    Choice("judgment.score_seen", EXPOSURES),
    Choice("judgment.peers_seen", EXPOSURES),
    Choice("judgment.origin", ORIGINS),
)
_JUDGMENT_TABLES = " FROM task JOIN judgment ON judgment.task_id = task.task_id"
_JUDGMENT_IDS = (
    "judgment.judgment_id",
    "judgment.task_id",
    "judgment.reviewer_id",
    "judgment.revision",
    "judgment.guideline_version",
)
_LANGUAGE = "coalesce(judgment.ui_language, '')"
_SECONDS = "floor(extract(epoch FROM judgment.answered_at - judgment.shown_at))"
_SECOND = timedelta(seconds=1)
_SOME_DAY = "2000-01-01 00:00:00"


@dataclass(frozen=True)
class TaskColumns:
    """Headline tasks with their edits, T each; NONE and NaN where unknown.

    `day` as date.toordinal, `hour` UTC. `code` holds TASK_CHOICES: the stream, the editor's kind,
    whether made by a mobile device, undone, brought back. `scores`: the probability by each model
    version that was asked for.
    """

    task_id: "array[int]"
    edit_id: "array[int]"
    rev_id: "array[int]"
    stratum_id: "array[int]"
    namespace: "array[int]"
    size_change: "array[int]"
    code: "array[int]"
    day: "array[int]"
    hour: "array[int]"
    inclusion_probability: "array[float]"
    scores: tuple["array[float]", ...]


@dataclass(frozen=True)
class GivenColumns:
    """Judgments and withdrawals on headline tasks, J each; NONE where unknown.

    `code` holds JUDGMENT_CHOICES: the action, whether the score and the others' answers were seen,
    the origin. `answers` has a number for some questions each, as `answer_sql` packs them.
    `seconds`: whole ones from showing to answering. `languages` in `language` by position, "" for
    unknown.
    """

    judgment_id: "array[int]"
    task_id: "array[int]"
    reviewer_id: "array[int]"
    revision: "array[int]"
    guideline: "array[int]"
    code: "array[int]"
    answers: tuple["array[int]", ...]
    day: "array[int]"
    seconds: "array[int]"
    language: "array[int]"
    languages: tuple[str, ...]


def tasks(session: Session, campaign_id: int, version_ids: Sequence[int]) -> TaskColumns:
    """The headline tasks of a campaign, with what these model versions say of them. One query."""
    numbers = (
        "task.task_id",
        "task.edit_id",
        "edit.rev_id",
        "task.stratum_id",
        "edit.namespace",
        "edit.size_change",
        code_sql(TASK_CHOICES),
    )
    names = {version_id: f"s{version_id:d}" for version_id in version_ids}
    scores = "".join(
        f" LEFT JOIN score AS {name} ON {name}.edit_id = task.edit_id"
        f" AND {name}.model_version_id = {version_id:d}"
        for version_id, name in names.items()
    )
    tables = _TASK_TABLES + scores + f" WHERE {_OF_CAMPAIGN}".format(campaign=int(campaign_id))
    shares = ("task.inclusion_probability", *(f"{name}.probability" for name in names.values()))
    if not _is_sqlite(session):
        hour = "extract(hour FROM edit.edited_at AT TIME ZONE 'UTC')"
        read, _ = _packed(session, (*numbers, _day("edit.edited_at"), hour), shares, tables)
        n = len(numbers) + 2
        return _task_columns(read[:n], [_as_floats(bits) for bits in read[n:]])
    held = [array("q") for _ in range(len(numbers) + 2)]
    floats = [array("d") for _ in shares]
    wanted = (*map(_or_none, numbers), "edit.edited_at", *shares)
    for part in _chunks(session, wanted, tables):
        edited_at, some = part[len(numbers)], part[len(numbers) + 1 :]
        moments = _moments(edited_at)
        days = _or_missing(map(date.toordinal, moments), edited_at)
        hours = _or_missing(map(attrgetter("hour"), moments), edited_at)
        for column, values in zip(held, (*part[: len(numbers)], days, hours), strict=True):
            column.extend(values)
        for share, chances in zip(floats, some, strict=True):
            share.extend(chances if None not in chances else map(_or_nan, chances))
    return _task_columns(held, floats)


def judgments(
    session: Session, campaign_id: int, questions: Mapping[int, Question]
) -> GivenColumns:
    """What was said on the headline tasks of a campaign, with the answers to these questions, by
    row number. One query."""
    where = f" WHERE {_OF_CAMPAIGN}".format(campaign=int(campaign_id))
    answers, joins = answer_sql(questions)
    numbers = (*_JUDGMENT_IDS, code_sql(JUDGMENT_CHOICES), *answers)
    tables = _JUDGMENT_TABLES + joins + where
    if _is_sqlite(session):
        held, language, known = _judgments_in_rows(session, numbers, tables)
    else:
        times = (_day("judgment.answered_at"), _SECONDS)
        held, texts = _packed(session, (*numbers, *times), (), tables, text=_LANGUAGE)
        known = _Numbers()
        language = array("i", map(known.__getitem__, texts))
    *ids, day, seconds = held
    own, said = ids[: len(_JUDGMENT_IDS) + 1], ids[len(_JUDGMENT_IDS) + 1 :]
    judgment_id, task_id, reviewer_id, revision, guideline, code = own
    return GivenColumns(
        judgment_id=judgment_id,
        task_id=task_id,
        reviewer_id=reviewer_id,
        revision=revision,
        guideline=guideline,
        code=code,
        answers=tuple(said),
        day=day,
        seconds=seconds,
        language=language,
        languages=tuple(known),
    )


def other_answers(
    session: Session, campaign_id: int, question_id: int, labels: Sequence[str]
) -> dict[int, str]:
    """The texts of a question's answers by judgment, for those that are none of its labels.

    Several labels at once are, and what was a label once. One query.
    """
    query = (
        select(AnswerRow.judgment_id, AnswerRow.value)
        .join(JudgmentRow, JudgmentRow.judgment_id == AnswerRow.judgment_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(
            TaskRow.campaign_id == campaign_id,
            AnswerRow.question_id == question_id,
            AnswerRow.value.not_in(labels),
        )
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _task_columns(numbers: Sequence["array[int]"], shares: Sequence["array[float]"]) -> TaskColumns:
    task_id, edit_id, rev_id, stratum_id, namespace, size_change, code, day, hour = numbers
    return TaskColumns(
        task_id=task_id,
        edit_id=edit_id,
        rev_id=rev_id,
        stratum_id=stratum_id,
        namespace=namespace,
        size_change=size_change,
        code=code,
        day=day,
        hour=hour,
        inclusion_probability=shares[0],
        scores=tuple(shares[1:]),
    )


class _Numbers(dict[str, int]):
    """Numbers of texts in the order of first appearance."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


def _judgments_in_rows(
    session: Session, numbers: Sequence[str], tables: str
) -> tuple[list["array[int]"], "array[int]", _Numbers]:
    """The numbers with day and seconds behind them, and the languages."""
    held = [array("q") for _ in range(len(numbers) + 2)]
    language, known = array("i"), _Numbers()
    wanted = (*map(_or_none, numbers), "judgment.answered_at", "judgment.shown_at", _LANGUAGE)
    for *read, answered_at, shown_at, languages in _chunks(session, wanted, tables):
        answered, shown = _moments(answered_at), _moments(shown_at)
        days = _or_missing(map(date.toordinal, answered), answered_at)
        took = map(floordiv, map(sub, answered, shown), repeat(_SECOND))
        seconds = _or_missing(took, answered_at, shown_at)
        for column, values in zip(held, (*read, days, seconds), strict=True):
            column.extend(values)
        language.extend(map(known.__getitem__, languages))
    return held, language, known


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _or_none(number: str) -> str:
    """SQL for a whole number that may be missing."""
    return f"coalesce({number}, {NONE})"


def _day(moment: str) -> str:
    """SQL of PostgreSQL for the ordinal of a day in UTC."""
    return f"(({moment} AT TIME ZONE 'UTC')::date - date '0001-01-01' + 1)"


def _chunks(
    session: Session, expressions: Sequence[str], tables: str
) -> Iterator[tuple[Sequence[Any], ...]]:
    """A column for each expression, some rows at a time, from the driver's own cursor.

    Any: what SQLite holds.
    """
    cursor = session.connection().connection.cursor()
    cursor.execute(f"SELECT {', '.join(expressions)}{tables}")
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield tuple(zip(*rows, strict=True))


def _packed(
    session: Session,
    numbers: Sequence[str],
    floats: Sequence[str],
    tables: str,
    *,
    text: str = "''",
) -> tuple[list["array[int]"], list[str]]:
    """Columns of whole numbers, then the bits of floats, and one of texts, by PostgreSQL.

    Both values are made in one pass, so their rows are in the same order, whichever that is.
    """
    parts = [f"int8send({_or_none(f'({item})::bigint')})" for item in numbers]
    parts += [f"float8send(coalesce({item}, 'NaN'))" for item in floats]
    # The driver gives bytes as they are only where it is asked for binary results.
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            f"SELECT string_agg({' || '.join(parts)}, ''::bytea),"
            f" string_agg({text}, '{SEPARATOR}'){tables}"
        )
        packed, texts = cursor.fetchone()
    if packed is None:
        return [array("q") for _ in parts], []
    held = array("q")
    held.frombytes(packed)
    held.byteswap()  # it comes with the highest byte first
    return [held[place :: len(parts)] for place in range(len(parts))], texts.split(SEPARATOR)


def _as_floats(bits: "array[int]") -> "array[float]":
    found = array("d")
    found.frombytes(bits.tobytes())
    return found


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


def _moments(values: Sequence[str | None]) -> list[datetime]:
    """Times as SQLite keeps them, in UTC; some day where there is none."""
    if None in values:
        return [datetime.fromisoformat(value or _SOME_DAY) for value in values]
    return list(map(datetime.fromisoformat, values))  # type: ignore[arg-type]  # None is not in it


def _or_missing(values: Iterable[int], *moments: Sequence[str | None]) -> Iterable[int]:
    """The numbers, NONE where one of the moments they come from is not known."""
    if not any(None in column for column in moments):
        return values
    rows = zip(values, *moments, strict=True)
    return [NONE if None in given else value for value, *given in rows]

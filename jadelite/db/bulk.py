"""Many edits and scores in few statements: the fastest way that each database has.

SQLite gets rows one by one in one call, PostgreSQL all rows as one JSON value. Rows go in sorted,
so that two writers never wait for each other crosswise.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from jadelite.domain.events import EditFacts
from jadelite.domain.scores import Score

FACTS = ("parent_rev_id", "page_id", "page_title", "namespace", "edited_at", "size_change")

_EDIT_COLUMNS = (
    "(wiki_id, rev_id, parent_rev_id, page_id, page_title, namespace, edited_at, size_change,"
    " editor_kind, is_text_hidden, is_editor_hidden, is_comment_hidden, added_at)"
)
_SCORE_COLUMNS = (
    "(edit_id, model_version_id, prediction, probability, probabilities, value, source,"
    " answer_digest, scored_at, stored_at)"
)
_FILLED = [f"{name} = COALESCE(edit.{name}, excluded.{name})" for name in FACTS]
_NEWS = [f"(edit.{name} IS NULL AND excluded.{name} IS NOT NULL)" for name in FACTS]
_FILL_WHAT_IS_UNKNOWN = " ".join(
    (
        "ON CONFLICT (wiki_id, rev_id) DO UPDATE SET",
        ", ".join(_FILLED),
        ", editor_kind = CASE WHEN edit.editor_kind = 'unknown'",
        "THEN excluded.editor_kind ELSE edit.editor_kind END",
        # What is known is not written again: most rows that come twice bring nothing.
        "WHERE (edit.editor_kind = 'unknown' AND excluded.editor_kind <> 'unknown') OR",
        " OR ".join(_NEWS),
    )
)
_LEAVE_WHAT_IS_THERE = "ON CONFLICT (edit_id, model_version_id) DO NOTHING"
_COUNTED = {"preserve_rowcount": True}
_EDITS_SQLITE = " ".join(
    (
        "INSERT INTO edit",
        _EDIT_COLUMNS,
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)",
        _FILL_WHAT_IS_UNKNOWN,
    )
)
_SCORES_SQLITE = " ".join(
    (
        "INSERT INTO score",
        _SCORE_COLUMNS,
        "SELECT edit_id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM edit WHERE wiki_id = ? AND rev_id = ?",
        _LEAVE_WHAT_IS_THERE,
    )
)
_EDITS_POSTGRESQL = " ".join(
    (
        "INSERT INTO edit",
        _EDIT_COLUMNS,
        "SELECT w, r, a, p, t, n, e, s, k, false, false, false, %s::timestamptz",
        "FROM json_to_recordset(%s::json) AS x(w bigint, r bigint, a bigint, p bigint, t text,",
        "n integer, e timestamptz, s integer, k text)",
        _FILL_WHAT_IS_UNKNOWN,
    )
)
_SCORES_POSTGRESQL = " ".join(
    (
        "INSERT INTO score",
        _SCORE_COLUMNS,
        "SELECT edit_id, v, c, p, j, u, s, d, a, %s::timestamptz",
        "FROM json_to_recordset(%s::json) AS x(w bigint, r bigint, v bigint, c text,",
        "p double precision, j json, u double precision, s text, d text, a timestamptz)",
        "JOIN edit ON edit.wiki_id = x.w AND edit.rev_id = x.r",
        _LEAVE_WHAT_IS_THERE,
    )
)


def put_facts(session: Session, facts: Mapping[tuple[int, int], EditFacts], now: datetime) -> None:
    """Add edits by (wiki's row, revision); of those that are there, only fill what is unknown."""
    if not facts:
        return
    rows = sorted(facts.items())
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        moment = _sqlite_time(now)
        tuples = [
            (
                wiki_id, rev_id, f.parent_rev_id, f.page_id, f.page_title, f.namespace,
                _sqlite_time(f.edited_at), f.size_change, f.editor_kind, moment,
            )
            for (wiki_id, rev_id), f in rows
        ]  # fmt: skip
        connection.exec_driver_sql(_EDITS_SQLITE, tuples)
        return
    packed = [
        {
            "w": wiki_id, "r": rev_id, "a": f.parent_rev_id, "p": f.page_id, "t": f.page_title,
            "n": f.namespace, "e": f.edited_at and f.edited_at.isoformat(), "s": f.size_change,
            "k": f.editor_kind,
        }
        for (wiki_id, rev_id), f in rows
    ]  # fmt: skip
    connection.exec_driver_sql(_EDITS_POSTGRESQL, (now, json.dumps(packed, ensure_ascii=False)))


def put_scores(
    session: Session,
    scores: Mapping[tuple[int, int, int], tuple[Score, float | None]],
    now: datetime,
) -> int:
    """How many of these scores were new; they are added, a score that is there stays.

    By (wiki's row, revision, version's row), with the probability of yes. The edits are stored
    already.
    """
    if not scores:
        return 0
    keys = sorted(scores)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        moment = _sqlite_time(now)
        tuples = []
        for key in keys:
            s, probability = scores[key]
            wiki_id, rev_id, version_id = key
            tuples.append(
                (
                    version_id, s.prediction, probability, _shares(s.probabilities), s.value,
                    s.source, s.answer_digest, _sqlite_time(s.scored_at), moment, wiki_id, rev_id,
                )
            )  # fmt: skip
        return connection.exec_driver_sql(
            _SCORES_SQLITE, tuples, execution_options=_COUNTED
        ).rowcount
    packed = []
    for key in keys:
        s, probability = scores[key]
        wiki_id, rev_id, version_id = key
        packed.append(
            {
                "w": wiki_id, "r": rev_id, "v": version_id, "c": s.prediction, "p": probability,
                "j": s.probabilities, "u": s.value, "s": s.source, "d": s.answer_digest,
                "a": s.scored_at and s.scored_at.isoformat(),
            }
        )  # fmt: skip
    return connection.exec_driver_sql(
        _SCORES_POSTGRESQL,
        (now, json.dumps(packed, ensure_ascii=False)),
        execution_options=_COUNTED,
    ).rowcount


def _shares(probabilities: Mapping[str, float]) -> str:
    """The JSON of probabilities by label: they are many and small, the general way takes long."""
    return "{" + ", ".join(f"{_label(k)}: {v!r}" for k, v in probabilities.items()) + "}"


_label = lru_cache(maxsize=1000)(json.dumps)


def _sqlite_time(moment: datetime | None) -> str | None:
    """A time as the embedded database keeps it: UTC, without a zone, to the microsecond."""
    if moment is None:
        return None
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:26]

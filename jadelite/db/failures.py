"""Queries on why there is no score: one row for each edit and model, as the service said last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db.tables import (
    EditRow,
    ModelRow,
    ModelVersionRow,
    ScoreFailureRow,
    ScoreRow,
    WikiRow,
)
from jadelite.domain.scores import FailureReason

CHUNK = 500


@dataclass(frozen=True)
class NewFailure:
    """A failure about to be stored; ids are row numbers."""

    edit_id: int
    model_id: int
    model_version_id: int | None
    source: str
    reason: FailureReason
    detail: str
    failed_at: datetime


@dataclass(frozen=True)
class StoredFailure:
    """Why a model gave no score of an edit.

    `detail` is the service's own sentence, None where it was dropped with hidden contents.
    """

    model: str
    question: str
    version: str | None
    source: str
    reason: FailureReason
    detail: str | None
    failed_at: datetime


@dataclass(frozen=True)
class FailureCount:
    """How many edits of a wiki a model has no score of, for one reason."""

    wiki: str
    model: str
    reason: FailureReason
    n: int


def put(session: Session, failures: Sequence[NewFailure]) -> None:
    """Store failures; of two for the same edit and model the later stays, whichever comes first."""
    if not failures:
        return
    newest: dict[tuple[int, int], NewFailure] = {}
    for item in failures:
        key = (item.edit_id, item.model_id)
        if key not in newest or _rank(newest[key]) < _rank(item):
            newest[key] = item
    silent = _with_hidden(session, {item.edit_id for item in newest.values()})
    rows: list[dict[str, Any]] = [
        {
            "edit_id": item.edit_id,
            "model_id": item.model_id,
            "model_version_id": item.model_version_id,
            "source": item.source,
            "reason": item.reason,
            # A service may quote what the wiki hid.
            "detail": None if item.edit_id in silent else item.detail,
            "failed_at": item.failed_at,
        }
        for item in newest.values()
    ]
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(ScoreFailureRow)
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[ScoreFailureRow.edit_id, ScoreFailureRow.model_id],
        set_={
            name: given[name]
            for name in ("model_version_id", "source", "reason", "detail", "failed_at")
        },
        where=or_(
            given.failed_at > ScoreFailureRow.failed_at,
            (given.failed_at == ScoreFailureRow.failed_at)
            & (func.coalesce(given.detail, "") > func.coalesce(ScoreFailureRow.detail, "")),
        ),
    )
    session.execute(statement, rows)


def of_edit(session: Session, edit_id: int) -> list[StoredFailure]:
    """Why models have no score of an edit, by model; those that have one are left out."""
    scored = (
        select(ModelVersionRow.model_id)
        .join(ScoreRow, ScoreRow.model_version_id == ModelVersionRow.model_version_id)
        .where(ScoreRow.edit_id == edit_id)
    )
    query = (
        select(
            ModelRow.name,
            ModelRow.question,
            ModelVersionRow.version,
            ScoreFailureRow.source,
            ScoreFailureRow.reason,
            ScoreFailureRow.detail,
            ScoreFailureRow.failed_at,
        )
        .join(ModelRow, ModelRow.model_id == ScoreFailureRow.model_id)
        .outerjoin(
            ModelVersionRow, ModelVersionRow.model_version_id == ScoreFailureRow.model_version_id
        )
        .where(ScoreFailureRow.edit_id == edit_id, ScoreFailureRow.model_id.not_in(scored))
        .order_by(ModelRow.name)
    )
    rows: list[Any] = list(session.execute(query))  # Any: the reason comes back as plain text
    return [StoredFailure(*row) for row in rows]


def reasons(session: Session, model: str, edit_ids: Sequence[int]) -> dict[int, FailureReason]:
    """The stored reason by edit, for one model; at most 500 edits."""
    query = (
        select(ScoreFailureRow.edit_id, ScoreFailureRow.reason)
        .join(ModelRow, ModelRow.model_id == ScoreFailureRow.model_id)
        .where(ModelRow.name == model, ScoreFailureRow.edit_id.in_(edit_ids))
    )
    rows: list[Any] = list(session.execute(query))
    return {row[0]: row[1] for row in rows}


def counts(session: Session, limit: int) -> list[FailureCount]:
    """Failures by wiki, model and reason, the most first; without those that got a score since."""
    n = func.count()
    has_score = (
        select(ScoreRow.score_id)
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .where(
            ScoreRow.edit_id == ScoreFailureRow.edit_id,
            ModelVersionRow.model_id == ScoreFailureRow.model_id,
        )
        .exists()
    )
    query = (
        select(WikiRow.dbname, ModelRow.name, ScoreFailureRow.reason, n)
        .join(ModelRow, ModelRow.model_id == ScoreFailureRow.model_id)
        .join(EditRow, EditRow.edit_id == ScoreFailureRow.edit_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(~has_score)
        .group_by(WikiRow.dbname, ModelRow.name, ScoreFailureRow.reason)
        .order_by(n.desc(), WikiRow.dbname, ModelRow.name, ScoreFailureRow.reason)
        .limit(limit)
    )
    rows: list[Any] = list(session.execute(query))
    return [FailureCount(*row) for row in rows]


def _with_hidden(session: Session, edit_ids: set[int]) -> set[int]:
    """Those of which anything is hidden."""
    wanted = sorted(edit_ids)
    found: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(EditRow.edit_id).where(
            EditRow.edit_id.in_(wanted[start : start + CHUNK]),
            or_(EditRow.is_text_hidden, EditRow.is_editor_hidden, EditRow.is_comment_hidden),
        )
        found.update(session.scalars(query))
    return found


def _rank(item: NewFailure) -> tuple[datetime, str]:
    return item.failed_at, item.detail

"""Queries on models, their versions and scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from jadelite.db.tables import EditRow, ModelRow, ModelVersionRow, ScoreRow, ThresholdRow, WikiRow
from jadelite.domain.scores import ModelVersion

CHUNK = 500
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class NewScore:
    """A score about to be stored; ids are row numbers."""

    edit_id: int
    model_version_id: int
    prediction: str | None
    probability: float | None
    probabilities: dict[str, float]
    source: str
    answer_digest: str
    scored_at: datetime | None
    value: float | None = None


@dataclass(frozen=True)
class StoredScore:
    """What a model version said of an edit; `probability` of the positive label, in 0..1."""

    edit_id: int
    model: ModelVersion
    model_version_id: int
    probability: float
    prediction: str | None
    threshold: float
    threshold_origin: str


@dataclass(frozen=True)
class OtherOutput:
    """What a model said that is no probability of yes: a value, a class, topics."""

    model: ModelVersion
    prediction: str | None
    value: float | None


@dataclass(frozen=True)
class Content:
    """What a stored score says, to compare an answer that comes again."""

    prediction: str | None
    probabilities: dict[str, float]
    value: float | None


def find_model(session: Session, name: str) -> tuple[int, str, str] | None:
    """Row number, question and positive label of a model; None if it is new."""
    row = session.execute(
        select(ModelRow.model_id, ModelRow.question, ModelRow.positive_label).where(
            ModelRow.name == name
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def ensure_model(
    session: Session, name: str, *, question: str, positive_label: str, is_value: bool
) -> int:
    """The row number of a model, added if new. Flushes to get it."""
    found = find_model(session, name)
    if found is not None:
        return found[0]
    row = ModelRow(
        name=name,
        question=question,
        positive_label=positive_label,
        output_kind="value" if is_value else "classes",
    )
    session.add(row)
    session.flush()
    return row.model_id


def ensure_version(
    session: Session, model: ModelVersion, now: datetime, *, is_value: bool = False
) -> int:
    """The row number of a model version, added (with its model) if new. Flushes to get it."""
    model_id = ensure_model(
        session,
        model.model,
        question=model.question,
        positive_label=model.positive_label,
        is_value=is_value,
    )
    version_id = session.scalar(
        select(ModelVersionRow.model_version_id).where(
            ModelVersionRow.model_id == model_id, ModelVersionRow.version == model.version
        )
    )
    if version_id is not None:
        return version_id
    version = ModelVersionRow(model_id=model_id, version=model.version, first_seen_at=now)
    session.add(version)
    session.flush()
    return version.model_version_id


def contents(
    session: Session, edit_ids: Iterable[int], version_ids: Iterable[int]
) -> dict[tuple[int, int], Content]:
    """What stored scores say, by (edit, model version)."""
    wanted, versions = sorted(set(edit_ids)), sorted(set(version_ids))
    found: dict[tuple[int, int], Content] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(
            ScoreRow.edit_id,
            ScoreRow.model_version_id,
            ScoreRow.prediction,
            ScoreRow.probabilities,
            ScoreRow.value,
        ).where(
            ScoreRow.edit_id.in_(wanted[start : start + CHUNK]),
            ScoreRow.model_version_id.in_(versions),
        )
        for edit_id, version_id, prediction, probabilities, value in session.execute(query):
            found[edit_id, version_id] = Content(prediction, dict(probabilities or {}), value)
    return found


def scored_by(
    session: Session, model: str, version: str | None, edit_ids: Sequence[int]
) -> set[int]:
    """Which of at most 500 edits the model has scored, in that version or (None) in any."""
    query = (
        select(ScoreRow.edit_id)
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(ModelRow.name == model, ScoreRow.edit_id.in_(edit_ids))
    )
    if version is not None:
        query = query.where(ModelVersionRow.version == version)
    return set(session.scalars(query))


def other_outputs(session: Session, edit_id: int) -> list[OtherOutput]:
    """What models said of an edit that is no probability of yes, by model and version."""
    query = (
        select(
            ModelRow.name,
            ModelVersionRow.version,
            ModelRow.question,
            ModelRow.positive_label,
            ScoreRow.prediction,
            ScoreRow.value,
        )
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .where(ScoreRow.edit_id == edit_id, ScoreRow.probability.is_(None))
        .order_by(ModelRow.name, ModelVersionRow.version)
    )
    return [
        OtherOutput(ModelVersion(row[0], row[1], row[2], row[3]), row[4], row[5])
        for row in session.execute(query)
    ]


def add(
    session: Session, scores: Sequence[NewScore], *, import_batch_id: int | None, now: datetime
) -> None:
    """Append scores that are not stored yet."""
    if not scores:
        return
    rows: list[dict[str, Any]] = [
        {
            "edit_id": score.edit_id,
            "model_version_id": score.model_version_id,
            "prediction": score.prediction,
            "probability": score.probability,
            "probabilities": score.probabilities,
            "value": score.value,
            "source": score.source,
            "answer_digest": score.answer_digest,
            "scored_at": score.scored_at,
            "stored_at": now,
            "import_batch_id": import_batch_id,
        }
        for score in scores
    ]
    session.execute(insert(ScoreRow), rows)


def of_edit(session: Session, edit_id: int) -> list[StoredScore]:
    """All scores of an edit, by model and version."""
    return _stored(session, ScoreRow.edit_id == edit_id)


def of_edits(session: Session, edit_ids: Sequence[int]) -> dict[int, list[StoredScore]]:
    """All scores of some edits, by edit; few queries for many edits."""
    found: dict[int, list[StoredScore]] = {}
    for start in range(0, len(edit_ids), CHUNK):
        for score in _stored(session, ScoreRow.edit_id.in_(edit_ids[start : start + CHUNK])):
            found.setdefault(score.edit_id, []).append(score)
    return found


def versions_of(session: Session, edit_ids: Any) -> list[tuple[int, ModelVersion]]:
    """Model versions that scored any of the edits (row numbers, or a subquery of them)."""
    query = _versions().where(
        ModelVersionRow.model_version_id.in_(
            select(ScoreRow.model_version_id).where(ScoreRow.edit_id.in_(edit_ids)).distinct()
        )
    )
    return [
        (row[0], ModelVersion(row[1], row[2], row[3], row[4])) for row in session.execute(query)
    ]


def versions_on(
    session: Session,
    wiki_id: int,
    *,
    names: Sequence[str] | None = None,
    is_probability_needed: bool = True,
) -> list[tuple[int, ModelVersion]]:
    """Model versions that scored some edit of a wiki, by name and version.

    Of the models named, or of all; those that gave a probability of yes, or any answer.
    """
    # One row that is there, not EXISTS: PostgreSQL would join all scores to answer that.
    scored = (
        select(ScoreRow.score_id)
        .join(EditRow, EditRow.edit_id == ScoreRow.edit_id)
        .where(
            ScoreRow.model_version_id == ModelVersionRow.model_version_id,
            EditRow.wiki_id == wiki_id,
        )
        .limit(1)
    )
    if is_probability_needed:
        scored = scored.where(ScoreRow.probability.is_not(None))
    query = _versions().where(scored.correlate(ModelVersionRow).scalar_subquery().is_not(None))
    if names is not None:
        query = query.where(ModelRow.name.in_(names))
    return [
        (row[0], ModelVersion(row[1], row[2], row[3], row[4])) for row in session.execute(query)
    ]


def versions_by_wiki(session: Session) -> dict[str, list[tuple[int, ModelVersion]]]:
    """Model versions that scored some edit, by wiki. Two queries; one looks at every score."""
    pairs = (
        select(WikiRow.dbname, ScoreRow.model_version_id)
        .join(EditRow, EditRow.wiki_id == WikiRow.wiki_id)
        .join(ScoreRow, ScoreRow.edit_id == EditRow.edit_id)
        .distinct()
    )
    versions = {
        row[0]: ModelVersion(row[1], row[2], row[3], row[4]) for row in session.execute(_versions())
    }
    found: dict[str, list[tuple[int, ModelVersion]]] = {}
    for wiki, version_id in session.execute(pairs):
        found.setdefault(wiki, []).append((version_id, versions[version_id]))
    return found


def in_use(session: Session, wiki: str, version_ids: Sequence[int]) -> int | None:
    """Which of some versions scored the newest edit of a wiki; of several the one known last.

    A version that was tried on edits of the past alone is not in use. None if none scored any.
    """
    # Not joined: so the index of edits by wiki and revision is walked from its end.
    wiki_id = select(WikiRow.wiki_id).where(WikiRow.dbname == wiki).scalar_subquery()
    return session.scalar(
        select(ScoreRow.model_version_id)
        .join(EditRow, EditRow.edit_id == ScoreRow.edit_id)
        .where(EditRow.wiki_id == wiki_id, ScoreRow.model_version_id.in_(version_ids))
        .order_by(EditRow.rev_id.desc(), ScoreRow.model_version_id.desc())
        .limit(1)
    )


def _versions() -> Select[int, str, str, str, str]:
    return (
        select(
            ModelVersionRow.model_version_id,
            ModelRow.name,
            ModelVersionRow.version,
            ModelRow.question,
            ModelRow.positive_label,
        )
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .order_by(ModelRow.name, ModelVersionRow.version)
    )


def threshold(session: Session, model_version_id: int, wiki: str) -> tuple[float, str]:
    """The cut in force for a model version on a wiki, and where it comes from.

    Without a row it is one half, the point where a classifier of two labels changes its mind.
    """
    value = session.scalar(
        select(ThresholdRow.value)
        .join(WikiRow, WikiRow.wiki_id == ThresholdRow.wiki_id)
        .where(
            ThresholdRow.model_version_id == model_version_id,
            WikiRow.dbname == wiki,
            ThresholdRow.level == "default",
        )
        .order_by(ThresholdRow.valid_from.desc())
        .limit(1)
    )
    return (DEFAULT_THRESHOLD, "default") if value is None else (value, "wiki")


def set_threshold(
    session: Session, version_id: int, wiki_id: int, value: float, *, valid_from: datetime
) -> None:
    """Record the cut that a wiki acts on from some day; the same again changes nothing."""
    newest = session.scalar(
        select(ThresholdRow.value)
        .where(
            ThresholdRow.model_version_id == version_id,
            ThresholdRow.wiki_id == wiki_id,
            ThresholdRow.level == "default",
        )
        .order_by(ThresholdRow.valid_from.desc())
        .limit(1)
    )
    if newest != value:
        session.add(
            ThresholdRow(
                model_version_id=version_id,
                wiki_id=wiki_id,
                level="default",
                value=value,
                valid_from=valid_from,
            )
        )


def _stored(session: Session, condition: Any) -> list[StoredScore]:
    query = (
        select(
            ScoreRow.edit_id,
            ModelVersionRow.model_version_id,
            ModelRow.name,
            ModelVersionRow.version,
            ModelRow.question,
            ModelRow.positive_label,
            ScoreRow.probability,
            ScoreRow.prediction,
            WikiRow.dbname,
        )
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
        .join(EditRow, EditRow.edit_id == ScoreRow.edit_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(condition, ScoreRow.probability.is_not(None))
        .order_by(ModelRow.name, ModelVersionRow.version)
    )
    stored = []
    cuts: dict[tuple[int, str], tuple[float, str]] = {}
    for row in session.execute(query).all():
        if (row[1], row[8]) not in cuts:
            cuts[row[1], row[8]] = threshold(session, row[1], row[8])
        cut, origin = cuts[row[1], row[8]]
        stored.append(
            StoredScore(
                edit_id=row[0],
                model=ModelVersion(row[2], row[3], row[4], row[5]),
                model_version_id=row[1],
                probability=row[6] or 0.0,
                prediction=row[7],
                threshold=cut,
                threshold_origin=origin,
            )
        )
    return stored

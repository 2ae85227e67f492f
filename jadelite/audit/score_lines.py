"""Storing lines of `scores import`: scores once each, and why there is none as it was said last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jadelite.audit.lines import Batch, Outcome, digest
from jadelite.config import data_folder
from jadelite.db import edits, failures, scores
from jadelite.db.failures import NewFailure
from jadelite.db.scores import Content, NewScore
from jadelite.domain.errors import FieldError
from jadelite.domain.facets import question_of_model
from jadelite.domain.scores import ModelVersion, Score, ScoreFailure
from jadelite.scoring.service_cards import ServiceCard, read_service_cards

POSITIVE_LABELS = ("true", "yes")


@dataclass(frozen=True)
class _Model:
    """What a line's model answers; `positive` is empty where no label means yes."""

    question: str
    positive: str


def store(batch: Batch, values: Sequence[Score | ScoreFailure]) -> list[Outcome]:
    """What became of each line: "stored", "known", or what was wrong with it.

    Edits not known yet are added by their number. A failure beside a score of the same model is
    known: the score says more.
    """
    outcomes: list[Outcome] = [""] * len(values)
    models: dict[str, _Model | FieldError] = {}
    said: dict[int, tuple[Score, _Model]] = {}
    failed: dict[int, tuple[ScoreFailure, _Model]] = {}
    # Scores first: of a model that is new, they tell which label means yes.
    for place, value in sorted(enumerate(values), key=lambda item: _rank(item[1])):
        model = _model_of(batch, value, models)
        wrong = model if isinstance(model, FieldError) else _misfit(value, model)
        if wrong is not None:
            outcomes[place] = wrong
        elif isinstance(value, Score) and isinstance(model, _Model):
            said[place] = (value, model)
        elif isinstance(value, ScoreFailure) and isinstance(model, _Model):
            failed[place] = (value, model)
    chosen = [values[place] for place in sorted({*said, *failed})]
    edit_ids = _edit_ids(batch, chosen)
    for place, outcome in _store_scores(batch, said, edit_ids).items():
        outcomes[place] = outcome
    for place, outcome in _store_failures(batch, failed, edit_ids).items():
        outcomes[place] = outcome
    return outcomes


def _edit_ids(batch: Batch, values: Sequence[Score | ScoreFailure]) -> dict[tuple[str, int], int]:
    """Row numbers by wiki and revision; edits that are new are added."""
    ids: dict[tuple[str, int], int] = {}
    for dbname in dict.fromkeys(value.wiki for value in values):
        rev_ids = [value.rev_id for value in values if value.wiki == dbname]
        found = edits.ensure_bare(batch.session, batch.wiki_id(dbname), rev_ids, batch.now)
        ids.update({(dbname, rev_id): found[rev_id] for rev_id in rev_ids})
    return ids


def _rank(value: Score | ScoreFailure) -> int:
    if isinstance(value, ScoreFailure):
        return 2
    return 1 if value.value is not None else 0


def _store_scores(
    batch: Batch,
    said: dict[int, tuple[Score, _Model]],
    edit_ids: dict[tuple[str, int], int],
) -> dict[int, Outcome]:
    versions: dict[tuple[str, str], int] = {}
    for score, model in said.values():
        named = (score.model, score.model_version)
        if named not in versions:
            version = ModelVersion(*named, model.question, model.positive)
            versions[named] = scores.ensure_version(
                batch.session, version, batch.now, is_value=score.value is not None
            )
    ids = [edit_ids[score.wiki, score.rev_id] for score, _ in said.values()]
    known = scores.contents(batch.session, ids, versions.values())
    outcomes: dict[int, Outcome] = {}
    new: list[NewScore] = []
    for place, (score, model) in sorted(said.items()):
        key = (edit_ids[score.wiki, score.rev_id], versions[score.model, score.model_version])
        content = Content(score.prediction, dict(score.probabilities), score.value)
        if key not in known:
            known[key] = content
            new.append(_new_score(score, *key, model.positive))
            outcomes[place] = "stored"
        elif known[key] == content:
            outcomes[place] = "known"
        else:
            detail = (
                f"{score.model}@{score.model_version} has another score of edit"
                f" {score.rev_id} stored; a new answer needs a new model_version"
            )
            field = "probabilities" if score.value is None else "value"
            outcomes[place] = FieldError(field, "conflict", detail)
    if new:
        scores.add(batch.session, new, import_batch_id=batch.batch_id(), now=batch.now)
    return outcomes


def _new_score(score: Score, edit_id: int, version_id: int, positive: str) -> NewScore:
    answer: dict[str, Any] = {
        "prediction": score.prediction,
        "probabilities": dict(score.probabilities),
    }
    if score.value is not None:
        answer["value"] = score.value
    has_yes = bool(positive) and score.value is None
    return NewScore(
        edit_id=edit_id,
        model_version_id=version_id,
        prediction=score.prediction,
        probability=score.probability_of(positive) if has_yes else None,
        probabilities=dict(score.probabilities),
        source=score.source,
        answer_digest=digest(answer),
        scored_at=score.scored_at,
        value=score.value,
    )


def _store_failures(
    batch: Batch,
    failed: dict[int, tuple[ScoreFailure, _Model]],
    edit_ids: dict[tuple[str, int], int],
) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    new: list[NewFailure] = []
    for name in dict.fromkeys(failure.model for failure, _ in failed.values()):
        places = [place for place in sorted(failed) if failed[place][0].model == name]
        ids = [edit_ids[failed[place][0].wiki, failed[place][0].rev_id] for place in places]
        scored = scores.scored_by(batch.session, name, None, ids)
        held = _held(batch, name, ids)
        for place, edit_id in zip(places, ids, strict=True):
            failure, model = failed[place]
            at = failure.failed_at or batch.now
            # The later of two stays; the same said again is known.
            before = held.get(edit_id)
            is_known = before is not None and (
                before[1:] == (failure.reason, failure.detail)
                or (before[0], before[2]) >= (at, failure.detail)
            )
            if edit_id in scored or is_known:
                outcomes[place] = "known"
                continue
            held[edit_id] = (at, failure.reason, failure.detail)
            new.append(_new_failure(batch, failure, model, edit_id, at))
            outcomes[place] = "stored"
    failures.put(batch.session, new)
    return outcomes


def _held(batch: Batch, model: str, edit_ids: list[int]) -> dict[int, tuple[datetime, str, str]]:
    """When, why and in which words, by edit, where a failure of the model is stored."""
    found: dict[int, tuple[datetime, str, str]] = {}
    for edit_id in failures.reasons(batch.session, model, edit_ids):
        for item in failures.of_edit(batch.session, edit_id):
            if item.model == model:
                found[edit_id] = (item.failed_at, item.reason, item.detail or "")
    return found


def _new_failure(
    batch: Batch, failure: ScoreFailure, model: _Model, edit_id: int, at: datetime
) -> NewFailure:
    version_id = None
    if failure.model_version is not None:
        version = ModelVersion(failure.model, failure.model_version, model.question, model.positive)
        version_id = scores.ensure_version(batch.session, version, batch.now)
    return NewFailure(
        edit_id=edit_id,
        model_id=scores.ensure_model(
            batch.session,
            failure.model,
            question=model.question,
            positive_label=model.positive,
            is_value=False,
        ),
        model_version_id=version_id,
        source=failure.source,
        reason=failure.reason,
        detail=failure.detail,
        failed_at=at,
    )


def _model_of(
    batch: Batch, value: Score | ScoreFailure, models: dict[str, _Model | FieldError]
) -> _Model | FieldError:
    """Question and positive label of a line's model, or why it can't be stored."""
    if value.model not in models:
        found = _known_model(batch, value)
        if isinstance(found, FieldError) and found.field != "model":
            return found  # the next line of this model may tell more
        models[value.model] = found
    return models[value.model]


def _known_model(batch: Batch, value: Score | ScoreFailure) -> _Model | FieldError:
    stored = scores.find_model(batch.session, value.model)
    if stored is not None:
        return _Model(stored[1], stored[2])
    card = _cards_by_name(value.wiki).get(value.model)
    question = batch.options.question or (card.question if card else question_of_model(value.model))
    if question is None:
        detail = (
            f"model {value.model!r} does not tell which question it answers;"
            " say so with --question damaging or --question goodfaith"
        )
        return FieldError("model", "unknown-question", detail)
    if card is not None:
        return _Model(question, card.positive_label)
    if isinstance(value, ScoreFailure):
        return _Model(question, POSITIVE_LABELS[0])  # nearly all models call it so
    if value.value is not None:
        return _Model(question, "")
    positive = next((label for label in POSITIVE_LABELS if label in value.probabilities), None)
    if positive is None:
        detail = f"probabilities has no label {' or '.join(POSITIVE_LABELS)}"
        return FieldError("probabilities", "no-positive-label", detail)
    return _Model(question, positive)


def _misfit(value: Score | ScoreFailure, model: _Model) -> FieldError | None:
    """Why a score's probabilities are not those of its model, or None."""
    if isinstance(value, ScoreFailure) or value.value is not None:
        return None
    if model.positive and model.positive not in value.probabilities:
        detail = f"probabilities has no label {model.positive!r}, which this model says yes with"
        return FieldError("probabilities", "no-positive-label", detail)
    unexpected = next((label for label in POSITIVE_LABELS if label in value.probabilities), None)
    if not model.positive and unexpected:
        detail = f"probabilities has the label {unexpected!r}, but this model never says yes"
        return FieldError("probabilities", "unexpected-label", detail)
    if not model.positive and value.prediction is None:
        detail = (
            "prediction is missing, expected the label chosen: no label of this model means yes"
        )
        return FieldError("prediction", "missing", detail)
    return None


@cache
def _cards_by_name(wiki: str) -> dict[str, ServiceCard]:
    """Cards of models that services run, by the name their scores of a wiki are stored under."""
    cards = read_service_cards(data_folder("models"))
    return {card.stored_name.replace("{wiki}", wiki): card for card in cards}

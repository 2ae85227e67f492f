"""Trip 1 from files: edits and scores come in line by line, and twice changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from jadelite.audit.lines import Batch, Options, Outcome, Progress, Reader, Summary, digest, run
from jadelite.db import edits, scores
from jadelite.db.edits import NewEdit
from jadelite.db.scores import NewScore
from jadelite.db.session import Database
from jadelite.domain.errors import FieldError, Invalid
from jadelite.domain.facets import QUESTIONS, question_of_model
from jadelite.domain.records import parse_edit, parse_score
from jadelite.domain.scores import ModelVersion, Score
from jadelite.wiki.diffs import local_diff

POSITIVE_LABELS = ("true", "yes")


def import_edits(
    database: Database,
    lines: Iterable[bytes],
    options: Options,
    *,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Store edits. An edit known only by its number is completed; nothing known is changed."""
    reader = Reader("edits", _read_edit, _store_edits)
    return run(database, lines, reader, options, now, progress)


def import_scores(
    database: Database,
    lines: Iterable[bytes],
    options: Options,
    *,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Store scores; edits not known yet are added by their number.

    Raises Invalid if `options.question` names no question.
    """
    if options.question is not None and options.question not in QUESTIONS:
        known = ", ".join(QUESTIONS)
        raise Invalid("bad-question", f"question is {options.question!r}, expected one of {known}")
    reader = Reader("scores", parse_score, _store_scores)
    return run(database, lines, reader, options, now, progress)


def _read_edit(data: dict[str, Any]) -> NewEdit:
    """An edit with its diff, made before any transaction is open: on large pages it takes long."""
    edit = parse_edit(data)
    diff = None
    if edit.text_after is not None:
        diff = local_diff(edit.text_before or "", edit.text_after)
    return NewEdit(edit, diff)


def _store_edits(batch: Batch, values: list[NewEdit]) -> list[Outcome]:
    outcomes: list[Outcome] = [""] * len(values)
    for dbname, places in _by_wiki([value.edit.wiki for value in values]).items():
        found = edits.store(
            batch.session, batch.wiki_id(dbname), [values[place] for place in places], batch.now
        )
        for place, outcome in zip(places, found, strict=True):
            outcomes[place] = outcome
    return outcomes


def _store_scores(batch: Batch, values: list[Score]) -> list[Outcome]:
    outcomes: list[Outcome] = [""] * len(values)
    versions: dict[tuple[str, str], tuple[int, str] | FieldError] = {}
    new: list[NewScore] = []
    for dbname, places in _by_wiki([value.wiki for value in values]).items():
        chosen = {}
        for place in places:
            model = _version(batch, values[place], versions)
            if isinstance(model, FieldError):
                outcomes[place] = model
            else:
                chosen[place] = model
        rev_ids = [values[place].rev_id for place in chosen]
        ids = edits.ensure_bare(batch.session, batch.wiki_id(dbname), rev_ids, batch.now)
        known = scores.digests(
            batch.session, ids.values(), (version_id for version_id, _ in chosen.values())
        )
        for place, (version_id, positive) in chosen.items():
            score = values[place]
            made = _new_score(score, ids[score.rev_id], version_id, positive)
            key = (made.edit_id, version_id)
            if key not in known:
                known[key] = made.answer_digest
                new.append(made)
                outcomes[place] = "stored"
            elif known[key] == made.answer_digest:
                outcomes[place] = "known"
            else:
                detail = (
                    f"{score.model}@{score.model_version} has another score of edit"
                    f" {score.rev_id} stored; a new answer needs a new model_version"
                )
                outcomes[place] = FieldError("probabilities", "conflict", detail)
    if new:
        scores.add(batch.session, new, import_batch_id=batch.batch_id(), now=batch.now)
    return outcomes


def _version(
    batch: Batch,
    score: Score,
    versions: dict[tuple[str, str], tuple[int, str] | FieldError],
) -> tuple[int, str] | FieldError:
    """Row number and positive label of a score's model version, or why it can't be stored."""
    key = (score.model, score.model_version)
    if key not in versions:
        stored = scores.find_model(batch.session, score.model)
        question = stored[1] if stored else batch.options.question
        question = question or question_of_model(score.model)
        positive = stored[2] if stored else _positive(score)
        if question is None:
            detail = (
                f"model {score.model!r} does not tell which question it answers;"
                " say so with --question damaging or --question goodfaith"
            )
            versions[key] = FieldError("model", "unknown-question", detail)
        elif positive is None:
            detail = f"probabilities has no label {' or '.join(POSITIVE_LABELS)}"
            return FieldError("probabilities", "no-positive-label", detail)
        else:
            model = ModelVersion(score.model, score.model_version, question, positive)
            version_id = scores.ensure_version(batch.session, model, batch.now)
            versions[key] = (version_id, positive)
    found = versions[key]
    if not isinstance(found, FieldError) and found[1] not in score.probabilities:
        detail = f"probabilities has no label {found[1]!r}, which this model says yes with"
        return FieldError("probabilities", "no-positive-label", detail)
    return found


def _positive(score: Score) -> str | None:
    return next((label for label in POSITIVE_LABELS if label in score.probabilities), None)


def _new_score(score: Score, edit_id: int, version_id: int, positive: str) -> NewScore:
    answer = {"prediction": score.prediction, "probabilities": dict(score.probabilities)}
    return NewScore(
        edit_id=edit_id,
        model_version_id=version_id,
        prediction=score.prediction,
        probability=score.probability_of(positive),
        probabilities=dict(score.probabilities),
        source="import",
        answer_digest=digest(answer),
        scored_at=score.scored_at,
    )


def _by_wiki(names: Sequence[str]) -> dict[str, list[int]]:
    """Positions by the wiki that stands there."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return places

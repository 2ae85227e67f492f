"""Storing what models answered: scores and failures, once each, nothing overwritten."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit.outside import OpenModel
from jadelite.db import edits, failures, scores, wikis
from jadelite.db.failures import NewFailure
from jadelite.db.scores import Content, NewScore
from jadelite.db.session import Session
from jadelite.domain.edits import Wiki
from jadelite.domain.scores import FailureReason, Score, ScoreFailure


@dataclass(frozen=True)
class Stored:
    """What became of a batch of answers.

    `differing` are revisions of which the same model version said something else before: the older
    score stays.
    """

    n_stored: int
    n_known: int
    differing: tuple[int, ...]
    failed: tuple[FailureReason, ...]


def store(
    session: Session,
    wiki: Wiki,
    model: OpenModel,
    answers: Sequence[Score | ScoreFailure],
    now: datetime,
) -> Stored:
    """Append scores that are new and keep why others are missing; edits not known are added."""
    wiki_id = wikis.ensure(session, wiki)
    ids = edits.ensure_bare(session, wiki_id, (answer.rev_id for answer in answers), now)
    model_id = scores.ensure_model(
        session,
        model.name,
        question=model.question,
        positive_label=model.positive_label,
        is_value=model.is_value,
    )
    said = [answer for answer in answers if isinstance(answer, Score)]
    failed = [answer for answer in answers if isinstance(answer, ScoreFailure)]
    versions = {
        name: scores.ensure_version(session, model.named(name), now, is_value=model.is_value)
        for name in sorted({score.model_version for score in said})
    }
    known = scores.contents(session, ids.values(), versions.values())
    new: list[NewScore] = []
    n_known, differing = 0, []
    for score in said:
        key = (ids[score.rev_id], versions[score.model_version])
        content = Content(score.prediction, dict(score.probabilities), score.value)
        if key not in known:
            known[key] = content
            new.append(_new_score(score, model, *key))
        elif known[key] == content:
            n_known += 1
        else:
            differing.append(score.rev_id)
    scores.add(session, new, import_batch_id=None, now=now)
    failures.put(
        session,
        [
            NewFailure(
                edit_id=ids[failure.rev_id],
                model_id=model_id,
                model_version_id=None,
                source=failure.source,
                reason=failure.reason,
                detail=failure.detail,
                failed_at=failure.failed_at or now,
            )
            for failure in failed
        ],
    )
    return Stored(len(new), n_known, tuple(differing), tuple(item.reason for item in failed))


def _new_score(score: Score, model: OpenModel, edit_id: int, version_id: int) -> NewScore:
    probability = None
    if model.positive_label and score.value is None:
        probability = score.probability_of(model.positive_label)
    answer = {
        "prediction": score.prediction,
        "probabilities": dict(score.probabilities),
        "value": score.value,
    }
    packed = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    return NewScore(
        edit_id=edit_id,
        model_version_id=version_id,
        prediction=score.prediction,
        probability=probability,
        probabilities=dict(score.probabilities),
        source=score.source,
        answer_digest=score.answer_digest or hashlib.sha256(packed.encode()).hexdigest(),
        scored_at=score.scored_at,
        value=score.value,
    )

"""Stored scores as ORES version 3 gives them, so that programs written for it need no change.

A score is kept back while people are to judge the edit blind; the answer says so in ORES's own form
of an error. Of each model the version in use answers: the one that scored the newest edit, so that
trying another on edits of the past changes nothing here. A name like damaging@0.5.1 asks another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jadelite.db import edits, failures, masking, scores, wikis
from jadelite.db.scores import Content
from jadelite.db.session import Database, Session
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.names import is_wiki_name
from jadelite.domain.scores import FailureReason, ModelVersion

MAX_REVISIONS = 50
SUM_SLACK = 0.01  # by which probabilities of labels that exclude each other may miss 1
_ERRORS: dict[FailureReason, tuple[str, str]] = {
    "missing": ("RevisionNotFound", "the wiki has no such revision"),
    "deleted": ("TextDeleted", "the wiki hid the text"),
    "not-scorable": ("UnexpectedContentType", "the model can't score such an edit"),
    "unsupported-language": ("QueryNotSupported", "the model does not know this language"),
}


@dataclass(frozen=True)
class ContextModel:
    """A model of a wiki by the name it was asked for, and the version that answers."""

    name: str
    version_id: int
    model: ModelVersion


@dataclass(frozen=True)
class Scored:
    """Models by name, and by revision and model what there is: a score or an error, as ORES."""

    models: tuple[ContextModel, ...]
    scores: dict[int, dict[str, dict[str, Any]]]


def contexts(database: Database) -> dict[str, tuple[ContextModel, ...]]:
    """Every wiki with scored edits, and its models."""
    with database.reading() as session:
        return {
            wiki: _in_use(session, wiki, versions)
            for wiki, versions in sorted(scores.versions_by_wiki(session).items())
        }


def models_on(
    session: Session, wiki: str, names: Sequence[str] | None = None
) -> tuple[ContextModel, ...]:
    """Models that scored edits of a wiki, in the versions in use; those named, or all.

    A model may be named without the wiki's name before it, or with @ and a version behind it.
    Raises NotFound for a wiki without scores, and for a name that is none.
    """
    wiki_id = wikis.find(session, wiki) if is_wiki_name(wiki) else None
    if wiki_id is None:
        raise _no_scorers(wiki)
    if names is None:
        versions = scores.versions_on(session, wiki_id, is_probability_needed=False)
        if not versions:
            raise _no_scorers(wiki)
        return _in_use(session, wiki, versions)
    asked = {name: name.partition("@")[0] for name in names}
    full = {*asked.values(), *(f"{wiki}-{name}" for name in asked.values())}
    versions = scores.versions_on(session, wiki_id, names=sorted(full), is_probability_needed=False)
    current = {one.name: one for one in _in_use(session, wiki, versions)}
    exact = {model.name: (version_id, model) for version_id, model in versions}
    chosen, missing = [], []
    for name in asked:
        for known in (name, f"{wiki}-{name}"):
            if known in exact:
                chosen.append(ContextModel(name, *exact[known]))
                break
            if known in current:
                chosen.append(replace(current[known], name=name))
                break
        else:
            missing.append(name)
    if missing and not scores.versions_on(session, wiki_id, is_probability_needed=False):
        raise _no_scorers(wiki)
    if missing:
        raise NotFound("no-such-models", f"Models {tuple(missing)} not available for {wiki}")
    return tuple(chosen)


def _in_use(
    session: Session, wiki: str, versions: Sequence[tuple[int, ModelVersion]]
) -> tuple[ContextModel, ...]:
    """One version of each model, by name."""
    by_name: dict[str, dict[int, ModelVersion]] = {}
    for version_id, model in versions:
        by_name.setdefault(model.model, {})[version_id] = model
    found = []
    for name, known in sorted(by_name.items()):
        newest = max(known)
        if len(known) > 1:
            newest = scores.in_use(session, wiki, sorted(known)) or newest
        found.append(ContextModel(name, newest, known[newest]))
    return tuple(found)


def _no_scorers(wiki: str) -> NotFound:
    return NotFound("no-scorers", f"No scorers available for {wiki}")


def scores_of(
    database: Database, wiki: str, names: Sequence[str] | None, rev_ids: Sequence[int]
) -> Scored:
    """What models said of revisions of a wiki, or why nothing can be told.

    `names` None: all models of the wiki. Raises NotFound for a wiki without scores or an unknown
    model, Invalid for too many revisions.
    """
    if len(rev_ids) > MAX_REVISIONS:
        raise Invalid(
            "too-many-revisions",
            f"Too many values for 'revids' parameter.  Max of {MAX_REVISIONS}.",
            n=MAX_REVISIONS,
        )
    with database.reading() as session:
        models = models_on(session, wiki, names)
        if not rev_ids:
            return Scored(models, {})
        rows = edits.ids_by_rev(session, wikis.find(session, wiki) or 0, rev_ids)
        ids = list(rows.values())
        contents = scores.contents(session, ids, [model.version_id for model in models])
        hidden = masking.hidden_revisions(session, wiki, rev_ids)
        withheld = masking.withheld(session, ids)
        reasons = {
            model.name: failures.reasons(session, model.model.model, unscored)
            for model in models
            if (unscored := [row for row in ids if (row, model.version_id) not in contents])
        }
    answers: dict[int, dict[str, dict[str, Any]]] = {}
    for rev_id in rev_ids:
        row = rows.get(rev_id)
        for model in models:
            if row is None:
                found = _error("RevisionNotFound", f"Could not find revision ({rev_id})")
            elif rev_id in hidden:
                found = _error("TextDeleted", "the wiki hid the text")
            elif row in withheld:
                found = _error(
                    "ScoreWithheld",
                    "people are to judge this edit first, without knowing its score; it can be"
                    " read once they have",
                )
            else:
                why = reasons.get(model.name, {}).get(row)
                found = _answer(contents.get((row, model.version_id)), why)
            answers.setdefault(rev_id, {})[model.name] = found
    return Scored(models, answers)


def _answer(content: Content | None, reason: FailureReason | None) -> dict[str, Any]:
    if content is None:
        kind, why = _ERRORS.get(
            reason or "transient", ("ScoreNotStored", "this model has not scored the revision here")
        )
        return _error(kind, why)
    if not content.probabilities:
        value = content.value if content.value is not None else _plain(content.prediction)
        return {"score": {"prediction": value}}
    probability = dict(sorted(content.probabilities.items()))
    prediction: str | bool | list[str] | None = _plain(content.prediction)
    if abs(sum(probability.values()) - 1) > SUM_SLACK:  # labels that don't exclude each other
        prediction = [label for label in (content.prediction or "").split("|") if label]
    return {"score": {"prediction": prediction, "probability": probability}}


def _plain(prediction: str | None) -> str | bool | None:
    """ORES gives labels "true" and "false" as booleans where they are predictions."""
    return {"true": True, "false": False}.get((prediction or "").lower(), prediction)


def _error(kind: str, sentence: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": f"{kind}: {sentence}"}}

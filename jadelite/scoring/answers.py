"""Reads the answers of ORES and Lift Wing: each shape becomes a score, or a failure with a reason.

Pure functions over parsed JSON. An answer is believed only if it is of the revision, wiki and model
that was asked for, names its version and holds numbers that can be what they are said to be;
anything else is a failure "bad-answer", never a score.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from jadelite.domain.edits import Site
from jadelite.domain.scores import (
    LASTING_REASONS,
    FailureReason,
    Score,
    ScoreFailure,
    check_probabilities,
)
from jadelite.scoring.reasons import (
    Refusal,
    codes_by_revision,
    reason_of,
    reason_of_code,
    refusal_in,
    revisions_named,
    tidy,
)
from jadelite.scoring.service_cards import ServiceCard, ServiceProtocol

Outcome = Score | ScoreFailure

MAX_VERSION_LENGTH = 100
MAX_LABEL_LENGTH = 255
MAX_PREDICTION_LENGTH = 1000
MAX_LABELS = 1000
SEPARATOR = "|"
OK = 200
TIE = 1e-9
YES_OR_NO = frozenset({"true", "false"})
# These servers predict the most probable class; revert risk has a cut of its own.
MOST_PROBABLE: frozenset[ServiceProtocol] = frozenset({"revscoring", "ores-v3"})


@dataclass(frozen=True)
class Asked:
    """What was asked, and the answer it came with: when (UTC) and its SHA-256; None without one."""

    card: ServiceCard
    site: Site
    rev_id: int
    received_at: datetime | None = None
    digest: str | None = None

    def failed(
        self, reason: FailureReason, detail: str, *, model_version: str | None = None
    ) -> ScoreFailure:
        """The failure to score this revision."""
        return ScoreFailure(
            wiki=self.site.dbname,
            rev_id=self.rev_id,
            model=self.card.model_name(self.site),
            model_version=model_version,
            reason=reason,
            detail=tidy(detail),
            source=self.card.service,
            failed_at=self.received_at,
        )


class _Unsound(Exception):
    """The answer is not what it should be; says in what."""


def read_answer(document: object, asked: Asked) -> Outcome:
    """What an answer of status 200 says of the one revision that was asked for. Never raises."""
    refusal = refusal_in(document)
    if refusal is not None:
        return read_refusal(OK, refusal, asked)
    try:
        return _READERS[asked.card.protocol](document, asked)
    except _Unsound as wrong:
        return asked.failed("bad-answer", str(wrong))


def read_batch(document: object, asked: Sequence[Asked]) -> list[Outcome]:
    """What one answer of status 200 says of the revisions asked for, in order. Never raises.

    One revision alone is answered in a shape of its own. An answer that also speaks of revisions
    nobody asked for has mixed them up, and is not believed at all.
    """
    is_list = len(asked) > 1 and asked[0].card.protocol == "revertrisk-batch"
    if refusal_in(document):
        return [read_answer(document, each) for each in asked]
    try:
        if not is_list:
            _refuse_strangers(_revisions_of_v3(document, asked[0]), asked)
            return [read_answer(document, each) for each in asked]
        fields = _mapping(document, "the answer")
        predictions = _listed(fields, "predictions")
        sentences = [each for each in _listed(fields, "errors") if isinstance(each, str)]
        named = [each.get("revision_id") for each in predictions if isinstance(each, dict)]
        _refuse_strangers([str(each) for each in named if each is not None], asked)
    except _Unsound as wrong:
        return [each.failed("bad-answer", str(wrong)) for each in asked]
    return [_of_batch(predictions, sentences, each) for each in asked]


def read_refusal(status: int, refusal: Refusal, asked: Asked) -> ScoreFailure:
    """The failure that a service's refusal of one revision is. Never raises."""
    reason = reason_of(status, refusal)
    named = revisions_named(refusal.sentence)
    if reason in LASTING_REASONS and named and asked.rev_id not in named:
        return asked.failed(
            "bad-answer", f"expected revision {asked.rev_id}, got: {refusal.sentence}"
        )
    sentence = refusal.sentence or refusal.kind or f"HTTP status {status}, and not a word more"
    return asked.failed(reason, sentence)


def read_batch_refusal(
    status: int, refusal: Refusal, asked: Sequence[Asked]
) -> dict[int, ScoreFailure]:
    """The failures of those revisions of a batch that the refusal names; the rest is not judged."""
    codes = codes_by_revision(refusal.sentence)
    named = revisions_named(refusal.sentence)
    failures = {}
    for each in asked:
        if each.rev_id in codes:
            reason = reason_of_code(codes[each.rev_id])
            failures[each.rev_id] = each.failed(reason, f"Reason: {codes[each.rev_id]}")
        elif named == {each.rev_id}:
            failures[each.rev_id] = read_refusal(status, refusal, each)
    return failures


def has_highest(probabilities: Mapping[str, float], label: str) -> bool:
    """Whether no label is more probable than this one; within TIE both are."""
    return probabilities[label] >= max(probabilities.values()) - TIE


def _of_batch(predictions: list[Any], sentences: list[str], asked: Asked) -> Outcome:
    mine = [each for each in predictions if isinstance(each, dict) and _is_of(each, asked.rev_id)]
    errors = [each for each in sentences if asked.rev_id in revisions_named(each)]
    if len(mine) + len(errors) != 1:
        n = len(mine) + len(errors)
        what = f"expected one answer for revision {asked.rev_id}, got {n} in the batch"
        return asked.failed("bad-answer", what)
    if errors:
        return read_refusal(OK, Refusal("", errors[0]), asked)
    return read_answer(mine[0], asked)


def _revisions_of_v3(document: object, asked: Asked) -> list[str]:
    """The revisions that an answer has scores of, as it writes them; none in other shapes."""
    found: object = document
    for key in (asked.site.dbname, "scores"):
        found = found.get(key) if isinstance(found, dict) else None
    return list(found) if isinstance(found, dict) else []


def _refuse_strangers(named: Sequence[str], asked: Sequence[Asked]) -> None:
    """Raise _Unsound if an answer names a revision that was not asked for."""
    strangers = set(named) - {str(each.rev_id) for each in asked}
    if strangers:
        raise _Unsound(
            f"the answer is of revision {_shown(min(strangers))}, which nobody asked for"
        )


def _is_of(prediction: Mapping[str, Any], rev_id: int) -> bool:
    found = prediction.get("revision_id")
    return type(found) is int and found == rev_id


def _read_v3(document: object, asked: Asked) -> Outcome:
    """ORES v3, and Lift Wing's models of ORES: wiki, then models and scores by revision."""
    model = asked.card.service_model
    wiki = _mapping(_member(document, asked.site.dbname, "the answer"), asked.site.dbname)
    of_revision = _member(_member(wiki, "scores", asked.site.dbname), str(asked.rev_id), "scores")
    answer = _mapping(_member(of_revision, model, f"scores of {asked.rev_id}"), model)
    refusal = refusal_in(answer)
    if refusal is not None:
        return read_refusal(OK, refusal, asked)
    entry = _member(_member(wiki, "models", asked.site.dbname), model, "models")
    version = _version(_member(entry, "version", f"models.{model}"))
    return _labelled(_member(answer, "score", model), asked, version=version)


def _read_revertrisk(document: object, asked: Asked) -> Outcome:
    version = _check_identity(document, asked)
    return _labelled(_member(document, "output", "the answer"), asked, version=version)


def _read_articlequality_2(document: object, asked: Asked) -> Outcome:
    """Names no revision, so that it is believed only where one was asked for and one came."""
    version = _check_model(document, asked)
    predictions = _listed(_mapping(document, "the answer"), "predictions")
    if len(predictions) != 1:
        raise _Unsound(f"predictions has {len(predictions)} entries, expected 1")
    fields = _mapping(predictions[0], "the prediction")
    answer = {
        "prediction": _member(fields, "label", "the prediction"),
        "probabilities": _member(fields, "prediction_probabilities", "the prediction"),
    }
    return _labelled(answer, asked, version=version)


def _value_reader(field: str) -> Callable[[object, Asked], Outcome]:
    def read(document: object, asked: Asked) -> Outcome:
        version = _check_identity(document, asked)
        value = _share(_member(document, field, "the answer"), field)
        return _score(asked, version, {}, prediction=None, value=value)

    return read


_READERS: Mapping[ServiceProtocol, Callable[[object, Asked], Outcome]] = MappingProxyType(
    {
        "revscoring": _read_v3,
        "ores-v3": _read_v3,
        "revertrisk": _read_revertrisk,
        "revertrisk-batch": _read_revertrisk,
        "revertrisk-wikidata": _read_revertrisk,
        "articlequality-1": _value_reader("score"),
        "articlequality-2": _read_articlequality_2,
        "reference-need": _value_reader("reference_need_score"),
        "reference-risk": _value_reader("reference_risk_score"),
    }
)


def _check_identity(document: object, asked: Asked) -> str:
    """The version, once revision, wiki and model are those asked for."""
    version = _check_model(document, asked)
    fields = _mapping(document, "the answer")
    found = _member(fields, "revision_id", "the answer")
    if type(found) is not int or found != asked.rev_id:
        raise _Unsound(f"revision_id is {_shown(found)}, expected {asked.rev_id}")
    if asked.card.protocol == "revertrisk-wikidata" and "wiki_db" not in fields:
        return version
    # These servers write the code and "wiki", also where the database has another name.
    right = {asked.site.dbname}
    if asked.card.protocol != "revertrisk-wikidata":
        right.add(f"{asked.site.code}wiki")
    wiki = _member(fields, "wiki_db", "the answer")
    if not isinstance(wiki, str) or wiki not in right:
        raise _Unsound(f"wiki_db is {_shown(wiki)}, expected {asked.site.dbname}")
    return version


def _check_model(document: object, asked: Asked) -> str:
    name = _member(document, "model_name", "the answer")
    if name != asked.card.service_model:
        raise _Unsound(f"model_name is {_shown(name)}, expected {asked.card.service_model}")
    return _version(_member(document, "model_version", "the answer"))


def _labelled(answer: object, asked: Asked, *, version: str) -> Score:
    fields = _mapping(answer, "the score")
    if "probabilities" in fields and "probability" in fields:
        raise _Unsound("the score has both probability and probabilities, expected one of them")
    key = "probabilities" if "probabilities" in fields else "probability"
    probabilities = _probabilities(_member(fields, key, "the score"))
    prediction = _prediction(_member(fields, "prediction", "the score"), asked)
    labels = prediction.split(SEPARATOR) if asked.card.output == "labels" else [prediction]
    for label in labels if prediction else []:
        if label not in probabilities:
            raise _Unsound(f"prediction is {_shown(label)}, which has no probability")
    positive = asked.card.positive_label
    if positive and positive not in probabilities:
        raise _Unsound(f"there is no probability of {positive!r}")
    if positive == "true" and probabilities.keys() != YES_OR_NO:
        raise _Unsound(f"there are {len(probabilities)} labels, expected true and false only")
    wrong = check_probabilities(probabilities, prediction, asked.card.output)
    if wrong is not None:
        raise _Unsound(wrong.detail)
    is_most_probable = asked.card.protocol in MOST_PROBABLE and asked.card.output == "classes"
    if is_most_probable and not has_highest(probabilities, prediction):
        raise _Unsound(f"prediction is {_shown(prediction)}, expected the most probable label")
    return _score(asked, version, probabilities, prediction=prediction, value=None)


def _score(
    asked: Asked,
    version: str,
    probabilities: Mapping[str, float],
    *,
    prediction: str | None,
    value: float | None,
) -> Score:
    return Score(
        wiki=asked.site.dbname,
        rev_id=asked.rev_id,
        model=asked.card.model_name(asked.site),
        model_version=version,
        probabilities=probabilities,
        prediction=prediction,
        scored_at=asked.received_at,
        value=value,
        source=asked.card.service,
        answer_digest=asked.digest,
    )


def _probabilities(value: object) -> dict[str, float]:
    fields = _mapping(value, "probabilities")
    if len(fields) > MAX_LABELS:
        raise _Unsound(f"probabilities has {len(fields)} labels, expected at most {MAX_LABELS}")
    return {_label(label): _share(share, _shown(label)) for label, share in fields.items()}


def _prediction(value: object, asked: Asked) -> str:
    """The predicted label; several joined; empty where a model of many labels chose none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _label(value)
    if not isinstance(value, list):
        raise _Unsound(f"prediction is {_shown(value)}, expected a label or several")
    labels = [_label(each) for each in value]
    if asked.card.output != "labels" and len(labels) != 1:
        raise _Unsound(f"prediction has {len(labels)} labels, expected 1")
    joined = SEPARATOR.join(labels)
    if len(set(labels)) != len(labels) or len(joined) > MAX_PREDICTION_LENGTH:
        raise _Unsound("prediction has a label twice, or too many")
    return joined


def _label(value: object) -> str:
    text = _text(value, "a label")
    if not text.strip() or len(text) > MAX_LABEL_LENGTH or SEPARATOR in text:
        raise _Unsound(f"a label is {_shown(text)}, expected a short word without {SEPARATOR}")
    return text


def _version(value: object) -> str:
    if type(value) is int and value >= 0:
        value = str(value) if value < 10**MAX_VERSION_LENGTH else ""
    text = _text(value, "the version")
    if not text or text != text.strip() or len(text) > MAX_VERSION_LENGTH:
        raise _Unsound(f"the version is {_shown(value)}, expected one such as 0.5.1")
    return text


def _share(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _Unsound(f"{what} is {_shown(value)}, expected a number of 0 to 1")
    return float(value)


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise _Unsound(f"{what} is {_shown(value)}, expected text")
    return value


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Unsound(f"{what} is {_shown(value)}, expected an object")
    return value


def _member(value: object, key: str, what: str) -> Any:
    fields = _mapping(value, what)
    if key not in fields:
        raise _Unsound(f"{what} has no {key!r}")
    return fields[key]


def _listed(fields: Mapping[str, Any], key: str) -> list[Any]:
    found = fields.get(key, [])
    if not isinstance(found, list):
        raise _Unsound(f"{key} is {_shown(found)}, expected a list")
    return found


def _shown(value: object) -> str:
    """A value of an answer, short: containers by their kind, whose content may be endless."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return "a huge number"
    text = ascii(value)
    return text if len(text) <= 60 else text[:59] + "…"

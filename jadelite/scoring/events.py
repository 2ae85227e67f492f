"""Scores out of events: each shape becomes a score, or a failure with a reason.

Pure functions over parsed JSON. What is wrong with one model's answer fails that model only; what
leaves revision or model unknown makes the event bad.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard

from jadelite.domain.events import BadEvent, Event, StreamModel, short
from jadelite.domain.facets import question_of_model
from jadelite.domain.scores import (
    FailureReason,
    OutputKind,
    Score,
    ScoreFailure,
    check_probabilities,
)
from jadelite.scoring.answers import YES_OR_NO, has_highest
from jadelite.scoring.reasons import Refusal, reason_of, tidy
from jadelite.scoring.service_cards import ServiceCard

SOURCE = "eventstreams"
CLOSE = 1e-6  # sums that are nearer to 1 than any rounding published

OK = 200
SEPARATOR = "|"
MAX_LABELS = 1000
MAX_LABEL_LENGTH = 255
MAX_PREDICTION_LENGTH = 1000
MAX_VERSION_LENGTH = 100
MAX_QUESTION_LENGTH = 60
WIKI_PREFIX = "{wiki}-"
WIKI_WIDE = ("revertrisk-", "reference-")

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Outcome = Score | ScoreFailure


class Scored(NamedTuple):
    """The edit an event is about, when the model spoke (UTC), and the SHA-256 of the event."""

    wiki: str
    rev_id: int
    at: datetime
    digest: str


class StreamModels:
    """The models that events name, as their scores are stored: from the cards, else by name.

    Remembers what it was asked (`by_name`: as stored); one for each follower.
    """

    def __init__(self, cards: Iterable[ServiceCard]) -> None:
        # Several services run one model; which of their cards tells its name makes no difference.
        self._wiki_wide: dict[str, ServiceCard] = {}
        self._per_wiki: dict[str, ServiceCard] = {}
        for card in cards:
            is_per_wiki = card.stored_name.startswith(WIKI_PREFIX)
            group = self._per_wiki if is_per_wiki else self._wiki_wide
            group.setdefault(card.service_model, card)
        self._known: dict[tuple[str, str, bool, bool], StreamModel] = {}
        self.by_name: dict[str, StreamModel] = {}

    def find(self, wiki: str, model: str, labels: object, *, is_per_wiki: bool) -> StreamModel:
        """The model that an event of `wiki` calls `model`; `labels` are those of its answer.

        `is_per_wiki`: the event is of the stream whose models are made for one wiki each, unless
        their card says otherwise. Raises BadEvent for what can't be the name of a model.
        """
        has_true = isinstance(labels, dict) and "true" in labels
        key = (wiki, model, has_true, is_per_wiki)
        found = self._known.get(key)
        if found is None:
            found = self._describe(wiki, model, has_true=has_true, is_per_wiki=is_per_wiki)
            self._known[key] = found
            if has_true or found.name not in self.by_name:
                self.by_name[found.name] = found
        return found

    def _describe(
        self, wiki: str, model: object, *, has_true: bool, is_per_wiki: bool
    ) -> StreamModel:
        output: OutputKind
        if not isinstance(model, str) or not _MODEL.fullmatch(model):
            raise BadEvent("bad-scores", f"model_name is {short(model)}, expected a model's name")
        plain = model.removeprefix(f"{wiki}-")
        is_named_with_wiki = is_per_wiki or plain != model
        groups = (self._per_wiki, self._wiki_wide)
        for group in groups if is_named_with_wiki else reversed(groups):
            card = group.get(plain)
            if card is not None:
                break
        if card is not None:
            name = card.stored_name.replace("{wiki}", wiki)
            output = "classes" if card.output == "value" else card.output  # events name labels
            return StreamModel(name, card.question, card.positive_label, output)
        is_wiki_wide = not is_per_wiki or model.startswith(WIKI_WIDE)
        name = model if is_wiki_wide else f"{wiki}-{plain}"
        last = model.rsplit("-", 1)[-1]
        question = question_of_model(model)
        if question is not None:
            return StreamModel(name, question, "true", "classes")
        # Topics do not exclude each other.
        output = "labels" if "topic" in model else "classes"
        is_topics = output == "labels"
        positive = "true" if has_true and not is_topics else ""
        return StreamModel(name, last[:MAX_QUESTION_LENGTH], positive, output)


def scores_of_revision(event: Event, about: Scored, models: StreamModels) -> list[Outcome]:
    """What a revision-score event says, model by model: scores, and why there is none.

    Raises BadEvent where it can't be told of which model.
    """
    outcomes: list[Outcome] = []
    for key, answer in _by_model(event.get("scores"), "scores"):
        model = models.find(about.wiki, key, answer.get("probability"), is_per_wiki=True)
        usual = _usual(answer, key, about, model)
        if usual is not None:
            outcomes.append(usual)
            continue
        outcome = _outcome(answer, key, about, model, "prediction", "probability")
        outcomes.append(_most_probable(outcome, about, model))
    errors = event.get("errors")
    for key, error in _by_model(errors, "errors") if errors else ():
        model = models.find(about.wiki, key, None, is_per_wiki=True)
        refusal = Refusal(_text(error.get("type")), _text(error.get("message")))
        version = error.get("model_version")
        outcomes.append(
            _failed(
                about,
                model,
                reason_of(OK, refusal),
                refusal.sentence or refusal.kind or "no reason given",
                version=version if _is_version(version) else None,
            )
        )
    return outcomes


def score_of_page(event: Event, about: Scored, models: StreamModels) -> Outcome:
    """What a prediction_classification_change event says. Raises BadEvent as above."""
    answer = event.get("predicted_classification")
    if not isinstance(answer, dict):
        raise BadEvent(
            "bad-scores", f"predicted_classification is {short(answer)}, expected an object"
        )
    name = answer.get("model_name")
    if not isinstance(name, str):
        raise BadEvent("bad-scores", f"model_name is {short(name)}, expected a model's name")
    model = models.find(about.wiki, name, answer.get("probabilities"), is_per_wiki=False)
    return _outcome(answer, name, about, model, "predictions", "probabilities")


def _by_model(value: object, what: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Answers by the name of their model: from an object by name, or a list of objects."""
    if isinstance(value, list):
        named = {_named(each): each for each in value}
        value = named if len(named) == len(value) else None
    if not isinstance(value, dict) or not value:
        raise BadEvent("bad-scores", f"{what} is {short(value)}, expected answers by model")
    for answer in value.values():
        if not isinstance(answer, dict):
            raise BadEvent("bad-scores", f"an answer is {short(answer)}, expected an object")
    return value.items()


def _named(answer: object) -> str:
    return _text(answer.get("model_name")) if isinstance(answer, dict) else ""


def _usual(answer: Mapping[str, Any], name: str, about: Scored, model: StreamModel) -> Score | None:
    """The score of an answer of the one form that nearly all have, read quickly.

    None for any other form: the general way below says what it is, right or wrong.
    """
    shares, version = answer.get("probability"), answer.get("model_version")
    if model.positive_label != "true" or model.output != "classes" or type(shares) is not dict:
        return None
    yes, no, listed = shares.get("true"), shares.get("false"), answer.get("prediction")
    if type(yes) is not float or type(no) is not float or len(shares) != 2:
        return None
    is_sound = 0.0 <= yes <= 1.0 and 0.0 <= no <= 1.0 and abs(yes + no - 1.0) <= CLOSE
    prediction = "true" if yes > no else "false"
    if not is_sound or yes == no or listed != [prediction] or "probabilities" in answer:
        return None
    if answer.get("model_name", name) != name or not _is_version(version):
        return None
    return Score(
        about.wiki, about.rev_id, model.name, version, shares, prediction, about.at,
        None, SOURCE, about.digest,
    )  # fmt: skip


def _outcome(
    answer: Mapping[str, Any],
    name: str,
    about: Scored,
    model: StreamModel,
    prediction_key: str,
    probability_key: str,
) -> Outcome:
    version = answer.get("model_version")
    if type(version) is int:
        version = str(version)
    if not _is_version(version):
        return _failed(about, model, "bad-answer", f"model_version is {short(version)}, missing")
    if "probability" in answer and "probabilities" in answer:
        wrong = "there are both probability and probabilities, expected one of them"
        return _failed(about, model, "bad-answer", wrong, version=version)
    if answer.get("model_name", name) != name:
        wrong = f"model_name is {short(answer.get('model_name'))}, expected {name}"
        return _failed(about, model, "bad-answer", wrong, version=version)
    probabilities = _probabilities(answer.get(probability_key))
    if isinstance(probabilities, str):
        return _failed(about, model, "bad-answer", probabilities, version=version)
    prediction = _prediction(answer.get(prediction_key), probabilities, model)
    if isinstance(prediction, _Wrong):
        return _failed(about, model, "bad-answer", prediction.detail, version=version)
    error = check_probabilities(probabilities, prediction, model.output)
    if error is not None:
        return _failed(about, model, "bad-answer", error.detail, version=version)
    if model.positive_label and model.positive_label not in probabilities:
        wrong = f"there is no probability of {model.positive_label!r}"
        return _failed(about, model, "bad-answer", wrong, version=version)
    if model.positive_label == "true" and probabilities.keys() != YES_OR_NO:
        wrong = f"there are {len(probabilities)} labels, expected true and false only"
        return _failed(about, model, "bad-answer", wrong, version=version)
    return Score(
        about.wiki, about.rev_id, model.name, version, probabilities, prediction, about.at,
        None, SOURCE, about.digest,
    )  # fmt: skip


def _most_probable(outcome: Outcome, about: Scored, model: StreamModel) -> Outcome:
    """The same; a failure where a class was predicted that another one is more probable than."""
    if isinstance(outcome, ScoreFailure) or model.output != "classes":
        return outcome
    if model.name.startswith(WIKI_WIDE) or outcome.prediction is None:  # these have their own cut
        return outcome
    if has_highest(outcome.probabilities, outcome.prediction):
        return outcome
    wrong = f"the prediction is {short(outcome.prediction)}, expected the most probable label"
    return _failed(about, model, "bad-answer", wrong, version=outcome.model_version)


class _Wrong(NamedTuple):
    detail: str


def _probabilities(value: object) -> dict[str, float] | str:
    """Probability by label, or what is wrong with it."""
    if isinstance(value, list):  # an older form: pairs of name and value
        pairs = [
            (_text(each.get("name")), each.get("value")) for each in value if isinstance(each, dict)
        ]
        found_once = dict(pairs)
        value = found_once if len(found_once) == len(value) else None
    if not isinstance(value, dict) or len(value) > MAX_LABELS:
        return f"the probabilities are {short(value)}, expected at most {MAX_LABELS} by label"
    found: dict[str, float] = {}
    for label, share in value.items():
        if type(share) is not float:
            if type(share) is not int or not 0 <= share <= 1:
                return f"the probability of {short(label)} is {short(share)}, expected 0 to 1"
            share = float(share)
        if not _is_label(label):
            return f"a label is {short(label)}, expected a short word without {SEPARATOR}"
        found[label] = share
    return found


def _prediction(
    value: object, probabilities: Mapping[str, float], model: StreamModel
) -> str | _Wrong:
    """The label, several joined where a model may choose several, or what is wrong."""
    listed: list[Any] = value if isinstance(value, list) else [value]
    if model.output != "labels":
        if len(listed) != 1:
            return _Wrong(f"the prediction has {len(listed)} labels, expected 1")
        label = listed[0]
        if isinstance(label, bool):
            label = "true" if label else "false"
        if not isinstance(label, str):
            return _Wrong(f"the prediction is {short(label)}, expected a label")
        return label  # that it is one of the labels is checked with the probabilities
    for label in listed:
        if not isinstance(label, str) or label not in probabilities:
            return _Wrong(f"the prediction {short(label)} has no probability")
    joined = SEPARATOR.join(listed)
    if len(set(listed)) != len(listed) or len(joined) > MAX_PREDICTION_LENGTH:
        return _Wrong("the prediction has a label twice, or too many")
    return joined


def _failed(
    about: Scored,
    model: StreamModel,
    reason: FailureReason,
    detail: str,
    *,
    version: str | None = None,
) -> ScoreFailure:
    return ScoreFailure(
        wiki=about.wiki,
        rev_id=about.rev_id,
        model=model.name,
        model_version=version,
        reason=reason,
        detail=tidy(detail),
        source=SOURCE,
        failed_at=about.at,
    )


def _is_version(value: object) -> TypeGuard[str]:
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_VERSION_LENGTH
        and value.isprintable()
        and value == value.strip()
    )


def _is_label(value: str) -> bool:
    return (
        0 < len(value) <= MAX_LABEL_LENGTH
        and value.isprintable()
        and SEPARATOR not in value
        and not value.isspace()
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

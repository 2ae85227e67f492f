"""No answer whatever makes a score that breaks the rules, or an exception."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_fakes import CARDS, QUALITIES, asked, identity, revertrisk, v3

from jadelite.domain.scores import (
    FAILURE_REASONS,
    MAX_FAILURE_DETAIL,
    ScoreFailure,
    check_probabilities,
)
from jadelite.scoring.answers import (
    Outcome,
    read_answer,
    read_batch,
    read_batch_refusal,
    read_refusal,
)
from jadelite.scoring.reasons import Refusal, refusal_in
from jadelite.scoring.service_cards import ServiceCard

REVERTRISK = "revertrisk-language-agnostic"

# JSON of any kind, and JSON of nearly the right kind: the right words at any place.
words = st.sampled_from(
    [
        "enwiki",
        "models",
        "scores",
        "12345",
        "damaging",
        "version",
        "score",
        "error",
        "detail",
        "prediction",
        "probability",
        "probabilities",
        "true",
        "false",
        "predictions",
        "errors",
        "model_name",
        "model_version",
        "wiki_db",
        "revision_id",
        "output",
        "label",
        "message",
        "type",
        "code",
        "articletopic",
        "articlequality",
        "revertrisk-language-agnostic",
    ]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(12345)
    | st.floats()
    | st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.75])
    | st.text(max_size=20)
    | words
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(), inner),
    max_leaves=30,
)
SOUND: dict[str, Any] = {
    "damaging": v3("enwiki", ["damaging"], [12345]),
    "articletopic": v3("enwiki", ["articletopic"], [12345]),
    REVERTRISK: revertrisk(REVERTRISK, "en", 12345),
    "articlequality": {**identity("articlequality", "en", 12345), "score": 0.5},
    "articlequality-2": {
        "model_name": "articlequality",
        "model_version": "2",
        "predictions": [{"label": "FA", "prediction_probabilities": QUALITIES}],
    },
}


def places(document: object) -> list[tuple[Any, Any]]:
    """Every place of a document that can hold something else."""
    found: list[tuple[Any, Any]] = []
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, value in list(items):
        found.append((document, key))
        found.extend(places(value))
    return found


def check_rules(outcome: Outcome, card: ServiceCard) -> None:
    assert (outcome.wiki, outcome.rev_id) == ("enwiki", 12345)
    if isinstance(outcome, ScoreFailure):
        assert outcome.reason in FAILURE_REASONS
        assert outcome.detail
        assert outcome.detail.isprintable()
        assert len(outcome.detail) <= MAX_FAILURE_DETAIL
        return
    assert outcome.model_version.strip()
    if card.output == "value":
        assert outcome.value is not None
        assert 0 <= outcome.value <= 1
        assert not outcome.probabilities
        return
    assert outcome.value is None
    assert all(type(share) is float for share in outcome.probabilities.values())
    assert check_probabilities(outcome.probabilities, outcome.prediction, card.output) is None
    if card.positive_label:
        assert card.positive_label in outcome.probabilities
    predicted = (outcome.prediction or "").split("|")
    assert predicted == [""] or set(predicted) <= set(outcome.probabilities)


@given(document=documents, name=st.sampled_from(sorted(CARDS)))
@settings(max_examples=400, deadline=None)
def test_no_json_whatever_raises_or_breaks_the_rules(document: Any, name: str) -> None:
    check_rules(read_answer(document, asked(name)), CARDS[name])
    for outcome in read_batch(document, [asked(name), asked(name)]):
        check_rules(outcome, CARDS[name])
    refusal = refusal_in(document)
    if refusal is not None:
        for status in (200, 204, 400, 404, 422, 429, 500, 501):
            check_rules(read_refusal(status, refusal, asked(name)), CARDS[name])
            read_batch_refusal(status, refusal, [asked(name), asked(name, 1)])


@pytest.mark.parametrize("sentence", ["", " ", "\0", "\x1f\x1f", "\u200b"])
def test_a_refusal_without_a_printable_word_says_so(sentence: str) -> None:
    name = sorted(SOUND)[0]
    outcome = read_refusal(500, Refusal("", sentence), asked(name))
    check_rules(outcome, CARDS[name])


@given(data=st.data(), name=st.sampled_from(sorted(SOUND)))
@settings(max_examples=600, deadline=None)
def test_a_sound_answer_with_one_thing_changed_stays_within_the_rules(
    data: st.DataObject, name: str
) -> None:
    document = copy.deepcopy(SOUND[name])
    container, key = data.draw(st.sampled_from(places(document)))
    if isinstance(container, dict) and data.draw(st.booleans()):
        value = container.pop(key)
        new_key = data.draw(words | st.text(max_size=5))
        container[new_key] = value
    else:
        container[key] = data.draw(documents)
    check_rules(read_answer(document, asked(name)), CARDS[name])

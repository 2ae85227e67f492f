"""Scores come out of events of every schema, under the names they are stored by."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stream_events as made
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.events import BadEvent
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring import events
from jadelite.scoring.events import Scored, StreamModels
from jadelite.scoring.service_cards import read_service_cards

AT = datetime(2026, 11, 1, tzinfo=UTC)
ABOUT = Scored("enwiki", 1001, AT, "ab" * 32)
CARDS = Path(__file__).parents[3] / "models"


@pytest.fixture
def models() -> StreamModels:
    return StreamModels(read_service_cards(CARDS))


def scored(**scores: Any) -> list[Score | ScoreFailure]:
    event = made.score_event(scores=scores)
    return events.scores_of_revision(event, ABOUT, StreamModels(()))


def test_a_score_says_what_the_event_says() -> None:
    (score,) = scored(damaging=made.answer("damaging", 0.25))
    assert score == Score(
        "enwiki", 1001, "enwiki-damaging", "0.5.1", {"true": 0.25, "false": 0.75}, "false", AT,
        source="eventstreams", answer_digest="ab" * 32,
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 1.0, 0, 1])
def test_the_ends_of_the_range_are_scores(share: float) -> None:
    (score,) = scored(damaging=made.answer("damaging", share))
    assert isinstance(score, Score)
    assert score.probability_of("true") == share
    assert {type(value) for value in score.probabilities.values()} == {float}


@pytest.mark.parametrize("prediction", [["true"], "true", True])
def test_a_prediction_may_be_a_list_a_label_or_a_truth(prediction: object) -> None:
    (score,) = scored(damaging=made.answer("damaging", 0.75, prediction=prediction))
    assert isinstance(score, Score)
    assert score.prediction == "true"


def test_a_version_may_be_a_number() -> None:
    (score,) = scored(damaging=made.answer("damaging", 0.75, model_version=3))
    assert isinstance(score, Score)
    assert score.model_version == "3"


def test_lists_of_answers_and_of_probabilities_are_read_too() -> None:
    pairs = [{"name": "true", "value": 0.75}, {"name": "false", "value": 0.25}]
    event = made.score_event(scores=[made.answer("damaging", 0.75, probability=pairs)])
    (score,) = events.scores_of_revision(event, ABOUT, StreamModels(()))
    assert isinstance(score, Score)
    assert score.probability_of("true") == 0.75


def test_topics_do_not_exclude_each_other() -> None:
    topics = {"Culture.Sports": 0.9, "Geography": 0.8, "STEM": 0.1}
    several = made.answer("articletopic", 0.5, probability=topics)
    (score,) = scored(articletopic={**several, "prediction": ["Culture.Sports", "Geography"]})
    assert isinstance(score, Score)
    assert score.prediction == "Culture.Sports|Geography"
    (none,) = scored(articletopic={**several, "prediction": []})
    assert isinstance(none, Score)
    assert none.prediction == ""
    for wrong in (["Music"], ["STEM", "STEM"], [7]):
        (failure,) = scored(articletopic={**several, "prediction": wrong})
        assert isinstance(failure, ScoreFailure)


@pytest.mark.parametrize(
    ("error_type", "message", "reason"),
    [
        ("TextDeleted", "TextDeleted: Text deleted (datasource.revision.text)", "deleted"),
        ("RevisionNotFound", "RevisionNotFound: Could not find revision", "missing"),
        ("UnexpectedContentType", "Expected content of type str", "not-scorable"),
        ("TimeoutError", "timed out", "transient"),
        ("SomethingNew", "never seen", "transient"),
    ],
)
def test_errors_are_failures_with_their_reason(error_type: str, message: str, reason: str) -> None:
    error = {"model_name": "damaging", "type": error_type, "message": message}
    event = made.score_event(
        errors={"damaging": error}, scores={"goodfaith": made.answer("goodfaith", 0.5)}
    )
    _, failure = events.scores_of_revision(event, ABOUT, StreamModels(()))
    assert isinstance(failure, ScoreFailure)
    assert (failure.model, failure.reason) == ("enwiki-damaging", reason)
    assert failure.detail == message


@pytest.mark.parametrize(
    ("wiki", "name", "is_per_wiki", "stored", "question", "positive", "output"),
    [
        ("enwiki", "damaging", True, "enwiki-damaging", "damaging", "true", "classes"),
        ("enwiki", "enwiki-damaging", True, "enwiki-damaging", "damaging", "true", "classes"),
        ("enwiki", "enwiki-damaging", False, "enwiki-damaging", "damaging", "true", "classes"),
        ("fawiki", "articletopic", True, "fawiki-articletopic", "topic", "", "labels"),
        ("enwiki", "articlequality", True, "enwiki-articlequality", "article-quality", "",
         "classes"),
        ("enwiki", "articlequality", False, "articlequality", "article-quality", "", "classes"),
        ("enwiki", "revertrisk-language-agnostic", False, "revertrisk-language-agnostic",
         "damaging", "true", "classes"),
        ("enwiki", "revertrisk-language-agnostic", True, "revertrisk-language-agnostic",
         "damaging", "true", "classes"),
        ("enwiki", "brand-new", False, "brand-new", "new", "", "classes"),
        ("enwiki", "brand-new", True, "enwiki-brand-new", "new", "", "classes"),
        ("enwiki", "outlink-topic-model", False, "outlink-topic-model", "model", "", "labels"),
    ],
)  # fmt: skip
def test_models_are_stored_under_the_names_of_their_cards(
    models: StreamModels,
    wiki: str,
    name: str,
    is_per_wiki: bool,
    stored: str,
    question: str,
    positive: str,
    output: str,
) -> None:
    found = models.find(wiki, name, None, is_per_wiki=is_per_wiki)
    assert found == (stored, question, positive, output)
    assert models.by_name[stored] == found


def test_a_model_that_nobody_knows_says_yes_with_true_where_it_has_it(models: StreamModels) -> None:
    found = models.find("enwiki", "brand-new", {"true": 1, "false": 0}, is_per_wiki=False)
    assert found.positive_label == "true"


@pytest.mark.parametrize("name", ["", "a b", "../etc", "x" * 101, "né", None, 7, "-a"])
def test_what_cant_name_a_model_is_refused(models: StreamModels, name: Any) -> None:
    with pytest.raises(BadEvent):
        models.find("enwiki", name, None, is_per_wiki=True)


def test_a_page_prediction_is_of_a_wiki_wide_model(models: StreamModels) -> None:
    score = events.score_of_page(made.prediction_event(), ABOUT, models)
    assert isinstance(score, Score)
    assert (score.model, score.model_version) == ("revertrisk-language-agnostic", "3")
    assert score.probability_of("true") == 0.125


@pytest.mark.parametrize(
    "wrong",
    [
        {"prediction": ["true"]},
        {"probabilities": {"true": 0.75, "false": 0.25}},
        {"probability": {"true": 0.25, "false": 0.75, "maybe": 0.0}},
        {"model_version": ""},
        {"model_version": " 0.5.1"},
        {"model_version": "0.5.1 "},
        {"model_version": "0.5.1\n"},
    ],
    ids=repr,
)
def test_an_answer_that_contradicts_itself_is_no_score(wrong: dict[str, Any]) -> None:
    (failure,) = scored(damaging=made.answer("damaging", 0.25, **wrong))
    assert isinstance(failure, ScoreFailure)
    assert failure.reason == "bad-answer"


def test_of_two_labels_as_probable_either_may_be_predicted() -> None:
    for label in ("true", "false"):
        (score,) = scored(damaging=made.answer("damaging", 0.5 - 1e-10, prediction=[label]))
        assert isinstance(score, Score)
        assert score.prediction == label


def test_revert_risk_has_its_own_cut_but_one_set_of_probabilities(models: StreamModels) -> None:
    event = made.prediction_event()
    event["predicted_classification"]["predictions"] = ["true"]
    assert isinstance(events.score_of_page(event, ABOUT, models), Score)
    event["predicted_classification"]["probability"] = {"true": 0.875, "false": 0.125}
    assert isinstance(events.score_of_page(event, ABOUT, models), ScoreFailure)
    (score,) = scored(
        **{"revertrisk-multilingual": made.answer("revertrisk-multilingual", 0.25,
                                                  prediction=["true"])}
    )  # fmt: skip
    assert isinstance(score, Score)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["model_name", "model_version", "prediction", "probability"]), JSON
    )
)
def test_whatever_comes_is_a_sound_score_or_a_failure(changes: dict[str, Any]) -> None:
    (outcome,) = scored(damaging={**made.answer("damaging", 0.25), **changes})
    if isinstance(outcome, Score):
        assert outcome.prediction in outcome.probabilities
        assert all(0 <= value <= 1 for value in outcome.probabilities.values())
        assert abs(sum(outcome.probabilities.values()) - 1) < 1e-3
        assert outcome.model_version.strip()
    else:
        assert outcome.reason == "bad-answer"
        assert outcome.detail.isprintable()
        assert 0 < len(outcome.detail) <= 500


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_whatever_comes_in_place_of_answers_never_crashes(value: Any) -> None:
    about_page = {**made.prediction_event(), "predicted_classification": value}
    with suppress(BadEvent):
        events.scores_of_revision(made.score_event(scores=value), ABOUT, StreamModels(()))
    with suppress(BadEvent):
        events.score_of_page(about_page, ABOUT, StreamModels(()))


@pytest.mark.parametrize(
    "scores",
    [
        None, [], {}, 7, [7], [{"model_name": []}], {"damaging": 7}, {"": {}},
        [made.answer("damaging", 0.5), made.answer("damaging", 0.25)],
    ],
    ids=repr,
)  # fmt: skip
def test_answers_of_no_known_model_make_the_event_bad(scores: object) -> None:
    with pytest.raises(BadEvent, match="expected"):
        events.scores_of_revision(made.score_event(scores=scores), ABOUT, StreamModels(()))


def test_a_label_that_stands_twice_is_no_score() -> None:
    pairs = [{"name": "true", "value": 0.5}, {"name": "true", "value": 0.5}]
    (failure,) = scored(damaging=made.answer("damaging", 0.5, probability=pairs))
    assert isinstance(failure, ScoreFailure)


NEAR_ONE = st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.75, 1e-300, 0.1 + 0.2, 0.9999999, -0.1, 1.1])


@settings(max_examples=300, deadline=None)
@given(
    yes=NEAR_ONE,
    no=NEAR_ONE | st.none(),
    prediction=st.sampled_from([["true"], ["false"], ["other"], [], "true", True, None]),
    version=st.sampled_from(["0.5.0", "", " 1", 3, None]),
    more=st.sampled_from(
        [{}, {"model_name": "damaging"}, {"model_name": "x"}, {"probabilities": {}}]
    ),
)
def test_the_quick_way_says_what_the_general_way_says(yes, no, prediction, version, more) -> None:
    shares = {"true": yes, "false": 1.0 - yes if no is None else no}
    answer = {"probability": shares, "prediction": prediction, "model_version": version, **more}
    model = StreamModels(()).find("enwiki", "damaging", shares, is_per_wiki=True)
    quick = events._usual(answer, "damaging", ABOUT, model)
    general = events._outcome(answer, "damaging", ABOUT, model, "prediction", "probability")
    if quick is not None:
        assert quick == events._most_probable(general, ABOUT, model)

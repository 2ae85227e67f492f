"""What makes a model's answer a distribution, and how a model version is written."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.scores import ModelVersion, Score, check_probabilities

few = settings(max_examples=30, deadline=None, database=None)


def sentence(probabilities, prediction=None):
    wrong = check_probabilities(probabilities, prediction)
    return wrong and (wrong.field, wrong.code, wrong.detail)


def test_a_model_version_is_written_with_an_at_sign():
    assert ModelVersion("damaging", "1.2.0", "damaging", "true").name == "damaging@1.2.0"


def test_a_score_gives_the_probability_of_a_label_and_not_of_a_stranger():
    score = Score("fawiki", 7, "damaging", "1", {"true": 0.25, "false": 0.75}, "false", None)

    assert score.probability_of("true") == 0.25
    with pytest.raises(KeyError):
        score.probability_of("perhaps")


@pytest.mark.parametrize(
    "probabilities",
    [
        {"true": 0.25, "false": 0.75},
        {"true": 0.0, "false": 1.0},
        {"a": 0.2, "b": 0.3, "c": 0.5},
        {"true": 0.333, "false": 0.666},
        {"true": 0.5, "false": 0.501},
    ],
)
def test_a_distribution_may_miss_one_by_its_rounding(probabilities):
    assert sentence(probabilities) is None


@pytest.mark.parametrize(
    ("probabilities", "detail"),
    [
        ({}, "probabilities has 0 labels, expected at least two"),
        ({"true": 1.0}, "probabilities has 1 labels, expected at least two"),
        ({"true": -1e-9, "false": 1.0}, "probability of 'true' is -1e-09, expected 0 to 1"),
        ({"true": 0.0, "false": 1.000001}, "probability of 'false' is 1.000001, expected 0 to 1"),
        ({"true": math.nan, "false": 1.0}, "probability of 'true' is nan, expected 0 to 1"),
        ({"true": 0.0, "false": math.inf}, "probability of 'false' is inf, expected 0 to 1"),
        ({"true": 0.5, "false": 0.502}, "probabilities sum to 1.002, expected 1"),
        ({"true": 0.5, "false": 0.498}, "probabilities sum to 0.998, expected 1"),
        ({"true": 0.6, "false": 0.6}, "probabilities sum to 1.2, expected 1"),
    ],
)
def test_what_is_no_distribution_is_told_with_the_value(probabilities, detail):
    assert sentence(probabilities) == ("probabilities", "bad-probabilities", detail)


def test_a_prediction_has_to_be_one_of_the_labels():
    found = sentence({"true": 0.5, "false": 0.5}, "perhaps")

    detail = "prediction is 'perhaps', expected one of false, true"
    assert found == ("prediction", "unknown-label", detail)
    assert sentence({"true": 0.5, "false": 0.5}, "true") is None


@few
@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8))
def test_shares_of_a_whole_are_always_taken(parts):
    total = math.fsum(parts)
    assert sentence({str(i): part / total for i, part in enumerate(parts)}) is None

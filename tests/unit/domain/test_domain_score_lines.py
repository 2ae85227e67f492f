"""Lines of `scores import` in their three forms: probabilities, one value, or why there is none."""

import pytest
from factories import score_line

from jadelite.domain.errors import Invalid
from jadelite.domain.records import parse_score
from jadelite.domain.scores import FAILURE_REASONS, MAX_FAILURE_DETAIL, Score, ScoreFailure

FAILURE = {"reason": "not-scorable", "detail": "a new page has no version before"}


def line(**changes):
    """A line without an answer, and what a test adds to it."""
    bare = score_line()
    for key in ("probabilities", "prediction"):
        del bare[key]
    return {**bare, **changes}


def refused(**changes):
    """What is said of the one wrong field, as (field, code, detail)."""
    with pytest.raises(Invalid) as caught:
        parse_score(line(**changes))
    (wrong,) = caught.value.fields
    return wrong.field, wrong.code, wrong.detail


def test_a_failure_is_read_field_by_field():
    found = parse_score(line(failure=FAILURE))

    assert found == ScoreFailure(
        wiki="sample-fa",
        rev_id=1001,
        model="damaging",
        model_version="1.0.0",
        reason="not-scorable",
        detail="a new page has no version before",
        source="import",
        failed_at=found.failed_at,
    )
    assert found.failed_at.isoformat() == "2026-10-02T08:00:00+00:00"


@pytest.mark.parametrize("reason", FAILURE_REASONS)
def test_every_reason_is_taken(reason):
    assert parse_score(line(failure={**FAILURE, "reason": reason})).reason == reason


def test_a_failure_needs_neither_version_nor_time():
    found = parse_score(line(failure=FAILURE, model_version=None, scored_at=None))

    assert (found.model_version, found.failed_at) == (None, None)


def test_a_value_comes_alone_or_with_a_prediction():
    alone = parse_score(line(value=0.125))

    assert isinstance(alone, Score)
    assert (alone.value, alone.probabilities, alone.prediction) == (0.125, {}, None)
    assert parse_score(line(value=2, prediction="B")).prediction == "B"
    assert type(parse_score(line(value=0)).value) is float


@pytest.mark.parametrize(
    "value", ["0.1", True, [], {}, 10**400, -(10**400), float("inf"), float("nan")]
)
def test_what_is_no_number_is_no_value(value):
    field, code, detail = refused(value=value)

    assert (field, code) == ("value", "bad-value")
    assert detail.endswith("expected a number")


def test_a_line_without_any_answer_is_told_all_three():
    assert refused() == (
        "probabilities",
        "missing",
        'probabilities is missing, expected an object such as {"true": 0.1, "false": 0.9},'
        " or value, or failure",
    )


@pytest.mark.parametrize(
    ("forms", "named"),
    [
        ({"value": 0.1, "failure": FAILURE}, ("failure", "value and failure")),
        (
            {"probabilities": {"a": 0.5, "b": 0.5}, "value": 0.1},
            ("value", "probabilities and value"),
        ),
        (
            {"probabilities": {"a": 0.5, "b": 0.5}, "failure": FAILURE},
            ("failure", "probabilities and failure"),
        ),
    ],
)
def test_two_answers_in_a_line_are_refused(forms, named):
    assert refused(**forms) == (
        named[0], "too-many", f"the line holds {named[1]}, expected only one of them"
    )  # fmt: skip


def test_a_form_that_is_null_is_not_there():
    found = parse_score(line(probabilities=None, value=None, failure=FAILURE))

    assert isinstance(found, ScoreFailure)


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        ("missing", "bad-value", 'expected an object such as {"reason": "missing"'),
        ({"reason": "missing"}, "missing", "in failure, detail is missing, expected text"),
        ({"detail": "why"}, "missing", "in failure, reason is missing, expected one of missing,"),
        ({**FAILURE, "reason": "tired"}, "bad-value", 'in failure, reason is "tired", expected'),
        ({**FAILURE, "reason": ["missing"]}, "bad-value", "in failure, reason is"),
        ({**FAILURE, "detail": " "}, "empty", "in failure, detail is empty"),
        ({**FAILURE, "detail": "x" * (MAX_FAILURE_DETAIL + 1)}, "too-long", "501 characters"),
        ({**FAILURE, "detail": "a\0b"}, "bad-character", "can't be stored"),
        ({**FAILURE, "code": 7}, "unknown-key", "unknown key 'code', expected reason, detail"),
    ],
)
def test_a_wrong_failure_is_refused_with_what_is_wrong_in_it(failure, code, said):
    field, found, detail = refused(failure=failure)

    assert (field, found) == ("failure", code)
    assert said in detail


def test_a_failure_predicts_nothing():
    assert refused(failure=FAILURE, prediction="true") == (
        "prediction", "bad-value", 'prediction is "true", expected none beside a failure'
    )  # fmt: skip


def test_a_score_still_needs_its_version():
    assert refused(value=0.1, model_version=None)[:2] == ("model_version", "bad-value")


@pytest.mark.parametrize("field", ["model", "model_version"])
@pytest.mark.parametrize(
    "wrong", ["risk\nkept", "risk\t1", "risk\x1b[2K", "risk\u2028", "\u202erisk"]
)
@pytest.mark.parametrize("answer", [{"value": 0.5}, {"failure": FAILURE}])
def test_a_model_can_not_be_named_so_that_it_forges_lines(field, wrong, answer):
    found, code, detail = refused(**{**answer, field: wrong})

    assert (found, code) == (field, "bad-character")
    assert detail.endswith("expected no line breaks, tabs or control characters")
    assert "\n" not in detail


def test_a_model_may_be_named_in_any_script():
    assert parse_score(line(model="خطر – 1", value=0.5)).model == "خطر – 1"

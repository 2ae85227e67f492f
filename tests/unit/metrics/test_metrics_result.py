"""The promises of `Estimate`: a value or a reason, an interval with width or none."""

import math

import pytest

from jadelite.metrics.result import Estimate, estimated, refused


def test_a_value_comes_with_its_interval_and_method():
    result = estimated(0.5, (0.25, 0.75), n=12, method="wilson")

    assert result == Estimate(value=0.5, low=0.25, high=0.75, n=12, method="wilson", reason=None)


def test_a_value_without_an_interval_is_a_point():
    result = estimated(1.0, None, n=3, method="delong")

    assert (result.low, result.high, result.method) == (None, None, "point")


def test_a_refusal_has_a_reason_and_no_value():
    result = refused("empty", method="wilson")

    assert (result.value, result.low, result.high, result.n) == (None, None, None, 0)
    assert result.reason == "empty"


@pytest.mark.parametrize(
    ("value", "low", "high", "reason", "words"),
    [
        (None, None, None, None, "exactly one"),
        (0.5, None, None, "empty", "exactly one"),
        (math.nan, None, None, None, "finite"),
        (0.5, 0.1, None, None, "both ends"),
        (None, 0.1, 0.2, "empty", "without a value"),
        (1.0, 1.0, 1.0, None, "low below high"),
        (0.5, math.nan, 1.0, None, "low below high"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(value, low, high, reason, words):
    with pytest.raises(ValueError, match=words):
        Estimate(value=value, low=low, high=high, n=1, method="wilson", reason=reason)

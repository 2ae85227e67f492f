"""Input that cannot be meant is refused in a sentence that names it."""

import numpy as np
import pytest

from jadelite.metrics import _arrays as arrays


@pytest.mark.parametrize(
    ("check", "values", "words"),
    [
        (arrays.as_binary, [0, 2], "y holds 2, expected 0 or 1"),
        (arrays.as_binary, [0.0, np.nan], "y holds nan, expected 0 or 1"),
        (arrays.as_binary, ["yes"], "y has type <U3, expected numbers"),
        (arrays.as_binary, [[0, 1]], r"y has shape \(1, 2\), expected 1 dimension"),
        (arrays.as_shares, [0.5, 1.2], "y holds 1.2, expected numbers from 0 to 1"),
        (arrays.as_shares, [np.nan], "y holds nan, expected numbers from 0 to 1"),
        (arrays.as_weights, [1, -1], "y holds -1.0, expected finite numbers from 0 up"),
        (arrays.as_weights, [np.inf], "y holds inf, expected finite numbers from 0 up"),
        (arrays.as_counts, [1, -1], "y holds -1, expected whole numbers from 0 up"),
        (arrays.as_counts, [1.5], "y has type float64, expected whole numbers"),
    ],
)
def test_a_value_out_of_place_is_named(check, values, words):
    with pytest.raises(ValueError, match=words):
        check(values, "y")


def test_a_code_beyond_the_last_is_named():
    with pytest.raises(ValueError, match="items holds 3, expected codes below 3"):
        arrays.as_codes([0, 3], "items", n_codes=3)


def test_an_empty_list_passes_for_any_kind():
    assert arrays.as_binary([], "y").shape == (0,)
    assert arrays.as_shares([], "y").shape == (0,)
    assert arrays.as_codes([], "y", n_codes=0).dtype == np.int64


def test_lengths_that_differ_are_named():
    with pytest.raises(ValueError, match=r"lengths differ \(y_true 2, y_prob 3\)"):
        arrays.check_same_length(y_true=np.zeros(2), y_prob=np.zeros(3))


def test_equal_weights_leave_the_effective_size_at_the_number_of_cases():
    assert arrays.effective_size(np.full(7, 1e-300)) == pytest.approx(7)


def test_one_heavy_case_is_worth_little_more_than_one():
    assert arrays.effective_size(np.array([100.0, 1.0, 1.0])) == pytest.approx(102**2 / 10002)


def test_no_weight_at_all_is_an_effective_size_of_nothing():
    assert arrays.effective_size(np.zeros(3)) == 0.0


def test_an_effective_size_is_rounded_down_but_not_for_the_last_digit():
    assert (arrays.whole(2.9), arrays.whole(3 - 1e-12)) == (2, 3)

"""Columns in order, with their codes looked up."""

import math
from array import array

import pytest

from jadelite.report import columns


def test_places_are_sorted_by_the_first_key_then_the_next() -> None:
    first, second = array("b", [1, 0, 1, 0]), array("q", [5, 9, 4, 8])
    places = columns.sorted_places(first, second)
    assert places.tolist() == [3, 1, 2, 0]
    assert columns.taken(second, places) == array("q", [8, 9, 4, 5])
    assert columns.sorted_places(array("q")).tolist() == []


def test_places_are_kept_or_left_out_by_value() -> None:
    values = array("q", [7, 8, 7, 9])
    places = columns.sorted_places(values)
    assert columns.where(values, [7], places, is_in=True).tolist() == [0, 2]
    assert columns.where(values, [7], places, is_in=False).tolist() == [1, 3]
    assert columns.where(values, [], places, is_in=True).tolist() == []


def test_different_values_come_in_the_order_of_their_first_appearance() -> None:
    assert columns.distinct(array("q", [5, -(2**62), 5, 3])) == [5, -(2**62), 3]
    assert columns.distinct(array("q")) == []


def test_codes_are_looked_up() -> None:
    values = array("q", [30, 10, 30])
    assert columns.looked_up(values, {10: 1, 30: 2}, "b") == array("b", [2, 1, 2])
    assert columns.looked_up(values, {30: 2}, "b", other=-1) == array("b", [2, -1, 2])
    assert columns.looked_up(values, {}, "b", other=0) == array("b", [0, 0, 0])
    assert columns.looked_up(array("q"), {}, "h") == array("h")
    with pytest.raises(KeyError, match="10"):
        columns.looked_up(values, {30: 2}, "b")


def test_what_is_missing_is_replaced() -> None:
    values = array("q", [4, -99, 5])
    assert columns.replaced(values, -99, -1, "i") == array("i", [4, -1, 5])
    floats = columns.replaced(values, -99, math.nan, "d")
    assert (floats.typecode, floats[0], math.isnan(floats[1])) == ("d", 4.0, True)
    at_least = columns.at_least(array("d", [-2.0, math.nan, 3.0]), 0)
    assert (at_least[0], math.isnan(at_least[1]), at_least[2]) == (0.0, True, 3.0)

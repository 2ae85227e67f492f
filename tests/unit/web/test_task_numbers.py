"""Numbers of tasks in addresses: told apart, read back, and in no order."""

import itertools

import pytest

from jadelite.web.task_numbers import TaskNumbers

LAST = 2**40 - 1
NUMBERS = TaskNumbers("a-secret")


@pytest.mark.parametrize("task_id", [0, 1, 2, 207, 2**20 - 1, 2**20, 2**31, LAST])
def test_what_is_shown_leads_back(task_id) -> None:
    shown = NUMBERS.shown(task_id)

    assert 0 <= shown <= LAST
    assert NUMBERS.read(str(shown)) == task_id


def test_neighbours_are_told_apart_and_stand_in_no_order() -> None:
    shown = [NUMBERS.shown(task_id) for task_id in range(1, 4001)]

    assert len(set(shown)) == 4000
    n_rising = sum(later > earlier for earlier, later in itertools.pairwise(shown))
    assert 1850 < n_rising < 2150
    # What was added last lies where all others do.
    mean = sum(shown[-1000:]) / 1000 / LAST
    assert 0.45 < mean < 0.55


def test_another_secret_shows_other_numbers() -> None:
    other = TaskNumbers("another-secret")

    assert [other.shown(n) for n in range(9)] != [NUMBERS.shown(n) for n in range(9)]
    assert TaskNumbers("a-secret").shown(207) == NUMBERS.shown(207)


@pytest.mark.parametrize("text", [None, "", "x", "-1", "1.5", "٣", "²", str(LAST + 1), "9" * 30])
def test_what_stands_for_no_task_is_none(text) -> None:
    assert NUMBERS.read(text) is None


@pytest.mark.parametrize("task_id", [-1, LAST + 1])
def test_a_number_that_no_row_has_is_refused(task_id) -> None:
    with pytest.raises(ValueError, match="expected one below"):
        NUMBERS.shown(task_id)

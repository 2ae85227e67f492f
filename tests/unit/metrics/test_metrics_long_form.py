"""Rows of judgments made ready for the figures."""

import pytest

from jadelite.metrics.long_form import is_label, long_form, of_two_raters


def form(items, raters, labels, *, columns=(0, 1, 2), n_labels=3):
    return long_form(
        items, raters, labels, n_items=3, n_raters=2, n_labels=n_labels, columns=columns
    )


def test_the_first_row_of_a_repeated_pair_stays():
    found = form([0, 1, 0, 1], [0, 0, 0, 1], [2, 1, 0, 0])

    assert (found.items.tolist(), found.labels.tolist()) == ([0, 1, 1], [2, 1, 0])
    assert found.n_repeated == 1


def test_labels_take_the_places_they_are_given():
    found = form([0, 1, 2], [0, 0, 0], [0, 1, 2], columns=(4, 0, 4), n_labels=5)

    assert found.labels.tolist() == [4, 0, 4]
    assert found.counts.tolist() == [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1]]


def test_no_rows_are_no_judgments():
    found = form([], [], [], columns=(), n_labels=1)

    assert (found.labels.size, found.n_repeated, found.counts.shape) == (0, 0, (3, 1))


def test_two_raters_side_by_side_on_what_both_judged():
    found = form([0, 0, 1, 2, 2], [1, 0, 0, 0, 1], [2, 1, 0, 0, 0])

    first, second = of_two_raters(found)

    assert (first.tolist(), second.tolist()) == ([1, 0], [2, 0])


def test_only_two_raters_can_stand_side_by_side():
    found = long_form([0], [0], [0], n_items=1, n_raters=1, n_labels=1, columns=[0])

    with pytest.raises(ValueError, match="1 raters, expected 2"):
        of_two_raters(found)


@pytest.mark.parametrize(
    ("labels", "columns", "said"),
    [([0, 3], (0, 1, 2), "labels holds 3"), ([0, 1], (0, 9, 1), "columns holds 9")],
)
def test_codes_out_of_range_are_refused(labels, columns, said):
    with pytest.raises(ValueError, match=said):
        form([0, 1], [0, 1], labels, columns=columns)


def test_where_a_label_stands():
    assert is_label([2, 0, 2], 2).tolist() == [True, False, True]
    assert is_label([2, 0], -1).tolist() == [False, False]

"""Counting labels by item, distinct rows of counts, and first rows of repeated pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jadelite.metrics.counts import compress, count_table, first_of_repeated

few = settings(max_examples=50, deadline=None, database=None)
tables = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.integers(0, 5)
)
codes = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40)


def test_a_judgment_is_counted_in_the_row_of_its_item():
    counts = count_table([2, 0, 2, 2], [1, 0, 1, 0], n_items=4, n_labels=2)

    assert counts.tolist() == [[1, 0], [0, 0], [1, 2], [0, 0]]
    assert counts.dtype == np.int64


def test_no_judgments_are_counted_as_zeros():
    assert count_table([], [], n_items=2, n_labels=2).tolist() == [[0, 0], [0, 0]]
    assert count_table([], [], n_items=0, n_labels=2).shape == (0, 2)


@pytest.mark.parametrize(
    ("items", "labels", "n_items", "n_labels", "words"),
    [
        ([0, 1], [0], 2, 2, "lengths differ"),
        ([2], [0], 2, 2, "items holds 2, expected codes below 2"),
        ([0], [-1], 2, 2, "labels holds -1"),
        ([0], [0], -1, 2, "-1 items and 2 labels, expected"),
        ([], [], 0, 0, "0 items and 0 labels, expected"),
    ],
)
def test_codes_out_of_range_are_refused(items, labels, n_items, n_labels, words):
    with pytest.raises(ValueError, match=words):
        count_table(items, labels, n_items=n_items, n_labels=n_labels)


@few
@given(tables)
def test_compressed_rows_unfold_to_the_same_rows(counts):
    patterns, multiplicities = compress(counts)

    unfolded = np.repeat(patterns, multiplicities, axis=0)
    assert unfolded.tolist() == sorted(counts.tolist())
    assert len({tuple(row) for row in patterns.tolist()}) == len(patterns)


@pytest.mark.parametrize("largest", [3, 1 << 25, 1 << 40])
def test_rows_compress_alike_whatever_the_size_of_the_counts(largest):
    counts = [[0, largest], [1, 2], [0, largest], [largest, 0]]

    patterns, multiplicities = compress(counts)

    assert patterns.tolist() == [[0, largest], [1, 2], [largest, 0]]
    assert multiplicities.tolist() == [2, 1, 1]


@pytest.mark.parametrize(("shape", "n_patterns"), [((0, 3), 0), ((4, 0), 1), ((0, 0), 0)])
def test_a_table_without_cells_compresses_to_its_rows(shape, n_patterns):
    patterns, multiplicities = compress(np.zeros(shape, dtype=int))

    assert patterns.shape == (n_patterns, shape[1])
    assert multiplicities.sum() == shape[0]


@few
@given(codes)
def test_the_first_row_of_each_pair_stays_and_the_others_are_counted(rows):
    items, raters = [item for item, _ in rows], [rater for _, rater in rows]

    is_first, n_repeated = first_of_repeated(np.array(items, int), np.array(raters, int))

    expected = [rows.index(row) == place for place, row in enumerate(rows)]
    assert is_first.tolist() == expected
    assert n_repeated == len(rows) - len(set(rows))


def test_codes_too_large_to_be_paired_are_refused():
    with pytest.raises(ValueError, match="expected dense codes"):
        first_of_repeated([0, 1 << 40], [0, 1 << 40])


def test_items_and_raters_of_different_length_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        first_of_repeated([0, 1], [0])

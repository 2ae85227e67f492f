"""Diffs as plain data: what is stored comes out again."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.diffs import Diff, DiffRow, Segment

few = settings(max_examples=30, deadline=None, database=None)

segments = st.builds(Segment, st.text(max_size=6), st.booleans())
sides = st.none() | st.lists(segments, max_size=3).map(tuple)
kinds = st.sampled_from(["context", "changed", "added", "removed", "gap", "cut"])
rows = st.builds(DiffRow, kinds, sides, sides, st.integers(0, 10**6))
diffs = st.builds(
    Diff, st.lists(rows, max_size=4).map(tuple), st.integers(0, 10**7), st.integers(0, 10**7)
)


@few
@given(diffs)
def test_a_diff_comes_out_of_storage_as_it_went_in(diff):
    assert Diff.from_json(json.loads(json.dumps(diff.to_json()))) == diff


def test_a_missing_side_and_an_empty_line_stay_apart():
    diff = Diff((DiffRow("added", None, (), 0), DiffRow("gap", n_lines=4)), 0, 0)

    found = Diff.from_json(json.loads(json.dumps(diff.to_json())))

    assert found.rows[0].before is None
    assert found.rows[0].after == ()
    assert found.rows[1].n_lines == 4


def test_the_stored_form_is_short():
    diff = Diff((DiffRow("changed", (Segment("a"),), (Segment("b", True),)),), 1, 0)

    assert diff.to_json() == {
        "n_added": 1,
        "n_removed": 0,
        "rows": [["changed", [["a", 0]], [["b", 1]], 0]],
    }

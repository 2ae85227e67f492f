"""How a frame is cut into strata, and how many edits each gets."""

import random

import pytest

from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.sampling import (
    BASE_EDGES,
    EDITOR_GROUPS,
    MIN_STRATUM,
    Cell,
    Stratum,
    allocate,
    bin_edges,
    least,
    make_strata,
    stratum_of,
)

EDGES = bin_edges([0.5])
PLACES = {low: place for place, low in enumerate(EDGES)}


def cell(low: float, n: int, mean: float | None = None, kind: str = "registered") -> Cell:
    return Cell(PLACES[low], kind, n, low if mean is None else mean)


def cut_up(*cells: Cell, n: int = 1000, cuts=(0.5,), is_by_editor: bool = False):
    strata = make_strata(cells, EDGES, cuts=cuts, is_by_editor=is_by_editor, n=n)
    return [(s.low, s.high, s.editor_group, s.n_edits) for s in strata]


def stratum(n_edits: int, mean: float) -> Stratum:
    return Stratum(0.0, 1.0, None, n_edits, mean)


def test_edges_hold_every_threshold_once_and_rise() -> None:
    edges = bin_edges([0.93, 0.5, 0.07, 1.0, 0.0])
    assert edges == tuple(sorted({*BASE_EDGES, 0.93, 0.07}))


def test_every_kind_of_editor_has_a_group() -> None:
    assert set(EDITOR_GROUPS) == set(EDITOR_KINDS)


def test_empty_bins_make_no_strata() -> None:
    assert cut_up(cell(0.0, 100), cell(0.9, 100)) == [
        (0.0, 0.02, None, 100),
        (0.9, 0.95, None, 100),
    ]


def test_kinds_of_editors_are_one_stratum_where_nothing_else_is_asked_for() -> None:
    assert cut_up(cell(0.0, 60, kind="bot"), cell(0.0, 40)) == [(0.0, 0.02, None, 100)]


def test_a_small_stratum_joins_its_smaller_neighbour() -> None:
    assert cut_up(cell(0.0, 900), cell(0.02, MIN_STRATUM - 1), cell(0.05, 300)) == [
        (0.0, 0.02, None, 900),
        (0.02, 0.1, None, 300 + MIN_STRATUM - 1),
    ]


def test_a_small_stratum_does_not_cross_a_threshold() -> None:
    assert cut_up(cell(0.35, 3), cell(0.5, 400)) == [(0.35, 0.5, None, 3), (0.5, 0.65, None, 400)]
    assert cut_up(cell(0.2, 3), cell(0.65, 400)) == [(0.2, 0.35, None, 3), (0.65, 0.8, None, 400)]
    assert cut_up(cell(0.35, 3), cell(0.5, 400), cuts=()) == [(0.35, 0.65, None, 403)]


def test_groups_of_editors_are_strata_of_their_own_and_small_ones_are_put_together() -> None:
    cells = [
        cell(0.0, 500),
        cell(0.0, 90, kind="temporary"),
        cell(0.0, 10, kind="unregistered"),
        cell(0.0, 15, kind="newcomer"),
        cell(0.0, 12, kind="unknown"),
    ]
    assert cut_up(*cells, is_by_editor=True) == [
        (0.0, 0.02, "other", 27),
        (0.0, 0.02, "registered", 500),
        (0.0, 0.02, "unregistered", 100),
    ]


def test_one_small_group_takes_the_next_larger_one_with_it() -> None:
    cells = [cell(0.0, 500), cell(0.0, 60, kind="bot"), cell(0.0, 5, kind="newcomer")]
    assert cut_up(*cells, is_by_editor=True) == [
        (0.0, 0.02, "other", 65),
        (0.0, 0.02, "registered", 500),
    ]


def test_a_small_sample_has_few_strata_and_gives_up_editors_first_where_it_must() -> None:
    cells = [cell(low, 100, kind=kind) for low in EDGES[:-1] for kind in ("newcomer", "registered")]
    assert len(cut_up(*cells, n=600, is_by_editor=True)) == 2 * (len(EDGES) - 1)
    assert len(cut_up(*cells, n=30, is_by_editor=True)) == 5
    assert {row[2] for row in cut_up(*cells, n=20, is_by_editor=True)} == {None}
    assert [row[0] for row in cut_up(*cells, n=6, is_by_editor=True)] == [0.0, 0.5]


def test_the_mean_of_joined_strata_is_that_of_their_edits() -> None:
    strata = make_strata(
        [cell(0.0, 10, 0.01), cell(0.02, 30, 0.03)], EDGES, cuts=[0.5], is_by_editor=False, n=6
    )
    assert strata[0].mean_score == pytest.approx(0.025)


def test_half_goes_by_spread_and_half_in_equal_parts() -> None:
    # Spreads 1000 * 0.5 and 1000 * 0.4: 100/2 * 5/9 + 100/4 and 100/2 * 4/9 + 100/4.
    drawn = allocate([stratum(1000, 0.5), stratum(1000, 0.2)], 100)
    assert [s.n_drawn for s in drawn] == [53, 47]


def test_a_sure_stratum_is_not_taken_at_its_word() -> None:
    drawn = allocate([stratum(1000, 0.0), stratum(1000, 0.02)], 100)
    assert [s.n_drawn for s in drawn] == [50, 50]


def test_no_stratum_gives_more_than_it_has_nor_less_than_two() -> None:
    drawn = allocate([stratum(1, 0.5), stratum(3, 0.5), stratum(100_000, 0.5)], 10)
    assert [s.n_drawn for s in drawn] == [1, 2, 7]
    drawn = allocate([stratum(1, 0.5), stratum(3, 0.5), stratum(100_000, 0.5)], 100)
    assert [s.n_drawn for s in drawn] == [1, 3, 96]


def test_a_sample_that_reaches_the_frame_takes_all() -> None:
    drawn = allocate([stratum(7, 0.5), stratum(3, 0.5)], 11)
    assert [s.n_drawn for s in drawn] == [7, 3]


def test_fewer_than_two_of_each_are_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 4"):
        allocate([stratum(7, 0.5), stratum(3, 0.5)], 3)


@pytest.mark.parametrize("seed", range(50))
def test_whatever_the_frame_every_edit_has_a_stratum_and_the_counts_add_up(seed) -> None:
    chance = random.Random(seed)
    cuts = sorted({0.5, round(chance.random(), 2)})
    edges = bin_edges(cuts)
    cells = [
        Cell(place, kind, chance.choice([1, 3, 10, 100, 5000]), edges[place])
        for place in range(len(edges) - 1)
        for kind in EDITOR_KINDS
        if chance.random() < 0.5
    ]
    n_edits = sum(cell.n_edits for cell in cells)
    is_by_editor = chance.random() < 0.5
    n = chance.randint(30, 1200)
    strata = allocate(make_strata(cells, edges, cuts=cuts, is_by_editor=is_by_editor, n=n), n)
    assert sum(s.n_drawn for s in strata) == min(n, n_edits)
    assert all(min(2, s.n_edits) <= s.n_drawn <= s.n_edits for s in strata)
    assert not any(s.low < cut < s.high for cut in cuts for s in strata)
    assert least(strata) <= n
    assert len({s.label for s in strata}) == len(strata)
    held = [0] * len(strata)
    for one in cells:
        place = stratum_of(strata, edges, one.editor_kind)[one.bin]
        assert place >= 0
        held[place] += one.n_edits
    assert held == [s.n_edits for s in strata]

"""Weighted shares: against plain sums, in the limits, and where nothing can be said."""

import random
from statistics import NormalDist

import pytest

from jadelite.metrics import weighted
from jadelite.metrics.weighted import StratumCells

ALL = (weighted.precision, weighted.recall, weighted.prevalence, weighted.false_positive_rate)
LOW = StratumCells(900, tn=88, fp=0, fn=2, tp=0, is_flagged=False)
HIGH = StratumCells(100, tn=0, fp=10, fn=0, tp=40, is_flagged=True)


def plain(strata: list[StratumCells], top: set[str], below: set[str]) -> tuple[float, float]:
    """The ratio without Beale's correction, and its variance without the added cases."""

    def of(one: StratumCells, names: set[str]) -> float:
        return sum(getattr(one, name) for name in names)

    total = sum(s.n_edits * of(s, below) / s.n_judged for s in strata)
    ratio = sum(s.n_edits * of(s, top & below) / s.n_judged for s in strata) / total
    variance = 0.0
    for s in strata:
        values = []
        for name in ("tn", "fp", "fn", "tp"):
            e = (name in top & below) - ratio * (name in below)
            values += [e] * int(getattr(s, name))
        m = len(values)
        mean = sum(values) / m
        spread = sum((value - mean) ** 2 for value in values) / m
        variance += (s.n_edits / total) ** 2 * (1 - m / s.n_edits) * spread / m
    return ratio, variance


@pytest.mark.parametrize("seed", range(20))
def test_with_many_judged_edits_it_is_the_textbook_ratio_and_variance(seed) -> None:
    chance = random.Random(seed)
    strata = [
        StratumCells(5_000, *(float(chance.randint(20, 500)) for _ in range(4))) for _ in range(4)
    ]
    for figure, top, below in (
        (weighted.precision, {"fn", "tp"}, {"fp", "tp"}),
        (weighted.recall, {"fp", "tp"}, {"fn", "tp"}),
        (weighted.prevalence, {"fn", "tp"}, {"tn", "fp", "fn", "tp"}),
        (weighted.false_positive_rate, {"fp", "tp"}, {"tn", "fp"}),
    ):
        share = figure(strata)
        ratio, variance = plain(strata, top, below)
        width = 2 * NormalDist().inv_cdf(0.975) * variance**0.5
        assert share.value == pytest.approx(ratio, rel=3e-3)
        assert share.high - share.low == pytest.approx(width, rel=0.03)
        assert share.method == "stratified-wilson"


def test_one_rate_everywhere_gives_the_plain_share_and_kish_counts_the_edits() -> None:
    strata = [StratumCells(1000, 40, 0, 10, 0), StratumCells(2000, 0, 60, 0, 40)]
    assert weighted.prevalence(strata).value == pytest.approx(50 / 150)
    assert weighted.prevalence(strata).n == 150
    assert weighted.effective_number(strata) == pytest.approx(150)


def test_a_known_number_of_flagged_edits_is_not_estimated() -> None:
    # 100 of 60 + 40 flagged edits: the ratio is a mean of known weights, so nothing is corrected.
    strata = [LOW, StratumCells(60, 0, 10, 0, 20), StratumCells(40, 0, 2, 0, 18)]
    assert weighted.precision(strata).value == pytest.approx((60 * 2 / 3 + 40 * 0.9) / 100)


@pytest.mark.parametrize("figure", ALL)
def test_nothing_judged_is_refused(figure) -> None:
    assert figure([]).reason == "empty"
    assert figure([StratumCells(10, 0, 0, 0, 0)]).reason == "empty"


def test_what_is_not_there_is_a_reason_and_no_figure() -> None:
    assert weighted.precision([LOW]).reason == "no-flagged-cases"
    assert weighted.recall([StratumCells(9, 3, 1, 0, 0)]).reason == "no-positive-cases"
    assert weighted.false_positive_rate([StratumCells(9, 0, 0, 1, 3)]).reason == (
        "no-negative-cases"
    )


@pytest.mark.parametrize("figure", ALL)
def test_a_census_has_a_value_and_no_interval(figure) -> None:
    share = figure([StratumCells(10, 4, 1, 2, 3), StratumCells(4, 1, 1, 1, 1)])
    assert (share.low, share.high, share.method) == (None, None, "census")


def test_a_census_gives_the_shares_of_the_frame() -> None:
    strata = [StratumCells(10, 4, 1, 2, 3), StratumCells(4, 1, 1, 1, 1)]
    told = [figure(strata).value for figure in ALL]
    assert told == pytest.approx([4 / 6, 4 / 7, 7 / 14, 2 / 7])


def test_a_perfect_sample_still_has_an_interval_with_width() -> None:
    share = weighted.recall([StratumCells(900, 90, 0, 0, 0), StratumCells(100, 0, 0, 0, 50)])
    assert share.value == 1.0
    assert 0 < share.low < 0.9
    clean = weighted.prevalence([StratumCells(900, 90, 0, 0, 0)])
    assert clean.value == 0
    assert 0.01 < clean.high < 0.1


def test_wider_confidence_makes_a_wider_interval_and_a_bad_one_is_refused() -> None:
    narrow, wide = (weighted.recall([LOW, HIGH], confidence=c) for c in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
    with pytest.raises(ValueError, match="confidence"):
        weighted.recall([LOW, HIGH], confidence=1.0)


def test_shares_of_a_vote_count_in_part() -> None:
    share = weighted.prevalence([StratumCells(30, 5.5, 0, 4.5, 0)])
    assert share.value == pytest.approx(0.45)


def test_a_stratum_without_answers_goes_to_a_neighbour_on_its_side() -> None:
    silent = StratumCells(50, 0, 0, 0, 0, is_flagged=True)
    assert [s.n_edits for s in weighted.joined([LOW, silent, HIGH])] == [900, 150]
    assert [s.n_edits for s in weighted.joined([HIGH, silent, LOW])] == [150, 900]
    assert [s.is_flagged for s in weighted.joined([silent, LOW])] == [None]


def test_a_draw_nobody_answered_says_nothing_and_is_not_mixed_with_another() -> None:
    silent = StratumCells(700, 0, 0, 0, 0, draw=1)
    assert weighted.joined([LOW, HIGH, silent]) == [LOW, HIGH]


def test_two_draws_from_one_frame_say_what_each_says_alone() -> None:
    halves = [
        StratumCells(s.n_edits, *s.cells, is_flagged=s.is_flagged, share=0.5, draw=draw)
        for draw in (0, 1)
        for s in (LOW, HIGH)
    ]
    one, both = weighted.prevalence([LOW, HIGH]), weighted.prevalence(halves)
    assert both.value == pytest.approx(one.value)
    assert both.high - both.low < 0.8 * (one.high - one.low)


def test_what_may_hide_is_three_over_the_judged_and_never_more_than_there_are() -> None:
    clean = StratumCells(9000, 300, 0, 0, 0, is_flagged=False)
    assert weighted.hidden_misses([clean, HIGH]) == pytest.approx(90)
    assert weighted.hidden_misses([StratumCells(5, 4, 0, 0, 0)]) == 1
    assert weighted.hidden_misses([LOW, HIGH]) is None


@pytest.mark.parametrize("cells", [(-1, 0, 0, 0), (3, 4, 3, 1)])
def test_cells_that_cannot_be_are_refused(cells) -> None:
    with pytest.raises(ValueError, match="expected"):
        StratumCells(10, *cells)

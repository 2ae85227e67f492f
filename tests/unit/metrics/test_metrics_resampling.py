"""The rescaled bootstrap against formulas of stratified sampling; patterns and score cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.metrics.ranking import Ranking
from jadelite.metrics.resampling import (
    patterns,
    ratio,
    score_cells,
    stratified_bootstrap,
    stratified_factors,
)

few = settings(max_examples=50, deadline=None, database=None)
INFINITE = float("inf")


def spread_of(stratum, sizes, statistic, **options):
    """Standard deviation of the statistic over the resamples."""
    values = [statistic(block) for block in stratified_factors(stratum, sizes, **options)]
    return np.concatenate(values).std()


def sample(seed=3):
    generator = np.random.default_rng(seed)
    judged, sizes = np.array([40, 60, 25]), np.array([400.0, 80.0, INFINITE])
    stratum = np.repeat(np.arange(3), judged)
    y = (generator.random(stratum.size) < np.array([0.1, 0.6, 0.4])[stratum]).astype(float)
    share = np.array([0.5, 0.2, 0.3])
    return stratum, sizes, y, (share / judged)[stratum]


def test_the_variance_of_a_stratified_mean_is_cochrans():
    stratum, sizes, y, own = sample()
    variance = 0.0
    for h, share in enumerate([0.5, 0.2, 0.3]):
        inside = y[stratum == h]
        unseen = 1 - inside.size / sizes[h]
        variance += share**2 * unseen * inside.var(ddof=1) / inside.size

    spread = spread_of(stratum, sizes, ratio(own * y, own), n_resamples=20_000)

    assert spread == pytest.approx(np.sqrt(variance), rel=0.02)


def test_the_order_of_the_cases_does_not_matter():
    stratum, sizes, y, own = sample()
    order = np.random.default_rng(1).permutation(y.size)

    first, other = (
        spread_of(stratum[at], sizes, ratio(own[at] * y[at], own[at]), n_resamples=8000)
        for at in (np.arange(y.size), order)
    )

    assert other == pytest.approx(first, rel=0.03)


def test_factors_sum_to_the_cases_of_each_stratum():
    stratum, sizes, _, _ = sample()

    (factors,) = stratified_factors(stratum, sizes, n_resamples=50)

    assert factors.min() >= 0
    for h in range(3):
        assert factors[:, stratum == h].sum(axis=1) == pytest.approx((stratum == h).sum())


def test_patterns_give_the_spread_of_their_cases():
    stratum, sizes, y, own = sample()
    alike = patterns(stratum, y)
    total = own[alike.first] * alike.multiplicity

    one_by_one = spread_of(stratum, sizes, ratio(own * y, own), n_resamples=10_000)
    together = spread_of(
        stratum[alike.first],
        sizes,
        ratio(total * y[alike.first], total),
        multiplicity=alike.multiplicity,
        n_resamples=10_000,
    )

    assert alike.first.size == 6
    assert together == pytest.approx(one_by_one, rel=0.03)


@pytest.mark.parametrize("limit", [0, 1000])
def test_drawing_cases_and_drawing_patterns_are_alike(limit, monkeypatch):
    monkeypatch.setattr("jadelite.metrics.resampling._MAX_DRAWS_A_PATTERN", limit)

    spread = spread_of(
        [0, 0],
        [INFINITE],
        ratio(np.array([0.0, 30]), np.array([70.0, 30])),
        multiplicity=[70, 30],
        n_resamples=20_000,
    )

    assert spread == pytest.approx(np.sqrt(0.21 / 99), rel=0.02)


def test_a_census_has_no_interval():
    stratum, y = np.zeros(20, dtype=int), np.tile([0.0, 1.0], 10)

    assert stratified_bootstrap(stratum, [20], ratio(y, np.ones(20))) is None


def test_a_stratum_with_one_case_is_drawn_with_the_next_and_the_last_with_the_one_before():
    y = np.array([1.0, 0, 0, 1, 0, 1, 0, 1])
    stratum = np.array([0, 1, 1, 1, 3, 3, 3, 4])

    (factors,) = stratified_factors(stratum, [INFINITE] * 5, n_resamples=400)

    assert factors[:, 0].std() > 0.5
    assert factors[:, 7].std() > 0.5
    assert factors[:, :4].sum(axis=1) == pytest.approx(4)
    assert factors[:, 4:].sum(axis=1) == pytest.approx(4)
    assert stratified_bootstrap(stratum, [INFINITE] * 5, ratio(y, np.ones(8))) is not None


@pytest.mark.parametrize("stratum", [[], [0]])
def test_less_than_two_cases_have_no_interval(stratum):
    own = np.ones(len(stratum))

    assert stratified_bootstrap(stratum, [5.0], ratio(own, own)) is None


def test_no_resamples_give_no_interval():
    own = np.ones(4)

    assert stratified_bootstrap([0] * 4, [9], ratio(own, own), n_resamples=0) is None


def test_a_statistic_that_is_mostly_undefined_has_no_interval():
    none = stratified_bootstrap(
        [0] * 4, [INFINITE], lambda factors: np.full(factors.shape[0], np.nan), around=0.5
    )

    assert none is None


def test_resamples_can_be_moved_to_lie_around_a_value():
    stratum, sizes, y, own = sample()
    low, high = stratified_bootstrap(stratum, sizes, ratio(own * y, own))

    moved = stratified_bootstrap(stratum, sizes, ratio(own * y, own), around=0.0)

    assert moved[1] - moved[0] == pytest.approx(high - low)
    assert moved[0] < 0 < moved[1]


def test_blocks_and_the_seed_make_the_interval_not_their_size(monkeypatch):
    stratum, sizes, y, own = sample()
    whole = stratified_bootstrap(stratum, sizes, ratio(own * y, own), seed=1)

    monkeypatch.setattr("jadelite.metrics.resampling.CELLS_IN_A_BLOCK", 5000)
    again = stratified_bootstrap(stratum, sizes, ratio(own * y, own), seed=1)
    other = stratified_bootstrap(stratum, sizes, ratio(own * y, own), seed=2)

    assert again == pytest.approx(whole, abs=0.02)
    assert other != again


@pytest.mark.parametrize(
    ("stratum", "sizes", "options", "words"),
    [
        ([0, 2], [5, 5], {}, "stratum holds 2, expected codes below 2"),
        ([0] * 6, [5], {}, "6 of 5 judged in stratum 0, expected no more"),
        ([0, 0], [5], {"multiplicity": [1]}, "lengths differ"),
        ([0, 0], [5], {"confidence": 1}, "confidence is 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(stratum, sizes, options, words):
    own = np.ones(len(stratum))
    with pytest.raises(ValueError, match=words):
        stratified_bootstrap(stratum, sizes, ratio(own, own), **options)


def test_a_ratio_without_weight_below_is_undefined():
    found = ratio(np.array([1.0]), np.array([0.0]))(np.ones((2, 1)))

    assert np.isnan(found).all()


def test_the_area_of_a_stratified_sample_has_the_spread_of_repeated_samples():
    generator = np.random.default_rng(4)
    n = 4000
    logit = generator.normal(-1, 2, n)
    y = (generator.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    p = 1 / (1 + np.exp(-logit))
    stratum = (p >= 0.5).astype(int)
    sizes = np.bincount(stratum).astype(float)
    found, spreads = [], []
    for seed in range(150):
        chance = np.random.default_rng(seed)
        drawn = np.concatenate(
            [chance.choice(np.flatnonzero(stratum == h), 150, replace=False) for h in (0, 1)]
        )
        own = (sizes / 150)[stratum[drawn]]
        ranking = Ranking.of(y[drawn], p[drawn], sample_weight=own)
        found.append(ranking.roc_auc(np.ones((1, 300)))[0])
        if seed < 10:
            spreads.append(spread_of(stratum[drawn], sizes, ranking.roc_auc, n_resamples=400))

    assert np.mean(spreads) == pytest.approx(np.std(found), rel=0.15)


@few
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 2)), max_size=30))
def test_patterns_hold_every_case_once_and_only_alike_ones(rows):
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]

    found = patterns(*columns)

    assert found.multiplicity.sum() == len(rows)
    assert found.first.size == len(set(rows))
    for place, pattern in enumerate(found.of.tolist()):
        assert rows[found.first[pattern]] == rows[place]


def test_patterns_of_many_values_are_the_same_when_codes_are_packed(monkeypatch):
    generator = np.random.default_rng(1)
    columns = [generator.integers(0, 4, 300), generator.integers(-9, 9, 300), generator.random(300)]
    columns[2] = columns[2].round(1)
    plain = patterns(*columns)

    monkeypatch.setattr("jadelite.metrics.resampling.MAX_TABLE", 1)
    monkeypatch.setattr("jadelite.metrics.resampling._MAX_SPAN", 1)
    packed = patterns(*columns)

    assert packed.first.tolist() == plain.first.tolist()
    assert packed.of.tolist() == plain.of.tolist()


def test_the_mean_of_what_differs_within_patterns():
    assert patterns([0, 0, 1]).mean(np.array([1.0, 2.0, 5.0])).tolist() == [1.5, 5.0]


def test_columns_of_another_length_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        patterns([0, 1], [1])


@few
@given(
    st.lists(st.floats(0, 1), max_size=40),
    st.integers(1, 10),
    st.lists(st.floats(0, 1), max_size=3),
)
def test_score_cells_rise_with_the_score_and_end_at_edges(scores, n_cells, edges):
    cells = score_cells(scores, n_cells=n_cells, edges=edges)

    order = np.argsort(scores)
    assert (np.diff(cells[order]) >= 0).all()
    for one, cell in zip(scores, cells.tolist(), strict=True):
        for edge in edges:
            across = [
                other
                for other in np.array(scores)[cells == cell]
                if (other >= edge) != (one >= edge)
            ]
            assert not across


def test_score_cells_hold_about_equally_many():
    counts = np.bincount(score_cells(np.random.default_rng(2).random(1000) ** 4, n_cells=10))

    assert counts.tolist() == [100] * 10


def test_less_than_one_cell_is_refused():
    with pytest.raises(ValueError, match="n_cells is 0, expected 1 or more"):
        score_cells([0.5], n_cells=0)

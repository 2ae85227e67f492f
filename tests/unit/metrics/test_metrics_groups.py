"""Rates by group, adjusted p values, shrunk rates and residuals."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from jadelite.metrics import rates
from jadelite.metrics.groups import benjamini_hochberg, by_group, mean_residual, shrunk_rates
from jadelite.metrics.ratios import ratio
from jadelite.metrics.survey import Sample


def edits(n: int = 900) -> tuple[Sample, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(4)
    group = np.repeat([0, 1, 2], n // 3)
    flagged = chance.random(n) < np.array([0.1, 0.3, 0.1])[group]
    return Sample.of((chance.random(n) < 0.1).astype(float), [0] * n, [90_000]), flagged, group


def test_the_group_that_is_flagged_more_is_seen_and_the_other_is_not() -> None:
    sample, flagged, group = edits()
    rate = rates.false_positive_rate(flagged)
    reference, newcomers, other = by_group(sample, rate, group, n_groups=3, reference=0)
    assert reference.gap.reason == reference.times.reason == "reference"
    assert reference.p_value is None
    assert newcomers.gap.low > 0
    assert newcomers.times.low > 1.5
    assert newcomers.p_adjusted < 0.001
    assert other.gap.low < 0 < other.gap.high
    assert other.p_adjusted > 0.05
    assert newcomers.rate == ratio(sample, rate.where(group == 1))


def test_small_groups_are_grey_and_the_smallest_are_not_told() -> None:
    sample, flagged, group = edits()
    group = np.where(np.arange(900) < 20, 3, np.where(np.arange(900) < 24, 4, group))
    rows = by_group(sample, rates.precision(flagged), group, n_groups=6, reference=1)
    assert [row.is_small for row in rows] == [True, False, True, True, True, True]
    assert rows[4].rate.reason == rows[4].gap.reason == "small-cell"
    assert (rows[5].n_cases, rows[5].rate.reason) == (0, "small-cell")


def test_a_reference_nobody_judged_leaves_no_comparison() -> None:
    sample, flagged, group = edits()
    rows = by_group(sample, rates.precision(flagged), group, n_groups=4, reference=3)
    assert {row.times.reason for row in rows} == {"small-cell", "reference"}
    assert all(row.p_adjusted is None for row in rows)


def test_adjusted_p_values_equal_statsmodels() -> None:
    p = np.random.default_rng(1).random(25) ** 3
    found = benjamini_hochberg([*p.tolist(), None])
    assert found[:-1] == pytest.approx(multipletests(p, method="fdr_bh")[1])
    assert found[-1] is None
    assert benjamini_hochberg([]) == []
    with pytest.raises(ValueError, match="p values"):
        benjamini_hochberg([1.5])


def test_shrunk_rates_are_nearer_to_the_truth() -> None:
    chance = np.random.default_rng(8)
    truth = chance.normal(0.2, 0.03, 200)
    errors = chance.uniform(0.01, 0.1, 200)
    met = truth + chance.normal(0, 1, 200) * errors
    shrunk = shrunk_rates(met, errors)
    assert ((shrunk - truth) ** 2).mean() < 0.5 * ((met - truth) ** 2).mean()
    assert shrunk_rates([0.3, 0.3], [0.1, 0.2]).tolist() == pytest.approx([0.3, 0.3])
    assert shrunk_rates([0.3], [0.1]).tolist() == [0.3]
    with pytest.raises(ValueError, match="above 0"):
        shrunk_rates([0.3], [0.0])


def test_the_residual_says_which_way_the_model_errs() -> None:
    sample, _, group = edits()
    told = np.where(group == 0, 0.1, 0.4)
    assert mean_residual(sample, told, held=group == 1).high < 0
    fair = mean_residual(sample, told, held=group == 0)
    assert fair.low < 0 < fair.high
    few = mean_residual(sample, told, held=np.arange(900) < 4)
    assert (few.reason, few.n) == ("small-cell", 4)
    assert mean_residual(sample, told, held=np.zeros(900, bool)).reason == "empty"

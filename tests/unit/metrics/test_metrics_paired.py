"""Two versions on the same edits: against oracles, in the limits, and how many would tell them."""

import math

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as oracle

from jadelite.metrics.paired import compare_versions, matched_threshold, mcnemar, n_needed
from jadelite.metrics.result import Estimate, refused
from jadelite.metrics.survey import Sample


@pytest.mark.parametrize("pair", [(0, 0), (0, 5), (3, 3), (10, 25), (700, 811)])
def test_mcnemar_equals_statsmodels(pair) -> None:
    found = oracle([[0, pair[0]], [pair[1], 0]], exact=True).pvalue
    assert mcnemar(*pair) == pytest.approx(float(found))
    assert mcnemar(*pair) == mcnemar(*reversed(pair))


def test_mcnemar_refuses_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        mcnemar(-1, 3)


def test_a_version_against_itself_changes_nothing() -> None:
    sample = Sample.of([1, 0] * 30, [0] * 60, [1000])
    scores = np.linspace(0, 1, 60)
    change = compare_versions(sample, scores, scores, thresholds=(0.5, 0.5))
    assert change.n_flips == 0
    assert (change.mcnemar_p, change.n_needed) == (1, None)
    for gap in (change.precision, change.recall, change.match_rate, change.brier):
        assert (gap.value, gap.low) == (0, None)


def test_a_better_version_is_seen_as_better() -> None:
    chance = np.random.default_rng(2)
    y = (chance.random(800) < 0.3).astype(float)
    worse = np.clip(0.5 * y + chance.random(800) * 0.7, 0, 1)
    better = np.clip(0.5 * y + chance.random(800) * 0.5, 0, 1)
    sample = Sample.of(y, np.zeros(800, int), [50_000])
    change = compare_versions(sample, worse, better, thresholds=(0.5, 0.5))
    assert change.precision.low > 0
    assert change.false_positive_rate.high < 0
    assert change.brier.high < 0
    assert change.mcnemar_p < 0.01
    assert change.n_needed < 800


def test_where_cases_weigh_differently_mcnemar_says_why_not() -> None:
    sample = Sample.of([1, 0] * 10, [0] * 10 + [1] * 10, [100, 1000])
    scores = np.linspace(0, 1, 20)
    change = compare_versions(sample, scores, scores[::-1], thresholds=(0.5, 0.5))
    assert (change.mcnemar_p, change.mcnemar_reason) == (None, "weights-differ")


def test_without_cases_everything_is_refused() -> None:
    change = compare_versions(Sample.of([], [], [9]), [], [], thresholds=(0.5, 0.5))
    assert change.precision.reason == change.brier.reason == "empty"
    assert change.n_needed is None


def test_twice_the_error_needs_four_times_the_cases() -> None:
    gap = Estimate(0.1, 0.0, 0.2, 100, "mover", None, 0.05)
    wide = Estimate(0.1, -0.1, 0.3, 100, "mover", None, 0.1)
    assert n_needed(wide, 100) == pytest.approx(4 * n_needed(gap, 100), abs=4)
    assert n_needed(refused("empty", method="mover"), 100) is None
    assert n_needed(Estimate(0.0, None, None, 9, "point", None), 9) is None


def test_so_many_cases_do_show_the_difference_four_times_of_five() -> None:
    """Independent shares 0.5 and 0.6: as many as the normal approximation says for power 0.8."""
    se = math.sqrt(2 * 0.2475 / 100)
    gap = Estimate(0.1, -0.1, 0.3, 100, "mover", None, se)
    assert n_needed(gap, 100) == pytest.approx(389, rel=0.01)


def test_the_matched_threshold_flags_as_many() -> None:
    chance = np.random.default_rng(3)
    one, two = chance.random(1000), chance.random(1000) ** 2
    cut = matched_threshold(two, float((one >= 0.7).mean()))
    assert (two >= cut).sum() == (one >= 0.7).sum()
    assert matched_threshold(two, 0.0) is None
    assert matched_threshold([], 0.5) is None
    assert matched_threshold([0.1, 0.9], 0.5, sample_weight=[1, 1]) == 0.9
    with pytest.raises(ValueError, match="share"):
        matched_threshold([0.1], 1.5)

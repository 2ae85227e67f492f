"""Calibration in the large, slope, and expected precision, against statsmodels and simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.metrics.recalibration import (
    expected_precision,
    mean_gap,
    recalibrate,
)

few = settings(max_examples=50, deadline=None, database=None)
shares = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
cases = st.lists(st.tuples(shares, shares, st.sampled_from([0.0, 0.5, 3.0])), max_size=25)


def random_cases(n=600, seed=4, slope=0.7, intercept=0.4):
    generator = np.random.default_rng(seed)
    logit = generator.normal(-1, 2, n)
    y_true = generator.random(n) < 1 / (1 + np.exp(-intercept - slope * logit))
    return y_true.astype(float), 1 / (1 + np.exp(-logit)), generator.uniform(0.5, 4, n)


def by_statsmodels(y_true, y_prob, weights):
    x = sm.add_constant(np.log(y_prob / (1 - y_prob)))
    model = sm.GLM(y_true, x, family=sm.families.Binomial(), freq_weights=weights)
    return model.fit(tol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("soft", [False, True])
def test_the_line_is_that_of_statsmodels(weighted, soft):
    y_true, y_prob, weights = random_cases()
    weights = weights if weighted else np.ones(y_true.size)
    y_true = 0.8 * y_true + 0.1 if soft else y_true

    fit = recalibrate(y_true, y_prob, sample_weight=weights)

    expected = by_statsmodels(y_true, y_prob, weights)
    assert [fit.intercept.value, fit.slope.value] == pytest.approx(expected.params, abs=1e-8)


def test_without_weights_the_standard_errors_are_the_robust_ones_of_statsmodels():
    y_true, y_prob, _ = random_cases()
    x = sm.add_constant(np.log(y_prob / (1 - y_prob)))

    fit = recalibrate(y_true, y_prob)

    expected = sm.GLM(y_true, x, family=sm.families.Binomial()).fit(cov_type="HC0")
    assert [fit.intercept.se, fit.slope.se] == pytest.approx(expected.bse, rel=1e-6)
    assert [fit.slope.low, fit.slope.high] == pytest.approx(expected.conf_int()[1], rel=1e-6)
    assert (fit.slope.n, fit.slope.method) == (600, "sandwich")


def test_weights_widen_the_standard_error_as_repeated_draws_do():
    slopes, errors = [], []
    for seed in range(200):
        y_true, y_prob, weights = random_cases(seed=seed)
        fit = recalibrate(y_true, y_prob, sample_weight=weights**2)
        slopes.append(fit.slope.value)
        errors.append(fit.slope.se)

    assert np.mean(errors) == pytest.approx(np.std(slopes), rel=0.12)


@pytest.mark.parametrize(
    ("y_true", "y_prob", "reason"),
    [
        ([], [], "empty"),
        ([1, 1], [0.2, 0.4], "one-class-only"),
        ([0, 1], [0.3, 0.3], "constant"),
        ([0, 1, 0, 1], [0.3, 0.3, 0.3 + 1e-12, 0.3 + 1e-12], "constant"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], "separated"),
        ([1, 0, 0], [0.1, 0.1, 0.8], "separated"),
    ],
)
def test_without_a_finite_line_there_is_a_reason(y_true, y_prob, reason):
    fit = recalibrate(y_true, y_prob)

    assert (fit.slope.reason, fit.intercept.reason) == (reason, reason)


@pytest.mark.parametrize("y_prob", [[0.1, 0.2, 0.8, 0.9, 0.05], [0.49, 0.495, 0.505, 0.51, 0.48]])
def test_a_line_that_is_finite_but_for_rounding_is_none(y_prob):
    fit = recalibrate([0, 0, 1, 1, 1], y_prob, sample_weight=[1, 1, 1, 1, 1e-30])

    assert fit.slope.reason == "separated"


def test_a_search_that_does_not_end_gives_no_line(monkeypatch):
    monkeypatch.setattr("jadelite.metrics.recalibration._MAX_STEPS", 1)

    assert recalibrate(*random_cases()[:2]).slope.reason == "separated"


def test_labels_that_lie_on_the_line_leave_nothing_to_be_unsure_of():
    fit = recalibrate([0.1, 0.1], [0.0, 1.0])

    assert fit.slope.value == pytest.approx(0)
    assert (fit.intercept.method, fit.intercept.low) == ("point", None)


@few
@given(cases)
def test_lines_are_never_nan(rows):
    y_true, y_prob, weights = zip(*rows, strict=True) if rows else ([], [], [])

    fit = recalibrate(y_true, y_prob, sample_weight=weights)

    for figure in (fit.slope, fit.intercept):
        if figure.low is not None:
            assert figure.low < figure.value < figure.high


def test_probabilities_of_zero_and_one_have_a_line():
    fit = recalibrate([0, 0, 0, 1, 1, 1], [0.0, 0.0, 1.0, 1.0, 1.0, 0.0])

    # Two thirds of either side are right: logit(2/3) over logit(1 - 1e-6).
    assert fit.slope.value == pytest.approx(np.log(2) / np.log(999_999))


def test_swapping_the_names_of_the_labels_turns_the_intercept_only():
    y_true, y_prob, _ = random_cases()

    fit, turned = recalibrate(y_true, y_prob), recalibrate(1 - y_true, 1 - y_prob)

    assert turned.slope.value == pytest.approx(fit.slope.value)
    assert turned.intercept.value == pytest.approx(-fit.intercept.value)


@few
@given(cases)
def test_the_gap_in_the_large_is_between_its_ends_and_turns_with_the_labels(rows):
    y_true, y_prob, weights = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    gap = mean_gap(y_true, y_prob, sample_weight=weights, n_resamples=50)

    if gap.value is None:
        assert gap.reason == "empty"
    else:
        assert -1 <= gap.value <= 1
        turned = mean_gap(1 - y_true, 1 - y_prob, sample_weight=weights, n_resamples=0)
        assert turned.value == pytest.approx(-gap.value, abs=1e-12)


def test_a_calibrated_model_has_a_gap_about_zero():
    y_true, y_prob, _ = random_cases(slope=1, intercept=0)

    gap = mean_gap(y_true, y_prob)

    assert gap.low < 0 < gap.high


def test_expected_precision_is_met_by_labels_drawn_from_the_probabilities():
    generator = np.random.default_rng(2)
    y_prob, weights = generator.beta(1, 3, 400), generator.uniform(0.5, 3, 400)
    foretold = expected_precision(y_prob, threshold=0.3, sample_weight=weights)
    flagged = y_prob >= 0.3
    labels = generator.random((2000, 400)) < y_prob
    seen = (labels[:, flagged] @ weights[flagged]) / weights[flagged].sum()

    assert foretold.value == pytest.approx(seen.mean(), abs=0.003)
    held = ((foretold.low <= seen) & (seen <= foretold.high)).mean()
    assert held == pytest.approx(0.95, abs=0.015)
    assert foretold.method == "poisson-binomial"


def test_expected_precision_of_certainties_has_no_interval():
    assert expected_precision([1.0, 1.0, 0.2], threshold=0.5).method == "point"


@pytest.mark.parametrize(("y_prob", "weights"), [([], None), ([0.2], None), ([0.9], [0.0])])
def test_nothing_flagged_foretells_nothing(y_prob, weights):
    result = expected_precision(y_prob, threshold=0.5, sample_weight=weights)

    assert (result.value, result.reason) == (None, "no-flagged-cases")


def test_a_threshold_beyond_one_is_refused():
    with pytest.raises(ValueError, match="threshold is 7, expected 0 to 1"):
        expected_precision([0.5], threshold=7)

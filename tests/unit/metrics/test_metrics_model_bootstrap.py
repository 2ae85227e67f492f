"""Bootstrap of areas and rates against a loop over scikit-learn on resampled cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from jadelite.metrics.areas import average_precision, roc_auc
from jadelite.metrics.model_bootstrap import bootstrap_model

few = settings(max_examples=40, deadline=None, database=None)
shares = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
cases = st.lists(st.tuples(shares, shares, st.sampled_from([0.0, 0.5, 3.0])), max_size=25)


def random_cases(n, seed=2):
    generator = np.random.default_rng(seed)
    logit = generator.normal(-2.5, 2, n)
    y_true = generator.random(n) < 1 / (1 + np.exp(-0.8 * logit))
    return y_true, 1 / (1 + np.exp(-logit)), generator.uniform(0.2, 6, n)


def flat(figures):
    return [
        figures.roc_auc,
        figures.average_precision,
        *(rate for at in figures.at for rate in (at.precision, at.recall)),
    ]


def by_a_loop(y_true, y_prob, weights, threshold, n_resamples):
    """The same four figures in each of many resamples of the cases."""
    generator = np.random.default_rng(8)
    found = []
    for _ in range(n_resamples):
        drawn = generator.integers(0, y_true.size, y_true.size)
        y, p, w = y_true[drawn], y_prob[drawn], weights[drawn]
        flagged = p >= threshold
        found.append(
            [
                sklearn_metrics.roc_auc_score(y, p, sample_weight=w),
                sklearn_metrics.average_precision_score(y, p, sample_weight=w),
                w[y & flagged].sum() / w[flagged].sum(),
                w[y & flagged].sum() / w[y].sum(),
            ]
        )
    return np.quantile(found, [0.025, 0.975], axis=0).T


@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_match_a_loop_whether_cases_or_pools_are_drawn(weighted, monkeypatch):
    y_true, y_prob, weights = random_cases(500)
    weights = weights if weighted else np.ones(500)
    expected = by_a_loop(y_true, y_prob, weights, 0.3, 300)

    for max_cases in (500, 499):
        monkeypatch.setattr("jadelite.metrics.model_bootstrap._MAX_CASES", max_cases)
        figures = bootstrap_model(
            y_true, y_prob, thresholds=[0.3], sample_weight=weights, n_resamples=4000
        )
        for figure, (low, high) in zip(flat(figures), expected, strict=True):
            assert [figure.low, figure.high] == pytest.approx([low, high], abs=0.12 * (high - low))


def test_values_come_from_an_exact_sort_also_of_many_cases():
    y_true, y_prob, weights = random_cases(6000)

    figures = bootstrap_model(y_true, y_prob, sample_weight=weights, n_resamples=10)

    expected = sklearn_metrics.roc_auc_score(y_true, y_prob, sample_weight=weights)
    assert figures.roc_auc.value == pytest.approx(expected, abs=1e-12)
    expected = sklearn_metrics.average_precision_score(y_true, y_prob, sample_weight=weights)
    assert figures.average_precision.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n_values", [3, 100])
def test_pools_of_soft_labels_have_the_spread_of_their_cases(n_values, monkeypatch):
    y_true, y_prob, weights = random_cases(4000)
    noise = np.random.default_rng(1).random(4000)
    y_soft = np.round((0.7 * y_true + 0.3 * noise) * n_values) / n_values
    one_by_one = bootstrap_model(y_soft, y_prob, thresholds=[0.3], sample_weight=weights)

    monkeypatch.setattr("jadelite.metrics.model_bootstrap._MAX_CASES", 100)
    pooled = bootstrap_model(y_soft, y_prob, thresholds=[0.3], sample_weight=weights)

    for one, other in zip(flat(one_by_one), flat(pooled), strict=True):
        assert other.value == one.value
        width = one.high - one.low
        assert [other.low, other.high] == pytest.approx([one.low, one.high], abs=0.15 * width)


def test_a_pool_never_lies_across_a_threshold(monkeypatch):
    monkeypatch.setattr("jadelite.metrics.model_bootstrap._MAX_CASES", 10)
    monkeypatch.setattr("jadelite.metrics.model_bootstrap._N_CELLS", 1)
    y_true = np.tile([0, 1, 1, 1], 50)
    y_prob = np.tile([0.2, 0.2, 0.3, 0.9], 50)

    figures = bootstrap_model(y_true, y_prob, thresholds=[0.3])

    # All that is flagged is positive, in every resample.
    assert (figures.at[0].precision.value, figures.at[0].precision.method) == (1.0, "point")
    assert figures.at[0].recall.low < 2 / 3 < figures.at[0].recall.high


@few
@given(cases)
def test_figures_are_never_nan_and_their_intervals_hold_them(rows):
    y_true, y_prob, weights = zip(*rows, strict=True) if rows else ([], [], [])

    figures = bootstrap_model(
        y_true, y_prob, thresholds=[0.0, 0.6], sample_weight=weights, n_resamples=40
    )

    assert [at.threshold for at in figures.at] == [0.0, 0.6]
    for figure in flat(figures):
        if figure.low is not None:
            assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_areas_by_themselves_are_the_same():
    y_true, y_prob, weights = random_cases(800)

    figures = bootstrap_model(y_true, y_prob, sample_weight=weights, seed=3)

    assert figures.roc_auc == roc_auc(y_true, y_prob, sample_weight=weights, seed=3)
    assert figures.average_precision == average_precision(
        y_true, y_prob, sample_weight=weights, seed=3
    )


def test_the_same_seed_gives_the_same_intervals_and_another_one_others():
    y_true, y_prob, _ = random_cases(6000)
    first, again, other = (bootstrap_model(y_true, y_prob, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first.roc_auc.low != other.roc_auc.low


@pytest.mark.parametrize(
    ("y_true", "reason"), [([], "empty"), ([1, 1], "one-class-only"), ([0], "one-class-only")]
)
def test_one_class_or_none_has_reasons(y_true, reason):
    figures = bootstrap_model(y_true, [0.5] * len(y_true), thresholds=[0.9])

    assert figures.roc_auc.reason == figures.average_precision.reason == reason
    assert figures.at[0].precision.reason == "no-flagged-cases"


def test_no_resamples_give_no_interval():
    figures = bootstrap_model([0, 1, 1], [0.1, 0.3, 0.2], n_resamples=0)

    assert (figures.roc_auc.value, figures.roc_auc.method) == (1.0, "point")


def test_a_threshold_beyond_one_is_refused():
    with pytest.raises(ValueError, match="threshold is 2, expected 0 to 1"):
        bootstrap_model([0, 1], [0.1, 0.9], thresholds=[2])

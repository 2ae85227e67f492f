"""Scores of a whole frame from a stratified sample: against plain figures and the whole frame."""

from dataclasses import asdict

import numpy as np
import pytest

from jadelite.metrics import areas, calibration, probability_scores, recalibration
from jadelite.metrics.drawn_scores import score_figures
from jadelite.metrics.survey import Sample

EDGES = (0.2, 0.5, 0.8)


def frame(n, *, seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.5, 2, n)
    y = (rng.random(n) < p**1.3).astype(float)
    return y, p, np.searchsorted(EDGES, p)


def drawn(y, p, stratum, *, m, seed):
    rng = np.random.default_rng(seed)
    kept = np.concatenate(
        [
            rng.choice(np.flatnonzero(stratum == h), min(m, int((stratum == h).sum())), False)
            for h in range(4)
        ]
    )
    sizes = np.bincount(stratum, minlength=4)
    return Sample.of(y[kept], stratum[kept], sizes), p[kept]


def test_without_a_known_draw_they_are_the_plain_figures():
    y, p, _ = frame(300, seed=1)

    found = score_figures(Sample.of(y, np.zeros(300, int), [np.inf]), p, seed=3)

    assert found.roc_auc == areas.roc_auc(y, p)
    assert found.brier == probability_scores.brier(y, p, seed=3)
    assert found.ece == calibration.ece(y, p, seed=3)
    assert found.mean_gap == recalibration.mean_gap(y, p, seed=3)
    assert found.reliability == probability_scores.brier_parts(y, p, seed=3).reliability


def test_of_a_census_they_are_values_alone():
    y, p, stratum = frame(300, seed=1)
    sample = Sample.of(y, stratum, np.bincount(stratum))

    for name, found in asdict(score_figures(sample, p)).items():
        assert (found["method"], found["low"], found["n"]) == ("census", None, 300), name
    assert score_figures(sample, p).roc_auc.value == pytest.approx(areas.roc_auc(y, p).value)


def test_values_are_those_of_the_weighted_cases_and_lie_in_their_intervals():
    sample, p = drawn(*frame(20_000, seed=2), m=60, seed=3)
    y, w = sample.y, sample.weight

    found = score_figures(sample, p, seed=3)

    plain = {
        "roc_auc": areas.roc_auc,
        "average_precision": areas.average_precision,
        "brier": probability_scores.brier,
        "log_loss": probability_scores.log_loss,
        "ece": calibration.ece,
        "ece_debiased": calibration.ece_debiased,
        "mean_gap": recalibration.mean_gap,
    }
    for name, function in plain.items():
        one = getattr(found, name)
        value = function(y, p, sample_weight=w, n_resamples=0).value
        assert one.value == pytest.approx(value, abs=1e-9), name
        assert one.low <= one.value <= one.high, name
    assert found.brier.value == pytest.approx(
        found.reliability.value
        - found.resolution.value
        + found.uncertainty.value
        + probability_scores.brier_parts(y, p, sample_weight=w, n_resamples=0).within
    )


def test_they_speak_for_the_frame_and_not_for_the_sample():
    y, p, stratum = frame(20_000, seed=5)
    means = {"brier": [], "mean_gap": [], "roc_auc": []}
    for seed in range(60):
        sample, scores = drawn(y, p, stratum, m=50, seed=seed)
        found = score_figures(sample, scores, n_resamples=1)
        for name, values in means.items():
            values.append(getattr(found, name).value)

    real = {
        "brier": probability_scores.brier(y, p, n_resamples=0).value,
        "mean_gap": float(np.mean(y - p)),
        "roc_auc": areas.roc_auc(y, p).value,
    }
    for name, values in means.items():
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - real[name]) < 4 * error + 0.002, name


def test_many_cases_taken_together_give_the_intervals_of_each_by_itself():
    sample, p = drawn(*frame(60_000, seed=2), m=2000, seed=3)
    whole = score_figures(sample, p, seed=1)
    part = np.arange(p.size) % 2 == 0
    half = Sample.of(sample.y[part], sample.stratum[part], sample.sizes)

    few = score_figures(half, p[part], seed=1)

    assert p.size > 4096 > part.sum()
    for name in ("reliability", "resolution", "uncertainty"):
        wide, narrow = getattr(few, name), getattr(whole, name)
        width = (wide.high - wide.low) / (narrow.high - narrow.low)
        assert 1.1 < width < 1.9, name  # the root of two, and less of the frame was judged


@pytest.mark.parametrize(
    ("y", "reason"), [([], "empty"), ([0, 0, 0], "one-class-only"), ([1, 1, 1], "one-class-only")]
)
def test_reasons(y, reason):
    sample = Sample.of(y, [0] * len(y), [10])

    found = score_figures(sample, [0.1, 0.5, 0.9][: len(y)])

    assert (found.roc_auc.value, found.roc_auc.reason) == (None, reason)

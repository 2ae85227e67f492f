"""Rates along thresholds are those of one threshold at a time."""

import numpy as np
import pytest

from jadelite.metrics import rates
from jadelite.metrics.paths import RATES, rates_along
from jadelite.metrics.ratios import ratio
from jadelite.metrics.survey import Sample


def not_f1(flagged):
    """F1 of the label that is not predicted."""
    found = rates.f1(~flagged)
    return rates.Rate(
        found.above_yes, found.above_no, found.below_yes, found.below_no, "empty", is_share=False
    )


def turned(rate):
    """The same with yes and no exchanged."""
    return rates.Rate(
        rate.above_yes, rate.above_no, rate.below_yes, rate.below_no, "empty", rate.is_share
    )


ONE_BY_ONE = {
    "match_rate": rates.match_rate,
    "filter_rate": lambda flagged: rates.match_rate(~flagged),
    "precision": rates.precision,
    "!precision": lambda flagged: turned(rates.precision(~flagged)),
    "recall": rates.recall,
    "!recall": rates.specificity,
    "accuracy": rates.accuracy,
    "fpr": rates.false_positive_rate,
    "f1": rates.f1,
    "!f1": not_f1,
}


def panel(n, n_strata, *, sizes=None, seed=0, soft=True):
    chance = np.random.default_rng(seed)
    score = chance.random(n) ** 2
    stratum = np.minimum((score * n_strata).astype(int), n_strata - 1)
    y = chance.binomial(3, score) / 3 if soft else (chance.random(n) < score).astype(float)
    if sizes is None:
        sizes = [np.inf]
        stratum = stratum * 0
    return Sample.of(y, stratum, sizes), score


SAMPLES = {
    "drawn": panel(300, 5, sizes=[4000, 800, 300, 200, 150]),
    "many strata": panel(200, 25, sizes=[900 - 30 * h for h in range(25)], seed=3),
    "small": panel(7, 2, sizes=[50, 20], seed=1),
    "hard labels": panel(150, 3, sizes=[4000, 800, 300], seed=2, soft=False),
    "not drawn": panel(80, 1),
    "census": panel(60, 1, sizes=[60], seed=4),
    "one stratum judged in full": panel(60, 2, sizes=[700, 20], seed=4),
}


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("kind", SAMPLES)
def test_each_threshold_is_as_if_it_were_the_only_one(kind, name):
    sample, score = SAMPLES[kind]
    cuts = np.array([0.0, 0.001, 0.1, 0.25, 0.5, 0.77, 0.95, 1.0])

    along = rates_along(sample, score, cuts)[name]

    for place, cut in enumerate(cuts):
        wanted = ratio(sample, ONE_BY_ONE[name](score >= cut))
        found = [along.value[place], along.low[place], along.high[place]]
        expected = [np.nan if e is None else e for e in (wanted.value, wanted.low, wanted.high)]
        assert found == pytest.approx(expected, abs=1e-9, nan_ok=True), cut
        assert wanted.value is None or along.n[place] == wanted.n


def test_names_are_those_of_ores():
    assert list(RATES) == list(ONE_BY_ONE)


def test_nothing_judged_gives_nothing():
    found = rates_along(Sample.of([], [], [np.inf]), [], [0.5])

    assert np.isnan(found["recall"].value).all()
    assert rates_along(*SAMPLES["small"], [])["recall"].value.size == 0


@pytest.mark.parametrize(
    ("scores", "cuts", "message"),
    [([0.5], [0.5], "lengths differ"), ([0.5] * 7, [0.5, 0.5], "expected rising numbers")],
)
def test_what_does_not_fit_is_refused(scores, cuts, message):
    with pytest.raises(ValueError, match=message):
        rates_along(SAMPLES["small"][0], scores, cuts)

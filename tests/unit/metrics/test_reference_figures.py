"""Figures on real data against those that independent packages gave (shared/data/expected.json).

The data is not part of the repository; without the sibling folder these tests are skipped.
"""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from jadelite.metrics.agreement import (
    count_table,
    krippendorff_alpha_nominal,
    percent_agreement,
)
from jadelite.metrics.calibration import brier, reliability
from jadelite.metrics.classification import Confusion, confusion, roc_auc

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def expected():
    path = DATA / "expected.json"
    if not path.is_file():
        pytest.skip(
            "reference figures not found: no shared/data/expected.json beside the repository"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def rows_of(*parts):
    path = DATA.joinpath(*parts)
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return list(csv.DictReader(text.splitlines()))


def scores_of(question):
    rows = rows_of("enwiki-wikilabels-ores", "labels_scores.csv.gz")
    y_true = np.array([row[question] == "True" for row in rows])
    y_prob = np.array([float(row[f"ores_{question}_prob"]) for row in rows])
    return y_true, y_prob


def counts_from(*parts):
    rows = rows_of(*parts)
    items, item_codes = np.unique([row["item"] for row in rows], return_inverse=True)
    labels, label_codes = np.unique([row["label"] for row in rows], return_inverse=True)
    return count_table(item_codes, label_codes, n_items=items.size, n_labels=labels.size)


def close(value):
    return pytest.approx(value, abs=TOLERANCE)


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_area_and_delong_interval_of_ores_scores(expected, question):
    figures = expected["enwiki-wikilabels-ores"][question]

    result = roc_auc(*scores_of(question))

    assert (result.n, result.method) == (figures["n"], "delong")
    assert result.value == close(figures["roc_auc"])
    assert [result.low, result.high] == close(figures["roc_auc_ci95_delong"])


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_brier_score_of_ores_scores(expected, question):
    figures = expected["enwiki-wikilabels-ores"][question]

    result = brier(*scores_of(question), n_resamples=2000)

    assert result.value == close(figures["brier"])
    # The reference draws other resamples: its ends move by a few percent of the width with a seed.
    low, high = figures["brier_ci95_bootstrap_percentile"]
    assert [result.low, result.high] == pytest.approx([low, high], abs=0.1 * (high - low))


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_confusion_of_ores_scores_at_every_threshold(expected, question):
    y_true, y_prob = scores_of(question)
    thresholds = expected["enwiki-wikilabels-ores"][question]["thresholds"]

    assert 0.5 in [figures["threshold"] for figures in thresholds]
    for figures in thresholds:
        cells = confusion(y_true, y_prob, threshold=figures["threshold"])
        assert [cells.tn, cells.fp, cells.fn, cells.tp] == [
            figures[cell] for cell in ("tn", "fp", "fn", "tp")
        ]
        assert cells.accuracy().value == close(figures["accuracy"])
        assert cells.match_rate().value == close(figures["flagged_share"])
        assert cells.f1().value == close(figures["f1"])
        for name in ("precision", "recall", "false_positive_rate"):
            rate = getattr(cells, name)()
            assert rate.value == close(figures[name])
            assert [rate.low, rate.high] == close(figures[f"{name}_ci95_wilson"])


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_prevalence_of_human_labels(expected, question):
    figures = expected["enwiki-wikilabels-ores"][question]

    cells = confusion(*scores_of(question))

    assert cells.prevalence().value == close(figures["prevalence"])
    assert (cells.tp + cells.fn, cells.n) == (figures["positives"], figures["n"])


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_reliability_bins_of_ores_scores(expected, question):
    figures = expected["enwiki-wikilabels-ores"][question]["reliability_10_bins"]

    bins = [one for one in reliability(*scores_of(question)) if one.n]

    assert [one.n for one in bins] == [figure["n"] for figure in figures]
    for one, figure in zip(bins, figures, strict=True):
        assert [one.low, one.high] == close(figure["bin"])
        assert one.mean_probability == close(figure["mean_score"])
        assert one.observed.value == close(figure["observed_rate"])
        assert [one.observed.low, one.observed.high] == close(figure["observed_rate_ci95_wilson"])


def test_published_counts_of_ores_models(expected):
    models = expected["editquality-model-info"]["models"]

    assert models
    for figures in models.values():
        counts = {cell: figures[cell] for cell in ("tn", "fp", "fn", "tp")}
        cells = Confusion(**counts, threshold=0.5, n=sum(counts.values()))
        recall, precision = cells.recall(), cells.precision()
        assert [recall.low, recall.high] == close(figures["recall_ci95_wilson"])
        assert precision.value == close(figures["unweighted_precision"])
        assert [precision.low, precision.high] == close(figures["unweighted_precision_ci95_wilson"])


def test_weights_to_the_population_rate_give_the_rates_of_the_ores_models(expected):
    for figures in expected["editquality-model-info"]["models"].values():
        tn, fp, fn, tp = (figures[cell] for cell in ("tn", "fp", "fn", "tp"))
        rate = figures["population_rate_true"]
        repeats = [tn, fp, fn, tp]
        y_true = np.repeat([0, 0, 1, 1], repeats)
        y_prob = np.repeat([0.0, 1.0, 0.0, 1.0], repeats)
        weights = np.where(y_true == 1, rate / (tp + fn), (1 - rate) / (tn + fp))

        cells = confusion(y_true, y_prob, sample_weight=weights)

        computed = figures["computed_true_label"]
        assert cells.recall().value == close(computed["recall"])
        assert cells.false_positive_rate().value == close(computed["fpr"])
        assert cells.precision().value == close(computed["precision"])
        assert cells.accuracy().value == close(computed["accuracy"])
        assert cells.match_rate().value == close(computed["match_rate"])
        assert cells.f1().value == close(computed["f1"])


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("snow2008-rte", ("snow2008-rte", "labels.csv.gz")),
        ("bluebirds", ("bluebirds", "labels.csv.gz")),
        *(
            (name, ("literature-tables", f"{name}.csv"))
            for name in (
                "krippendorff2011_4x12",
                "krippendorff_wikipedia_3x15",
                "fleiss1971_diagnoses_30x6",
            )
        ),
    ],
)
def test_agreement_among_raters(expected, key, parts):
    counts_expected = {**expected, **expected["literature-tables"]}[key]
    figures = counts_expected.get("agreement", counts_expected)

    counts = counts_from(*parts)
    alpha, share = krippendorff_alpha_nominal(counts), percent_agreement(counts)

    assert alpha.value == close(figures["krippendorff_alpha"]["nominal"])
    assert share.value == close(figures["percent_agreement"])
    assert alpha.n == share.n == figures["items_with_2_or_more"]
    assert alpha.low < alpha.value < alpha.high


def test_agreement_of_fleiss_subjects_on_wikipedia(expected):
    figures = expected["literature-tables"]["fleiss_wikipedia_counts_10x5"]
    rows = rows_of("literature-tables", "fleiss_wikipedia_counts_10x5.csv")
    counts = np.array([[int(row[f"category_{i}"]) for i in range(1, 6)] for row in rows])

    result = krippendorff_alpha_nominal(counts)

    assert result.value == close(figures["krippendorff_alpha_nominal"])


def test_agreement_of_two_raters_in_two_by_two_tables(expected):
    figures = expected["literature-tables"]["two_by_two"]

    for row in rows_of("literature-tables", "two_by_two.csv"):
        yes, mixed, no = (
            int(row["both_yes"]),
            int(row["a_yes_b_no"]) + int(row["a_no_b_yes"]),
            int(row["both_no"]),
        )
        counts = np.repeat([[2, 0], [1, 1], [0, 2]], [yes, mixed, no], axis=0)
        figure = figures[row["table"]]
        alpha, share = krippendorff_alpha_nominal(counts), percent_agreement(counts)
        assert alpha.value == close(figure["krippendorff"]["value"])
        assert share.value == close(figure["pa2"]["value"])

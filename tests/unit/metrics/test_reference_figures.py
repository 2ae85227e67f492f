"""Models on real data against the figures that independent packages gave (shared/data).

The data is not part of the repository; without the sibling folder these tests are skipped. What
made each figure stands in `expected.json` under `_meta`.
"""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from jadelite.metrics.areas import average_precision, roc_auc
from jadelite.metrics.calibration import ece, mce, reliability
from jadelite.metrics.classification import Confusion, confusion
from jadelite.metrics.curves import confusions
from jadelite.metrics.model_bootstrap import bootstrap_model
from jadelite.metrics.probability_scores import brier, log_loss

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
TOLERANCE = 1e-6
SETS = ("damaging", "goodfaith", "multilingual")
GROUPS = ("False", "True", "enwiki")
RATES = ("precision", "recall", "false_positive_rate")
POINTS = {
    "accuracy": Confusion.accuracy,
    "balanced_accuracy": Confusion.balanced_accuracy,
    "f1": Confusion.f1,
    "mcc": Confusion.mcc,
    "cohen_kappa_model_vs_label": Confusion.kappa,
    "flagged_share": Confusion.match_rate,
}


@pytest.fixture(scope="module")
def expected():
    path = DATA / "expected.json"
    if not path.is_file():
        pytest.skip(
            "reference figures not found: no shared/data/expected.json beside the repository"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def lines_of(*parts):
    return gzip.decompress(DATA.joinpath(*parts).read_bytes()).decode("utf-8").splitlines()


def wikilabels(question, anonymous=None):
    rows = list(csv.DictReader(lines_of("enwiki-wikilabels-ores", "labels_scores.csv.gz")))
    kept = [row for row in rows if anonymous in (None, row["editor_is_anonymous"])]
    y_true = np.array([row[question] == "True" for row in kept])
    return y_true, np.array([float(row[f"ores_{question}_prob"]) for row in kept])


def multilingual(column="mlm_p_max", wiki=None):
    rows = [json.loads(line) for line in lines_of("multilingual-edits-pilot", "edits.jsonl.gz")]
    kept = [r for r in rows if r[column] is not None and wiki in (None, r["wiki_db"])]
    y_true = np.array([row["revision_is_identity_reverted"] for row in kept])
    return y_true, np.array([float(row[column]) for row in kept])


def cases_of(name):
    if name == "multilingual":
        return multilingual()
    if name == "enwiki":
        return multilingual(wiki="enwiki")
    return wikilabels("damaging", name) if name in GROUPS else wikilabels(name)


def figures_of(expected, name):
    if name == "multilingual":
        return expected["multilingual-edits-pilot"]["mlm_p_max_vs_reverted"]
    if name == "enwiki":
        return expected["multilingual-edits-pilot"]["by_wiki"]["enwiki"]
    wikilabels_figures = expected["enwiki-wikilabels-ores"]
    by_anonymous = wikilabels_figures["damaging_by_anonymous"]
    return by_anonymous[name] if name in GROUPS else wikilabels_figures[name]


def close(value):
    return pytest.approx(value, abs=TOLERANCE)


def near(interval):
    """The reference draws other resamples: its ends move by some of the width with a seed."""
    low, high = interval
    return pytest.approx([low, high], abs=0.1 * (high - low))


@pytest.mark.parametrize("name", SETS)
def test_areas_with_their_intervals(expected, name):
    figures = figures_of(expected, name)
    cases = cases_of(name)

    area, average = roc_auc(*cases), average_precision(*cases, n_resamples=2000)

    assert (area.n, area.method) == (figures["n"], "delong")
    assert area.value == close(figures["roc_auc"])
    assert [area.low, area.high] == close(figures["roc_auc_ci95_delong"])
    assert average.value == close(figures["average_precision"])
    assert [average.low, average.high] == near(
        figures["average_precision_ci95_bootstrap_percentile"]
    )


@pytest.mark.parametrize("name", SETS)
def test_bootstrap_of_areas_and_rates(expected, name):
    figures = figures_of(expected, name)
    drawn = [one for one in figures["thresholds"] if "recall_ci95_bootstrap_percentile" in one]

    result = bootstrap_model(
        *cases_of(name), thresholds=[one["threshold"] for one in drawn], n_resamples=2000, seed=5
    )

    assert result.roc_auc.value == close(figures["roc_auc"])
    assert [result.roc_auc.low, result.roc_auc.high] == near(
        figures["roc_auc_ci95_bootstrap_percentile"]
    )
    assert drawn
    for found, one in zip(result.at, drawn, strict=True):
        for rate in ("precision", "recall"):
            estimate, ends = getattr(found, rate), one[f"{rate}_ci95_bootstrap_percentile"]
            assert estimate.value == close(one[rate])
            if ends[0] == ends[1]:
                assert (estimate.low, estimate.method) == (None, "point")
            else:
                assert [estimate.low, estimate.high] == near(ends)


@pytest.mark.parametrize("name", GROUPS)
def test_groups(expected, name):
    figures = figures_of(expected, name)
    cases = cases_of(name)

    assert (cases[0].size, int(cases[0].sum())) == (figures["n"], figures["positives"])
    assert roc_auc(*cases).value == close(figures["roc_auc"])
    assert brier(*cases, n_resamples=0).value == close(figures["brier"])
    if "average_precision" in figures:
        value = average_precision(*cases, n_resamples=0).value
        assert value == close(figures["average_precision"])
    for one in figures.get("thresholds", []):
        check_threshold(confusion(*cases, threshold=one["threshold"]), one)


def test_an_output_that_is_no_probability_has_an_area_too(expected):
    y_true, output = multilingual("mlm_title_s_0")

    area = roc_auc(y_true, (output - output.min()) / np.ptp(output))

    assert area.value == close(
        expected["multilingual-edits-pilot"]["title_s_0_vs_reverted_roc_auc"]
    )


@pytest.mark.parametrize("name", SETS)
def test_scores_of_the_probabilities(expected, name):
    figures = figures_of(expected, name)
    cases = cases_of(name)

    result = brier(*cases, n_resamples=2000)

    assert result.value == close(figures["brier"])
    assert [result.low, result.high] == near(figures["brier_ci95_bootstrap_percentile"])
    assert log_loss(*cases, n_resamples=0).value == close(figures["log_loss"])


@pytest.mark.parametrize("n_bins", [10, 15])
@pytest.mark.parametrize("name", SETS)
def test_calibration_errors(expected, name, n_bins):
    figures = figures_of(expected, name)
    cases = cases_of(name)

    mean, widest = (figure(*cases, n_bins=n_bins, n_resamples=0) for figure in (ece, mce))

    assert mean.value == close(figures[f"ece_{n_bins}_bins_sklearn_right_closed"])
    assert widest.value == close(figures[f"mce_{n_bins}_bins"])


@pytest.mark.parametrize("name", SETS)
def test_rates_at_every_threshold(expected, name):
    thresholds = figures_of(expected, name)["thresholds"]
    cases = cases_of(name)

    assert 0.5 in [one["threshold"] for one in thresholds]
    at_once = confusions(*cases, thresholds=[one["threshold"] for one in thresholds])
    for one, cells in zip(thresholds, at_once, strict=True):
        assert cells == confusion(*cases, threshold=one["threshold"])
        check_threshold(cells, one)


def check_threshold(cells, figures):
    assert [cells.tn, cells.fp, cells.fn, cells.tp] == [
        figures[c] for c in ("tn", "fp", "fn", "tp")
    ]
    for name, rate in POINTS.items():
        assert rate(cells).value == close(figures[name]), name
    for name in RATES:
        rate = getattr(cells, name)()
        assert rate.value == close(figures[name])
        assert [rate.low, rate.high] == close(figures[f"{name}_ci95_wilson"])


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_prevalence_of_human_labels(expected, question):
    figures = expected["enwiki-wikilabels-ores"][question]

    cells = confusion(*wikilabels(question))

    assert cells.prevalence().value == close(figures["prevalence"])
    assert (cells.tp + cells.fn, cells.n) == (figures["positives"], figures["n"])


@pytest.mark.parametrize("name", SETS)
def test_reliability_bins(expected, name):
    figures = figures_of(expected, name)["reliability_10_bins"]

    bins = [one for one in reliability(*cases_of(name)) if one.n]

    assert [one.n for one in bins] == [figure["n"] for figure in figures]
    for one, figure in zip(bins, figures, strict=True):
        assert [one.low, one.high] == close(figure["bin"])
        assert one.mean_probability == close(figure["mean_score"])
        assert one.observed.value == close(figure["observed_rate"])
        assert [one.observed.low, one.observed.high] == close(figure["observed_rate_ci95_wilson"])


def test_published_counts_of_ores_models(expected):
    models = expected["editquality-model-info"]["models"]

    assert len(models) == 10
    for figures in models.values():
        counts = {cell: figures[cell] for cell in ("tn", "fp", "fn", "tp")}
        cells = Confusion(**counts, threshold=0.5, n=sum(counts.values()))
        recall, precision = cells.recall(), cells.precision()
        assert [recall.low, recall.high] == close(figures["recall_ci95_wilson"])
        assert precision.value == close(figures["unweighted_precision"])
        assert [precision.low, precision.high] == close(figures["unweighted_precision_ci95_wilson"])


def test_the_arabic_model_finds_one_of_339_damaging_edits(expected):
    figures = expected["editquality-model-info"]["models"]["arwiki.damaging"]
    counts = {cell: figures[cell] for cell in ("tn", "fp", "fn", "tp")}

    cells = Confusion(**counts, threshold=0.5, n=sum(counts.values()))

    recall = cells.recall()
    in_percent = [f"{100 * end:.{digits}f}" for end, digits in ((recall.low, 2), (recall.high, 1))]
    assert (f"{100 * recall.value:.1f}", in_percent, recall.n) == ("0.3", ["0.05", "1.7"], 339)
    assert cells.accuracy().value > 0.978  # the figure that hides it
    assert cells.mcc().value < 0.04


PUBLISHED = {
    "recall": lambda cells: cells.recall(),
    "precision": lambda cells: cells.precision(),
    "fpr": lambda cells: cells.false_positive_rate(),
    "f1": lambda cells: cells.f1(),
    "accuracy": lambda cells: cells.accuracy(),
    "match_rate": lambda cells: cells.match_rate(),
    "filter_rate": lambda cells: cells.turned().match_rate(),
    "!precision": lambda cells: cells.turned().precision(),
    "!recall": lambda cells: cells.turned().recall(),
    "!f1": lambda cells: cells.turned().f1(),
}


def population_cells(figures, rate):
    """The published counts, each class weighted to its share of the population."""
    tn, fp, fn, tp = (figures[cell] for cell in ("tn", "fp", "fn", "tp"))
    y_true = np.repeat([0, 0, 1, 1], [tn, fp, fn, tp])
    y_prob = np.repeat([0.0, 1.0, 0.0, 1.0], [tn, fp, fn, tp])
    weights = np.where(y_true == 1, rate / (tp + fn), (1 - rate) / (tn + fp))
    return confusion(y_true, y_prob, sample_weight=weights)


def test_weights_to_the_population_rate_give_the_rates_of_the_ores_models(expected):
    for figures in expected["editquality-model-info"]["models"].values():
        cells = population_cells(figures, figures["population_rate_true"])

        for name, value in figures["computed_true_label"].items():
            assert PUBLISHED[name](cells).value == close(value)


def test_all_rates_that_ores_published_come_out_to_three_decimals(expected):
    """For both labels, with a population rate that is the published one to its three decimals."""
    path = DATA / "editquality-model-info" / "model_info.json"
    published = json.loads(path.read_text(encoding="utf-8"))
    for model, figures in expected["editquality-model-info"]["models"].items():
        statistics = published[model]["statistics"]
        worst = []
        for unseen in np.linspace(-0.0005, 0.0005, 101):
            cells = population_cells(figures, figures["population_rate_true"] + unseen)
            worst.append(
                max(
                    abs(rate(one).value - statistics[name]["labels"][label])
                    for label, one in (("True", cells), ("False", cells.turned()))
                    for name, rate in PUBLISHED.items()
                )
            )
        assert min(worst) <= 0.0005, model

"""Agreement on real data against what irrCAC, krippendorff, scikit-learn and statsmodels gave.

The data and the figures (`expected.json`) stand beside the repository; without them the tests are
skipped. What is compared is in each figure's own words there.
"""

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from jadelite.metrics.agreement import krippendorff_alpha, percent_agreement
from jadelite.metrics.counts import count_table, first_of_repeated
from jadelite.metrics.kappa import fleiss_kappa, gwet_ac1, gwet_ac2
from jadelite.metrics.pairwise import cohen_kappa, conger_kappa

TOLERANCE = 1e-6
LITERATURE = (
    "krippendorff2011_4x12",
    "krippendorff_wikipedia_3x15",
    "fleiss1971_diagnoses_30x6",
)
WORD_SENSES = "amt-word-sense/"
SETS = ("snow2008-rte", "bluebirds", "adultcontent2", "politeness-wikipedia", *LITERATURE)


@dataclass(frozen=True)
class Ratings:
    """Codes by judgment, and the codes' names; labels ascend, by number where they are numbers."""

    items: np.ndarray
    raters: np.ndarray
    labels: np.ndarray
    rater_names: list[str]
    label_names: list[str]

    @property
    def counts(self):
        return count_table(
            self.items,
            self.labels,
            n_items=int(self.items.max()) + 1,
            n_labels=len(self.label_names),
        )

    @property
    def values(self):
        return [float(name) for name in self.label_names]

    def both(self, first: str, second: str):
        """Labels of two raters on the items that both judged."""
        sides = []
        for name in (first, second):
            rows = np.flatnonzero(self.raters == self.rater_names.index(name))
            sides.append(
                dict(zip(self.items[rows].tolist(), self.labels[rows].tolist(), strict=True))
            )
        shared = sorted(sides[0].keys() & sides[1].keys())
        return [[side[item] for item in shared] for side in sides]


@pytest.fixture(scope="module")
def figures_of(shared):
    expected = json.loads((shared / "expected.json").read_text(encoding="utf-8"))

    def find(name):
        if name in LITERATURE:
            return expected["literature-tables"][name]
        if name.startswith(WORD_SENSES):
            folder, word = name.split("/")
            return expected[folder][word]["agreement"]
        return expected[name]["agreement"]

    return find


@pytest.fixture(scope="module")
def ratings_of(shared):
    return lambda name: read(place(shared, name))


def place(shared: Path, name: str) -> Path:
    if name in LITERATURE:
        return shared / "literature-tables" / f"{name}.csv"
    if name.startswith(WORD_SENSES):
        return shared / f"{name}.csv.gz"
    return shared / name / "labels.csv.gz"


def rows_of(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return list(csv.DictReader(text.splitlines()))


def read(path: Path) -> Ratings:
    rows = rows_of(path)
    rater = "annotator" if "annotator" in rows[0] else "rating_no"
    names = sorted({row["label"] for row in rows})
    if all(name.isdigit() for name in names):
        names.sort(key=int)
    column = {name: code for code, name in enumerate(names)}
    _, items = np.unique([row["item"] for row in rows], return_inverse=True)
    rater_names, raters = np.unique([row[rater] for row in rows], return_inverse=True)
    labels = np.array([column[row["label"]] for row in rows])
    is_first, _ = first_of_repeated(items, raters)
    return Ratings(items[is_first], raters[is_first], labels[is_first], rater_names.tolist(), names)


def close(value):
    return pytest.approx(value, abs=TOLERANCE)


def check_analytic(result, figure):
    assert result.value == close(figure["value"])
    assert result.se == close(figure["se"])
    assert [result.low, result.high] == close(figure["ci95"])
    assert result.method == "analytic"


def check_nominal(counts, figures):
    """Every coefficient from counts that takes labels without order."""
    share = percent_agreement(counts)
    assert share.value == close(figures["percent_agreement"])
    assert share.n == figures["items_with_2_or_more"]
    check_analytic(gwet_ac1(counts, interval="analytic"), figures["gwet_ac1"])
    check_analytic(fleiss_kappa(counts, interval="analytic"), figures["fleiss_kappa"])
    alpha = krippendorff_alpha(counts, interval="analytic")
    check_analytic(alpha, figures["krippendorff_alpha_irrcac_nominal"])
    assert alpha.value == close(figures["krippendorff_alpha"]["nominal"])
    for figure in (percent_agreement, krippendorff_alpha, fleiss_kappa, gwet_ac1):
        result = figure(counts, n_resamples=200)
        assert result.low < result.value < result.high
        assert result.n == figures["items_with_2_or_more"]


def check_pairs(ratings, pairs):
    """Cohen's kappa of pairs of raters, weighted too where labels have an order."""
    assert pairs
    for pair in pairs:
        a, b = ratings.both(pair["a"], pair["b"])
        result = cohen_kappa(a, b)
        assert result.n == pair["n"]
        assert result.value == close(pair["kappa"])
        assert [result.low, result.high] == close(pair["ci95_statsmodels"])
        for weights in ("linear", "quadratic"):
            if f"kappa_{weights}" in pair:
                weighted = cohen_kappa(a, b, weights=weights)
                assert weighted.value == close(pair[f"kappa_{weights}"])


@pytest.mark.parametrize("name", SETS)
def test_nominal_agreement_on_real_labels(figures_of, ratings_of, name):
    figures, ratings = figures_of(name), ratings_of(name)

    assert len(ratings.items) == figures["n_labels_used"]
    check_nominal(ratings.counts, figures)
    if "fleiss_kappa_statsmodels" in figures:
        kappa = fleiss_kappa(ratings.counts, n_resamples=0)
        assert kappa.value == close(figures["fleiss_kappa_statsmodels"])


def test_nominal_agreement_on_senses_of_twenty_words(figures_of, ratings_of, shared):
    paths = sorted((shared / WORD_SENSES).glob("*.csv.gz"))

    assert len(paths) == 20
    for path in paths:
        name = WORD_SENSES + path.name.removesuffix(".csv.gz")
        figures, ratings = figures_of(name), ratings_of(name)
        check_nominal(ratings.counts, figures)
        check_pairs(ratings, figures["cohen_pairs"])


def test_agreement_on_votes_about_real_edits(figures_of, shared):
    rows = [
        row
        for row in rows_of(shared / "enwiki-pan-wvc-11" / "votes.csv.gz")
        if row["majority_class"] != "dunno"
    ]
    total = np.array([int(row["votes_total"]) for row in rows])
    majority = np.array([int(row["votes_for_majority"]) for row in rows])
    is_vandalism = np.array([row["majority_class"] == "vandalism" for row in rows])
    against = np.where(is_vandalism, majority, total - majority)

    check_nominal(np.column_stack([total - against, against]), figures_of("enwiki-pan-wvc-11"))


@pytest.mark.parametrize("name", SETS)
def test_alpha_at_every_level_that_the_labels_have(figures_of, ratings_of, name):
    figures, ratings = figures_of(name)["krippendorff_alpha"], ratings_of(name)
    is_numeric = all(label.isdigit() for label in ratings.label_names)

    for level, expected in figures.items():
        values = ratings.values if is_numeric else None
        result = krippendorff_alpha(ratings.counts, level=level, values=values, n_resamples=0)
        assert result.value == close(expected)


@pytest.mark.parametrize("weights", ["linear", "quadratic", "ordinal"])
@pytest.mark.parametrize("name", ["adultcontent2", "politeness-wikipedia", *LITERATURE[:2]])
def test_weighted_agreement_on_real_labels(figures_of, ratings_of, name, weights):
    figures, counts = figures_of(name), ratings_of(name).counts

    check_analytic(
        gwet_ac2(counts, weights=weights, interval="analytic"), figures[f"gwet_ac2_{weights}"]
    )
    check_analytic(
        fleiss_kappa(counts, weights=weights, interval="analytic"),
        figures[f"fleiss_kappa_{weights}"],
    )


@pytest.mark.parametrize("name", ["snow2008-rte", "bluebirds", *LITERATURE[:2]])
def test_conger_on_real_labels(figures_of, ratings_of, name):
    ratings = ratings_of(name)

    result = conger_kappa(ratings.items, ratings.raters, ratings.labels)

    check_analytic(result, figures_of(name)["conger_kappa"])


@pytest.mark.parametrize("name", [*SETS[:4], *LITERATURE[:2]])
def test_cohen_on_pairs_of_real_raters(figures_of, ratings_of, name):
    check_pairs(ratings_of(name), figures_of(name)["cohen_pairs"])


def test_repeated_pairs_of_real_labels_are_counted(figures_of, shared):
    rows = rows_of(place(shared, "adultcontent2"))
    _, items = np.unique([row["item"] for row in rows], return_inverse=True)
    _, raters = np.unique([row["annotator"] for row in rows], return_inverse=True)

    is_first, n_repeated = first_of_repeated(items, raters)

    figures = figures_of("adultcontent2")
    assert n_repeated == figures["repeated_pairs_dropped"] > 0
    assert is_first.sum() == figures["n_labels_used"]


def test_agreement_of_fleiss_subjects_on_wikipedia(shared):
    expected = json.loads((shared / "expected.json").read_text(encoding="utf-8"))
    figures = expected["literature-tables"]["fleiss_wikipedia_counts_10x5"]
    rows = rows_of(shared / "literature-tables" / "fleiss_wikipedia_counts_10x5.csv")
    counts = np.array([[int(row[f"category_{i}"]) for i in range(1, 6)] for row in rows])

    assert krippendorff_alpha(counts).value == close(figures["krippendorff_alpha_nominal"])
    assert fleiss_kappa(counts).value == close(figures["fleiss_kappa_statsmodels"])


def test_agreement_of_two_raters_in_two_by_two_tables(shared):
    expected = json.loads((shared / "expected.json").read_text(encoding="utf-8"))
    tables = expected["literature-tables"]["two_by_two"]
    rows = rows_of(shared / "literature-tables" / "two_by_two.csv")

    assert len(rows) == len(tables)
    for row in rows:
        figures, n = tables[row["table"]], tables[row["table"]]["n"]
        cells = [int(row[name]) for name in ("both_yes", "a_yes_b_no", "a_no_b_yes", "both_no")]
        a, b = np.repeat([1, 1, 0, 0], cells), np.repeat([1, 0, 1, 0], cells)
        counts = count_table(
            np.tile(np.arange(n), 2), np.concatenate([a, b]), n_items=n, n_labels=2
        )

        kappa = cohen_kappa(a, b)
        assert [kappa.value, kappa.se] == close([figures["cohen"]["value"], figures["cohen"]["se"]])
        assert [kappa.low, kappa.high] == close(figures["cohen_ci95_statsmodels"])
        for weights in ("linear", "quadratic"):
            weighted = cohen_kappa(a, b, weights=weights)
            assert weighted.value == close(figures["cohen_kappa_sklearn"][weights])
        for result, name in (
            (gwet_ac1(counts), "gwet"),
            (fleiss_kappa(counts), "scott"),
            (krippendorff_alpha(counts), "krippendorff"),
            (percent_agreement(counts), "pa2"),
        ):
            # For a table irrCAC divides by n, for raw ratings, as here, by n - 1.
            se = result.se * np.sqrt((n - 1) / n)
            assert [result.value, se] == close([figures[name]["value"], figures[name]["se"]])

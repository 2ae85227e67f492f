"""Statistics for programs, against counting by hand and against what ORES published."""

import json
from pathlib import Path

import numpy as np
import pytest
from snapshots import Row, make, model, stratum

from jadelite.domain.ores import METRICS, OWN, best, parse_query
from jadelite.metrics import rates
from jadelite.metrics.ratios import ratio
from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.statistics import statistics_of

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def cases_and_statistics(rows, *, min_votes=1, **how):
    snapshot = make(rows, models=[how.pop("of", model())], k=min_votes, **how)
    counted = count(snapshot.judgments, may_be_unknown=False)
    cases = cases_of(snapshot, ballots_of(snapshot, counted, "damaging"), 0, min_votes=min_votes)
    return cases, statistics_of(snapshot, cases)


def statistics(rows, **how):
    return cases_and_statistics(rows, **how)[1]


# Flagged at 0.5: one right, one wrong; not flagged: one missed, two right.
PLAIN = [Row("y", 0.9), Row("n", 0.7), Row("y", 0.3), Row("n", 0.2), Row("n", 0.1)]


def test_edits_are_counted_by_label_and_by_what_the_model_says():
    found = statistics(PLAIN)

    assert found["counts"] == {
        "n": 5,
        "labels": {"true": 2, "false": 3},
        "predictions": {"true": {"true": 1, "false": 1}, "false": {"true": 1, "false": 2}},
    }
    assert found["rates"]["sample"] == {"true": 0.4, "false": 0.6}


def test_rates_of_both_labels_are_told_with_their_means():
    found = statistics(PLAIN)

    assert found["precision"]["labels"] == {"true": 0.5, "false": pytest.approx(2 / 3, abs=1e-6)}
    assert found["!precision"]["labels"]["true"] == found["precision"]["labels"]["false"]
    assert found["fpr"]["labels"] == {"true": pytest.approx(1 / 3, abs=1e-6), "false": 0.5}
    assert found["precision"]["macro"] == pytest.approx(7 / 12, abs=1e-6)
    assert found["precision"]["micro"] == pytest.approx(0.4 * 0.5 + 0.6 * 2 / 3, abs=1e-6)
    # Five of six pairs are in order.
    assert found["roc_auc"]["labels"] == {
        "true": pytest.approx(5 / 6, abs=1e-6),
        "false": pytest.approx(5 / 6, abs=1e-6),
    }
    assert found["pr_auc"]["labels"]["true"] == pytest.approx(5 / 6, abs=1e-6)


def test_every_score_is_a_threshold_of_its_label():
    tables = statistics(PLAIN)["thresholds"]

    assert [point["threshold"] for point in tables["true"]] == [0.1, 0.2, 0.3, 0.7, 0.9]
    assert tables["true"][2] == {
        "threshold": 0.3,
        "match_rate": 0.6,
        "filter_rate": 0.4,
        "precision": pytest.approx(2 / 3, abs=1e-6),
        "!precision": 1.0,
        "recall": 1.0,
        "!recall": pytest.approx(2 / 3, abs=1e-6),
        "accuracy": 0.8,
        "fpr": pytest.approx(1 / 3, abs=1e-6),
        "f1": 0.8,
        "!f1": 0.8,
    }
    # P(false) of at least 0.7 have the three edits with scores of 0.3 at most.
    [point] = [point for point in tables["false"] if abs(point["threshold"] - 0.7) < 1e-9]
    assert (point["match_rate"], point["recall"]) == (0.6, pytest.approx(2 / 3, abs=1e-6))


def test_queries_of_ores_find_their_point():
    table = statistics(PLAIN)["thresholds"]["true"]

    assert set(METRICS) < set(table[0])
    assert best(table, parse_query("maximum recall @ precision >= 0.6"))["threshold"] == 0.3
    assert best(table, parse_query("maximum recall @ precision >= 0.9"))["threshold"] == 0.9
    assert best(table, parse_query("minimum fpr @ recall >= 1.1")) is None


def test_numbers_are_of_the_whole_frame_and_have_intervals():
    rows = [Row("yn?"[n % 3] * 2, 0.9, 1) for n in range(12)]
    rows += [Row("nny"[n % 3] * 2, 0.2, 0) for n in range(12)]
    strata = [stratum(900, 12, low=0.0, high=0.5), stratum(100, 12, low=0.5, high=1.0)]

    cases, found = cases_and_statistics(rows, min_votes=2, strata=strata)

    low, high = found["thresholds"]["true"]
    assert (low["match_rate"], high["match_rate"]) == (1.0, 0.1)
    wanted = ratio(cases.sample, rates.recall(cases.score >= 0.9))
    assert high["recall"] == pytest.approx(wanted.value, abs=1e-6)
    own = found[OWN]["points"]["true"][1]
    assert own["recall"] == pytest.approx([wanted.low, wanted.high], abs=1e-6)
    assert (own["n_above"], own["flagged"]) == (12, pytest.approx(100 / 21, abs=1e-6))
    assert found[OWN]["days"] == 21.0
    assert found["rates"]["population"]["true"] == pytest.approx(0.9 / 3 + 0.1 / 2)
    # In the sample half are undecided or no majority: 4 of 8 and 4 of 12 say yes.
    assert found["counts"]["labels"] == {"true": 8, "false": 12}


def test_labels_mirror_each_other():
    chance = np.random.default_rng(4)
    rows = [Row("yn"[int(chance.random() > p)], float(p)) for p in chance.random(80)]

    found = statistics(rows)
    turned = statistics([Row("ny"["ny".index(r.votes) ^ 1], 1 - r.score) for r in rows])

    for one, two in zip(found["thresholds"]["false"], turned["thresholds"]["true"], strict=True):
        assert one == {name: pytest.approx(value) for name, value in two.items()}


def test_many_scores_become_thousandths():
    chance = np.random.default_rng(1)
    rows = [Row("yn"[n % 2], float(p)) for n, p in enumerate(chance.random(3000))]

    table = statistics(rows)["thresholds"]["true"]

    assert 900 < len(table) <= 1001
    assert all(round(point["threshold"] * 1000) / 1000 == point["threshold"] for point in table)
    [half] = [point for point in table if point["threshold"] == 0.5]
    assert half["match_rate"] == pytest.approx(np.mean([r.score >= 0.5 for r in rows]), abs=1e-6)


def test_a_document_is_plain_json_without_any_nan():
    text = json.dumps(statistics([Row("y", 0.9), Row("y", 0.1)]), allow_nan=False)

    assert json.loads(text)["roc_auc"]["labels"] == {"true": None, "false": None}


def test_nothing_judged_gives_counts_of_none():
    found = statistics([Row("", 0.9)])

    assert found["counts"]["n"] == 0
    assert found["thresholds"] == {"true": [], "false": []}
    assert found["precision"] == {
        "micro": None,
        "macro": None,
        "labels": {"true": None, "false": None},
    }


@pytest.mark.parametrize("name", ["arwiki.damaging", "fawiki.damaging"])
def test_what_ores_published_comes_out_of_its_own_counts(name):
    path = DATA / "editquality-model-info" / "model_info.json"
    if not path.is_file():
        pytest.skip("no shared/data/editquality-model-info beside the repository")
    published = json.loads(path.read_text(encoding="utf-8"))[name]["statistics"]
    rows = [
        Row("y" if label == "True" else "n", 0.9 if said == "True" else 0.1)
        for label, row in published["counts"]["rows"].items()
        for said in ("True", "False")
        for _ in range(row[f"predicted {said}"])
    ]

    found = statistics(rows)

    assert found["counts"]["n"] == published["counts"]["n"]
    for label, row in published["counts"]["rows"].items():
        assert found["counts"]["predictions"][label.lower()] == {
            "true": row["predicted True"],
            "false": row["predicted False"],
        }
    # These hang on the counts alone; other rates were weighted to the wiki's share of damage.
    for rate in ("recall", "!recall", "fpr"):
        for label, value in published[rate]["labels"].items():
            assert found[rate]["labels"][label.lower()] == pytest.approx(value, abs=5.1e-4)
    if name == "arwiki.damaging":
        assert found["counts"]["labels"]["true"] == 339
        assert found["counts"]["predictions"]["true"]["true"] == 1
        [point] = [p for p in found["thresholds"]["true"] if p["threshold"] == 0.9]
        assert point["recall"] == pytest.approx(1 / 339, abs=1e-6)
        own = found[OWN]["points"]["true"][-1]
        assert own["recall"] == [pytest.approx(0.0005, abs=5e-5), pytest.approx(0.017, abs=5e-4)]

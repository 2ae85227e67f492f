"""A whole report from a snapshot: complete, the same each time, right on data others measured."""

import csv
import gzip
import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from snapshots import DAY, More, Row, make, model, reordered, stratum

from jadelite.domain.facets import Question
from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import LIST_NAMES
from jadelite.domain.reports import REPORT_SCHEMA
from jadelite.report.build import build, build_all
from jadelite.report.snapshot import FrameFacts

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HIGH = stratum(200, 60, low=0.5, high=1.0)
LOW = stratum(1800, 60, low=0.0, high=0.5)


def built(snapshot, *, seed=7):
    return build(snapshot, computed_at=NOW, code_version="1.2", seed=seed)


def leaves(part, path="report"):
    """Every number, word and figure of a report by its path."""
    if is_dataclass(part):
        if isinstance(part, Figure):
            yield path, part
        for field in fields(part):
            yield from leaves(getattr(part, field.name), f"{path}.{field.name}")
    elif isinstance(part, tuple):
        for place, one in enumerate(part):
            yield from leaves(one, f"{path}[{place}]")
    else:
        yield path, part


def random_rows(n, *, seed, n_votes=3, n_reviewers=12):
    rng = np.random.default_rng(seed)
    rows = []
    for p in rng.random(n).round(3).tolist():
        votes = "".join(rng.choice(list("yn?"), n_votes, p=[0.9 * p, 0.9 * (1 - p), 0.1]))
        other = "".join("n" if one == "y" else "y" for one in votes)
        rows.append(
            Row(
                {"damaging": votes, "goodfaith": other},
                (p, 1 - p, p**2),
                int(p < 0.5),
                day=DAY + int(rng.integers(0, 21)),
                hour=int(rng.integers(0, 24)),
                editor=str(rng.choice(["newcomer", "registered", "temporary"])),
                reviewers=tuple(rng.choice(n_reviewers, n_votes, replace=False).tolist()),
                was_reverted=int(rng.random() < 0.2),
            )
        )
    return rows


def audit(rows, **options):
    models = [model(), model("good", question="goodfaith"), model(version="2", is_audited=False)]
    options.setdefault("strata", [HIGH, LOW])
    return make(rows, models=models, questions=["damaging", "goodfaith"], k=3, **options)


@pytest.fixture(scope="module")
def everything():
    return build_all(audit(random_rows(120, seed=1)), computed_at=NOW, code_version="1.2", seed=7)


@pytest.fixture(scope="module")
def report(everything):
    return everything.report


def test_a_report_has_every_section(report):
    assert [one.question for one in report.questions] == ["damaging", "goodfaith"]
    first = report.questions[0]
    assert [(one.model, one.version, one.is_audited) for one in first.models] == [
        ("risk", "1", True),
        ("risk", "2", False),
    ]
    assert [(one.first, one.second) for one in first.comparisons] == [("risk@1", "risk@2")]
    one = first.models[0]
    assert [each.name for each in one.lists] == list(LIST_NAMES)
    assert {each.dimension for each in one.slices} >= {"editor", "namespace", "size", "hour"}
    assert len(one.trend) == 3
    assert len(one.histogram) == 10
    assert (report.window_from, report.window_to, report.days) == (
        "2026-10-05",
        "2026-10-26",
        21.0,
    )
    assert (report.k, report.min_votes, report.n_edits_judged) == (3, 2, 120)
    assert report.n_reviewers.value == 12
    assert report.guideline_versions == (1,)
    assert report.sample.n_edits == 2000
    assert [one.n_judged for one in report.sample.strata] == [
        sum(row.stratum == place for row in random_rows(120, seed=1)) for place in (0, 1)
    ]
    assert not report.sample.is_census


def test_no_number_is_naked(report):
    for one in (report, built(audit(random_rows(8, seed=2)))):
        for path, figure in leaves(one):
            if isinstance(figure, Figure):
                assert (figure.value is None) == (figure.reason is not None), path
                assert (figure.low is None) == (figure.high is None), path
                assert figure.n >= 0, path
                assert figure.method, path
                if figure.low is not None:
                    assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9, path


def test_a_report_is_json_without_nan(report):
    text = json.dumps(report.to_json(), allow_nan=False)

    assert json.loads(text)["schema"] == REPORT_SCHEMA
    assert len(text) < 300_000


def test_the_same_snapshot_and_seed_give_the_same_report():
    snapshot = audit(random_rows(30, seed=3))

    one, other = built(snapshot), built(audit(random_rows(30, seed=3)))

    assert one.to_json() == other.to_json()
    assert built(snapshot, seed=8).snapshot != one.snapshot


def test_the_order_of_the_rows_matters_to_no_figure():
    snapshot = audit(random_rows(30, seed=3))
    moved = reordered(snapshot, np.random.default_rng(1).permutation(30).tolist())

    pairs = zip(leaves(built(snapshot)), leaves(built(moved)), strict=True)

    for (path, one), (other_path, other) in pairs:
        if path.endswith((".snapshot", ".alpha_crossed")) or ".alpha_crossed." in path:
            continue  # resamples of votes follow the order in which they were stored
        assert path == other_path
        if isinstance(one, float):
            assert one == pytest.approx(other, rel=1e-6, abs=1e-9), path
        elif not isinstance(one, Figure):
            assert one == other, path


def test_a_small_piece_of_evidence_is_complete_and_honest():
    rows = [
        replace(
            row, stratum=0, day=-1, hour=-1, namespace=None, size_change=float("nan"), is_mobile=-1
        )
        for row in random_rows(30, seed=4, n_votes=5)
    ]
    snapshot = audit(rows, kind="sample", strata=[stratum(30, 30)], reviewer_kind="demo")

    report = built(snapshot)

    one = report.questions[0].models[0]
    assert one.rates.precision.method == "wilson"
    assert one.rates.n_cases == 30
    assert one.workload.days is None
    assert report.days is None
    assert report.sample.is_census
    assert "not-a-sample" in report.trust.doubts
    assert {each.dimension for each in one.slices} == {"editor"}
    assert all(each.threshold is None or each.n >= 30 for each in one.recommendations)


def test_an_empty_campaign_has_a_report_of_reasons():
    report = built(audit([Row("", (0.9, 0.1, 0.2), 0), Row("", (0.1, 0.9, 0.2), 1)]))

    assert report.n_judgments_used == 0
    assert report.trust.light == "poor"
    for question in report.questions:
        assert question.prevalence.reason == "empty"
        for one in question.models:
            assert one.rates.precision.value is None
            assert one.alarms == ()
            assert one.calibration.knots == ()


def test_a_campaign_without_models_reports_people_alone():
    report = built(make([Row("yyn"), Row("nnn")], kind="sample", k=3))

    (question,) = report.questions
    assert (question.models, question.comparisons) == ((), ())
    assert (question.n_yes, question.n_no, question.n_decided) == (2, 4, 2)
    assert [(one.n_yes, one.n_no, one.n_edits) for one in question.patterns] == [
        (0, 3, 1),
        (2, 1, 1),
    ]


def test_questions_of_other_labels_stand_apart():
    scale = Question("quality", ("1", "2", "3"), positive="3")
    rows = [Row({"damaging": "yy"}), Row({"damaging": "nn"})]
    more = [More(0, 5, ("yes", "2")), More(0, 6, ("yes", "3"))]
    report = built(make(rows, questions=["damaging", scale], kind="sample", more=more))

    assert [one.question for one in report.questions] == ["damaging"]
    assert [(one.question, one.n_answers) for one in report.labelled] == [("quality", 2)]


def test_counts_of_judgments():
    rows = [Row("yy", 0.9), Row("n", 0.1), Row("", 0.2)]
    more = [
        More(1, 1, ("yes",), score_seen="yes"),
        More(1, 2, ("no",), kind="bot"),
        More(2, 0, ("no",), score_seen="unknown", peers_seen="unknown"),
    ]
    snapshot = make(rows, models=[model()], kind="audit", more=more)
    facts = replace(snapshot.facts, n_judgments_waiting=5, n_blind_waiting=4, n_edits=9)

    report = built(replace(snapshot, facts=facts))

    assert (report.n_edits, report.n_edits_judged) == (9, 2)
    assert (report.n_judgments, report.n_judgments_used) == (10, 3)
    assert (report.n_judgments_waiting, report.n_exposed, report.n_bot_judgments) == (4, 1, 1)
    assert (report.n_exposure_unknown, report.n_unknown_left_out) == (1, 1)
    assert report.sample is None


def test_an_edit_with_more_votes_than_asked_for_raises_k():
    rows = [Row("yyyy", 0.9), Row("n", 0.1)]

    report = built(make(rows, models=[model()], kind="import", k=1))

    assert (report.k, report.min_votes) == (4, 2)
    assert report.questions[0].models[0].rates.n_cases == 1


def test_the_window_is_that_of_the_edits_where_the_frame_has_none():
    rows = [Row("yy", 0.9, day=DAY), Row("nn", 0.1, day=DAY + 9), Row("nn", 0.1, day=-1)]
    frame = FrameFacts(3, 0, None, None, None)

    report = built(make(rows, models=[model()], kind="import", frame=frame))

    assert (report.window_from, report.window_to) == ("2026-10-05", "2026-10-14")


def test_lists_and_statistics_come_whole_beside_the_report(everything):
    found = everything

    assert [(one.question, one.model) for one in found.lists] == [
        ("damaging", "risk@1"),
        ("damaging", "risk@2"),
        ("goodfaith", "good@1"),
    ]
    for whole, short in zip(
        found.lists[0].lists, found.report.questions[0].models[0].lists, strict=True
    ):
        assert short.first == whole.edits[:10]
        assert short.n == whole.n
    assert list(found.statistics) == ["risk@1", "risk@2", "good@1"]


@pytest.fixture(scope="module")
def expected():
    path = DATA / "expected.json"
    if not path.is_file():
        pytest.skip(
            "reference figures not found: no shared/data/expected.json beside the repository"
        )
    return json.loads(path.read_text(encoding="utf-8"))["enwiki-wikilabels-ores"]


@pytest.fixture(scope="module")
def wikilabels(expected):
    packed = (DATA / "enwiki-wikilabels-ores" / "labels_scores.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    rows = [
        Row(
            {name: "y" if line[name] == "True" else "n" for name in ("damaging", "goodfaith")},
            tuple(float(line[f"ores_{name}_prob"]) for name in ("damaging", "goodfaith")),
            stream="import",
            rev_id=int(line["rev_id"]),
        )
        for line in csv.DictReader(lines)
    ]
    snapshot = make(
        rows,
        models=[model("damaging"), model("goodfaith", question="goodfaith")],
        questions=["damaging", "goodfaith"],
        kind="import",
        k=1,
        exposure="unknown",
        origin="import",
        is_nameless=True,
    )
    return built(snapshot)


def close(value):
    return pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_published_labels_and_scores_give_the_figures_that_others_got(
    expected, wikilabels, question
):
    figures = expected[question]
    report = next(one for one in wikilabels.questions if one.question == question)
    (found,) = report.models

    assert (found.rates.n_cases, report.n_yes) == (figures["n"], figures["positives"])
    assert report.prevalence.value == close(figures["prevalence"])
    assert (found.roc_auc.value, found.roc_auc.low, found.roc_auc.high) == (
        close(figures["roc_auc"]),
        close(figures["roc_auc_ci95_delong"][0]),
        close(figures["roc_auc_ci95_delong"][1]),
    )
    assert found.average_precision.value == close(figures["average_precision"])
    assert found.calibration.brier.value == close(figures["brier"])
    assert found.calibration.log_loss.value == close(figures["log_loss"])
    assert found.calibration.ece.value == close(figures["ece_10_bins_sklearn_right_closed"])
    lines = {line.threshold: line for line in found.thresholds}
    n_checked = 0
    for one in figures["thresholds"]:
        line = lines.get(one["threshold"])
        if line is None:
            continue
        n_checked += 1
        assert line.n_cases_above == one["tp"] + one["fp"]
        for name in ("precision", "recall", "false_positive_rate"):
            rate, ends = getattr(line, name), one[f"{name}_ci95_wilson"]
            assert (rate.value, rate.low, rate.high) == (
                close(one[name]),
                close(ends[0]),
                close(ends[1]),
            )
        assert line.f1.value == close(one["f1"])
        if one["threshold"] == 0.5:
            cells = found.in_sample.cells
            assert (cells.tp, cells.fp, cells.fn, cells.tn) == tuple(
                one[name] for name in ("tp", "fp", "fn", "tn")
            )
            assert (found.rates.cells.tp, found.rates.cells.tn) == (one["tp"], one["tn"])
    assert n_checked >= 5

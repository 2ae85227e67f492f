"""`jadelite metrics` on real files: figures against independent packages, and trouble in words."""

import csv
import gzip
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from jadelite.audit import data_files, measuring
from jadelite.cli import root
from jadelite.domain.errors import Invalid

ROOT = Path(__file__).parents[2]
AGREEMENT = ("metrics", "agreement")
LONG = ("--unit", "item", "--rater", "annotator", "--label", "label")
SCORED = ("--probability", "p", "--label", "y")
COEFFICIENTS = ("krippendorff_alpha", "fleiss_kappa", "conger_kappa", "gwet_ac1")
SETS = ("snow2008-rte/labels", "bluebirds/labels", "adultcontent2/labels", "amt-word-sense/add-v")


def run(*arguments):
    result = CliRunner().invoke(root, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def figures(*arguments):
    return json.loads(run("metrics", *arguments, "--format", "json"))


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def file(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def close(value):
    return pytest.approx(value, abs=1e-6)


def published(expected, name):
    folder, file = name.split("/")
    return expected[folder] if file == "labels" else expected[folder][file]


@pytest.mark.parametrize("name", SETS)
def test_agreement_of_real_files(shared, expected, name):
    told = published(expected, name)["agreement"]

    found = figures("agreement", shared / f"{name}.csv.gz", *LONG)

    assert [found[key] for key in ("n_labels", "n_units", "n_raters", "n_units_pairable")] == [
        told[key] for key in ("n_labels_used", "n_items", "n_annotators", "items_with_2_or_more")
    ]
    assert found["n_repeated_dropped"] == told["repeated_pairs_dropped"]
    assert found["percent_agreement"]["value"] == close(told["percent_agreement"])
    for key in COEFFICIENTS:
        of_irrcac = "krippendorff_alpha_irrcac_nominal" if key == "krippendorff_alpha" else key
        if of_irrcac not in told:  # irrCAC has no Conger for so many raters
            continue
        reference, figure = told[of_irrcac], found[key]
        assert (figure["value"], figure["se"]) == (
            close(reference["value"]),
            close(reference["se"]),
        )
        assert [figure["low"], figure["high"]] == close(reference["ci95"])
    consensus = published(expected, name)["aggregation"]["dawid_skene"]
    assert found["dawid_skene"]["converged"] is True
    assert found["dawid_skene"]["priors"] == pytest.approx(consensus["priors"], abs=1e-4)
    assert "cohen_kappa" not in found


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_alpha_of_numbers_at_every_level(shared, expected, level, monkeypatch):
    # 25 labels take the consensus a thousand steps, which is not what is looked at here.
    quick = partial(measuring.dawid_skene, max_iterations=1)
    monkeypatch.setattr(measuring, "dawid_skene", quick)
    told = expected["politeness-wikipedia"]["agreement"]["krippendorff_alpha"][level]

    found = figures(
        "agreement", shared / "politeness-wikipedia" / "labels.csv.gz", *LONG, "--level", level
    )

    assert found["krippendorff_alpha"]["value"] == close(told)
    assert found["labels"] == [str(number) for number in range(1, 26)]


@pytest.mark.parametrize("order", [(), ("--order", "G,P,R,X")])
def test_ordered_names(shared, expected, order):
    path = shared / "adultcontent2" / "labels.csv.gz"

    found = figures("agreement", path, *LONG, "--level", "ordinal", *order)

    told = expected["adultcontent2"]["agreement"]["krippendorff_alpha"]["ordinal"]
    assert found["krippendorff_alpha"]["value"] == close(told)


def test_the_plain_reader_gives_the_same_answer(shared, monkeypatch):
    path = shared / "bluebirds" / "labels.csv.gz"
    fast = run("metrics", "agreement", path, *LONG, "--format", "json")
    monkeypatch.setattr(data_files, "pyarrow", None)

    assert run("metrics", "agreement", path, *LONG, "--format", "json") == fast


def test_two_raters_have_cohens_kappa(shared, expected, tmp_path):
    pair = expected["snow2008-rte"]["agreement"]["cohen_pairs"][0]
    with gzip.open(shared / "snow2008-rte" / "labels.csv.gz", "rt", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["annotator"] in (pair["a"], pair["b"])]
    path = tmp_path / "two.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)

    found = figures("agreement", path, *LONG)["cohen_kappa"]

    assert (found["value"], found["n"]) == (close(pair["kappa"]), pair["n"])
    assert [found["low"], found["high"]] == close(pair["ci95_statsmodels"])


@pytest.mark.parametrize("question", ["damaging", "goodfaith"])
def test_a_model_against_real_labels(shared, expected, question):
    told = expected["enwiki-wikilabels-ores"][question]
    cuts = [at["threshold"] for at in told["thresholds"]]

    found = figures(
        "model",
        shared / "enwiki-wikilabels-ores" / "labels_scores.csv.gz",
        "--probability",
        f"ores_{question}_prob",
        "--label",
        question,
        *(word for cut in cuts for word in ("--threshold", cut)),
    )

    assert (found["n"], found["n_positive"]) == (told["n"], told["positives"])
    for ours, theirs in {
        "prevalence": "prevalence",
        "roc_auc": "roc_auc",
        "average_precision": "average_precision",
        "brier": "brier",
        "log_loss": "log_loss",
        "ece": "ece_10_bins_sklearn_right_closed",
    }.items():
        assert found[ours]["value"] == close(told[theirs]), ours
    auc = found["roc_auc"]
    assert [auc["low"], auc["high"]] == close(told["roc_auc_ci95_delong"])
    for at, reference in zip(found["thresholds"], told["thresholds"], strict=True):
        assert [at[cell] for cell in ("tp", "fp", "fn", "tn")] == [
            reference[cell] for cell in ("tp", "fp", "fn", "tn")
        ]
        assert at["f1"]["value"] == close(reference["f1"])
        assert at["match_rate"]["value"] == close(reference["flagged_share"])
        for ours, theirs in (("precision", "precision"), ("recall", "recall")):
            assert at[ours]["value"] == close(reference[theirs])
            assert [at[ours]["low"], at[ours]["high"]] == close(reference[f"{theirs}_ci95_wilson"])
        assert at["fpr"]["value"] == close(reference["false_positive_rate"])
    bins = [one for one in found["calibration"] if one["n"]]
    assert [one["n"] for one in bins] == [one["n"] for one in told["reliability_10_bins"]]
    assert [one["observed"]["value"] for one in bins] == close(
        [one["observed_rate"] for one in told["reliability_10_bins"]]
    )


def test_consensus_is_written_for_every_unit(file, tmp_path):
    rows = ["u,r,l"] + [f"{unit},{rater},{unit % 2}" for unit in range(4) for rater in "abc"]
    rows[1] = "0,a,1"
    out = tmp_path / "consensus.csv"

    found = figures(
        "agreement", file("\n".join(rows)), "--unit", "u", "--rater", "r", "--label", "l",
        "--consensus-out", out,
    )  # fmt: skip

    assert found["dawid_skene"]["consensus_file"] == str(out)
    with out.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["unit"], line["label"]) for line in lines] == [
        ("0", "0"), ("1", "1"), ("2", "0"), ("3", "1"),
    ]  # fmt: skip
    assert all(0.5 < float(line["posterior"]) <= 1 for line in lines)


def test_weights_count(file):
    path = file("p,y,w\n0.9,yes,3\n0.8,no,1\n0.1,no,4\n,yes,1\n0.3,,1\n")

    found = figures("model", path, *SCORED, "--weight", "w", "--bins", "2")

    (at,) = found["thresholds"]
    assert [at[cell] for cell in ("tp", "fp", "fn", "tn")] == [3.0, 1.0, 0.0, 4.0]
    assert at["precision"]["value"] == close(0.75)
    assert (found["n"], found["n_positive"], found["n_empty_dropped"]) == (3, 1, 2)
    assert len(found["calibration"]) == 2


def test_what_can_not_be_computed_has_its_reason(file):
    found = figures("model", file("p,y\n0.9,0\n0.2,0\n"), *SCORED)

    assert (found["roc_auc"]["value"], found["roc_auc"]["reason"]) == (None, "one-class-only")
    lonely = figures(
        "agreement", file("item,annotator,label\n1,a,x\n2,a,y\n"), *LONG, "--level", "ordinal"
    )
    assert lonely["n_units_pairable"] == 0
    for key in ("percent_agreement", *COEFFICIENTS):
        assert lonely[key]["reason"] == "no-pairs"
    text = run(*AGREEMENT, file("item,annotator,label\n1,a,x\n2,a,y\n"), *LONG)
    assert "no value: no-pairs" in text


def test_text_has_interval_n_and_method_beside_every_number(file):
    rows = [f"{unit},{rater},{(unit + (rater == 'b') * (unit % 3 == 0)) % 2}" for unit in range(9)
            for rater in "ab"]  # fmt: skip
    path = file("item,annotator,label\n" + "\n".join([*rows, "0,a,1", "9,a,"]))

    lines = run(*AGREEMENT, path, *LONG).splitlines()

    assert lines[0] == "18 labels, 2 raters, 9 units, 9 of them with 2 or more"
    assert lines[1] == "1 row repeated a unit and its rater and was left out"
    assert lines[2] == "1 row had nothing to judge by and was left out"
    (kappa,) = (line.split() for line in lines if "cohen_kappa" in line)
    assert kappa[2:] == [*kappa[2:5], "n", "9", "analytic"]


@pytest.mark.parametrize("interval", ["item-bootstrap", "crossed-bootstrap"])
def test_intervals_by_resampling(shared, interval):
    found = figures(
        "agreement", shared / "bluebirds" / "labels.csv.gz", *LONG, "--interval", interval
    )

    for key in ("percent_agreement", "krippendorff_alpha", "fleiss_kappa", "gwet_ac1"):
        assert found[key]["method"] == interval
        assert found[key]["low"] < found[key]["value"] < found[key]["high"]


def test_equal_numbers_are_one_label_where_numbers_matter(file):
    path = file("item,annotator,label\n1,a,1\n1,b,1.0\n2,a,2\n2,b,2.00\n")

    assert figures("agreement", path, *LONG)["labels"] == ["1", "1.0", "2", "2.00"]
    found = figures("agreement", path, *LONG, "--level", "interval")
    assert (found["labels"], found["krippendorff_alpha"]["value"]) == (["1", "2"], 1.0)


def test_a_control_sequence_in_a_label_does_not_reach_the_terminal(file):
    text = run(*AGREEMENT, file("item,annotator,label\n1,a,\x1b[31mx\n1,b,y\n"), *LONG)

    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("item,annotator,label\n1,a,\n", (), "no row with something in column 'label'"),
        ("item,annotator,label\n1,a,G\n", ("--level", "interval"), "'G'; level interval needs"),
        ("item,annotator,label\n1,a,-1\n", ("--level", "ratio"), "needs numbers from 0 up"),
        ("item,annotator,label\n1,a,nan\n", ("--level", "interval"), "level interval needs"),
        ("item,annotator,label\n1,a,G\n", ("--order", "A,B"), "'G', which is not in the order"),
        ("item,annotator,label\n1,a,1\n", ("--level", "ratio", "--order", "1"), "need no order"),
        ("item,annotator,label\n1,a,1\n", ("--unit", "label"), "not three different columns"),
        ("item,annotator\n1,a\n", (), "no column 'label'"),
        ("", (), "is empty"),
    ],
)
def test_a_table_of_judgments_that_can_not_be(file, text, options, said):
    with pytest.raises(Invalid) as caught:
        run(*AGREEMENT, file(text), *LONG, *options)

    assert said in caught.value.detail


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("p,y\n0.5,maybe\n0.5,1\n", (), "'1', 'maybe'; say with --positive"),
        ("p,y\n0.5,yes\n0.5,true\n", (), "say with --positive"),
        ("p,y\n0.5,a\n", ("--positive", "b"), "no 'b', only 'a'"),
        ("p,y\n1.2,1\n", (), "line 2: column 'p' has '1.2'"),
        ("p,y\n,1\n", (), "no row with a probability and a label"),
        ("p,y\n0.5,1\n", ("--weight", "p"), "not different columns"),
        ("p,y\n0.5,1\n", ("--weight", "w"), "no column 'w'"),
    ],
)
def test_a_table_of_scores_that_can_not_be(file, text, options, said):
    with pytest.raises(Invalid) as caught:
        run("metrics", "model", file(text), *SCORED, *options)

    assert said in caught.value.detail


def test_a_column_of_free_text_is_no_label(file, monkeypatch):
    monkeypatch.setattr(measuring, "MAX_CELLS", 8)

    with pytest.raises(Invalid, match="3 different labels, too many"):
        run(*AGREEMENT, file("item,annotator,label\n1,a,x\n2,b,y\n3,a,z\n"), *LONG)


ALONE = """
import sys

class Refused:
    names = {"sqlalchemy", "flask", "pydantic", "pydantic_settings", "pyarrow", "babel", "requests",
             "mwapi", "sklearn", "scipy", "yaml", "alembic", "cryptography", "rapidfuzz"}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refused())
from jadelite.cli import main
main()
"""


def alone(*arguments):
    """The command as it runs where numpy and click alone are installed."""
    command = [sys.executable, "-c", ALONE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_the_commands_need_nothing_but_numpy_and_click(file):
    path = file("item,annotator,label,p\n1,a,1,0.9\n1,b,1,0.8\n2,a,0,0.1\n2,b,1,0.6\n")

    agreement = alone(*AGREEMENT, path, *LONG, "--format", "json")
    model = alone("metrics", "model", path, "--probability", "p", "--label", "label")
    server = alone("campaigns", "list")

    assert (agreement.returncode, agreement.stderr) == (0, "")
    assert json.loads(agreement.stdout)["n_labels"] == 4
    assert (model.returncode, model.stderr) == (0, "")
    assert "roc_auc" in model.stdout
    assert server.returncode == 2
    assert "pip install 'jadelite[server]'" in server.stderr


def test_trouble_is_one_line_on_standard_error_and_a_code(file, tmp_path):
    wrong = alone(*AGREEMENT, file("item,annotator,label\n1,a\n"), *LONG)
    missing = alone(*AGREEMENT, tmp_path / "none.csv", *LONG)

    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "jadelite: line 2 has 2 cells, expected 3\n"
    assert missing.returncode == 74
    assert missing.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (
            ("model", *SCORED, "--weight", "w"),
            "p,y,w\n0.1,0,1\n0.9,1,1e308\n",
            "line 3: column 'w' has '1e308', expected a number from 0 to 1e+100",
        ),
        (
            ("model", *SCORED, "--threshold", "nan"),
            "p,y\n0.1,0\n0.9,1\n",
            "threshold is nan, expected 0 to 1",
        ),
    ],
)
def test_a_number_that_can_not_be_reckoned_with_is_one_sentence(file, arguments, text, said):
    name, *options = arguments
    result = CliRunner().invoke(root, ["metrics", name, str(file(text)), *options])

    assert isinstance(result.exception, Invalid)
    assert str(result.exception) == said


@pytest.mark.parametrize("least", ["1e85", "0"])
def test_weights_as_far_apart_as_they_may_be_give_figures(file, least):
    path = file(f"p,y,w\n0.1,0,1e100\n0.9,1,1e100\n0.4,1,{least}\n0.8,0,1e100\n")

    found = figures("model", path, *SCORED, "--weight", "w")

    assert found["prevalence"]["value"] == close(1 / 3)


@pytest.mark.parametrize(("least", "most"), [("1e-16", "1"), ("1e-307", "1e-305")])
def test_weights_too_far_apart_or_small_are_refused(file, least, most):
    path = file(f"p,y,w\n0.1,0,{least}\n0.9,1,{most}\n")

    with pytest.raises(Invalid, match="column 'w' has weights from 1e-"):
        figures("model", path, *SCORED, "--weight", "w")


@pytest.mark.parametrize("interval", measuring.INTERVALS)
@pytest.mark.parametrize(
    "text", ["item,annotator,label\na,1,x\n", "item,annotator,label\na,1,x\na,2,x\nb,1,x\n"]
)
def test_one_label_has_reasons_and_no_warnings(file, interval, text):
    found = figures("agreement", file(text), *LONG, "--interval", interval)

    assert found["gwet_ac1"]["value"] is None
    assert found["gwet_ac1"]["reason"] in ("constant", "no-pairs", "too-few")

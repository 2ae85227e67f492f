"""The gate, labels for training, bounds and uses of labels, through the command line."""

import csv
import hashlib
import json

import pytest
from click.testing import CliRunner

from jadelite.audit import demo
from jadelite.cli import root
from jadelite.wiring import utc_now

SLUG, MODEL = "sample-fa", "local-damaging@1.0.0"


@pytest.fixture
def run(sqlite_database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JADELITE_DATABASE_URL", sqlite_database.url)
    monkeypatch.setattr(demo, "SAMPLE_LANGUAGES", ("fa",))
    demo.load(sqlite_database, now=utc_now(), say=lambda _: None)

    def invoke(*arguments: str):
        return CliRunner().invoke(root, arguments)

    return invoke


def gate(run, *bounds: str, model: str = MODEL):
    return run("gate", "--campaign", SLUG, "--model", model, *bounds)


def test_a_gate_says_each_bound_and_leaves_with_a_code(run):
    refused = gate(run, "--min-precision-low", "0.99", "--max-fpr-high", "0.9")
    assert refused.exit_code == 1
    assert "not kept: precision low end >= 0.99" in refused.output
    assert refused.output.splitlines()[-1] == "not kept"
    # Thirty edits at most: too few of them are flagged for any verdict on precision.
    assert "too few" in gate(run, "--min-precision-low", "0.0001").output
    told = json.loads(gate(run, "--max-fpr-high", "1", "--format", "json").output)
    (condition,) = told["conditions"]
    found = condition["found"]
    assert (found["low"], found["high"]) != (None, None)
    assert told["is_kept"] == condition["is_kept"] == (found["n"] >= 30)
    assert condition["n_missing"] == max(0, 30 - found["n"])


def test_a_gate_can_look_at_another_threshold(run):
    at = [
        json.loads(gate(run, "--max-fpr-high", "1", "--at", cut, "--format", "json").output)
        for cut in ("0.05", "0.9")
    ]
    assert [told["threshold"] for told in at] == [0.05, 0.9]
    values = [told["conditions"][0]["found"]["value"] for told in at]
    assert values[0] > values[1]


@pytest.mark.parametrize(
    ("bounds", "model", "sentence"),
    [
        ((), MODEL, "no bound is given"),
        (("--min-recall-low", "2"), MODEL, "2 is no share"),
        (("--min-recall-low", "0.5"), "other@1", "those that did: local-damaging@1.0.0"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(run, bounds, model, sentence):
    found = gate(run, *bounds, model=model)
    assert sentence in str(found.exception)


def test_a_gate_is_a_verb_of_reports_too(run):
    bound = ("--campaign", SLUG, "--model", MODEL, "--max-fpr-high", "0")
    assert run("reports", "gate", *bound).exit_code == run("gate", *bound).exit_code == 1


def test_what_came_of_labels_is_told_and_listed(run):
    use = ("reports", "used", SLUG, "--kind", "threshold", "--text", "The cut is 0.3 now.\x1b[1m")
    told = run(*use, "--url", "https://example.org/why", "--model", "local-damaging@1.0.0")
    assert told.exit_code == 0, told.output
    assert "threshold: The cut is 0.3 now." in told.output
    assert "(local-damaging@1.0.0, https://example.org/why)" in told.output
    assert "\x1b" not in told.output
    (found,) = json.loads(run("reports", "used", SLUG, "--format", "json").output)
    assert (found["kind"], found["language"], len(found["snapshot"])) == ("threshold", "en", 64)
    assert "expected what was done" in str(run(*use[:5]).exception)
    assert "expected name@version" in str(run(*use, "--model", "damaging").exception)
    assert "expected a tag such as fi" in str(run(*use, "--language", "Finnish!").exception)


def test_labels_for_training_come_with_what_must_be_known(run, tmp_path):
    folder = tmp_path / "labels"
    told = run("judgments", "export", "--campaign", SLUG, "--to", str(folder), "--training")
    assert told.exit_code == 0, told.output
    names = {path.name for path in folder.iterdir()}
    assert names == {"labels.csv", "datasheet.md", "LICENSE", "SHA256SUMS"}
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    with (folder / "labels.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["question"] for row in rows} == {"damaging", "goodfaith"}
    for row in rows:
        votes = [int(row[name]) for name in ("n_yes", "n_no", "n_unsure")]
        share = (votes[0] + votes[2] / 2) / sum(votes)
        assert float(row["share_yes"]) == share
        assert row["majority"] == ("" if share == 0.5 else "yes" if share > 0.5 else "no")
    sheet = (folder / "datasheet.md").read_text()
    for heading in ("Motivation", "Composition", "Collection", "Preprocessing", "Distribution"):
        assert f"## {heading}" in sheet
    assert " judgments are invented" in sheet
    assert "volunteers" not in sheet
    assert "CC0" in (folder / "LICENSE").read_text()
    used = run("reports", "used", SLUG).output
    assert f"training: {len(rows)} labels on" in used
    again = run("judgments", "export", "--campaign", SLUG, "--to", str(folder), "--training")
    assert "expected a new or empty folder" in str(again.exception)


def test_labels_under_another_guideline_are_none(run, tmp_path):
    none = run(
        "judgments", "export", "--campaign", SLUG, "--to", str(tmp_path / "x"), "--training",
        "--guideline", "7",
    )  # fmt: skip
    assert "no blind judgment to give out under guideline 7" in str(none.exception)
    assert not (tmp_path / "x").exists()


def test_a_bound_that_is_crossed_is_an_event_and_printed(run):
    write = ("campaigns", "guardrail", "add", SLUG, "--figure", "precision")
    told = run(*write, "--at-least", "0.999", "--action", "The filter is switched off.")
    assert told.exit_code == 0, told.output
    listed = run("campaigns", "guardrail", "list", SLUG).output
    assert "precision of damaging at least 0.999" in listed
    assert "after the first judgments" in listed
    report = json.loads(run("reports", "compute", SLUG, "--format", "json").output)
    (damaging,) = [part for part in report["questions"] if part["question"] == "damaging"]
    (check,) = damaging["models"][0]["guardrails"]
    assert (check["figure"], check["bound"]) == ("precision", 0.999)
    assert check["state"] in ("crossed", "unclear")
    run("campaigns", "guardrail", "end", SLUG, "1")
    assert "ended" in run("campaigns", "guardrail", "list", SLUG).output
    anew = json.loads(run("reports", "compute", SLUG, "--format", "json").output)
    assert all(not model["guardrails"] for part in anew["questions"] for model in part["models"])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--at-least", "0.5", "--at-most", "0.6"), "expected one of"),
        ((), "expected one of"),
        (("--at-least", "1.5"), "expected above 0 and below 1"),
        (("--at-least", "0.5", "--question", "colour"), "expected damaging or goodfaith"),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused(run, given, sentence):
    write = ("campaigns", "guardrail", "add", SLUG, "--figure", "recall", "--action", "x")
    assert sentence in str(run(*write, *given).exception)

"""A new version is tried on judged edits: scored, compared, held to a gate; more are drawn."""

import json

import factories
import pytest
from click.testing import CliRunner

from jadelite.audit import drawing
from jadelite.cli import root
from jadelite.wiring import utc_now

SLUG, N = "tried", 80
OLD, NEW = "damaging@1.0.0", "damaging@2.0.0"
DAMAGING = range(1001, 1031)
FLAGGED = range(1001, 1061)  # by the first version
FLIPPED = range(1041, 1061)  # no longer flagged by the second one


@pytest.fixture
def run(sqlite_database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JADELITE_DATABASE_URL", sqlite_database.url)

    def invoke(*arguments: str, stdin: bytes | None = None):
        return CliRunner().invoke(root, arguments, input=stdin)

    return invoke


@pytest.fixture
def judged(sqlite_database, run):
    """Eighty edits, of which the model flags sixty and two people each call thirty damaging."""
    now = utc_now()
    factories.make_campaign(sqlite_database, now, n_edits=N, slug=SLUG, probability=None)
    scores = [
        factories.score_line(rev_id, 0.8 if rev_id in FLAGGED else 0.1) for rev_id in revisions()
    ]
    factories.import_rows(sqlite_database, "scores", scores, now)
    rows = [
        factories.judgment_line(
            rev_id,
            campaign=SLUG,
            reviewer=f"reviewer {who}",
            answers={"damaging": "yes" if rev_id in DAMAGING else "no", "goodfaith": "yes"},
        )
        for rev_id in revisions()
        for who in (1, 2)
    ]
    factories.import_rows(sqlite_database, "judgments", rows, now, origin="sample")
    return run


def revisions() -> range:
    return range(1001, 1001 + N)


def replay(run, probabilities: dict[int, float]) -> None:
    rows = [
        factories.score_line(rev_id, score, model_version="2.0.0")
        for rev_id, score in probabilities.items()
    ]
    told = run("scores", "import", "-", stdin=b"".join(factories.as_lines(rows)))
    assert told.exit_code == 0, told.output


def better() -> dict[int, float]:
    """As the first version, but for the edits that it no longer flags."""
    return {
        rev_id: 0.8 if rev_id in FLAGGED and rev_id not in FLIPPED else 0.1
        for rev_id in revisions()
    }


def report(run) -> dict:
    told = run("reports", "compute", SLUG, "--format", "json")
    assert told.exit_code == 0, told.output
    (damaging,) = [
        part for part in json.loads(told.output)["questions"] if part["question"] == "damaging"
    ]
    return damaging


def test_a_new_version_is_compared_on_the_same_edits_and_its_flips_are_listed(judged):
    assert report(judged)["comparisons"] == []
    replay(judged, better())

    found = report(judged)

    (pair,) = found["comparisons"]
    assert (pair["first"], pair["second"]) == (OLD, NEW)
    assert (pair["n_cases"], pair["n_flips"]) == (N, len(FLIPPED))
    assert {edit["rev_id"] for edit in pair["flips"]} == set(FLIPPED)
    assert {(edit["probability"], edit["other"]) for edit in pair["flips"]} == {(0.8, 0.1)}
    # 30 of 60 right before, 30 of 40 after, on the same labels; nothing more is missed.
    assert pair["precision"]["value"] == pytest.approx(30 / 40 - 30 / 60)
    assert pair["precision"]["low"] > 0
    assert pair["recall"]["value"] == pytest.approx(0)
    told = judged("reports", "show", SLUG).output
    assert f"{NEW} less {OLD}, on the same 80 edits: 20 edits flagged by one only" in told
    precision = [model["in_sample"]["precision"]["value"] for model in found["models"]]
    assert precision == [pytest.approx(30 / 60), pytest.approx(30 / 40)]


def test_a_gate_tells_the_versions_apart(judged):
    replay(judged, better())

    def gate(model: str, *bounds: str):
        return judged("gate", "--campaign", SLUG, "--model", model, *bounds)

    bounds = ("--min-precision-low", "0.45", "--min-recall-low", "0.8", "--max-fpr-high", "0.5")
    passed, failed = gate(NEW, *bounds), gate(OLD, *bounds)
    assert (passed.exit_code, failed.exit_code) == (0, 1), passed.output + failed.output
    assert passed.output.splitlines()[-1] == "kept"
    assert passed.output.count("  kept: ") == 3
    assert "not kept: precision low end >= 0.45" in failed.output
    assert "kept: recall low end >= 0.8" in failed.output
    # No report is needed for it, and none is made.
    assert judged("reports", "show", SLUG).exit_code != 0


def test_a_version_that_scored_a_few_judged_edits_is_not_kept_and_told_how_many_lack(judged):
    replay(judged, dict.fromkeys(range(1001, 1011), 0.9))
    told = judged(
        "gate", "--campaign", SLUG, "--model", NEW, "--min-precision-low", "0.1", "--format", "json"
    )
    assert told.exit_code == 1
    (condition,) = json.loads(told.output)["conditions"]
    assert condition["found"]["low"] > 0.1
    assert (condition["is_kept"], condition["n_missing"]) == (False, 20)


def test_a_campaign_says_which_edits_are_to_be_scored_anew(
    sqlite_database, run, monkeypatch, tmp_path
):
    monkeypatch.setenv("JADELITE_CONTACT", "tests@example.org")
    monkeypatch.setenv("JADELITE_RUN_FOLDER", str(tmp_path))
    now = utc_now()
    factories.make_campaign(sqlite_database, now, n_edits=7, slug=SLUG, wiki="fiwiki")
    factories.store_edits(sqlite_database, now, 5, wiki="fiwiki")
    ask = ("scores", "fetch", "--model", "revertrisk-language-agnostic", "--campaign", SLUG)
    told = run(*ask, "--wiki", "fiwiki", "--dry-run")
    assert told.output == "7 edits: 7 would be asked about\n", told.exception
    assert "is about fiwiki" in str(run(*ask, "--wiki", "fawiki").exception)
    twice = run(*ask, "--wiki", "fiwiki", "--revisions", "-")
    assert "expected one" in str(twice.exception)


def test_more_edits_above_a_threshold_are_drawn_by_a_command(sqlite_database, run):
    now = utc_now()
    factories.store_edits(sqlite_database, now, 400)
    factories.plan_campaign(sqlite_database, now, n=60, frame=factories.FRAME)
    drawing.draw(sqlite_database, "drawn", now=now, seed=7)
    more = ("campaigns", "more", "drawn", "--above", "0.5")
    assert "expected an open campaign" in str(run(*more, "--n", "5").exception)
    factories.set_state(sqlite_database, "drawn", "open", now=now)
    told = run(*more, "--n", "5")
    assert told.output == "campaign drawn: 5 edits more to judge\n", told.exception
    (row,) = json.loads(run("campaigns", "list", "--format", "json").output)
    assert row["n_edits"] == 65
    assert "expected 1 to 2000" in str(run(*more, "--n", "0").exception)
    run(*more, "--n", "2000")
    assert "in the sample already" in str(run(*more, "--n", "1").exception)

"""The `jadelite` command in-process: what each verb says and does."""

import json
import logging
from pathlib import Path

import factories
import pytest
from click.testing import CliRunner, Result

from jadelite.cli import main, root
from jadelite.config import data_folder
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.wiring import utc_now


@pytest.fixture
def run(sqlite_database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JADELITE_DATABASE_URL", sqlite_database.url)

    def invoke(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(root, arguments, input=given, catch_exceptions=False)

    return invoke


def lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_from_files_to_a_report(run) -> None:
    edits = lines([factories.edit_line(1), factories.edit_line(2)])
    assert "2 stored" in run("edits", "import", "-", given=edits).stdout
    scores = lines([factories.score_line(1, 0.9), factories.score_line(2, 0.1)])
    assert "2 stored" in run("scores", "import", "-", "--note", "a note", given=scores).stdout
    judgments = lines([factories.judgment_line(1), factories.judgment_line(2)])
    told = json.loads(run("judgments", "import", "-", "--format", "json", given=judgments).stdout)
    assert (told["n_stored"], told["n_bad"], told["dry_run"]) == (2, 0, False)
    report = run("reports", "compute", "an-import").stdout
    assert "note: a note" in report
    assert "1 true negative, 1 false positive" in report
    assert "not computed (no-positive-cases)" in report
    assert run("reports", "show", "an-import").stdout == report
    shown = json.loads(run("reports", "show", "an-import", "--format", "json").stdout)
    assert shown["schema"] == "jadelite.report/2"


def test_a_campaign_is_counted_made_closed_and_opened(run) -> None:
    run("edits", "import", "-", given=lines([factories.edit_line(1)]))
    create = ("campaigns", "create", "mine", "--wiki", factories.WIKI, "--evidence")
    assert "would hold 1 edit," in run(*create, "--dry-run").stdout
    assert "is open with 1 edit, 3 reviewers each" in run(*create).stdout
    with pytest.raises(Conflict, match="exists"):
        run(*create)
    assert "is closed" in run("campaigns", "close", "mine").stdout
    (row,) = json.loads(run("campaigns", "list", "--format", "json").stdout)
    assert (row["campaign"], row["state"], row["n_edits"]) == ("mine", "closed", 1)
    assert "is open" in run("campaigns", "open", "mine").stdout
    assert "mine" in run("campaigns", "list").stdout


def test_a_campaign_that_speaks_for_a_wiki_is_made_as_in_the_browser(run, tmp_path) -> None:
    run("edits", "import", "-", given=lines([factories.edit_line(n) for n in range(1, 41)]))
    scores = [factories.score_line(n, n / 50) for n in range(1, 41)]
    run("scores", "import", "-", given=lines(scores))
    guideline = tmp_path / "guideline.txt"
    guideline.write_text("Katso tarkkaan.", encoding="utf-8")
    asked = ("--wiki", factories.WIKI, "--n", "12", "--k", "1", "--from", "2026-09-01")
    plan = run("campaigns", "plan", *asked).stdout
    assert "12 edits of 40 in the frame (0 more fit without a score of damaging@1.0.0)" in plan
    assert "labour: 12 judgments of 30 s (a guess): 0.1 hours" in plan
    told = json.loads(run("campaigns", "plan", *asked, "--format", "json").stdout)
    assert (told["n_drawn"], told["n_judgments"]) == (12, 12)
    more = ("--closes", "2099-01-01", "--max-extra", "1", "--daily-cap", "50", "--name", "Syksy",
            "--guideline", str(guideline), "--language", "fi")  # fmt: skip
    assert (
        "is a draft" not in run("campaigns", "create", "syksy", *asked, *more, "--dry-run").stdout
    )
    assert json.loads(run("campaigns", "list", "--format", "json").stdout) == []
    assert "campaign syksy is a draft" in run("campaigns", "create", "syksy", *asked, *more).stdout
    drawn = run("campaigns", "draw", "syksy", "--seed", "5").stdout
    assert "syksy, probability: 12 edits of 40 drawn with the seed 5" in drawn
    assert "is open" in run("campaigns", "open", "syksy").stdout
    extended = run("campaigns", "extend", "syksy", "--k", "2", "--closes", "2099-12-31").stdout
    assert "ends at 2100-01-01 00:00 UTC, 2 reviewers for each edit" in extended
    assert "is closed" in run("campaigns", "close", "syksy").stdout
    assert "is archived" in run("campaigns", "archive", "syksy").stdout
    (row,) = json.loads(run("campaigns", "list", "--format", "json").stdout)
    assert (row["campaign"], row["state"], row["k"], row["n_edits"]) == ("syksy", "archived", 2, 12)


def test_the_plan_of_a_small_frame_tells_nothing_of_its_scores(run) -> None:
    run("edits", "import", "-", given=lines([factories.edit_line(n) for n in (1, 2)]))
    run("scores", "import", "-", given=lines([factories.score_line(n, 0.8125) for n in (1, 2)]))
    asked = ("campaigns", "plan", "--wiki", factories.WIKI, "--n", "2")
    plan = run(*asked).stdout
    assert "fewer than 20 edits" in plan
    assert "expected" not in plan
    told = run(*asked, "--format", "json").stdout
    assert "0.8125" not in told
    assert json.loads(told)["strata"] == []


def test_a_model_must_be_named_where_several_scored_the_wiki(run) -> None:
    run("edits", "import", "-", given=lines([factories.edit_line(n) for n in range(1, 9)]))
    for model in ("damaging", "local-damaging"):
        rows = [factories.score_line(n, n / 10, model=model) for n in range(1, 9)]
        run("scores", "import", "-", given=lines(rows))
    asked = ("campaigns", "plan", "--wiki", factories.WIKI, "--n", "4")
    with pytest.raises(Invalid, match=r"one of damaging@1.0.0, local-damaging@1.0.0"):
        run(*asked)
    assert "of local-damaging@1.0.0" in run(*asked, "--model", "local-damaging@1.0.0").stdout


def test_a_guideline_that_is_no_text_is_refused(run, tmp_path) -> None:
    run("edits", "import", "-", given=lines([factories.edit_line(1), factories.edit_line(2)]))
    run("scores", "import", "-", given=lines([factories.score_line(1), factories.score_line(2)]))
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(Invalid, match="UTF-8"):
        run(
            "campaigns",
            "create",
            "x1",
            "--wiki",
            factories.WIKI,
            "--guideline",
            str(tmp_path / "x"),
        )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("campaigns", "create", "Bad Name", "--wiki", "x", "--evidence"), Invalid),
        (("campaigns", "create", "good", "--wiki", "x", "--k", "0", "--evidence"), Invalid),
        (("campaigns", "create", "good", "--wiki", "nowiki", "--evidence"), NotFound),
        (("campaigns", "create", "good", "--wiki", "x", "--evidence", "--n", "9"), Invalid),
        (("campaigns", "create", "good", "--wiki", "nowiki"), NotFound),
        (("campaigns", "plan", "--wiki", "nowiki"), NotFound),
        (("campaigns", "draw", "nothing"), NotFound),
        (("campaigns", "extend", "nothing", "--k", "4"), NotFound),
        (("campaigns", "archive", "nothing"), NotFound),
        (("sites", "approve", "nosuchwiki", "--discussion", "https://x.org/y"), NotFound),
        (("sites", "approve", "fiwiki", "--discussion", "x"), Invalid),
        (("campaigns", "close", "nothing"), NotFound),
        (("reports", "compute", "nothing"), NotFound),
        (("reports", "show", "nothing"), NotFound),
        (("models", "score", "no-version", "-"), Invalid),
        (("models", "score", "nothing@1.0.0", "-"), NotFound),
    ],
)
def test_what_can_not_be_done_is_a_domain_error(run, arguments, error) -> None:
    with pytest.raises(error):
        run(*arguments, given="")


def test_a_report_that_was_never_computed_names_the_command(run, sqlite_database) -> None:
    factories.make_campaign(sqlite_database, utc_now())
    with pytest.raises(NotFound, match="jadelite reports compute"):
        run("reports", "show", "a-campaign")


def test_the_schema_is_checked_and_upgraded(run) -> None:
    assert "current" in run("db", "check").stdout
    assert "revision" in run("db", "upgrade").stdout


def test_the_worker_runs_what_is_due(run, sqlite_database) -> None:
    factories.make_campaign(sqlite_database, utc_now())
    # It looks for hidden contents, edits to prepare, ended campaigns, and finds nothing to do.
    assert "work done: 3" in run("worker", "run", "--once").stdout


def test_models_are_listed_and_score_what_scores_import_reads(run) -> None:
    listed = run("models", "list").stdout
    assert "local-damaging@1.0.0 answers damaging" in listed
    assert "revertrisk-language-agnostic (liftwing) answers damaging" in listed
    assert json.loads(run("models", "list", "--format", "json").stdout)[0]["version"] == "1.0.0"
    assert "damaging (liftwing) answers damaging for 33 wikis: " in listed
    assert "revertrisk-wikidata (liftwing) answers damaging for wikidatawiki: " in listed
    assert "answers damaging for every wikipedia: " in listed
    rows = {
        row["model"]: row for row in json.loads(run("models", "list", "--format", "json").stdout)
    }
    assert rows["local-damaging"]["wikis"] is None
    assert rows["revertrisk-wikidata"]["wikis"] == ["wikidatawiki"]
    assert rows["revertrisk-language-agnostic"]["wikis"] == {
        "project": "wikipedia",
        "exceptions": [],
    }
    edits = lines([factories.edit_line(1)])
    scored = run("models", "score", "local-damaging@1.0.0", "-", given=edits).stdout
    assert "1 stored" in run("scores", "import", "-", given=scored).stdout


def test_the_shipped_scores_are_what_the_shipped_model_says(run) -> None:
    folder = Path(data_folder("models")).parent / "jadelite/audit/sample"
    if not folder.is_dir():
        pytest.skip("the sample stands inside the package here")
    told = run(
        "models",
        "score",
        "local-damaging@1.0.0",
        str(folder / "sample-fi.edits.jsonl"),
        "--scored-at",
        "2026-10-21T06:00:00+0000",
    ).stdout
    shipped = (folder / "sample-fi.scores.jsonl").read_text().splitlines()
    for mine, theirs in zip(told.splitlines(), shipped, strict=True):
        one, other = json.loads(mine), json.loads(theirs)
        said, stands = one.pop("probabilities", {}), other.pop("probabilities", {})
        assert said == pytest.approx(stands, abs=1e-9)
        assert one == other


def test_spans_and_lines_are_refused_in_plain_words(
    run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JADELITE_CONTACT", "me@example.org")
    monkeypatch.setenv("JADELITE_RUN_FOLDER", str(tmp_path))
    ask = ("scores", "fetch", "--wiki", "fawiki", "--model", "damaging")
    with pytest.raises(Invalid, match="every is 1s, expected 1m to 7d"):
        run(*ask, "--every", "1s")
    with pytest.raises(Invalid, match="since is 31d, expected up to 30d"):
        run(*ask, "--since", "31d")
    with pytest.raises(Invalid) as refused:
        run(*ask, "--revisions", "-", given="7\n\x1b[1m\n")
    assert "line 2 is '\\x1b[1m', expected" in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["reports", "show", "nothing"], 4, "jadelite: there is no campaign 'nothing'"),
        (["edits", "import", "/nowhere/at/all"], 74, "can't use /nowhere/at/all"),
        (["campaigns", "create", "x"], 2, "Missing option '--wiki'"),
        (["--version"], 0, ""),
    ],
)
def test_every_end_has_its_exit_code(
    sqlite_database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments,
    code,
    said,
) -> None:
    monkeypatch.setenv("JADELITE_DATABASE_URL", sqlite_database.url)
    monkeypatch.setattr("sys.argv", ["jadelite", *arguments])
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == code
    assert said in capsys.readouterr().err


def test_a_bug_stays_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["jadelite", "db", "check"])
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr("jadelite.wiring.build", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main()

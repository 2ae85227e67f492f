"""The real command line in a process of its own: real files in, figures out, trouble in words.

Every command runs as an operator types it, on a SQLite file named by JADELITE_DATABASE_URL.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import factories
import pytest
from sqlalchemy import func, select

from jadelite.config import load_settings
from jadelite.db.session import Database
from jadelite.db.tables import Base
from jadelite.wiring import Services

ROOT = Path(__file__).parents[2]
CONVERTER = ROOT / "benchmarks" / "convert.py"
PILOT = "multilingual-edits-pilot"
WIKILABELS = "enwiki-wikilabels-ores"
CAMPAIGN = "enwiki-wikilabels-2015"
NOTE = "the scores are in-sample"
NO_TEXT = "The text of this edit isn’t stored here"

Result = subprocess.CompletedProcess[bytes]
Command = Callable[..., Result]


@pytest.fixture(scope="module")
def converted(shared, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    command = [sys.executable, CONVERTER, shared, folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'operator.sqlite3'}"


@pytest.fixture
def migrated(url, sqlite_template) -> str:
    shutil.copy(sqlite_template, url.removeprefix("sqlite:///"))
    return url


@pytest.fixture
def jadelite(url, tmp_path) -> Command:
    """Runs a command in the test's own folder; `stdin` is what is piped in."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JADELITE_")}
    environment = {**kept, "JADELITE_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        command = [sys.executable, "-m", "jadelite.cli", *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, cwd=tmp_path, env=environment, check=False
        )

    return run


@pytest.fixture
def services(migrated, clock) -> Services:
    """The pages' services over the operator's database (`reader` is built on these)."""
    settings = load_settings(
        environment="test",
        database_url=migrated,
        secret_key="a-key-for-tests-only-0123456789abcdef",
    )
    return Services(settings, Database(migrated), clock)


def n_rows(url: str) -> dict[str, int]:
    """Rows of every table that has any."""
    database = Database(url)
    try:
        with database.reading() as session:
            counts = {
                table.name: session.scalar(select(func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
            }
    finally:
        database.close()
    return {name: count for name, count in counts.items() if count}


def write(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def test_from_an_empty_file_to_the_figures_of_2384_real_labels(
    jadelite, converted, tmp_path
) -> None:
    lines = (converted / f"{WIKILABELS}.judgments.jsonl").read_bytes().splitlines(keepends=True)
    packed = tmp_path / "first-half.jsonl.gz"
    packed.write_bytes(gzip.compress(b"".join(lines[:1200])))
    scores = converted / f"{WIKILABELS}.scores.jsonl"
    for result, said in (
        (jadelite("db", "upgrade"), b"the database is at revision"),
        (jadelite("scores", "import", scores, "--note", NOTE), b"4768 lines: 4768 stored"),
        (jadelite("judgments", "import", packed), b"1200 lines: 1200 stored"),
        (
            jadelite("judgments", "import", "-", stdin=b"".join(lines[1200:])),
            b"1184 lines: 1184 stored",
        ),
        (jadelite("judgments", "import", packed), b"0 stored, 0 completed, 1200 known already"),
    ):
        assert result.returncode == 0, result.stderr
        assert said in result.stdout
        assert result.stderr == b""
    result = jadelite("reports", "compute", CAMPAIGN, "--format", "json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    model = report["questions"][0]["models"][0]
    assert model["in_sample"]["cells"] == {"tn": 2213, "fp": 71, "fn": 4, "tp": 96}
    assert round(model["roc_auc"]["value"], 4) == 0.9939
    assert round(model["calibration"]["brier"]["value"], 4) == 0.0275
    shown = jadelite("reports", "show", CAMPAIGN).stdout.decode()
    assert f"note: {NOTE}" in shown
    assert "2213 true negative, 71 false positive, 4 false negative, 96 true positive" in shown


def test_a_bad_line_in_the_middle_is_named_and_the_rest_goes_in(
    jadelite, migrated, tmp_path
) -> None:
    rows = [factories.score_line(rev_id) for rev_id in range(1, 6)]
    rows[2]["probabilities"] = {"true": 0.9, "false": 0.3}
    path = write(tmp_path / "scores.jsonl", factories.as_lines(rows))
    result = jadelite("scores", "import", path)
    assert result.returncode == 2
    assert result.stderr.decode() == "line 3: probabilities: probabilities sum to 1.2, expected 1\n"
    assert b"5 lines: 4 stored, 0 completed, 0 known already, 1 bad" in result.stdout
    assert n_rows(migrated)["score"] == 4


def test_strict_stops_at_the_first_bad_line(jadelite, migrated, tmp_path) -> None:
    lines = factories.as_lines(factories.edit_line(rev_id) for rev_id in range(1, 6))
    lines[2] = b"not json\n"
    lines[4] = b"not json either\n"
    path = write(tmp_path / "edits.jsonl", lines)
    result = jadelite("edits", "import", path, "--strict")
    assert result.returncode == 2
    assert re.fullmatch(rb"line 3: line: not a JSON object: [^\n]+\n", result.stderr)
    assert n_rows(migrated)["edit"] == 2


def test_a_dry_run_says_what_would_happen_and_stores_nothing(jadelite, migrated, tmp_path) -> None:
    before = n_rows(migrated)
    for noun, make in (
        ("edits", factories.edit_line),
        ("scores", factories.score_line),
        ("judgments", factories.judgment_line),
    ):
        path = write(tmp_path / f"{noun}.jsonl", factories.as_lines([make(1), make(2), make(1)]))
        result = jadelite(noun, "import", path, "--dry-run", "--format", "json")
        assert result.returncode == 0, result.stderr
        said = json.loads(result.stdout)
        assert (said["n_lines"], said["n_stored"], said["n_known"]) == (3, 2, 1)
        assert said["dry_run"] is True
    assert n_rows(migrated) == before


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda packed: packed[:-20], id="cut-short"),
        pytest.param(lambda packed: b"no gzip at all\n", id="not-gzip"),
        pytest.param(lambda packed: packed[:30] + b"\xff\xff" + packed[32:], id="garbled"),
    ],
)
@pytest.mark.usefixtures("migrated")
def test_a_broken_gzip_file_ends_in_one_sentence(jadelite, tmp_path, harm) -> None:
    packed = gzip.compress(b"".join(factories.as_lines([factories.edit_line()])))
    path = write(tmp_path / "edits.jsonl.gz", [harm(packed)])
    result = jadelite("edits", "import", path)
    said = result.stderr.decode()
    assert result.returncode == 2
    where = re.escape(str(path))
    assert re.fullmatch(rf"stopped after line \d+: {where} is not a whole gzip file: .+\n", said)
    assert re.match(rb"\d+ lines: ", result.stdout)


@pytest.mark.parametrize("name", ["nowhere.jsonl", "nowhere.jsonl.gz"])
@pytest.mark.usefixtures("migrated")
def test_a_missing_file_ends_in_one_sentence(jadelite, name) -> None:
    result = jadelite("judgments", "import", name)
    assert result.returncode == 74
    assert result.stderr.decode() == f"jadelite: can't use {name}: No such file or directory\n"
    assert result.stdout == b""


def test_a_database_without_schema_names_the_command(jadelite, tmp_path) -> None:
    path = write(tmp_path / "edits.jsonl", factories.as_lines([factories.edit_line()]))
    result = jadelite("edits", "import", path)
    assert result.returncode == 5
    assert result.stderr.count(b"\n") == 1
    assert b"run: jadelite db upgrade" in result.stderr


def test_all_real_persian_edits_can_be_reviewed_with_or_without_text(
    jadelite, converted, reader
) -> None:
    edits = converted / f"{PILOT}.edits.jsonl"
    with edits.open(encoding="utf-8") as stream:
        persian = [edit for edit in map(json.loads, stream) if edit["wiki"] == "fawiki"]
    n_with_text = sum(edit["text_after"] is not None for edit in persian)
    assert 0 < n_with_text < len(persian) == 21
    assert jadelite("edits", "import", edits).returncode == 0
    result = jadelite("campaigns", "create", "pilot-fawiki", "--wiki", "fawiki", "--evidence")
    assert result.returncode == 0, result.stderr
    assert b"campaign pilot-fawiki is open with 21 edits, 3 reviewers each" in result.stdout
    seen = {"with": 0, "without": 0}
    reader.get("/campaigns/pilot-fawiki").post("/campaigns/pilot-fawiki/start", length="open")
    while reader.path.startswith("/tasks/"):
        is_shown = re.search(r'<div class="text" lang="fa" dir="(rtl|ltr)">', reader.text)
        assert (NO_TEXT in reader.words) is (is_shown is None)
        seen["with" if is_shown else "without"] += 1
        reader.judge(damaging="unsure" if is_shown is None else "no", goodfaith="yes")
        assert reader.path.endswith("/reveal")
        reader.post("/campaigns/pilot-fawiki/next")
    assert reader.path == "/campaigns/pilot-fawiki/sitting"
    assert seen == {"with": n_with_text, "without": 21 - n_with_text}
    listed = json.loads(jadelite("campaigns", "list", "--format", "json").stdout)
    assert [(row["campaign"], row["n_judgments"]) for row in listed] == [("pilot-fawiki", 21)]

"""A program that was written for ORES, unchanged, asks a running demonstration: PyPI's oresapi."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from real_servers import free_port

oresapi = pytest.importorskip("oresapi", reason="the client oresapi is not installed")
pytestmark = pytest.mark.peer

WIKI, MODEL = "sample-fa", "local-damaging"
SCORES = Path(__file__).parents[2] / "jadelite/audit/sample/sample-fa.scores.jsonl"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demonstration, in a folder of its own."""
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JADELITE_")}
    running = subprocess.Popen(
        [sys.executable, "-m", "jadelite.cli", "demo", "run", "--port", str(port)],
        cwd=tmp_path_factory.mktemp("demo"),
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    with running:
        said = []
        for line in running.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                break
        assert said[-1].startswith("Ctrl-C"), said
        yield f"http://127.0.0.1:{port}"
        running.send_signal(signal.SIGTERM)


@pytest.fixture
def session(host: str) -> "oresapi.Session":
    return oresapi.Session(host, user_agent="tests@example.org")


def test_the_client_gets_scores_and_errors_where_it_looks_for_them(session) -> None:
    stored = {
        line["rev_id"]: line.get("probabilities")
        for line in map(json.loads, SCORES.read_text(encoding="utf-8").splitlines())
    }
    asked = [*stored, *range(1, 101)]  # three requests, two of them at once

    found = dict(zip(asked, session.score(WIKI, [MODEL], asked), strict=True))

    kinds = {rev_id: answer[MODEL].get("error", {}).get("type") for rev_id, answer in found.items()}
    assert {kinds[rev_id] for rev_id in range(1, 101)} == {"RevisionNotFound"}
    scored = [rev_id for rev_id in stored if kinds[rev_id] is None]
    assert len(scored) > 5
    for rev_id in scored:
        assert found[rev_id][MODEL]["score"]["probability"] == stored[rev_id]
    # The demonstration is open: what is still to be judged is kept back, and says so.
    assert "ScoreWithheld" in {kinds[rev_id] for rev_id in stored}


def test_the_client_reads_a_refusal(session) -> None:
    (answer,) = session.score("xxwiki", ["damaging"], [1])
    assert answer["damaging"]["error"]["code"] == "not found"
    (answer,) = session.score(WIKI, ["nonsense"], [1])
    assert "not available" in answer["nonsense"]["error"]["message"]


def test_a_version_can_be_named_through_the_client(session) -> None:
    name = f"{MODEL}@1.0.0"
    (answer,) = session.score(WIKI, [name], [1])
    assert answer[name]["error"]["type"] == "RevisionNotFound"


def test_a_threshold_is_asked_for_as_its_users_did(host: str) -> None:
    """By the address that ORES's documentation gives; the client has no call for it."""
    path = 'statistics.thresholds.true."maximum recall @ precision >= 0.6"'
    address = f"{host}/v3/scores/{WIKI}/"
    found = requests.get(address, params={"models": MODEL, "model_info": path}, timeout=60).json()
    (point,) = found[WIKI]["models"][MODEL]["statistics"]["thresholds"]["true"]
    assert point["precision"] >= 0.6
    assert 0 <= point["threshold"] <= 1

"""Scores fetched from a real KServe, which reads a real MediaWiki, by the command line."""

import hashlib
import json
from typing import Any

import pytest
import requests
from sqlalchemy import select

from jadelite.db.session import Database
from jadelite.db.tables import (
    EditRow,
    ModelRow,
    ModelVersionRow,
    ScoreFailureRow,
    ScoreRow,
    WikiRow,
)

pytestmark = pytest.mark.peer

MODEL = "own-damaging"


def predict(kserve: str, rev_id: int) -> requests.Response:
    """The server's own answer, by no code of the product."""
    address = f"{kserve}/models/testwiki-damaging:predict"
    return requests.post(address, json={"rev_id": rev_id}, timeout=60)


def stored(database: Database) -> dict[int, Any]:
    """Scores by revision, with model and version."""
    query = (
        select(EditRow.rev_id, ScoreRow, ModelRow.name, ModelVersionRow.version)
        .join(ScoreRow, ScoreRow.edit_id == EditRow.edit_id)
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id)
    )
    with database.reading() as session:
        return {row[0]: row[1:] for row in session.execute(query)}


def failed(database: Database) -> dict[int, tuple[str, str | None]]:
    """Why there is no score, by revision."""
    query = select(EditRow.rev_id, ScoreFailureRow.reason, ScoreFailureRow.detail).join(
        ScoreFailureRow, ScoreFailureRow.edit_id == EditRow.edit_id
    )
    with database.reading() as session:
        return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def fetch(jadelite, rev_ids, *options: str, model: str = MODEL) -> dict[str, Any]:
    """`scores fetch` of these revisions; its summary."""
    done = jadelite(
        "scores", "fetch", "--wiki", "testwiki", "--model", model, "--revisions", "-",
        "--format", "json", *options, stdin="".join(f"{rev_id}\n" for rev_id in rev_ids),
    )  # fmt: skip
    assert done.returncode in (0, 75), done.stderr
    assert "Traceback" not in done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return {**summary, "code": done.returncode, "said": done.stderr}


def test_a_fetched_score_is_the_servers_to_the_last_digit(
    jadelite, kserve, mediawiki, database
) -> None:
    kinds = mediawiki.kinds
    chosen = [kinds[k] for k in ("create", "vandal_blank", "good_ip_addition", "temp_user")]
    summary = fetch(jadelite, chosen)
    assert (summary["stored"], summary["failed"], summary["code"]) == (4, {}, 0)
    scores = stored(database)
    assert sorted(scores) == sorted(chosen)
    for rev_id, (score, name, version) in scores.items():
        reply = predict(kserve, rev_id)
        said = reply.json()["testwiki"]
        body = said["scores"][str(rev_id)]["damaging"]["score"]
        assert (name, version) == ("testwiki-own-damaging", said["models"]["damaging"]["version"])
        assert dict(score.probabilities) == body["probability"]
        assert score.probability == body["probability"]["true"]
        assert score.prediction == ("true" if body["prediction"] else "false")
        assert score.source == "liftwing"
        assert score.answer_digest == hashlib.sha256(reply.content).hexdigest()
        assert score.scored_at is not None
    assert scores[kinds["vandal_blank"]][0].probability > 0.9
    again = fetch(jadelite, chosen)
    assert (again["skipped"], again["asked"], again["stored"]) == (4, 0, 0)
    once_more = fetch(jadelite, chosen, "--again")
    assert (once_more["asked"], once_more["stored"], once_more["known"]) == (4, 0, 4)
    assert once_more["differing"] == 0


def test_recent_changes_are_scored_and_described(jadelite, mediawiki, database) -> None:
    ask = ("scores", "fetch", "--wiki", "testwiki", "--model", MODEL, "--recent", "12")
    dry = jadelite(*ask, "--dry-run")
    assert dry.stdout == "12 edits: 12 would be asked about\n", dry.stderr
    assert stored(database) == {}
    done = jadelite(*ask)
    assert done.returncode == 0, done.stderr
    listed = mediawiki.login("Reviewer One").ask(
        action="query", list="recentchanges", rctype="edit|new", rcprop="ids", rclimit=12
    )
    newest = {row["revid"] for row in listed["query"]["recentchanges"]}
    assert set(stored(database)) | set(failed(database)) == newest
    with database.reading() as session:
        for edit, wiki in session.execute(select(EditRow, WikiRow.dbname).join(WikiRow)):
            assert wiki == "testwiki"
            assert edit.page_title is not None
            assert edit.edited_at is not None
    again = jadelite(*ask, "--format", "json")
    assert json.loads(again.stdout)["asked"] == 0, again.stdout


def test_each_edit_without_a_score_says_why_and_spoils_no_other(
    jadelite, mediawiki, database
) -> None:
    kinds = mediawiki.kinds
    reasons = {
        999_999: "missing",
        kinds["deleted_page_rev1"]: "missing",
        kinds["revdel_text"]: "deleted",
        kinds["suppressed_all"]: "deleted",
        666: "transient",  # KServe's InferenceError
        667: "transient",  # an exception that the model's code did not expect
    }
    good = [kinds["create"], kinds["undo"], kinds["revdel_user"]]
    rev_ids = [good[0], *list(reasons)[:3], good[1], *list(reasons)[3:], good[2]]
    summary = fetch(jadelite, rev_ids)
    assert summary["stored"] == 3
    assert summary["failed"] == {"deleted": 2, "missing": 2, "transient": 2}
    assert sorted(stored(database)) == sorted(good)
    found = failed(database)
    assert {rev_id: reason for rev_id, (reason, _) in found.items()} == reasons
    for _, detail in found.values():
        assert detail
        assert detail.isprintable()
    # What lasts is not asked again, what may pass is.
    again = fetch(jadelite, rev_ids)
    assert (again["skipped"], again["asked"]) == (7, 2)
    assert again["failed"] == {"transient": 2}


@pytest.mark.parametrize(
    ("model", "reason"), [("own-notready", "transient"), ("own-nowhere", "client-bug")]
)
def test_a_model_that_is_not_there_or_not_ready_gives_no_score(
    jadelite, mediawiki, database, model, reason
) -> None:
    summary = fetch(jadelite, [mediawiki.kinds["create"]], model=model)
    assert summary["failed"] == {reason: 1}
    assert stored(database) == {}
    assert failed(database)[mediawiki.kinds["create"]][0] == reason


def test_a_model_not_for_this_wiki_is_not_asked(jadelite, mediawiki, database) -> None:
    summary = fetch(jadelite, [mediawiki.kinds["create"]], model="damaging")
    assert summary["failed"] == {"unsupported-language": 1}
    assert stored(database) == {}


def test_a_service_that_is_gone_ends_the_asking_early(
    jadelite, mediawiki, database, tmp_path
) -> None:
    gone = tmp_path / "gone.toml"
    gone.write_text(
        '[services]\nliftwing = "http://127.0.0.1:9/v1"\n'
        f'[wikis]\ntestwiki = {{api = "{mediawiki.api}", language = "en"}}\n'
    )
    done = jadelite(
        "scores", "fetch", "--wiki", "testwiki", "--model", MODEL, "--recent", "20",
        JADELITE_UPSTREAMS_FILE=str(gone),
    )  # fmt: skip
    assert done.returncode == 75, (done.stdout, done.stderr)
    assert "stopped early" in done.stderr
    assert stored(database) == {}
    assert {reason for reason, _ in failed(database).values()} == {"transient"}
    done = jadelite("scores", "fetch", "--wiki", "testwiki", "--model", MODEL, "--recent", "20",
                    JADELITE_RUN_FOLDER=str(tmp_path / "later"))  # fmt: skip
    assert done.returncode == 0, done.stderr  # the service is back, and its circuit closed
    scores, reasons = stored(database), failed(database)
    left = {reason for rev_id, (reason, _) in reasons.items() if rev_id not in scores}
    assert len(scores) > 5
    assert "transient" not in left

"""Scores and statistics in ORES's form, from the sample audit, on both databases."""

import json
from urllib.parse import quote

import factories
import pytest

from jadelite.audit import demo, reporting
from jadelite.db import edits, masking
from jadelite.web.api.statistics import StatisticsBody

WIKI, MODEL, REV_ID = "sample-fa", "local-damaging", 130005
LATER = "2.0.0"  # a version that came after the sample's
PROBLEM = "application/problem+json"  # of our own API; ORES's form is plain JSON


@pytest.fixture
def ask(services, app, monkeypatch):
    monkeypatch.setattr(demo, "SAMPLE_LANGUAGES", ("fa", "fi"))
    demo.load(services.database, now=services.clock(), say=lambda _: None)
    client = app.test_client()

    def get(path: str, status: int = 200, method: str = "GET", **more):
        answer = client.open(path, method=method, **more)
        assert answer.status_code == status, answer.text
        assert answer.mimetype == ("application/json" if status != 422 else PROBLEM)
        return None if method == "HEAD" else json.loads(answer.text)

    return get


def replay(services, *rev_ids: int, name: str = MODEL, version: str = LATER) -> None:
    """Store what another version says of some edits: that all are damaging."""
    rows = [
        factories.score_line(rev_id, 0.9, model=name, model_version=version) for rev_id in rev_ids
    ]
    done = factories.import_rows(services.database, "scores", rows, services.clock())
    assert (done.n_stored, done.n_bad) == (len(rev_ids), 0)


def info(path: str, models: str = MODEL, wiki: str = WIKI) -> str:
    return f"/v3/scores/{wiki}/?models={models}&model_info={quote(path)}"


def close(services) -> None:
    factories.set_state(services.database, WIKI, "closed", now=services.clock())


def test_contexts_name_their_models_and_versions(ask):
    found = ask("/v3/scores/")
    assert found[WIKI]["models"] == {MODEL: {"version": "1.0.0"}}
    assert list(found) == ["sample-fa", "sample-fi"]


def test_a_score_has_the_shape_of_ores(ask, services):
    close(services)
    found = ask(f"/v3/scores/{WIKI}/?models={MODEL}&revids={REV_ID}|1")
    assert found[WIKI]["models"] == {MODEL: {"version": "1.0.0"}}
    score = found[WIKI]["scores"][str(REV_ID)][MODEL]["score"]
    assert isinstance(score["prediction"], bool)
    assert set(score["probability"]) == {"true", "false"}
    assert sum(score["probability"].values()) == pytest.approx(1)
    assert score["prediction"] == (score["probability"]["true"] >= 0.5)
    missing = found[WIKI]["scores"]["1"][MODEL]["error"]
    assert missing["type"] == "RevisionNotFound"
    one = ask(f"/v3/scores/{WIKI}/{REV_ID}/{MODEL}/")
    assert one[WIKI]["scores"] == {str(REV_ID): {MODEL: {"score": score}}}
    assert ask(f"/v3/scores/{WIKI}/{REV_ID}/")[WIKI]["scores"] == one[WIKI]["scores"]


def test_a_score_is_kept_back_while_people_are_to_judge_blind(ask, services, database):
    before = ask(f"/v3/scores/{WIKI}/?revids=130029")
    found = before[WIKI]["scores"]["130029"][MODEL]
    with database.reading() as session:
        edit = edits.find(session, WIKI, 130029)
        assert masking.is_masked(session, edit.edit_id) == ("error" in found)
    factories.store_edits(database, services.clock(), 1, first=990001, wiki=WIKI)
    found = ask(f"/v3/scores/{WIKI}/?revids=990001&models=damaging")
    error = found[WIKI]["scores"]["990001"]["damaging"]["error"]
    assert error["type"] == "ScoreWithheld"
    assert "probability" not in json.dumps(found)


def test_a_threshold_is_found_in_the_language_of_ores(ask):
    path = 'statistics.thresholds.true."maximum recall @ precision >= 0.6"'
    (point,) = ask(info(path))[WIKI]["models"][MODEL]["statistics"]["thresholds"]["true"]
    names = {"threshold", "match_rate", "filter_rate", "precision", "!precision", "recall"}
    assert names | {"!recall", "accuracy", "fpr", "f1", "!f1"} == set(point)
    assert point["precision"] >= 0.6
    every = ask(info("statistics.thresholds.true"))[WIKI]["models"][MODEL]
    table = every["statistics"]["thresholds"]["true"]
    assert point["recall"] == max(row["recall"] for row in table if (row["precision"] or 0) >= 0.6)


def test_an_impossible_condition_gives_null(ask):
    path = 'statistics.thresholds.true."maximum recall @ precision >= 1.1"'
    found = ask(info(path))
    assert found[WIKI]["models"][MODEL]["statistics"]["thresholds"]["true"] == [None]


def test_the_statistics_document_is_that_of_ores(ask):
    found = ask(info("statistics"))[WIKI]["models"][MODEL]["statistics"]
    rates = {"match_rate", "filter_rate", "recall", "!recall", "precision", "!precision"}
    more = {"f1", "!f1", "accuracy", "fpr", "roc_auc", "pr_auc", "counts", "rates"}
    assert set(found) == rates | more
    assert set(found["recall"]) == {"micro", "macro", "labels"}
    counts = found["counts"]
    assert counts["labels"]["true"] + counts["labels"]["false"] == counts["n"]
    assert counts["predictions"]["true"].keys() == {"true", "false"}
    both = ask(info("statistics.roc_auc|statistics.counts.n|version"))[WIKI]["models"][MODEL]
    assert both["statistics"]["roc_auc"] == found["roc_auc"]
    assert both["statistics"]["counts"] == {"n": counts["n"]}
    assert both["version"] == "1.0.0"


ERRORS = [
    ("/v3/scores/xxwiki/", 404, "not found"),
    ("/v3/scores/Not a wiki/", 404, "not found"),
    (f"/v3/scores/{WIKI}/?models=nonsense", 404, "not found"),
    (f"/v3/scores/{WIKI}/?models={MODEL}@9", 404, "not found"),
    (f"/v3/scores/{WIKI}/1/nonsense/", 404, "not found"),
    (f"/v3/scores/{WIKI}/?revids=" + "|".join(map(str, range(1, 52))), 400, "bad request"),
    (f"/v3/scores/{WIKI}/?revids=abc", 400, "bad request"),
    (f"/v3/scores/{WIKI}/?revids=-5", 400, "bad request"),
    (f"/v3/scores/{WIKI}/?revids=1&features", 501, "not implemented"),
    (f"/v3/scores/{WIKI}/?revids=1&feature.revision.user.is_anon=true", 501, "not implemented"),
    ("/v3/nonsense", 404, "not found"),
    (info("statistics.nonsense"), 400, "bad request"),
    (info("nonsense"), 400, "bad request"),
    (info("statistics..x"), 400, "bad request"),
    (info('statistics.thresholds.true."best recall"'), 400, "bad request"),
    (info('statistics.thresholds.maybe."maximum recall @ fpr <= 1"'), 400, "bad request"),
    (info("statistics.roc_auc.labels.true.more"), 400, "bad request"),
]


def test_errors_have_the_form_of_ores(ask):
    for path, status, code in ERRORS:
        error = ask(path, status)["error"]
        assert error["code"] == code, path
        assert error["message"], path
    assert ask("/v3/scores/", 405, "DELETE")["error"]["code"] == "method not allowed"


def test_a_bug_has_the_form_of_ores_too(ask, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("jadelite.audit.ores_scores.scores_of", broken)
    error = ask(f"/v3/scores/{WIKI}/", 500)["error"]
    assert error["code"] == "internal server error"
    assert "Zero" not in error["message"]


def test_a_form_is_answered_as_an_address_is(ask):
    asked = {"models": MODEL, "revids": f"{REV_ID}|1", "model_info": "version"}
    by_form = ask(f"/v3/scores/{WIKI}/", method="POST", data=asked)
    assert by_form == ask(f"/v3/scores/{WIKI}/?models={MODEL}&revids={REV_ID}|1")
    one = ask(f"/v3/scores/{WIKI}/", method="POST", data={"revids": REV_ID})
    assert one == ask(f"/v3/scores/{WIKI}/{REV_ID}/")
    ask(f"/v3/scores/{WIKI}/", method="HEAD")


def test_without_names_a_model_that_nobody_compared_has_nothing(ask, services):
    replay(services, REV_ID, name="damaging", version="1.0.0")
    path = quote('statistics.thresholds.true."maximum recall @ precision >= 0.5"|version')
    found = ask(f"/v3/scores/{WIKI}/?model_info={path}")[WIKI]["models"]
    assert found["damaging"] == {}
    assert set(found[MODEL]) == {"statistics", "version"}
    listed = ask(f"/v3/scores/?model_info={path}")
    assert listed[WIKI]["models"] == found
    assert set(listed) == {"sample-fa", "sample-fi"}
    assert "damaging" in ask(info("statistics", models="damaging"), 404)["error"]["message"]


def test_paths_that_overlap_are_answered_together(ask):
    query = 'statistics.thresholds.true."maximum recall @ precision >= {}"'
    at = [query.format(bound) for bound in ("0.6", "1.1")]
    alone = ask(info(at[0]))[WIKI]["models"][MODEL]["statistics"]["thresholds"]["true"]
    both = ask(info("|".join([*at, "statistics", "statistics.roc_auc.labels.true"])))
    found = both[WIKI]["models"][MODEL]["statistics"]
    assert found["thresholds"]["true"] == [*alone, None]
    assert found["roc_auc"]["labels"].keys() == {"true", "false"}
    assert "recall" in found


def test_trying_another_version_on_old_edits_changes_nothing_here(ask, services):
    close(services)
    before = ask(f"/v3/scores/{WIKI}/?models={MODEL}&revids={REV_ID}")
    replay(services, REV_ID)
    assert ask(f"/v3/scores/{WIKI}/?models={MODEL}&revids={REV_ID}") == before
    assert ask("/v3/scores/")[WIKI]["models"][MODEL] == {"version": "1.0.0"}
    pinned = f"{MODEL}@{LATER}"
    for name in (pinned, quote(quote(pinned))):  # oresapi writes it so
        found = ask(f"/v3/scores/{WIKI}/?models={name}&revids={REV_ID}")[WIKI]
        assert found["models"] == {pinned: {"version": LATER}}
        score = found["scores"][str(REV_ID)][pinned]["score"]
        assert score["probability"] == {"false": pytest.approx(0.1), "true": 0.9}
    none = ask(f"/v3/scores/{WIKI}/?models={pinned}&revids=130029")[WIKI]["scores"]["130029"]
    assert none[pinned]["error"]["type"] == "ScoreNotStored"


def test_the_version_that_scores_new_edits_answers(ask, services):
    factories.import_rows(
        services.database, "edits", [factories.edit_line(990001)], services.clock()
    )
    replay(services, 990001)
    found = ask(f"/v3/scores/{WIKI}/?models={MODEL}")[WIKI]["models"]
    assert found == {MODEL: {"version": LATER}}


def test_true_is_what_the_model_calls_yes(ask, services):
    """A model of good faith is compared with the votes on good faith."""
    close(services)
    rows = [
        factories.score_line(130000 + n, 0.9 - n / 100, model="goodfaith") for n in range(1, 31)
    ]
    factories.import_rows(services.database, "scores", rows, services.clock())
    reporting.compute(services.database, WIKI, now=services.clock())
    found = ask(info("statistics.rates|statistics.counts", models="goodfaith"))
    told = found[WIKI]["models"]["goodfaith"]["statistics"]
    assert told["counts"]["labels"]["true"] > told["counts"]["labels"]["false"]
    assert told["rates"]["population"]["true"] > 0.5
    damaging = ask(info("statistics.rates"))[WIKI]["models"][MODEL]["statistics"]["rates"]
    assert damaging["population"]["true"] < 0.5


def test_fifty_revisions_cost_as_few_statements_as_one(ask, count_queries):
    for revids in (str(REV_ID), "|".join(str(130000 + n) for n in range(1, 51))):
        with count_queries() as count:
            ask(f"/v3/scores/{WIKI}/?models={MODEL}&revids={revids}")
        assert count() <= 9, count()
    with count_queries() as count:
        ask("/v3/scores/")
    assert count() <= 4, count()


def test_our_own_endpoint_adds_n_intervals_and_edits_a_day(ask):
    found = ask(f"/api/v1/wikis/{WIKI}/models/{MODEL}/statistics")
    assert (found["wiki"], found["campaign"], found["model"]) == (WIKI, WIKI, MODEL)
    assert StatisticsBody(**found).model_dump() == found
    assert 0 < found["n"] <= 30
    assert len(found["points"]) > 5
    for point in found["points"]:
        assert point["n_above"] >= 1
        assert set(point["recall"]) == {"value", "low", "high"}
        if point["recall"]["low"] is not None:
            assert point["recall"]["low"] <= point["recall"]["value"] <= point["recall"]["high"]
    query = quote("maximum recall @ precision >= 0.6")
    best = ask(f"/api/v1/wikis/{WIKI}/models/{MODEL}/statistics?query={query}")
    assert len(best["points"]) == 1
    assert best["points"][0] in found["points"]
    assert ask(f"/api/v1/wikis/{WIKI}/models/{MODEL}/statistics?label=x", 422)["detail"]

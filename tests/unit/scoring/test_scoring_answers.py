"""Reading answers: the services' recorded ones unchanged, and every way an answer can be wrong."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scoring_fakes import AT, CARDS, QUALITIES, asked, identity, revertrisk, site, v3

from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring.answers import (
    Asked,
    read_answer,
    read_batch,
    read_batch_refusal,
    read_refusal,
)
from jadelite.scoring.reasons import Refusal, refusal_in
from jadelite.upstream.answers import strict_json

REVERTRISK = "revertrisk-language-agnostic"
WIKIDATA = site("wikidatawiki", code="wikidata", project="wikidata")


def reading(document: object, about: Asked) -> ScoreFailure:
    outcome = read_answer(document, about)
    assert isinstance(outcome, ScoreFailure), outcome
    return outcome


def scored(document: object, about: Asked) -> Score:
    outcome = read_answer(document, about)
    assert isinstance(outcome, Score), outcome
    return outcome


class TestRecordedAnswers:
    """The parsers get the recorded bodies as they are."""

    def test_every_lift_wing_answer_that_ores_was_made_of(self, shared: Path) -> None:
        path = shared / "mediawiki-payloads/liftwing_responses.json"
        responses = strict_json(path.read_bytes())["responses"]
        names = {
            "articlequality": "articlequality-revscoring",
            "articlequality_2": "articlequality-revscoring",
            "wp10": None,
        }
        for key, document in responses.items():
            name = names.get(key, key)
            if name is None:
                continue
            rev_id = int(next(iter(document["enwiki"]["scores"])))
            score = scored(document, asked(name, rev_id))
            model = CARDS[name].service_model
            raw = document["enwiki"]["scores"][str(rev_id)][model]["score"]
            assert score.probabilities == raw["probability"]
            assert score.prediction == json.dumps(raw["prediction"]).strip('"')
            assert score.model_version == document["enwiki"]["models"][model]["version"]

    def test_an_answer_of_ores_about_seven_models_with_topics(self, shared: Path) -> None:
        path = shared / "mediawiki-payloads/ores_v3_enwiki_responses.json"
        entry = strict_json(path.read_bytes())["context_rev_id"]
        for model in ("damaging", "goodfaith", "articlequality"):
            scored(entry["response"], asked(f"ores-{model}", entry["rev_id"]))
        topics = scored(entry["response"], asked("articletopic", entry["rev_id"]))
        assert topics.prediction is not None
        assert topics.prediction.split("|")[0] == "Culture.Biography.Biography*"
        assert len(topics.probabilities) > 40

    def test_every_answer_of_ores_gives_scores_or_typed_errors(self, shared: Path) -> None:
        path = shared / "mediawiki-payloads/ores_v3_testwiki.json"
        document = strict_json(path.read_bytes())
        home = site("testwiki", project="test")
        found = read_batch(document, [asked("ores-damaging", each, home) for each in (1, 12, 122)])
        assert [getattr(each, "reason", "scored") for each in found] == [
            "scored",
            "scored",
            "missing",
        ]

    @pytest.mark.parametrize("server", ["kserve021", "liftwing_like"])
    def test_every_recorded_prediction_of_a_real_server(self, shared: Path, server: str) -> None:
        folder = shared / "mediawiki-recorded"
        home = site("testwiki", project="test")
        reasons = {}
        for path in sorted(folder.glob(f"{server}_predict_*.json")):
            entry = strict_json(path.read_bytes())
            try:
                rev_id = json.loads(entry["request"]["body"])["rev_id"]
            except (TypeError, ValueError, KeyError):
                rev_id = 13
            about = asked("damaging", rev_id if isinstance(rev_id, int) else 13, home)
            if entry["status"] == 200:
                outcome = read_answer(entry["body"], about)
            else:
                refusal = refusal_in(entry["body"])
                assert refusal is not None
                outcome = read_refusal(entry["status"], refusal, about)
            reasons[path.stem.removeprefix(f"{server}_predict_")] = getattr(
                outcome, "reason", "scored"
            )
        assert reasons["ok"] == reasons["good"] == reasons["extended"] == "scored"
        assert reasons["missing"] == "missing"
        assert reasons["hidden"] == "deleted"
        assert reasons["inference_error"] == reasons["valueerror"] == "transient"
        assert reasons["notready"] == "transient"
        for name in ("bad_json", "bad_utf8", "empty", "list", "no_rev", "unknown_model"):
            assert reasons[name] == "client-bug", name


class TestShapes:
    def test_probabilities_of_zero_and_one_are_probabilities(self) -> None:
        document = v3("enwiki", ["damaging"], [12345])
        entry = document["enwiki"]["scores"]["12345"]["damaging"]["score"]
        entry["probability"] = {"true": 0, "false": 1.0}
        assert scored(document, asked("damaging")).probabilities == {"true": 0.0, "false": 1.0}

    @pytest.mark.parametrize(("version", "right"), [("0.5.1", "0.5.1"), (3, "3"), (0, "0")])
    def test_versions_are_texts_or_whole_numbers(self, version: Any, right: str) -> None:
        document = {**revertrisk(REVERTRISK, "en", 12345), "model_version": version}
        assert scored(document, asked(REVERTRISK)).model_version == right

    def test_the_known_wrong_wiki_of_revert_risk_is_taken_and_no_other(self) -> None:
        home = site("be_x_oldwiki", code="be-tarask")
        about = asked(REVERTRISK, home=home)
        document = revertrisk(REVERTRISK, "be-tarask", 12345)
        assert scored(document, about).wiki == "be_x_oldwiki"
        assert scored({**document, "wiki_db": "be_x_oldwiki"}, about).wiki == "be_x_oldwiki"
        for other in ("bewiki", "be-x-oldwiki", "be_tarask", "", None, ["be-taraskwiki"]):
            assert reading({**document, "wiki_db": other}, about).reason == "bad-answer"

    def test_wikidata_may_leave_out_the_wiki_but_not_name_another(self) -> None:
        about = asked("revertrisk-wikidata", home=WIKIDATA)
        document = revertrisk("revertrisk-wikidata", None, 12345)
        assert scored(document, about).wiki == "wikidatawiki"
        assert reading({**document, "wiki_db": "enwiki"}, about).reason == "bad-answer"

    @pytest.mark.parametrize(
        ("name", "field"),
        [
            ("articlequality", "score"),
            ("reference-need", "reference_need_score"),
            ("reference-risk", "reference_risk_score"),
        ],
    )
    def test_single_numbers_are_values_without_labels(self, name: str, field: str) -> None:
        document = {**identity(name, "en", 12345, version=0), field: 0.0}
        score = scored(document, asked(name))
        assert (score.value, score.probabilities, score.prediction) == (0.0, {}, None)
        for wrong in (True, "0.5", None, -0.1, 1.1, float("nan"), [0.5], 10**400):
            assert reading({**document, field: wrong}, asked(name)).reason == "bad-answer"

    def test_the_second_article_quality_gives_classes(self) -> None:
        one = {"label": "FA", "score": 0.9, "prediction_probabilities": QUALITIES}
        document = {"model_name": "articlequality", "model_version": "2", "predictions": [one]}
        score = scored(document, asked("articlequality-2"))
        assert (score.prediction, score.value) == ("FA", None)
        assert score.probabilities == QUALITIES
        assert reading({**document, "predictions": [one, one]}, asked("articlequality-2"))

    def test_no_topic_above_its_cut_is_an_empty_prediction(self) -> None:
        document = v3("enwiki", ["articletopic"], [12345])
        entry = document["enwiki"]["scores"]["12345"]["articletopic"]["score"]
        entry["prediction"] = []
        assert scored(document, asked("articletopic")).prediction == ""

    def test_a_prediction_of_one_in_a_list_is_that_one(self) -> None:
        document = revertrisk(REVERTRISK, "en", 12345)
        document["output"]["prediction"] = ["false"]
        assert scored(document, asked(REVERTRISK)).prediction == "false"
        document["output"]["prediction"] = ["false", "true"]
        assert reading(document, asked(REVERTRISK)).reason == "bad-answer"


def _damage(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(revertrisk(REVERTRISK, "en", 12345))
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(revision_id=12346),
        lambda d: d.update(revision_id="12345"),
        lambda d: d.update(revision_id=12345.0),
        lambda d: d.update(revision_id=True),
        lambda d: d.update(revision_id=-1),
        lambda d: d.pop("revision_id"),
        lambda d: d.update(wiki_db="dewiki"),
        lambda d: d.pop("wiki_db"),
        lambda d: d.update(model_name="revertrisk-multilingual"),
        lambda d: d.pop("model_name"),
        lambda d: d.pop("model_version"),
        lambda d: d.update(model_version=None),
        lambda d: d.update(model_version=""),
        lambda d: d.update(model_version=" "),
        lambda d: d.update(model_version=" 3"),
        lambda d: d.update(model_version="3 "),
        lambda d: d.update(model_version="3\n"),
        lambda d: d.update(model_version="3\x07"),
        lambda d: d.update(model_version=True),
        lambda d: d.update(model_version=1.5),
        lambda d: d.update(model_version=-1),
        lambda d: d.update(model_version="v" * 101),
        lambda d: d.update(model_version=10**5000),
        lambda d: d.update(output=None),
        lambda d: d.update(output=[]),
        lambda d: d["output"].pop("prediction"),
        lambda d: d["output"].pop("probabilities"),
        lambda d: d["output"].update(prediction="maybe"),
        lambda d: d["output"].update(prediction=None),
        lambda d: d["output"].update(prediction=0),
        lambda d: d["output"].update(prediction={}),
        lambda d: d["output"].update(probabilities={}),
        lambda d: d["output"].update(probabilities={"true": 1.0}),
        lambda d: d["output"].update(probabilities={"yes": 0.5, "no": 0.5}, prediction="yes"),
        lambda d: d["output"].update(probabilities=[0.5, 0.5]),
        lambda d: d["output"].update(probability={"true": 0.8231, "false": 0.1769}),
        lambda d: d["output"].update(probability=d["output"]["probabilities"]),
        lambda d: d["output"]["probabilities"].update(maybe=0.0),
        lambda d: d["output"]["probabilities"].update(false=0.8, maybe=0.0232),
        lambda d: d["output"]["probabilities"].update(true=0.9),
        lambda d: d["output"]["probabilities"].update(true=1.1768, false=-0.1768),
        lambda d: d["output"]["probabilities"].update(true=float("nan")),
        lambda d: d["output"]["probabilities"].update(true=float("inf")),
        lambda d: d["output"]["probabilities"].update(true=None),
        lambda d: d["output"]["probabilities"].update(true="0.1768"),
        lambda d: d["output"]["probabilities"].update(true=True, false=False),
        lambda d: d["output"]["probabilities"].update(true=10**400),
    ],
)
def test_an_answer_that_is_not_what_was_asked_is_no_score(
    change: Callable[[dict[str, Any]], object],
) -> None:
    failure = reading(_damage(change), asked(REVERTRISK))
    assert failure.reason == "bad-answer"
    assert failure.detail
    assert failure.failed_at == AT


@pytest.mark.parametrize("name", ["damaging", "ores-damaging", "articlequality-revscoring"])
def test_a_server_of_ores_predicts_the_most_probable_class(name: str) -> None:
    model = CARDS[name].service_model
    document = v3("enwiki", [model], [12345])
    entry = document["enwiki"]["scores"]["12345"][model]["score"]
    entry["prediction"] = "GA" if model == "articlequality" else True
    failure = reading(document, asked(name))
    assert failure.reason == "bad-answer"
    assert "most probable" in failure.detail


def test_of_two_labels_as_probable_either_may_be_predicted_and_revert_risk_has_its_own_cut() -> (
    None
):
    document = v3("enwiki", ["damaging"], [12345])
    entry = document["enwiki"]["scores"]["12345"]["damaging"]["score"]
    for share in (0.5, 0.5 - 1e-10):
        entry["probability"] = {"true": share, "false": 1 - share}
        for prediction in (True, False):
            entry["prediction"] = prediction
            assert scored(document, asked("damaging")).prediction == str(prediction).lower()
    risk = revertrisk(REVERTRISK, "en", 12345)
    risk["output"]["prediction"] = True
    assert scored(risk, asked(REVERTRISK)).prediction == "true"


@pytest.mark.parametrize(
    "document",
    [
        v3("dewiki", ["damaging"], [12345]),
        v3("enwiki", ["goodfaith"], [12345]),
        v3("enwiki", ["damaging"], [12346]),
        {"enwiki": {"scores": v3("enwiki", ["damaging"], [12345])["enwiki"]["scores"]}},
        {"enwiki": {"models": {"damaging": {"version": "0.5.1"}}, "scores": {}}},
        {"enwiki": {"models": {"damaging": {"version": "0.5.1"}}, "scores": None}},
        {"enwiki": {"models": {"damaging": {}}, "scores": {"12345": {"damaging": {}}}}},
        {"12345": {"damaging": {"prediction": False, "probability": {"true": 0.1, "false": 0.9}}}},
    ],
)
def test_an_answer_of_ores_about_something_else_is_no_score(document: Any) -> None:
    assert reading(document, asked("ores-damaging")).reason == "bad-answer"


class TestBatches:
    def _batch(self, *rev_ids: int) -> list[Asked]:
        return [asked(REVERTRISK, rev_id) for rev_id in rev_ids]

    def test_free_text_errors_go_to_the_revision_that_they_name(self) -> None:
        document = {
            "predictions": [revertrisk(REVERTRISK, "en", 1)],
            "errors": [
                "Could not make prediction for revision 21 (en). Reason: parent_revision_missing",
                "Could not make prediction for revision 2 (en). Reason: revision_info_deleted",
            ],
        }
        found = read_batch(document, self._batch(2, 21, 1, 3))
        assert [getattr(each, "reason", "scored") for each in found] == [
            "deleted",
            "not-scorable",
            "scored",
            "bad-answer",
        ]

    def test_a_revision_answered_twice_is_not_believed(self) -> None:
        first = revertrisk(REVERTRISK, "en", 1)
        sentence = "Could not make prediction for revision 2 (en). Reason: revision_missing"
        document = {
            "predictions": [first, first, revertrisk(REVERTRISK, "en", 2)],
            "errors": [sentence],
        }
        found = read_batch(document, self._batch(1, 2))
        assert [getattr(each, "reason", "scored") for each in found] == ["bad-answer"] * 2

    def test_a_batch_that_failed_as_a_whole_says_why_for_each(self) -> None:
        sentence = (
            "Could not make prediction for revisions dict_keys([(1, 'en'), (2, 'en')])."
            " Reason: ['revision_info_deleted', 'parent_revision_missing']"
        )
        found = read_batch_refusal(422, Refusal("", sentence), self._batch(1, 2, 3))
        assert {rev_id: each.reason for rev_id, each in found.items()} == {
            1: "deleted",
            2: "not-scorable",
        }

    def test_an_error_about_another_revision_is_no_reason(self) -> None:
        sentence = "Missing resource for rev-id 7: TextDeleted: Text deleted"
        assert read_refusal(400, Refusal("", sentence), asked("damaging")).reason == "bad-answer"

"""The API's document: valid, committed, and true of routes and answers."""

import json
from pathlib import Path

import factories
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from jadelite.audit import demo
from jadelite.web.app import openapi_document

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document(new_app_reader) -> dict:
    return new_app_reader.client.get("/openapi.json").get_json()


def test_the_committed_document_is_the_generated_one(document) -> None:
    committed = json.loads((ROOT / "openapi.json").read_text())
    assert committed == document, "run: make openapi"


def test_the_document_is_valid(document) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_api_route_is_documented_and_the_other_way_round(new_app_reader, document) -> None:
    app = new_app_reader.client.application
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/v3/"))
    }
    assert routes == set(document["paths"])
    assert openapi_document(app) == document


def test_answers_match_their_schemas(services, new_app_reader, document) -> None:
    demo.load(services.database, now=services.clock(), say=lambda text: None)
    checked = 0
    for path, item in document["paths"].items():
        if "{wiki}" in path or path.startswith("/v3/"):  # these have tests of their own
            continue
        for name, status in (("sample-fa", 200), ("nope", 404)):
            if status == 404 and "{slug}" not in path:
                continue
            answer = new_app_reader.client.get(
                path.replace("{slug}", name).replace("{name}", "model-sure")
            )
            assert answer.status_code == status
            described = item["get"]["responses"][str(status)]["content"]
            schema = {
                **next(iter(described.values()))["schema"],
                "components": document["components"],
            }
            Draft202012Validator(schema).validate(answer.get_json())
            checked += 1
    assert checked == 8


def test_errors_of_the_api_are_problem_documents(new_app_reader) -> None:
    for path, status in (("/api/v1/campaigns/nope", 404), ("/api/v1/nope", 404)):
        answer = new_app_reader.client.get(path)
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        problem = answer.get_json()
        assert problem["status"] == status
        assert problem["type"].startswith("urn:jadelite:problem:")
        assert problem["detail"]


def test_the_api_counts_what_the_page_counts(services, new_app_reader) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=3)
    body = new_app_reader.client.get("/api/v1/campaigns/a-campaign").get_json()
    assert (body["n_edits"], body["k"], body["state"]) == (3, 2, "open")

"""What was computed comes out of storage as it went in."""

import json

import jsonschema
import pytest
import report_samples

from jadelite.audit import report_json


@pytest.mark.parametrize("changes", [{}, {"notes": (), "questions": (), "sample": None}])
def test_a_report_comes_out_of_storage_as_it_went_in(changes) -> None:
    report = report_samples.report(**changes)
    stored = json.loads(json.dumps(report.to_json()))
    assert report_json.read(stored) == report


@pytest.mark.parametrize("stored", [None, [], {}, {"schema": "jadelite.report/1", "k": 2}])
def test_what_another_code_froze_is_not_read(stored) -> None:
    assert report_json.read(stored) is None


def test_the_schema_describes_what_is_given_out() -> None:
    schema = report_json.schema()
    told = json.loads(json.dumps(report_samples.report().to_json()))
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "schema": "jadelite.report/1"}, schema)

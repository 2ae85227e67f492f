"""A frozen report from the JSON it was frozen as."""

from typing import Any

from pydantic import TypeAdapter

from jadelite.domain.reports import REPORT_SCHEMA, Report

_READER = TypeAdapter(Report)


def read(payload: Any) -> Report | None:
    """The report; None where it was frozen in another schema, by another version of the code.

    Any: what stands in the database.
    """
    if not isinstance(payload, dict) or payload.get("schema") != REPORT_SCHEMA:
        return None
    fields = {key: value for key, value in payload.items() if key != "schema"}
    return _READER.validate_python(fields)


def schema() -> dict[str, Any]:
    """The JSON Schema of a report as it is given out. Any: JSON."""
    found = _READER.json_schema(mode="serialization")
    found["properties"] = {"schema": {"const": REPORT_SCHEMA}, **found["properties"]}
    found["required"] = ["schema", *found["required"]]
    return found

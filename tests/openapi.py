"""Writes openapi.json from the code: `python tests/openapi.py` (make openapi)."""

import json
from pathlib import Path

from jadelite.config import load_settings
from jadelite.db.session import Database
from jadelite.web.app import create_app, openapi_document
from jadelite.wiring import Services, utc_now

TARGET = Path(__file__).parents[1] / "openapi.json"

if __name__ == "__main__":
    settings = load_settings(environment="test")
    services = Services(settings, Database("sqlite:///instance/unused.sqlite3"), utc_now)
    document = openapi_document(create_app(services))
    TARGET.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")

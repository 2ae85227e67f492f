"""The wired parts of the running app."""

from typing import cast

from flask import current_app

from jadelite.wiring import Services

KEY = "jadelite"


def services() -> Services:
    """Settings, database and clock of the app that answers this request."""
    return cast("Services", current_app.extensions[KEY])

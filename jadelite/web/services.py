"""The wired parts of the running app, and whether our own script asks."""

from typing import cast

from flask import current_app, request

from jadelite.wiring import Services

KEY = "jadelite"
SCRIPT = "jadelite"


def services() -> Services:
    """Settings, database and clock of the app that answers this request."""
    return cast("Services", current_app.extensions[KEY])


def is_part_wanted() -> bool:
    """Whether our script asks, which swaps the content of a page into the one that is open."""
    return request.headers.get("X-Requested-With") == SCRIPT

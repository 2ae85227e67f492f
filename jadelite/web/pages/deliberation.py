"""Edits of a campaign that people see differently, with both sides' notes in equal space."""

from flask import Blueprint, render_template, request

from jadelite.audit import deliberating
from jadelite.web.auth import current_actor, needs
from jadelite.web.services import services

pages = Blueprint("deliberation", __name__)

MAX_ROW = 2**63 - 1


@pages.get("/campaigns/<slug>/contested")
@needs("read")
def show(slug: str) -> str:
    """The newest ones, or those before the one an address names."""
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= MAX_ROW:
        before = None
    page = deliberating.split_page(services().database, current_actor(), slug, before=before)
    return render_template("contested.html", page=page)

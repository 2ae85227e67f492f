"""For operators: how services, streams and the queue are, and why scores are missing."""

from flask import Blueprint, render_template

from jadelite.audit import operating
from jadelite.web.auth import current_actor, needs
from jadelite.web.services import services

pages = Blueprint("operator", __name__)


@pages.get("/operator")
@needs("operate")
def show() -> str:
    """How the house stands towards the outside, as last written down."""
    parts = services()
    found = operating.overview(parts.database, current_actor(), now=parts.clock())
    return render_template("operator.html", overview=found)

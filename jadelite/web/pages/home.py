"""Landing, campaigns, one edit, how numbers are made, and whether the house stands."""

from flask import Blueprint, Response, jsonify, render_template

from jadelite.audit import reports, reviewing
from jadelite.web.auth import current_actor, needs
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("home", __name__)


@pages.get("/")
@needs("read")
def index() -> str:
    """What this is, and the campaigns; the one in the reader's language first."""
    found = reports.list_campaigns(services().database)
    code = current_language().code
    # Stable: campaigns in the reader's language first, the rest as they were made.
    found.sort(
        key=lambda item: not item.campaign.wiki.startswith((f"sample-{code}", f"{code}wiki"))
    )
    return render_template("home.html", campaigns=found, is_demo=services().settings.is_demo)


@pages.get("/campaigns/<slug>")
@needs("read")
def campaign(slug: str) -> str:
    """A campaign: how far it is, what one can do, the newest report in a few numbers."""
    page = reports.campaign_page(services().database, current_actor(), slug, now=services().clock())
    return render_template("campaign.html", page=page, is_demo=services().settings.is_demo)


@pages.get("/edits/<wiki>/<int(max=9223372036854775807):rev_id>")
@needs("read")
def edit(wiki: str, rev_id: int) -> str:
    """One edit; its scores and judgments only when nobody is asked about it any more."""
    return render_template("edit.html", page=reviewing.edit_page(services().database, wiki, rev_id))


@pages.get("/methods")
@needs("read")
def methods() -> str:
    """How every number is made."""
    return render_template("methods.html")


@pages.get("/healthz")
@needs("read")
def healthz() -> Response:
    """200 when the database answers; 503 with a problem document when it does not."""
    reports.ping(services().database)
    return jsonify(status="ok")

"""Landing, campaigns, and whether the house stands."""

from flask import Blueprint, Response, jsonify, render_template

from jadelite.audit import access, assigning, campaign_pages, reports
from jadelite.web.auth import current_actor, needs
from jadelite.web.campaign_words import prepare_names
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("home", __name__)


@pages.get("/")
@needs("read")
def index() -> str:
    """What this is, what one was in the middle of, and the campaigns; one's own language first."""
    is_leading = access.may(current_actor(), "coordinate")
    found = reports.list_campaigns(
        services().database, ("draft", *reports.LISTED) if is_leading else reports.LISTED
    )
    code = current_language().code
    # Stable: campaigns in the reader's language first, the rest as they were made.
    found.sort(
        key=lambda item: not item.campaign.wiki.startswith((f"sample-{code}", f"{code}wiki"))
    )
    prepare_names(item.campaign for item in found)
    return render_template(
        "home.html",
        campaigns=found,
        sittings=assigning.running_sittings(services().database, current_actor()),
        is_demo=services().settings.is_demo,
    )


@pages.get("/campaigns/<slug>")
@needs("read")
def campaign(slug: str) -> str:
    """A campaign: how far it is, what one can do, the newest report in a few numbers."""
    parts = services()
    actor, now = current_actor(), parts.clock()
    page = reports.campaign_page(parts.database, actor, slug, now=now)
    is_taking = page.progress.campaign.is_open_at(now)
    return render_template(
        "campaign.html",
        page=page,
        facts=campaign_pages.facts(parts.database, page.progress),
        is_taking=is_taking,
        sitting=assigning.running_sitting(parts.database, actor, slug) if is_taking else None,
        is_demo=parts.settings.is_demo,
    )


@pages.get("/archive")
@needs("read")
def archive() -> str:
    """Campaigns that can only be read."""
    found = reports.list_campaigns(services().database, ("archived",))
    return render_template("archive.html", campaigns=found)


@pages.get("/healthz")
@needs("read")
def healthz() -> Response:
    """200 when the database answers; 503 with a problem document when it does not."""
    reports.ping(services().database)
    return jsonify(status="ok")

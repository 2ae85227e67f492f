"""Reading a report, and asking for a new one."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from jadelite.audit import access, reports
from jadelite.web.auth import current_actor, needs
from jadelite.web.services import services

pages = Blueprint("reports", __name__)


@pages.get("/reports/<slug>")
@needs("read")
def show(slug: str) -> str:
    """The newest frozen report of a campaign, or the word that there is none yet."""
    actor = current_actor()
    page = reports.report_page(services().database, slug)
    return render_template(
        "report.html",
        page=page,
        report=page.report,
        may_compute=access.may(actor, "compute-report"),
    )


@pages.post("/reports/<slug>/compute")
@needs("compute-report")
def compute(slug: str) -> Response:
    """Ask the worker for a new report."""
    parts = services()
    reports.ask_for_report(parts.database, current_actor(), slug, now=parts.clock())
    return redirect(url_for("reports.show", slug=slug), 303)

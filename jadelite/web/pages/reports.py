"""Reading a report and its lists, taking its files home, and what follows from it."""

import math
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import access, asking_more, label_uses, report_lists, reports
from jadelite.audit.report_lists import Filters
from jadelite.domain.errors import Conflict, DomainError, Invalid, NotFound
from jadelite.domain.label_uses import NewLabelUse
from jadelite.web import report_files, words_reports
from jadelite.web.auth import current_actor, needs
from jadelite.web.errors import status_of
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("reports", __name__)

MAX_MORE = 2000


@dataclass(frozen=True)
class Dial:
    """The threshold a reader asks about, of which model and question."""

    question: str
    model: str
    t: float


@pages.get("/reports/<slug>")
@needs("read")
def show(slug: str) -> str:
    """The newest frozen report of a campaign, or the word that there is none yet."""
    return _show(slug)


@pages.post("/reports/<slug>/compute")
@needs("compute-report")
def compute(slug: str) -> Response:
    """Ask the worker for a new report."""
    parts = services()
    reports.ask_for_report(parts.database, current_actor(), slug, now=parts.clock())
    return redirect(url_for("reports.show", slug=slug), 303)


@pages.post("/reports/<slug>/more")
@needs("coordinate")
def ask_for_more(slug: str) -> tuple[str, int] | Response:
    """Ask for judgments of further edits above a threshold, so that a promise can be kept."""
    parts = services()
    try:
        n = asking_more.ask_for_more(
            parts.database,
            current_actor(),
            slug,
            threshold=_share("threshold", request.form.get("threshold", "")),
            n=_whole(request.form.get("n", "")),
            now=parts.clock(),
        )
    except (Invalid, Conflict) as error:
        return _show(slug, error), status_of(error)
    return redirect(url_for("reports.show", slug=slug, asked=n), 303)


@pages.post("/reports/<slug>/uses")
@needs("answer-report")
def record_use(slug: str) -> tuple[str, int] | Response:
    """Write down what came of the labels."""
    parts = services()
    new = NewLabelUse(
        kind=request.form.get("kind", ""),
        text=request.form.get("text", "").replace("\r\n", "\n").strip(),
        language=current_language().code,
        url=request.form.get("url", "").strip() or None,
        model=request.form.get("model", "").strip() or None,
    )
    try:
        label_uses.record_use(parts.database, current_actor(), slug, new, now=parts.clock())
    except Invalid as error:
        return _show(slug, error), status_of(error)
    return redirect(url_for("reports.show", slug=slug, _anchor="uses"), 303)


@pages.get("/reports/<slug>/lists/<name>")
@needs("read")
def listed(slug: str, name: str) -> str:
    """A contested list of the newest report, narrowed by what stands in the address."""
    filters = _filters()
    page = report_lists.list_page(
        services().database, slug, name, filters, cursor=request.args.get("cursor")
    )
    kept = {key: value for key, value in request.args.items() if key != "uselang"}
    return render_template("report_list.html", page=page, filters=filters, query=kept)


@pages.get("/reports/<slug>/files/<name>")
@needs("read")
def download(slug: str, name: str) -> Response:
    """One file of the newest report, or all of them together."""
    page = reports.report_page(services().database, slug)
    if page.report is None:
        raise NotFound("no-report", f"campaign {slug} has no report yet")
    return report_files.answer(page, page.report, name)


def _show(slug: str, error: DomainError | None = None) -> str:
    database, actor = services().database, current_actor()
    page = reports.report_page(database, slug)
    asked = request.args.get("asked", "")
    return render_template(
        "report.html",
        page=page,
        report=page.report,
        campaign=page.progress.campaign,
        uses=label_uses.list_uses(database, slug),
        dial=_dial(),
        columns=words_reports.THRESHOLD_COLUMNS,
        error=error,
        n_asked=int(asked) if asked.isdecimal() and int(asked) <= MAX_MORE else 0,
        is_file=False,
        may_compute=access.may(actor, "compute-report"),
        may_answer=access.may(actor, "answer-report"),
        may_ask_more=access.may(actor, "coordinate") and page.progress.campaign.is_open,
    )


def _dial() -> Dial | None:
    """The threshold in the address; None where none is asked about."""
    written = request.args.get("t", "")
    if not written:
        return None
    return Dial(
        request.args.get("question", ""), request.args.get("model", ""), _share("t", written)
    )


def _filters() -> Filters:
    """What the address narrows a list to; nothing is what was left empty."""
    given = {key: value for key, value in request.args.items() if value}
    namespace = given.get("namespace", "").removeprefix("-")
    if namespace and not (namespace.isascii() and namespace.isdecimal() and len(namespace) < 7):
        raise Invalid("bad-filter", f"namespace is {given['namespace']!r}, expected a whole number")
    return Filters(
        question=given.get("question"),
        model=given.get("model"),
        namespace=int(given["namespace"]) if namespace else None,
        editor_kind=given.get("editor_kind"),
        min_gap=_share("min_gap", given["min_gap"]) if "min_gap" in given else None,
    )


def _share(name: str, written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:  # what is no number is not in between either
        raise Invalid("bad-threshold", f"{name} is {written!r}, expected a number from 0 to 1")
    return value


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else 0

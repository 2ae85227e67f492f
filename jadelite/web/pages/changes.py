"""One edit to look at: found by number or address, its change part by part, its whole text."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import assigning, people, showing
from jadelite.audit.showing import ChangePage, TextPage
from jadelite.domain.errors import Invalid, NotFound
from jadelite.web.auth import current_actor, needs
from jadelite.web.diff_view import text_parts
from jadelite.web.pages import review
from jadelite.web.services import services

pages = Blueprint("changes", __name__)

EDIT = "/edits/<wiki>/<int(max=9223372036854775807):rev_id>"  # what a column can hold
TASK = "/tasks/<task:task_id>"


@pages.get("/edits")
@needs("read")
def find() -> tuple[str, int] | str | Response:
    """An edit found by its number and wiki, or by its address on the wiki; the form without."""
    asked, wiki = request.args.get("rev", ""), request.args.get("wiki", "")
    if not asked:
        return render_template("find.html", asked=asked, wiki=wiki, error=None)
    try:
        name, rev_id = showing.find_edit(services().database, asked, wiki)
    except (Invalid, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else 422
        return render_template("find.html", asked=asked, wiki=wiki, error=error), status
    return redirect(url_for("changes.edit", wiki=name, rev_id=rev_id), 303)


@pages.get(EDIT)
@needs("read")
def edit(wiki: str, rev_id: int) -> str:
    """One edit; its scores and judgments only when nobody is asked about it any more."""
    return render_template("edit.html", page=showing.edit_page(services().database, wiki, rev_id))


@pages.get(f"{EDIT}/change")
@needs("read")
def change(wiki: str, rev_id: int) -> str:
    """The change alone, one part of it, in one piece or with the edits around it."""
    found = showing.change_page(services().database, wiki, rev_id, is_combined=_is_combined())
    return _change(found, url_for("changes.edit", wiki=wiki, rev_id=rev_id))


@pages.get(f"{EDIT}/page")
@needs("read")
def page_text(wiki: str, rev_id: int) -> str:
    """The whole text of the page, before or after."""
    found = showing.text_page(services().database, wiki, rev_id)
    return _text(found, url_for("changes.edit", wiki=wiki, rev_id=rev_id))


@pages.get(f"{TASK}/change")
@needs("judge")
def task_change(task_id: int) -> str:
    """The change of an edit that one judges, by its task."""
    found = showing.task_change(
        services().database, current_actor(), task_id, is_combined=_is_combined()
    )
    return _change(found, url_for("review.task", task_id=task_id), task_id)


@pages.get(f"{TASK}/page")
@needs("judge")
def task_text(task_id: int) -> str:
    """The whole text of the page that one judges an edit of."""
    found = showing.task_text(services().database, current_actor(), task_id)
    return _text(found, url_for("review.task", task_id=task_id), task_id)


@pages.post(f"{TASK}/context")
@needs("judge")
def open_context(task_id: int) -> str | Response:
    """Record what a reviewer opens beside the change, and show it; answers so far are kept."""
    opened = request.form.get("open", "")
    parts = services()
    assigning.open_context(parts.database, current_actor(), task_id, opened, now=parts.clock())
    if opened == "combined":
        return redirect(url_for("changes.task_change", task_id=task_id, view="combined"), 303)
    if opened == "page":
        return redirect(url_for("changes.task_text", task_id=task_id), 303)
    return review.show_task(task_id, review.draft_of(task_id))


def _change(found: ChangePage, back: str, task_id: int | None = None) -> str:
    actor = current_actor()
    columns = "auto"
    if actor.is_signed_in:
        columns = people.preferences(services().database, actor).diff
    return render_template(
        "change.html",
        page=found,
        number=_part(),
        columns=columns,
        back=back,
        task_id=task_id,
    )


def _text(found: TextPage, back: str, task_id: int | None = None) -> str:
    is_before = request.args.get("side") == "before" and found.before is not None
    parts = text_parts((found.before if is_before else found.after) or "")
    number = _part()
    if not 1 <= number <= len(parts):
        raise NotFound("no-part", f"there is no part {number}, expected 1 to {len(parts)}")
    return render_template(
        "page_text.html",
        page=found,
        side="before" if is_before else "after",
        text=parts[number - 1],
        number=number,
        n_parts=len(parts),
        back=back,
        task_id=task_id,
    )


def _is_combined() -> bool:
    return request.args.get("view") == "combined"


def _part() -> int:
    """The part that is asked for; what is no number is the first one."""
    return request.args.get("part", 1, type=int)

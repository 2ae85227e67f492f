"""Reporting a model's score of an edit as wrong, and how it stands with that edit.

The address can be given by a bot or in the summary of a revert: /report?wiki=fiwiki&rev=1234.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import people, reported
from jadelite.domain.errors import NotFound
from jadelite.web.auth import current_actor, needs, sign_in
from jadelite.web.services import services

pages = Blueprint("reported", __name__)

MAX_REVISION = 2**63 - 1


@pages.get("/report")
@needs("read")
def show() -> str:
    """The form for an edit, and how it stands with it; without an edit a form that asks for one."""
    wiki, rev = request.args.get("wiki", "").strip(), request.args.get("rev", "").strip()
    if not wiki and not rev:
        return render_template("reported.html", standing=None, kinds=reported.KINDS, is_demo=False)
    parts = services()
    return render_template(
        "reported.html",
        standing=reported.standing(
            parts.database, current_actor(), wiki, _revision(wiki, rev), now=parts.clock()
        ),
        kinds=reported.KINDS,
        is_demo=parts.settings.is_demo,
    )


@pages.post("/report")
@needs("sign-in")
def send() -> Response:
    """Report a score; in a demonstration a visitor becomes somebody first."""
    parts = services()
    now = parts.clock()
    wiki = request.form.get("wiki", "")
    rev_id = _revision(wiki, request.form.get("rev", ""))
    if not current_actor().is_signed_in and parts.settings.is_demo:
        reported.standing(parts.database, current_actor(), wiki, rev_id, now=now)  # or no such edit
        sign_in(people.try_it(parts.database, is_demo=True, now=now))
    reported.report(
        parts.database, current_actor(), wiki, rev_id, request.form.get("kind", ""), now=now
    )
    return redirect(url_for("reported.show", wiki=wiki, rev=rev_id), 303)


def _revision(wiki: str, written: str) -> int:
    """The number of a revision. Raises NotFound for what can be none."""
    is_number = written.isascii() and written.isdecimal() and len(written) < 20
    if not is_number or int(written) > MAX_REVISION:
        raise NotFound("no-edit", f"edit {written!r} of {wiki!r} is not known here")
    return int(written)

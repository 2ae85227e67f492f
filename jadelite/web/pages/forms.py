"""Forms of one's own: which there are, and storing one from a file."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import texts
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.plain_yaml import wrong
from jadelite.web.auth import current_actor, needs
from jadelite.web.errors import status_of
from jadelite.web.services import services

pages = Blueprint("forms", __name__)


@pages.get("/forms")
@needs("coordinate")
def index() -> str:
    """What campaigns can ask, and a field for another form."""
    return _show()


@pages.post("/forms")
@needs("coordinate")
def store() -> tuple[str, int] | Response:
    """Store the form that was sent as a file or pasted; a wrong one comes back with its mistake."""
    parts = services()
    text = request.form.get("text", "")
    try:
        text = _sent_file() or text
        name = texts.store_form(parts.database, current_actor(), text, now=parts.clock())
    except (Invalid, Conflict) as error:
        return _show(text, error), status_of(error)
    return redirect(url_for("forms.index", stored=name), 303)


def _sent_file() -> str:
    """The text of the file that was sent, "" for none. Raises Invalid."""
    sent = request.files.get("file")
    try:
        return sent.read().decode("utf-8-sig") if sent else ""
    except UnicodeDecodeError as error:
        raise wrong(1, "the file is not in UTF-8") from error


def _show(text: str = "", error: Invalid | Conflict | None = None) -> str:
    names = texts.facet_names(services().database)
    stored = request.args.get("stored")
    return render_template(
        "forms.html",
        names=names,
        stored=stored if stored in names else None,
        text=text,
        error=error,
    )

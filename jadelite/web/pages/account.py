"""Trying without an account, trying on a role, the language of the pages, leaving."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from jadelite.audit import people
from jadelite.domain.errors import Invalid
from jadelite.domain.people import DEMO_ROLES
from jadelite.web import locale
from jadelite.web.auth import current_actor, needs, sign_in, sign_out
from jadelite.web.services import services

pages = Blueprint("account", __name__)


@pages.get("/account")
@needs("read")
def show() -> str:
    """Who one is here, and the roles a demonstration offers."""
    return render_template(
        "account.html",
        roles=DEMO_ROLES,
        is_demo=services().settings.is_demo,
        actor=current_actor(),
    )


@pages.post("/try")
@needs("sign-in")
def try_it() -> Response:
    """Sign in as a fresh person of the demonstration."""
    parts = services()
    sign_in(people.try_it(parts.database, is_demo=parts.settings.is_demo, now=parts.clock()))
    return redirect(url_for("account.show"), 303)


@pages.post("/account/role")
@needs("choose-role")
def choose_role() -> Response:
    """Try on another role."""
    parts = services()
    people.choose_role(
        parts.database,
        current_actor(),
        request.form.get("role", ""),
        is_demo=parts.settings.is_demo,
        now=parts.clock(),
    )
    return redirect(url_for("home.index"), 303)


@pages.post("/account/sign-out")
@needs("sign-in")
def leave() -> Response:
    """End the session."""
    sign_out()
    return redirect(url_for("home.index"), 303)


@pages.post("/language")
@needs("choose-language")
def choose_language() -> Response:
    """Remember the language of the pages, and go back to where the reader was."""
    code = request.form.get("language", "")
    if not locale.is_offered(code):
        raise Invalid("bad-language", f"language is {code!r}, expected one of the offered ones")
    session[locale.SAVED] = code
    people.choose_language(services().database, current_actor(), code)
    return redirect(_known_path(request.form.get("back", "")), 303)


def _known_path(path: str) -> str:
    """The path if it is one of ours, else home: a redirect must never leave this site."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii()
    return path if is_local and not any(c in path for c in "\\\r\n\t") else url_for("home.index")

"""Who is asking, and whether a route may be used: every route names its action.

The session cookie holds who the reviewer is and the language; it is signed, not secret.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, current_app, g, request, session

from jadelite.audit import access, people
from jadelite.audit.access import Action
from jadelite.domain.people import VISITOR, Actor
from jadelite.web.services import services

View = TypeVar("View", bound=Callable[..., object])

REVIEWER = "reviewer"


def needs(action: Action) -> Callable[[View], View]:
    """Declare which action a view is; without it the view is refused and a test fails."""

    def mark(view: View) -> View:
        view.access = action  # type: ignore[attr-defined]  # read back in `declared_action`
        return view

    return mark


def declared_action(view: object) -> Action | None:
    """The action a view declared, or None."""
    return getattr(view, "access", None)


def current_actor() -> Actor:
    """Who is asking; asked of the database once in a request."""
    if "actor" not in g:
        g.actor = _actor_of(session.get(REVIEWER))
    return cast("Actor", g.actor)


def sign_in(reviewer_id: int) -> Actor:
    """Start a session for a reviewer, with nothing of an older one but the language."""
    database = services().database
    actor = people.find_actor(database, reviewer_id)
    language = session.get("language") or people.chosen_language(database, actor)
    session.clear()
    if language:
        session["language"] = language
    session[REVIEWER] = [reviewer_id, actor.pseudonym, actor.session_epoch]
    g.actor = actor
    return actor


def sign_out() -> None:
    """End all sessions of this person; the language stays."""
    people.sign_out(services().database, current_actor(), now=services().clock())
    session.pop(REVIEWER, None)
    g.pop("actor", None)


def init_app(app: Flask) -> None:
    """Check the declared action before every request."""
    app.before_request(_enforce)


def _actor_of(kept: object) -> Actor:
    """The person a cookie names, if it is still theirs.

    The pseudonym guards against a database made anew, where another got the same row number; the
    epoch against a cookie from before they signed out.
    """
    if not (isinstance(kept, list) and len(kept) == 3 and isinstance(kept[0], int)):
        return VISITOR
    actor = people.find_actor(services().database, kept[0])
    is_theirs = [actor.pseudonym, actor.session_epoch] == kept[1:]
    return actor if is_theirs else VISITOR


def _bearer_token() -> str | None:
    """What the request shows as `Authorization: Bearer`, or None."""
    shown = request.authorization
    return shown.token if shown is not None and shown.type == "bearer" else None


def _enforce() -> None:
    if request.endpoint is None:  # no such address: the error page answers
        return
    action = declared_action(current_app.view_functions[request.endpoint])
    if action is None:
        raise RuntimeError(f"the route {request.endpoint} declares no access")
    if action == "read-metrics" and access.is_monitoring(
        _bearer_token(), services().settings.metrics_token.get_secret_value()
    ):
        return
    # What everybody may do costs no query.
    if access.RULES[action] != access.ANYBODY:
        access.require(current_actor(), action)

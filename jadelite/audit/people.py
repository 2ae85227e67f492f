"""People: who is asking, trying without an account, trying on a role, what they prefer."""

import secrets
from dataclasses import replace
from datetime import datetime

from jadelite.audit import access
from jadelite.db import events, reviewers
from jadelite.db.session import Database
from jadelite.domain.errors import Forbidden, Invalid
from jadelite.domain.people import (
    DEMO_ROLES,
    VISITOR,
    Actor,
    Preferences,
    Role,
    check_preferences,
)


def find_actor(database: Database, reviewer_id: int | None) -> Actor:
    """Who a reviewer is; the visitor where there is none."""
    if reviewer_id is None:
        return VISITOR
    with database.reading() as session:
        return reviewers.actor(session, reviewer_id) or VISITOR


def sign_out(database: Database, actor: Actor, *, now: datetime) -> None:
    """End all sessions of somebody, wherever they run."""
    if actor.reviewer_id is None:
        return
    with database.transaction() as session:
        reviewers.end_sessions(session, actor.reviewer_id)
        events.append(
            session,
            "reviewer.signed-out",
            subject=f"reviewer:{actor.reviewer_id}",
            now=now,
            actor_id=actor.reviewer_id,
        )


def try_it(database: Database, *, is_demo: bool, now: datetime) -> int:
    """A fresh person under a pseudonym, with the role of a reviewer; its row number.

    Raises Forbidden where the installation is no demonstration.
    """
    if not is_demo:
        raise Forbidden("no-demo", "signing in without an account is for demonstrations only")
    with database.transaction() as session:
        reviewer_id = reviewers.ensure(
            session, issuer="demo", subject=secrets.token_urlsafe(16), kind="demo", now=now
        )
        reviewers.set_roles(session, reviewer_id, {"reviewer"}, now)
        events.append(
            session,
            "reviewer.joined",
            subject=f"reviewer:{reviewer_id}",
            now=now,
            actor_id=reviewer_id,
        )
        return reviewer_id


def choose_role(
    database: Database, actor: Actor, role: str, *, is_demo: bool, now: datetime
) -> Role:
    """Try on another role in a demonstration. Raises Invalid for one that is not offered."""
    access.require(actor, "choose-role")
    if not is_demo or actor.reviewer_id is None or actor.kind != "demo":
        raise Forbidden("no-demo", "roles can be chosen in demonstrations only")
    chosen = next((known for known in DEMO_ROLES if known == role), None)
    if chosen is None:
        raise Invalid("bad-role", f"role is {role!r}, expected one of {', '.join(DEMO_ROLES)}")
    with database.transaction() as session:
        reviewers.set_roles(session, actor.reviewer_id, {chosen}, now)
        events.append(
            session,
            "role.chosen",
            subject=f"reviewer:{actor.reviewer_id}",
            now=now,
            actor_id=actor.reviewer_id,
            details={"role": chosen},
        )
    return chosen


def choose_language(database: Database, actor: Actor, language: str) -> None:
    """Remember the language of the pages for somebody who is signed in."""
    if actor.reviewer_id is not None:
        with database.transaction() as session:
            reviewers.set_language(session, actor.reviewer_id, language)


def chosen_language(database: Database, actor: Actor) -> str | None:
    """The language somebody chose before, or None."""
    if actor.reviewer_id is None:
        return None
    with database.reading() as session:
        return reviewers.language(session, actor.reviewer_id)


def preferences(database: Database, actor: Actor) -> Preferences:
    """How somebody likes to review; the usual for who never said, and for visitors."""
    if actor.reviewer_id is None:
        return Preferences()
    with database.reading() as session:
        return reviewers.preferences(session, actor.reviewer_id)


def save_preferences(database: Database, actor: Actor, wanted: Preferences) -> None:
    """Keep how somebody likes to review. Raises Invalid with every wrong field."""
    reviewer_id = access.require_reviewer(actor)
    check_preferences(wanted)
    with database.transaction() as session:
        reviewers.set_preferences(session, reviewer_id, wanted)


def switch_keys(database: Database, actor: Actor, *, are_on: bool) -> None:
    """Switch all keys of the review page on or off for somebody."""
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        kept = reviewers.preferences(session, reviewer_id)
        reviewers.set_preferences(session, reviewer_id, replace(kept, are_keys_on=are_on))

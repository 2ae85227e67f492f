"""What is one's own: the judgments given so far, taking one back, and how one likes to review."""

from typing import cast

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from jadelite.audit import history, judging, people
from jadelite.domain.errors import Invalid
from jadelite.domain.people import (
    DEFAULT_KEYS,
    MAX_DAILY_CAP,
    NO_KEY,
    DiffColumns,
    Preferences,
    Reveals,
)
from jadelite.web import locale
from jadelite.web.auth import current_actor, needs
from jadelite.web.services import services

pages = Blueprint("mine", __name__, url_prefix="/mine")

JUDGMENT = "/judgments/<task:task_id>"
MAX_ID = 2**63 - 1
KEY_PREFIX = "key-"
MAX_DIGITS = 10
KEYS_OFFERED = (NO_KEY, "Enter", "?", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pages.get("")
@needs("judge")
def judgments() -> str:
    """Own judgments, newest first; older ones behind a cursor."""
    before = request.args.get("before", type=int)
    parts = services()
    page = history.history_page(
        parts.database,
        current_actor(),
        slug=request.args.get("campaign") or None,
        before=before if before is None or 0 < before <= MAX_ID else None,
    )
    return render_template("mine.html", page=page, now=parts.clock())


@pages.get(f"{JUDGMENT}/withdraw")
@needs("judge")
def confirm(task_id: int) -> str:
    """Ask before a judgment is taken back."""
    parts = services()
    own = history.to_withdraw(parts.database, current_actor(), task_id, now=parts.clock())
    return render_template("withdraw.html", own=own)


@pages.post(f"{JUDGMENT}/withdraw")
@needs("judge")
def withdraw(task_id: int) -> Response:
    """Take a judgment back; what was said stays stored, and counts no more."""
    parts = services()
    judging.withdraw(
        parts.database,
        current_actor(),
        task_id,
        now=parts.clock(),
        report_delay_seconds=parts.settings.report_delay_seconds,
    )
    return redirect(url_for("mine.judgments"), 303)


@pages.get("/preferences")
@needs("judge")
def preferences() -> str:
    """How one likes to review."""
    kept = people.preferences(services().database, current_actor())
    return _form(kept, is_saved="saved" in request.args)


@pages.post("/preferences")
@needs("judge")
def save_preferences() -> tuple[str, int] | Response:
    """Keep how one likes to review; what can't be kept comes back with the reason."""
    language = request.form.get("language", "")
    wanted = _wanted()
    try:
        people.save_preferences(services().database, current_actor(), wanted)
    except Invalid as error:
        return _form(wanted, error=error), 422
    if locale.is_offered(language):
        session[locale.SAVED] = language
        people.choose_language(services().database, current_actor(), language)
    return redirect(url_for("mine.preferences", saved=1), 303)


@pages.post("/keys")
@needs("judge")
def switch_keys() -> Response:
    """Switch all keys on or off, from where they are used."""
    people.switch_keys(services().database, current_actor(), are_on="on" in request.form)
    return Response(status=204)


def _wanted() -> Preferences:
    """What the form says; what can't be right is left for the check to name."""
    sent = request.form
    cap = sent.get("daily-cap", "").strip()
    return Preferences(
        keys={job: sent.get(f"{KEY_PREFIX}{job}", NO_KEY) for job in DEFAULT_KEYS},
        reveals=cast("Reveals", sent.get("reveals", "")),
        diff=cast("DiffColumns", sent.get("diff", "")),
        are_keys_on="keys" in sent,
        daily_cap=(int(cap) if cap.isdecimal() and len(cap) < MAX_DIGITS else 0) if cap else None,
    )


def _form(kept: Preferences, *, error: Invalid | None = None, is_saved: bool = False) -> str:
    return render_template(
        "preferences.html",
        kept=kept,
        error=error,
        is_saved=is_saved,
        typed_cap=request.form.get("daily-cap", kept.daily_cap or ""),
        keys_offered=KEYS_OFFERED,
        max_daily_cap=MAX_DAILY_CAP,
    )

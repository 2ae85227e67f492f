"""For who leads campaigns: see a plan, make a campaign, draw it, open it, close it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from jadelite.audit import campaign_pages, campaigns
from jadelite.domain.campaigns import Campaign, Stream
from jadelite.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jadelite.domain.new_campaigns import MAX_EXTRA, MAX_K, MAX_SAMPLE, MIN_SAMPLE, NewCampaign
from jadelite.domain.planning import Plan
from jadelite.web.auth import current_actor, needs
from jadelite.web.errors import status_of
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("coordinate", __name__)

DEFAULTS = {"n_planned": "200", "k": "3", "max_extra": "0", "facet": "editquality"}
OUT_OF_RANGE = -1  # a number that can't be read is refused with the sentence of its field
ACTIONS: dict[str, Callable[..., Campaign]] = {
    "open": campaigns.open_,
    "close": campaigns.close,
    "archive": campaigns.archive,
}


@dataclass(frozen=True)
class Read:
    """A form as it was sent, and what it asks for; `wrong` are fields that can't be read."""

    new: NewCampaign
    wrong: tuple[FieldError, ...]


@pages.get("/campaigns/new")
@needs("coordinate")
def new() -> str:
    """The form of a new campaign; first of all, of which wiki."""
    return _show_new(MultiDict({**DEFAULTS, "language": current_language().code}))


@pages.post("/campaigns/new")
@needs("coordinate")
def create() -> tuple[str, int] | str | Response:
    """Show the plan, with nothing stored, or make the draft; a wrong form comes back as it was."""
    parts = services()
    actor, now = current_actor(), parts.clock()
    read = _read(request.form)
    try:
        if read.wrong:
            problems = campaigns.find_problems(parts.database, read.new, now=now)
            raise Invalid("invalid-campaign", "fields are wrong", fields=(*read.wrong, *problems))
        if request.form.get("action") != "create":
            plan = campaigns.preview(parts.database, actor, read.new, now=now)
            return _show_new(request.form, plan=plan)
        made = campaigns.create(parts.database, actor, read.new, now=now)
    except (Invalid, NotFound) as error:
        return _show_new(request.form, error=error), status_of(error)
    return redirect(url_for("coordinate.manage", slug=made.slug), 303)


@pages.get("/campaigns/<slug>/manage")
@needs("coordinate")
def manage(slug: str) -> str:
    """A campaign for who leads it: its plan or sample, its state, the work so far."""
    return _show_manage(slug)


@pages.post("/campaigns/<slug>/draw")
@needs("coordinate")
def draw(slug: str) -> tuple[str, int] | Response:
    """Ask the worker to draw what the form names; the 30-edit link brings edits to try with."""
    streams: tuple[Stream, ...] = ("probability",)
    if request.form.get("stream") == "link30":
        streams = ("link30", "practice")

    def ask() -> None:
        parts = services()
        for stream in streams:
            campaigns.ask_draw(
                parts.database, current_actor(), slug, stream=stream, now=parts.clock()
            )

    return _do(slug, ask)


@pages.post("/campaigns/<slug>/state")
@needs("coordinate")
def set_state(slug: str) -> tuple[str, int] | Response:
    """Open, close or archive a campaign."""
    act = ACTIONS.get(request.form.get("action", ""))
    if act is None:
        raise Invalid("bad-action", f"action is none of {', '.join(ACTIONS)}")
    parts = services()
    return _do(slug, lambda: act(parts.database, current_actor(), slug, now=parts.clock()))


@pages.post("/campaigns/<slug>/extend")
@needs("coordinate")
def extend(slug: str) -> tuple[str, int] | Response:
    """A later end, or more judgments of each edit."""

    def ask() -> None:
        wrong: list[FieldError] = []
        closes_at = _day_ends(request.form, "closes_at", wrong)
        if wrong:
            raise Invalid("invalid-campaign", "the day can't be read", fields=tuple(wrong))
        parts = services()
        campaigns.extend(
            parts.database,
            current_actor(),
            slug,
            closes_at=closes_at,
            k=_number(request.form, "k"),
            n=_number(request.form, "n_planned"),
            now=parts.clock(),
        )

    return _do(slug, ask)


def _do(slug: str, act: Callable[[], object]) -> tuple[str, int] | Response:
    """Do it and show the campaign again; what can't be done is said on top of it."""
    try:
        act()
    except (Invalid, Conflict, Forbidden) as error:
        return _show_manage(slug, error), status_of(error)
    return redirect(url_for("coordinate.manage", slug=slug), 303)


def _show_manage(slug: str, error: Invalid | Conflict | Forbidden | None = None) -> str:
    page = campaign_pages.manage_page(services().database, current_actor(), slug)
    return render_template(
        "campaign_manage.html", page=page, error=error, fields=_by_field(error), max_k=MAX_K
    )


def _show_new(
    given: Mapping[str, str],
    *,
    plan: Plan | None = None,
    error: Invalid | NotFound | None = None,
) -> str:
    asked = request.values.get("wiki") or None
    page = campaign_pages.new_page(services().database, current_actor(), asked)
    return render_template(
        "campaign_new.html",
        page=page,
        given=given,
        further=request.form.getlist("further"),
        plan=plan,
        error=error,
        fields=_by_field(error),
        limits={"k": MAX_K, "extra": MAX_EXTRA, "least": MIN_SAMPLE, "most": MAX_SAMPLE},
    )


def _by_field(error: object) -> dict[str, FieldError]:
    fields = error.fields if isinstance(error, Invalid) else ()
    return {wrong.field: wrong for wrong in reversed(fields)}


def _read(form: MultiDict[str, str]) -> Read:
    wrong: list[FieldError] = []
    models = (form.get("model", ""), *form.getlist("further"))
    new = NewCampaign(
        slug=form.get("slug", "").strip(),
        wiki=form.get("wiki", ""),
        models=tuple(dict.fromkeys(name for name in models if name)),
        facet=form.get("facet", ""),
        window_from=_day(form, "window_from", wrong),
        window_to=_day_ends(form, "window_to", wrong),
        namespaces=_namespaces(form, wrong),
        with_bots="with_bots" in form,
        by_editor="by_editor" in form,
        with_content_only="with_content_only" in form,
        n_planned=_number(form, "n_planned", OUT_OF_RANGE) or 0,
        k=_number(form, "k", OUT_OF_RANGE) or 0,
        max_extra=_number(form, "max_extra") or 0,
        daily_cap=_number(form, "daily_cap"),
        closes_at=_day_ends(form, "closes_at", wrong),
        name=_text(form, "name"),
        guideline=_text(form, "guideline"),
        language=form.get("language", ""),
    )
    return Read(new, tuple(wrong))


def _text(form: Mapping[str, str], field: str) -> str | None:
    return form.get(field, "").replace("\r\n", "\n").strip() or None


def _number(form: Mapping[str, str], field: str, empty: int | None = None) -> int | None:
    text = form.get(field, "").strip()
    if not text:
        return empty
    return int(text) if re.fullmatch(r"\d{1,9}", text) else OUT_OF_RANGE


def _day(form: Mapping[str, str], field: str, wrong: list[FieldError]) -> datetime | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        wrong.append(FieldError(field, "bad-day", f"{field} is {text!r}, expected YYYY-MM-DD"))
        return None


def _day_ends(form: Mapping[str, str], field: str, wrong: list[FieldError]) -> datetime | None:
    day = _day(form, field, wrong)
    if day is None:
        return None
    try:
        return day + timedelta(days=1)
    except OverflowError:  # the last day that can be written
        wrong.append(FieldError(field, "bad-day", f"{field} is too late"))
        return None


def _namespaces(form: Mapping[str, str], wrong: list[FieldError]) -> tuple[int, ...] | None:
    parts = [part for part in re.split(r"[\s,،]+", form.get("namespaces", "")) if part]
    if not parts:
        return None
    if not all(re.fullmatch(r"\d{1,5}", part) for part in parts):
        detail = "namespaces are no numbers with commas between them, such as 0, 4"
        wrong.append(FieldError("namespaces", "bad-namespaces", detail))
        return None
    return tuple(sorted({int(part) for part in parts}))

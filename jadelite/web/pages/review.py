"""Judging: take an edit, judge it blind, see the reveal, go on; at the end, one's own result.

Plain forms lead from page to page. Our script asks for the same addresses without their frame and
gets, when it saves, the reveal and the next edit in one answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from jadelite.audit import assigning, closing, history, judging, people, reviewing
from jadelite.audit.judging import Recorded
from jadelite.audit.reviewing import RevealPage, ReviewPage
from jadelite.domain.errors import Conflict, DomainError, Invalid, NotFound
from jadelite.domain.facets import SEPARATOR
from jadelite.domain.judgments import MAX_NOTE_LENGTH, REASON_TAGS, SKIP_REASONS, Draft, Judgment
from jadelite.domain.people import Preferences
from jadelite.web.auth import current_actor, needs, sign_in
from jadelite.web.locale import current_language
from jadelite.web.services import is_part_wanted, services
from jadelite.web.task_numbers import read_task

pages = Blueprint("review", __name__)

ANSWER_PREFIX = "answer-"
TASK = "/tasks/<task:task_id>"
LENGTHS = {"10": 10, "30": 30, "open": None}
N_AHEAD = 3
REST_AFTER = timedelta(minutes=25)
SAME_DAY = timedelta(hours=3)  # who comes back after a pause has rested


@dataclass(frozen=True)
class Following:
    """The edit after a reveal, made ready: its address, and its page or only how far one is."""

    url: str
    content: Markup


@pages.post("/campaigns/<slug>/start")
@needs("sign-in")
def start(slug: str) -> AnyResponse:
    """Begin a sitting; in a demonstration a visitor becomes somebody first."""
    parts = services()
    if not current_actor().is_signed_in:
        sign_in(people.try_it(parts.database, is_demo=parts.settings.is_demo, now=parts.clock()))
    asked = request.form.get("length", "10")
    if asked not in LENGTHS:
        raise Invalid("bad-length", f"length is {asked!r}, expected {', '.join(LENGTHS)}")
    assigning.start_sitting(
        parts.database, current_actor(), slug, length=LENGTHS[asked], now=parts.clock()
    )
    return _to_next(slug)


@pages.post("/campaigns/<slug>/next")
@needs("judge")
def next_task(slug: str) -> AnyResponse:
    """The next edit of the sitting, or its result."""
    return _to_next(slug)


@pages.get(TASK)
@needs("judge")
def task(task_id: int) -> str | AnyResponse:
    """The edit and the questions; the reveal, if it was judged already."""
    return show_task(task_id)


@pages.post(TASK)
@needs("judge")
def judge(task_id: int) -> tuple[str | AnyResponse, int] | str | AnyResponse:
    """Save a first judgment and go to its reveal; an incomplete one gets the form again."""
    draft = draft_of(task_id)
    parts = services()
    try:
        recorded = judging.record(
            parts.database,
            current_actor(),
            draft,
            now=parts.clock(),
            report_delay_seconds=parts.settings.report_delay_seconds,
        )
    except Invalid as error:
        return show_task(task_id, draft, error=error), 422
    except Conflict as error:
        if error.code != "already-judged":
            raise
        return _reveal(task_id, draft, error=error), 409  # the other answers are not lost
    return _after_saving(task_id, recorded)


@pages.post(f"{TASK}/touch")
@needs("judge")
def touch(task_id: int) -> Response:
    """Note that the edit is on the screen; addresses of those to be made ready after it.

    Nothing (204) for an edit that is not held, or not any more.
    """
    parts = services()
    try:
        assigning.touch(
            parts.database,
            current_actor(),
            task_id,
            now=parts.clock(),
            lease_seconds=parts.settings.lease_seconds,
        )
    except NotFound:  # fast hands saved it before this arrived: nothing went wrong
        return Response(status=204)
    try:
        held = _take(request.args.get("campaign", ""), 1 + N_AHEAD)
    except Conflict:  # closed, or enough for today: the edit on the screen may still be judged
        held = []
    return jsonify(ahead=[_url(other) for other in held if other != task_id])


@pages.get(f"{TASK}/reveal")
@needs("judge")
def reveal(task_id: int) -> str | AnyResponse:
    """What the model and the others said, for whoever judged the edit."""
    return _reveal(task_id)


@pages.post(f"{TASK}/reveal")
@needs("judge")
def revise(task_id: int) -> tuple[str | AnyResponse, int] | AnyResponse:
    """Save a changed mind as a new judgment that says what had been seen."""
    draft = draft_of(task_id)
    parts = services()
    try:
        judging.revise(
            parts.database,
            current_actor(),
            draft,
            now=parts.clock(),
            report_delay_seconds=parts.settings.report_delay_seconds,
        )
    except Invalid as error:
        return _reveal(task_id, draft, error=error), 422
    return redirect(url_for("review.reveal", task_id=task_id), 303)


@pages.post(f"{TASK}/skip")
@needs("judge")
def skip(task_id: int) -> AnyResponse:
    """Pass the edit by, for a reason about the reviewer, and go on."""
    parts = services()
    reason = request.form.get("reason", "")
    slug = assigning.skip(parts.database, current_actor(), task_id, reason, now=parts.clock())
    return _to_next(slug)


@pages.post("/campaigns/<slug>/undo")
@needs("judge")
def undo(slug: str) -> AnyResponse:
    """Back to the edit judged last: to its form, or after the reveal to the form for a change."""
    parts = services()
    undone = judging.undo(
        parts.database,
        current_actor(),
        slug,
        now=parts.clock(),
        report_delay_seconds=parts.settings.report_delay_seconds,
        task_id=read_task(request.form.get("task")),
    )
    if undone.was_revealed:
        return redirect(url_for("review.reveal", task_id=undone.task_id, change=1), 303)
    return redirect(_url(undone.task_id), 303)


@pages.get("/campaigns/<slug>/sitting")
@needs("judge")
def sitting(slug: str) -> str:
    """The reviewer's own result of a sitting, in plain words."""
    parts = services()
    now = parts.clock()
    result = closing.sitting_result(parts.database, current_actor(), slug, now=now)
    begun = result.sitting
    is_time_to_rest = begun is not None and _is_long(begun.started_at, now)
    return render_template("sitting.html", result=result, is_time_to_rest=is_time_to_rest)


@pages.post("/campaigns/<slug>/finish")
@needs("judge")
def finish(slug: str) -> AnyResponse:
    """End the sitting, which reveals what it kept back, and show its result."""
    return _to_result(slug)


def show_task(
    task_id: int, draft: Draft | None = None, *, error: Invalid | None = None
) -> str | AnyResponse:
    """The page of an edit to be judged, with what was filled in; leads on if it was judged."""
    page = reviewing.review_page(services().database, current_actor(), task_id)
    if page is None:
        return redirect(url_for("review.reveal", task_id=task_id), 303)
    return _review_page(page, draft, error=error, is_saved="saved" in request.args)


def draft_of(task_id: int) -> Draft:
    """What the form of a judgment says, complete or not."""
    sent = request.form
    answers = {
        key.removeprefix(ANSWER_PREFIX): SEPARATOR.join(sent.getlist(key))
        for key in sent
        if key.startswith(ANSWER_PREFIX)
    }
    note = sent.get("note", "").replace("\r\n", "\n").replace("\0", "").strip()
    tags = tuple(dict.fromkeys(sent.getlist("tag")))
    return Draft(task_id, answers, note or None, current_language().code, tags=tags)


def _take(slug: str, n: int) -> list[int]:
    parts = services()
    return assigning.take_tasks(
        parts.database,
        current_actor(),
        slug,
        n=n,
        now=parts.clock(),
        lease_seconds=parts.settings.lease_seconds,
        daily_cap=parts.settings.daily_cap,
    )


def _to_next(slug: str, *, is_saved: bool = False) -> AnyResponse:
    found = _take(slug, 1)
    if not found:
        return _to_result(slug)
    saved = 1 if is_saved else None
    return redirect(url_for("review.task", task_id=found[0], saved=saved), 303)


def _to_result(slug: str) -> AnyResponse:
    parts = services()
    assigning.end_sitting(parts.database, current_actor(), slug, now=parts.clock())
    return redirect(url_for("review.sitting", slug=slug), 303)


def _url(task_id: int) -> str:
    return url_for("review.task", task_id=task_id)


def _after_saving(task_id: int, recorded: Recorded) -> str | AnyResponse:
    """To the reveal; where the sitting keeps that back, straight on to the next edit."""
    database, actor = services().database, current_actor()
    reveal_url = url_for("review.reveal", task_id=task_id)
    if not recorded.is_revealed:
        own = history.own_judgment(database, actor, task_id)
        try:
            return _to_next(own.slug, is_saved=True)
        except Conflict:  # the answer is saved; why there is no next one, the next click says
            return redirect(reveal_url, 303)
    page = reviewing.reveal_page(database, actor, task_id) if is_part_wanted() else None
    if page is None:
        return redirect(reveal_url, 303)
    response = make_response(_reveal_page(page, following=_following(page)))
    response.headers["Content-Location"] = reveal_url
    return response


def _following(page: RevealPage) -> Following | None:
    """The next edit, so that going on needs no request; None where there is none to give."""
    if page.sitting is None or page.sitting.is_full:
        return None
    try:
        found = _take(page.campaign.slug, 1)
    except Conflict:  # closed, or enough for today: said when somebody wants to go on
        return None
    if not found:
        return None
    url = _url(found[0])
    if url in request.form.get("have", "").split():
        bar = render_template(
            "bar.html", page=page, preferences=_preferences(), undo_task_id=page.task_id
        )
        return Following(url, Markup(bar))  # noqa: S704  # a rendered template
    following = reviewing.review_page(services().database, current_actor(), found[0])
    if following is None:
        return None
    return Following(url, Markup(_review_page(following)))  # noqa: S704  # a rendered template


def _review_page(
    page: ReviewPage,
    draft: Draft | None = None,
    *,
    error: Invalid | None = None,
    is_saved: bool = False,
) -> str:
    return render_template(
        "review.html",
        page=page,
        preferences=_preferences(),
        error=error,
        is_saved=is_saved,
        skip_reasons=SKIP_REASONS,
        **_filled(draft or page.draft_before),
    )


def _reveal(
    task_id: int, draft: Draft | None = None, *, error: DomainError | None = None
) -> str | AnyResponse:
    database, actor = services().database, current_actor()
    page = reviewing.reveal_page(database, actor, task_id)
    if page is not None:
        return _reveal_page(page, draft, error=error)
    own = history.own_judgment(database, actor, task_id)
    if own.is_withdrawn:  # undone: it waits to be judged again
        return redirect(_url(task_id), 303)
    is_undoable = task_id in history.undoable(database, actor, own.slug)
    return render_template(
        "kept.html", own=own, preferences=_preferences(), is_undoable=is_undoable
    )


def _reveal_page(
    page: RevealPage,
    draft: Draft | None = None,
    *,
    error: DomainError | None = None,
    following: Following | None = None,
) -> str:
    parts = services()
    begun = page.sitting
    is_change = "change" in request.args
    earlier = None
    if is_change:  # the same key again goes further back
        earlier = history.one_before(
            parts.database, current_actor(), page.campaign.slug, page.task_id
        )
    return render_template(
        "reveal.html",
        page=page,
        preferences=_preferences(),
        error=error,
        following=following,
        is_change=is_change,
        undo_task_id=earlier,
        is_time_to_rest=begun is not None and _is_long(begun.sitting.started_at, parts.clock()),
        **_filled(draft or page.own),
    )


def _filled(said: Draft | Judgment | None) -> dict[str, object]:
    """What a form of answers is filled with."""
    return {
        "answers": said.answers if said else {},
        "note": said.note if said else None,
        "chosen_tags": said.tags if said else (),
        "tags": REASON_TAGS,
        "max_note": MAX_NOTE_LENGTH,
    }


def _preferences() -> Preferences:
    return people.preferences(services().database, current_actor())


def _is_long(started_at: datetime, now: datetime) -> bool:
    """Whether somebody has been judging for long, so that a rest is due."""
    return REST_AFTER <= now - started_at <= SAME_DAY

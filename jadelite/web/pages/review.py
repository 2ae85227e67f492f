"""Judging: take an edit, judge it blind, see the reveal, go on; after ten, a result."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import judging, people, reviewing
from jadelite.audit.judging import Recorded
from jadelite.domain.errors import Invalid
from jadelite.domain.judgments import MAX_NOTE_LENGTH, SKIP_REASONS, Draft
from jadelite.web.auth import (
    begin_sitting,
    current_actor,
    needs,
    sign_in,
    sitting_started_at,
)
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("review", __name__)

ANSWER_PREFIX = "answer-"
TASK = "/tasks/<int(max=9223372036854775807):task_id>"  # what a row number can be


@pages.post("/campaigns/<slug>/start")
@needs("sign-in")
def start(slug: str) -> Response:
    """Begin a sitting of ten; in a demonstration a visitor becomes somebody first."""
    parts = services()
    if not current_actor().is_signed_in:
        sign_in(people.try_it(parts.database, is_demo=parts.settings.is_demo, now=parts.clock()))
    begin_sitting(slug, is_new=True)
    return _to_next(slug)


@pages.post("/campaigns/<slug>/next")
@needs("judge")
def next_task(slug: str) -> Response:
    """The next edit of the sitting."""
    begin_sitting(slug, is_new=False)
    return _to_next(slug)


@pages.get(TASK)
@needs("judge")
def task(task_id: int) -> str | Response:
    """The edit and the questions; the reveal, if it was judged already."""
    return _show(task_id, None)


@pages.post(TASK)
@needs("judge")
def judge(task_id: int) -> tuple[str | Response, int] | Response:
    """Save a first judgment and go to its reveal; an incomplete one gets the form again."""
    draft = _draft(task_id)
    try:
        _record(draft)
    except Invalid as error:
        return _show(task_id, draft, error), 422
    return redirect(url_for("review.reveal", task_id=task_id), 303)


@pages.get(f"{TASK}/reveal")
@needs("judge")
def reveal(task_id: int) -> str:
    """What the model and the others said, for whoever judged the edit."""
    return _reveal(task_id, None)


@pages.post(f"{TASK}/reveal")
@needs("judge")
def revise(task_id: int) -> tuple[str, int] | Response:
    """Save a changed mind as a new judgment that says what had been seen."""
    draft = _draft(task_id)
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
        return _reveal(task_id, draft, error), 422
    return redirect(url_for("review.reveal", task_id=task_id), 303)


@pages.post(f"{TASK}/skip")
@needs("judge")
def skip(task_id: int) -> Response:
    """Pass the edit by, for a reason about the reviewer, and go on."""
    parts = services()
    slug = reviewing.skip(
        parts.database,
        current_actor(),
        task_id,
        request.form.get("reason", ""),
        now=parts.clock(),
    )
    return _to_next(slug)


@pages.get("/campaigns/<slug>/sitting")
@needs("judge")
def sitting(slug: str) -> str:
    """The reviewer's own result of a sitting, in plain words."""
    parts = services()
    result = reviewing.sitting(
        parts.database,
        current_actor(),
        slug,
        since=sitting_started_at(slug),
        now=parts.clock(),
    )
    return render_template("sitting.html", result=result)


def _to_next(slug: str) -> Response:
    parts = services()
    task_id = reviewing.take_task(
        parts.database,
        current_actor(),
        slug,
        now=parts.clock(),
        lease_seconds=parts.settings.lease_seconds,
        daily_cap=parts.settings.daily_cap,
    )
    if task_id is None:
        return redirect(url_for("review.sitting", slug=slug), 303)
    return redirect(url_for("review.task", task_id=task_id), 303)


def _draft(task_id: int) -> Draft:
    answers = {
        key.removeprefix(ANSWER_PREFIX): value
        for key, value in request.form.items()
        if key.startswith(ANSWER_PREFIX)
    }
    note = request.form.get("note", "").replace("\r\n", "\n").replace("\0", "").strip()
    return Draft(task_id, answers, note or None, current_language().code)


def _record(draft: Draft) -> Recorded:
    parts = services()
    return judging.record(
        parts.database,
        current_actor(),
        draft,
        now=parts.clock(),
        report_delay_seconds=parts.settings.report_delay_seconds,
    )


def _show(task_id: int, draft: Draft | None, error: Invalid | None = None) -> str | Response:
    page = reviewing.review_page(
        services().database, current_actor(), task_id, sitting_started_at=sitting_started_at
    )
    if page is None:
        return redirect(url_for("review.reveal", task_id=task_id), 303)
    return render_template(
        "review.html",
        page=page,
        draft=draft,
        error=error,
        skip_reasons=SKIP_REASONS,
        max_note=MAX_NOTE_LENGTH,
    )


def _reveal(task_id: int, draft: Draft | None, error: Invalid | None = None) -> str:
    page = reviewing.reveal_page(
        services().database, current_actor(), task_id, sitting_started_at=sitting_started_at
    )
    return render_template(
        "reveal.html", page=page, draft=draft, error=error, max_note=MAX_NOTE_LENGTH
    )

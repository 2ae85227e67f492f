"""The 30-edit link: what it leads to, taking part, and trying without an account.

Who only tries is kept in their own cookie: for each edit a sign for each question.
"""

import string

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from jadelite.audit import assigning, link30, people
from jadelite.audit.link30 import TryPage
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Invalid
from jadelite.domain.facets import Facet
from jadelite.domain.judgments import check_answers
from jadelite.web.auth import current_actor, needs, sign_in
from jadelite.web.services import services
from jadelite.web.task_numbers import read_task

pages = Blueprint("link30", __name__)

KEPT = "tried"
LINK = "/30/<wiki>"
PLACES = string.digits + string.ascii_letters  # more than a question has labels


@pages.get(LINK)
@needs("read")
def show(wiki: str) -> str:
    """What will happen, and the two ways."""
    return _show(wiki, None)


@pages.post(f"{LINK}/join")
@needs("sign-in")
def join(wiki: str) -> Response | tuple[str, int]:
    """Take part: begin the set, or go on with it; in a demonstration one becomes somebody first."""
    parts = services()
    now = parts.clock()
    has_agreed = request.form.get("agree") == "yes"
    try:
        if not current_actor().is_signed_in and parts.settings.is_demo:
            link30.require_consent(has_agreed=has_agreed)  # before somebody is made of a visitor
            link30.invitation(parts.database, current_actor(), wiki, now=now)
            sign_in(people.try_it(parts.database, is_demo=True, now=now))
        slug = link30.join(parts.database, current_actor(), wiki, has_agreed=has_agreed, now=now)
    except Invalid as error:
        return _show(wiki, error), 422
    taken = assigning.take_tasks(
        parts.database,
        current_actor(),
        slug,
        now=now,
        lease_seconds=parts.settings.lease_seconds,
        daily_cap=parts.settings.daily_cap,
    )
    if not taken:
        assigning.end_sitting(parts.database, current_actor(), slug, now=now)
        return redirect(url_for("review.sitting", slug=slug), 303)
    return redirect(url_for("review.task", task_id=taken[0]), 303)


@pages.get(f"{LINK}/try")
@needs("read")
def try_one(wiki: str) -> str | Response:
    """The next edit for somebody who only tries; the result after the last."""
    page = _next(wiki)
    if page is None:
        return redirect(url_for("link30.result", wiki=wiki), 303)
    return render_template("link30_try.html", page=page, answers={}, error=None)


@pages.post(f"{LINK}/try")
@needs("read")
def answer(wiki: str) -> tuple[str, int] | Response:
    """Keep the answers in the cookie and go on; incomplete ones get the form again."""
    page = _next(wiki)
    # An answer to another edit than the next one comes from a page of long ago, or twice.
    if page is None or read_task(request.form.get("task")) != page.task_id:
        return redirect(url_for("link30.try_one", wiki=wiki), 303)
    given = {
        question.name: request.form.get(f"answer-{question.name}", "")
        for question in page.facet.questions
    }
    wrong = check_answers(given, page.facet)
    if wrong:
        error = Invalid("invalid-judgment", "the answers are not complete", fields=wrong)
        return render_template("link30_try.html", page=page, answers=given, error=error), 422
    kept = _kept(page.campaign)
    session[KEPT] = [page.campaign.slug, {**kept, str(page.task_id): _pack(page.facet, given)}]
    return redirect(url_for("link30.try_one", wiki=wiki), 303)


@pages.get(f"{LINK}/result")
@needs("read")
def result(wiki: str) -> str:
    """What somebody tried, beside what the model said; nothing of it is stored."""
    parts = services()
    invited = link30.invitation(parts.database, current_actor(), wiki, now=parts.clock())
    return render_template(
        "link30_result.html",
        result=link30.try_result(parts.database, wiki, _tried(invited.campaign), now=parts.clock()),
    )


def _show(wiki: str, error: Invalid | None) -> str:
    parts = services()
    found = link30.invitation(parts.database, current_actor(), wiki, now=parts.clock())
    return render_template(
        "link30.html",
        page=found,
        n_tried=len(_kept(found.campaign)),
        error=error,
        is_demo=parts.settings.is_demo,
    )


def _next(wiki: str) -> TryPage | None:
    parts = services()
    invited = link30.invitation(parts.database, current_actor(), wiki, now=parts.clock())
    return link30.try_page(parts.database, wiki, _tried(invited.campaign), now=parts.clock())


def _kept(campaign: Campaign) -> dict[str, str]:
    """Packed answers by task; those of another campaign are not these."""
    kept = session.get(KEPT)
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == campaign.slug:
        return dict(kept[1])
    return {}


def _pack(facet: Facet, answers: dict[str, str]) -> str:
    """A sign for each question: the place of its label, from 1; 0 for none."""
    return "".join(
        PLACES[question.labels.index(answers[question.name]) + 1] if answers[question.name] else "0"
        for question in facet.questions
    )


def _tried(campaign: Campaign) -> dict[int, dict[str, str]]:
    facet = link30.facet_of(services().database, campaign)
    return {
        int(task_id): {
            question.name: question.labels[PLACES.index(place) - 1]
            for question, place in zip(facet.questions, packed, strict=False)
            if 0 < PLACES.index(place) <= len(question.labels)
        }
        for task_id, packed in _kept(campaign).items()
    }

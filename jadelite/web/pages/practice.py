"""The practice round: five invented edits with answers that are explained. Nothing is stored.

What somebody answered stands in their own cookie until they begin another round.
"""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from jadelite.audit import practice
from jadelite.audit.practice import Exercise, Round
from jadelite.domain.errors import Invalid
from jadelite.domain.judgments import check_answers
from jadelite.web.auth import needs
from jadelite.web.locale import current_language
from jadelite.web.services import services

pages = Blueprint("practice", __name__)

KEPT = "practice"
NUMBER = "/practice/<int(max=99):number>"


@pages.get("/practice")
@needs("read")
def start() -> str:
    """What the round is."""
    return render_template("practice.html", round=_round())


@pages.get(NUMBER)
@needs("read")
def exercise(number: int) -> str:
    """One of the edits, and the questions."""
    return _show(number, {}, None)


@pages.post(NUMBER)
@needs("read")
def answer(number: int) -> tuple[str, int] | Response:
    """Keep the answers in the cookie and explain; incomplete ones get the form again."""
    found = _round()
    _of(found, number)
    given = {
        question.name: request.form.get(f"answer-{question.name}", "")
        for question in practice.FACET.questions
    }
    wrong = check_answers(given, practice.FACET)
    if wrong:
        error = Invalid("invalid-judgment", "the answers are not complete", fields=wrong)
        return _show(number, given, error), 422
    session[KEPT] = [found.language, {**_said(found), str(number): given}]
    return redirect(url_for("practice.explained", number=number), 303)


@pages.get(f"{NUMBER}/why")
@needs("read")
def explained(number: int) -> str | Response:
    """The own answers beside the explained ones."""
    found = _round()
    item = _of(found, number)
    own = _said(found).get(str(number))
    if own is None:
        return redirect(url_for("practice.exercise", number=number), 303)
    return render_template(
        "practice_why.html",
        round=found,
        number=number,
        item=item,
        own=own,
        facet=practice.FACET,
    )


@pages.get("/practice/end")
@needs("read")
def end() -> str | Response:
    """How the round went, and the way to real edits."""
    found = _round()
    said = _said(found)
    done = [
        (number, item, said[str(number)])
        for number, item in enumerate(found.exercises, 1)
        if str(number) in said
    ]
    if not done:
        return redirect(url_for("practice.start"), 303)
    pairs = [
        (own.get(name), label) for _, item, own in done for name, label in item.answers.items()
    ]
    return render_template(
        "practice_end.html",
        round=found,
        done=done,
        n_same=sum(own == label for own, label in pairs),
        n_answers=len(pairs),
        is_demo=services().settings.is_demo,
        facet=practice.FACET,
    )


def _show(number: int, answers: dict[str, str], error: Invalid | None) -> str:
    found = _round()
    return render_template(
        "practice_edit.html",
        round=found,
        number=number,
        item=_of(found, number),
        facet=practice.FACET,
        answers=answers,
        error=error,
    )


def _round() -> Round:
    return practice.load(current_language().code)


def _of(found: Round, number: int) -> Exercise:
    if not 1 <= number <= len(found.exercises):
        abort(404)
    return found.exercises[number - 1]


def _said(found: Round) -> dict[str, dict[str, str]]:
    """The answers kept in the cookie; those to a round in another language are not these."""
    kept = session.get(KEPT)
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == found.language:
        return dict(kept[1])
    return {}

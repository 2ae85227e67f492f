"""A judgment: one reviewer's answers on one edit; what makes it complete, and blind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from jadelite.domain.errors import FieldError, Invalid
from jadelite.domain.facets import Facet, Question

Exposure = Literal["no", "yes", "unknown"]
Action = Literal["judge", "withdraw"]
Origin = Literal["web", "api", "import", "sample"]
EXPOSURES: tuple[Exposure, ...] = get_args(Exposure)
MAX_NOTE_LENGTH = 500

# Reasons that can be counted; a campaign may put them into words of its own.
REASON_TAGS = (
    "vandalism",
    "nonsense",
    "attack",
    "promotion",
    "unsourced",
    "wrong-fact",
    "copied",
    "removal",
    "broken-markup",
    "improvement",
)
SKIP_REASONS = ("language", "subject", "own-edit", "upsetting", "too-long", "other")


@dataclass(frozen=True)
class Draft:
    """What a reviewer sends: answers by question, reason tags, and an optional note."""

    task_id: int
    answers: Mapping[str, str]
    note: str | None
    ui_language: str
    shown_at: datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgment:
    """A stored judgment. `supersedes_id` points to the older row it revises, if any.

    `score_seen` and `peers_seen` say whether the reviewer knew the model's score or other people's
    judgments of this edit when answering.
    """

    judgment_id: int
    task_id: int
    reviewer_id: int | None
    reviewer: str | None
    reviewer_kind: str | None
    action: Action
    answers: Mapping[str, str]
    note: str | None
    score_seen: Exposure
    peers_seen: Exposure
    supersedes_id: int | None
    answered_at: datetime | None
    tags: tuple[str, ...] = ()


def check_answers(answers: Mapping[str, str], facet: Facet) -> tuple[FieldError, ...]:
    """Everything wrong with the answers: unasked, unanswered, or a label not offered."""
    wrong = []
    asked = {question.name: question for question in facet.questions}
    for name in answers:
        if name not in asked:
            detail = f"answers has {name!r}, expected only {', '.join(asked)}"
            wrong.append(FieldError(name, "unknown-question", detail))
    for question in facet.questions:
        wrong += _check_answer(question, answers.get(question.name))
    return tuple(wrong)


def check_note(note: str | None) -> tuple[FieldError, ...]:
    """What is wrong with a note: its length, or a character that can't be stored."""
    if note is not None and "\0" in note:
        detail = "note holds the character NUL, which can't be stored"
        return (FieldError("note", "bad-character", detail),)
    if note is None or len(note) <= MAX_NOTE_LENGTH:
        return ()
    detail = f"note has {len(note)} characters, expected at most {MAX_NOTE_LENGTH}"
    return (FieldError("note", "note-too-long", detail),)


def check_tags(tags: Iterable[str]) -> tuple[FieldError, ...]:
    """What is wrong with reason tags: one that is not offered."""
    unknown = sorted(set(tags) - set(REASON_TAGS))
    if not unknown:
        return ()
    detail = f"tags has {unknown[0]!r}, expected only {', '.join(REASON_TAGS)}"
    return (FieldError("tags", "unknown-tag", detail),)


def check_draft(draft: Draft, facet: Facet) -> None:
    """Raise Invalid, with every wrong field, unless the draft can be stored."""
    fields = check_answers(draft.answers, facet) + check_note(draft.note) + check_tags(draft.tags)
    if fields:
        detail = "; ".join(field.detail for field in fields)
        raise Invalid("invalid-judgment", detail, fields=fields)


def _check_answer(question: Question, answer: str | None) -> list[FieldError]:
    name, offered = question.name, ", ".join(question.labels)
    if not answer:
        if not question.is_required:
            return []
        return [FieldError(name, "unanswered", f"{name} has no answer, expected one of {offered}")]
    if question.kind == "one":
        if answer in question.labels:
            return []
        detail = f"{name} is {answer!r}, expected one of {offered}"
        return [FieldError(name, "unknown-label", detail)]
    chosen = question.chosen(answer)
    if answer != question.join(chosen) or not set(chosen) <= set(question.labels):
        detail = f"{name} is {answer!r}, expected labels joined by | in the order {offered}"
        return [FieldError(name, "unknown-label", detail)]
    if len(chosen) > question.n_most:
        detail = f"{name} has {len(chosen)} labels, expected at most {question.n_most}"
        return [FieldError(name, "too-many-labels", detail)]
    return []

"""Bounds that a model's figures must keep, written before the figures are known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from jadelite.domain.errors import FieldError

Side = Literal["at-least", "at-most"]
SIDES: tuple[Side, ...] = get_args(Side)
FIGURES = ("precision", "recall", "false_positive_rate")
MAX_ACTION_LENGTH = 500


@dataclass(frozen=True)
class NewGuardrail:
    """A bound about to be written; `model` is a name without a version, None for each model."""

    question: str
    figure: str
    side: str
    value: float
    action: str
    model: str | None = None


@dataclass(frozen=True)
class Guardrail:
    """A bound in force, or one that was: `ended_at` None while it is in force.

    `is_beforehand`: written before any edit of the campaign had its judgments.
    """

    guardrail_id: int
    model: str | None
    question: str
    figure: str
    side: Side
    value: float
    action: str
    written_at: datetime
    ended_at: datetime | None
    is_beforehand: bool


def check_guardrail(new: NewGuardrail, questions: tuple[str, ...]) -> list[FieldError]:
    """Everything that is wrong with a bound on a campaign that asks these questions."""
    found = []
    if new.question not in questions:
        found.append(_wrong("question", f"{new.question!r}, expected {' or '.join(questions)}"))
    if new.figure not in FIGURES:
        found.append(_wrong("figure", f"{new.figure!r}, expected {', '.join(FIGURES)}"))
    if new.side not in SIDES:
        found.append(_wrong("side", f"{new.side!r}, expected {' or '.join(SIDES)}"))
    if not 0 < new.value < 1:
        found.append(_wrong("value", f"{new.value:g}, expected above 0 and below 1"))
    if not new.action.strip():
        found.append(_wrong("action", "empty, expected what is done if the bound is crossed"))
    elif len(new.action) > MAX_ACTION_LENGTH:
        longest = f"{MAX_ACTION_LENGTH} characters at most"
        found.append(_wrong("action", f"{len(new.action)} characters long, expected {longest}"))
    elif "\0" in new.action:
        found.append(_wrong("action", "not to be stored, expected no character NUL"))
    if new.model is not None and not (new.model and new.model.isprintable()):
        found.append(_wrong("model", f"{new.model!r}, expected a model's name"))
    return found


def _wrong(field: str, what: str) -> FieldError:
    return FieldError(field, f"bad-bound-{field}", f"{field} is {what}")

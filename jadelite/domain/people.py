"""Who acts: reviewers under a pseudonym, and the roles that say what they may do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from jadelite.domain.errors import FieldError, Invalid

ReviewerKind = Literal["person", "bot", "demo", "imported"]
Role = Literal["reviewer", "coordinator", "model-team", "oversighter", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
# What a visitor of a demonstration may try on; the others need a real installation.
DEMO_ROLES: tuple[Role, ...] = ("reviewer", "coordinator", "model-team", "operator")


@dataclass(frozen=True)
class Actor:
    """Who is asking. `reviewer_id` is None for a visitor who has not signed in."""

    reviewer_id: int | None = None
    pseudonym: str | None = None
    kind: ReviewerKind | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    session_epoch: int = 0

    @property
    def is_signed_in(self) -> bool:
        """Whether a reviewer stands behind the request."""
        return self.reviewer_id is not None


Reveals = Literal["each", "end"]
DiffColumns = Literal["auto", "one", "two"]

# What a key can do on the review page, and the key it is by itself. Answers have the digits.
DEFAULT_KEYS: Mapping[str, str] = {
    "save": "Enter",
    "skip": "S",
    "note": "N",
    "undo": "U",
    "editor": "E",
    "help": "?",
}
NO_KEY = ""
# Letters by their place on the keyboard, so that they are there in every script.
_KEY = re.compile(r"[A-Z]|Enter|\?|")
MAX_DAILY_CAP = 1000


@dataclass(frozen=True)
class Preferences:
    """How somebody likes to review.

    `keys` by what they do, "" for none; `reveals` after each edit or at the end of a sitting;
    `diff` in one column, two, or as the screen is wide; `daily_cap` None: as campaigns have it.
    """

    keys: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_KEYS))
    reveals: Reveals = "each"
    diff: DiffColumns = "auto"
    are_keys_on: bool = True
    daily_cap: int | None = None


def check_preferences(wanted: Preferences) -> None:
    """Raise Invalid, with every wrong field, unless the preferences can be kept."""
    wrong = []
    for action in DEFAULT_KEYS:
        key = wanted.keys.get(action, NO_KEY)
        if not _KEY.fullmatch(key):
            wrong.append(FieldError(action, "bad-key", f"{action} has the key {key!r}"))
        elif key and list(wanted.keys.values()).count(key) > 1:
            detail = f"the key {key} is given twice, expected one thing for each key"
            wrong.append(FieldError(action, "key-taken", detail))
    for name, value, allowed in (
        ("reveals", wanted.reveals, get_args(Reveals)),
        ("diff", wanted.diff, get_args(DiffColumns)),
    ):
        if value not in allowed:
            detail = f"{name} is {value!r}, expected one of {', '.join(allowed)}"
            wrong.append(FieldError(name, "bad-choice", detail))
    if wanted.daily_cap is not None and not 1 <= wanted.daily_cap <= MAX_DAILY_CAP:
        detail = f"daily_cap is {wanted.daily_cap}, expected 1 to {MAX_DAILY_CAP} or nothing"
        wrong.append(FieldError("daily-cap", "bad-daily-cap", detail))
    if wrong:
        raise Invalid(
            "bad-preferences", "; ".join(item.detail for item in wrong), fields=tuple(wrong)
        )


VISITOR = Actor()
OPERATOR = Actor(roles=frozenset({"operator"}))

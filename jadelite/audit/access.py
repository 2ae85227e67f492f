"""Who may do what: one table. Anything not in it is refused."""

import hmac
from typing import Literal

from jadelite.domain.errors import Forbidden
from jadelite.domain.people import Actor, Role

Action = Literal[
    "read",
    "sign-in",
    "choose-language",
    "choose-role",
    "judge",
    "report-score",
    "compute-report",
    "answer-report",
    "coordinate",
    "operate",
    "read-metrics",
]

ANYBODY: frozenset[Role | Literal["visitor"]] = frozenset(
    {"visitor", "reviewer", "coordinator", "model-team", "oversighter", "operator"}
)
SIGNED_IN = ANYBODY - {"visitor"}

# Every route names one of these actions; a route that names none fails a test.
RULES: dict[Action, frozenset[Role | Literal["visitor"]]] = {
    "read": ANYBODY,
    "sign-in": ANYBODY,
    "choose-language": ANYBODY,
    "choose-role": SIGNED_IN,
    # Not the model team: it would judge its own model.
    "judge": frozenset({"reviewer", "coordinator"}),
    "report-score": SIGNED_IN,
    "compute-report": frozenset({"coordinator", "model-team", "operator"}),
    # Whoever used the labels says what for.
    "answer-report": frozenset({"coordinator", "model-team", "operator"}),
    "coordinate": frozenset({"coordinator", "operator"}),
    "operate": frozenset({"operator"}),
    # Besides, whoever shows the token of the monitoring: `is_monitoring`.
    "read-metrics": frozenset({"operator"}),
}


def may(actor: Actor, action: Action) -> bool:
    """Whether the actor may do it."""
    held: frozenset[str] = actor.roles if actor.roles else frozenset({"visitor"})
    return bool(RULES[action] & held)


def require(actor: Actor, action: Action) -> None:
    """Raise Forbidden unless the actor may do it."""
    if may(actor, action):
        return
    if not actor.is_signed_in:
        raise Forbidden("sign-in-first", f"{action} needs somebody who is signed in")
    allowed = ", ".join(sorted(RULES[action]))
    raise Forbidden("wrong-role", f"{action} needs one of the roles {allowed}")


def is_monitoring(shown: str | None, token: str) -> bool:
    """Whether the token shown is the one in the settings; nobody's where none is set."""
    # Compared in a time that does not tell how much of it was right.
    return bool(token) and hmac.compare_digest((shown or "").encode(), token.encode())


def require_reviewer(actor: Actor) -> int:
    """The row number of somebody who may judge. Raises Forbidden for anybody else."""
    require(actor, "judge")
    if actor.reviewer_id is None:
        raise Forbidden("sign-in-first", "judging needs somebody who is signed in")
    return actor.reviewer_id

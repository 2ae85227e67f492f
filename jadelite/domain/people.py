"""Who acts: reviewers under a pseudonym, and the roles that say what they may do."""

from dataclasses import dataclass, field
from typing import Literal, get_args

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


VISITOR = Actor()
OPERATOR = Actor(roles=frozenset({"operator"}))

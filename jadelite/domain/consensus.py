"""What several people decided about one edit, by one stated rule. No model's score is in it.

Counted are each person's first blind answers; "not sure" counts as half a yes and half a no. A side
decides with at least two votes and two thirds of them. Where people are further apart than that
they split: further people are asked where a campaign wants it, and if they stay apart the edit is
*contested*, which is a result and not a failure.
"""

from dataclasses import dataclass
from typing import Literal

from jadelite.domain.facets import Facet, Question

Outcome = Literal["yes", "no", "undecided", "contested"]
MIN_VOTES = 2
# The larger side's share that decides, as a fraction of whole numbers: 2 of 3 decide.
DECIDING = (2, 3)


@dataclass(frozen=True)
class Votes:
    """Blind first answers to one question about one edit."""

    n_yes: int = 0
    n_no: int = 0
    n_unsure: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.n_yes + self.n_no + self.n_unsure

    @property
    def share(self) -> float:
        """The share of yes in 0..1, "not sure" as half; one half without votes."""
        return (self.n_yes + self.n_unsure / 2) / self.n if self.n else 0.5


def outcome(n_yes: int, n_no: int, n_unsure: int, *, is_final: bool) -> Outcome:
    """What these votes decide.

    `is_final`: nobody else will be asked. Contested only then, and only where both sides have a
    vote; otherwise what is not decided is undecided.
    """
    votes = Votes(n_yes, n_no, n_unsure)
    larger = max(n_yes, n_no)
    of, among = DECIDING
    if votes.n < MIN_VOTES:
        return "undecided"
    if among * (2 * larger + n_unsure) >= of * 2 * votes.n and n_yes != n_no:
        return "yes" if n_yes > n_no else "no"
    return "contested" if is_final and n_yes and n_no else "undecided"


def is_split(votes: Votes) -> bool:
    """Whether people see the edit differently: what they said would be contested as it stands."""
    return outcome(votes.n_yes, votes.n_no, votes.n_unsure, is_final=True) == "contested"


def split_question(facet: Facet) -> Question | None:
    """The question whose votes decide whether people split: the first yes/no one; None without."""
    return next((question for question in facet.questions if question.is_yes_or_no), None)

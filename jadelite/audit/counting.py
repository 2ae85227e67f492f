"""Which of the judgments a report reads count, and how many do not, and why."""

from collections.abc import Iterable
from itertools import groupby

from jadelite.db.judgments import CountedAnswer


def blind_first(answers: Iterable[CountedAnswer], *, may_be_unknown: bool) -> list[CountedAnswer]:
    """Each reviewer's first judgment of a task that stands, if it was given blind.

    `answers` in the order they were stored. A judgment taken back does not stand; where it was
    undone before the reveal, the next one is the first. Whoever had seen the score or the others'
    answers once is not blind later, whatever a later row says. With `may_be_unknown`, imported
    judgments of which nobody says what had been seen count too; the report says how many.
    Judgments of unknown people are each taken as somebody's first.
    """
    standing = _first_standing(answers)
    return [row for row in standing if _is_blind(row, may_be_unknown)]


def of_unknown_exposure(answers: Iterable[CountedAnswer]) -> list[CountedAnswer]:
    """First judgments that stand, of which nobody says what had been seen."""
    seen = ((row, (row.score_seen, row.peers_seen)) for row in _first_standing(answers))
    return [row for row, known in seen if "unknown" in known and "yes" not in known]


def n_withdrawn(answers: Iterable[CountedAnswer]) -> int:
    """How many judgments not given after a reveal were taken back when it could be seen."""
    blind: set[tuple[int, int]] = set()
    taken_back: set[tuple[int, int]] = set()
    for row in answers:
        if row.reviewer_id is None:
            continue
        who = (row.task_id, row.reviewer_id)
        if row.action == "judge":
            taken_back.discard(who)
            if "yes" not in (row.score_seen, row.peers_seen):
                blind.add(who)
        elif row.score_seen == "no":
            blind.discard(who)
        elif who in blind:
            taken_back.add(who)
    return len(taken_back)


def n_judgments(answers: Iterable[CountedAnswer]) -> int:
    """How many judgments the answers belong to, withdrawals left out."""
    return len({answer.judgment_id for answer in answers if answer.action == "judge"})


def _first_standing(answers: Iterable[CountedAnswer]) -> list[CountedAnswer]:
    """Each reviewer's first judgment of a task that stands, unless they had known before it."""
    first: dict[tuple[int, int], list[CountedAnswer]] = {}
    knowing: set[tuple[int, int]] = set()
    for judgment_id, rows in groupby(answers, key=lambda answer: answer.judgment_id):
        given = list(rows)
        row = given[0]
        who = (row.task_id, -judgment_id if row.reviewer_id is None else row.reviewer_id)
        if row.action == "withdraw":
            first.pop(who, None)
        elif who not in knowing:
            first.setdefault(who, given)
        if "yes" in (row.score_seen, row.peers_seen):
            knowing.add(who)
    kept = [row for given in first.values() for row in given]
    return sorted(kept, key=lambda answer: answer.judgment_id)


def _is_blind(row: CountedAnswer, may_be_unknown: bool) -> bool:
    is_imported = may_be_unknown and row.origin == "import"
    allowed = ("no", "unknown") if is_imported else ("no",)
    return row.score_seen in allowed and row.peers_seen in allowed

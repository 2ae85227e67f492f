"""Which judgments count: each reviewer's first on an edit that stands, if it was given blind."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics.counts import is_repeated
from jadelite.report.snapshot import (
    ACTIONS,
    EXPOSURES,
    JUDGMENT_CODES,
    ORIGINS,
    REVIEWER_KINDS,
    UNKNOWN,
    JudgmentColumns,
)

Mask = npt.NDArray[np.bool_]

_JUDGE, _WITHDRAW = (ACTIONS.index(name) for name in ("judge", "withdraw"))
_NO, _YES, _NOBODY_KNOWS = (EXPOSURES.index(name) for name in ("no", "yes", "unknown"))
_BOT = REVIEWER_KINDS.index("bot")
_IMPORT = ORIGINS.index("import")


@dataclass(frozen=True)
class Counted:
    """Masks over the rows of JudgmentColumns, shape (J,), and counts of people's judgments.

    `used` are those that count: blind, of people, the first that stands. `n_unknown` of the used
    have an exposure of which nobody says anything, `n_unknown_left_out` others are left out for
    that.
    """

    used: Mask
    n_judgments: int
    n_exposed: int
    n_unknown: int
    n_unknown_left_out: int
    n_withdrawn: int
    n_bots: int


def count(judgments: JudgmentColumns, *, may_be_unknown: bool) -> Counted:
    """Which judgments count.

    A judgment taken back does not stand; where it was undone before the reveal, the next one is
    the first. Whoever had seen the score or the others' answers once is not blind later, whatever
    a later row says. With `may_be_unknown`, imported judgments of which nobody says what had been
    seen count too. Judgments of unknown people are each taken as somebody's first.
    """
    columns = {name: np.asarray(getattr(judgments, name)) for name in JUDGMENT_CODES}
    is_bot = columns["reviewer_kind"] == _BOT
    is_judge = columns["action"] == _JUDGE
    seen = (columns["score_seen"] == _YES) | (columns["peers_seen"] == _YES)
    unclear = ~seen & (
        (columns["score_seen"] == _NOBODY_KNOWS) | (columns["peers_seen"] == _NOBODY_KNOWS)
    )
    standing = _first_standing(columns["edit"], columns["reviewer"], is_judge, seen) & ~is_bot
    is_allowed = may_be_unknown & (columns["origin"] == _IMPORT)
    used = standing & ~seen & (~unclear | is_allowed)
    people = is_judge & ~is_bot
    return Counted(
        used=used,
        n_judgments=int(people.sum()),
        n_exposed=int((people & seen).sum()),
        n_unknown=int((used & unclear).sum()),
        n_unknown_left_out=int((standing & unclear & ~used).sum()),
        n_withdrawn=_n_withdrawn(columns, seen, ~is_bot),
        n_bots=int((is_judge & is_bot).sum()),
    )


def _first_standing(
    edit: npt.NDArray[np.int32], reviewer: npt.NDArray[np.int32], is_judge: Mask, seen: Mask
) -> Mask:
    """Each reviewer's first judgment of an edit that stands, unless they had known before it."""
    known = np.flatnonzero(reviewer != UNKNOWN)
    standing: Mask = (reviewer == UNKNOWN) & is_judge
    if known.size == 0:
        return standing
    key = edit[known].astype(np.int64) * (int(reviewer.max()) + 1) + reviewer[known]
    is_often = is_repeated(key)
    alone, often = known[~is_often], known[is_often]
    standing[alone] = is_judge[alone]
    order = np.argsort(key[is_often], kind="stable")
    ends = np.flatnonzero(np.diff(key[is_often][order])) + 1
    for rows in np.split(often[order], ends) if often.size else ():
        row = _standing_of(rows, is_judge, seen)
        if row is not None:
            standing[row] = True
    return standing


def _standing_of(rows: npt.NDArray[np.int64], is_judge: Mask, seen: Mask) -> int | None:
    """The row that stands among one reviewer's on one edit, in their order."""
    first, is_knowing = None, False
    for row in rows.tolist():
        if not is_judge[row]:
            first = None
        elif not is_knowing and first is None:
            first = row
        is_knowing = is_knowing or bool(seen[row])
    return first


def _n_withdrawn(columns: dict[str, npt.NDArray[np.generic]], seen: Mask, is_person: Mask) -> int:
    """How many judgments not given after a reveal were taken back when it could be seen."""
    rows = np.flatnonzero((columns["action"] == _WITHDRAW) & is_person)
    if rows.size == 0:
        return 0
    edit, reviewer = columns["edit"], columns["reviewer"]
    touched = set(zip(edit[rows].tolist(), reviewer[rows].tolist(), strict=True))
    near = np.flatnonzero(np.isin(edit, edit[rows]) & is_person & (reviewer != UNKNOWN))
    blind: set[tuple[int, int]] = set()
    taken_back: set[tuple[int, int]] = set()
    for row in near.tolist():
        who = (int(edit[row]), int(reviewer[row]))
        if who not in touched:
            continue
        if columns["action"][row] == _JUDGE:
            taken_back.discard(who)
            if not seen[row]:
                blind.add(who)
        elif columns["score_seen"][row] == _NO:
            blind.discard(who)
        elif who in blind:
            taken_back.add(who)
    return len(taken_back)


def n_distinct(values: npt.NDArray[np.generic]) -> int:
    """How many different values there are, shape (N,); sorting is quicker here than hashing."""
    ordered = np.sort(values)
    return int((ordered[1:] != ordered[:-1]).sum()) + min(1, ordered.size)

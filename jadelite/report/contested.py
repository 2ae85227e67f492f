"""Edits worth reading: where model and people, people among themselves, or versions fall apart.

Five lists for each model version. Whether an edit may be named now is for whoever shows a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.domain.facets import NO, YES
from jadelite.domain.model_reports import LIST_NAMES, ContestedList, ListedEdit, ListName
from jadelite.metrics.consensus import decide, vote_entropy, vote_share
from jadelite.metrics.counts import is_repeated
from jadelite.metrics.intervals import wilson
from jadelite.report.ballots import LABELS, Ballots
from jadelite.report.cases import Cases
from jadelite.report.counting import n_distinct
from jadelite.report.snapshot import ACTIONS, EDITORS, REVIEWER_KINDS, UNKNOWN, Snapshot

SURE = 0.8  # a model is sure at least this far from the people's side
FIRM_SHARE, FIRM_VOTES = 0.8, 3
MAX_LISTED, N_FIRST = 1000, 10
REVERT_QUESTION = "damaging"  # what an undone edit says something about

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_JUDGE = ACTIONS.index("judge")
_BOT = REVIEWER_KINDS.index("bot")
_IS, _IS_NOT = (LABELS.index(label) for label in (YES, NO))


@dataclass(frozen=True)
class FullList:
    """A list with all that is kept of it: its first MAX_LISTED edits of `n`.

    `against`: the version that list "versions" compares with, as model@version.
    """

    name: ListName
    n: int
    edits: tuple[ListedEdit, ...]
    against: str | None = None

    def short(self) -> ContestedList:
        """As the report itself holds it."""
        return ContestedList(self.name, self.n, self.edits[:N_FIRST], against=self.against)


@dataclass(frozen=True)
class _Found:
    """Cases in a list, by position: why each is there and how wide the gap, widest first."""

    places: Ints
    why: tuple[str, ...]
    gap: Floats
    other: Floats | None = None


def lists_of(
    snapshot: Snapshot, cases: Cases, ballots: Ballots, *, k: int, other: Cases | None
) -> tuple[FullList, ...]:
    """The five lists of a model version, in the order of LIST_NAMES.

    `k`: most votes an edit has or was to get. `other`: the same question's cases of the version
    that is compared, None where there is none.

    model-sure: people are firm (3 votes, or k where that is less, four fifths of them on one side)
    and the model says the opposite: at least 0.8 away from their side, or, where they say no, at
    or above the strictest cut that the wiki has set. The gap is from the model's probability to
    the nearer end of Wilson's interval of the votes, so that few votes don't top the list; below 0
    the interval holds the probability.
    people-split: as many votes, yes and no among them, and not firm. The gap is the entropy in
    bits, 1 for half and half.
    versions: flagged by one of two versions only; the gap is between their probabilities.
    flips: the majority of first answers and that of the last ones differ, reviewers having
    changed their minds; the gap is between the shares of yes.
    overturned: the wiki undid what people call not damaging, or undid it and brought it back; the
    gap is the share of people who say not damaging. Of other questions an undone edit says nothing.
    """
    named = (
        _model_sure(cases, k),
        _people_split(cases, k),
        _versions(cases, other),
        _flips(snapshot, cases, ballots),
        _overturned(snapshot, cases),
    )
    found = []
    for name, one in zip(LIST_NAMES, named, strict=True):
        against = other.model.name if other is not None and name == "versions" else None
        found.append(_full(name, snapshot, cases, one, against))
    return tuple(found)


def counterpart(cases: Cases, others: Mapping[int, Cases]) -> Cases | None:
    """The version to compare with: the one before of the same model, else its next, else the first
    other model's; None where no other version answers the question."""
    rest = [one for place, one in sorted(others.items()) if place != cases.place]
    same = [one for one in rest if one.model.model == cases.model.model]
    before = [one for one in same if one.place < cases.place]
    return next(iter(before[-1:] or same[:1] or rest[:1]), None)


def _is_firm(cases: Cases, k: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether people firmly say yes, and whether they firmly say no, shape (N,) each."""
    votes = cases.counts.sum(axis=1)
    enough = votes >= min(FIRM_VOTES, k)
    needed = FIRM_SHARE * votes - 1e-9  # 4 of 5 votes are four fifths
    return (
        enough & (cases.counts[:, _IS] >= needed),
        enough & (cases.counts[:, _IS_NOT] >= needed),
    )


def _model_sure(cases: Cases, k: int) -> _Found:
    says_yes, says_no = _is_firm(cases, k)
    model = cases.model
    is_set = model.threshold_origin != "default"  # one half in place of a cut says nothing
    cuts = [value for _, value in model.levels] + [model.threshold] * is_set
    missed = says_yes & ~cases.flagged & (1 - cases.score >= SURE)
    false_alarm = says_no & cases.flagged & (cases.score >= min(SURE, max(cuts, default=SURE)))
    places = np.flatnonzero(missed | false_alarm)
    low, high = _bounds(cases, places)
    score = cases.score[places]
    gap = np.where(missed[places], low - score, score - high)
    why = np.where(missed[places], "missed", "false-alarm")
    return _sorted(cases, places, why, gap)


def _bounds(cases: Cases, places: Ints) -> tuple[Floats, Floats]:
    """Wilson's interval of the share of yes at each place, shape (P,) each."""
    patterns, of = np.unique(cases.counts[places], axis=0, return_inverse=True)
    ends = []
    for row in patterns.tolist():
        votes = sum(row)
        share = wilson(float(vote_share(*([n] for n in row), unsure="half")[0]) * votes, votes)
        ends.append((share.low, share.high))
    table = np.array(ends, dtype=np.float64).reshape(-1, 2)[of.reshape(-1)]
    return table[:, 0], table[:, 1]


def _people_split(cases: Cases, k: int) -> _Found:
    says_yes, says_no = _is_firm(cases, k)
    is_split = (cases.counts.sum(axis=1) >= min(FIRM_VOTES, k)) & ~says_yes & ~says_no
    is_split &= (cases.counts[:, _IS] > 0) & (cases.counts[:, _IS_NOT] > 0)
    places = np.flatnonzero(is_split)
    share = cases.sample.y[places]
    return _sorted(cases, places, np.where(share == 0.5, "even", "split"), vote_entropy(share))


def _versions(cases: Cases, other: Cases | None) -> _Found:
    if other is None:
        return _Found(np.empty(0, dtype=np.int64), (), np.empty(0))
    _, own, of_other = np.intersect1d(cases.rows, other.rows, return_indices=True)
    is_flip = cases.flagged[own] != other.flagged[of_other]
    places, of_other = own[is_flip], of_other[is_flip]
    gap = np.abs(cases.score[places] - other.score[of_other])
    why = np.full(places.size, "versions-disagree")
    return _sorted(cases, places, why, gap, other=other.score[of_other])


def _flips(snapshot: Snapshot, cases: Cases, ballots: Ballots) -> _Found:
    changed, last = _last_counts(snapshot, ballots)
    places = np.flatnonzero(np.isin(cases.rows, changed))
    counts = last[np.searchsorted(changed, cases.rows[places])]
    share = vote_share(*counts.T, unsure="half")
    first = cases.sample.y[places]
    votes = counts.sum(axis=1)
    decided = [decide(one, votes, min_votes=cases.min_votes) for one in (first, share)]
    is_flip = decided[0] != decided[1]
    gap = np.abs(share - first)[is_flip]
    why = np.full(gap.size, "changed-minds")
    return _sorted(cases, places[is_flip], why, gap)


def _last_counts(snapshot: Snapshot, ballots: Ballots) -> tuple[Ints, Ints]:
    """Rows on which a counted reviewer answered again, ascending, and the votes there with each
    reviewer's last answer in place of the first, shape (rows, 3)."""
    label = _last_labels(snapshot, ballots)
    changed = np.unique(ballots.row[label != ballots.label])
    held = np.isin(ballots.row, changed)
    place = np.searchsorted(changed, ballots.row[held])
    cells = np.bincount(place * len(LABELS) + label[held], minlength=changed.size * len(LABELS))
    return changed, cells.reshape(-1, len(LABELS)).astype(np.int64)


def _last_labels(snapshot: Snapshot, ballots: Ballots) -> Ints:
    """Each vote's label after its reviewer's last answer to the same edit, shape (V,)."""
    judgments = snapshot.judgments
    reviewer = np.asarray(judgments.reviewer).astype(np.int64)
    if not ballots.row.size or reviewer.max() == UNKNOWN:
        return ballots.label
    question = [one.name for one in snapshot.facts.questions].index(ballots.question)
    values = snapshot.answer_values[question]
    known = np.array([LABELS.index(v) if v in LABELS else -1 for v in values] + [-1])
    given = known[np.asarray(judgments.answers[question])]
    answers = (np.asarray(judgments.action) == _JUDGE) & (reviewer != UNKNOWN) & (given >= 0)
    answers &= np.asarray(judgments.reviewer_kind) != _BOT
    at = np.flatnonzero(answers)
    if at.size == np.count_nonzero(ballots.reviewer != UNKNOWN):
        return ballots.label  # nobody answered twice
    n_reviewers = int(reviewer.max()) + 1
    key = np.asarray(judgments.edit).astype(np.int64)[at] * n_reviewers + reviewer[at]
    often = is_repeated(key)  # whoever answered once has no other last answer
    at, key = at[often], key[often]
    order = np.argsort(key, kind="stable")
    is_last = np.diff(key[order], append=-1) != 0
    last, pairs = at[order[is_last]], key[order[is_last]]
    has_pair = np.zeros(ballots.counts.shape[0], dtype=np.bool_)
    has_pair[pairs // n_reviewers] = True
    own = np.flatnonzero(has_pair[ballots.row] & (ballots.reviewer != UNKNOWN))
    wanted = ballots.row[own] * n_reviewers + ballots.reviewer[own]
    place = np.minimum(np.searchsorted(pairs, wanted), pairs.size - 1)
    is_own = pairs[place] == wanted
    label = ballots.label.copy()
    label[own[is_own]] = given[last][place[is_own]]
    return label


def _overturned(snapshot: Snapshot, cases: Cases) -> _Found:
    reverted = np.asarray(snapshot.edits.was_reverted)[cases.rows] == 1
    restored = np.asarray(snapshot.edits.was_restored)[cases.rows] == 1
    decided = decide(cases.sample.y, cases.counts.sum(axis=1), min_votes=cases.min_votes)
    listed = restored | (reverted & (decided == 0))
    places = np.flatnonzero(listed & (cases.question == REVERT_QUESTION))
    why = np.where(restored[places], "restored", "reverted-but-fine")
    return _sorted(cases, places, why, 1 - cases.sample.y[places])


def _sorted(
    cases: Cases,
    places: Ints,
    why: npt.NDArray[np.str_],
    gap: Floats,
    *,
    other: Floats | None = None,
) -> _Found:
    """Widest gap first, then most votes, then in the order of the cases (by revision)."""
    votes = cases.counts[places].sum(axis=1)
    order = np.lexsort((places, -votes, -np.round(gap, 9)))
    return _Found(
        places[order],
        tuple(why[order].tolist()),
        gap[order],
        None if other is None else other[order],
    )


def _full(
    name: ListName, snapshot: Snapshot, cases: Cases, found: _Found, against: str | None
) -> FullList:
    edits = snapshot.edits
    listed: dict[int, ListedEdit] = {}  # an edit that came by two streams is listed once
    n = n_distinct(np.asarray(edits.rev_id)[cases.rows[found.places]])
    for position, place in enumerate(found.places.tolist()):
        if len(listed) == MAX_LISTED:
            break
        row = int(cases.rows[place])
        n_yes, n_no, n_unsure = cases.counts[place].tolist()
        editor = edits.editor[row]
        edit = ListedEdit(
            wiki=snapshot.facts.wiki,
            rev_id=edits.rev_id[row],
            probability=float(cases.score[place]),
            n_yes=n_yes,
            n_no=n_no,
            n_unsure=n_unsure,
            why=found.why[position],
            gap=float(found.gap[position]),
            other=None if found.other is None else float(found.other[position]),
            namespace=edits.namespace[row] if edits.has_namespace[row] else None,
            editor_kind=None if editor == UNKNOWN else EDITORS[editor],
        )
        listed.setdefault(edit.rev_id, edit)
    return FullList(name, n, tuple(listed.values()), against)

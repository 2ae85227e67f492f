"""Model versions against each other on the same judged edits, each at its own threshold."""

import itertools

import numpy as np

from jadelite.domain.figures import SMALL_N
from jadelite.domain.model_reports import ListedEdit, VersionComparison
from jadelite.metrics.paired import compare_versions
from jadelite.report.cases import Cases, Floats, Ints, sample_of
from jadelite.report.figures import figure
from jadelite.report.snapshot import EDITORS, UNKNOWN, Snapshot

MAX_PAIRS = 6
MAX_FLIPS = 50


def comparisons_of(
    snapshot: Snapshot, versions: tuple[Cases, ...]
) -> tuple[VersionComparison, ...]:
    """The versions that answer one question in pairs, the one seen first as the first.

    Versions that scored fewer than SMALL_N judged edits are left out; at most MAX_PAIRS pairs.
    """
    able = [cases for cases in versions if cases.n >= SMALL_N]
    pairs = itertools.islice(itertools.combinations(able, 2), MAX_PAIRS)
    return tuple(_compared(snapshot, first, second) for first, second in pairs)


def _compared(snapshot: Snapshot, first: Cases, second: Cases) -> VersionComparison:
    # Both hold their rows by revision and stream: in that order the common ones are kept.
    in_both = np.isin(first.rows, second.rows)
    place = np.full(len(snapshot.edits.rev_id), -1, dtype=np.int64)
    place[second.rows] = np.arange(second.n)
    rows, own = first.rows[in_both], first.score[in_both]
    other = second.score[place[rows]]
    sample = sample_of(snapshot, rows, first.sample.y[in_both], model=first.model)
    cuts = (first.model.threshold, second.model.threshold)
    found = compare_versions(sample, own, other, thresholds=cuts)
    flips = np.flatnonzero((own >= cuts[0]) != (other >= cuts[1]))
    revisions = np.asarray(snapshot.edits.rev_id)[rows[flips]]
    return VersionComparison(
        first=first.model.name,
        second=second.model.name,
        first_threshold=cuts[0],
        second_threshold=cuts[1],
        n_cases=rows.size,
        n_flips=np.unique(revisions).size,
        precision=figure(found.precision),
        recall=figure(found.recall),
        false_positive_rate=figure(found.false_positive_rate),
        brier=figure(found.brier),
        mcnemar_p=found.mcnemar_p,
        n_needed=found.n_needed,
        flips=_listed(snapshot, first, flips, np.flatnonzero(in_both), own, other),
    )


def _listed(
    snapshot: Snapshot, cases: Cases, flips: Ints, places: Ints, own: Floats, other: Floats
) -> tuple[ListedEdit, ...]:
    """The flips with the widest gap; an edit that came by two streams is listed once."""
    edits = snapshot.edits
    gap = np.abs(own - other)
    listed: dict[int, ListedEdit] = {}
    for flip in flips[np.argsort(-gap[flips], kind="stable")].tolist():
        if len(listed) == MAX_FLIPS:
            break
        row = int(cases.rows[places[flip]])
        n_yes, n_no, n_unsure = cases.counts[places[flip]].tolist()
        listed.setdefault(
            edits.rev_id[row],
            ListedEdit(
                wiki=snapshot.facts.wiki,
                rev_id=edits.rev_id[row],
                probability=float(own[flip]),
                n_yes=n_yes,
                n_no=n_no,
                n_unsure=n_unsure,
                why="versions-disagree",
                gap=float(gap[flip]),
                other=float(other[flip]),
                namespace=edits.namespace[row] if edits.has_namespace[row] else None,
                editor_kind=None if edits.editor[row] == UNKNOWN else EDITORS[edits.editor[row]],
            ),
        )
    return tuple(listed.values())

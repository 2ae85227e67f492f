"""What each threshold would do to the frame, and which one keeps a promise of precision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import Rates, Recommendation, ThresholdLine, Workload
from jadelite.metrics import rates
from jadelite.metrics.contrasts import ratio_of_rates
from jadelite.metrics.ratios import hidden_misses, ratio
from jadelite.metrics.survey import Sample
from jadelite.metrics.thresholds import recommend, threshold_line
from jadelite.report.cases import Cases, Floats, Ints, Mask, frame_size, is_drawn, sample_of
from jadelite.report.figures import figure, no_figure, scaled
from jadelite.report.snapshot import EDITORS, N_CELLS, UNKNOWN, Snapshot

LINES = (0.01, 0.02, *(place / 20 for place in range(1, 20)), 0.97, 0.98, 0.99)
TARGETS = (0.5, 0.75, 0.9, 0.95, 0.99)
MAX_CANDIDATES = 200
_NEWCOMER, _REGISTERED = EDITORS.index("newcomer"), EDITORS.index("registered")
_UNKNOWN_EDITOR = EDITORS.index("unknown")
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Counted:
    """Edits of the frame that score at least a threshold: `low` to `high`, equal where exact."""

    value: float
    low: float
    high: float


def workload_of(snapshot: Snapshot, cases: Cases, found: Rates) -> Workload:
    """What the model's threshold makes people do in a day."""
    n_frame = frame_size(snapshot, cases.place)
    counted = frame_flagged(snapshot, cases.place, cases.model.threshold)
    days = days_of(snapshot)
    unit = 1.0 if days is None else 1 / days
    sample, flagged = at_threshold(snapshot, cases)
    line = threshold_line(
        sample,
        flagged * 1.0,
        1.0,
        n_frame_flagged=None if counted is None else counted.value,
    )
    missed = figure(ratio(sample, rates.missed_share(flagged)))
    n_hidden = hidden_misses(sample, flagged) if is_drawn(snapshot) else None
    times = n_frame if found.n_cases else 0
    return Workload(
        days=days,
        flagged=_flagged_figure(counted, figure(line.flagged), n_frame, unit),
        wrong=scaled(figure(line.wrong), unit),
        missed=scaled(missed, times * unit),
        n_hidden=None if n_hidden is None else n_hidden * unit,
    )


def thresholds_of(
    snapshot: Snapshot, cases: Cases, *, also: Sequence[float | None] = ()
) -> tuple[ThresholdLine, ...]:
    """Round thresholds, the cuts in force and those of `also` that are one, rising."""
    model = cases.model
    asked = [cut for cut in also if cut is not None]
    levels: dict[float, list[str]] = {cut: [] for cut in (*LINES, model.threshold, *asked)}
    for name, cut in model.levels:
        levels.setdefault(cut, []).append(name)
    editor = np.asarray(snapshot.edits.editor)[cases.rows].astype(np.int64)
    sample, score, editor = _cut(snapshot, cases, np.array(sorted(levels)), editor)
    n_frame = frame_size(snapshot, cases.place)
    days = days_of(snapshot)
    unit = 1.0 if days is None else 1 / days
    found = []
    for cut in sorted(levels):
        counted = frame_flagged(snapshot, cases.place, cut)
        line = threshold_line(
            sample, score, cut, n_frame_flagged=None if counted is None else counted.value
        )
        found.append(
            ThresholdLine(
                threshold=cut,
                levels=tuple(levels[cut]),
                n_cases_above=round(line.n_above),
                flagged=_flagged_figure(counted, figure(line.flagged), n_frame, unit),
                wrong=scaled(figure(line.wrong), unit),
                precision=figure(line.precision),
                recall=figure(line.recall),
                false_positive_rate=figure(line.false_positive_rate),
                f1=figure(line.f1),
                match_rate=figure(line.match_rate),
                newcomer_ratio=_newcomer_ratio(sample, score >= cut, editor),
            )
        )
    return tuple(found)


def recommendations_of(snapshot: Snapshot, cases: Cases) -> tuple[Recommendation, ...]:
    """For each precision that could be promised, the smallest threshold that keeps the promise."""
    candidates = _candidates(cases)
    sample, score, _ = _cut(snapshot, cases, candidates, np.zeros(cases.n, dtype=np.int64))
    return tuple(
        Recommendation(
            target=one.target,
            threshold=one.threshold,
            low=one.low,
            n=one.n,
            reason=one.reason,
            n_more=one.n_more,
            more_above=one.more_above,
        )
        for one in recommend(sample, score, TARGETS, candidates.tolist())
    )


def days_of(snapshot: Snapshot) -> float | None:
    """How many days the frame holds; None where it is unknown, and for evidence."""
    frame = snapshot.facts.frame
    return frame.days if frame is not None and is_drawn(snapshot) and frame.days else None


def frame_flagged(snapshot: Snapshot, place: int, threshold: float) -> Counted | None:
    """How many edits of the frame score at least the threshold; None where nobody counted them.

    Known from strata that the threshold does not cut, else from the counts by thousandth, to
    within one of them; of evidence from the edits given.
    """
    facts = snapshot.facts
    model = facts.models[place]
    if not is_drawn(snapshot):
        n = float((np.asarray(snapshot.edits.scores[place]) >= threshold).sum())
        return Counted(n, n, n)
    strata = [stratum for stratum in facts.strata if stratum.stream == facts.strata[0].stream]
    ends = [(stratum.low, stratum.high) for stratum in strata if stratum.model == model.name]
    sides = [
        low >= threshold if low >= threshold or high <= threshold else None
        for low, high in ends
        if low is not None and high is not None
    ]
    if len(sides) == len(strata) and None not in sides:
        n = float(sum(one.n_edits for one, side in zip(strata, sides, strict=True) if side))
        return Counted(n, n, n)
    if model.frame_counts is None:
        return None
    cells = np.asarray(model.frame_counts)
    position = threshold * N_CELLS
    whole = round(position)
    if abs(position - whole) < _ROUNDING:
        n = float(cells[whole:].sum())
        return Counted(n, n, n)
    cell = int(position)
    above = float(cells[cell + 1 :].sum())
    part = float(cells[cell])
    return Counted(above + part * (cell + 1 - position), above, above + part)


def at_threshold(snapshot: Snapshot, cases: Cases) -> tuple[Sample, Mask]:
    """The cases, those alike as one row, and which the model flags."""
    alike = cases.alike(cases.flagged)
    first = alike.first
    sample = sample_of(
        snapshot,
        cases.rows[first],
        cases.sample.y[first],
        model=cases.model,
        counts=alike.multiplicity,
    )
    return sample, cases.flagged[first]


def _flagged_figure(
    counted: Counted | None, estimated: Figure, n_frame: int, unit: float
) -> Figure:
    if counted is None:
        return scaled(estimated, unit)
    is_exact = counted.low == counted.high
    return Figure(
        value=counted.value * unit,
        low=None if is_exact else counted.low * unit,
        high=None if is_exact else counted.high * unit,
        n=n_frame,
        method="count",
    )


def _newcomer_ratio(sample: Sample, flagged: Mask, editor: Ints) -> Figure:
    """Where cases are worth less than one of either kind, a ratio would say nothing."""
    newcomers, registered = editor == _NEWCOMER, editor == _REGISTERED
    reason = None
    if not editor.size:
        reason = "empty"
    elif np.isin(editor, (_UNKNOWN_EDITOR, UNKNOWN)).all():
        reason = "editors-unknown"
    elif not registered.any():
        reason = "no-reference"
    elif not newcomers.any():
        reason = "too-few"
    if reason is not None:
        return no_figure(reason, method="mover-log")
    rate = rates.false_positive_rate(flagged)
    found = figure(ratio_of_rates(sample, rate.where(registered), rate.where(newcomers)))
    if found.value is not None and found.n == 0:
        return no_figure("too-few", method="mover-log")
    return found


def _candidates(cases: Cases) -> Floats:
    """Thousandths at which cases lie, at most MAX_CANDIDATES evenly taken, and the cuts in force.

    They are chosen by scores alone, without a look at what people said.
    """
    cells = np.unique(np.minimum(np.floor(cases.score * N_CELLS + _ROUNDING), N_CELLS - 1))
    if cells.size > MAX_CANDIDATES:
        places = np.linspace(0, cells.size - 1, MAX_CANDIDATES).round().astype(np.int64)
        cells = cells[places]
    cuts = [cut for _, cut in cases.model.levels]
    return np.unique(np.concatenate([cells / N_CELLS, cuts, [cases.model.threshold]]))


def _cut(
    snapshot: Snapshot, cases: Cases, edges: Floats, editor: Ints
) -> tuple[Sample, Floats, Ints]:
    """The cases with their scores lowered to the edge below, those alike as one row.

    No threshold among the edges, which rise, tells them from what they were.
    """
    place = np.searchsorted(edges, cases.score, side="right")
    alike = cases.alike(place, editor)
    first = alike.first
    sample = sample_of(
        snapshot,
        cases.rows[first],
        cases.sample.y[first],
        model=cases.model,
        counts=alike.multiplicity,
    )
    return sample, np.concatenate([[0.0], edges])[place[first]], editor[first]

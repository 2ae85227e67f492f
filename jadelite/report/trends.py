"""A model week by week, and its scores in the later half of the window against the earlier half."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.model_reports import Drift, TrendMark, TrendPoint
from jadelite.metrics import rates
from jadelite.metrics.groups import MIN_CELL
from jadelite.metrics.isotonic import isotonic
from jadelite.metrics.ratios import mean, ratio
from jadelite.metrics.recalibration import expected_precision
from jadelite.metrics.resampling import patterns, stratified_bootstrap
from jadelite.metrics.result import Estimate
from jadelite.metrics.sequences import METHOD, js_distance, wasserstein, week_confidence
from jadelite.metrics.survey import Sample
from jadelite.report.cases import Cases, Floats, Ints, Mask, sample_of
from jadelite.report.figures import figure, no_figure
from jadelite.report.snapshot import UNKNOWN, Snapshot

MAX_WEEKS = 53  # the newest are told
N_BINS = 20  # of scores, when two halves are compared
N_SCORES = 100  # scores told apart where there are many cases
MANY_CASES = 5_000


def trend_of(cases: Cases, snapshot: Snapshot) -> tuple[TrendPoint, ...]:
    """The weeks in which judged edits were made, oldest first; none where no day is known.

    Week k since the first one has its bands at 1 - 0.05 / (k (k + 1)), so that all hold together,
    however many follow. Weeks with fewer than 5 cases have no figures.
    """
    day = np.asarray(snapshot.edits.day)[cases.rows].astype(np.int64)
    monday = np.where(day == UNKNOWN, UNKNOWN, day - (day - 1) % 7)  # ordinal 1 is a Monday
    known = np.unique(monday[monday != UNKNOWN])
    if not known.size:
        return ()
    held = _Held.of(snapshot, cases, monday)
    shown = known[-MAX_WEEKS:].tolist()
    return tuple(held.point(start, (start - int(known[0])) // 7 + 1) for start in shown)


def drift_of(cases: Cases, snapshot: Snapshot, *, seed: int) -> Drift:
    """The two halves of the window, by days; each needs 30 cases, else reason "too-few".

    What the scores promise is their monotone map fitted to the earlier half's judgments.
    """
    day = np.asarray(snapshot.edits.day)[cases.rows].astype(np.int64)
    is_known = day != UNKNOWN
    if not is_known.any():
        none = no_figure("time-unknown")
        return Drift(none, none, none, none)
    later = is_known & (day >= _middle(snapshot, day[is_known]))
    earlier = is_known & ~later
    if min(int(earlier.sum()), int(later.sum())) < SMALL_N:
        none = no_figure("too-few", n=int(min(earlier.sum(), later.sum())))
        return Drift(none, none, none, none)
    distances = _distances(cases, earlier, later, seed=seed)
    weight = cases.sample.weight
    fitted = isotonic(cases.sample.y[earlier], cases.score[earlier], sample_weight=weight[earlier])
    flagged = later & cases.flagged
    promised = expected_precision(
        fitted.apply(cases.score[flagged]), threshold=0.0, sample_weight=weight[flagged]
    )
    alike = cases.alike(cases.flagged, later)
    sample = _sample(snapshot, cases, alike.first, alike.multiplicity)
    rate = rates.precision(cases.flagged[alike.first]).where(later[alike.first])
    return Drift(*distances, figure(promised), figure(ratio(sample, rate)))


def marks_of(snapshot: Snapshot) -> tuple[TrendMark, ...]:
    """The days on which people first judged by another version of the guideline."""
    version = np.asarray(snapshot.judgments.guideline).astype(np.int64)
    day = np.asarray(snapshot.judgments.day).astype(np.int64)
    known = (version != UNKNOWN) & (day != UNKNOWN)
    versions = np.unique(version[known]).tolist()
    return tuple(
        TrendMark(_iso(int(day[known & (version == one)].min())), "guideline", str(one))
        for one in versions[1:]
    )


@dataclass(frozen=True, eq=False)
class _Held:
    """Cases of known weeks, those alike as one row: for rates, and for means of scores."""

    sample: Sample
    flagged: Mask
    monday: Ints
    scored: Sample
    score: Floats
    scored_on: Ints  # Mondays of the rows of `scored`

    @classmethod
    def of(cls, snapshot: Snapshot, cases: Cases, monday: Ints) -> "_Held":
        """With many cases, scores that round to the same hundredth stand for their mean."""
        score = cases.score
        if cases.n > MANY_CASES:
            cell = np.round(score * N_SCORES).astype(np.int64)
        else:
            cell = np.unique(score, return_inverse=True)[1]
        alike = cases.alike(cases.flagged, monday)
        # What people say does not enter a mean of scores.
        scored = patterns(cases.drawn_from, monday, cell)
        return cls(
            _sample(snapshot, cases, alike.first, alike.multiplicity),
            cases.flagged[alike.first],
            monday[alike.first],
            _sample(snapshot, cases, scored.first, scored.multiplicity),
            np.clip(scored.mean(score), 0.0, 1.0),
            monday[scored.first],
        )

    def point(self, start: int, week: int) -> TrendPoint:
        """The figures of the week that starts on this day, the `week`-th since the first."""
        here = self.monday == start
        n = round(float((self.sample.counts * here).sum()))
        confidence = week_confidence(week)

        def told(found: Estimate) -> Figure:
            one = figure(found)
            return one if one.low is None else replace(one, method=METHOD)

        def share(rate: rates.Rate) -> Figure:
            if n < MIN_CELL:
                return no_figure("small-cell", method=METHOD, n=n)
            return told(ratio(self.sample, rate.where(here), confidence=confidence))

        def mean_probability() -> Figure:
            if n < MIN_CELL:
                return no_figure("small-cell", method=METHOD, n=n)
            rate = rates.mean_probability(self.score).where(self.scored_on == start)
            return told(mean(self.scored, rate, confidence=confidence))

        flagged = self.flagged
        return TrendPoint(
            starts_on=_iso(start),
            n_cases=n,
            precision=share(rates.precision(flagged)),
            recall=share(rates.recall(flagged)),
            false_positive_rate=share(rates.false_positive_rate(flagged)),
            match_rate=share(rates.match_rate(flagged)),
            mean_probability=mean_probability(),
        )


def _sample(snapshot: Snapshot, cases: Cases, first: Ints, n: Ints) -> Sample:
    y = cases.sample.y[first]
    return sample_of(snapshot, cases.rows[first], y, model=cases.model, counts=n)


def _middle(snapshot: Snapshot, days: Ints) -> float:
    """The middle of the frame's time, else of the days on which judged edits were made."""
    frame = snapshot.facts.frame
    if frame is not None and frame.window_from is not None and frame.window_to is not None:
        low = date.fromisoformat(frame.window_from).toordinal()
        high = date.fromisoformat(frame.window_to).toordinal()
        return (low + high) / 2
    return (int(days.min()) + int(days.max()) + 1) / 2


def _distances(cases: Cases, earlier: Mask, later: Mask, *, seed: int) -> tuple[Figure, Figure]:
    """How far the scores of both halves are apart, with bootstrap intervals."""
    edges = np.linspace(0.0, 1.0, N_BINS + 1)
    cell = np.minimum((cases.score * N_BINS).astype(np.int64), N_BINS - 1) + N_BINS * later
    held = np.flatnonzero(earlier | later)
    sample = cases.sample
    # Cases of one stratum, half and bin are alike here, whatever people say.
    key = sample.stratum[held] * (2 * N_BINS) + cell[held]
    kinds, multiplicity = np.unique(key, return_counts=True)
    stratum, place = np.divmod(kinds, 2 * N_BINS)
    judged = np.maximum(sample.n_judged, 1)
    weight = (sample.masses / judged)[stratum] * multiplicity
    bins = np.zeros((kinds.size, 2 * N_BINS))
    bins[np.arange(kinds.size), place] = weight

    def js(tables: Floats) -> Floats:
        apart = [js_distance(row[:N_BINS], row[N_BINS:]) for row in tables]
        return np.array([np.nan if one is None else one for one in apart])

    def moved(tables: Floats) -> Floats:
        apart = [wasserstein(row[:N_BINS], row[N_BINS:], edges) for row in tables]
        return np.array([np.nan if one is None else one for one in apart])

    def told(distance: Callable[[Floats], Floats]) -> Figure:
        value = float(distance(bins.sum(axis=0)[np.newaxis])[0])
        ends = stratified_bootstrap(
            stratum,
            sample.sizes,
            lambda factors: distance(factors @ bins),
            multiplicity=multiplicity,
            around=value,
            seed=seed,
        )
        low, high = (None, None) if ends is None else (max(0.0, ends[0]), ends[1])
        method = "point" if ends is None else "stratified-bootstrap"
        return Figure(value, low, high, int(held.size), method)

    return told(js), told(moved)


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()

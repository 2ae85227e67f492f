"""A model against people at its threshold: of the frame, of the sample, in other readings."""

import numpy as np

from jadelite.domain.model_reports import Cells, Rates, Target, TargetLine, Treatment, TreatmentLine
from jadelite.metrics import rates
from jadelite.metrics.classification import confusion
from jadelite.metrics.consensus import decide, vote_share
from jadelite.metrics.dawid_skene import dawid_skene
from jadelite.metrics.ratios import ratio
from jadelite.metrics.resampling import Patterns, patterns, score_cells
from jadelite.metrics.survey import Sample
from jadelite.report.ballots import LABELS, Ballots
from jadelite.report.cases import Cases, Floats, Ints, Mask, sample_of
from jadelite.report.figures import figure, no_figure, without_interval
from jadelite.report.snapshot import UNKNOWN, Snapshot

TREATMENTS: tuple[Treatment, ...] = ("half", "excluded", "no", "yes")
N_PREVALENCES = 10  # bins of the score that have a prevalence of their own in "adjusted"
# Reviewers' errors are told to three decimals long before posteriors stop moving at all.
TOLERANCE = 1e-4
N_DECIMALS = 3  # of the posteriors, which are no surer than that
MAX_ITERATIONS = 100
ADJUSTED = "dawid-skene"


def rates_of(sample: Sample, flagged: Mask) -> Rates:
    """The rates of the whole frame; `flagged` by row of the sample, shape (N,)."""
    judged = sample.n_judged
    yes, no = sample.y, 1 - sample.y

    def total(values: Floats) -> float:
        return float(sample.masses @ (sample.sum_by_stratum(values) / judged))

    return Rates(
        n_cases=round(sample.n),
        cells=Cells(
            tn=total(no * ~flagged),
            fp=total(no * flagged),
            fn=total(yes * ~flagged),
            tp=total(yes * flagged),
        ),
        precision=figure(ratio(sample, rates.precision(flagged))),
        recall=figure(ratio(sample, rates.recall(flagged))),
        specificity=figure(ratio(sample, rates.specificity(flagged))),
        false_positive_rate=figure(ratio(sample, rates.false_positive_rate(flagged))),
        f1=figure(ratio(sample, rates.f1(flagged))),
        accuracy=figure(ratio(sample, rates.accuracy(flagged))),
        match_rate=figure(ratio(sample, rates.match_rate(flagged))),
        prevalence=figure(ratio(sample, rates.prevalence(sample.y.size))),
    )


def in_sample(cases: Cases) -> Rates:
    """The decided cases, each once, whatever it stands for."""
    labels = decided(cases)
    kept = labels >= 0
    table = confusion(labels[kept], cases.score[kept], threshold=cases.model.threshold)
    return Rates(
        n_cases=table.n,
        cells=Cells(tn=table.tn, fp=table.fp, fn=table.fn, tp=table.tp),
        precision=figure(table.precision()),
        recall=figure(table.recall()),
        specificity=figure(table.specificity()),
        false_positive_rate=figure(table.false_positive_rate()),
        f1=figure(table.f1()),
        accuracy=figure(table.accuracy()),
        match_rate=figure(table.match_rate()),
        prevalence=figure(table.prevalence()),
    )


def decided(cases: Cases) -> Ints:
    """What the majority says of each case: 1, 0, or -1 for no majority, shape (N,)."""
    labels = decide(cases.share("half"), cases.counts.sum(axis=1), min_votes=cases.min_votes)
    return labels.astype(np.int64)


def treatments_of(snapshot: Snapshot, cases: Cases) -> tuple[TreatmentLine, ...]:
    """The main figures with "not sure" counted in four ways, the main one first.

    Where it is left out, only edits with enough other votes are cases.
    """
    alike = cases.alike(cases.flagged)
    votes = cases.counts[alike.first]
    found = []
    for treatment in TREATMENTS:
        counted = votes[:, :2].sum(axis=1) if treatment == "excluded" else votes.sum(axis=1)
        y = np.nan_to_num(vote_share(*votes.T, unsure=treatment))
        kept = alike.multiplicity * (counted >= cases.min_votes)
        found.append(_treatment(treatment, snapshot, cases, alike, y, kept))
    return tuple(found)


def targets_of(snapshot: Snapshot, cases: Cases, ballots: Ballots) -> tuple[TargetLine, ...]:
    """The main figures against votes, majorities, and votes freed of reviewers' errors.

    The last have no interval, see `TargetLine`.
    """
    alike = cases.alike(cases.flagged)
    first = alike.first
    labels = decided(cases)[first]
    by_votes = _sample(snapshot, cases, alike, cases.sample.y[first], alike.multiplicity)
    by_majority = _sample(
        snapshot,
        cases,
        alike,
        np.maximum(labels, 0).astype(np.float64),
        alike.multiplicity * (labels >= 0),
    )
    flagged = cases.flagged[first]
    return (
        _target("votes", by_votes, flagged),
        _target("majority", by_majority, flagged),
        _adjusted(snapshot, cases, ballots),
    )


def _adjusted(snapshot: Snapshot, cases: Cases, ballots: Ballots) -> TargetLine:
    place = np.full(len(ballots.counts), -1, dtype=np.int64)
    place[cases.rows] = np.arange(cases.n)
    # "Not sure" is no error: a reviewer errs by saying yes for no, or no for yes.
    kept = (place[ballots.row] >= 0) & (ballots.label < LABELS.index("unsure"))
    reviewer = ballots.reviewer[kept]
    votes = np.bincount(place[ballots.row[kept]], minlength=cases.n)
    reason = None
    if cases.n == 0:
        reason = "empty"
    elif (reviewer == UNKNOWN).any():
        reason = "reviewers-unknown"
    elif not (votes > 1).any():
        reason = "no-pairs"
    if reason is not None:
        none = no_figure(reason, method=ADJUSTED)
        return TargetLine("adjusted", 0, none, none, none, none)
    reviewers = patterns(reviewer)
    bins = patterns(score_cells(cases.score, n_cells=N_PREVALENCES)).of
    found = dawid_skene(
        place[ballots.row[kept]],
        reviewers.of,
        ballots.label[kept],
        n_items=cases.n,
        n_raters=reviewers.first.size,
        n_labels=2,
        strata=bins,
        tolerance=TOLERANCE,
        max_iterations=MAX_ITERATIONS,
    )
    y = np.clip(np.round(found.posterior[:, 0], N_DECIMALS), 0.0, 1.0)
    sample = sample_of(snapshot, cases.rows, y, model=cases.model, counts=(votes > 0) * 1)
    alike, (flagged,) = sample.grouped(cases.flagged)
    line = _target("adjusted", alike, flagged.astype(np.bool_))
    return TargetLine(
        line.target,
        line.n_cases,
        *(
            without_interval(one, method=ADJUSTED)
            for one in (line.prevalence, line.precision, line.recall, line.false_positive_rate)
        ),
    )


def _treatment(
    treatment: Treatment, snapshot: Snapshot, cases: Cases, alike: Patterns, y: Floats, kept: Ints
) -> TreatmentLine:
    line = _target("votes", _sample(snapshot, cases, alike, y, kept), cases.flagged[alike.first])
    return TreatmentLine(
        treatment,
        line.n_cases,
        line.prevalence,
        line.precision,
        line.recall,
        line.false_positive_rate,
    )


def _sample(snapshot: Snapshot, cases: Cases, alike: Patterns, y: Floats, kept: Ints) -> Sample:
    return sample_of(snapshot, cases.rows[alike.first], y, model=cases.model, counts=kept)


def _target(target: Target, sample: Sample, flagged: Mask) -> TargetLine:
    return TargetLine(
        target=target,
        n_cases=round(sample.n),
        prevalence=figure(ratio(sample, rates.prevalence(sample.y.size))),
        precision=figure(ratio(sample, rates.precision(flagged))),
        recall=figure(ratio(sample, rates.recall(flagged))),
        false_positive_rate=figure(ratio(sample, rates.false_positive_rate(flagged))),
    )

"""One model version against people: its part of the report, put together."""

from jadelite.domain.model_reports import ContestedList, Level, ModelReport
from jadelite.metrics import rates as of_cases
from jadelite.metrics.ratios import ratio
from jadelite.metrics.survey import Sample
from jadelite.report.alarms import alarms_of, guardrails_of
from jadelite.report.ballots import Ballots
from jadelite.report.calibrating import histogram_of, scored
from jadelite.report.cases import Cases
from jadelite.report.figures import figure
from jadelite.report.people import ceiling_of
from jadelite.report.rates import decided, in_sample, rates_of, targets_of, treatments_of
from jadelite.report.slices import slices_of
from jadelite.report.snapshot import Snapshot
from jadelite.report.thresholds import (
    at_threshold,
    recommendations_of,
    thresholds_of,
    workload_of,
)
from jadelite.report.trends import drift_of, marks_of, trend_of


def model_of(
    snapshot: Snapshot,
    cases: Cases,
    ballots: Ballots,
    *,
    lists: tuple[ContestedList, ...],
    seed: int,
) -> ModelReport:
    """Everything that is said of a model version on one question."""
    model = cases.model
    sample, flagged = at_threshold(snapshot, cases)
    found = rates_of(sample, flagged)
    plain = Sample.of(sample.y, sample.stratum * 0, [float("inf")], counts=sample.counts)
    sample_prevalence = figure(ratio(plain, of_cases.prevalence(plain.y.size)))
    guardrails = guardrails_of(snapshot, cases, found)
    of_scores = scored(cases, seed=seed)
    promises = recommendations_of(snapshot, cases)
    return ModelReport(
        model=model.model,
        version=model.version,
        positive_label=model.positive_label,
        is_audited=model.is_audited,
        threshold=model.threshold,
        threshold_origin=model.threshold_origin,
        levels=tuple(Level(name, value) for name, value in model.levels),
        n_scored=cases.n,
        n_unscored=cases.n_unscored,
        n_effective=cases.sample.n_effective(),
        alarms=alarms_of(cases, found, sample_prevalence, guardrails),
        rates=found,
        workload=workload_of(snapshot, cases, found),
        sample_prevalence=sample_prevalence,
        in_sample=in_sample(cases),
        targets=targets_of(snapshot, cases, ballots),
        treatments=treatments_of(snapshot, cases),
        thresholds=thresholds_of(snapshot, cases, also=[one.threshold for one in promises]),
        recommendations=promises,
        roc_auc=of_scores.roc_auc,
        average_precision=of_scores.average_precision,
        calibration=of_scores.calibration,
        histogram=histogram_of(cases, decided(cases)),
        slices=slices_of(snapshot, cases),
        ceiling=ceiling_of(cases, ballots, snapshot=snapshot),
        trend=trend_of(cases, snapshot),
        drift=drift_of(cases, snapshot, seed=seed),
        guardrails=guardrails,
        lists=lists,
        marks=marks_of(snapshot),
    )

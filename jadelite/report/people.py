"""People against people on one question, and the model beside them as one more reviewer."""

from dataclasses import replace

import numpy as np

from jadelite.domain.facets import NO, YES
from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import Ceiling
from jadelite.domain.reports import Agreement
from jadelite.metrics import agreement, kappa
from jadelite.metrics.ceiling import alternative_test, ceiling
from jadelite.metrics.counts import count_table, first_of_repeated
from jadelite.metrics.crossed import METHOD, crossed_interval
from jadelite.metrics.intervals import wilson
from jadelite.metrics.pairwise import conger_kappa
from jadelite.metrics.result import Estimate
from jadelite.report.ballots import LABELS, Ballots
from jadelite.report.cases import Cases, Ints, Mask, sample_of
from jadelite.report.figures import figure, no_figure
from jadelite.report.snapshot import UNKNOWN, Facts, Snapshot

N_RESAMPLES = 200  # of reviewers and edits at once
MANY_VOTES = 30_000  # of more votes, those on a random part of the edits are resampled


def agreement_of(ballots: Ballots, facts: Facts, *, seed: int) -> Agreement:
    """How far people agree on a question: all its edits, whatever stream they came by.

    "Not sure" is a label of its own. Positive agreement is about yes, negative about no.
    Coefficients that need to know who judged say "reviewers-unknown" where any vote is nameless.
    """
    counts = ballots.by_edit()
    on_no = figure(agreement.positive_agreement(counts, positive=LABELS.index(NO), seed=seed))
    if on_no.reason == "no-positive-cases":
        on_no = replace(on_no, reason="no-negative-cases")
    crossed = conger = no_figure("reviewers-unknown", n=int(counts.shape[0]))
    if not (ballots.reviewer == UNKNOWN).any():
        edits = ballots.edit[ballots.row]
        first, _ = first_of_repeated(edits, ballots.reviewer)
        votes = edits[first], ballots.reviewer[first], ballots.label[first]
        crossed = _crossed(*votes, seed=seed)
        conger = figure(conger_kappa(*votes))
    return Agreement(
        percent_agreement=figure(agreement.percent_agreement(counts, seed=seed)),
        positive_agreement=figure(
            agreement.positive_agreement(counts, positive=LABELS.index(YES), seed=seed)
        ),
        negative_agreement=on_no,
        krippendorff_alpha=figure(agreement.krippendorff_alpha(counts, seed=seed)),
        alpha_crossed=crossed,
        gwet_ac1=figure(kappa.gwet_ac1(counts, seed=seed)),
        fleiss_kappa=figure(kappa.fleiss_kappa(counts, seed=seed)),
        conger_kappa=conger,
        self_consistency=_self_consistency(ballots.question, facts),
    )


def _crossed(edits: Ints, reviewers: Ints, labels: Ints, *, seed: int) -> Figure:
    """Alpha with an interval that draws edits and reviewers anew.

    Of more than MANY_VOTES votes, those on a random part of the edits lend it their interval: it is
    wider than need be, by what fewer edits know less.
    """

    def resampled(held: Mask | slice) -> Estimate:
        return crossed_interval(
            edits[held],
            reviewers[held],
            labels[held],
            coefficient="krippendorff_alpha",
            n_labels=len(LABELS),
            n_resamples=N_RESAMPLES,
            seed=seed,
        )

    if edits.size <= MANY_VOTES:
        return figure(resampled(slice(None)))
    n_edits = int(edits.max()) + 1
    chance = np.random.default_rng(seed).random(n_edits)
    part = resampled(chance[edits] < MANY_VOTES / edits.size)
    counts = count_table(edits, labels, n_items=n_edits, n_labels=len(LABELS))
    whole = agreement.krippendorff_alpha(counts, n_resamples=0)
    found = replace(figure(whole), se=None, method="point" if whole.reason is None else METHOD)
    if whole.value is None or part.value is None or part.low is None or part.high is None:
        return found
    away = whole.value - part.value
    high = min(1.0, part.high + away)
    return replace(found, low=part.low + away, high=high, method=part.method)


def ceiling_of(cases: Cases, ballots: Ballots, *, snapshot: Snapshot) -> Ceiling:
    """The model as one more reviewer, on its cases with two votes or more.

    It says yes to what it flags and no to all else. `reviewers_matched` needs to know who judged.
    """
    said = np.where(cases.flagged, LABELS.index(YES), LABELS.index(NO)).astype(np.int64)
    alike = cases.alike(cases.flagged)
    sample = sample_of(
        snapshot,
        cases.rows[alike.first],
        cases.sample.y[alike.first],
        model=cases.model,
        counts=alike.multiplicity,
    )
    found = ceiling(sample, cases.counts[alike.first], said[alike.first])
    matched = no_figure("reviewers-unknown", method="wilson")
    if not (ballots.reviewer == UNKNOWN).any():
        place = np.full(ballots.counts.shape[0], UNKNOWN, dtype=np.int64)
        place[cases.rows] = np.arange(cases.n)
        items = place[ballots.row]
        held = items != UNKNOWN
        test = alternative_test(items[held], ballots.reviewer[held], ballots.label[held], said)
        matched = figure(test.matched)
    return Ceiling(
        n_edits=round(found.n_edits),
        model_human=figure(found.model_human),
        human_human=figure(found.human_human),
        difference=figure(found.difference),
        reviewers_matched=matched,
    )


def _self_consistency(question: str, facts: Facts) -> Figure:
    """Share of silent repeats that got the same answer again."""
    found = [one for one in facts.repeats if one.question == question and one.n_pairs]
    if not found:
        return no_figure("no-repeats", method="wilson")
    return figure(wilson(sum(r.n_same for r in found), sum(r.n_pairs for r in found)))

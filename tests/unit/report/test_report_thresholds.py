"""What thresholds would do to the frame, what can be promised, and what counts of the frame say."""

from dataclasses import replace

import numpy as np
import pytest
from snapshots import Row, make, model, stratum

from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.rates import rates_of
from jadelite.report.thresholds import (
    LINES,
    at_threshold,
    frame_flagged,
    recommendations_of,
    thresholds_of,
    workload_of,
)

HIGH = stratum(210, 10, low=0.5, high=1.0)
LOW = stratum(1890, 10, low=0.0, high=0.5)
ROWS = [Row("yy", 0.9, 0)] * 4 + [Row("nn", 0.6, 0)] + [Row("nn", 0.1, 1)] * 5


def counts(held):
    """Edits of the frame, from {thousandth: edits}."""
    return tuple(held.get(i, 0) for i in range(1000))


def cases_in(snapshot, *, min_votes=2):
    counted = count(snapshot.judgments, may_be_unknown=False)
    ballots = ballots_of(snapshot, counted, "damaging")
    return cases_of(snapshot, ballots, 0, min_votes=min_votes)


def workload_in(snapshot):
    cases = cases_in(snapshot)
    return workload_of(snapshot, cases, rates_of(*at_threshold(snapshot, cases)))


def test_flagged_a_day_is_counted_where_strata_end_at_the_threshold():
    found = workload_in(make(ROWS, models=[model()], strata=[HIGH, LOW]))

    assert (found.days, found.flagged.value, found.flagged.method) == (21.0, 10.0, "count")
    assert (found.flagged.low, found.flagged.n) == (None, 2100)
    # 10 a day less those of precision 0.8.
    assert found.wrong.value == pytest.approx(2.0)
    assert found.wrong.low < 2 < found.wrong.high
    assert found.missed.value == 0


def test_misses_may_hide_where_none_was_met():
    rows = [Row("yy", 0.9, 0)] * 10 + [Row("nn", 0.1, 1)] * 90
    found = workload_in(make(rows, models=[model()], strata=[HIGH, LOW]))

    assert found.n_hidden == pytest.approx(3 * 1890 / 90 / 21)


def test_of_evidence_edits_are_counted_and_no_days():
    rows = [*ROWS, Row("", 0.8)]
    found = workload_in(make(rows, models=[model()], kind="sample"))

    assert (found.days, found.n_hidden) == (None, None)
    assert (found.flagged.value, found.flagged.method) == (6.0, "count")
    assert found.wrong.value == pytest.approx(6 * 0.2)


def test_a_frame_without_counts_is_estimated():
    other = [replace(one, model=None) for one in (HIGH, LOW)]
    found = workload_in(make(ROWS, models=[model(threshold=0.7)], strata=other))

    assert found.flagged.value == pytest.approx(4 / 5 * 10)
    assert found.flagged.method != "count"


def test_counts_by_thousandth_are_exact_at_one_and_bounds_within_it():
    held = counts({499: 5, 500: 4, 700: 2})
    one = model(threshold=0.45, frame_counts=held)
    snapshot = make(ROWS, models=[one], strata=[HIGH, LOW])

    exact, within = frame_flagged(snapshot, 0, 0.499), frame_flagged(snapshot, 0, 0.50025)

    assert (exact.value, exact.low, exact.high) == (11.0, 11.0, 11.0)
    assert (within.value, within.low, within.high) == (pytest.approx(5.0), 2.0, 6.0)


def test_every_round_threshold_and_every_cut_in_force_has_a_line():
    cuts = (("maybe", 0.333), ("likely", 0.5), ("surely", 0.5))
    snapshot = make(ROWS, models=[model(levels=cuts)], strata=[HIGH, LOW])

    found = thresholds_of(snapshot, cases_in(snapshot))

    assert [line.threshold for line in found] == sorted({*LINES, 0.333})
    assert {line.threshold: line.levels for line in found if line.levels} == {
        0.333: ("maybe",),
        0.5: ("likely", "surely"),
    }
    assert [line.n_cases_above for line in found if line.threshold in (0.1, 0.5, 0.6, 0.65)] == [
        10, 5, 5, 4,
    ]  # fmt: skip


def test_lines_say_what_the_threshold_s_own_figures_say():
    rng = np.random.default_rng(2)
    rows = [
        Row("".join(rng.choice(list("yn"), 2, p=[p, 1 - p])), p, int(p < 0.5))
        for p in rng.random(80).round(2).tolist()
    ]
    strata = [stratum(300, 60, low=0.5, high=1.0), stratum(900, 60, low=0.0, high=0.5)]
    snapshot = make(rows, models=[model()], strata=strata)
    cases = cases_in(snapshot)
    rates = rates_of(*at_threshold(snapshot, cases))

    line = next(one for one in thresholds_of(snapshot, cases) if one.threshold == 0.5)

    for name in ("precision", "recall", "false_positive_rate", "f1", "match_rate"):
        one, other = getattr(line, name), getattr(rates, name)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert line.flagged.value == pytest.approx(300 / 21)
    assert line.wrong.value == pytest.approx(300 / 21 * (1 - rates.precision.value))


def test_newcomers_are_compared_with_established_editors():
    rows = [Row("nn", 0.9, editor="newcomer")] * 8 + [Row("nn", 0.1, editor="newcomer")] * 8
    rows += [Row("nn", 0.9)] * 4 + [Row("nn", 0.1)] * 12 + [Row("nn", 0.9, editor="bot")] * 5
    snapshot = make(rows, models=[model()], kind="sample")
    alone = make(rows[:16], models=[model()], kind="sample")

    both, only = (
        next(line for line in thresholds_of(one, cases_in(one)) if line.threshold == 0.5)
        for one in (snapshot, alone)
    )

    assert both.newcomer_ratio.value == pytest.approx(2.0)
    assert only.newcomer_ratio.reason == "no-reference"


def test_without_newcomers_or_their_kinds_no_ratio_is_said():
    rows = [Row("nn", 0.9)] * 8 + [Row("nn", 0.1)] * 8
    nobody, unknown, empty = (
        make([replace(row, **how) for row in rows], models=[model()], kind="sample")
        for how in ({}, {"editor": "unknown"}, {"votes": ""})
    )

    reasons = [
        {line.newcomer_ratio.reason for line in thresholds_of(one, cases_in(one))}
        for one in (nobody, unknown, empty)
    ]

    assert reasons == [{"too-few"}, {"editors-unknown"}, {"empty"}]


def test_a_ratio_that_rests_on_no_case_is_a_reason():
    rows = [Row("yyyyn", 0.9, editor="newcomer")] + [Row("nnnnn", 0.9), Row("nnnnn", 0.1)] * 8
    snapshot = make(rows, models=[model()], kind="sample", k=5)

    lines = thresholds_of(snapshot, cases_in(snapshot))

    assert {one.threshold: one.newcomer_ratio.reason for one in lines}[0.5] == "too-few"
    assert all(one.newcomer_ratio.value is None for one in lines if one.newcomer_ratio.n == 0)


def test_a_threshold_that_keeps_a_promise_has_a_line():
    rows = [Row("yy", 0.9034)] * 200 + [Row("nn", 0.1)] * 100
    snapshot = make(rows, models=[model()], kind="sample")
    cases = cases_in(snapshot)
    promised = [one.threshold for one in recommendations_of(snapshot, cases)]

    lines = thresholds_of(snapshot, cases, also=promised)

    kept = {cut for cut in promised if cut is not None}
    assert kept
    assert {line.threshold for line in lines} == {*LINES, *kept}


def test_a_promise_names_a_threshold_or_what_is_missing():
    rows = [Row("yy", 0.9)] * 200 + [Row("yy", 0.6)] * 60 + [Row("nn", 0.6)] * 60
    rows += [Row("nn", 0.1)] * 100
    snapshot = make(rows, models=[model()], kind="sample")

    found = {one.target: one for one in recommendations_of(snapshot, cases_in(snapshot))}

    assert list(found) == [0.5, 0.75, 0.9, 0.95, 0.99]
    assert found[0.95].threshold == 0.9
    assert found[0.95].low >= 0.95
    assert found[0.5].threshold < 0.9
    assert (found[0.99].threshold, found[0.99].reason) == (None, "too-few")
    assert found[0.99].n_more > 0


def test_a_few_edits_promise_nothing_but_say_how_many_more_it_takes():
    rows = [Row("yy", 0.9)] * 6 + [Row("nn", 0.1)] * 24
    snapshot = make(rows, models=[model()], kind="sample")

    for one in recommendations_of(snapshot, cases_in(snapshot)):
        assert (one.threshold, one.reason) == (None, "too-few")
        assert one.n_more >= 24
        assert one.more_above <= 0.9


def test_without_cases_every_figure_has_a_reason():
    snapshot = make([Row("", 0.9)], models=[model()], kind="sample")
    cases = cases_in(snapshot)

    assert workload_in(snapshot).wrong.value is None
    assert all(line.precision.reason for line in thresholds_of(snapshot, cases))
    assert all(one.reason for one in recommendations_of(snapshot, cases))

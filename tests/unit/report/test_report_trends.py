"""Weeks and halves of the window, from rows whose days are known."""

import random
from array import array
from dataclasses import replace

import pytest
from snapshots import DAY, Row, make, model, stratum

from jadelite.metrics import rates
from jadelite.metrics.ratios import ratio
from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.snapshot import UNKNOWN, FrameFacts
from jadelite.report.trends import drift_of, marks_of, trend_of


def cases_and_snapshot(rows, **how):
    how.setdefault("strata", [stratum(1000, 500)])
    snapshot = make(rows, models=[model()], **how)
    counted = count(snapshot.judgments, may_be_unknown=False)
    return cases_of(snapshot, ballots_of(snapshot, counted, "damaging"), 0, min_votes=2), snapshot


def random_rows(n, *, start=DAY, n_days=21, shift=0.0, seed=1):
    chance = random.Random(seed)
    rows = []
    for _ in range(n):
        score = chance.random()
        share = max(0.0, score - shift)
        votes = "".join("y" if chance.random() < share else "n" for _ in range(3))
        rows.append(Row(votes, score, 0, day=start + chance.randrange(n_days)))
    return rows


def test_weeks_begin_on_mondays_and_hold_their_own_cases():
    # DAY is a Monday; the first of these edits is of the Sunday before.
    days = [DAY - 1, DAY, DAY + 6, DAY + 6, DAY + 7, *[DAY + 8] * 6, UNKNOWN]
    rows = [Row("yy" if n % 2 else "nn", 0.9, 0, day=day) for n, day in enumerate(days)]

    trend = trend_of(*cases_and_snapshot(rows))

    assert [(one.starts_on, one.n_cases) for one in trend] == [
        ("2026-09-28", 1),
        ("2026-10-05", 3),
        ("2026-10-12", 7),
    ]
    assert trend[1].precision.reason == "small-cell"
    assert trend[2].precision.value == pytest.approx(3 / 7, abs=0.02)
    assert trend[2].mean_probability.value == pytest.approx(0.9)


def test_the_figures_of_a_week_are_those_of_its_cases_with_wider_bands():
    cases, snapshot = cases_and_snapshot(random_rows(300))
    here = [(snapshot.edits.day[row] - DAY) // 7 == 0 for row in cases.rows]

    first, second, _ = trend_of(cases, snapshot)

    wanted = ratio(cases.sample, rates.recall(cases.flagged).where(here))
    assert first.recall.value == pytest.approx(wanted.value)
    assert first.recall.method == "anytime-valid"
    assert first.recall.low < wanted.low < wanted.high < first.recall.high
    late = [(snapshot.edits.day[row] - DAY) // 7 == 1 for row in cases.rows]
    fixed = ratio(cases.sample, rates.recall(cases.flagged).where(late), confidence=1 - 0.05 / 6)
    assert (second.recall.low, second.recall.high) == pytest.approx((fixed.low, fixed.high))


def test_taking_many_cases_together_moves_no_share(monkeypatch):
    cases, snapshot = cases_and_snapshot(random_rows(300))
    exact = trend_of(cases, snapshot)
    monkeypatch.setattr("jadelite.report.trends.MANY_CASES", 100)

    rough = trend_of(cases, snapshot)

    for one, two in zip(exact, rough, strict=True):
        assert two.precision.value == pytest.approx(one.precision.value)
        assert two.mean_probability.value == pytest.approx(one.mean_probability.value)
        assert two.mean_probability.low == pytest.approx(one.mean_probability.low, abs=0.002)


def test_only_the_newest_weeks_are_told():
    rows = [Row("yy", 0.9, 0, day=DAY + 7 * week) for week in range(60)]

    trend = trend_of(*cases_and_snapshot(rows))

    assert len(trend) == 53
    assert trend[0].starts_on == "2026-11-23"


def test_edits_of_unknown_days_give_no_weeks_and_no_drift():
    cases, snapshot = cases_and_snapshot([Row("yy", 0.9, 0, day=UNKNOWN)] * 80)

    assert trend_of(cases, snapshot) == ()
    assert drift_of(cases, snapshot, seed=1).js_distance.reason == "time-unknown"


def test_halves_alike_are_near_and_promise_what_they_keep():
    drift = drift_of(*cases_and_snapshot(random_rows(400)), seed=1)

    assert drift.wasserstein.value < 0.08
    assert drift.js_distance.low < drift.js_distance.value < drift.js_distance.high
    assert drift.expected_precision.low < drift.precision.value < drift.expected_precision.high


def test_a_change_of_the_world_shows_as_a_broken_promise():
    early = random_rows(250, n_days=10)
    late = random_rows(250, start=DAY + 11, n_days=10, shift=0.4, seed=2)

    drift = drift_of(*cases_and_snapshot(early + late), seed=1)

    assert drift.wasserstein.value < 0.08  # the scores tell nothing of it
    assert drift.precision.high < drift.expected_precision.low


def test_a_change_of_the_scores_shows():
    early = [Row("nn", 0.1 + n % 10 / 100, 0, day=DAY) for n in range(40)]
    late = [Row("nn", 0.8 + n % 10 / 100, 0, day=DAY + 20) for n in range(40)]

    drift = drift_of(*cases_and_snapshot(early + late), seed=1)

    assert drift.js_distance.value == pytest.approx(1.0)
    assert drift.wasserstein.value == pytest.approx(0.7, abs=0.001)


def test_halves_are_of_the_frames_time_or_else_of_the_days_there_are():
    rows = [Row("yn", 0.9, 0, day=DAY + n % 2) for n in range(100)]
    frame = FrameFacts(1000, 0, "2026-10-05", "2026-11-05", 31.0)

    of_days = drift_of(*cases_and_snapshot(rows, strata=()), seed=1)
    of_frame = drift_of(*cases_and_snapshot(rows, frame=frame), seed=1)

    assert of_days.precision.value == pytest.approx(0.5)
    assert of_frame.precision.reason == "too-few"


def test_another_guideline_is_marked_where_it_was_first_judged_by():
    _, snapshot = cases_and_snapshot([Row("yn", 0.9, 0)] * 3)
    judgments = replace(
        snapshot.judgments,
        guideline=array("i", [1, 1, 3, 3, 2, UNKNOWN]),
        day=array("i", [DAY, DAY, DAY + 9, DAY + 8, DAY + 5, DAY]),
    )

    marks = marks_of(replace(snapshot, judgments=judgments))

    assert [(mark.on, mark.kind, mark.name) for mark in marks] == [
        ("2026-10-10", "guideline", "2"),
        ("2026-10-13", "guideline", "3"),
    ]
    assert marks_of(snapshot) == ()

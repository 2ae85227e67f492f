"""The trust panel, from snapshots whose weak points are known."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from snapshots import More, Row, make, model, stratum

from jadelite.domain.reports import PopulationSample, QuestionReport
from jadelite.metrics import rates
from jadelite.metrics.ratios import ratio
from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.people import agreement_of
from jadelite.report.trust import trust_of

UNKNOWN_EXPOSURE = {"exposure": "unknown", "kind": "import", "origin": "import"}
DRAWN = PopulationSample(1000, 0, 100, 90, 80.0, False, ())


def trust(snapshot, *, sample=DRAWN, questions=(), has_model=True):
    counted = count(snapshot.judgments, may_be_unknown=snapshot.facts.kind == "import")
    ballots = [ballots_of(snapshot, counted, "damaging")]
    cases = cases_of(snapshot, ballots[0], 0, min_votes=2) if has_model else None
    return trust_of(snapshot, counted, ballots, cases=cases, sample=sample, questions=questions)


def good_snapshot(**how):
    """Sixty edits, each judged by three of nine people who mostly agree."""
    chance = random.Random(3)
    rows = []
    for n in range(60):
        truth = "y" if n % 3 == 0 else "n"
        votes = "".join(truth if chance.random() < 0.9 else "yn"[truth == "y"] for _ in range(3))
        rows.append(
            Row(
                votes,
                0.9 if truth == "y" else 0.1,
                0,
                reviewers=tuple((n + step) % 9 for step in range(3)),
            )
        )
    return make(rows, models=[model()], strata=[stratum(600, 60)], **how)


def test_a_good_report_has_no_doubt():
    found = trust(good_snapshot())

    assert (found.light, found.doubts) == ("good", ())
    assert (found.blind_share.value, found.blind_share.n) == (1.0, 180)
    assert found.response_rate.value == 0.9
    assert (found.votes_per_edit.value, found.votes_per_edit.n) == (3.0, 60)
    assert found.top_reviewer_share.value == pytest.approx(21 / 180)
    assert found.reviewer_hours.value == pytest.approx(180 * 20 / 3600)
    assert [(one.language, one.n) for one in found.languages] == [("en", 180)]
    assert found.oldest_on == found.newest_on == "2026-11-04"


@pytest.mark.parametrize(
    ("snapshot", "sample", "doubt", "light"),
    [
        (make([Row("yyn", 0.9)], models=[model()]), DRAWN, "few-judgments", "poor"),
        (make([Row("yn?", 0.9)], models=[model()]), DRAWN, "much-unsure", "poor"),
        (good_snapshot(), replace(DRAWN, n_judged=50), "low-response", "careful"),
        (good_snapshot(), None, "not-a-sample", "careful"),
        (good_snapshot(kind="sample"), DRAWN, "not-a-sample", "careful"),
        (
            good_snapshot(exposure="unknown", kind="import", origin="import"),
            DRAWN,
            "exposure-unknown",
            "poor",
        ),
        (
            good_snapshot(more=[More(n, 9, ("no",), score_seen="yes") for n in range(40)]),
            DRAWN,
            "not-blind",
            "poor",
        ),
        (
            good_snapshot(more=[More(n, 9, ("no",), peers_seen="unknown") for n in range(40)]),
            DRAWN,
            "exposure-unknown",
            "poor",
        ),
        (make([Row("yn", 0.9)] * 20, models=[model()]), DRAWN, "small-sample", "careful"),
        (
            make([Row("y", 0.9, reviewers=(max(0, n - 25),)) for n in range(40)], models=[model()]),
            DRAWN,
            "one-reviewer",
            "poor",
        ),
    ],
)
def test_each_weak_point_is_named(snapshot, sample, doubt, light):
    found = trust(snapshot, sample=sample)

    assert doubt in found.doubts
    assert found.light == light


def test_answers_changed_after_the_reveal_are_not_taken_for_sighted_ones():
    more = [
        More(0, 0, ("no",), score_seen="yes", revision=2),
        More(1, 8, ("no",), peers_seen="yes"),
    ]

    found = trust(good_snapshot(more=more)).blind_share

    assert (found.value, found.n) == (pytest.approx(180 / 181), 181)


def test_an_exposure_that_nobody_knows_is_no_share():
    found = trust(good_snapshot(**UNKNOWN_EXPOSURE))

    assert found.blind_share.reason == "exposure-unknown"
    assert "not-blind" not in found.doubts


def test_nameless_reviewers_have_no_share_and_can_not_be_left_out():
    found = trust(good_snapshot(is_nameless=True))

    assert found.top_reviewer_share.reason == found.without_one.reason == "reviewers-unknown"


def test_leaving_one_out_is_as_computing_it_without_that_person():
    snapshot = good_snapshot()
    changes = []
    for reviewer in range(9):
        kept = [i for i, who in enumerate(snapshot.judgments.reviewer) if who != reviewer]
        judgments = snapshot.judgments
        left = replace(
            snapshot,
            judgments=replace(
                judgments,
                **{
                    name: type(column)(column.typecode, [column[i] for i in kept])
                    for name, column in vars(judgments).items()
                    if name != "answers"
                },
                answers=tuple(type(c)(c.typecode, [c[i] for i in kept]) for c in judgments.answers),
            ),
        )
        changes.append(precision(left) - precision(snapshot))

    found = trust(snapshot).without_one

    assert found.value == pytest.approx(max(changes, key=abs))
    assert (found.n, found.method) == (9, "jackknife")


def precision(snapshot):
    counted = count(snapshot.judgments, may_be_unknown=False)
    cases = cases_of(snapshot, ballots_of(snapshot, counted, "damaging"), 0, min_votes=2)
    return ratio(cases.sample, rates.precision(cases.flagged)).value


def test_one_reviewer_alone_can_not_be_left_out():
    found = trust(make([Row("y", 0.9)] * 40, models=[model()], k=1))

    assert found.without_one.reason == "one-reviewer"


def test_without_a_model_there_is_no_precision_to_move():
    assert trust(good_snapshot(), has_model=False).without_one.reason == "no-model"


def test_two_people_with_one_opinion_are_counted():
    chance = random.Random(1)
    rows = []
    for _ in range(60):
        one, two, three = (chance.choice("yn") for _ in range(3))
        rows.append(Row(one + one + two + three, 0.5, 0))
    snapshot = make(rows, models=[model()], strata=[stratum(600, 60)])

    found = trust(snapshot)

    assert found.n_alike == 1
    assert "votes-alike" in found.doubts


def test_long_breaks_count_as_ten_minutes_and_unknown_times_not():
    snapshot = good_snapshot()
    seconds = snapshot.judgments.seconds
    seconds[0], seconds[1] = 1e6, math.nan

    found = trust(snapshot).reviewer_hours

    assert (found.value, found.n) == (pytest.approx((178 * 20 + 600) / 3600), 179)


def test_languages_are_told_most_used_first_and_unknown_last():
    snapshot = good_snapshot()
    snapshot = replace(snapshot, facts=replace(snapshot.facts, languages=("fa", "ar", "en")))
    column = snapshot.judgments.language
    for place, code in enumerate([-1] * 100 + [2] * 40 + [1] * 20 + [0] * 20):
        column[place] = code

    found = trust(snapshot).languages

    assert [(one.language, one.n) for one in found] == [
        ("en", 40),
        ("ar", 20),
        ("fa", 20),
        (None, 100),
    ]


def test_figures_without_a_value_are_named():
    snapshot = make([Row("yy", 0.9)], models=[model()], k=1)
    counted = count(snapshot.judgments, may_be_unknown=False)
    agreement = agreement_of(ballots_of(snapshot, counted, "damaging"), snapshot.facts, seed=1)
    question = QuestionReport(
        "damaging", 2, 0, 0, 1, (), agreement.percent_agreement, agreement, (), ()
    )

    found = trust(snapshot, questions=[question]).missing

    named = {(one.subject, one.figure, one.reason) for one in found}
    assert ("damaging", "krippendorff_alpha", "constant") in named
    assert ("damaging", "self_consistency", "no-repeats") in named
    assert not any(figure == "percent_agreement" for _, figure, _ in named)


def test_nothing_judged_is_a_poor_report_without_figures():
    found = trust(make([Row("", 0.9)], models=[model()]))

    assert found.light == "poor"
    assert found.oldest_on is None
    assert found.reviewer_hours.reason == "time-unknown"
    assert np.isfinite(found.n_alike)

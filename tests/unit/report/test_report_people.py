"""People against people, from ballots."""

import pytest
from snapshots import Row, make, model, stratum

from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.people import agreement_of, ceiling_of
from jadelite.report.snapshot import Repeats


def agreement(rows, **how):
    snapshot = make(rows, **how)
    counted = count(snapshot.judgments, may_be_unknown=False)
    return agreement_of(ballots_of(snapshot, counted, "damaging"), snapshot.facts, seed=1)


def test_agreement_on_yes_and_on_no_is_told_apart():
    rows = [Row("yy")] * 5 + [Row("yn")] * 15 + [Row("nn")] * 80

    found = agreement(rows)

    # Feinstein and Cicchetti's second table: 10 / 25 of those who say yes meet another yes.
    assert found.percent_agreement.value == pytest.approx(0.85)
    assert found.positive_agreement.value == pytest.approx(0.4)
    assert found.negative_agreement.value == pytest.approx(160 / 175)


def test_not_sure_is_a_label_of_its_own():
    found = agreement([Row("n?")] * 4 + [Row("nn")] * 4)

    assert found.percent_agreement.value == pytest.approx(0.5)
    assert found.negative_agreement.value == pytest.approx(8 / 12)
    assert found.positive_agreement.reason == "no-positive-cases"


def test_nobody_saying_no_is_a_reason_of_its_own():
    assert agreement([Row("yy")] * 4).negative_agreement.reason == "no-negative-cases"


def test_an_edit_of_two_streams_is_one_edit():
    rows = [
        Row("y", rev_id=7),
        Row("-n", rev_id=7, stream="link30"),
        Row("yy", rev_id=8),
    ]

    assert agreement(rows).percent_agreement.value == pytest.approx(0.5)
    assert agreement(rows).percent_agreement.n == 2


def test_nameless_reviewers_leave_what_needs_names_without_a_value():
    found = agreement([Row("yy"), Row("nn"), Row("yn")], is_nameless=True)

    assert found.percent_agreement.value == pytest.approx(2 / 3)
    assert found.alpha_crossed.reason == found.conger_kappa.reason == "reviewers-unknown"


def test_the_crossed_interval_is_about_the_same_alpha():
    votes = ["yyn", "nnn", "yyy", "nn?"] * 10
    rows = [
        Row(one, reviewers=tuple((n + step) % 9 for step in range(3)))
        for n, one in enumerate(votes)
    ]

    found = agreement(rows)

    assert found.alpha_crossed.value == pytest.approx(found.krippendorff_alpha.value)
    assert found.alpha_crossed.method == "crossed-bootstrap"


def test_silent_repeats_say_how_steady_people_are():
    repeats = [Repeats("goodfaith", 9, 9), Repeats("damaging", 20, 18)]

    found = agreement([Row("yy")], repeats=repeats).self_consistency

    assert (found.value, found.n, found.method) == (0.9, 20, "wilson")
    assert agreement([Row("yy")]).self_consistency.reason == "no-repeats"


def test_nothing_judged_gives_reasons_everywhere():
    found = agreement([Row()])

    assert {figure.value for figure in vars(found).values()} == {None}


def ceiling(rows, **how):
    snapshot = make(rows, models=[model()], **how)
    ballots = ballots_of(snapshot, count(snapshot.judgments, may_be_unknown=False), "damaging")
    cases = cases_of(snapshot, ballots, 0, min_votes=2)
    return ceiling_of(cases, ballots, snapshot=snapshot)


def test_the_model_is_laid_beside_a_random_reviewer():
    # The model agrees with 2 of 3 and 3 of 3 votes; of two people 1 in 3 and 3 in 3 pairs agree.
    found = ceiling([Row("yyn", 0.9), Row("nnn", 0.1), Row("y", 0.9)])

    assert found.n_edits == 2
    assert found.model_human.value == pytest.approx(5 / 6)
    assert found.human_human.value == pytest.approx(2 / 3)
    assert found.difference.value == pytest.approx(1 / 6)
    assert found.reviewers_matched.reason == "too-few-raters"


def test_edits_are_weighted_by_what_they_stand_for():
    rows = [Row("yn", 0.9, 0), Row("yy", 0.9, 0), Row("nn", 0.1, 1), Row("nn", 0.1, 1)]

    found = ceiling(rows, strata=[stratum(100, 2), stratum(300, 2)])

    assert found.human_human.value == pytest.approx((100 * 0.5 + 300) / 400)


def test_a_model_that_says_what_most_say_matches_who_errs():
    # The third of three reviewers errs in every fourth edit; the model never does.
    rows = [
        Row(t * 2 + ("n" if t == "y" and n % 4 == 0 else t), 0.9 if t == "y" else 0.1)
        for n, t in enumerate("ynn" * 40)
    ]

    assert ceiling(rows).reviewers_matched.value == 1.0
    assert ceiling(rows, is_nameless=True).reviewers_matched.reason == "reviewers-unknown"

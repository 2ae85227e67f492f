"""A model on parts of the edits, its probabilities, and its versions against each other."""

import math

import numpy as np
import pytest
from snapshots import Row, make, model, reordered, stratum

from jadelite.metrics import areas, probability_scores
from jadelite.report.ballots import ballots_of
from jadelite.report.calibrating import histogram_of, scored
from jadelite.report.cases import cases_of
from jadelite.report.counting import count
from jadelite.report.rates import decided
from jadelite.report.slices import slices_of
from jadelite.report.versions import comparisons_of


def cases_in(snapshot, place=0, *, min_votes=1):
    counted = count(snapshot.judgments, may_be_unknown=False)
    question = snapshot.facts.models[place].question
    ballots = ballots_of(snapshot, counted, question)
    return cases_of(snapshot, ballots, place, min_votes=min_votes)


def evidence(rows, *models, k=1):
    return make(rows, models=models or [model()], kind="sample", k=k)


def parts_in(snapshot, dimension):
    found = slices_of(snapshot, cases_in(snapshot))
    return {one.value: one for one in found if one.dimension == dimension}


def test_false_positives_by_kind_of_editor_are_laid_beside_those_of_registered_ones():
    rows = [Row("n", 0.9)] * 10 + [Row("n", 0.1)] * 90
    rows += [Row("n", 0.9, editor="newcomer")] * 30 + [Row("n", 0.1, editor="newcomer")] * 70
    rows += [Row("y", 0.9, editor="unknown")] * 10

    found = parts_in(evidence(rows), "editor")

    assert list(found) == ["newcomer", "registered"]
    newcomer, registered = found["newcomer"], found["registered"]
    assert (newcomer.n_cases, registered.is_reference) == (100, True)
    assert newcomer.false_positive_rate.value == pytest.approx(0.3)
    assert newcomer.false_positive_ratio.value == pytest.approx(3.0)
    assert newcomer.false_positive_gap.value == pytest.approx(0.2)
    assert newcomer.p_adjusted < 0.01
    assert registered.false_positive_gap.reason == "reference"
    assert registered.p_adjusted is None


def test_a_part_weighs_what_its_edits_stand_for():
    strata = [stratum(20, 20, low=0.5, high=1.0), stratum(980, 98, low=0.0, high=0.5)]
    rows = [Row("n", 0.9, 0, editor="newcomer")] * 10 + [Row("n", 0.9, 0)] * 10
    rows += [Row("n", 0.1, 1, editor="newcomer")] * 9 + [Row("n", 0.1, 1)] * 89

    found = parts_in(make(rows, models=[model()], strata=strata, k=1), "editor")

    # 10 of 10 + 90 newcomers' edits, 10 of 10 + 890 of the registered.
    assert found["newcomer"].false_positive_rate.value == pytest.approx(0.1, rel=0.1)
    assert found["registered"].false_positive_rate.value == pytest.approx(1 / 90, rel=0.1)


def test_of_fewer_than_five_edits_nothing_is_said():
    rows = [Row("n", 0.9)] * 40 + [Row("y", 0.9, editor="bot")] * 4

    found = parts_in(evidence(rows), "editor")["bot"]

    assert found.n_cases == 4
    for figure in (found.precision, found.false_positive_gap, found.residual):
        assert (figure.value, figure.reason) == (None, "small-cell")


def test_few_edits_get_no_verdict():
    rows = [Row("n", 0.9)] * 6 + [Row("n", 0.1)] * 6
    rows += [Row("n", 0.1, editor="newcomer")] * 12

    found = parts_in(evidence(rows), "editor")["newcomer"]

    assert found.false_positive_gap.value == pytest.approx(-0.5)
    assert found.p_adjusted is None


@pytest.mark.parametrize(
    ("dimension", "rows", "expected"),
    [
        (
            "size",
            [-501, -500, -1, 0, 500, 501, math.nan],
            {"removes-much": 1, "removes": 2, "adds": 2, "adds-much": 1},
        ),
        ("hour", [0, 5, 6, 12, 23, -1], {"0-6": 2, "6-12": 1, "12-18": 1, "18-24": 1}),
        ("device", [0, 1, 1, -1], {"desktop": 1, "mobile": 2}),
        ("namespace", [0, 0, 3, None], {"0": 2, "3": 1}),
    ],
)
def test_edits_are_cut_into_parts(dimension, rows, expected):
    fields = {"size": "size_change", "hour": "hour", "device": "is_mobile"}
    name = fields.get(dimension, dimension)

    found = parts_in(evidence([Row("n", 0.1, **{name: value}) for value in rows]), dimension)

    assert {value: one.n_cases for value, one in found.items()} == expected


def test_the_residual_says_where_the_model_says_too_much():
    rows = [Row("n", 0.5, is_mobile=1)] * 40 + [Row("y", 0.5, is_mobile=1)] * 10
    rows += [Row("y", 0.5), Row("n", 0.5)] * 25

    found = parts_in(evidence(rows), "device")

    assert found["mobile"].residual.value == pytest.approx(-0.3)
    assert found["mobile"].residual.high < 0
    assert found["desktop"].residual.value == pytest.approx(0.0)


def random_rows(n, *, seed, n_votes=1):
    rng = np.random.default_rng(seed)
    return [
        Row("".join("y" if one else "n" for one in rng.random(n_votes) < p), (p, p**2))
        for p in rng.random(n).round(3).tolist()
    ]


def test_plain_scores_are_those_of_the_metrics():
    cases = cases_in(evidence(random_rows(200, seed=1), model(), model(version="2")))
    y, p = cases.sample.y, cases.score

    found = scored(cases, seed=4)

    area, brier = areas.roc_auc(y, p), probability_scores.brier(y, p, seed=4)
    assert found.roc_auc.method == "delong"
    assert (found.roc_auc.value, found.roc_auc.low) == (area.value, area.low)
    assert (found.calibration.brier.value, found.calibration.brier.high) == (
        brier.value,
        brier.high,
    )
    assert sum(one.observed.n for one in found.calibration.bins) == 200


def test_scores_of_a_draw_are_weighted():
    rows = [Row("y", 0.9, 0)] * 15 + [Row("n", 0.9, 0)] * 5
    rows += [Row("n", 0.1, 1)] * 19 + [Row("y", 0.1, 1)]
    strata = [stratum(200, 20, low=0.5, high=1.0), stratum(1800, 20, low=0.0, high=0.5)]

    found = scored(cases_in(make(rows, models=[model()], strata=strata, k=1)), seed=1)

    loss = 0.1 * (0.75 * 0.01 + 0.25 * 0.81) + 0.9 * (0.95 * 0.01 + 0.05 * 0.81)
    assert found.calibration.brier.value == pytest.approx(loss)
    assert found.calibration.in_the_large.value == pytest.approx(0.1 * -0.15 + 0.9 * -0.05)
    assert found.calibration.ece.method == "stratified-bootstrap"
    assert found.roc_auc.low < found.roc_auc.value < found.roc_auc.high


def test_the_map_to_what_people_say_never_falls():
    cases = cases_in(evidence(random_rows(400, seed=2), model(), model(version="2")), 1)

    knots = scored(cases, seed=1).calibration.knots

    assert [one.probability for one in knots] == sorted(one.probability for one in knots)
    assert [one.calibrated for one in knots] == sorted(one.calibrated for one in knots)
    assert 0 <= knots[0].calibrated <= knots[-1].calibrated <= 1


def test_scores_are_counted_by_what_the_majority_said():
    rows = [Row("yy", 1.0), Row("nn", 0.95), Row("yn", 0.1), Row("nn", 0.09)]
    cases = cases_in(evidence(rows, k=2), min_votes=2)

    found = histogram_of(cases, decided(cases))

    assert [
        (one.n_yes, one.n_no, one.n_undecided) for one in found if one.low in (0, 0.1, 0.9)
    ] == [
        (0, 1, 0),
        (0, 0, 1),
        (1, 1, 0),
    ]


def compared(rows, *models):
    snapshot = evidence(rows, *models)
    versions = tuple(cases_in(snapshot, place) for place in range(len(models)))
    return snapshot, comparisons_of(snapshot, versions)


def test_versions_are_compared_on_the_edits_that_both_scored():
    rows = [Row("y", (0.9, 0.9))] * 20 + [Row("y", (0.1, 0.8))] * 10 + [Row("n", (0.1, 0.1))] * 20
    rows += [Row("n", (0.6, 0.3))] * 5 + [Row("n", (0.9, None))] * 3

    _, (found,) = compared(rows, model(), model(version="2"))

    assert (found.first, found.second, found.n_cases) == ("risk@1", "risk@2", 55)
    assert found.recall.value == pytest.approx(1 - 20 / 30)
    assert found.precision.value == pytest.approx(1 - 20 / 25)
    assert found.false_positive_rate.value == pytest.approx(-5 / 25)
    assert found.n_flips == 15
    # 15 edits turned right, none wrong.
    assert found.mcnemar_p == pytest.approx(2 * 0.5**15)
    assert [one.gap for one in found.flips] == sorted((o.gap for o in found.flips), reverse=True)
    assert (found.flips[0].probability, found.flips[0].other) == (0.1, 0.8)
    assert found.n_needed > 0


def test_versions_with_few_edits_and_too_many_pairs_are_left_out():
    rows = random_rows(29, seed=3)
    many = [Row(row.votes, [row.score[0]] * 5) for row in random_rows(40, seed=3)]

    _, few = compared(rows, model(), model(version="2"))
    _, pairs = compared(many, *(model(version=str(place)) for place in range(5)))

    assert few == ()
    assert len(pairs) == 6
    assert (pairs[0].first, pairs[0].second) == ("risk@0", "risk@1")


def test_equal_versions_have_no_difference():
    rows = [Row(row.votes, [row.score[0]] * 2) for row in random_rows(40, seed=3)]

    _, (found,) = compared(rows, model(), model(version="2"))

    assert (found.n_flips, found.precision.value, found.precision.low) == (0, 0.0, None)
    assert found.flips == ()


def test_the_order_of_rows_changes_no_part():
    snapshot = evidence(random_rows(60, seed=6, n_votes=3), model(), model(version="2"), k=3)
    moved = reordered(snapshot, np.random.default_rng(1).permutation(60).tolist())

    one, other = cases_in(snapshot), cases_in(moved)

    assert slices_of(snapshot, one) == slices_of(moved, other)
    assert scored(one, seed=3) == scored(other, seed=3)
    flips, again = (
        comparisons_of(s, (cases_in(s, 0), cases_in(s, 1)))[0].flips for s in (snapshot, moved)
    )
    assert flips == again

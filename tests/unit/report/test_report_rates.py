"""What judged edits stand for, and the rates that follow, against figures worked out by hand."""

import numpy as np
import pytest
from snapshots import More, Row, make, model, reordered, stratum

from jadelite.report.alarms import alarms_of, guardrails_of
from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of, frame_size
from jadelite.report.counting import count
from jadelite.report.rates import in_sample, rates_of, targets_of, treatments_of
from jadelite.report.snapshot import GuardrailFacts
from jadelite.report.thresholds import at_threshold

HIGH = stratum(100, 10, low=0.5, high=1.0)
LOW = stratum(900, 10, low=0.0, high=0.5)
CENSUS = [stratum(4, 4, low=0.5, high=1.0), stratum(6, 6, low=0.0, high=0.5)]


def prepared(snapshot, *, question="damaging", place=0, min_votes=2):
    counted = count(snapshot.judgments, may_be_unknown=snapshot.facts.kind == "import")
    ballots = ballots_of(snapshot, counted, question)
    return ballots, cases_of(snapshot, ballots, place, min_votes=min_votes)


def rates_in(snapshot, **options):
    _, cases = prepared(snapshot, **options)
    return rates_of(*at_threshold(snapshot, cases))


def drawn(rows, strata=(HIGH, LOW), **options):
    return make(rows, models=[options.pop("model", model())], strata=strata, **options)


def test_cells_sum_to_the_frame_with_weights_of_frame_over_judged():
    # Of the 100 that score high 4 are judged, of the 900 others 5: 25 and 180 edits for each.
    rows = [Row("yy", 0.9, 0)] * 3 + [Row("nn", 0.9, 0)]
    rows += [Row("nn", 0.1, 1)] * 4 + [Row("yn", 0.1, 1)]

    found = rates_in(drawn(rows))

    assert found.n_cases == 9
    assert (found.cells.tp, found.cells.fp) == pytest.approx((75, 25))
    assert (found.cells.fn, found.cells.tn) == pytest.approx((90, 810))
    assert found.prevalence.value == pytest.approx(0.165)
    assert found.match_rate.value == pytest.approx(0.1)
    assert found.accuracy.value == pytest.approx(0.885)


def test_where_every_edit_was_judged_nothing_is_left_to_chance():
    rows = [Row("yy", 0.9, 0)] * 3 + [Row("nn", 0.9, 0)]
    rows += [Row("nn", 0.1, 1)] * 5 + [Row("yn", 0.1, 1)]

    found = rates_in(drawn(rows, CENSUS))

    assert found.precision.method == "census"
    assert found.precision.value == pytest.approx(3 / 4)
    assert found.recall.value == pytest.approx(3 / 3.5)
    assert found.specificity.value == pytest.approx(5.5 / 6.5)
    assert found.false_positive_rate.value == pytest.approx(1 / 6.5)
    assert found.f1.value == pytest.approx(6 / 7.5)


def test_an_edit_with_one_vote_of_two_is_no_case():
    rows = [Row("yy", 0.9, 0), Row("n", 0.9, 0), Row("nn", 0.1, 1), Row("y", 0.1, 1)]

    _, cases = prepared(drawn(rows))

    assert cases.rows.tolist() == [0, 2]
    assert cases.sample.weight.tolist() == [100.0, 900.0]


def test_a_stratum_without_cases_is_joined_to_one_on_its_side_of_the_threshold():
    strata = [
        stratum(50, 2, low=0.8, high=1.0),
        stratum(50, 2, low=0.5, high=0.8),
        stratum(400, 2, low=0.2, high=0.5),
        stratum(500, 2, low=0.0, high=0.2),
    ]
    rows = [Row("yy", 0.9, 0), Row("", 0.6, 1), Row("", 0.3, 2), Row("nn", 0.1, 3)]

    _, cases = prepared(drawn(rows, strata))

    assert cases.sample.weight.tolist() == [100.0, 900.0]


def test_evidence_is_counted_plainly():
    rows = [Row("yy", 0.9)] * 3 + [Row("nn", 0.9)] + [Row("nn", 0.1)] * 5 + [Row("yn", 0.1)]
    snapshot = make(rows, models=[model()], strata=CENSUS, kind="sample")

    found = rates_in(snapshot)

    assert (found.cells.tp, found.cells.fp, found.cells.fn, found.cells.tn) == (3, 1, 0.5, 5.5)
    assert found.recall.value == pytest.approx(3 / 3.5)
    assert (found.precision.value, found.precision.n) == (0.75, 4)
    assert found.precision.method == "wilson"
    assert frame_size(snapshot, 0) == 10


def test_edits_of_no_stratum_are_left_out_of_a_drawn_campaign():
    rows = [Row("yy", 0.9, 0), Row("nn", 0.1, 1), Row("yy", 0.1, stream="import")]

    _, cases = prepared(drawn(rows))

    assert cases.n == 2


def test_an_edit_without_a_score_is_counted_as_missing():
    rows = [Row("yy", 0.9, 0), Row("nn", 0.1, 1), Row("yy", None, 1)]

    _, cases = prepared(drawn(rows))

    assert (cases.n, cases.n_unscored) == (2, 1)


def test_the_sample_counts_decided_edits_once_each():
    rows = [Row("yyy", 0.9, 0)] * 3 + [Row("nny", 0.9, 0), Row("yn", 0.9, 0)]
    rows += [Row("nn?", 0.1, 1)] * 5 + [Row("y?", 0.1, 1)]
    _, cases = prepared(drawn(rows))

    found = in_sample(cases)

    assert found.n_cases == 10
    assert (found.cells.tp, found.cells.fp, found.cells.fn, found.cells.tn) == (3, 1, 1, 5)
    assert found.precision.value == 0.75


def test_not_sure_is_counted_in_four_ways():
    rows = [Row("y?", 0.9, 0), Row("yy", 0.9, 0), Row("nn", 0.1, 1), Row("nn?", 0.1, 1)]
    snapshot = make(rows, models=[model()], kind="sample")
    _, cases = prepared(snapshot)

    found = {line.treatment: line for line in treatments_of(snapshot, cases)}

    assert list(found) == ["half", "excluded", "no", "yes"]
    assert found["half"].prevalence.value == pytest.approx((0.75 + 1 + 0 + 1 / 6) / 4)
    # One vote is left on the first edit, which is no decision.
    assert found["excluded"].n_cases == 3
    assert found["excluded"].prevalence.value == pytest.approx(1 / 3)
    assert found["no"].prevalence.value == pytest.approx((0.5 + 1) / 4)
    assert found["yes"].prevalence.value == pytest.approx((1 + 1 + 0 + 1 / 3) / 4)


def test_targets_are_votes_majorities_and_votes_freed_of_errors():
    rows = [Row("yyn", 0.9), Row("yy", 0.9), Row("yn", 0.9), Row("nnn", 0.1)]
    snapshot = make(rows, models=[model()], kind="sample")
    ballots, cases = prepared(snapshot)

    votes, majority, adjusted = targets_of(snapshot, cases, ballots)

    assert votes.precision.value == pytest.approx((2 / 3 + 1 + 0.5) / 3)
    assert (majority.n_cases, majority.precision.value) == (3, 1.0)
    assert adjusted.n_cases == 4
    assert adjusted.prevalence.reason is None


@pytest.mark.parametrize(
    ("options", "rows", "reason"),
    [
        ({"is_nameless": True}, [Row("yy", 0.9), Row("nn", 0.1)], "reviewers-unknown"),
        ({"k": 1}, [Row("y", 0.9), Row("n", 0.1)], "no-pairs"),
        ({}, [Row("", 0.9)], "empty"),
    ],
)
def test_errors_of_reviewers_that_cant_be_known_are_not_freed_of(options, rows, reason):
    snapshot = make(rows, models=[model()], kind="sample", **options)
    ballots, cases = prepared(snapshot, min_votes=1)

    adjusted = targets_of(snapshot, cases, ballots)[2]

    assert adjusted.precision.reason == reason
    assert adjusted.n_cases == 0


def test_freed_of_errors_comes_nearer_to_the_truth_than_votes():
    rng = np.random.default_rng(3)
    truth = rng.random(600) < np.repeat([0.05, 0.9], 300)
    rows = []
    for place, is_yes in enumerate(truth.tolist()):
        wrong = rng.random(3) < (0.15 if is_yes else 0.05)
        votes = "".join("y" if is_yes != one else "n" for one in wrong.tolist())
        rows.append(Row(votes, 0.1 if place < 300 else 0.8))
    snapshot = make(rows, models=[model()], kind="sample", k=3)
    ballots, cases = prepared(snapshot)

    votes, _, adjusted = targets_of(snapshot, cases, ballots)

    assert votes.precision.low < votes.precision.high
    for one in (adjusted.prevalence, adjusted.precision, adjusted.recall):
        assert (one.low, one.high, one.se, one.method) == (None, None, None, "dawid-skene")
    real = truth[300:].mean()
    assert abs(adjusted.precision.value - real) < 0.02 < abs(votes.precision.value - real)


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(5)
    rows = [
        Row("".join(rng.choice(list("yn?"), 3)), float(score), int(score < 0.5))
        for score in rng.random(20).round(3)
    ]
    snapshot = drawn(rows)
    moved = reordered(snapshot, rng.permutation(20).tolist())

    assert rates_in(moved) == rates_in(snapshot)


def test_two_streams_from_one_frame_speak_with_their_part_of_the_cases():
    strata = [HIGH, LOW, stratum(100, 2, low=0.5, high=1.0, draw=1, stream="link30")]
    strata += [stratum(900, 2, low=0.0, high=0.5, draw=1, stream="link30")]
    rows = [Row("yy", 0.9, 0)] * 4 + [Row("nn", 0.1, 1)] * 2
    rows += [Row("nn", 0.9, 2, stream="link30"), Row("yy", 0.1, 3, stream="link30")]

    _, cases = prepared(drawn(rows, strata))

    # Six of eight cases are of the first stream: each stream stands for its part of 1,000 edits.
    assert cases.sample.weight.sum() == pytest.approx(1000)
    assert cases.sample.weight.tolist() == pytest.approx([18.75] * 4 + [337.5] * 2 + [25.0, 225.0])


@pytest.mark.parametrize("part_of_link", [0.0, 0.3])
def test_rates_are_unbiased_whatever_the_mix_of_streams(part_of_link):
    rng = np.random.default_rng(7)
    score = np.concatenate([rng.uniform(0.5, 1, 400), rng.uniform(0, 0.5, 3600)])
    truth = rng.random(4000) < np.where(score >= 0.5, 0.7, 0.04)
    real = {
        "precision": truth[:400].mean(),
        "recall": truth[:400].sum() / truth.sum(),
        "prevalence": truth.mean(),
    }
    found = {name: [] for name in real}
    n_link = int(part_of_link * 100)
    sizes = [(0, 120, 120, "probability"), (1, n_link, n_link, "link30")]
    for _ in range(120):
        rows, strata = [], []
        for draw, n_high, n_low, stream in sizes:
            if not n_high:
                continue
            strata.append(stratum(400, n_high, low=0.5, high=1.0, draw=draw, stream=stream))
            strata.append(stratum(3600, n_low, low=0.0, high=0.5, draw=draw, stream=stream))
            high = rng.choice(400, n_high, replace=False)
            low = 400 + rng.choice(3600, n_low, replace=False)
            rows += [
                Row("y" if truth[i] else "n", score[i], 2 * draw + int(i >= 400), stream, rev_id=i)
                for i in [*high.tolist(), *low.tolist()]
            ]
        rates = rates_in(drawn(rows, strata, k=1), min_votes=1)
        for name, values in found.items():
            values.append(getattr(rates, name).value)
    for name, values in found.items():
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - real[name]) < 3.5 * error


def test_a_model_that_finds_almost_nothing_can_t_be_missed():
    # arwiki's published damaging model: 1 of 339 found, accuracy 0.979.
    rows = [Row("y", 0.9)] + [Row("y", 0.1)] * 338 + [Row("n", 0.1)] * 15000
    snapshot = make(rows, models=[model()], kind="import", k=1)
    _, cases = prepared(snapshot, min_votes=1)
    found = rates_of(*at_threshold(snapshot, cases))

    assert found.accuracy.value == pytest.approx(0.978, abs=5e-4)
    assert (found.recall.n, round(found.recall.value, 3)) == (339, 0.003)
    assert (round(found.recall.low, 4), round(found.recall.high, 3)) == (0.0005, 0.017)
    assert "finds-almost-nothing" in alarms_of(cases, found, found.prevalence, ())


def alarms_in(snapshot, *, min_votes=2):
    _, cases = prepared(snapshot, min_votes=min_votes)
    found = rates_of(*at_threshold(snapshot, cases))
    return alarms_of(cases, found, in_sample(cases).prevalence, ())


def test_other_alarms():
    false_alarms = make(
        [Row("nn", 0.9)] * 30 + [Row("yy", 0.9)] * 5, models=[model()], kind="sample"
    )
    silent = make([Row("nn", 0.1), Row("yy", 0.2)] * 15, models=[model()], kind="sample")
    unscored = make([Row("nn", 0.1)] * 15 + [Row("yy")], models=[model()], kind="sample")
    # Few of the draw's weight: what 100 edits amount to must be 30 at least.
    unlike = drawn([Row("yy", 0.9, 0)] * 40 + [Row("nn", 0.1, 1)] * 60)
    quiet = make([Row("yy", 0.9)] * 9 + [Row("nn", 0.1)] * 9, models=[model()], kind="sample")

    assert alarms_in(false_alarms) == ("mostly-false-alarms",)
    assert alarms_in(silent) == ("threshold-flags-nothing",)
    assert "scores-missing" in alarms_in(unscored)
    assert alarms_in(unlike) == ("sample-unlike-wiki",)
    assert alarms_in(quiet) == ()


def test_a_handful_raises_no_alarm_and_crosses_no_bound():
    def judged(n):
        rows = [Row("nn", 0.9)] * n + [Row("yy", 0.1)] * n
        bounds = [
            GuardrailFacts(None, "damaging", name, "at-least", 0.9, "x", "2026-10-01")
            for name in ("precision", "recall")
        ]
        return make(rows, models=[model()], kind="sample", guardrails=bounds)

    def states_in(snapshot):
        _, cases = prepared(snapshot)
        found = rates_of(*at_threshold(snapshot, cases))
        checks = guardrails_of(snapshot, cases, found)
        return {check.state for check in checks}, alarms_of(cases, found, found.prevalence, checks)

    some = ("mostly-false-alarms",)
    many = ("finds-almost-nothing", *some, "guardrail-crossed")
    assert states_in(judged(29)) == ({"unclear"}, ())
    assert states_in(judged(40)) == ({"crossed"}, many)


def test_few_cases_are_no_sign_that_the_threshold_or_the_sample_is_wrong():
    silent = make([Row("nn", 0.1), Row("yy", 0.2)] * 3, models=[model()], kind="sample")
    unlike = drawn([Row("yy", 0.9, 0)] * 10 + [Row("nn", 0.1, 1)] * 10)

    assert alarms_in(silent) == ()
    assert alarms_in(unlike) == ()


@pytest.mark.parametrize(
    ("figure", "side", "bound", "state"),
    [
        ("precision", "at-least", 0.3, "kept"),
        ("precision", "at-least", 0.95, "crossed"),
        ("precision", "at-least", 0.75, "unclear"),
        ("false_positive_rate", "at-most", 0.5, "kept"),
        ("false_positive_rate", "at-most", 0.05, "crossed"),
        ("other", "at-most", 0.05, "unknown"),
    ],
)
def test_bounds_written_beforehand_are_checked(figure, side, bound, state):
    written = GuardrailFacts(None, "damaging", figure, side, bound, "ask the team", "2026-10-01")
    of_another = GuardrailFacts("else", "damaging", figure, side, bound, "no", "2026-10-01")
    rows = [Row("yy", 0.9)] * 30 + [Row("nn", 0.9)] * 10 + [Row("nn", 0.1)] * 60
    snapshot = make(rows, models=[model()], kind="sample", guardrails=[written, of_another])
    _, cases = prepared(snapshot)

    checks = guardrails_of(snapshot, cases, rates_of(*at_threshold(snapshot, cases)))

    assert [(check.state, check.bound) for check in checks] == [(state, bound)]


def test_only_judgments_that_count_make_a_case():
    rows = [Row("yy", 0.9), Row("y", 0.9)]
    more = [More(1, 1, ("no",), score_seen="yes"), More(1, 2, ("no",), kind="bot")]

    _, cases = prepared(make(rows, models=[model()], kind="sample", more=more))

    assert cases.rows.tolist() == [0]

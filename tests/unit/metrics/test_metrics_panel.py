"""A model against a panel: counts of votes in, every figure against an oracle."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from jadelite.metrics.panel import Votes, compare, confident_misses, score_bins

few = settings(max_examples=15, deadline=None, database=None)
WAYS = ["half", "excluded", "no", "yes"]
GRID = [i / 20 for i in range(21)]

scored_votes = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), st.sampled_from(GRID)
    ),
    max_size=25,
)


def decided(row, unsure, min_votes):
    """What one item's votes decide, worked out on its own: 1, 0 or -1."""
    n_yes, n_no, n_unsure = row
    yes = {"half": n_yes + n_unsure / 2, "yes": n_yes + n_unsure}.get(unsure, n_yes)
    of = n_yes + n_no + (0 if unsure == "excluded" else n_unsure)
    if of < min_votes or of == 0 or 2 * yes == of:
        return -1
    return int(2 * yes > of)


def compared(rows, y_prob, *, unsure="half", threshold=0.5, min_votes=2):
    return compare(
        Votes.from_rows(rows),
        y_prob,
        threshold=threshold,
        unsure=unsure,
        min_votes=min_votes,
        seed=1,
    )


def test_rows_become_columns_of_votes():
    votes = Votes.from_rows([(1, 2, 3), (4, 5, 6)])

    assert (votes.n_yes.tolist(), votes.n_no.tolist()) == ([1, 4], [2, 5])
    assert votes.n_unsure.tolist() == [3, 6]
    assert votes.n.tolist() == [6, 15]


@pytest.mark.parametrize(
    ("unsure", "labels"),
    [
        ("half", [1, 0, -1, 1, 0, -1, -1]),
        ("excluded", [1, 0, -1, -1, -1, -1, -1]),
        ("no", [1, 0, -1, -1, 0, 0, -1]),
        ("yes", [1, 0, -1, 1, -1, 1, -1]),
    ],
)
def test_not_sure_counts_in_the_way_that_is_asked_for(unsure, labels):
    rows = [(2, 0, 0), (0, 2, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1), (0, 0, 2), (1, 0, 0)]

    assert Votes.from_rows(rows).labels(unsure=unsure, min_votes=2).tolist() == labels


def test_one_vote_decides_where_one_is_enough():
    votes = Votes.from_rows([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)])

    assert votes.labels(unsure="half", min_votes=1).tolist() == [1, 0, -1, -1]


@pytest.mark.parametrize("unsure", WAYS)
@few
@given(scored_votes, st.integers(1, 3))
def test_every_item_is_decided_as_by_hand(unsure, items, min_votes):
    rows = [row for row, _ in items]

    found = Votes.from_rows(rows).labels(unsure=unsure, min_votes=min_votes).tolist()

    assert found == [decided(row, unsure, min_votes) for row in rows]


@pytest.mark.parametrize("unsure", WAYS)
def test_every_figure_is_what_scikit_learn_gives_on_the_decided_items(unsure):
    rng = np.random.default_rng(20261122)
    rows = [tuple(row) for row in rng.integers(0, 4, size=(300, 3)).tolist()]
    y_prob = (rng.integers(0, 101, size=300) / 100).tolist()
    labels = [decided(row, unsure, 2) for row in rows]
    y_true = [label for label in labels if label >= 0]
    kept = [prob for prob, label in zip(y_prob, labels, strict=True) if label >= 0]
    y_pred = [int(prob >= 0.45) for prob in kept]

    found = compared(rows, y_prob, unsure=unsure, threshold=0.45)

    table = found.confusion
    cells = [[table.tn, table.fp], [table.fn, table.tp]]
    assert found.n_decided == len(y_true)
    assert cells == sklearn_metrics.confusion_matrix(y_true, y_pred).tolist()
    precision = sklearn_metrics.precision_score(y_true, y_pred)
    recall = sklearn_metrics.recall_score(y_true, y_pred)
    specificity = sklearn_metrics.recall_score(y_true, y_pred, pos_label=0)
    assert table.precision().value == pytest.approx(precision)
    assert table.recall().value == pytest.approx(recall)
    assert table.false_positive_rate().value == pytest.approx(1 - specificity)
    assert found.roc_auc.value == pytest.approx(sklearn_metrics.roc_auc_score(y_true, kept))
    assert found.brier.value == pytest.approx(sklearn_metrics.brier_score_loss(y_true, kept))
    assert found.roc_auc.n == found.brier.n == found.n_decided


def test_a_probability_at_the_threshold_is_flagged():
    table = compared([(2, 0, 0), (0, 2, 0)], [0.5, 0.5]).confusion

    assert (table.tp, table.fp, table.fn, table.tn) == (1, 1, 0, 0)


def test_undecided_items_change_no_figure():
    rows, y_prob = [(2, 0, 0), (0, 2, 0), (3, 0, 0), (0, 3, 0)], [0.9, 0.2, 0.4, 0.6]
    noise = [(1, 1, 0), (0, 0, 4), (1, 0, 0), (0, 0, 0)]

    assert compared(rows + noise, [*y_prob, 0.1, 0.9, 0.5, 1.0]) == compared(rows, y_prob)


@pytest.mark.parametrize("rows", [[], [(1, 1, 0), (0, 0, 2), (1, 0, 0)]])
@pytest.mark.parametrize("unsure", ["half", "excluded"])
def test_without_decided_items_every_figure_has_a_reason_and_no_value(rows, unsure):
    found = compared(rows, [0.5] * len(rows), unsure=unsure)

    table = found.confusion
    assert found.n_decided == 0
    assert (table.tn, table.fp, table.fn, table.tp) == (0, 0, 0, 0)
    reasons = [
        figure.reason
        for figure in (
            table.precision(),
            table.recall(),
            table.false_positive_rate(),
            found.roc_auc,
            found.brier,
        )
    ]
    assert reasons == [
        "no-flagged-cases", "no-positive-cases", "no-negative-cases", "empty", "empty",
    ]  # fmt: skip


def test_without_items_nothing_breaks():
    votes = Votes.from_rows([])

    assert votes.n.tolist() == []
    assert votes.labels(unsure="half", min_votes=2).tolist() == []
    assert votes.percent_agreement(seed=1).reason == "no-pairs"
    assert votes.krippendorff_alpha(seed=1).reason == "no-pairs"
    assert missed([], []) == []
    assert score_bins(votes, [], n_bins=3, min_votes=2) == [(0, 0, 0)] * 3


def test_raw_agreement_is_the_mean_share_of_pairs_on_an_item_that_agree_on_any_label():
    rows = [(3, 1, 0), (2, 0, 0), (0, 1, 2), (1, 0, 0), (0, 0, 2)]
    shares = []
    for n_yes, n_no, n_unsure in rows:
        pairs = list(combinations("y" * n_yes + "n" * n_no + "u" * n_unsure, 2))
        if pairs:
            shares.append(np.mean([one == other for one, other in pairs]))

    found = Votes.from_rows(rows).percent_agreement(seed=1)

    assert found.value == pytest.approx(np.mean(shares))
    assert found.n == len(shares) == 4


def test_alpha_is_one_in_full_agreement_and_falls_when_not_sure_differs():
    agreed = Votes.from_rows([(2, 0, 0), (0, 2, 0), (0, 0, 2)])
    split = Votes.from_rows([(2, 0, 0), (0, 2, 0), (1, 0, 1)])

    assert agreed.krippendorff_alpha(seed=1).value == pytest.approx(1)
    assert split.krippendorff_alpha(seed=1).value < 0.9


def test_the_same_seed_gives_the_same_intervals():
    votes = Votes.from_rows([(2, 0, 0), (0, 2, 0), (1, 1, 0), (1, 0, 1)] * 5)

    assert votes.percent_agreement(seed=3) == votes.percent_agreement(seed=3)
    assert votes.krippendorff_alpha(seed=3) == votes.krippendorff_alpha(seed=3)


def missed(rows, y_prob, **changes):
    rules = {"threshold": 0.5, "sure": 0.8, "firm_share": 0.8, "firm_votes": 3, **changes}
    return confident_misses(Votes.from_rows(rows), y_prob, **rules)


@pytest.mark.parametrize(
    ("row", "prob", "is_missed"),
    [
        ((3, 0, 0), 0.2, True),
        ((3, 0, 0), 0.21, False),
        ((0, 3, 0), 0.8, True),
        ((0, 3, 0), 0.79, False),
        ((4, 1, 0), 0.0, True),
        ((4, 0, 1), 0.0, True),
        ((3, 1, 0), 0.0, False),
        ((1, 4, 0), 1.0, True),
        ((2, 0, 0), 0.0, False),
        ((0, 0, 5), 0.0, False),
        ((3, 0, 0), 1.0, False),
        ((0, 3, 0), 0.0, False),
        ((0, 0, 0), 0.0, False),
    ],
)
def test_a_confident_miss_needs_a_sure_model_and_firm_people(row, prob, is_missed):
    assert missed([row], [prob]) == ([0] if is_missed else [])


@pytest.mark.parametrize(
    ("row", "prob", "threshold", "is_missed"),
    [
        ((3, 0, 0), 0.15, 0.1, False),
        ((3, 0, 0), 0.15, 0.15, False),
        ((3, 0, 0), 0.15, 0.16, True),
        ((0, 3, 0), 0.85, 0.9, False),
        ((0, 3, 0), 0.85, 0.85, True),
    ],
)
def test_no_miss_is_confident_unless_the_model_says_the_opposite(row, prob, threshold, is_missed):
    assert missed([row], [prob], threshold=threshold) == ([0] if is_missed else [])


def test_two_votes_are_firm_where_two_are_asked():
    assert missed([(2, 0, 0)], [0.0], firm_votes=2) == [0]


def test_the_widest_gap_comes_first_and_equal_gaps_in_their_order():
    rows = [(3, 0, 0), (0, 3, 0), (3, 0, 0), (1, 1, 1), (0, 3, 0)]

    assert missed(rows, [0.125, 1.0, 0.0625, 0.0, 0.875]) == [1, 2, 0, 4]


@few
@given(scored_votes)
def test_bins_are_those_of_a_histogram(items):
    rows, y_prob = [row for row, _ in items], [prob for _, prob in items]
    labels = np.array([decided(row, "half", 2) for row in rows])

    found = score_bins(Votes.from_rows(rows), y_prob, n_bins=5, min_votes=2)

    for column, label in enumerate((1, 0, -1)):
        chosen = np.array(y_prob)[labels == label] if rows else []
        # Twentieths as whole numbers: the edges of the oracle must not be rounded.
        places = np.rint(np.array(chosen) * 20)
        expected = np.histogram(places, bins=[0, 4, 8, 12, 16, 20])[0]
        assert [row[column] for row in found] == expected.tolist()


def test_each_edge_of_ten_bins_belongs_to_the_bin_it_opens():
    for edge in range(10):
        found = score_bins(Votes.from_rows([(2, 0, 0)]), [edge / 10], n_bins=10, min_votes=2)

        assert [row[0] for row in found].index(1) == edge
    assert score_bins(Votes.from_rows([(2, 0, 0)]), [1.0], n_bins=10, min_votes=2)[-1] == (1, 0, 0)

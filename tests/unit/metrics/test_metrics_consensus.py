"""One label from several judgments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from jadelite.metrics.consensus import decide, majority, soft_labels, vote_entropy, vote_share

few = settings(max_examples=50, deadline=None, database=None)
votes = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))
WAYS = ["half", "excluded", "no", "yes"]


@pytest.mark.parametrize(
    ("unsure", "share"), [("half", 0.5), ("excluded", 0.5), ("no", 0.25), ("yes", 0.75)]
)
def test_an_unsure_vote_counts_as_the_caller_says(unsure, share):
    assert vote_share([1], [1], [2], unsure=unsure).tolist() == [share]


@pytest.mark.parametrize("unsure", WAYS)
def test_an_item_without_votes_has_no_share_and_no_decision(unsure):
    share = vote_share([0], [0], [0], unsure=unsure)

    assert np.isnan(share).all()
    assert decide(share, [0]).tolist() == [-1]


def test_only_unsure_votes_leave_nothing_when_they_are_excluded():
    assert np.isnan(vote_share([0], [0], [3], unsure="excluded")).all()


@few
@given(votes)
def test_the_four_ways_stay_in_bounds_and_in_order(columns):
    share = {way: vote_share(*columns, unsure=way) for way in WAYS}

    voted = sum(columns) > 0
    assert (share["no"][voted] <= share["half"][voted]).all()
    assert (share["half"][voted] <= share["yes"][voted]).all()
    for values in share.values():
        assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()


@few
@given(votes)
def test_swapping_yes_and_no_turns_every_decision_over(columns):
    n_yes, n_no, n_unsure = columns
    n_votes = sum(columns)

    one = decide(vote_share(n_yes, n_no, n_unsure, unsure="half"), n_votes)
    other = decide(vote_share(n_no, n_yes, n_unsure, unsure="half"), n_votes)

    assert np.where(one >= 0, 1 - one, -1).tolist() == other.tolist()


@few
@given(st.integers(2, 50), st.sampled_from(WAYS))
def test_perfect_agreement_decides_for_its_label(n, unsure):
    share = vote_share([n, 0], [0, n], [0, 0], unsure=unsure)

    assert share.tolist() == [1.0, 0.0]
    assert decide(share, [n, n]).tolist() == [1, 0]


def test_too_few_votes_or_exactly_one_half_decide_nothing():
    decision = decide([1.0, 1.0, 0.5, 0.4, 0.6], [1, 2, 9, 9, 9])

    assert decision.tolist() == [-1, 1, -1, 0, 1]
    assert decision.dtype == np.int8


def test_the_fewest_votes_are_the_callers_choice():
    assert decide([1.0, 1.0], [1, 2], min_votes=1).tolist() == [1, 1]
    assert decide([1.0, 1.0], [2, 3], min_votes=3).tolist() == [-1, 1]


def test_no_items_give_no_shares_and_no_decisions():
    assert vote_share([], [], [], unsure="half").shape == (0,)
    assert decide([], []).shape == (0,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: vote_share([1], [1], [1], unsure="maybe"), "unsure is 'maybe', expected half"),
        (lambda: vote_share([1], [1, 2], [1], unsure="half"), "lengths differ"),
        (lambda: vote_share([-1], [1], [1], unsure="half"), "n_yes holds -1"),
        (lambda: decide([1.5], [2]), "share holds 1.5, expected 0 to 1 or NaN"),
        (lambda: decide([[0.5]], [2]), r"share has shape \(1, 1\)"),
        (lambda: decide([0.5], [2, 3]), "lengths differ"),
        (lambda: decide([0.5], [2], min_votes=0), "min_votes is 0, expected 1 or more"),
    ],
)
def test_votes_that_cannot_be_meant_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_shared_lead_is_a_tie_and_no_votes_are_none():
    label, is_tie = majority([[2, 1, 0], [1, 1, 1], [0, 2, 2], [0, 0, 0], [0, 0, 1]])

    assert label.tolist() == [0, -1, -1, -1, 2]
    assert is_tie.tolist() == [False, True, True, False, False]


def test_majority_of_nothing():
    label, is_tie = majority(np.empty((0, 3), dtype=int))

    assert (label.shape, is_tie.shape) == ((0,), (0,))
    assert majority(np.empty((2, 0), dtype=int))[0].tolist() == [-1, -1]


@few
@given(votes)
def test_two_labels_are_decided_alike_by_majority_and_by_share(columns):
    n_yes, n_no, n_unsure = columns

    label, is_tie = majority(np.stack([n_no, n_yes], axis=1))

    share = vote_share(n_yes, n_no, n_unsure, unsure="excluded")
    assert label.tolist() == decide(share, n_yes + n_no, min_votes=1).tolist()
    assert is_tie.tolist() == (share == 0.5).tolist()


def test_soft_labels_are_shares_of_votes():
    shares = soft_labels([[1, 3], [0, 2], [0, 0]])

    assert shares[:2].tolist() == [[0.25, 0.75], [0.0, 1.0]]
    assert np.isnan(shares[2]).all()
    assert soft_labels(np.empty((0, 2), dtype=int)).shape == (0, 2)


@few
@given(st.lists(st.floats(0, 1), max_size=20))
def test_entropy_is_that_of_scipy_and_the_same_for_both_sides(shares):
    p = np.array(shares)

    found = vote_entropy(p)

    assert found == pytest.approx(entropy([p, 1 - p], base=2), abs=1e-12)
    assert vote_entropy(1 - p) == pytest.approx(found, abs=1e-9)


def test_entropy_of_no_share_is_none_and_of_no_number_refused():
    assert np.isnan(vote_entropy([np.nan])).all()
    with pytest.raises(ValueError, match="expected 0 to 1"):
        vote_entropy([1.5])

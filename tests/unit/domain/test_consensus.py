"""The stated rule by which several people decide about an edit."""

import itertools

import pytest

from jadelite.domain.consensus import Votes, is_split, outcome, split_question
from jadelite.domain.facets import EDITQUALITY, Facet, Question


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((0, 0, 0), "undecided"),
        ((1, 0, 0), "undecided"),
        ((2, 0, 0), "yes"),
        ((0, 2, 0), "no"),
        ((2, 1, 0), "yes"),
        ((1, 2, 0), "no"),
        ((1, 0, 1), "yes"),
        ((0, 0, 3), "undecided"),
        ((1, 1, 0), "contested"),
        ((1, 1, 1), "contested"),
        ((3, 2, 0), "contested"),
        ((4, 2, 0), "yes"),
        ((2, 1, 1), "contested"),
        ((1, 0, 4), "undecided"),
    ],
)
def test_two_thirds_of_at_least_two_votes_decide(votes, expected) -> None:
    assert outcome(*votes, is_final=True) == expected


def test_nothing_is_contested_while_others_are_still_asked() -> None:
    for votes in itertools.product(range(5), repeat=3):
        early, late = outcome(*votes, is_final=False), outcome(*votes, is_final=True)
        assert early == ("undecided" if late == "contested" else late)


def test_the_rule_treats_both_sides_alike() -> None:
    swapped = {"yes": "no", "no": "yes"}
    for n_yes, n_no, n_unsure in itertools.product(range(6), repeat=3):
        one = outcome(n_yes, n_no, n_unsure, is_final=True)
        other = outcome(n_no, n_yes, n_unsure, is_final=True)
        assert other == swapped.get(one, one)


def test_people_split_only_where_both_sides_have_a_vote() -> None:
    assert is_split(Votes(1, 1, 0))
    assert not is_split(Votes(2, 1, 0))
    assert not is_split(Votes(0, 0, 4))
    assert not is_split(Votes(1, 0, 4))


def test_not_sure_counts_as_half_a_yes() -> None:
    assert Votes(1, 1, 2).share == 0.5
    assert Votes(2, 0, 2).share == 0.75
    assert Votes().share == 0.5


def test_the_first_question_of_yes_and_no_decides_about_a_split() -> None:
    level = Question("level", ("1", "2"), positive="2")
    fine = Question("fine", ("yes", "no"), positive="yes")

    assert split_question(EDITQUALITY) is EDITQUALITY.questions[0]
    assert split_question(Facet("own", (level, fine))) is fine
    assert split_question(Facet("own", (level,))) is None

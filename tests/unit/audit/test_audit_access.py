"""Who may do what: the whole table, role by action."""

from typing import get_args

import pytest

from jadelite.audit.access import (
    ANYBODY,
    RULES,
    SIGNED_IN,
    Action,
    is_monitoring,
    may,
    require,
)
from jadelite.domain.errors import Forbidden
from jadelite.domain.people import OPERATOR, ROLES, VISITOR, Actor

EVERYBODY = {"read", "sign-in", "choose-language"}
SIGNED_IN_MAY = EVERYBODY | {"choose-role", "report-score"}
ALLOWED = {
    "visitor": EVERYBODY,
    "reviewer": SIGNED_IN_MAY | {"judge"},
    "coordinator": SIGNED_IN_MAY | {"judge", "compute-report", "answer-report", "coordinate"},
    "model-team": SIGNED_IN_MAY | {"compute-report", "answer-report"},
    "oversighter": SIGNED_IN_MAY,
    "operator": SIGNED_IN_MAY
    | {"compute-report", "answer-report", "coordinate", "operate", "read-metrics"},
}
ACTIONS = get_args(Action)


def actor_of(*roles):
    if roles == ("visitor",):
        return VISITOR
    return Actor(reviewer_id=7, pseudonym="somebody", kind="person", roles=frozenset(roles))


def test_the_table_here_and_there_has_every_role_and_every_action():
    assert set(RULES) == set(ACTIONS)
    assert set(ALLOWED) == {"visitor", *ROLES} == ANYBODY
    assert {"visitor"} == ANYBODY - SIGNED_IN
    assert set().union(*ALLOWED.values()) == set(ACTIONS)
    assert set().union(*RULES.values()) <= ANYBODY


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, action):
    assert may(actor_of(role), action) == (action in ALLOWED[role])


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_a_role_may_not_do_is_refused_in_words(role, action):
    if action in ALLOWED[role]:
        require(actor_of(role), action)
        return
    with pytest.raises(Forbidden) as caught:
        require(actor_of(role), action)

    if role == "visitor":
        assert caught.value.code == "sign-in-first"
        assert caught.value.detail == f"{action} needs somebody who is signed in"
    else:
        able = sorted(name for name, actions in ALLOWED.items() if action in actions)
        assert caught.value.code == "wrong-role"
        assert caught.value.detail == f"{action} needs one of the roles {', '.join(able)}"


def test_two_roles_add_up_and_take_nothing_away():
    both = actor_of("model-team", "reviewer")

    assert {action for action in ACTIONS if may(both, action)} == (
        ALLOWED["model-team"] | ALLOWED["reviewer"]
    )


def test_somebody_signed_in_without_a_role_may_do_what_a_visitor_may():
    nobody = actor_of()

    assert {action for action in ACTIONS if may(nobody, action)} == ALLOWED["visitor"]
    with pytest.raises(Forbidden) as caught:
        require(nobody, "judge")
    assert caught.value.code == "wrong-role"


def test_a_role_that_is_not_in_the_table_opens_nothing():
    stranger = actor_of("administrator")

    assert not any(may(stranger, action) for action in ACTIONS)


def test_the_operator_of_the_command_line_may_operate_and_not_judge():
    assert may(OPERATOR, "operate")
    assert not may(OPERATOR, "judge")


def test_an_action_that_nobody_declared_stays_loud():
    with pytest.raises(KeyError):
        may(OPERATOR, "delete-everything")


@pytest.mark.parametrize("shown", [None, "", "a-tokem", "a-token ", "A-TOKEN", "\u00e9", "a-toke"])
def test_only_the_whole_token_is_the_monitoring(shown):
    assert is_monitoring("a-token", "a-token")
    assert not is_monitoring(shown, "a-token")
    assert not is_monitoring(shown, "")

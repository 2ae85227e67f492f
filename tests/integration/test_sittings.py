"""Sittings on both databases: begun, resumed and ended, their progress and their result."""

import factories
import pytest
from reviewers import ANSWERS, change, judge, rows, start, take, undo, update

from jadelite.audit import assigning as taking
from jadelite.audit import closing, people, reporting, reviewing
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.people import VISITOR, Actor, Preferences


def judge_next(database: Database, actor: Actor, clock, label: str = "yes") -> int:
    (task_id, *_) = take(database, actor, clock)
    judge(database, actor, task_id, clock, {**ANSWERS, "damaging": label})
    clock.move(seconds=30)
    return task_id


def result(database: Database, actor: Actor, clock) -> closing.SittingResult:
    return closing.sitting_result(database, actor, "a-campaign", now=clock())


def test_a_sitting_goes_on_where_it_stopped(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=12)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for _ in range(4):
        judge_next(database, actor, clock)
    clock.move(days=2)
    (running,) = taking.running_sittings(database, actor)
    assert (running.campaign.slug, running.n_done, running.n_left) == ("a-campaign", 4, 6)
    assert taking.running_sitting(database, actor, "a-campaign") == running


def test_a_full_sitting_gives_nothing_more(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=12)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for _ in range(10):
        judge_next(database, actor, clock)
    assert take(database, actor, clock) == []
    assert taking.running_sitting(database, actor, "a-campaign").is_full
    start(database, actor, clock, length=10)
    assert take(database, actor, clock) != []


def test_a_changed_mind_is_no_progress_and_an_undo_goes_back(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=5)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10, reveals="end")
    task_id = judge_next(database, actor, clock)
    judge_next(database, actor, clock)
    undo(database, actor, clock)
    assert taking.running_sitting(database, actor, "a-campaign").n_done == 1
    judge_next(database, actor, clock)
    start(database, actor, clock, length=10)
    change(database, actor, task_id, clock, {"damaging": "no", "goodfaith": "no"})
    assert taking.running_sitting(database, actor, "a-campaign").n_done == 0


def test_starting_ends_the_sitting_before(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    first = start(database, actor, clock, length=30)
    second = start(database, actor, clock, length=10)
    (running,) = taking.running_sittings(database, actor)
    assert running.sitting == second
    ended = rows(database, f"SELECT ended_at FROM sitting WHERE sitting_id = {first.sitting_id}")
    assert ended != [(None,)]


def test_taking_without_a_sitting_begins_an_open_ended_one(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    take(database, actor, clock)
    (running,) = taking.running_sittings(database, actor)
    assert (running.sitting.length, running.n_left, running.is_full) == (None, None, False)


def test_sittings_in_two_campaigns_run_side_by_side(database, clock) -> None:
    factories.make_campaign(database, clock(), slug="first")
    factories.make_campaign(database, clock(), slug="second", first_rev_id=2001)
    actor = factories.make_reviewer(database, clock())
    for slug in ("first", "second"):
        start(database, actor, clock, length=10, slug=slug)
    found = taking.running_sittings(database, actor)
    assert [running.campaign.slug for running in found] == ["second", "first"]


def test_a_length_that_is_not_offered_is_refused(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    for length in (0, -1, 11, 10**9):
        with pytest.raises(Invalid, match="expected 10, 30 or none"):
            start(database, actor, clock, length=length)


def test_visitors_have_no_sitting(database, clock) -> None:
    factories.make_campaign(database, clock())
    assert taking.running_sittings(database, VISITOR) == ()
    assert taking.running_sitting(database, VISITOR, "a-campaign") is None
    with pytest.raises(Forbidden):
        start(database, VISITOR, clock, length=10)


def test_a_sitting_needs_a_campaign_that_is_open(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    with pytest.raises(NotFound):
        start(database, actor, clock, slug="no-such")
    update(database, "UPDATE campaign SET closes_at = '2026-11-22 12:00:00.000000+00:00'")
    for attempt in (start, take):
        with pytest.raises(Conflict) as refused:
            attempt(database, actor, clock)
        assert refused.value.code == "campaign-closed"


# The reveal


def test_the_reveal_comes_when_the_reviewer_prefers(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    assert start(database, actor, clock, reveals=None).reveals == "each"
    people.save_preferences(database, actor, Preferences(reveals="end"))
    assert start(database, actor, clock, reveals=None).reveals == "end"
    assert start(database, actor, clock, reveals="each").reveals == "each"


def test_saving_is_the_reveal_where_each_edit_is_revealed(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    assert rows(database, "SELECT count(*) FROM lease WHERE revealed_at IS NOT NULL") == [(1,)]
    assert [s.probability for s in reviewing.reveal_page(database, actor, task_id).said.scores] == [
        0.9
    ]


def test_nothing_is_revealed_before_the_end_where_that_was_chosen(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10, reveals="end")
    task_id = judge_next(database, actor, clock)
    assert reviewing.reveal_page(database, actor, task_id) is None
    assert reviewing.review_page(database, actor, task_id) is None
    kept = result(database, actor, clock)
    assert (kept.n_judged, kept.is_revealed, kept.with_model) == (1, False, (0, 0))
    taking.end_sitting(database, actor, "a-campaign", now=clock())
    assert reviewing.reveal_page(database, actor, task_id) is not None
    assert result(database, actor, clock).with_model == (1, 1)
    assert taking.running_sitting(database, actor, "a-campaign") is None


def test_a_new_sitting_reveals_what_the_one_before_kept_back(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, reveals="end")
    task_id = judge_next(database, actor, clock)
    start(database, actor, clock, reveals="end")
    assert reviewing.reveal_page(database, actor, task_id) is not None


def test_ending_what_does_not_run_changes_nothing(database, clock) -> None:
    factories.make_campaign(database, clock())
    actor = factories.make_reviewer(database, clock())
    taking.end_sitting(database, actor, "a-campaign", now=clock())
    assert rows(database, "SELECT count(*) FROM sitting") == [(0,)]


# The result


def people_judge(database: Database, clock, labels: str) -> None:
    """One further person for each letter (y, n or u), who judges everything alike."""
    words = {"y": "yes", "n": "no", "u": "unsure"}
    for label in labels:
        other = factories.make_reviewer(database, clock())
        while held := take(database, other, clock):
            judge(database, other, held[0], clock, {**ANSWERS, "damaging": words[label]})


def test_the_result_names_the_edits_that_people_see_differently(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=4, k=5)
    people_judge(database, clock, "yynn")
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    unsure = judge_next(database, actor, clock, "unsure")
    for label in ("yes", "no", "yes"):
        judge_next(database, actor, clock, label)
    found = result(database, actor, clock)
    assert len(found.contested) == 3
    assert found.contested[0].task_id == unsure
    assert found.contested[0].votes == {"unsure": 1, "yes": 2, "no": 2}
    assert found.contested[0].wiki == factories.WIKI


def test_where_people_agree_nothing_is_contested(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=3, k=4)
    people_judge(database, clock, "yu")
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for _ in range(3):
        judge_next(database, actor, clock)
    assert result(database, actor, clock).contested == ()


def test_the_result_tells_what_was_completed_by_it(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=4, k=2)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for _ in range(2):
        judge_next(database, actor, clock)
    people_judge(database, clock, "yy")
    found = result(database, actor, clock)
    assert (found.n_edits, found.n_complete, found.n_complete_before) == (4, 4, 2)


def test_the_result_gives_the_precision_of_the_newest_report(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=4, k=2)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    people_judge(database, clock, "y")
    while take(database, actor, clock):
        judge_next(database, actor, clock)
    assert result(database, actor, clock).precisions == ()
    reporting.compute(database, "a-campaign", now=clock())
    (precision,) = result(database, actor, clock).precisions
    assert (precision.model, precision.precision.value) == ("damaging", 1.0)


def test_the_newest_sitting_is_told_and_not_the_ones_before(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=6)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for _ in range(3):
        judge_next(database, actor, clock)
    start(database, actor, clock, length=10)
    judge_next(database, actor, clock)
    assert result(database, actor, clock).n_judged == 1


def test_without_a_sitting_there_is_only_what_is_left(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=6)
    actor = factories.make_reviewer(database, clock())
    found = result(database, actor, clock)
    assert (found.sitting, found.n_judged, found.n_left, found.is_revealed) == (None, 0, 6, False)


def test_the_queries_of_a_result_do_not_grow_with_it(database, clock, count_queries) -> None:
    factories.make_campaign(database, clock(), n_edits=12, k=4)
    people_judge(database, clock, "yn")
    counts = []
    for n in (4, 11):
        actor = factories.make_reviewer(database, clock())
        start(database, actor, clock, length=30)
        for _ in range(n):
            judge_next(database, actor, clock)
        with count_queries() as sent:
            result(database, actor, clock)
        counts.append(sent())
    assert counts[0] == counts[1] <= 30


def test_more_than_a_hundred_left_are_not_counted_on(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=130, probability=None)
    actor = factories.make_reviewer(database, clock())
    assert result(database, actor, clock).n_left == 101

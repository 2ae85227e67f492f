"""Taking judgments back, before the reveal and after it, on both databases."""

import contextlib
import threading
from datetime import timedelta
from random import Random

import factories
import pytest
from reviewers import ANSWERS, change, judge, rows, start, take, undo, update, withdraw

from jadelite.audit import assigning as taking
from jadelite.audit import history, reporting, reviewing
from jadelite.audit.judging import Undone
from jadelite.db import campaigns, events, masking, sittings, snapshots
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.people import Actor
from jadelite.report.counting import count

OTHER = {"damaging": "no", "goodfaith": "yes"}
ROWS = "SELECT revision, action, score_seen, peers_seen FROM judgment ORDER BY judgment_id"


def sits(database: Database, clock, *, n_edits: int = 3, k: int = 2, reveals: str = "end") -> Actor:
    """A reviewer in a sitting that reveals at its end, in a campaign of a few edits."""
    factories.make_campaign(database, clock(), n_edits=n_edits, k=k)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10, reveals=reveals)
    return actor


def judge_next(database: Database, actor: Actor, clock, answers=ANSWERS) -> int:
    """Judge the edit on the screen; its task."""
    task_id = take(database, actor, clock)[0]
    judge(database, actor, task_id, clock, answers)
    clock.move(seconds=30)
    return task_id


def counted(database: Database) -> list[tuple[int, str]]:
    """What a report would count, once nobody judges any more: (revision, answer on damage)."""
    with database.transaction() as session:
        campaigns.set_state(session, 1, "closed")
    with database.reading() as session:
        snapshot = snapshots.load(session, campaigns.by_id(session, 1))
    with database.transaction() as session:
        campaigns.set_state(session, 1, "open")
    given, labels = snapshot.judgments, snapshot.answer_values[0]
    used = count(given, may_be_unknown=False).used
    return [
        (revision, labels[answer])
        for revision, answer, is_used in zip(given.revision, given.answers[0], used, strict=True)
        if is_used
    ]


def test_an_undo_before_the_reveal_brings_the_edit_back(database, clock) -> None:
    actor = sits(database, clock)
    task_id = judge_next(database, actor, clock)
    assert undo(database, actor, clock) == Undone(task_id, was_revealed=False)
    assert rows(database, ROWS) == [(1, "judge", "no", "no"), (2, "withdraw", "no", "no")]
    assert rows(database, f"SELECT n_judgments FROM task WHERE task_id = {task_id}") == [(0,)]
    assert take(database, actor, clock) == [task_id]


def test_the_form_is_filled_with_what_was_said_before(database, clock) -> None:
    actor = sits(database, clock)
    (task_id,) = take(database, actor, clock)
    judge(database, actor, task_id, clock, note="why", tags=("nonsense", "attack"))
    undo(database, actor, clock)
    before = reviewing.review_page(database, actor, task_id).draft_before
    assert (dict(before.answers), before.note) == (ANSWERS, "why")
    assert before.tags == ("attack", "nonsense")


def test_what_is_judged_after_an_undo_is_blind_and_counts(database, clock) -> None:
    actor = sits(database, clock)
    task_id = judge_next(database, actor, clock)
    undo(database, actor, clock)
    judge(database, actor, task_id, clock, OTHER)
    assert rows(database, ROWS)[2:] == [(3, "judge", "no", "no")]
    assert counted(database) == [(3, "no")]
    assert rows(database, f"SELECT n_judgments FROM task WHERE task_id = {task_id}") == [(1,)]


def test_the_revisions_point_to_each_other(database, clock) -> None:
    actor = sits(database, clock)
    task_id = judge_next(database, actor, clock)
    undo(database, actor, clock)
    judge(database, actor, task_id, clock, OTHER)
    found = rows(database, "SELECT judgment_id, supersedes_id FROM judgment ORDER BY judgment_id")
    assert [older for _, older in found] == [None, found[0][0], found[1][0]]


def test_undoing_again_goes_further_back(database, clock) -> None:
    actor = sits(database, clock)
    first, second = (judge_next(database, actor, clock) for _ in range(2))
    assert undo(database, actor, clock).task_id == second
    assert undo(database, actor, clock).task_id == first
    with pytest.raises(Conflict) as refused:
        undo(database, actor, clock)
    assert refused.value.code == "nothing-to-undo"


def test_the_same_undo_twice_is_one(database, clock) -> None:
    actor = sits(database, clock)
    first, second = (judge_next(database, actor, clock) for _ in range(2))
    assert reviewing.review_page(database, actor, take(database, actor, clock)[0]).undo_task_id == (
        second
    )
    for _ in range(2):
        assert undo(database, actor, clock, second) == Undone(second, was_revealed=False)
    assert rows(database, "SELECT count(*) FROM judgment WHERE action = 'withdraw'") == [(1,)]
    page = reviewing.review_page(database, actor, second)
    assert page.undo_task_id == first


def test_a_double_click_on_undo_undoes_one(database, clock) -> None:
    actor = sits(database, clock)
    judge_next(database, actor, clock)
    second = judge_next(database, actor, clock)
    threads = [
        threading.Thread(target=undo, args=(database, actor, clock, second)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database, "SELECT count(*) FROM judgment WHERE action = 'withdraw'") == [(1,)]
    assert rows(database, "SELECT sum(n_judgments) FROM task") == [(1,)]


def test_an_undo_goes_ten_judgments_back(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=11, probability=None)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, reveals="end")
    done = [judge_next(database, actor, clock) for _ in range(11)]
    back = [undo(database, actor, clock).task_id for _ in range(10)]
    assert back == list(reversed(done))[:10]
    with pytest.raises(Conflict):
        undo(database, actor, clock)


def test_after_the_reveal_an_undo_changes_nothing(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    for _ in range(2):
        assert undo(database, actor, clock) == Undone(task_id, was_revealed=True)
    assert rows(database, ROWS) == [(1, "judge", "no", "no")]


def test_before_the_reveal_a_mind_is_changed_by_undo_only(database, clock) -> None:
    actor = sits(database, clock)
    task_id = judge_next(database, actor, clock)
    with pytest.raises(Conflict) as refused:
        change(database, actor, task_id, clock, OTHER)
    assert refused.value.code == "not-revealed"


def test_nothing_is_revealed_of_what_was_undone(database, clock) -> None:
    actor = sits(database, clock)
    task_id = judge_next(database, actor, clock)
    undo(database, actor, clock)
    assert reviewing.reveal_page(database, actor, task_id) is None
    taking.end_sitting(database, actor, "a-campaign", now=clock())
    assert reviewing.reveal_page(database, actor, task_id) is None
    judge(database, actor, task_id, clock)
    assert rows(database, ROWS)[-1] == (3, "judge", "no", "no")
    assert reviewing.reveal_page(database, actor, task_id) is not None


def test_a_place_that_was_undone_may_be_taken_once_the_hold_lapses(database, clock) -> None:
    actor = sits(database, clock, n_edits=1, k=2)
    second, third = (factories.make_reviewer(database, clock()) for _ in range(2))
    task_id = judge_next(database, actor, clock)
    undo(database, actor, clock)
    judge_next(database, second, clock)
    assert take(database, third, clock) == []
    clock.move(minutes=21)
    assert take(database, third, clock) == [task_id]
    judge(database, third, task_id, clock)
    with pytest.raises(Conflict) as refused:
        judge(database, actor, task_id, clock)
    assert refused.value.code == "task-complete"
    assert rows(database, "SELECT n_judgments FROM task") == [(2,)]


def test_after_an_undo_and_a_lapse_the_reviewer_may_be_given_it_again(database, clock) -> None:
    actor = sits(database, clock, n_edits=1)
    task_id = judge_next(database, actor, clock)
    undo(database, actor, clock)
    clock.move(minutes=21)
    assert take(database, actor, clock) == [task_id]
    judge(database, actor, task_id, clock)
    assert counted(database) == [(3, "yes")]


def test_what_is_complete_is_revealed_and_not_undone(database, clock) -> None:
    """Its score could be read by anybody: nobody would judge it blind a second time."""
    actor = sits(database, clock, n_edits=1, k=2)
    task_id = judge_next(database, actor, clock)
    assert reviewing.reveal_page(database, actor, task_id) is None
    judge_next(database, factories.make_reviewer(database, clock()), clock)
    for _ in range(2):
        assert undo(database, actor, clock) == Undone(task_id, was_revealed=True)
    assert rows(database, "SELECT DISTINCT action FROM judgment") == [("judge",)]
    assert rows(database, "SELECT n_judgments FROM task") == [(2,)]
    assert rows(database, "SELECT count(*) FROM lease WHERE ended_at IS NULL") == [(0,)]
    assert len(reviewing.reveal_page(database, actor, task_id).others) == 1
    change(database, actor, task_id, clock, OTHER)
    assert rows(database, ROWS)[-1] == (2, "judge", "yes", "yes")
    assert counted(database) == [(1, "yes"), (1, "yes")]


def test_what_was_public_before_is_revealed_and_not_undone(database, clock) -> None:
    actor = sits(database, clock, n_edits=1)
    task_id = judge_next(database, actor, clock)
    with database.transaction() as session:
        events.append(session, "campaign.closed", subject="x", now=clock(), campaign_id=1)
    assert undo(database, actor, clock) == Undone(task_id, was_revealed=True)
    assert rows(database, "SELECT n_judgments FROM task") == [(1,)]
    assert reviewing.reveal_page(database, actor, task_id) is not None


def test_a_complete_edit_stays_public_when_somebody_undoes(database, clock) -> None:
    actor = sits(database, clock, n_edits=1, k=1)
    judge_next(database, actor, clock)
    undo(database, actor, clock)
    (edit_id,) = rows(database, "SELECT edit_id FROM task")[0]
    with database.reading() as session:
        assert not masking.is_masked(session, edit_id)


def test_undoing_a_complete_edit_after_a_withdrawal_leaves_it_complete(database, clock) -> None:
    actor = sits(database, clock, n_edits=1, k=2)
    other = factories.make_reviewer(database, clock())
    judge_next(database, actor, clock)
    task_id = judge_next(database, other, clock)
    withdraw(database, other, task_id, clock)
    undo(database, actor, clock)
    assert rows(database, "SELECT n_judgments FROM task") == [(2,)]


def test_an_open_edit_counts_what_stands_after_any_mix(database, clock) -> None:
    """So it can always get the judgments that it misses."""
    tasks = factories.make_campaign(database, clock(), n_edits=6, k=2)
    people = [factories.make_reviewer(database, clock()) for _ in range(5)]
    for number, actor in enumerate(people):
        start(database, actor, clock, reveals="end" if number % 2 else "each")
    rng = Random(20261122)
    for _ in range(150):
        actor = rng.choice(people)
        act = rng.choice(["judge", "judge", "undo", "withdraw"])
        with contextlib.suppress(Conflict, NotFound):
            if act == "judge":
                for task_id in take(database, actor, clock):
                    judge(database, actor, task_id, clock)
            elif act == "undo":
                undo(database, actor, clock)
            else:
                withdraw(database, actor, rng.choice(tasks), clock)
        clock.move(seconds=rng.choice([1, 700]))
        check_counts(database)


def check_counts(database: Database) -> None:
    """An open task counts its standing judgments; a complete one had all of them once."""
    newest = rows(
        database,
        "SELECT task_id, count(*) FROM judgment j WHERE action = 'judge' AND NOT EXISTS"
        " (SELECT 1 FROM judgment o WHERE o.task_id = j.task_id AND"
        " o.reviewer_id = j.reviewer_id AND o.revision > j.revision) GROUP BY task_id",
    )
    standing = dict(newest)
    for task_id, n, k in rows(database, "SELECT task_id, n_judgments, n_wanted FROM task"):
        n_standing = standing.get(task_id, 0)
        assert n == n_standing or (n == k and n_standing < k), (task_id, n, k, n_standing)


def test_there_is_nothing_to_undo_without_a_sitting_or_a_judgment(database, clock) -> None:
    actor = sits(database, clock)
    stranger = factories.make_reviewer(database, clock())
    for person in (actor, stranger):
        with pytest.raises(Conflict) as refused:
            undo(database, person, clock)
        assert refused.value.code == "nothing-to-undo"


def test_only_the_running_sitting_is_undone(database, clock) -> None:
    actor = sits(database, clock)
    judge_next(database, actor, clock)
    start(database, actor, clock, length=10, reveals="end")
    with pytest.raises(Conflict):
        undo(database, actor, clock)


def test_what_is_judged_after_a_withdrawal_in_another_sitting_can_be_undone(
    database, clock
) -> None:
    actor = sits(database, clock, n_edits=1)
    task_id = judge_next(database, actor, clock)
    withdraw(database, actor, task_id, clock)
    start(database, actor, clock, length=10, reveals="end")
    clock.move(seconds=1)
    assert judge_next(database, actor, clock) == task_id
    assert offered(database, actor) == task_id
    assert undo(database, actor, clock, task_id) == Undone(task_id, was_revealed=False)
    assert offered(database, actor) is None


def test_what_was_judged_last_is_undone_first(database, clock) -> None:
    """Also when it had been judged before, and was taken back."""
    actor = sits(database, clock)
    first = judge_next(database, actor, clock)
    second = judge_next(database, actor, clock)
    withdraw(database, actor, first, clock)
    while judge_next(database, actor, clock) != first:
        pass
    assert second != first == offered(database, actor)
    assert undo(database, actor, clock).task_id == first


def test_undo_is_offered_ten_judgments_back(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=11, probability=None)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, reveals="end")
    for _ in range(11):
        judge_next(database, actor, clock)
    for _ in range(10):
        assert offered(database, actor) == undo(database, actor, clock).task_id
    assert offered(database, actor) is None


def test_undo_goes_no_further_back_than_the_sitting(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    judge_next(database, actor, clock)
    start(database, actor, clock, length=10)
    second, third = (judge_next(database, actor, clock) for _ in range(2))
    assert history.undoable(database, actor, "a-campaign") == [third, second]
    assert history.one_before(database, actor, "a-campaign", third) == second
    assert history.one_before(database, actor, "a-campaign", second) is None


def offered(database: Database, actor: Actor) -> int | None:
    """The task that the page of the running sitting offers to undo."""
    with database.reading() as session:
        campaign = campaigns.by_slug(session, "a-campaign")
        running = sittings.running_in(session, campaign, actor.reviewer_id)
        return sittings.undoable(session, running.sitting)


def test_after_the_end_of_a_campaign_nothing_is_undone(database, clock) -> None:
    actor = sits(database, clock)
    judge_next(database, actor, clock)
    end = clock() - timedelta(seconds=1)
    update(database, f"UPDATE campaign SET closes_at = '{end:%Y-%m-%d %H:%M:%S.%f}'")
    with pytest.raises(Conflict) as refused:
        undo(database, actor, clock)
    assert refused.value.code == "campaign-closed"


# Taking back for good


def test_a_withdrawal_after_the_reveal_says_so_and_frees_the_place(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    assert withdraw(database, actor, task_id, clock).outcome == "withdrawn"
    assert rows(database, ROWS)[1:] == [(2, "withdraw", "yes", "yes")]
    assert rows(database, f"SELECT n_judgments FROM task WHERE task_id = {task_id}") == [(0,)]
    assert counted(database) == []


def test_a_closed_campaign_gives_no_judgment_back(database, clock) -> None:
    """Its figures stand; who knows the scores can't move them."""
    actor = sits(database, clock, reveals="each")
    task_id, other = judge_next(database, actor, clock), judge_next(database, actor, clock)
    withdraw(database, actor, other, clock)
    factories.set_state(database, "a-campaign", "closed", now=clock())
    with pytest.raises(Conflict) as refused:
        withdraw(database, actor, task_id, clock)
    assert refused.value.code == "campaign-closed"
    assert withdraw(database, actor, other, clock).outcome == "known"
    assert len(rows(database, ROWS)) == 3


def test_withdrawing_twice_is_withdrawing_once(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    first = withdraw(database, actor, task_id, clock)
    again = withdraw(database, actor, task_id, clock)
    assert (again.outcome, again.judgment_id) == ("known", first.judgment_id)
    assert rows(database, "SELECT sum(n_judgments) FROM task") == [(0,)]


def test_who_withdrew_after_the_reveal_is_not_asked_again(database, clock) -> None:
    actor = sits(database, clock, n_edits=1, reveals="each")
    task_id = judge_next(database, actor, clock)
    withdraw(database, actor, task_id, clock)
    assert take(database, actor, clock) == []
    with pytest.raises(NotFound):
        judge(database, actor, task_id, clock)


def test_a_changed_mind_is_withdrawn_with_its_first_answer(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    change(database, actor, task_id, clock, OTHER)
    withdraw(database, actor, task_id, clock)
    assert counted(database) == []
    assert rows(database, "SELECT sum(n_judgments) FROM task") == [(0,)]


def test_a_complete_edit_stays_complete_when_a_judgment_is_withdrawn(database, clock) -> None:
    """Nobody could be blind any more: its score could be read by anybody."""
    actor = sits(database, clock, n_edits=1, k=1, reveals="each")
    task_id = judge_next(database, actor, clock)
    withdraw(database, actor, task_id, clock)
    assert rows(database, "SELECT n_judgments FROM task") == [(1,)]
    assert take(database, factories.make_reviewer(database, clock()), clock) == []


def test_the_reveal_stays_for_who_withdrew_after_it(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    task_id = judge_next(database, actor, clock)
    withdraw(database, actor, task_id, clock)
    page = reviewing.reveal_page(database, actor, task_id)
    assert page.is_withdrawn
    assert page.own.answers == ANSWERS


def test_what_nobody_judged_can_not_be_withdrawn(database, clock) -> None:
    actor = sits(database, clock)
    (task_id,) = take(database, actor, clock)
    with pytest.raises(NotFound) as refused:
        withdraw(database, actor, task_id, clock)
    assert refused.value.code == "no-judgment"


def test_a_report_counts_what_stands_and_no_withdrawal(database, clock) -> None:
    actor = sits(database, clock, reveals="each")
    done = [judge_next(database, actor, clock) for _ in range(3)]
    for label in ("yes", "no"):
        other = factories.make_reviewer(database, clock())
        while held := take(database, other, clock):
            judge(database, other, held[0], clock, {"damaging": label, "goodfaith": "no"})
    withdraw(database, actor, done[0], clock)
    update(database, "UPDATE campaign SET state = 'closed'")
    report = reporting.compute(database, "a-campaign", now=clock())
    n_others = rows(
        database, f"SELECT count(*) FROM judgment WHERE reviewer_id <> {actor.reviewer_id}"
    )
    assert report.n_judgments == 3 + n_others[0][0]
    assert report.n_judgments_used == 2 + n_others[0][0]

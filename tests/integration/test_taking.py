"""Taking tasks on both databases: who may get what, how many hold it, what it costs."""

import contextlib
import threading
from collections import Counter
from functools import partial
from random import Random

import factories
import pytest
from reviewers import change, judge, rows, start, take, update
from sqlalchemy import event, text

from jadelite.audit import assigning as taking
from jadelite.audit import reviewing
from jadelite.db import assigning, campaigns, leases, masking, sittings, snapshots
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, Invalid, NotFound, Unavailable
from jadelite.domain.people import Actor


class AlwaysRepeats(Random):
    """Draws as if the small chance of a silent repeat always came."""

    def random(self) -> float:
        return 0.0


def near(database: Database, actor: Actor, clock, point: int = 0, stream="probability"):
    with database.reading() as session:
        campaign = campaigns.by_slug(session, "a-campaign")
        return assigning.near(
            session, campaign.campaign_id, actor.reviewer_id, stream, point, now=clock()
        )


def add_stream(database: Database, clock, stream: str, rev_ids: list[int]) -> None:
    """Give the campaign tasks of another stream, over edits that are not in it yet."""
    factories.import_rows(
        database, "edits", [factories.edit_line(rev_id) for rev_id in rev_ids], clock()
    )
    with database.transaction() as session:
        campaign = campaigns.by_slug(session, "a-campaign")
        numbers = session.execute(
            text("SELECT edit_id FROM edit WHERE rev_id >= :first"), {"first": min(rev_ids)}
        )
        campaigns.add_census(
            session,
            campaign.campaign_id,
            [number for (number,) in numbers],
            stream=stream,
            seed=1,
            now=clock(),
        )


# Which one


def test_every_open_edit_is_near_from_any_point_while_few_are_open(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=5)
    actor = factories.make_reviewer(database, clock())
    for point in (0, 2**61, 2**62 - 1):
        assert sorted(near(database, actor, clock, point)) == sorted(tasks)


def test_edits_are_walked_by_place_from_the_point_on_and_round(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=4)
    for place, task_id in enumerate(tasks):
        update(database, f"UPDATE task SET place = {place * 10} WHERE task_id = {task_id}")
    actor = factories.make_reviewer(database, clock())
    assert near(database, actor, clock, point=15) == [*tasks[2:], *tasks[:2]]


def test_of_many_open_edits_those_next_to_the_point_are_looked_at(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=100, probability=None)
    for place, task_id in enumerate(tasks):
        update(database, f"UPDATE task SET place = {place} WHERE task_id = {task_id}")
    actor = factories.make_reviewer(database, clock())
    assert near(database, actor, clock, point=90) == [*tasks[90:], *tasks[:54]]


def test_the_last_edit_is_found_among_many_that_are_judged(database, clock) -> None:
    """The walk goes on where the first open ones may not be given."""
    tasks = factories.make_campaign(database, clock(), n_edits=80, k=2, probability=None)
    for place, task_id in enumerate(tasks):
        update(database, f"UPDATE task SET place = {place} WHERE task_id = {task_id}")
    actor = factories.make_reviewer(database, clock())
    update(
        database,
        "INSERT INTO skip (task_id, reviewer_id, reason, skipped_at)"
        f" SELECT task_id, {actor.reviewer_id}, 'other', '2026-11-22' FROM task WHERE place < 79",
    )
    assert near(database, actor, clock, point=0) == [tasks[79]]
    assert take(database, actor, clock) == [tasks[79]]


def test_open_tasks_are_found_by_their_index(database, clock) -> None:
    """Each task looked at is found by place in the index of open ones, whatever else is there."""
    factories.make_campaign(database, clock(), n_edits=40, k=1, probability=None)
    actor = factories.make_reviewer(database, clock())
    statement = (
        "SELECT task_id FROM task WHERE campaign_id = 1 AND stream = 'probability'"
        " AND n_judgments < n_wanted AND place >= 5 ORDER BY place LIMIT 64"
    )
    with database.transaction() as session:
        if database.is_sqlite:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.execute(text(f"EXPLAIN {statement}")).all()
    assert "ix_task_open" in str(plan)
    sent = statement_of_a_walk(database, actor, clock)
    assert "task.n_judgments < task.n_wanted" in sent
    assert "NOT IN" not in sent  # lists that grow with what a reviewer did


def statement_of_a_walk(database: Database, actor: Actor, clock) -> str:
    sent: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        near(database, actor, clock)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return " ".join(next(s for s in sent if "place" in s).split())


def test_the_help_queue_is_served_by_rank_and_after_the_sample(database, clock) -> None:
    (drawn,) = factories.make_campaign(database, clock(), n_edits=1)
    add_stream(database, clock, "help", [2001, 2002, 2003])
    ranked = [row[0] for row in rows(database, "SELECT task_id FROM task WHERE stream = 'help'")]
    for rank, task_id in enumerate(reversed(ranked)):
        update(database, f"UPDATE task SET place = {rank} WHERE task_id = {task_id}")
    actor = factories.make_reviewer(database, clock())
    given = []
    while found := take(database, actor, clock):
        judge(database, actor, found[0], clock)
        given += found
    assert given == [drawn, *reversed(ranked)]


def test_a_sitting_of_one_stream_gets_nothing_else(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2)
    add_stream(database, clock, "link30", [2001])
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=30, stream="link30")
    (task_id,) = take(database, actor, clock)
    judge(database, actor, task_id, clock)
    assert rows(database, f"SELECT stream FROM task WHERE task_id = {task_id}") == [("link30",)]
    assert take(database, actor, clock) == []


def test_practice_is_never_given_out(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, stream="practice")
    assert take(database, factories.make_reviewer(database, clock()), clock) == []


def test_one_edit_in_two_streams_is_not_held_twice(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    update(
        database,
        "INSERT INTO task (campaign_id, edit_id, stream, repeat_no, n_judgments, n_wanted, place,"
        " drawn_at) SELECT campaign_id, edit_id, 'help', 0, 0, 2, 1, drawn_at FROM task",
    )
    actor = factories.make_reviewer(database, clock())
    held = take(database, actor, clock, n=4)
    assert len(held) == 1
    assert near(database, actor, clock, stream="help") == []


# Ahead


def test_the_next_three_are_held_ahead_while_there_are_plenty(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=40, k=1, probability=None)
    actor = factories.make_reviewer(database, clock())
    held = take(database, actor, clock, n=4)
    assert len(set(held)) == 4
    assert take(database, actor, clock, n=4) == held
    judge(database, actor, held[0], clock)
    after = take(database, actor, clock, n=4)
    assert after[:3] == held[1:]
    assert len(after) == 4


def test_the_last_edits_are_not_held_ahead(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=32, k=1, probability=None)
    actor = factories.make_reviewer(database, clock())
    assert len(take(database, actor, clock, n=4)) == 1


def test_no_more_is_held_than_the_sitting_asks_for(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=60, probability=None)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, length=10)
    for n_left in range(10, 0, -1):
        held = take(database, actor, clock, n=4)
        assert len(held) == min(4, n_left)
        judge(database, actor, held[0], clock)
    assert take(database, actor, clock, n=4) == []


def test_no_more_is_held_than_the_day_allows(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=60, probability=None)
    actor = factories.make_reviewer(database, clock())
    assert len(take(database, actor, clock, n=4, cap=2)) == 2


def test_the_smallest_of_the_daily_caps_holds(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=60, probability=None)
    actor = factories.make_reviewer(database, clock())
    update(database, "UPDATE campaign SET daily_cap = 2")
    update(database, "UPDATE reviewer SET daily_cap = 1")
    judge(database, actor, take(database, actor, clock)[0], clock)
    with pytest.raises(Conflict) as refused:
        take(database, actor, clock)
    assert (refused.value.code, refused.value.values) == ("daily-cap", {"n": 1})
    update(database, "UPDATE reviewer SET daily_cap = 30")
    judge(database, actor, take(database, actor, clock)[0], clock)
    with pytest.raises(Conflict) as refused:
        take(database, actor, clock)
    assert refused.value.values == {"n": 2}


def test_the_day_is_one_over_all_campaigns(database, clock) -> None:
    for number in (1, 2):
        factories.make_campaign(
            database,
            clock(),
            n_edits=60,
            probability=None,
            slug=f"campaign-{number}",
            first_rev_id=1000 * number + 1,
        )
    actor = factories.make_reviewer(database, clock())
    held = take(database, actor, clock, n=4, cap=5, slug="campaign-1")
    more = take(database, actor, clock, n=4, cap=5, slug="campaign-2")
    assert (len(held), len(more)) == (4, 1)
    assert take(database, actor, clock, n=4, cap=5, slug="campaign-1") == held
    for task_id in more:
        judge(database, actor, task_id, clock)
    with pytest.raises(Conflict) as refused:  # not "none left", which would end the sitting
        take(database, actor, clock, n=4, cap=5, slug="campaign-2")
    assert refused.value.code == "daily-cap"


# Holds


def test_touching_holds_everything_longer_and_says_when_it_was_shown(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=40, k=1, probability=None)
    actor = factories.make_reviewer(database, clock())
    held = take(database, actor, clock, n=4)
    clock.move(minutes=19)
    taking.touch(database, actor, held[0], now=clock(), lease_seconds=1200)
    clock.move(minutes=19)
    assert take(database, actor, clock, n=4) == held
    with database.reading() as session:
        found = [leases.lease_of(session, task_id, actor.reviewer_id) for task_id in held]
    assert [lease.shown_at is not None for lease in found] == [True, False, False, False]


def test_what_was_shown_first_stays_so(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    (task_id,) = take(database, actor, clock)
    first = clock()
    for _ in range(2):
        taking.touch(database, actor, task_id, now=clock(), lease_seconds=1200)
        clock.move(seconds=30)
    recorded = judge(database, actor, task_id, clock)
    with database.reading() as session:
        stored = rows(database, "SELECT judgment_id FROM judgment")
        lease = leases.lease_of(session, task_id, actor.reviewer_id)
    assert stored == [(recorded.judgment_id,)]
    assert lease.shown_at == first


def test_a_hold_frees_itself(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    first, second = (factories.make_reviewer(database, clock()) for _ in range(2))
    (task_id,) = take(database, first, clock)
    clock.move(minutes=21)
    assert take(database, second, clock) == [task_id]
    assert take(database, first, clock) == []


def test_a_hold_that_lapsed_comes_back_only_where_there_is_room(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    first, second = (factories.make_reviewer(database, clock()) for _ in range(2))
    (task_id,) = take(database, first, clock)
    clock.move(minutes=21)
    taking.touch(database, first, task_id, now=clock(), lease_seconds=1200)
    assert take(database, second, clock) == []
    clock.move(minutes=21)
    assert take(database, second, clock) == [task_id]
    with pytest.raises(NotFound):
        taking.touch(database, first, task_id, now=clock(), lease_seconds=1200)
    with pytest.raises(NotFound):
        taking.open_context(database, first, task_id, "editor", now=clock())
    assert judge(database, second, task_id, clock).outcome == "recorded"
    with pytest.raises(Conflict):
        judge(database, first, task_id, clock)


def test_of_two_lapsed_holds_one_comes_back(database, clock) -> None:
    """Both touch in the same moment, again and again."""
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    actors = [factories.make_reviewer(database, clock()) for _ in range(2)]
    for actor in actors:
        (task_id,) = take(database, actor, clock)
        clock.move(minutes=21)
    for _ in range(5):
        ready = threading.Barrier(2)

        def touch(actor: Actor, ready: threading.Barrier = ready) -> None:
            ready.wait()
            with contextlib.suppress(NotFound):
                taking.touch(database, actor, task_id, now=clock(), lease_seconds=1200)

        threads = [threading.Thread(target=touch, args=(actor,)) for actor in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.reading() as session:
            found = [leases.lease_of(session, task_id, actor.reviewer_id) for actor in actors]
        assert sum(lease.expires_at > clock() for lease in found) == 1
        clock.move(minutes=21)


def test_a_task_that_is_not_held_can_not_be_touched_opened_or_skipped(database, clock) -> None:
    (task_id,) = factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    for attempt in (
        lambda: taking.touch(database, actor, task_id, now=clock(), lease_seconds=60),
        lambda: taking.open_context(database, actor, task_id, "editor", now=clock()),
        lambda: taking.skip(database, actor, task_id, "other", now=clock()),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_skipping_twice_is_skipping_once(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    (task_id,) = take(database, actor, clock)
    for _ in range(2):
        assert taking.skip(database, actor, task_id, "other", now=clock()) == "a-campaign"
    assert rows(database, "SELECT count(*) FROM skip") == [(1,)]
    assert rows(database, "SELECT count(*) FROM event WHERE kind = 'task.skipped'") == [(1,)]


def test_opening_the_context_is_recorded_with_the_judgment(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    (task_id,) = take(database, actor, clock)
    assert reviewing.review_page(database, actor, task_id).context is None
    context = taking.open_context(database, actor, task_id, "editor", now=clock())
    taking.open_context(database, actor, task_id, "editor", now=clock())
    assert (context.editor_kind, context.editor_name) == ("registered", None)
    assert reviewing.review_page(database, actor, task_id).context == context
    judge(database, actor, task_id, clock)
    found = rows(database, "SELECT context_opened FROM judgment")
    assert found in ([('["editor"]',)], [(["editor"],)])


def test_what_can_not_be_opened_is_refused(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    (task_id,) = take(database, actor, clock)
    with pytest.raises(Invalid, match="expected editor, combined, page"):
        taking.open_context(database, actor, task_id, "score", now=clock())


# k


def patient(act):
    """Try again when the embedded database was busy too long, as a page says to do."""
    for _ in range(20):
        with contextlib.suppress(Unavailable):
            return act()
    return act()


@pytest.mark.parametrize(("n_edits", "k"), [(7, 2), (36, 2)])
def test_fifty_at_once_never_pass_k(database, clock, n_edits: int, k: int) -> None:
    """Everybody takes ahead and judges until nothing is left; every edit got exactly k."""
    tasks = factories.make_campaign(database, clock(), n_edits=n_edits, k=k, probability=None)
    actors = [factories.make_reviewer(database, clock()) for _ in range(50)]
    failures: list[Exception] = []
    ready = threading.Barrier(len(actors))

    def judge_all(actor: Actor) -> None:
        try:
            ready.wait()
            while held := patient(partial(take, database, actor, clock, n=4)):
                patient(partial(judge, database, actor, held[0], clock))
        except Exception as error:  # noqa: BLE001  # carried to the main thread below
            failures.append(error)

    threads = [threading.Thread(target=judge_all, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    held_by = rows(database, "SELECT task_id, count(*) FROM lease GROUP BY task_id")
    assert max(n for _, n in held_by) <= k
    found = dict(rows(database, "SELECT task_id, count(*) FROM judgment GROUP BY task_id"))
    assert found == dict.fromkeys(tasks, k)
    assert rows(database, "SELECT DISTINCT n_judgments FROM task") == [(k,)]


def test_the_first_edit_is_any_edit_as_often(sqlite_database, clock) -> None:
    tasks = factories.make_campaign(sqlite_database, clock(), n_edits=4, k=400)
    rng = Random(20261122)
    actor = factories.make_reviewer(sqlite_database, clock())
    given = Counter(
        rng.choice(near(sqlite_database, actor, clock, rng.getrandbits(62))) for _ in range(400)
    )
    assert set(given) == set(tasks)
    assert 60 <= min(given.values()) <= max(given.values()) <= 140  # 100 each, five sigma


# Silent repeats


def judged_twelve(database: Database, clock, monkeypatch: pytest.MonkeyPatch, **options) -> Actor:
    """A reviewer who judged twelve of fourteen edits, a minute apart."""
    factories.make_campaign(database, clock(), n_edits=14, k=3)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock, **options)
    for _ in range(12):
        judge(database, actor, take(database, actor, clock)[0], clock)
        clock.move(minutes=1)
    monkeypatch.setattr(taking, "REPEAT_CHANCE", 0.03)
    return actor


def test_now_and_then_an_edit_comes_again(database, clock, monkeypatch) -> None:
    actor = judged_twelve(database, clock, monkeypatch)
    before = rows(database, "SELECT edit_id FROM judgment JOIN task USING (task_id)")
    oldest = {
        row[0]
        for row in rows(
            database,
            "SELECT edit_id FROM judgment JOIN task USING (task_id) ORDER BY judgment_id LIMIT 2",
        )
    }
    (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
    (found,) = rows(
        database,
        "SELECT edit_id, stream, repeat_no, n_wanted, stratum_id, inclusion_probability"
        f" FROM task WHERE task_id = {task_id}",
    )
    assert found[0] in oldest
    assert found[1:] == ("probability", 1, 0, None, None)
    assert len(before) == 12
    page = reviewing.review_page(database, actor, task_id)
    assert "repeat" not in repr(page)


def test_a_repeat_is_in_no_figure(database, clock, monkeypatch) -> None:
    actor = judged_twelve(database, clock, monkeypatch)
    (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
    judge(database, actor, task_id, clock, {"damaging": "no", "goodfaith": "yes"})
    found = rows(database, f"SELECT score_seen, peers_seen FROM judgment WHERE task_id = {task_id}")
    assert found == [("yes", "yes")]
    assert rows(database, f"SELECT n_judgments FROM task WHERE task_id = {task_id}") == [(0,)]
    with database.reading() as session:
        snapshot = snapshots.load(session, campaigns.by_id(session, 1))
    assert len(snapshot.judgments.edit) + snapshot.facts.n_judgments_waiting == 12


def test_a_repeat_shows_the_reveal_and_what_was_said_first(database, clock, monkeypatch) -> None:
    actor = judged_twelve(database, clock, monkeypatch)
    (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
    judge(database, actor, task_id, clock, {"damaging": "no", "goodfaith": "yes"})
    page = reviewing.reveal_page(database, actor, task_id)
    assert page.own.answers["damaging"] == "no"
    assert page.earlier.answers["damaging"] == "yes"
    assert page.others == ()


def test_each_edit_is_repeated_once_at_most(database, clock, monkeypatch) -> None:
    actor = judged_twelve(database, clock, monkeypatch)
    again = []
    for _ in range(5):
        held = take(database, actor, clock, rng=AlwaysRepeats(1))
        again += [
            edit_id
            for edit_id, repeat_no in rows(
                database, f"SELECT edit_id, repeat_no FROM task WHERE task_id = {held[0]}"
            )
            if repeat_no
        ]
        judge(database, actor, held[0], clock)
        clock.move(minutes=1)
        if not near(database, actor, clock):
            break
    assert len(again) == len(set(again)) >= 2


def test_the_last_ten_are_not_repeated(database, clock, monkeypatch) -> None:
    factories.make_campaign(database, clock(), n_edits=12, k=3)
    actor = factories.make_reviewer(database, clock())
    monkeypatch.setattr(taking, "REPEAT_CHANCE", 0.03)
    for n in range(11):
        (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
        assert rows(database, f"SELECT repeat_no FROM task WHERE task_id = {task_id}") == [(0,)], n
        judge(database, actor, task_id, clock)
        clock.move(minutes=1)
    (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
    assert rows(database, f"SELECT repeat_no FROM task WHERE task_id = {task_id}") == [(1,)]


def test_a_repeat_does_not_hide_the_edit_from_anybody(database, clock, monkeypatch) -> None:
    """It asks nobody for a blind judgment, so a complete edit stays as public as it was."""
    actor = judged_twelve(database, clock, monkeypatch)
    update(database, "UPDATE task SET n_wanted = 1, n_judgments = 1 WHERE n_judgments = 1")
    (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
    (edit_id,) = rows(database, f"SELECT edit_id FROM task WHERE task_id = {task_id}")[0]
    with database.reading() as session:
        assert not masking.is_masked(session, edit_id)


def test_self_consistency_counts_the_first_answers_of_both_times(
    database, clock, monkeypatch
) -> None:
    actor = judged_twelve(database, clock, monkeypatch)
    for label in ("yes", "no"):
        (task_id,) = take(database, actor, clock, rng=AlwaysRepeats(1))
        judge(database, actor, task_id, clock, {"damaging": label, "goodfaith": "no"})
        change(database, actor, task_id, clock, {"damaging": "unsure", "goodfaith": "no"})
        clock.move(minutes=1)
    with database.reading() as session:
        found = sittings.self_consistency(session, 1, actor.reviewer_id, "damaging")
    assert found == (1, 2)

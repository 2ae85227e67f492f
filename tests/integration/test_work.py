"""The queue on both databases: asked once, run once, and never lost when a worker dies."""

import threading
from datetime import timedelta

import factories
import pytest
from sqlalchemy import text

from jadelite import worker
from jadelite.audit import fetch_plans, queue, reports, schedule
from jadelite.audit.outside import Outside
from jadelite.audit.queue import Bench
from jadelite.db import work
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.people import OPERATOR


def ask(database, now, key: str = "k", kind: str = "compute-report", delay: int = 0) -> None:
    with database.transaction() as session:
        due_at = now + timedelta(seconds=delay)
        work.ask(session, kind, key, {"campaign": "a-campaign"}, due_at=due_at, now=now)


def bench_for(services) -> Bench:
    return Bench(
        services.database, Outside(services.settings, clock=services.clock), services.clock
    )


def states(database) -> list[tuple]:
    with database.reading() as session:
        found = session.execute(text("SELECT key, state, n_attempts FROM work ORDER BY key"))
        return [tuple(row) for row in found]


def claim(database, now):
    with database.transaction() as session:
        return work.claim(session, now=now, lease_seconds=60)


def test_the_same_work_asked_for_twice_is_one_row(database, now) -> None:
    ask(database, now)
    ask(database, now)
    assert states(database) == [("k", "waiting", 0)]


def test_work_that_is_not_due_waits(database, now) -> None:
    ask(database, now, delay=60)
    assert claim(database, now) is None
    assert claim(database, now + timedelta(seconds=61)) is not None


def test_work_is_claimed_by_one_worker_only(database, now) -> None:
    ask(database, now)
    assert claim(database, now) is not None
    assert claim(database, now) is None


def test_work_of_a_dead_worker_is_taken_again(database, now) -> None:
    ask(database, now)
    claim(database, now)
    again = claim(database, now + timedelta(seconds=61))
    assert again is not None
    assert again.n_attempts == 2


def test_work_asked_for_while_it_runs_is_run_once_more(database, now) -> None:
    ask(database, now)
    running = claim(database, now)
    assert running is not None
    ask(database, now)
    with database.transaction() as session:
        work.finish(session, running.work_id, now)
    assert states(database) == [("k", "waiting", 0)]


def test_failed_work_is_tried_again_later_and_kept_at_last(services, clock) -> None:
    database, bench = services.database, bench_for(services)
    ask(database, clock())  # there is no campaign of that name
    for _ in range(work.MAX_ATTEMPTS):
        assert queue.run_next(bench)
        assert not queue.run_next(bench)
        clock.move(hours=2)
    assert states(database) == [("k", "failed", work.MAX_ATTEMPTS)]
    with database.reading() as session:
        assert "no campaign" in str(session.scalar(text("SELECT failure FROM work")))


def test_failed_work_can_be_asked_for_anew(services, clock) -> None:
    database, bench = services.database, bench_for(services)
    ask(database, clock())
    for _ in range(work.MAX_ATTEMPTS):
        queue.run_next(bench)
        clock.move(hours=2)
    factories.make_campaign(database, clock())
    ask(database, clock())
    assert queue.run_next(bench)
    assert "k" not in [key for key, _, _ in states(database)]


def test_a_report_is_followed_by_the_help_queue(services, clock) -> None:
    database, bench = services.database, bench_for(services)
    factories.make_campaign(database, clock())
    ask(database, clock())
    assert queue.run_next(bench)
    assert [key for key, _, _ in states(database)] == ["fill-help:a-campaign"]
    assert queue.run_next(bench)
    assert states(database) == []


def test_the_worker_computes_the_report_that_was_asked_for(services) -> None:
    factories.make_campaign(services.database, services.clock())
    reports.ask_for_report(services.database, OPERATOR, "a-campaign", now=services.clock())
    worker.run(services, is_once=True)
    page = reports.campaign_page(services.database, OPERATOR, "a-campaign", now=services.clock())
    assert page.report is not None
    assert not page.is_report_due


def test_recurring_work_comes_back_after_its_interval(services, clock) -> None:
    schedule.ask_standing(services.database, now=clock())
    assert {key for key, _, _ in states(services.database)} == {
        schedule.CHECK_HIDDEN,
        schedule.PREPARE,
        schedule.CLOSE_CAMPAIGNS,
    }
    bench = bench_for(services)
    for _ in range(3):
        assert queue.run_next(bench)
    assert not queue.run_next(bench)
    clock.move(seconds=schedule.CHECK_HIDDEN_SECONDS)
    for _ in range(2):  # what is hidden and what ended; edits to prepare are looked for less often
        assert queue.run_next(bench)
    assert not queue.run_next(bench)


def test_a_planned_fetch_begins_where_the_last_round_began(services, clock) -> None:
    database = services.database
    plan = {"wiki": "fawiki", "model": "local-damaging", "every_seconds": 3600}
    with database.transaction() as session:
        work.ask(session, "fetch-scores", "k", plan, due_at=clock(), now=clock())
    running = claim(database, clock())
    began_at = clock()
    clock.move(minutes=5)
    with database.transaction() as session:
        work.finish(session, running.work_id, clock())
        schedule.ask_next(session, running, clock(), began_at=began_at)
    clock.move(hours=1)
    again = claim(database, clock())
    assert again is not None
    assert again.payload == {**plan, "began_at": began_at.isoformat()}


def test_two_requests_in_the_same_moment_are_one_row(database, now) -> None:
    gate = threading.Barrier(6)
    failures: list[Exception] = []

    def ask_at_once() -> None:
        try:
            gate.wait()
            ask(database, now)
        except Exception as error:  # noqa: BLE001  # carried to the main thread below
            failures.append(error)

    threads = [threading.Thread(target=ask_at_once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert states(database) == [("k", "waiting", 0)]


def test_a_unique_clash_is_a_conflict_to_try_again(database, now) -> None:
    with pytest.raises(Conflict, match="same moment"), database.transaction() as session:
        for _ in range(2):
            session.execute(text("INSERT INTO facet (name, is_builtin) VALUES ('x', true)"))


def test_a_plan_that_was_ended_while_it_ran_does_not_come_back(database, now) -> None:
    plan = {"wiki": "fawiki", "model": "local-damaging", "every_seconds": 3600}
    with database.transaction() as session:
        work.ask(session, "fetch-scores", "k", plan, due_at=now, now=now)
    running = claim(database, now)
    with database.transaction() as session:
        work.drop(session, "k")
    with database.transaction() as session:
        assert not work.finish(session, running.work_id, now)
    assert states(database) == []


def test_a_round_that_left_edits_out_is_begun_again_where_it_began(services, clock) -> None:
    """Its service is down: the edits of the outage must not be passed over."""
    plan = {"wiki": "fawiki", "model": "local-damaging", "every_seconds": 3600}
    with services.database.transaction() as session:
        work.ask(session, "fetch-scores", "k", plan, due_at=clock(), now=clock())
    running = claim(services.database, clock())
    with services.database.transaction() as session:
        assert work.finish(session, running.work_id, clock())
        schedule.ask_next(session, running, clock(), began_at=None)
    clock.move(hours=1)
    again = claim(services.database, clock())
    assert again is not None
    assert "began_at" not in again.payload


def test_a_bad_plan_is_refused_when_it_is_made(database, now) -> None:
    for recent in (0, 99_999_999):
        with pytest.raises(Invalid, match="expected 1 to"):
            fetch_plans.plan_fetch(
                database, "fawiki", "damaging", every=timedelta(hours=1), recent=recent, now=now
            )

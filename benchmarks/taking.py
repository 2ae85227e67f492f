"""What it costs to give a reviewer the next edit, with 10,000 and with 1,000,000 open tasks.

    python benchmarks/taking.py [--database URL] [--n-tasks N] [--seconds S]

Without an address on SQLite, in a folder of its own; an address must be of an empty database.
Printed: the cost of taking at both sizes, with 90,000 judgments of the reviewer against none, and
what 100 reviewers with 5 s of thinking wait for their next edit. Four threads of one process serve
them through the use cases, as those of one server process do; each visit also reads a row by its
primary key, which is the yardstick. At the end: that no edit was given too often.
"""

import argparse
import queue
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, text

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # factories is a module of the tests

import factories

from jadelite.audit import assigning, judging
from jadelite.db import schema, tasks
from jadelite.db.session import Database
from jadelite.domain.judgments import Draft
from jadelite.domain.people import Actor

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)
SMALL, LARGE = "small", "large"
N_SMALL = 10_000
N_PAST = 90_000
K = 3
ROUNDS = 300
N_REVIEWERS = 100
N_THREADS = 4
THINKING_SECONDS = 5.0
ANSWERS = {"damaging": "no", "goodfaith": "yes"}

Timer = Callable[[], float]
Visit = tuple[float, int, Actor, list[int]]


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="address of an empty database")
    parser.add_argument("--n-tasks", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long 100 reviewers work")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.database or f"sqlite:///{folder}/taking.sqlite3")
        schema.upgrade(database)
        started = time.perf_counter()
        old, fresh = fill(database, options.n_tasks)
        print(
            f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}: {N_SMALL:,} and"
            f" {options.n_tasks:,} open tasks, {N_PAST:,} judgments of one reviewer, built in"
            f" {time.perf_counter() - started:.0f} s"
        )
        compare(database, old, fresh)
        many(database, options.seconds)
        check(database)
        database.close()


def fill(database: Database, n_tasks: int) -> tuple[Actor, Actor]:
    """Two open campaigns; a reviewer with 90,000 judgments in the large one, and one without."""
    for number, slug in enumerate((SMALL, LARGE)):
        factories.make_campaign(
            database, NOW, slug=slug, n_edits=1, k=K, first_rev_id=10**8 + number, probability=None
        )
    old, fresh = (factories.make_reviewer(database, NOW) for _ in range(2))
    with database.connection(is_writing=True) as connection:
        for slug, first, n in ((SMALL, 1, N_SMALL), (LARGE, 10**7, n_tasks)):
            add_tasks(connection, slug, first, n, is_sqlite=database.is_sqlite)
        add_past(connection, old)
        if not database.is_sqlite:
            connection.execute(text("ANALYZE"))  # as the server does by itself, a minute later
    return old, fresh


def add_tasks(connection: Connection, slug: str, first: int, n: int, *, is_sqlite: bool) -> None:
    """Edits with revisions from `first` on, and an open task of each."""
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :n)"
        if is_sqlite
        else "WITH n(i) AS (SELECT * FROM generate_series(0, :n - 1))"
    )
    place = (
        "abs(random() % 4611686018427387904)" if is_sqlite else "(random() * 4611686018427387903)"
    )
    false = "0" if is_sqlite else "false"
    values = {"n": n, "first": first, "slug": slug, "now": LONG_AGO, "k": K}
    if is_sqlite:
        values["now"] = LONG_AGO.strftime("%Y-%m-%d %H:%M:%S.%f")
    insert = "INSERT INTO edit (wiki_id, rev_id, editor_kind, is_text_hidden, is_editor_hidden,"
    chosen = f"SELECT 1, :first + i, 'registered', {false}, {false}, {false}, :now FROM n"
    head = f"{insert} is_comment_hidden, added_at) "
    connection.execute(
        text(f"{numbers} {head}{chosen}" if not is_sqlite else f"{head}{numbers} {chosen}"),
        {key: values[key] for key in ("n", "first", "now")},
    )
    connection.execute(
        text(
            "INSERT INTO task (campaign_id, edit_id, stream, repeat_no, n_judgments, n_wanted,"
            f" place, drawn_at) SELECT campaign_id, edit_id, 'probability', 0, 0, :k, {place}, :now"
            " FROM edit, campaign WHERE slug = :slug AND rev_id >= :first AND rev_id < :first + :n"
        ),
        values,
    )


def add_past(connection: Connection, old: Actor) -> None:
    """Judgments of long ago, on tasks of the large campaign, spread over all places."""
    values = {"n": N_PAST, "who": old.reviewer_id, "slug": LARGE, "then": LONG_AGO}
    if connection.dialect.name == "sqlite":
        values["then"] = LONG_AGO.strftime("%Y-%m-%d %H:%M:%S.%f")
    chosen = (
        "SELECT task_id FROM task WHERE campaign_id ="
        " (SELECT campaign_id FROM campaign WHERE slug = :slug) ORDER BY place % 1009, task_id"
        " LIMIT :n"
    )
    connection.execute(
        text(
            "INSERT INTO judgment (task_id, reviewer_id, revision, action, score_seen, peers_seen,"
            " answered_at, stored_at, client_key, origin) SELECT task_id, :who, 1, 'judge', 'no',"
            f" 'no', :then, :then, 'past:' || task_id, 'web' FROM ({chosen}) AS chosen"
        ),
        values,
    )
    connection.execute(
        text(
            "INSERT INTO answer (judgment_id, question_id, value) SELECT judgment_id, question_id,"
            " 'no' FROM judgment, question WHERE reviewer_id = :who AND name = 'damaging'"
        ),
        {"who": old.reviewer_id},
    )
    connection.execute(
        text(
            "UPDATE task SET n_judgments = 1 WHERE task_id IN"
            " (SELECT task_id FROM judgment WHERE reviewer_id = :who)"
        ),
        {"who": old.reviewer_id},
    )


def compare(database: Database, old: Actor, fresh: Actor) -> None:
    """Take an edit and let it go, in turn at both sizes and with both pasts."""
    cases = {
        f"{N_SMALL:,} tasks": (fresh, SMALL),
        "all tasks": (fresh, LARGE),
        "all tasks, long past": (old, LARGE),
    }
    took: dict[str, list[float]] = {name: [] for name in cases}
    for round_no in range(ROUNDS):
        now = NOW + timedelta(hours=2 * round_no)  # the hold before has lapsed
        for name, (actor, slug) in cases.items():
            started = time.perf_counter()
            found = take(database, actor, slug, now, n=1)
            took[name].append(time.perf_counter() - started)
            if len(found) != 1:
                raise SystemExit(f"{name}: {found}, expected one task")
    middle = {name: statistics.median(values) * 1000 for name, values in took.items()}
    for name, value in middle.items():
        print(f"  take, {name:<22}{value:>8.1f} ms (median of {ROUNDS})")
    first, second, third = middle.values()
    print(f"  all tasks to {N_SMALL:,}: {second / first:.2f} times (asked: 1.5 at most)")
    print(f"  long past to none: {third / second:.2f} times (asked: 3 at most)")


def many(database: Database, seconds: float) -> None:
    """A hundred reviewers at once in the large campaign, served by the threads of a process."""
    actors = [factories.make_reviewer(database, NOW) for _ in range(N_REVIEWERS)]
    took: dict[str, list[float]] = {"take": [], "save": [], "yardstick": [], "in line": []}
    rng = Random(1)
    begin = time.perf_counter()
    # Who comes when, and what they hold; the threads serve whoever is due first.
    due: queue.PriorityQueue[Visit] = queue.PriorityQueue()
    for number, actor in enumerate(actors):
        due.put((begin + rng.uniform(0, THINKING_SECONDS), number, actor, []))
    with ThreadPoolExecutor(N_THREADS) as server:
        served = [
            server.submit(serve, database, due, took, Random(number), begin + seconds)
            for number in range(N_THREADS)
        ]
    for thread in served:
        thread.result()
    print(
        f"  {N_REVIEWERS} reviewers, {THINKING_SECONDS:.0f} s of thinking,"
        f" {N_THREADS} threads, {len(took['take']) / seconds:.0f} edits a second"
    )
    for name, values in took.items():
        values.sort()
        print(
            f"  {name:<10} p50 {statistics.median(values) * 1000:>7.1f} ms"
            f"   p99 {values[int(len(values) * 0.99)] * 1000:>7.1f} ms   ({len(values)})"
        )
    print("  asked: take p99 below 50 ms on PostgreSQL, below 100 ms on SQLite")


def serve(
    database: Database,
    due: queue.PriorityQueue[Visit],
    took: dict[str, list[float]],
    rng: Random,
    end: float,
) -> None:
    """One thread of the server: save what a reviewer judged, give the next edit and three ahead."""
    while True:
        at, number, actor, held = due.get()
        if at > end:
            due.put((at, number, actor, held))  # the other threads end by it too
            return
        time.sleep(max(at - time.perf_counter(), 0))
        started = time.perf_counter()
        took["in line"].append(started - at)
        if held:
            with database.reading() as session:
                tasks.get(session, held[0])
            read = time.perf_counter()
            draft = Draft(held[0], ANSWERS, None, "en")
            judging.record(database, actor, draft, now=clock(), report_delay_seconds=60)
            took["save"].append(time.perf_counter() - read)
            took["yardstick"].append(read - started)
        taking = time.perf_counter()
        held = take(database, actor, LARGE, clock(), n=4)
        done = time.perf_counter()
        took["take"].append(done - taking)
        due.put((done + rng.uniform(0, 2 * THINKING_SECONDS), number, actor, held))


def clock() -> datetime:
    """The time of the machine, after all rounds before."""
    return datetime.now(UTC) + timedelta(days=365)


def take(database: Database, actor: Actor, slug: str, now: datetime, *, n: int) -> list[int]:
    """The next tasks of a reviewer."""
    return assigning.take_tasks(
        database, actor, slug, n=n, now=now, lease_seconds=1200, daily_cap=10**6
    )


def check(database: Database) -> None:
    """Print how often an edit was given at most, counting lapsed holds of the rounds apart."""
    with database.reading() as session:
        held = text(
            "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM lease"
            " WHERE expires_at > :start GROUP BY task_id) AS held"
        )
        start = clock() - timedelta(days=1)
        given = text("SELECT coalesce(max(n_judgments), 0), coalesce(max(n_wanted), 0) FROM task")
        value = start.strftime("%Y-%m-%d %H:%M:%S.%f") if database.is_sqlite else start
        n_held = session.execute(held, {"start": value}).scalar()
        n_judged, n_wanted = session.execute(given).one()
    print(f"  an edit was held by {n_held}, judged by {n_judged}, of {n_wanted} at most")


if __name__ == "__main__":
    main()

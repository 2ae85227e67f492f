"""How fast pages answer, with campaigns of 200 and of 20,000 edits on SQLite.

A reviewer goes round through Flask's test client: home, campaign, take a task, review page, save,
reveal, report. Printed: median milliseconds, SQL statements of one request, and the ratio to the
yardstick asked in the same rounds: a bare Flask application that selects (GET) or inserts and
commits (POST) one row by SQLAlchemy Core with the same durability. A tenth of the edits was judged.

Then the review page of an edit with a prepared diff of 200 lines, in English and Persian: median,
99th percentile, and what it weighs compressed, with styles and scripts (first load) and without.
"""

import gzip
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, event, insert, select
from werkzeug.test import TestResponse

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # factories is a module of the tests

import factories

from jadelite.audit import reporting
from jadelite.config import load_settings
from jadelite.db import schema
from jadelite.db.session import Database
from jadelite.web.app import create_app
from jadelite.wiring import Services

SIZES = (200, 20_000)
ROUNDS = 30
SECONDS = 30.0  # no campaign is gone round for longer
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SLUG = "a-campaign"
LARGE_ROUNDS = 100
LARGE_LINES = 200
LINES = {
    "sample-en": "The old mill by the river was built in 17{n:02} and still grinds [[flour]].",
    "sample-fa": "آسیاب کهنهٔ کنار رودخانه در سال ۱۱{n:02} ساخته شد و هنوز [[آرد]] می‌ساید.",
}
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

Timed = dict[str, list[tuple[float, int]]]


def main() -> None:
    """Measure each campaign and print its table."""
    with tempfile.TemporaryDirectory() as folder:
        yardstick = Database(f"sqlite:///{folder}/yardstick.sqlite3")
        bare = bare_app(yardstick).test_client()
        for n_edits in SIZES:
            database = Database(f"sqlite:///{folder}/{n_edits}.sqlite3")
            schema.upgrade(database)
            started = time.perf_counter()
            n_judgments = fill(database, n_edits)
            filled = time.perf_counter()
            reporting.compute(database, SLUG, now=NOW)
            computed = time.perf_counter()
            print(
                f"\n{n_edits:,} edits, {n_judgments:,} judgments: loaded in"
                f" {filled - started:.1f} s, report computed in {computed - filled:.2f} s"
            )
            show(go_round(database, bare))
            database.close()
        database = Database(f"sqlite:///{folder}/large.sqlite3")
        schema.upgrade(database)
        for wiki, line in LINES.items():
            show_large(database, wiki, line)
        database.close()
        yardstick.close()


def show(timed: Timed) -> None:
    """Print a line for each page."""
    middle = {page: statistics.median(s for s, _ in times) * 1000 for page, times in timed.items()}
    print("page                 median ms   SQL   to yardstick   requests")
    for page, times in timed.items():
        n_sql = max(n for _, n in times)
        ratio = middle[page] / middle[f"{page.split()[0]} yardstick"]
        sql = "" if page.endswith("yardstick") else str(n_sql)
        print(f"{page:<21}{middle[page]:>9.1f}{sql:>6}{ratio:>14.1f}x{len(times):>11}")


def show_large(database: Database, wiki: str, line: str) -> None:
    """Time and weigh the review page of an edit that changed every other line of 200."""
    lines = [line.format(n=number % 100) for number in range(LARGE_LINES)]
    changed = [
        text if number % 2 else text.replace(text.split()[number % 9], f"new {number}", 1)
        for number, text in enumerate(lines)
    ]
    slug = f"large-{wiki}"
    texts = {"text_before": "\n".join(lines), "text_after": "\n".join(changed)}
    rows = [factories.edit_line(9001, wiki=wiki, **texts)]
    factories.import_rows(database, "edits", rows, NOW)
    factories.make_campaign(database, NOW, n_edits=1, first_rev_id=9001, wiki=wiki, slug=slug)
    client = client_of(database)
    language = wiki.removeprefix("sample-")
    client.get(f"/?uselang={language}")
    token = sign_in(client)
    task = client.post(f"/campaigns/{slug}/start", data={"csrf_token": token}).location
    times = []
    for _ in range(LARGE_ROUNDS):
        started = time.perf_counter()
        answer = client.get(task)
        times.append((time.perf_counter() - started) * 1000)
    html = answer.get_data(as_text=True)
    n_lines = html.count('<div class="pair">') + html.count('class="line context"')
    page = len(gzip.compress(answer.get_data()))
    beside = sum(
        len(gzip.compress(client.get(url).get_data())) for url in set(STATIC.findall(html))
    )
    print(
        f"\nreview page, prepared diff of {n_lines} lines, {language}: median"
        f" {statistics.median(times):.1f} ms, p99 {statistics.quantiles(times, n=100)[98]:.1f} ms;"
        f" compressed {(page + beside) / 1000:.1f} kB on first load, {page / 1000:.1f} kB after"
    )


def fill(database: Database, n_edits: int) -> int:
    """An open campaign of which a tenth of the edits was judged; how many judgments it has."""
    factories.make_campaign(database, NOW, n_edits=n_edits, k=3, slug=SLUG)
    n_judged = n_edits // 10
    rows = [
        factories.judgment_line(
            1001 + number,
            campaign=SLUG,
            reviewer=f"reviewer {number % 20}",
            answers={"damaging": "yes" if number % 9 else "no", "goodfaith": "no"},
        )
        for number in range(n_judged)
    ]
    return factories.import_rows(database, "judgments", rows, NOW).n_stored


def go_round(database: Database, bare: FlaskClient) -> Timed:
    """Times and statement counts of each page and of the yardstick, by method and name."""
    client = client_of(database)
    timed: Timed = {}
    with counted(database.engine) as n_sent:

        def ask(page: str, send: Callable[[], TestResponse]) -> TestResponse:
            before = n_sent()
            started = time.perf_counter()
            answer = send()
            seconds = time.perf_counter() - started
            if answer.status_code not in (200, 303):
                raise SystemExit(f"{page}: {answer.status}")
            timed.setdefault(page, []).append((seconds, n_sent() - before))
            return answer

        sign_in(client)
        end = time.monotonic() + SECONDS
        for _ in range(ROUNDS):
            ask("GET yardstick", lambda: bare.get("/line"))
            ask("POST yardstick", lambda: bare.post("/line"))
            _one_round(client, ask)
            if time.monotonic() > end:
                break
    return timed


def client_of(database: Database) -> FlaskClient:
    """A browser on the application over the database."""
    settings = load_settings(
        environment="test",
        database_url=database.url,
        secret_key="a-key-for-benchmarks-only-0123456789abcdef",
        daily_cap=1000,
    )
    # Time passes: a sitting counts what was judged since it began.
    seconds = count()
    services = Services(settings, database, lambda: NOW + timedelta(seconds=next(seconds)))
    return create_app(services).test_client()


def sign_in(client: FlaskClient) -> str:
    """Become a reviewer, untimed; the token of forms."""
    client.post("/try", data={"csrf_token": _token(client.get("/"))})
    return _token(client.get("/"))


def _one_round(
    client: FlaskClient, ask: Callable[[str, Callable[[], TestResponse]], TestResponse]
) -> None:
    token = _token(ask("GET home", lambda: client.get("/")))
    form = {"csrf_token": token}
    ask("GET campaign", lambda: client.get(f"/campaigns/{SLUG}"))
    given = ask("POST take a task", lambda: client.post(f"/campaigns/{SLUG}/start", data=form))
    task = given.location
    ask("GET review page", lambda: client.get(task))
    answers = {**form, "answer-damaging": "no", "answer-goodfaith": "yes"}
    ask("POST save", lambda: client.post(task, data=answers))
    ask("GET reveal", lambda: client.get(f"{task}/reveal"))
    ask("GET report", lambda: client.get(f"/reports/{SLUG}"))


def _token(page: TestResponse) -> str:
    found = TOKEN.search(page.get_data(as_text=True))
    if found is None:
        raise SystemExit(f"{page.request.path} has no form")
    return found.group(1)


@contextmanager
def counted(engine: Engine) -> Iterator[Callable[[], int]]:
    """Counts the statements sent, BEGIN and PRAGMA apart."""
    n_sent = [0]

    def note(connection, cursor, statement, *rest):  # type: ignore[no-untyped-def]
        n_sent[0] += not statement.startswith(("PRAGMA", "BEGIN"))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: n_sent[0]
    finally:
        event.remove(engine, "before_cursor_execute", note)


def bare_app(database: Database) -> Flask:
    """An application that does nothing but select one row, or insert one."""
    table = Table(
        "line",
        MetaData(),
        Column("line_id", Integer, primary_key=True),
        Column("word", String(255)),
    )
    with database.transaction() as session:
        table.create(session.connection())
        session.connection().execute(insert(table), [{"word": "one"}])
    app = Flask("yardstick")

    @app.get("/line")
    def read() -> str:
        with database.reading() as session:
            query = select(table.c.word).where(table.c.line_id == 1)
            return str(session.connection().execute(query).scalar_one())

    @app.post("/line")
    def write() -> str:
        with database.transaction() as session:
            session.connection().execute(insert(table).values(word="another"))
        return "stored"

    return app


if __name__ == "__main__":
    main()

"""How use cases ask servers outside, by what the servers saw: pace, pauses, names, retries."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import fakes
import pytest
from fake_wiki import FakeWiki
from faults import Case, FakeTime, FaultServer, Request
from sqlalchemy import text

from jadelite.audit import fetching, preparing, watching
from jadelite.audit.fetching import FetchSummary, Wanted
from jadelite.audit.outside import Outside
from jadelite.upstream.manners import EVENTSTREAMS, LIFTWING, ORES, WIKIS
from jadelite.wiring import Services

RATE = 100.0
REST_SECONDS = 1.0
REST = Case("429-seconds", "rate-limited", headers={"Retry-After": str(REST_SECONDS)})
# What is under way when the server begins to ask for rest can't be called back; on a busy machine
# it takes a moment until who was told has read it.
UNDER_WAY_SECONDS = 0.5


@pytest.fixture
def services(services: Services, sqlite_database) -> Services:
    """One database is enough here: what is stored stands in the matrix."""
    return Services(services.settings, sqlite_database, services.clock)


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def server():
    with FaultServer(good=fakes.Services().answer) as running:
        yield running


def in_real_time(services: Services, server: FaultServer, folder: Path) -> Outside:
    """The world outside with a clock that runs, asked fast and with the shipped concurrency."""
    found = fakes.outside_at(
        services.settings,
        folder,
        time=FakeTime(),
        services={"liftwing": server.url},
        sleep=time.sleep,
        rate_per_second=RATE,
        max_retries=LIFTWING.max_retries,
        breaker_failures=LIFTWING.breaker_failures,
    )
    found._clock = lambda: datetime.now(UTC)
    return found


def fetch(services: Services, outside: Outside, rev_ids: Sequence[int]) -> FetchSummary:
    return fetching.fetch_scores(
        services.database,
        outside,
        "enwiki",
        "damaging",
        Wanted(rev_ids=rev_ids),
        clock=services.clock,
        progress=lambda summary: None,
    )


def with_bursts(n: int, every: int, length: int) -> list[str | Case]:
    """n answers, among them bursts of a wish for rest."""
    return [REST if i % every < length and i >= every else "good" for i in range(n)] + ["good"]


def in_rests(requests: Sequence[Request], plan: Sequence[str | Case], slack: float) -> list[float]:
    """How far into a time of rest requests came that nobody should have sent."""
    rests = [request.done_at for request, case in zip(requests, plan, strict=False) if case is REST]
    return [
        request.at - began
        for request in requests
        for began in rests
        if slack < request.at - began < REST_SECONDS
    ]


def most_within(requests: Sequence[Request], seconds: float) -> int:
    """The most requests that came within so many seconds."""
    times = sorted(request.at for request in requests)
    return max(sum(at <= other < at + seconds for other in times) for at in times)


@pytest.mark.long
def test_three_hundred_edits_with_bursts_of_429_keep_pace_and_rest(
    services, server, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(fetching, "AT_ONCE", 1)  # so that nothing is under way beside the 429
    outside = in_real_time(services, server, tmp_path)
    plan = with_bursts(400, 140, 2)
    server.play(*plan)
    summary = fetch(services, outside, range(1, 301))
    outside.close()
    assert (summary.n_stored, summary.n_bad) == (300, 0)
    requests = server.requests
    n_retries = len(requests) - 300
    assert n_retries == sum(case is REST for case in plan[: len(requests)])
    assert 0 < n_retries <= 0.1 * 300
    assert in_rests(requests, plan, 0) == []
    assert most_within(requests, 0.5) <= RATE * 0.5 * 1.1 + 1
    assert all(second.at > first.at for first, second in pairwise(requests))
    for request in requests:
        assert request.headers["user-agent"].startswith("jadelite/")
        assert "(ops@example.org)" in request.headers["user-agent"]
        assert request.headers["accept-encoding"] == "gzip"
        assert "cookie" not in request.headers
        assert "authorization" not in request.headers


def test_six_at_work_at_once_are_never_more_than_three_for_the_server(
    services, server, tmp_path
) -> None:
    outside = in_real_time(services, server, tmp_path)
    plan = with_bursts(400, 140, 1)
    server.play(*plan)
    server.delay = 0.03
    summaries: list[FetchSummary] = []

    def work(first: int) -> None:
        summaries.append(fetch(services, outside, range(first, first + 50)))

    threads = [threading.Thread(target=work, args=(1000 * number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outside.close()
    assert sum(summary.n_stored for summary in summaries) == 300
    assert 1 < server.max_open <= LIFTWING.concurrency == 3
    assert in_rests(server.requests, plan, UNDER_WAY_SECONDS) == []
    assert most_within(server.requests, 0.5) <= RATE * 0.5 * 1.1 + 3
    assert len(server.requests) - 300 <= 0.1 * 300


def test_a_service_that_is_down_gets_five_requests_and_then_one_in_half_a_minute(
    services, server, tmp_path
) -> None:
    under_way = fetching.AT_ONCE - 1
    time_ = FakeTime(services.clock())
    outside = fakes.outside_at(
        services.settings,
        tmp_path,
        time=time_,
        services={"liftwing": server.url},
        breaker_failures=LIFTWING.breaker_failures,
    )
    server.play("status-503")
    for first in range(1, 9):
        fetch(services, outside, range(first * 100, first * 100 + 50))
    n_requests = len(server.requests)
    assert 5 == LIFTWING.breaker_failures <= n_requests <= 5 + under_way
    with services.database.reading() as session:
        states = session.execute(text("SELECT name, state FROM upstream_state")).all()
        words = session.execute(text("SELECT reason, detail FROM score_failure")).all()
    assert [tuple(row) for row in states] == [("liftwing", "open")]
    assert {row[0] for row in words} == {"transient"}
    assert any("its circuit is open" in row[1] for row in words)
    for n_probes in (1, 2):
        time_.sleep(LIFTWING.breaker_seconds + 1)
        fetch(services, outside, range(10_000 * n_probes, 10_000 * n_probes + 50))
        assert len(server.requests) == n_requests + n_probes
    time_.sleep(LIFTWING.breaker_seconds + 1)
    server.play("good")
    summary = fetch(services, outside, range(50_000, 50_050))
    # Who came while the probe was under way was refused, and is asked about in the next round.
    assert summary.n_stored >= 50 - LIFTWING.concurrency
    assert outside.client("liftwing").state().state == "closed"
    outside.close()


def test_wikis_are_asked_with_maxlag_and_a_name(services, tmp_path) -> None:
    wiki = FakeWiki()
    for number in range(1, 6):
        wiki.save(100 + number, f"text {number}")
    with FaultServer(good=wiki.answer, path="/w/api.php") as server:
        site = Outside(services.settings, clock=services.clock).site("fawiki")
        outside = fakes.outside_at(
            services.settings,
            tmp_path,
            time=FakeTime(services.clock()),
            wikis={"fawiki": replace(site, api_url=server.url)},
        )
        fetching.fetch_scores(
            services.database,
            outside,
            "fawiki",
            "local-damaging",
            Wanted(recent=5),
            clock=services.clock,
            progress=lambda summary: None,
        )
        watching.watch(services.database, outside, clock=services.clock)
        preparing.prepare(services.database, outside, "none", clock=services.clock)
        outside.close()
    assert len(server.requests) >= 4
    for request in server.requests:
        assert request.query["maxlag"] == "5"
        assert request.query["format"] == "json"
        assert request.headers["user-agent"].startswith("jadelite/")
        assert "(ops@example.org)" in request.headers["user-agent"]


def test_shipped_manners_are_those_that_services_ask_for() -> None:
    for manners, most in ((LIFTWING, 15), (ORES, 4), (EVENTSTREAMS, 1), (WIKIS, 10)):
        assert manners.concurrency <= 3
        assert manners.rate_per_second <= most
        assert manners.retry_share <= 0.1
        assert (manners.breaker_failures, manners.breaker_seconds) == (5, 30)

"""What the tests of sources share: the shipped cards, sites, a fake service and a client of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scoring_fakes import Fake

from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream

QUICK = Manners(rate_per_second=100_000, max_retries=0, breaker_failures=1000, read_timeout=2)


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def open_client(tmp_path: Path) -> Iterator[Callable[[str], Client]]:
    """A client of any address; its sleep takes no time."""
    moment = [datetime(2026, 11, 22, 12, tzinfo=UTC)]
    opened: list[Client] = []

    def sleep(seconds: float) -> None:
        moment[0] += timedelta(seconds=seconds)

    def make(url: str) -> Client:
        upstream = Upstream(f"test{len(opened)}", url, QUICK)
        client = Client(
            upstream,
            run_folder=tmp_path / "run",
            contact="tests@example.org",
            clock=lambda: moment[0],
            sleep=sleep,
        )
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()

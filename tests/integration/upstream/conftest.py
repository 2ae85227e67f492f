"""A misbehaving server, and clients of it whose patience is short."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faults
import pytest

from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream

QUICK: dict[str, Any] = {
    "rate_per_second": 1000.0,
    "connect_timeout": 0.5,
    "read_timeout": 0.25,
    "total_timeout": 0.6,
    "max_bytes": 1 << 20,
    "max_retries": 0,
    "breaker_failures": 1000,
}


@pytest.fixture
def server() -> Iterator[faults.FaultServer]:
    with faults.FaultServer() as running:
        yield running


@pytest.fixture
def fake_time() -> faults.FakeTime:
    return faults.FakeTime()


@pytest.fixture
def make_client(
    server: faults.FaultServer, fake_time: faults.FakeTime, tmp_path: Path
) -> Iterator[Callable[..., Client]]:
    """Clients of the server under one name, with quick manners that can be changed."""
    made: list[Client] = []

    def make(*, url: str | None = None, **manners: Any) -> Client:
        client = Client(
            Upstream("someone", url or server.url, Manners(**{**QUICK, **manners})),
            run_folder=tmp_path,
            contact="who@example.org",
            clock=fake_time.clock,
            sleep=fake_time.sleep,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()

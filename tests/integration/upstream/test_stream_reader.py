"""The reader of event streams, over real sockets against a server that misbehaves."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from streams import StreamServer, event_id, wire

from jadelite.domain.errors import Invalid
from jadelite.upstream import event_wire, stream
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream
from jadelite.upstream.stream import StreamEvent, StreamReader

SINCE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def numbered(n: int) -> list[object]:
    return [{"id": number, "title": f"سطر {number} 🐾"} for number in range(n)]


def numbers(events: list[StreamEvent]) -> list[int]:
    return [json.loads(event.data)["id"] for event in events]


@pytest.fixture
def server() -> Iterator[StreamServer]:
    with StreamServer(numbered(10)) as started:
        yield started


@pytest.fixture
def reading(server: StreamServer, tmp_path: Path):
    """`with reading(...) as reader:`, with short times."""

    @contextmanager
    def open_(name: str = "recentchange", **named: Any) -> Iterator[StreamReader]:
        manners = Manners(rate_per_second=1000, connect_timeout=2, max_retries=0)
        upstream = Upstream("eventstreams", server.base_url, manners)
        client = Client(upstream, run_folder=tmp_path, contact="test@example.org")
        usual = {"last_id": None, "since": None, "idle_seconds": 2.0}
        usual |= {"pause_seconds": 0.01, "longest_pause_seconds": 0.05}
        try:
            with StreamReader(client, name, **(usual | named)) as reader:
                yield reader
        finally:
            client.close()

    return open_


def drain(reader: StreamReader, n: int, seconds: float = 5) -> list[StreamEvent]:
    """Events until there are `n`, failing after `seconds`."""
    found: list[StreamEvent] = []
    until = time.monotonic() + seconds
    while len(found) < n:
        assert time.monotonic() < until, (len(found), reader.state)
        found += reader.batch(n - len(found), 0.2)
    return found


def until_state(reader: StreamReader, test, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not test(reader.state):
        assert time.monotonic() < until, reader.state
        time.sleep(0.005)


def test_events_come_in_order_with_their_ids_and_a_name_is_given(server, reading) -> None:
    with reading() as reader:
        events = drain(reader, 10)
        state = reader.state

    assert numbers(events) == list(range(10))
    assert [event.id for event in events] == [event_id(n + 1) for n in range(10)]
    (asked,) = server.asked
    assert asked.streams == "recentchange"
    assert asked.headers["accept"] == "text/event-stream"
    assert asked.headers["user-agent"].startswith("jadelite/")
    assert "test@example.org" in asked.headers["user-agent"]
    assert asked.last_id is None
    assert asked.query == {}
    assert (state.status, state.n_connects, state.n_events) == ("connected", 1, 10)
    assert state.last_error is None
    assert state.last_event_at is not None


@pytest.mark.parametrize("is_chunked", [True, False])
def test_after_every_cut_reading_goes_on_without_gap_or_double(
    server, reading, is_chunked: bool
) -> None:
    server.cut_after, server.is_chunked = 3, is_chunked
    with reading() as reader:
        assert numbers(drain(reader, 10)) == list(range(10))
        assert reader.n_connects == 4

    asked = [each.last_id for each in server.asked]
    assert asked == [None, event_id(3), event_id(6), event_id(9)]


def test_after_a_reset_reading_goes_on_from_what_had_come(server, reading) -> None:
    # A reset throws away what the reader's side had not taken yet: where it goes on may vary.
    server.cut_after, server.is_reset = 3, True
    with reading() as reader:
        assert numbers(drain(reader, 10)) == list(range(10))
        assert reader.n_connects >= 4


def test_events_sent_again_come_again_for_the_caller_to_know(server, reading) -> None:
    server.cut_after, server.again = 4, 1
    with reading() as reader:
        events = drain(reader, 12)

    assert numbers(events) == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9]


def test_an_id_that_was_kept_is_where_reading_begins(server, reading) -> None:
    with reading(last_id=event_id(7), since=SINCE) as reader:
        assert numbers(drain(reader, 3)) == [7, 8, 9]

    assert server.asked[0].last_id == event_id(7)
    assert server.asked[0].query == {}


def test_without_an_id_reading_begins_at_the_time_given(server, reading) -> None:
    server.cut_after = 5
    with reading(since=SINCE) as reader:
        drain(reader, 10)

    assert server.asked[0].query == {"since": ["2026-11-22T12:00:00Z"]}
    assert server.asked[1].query == {}


def test_several_streams_are_asked_in_one_connection(server, reading) -> None:
    with reading("recentchange,page-create") as reader:
        drain(reader, 10)

    assert [asked.streams for asked in server.asked] == ["recentchange,page-create"]


def test_an_idle_stream_gives_nothing_and_does_not_block_longer_than_asked(server, reading) -> None:
    with reading() as reader:
        drain(reader, 10)
        began = time.monotonic()
        assert reader.batch(10, 0.1) == []
        assert 0.09 < time.monotonic() - began < 1
        server.add({"id": 10})
        assert numbers(reader.batch(10, 5)) == [10]
        assert reader.n_connects == 1


def test_a_silent_stream_is_connected_to_anew_and_that_is_no_failure(server, reading) -> None:
    server.silent_after = 4
    with reading(idle_seconds=0.1) as reader:
        assert numbers(drain(reader, 10)) == list(range(10))
        assert reader.n_connects >= 3
        assert reader.state.last_error is None

    assert [asked.last_id for asked in server.asked[:3]] == [None, event_id(4), event_id(8)]


def test_a_stream_that_drips_without_end_of_line_counts_as_silent(server, reading) -> None:
    server.drip_seconds = 0.02
    server.raw = [[b"x" * 1000]]
    with reading(idle_seconds=0.3) as reader:
        server.wait_until_asked(2)
        assert reader.state.last_error is None


def test_a_slow_stream_whose_lines_end_in_time_is_left_alone(server, reading) -> None:
    server.raw = [[b"id: [1]\nda", b'ta: {"id": 1}\n', b"\n"] * 3]
    server.drip_seconds = 0.002
    with reading(idle_seconds=0.5) as reader:
        assert numbers(drain(reader, 3)) == [1, 1, 1]
        assert reader.n_connects == 1


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "[]",
        '{"a":1}',
        '[{"topic":"other.topic","partition":0,"offset":0}]',
        "[\n]",
        "é",
        "x" * 20_000,
    ],
)
def test_an_id_that_is_refused_is_dropped_and_noted(server, reading, bad: str) -> None:
    with reading(last_id=bad, since=SINCE) as reader:
        events = drain(reader, 10)
        state = reader.state

    assert numbers(events) == list(range(10))
    assert state.n_ids_dropped == 1
    assert "events may be missing" in state.last_error
    assert server.asked[-1].last_id is None
    assert "since" in server.asked[-1].query
    assert len(server.asked) <= 2


def test_a_stream_nobody_has_is_a_failure_and_not_asked_again(server, reading) -> None:
    with reading("no-such-stream", last_id=event_id(1)) as reader:
        with pytest.raises(Failed, match="status 400: Invalid streams") as caught:
            reader.batch(10, 5)
        assert reader.state.status == "stopped"
        with pytest.raises(Failed):
            reader.batch(10, 5)

    assert caught.value.reason == "client-bug"
    assert len(server.asked) == 2


def test_what_was_read_is_drained_before_a_failure_is_told(server, reading) -> None:
    server.raw = [[wire({"id": 1}, 0), wire({"id": 2}, 1)]]
    with reading() as reader:
        drain(reader, 1)
        server.statuses = [(403, {}, b"go away")]
        until_state(reader, lambda state: state.status in ("stopped", "connected"))
        found: list[StreamEvent] = []
        with pytest.raises(Failed, match="403: go away"):
            while True:
                found += reader.batch(1, 5)

    assert numbers(found)[:1] == [2]


@pytest.mark.parametrize(
    ("status", "headers"),
    [(500, {}), (503, {}), (302, {"Location": "http://127.0.0.1:9/"}), (204, {})],
)
def test_a_server_in_trouble_is_asked_again_with_the_same_id(
    server, reading, status: int, headers: dict[str, str]
) -> None:
    server.statuses = [(status, headers, b"")] * 2
    with reading(last_id=event_id(5)) as reader:
        assert numbers(drain(reader, 5)) == [5, 6, 7, 8, 9]
        assert str(status) in reader.state.last_error

    assert [asked.last_id for asked in server.asked] == [event_id(5)] * 3


def test_a_wish_to_be_left_alone_is_heard(server, reading) -> None:
    server.statuses = [(429, {"Retry-After": "1"}, b"")]
    with reading() as reader:
        drain(reader, 10)

    assert server.asked[1].at - server.asked[0].at >= 0.95


def test_something_else_than_a_stream_is_not_read_as_one(server, reading) -> None:
    server.raw = [[b"<html>data: {}\n\n</html>"]]
    server.content_type = "text/html"
    with reading() as reader:
        until_state(reader, lambda state: state.last_error is not None)
        assert "expected text/event-stream" in reader.state.last_error
        server.content_type = "text/event-stream"
        assert numbers(drain(reader, 10)) == list(range(10))


def test_an_error_within_the_stream_is_noted_and_reading_goes_on(server, reading) -> None:
    error = b'event: error\ndata: {"message": "broker \x1b[31m lost"}\n\n'
    server.raw = [[wire({"id": 0}, 0), error]]
    with reading() as reader:
        assert numbers(drain(reader, 10)) == list(range(10))
        assert "the stream sent an error" in reader.state.last_error
        assert reader.state.last_error.isprintable()

    assert server.asked[1].last_id == event_id(1)


def test_unsound_events_are_left_out_counted_and_passed(server, reading) -> None:
    large = b"data: " + b"x" * (event_wire.MAX_EVENT_BYTES + 1) + b"\n\n"
    broken = b"id: [0]\ndata: \xff\n\n"
    server.raw = [[wire({"id": 0}, 0), large, broken, wire({"id": 1}, 1)]]
    with reading() as reader:
        assert numbers(drain(reader, 2)) == [0, 1]
        assert reader.state.n_refused == 2
        assert "not UTF-8" in reader.state.last_error


def test_an_event_without_end_is_given_up(server, reading, monkeypatch) -> None:
    monkeypatch.setattr(event_wire, "MAX_SKIPPED_BYTES", 10 * 1024 * 1024)
    server.raw = [[b"data: ", *[b"x" * 1024 * 1024] * 30]]
    with reading() as reader:
        assert numbers(drain(reader, 10)) == list(range(10))
        assert "did not end" in reader.state.last_error


@pytest.mark.parametrize("limit", ["events", "bytes"])
def test_a_caller_that_does_not_drain_stops_the_reader_not_the_memory(
    server, reading, monkeypatch, limit: str
) -> None:
    server.add(*({"id": n, "text": "x" * 10_000} for n in range(10, 3000)))
    if limit == "bytes":
        monkeypatch.setattr(stream, "MAX_QUEUED_BYTES", 100_000)
    with reading(queue_size=20 if limit == "events" else 2000) as reader:
        until_state(reader, lambda state: state.n_events >= 15)
        time.sleep(0.2)
        assert reader.state.n_events <= 21
        assert numbers(drain(reader, 3000, 20)) == list(range(3000))
        assert reader.n_connects == 1


def test_leaving_ends_the_thread_and_the_connection_at_once(server, reading) -> None:
    with reading(idle_seconds=60) as reader:
        drain(reader, 10)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert reader.state.status == "stopped"
    server.wait_until_left()
    assert not [each for each in threading.enumerate() if each.name == "stream recentchange"]


def test_leaving_ends_a_reader_whose_queue_is_full(server, reading) -> None:
    with reading(queue_size=1) as reader:
        until_state(reader, lambda state: state.n_events == 1)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert len(reader.batch(10, 0)) == 1
    assert reader.batch(10, 0) == []


def test_pauses_grow_while_nothing_comes(server, reading) -> None:
    server.raw = [[]] * 6
    with reading(pause_seconds=0.05, longest_pause_seconds=0.4) as reader:
        drain(reader, 10)

    at = [asked.at for asked in server.asked]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert len(gaps) == 6
    assert gaps[0] >= 0.05
    assert sum(gaps[3:]) > sum(gaps[:3])
    assert max(gaps) < 2


def test_a_server_that_is_away_is_waited_for(reading, monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setattr(StreamServer, "base_url", f"http://127.0.0.1:{port}/v2/stream")
    with reading() as reader:
        until_state(reader, lambda state: state.last_error is not None)
        assert reader.batch(1, 0.05) == []
        assert reader.state.status in ("connecting", "reconnecting")
        assert reader.n_connects == 0


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "recentchange ",
        "Recentchange",
        "recent/change",
        "../recentchange",
        "recentchange?since=1",
        "recentchange#",
        "recentchange,",
        ",recentchange",
        "recentchange,,x",
        "a..b",
        "@evil.example",
        "recentchange\n",
        "recentchange\r\nHost: x",
        "r\u0435centchange",
        "%2e%2e",
        "x" * 2000,
    ],
)
def test_a_name_that_is_no_streams_is_refused_before_anything_is_asked(
    server, reading, name: str
) -> None:
    with pytest.raises(Invalid, match="expected names such as recentchange"), reading(name):
        pytest.fail("opened")
    assert server.asked == []


def test_real_names_of_streams_are_taken(server, reading) -> None:
    with reading("mediawiki.page_revert_risk_prediction_change.v1,mediawiki.revision-create"):
        server.wait_until_asked(1)


def test_a_time_without_zone_is_refused(reading) -> None:
    with (
        pytest.raises(Invalid, match="zone"),
        reading(since=datetime(2026, 1, 1)),  # noqa: DTZ001
    ):
        pytest.fail("opened")


def test_a_bug_of_the_reader_is_told_and_not_waited_out(reading, monkeypatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda details: None)
    monkeypatch.setattr(StreamReader, "_put", lambda self, event: 1 // 0)
    with reading() as reader, pytest.raises(Failed, match="broke"):
        reader.batch(1, 5)

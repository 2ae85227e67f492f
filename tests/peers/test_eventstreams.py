"""The stream reader and KafkaSSE, the library behind EventStreams, fed by a real MediaWiki."""

import json
import shutil
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
import requests
from real_servers import HOME, PEERS, MediaWiki, Missing, Server, free_port

from jadelite.upstream.client import Client
from jadelite.upstream.open import Upstreams
from jadelite.upstream.services import Hosts
from jadelite.upstream.stream import StreamEvent, StreamReader

pytestmark = pytest.mark.peer

FOLDER = HOME / "eventstreams"
TOPICS = 2


@pytest.fixture(scope="module")
def stream_url(mediawiki: MediaWiki, tmp_path_factory) -> Iterator[str]:
    """The address of the streams; the wiki tells them each change while the tests run."""
    if shutil.which("node") is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip(
            "no real EventStreams: its library is compiled with node and npm by"
            " make test-peers PEER_EVENTSTREAMS=1"
        )
    state = tmp_path_factory.mktemp("streams")
    udp, port = free_port(), free_port()
    broker = [str(HOME / "bin/python"), str(PEERS / "eventstreams/broker.py"), str(state), str(udp)]
    server = ["node", str(FOLDER / "server.js"), str(state), str(port), "offset"]
    with Server(broker, {}, state / "broker.log"):
        end = time.monotonic() + 30
        while not (state / "bootstrap").exists() and time.monotonic() < end:
            time.sleep(0.1)
        with Server(server, {}, state / "server.log") as streams:
            try:
                streams.wait_for(f"http://127.0.0.1:{port}/")
            except Missing as why:
                pytest.fail(str(why))
            (mediawiki.folder / "rcfeed.on").write_text(str(udp))
            yield f"http://127.0.0.1:{port}/v2/stream"
            mediawiki.switch("rcfeed.on", is_on=False)


@pytest.fixture
def client(stream_url: str, tmp_path) -> Iterator[Client]:
    upstreams = Upstreams(
        contact="tests@example.org",
        run_folder=tmp_path,
        hosts=Hosts(services={"eventstreams": stream_url}),
    )
    yield upstreams.service("eventstreams")
    upstreams.close()


@pytest.fixture
def edit(mediawiki: MediaWiki) -> Callable[[], int]:
    """Makes a small edit; its number."""
    one, title = mediawiki.login("Reviewer One"), f"Streamed {uuid.uuid4().hex[:8]}"
    return lambda: one.edit(title, f"text {uuid.uuid4().hex}\n", "for the stream")


def read(client: Client, last_id: str | None = None) -> StreamReader:
    return StreamReader(
        client, "recentchange", last_id=last_id, since=None, idle_seconds=20, pause_seconds=0.1
    )


def take(reader: StreamReader, until: Callable[[list[StreamEvent]], bool]) -> list[StreamEvent]:
    """Events until there are enough of them."""
    found: list[StreamEvent] = []
    end = time.monotonic() + 30
    while not until(found):
        assert time.monotonic() < end, (numbers(found), reader.state)
        found += reader.batch(100, 0.5)
    return found


def numbers(events: list[StreamEvent]) -> list[int]:
    """The revisions of events, each once, in order."""
    told = [json.loads(event.data) for event in events]
    found = [each["revision"]["new"] for each in told if each["type"] in ("edit", "new")]
    return list(dict.fromkeys(found))


def warm_up(reader: StreamReader, edit: Callable[[], int]) -> StreamEvent:
    """Edit until both topics were heard: one that was not is read from "now" after a cut."""
    end = time.monotonic() + 60
    last: StreamEvent | None = None
    while last is None or sum(each["offset"] >= 0 for each in json.loads(last.id)) < TOPICS:
        assert time.monotonic() < end, reader.state
        edit()
        for event in reader.batch(100, 0.5):
            last = event
    while more := reader.batch(100, 1):
        last = more[-1]
    return last


def test_no_event_is_lost_over_a_cut_connection(client, edit, stream_url) -> None:
    with read(client) as reader:
        warm_up(reader, edit)
        before = [edit() for _ in range(4)]
        found = take(reader, lambda events: set(before) <= set(numbers(events)))
        dropped = requests.get(stream_url.replace("/v2/stream", "/_drop"), timeout=5).json()
        assert dropped["dropped"] >= 1
        after = [edit() for _ in range(6)]
        found += take(reader, lambda events: set(after) <= set(numbers(events)))
        assert sorted(numbers(found)) == before + after
        assert reader.n_connects >= 2


def test_another_reader_goes_on_where_the_first_one_ended(client, edit) -> None:
    with read(client) as reader:
        last = warm_up(reader, edit)
    missed = [edit() for _ in range(5)]
    with read(client, last.id) as reader:
        found = take(reader, lambda events: set(missed) <= set(numbers(events)))
    assert sorted(numbers(found)) == missed


def test_an_id_that_the_server_refuses_is_dropped_and_that_is_said(client, edit) -> None:
    with read(client, "no JSON at all") as reader:
        warm_up(reader, edit)
        assert reader.state.n_ids_dropped == 1
    foreign = json.dumps([{"topic": "eqiad.another.stream", "partition": 0, "offset": 1}])
    with read(client, foreign) as reader:
        warm_up(reader, edit)
        assert reader.state.n_ids_dropped == 1


def test_a_stream_that_is_not_there_ends_the_reading_with_a_reason(client) -> None:
    with (
        StreamReader(client, "no.such.stream", last_id=None, since=None, idle_seconds=5) as reader,
        pytest.raises(Exception, match="refused with status 400"),
    ):
        take(reader, lambda events: False)
    assert reader.state.status == "stopped"

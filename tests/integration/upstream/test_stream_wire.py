"""The wire form: lines and events out of bytes, however they are cut up."""

import json
import tracemalloc
from pathlib import Path

import pytest

from jadelite.upstream import event_wire
from jadelite.upstream.answers import Failed
from jadelite.upstream.event_wire import EndlessEvent, cut_lines, sound_lines
from jadelite.upstream.stream import StreamEvent, replay

BODY = 'id: [1]\ndata: {"title": "صفحة 🐾 ß"}\n\n: comment\n\nid: [2]\ndata: {\ndata: }\n\n'
EVENTS = [StreamEvent("[1]", '{"title": "صفحة 🐾 ß"}'), StreamEvent("[2]", "{\n}")]


def refuse(why: str) -> None:
    pytest.fail(why)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=["LF", "CR", "CRLF"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 10_000])
def test_events_are_the_same_however_the_bytes_are_cut_up(end: str, size: int) -> None:
    body = BODY.replace("\n", end).encode()
    chunks = [body[start : start + size] for start in range(0, len(body), size)]

    assert list(replay(chunks)) == EVENTS


def test_an_empty_chunk_changes_nothing() -> None:
    chunks = [b"id: [1]\r", b"", b"\ndata: {}\r", b"", b"\n\r", b"", b"\n"]

    assert list(replay(chunks)) == [StreamEvent("[1]", "{}")]


def test_an_event_without_end_does_not_come() -> None:
    assert list(replay([b"id: [1]\ndata: {}\n\nid: [2]\ndata: {}\n"])) == [StreamEvent("[1]", "{}")]
    assert list(replay([b"id: [1]\ndata: {}\n\nid: [2]\nda"])) == [StreamEvent("[1]", "{}")]
    assert list(replay([])) == list(replay([b"\n", b" \n"])) == []


def test_other_kinds_of_events_and_comments_are_passed_over() -> None:
    body = b":ok\n\nevent: tidings\nid: [1]\ndata: {}\n\nretry: 1\n\nid: [2]\ndata: {}\n\n"

    assert list(replay([body])) == [StreamEvent("[2]", "{}")]


def test_an_event_keeps_the_id_of_the_one_before_where_it_has_none() -> None:
    assert list(replay([b"id: [1]\ndata: 1\n\ndata: 2\n\n"])) == [
        StreamEvent("[1]", "1"),
        StreamEvent("[1]", "2"),
    ]


@pytest.mark.parametrize(
    "large",
    [
        b"data: " + b"x" * 200 + b"\n\n",
        b"data: short\ndata: " + b"x" * 200 + b"\ndata: short\n\n",
        b"data: x\n" * 30 + b"\n",
        b"x" * 200 + b"\ndata: y\n\n",
    ],
    ids=["one line", "in the middle", "many lines", "no field"],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_event_that_is_too_large_is_left_out_and_those_around_it_come(
    large: bytes, size: int
) -> None:
    body = b"data: a\n\n" + large + b"data: b\n\n"
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    refused: list[str] = []

    lines = list(sound_lines(chunks, refused.append, max_bytes=100))

    assert lines == [b"data: a", b"", b"data: b", b""]
    assert refused == ["an event of more than 100 bytes was left out"]


def test_an_event_that_is_no_utf_8_is_left_out() -> None:
    refused: list[str] = []

    lines = list(sound_lines([b"data: \xff\xfe\n\ndata: b\n\n"], refused.append))

    assert lines == [b"data: b", b""]
    assert refused == ["an event that is not UTF-8 was left out"]


@pytest.mark.parametrize("chunk", [b"x" * 65536, b"data: xxxxxxx\n" * 4096], ids=["line", "lines"])
def test_an_event_without_end_is_given_up_and_memory_stays_flat(
    chunk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    mebibyte = 1024 * 1024
    monkeypatch.setattr(event_wire, "MAX_SKIPPED_BYTES", 4 * mebibyte)
    n_read = 0

    def endless():
        nonlocal n_read
        while True:
            n_read += len(chunk)
            yield bytes(bytearray(chunk))

    tracemalloc.start()
    try:
        with pytest.raises(EndlessEvent):
            list(sound_lines(endless(), refuse, max_bytes=mebibyte // 4))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert 4 * mebibyte < n_read < 6 * mebibyte
    assert peak < 3 * mebibyte


def test_a_line_of_the_largest_size_comes_whole() -> None:
    assert list(cut_lines([b"x" * 60, b"x" * 40 + b"\n", b"x" * 101 + b"\n"], 100)) == [
        b"x" * 100,
        None,
    ]


def test_json_lines_are_events_too() -> None:
    lines = [
        b'{"id": [{"topic": "a", "offset": 1}], "data": {"title": "\xc3\xa9", "n": 1}}\n',
        b"\n",
        b'{"id": "[2]", "data": "{\\"n\\":2}"}\n',
    ]

    assert list(replay(lines)) == [
        StreamEvent('[{"topic": "a", "offset": 1}]', '{"title": "é", "n": 1}'),
        StreamEvent("[2]", '{"n":2}'),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"id": "[1]"}\n'],
        [b'{"id": "[1]", "data": NaN}\n'],
        [b'{"id": "[1]", "data": {}}\n', b"data: {}\n"],
        [b"data: \xff\n\n"],
        [b'event: error\ndata: {"message": "broken"}\n\n'],
    ],
)
def test_a_recording_that_is_not_sound_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(Failed) as caught:
        list(replay(lines))

    assert caught.value.reason == "bad-answer"


def test_a_recording_of_a_real_stream_gives_its_events(shared: Path) -> None:
    folder = shared / "mediawiki-recorded"
    told = json.loads((folder / "eventstreams_recentchange_events.json").read_text())
    with (folder / "eventstreams_raw.txt").open("rb") as lines:
        events = list(replay(lines))

    assert [json.loads(event.data) for event in events] == told
    assert [json.loads(event.id)[0]["offset"] for event in events] == [6, 7, 7]

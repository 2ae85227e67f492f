"""Fields of events are read carefully: the right kind, None where absent, or a reason."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jadelite.domain import events
from jadelite.domain.events import BadEvent


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "[1]",
        '"a"',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1, "a": 1}',
        '{"b": {"a": 1, "a": 2}}',
        '{"a": "\\ud800"}',
        '{"a": "\\u0000"}',
        '{"a": "\\\\\\u0000"}',
        "[" * 100_000,
        '{"a": ' + "1" * 5000 + "}",
        "<html>",
    ],
)
def test_what_is_no_sound_object_is_refused(data: str) -> None:
    with pytest.raises(BadEvent) as caught:
        events.decode(data)
    assert caught.value.reason == "not-json"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ('{"a": "\\u0639"}', "ع"),
        ('{"a": "\\ud83d\\ude42"}', "🙂"),
        ('{"a": "\\\\u0000"}', "\\u0000"),
        ('{"a": 4.631382666264727e-8}', 4.631382666264727e-8),
    ],
)
def test_what_is_sound_comes_as_it_is(data: str, value: object) -> None:
    assert events.decode(data) == {"a": value}


@pytest.mark.parametrize("value", ["1", 1.0, True, -1, 2**63, [], {}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(BadEvent) as caught:
        events.number({"a": value}, "a", "bad-page")
    assert caught.value.reason == "bad-page"
    assert events.number({}, "a", "bad-page") is None


def test_a_revision_is_numbered_from_1_on() -> None:
    assert events.revision_number({"rev_id": 2**63 - 1}) == 2**63 - 1
    for value in (0, None, "1"):
        with pytest.raises(BadEvent):
            events.revision_number({"rev_id": value})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-06-22T09:48:11.082Z", datetime(2026, 6, 22, 9, 48, 11, 82_000, tzinfo=UTC)),
        ("2026-06-22T11:48:11+02:00", datetime(2026, 6, 22, 9, 48, 11, tzinfo=UTC)),
    ],
)
def test_times_are_utc(written: str, read: datetime) -> None:
    found = events.moment({"dt": written}, "dt")
    assert found == read
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    ["", "today", 7, True, [], "2026-06-22", "2026-06-22T09:48:11", "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_time_is_refused(written: object) -> None:
    with pytest.raises(BadEvent) as caught:
        events.moment({"dt": written}, "dt")
    assert caught.value.reason == "bad-time"


def test_an_event_happened_at_its_own_time_and_was_sent_at_that_of_its_meta() -> None:
    event = {"dt": "2026-06-22T09:48:10Z", "meta": {"dt": "2026-06-22T09:48:11.5Z"}}
    assert events.event_time(event).second == 10
    assert events.emission_time(event).second == 11
    assert events.event_time({"meta": event["meta"]}).second == 11
    with pytest.raises(BadEvent):
        events.event_time({"meta": {}})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_anything_can_be_quoted_in_short_and_printable(value: Any) -> None:
    quoted = events.short(value)
    assert len(quoted) <= 60
    assert quoted.isprintable()

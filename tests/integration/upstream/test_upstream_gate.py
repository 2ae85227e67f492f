"""Limits, pauses, retries and the circuit, with a clock that waits for nobody."""

import json
import threading
from datetime import timedelta

import faults
import pytest

from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream
from jadelite.upstream.session import retry_after

STATE = "upstreams/someone/state.json"


def ask(client, n=1):
    """The reasons (None where it went well) of n calls."""
    found = []
    for _ in range(n):
        try:
            client.get()
            found.append(None)
        except Failed as failure:
            found.append(failure.reason)
    return found


def test_calls_keep_the_pace(server, make_client, fake_time):
    client = make_client(rate_per_second=4)
    began = fake_time.now
    ask(client, 9)

    assert fake_time.now - began == pytest.approx(timedelta(seconds=2), abs=timedelta(seconds=0.01))


def test_a_line_longer_than_patience_is_refused_at_once(server, make_client, fake_time):
    client = make_client(rate_per_second=0.01, patience_seconds=50)
    ask(client)
    with pytest.raises(Failed, match="has a long line; the next try is in 100 s") as caught:
        client.get()

    assert caught.value.reason == "rate-limited"
    assert caught.value.retry_after_seconds == pytest.approx(100)
    assert fake_time.slept == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("429-seconds", 2),
        ("429-date", 2),
        ("429-negative", 30),
        ("429-garbage", 30),
        ("429-bare", 30),
        ("status-503-retry-after", 2),
        ("maxlag-in-200", 5),
    ],
)
def test_a_wish_to_wait_is_heard_in_every_form(server, make_client, fake_time, name, seconds):
    server.play(name, "good")
    ask(make_client())
    began = fake_time.now
    assert make_client().get().status == 200  # another client of the same upstream

    waited = (fake_time.now - began).total_seconds()
    assert seconds - 1.1 <= waited <= seconds + 0.1


@pytest.mark.parametrize("given", ["soon", "-5", "", "Sun, 22 Nov 2020 12:00:30 GMT"])
@pytest.mark.parametrize("name", ["429-seconds", "status-503-retry-after"])
def test_a_wish_to_wait_that_makes_no_sense_is_a_wish_to_wait(
    server, make_client, fake_time, name, given
):
    server.play(faults.Case(name, headers={"Retry-After": given}), "good")
    ask(make_client())
    began = fake_time.now
    assert make_client().get().status == 200

    assert 28.9 <= (fake_time.now - began).total_seconds() <= 30.1


def test_a_day_of_waiting_is_kept_and_nobody_waits_for_it(server, make_client, fake_time):
    server.play("429-86400", "good")
    client = make_client(max_retries=2, patience_seconds=60)
    assert ask(client) == ["rate-limited"]
    with pytest.raises(Failed, match="asked everybody to wait") as caught:
        client.get()
    assert caught.value.retry_after_seconds == pytest.approx(86_400)
    fake_time.now += timedelta(hours=23)
    assert ask(client) == ["rate-limited"]
    assert len(server.requests) == 1
    assert client.state().paused_until is not None
    fake_time.now += timedelta(hours=1)
    assert ask(client) == [None]


@pytest.mark.parametrize(
    ("given", "date", "seconds"),
    [
        ("0", None, 0),
        (" 7 ", None, 7),
        ("1.5", None, 1.5),
        ("-1", None, None),
        ("", None, None),
        ("٣", None, None),
        ("9" * 10, None, 999_999_999),
        ("9" * 400, None, 999_999_999),
        ("3600, 3600", None, 3600),
        ("60,3600", None, 3600),
        ("soon, 60", None, 60),
        ("+3600", None, 3600),
        ("3600;x", None, 3600),
        ("3600, 2026-11-22T12:00:30Z", None, 3600),
        ("2026-11-22T12:00:30Z", None, 30),
        ("2026-11-22T12:00:30", None, 30),
        ("2026-11-22T13:00:30.5+01:00", None, 30.5),
        ("2026-11-22T11:00:00Z", None, None),
        ("Sun, 22 Nov 2026 12:00:30 GMT, Sun, 22 Nov 2026 12:00:40 GMT", None, 40),
        ("Sunday, 22-Nov-26 12:00:30 GMT", None, 30),
        ("-5, -7", None, None),
        ("in an hour", None, None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", None, 30),
        ("Sun, 22 Nov 2026 12:00:30 GMT", "Sun, 22 Nov 2026 12:00:20 GMT", 10),
        ("Sun, 22 Nov 2026 12:00:30 GMT", "yesterday", 30),
        ("Sun, 22 Nov 2026 12:00:30 -0000", None, 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", None, None),
        ("Sun, 99 Nov 2026 11:00:00 GMT", None, None),
        ("infinity", None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(fake_time, given, date, seconds):
    assert retry_after(given, date, fake_time.now) == seconds


def test_what_may_pass_is_tried_again_within_bounds(server, make_client):
    server.play("status-503", "reset", "good")
    assert ask(make_client(max_retries=2)) == [None]
    server.forget()
    server.play("status-503")
    assert ask(make_client(max_retries=1)) == ["transient"]
    assert len(server.requests) == 2


def test_a_pause_that_is_short_is_waited_for_in_line(server, make_client, fake_time):
    server.play("429-seconds", "good")
    began = fake_time.now
    assert ask(make_client(max_retries=2)) == [None]
    assert (fake_time.now - began).total_seconds() >= 2


@pytest.mark.parametrize("name", ["html-200", "detail-400", "redirect", "endless"])
def test_what_would_come_again_is_not_tried_again(server, make_client, name):
    server.play(name)
    ask(make_client(max_retries=2))

    assert len(server.requests) == 1


def test_a_post_is_repeated_only_where_it_is_safe(server, make_client):
    client = make_client(max_retries=2)
    server.play("status-503", "good")
    with pytest.raises(Failed):
        client.post_json("x", {})
    with pytest.raises(Failed):
        server.play("status-503", "good")
        client.session.post(server.url, data={"a": "b"})
    server.play("status-503", "good")
    assert client.post_json("x", {}, is_safe=True).status == 200

    assert [request.method for request in server.requests] == ["POST"] * 4


def test_a_typed_5xx_comes_back_after_the_last_retry(server, make_client):
    server.play("status-500")
    answer = make_client(max_retries=2).post_json("x", {}, is_safe=True, keep_5xx=True)

    assert answer.status == 500
    assert len(server.requests) == 3


def test_retries_stay_a_tenth_of_the_calls(server, make_client):
    server.play("status-503")
    client = make_client(max_retries=2)
    ask(client, 60)

    state = client.state()
    assert state.n_retries == len(server.requests) - 60
    assert 6 <= state.n_retries <= 9  # the first three are free
    assert state.n_calls == len(server.requests)


def test_the_circuit_opens_after_five_failures_and_one_probe_goes_every_30_seconds(
    server, make_client, fake_time
):
    server.play("status-500")
    client = make_client(breaker_failures=5, breaker_seconds=30)
    assert ask(client, 20) == ["transient"] * 20
    assert len(server.requests) == 5
    with pytest.raises(Failed, match=r"5 times in a row; its circuit is open until 12:00:30 UTC"):
        client.get()
    opened_at = client.state().opened_at
    assert client.state().state == "open"
    for _ in range(4):
        fake_time.now += timedelta(seconds=31)
        assert client.state().state == "half-open"
        ask(make_client(breaker_failures=5), 10)
    assert len(server.requests) == 9
    assert client.state().opened_at == opened_at

    server.play("good")
    fake_time.now += timedelta(seconds=31)
    assert ask(client, 3) == [None] * 3
    state = client.state()
    assert (state.state, state.opened_at, state.n_failures) == ("closed", None, 9)
    assert state.last_failure == "someone answered 500 Error"
    assert state.last_failure_at is not None


def test_a_probe_that_never_came_back_does_not_close_the_gate_for_ever(
    server, make_client, fake_time
):
    server.play("status-500")
    client = make_client(breaker_failures=2)
    ask(client, 2)
    fake_time.now += timedelta(seconds=31)
    gate = client.session.gate
    with pytest.raises(KeyboardInterrupt), gate.turn(gate.line()):
        raise KeyboardInterrupt  # killed while probing
    assert ask(client) == ["transient"]
    assert len(server.requests) == 2
    fake_time.now += timedelta(seconds=31)
    server.play("good")
    assert ask(client) == [None]


def test_refusals_of_the_asked_do_not_open_the_circuit(server, make_client):
    client = make_client(breaker_failures=3)
    server.play("detail-400")
    assert ask(client, 10) == [None] * 10
    server.play("429-seconds")
    ask(client, 10)
    assert client.state().state == "closed"


def test_pages_in_place_of_answers_open_the_circuit(server, make_client):
    client = make_client(breaker_failures=3)
    server.play("html-200")
    ask(client, 3)
    assert client.state().state == "open"


def test_a_success_between_failures_begins_the_count_anew(server, make_client):
    client = make_client(breaker_failures=3)
    server.play("status-500", "status-500", "good", "status-500", "status-500", "good")
    ask(client, 6)
    assert client.state().state == "closed"
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"next_at": 1}',
        b"[" * 99_999,
        "NaN",
        "text",
        "true",
        "extra",
    ],
)
def test_a_state_file_that_is_spoilt_means_a_new_beginning(server, make_client, tmp_path, content):
    client = make_client()
    ask(client)
    path = tmp_path / STATE
    if isinstance(content, str):
        state = json.loads(path.read_text())
        state["paused_until"] = {"NaN": float("nan"), "text": "x", "true": True}.get(content, 0.0)
        if content == "extra":
            state["more"] = 1
        path.write_text(json.dumps(state))
    else:
        path.write_bytes(content)

    assert ask(client) == [None]
    assert client.state().n_calls == 1


def test_times_in_a_far_future_hold_nobody_up_for_ever(server, make_client, fake_time, tmp_path):
    client = make_client(breaker_failures=1)
    ask(client)
    path = tmp_path / STATE
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "next_at": 1e18, "open_until": 1e18, "n_in_a_row": 1}))
    assert ask(client) == ["transient"]
    fake_time.now += timedelta(seconds=1)
    client.session.gate.pause(0)  # whoever changes the state next brings it back to sense
    fake_time.now += timedelta(hours=1)

    assert ask(client) == [None]


def test_a_clock_that_is_set_back_makes_no_pause_longer(server, make_client, fake_time):
    server.play("429-seconds", "good")
    client = make_client(patience_seconds=5)
    ask(client)
    fake_time.now -= timedelta(hours=5)

    assert ask(client) == [None]


def test_a_folder_that_can_not_be_written_stops_the_asking(server, make_client, tmp_path):
    (tmp_path / "upstreams").write_text("a file in the way")
    with pytest.raises(Failed, match="limits on asking can't be kept in") as caught:
        make_client().get()

    assert caught.value.reason == "transient"
    assert server.requests == []


def test_at_most_three_ask_at_once_whatever_the_number_of_threads(server, tmp_path):
    server.delay = 0.05
    clients = [real_client(server, tmp_path) for _ in range(3)]
    threads = [threading.Thread(target=ask, args=(c, 3)) for c in clients for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.requests) == 27
    assert server.max_open == 3
    for client in clients:
        client.close()


def test_a_place_is_given_back_after_any_failure(server, make_client, monkeypatch):
    client = make_client(concurrency=1)
    for name in ("reset", "endless", "redirect", "hang", "bad-gzip"):
        server.play(name)
        ask(client)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("requests.adapters.HTTPAdapter.send", interrupt)
        with pytest.raises(KeyboardInterrupt):
            client.get()
    server.play("good")
    assert ask(client) == [None]


def real_client(server, folder):
    upstream = Upstream("someone", server.url, Manners(rate_per_second=1000))
    return Client(upstream, run_folder=folder, contact="")


def test_the_fake_time_moves_by_sleeping_only():
    time = faults.FakeTime()
    time.sleep(2)
    assert (time.clock() - faults.FakeTime().now).total_seconds() == 2

"""Limits hold for all processes of a machine; asserted on what the server saw."""

import signal
import subprocess
import sys
import time

import faults
import pytest

from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream

RATE = 40.0
# What is under way when the server begins to ask for rest can't be called back; on a busy machine
# it takes a moment until who was told has read it. Without a rest 69 more would follow.
UNDER_WAY_SECONDS = 0.3

ASKING = """
import sys, threading
from pathlib import Path
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import Upstream

url, folder, n_calls, rate = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
client = Client(
    Upstream("someone", url, Manners(rate_per_second=rate)), run_folder=folder, contact=""
)

def ask():
    for _ in range(n_calls):
        try:
            client.get()
        except Failed as failure:
            print(failure.reason)

print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def start(server, folder, n_calls, rate=RATE):
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING, server.url, str(folder), str(n_calls), str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process


def go(processes):
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def finish(processes):
    return [process.communicate(timeout=20)[0] for process in processes]


def wait_for(is_true):
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_three_processes_keep_one_pace_and_three_places(server, tmp_path):
    server.delay = 0.15  # first the places are what holds them back, then the pace
    processes = [start(server, tmp_path, 3) for _ in range(3)]
    go(processes)
    wait_for(lambda: len(server.requests) >= 12)
    server.delay = 0.0
    assert finish(processes) == ["", "", ""]

    seen = sorted(request.at for request in server.requests)
    assert len(seen) == 36
    assert server.max_open == 3
    spans = [later - earlier for earlier, later in zip(seen, seen[10:], strict=False)]
    assert min(spans) > 10 / RATE - 0.05  # any 10 in a row take their quarter second


def test_no_process_asks_while_a_retry_after_lasts(server, tmp_path):
    one_second = faults.Case("429-seconds", headers={"Retry-After": "1"})
    server.play(*["good"] * 8, one_second, *["good"] * 8, "429-date", "good")
    processes = [start(server, tmp_path, 3, rate=100.0) for _ in range(3)]
    go(processes)
    finish(processes)

    seen = server.requests
    told = [seen[8].done_at, seen[17].done_at]
    for place, at in zip((8, 17), told, strict=True):
        # One second, and a date two seconds ahead that was cut to whole seconds.
        inside = [r.at - at for r in seen if at + UNDER_WAY_SECONDS < r.at < at + 0.99]
        assert inside == [], place
    assert len(seen) >= 36


def test_places_of_a_process_that_was_killed_are_free(server, tmp_path):
    server.play("hang")
    process = start(server, tmp_path, 1)
    go([process])
    wait_for(lambda: len(server.requests) == 3)
    impatient = Client(
        Upstream("someone", server.url, Manners(rate_per_second=RATE, patience_seconds=0.1)),
        run_folder=tmp_path,
        contact="",
    )
    server.play("good")
    with pytest.raises(Failed, match="is asked by 3 others already"):
        impatient.get()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)

    assert impatient.get().status == 200
    impatient.close()

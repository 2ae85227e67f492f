"""The background door: takes rows of work one by one until it is told to stop.

It polls: one indexed query a second costs nothing at this size, and needs no broker.
"""

import logging
import signal
import threading

from jadelite.audit import queue, schedule
from jadelite.audit.outside import Outside
from jadelite.audit.queue import Bench
from jadelite.domain.errors import Unavailable
from jadelite.wiring import Services

IDLE_SECONDS = 1.0

log = logging.getLogger(__name__)


def run(services: Services, *, is_once: bool = False) -> int:
    """Run work until SIGTERM or SIGINT, or until none is due with `is_once`; how many were run."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    bench = Bench(services.database, _outside(services), services.clock)
    schedule.ask_standing(services.database, now=services.clock())
    n_run = 0
    while not stop.is_set():
        try:
            was_any = queue.run_next(bench)
        except Unavailable as error:
            log.warning("the worker waits: %s", error.detail)
            was_any = False
        n_run += was_any
        if not was_any:
            if is_once:
                break
            stop.wait(IDLE_SECONDS)
    bench.outside.close()
    return n_run


def _outside(services: Services) -> Outside:
    return Outside(services.settings, clock=services.clock)

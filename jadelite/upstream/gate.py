"""The one gate to an upstream, for all threads and processes of this machine.

Through it go at most `concurrency` requests at once, at the upstream's pace, none while a
Retry-After lasts, and only probes while its circuit is open. Places are files locked with flock.
"""

import fcntl
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from jadelite.upstream.answers import Failed
from jadelite.upstream.services import Upstream
from jadelite.upstream.state import (
    MAX_PAUSE_SECONDS,
    MAX_RETRY_CREDIT,
    SharedState,
    State,
    lock,
    unlock,
)

POLL_SECONDS = 0.02

_random = random.SystemRandom()


@dataclass(frozen=True)
class UpstreamState:
    """How an upstream does, as all processes of this machine saw it. Times are UTC, or None.

    `n_calls` counts requests sent, `n_retries` those among them that were repetitions.
    """

    name: str
    state: Literal["closed", "open", "half-open"]
    paused_until: datetime | None
    n_calls: int
    n_failures: int
    n_retries: int
    last_failure: str | None
    last_failure_at: datetime | None
    opened_at: datetime | None


class Line:
    """How long one call may still wait in line, and what time it is for it."""

    def __init__(self, upstream: Upstream, sleep: Callable[[float], None]) -> None:
        self._name = upstream.name
        self._left = upstream.manners.patience_seconds
        self._sleep = sleep
        self._earliest = 0.0

    def time(self, now: float) -> float:
        """`now`, or what it must be after the waiting done, where the clock did not follow."""
        return max(now, self._earliest)

    def wait(self, seconds: float, why: str, *, now: float = 0.0) -> None:
        """Wait. Raises Failed("rate-limited") at once where that is more than patience allows."""
        if seconds > self._left:
            raise Failed(
                "rate-limited",
                f"{self._name} {why}; the next try is in {max(1, round(seconds))} s, longer than"
                " anybody waits in line",
                retry_after_seconds=seconds,
            )
        self._sleep(seconds)
        self._left -= seconds
        self._earliest = now + seconds


class Gate:
    """The gate of one upstream. Safe to share between threads."""

    def __init__(
        self,
        upstream: Upstream,
        run_folder: Path,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._name = upstream.name
        self._upstream = upstream
        self._manners = upstream.manners
        self._folder = run_folder / "upstreams" / upstream.name
        self._shared = SharedState(self._folder, clock)
        self._sleep = sleep

    def line(self) -> Line:
        """A new call's place in line; its retries wait in the same one."""
        return Line(self._upstream, self._sleep)

    @contextmanager
    def turn(self, line: Line, *, is_retry: bool = False) -> Iterator[None]:
        """A block in which one request may be sent, once it is this caller's turn.

        Raises Failed("transient") while the circuit is open, Failed("rate-limited") where the wait
        would be longer than patience allows; both at once.
        """
        self._look(line)
        place = self._take_place(line)
        try:
            self._await_turn(line, is_retry=is_retry)
            yield
        finally:
            unlock(place)

    def take_retry(self) -> bool:
        """Whether the budget had one more retry; it is spent then."""
        with self._shared.locked() as (state, _):
            has_credit = state.retry_credit >= 1
            if has_credit:
                state.retry_credit -= 1
        return has_credit

    def pause(self, seconds: float) -> None:
        """Send nothing for so long, from any process; a longer pause that is known stays."""
        with self._shared.locked() as (state, now):
            until = now + min(seconds, MAX_PAUSE_SECONDS)
            state.paused_until = max(state.paused_until, until)

    def note_success(self) -> None:
        """The upstream answered: its circuit is closed."""
        with self._shared.locked() as (state, _):
            state.n_in_a_row = 0
            state.open_until = state.opened_at = 0.0

    def note_failure(self, failure: Failed) -> None:
        """The upstream failed. Being told to wait says nothing of its health."""
        with self._shared.locked() as (state, now):
            state.n_failures += 1
            state.last_failure, state.last_failure_at = failure.detail, now
            if failure.reason == "rate-limited":
                return
            state.n_in_a_row += 1
            if state.n_in_a_row >= self._manners.breaker_failures:
                state.open_until = now + self._manners.breaker_seconds
                state.opened_at = state.opened_at or now

    def state(self) -> UpstreamState:
        """How the upstream does; all zero where nobody asked it yet."""
        state = self._shared.read()
        is_open = state.n_in_a_row >= self._manners.breaker_failures
        is_resting = is_open and state.open_until > state.seen_at
        return UpstreamState(
            name=self._name,
            state="open" if is_resting else "half-open" if is_open else "closed",
            paused_until=_time(state.paused_until) if state.paused_until > state.seen_at else None,
            n_calls=state.n_calls,
            n_failures=state.n_failures,
            n_retries=state.n_retries,
            last_failure=state.last_failure or None,
            last_failure_at=_time(state.last_failure_at),
            opened_at=_time(state.opened_at),
        )

    def _look(self, line: Line) -> None:
        """Refuse at once what could only be refused after a wait."""
        state = self._shared.read()
        self._refuse_if_open(state, state.seen_at)
        seconds = state.paused_until - line.time(state.seen_at)
        if seconds > self._manners.patience_seconds:
            line.wait(seconds, _PAUSED)

    def _refuse_if_open(self, state: State, now: float) -> None:
        if state.n_in_a_row < self._manners.breaker_failures or state.open_until <= now:
            return
        until = datetime.fromtimestamp(state.open_until, UTC)
        raise Failed(
            "transient",
            f"{self._name} failed {state.n_in_a_row} times in a row; its circuit is open until"
            f" {until:%H:%M:%S} UTC (last: {state.last_failure})",
            retry_after_seconds=state.open_until - now,
        )

    def _take_place(self, line: Line) -> int:
        places = list(range(self._manners.concurrency))
        while True:
            _random.shuffle(places)  # so that callers don't all try the same place first
            for number in places:
                try:
                    return lock(self._folder / f"place-{number}", fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise Failed(
                        "transient",
                        f"the limits on asking can't be kept in {self._folder}:"
                        f" {error.strerror or type(error).__name__}",
                    ) from error
            line.wait(
                _random.uniform(0.5, 1.5) * POLL_SECONDS,
                f"is asked by {len(places)} others already",
                now=self._shared.read().seen_at,
            )

    def _await_turn(self, line: Line, *, is_retry: bool) -> None:
        while True:
            with self._shared.locked() as (state, clock_now):
                now = line.time(clock_now)
                self._refuse_if_open(state, now)
                why = _PAUSED if state.paused_until > state.next_at else "has a long line"
                seconds = max(state.paused_until, state.next_at) - now
                if seconds <= 0:
                    self._admit(state, now, is_retry=is_retry)
                    return
            line.wait(seconds, why, now=now)  # outside the lock: others must see and say more

    def _admit(self, state: State, now: float, *, is_retry: bool) -> None:
        state.next_at = now + 1 / self._manners.rate_per_second
        state.n_calls += 1
        if is_retry:
            state.n_retries += 1
        else:
            credit = state.retry_credit + self._manners.retry_share
            state.retry_credit = min(credit, MAX_RETRY_CREDIT)
        if state.n_in_a_row >= self._manners.breaker_failures:
            # This one is the probe; whoever comes within the next seconds is refused.
            state.open_until = now + self._manners.breaker_seconds


_PAUSED = "asked everybody to wait"


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None

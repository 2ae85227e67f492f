"""What all processes of this machine know together of one upstream: one small file and its lock.

A process that is killed holds nothing up: the kernel frees its lock, and the file is replaced as a
whole. A file that can't be read means a new beginning.
"""

import fcntl
import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from jadelite.upstream.answers import Failed

MAX_PAUSE_SECONDS = 7 * 86_400.0
MAX_AHEAD_SECONDS = 3600.0  # no queue is that long: a time beyond is a clock or a file gone wrong
CLOCK_SLACK_SECONDS = 1.0
FIRST_RETRIES = 3.0
MAX_RETRY_CREDIT = 10.0


@dataclass
class State:
    """Times are seconds since 1970; 0 means never. `retry_credit` is how many retries are free."""

    next_at: float = 0.0
    paused_until: float = 0.0
    n_in_a_row: int = 0
    open_until: float = 0.0
    opened_at: float = 0.0
    retry_credit: float = FIRST_RETRIES
    n_calls: int = 0
    n_failures: int = 0
    n_retries: int = 0
    last_failure: str = ""
    last_failure_at: float = 0.0
    seen_at: float = 0.0


class SharedState:
    """The state of one upstream in a folder that processes share. Safe to share between threads."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    @contextmanager
    def locked(self) -> Iterator[tuple[State, float]]:
        """The state and the time, for one short change that is kept at the end of the block.

        Nobody may wait inside. Raises Failed("transient") where the folder can't be written:
        without a limit nothing is asked.
        """
        try:
            handle = lock(self._folder / "state.lock", fcntl.LOCK_EX)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            now = self._clock().timestamp()
            state = self._load()
            _settle(state, now)
            yield state, now
            self._save(state)
        except OSError as error:
            raise self._refusal(error) from error
        finally:
            unlock(handle)

    def read(self) -> State:
        """The state as it is now, not to be changed."""
        state = self._load()
        _settle(state, self._clock().timestamp())
        return state

    def _load(self) -> State:
        try:
            found = json.loads((self._folder / "state.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return State()
        fresh = State()
        if not isinstance(found, dict) or found.keys() != asdict(fresh).keys():
            return fresh
        for field in fields(State):
            value, kind = found[field.name], type(getattr(fresh, field.name))
            is_sound = isinstance(value, kind) and not isinstance(value, bool)
            if not is_sound or (isinstance(value, float) and not math.isfinite(value)):
                return fresh
        return State(**found)

    def _save(self, state: State) -> None:
        new = self._folder / "state.json.new"
        new.write_text(json.dumps(asdict(state)), "utf-8")
        new.replace(self._folder / "state.json")

    def _refusal(self, error: OSError) -> Failed:
        return Failed(
            "transient",
            f"the limits on asking can't be kept in {self._folder}:"
            f" {error.strerror or type(error).__name__}",
        )


def lock(path: Path, how: int) -> int:
    """A handle on `path` with a lock, freed when the handle is closed or the process ends.

    Raises BlockingIOError where `how` says not to wait and somebody has it; OSError as opening.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, how)
    except OSError:
        os.close(handle)
        raise
    return handle


def unlock(handle: int) -> None:
    """Free the lock of a handle of `lock` and close it.

    Freed by name: a child that was forked meanwhile holds a copy of the handle.
    """
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _settle(state: State, now: float) -> None:
    """Keep every wait as long as it was meant when the machine's clock was set back."""
    set_back = state.seen_at - now
    if set_back > CLOCK_SLACK_SECONDS:
        state.next_at -= set_back
        state.paused_until -= set_back
        state.open_until -= set_back
    state.next_at = min(state.next_at, now + MAX_AHEAD_SECONDS)
    state.open_until = min(state.open_until, now + MAX_AHEAD_SECONDS)
    state.paused_until = min(state.paused_until, now + MAX_PAUSE_SECONDS)
    state.seen_at = now

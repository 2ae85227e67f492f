"""What `jadelite scores follow` takes and shows: times, signals, progress, the summary."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from jadelite.audit.taking import FollowSummary
from jadelite.cli.showing import counted, printable

NOTE_SECONDS = 60


class Since(click.ParamType[datetime]):
    """A time with its zone, such as 2026-11-22T12:00:00Z."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The time in UTC. Fails with what would be right."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.fail(f"{value!r} is no time with its zone, expected one such as 2026-11-22T12:00:00Z")


@contextmanager
def stop_asked() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that the batch in hand is finished first."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class FollowLine:
    """Events, events a second, lag, bad ones, trouble: on standard error, in place on a terminal.

    `note` is called once a minute, to write down how the service is.
    """

    def __init__(self, note: Callable[[], None]) -> None:
        self.note, self.noted = note, time.monotonic()
        self.started = self.shown = time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.width = 0

    def __call__(self, summary: FollowSummary) -> None:
        """Show how far it is, at most every half second (10 s without a terminal)."""
        now = time.monotonic()
        if now - self.noted >= NOTE_SECONDS:
            self.noted = now
            self.note()
        if now - self.shown < (0.5 if self.is_terminal else 10):
            return
        self.shown = now
        rate = summary.n_events / max(now - self.started, 0.001)
        lag = "" if summary.lag_seconds is None else f", {summary.lag_seconds:,.0f} s behind"
        text = f"{summary.n_events:,} events, {rate:,.0f} a second{lag}, {summary.n_bad:,} bad"
        if summary.status not in (None, "connected"):
            trouble = "" if summary.trouble is None else f": {printable(summary.trouble)}"
            text += f"; {summary.status}{trouble}"
        self.width, n_blank = len(text), max(self.width - len(text), 0)
        click.echo(
            f"\r{text}{' ' * n_blank}" if self.is_terminal else text,
            err=True,
            nl=not self.is_terminal,
        )

    def finish(self) -> None:
        """Leave the terminal on a fresh line."""
        if self.is_terminal and self.shown != self.started:
            click.echo(err=True)


def tell_followed(summary: FollowSummary, *, style: str) -> None:
    """Write what a follower did; leave with 75 if the stream was never reached."""
    if summary.n_gaps:
        click.echo(
            f"the stream began anew {summary.n_gaps} times, events are likely missing:"
            " jadelite scores fetch brings back what is wanted",
            err=True,
        )
    if style == "json":
        row = {
            "events": summary.n_events,
            "scores": summary.n_scores,
            "stored": summary.n_stored,
            "known": summary.n_known,
            "failures": summary.n_failures,
            "hidden": summary.n_hidden,
            "skipped": dict(sorted(summary.skipped.items())),
            "bad": dict(sorted(summary.bad.items())),
            "lag_seconds": summary.lag_seconds,
            "position": summary.position,
            "connects": summary.n_connects,
            "gaps": summary.n_gaps,
            "trouble": summary.trouble,
            "stopped": summary.stopped,
        }
        click.echo(json.dumps(row))
    else:
        click.echo(
            f"{counted(summary.n_events, 'event')}: {counted(summary.n_stored, 'score')} stored,"
            f" {summary.n_known} known already, {summary.n_failures} without a score,"
            f" {summary.n_hidden} hidden,"
            f" {_listed(summary.skipped)} skipped, {_listed(summary.bad)} bad"
        )
    if summary.stopped is not None:
        click.echo(f"stopped: {printable(summary.stopped)}", err=True)
        raise click.exceptions.Exit(75)


def _listed(counts: dict[str, int]) -> str:
    reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts.items()))
    return f"{sum(counts.values())}" + (printable(f" ({reasons})") if reasons else "")

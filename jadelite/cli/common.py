"""What commands of the server share: settings to services, files, progress and summaries."""

import gzip
import json
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO, Protocol

import click

from jadelite import wiring
from jadelite.audit.lines import Summary
from jadelite.cli.exits import BAD_LINES
from jadelite.cli.showing import counted, printable
from jadelite.config import load_settings
from jadelite.domain.errors import Invalid
from jadelite.domain.records import MAX_LINE_LENGTH
from jadelite.wiring import Services


def services(*, is_schema_checked: bool = True) -> Services:
    """The joined parts, with settings from the environment."""
    return wiring.build(load_settings(), is_schema_checked=is_schema_checked)


def open_lines(path: str) -> Iterator[bytes]:
    """The lines of a file, of standard input (`-`), or of a gzip file (`.gz`), one at a time.

    A line beyond the limit comes shortened, just long enough to be refused.
    """
    if path == "-":
        yield from _lines(sys.stdin.buffer)
    elif path.endswith(".gz"):
        try:
            with gzip.open(path, "rb") as stream:
                yield from _lines(stream)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Invalid("bad-gzip", f"{path} is not a whole gzip file: {error}") from error
    else:
        with open(path, "rb") as stream:
            yield from _lines(stream)


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE_LENGTH + 1):
        rest = line
        while len(rest) > MAX_LINE_LENGTH and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_LENGTH + 1)
        yield line


class Counted(Protocol):
    """Anything whose progress can be shown."""

    @property
    def n_lines(self) -> int:
        """How many are done."""

    @property
    def n_bad(self) -> int:
        """How many of them did not go well."""


class ProgressLine:
    """How many are done, how many a second, and how long it will take, on standard error.

    In place on a terminal. `total` is how many there will be, None where nobody knows.
    """

    def __init__(self, noun: str = "lines", bad: str = "bad") -> None:
        self.started = self.shown = time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.noun, self.bad = noun, bad
        self.total: int | None = None

    def __call__(self, summary: Counted) -> None:
        """Show how far it is, at most every half second (10 s without a terminal)."""
        now = time.monotonic()
        if now - self.shown < (0.5 if self.is_terminal else 10):
            return
        self.shown = now
        rate = summary.n_lines / max(now - self.started, 0.001)
        text = (
            f"{summary.n_lines:,} {self.noun}, {rate:,.1f} a second,"
            f" {summary.n_bad:,} {self.bad}{self._left(summary.n_lines, rate)}"
        )
        click.echo(f"\r{text}" if self.is_terminal else text, err=True, nl=not self.is_terminal)

    def _left(self, n_done: int, rate: float) -> str:
        if self.total is None or not rate:
            return ""
        minutes, seconds = divmod(round(max(self.total - n_done, 0) / rate), 60)
        return f", {minutes}:{seconds:02d} left of {self.total:,}"

    def finish(self) -> None:
        """Leave the terminal on a fresh line."""
        if self.is_terminal and self.shown != self.started:
            click.echo(err=True)


def tell(summary: Summary, *, style: str, is_dry_run: bool, note: str | None = None) -> None:
    """Write the summary of an import; leave with 2 if a line was bad or the file broke off."""
    for wrong in summary.bad:
        click.echo(printable(f"line {wrong.number}: {wrong.field}: {wrong.reason}"), err=True)
    if summary.n_bad > len(summary.bad):
        click.echo(f"... and {summary.n_bad - len(summary.bad)} more bad lines", err=True)
    if summary.broken is not None:
        click.echo(f"stopped after line {summary.n_lines}: {summary.broken}", err=True)
    if note is not None and not summary.n_stored:
        click.echo("the note was not stored: it goes with lines that are new", err=True)
    if style == "json":
        click.echo(json.dumps({**asdict(summary), "dry_run": is_dry_run}))
    else:
        dry = " (dry run: nothing was stored)" if is_dry_run else ""
        click.echo(
            f"{counted(summary.n_lines, 'line')}: {summary.n_stored} stored,"
            f" {summary.n_completed} completed,"
            f" {summary.n_known} known already, {summary.n_bad} bad{dry}"
        )
    if summary.n_bad or summary.broken is not None:
        raise click.exceptions.Exit(BAD_LINES)

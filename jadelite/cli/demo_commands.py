"""`jadelite demo`: load the sample audit, and run everything on one machine to try it."""

import click

from jadelite.audit import demo
from jadelite.cli.common import services
from jadelite.cli.serving import Serving


@click.group()
def group() -> None:
    """The sample audit, and running it."""


@group.command()
def load() -> None:
    """Load the five sample wikis; twice changes nothing but adds a report."""
    parts = services()
    demo.load(parts.database, now=parts.clock(), say=click.echo)


@group.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def run(host: str, port: int) -> None:
    """Migrate, load the sample on first use, start web server and worker, say where to look.

    For trying jadelite on one machine: visitors sign in without an account.
    """
    Serving(host, port).run(click.echo)

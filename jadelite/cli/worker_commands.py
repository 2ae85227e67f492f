"""`jadelite worker`: run what the queue asks for."""

import click

from jadelite import worker
from jadelite.cli.common import services


@click.group()
def group() -> None:
    """Run what the queue asks for."""


@group.command()
@click.option("--once", "is_once", is_flag=True, help="Stop when nothing is due.")
def run(*, is_once: bool) -> None:
    """Run work until stopped."""
    n_run = worker.run(services(), is_once=is_once)
    if is_once:
        click.echo(f"work done: {n_run}")

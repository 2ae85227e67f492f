"""`jadelite db`: the database's schema."""

import click

from jadelite import wiring
from jadelite.cli.common import services
from jadelite.domain.errors import Conflict


@click.group()
def group() -> None:
    """The database's schema."""


@group.command()
def upgrade() -> None:
    """Bring the schema to the one this code needs."""
    state = wiring.upgrade_schema(services(is_schema_checked=False))
    click.echo(f"the database is at revision {state.revision}")


@group.command()
def check() -> None:
    """Say whether the schema is the one this code needs (exit 5 if not)."""
    state = wiring.check_schema(services(is_schema_checked=False))
    click.echo(f"database {state.revision or 'empty'}, code {state.head}: {state.state}")
    if state.state != "current":
        raise Conflict("schema-differs", f"the schema is {state.state}; run: jadelite db upgrade")

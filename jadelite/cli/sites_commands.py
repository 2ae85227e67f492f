"""`jadelite sites`: the real wikis that can be asked."""

import json
from dataclasses import asdict

import click

from jadelite.audit import sites
from jadelite.cli.common import format_option


@click.group()
def group() -> None:
    """The real wikis that can be asked."""


@group.command("list")
@click.option("--project", help="Only the wikis of one project, such as wikipedia.")
@format_option
def list_(project: str | None, style: str) -> None:
    """List database names, hosts, languages and directions of the shipped site table."""
    rows = sites.list_sites(project)
    if style == "json":
        told = [{**asdict(row.site), "is_closed": row.is_closed} for row in rows]
        click.echo(json.dumps(told))
        return
    for row in rows:
        site = row.site
        closed = " (closed)" if row.is_closed else ""
        click.echo(f"{site.dbname} {site.host} {site.language} {site.direction}{closed}")

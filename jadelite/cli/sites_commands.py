"""`jadelite sites`: the real wikis that can be asked, and which of them agreed to audits."""

import json
from dataclasses import asdict

import click

from jadelite.audit import approvals, sites
from jadelite.cli.common import services
from jadelite.cli.showing import format_option
from jadelite.domain.people import OPERATOR


@click.group()
def group() -> None:
    """The real wikis that can be asked, and which of them agreed to audits."""


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


@group.command()
@click.argument("wiki")
@click.option("--discussion", required=True, help="Where the community agreed: https://...")
def approve(wiki: str, discussion: str) -> None:
    """Record that the community of a wiki agreed to audits, so that campaigns can open there."""
    parts = services()
    approvals.approve(parts.database, OPERATOR, wiki, discussion, now=parts.clock())
    click.echo(f"audits on {wiki} can open; agreed at {discussion}")

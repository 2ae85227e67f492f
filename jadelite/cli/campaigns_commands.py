"""`jadelite campaigns`: create, open and close campaigns."""

import json

import click

from jadelite.audit import campaigns, reports
from jadelite.cli.common import counted, format_option, services


@click.group()
def group() -> None:
    """Create, open and close campaigns."""


@group.command("list")
@format_option
def list_(style: str) -> None:
    """List campaigns with their counts."""
    found = reports.list_campaigns(services().database)
    rows = [
        {
            "campaign": item.campaign.slug,
            "wiki": item.campaign.wiki,
            "kind": item.campaign.kind,
            "state": item.campaign.state,
            "k": item.campaign.k,
            "n_edits": item.n_edits,
            "n_complete": item.n_complete,
            "n_judgments": item.n_judgments,
        }
        for item in found
    ]
    if style == "json":
        click.echo(json.dumps(rows))
        return
    for row, item in zip(rows, found, strict=True):
        click.echo(
            f"{row['campaign']:<24} {row['wiki']:<12} {row['kind']:<7} {row['state']:<8}"
            f" {counted(item.n_edits, 'edit')}, {item.n_complete} complete,"
            f" {counted(item.n_judgments, 'judgment')}"
        )


@group.command()
@click.argument("slug")
@click.option("--wiki", required=True, help="The wiki whose stored edits are to be judged.")
@click.option("--k", default=3, show_default=True, help="Reviewers for each edit.")
@click.option("--with-text", "with_text_only", is_flag=True, help="Only edits whose text is here.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Count, store nothing.")
def create(slug: str, wiki: str, k: int, *, with_text_only: bool, is_dry_run: bool) -> None:
    """Open a campaign over all stored edits of a wiki, as evidence (kind import).

    Its figures are about these edits, never about the wiki.
    """
    parts = services()
    n_edits = campaigns.create_from_imports(
        parts.database,
        slug,
        wiki,
        k=k,
        with_text_only=with_text_only,
        is_dry_run=is_dry_run,
        now=parts.clock(),
    )
    verb = "would hold" if is_dry_run else "is open with"
    click.echo(f"campaign {slug} {verb} {counted(n_edits, 'edit')}, {counted(k, 'reviewer')} each")


@group.command("open")
@click.argument("slug")
def open_(slug: str) -> None:
    """Take judgments for a campaign."""
    parts = services()
    campaigns.set_state(parts.database, slug, "open", now=parts.clock())
    click.echo(f"campaign {slug} is open")


@group.command()
@click.argument("slug")
def close(slug: str) -> None:
    """Take no more judgments; scores and judgments of its edits can be seen from then on."""
    parts = services()
    campaigns.set_state(parts.database, slug, "closed", now=parts.clock())
    click.echo(f"campaign {slug} is closed")

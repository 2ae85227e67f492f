"""`jadelite campaigns guardrail`: bounds on a campaign's figures, written beforehand."""

import json
from dataclasses import asdict

import click

from jadelite.audit import guardrails
from jadelite.cli.common import services
from jadelite.cli.showing import format_option
from jadelite.domain.errors import Invalid
from jadelite.domain.guardrails import FIGURES, NewGuardrail
from jadelite.domain.people import OPERATOR


@click.group()
def group() -> None:
    """Write bounds that figures must keep, list and end them."""


@group.command()
@click.argument("campaign")
@click.option("--question", default="damaging", show_default=True)
@click.option("--figure", required=True, type=click.Choice(FIGURES))
@click.option("--at-least", type=float, help="The figure must not be below this.")
@click.option("--at-most", type=float, help="The figure must not be above this.")
@click.option("--model", help="Only of this model, a name without a version.")
@click.option("--action", required=True, help="What is done if it is crossed.")
def add(
    campaign: str,
    question: str,
    figure: str,
    at_least: float | None,
    at_most: float | None,
    model: str | None,
    action: str,
) -> None:
    """Write a bound down. A report whose whole interval lies beyond it crosses it."""
    if at_least is not None and at_most is None:
        side, value = "at-least", at_least
    elif at_most is not None and at_least is None:
        side, value = "at-most", at_most
    else:
        raise Invalid("bad-bound-side", "expected one of --at-least and --at-most")
    parts = services()
    new = NewGuardrail(question, figure, side, value, action, model)
    guardrails.write(parts.database, OPERATOR, campaign, new, now=parts.clock())
    click.echo(f"{campaign}: {figure} of {question} is to be {side.replace('-', ' ')} {value:g}")


@group.command("list")
@click.argument("campaign")
@format_option
def list_(campaign: str, style: str) -> None:
    """List a campaign's bounds, those in force and those that ended."""
    found = guardrails.list_guardrails(services().database, campaign)
    if style == "json":
        click.echo(json.dumps([asdict(item) for item in found], default=str))
        return
    for item in found:
        ended = f", ended {item.ended_at:%Y-%m-%d}" if item.ended_at else ""
        when = "beforehand" if item.is_beforehand else "after the first judgments"
        click.echo(
            f"{item.guardrail_id}: {item.figure} of {item.question}"
            f" {item.side.replace('-', ' ')} {item.value:g}, {item.model or 'each model'};"
            f" written {item.written_at:%Y-%m-%d}, {when}{ended}: {item.action}"
        )


@group.command()
@click.argument("campaign")
@click.argument("number", type=int)
def end(campaign: str, number: int) -> None:
    """Take a bound out of force; it stays in the list."""
    parts = services()
    guardrails.end(parts.database, OPERATOR, campaign, number, now=parts.clock())
    click.echo(f"{campaign}: bound {number} is no longer in force")

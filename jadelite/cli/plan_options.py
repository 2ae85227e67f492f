"""What `jadelite campaigns plan` and `create` take, and how a plan is shown."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from jadelite.audit import campaign_pages
from jadelite.cli.showing import counted
from jadelite.domain.errors import Invalid
from jadelite.domain.new_campaigns import NewCampaign
from jadelite.domain.people import OPERATOR
from jadelite.domain.planning import MIN_SHOWN, Expected, Plan
from jadelite.wiring import Services

DAY = click.DateTime(["%Y-%m-%d"])
SECONDS_WORDS = {"measured": "the median here so far", "assumed": "a guess"}

_OPTIONS = (
    click.option("--wiki", required=True, help="The wiki whose edits are to be judged."),
    click.option(
        "--model",
        "models",
        multiple=True,
        help="NAME@VERSION to audit, again for more; by the first one's scores edits are drawn."
        " Can be left out where one alone scored the wiki.",
    ),
    click.option("--n", default=200, show_default=True, help="Edits to draw."),
    click.option("--k", default=3, show_default=True, help="Reviewers for each edit."),
    click.option("--from", "first_day", type=DAY, help="First day of the edits, in UTC."),
    click.option("--to", "last_day", type=DAY, help="Last day of the edits, in UTC."),
    click.option("--namespace", "namespaces", type=int, multiple=True, help="Only this; again."),
    click.option("--with-bots", is_flag=True, help="Edits by bots too."),
    click.option("--by-editor", is_flag=True, help="Draw by kind of editor too."),
    click.option(
        "--with-text", "with_text_only", is_flag=True, help="Only edits whose change is here."
    ),
)


def frame_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which edits a campaign draws, and how many."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_frame(parts: Services, slug: str, given: dict[str, Any]) -> NewCampaign:
    """The campaign that the options ask for. Raises Invalid where a model must be named."""
    models = given["models"]
    if not models:
        offered = campaign_pages.new_page(parts.database, OPERATOR, given["wiki"]).models
        if len(offered) != 1:
            known = ", ".join(offered) or "none: fetch or import scores first"
            raise Invalid("model-not-named", f"no --model is given, expected one of {known}")
        models = offered
    return NewCampaign(
        slug=slug,
        wiki=given["wiki"],
        models=tuple(models),
        window_from=_begins(given["first_day"]),
        window_to=ends(given["last_day"]),
        namespaces=tuple(given["namespaces"]) or None,
        with_bots=given["with_bots"],
        by_editor=given["by_editor"],
        with_content_only=given["with_text_only"],
        n_planned=given["n"],
        k=given["k"],
    )


def ends(day: datetime | None) -> datetime | None:
    """The moment after a day, in UTC; None where no day is given."""
    begun = _begins(day)
    return None if begun is None else begun + timedelta(days=1)


def tell_plan(plan: Plan, style: str) -> None:
    """Write a plan as text or JSON."""
    labour = plan.labour
    if style == "json":
        told = {**asdict(plan), "n_judgments": labour.n_judgments, "hours": labour.hours}
        click.echo(json.dumps(told))
        return
    click.echo(
        f"{counted(plan.n_drawn, 'edit')} of {plan.n_edits} in the frame"
        f" ({plan.n_unscored} more fit without a score of {plan.model})"
        + ("" if plan.is_too_small_to_show else f", in {counted(len(plan.strata), 'part')}")
    )
    click.echo(
        f"  labour: {counted(labour.n_judgments, 'judgment')} of {labour.seconds:.0f} s"
        f" ({SECONDS_WORDS[labour.seconds_origin]}): {labour.hours:.1f} hours"
    )
    if plan.is_too_small_to_show:
        click.echo(
            f"  the frame has fewer than {MIN_SHOWN} edits: what their scores are stays closed,"
            " because they may be judged"
        )
        return
    click.echo(f"  expected at the cut of {plan.cut:g}, if the scores are right:")
    for name in ("precision", "recall", "prevalence"):
        click.echo(f"    {name:<12}{_expected(getattr(plan, name))}")
    if plan.n_for_points is not None:
        click.echo(
            f"  for plus or minus {100 * plan.points:g} points on precision:"
            f" {counted(plan.n_for_points, 'edit')}"
        )
    for stratum in plan.strata:
        click.echo(f"    {stratum.label:<32}{stratum.n_drawn} of {stratum.n_edits}")


def _expected(figure: Expected | None) -> str:
    if figure is None:
        return "can't be expected: no edit reaches the cut"
    return f"{figure.value:.3f} plus or minus {figure.half_width:.3f}"


def _begins(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)

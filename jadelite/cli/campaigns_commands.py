"""`jadelite campaigns`: plan, make, draw, open, extend, close and archive campaigns."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click
from click.core import ParameterSource

from jadelite.audit import campaigns, drawing, evidence, reports, texts, topping_up
from jadelite.cli import guardrail_commands
from jadelite.cli.common import services
from jadelite.cli.plan_options import DAY, ends, frame_options, read_frame, tell_plan
from jadelite.cli.showing import counted, format_option
from jadelite.domain import forms
from jadelite.domain.campaigns import CampaignState
from jadelite.domain.errors import Invalid
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.people import OPERATOR
from jadelite.domain.planning import is_too_small_to_show
from jadelite.wiring import Services

# What a campaign of evidence takes beside --evidence; it holds all edits and draws none.
OF_EVIDENCE = frozenset({"slug", "wiki", "k", "with_text_only", "is_evidence", "is_dry_run"})


@click.group()
def group() -> None:
    """Plan, make, draw, open, extend, close and archive campaigns."""


@group.command("list")
@format_option
def list_(style: str) -> None:
    """List campaigns with their counts, drafts and archived ones too."""
    found = reports.list_campaigns(services().database, get_args(CampaignState))
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
@frame_options
@format_option
def plan(style: str, **given: Any) -> None:
    """Show what a campaign would ask of people and how sure its figures would be."""
    parts = services()
    wanted = read_frame(parts, "", given)
    tell_plan(campaigns.preview(parts.database, OPERATOR, wanted, now=parts.clock()), style)


@group.command()
@click.argument("slug")
@frame_options
@click.option("--facet", default=EDITQUALITY.name, show_default=True, help="What is asked.")
@click.option("--form", type=click.Path(path_type=Path), help="Own questions, a YAML file.")
@click.option("--closes", type=DAY, help="Last day of judging, in UTC.")
@click.option("--max-extra", default=0, help="Further reviewers where people split, up to 5.")
@click.option("--daily-cap", type=int, help="Judgments of one person in 24 hours.")
@click.option("--name", help="Its name for people.")
@click.option("--guideline", type=click.Path(path_type=Path), help="A file of plain text.")
@click.option("--language", default="en", show_default=True, help="Of name and guideline.")
@click.option("--evidence", "is_evidence", is_flag=True, help="All stored edits, open at once.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Show the plan, store nothing.")
@click.pass_context
def create(
    context: click.Context, /, slug: str, *, is_evidence: bool, is_dry_run: bool, **given: Any
) -> None:
    """Make a campaign as a draft and show its plan; `draw` and `open` come next.

    With --evidence: open one over all stored edits of a wiki. Its figures are about these edits,
    never about the wiki.
    """
    parts = services()
    if is_evidence:
        _refuse_others(context)
        _create_evidence(parts, slug, given, is_dry_run=is_dry_run)
        return
    wanted = replace(
        read_frame(parts, slug, given),
        facet=_facet(parts, given["form"], given["facet"], is_dry_run=is_dry_run),
        closes_at=ends(given["closes"]),
        max_extra=given["max_extra"],
        daily_cap=given["daily_cap"],
        name=given["name"],
        guideline=_read(given["guideline"]) if given["guideline"] else None,
        language=given["language"],
    )
    now = parts.clock()
    if not is_dry_run:
        campaigns.create(parts.database, OPERATOR, wanted, now=now)
        click.echo(f"campaign {slug} is a draft; next: jadelite campaigns draw {slug}")
    tell_plan(campaigns.preview(parts.database, OPERATOR, wanted, now=now), "text")


@group.command()
@click.argument("slug")
@click.option(
    "--stream",
    type=click.Choice(campaigns.DRAWN_STREAMS),
    default="probability",
    show_default=True,
    help="The sample, the 30-edit link, or edits to try with.",
)
@click.option("--n", type=int, help="Edits to draw; as planned, or 30, where left out.")
@click.option("--seed", type=int, help="Seed of the draw; a random one where left out.")
@format_option
def draw(slug: str, stream: Any, n: int | None, seed: int | None, style: str) -> None:
    """Draw the edits of a draft, once, and store how."""
    parts = services()
    drawn = drawing.draw(parts.database, slug, stream=stream, n=n, seed=seed, now=parts.clock())
    if is_too_small_to_show(drawn.n_edits):
        drawn = replace(drawn, strata=())
    if style == "json":
        click.echo(json.dumps(asdict(drawn)))
        return
    click.echo(
        f"campaign {slug}, {stream}: {counted(drawn.n_drawn, 'edit')} of {drawn.n_edits} drawn"
        f" with the seed {drawn.seed}"
    )
    for stratum in drawn.strata:
        click.echo(f"  {stratum.label:<32}{stratum.n_drawn} of {stratum.n_edits}")


@group.command()
@click.argument("slug")
@click.option("--above", type=float, required=True, help="Least score of the edits.")
@click.option("--n", type=int, required=True, help="How many more edits.")
def more(slug: str, above: float, n: int) -> None:
    """Draw more edits of an open campaign that score at least so much."""
    parts = services()
    added = topping_up.top_up(parts.database, slug, threshold=above, n=n, now=parts.clock())
    click.echo(f"campaign {slug}: {counted(added, 'edit')} more to judge")


group.add_command(guardrail_commands.group, "guardrail")


@group.command("open")
@click.argument("slug")
def open_(slug: str) -> None:
    """Take judgments for a campaign that is drawn; of a real wiki, once its community agreed."""
    parts = services()
    campaigns.open_(parts.database, OPERATOR, slug, now=parts.clock())
    click.echo(f"campaign {slug} is open")


@group.command()
@click.argument("slug")
def close(slug: str) -> None:
    """Take no more judgments; scores and judgments of its edits can be seen from then on."""
    parts = services()
    campaigns.close(parts.database, OPERATOR, slug, now=parts.clock())
    click.echo(f"campaign {slug} is closed")


@group.command()
@click.argument("slug")
@click.option("--closes", type=DAY, help="New last day of judging, in UTC.")
@click.option("--k", type=int, help="More reviewers for each edit that is not complete.")
@click.option("--n", type=int, help="Another number of edits, before the draw only.")
def extend(slug: str, closes: datetime | None, k: int | None, n: int | None) -> None:
    """Let a campaign last longer, or ask for more judgments."""
    parts = services()
    changed = campaigns.extend(
        parts.database, OPERATOR, slug, closes_at=ends(closes), k=k, n=n, now=parts.clock()
    )
    end = f"ends at {changed.closes_at:%Y-%m-%d %H:%M} UTC" if changed.closes_at else "has no end"
    click.echo(f"campaign {slug} {end}, {counted(changed.k, 'reviewer')} for each edit")


@group.command()
@click.argument("slug")
def archive(slug: str) -> None:
    """Put a closed campaign, or a draft, out of the lists for good."""
    parts = services()
    campaigns.archive(parts.database, OPERATOR, slug, now=parts.clock())
    click.echo(f"campaign {slug} is archived")


@group.command()
@click.argument("slug")
def form(slug: str) -> None:
    """Print the form of a campaign, with its words, as a YAML file."""
    click.echo(texts.form_file(services().database, slug), nl=False)


def _create_evidence(
    parts: Services, slug: str, given: dict[str, Any], *, is_dry_run: bool
) -> None:
    n_edits = evidence.create_from_imports(
        parts.database,
        slug,
        given["wiki"],
        k=given["k"],
        with_text_only=given["with_text_only"],
        is_dry_run=is_dry_run,
        now=parts.clock(),
    )
    verb = "would hold" if is_dry_run else "is open with"
    click.echo(
        f"campaign {slug} {verb} {counted(n_edits, 'edit')}, {counted(given['k'], 'reviewer')} each"
    )


def _refuse_others(context: click.Context) -> None:
    others = sorted(
        name
        for name in context.params
        if name not in OF_EVIDENCE
        and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )
    if others:
        raise Invalid(
            "not-for-evidence",
            f"--evidence takes all stored edits and no {', '.join(others)};"
            " expected only --wiki, --k, --with-text, --dry-run with it",
        )


def _facet(parts: Services, path: Path | None, facet: str, *, is_dry_run: bool) -> str:
    if path is None:
        return facet
    text = _read(path)
    if is_dry_run:
        forms.parse(text)  # says what is wrong with it; the plan does not hang on the questions
        return facet
    return texts.store_form(parts.database, OPERATOR, text, now=parts.clock())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("not-utf-8", f"{path} is no text in UTF-8, expected one") from error

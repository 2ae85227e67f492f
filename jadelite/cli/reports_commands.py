"""`jadelite reports`: compute and show reports."""

import json

import click

from jadelite.audit import reporting, reports
from jadelite.cli.common import counted, format_option, services
from jadelite.domain.errors import NotFound
from jadelite.domain.reports import Figure, ModelReport, Report


@click.group()
def group() -> None:
    """Compute and show reports."""


@group.command()
@click.argument("campaign")
@format_option
def compute(campaign: str, style: str) -> None:
    """Compute the report of a campaign now, freeze it, and print it."""
    parts = services()
    tell(reporting.compute(parts.database, campaign, now=parts.clock()), style)


@group.command()
@click.argument("campaign")
@format_option
def show(campaign: str, style: str) -> None:
    """Print the newest frozen report of a campaign."""
    parts = services()
    page = reports.report_page(parts.database, campaign)
    if page.report is None:
        raise NotFound("no-report", f"{campaign} has no report; run: jadelite reports compute")
    tell(page.report, style)


def tell(report: Report, style: str) -> None:
    """Write a report as text or JSON."""
    if style == "json":
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    click.echo(f"report of {report.campaign} ({report.wiki}, {report.kind})")
    click.echo(
        f"  computed {report.computed_at:%Y-%m-%d %H:%M} UTC, snapshot {report.snapshot[:12]}"
    )
    for note in report.notes:
        click.echo(f"  note: {note}")
    if report.kind == "import":
        click.echo("  not a sample of the wiki: these figures are about the imported edits only")
    if report.is_small:
        click.echo("  small: fewer than 30 judgments; no verdict should rest on this")
    click.echo(
        f"  {counted(report.n_edits, 'edit')}, {report.n_edits_judged} judged;"
        f" {counted(report.n_judgments, 'judgment')},"
        f" {report.n_judgments_used} counted; reviewers: {_figure(report.n_reviewers)}"
    )
    for question in report.questions:
        click.echo(f"{question.question}:")
        click.echo(
            f"  votes: {question.n_yes} yes, {question.n_no} no, {question.n_unsure} unsure;"
            f" {counted(question.n_decided, 'edit')} decided (at least {report.min_votes} votes)"
        )
        click.echo(f"  raw agreement         {_figure(question.percent_agreement)}")
        click.echo(f"  Krippendorff's alpha  {_figure(question.krippendorff_alpha)}")
        for model in question.models:
            _tell_model(model)
    for asked in report.labelled:
        counts = ", ".join(f"{item.n} {item.label}" for item in asked.counts)
        click.echo(f"{asked.question}:")
        click.echo(f"  answers on {counted(asked.n_edits, 'edit')}: {counts}")
        click.echo(f"  raw agreement         {_figure(asked.percent_agreement)}")
        name = "ordinal alpha        " if asked.is_ordinal else "Krippendorff's alpha "
        click.echo(f"  {name} {_figure(asked.krippendorff_alpha)}")


def _tell_model(model: ModelReport) -> None:
    table = model.confusion
    click.echo(
        f"  {model.model}@{model.version} at {model.threshold:g} ({model.threshold_origin}):"
        f" {table.tn} true negative, {table.fp} false positive,"
        f" {table.fn} false negative, {table.tp} true positive"
    )
    for name in ("precision", "recall", "false_positive_rate", "roc_auc", "brier"):
        click.echo(f"    {name:<20}{_figure(getattr(model, name))}")
    click.echo(
        "    model sure, people firmly against:"
        f" {counted(len(model.confident_misses), 'edit')} shown,"
        f" {model.n_confident_misses_masked} still being judged"
    )


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return f"not computed ({figure.reason}), n={figure.n}"
    if figure.method == "count":
        return f"{figure.value:g}"
    interval = ""
    if figure.low is not None and figure.high is not None:
        interval = f" [{figure.low:.4f}, {figure.high:.4f}]"
    small = ", small" if figure.is_small else ""
    return f"{figure.value:.4f}{interval} n={figure.n} ({figure.method}{small})"

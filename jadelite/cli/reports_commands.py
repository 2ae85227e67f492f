"""`jadelite reports`: compute, show and gate; take files home; say what came of the labels."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from jadelite.audit import label_uses, reporting, reports
from jadelite.cli import gate_commands
from jadelite.cli.common import services
from jadelite.cli.showing import counted, format_option, printable
from jadelite.domain.errors import NotFound
from jadelite.domain.figures import Figure
from jadelite.domain.label_uses import USE_KINDS, NewLabelUse
from jadelite.domain.model_reports import ModelReport, Rates, VersionComparison
from jadelite.domain.people import OPERATOR
from jadelite.domain.reports import LabelReport, QuestionReport, Report

SHOWN = ("precision", "recall", "false_positive_rate", "prevalence")
COMPARED = ("precision", "recall", "false_positive_rate", "brier")


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
    tell(_newest(campaign), style)


@group.command()
@click.argument("campaign")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write them; it is made if it is not there.",
)
def files(campaign: str, folder: Path) -> None:
    """Write the newest report of a campaign, its data and a notebook that checks it."""
    report = _newest(campaign)
    frozen = reports.report_files(services().database, campaign)
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n"
    (folder / "report.json").write_text(told, encoding="utf-8")
    for name, content in frozen.items():
        (folder / name).write_bytes(content)
    click.echo(f"{counted(len(frozen) + 1, 'file')} in {folder}")
    click.echo(f"check them with: python -m jadelite.report.check {folder}")


@group.command()
@click.argument("campaign")
@click.option("--kind", type=click.Choice(USE_KINDS), help="What was done with the labels.")
@click.option("--text", help="The same in a sentence or more.")
@click.option("--language", default="en", show_default=True, help="Of the text.")
@click.option("--url", help="Where to read more.")
@click.option("--model", metavar="M@V", help="The model version it led to, name@version.")
@format_option
def used(
    campaign: str,
    style: str,
    *,
    kind: str | None,
    text: str | None,
    language: str,
    url: str | None,
    model: str | None,
) -> None:
    """Record what a campaign's labels were used for; without --kind and --text list it."""
    parts = services()
    if kind is not None or text is not None:
        new = NewLabelUse(kind or "", text or "", language=language, url=url, model=model)
        label_uses.record_use(parts.database, OPERATOR, campaign, new, now=parts.clock())
    found = label_uses.list_uses(parts.database, campaign)
    if style == "json":
        click.echo(json.dumps([asdict(use) for use in found], default=str, ensure_ascii=False))
        return
    for use in found:
        more = ", ".join(part for part in (use.model, use.url) if part)
        told = f"{use.recorded_at:%Y-%m-%d} {use.kind}: {use.text}"
        click.echo(printable(f"{told} ({more})" if more else told))


group.add_command(gate_commands.group, "gate")


def tell(report: Report, style: str) -> None:
    """Write a report as text or JSON, what it comes to first."""
    if style == "json":
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    click.echo(f"report of {report.campaign} ({report.wiki}, {report.kind})")
    for question in report.questions:
        for model in question.models:
            click.echo(f"  {_verdict(question, model)}")
            for alarm in model.alarms:
                click.echo(f"  ! {alarm}")
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
    doubts = f": {', '.join(report.trust.doubts)}" if report.trust.doubts else ""
    click.echo(f"  trust: {report.trust.light}{doubts}")
    for question in report.questions:
        _tell_question(question, report.min_votes)
    for asked in report.labelled:
        _tell_labels(asked)


def _newest(campaign: str) -> Report:
    """The newest frozen report. Raises NotFound without one."""
    report = reports.report_page(services().database, campaign).report
    if report is None:
        raise NotFound("no-report", f"{campaign} has no report; run: jadelite reports compute")
    return report


def _verdict(question: QuestionReport, model: ModelReport) -> str:
    """What a model comes to, in a sentence; none where too little is judged."""
    name = f"{model.model}@{model.version}"
    found = model.rates
    least = min(found.precision.n, found.recall.n)
    if found.precision.value is None or found.recall.value is None:
        return f"{name}: no verdict, {question.question} can't be told from these judgments"
    if found.precision.is_small or found.recall.is_small:
        return f"{name}: no verdict, {counted(least, 'edit')} judged where 30 are needed"
    return (
        f"{name} at {model.threshold:g}: {_share(found.precision)} of what it flags is"
        f" {question.question}, and it finds {_share(found.recall)} of it"
    )


def _tell_question(question: QuestionReport, min_votes: int) -> None:
    click.echo(f"{question.question}:")
    click.echo(
        f"  votes: {question.n_yes} yes, {question.n_no} no, {question.n_unsure} unsure;"
        f" {counted(question.n_decided, 'edit')} decided (at least {min_votes} votes)"
    )
    click.echo(f"  raw agreement         {_figure(question.agreement.percent_agreement)}")
    click.echo(f"  Krippendorff's alpha  {_figure(question.agreement.krippendorff_alpha)}")
    for model in question.models:
        _tell_model(model)
    for pair in question.comparisons:
        _tell_comparison(pair)


def _tell_comparison(pair: VersionComparison) -> None:
    click.echo(
        f"  {pair.second} less {pair.first}, on the same {counted(pair.n_cases, 'edit')}:"
        f" {counted(pair.n_flips, 'edit')} flagged by one only"
    )
    for name in COMPARED:
        click.echo(f"    {name:<20}{_figure(getattr(pair, name))}")


def _tell_model(model: ModelReport) -> None:
    audited = "" if model.is_audited else ", not audited by this campaign"
    click.echo(
        f"  {model.model}@{model.version} at {model.threshold:g} ({model.threshold_origin}):"
        f" {_cells(model.in_sample)}{audited}"
    )
    for name in SHOWN:
        click.echo(f"    {name:<20}{_figure(getattr(model.rates, name))}")
    click.echo(f"    {'roc_auc':<20}{_figure(model.roc_auc)}")
    click.echo(f"    {'brier':<20}{_figure(model.calibration.brier)}")
    for found in model.lists:
        masked = f", {found.n_masked} of the first still being judged" if found.n_masked else ""
        click.echo(f"    list {found.name:<15}{counted(found.n, 'edit')}{masked}")


def _cells(rates: Rates) -> str:
    cells = rates.cells
    return (
        f"{cells.tn:g} true negative, {cells.fp:g} false positive,"
        f" {cells.fn:g} false negative, {cells.tp:g} true positive"
    )


def _tell_labels(asked: LabelReport) -> None:
    counts = ", ".join(f"{item.n} {item.label}" for item in asked.counts)
    click.echo(f"{asked.question}:")
    click.echo(f"  answers on {counted(asked.n_edits, 'edit')}: {counts}")
    click.echo(f"  raw agreement         {_figure(asked.percent_agreement)}")
    name = "ordinal alpha        " if asked.is_ordinal else "Krippendorff's alpha "
    click.echo(f"  {name} {_figure(asked.krippendorff_alpha)}")


def _share(figure: Figure) -> str:
    """A share with its interval: "94.0% [91.2, 96.1]"."""
    if figure.value is None or figure.low is None or figure.high is None:
        return _figure(figure)
    return f"{figure.value:.1%} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"


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

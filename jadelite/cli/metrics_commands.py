"""`jadelite metrics`: figures about anybody's CSV file; needs numpy and click, no database."""

import json
from collections.abc import Iterator
from typing import Any

import click

from jadelite.audit import measuring
from jadelite.audit.measuring import Interval, Level
from jadelite.cli.showing import counted, format_option, printable

COEFFICIENTS = (
    "percent_agreement",
    "krippendorff_alpha",
    "fleiss_kappa",
    "conger_kappa",
    "cohen_kappa",
    "gwet_ac1",
)
MODEL_FIGURES = ("prevalence", "roc_auc", "average_precision", "brier", "log_loss", "ece")
RATES = ("precision", "recall", "fpr", "f1", "match_rate")


@click.group()
def group() -> None:
    """Agreement of raters, and a model against labels, from a CSV file."""


@group.command()
@click.argument("path", metavar="FILE")
@click.option("--unit", required=True, help="Column of what was judged.")
@click.option("--rater", required=True, help="Column of who judged it.")
@click.option("--label", required=True, help="Column of the label; an empty cell is no judgment.")
@click.option(
    "--level",
    type=click.Choice(measuring.LEVELS),
    default="nominal",
    help="How labels disagree, for Krippendorff's alpha.",
)
@click.option(
    "--order", help="All labels, lowest first, such as low,middle,high; else by number or alphabet."
)
@click.option(
    "--interval",
    type=click.Choice(measuring.INTERVALS),
    default="analytic",
    help="For other units (by formula or resampling), or for other units and raters (crossed).",
)
@click.option(
    "--consensus-out", metavar="FILE", help="Write each unit's most likely label and its chance."
)
@format_option
def agreement(
    path: str,
    unit: str,
    rater: str,
    label: str,
    *,
    level: Level,
    order: str | None,
    interval: Interval,
    consensus_out: str | None,
    style: str,
) -> None:
    """Tell how far raters agree; FILE.csv or .csv.gz has a row for each unit, rater and label.

    A rater's second row on the same unit is left out and counted.
    """
    found = measuring.agreement_of(
        path,
        unit,
        rater,
        label,
        level=level,
        order=None if order is None else order.split(","),
        interval=interval,
        consensus_out=consensus_out,
    )
    _tell(found, _agreement_lines(found), style=style)


@group.command()
@click.argument("path", metavar="FILE")
@click.option("--probability", required=True, help="Column of the model's probability, 0 to 1.")
@click.option("--label", required=True, help="Column of people's label.")
@click.option("--positive", help="The label that the probability is of, unless 1, true or yes.")
@click.option("--weight", help="Column of weights; without it all rows weigh alike.")
@click.option(
    "--threshold",
    "thresholds",
    type=click.FloatRange(0, 1),
    multiple=True,
    default=(0.5,),
    help="Where flagging begins; may be given again. 0.5 if not given.",
)
@click.option("--bins", "n_bins", type=click.IntRange(1, 10_000), default=10, show_default=True)
@format_option
def model(
    path: str,
    probability: str,
    label: str,
    *,
    positive: str | None,
    weight: str | None,
    thresholds: tuple[float, ...],
    n_bins: int,
    style: str,
) -> None:
    """Tell how well a model's probabilities fit labels; FILE.csv or .csv.gz has a row a case.

    A row with an empty probability or label is left out and counted.
    """
    found = measuring.model_of(
        path,
        probability,
        label,
        positive=positive,
        weight=weight,
        thresholds=thresholds,
        n_bins=n_bins,
    )
    _tell(found, _model_lines(found), style=style)


# What measuring gives is JSON-ready, so its values are of any type here.
def _tell(found: dict[str, Any], lines: Iterator[str], *, style: str) -> None:
    if style == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(printable(line))


def _agreement_lines(found: dict[str, Any]) -> Iterator[str]:
    units = (
        f"{counted(found['n_units'], 'unit')}, {found['n_units_pairable']} of them with 2 or more"
    )
    yield f"{counted(found['n_labels'], 'label')}, {counted(found['n_raters'], 'rater')}, {units}"
    yield from _dropped(found)
    yield f"labels: {', '.join(found['labels'])}; level of krippendorff_alpha: {found['level']}"
    yield from _table({name: found[name] for name in COEFFICIENTS if name in found})
    consensus = found["dawid_skene"]
    ending = "converged" if consensus["converged"] else "not converged"
    yield f"dawid_skene: {ending} after {counted(consensus['n_iterations'], 'iteration')}"
    for name, prior in consensus["priors"].items():
        yield f"  {prior:>9.4f}  {name}"
    if consensus["consensus_file"] is not None:
        yield f"wrote {consensus['consensus_file']}"


def _model_lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{counted(found['n'], 'case')}, {found['n_positive']} of them positive"
    yield from _dropped(found)
    yield from _table({name: found[name] for name in MODEL_FIGURES})
    for line in found["thresholds"]:
        cells = ", ".join(f"{name} {line[name]:.10g}" for name in ("tp", "fp", "fn", "tn"))
        yield f"at {line['threshold']:g}: {cells}"
        yield from _table({name: line[name] for name in RATES})
    yield "share of positive labels by probability:"
    yield from _table(
        {f"{one['low']:.4g} to {one['high']:.4g}": one["observed"] for one in found["calibration"]}
    )


def _dropped(found: dict[str, Any]) -> Iterator[str]:
    for key, what in (
        ("n_repeated_dropped", "repeated a unit and its rater and {was} left out"),
        ("n_empty_dropped", "had nothing to judge by and {was} left out"),
    ):
        number = found.get(key, 0)
        if number:
            yield f"{counted(number, 'row')} {what.format(was='was' if number == 1 else 'were')}"


def _table(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A line for each figure: value, 95 % interval, n, method, in columns."""
    width = max(len(name) for name in figures)
    for name, figure in figures.items():
        if figure["value"] is None:
            value, ends = "-", f"no value: {figure['reason']}"
        else:
            value = f"{figure['value']:.4f}"
            is_open = figure["low"] is None
            ends = "no interval" if is_open else f"{figure['low']:.4f} to {figure['high']:.4f}"
        yield f"  {name:<{width}}  {value:>7}  {ends:<18}  n {figure['n']:<8}  {figure['method']}"

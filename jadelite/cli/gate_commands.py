"""`jadelite gate`: hold a model version to bounds on a campaign's labels; the exit code says."""

import json
from dataclasses import asdict

import click

from jadelite.audit import gating
from jadelite.audit.gating import Bounds, Condition, Verdict
from jadelite.cli.common import services
from jadelite.cli.showing import format_option

NOT_KEPT = 1
_SIGNS = {"at-least": ">=", "at-most": "<="}


@click.command("gate")
@click.option("--campaign", required=True, help="The campaign whose labels are used.")
@click.option("--model", required=True, metavar="M@V", help="The model version, name@version.")
@click.option("--question", help="Where the model answers several.")
@click.option(
    "--min-precision-low", "precision_low", type=float, help="Bound on precision's low end."
)
@click.option("--min-recall-low", "recall_low", type=float, help="Bound on recall's low end.")
@click.option(
    "--max-fpr-high", "fpr_high", type=float, help="Bound on the false positive rate's high end."
)
@click.option("--at", "threshold", type=float, help="Threshold; else the one in force.")
@format_option
def group(
    campaign: str,
    model: str,
    question: str | None,
    precision_low: float | None,
    recall_low: float | None,
    fpr_high: float | None,
    threshold: float | None,
    style: str,
) -> None:
    """Hold a model version to bounds on a campaign's labels.

    Bounds are on the ends of the 95 % intervals. Leaves with 0 if all are kept, with 1 if one is
    not, also for too few judgments.
    """
    parts = services()
    verdict = gating.judge(
        parts.database,
        campaign,
        model,
        Bounds(precision_low, recall_low, fpr_high),
        question=question,
        threshold=threshold,
        now=parts.clock(),
    )
    _tell(verdict, style)
    if not verdict.is_kept:
        raise click.exceptions.Exit(NOT_KEPT)


def _tell(verdict: Verdict, style: str) -> None:
    if style == "json":
        click.echo(json.dumps({**asdict(verdict), "is_kept": verdict.is_kept}))
        return
    click.echo(
        f"{verdict.model} on {verdict.question} at {verdict.threshold:g},"
        f" labels of {verdict.campaign} (snapshot {verdict.snapshot[:12]})"
    )
    for condition in verdict.conditions:
        click.echo(f"  {_sentence(condition)}")
    click.echo("kept" if verdict.is_kept else "not kept")


def _sentence(condition: Condition) -> str:
    found = condition.found
    end = "low" if condition.side == "at-least" else "high"
    asked = f"{condition.figure} {end} end {_SIGNS[condition.side]} {condition.bound:g}"
    if found.value is None:
        return f"not kept: {asked}: can't be computed ({found.reason})"
    interval = "without an interval"
    if found.low is not None and found.high is not None:
        interval = f"[{found.low:.4f}, {found.high:.4f}]"
    what = f"{found.value:.4f} {interval} n={found.n} ({found.method})"
    if condition.n_missing:
        return f"not kept: {asked}: {what}; too few, {condition.n_missing} more are needed"
    return f"{'kept' if condition.is_kept else 'not kept'}: {asked}: {what}"

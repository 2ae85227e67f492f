"""`jadelite scores`: scores from files."""

import click

from jadelite.audit import intake
from jadelite.audit.lines import Options
from jadelite.cli.common import ProgressLine, format_option, open_lines, services, tell


@click.group()
def group() -> None:
    """Import scores."""


@group.command("import")
@click.argument("path", metavar="FILE")
@click.option("--note", help="Printed with every report that rests on this file.")
@click.option("--question", help="What a model of unknown name answers: damaging or goodfaith.")
@click.option("--strict", "is_strict", is_flag=True, help="Stop at the first bad line.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check everything, store nothing.")
@format_option
def import_scores(
    path: str, note: str | None, question: str | None, is_strict: bool, is_dry_run: bool, style: str
) -> None:
    """Read scores from FILE, newline-delimited JSON (- for standard input; .gz too).

    Fields: wiki, rev_id, model, model_version, probabilities, prediction, scored_at.
    The same line again changes nothing.
    """
    options = Options(note=note, is_strict=is_strict, is_dry_run=is_dry_run, question=question)
    parts = services()
    progress = ProgressLine()
    summary = intake.import_scores(
        parts.database, open_lines(path), options, now=parts.clock(), progress=progress
    )
    progress.finish()
    tell(summary, style=style, is_dry_run=is_dry_run, note=note)

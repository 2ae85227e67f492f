"""`jadelite judgments`: judgments made elsewhere from files."""

import click

from jadelite.audit import labels
from jadelite.audit.lines import Options
from jadelite.cli.common import ProgressLine, format_option, open_lines, services, tell


@click.group()
def group() -> None:
    """Import judgments made elsewhere."""


@group.command("import")
@click.argument("path", metavar="FILE")
@click.option("--note", help="Printed with every report that rests on this file.")
@click.option("--strict", "is_strict", is_flag=True, help="Stop at the first bad line.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check everything, store nothing.")
@format_option
def import_judgments(
    path: str, note: str | None, is_strict: bool, is_dry_run: bool, style: str
) -> None:
    """Read judgments from FILE, newline-delimited JSON (- for standard input; .gz too).

    Fields: wiki, rev_id, campaign, reviewer, kind, answers, judged_at, score_seen,
    peers_seen, note.
    The same line again changes nothing.
    """
    options = Options(note=note, is_strict=is_strict, is_dry_run=is_dry_run)
    parts = services()
    progress = ProgressLine()
    summary = labels.import_judgments(
        parts.database, open_lines(path), options, now=parts.clock(), progress=progress
    )
    progress.finish()
    tell(summary, style=style, is_dry_run=is_dry_run, note=note)

"""`jadelite edits`: edits from files."""

import click

from jadelite.audit import intake
from jadelite.audit.lines import Options
from jadelite.cli.common import ProgressLine, open_lines, services, tell
from jadelite.cli.showing import format_option


@click.group()
def group() -> None:
    """Import edits."""


@group.command("import")
@click.argument("path", metavar="FILE")
@click.option("--strict", "is_strict", is_flag=True, help="Stop at the first bad line.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check everything, store nothing.")
@format_option
def import_edits(path: str, is_strict: bool, is_dry_run: bool, style: str) -> None:
    """Read edits from FILE, newline-delimited JSON (- for standard input; .gz too).

    Fields: wiki, rev_id, parent_rev_id, page_title, namespace, timestamp, comment,
    editor_kind, text_before, text_after.
    The same line again changes nothing.
    """
    options = Options(is_strict=is_strict, is_dry_run=is_dry_run)
    parts = services()
    progress = ProgressLine()
    summary = intake.import_edits(
        parts.database, open_lines(path), options, now=parts.clock(), progress=progress
    )
    progress.finish()
    tell(summary, style=style, is_dry_run=is_dry_run)

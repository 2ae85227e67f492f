"""`jadelite judgments`: judgments made elsewhere from files; labels of a campaign to files."""

from pathlib import Path

import click

from jadelite.audit import labels
from jadelite.audit import training as exporting
from jadelite.audit.lines import Options
from jadelite.cli.common import ProgressLine, open_lines, services, tell
from jadelite.cli.showing import counted, format_option


@click.group()
def group() -> None:
    """Import judgments made elsewhere, export labels."""


@group.command()
@click.option("--campaign", required=True, help="The campaign whose labels are wanted.")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="A new folder."
)
@click.option("--training", is_flag=True, required=True, help="For training, with a datasheet.")
@click.option("--guideline", type=int, help="Only judgments under this version of the guideline.")
def export(campaign: str, folder: Path, guideline: int | None, *, training: bool) -> None:
    """Write a campaign's labels to a folder: blind judgments of people, every vote kept.

    With licence, datasheet and checksums. That they were given out is shown with the report.
    """
    parts = services()
    written = exporting.export(
        parts.database, campaign, folder, guideline=guideline, now=parts.clock()
    )
    click.echo(
        f"{folder}: {counted(written.n_labels, 'label')} on {counted(written.n_edits, 'edit')}"
        f" ({', '.join(written.files)})"
    )


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

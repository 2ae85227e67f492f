"""`jadelite scores`: scores from files, from the services, and from event streams."""

import json
from contextlib import nullcontext
from datetime import datetime, timedelta

import click

from jadelite.audit import fetch_plans, fetching, following, intake, replaying
from jadelite.audit.fetching import FetchSummary, Wanted
from jadelite.audit.lines import Options
from jadelite.audit.outside import Outside
from jadelite.cli.common import ProgressLine, open_lines, services, tell
from jadelite.cli.durations import Duration
from jadelite.cli.exits import BAD_LINES
from jadelite.cli.follow_options import FollowLine, Since, stop_asked, tell_followed
from jadelite.cli.showing import counted, format_option, printable
from jadelite.config import data_folder
from jadelite.domain.errors import Invalid
from jadelite.wiring import Services


@click.group()
def group() -> None:
    """Import, fetch and follow scores."""


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

    Fields: wiki, rev_id, model, model_version, scored_at, and one of probabilities (with
    prediction), value, failure (reason, detail). The same line again changes nothing.
    """
    options = Options(note=note, is_strict=is_strict, is_dry_run=is_dry_run, question=question)
    parts = services()
    progress = ProgressLine()
    summary = intake.import_scores(
        parts.database, open_lines(path), options, now=parts.clock(), progress=progress
    )
    progress.finish()
    tell(summary, style=style, is_dry_run=is_dry_run, note=note)


@group.command()
@click.option("--wiki", required=True, help="Database name, such as fawiki.")
@click.option("--model", required=True, help="MODEL or MODEL@VERSION, as in models list.")
@click.option("--revisions", metavar="FILE", help="One revision number a line (- for input).")
@click.option("--campaign", help="The edits of a campaign, to replay a new version on them.")
@click.option("--recent", type=int, help="The newest so many changes of the wiki.")
@click.option("--since", type=Duration(), help="All changes of the last, say, 2h.")
@click.option("--again", "is_again", is_flag=True, help="Also ask about edits that are done.")
@click.option("--every", help="Let the worker do it again and again, such as 1h; off to end it.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Count what would be asked.")
@format_option
def fetch(
    wiki: str,
    model: str,
    revisions: str | None,
    campaign: str | None,
    recent: int | None,
    since: timedelta | None,
    every: str | None,
    style: str,
    *,
    is_again: bool,
    is_dry_run: bool,
) -> None:
    """Ask a model what it says of edits; store each score, or why there is none.

    Edits that have a score, or a reason for none that lasts, are not asked about again.
    """
    parts = services()
    outside = Outside(parts.settings, clock=parts.clock)
    if every is not None:
        is_plain = (
            (revisions or campaign) is None and since is None and not is_again and not is_dry_run
        )
        _plan(wiki, model, every, recent=recent, is_plain=is_plain)
        return
    wanted = Wanted(
        rev_ids=_asked_about(parts, wiki, revisions, campaign),
        recent=recent,
        since=None if since is None else fetching.ago(parts.clock(), since),
        is_again=is_again,
        is_dry_run=is_dry_run,
    )
    line = ProgressLine("edits", "without a score")

    def progress(summary: FetchSummary) -> None:
        line.total = summary.n_edits
        line(summary)

    summary = fetching.fetch_scores(
        parts.database, outside, wiki, model, wanted, clock=parts.clock, progress=progress
    )
    line.finish()
    _tell_fetched(summary, style=style, is_dry_run=is_dry_run)


def _plan(wiki: str, model: str, every: str, *, recent: int | None, is_plain: bool) -> None:
    parts = services()
    if not is_plain:
        raise Invalid("bad-plan", "--every goes with --recent or alone, not with other choices")
    if every == "off":
        fetch_plans.end_fetch(parts.database, wiki, model)
        click.echo(f"{model} is no longer asked about {wiki}")
        return
    span = Duration().convert(every, None, None)
    Outside(parts.settings, clock=parts.clock).model(model, wiki)  # an unknown one is refused now
    fetch_plans.plan_fetch(
        parts.database, wiki, model, every=span, recent=recent, now=parts.clock()
    )
    click.echo(f"the worker asks {model} about {wiki} every {every}")


def _asked_about(
    parts: Services, wiki: str, revisions: str | None, campaign: str | None
) -> list[int] | None:
    if revisions is not None and campaign is not None:
        raise Invalid("bad-fetch", "--revisions and --campaign both say which; expected one")
    if campaign is not None:
        return replaying.revisions_of(parts.database, campaign, wiki)
    return None if revisions is None else _revisions(revisions)


def _revisions(path: str) -> list[int]:
    found = []
    for number, line in enumerate(open_lines(path), start=1):
        text = line.strip()
        if not text:
            continue
        if not text.isdigit() or not 0 < int(text) < 2**63:
            shown = printable(text[:40].decode("utf-8", "replace"))
            raise Invalid("bad-revision", f"line {number} is '{shown}', expected a revision number")
        found.append(int(text))
    return found


def _tell_fetched(summary: FetchSummary, *, style: str, is_dry_run: bool) -> None:
    for rev_id in summary.differing[:20]:
        click.echo(
            f"revision {rev_id}: another score of the same version is stored; kept", err=True
        )
    if summary.stopped is not None:
        click.echo(f"stopped early: {printable(summary.stopped)}", err=True)
    if style == "json":
        row = {
            "edits": summary.n_edits,
            "skipped": summary.n_skipped,
            "asked": summary.n_asked,
            "stored": summary.n_stored,
            "known": summary.n_known,
            "differing": len(summary.differing),
            "failed": dict(sorted(summary.failed.items())),
            "stopped": summary.stopped,
            "dry_run": is_dry_run,
        }
        click.echo(json.dumps(row))
    elif is_dry_run:
        click.echo(f"{counted(summary.n_edits, 'edit')}: {summary.n_asked} would be asked about")
    else:
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(summary.failed.items()))
        click.echo(
            f"{counted(summary.n_edits, 'edit')}: {counted(summary.n_stored, 'score')} stored,"
            f" {summary.n_known} known,"
            f" {summary.n_skipped} done before, {summary.n_bad} without a score"
            + (f" ({reasons})" if reasons else "")
        )
    if summary.stopped is not None:
        raise click.exceptions.Exit(75)
    if summary.differing:
        raise click.exceptions.Exit(BAD_LINES)


@group.command()
@click.option("--stream", "streams", multiple=True, help="A stream, instead of the usual ones.")
@click.option("--wiki", "wikis", multiple=True, help="Only this wiki, such as fawiki.")
@click.option("--since", type=Since(), help="Where to begin the first time, instead of now.")
@click.option("--max-events", type=click.IntRange(1), help="Stop after so many events.")
@click.option("--until-idle", type=click.FloatRange(0), help="Stop after so many quiet seconds.")
@click.option("--batch-size", type=click.IntRange(1, 20_000), help="Most events a transaction.")
@click.option("--replay", metavar="FILE", help="Read a recorded stream (- for input; .gz too).")
@format_option
def follow(
    streams: tuple[str, ...],
    wikis: tuple[str, ...],
    since: datetime | None,
    max_events: int | None,
    until_idle: float | None,
    batch_size: int | None,
    replay: str | None,
    style: str,
) -> None:
    """Store what event streams say: scores, edits to score, and what wikis hid.

    Runs until stopped. It goes on where it was stopped, or killed; nothing is stored twice.
    """
    parts = services()
    outside = Outside(parts.settings, clock=parts.clock)
    chosen = following.followed_wikis(wikis, outside.hosts)
    name = following.stream_name(streams or following.DEFAULT_STREAMS)
    line = FollowLine(lambda: outside.write_states(parts.database))
    with stop_asked() as stop:
        source = (
            nullcontext(following.Recording(open_lines(replay)))
            if replay is not None
            else following.open_reader(
                parts.database, outside.client(following.SERVICE), stream=name, since=since
            )
        )
        with source as reader:
            summary = following.follow(
                parts.database,
                reader,
                stream=None if replay is not None else name,
                wikis=chosen,
                models=following.stream_models(data_folder("models")),
                clock=parts.clock,
                progress=line,
                batch_size=batch_size or following.BATCH_SIZE,
                max_events=max_events,
                idle_seconds=0 if replay is not None else until_idle,
                should_stop=stop.is_set,
            )
    line.finish()
    outside.write_states(parts.database)
    tell_followed(summary, style=style)

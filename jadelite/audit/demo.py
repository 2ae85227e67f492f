"""The sample audit: five small invented wikis that ship with the product.

Their edits, scores and judgments stand in `sample/` in the import format and come in through the
same use cases as everybody's data. Loading twice changes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jadelite.audit import intake, labels, reporting
from jadelite.audit.lines import Options, Summary
from jadelite.db import campaigns, edits, scores, wikis
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid
from jadelite.domain.facets import EDITQUALITY
from jadelite.wiki import sites

SAMPLE_LANGUAGES = ("ar", "ca", "fa", "fi", "en")
SAMPLE_K = 3
SEED = 1
# The local model never says 0.5 of an ordinary edit: nine in a hundred of its training rows are
# damaging, so it acts where an edit looks more likely damaging than the average one does.
SAMPLE_THRESHOLD = 0.1
FOLDER = Path(__file__).parent / "sample"


def is_loaded(database: Database) -> bool:
    """Whether all five sample campaigns are there."""
    with database.reading() as session:
        return all(
            campaigns.by_slug(session, f"sample-{language}") for language in SAMPLE_LANGUAGES
        )


def load(database: Database, *, now: datetime, say: Callable[[str], None]) -> None:
    """Load the five sample wikis with their campaigns and first reports; `say` hears each step.

    Raises Invalid if a shipped file has a bad line.
    """
    for language in SAMPLE_LANGUAGES:
        name = f"sample-{language}"
        n_edits = _read(database, name, "edits", now)
        n_scores = _read(database, name, "scores", now)
        _open_campaign(database, name, now)
        n_judgments = _read(database, name, "judgments", now)
        reporting.compute(database, name, now=now)
        say(
            f"{name}: {n_edits} edits, {n_scores} scores or reasons for none,"
            f" {n_judgments} judgments, one report"
        )


def _read(database: Database, name: str, kind: str, now: datetime) -> int:
    path = FOLDER / f"{name}.{kind}.jsonl"
    options = Options(origin="sample")
    with path.open("rb") as lines:
        if kind == "edits":
            summary = intake.import_edits(database, lines, options, now=now, progress=_quiet)
        elif kind == "scores":
            summary = intake.import_scores(database, lines, options, now=now, progress=_quiet)
        else:
            summary = labels.import_judgments(database, lines, options, now=now, progress=_quiet)
    if summary.bad:
        wrong = summary.bad[0]
        raise Invalid("bad-sample", f"{path.name} line {wrong.number}: {wrong.reason}")
    return summary.n_lines


def _open_campaign(database: Database, name: str, now: datetime) -> None:
    with database.transaction() as session:
        if campaigns.by_slug(session, name) is not None:
            return
        wiki_id = wikis.ensure(session, sites.describe(name))
        campaigns.approve(session, wiki_id, "approved", now)
        edit_ids = edits.of_wiki(session, name)
        for version_id, _ in scores.versions_of(session, edit_ids):
            scores.set_threshold(session, version_id, wiki_id, SAMPLE_THRESHOLD, valid_from=now)
        campaign_id = campaigns.create(
            session,
            slug=name,
            wiki_id=wiki_id,
            kind="sample",
            state="open",
            k=SAMPLE_K,
            facet=EDITQUALITY.name,
            now=now,
        )
        campaigns.add_census(
            session, campaign_id, edit_ids, stream="probability", seed=SEED, now=now
        )


def _quiet(summary: Summary) -> None:
    """No progress to show: each file has a few dozen lines."""

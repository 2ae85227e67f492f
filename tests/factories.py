"""Builders with quiet defaults: a test mentions only what matters to it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text

from jadelite.audit import intake, labels, people
from jadelite.audit.lines import Options, Summary
from jadelite.db import campaigns, edits, wikis
from jadelite.db.session import Database
from jadelite.db.tables import Base
from jadelite.domain.campaigns import CampaignKind, Stream
from jadelite.domain.people import Actor
from jadelite.wiki import sites

WIKI = "sample-fa"
KEPT_TABLES = {"facet", "question", "form"}  # rows that migrations bring


def edit_line(rev_id: int = 1001, **changes: Any) -> dict[str, Any]:
    """A line of `edits import`."""
    line: dict[str, Any] = {
        "wiki": WIKI,
        "rev_id": rev_id,
        "parent_rev_id": rev_id - 1,
        "page_title": f"Page {rev_id}",
        "namespace": 0,
        "timestamp": "2026-10-01T08:00:00Z",
        "comment": "a summary",
        "editor_kind": "registered",
        "text_before": "one line\nanother line",
        "text_after": "one line\nanother longer line",
    }
    return {**line, **changes}


def score_line(rev_id: int = 1001, probability: float = 0.25, **changes: Any) -> dict[str, Any]:
    """A line of `scores import`."""
    line: dict[str, Any] = {
        "wiki": WIKI,
        "rev_id": rev_id,
        "model": "damaging",
        "model_version": "1.0.0",
        "probabilities": {"true": probability, "false": 1 - probability},
        "prediction": "true" if probability >= 0.5 else "false",
        "scored_at": "2026-10-02T08:00:00Z",
    }
    return {**line, **changes}


def judgment_line(rev_id: int = 1001, **changes: Any) -> dict[str, Any]:
    """A line of `judgments import`."""
    line: dict[str, Any] = {
        "wiki": WIKI,
        "rev_id": rev_id,
        "campaign": "an-import",
        "reviewer": "somebody",
        "kind": "person",
        "answers": {"damaging": "no", "goodfaith": "yes"},
        "judged_at": "2026-10-03T08:00:00Z",
        "score_seen": "no",
        "peers_seen": "no",
    }
    return {**line, **changes}


def as_lines(rows: Iterable[dict[str, Any]]) -> list[bytes]:
    """Rows as lines of a file."""
    return [json.dumps(row).encode() + b"\n" for row in rows]


def quiet(summary: Summary) -> None:
    """No progress."""


def import_rows(
    database: Database, kind: str, rows: Iterable[dict[str, Any]], now: datetime, **options: Any
) -> Summary:
    """Import rows of a kind: edits, scores or judgments."""
    use_case = {
        "edits": intake.import_edits,
        "scores": intake.import_scores,
        "judgments": labels.import_judgments,
    }[kind]
    return use_case(database, as_lines(rows), Options(**options), now=now, progress=quiet)


def make_campaign(
    database: Database,
    now: datetime,
    *,
    n_edits: int = 3,
    k: int = 2,
    slug: str = "a-campaign",
    kind: CampaignKind = "sample",
    stream: Stream = "probability",
    first_rev_id: int = 1001,
    wiki: str = WIKI,
    probability: float | None = 0.9,
) -> list[int]:
    """An open campaign over fresh edits, scored unless `probability` is None; its task ids."""
    rev_ids = range(first_rev_id, first_rev_id + n_edits)
    import_rows(database, "edits", [edit_line(rev_id, wiki=wiki) for rev_id in rev_ids], now)
    if probability is not None:
        rows = [score_line(rev_id, probability, wiki=wiki) for rev_id in rev_ids]
        import_rows(database, "scores", rows, now)
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(wiki))
        campaign_id = campaigns.create(
            session,
            slug=slug,
            wiki_id=wiki_id,
            kind=kind,
            state="open",
            k=k,
            facet="editquality",
            now=now,
        )
        found = edits.ids_by_rev(session, wiki_id, rev_ids)
        edit_ids = [found[rev_id] for rev_id in rev_ids]
        campaigns.add_census(session, campaign_id, edit_ids, stream=stream, seed=1, now=now)
        tasks = campaigns.task_ids(session, campaign_id, edit_ids)
    return [tasks[edit_id] for edit_id in edit_ids]


def make_reviewer(database: Database, now: datetime) -> Actor:
    """A person who may judge."""
    return people.find_actor(database, people.try_it(database, is_demo=True, now=now))


def empty(database: Database) -> None:
    """Take everything out of a PostgreSQL database but what migrations bring."""
    names = ", ".join(t.name for t in Base.metadata.sorted_tables if t.name not in KEPT_TABLES)
    with database.transaction() as session:
        # Facts refuse to be emptied; only a test may, and only by switching their triggers off.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))

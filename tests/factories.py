"""Builders with quiet defaults: a test mentions only what matters to it."""

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from jadelite.audit import campaigns as leading
from jadelite.audit import intake, labels, people
from jadelite.audit.lines import Options, Summary
from jadelite.db import campaigns, edits, facets, frames, wikis
from jadelite.db.campaigns import NewCampaignRow
from jadelite.db.session import Database
from jadelite.db.tables import Base
from jadelite.domain.campaigns import CampaignKind, CampaignState, Stream
from jadelite.domain.people import OPERATOR, Actor
from jadelite.domain.planning import FrameWanted
from jadelite.wiki import sites

WIKI = "sample-fa"
MODEL = "damaging@1.0.0"
FRAME = FrameWanted(WIKI, MODEL)
FRAME_START = datetime(2026, 10, 1, tzinfo=UTC)
FRAME_KINDS = ("temporary", "newcomer", "registered", "registered", "registered")
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


def set_state(database: Database, slug: str, state: CampaignState, *, now: datetime) -> None:
    """Open or close a campaign as an operator does."""
    act = leading.open_ if state == "open" else leading.close
    act(database, OPERATOR, slug, now=now)


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
        own = "(SELECT facet_id FROM facet WHERE name <> 'editquality')"  # what migrations bring
        for table in ("form", "question", "facet"):
            session.execute(text(f"DELETE FROM {table} WHERE facet_id IN {own}"))


def bare_edit_line(rev_id: int, **changes: Any) -> dict[str, Any]:
    """An edit's line without texts, for tests that look at facts only."""
    line = edit_line(rev_id, **changes)
    return {key: value for key, value in line.items() if not key.startswith("text_")}


def store_edits(database: Database, now: datetime, n: int, first: int = 1, **changes: Any) -> None:
    """Scored edits without texts, one a minute from FRAME_START; low scores are common."""
    chance = random.Random(first)
    rows = []
    for rev_id in range(first, first + n):
        at = (FRAME_START + timedelta(minutes=rev_id)).isoformat().replace("+00:00", "Z")
        given = {"timestamp": at, "editor_kind": chance.choice(FRAME_KINDS), **changes}
        rows.append(bare_edit_line(rev_id, **given))
    import_rows(database, "edits", rows, now)
    scores = [
        score_line(row["rev_id"], round(chance.random() ** 3, 6), wiki=row["wiki"]) for row in rows
    ]
    import_rows(database, "scores", scores, now)


def plan_campaign(
    database: Database,
    now: datetime,
    *,
    n: int | None = 60,
    slug: str = "drawn",
    frame: FrameWanted = FRAME,
) -> int:
    """A draft with a planned frame, of which nothing is drawn; its row number."""
    with database.transaction() as session:
        facets.ensure_builtin(session, "editquality", now)
        campaign_id = campaigns.create(
            session,
            slug=slug,
            wiki_id=wikis.ensure(session, sites.describe(frame.wiki)),
            kind="sample",
            state="draft",
            k=3,
            facet="editquality",
            now=now,
            more=NewCampaignRow(n_planned=n),
        )
        frames.plan(session, campaign_id, frame, n_edits=0, n_unscored=0)
    return campaign_id

"""Trip 4: a report is computed from one state of the data and frozen with the data it rests on.

What counts and every number are made in `report` and `metrics`. Through them it imports numpy, so
the command line and the worker call it, never a web process.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from jadelite import __version__
from jadelite.audit import data_files, report_json
from jadelite.audit.guardrails import note_crossings
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, reports, snapshots
from jadelite.db.session import Database
from jadelite.domain.reports import Report
from jadelite.report.build import Built, build_all
from jadelite.report.files import facts_document, tables
from jadelite.report.notebook import notebook
from jadelite.report.snapshot import Snapshot

SEED = 20261122


def compute(database: Database, slug: str, *, now: datetime, seed: int = SEED) -> Report:
    """Compute the report of a campaign, freeze it with its files, and return it.

    Where nothing it rests on has changed, the newest frozen one is returned. Raises NotFound for an
    unknown campaign.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        snapshot = snapshots.load(session, campaign)
        digest = snapshot.digest(code_version=__version__, seed=seed)
        frozen = reports.newest(session, campaign.campaign_id)
    known = report_json.read(frozen[0]) if frozen else None
    if known is not None and known.snapshot == digest:
        return known
    # Figures and data files rest on the snapshot alone, and both leave the interpreter's lock.
    with ThreadPoolExecutor(max_workers=1) as pool:
        data = pool.submit(_data_files, snapshot)
        built = build_all(snapshot, computed_at=now, code_version=__version__, seed=seed)
        files = {**_documents(snapshot, built), **data.result()}
    payload = built.report.to_json()
    with database.transaction() as session:
        reports.freeze(session, campaign.campaign_id, payload, files, computed_at=now)
        events.append(
            session,
            "report.computed",
            subject=f"report:{digest}",
            now=now,
            campaign_id=campaign.campaign_id,
        )
        note_crossings(session, campaign, built.report, now)
    return built.report


def _documents(snapshot: Snapshot, built: Built) -> dict[str, bytes]:
    """The small files that are frozen with a report, by name."""
    return {
        "facts.json": _json(facts_document(snapshot)),
        "lists.json": _json(built.lists),
        "statistics.json": _json(built.statistics),
        "report.ipynb": _json(notebook(built.report.to_json())),
    }


def _data_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Its tables by name; the same snapshot gives the same bytes."""
    files = {}
    for name, columns in tables(snapshot).items():
        table = data_files.table_of(columns)
        files[f"{name}.csv.gz"] = data_files.csv_bytes(table)
        files[f"{name}.parquet"] = data_files.parquet_bytes(table)
    return files


def _json(content: Any) -> bytes:  # Any: plain data, or terms of the domain
    return json.dumps(content, ensure_ascii=False, allow_nan=False, default=vars).encode()

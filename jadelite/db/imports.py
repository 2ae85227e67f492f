"""Queries on imports: which batch a row came with."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from jadelite.db.tables import ImportBatchRow

ImportKind = Literal["edits", "scores", "judgments"]


def add_batch(session: Session, kind: ImportKind, note: str | None, now: datetime) -> int:
    """Record an import and return its row number. Flushes to get it."""
    row = ImportBatchRow(kind=kind, note=note, imported_at=now)
    session.add(row)
    session.flush()
    return row.import_batch_id

"""Queries on wikis."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jadelite.db.tables import EditRow, WikiRow
from jadelite.domain.edits import Wiki


@dataclass(frozen=True)
class StoredWiki:
    """A wiki of which something is stored here, and how many of its edits are."""

    dbname: str
    is_sample: bool
    language: str
    n_edits: int


def find(session: Session, dbname: str) -> int | None:
    """The row number of the wiki; None if nothing of it is stored."""
    return session.scalar(select(WikiRow.wiki_id).where(WikiRow.dbname == dbname))


def ensure(session: Session, wiki: Wiki) -> int:
    """The row number of the wiki, added if new. Flushes to get it."""
    found = find(session, wiki.dbname)
    if found is not None:
        return found
    row = WikiRow(
        dbname=wiki.dbname,
        is_sample=wiki.is_sample,
        language=wiki.language,
        direction=wiki.direction,
    )
    session.add(row)
    session.flush()
    return row.wiki_id


def is_sample(session: Session, dbname: str) -> bool | None:
    """Whether a stored wiki is an invented one; None if nothing of it is stored."""
    return session.scalar(select(WikiRow.is_sample).where(WikiRow.dbname == dbname))


def with_edits(session: Session) -> list[StoredWiki]:
    """The wikis of which edits are stored, by name. Counts every edit by the index of its wiki."""
    counts = (
        select(EditRow.wiki_id, func.count().label("n_edits")).group_by(EditRow.wiki_id).subquery()
    )
    query = (
        select(WikiRow.dbname, WikiRow.is_sample, WikiRow.language, counts.c.n_edits)
        .join(counts, counts.c.wiki_id == WikiRow.wiki_id)
        .order_by(WikiRow.dbname)
    )
    return [StoredWiki(row[0], row[1], row[2], row[3]) for row in session.execute(query)]

"""Queries on wikis."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.tables import WikiRow
from jadelite.domain.edits import Wiki


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

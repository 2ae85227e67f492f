"""Queries on reviewers and their roles."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from jadelite.db.tables import ReviewerRow, RoleGrantRow
from jadelite.domain.people import Actor, ReviewerKind, Role

# No 0, O, 1, I, L: a pseudonym is read out and typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def ensure(
    session: Session, *, issuer: str, subject: str, kind: ReviewerKind, now: datetime
) -> int:
    """The row number of a reviewer by the issuer's key, added if new. Flushes to get it."""
    found = session.scalar(
        select(ReviewerRow.reviewer_id).where(
            ReviewerRow.issuer == issuer, ReviewerRow.subject == subject
        )
    )
    if found is not None:
        return found
    row = ReviewerRow(
        pseudonym=_pseudonym(),
        issuer=issuer,
        subject=subject,
        kind=kind,
        joined_at=now,
    )
    session.add(row)
    session.flush()
    return row.reviewer_id


def ensure_many(
    session: Session, keys: Mapping[str, ReviewerKind], *, issuer: str, now: datetime
) -> dict[str, int]:
    """Row numbers of reviewers by the issuer's key, added with their kind if new."""
    query = select(ReviewerRow.subject, ReviewerRow.reviewer_id).where(
        ReviewerRow.issuer == issuer, ReviewerRow.subject.in_(sorted(keys))
    )
    found = {str(row.subject): row.reviewer_id for row in session.execute(query)}
    rows = [
        {
            "pseudonym": _pseudonym(),
            "issuer": issuer,
            "subject": key,
            "kind": kind,
            "session_epoch": 0,
            "joined_at": now,
        }
        for key, kind in keys.items()
        if key not in found
    ]
    if rows:
        statement = insert(ReviewerRow).returning(ReviewerRow.subject, ReviewerRow.reviewer_id)
        for row in session.execute(statement, rows):
            found[str(row.subject)] = row.reviewer_id
    return found


def actor(session: Session, reviewer_id: int) -> Actor | None:
    """Who a reviewer is and what roles they hold; None if there is no such row."""
    row = session.get(ReviewerRow, reviewer_id)
    if row is None:
        return None
    held: list[Role] = list(
        session.scalars(
            select(RoleGrantRow.role).where(
                RoleGrantRow.reviewer_id == reviewer_id, RoleGrantRow.wiki_id.is_(None)
            )
        )
    )
    kind: ReviewerKind = row.kind  # type: ignore[assignment]  # the check constraint guards it
    return Actor(row.reviewer_id, row.pseudonym, kind, frozenset(held), row.session_epoch)


def lock(session: Session, reviewer_id: int) -> None:
    """Keep a reviewer's other requests waiting until the transaction ends."""
    session.execute(
        select(ReviewerRow.reviewer_id)
        .where(ReviewerRow.reviewer_id == reviewer_id)
        .with_for_update()
    )


def end_sessions(session: Session, reviewer_id: int) -> None:
    """Make every session of a reviewer invalid from the next request on."""
    session.execute(
        update(ReviewerRow)
        .where(ReviewerRow.reviewer_id == reviewer_id)
        .values(session_epoch=ReviewerRow.session_epoch + 1)
    )


def set_roles(session: Session, reviewer_id: int, roles: set[Role], now: datetime) -> None:
    """Give a reviewer exactly these roles on all wikis."""
    session.execute(
        delete(RoleGrantRow).where(
            RoleGrantRow.reviewer_id == reviewer_id, RoleGrantRow.wiki_id.is_(None)
        )
    )
    for role in sorted(roles):
        session.add(RoleGrantRow(reviewer_id=reviewer_id, role=role, granted_at=now))


def set_language(session: Session, reviewer_id: int, language: str) -> None:
    """Remember the language somebody chose for the pages."""
    session.execute(
        update(ReviewerRow)
        .where(ReviewerRow.reviewer_id == reviewer_id)
        .values(ui_language=language)
    )


def language(session: Session, reviewer_id: int) -> str | None:
    """The language somebody chose; None if they never did."""
    return session.scalar(
        select(ReviewerRow.ui_language).where(ReviewerRow.reviewer_id == reviewer_id)
    )


def _pseudonym() -> str:
    return "R-" + "".join(secrets.choice(ALPHABET) for _ in range(7))

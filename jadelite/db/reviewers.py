"""Queries on reviewers and their roles."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from jadelite.db.tables import ReviewerRow, RoleGrantRow
from jadelite.domain.people import DEFAULT_KEYS, Actor, Preferences, ReviewerKind, Role

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
        .with_for_update(key_share=True)  # a judgment that points here at once need not wait
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


def preferences(session: Session, reviewer_id: int) -> Preferences:
    """How a reviewer likes to review; the usual where they never said."""
    query = select(ReviewerRow.preferences, ReviewerRow.daily_cap).where(
        ReviewerRow.reviewer_id == reviewer_id
    )
    row = session.execute(query).one_or_none()
    kept = dict(row.preferences or {}) if row is not None else {}
    return Preferences(
        keys={**DEFAULT_KEYS, **kept.get("keys", {})},
        reveals=kept.get("reveals", "each"),
        diff=kept.get("diff", "auto"),
        are_keys_on=kept.get("are_keys_on", True),
        daily_cap=row.daily_cap if row is not None else None,
    )


def set_preferences(session: Session, reviewer_id: int, wanted: Preferences) -> None:
    """Keep how a reviewer likes to review."""
    kept = {
        "keys": dict(wanted.keys),
        "reveals": wanted.reveals,
        "diff": wanted.diff,
        "are_keys_on": wanted.are_keys_on,
    }
    session.execute(
        update(ReviewerRow)
        .where(ReviewerRow.reviewer_id == reviewer_id)
        .values(preferences=kept, daily_cap=wanted.daily_cap)
    )


def set_consent(session: Session, reviewer_id: int, version: int) -> None:
    """Record the version of the consent a reviewer gave."""
    session.execute(
        update(ReviewerRow)
        .where(ReviewerRow.reviewer_id == reviewer_id)
        .values(consent_version=version)
    )


def _pseudonym() -> str:
    return "R-" + "".join(secrets.choice(ALPHABET) for _ in range(7))

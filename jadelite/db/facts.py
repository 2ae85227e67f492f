"""Queries on the facts of edits as wikis tell them: filled where unknown, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db import edits
from jadelite.db.contents import NewContent, add
from jadelite.db.tables import (
    CampaignRow,
    ContentKeyRow,
    EditDiffRow,
    EditRevertRow,
    EditRow,
    TaskRow,
    WikiRow,
)
from jadelite.domain.edits import Revert, Revision

CHUNK = 500


@dataclass(frozen=True)
class Unprepared:
    """An edit that reviewers may be given, of which something still has to be fetched."""

    edit_id: int
    wiki: str
    rev_id: int


@dataclass(frozen=True)
class StoredRevert:
    """That an edit was undone: by which revision and when, None where unknown."""

    by_rev_id: int | None
    reverted_at: datetime | None


def store(
    session: Session, wiki_id: int, revisions: Sequence[Revision], now: datetime
) -> dict[int, int]:
    """Add revisions that are new and fill what was unknown of the others; row numbers by revision.

    Tags are the newest ones: a wiki adds some later. Names and summaries are for `store_words`.
    """
    ids = edits.ensure_bare(session, wiki_id, (item.rev_id for item in revisions), now)
    known = {
        row.edit_id: row
        for start in range(0, len(ids), CHUNK)
        for row in session.scalars(
            select(EditRow).where(EditRow.edit_id.in_(list(ids.values())[start : start + CHUNK]))
        )
    }
    changes = []
    for item in revisions:
        row = known[ids[item.rev_id]]
        more = _more(row, item)
        if more:
            changes.append({"edit_id": row.edit_id, **more})
    for change in changes:
        values = {name: value for name, value in change.items() if name != "edit_id"}
        session.execute(
            update(EditRow).where(EditRow.edit_id == change["edit_id"]).values(**values)
        )
    return ids


def store_words(session: Session, words: Sequence[tuple[int, Revision]], now: datetime) -> None:
    """Keep summaries and editors' names of edits, where they are shown and not kept yet."""
    ids = [edit_id for edit_id, _ in words]
    kept: set[tuple[int, str]] = set()
    hidden: dict[int, tuple[bool, bool]] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        keys = select(ContentKeyRow.edit_id, ContentKeyRow.part).where(
            ContentKeyRow.edit_id.in_(part)
        )
        kept.update((row[0], row[1]) for row in session.execute(keys))
        flags = select(EditRow.edit_id, EditRow.is_comment_hidden, EditRow.is_editor_hidden).where(
            EditRow.edit_id.in_(part)
        )
        hidden.update((row[0], (row[1], row[2])) for row in session.execute(flags))
    new = []
    for edit_id, item in words:
        no_comment, no_editor = hidden[edit_id]
        comment = None if no_comment or (edit_id, "comment") in kept else item.comment
        name = None if no_editor or (edit_id, "editor") in kept else item.editor_name
        if comment is not None or name is not None:
            new.append(NewContent(edit_id=edit_id, comment=comment, editor_name=name))
    add(session, new, now)


def is_any_hidden(session: Session, wiki_id: int, rev_ids: Sequence[int]) -> bool:
    """Whether the text of any of the revisions is known to be hidden."""
    query = select(EditRow.edit_id).where(
        EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(rev_ids), EditRow.is_text_hidden.is_(True)
    )
    return session.scalar(query.limit(1)) is not None


def store_revert(session: Session, edit_id: int, revert: Revert, now: datetime) -> None:
    """Keep that an edit was undone later; the first telling stays."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(EditRevertRow).values(
        edit_id=edit_id,
        by_rev_id=revert.by_rev_id,
        reverted_at=revert.reverted_at,
        kind=revert.kind,
        seen_at=now,
    )
    session.execute(statement.on_conflict_do_nothing())


def reverts_known(session: Session, edit_ids: Sequence[int]) -> set[int]:
    """Which of at most 500 edits are known to have been undone."""
    query = select(EditRevertRow.edit_id).where(EditRevertRow.edit_id.in_(edit_ids))
    return set(session.scalars(query))


def revert_of(session: Session, edit_id: int) -> StoredRevert | None:
    """That the edit was undone later on its wiki; None where nobody knows of it."""
    row = session.get(EditRevertRow, edit_id)
    return None if row is None else StoredRevert(row.by_rev_id, row.reverted_at)


def set_no_diff(session: Session, edit_id: int, reason: str) -> None:
    """Keep why an edit has no diff."""
    session.execute(update(EditRow).where(EditRow.edit_id == edit_id).values(no_diff_reason=reason))


def unprepared(session: Session, campaign: str, limit: int) -> list[Unprepared]:
    """Edits of a campaign's open tasks on real wikis without a diff or a lasting reason for none.

    Those that failed for a passing reason come last.
    """
    query = (
        select(EditRow.edit_id, WikiRow.dbname, EditRow.rev_id)
        .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
        .join(CampaignRow, CampaignRow.campaign_id == TaskRow.campaign_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .outerjoin(
            EditDiffRow, (EditDiffRow.edit_id == EditRow.edit_id) & (EditDiffRow.span == "edit")
        )
        .where(
            CampaignRow.slug == campaign,
            WikiRow.is_sample.is_(False),
            EditDiffRow.edit_id.is_(None),
            EditRow.is_text_hidden.is_(False),
            or_(EditRow.no_diff_reason.is_(None), EditRow.no_diff_reason == "transient"),
        )
        .order_by(EditRow.no_diff_reason.is_not(None), TaskRow.task_id)
        .limit(limit)
    )
    return [Unprepared(row[0], row[1], row[2]) for row in session.execute(query)]


def open_campaigns(session: Session) -> list[str]:
    """Names of campaigns that take judgments on real wikis."""
    query = (
        select(CampaignRow.slug)
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .where(CampaignRow.state == "open", WikiRow.is_sample.is_(False))
        .order_by(CampaignRow.slug)
    )
    return list(session.scalars(query))


def add_diff(session: Session, new: NewContent, now: datetime) -> bool:
    """Keep the diff of an edit, unless there is one or a text of it was hidden; whether."""
    row = session.get(EditRow, new.edit_id)
    is_there = session.get(EditDiffRow, (new.edit_id, "edit")) is not None
    if row is None or row.is_text_hidden or is_there:
        return False
    if row.parent_rev_id and is_any_hidden(session, row.wiki_id, [row.parent_rev_id]):
        row.no_diff_reason = "hidden"
        session.flush()
        return False
    add(session, [new], now)
    row.no_diff_reason = None
    session.flush()
    return True


def _more(row: EditRow, item: Revision) -> dict[str, Any]:
    facts = {
        "parent_rev_id": item.parent_rev_id,
        "page_id": item.page_id,
        "page_title": item.page_title,
        "namespace": item.namespace,
        "edited_at": item.timestamp,
        "size_change": item.size_change,
    }
    more: dict[str, Any] = {
        name: value
        for name, value in facts.items()
        if value is not None and getattr(row, name) is None
    }
    if row.editor_kind == "unknown" and item.editor_kind != "unknown":
        more["editor_kind"] = item.editor_kind
    if item.tags and list(item.tags) != (row.tags or []):
        more["tags"] = list(item.tags)
    return more

"""What a wiki hid is applied here: flags set, contents erased, in whatever order it is heard.

The wiki's own time of a change decides, so events may come twice, late, or after an edit's facts.
The text of a revision also lies in the diff of the edit after it and in combined diffs around it:
those go with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from jadelite.db import contents, work
from jadelite.db.sealing import Part
from jadelite.db.tables import (
    ContentKeyRow,
    ContentWatchRow,
    EditDiffRow,
    EditRow,
    EventRow,
    WikiRow,
)
from jadelite.domain.edits import Hidden

CHUNK = 500
ALL_HIDDEN = Hidden(text=True, editor=True, comment=True)
TEXT_ONLY = Hidden(text=True)
SCRUB = "scrub-files"


@dataclass(frozen=True)
class DueEdit:
    """An edit whose wiki is to be asked what it hid; `hidden` is what was heard last.

    `beside` are other revisions whose texts stand in its contents: the one before, and the ends of
    its combined diff.
    """

    wiki: str
    wiki_id: int
    rev_id: int
    edit_id: int
    hidden: Hidden
    beside: tuple[int, ...]


@dataclass(frozen=True)
class _Change:
    edit_id: int
    rev_id: int
    before: Hidden
    after: Hidden
    at: datetime


def apply(
    session: Session, wiki_id: int, changes: Sequence[tuple[int, Hidden, datetime]], now: datetime
) -> set[int]:
    """Row numbers of the edits that lost contents here.

    A change is (revision, all that is hidden from then on, when the wiki said so). An older one
    than what was heard before changes nothing; of two with the same time, both hide. Revisions that
    are not known here are added by their number, so that a later import finds them hidden. What is
    visible again only loses its flag: it can be fetched anew. Call `Database.scrub` after the
    transaction if anything was erased.
    """
    newest = _newest(changes)
    wanted = sorted(newest)
    lost: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        part = {rev_id: newest[rev_id] for rev_id in wanted[start : start + CHUNK]}
        found = _locked_changes(session, wiki_id, part, now)
        _set_flags(session, found)
        lost |= _erase(session, found)
        lost |= _erase_neighbours(session, wiki_id, found)
        _announce(session, found, now)
    if lost:
        # Beside the caller's own scrub: a killed process or a busy reader must not undo it.
        work.ask(session, SCRUB, SCRUB, {}, due_at=now, now=now)
    return lost


def hide_pages(
    session: Session, wiki_id: int, page_ids: Sequence[int], at: datetime, now: datetime
) -> set[int]:
    """Hide all of every stored revision of deleted pages; row numbers of those that lost contents.

    `at` is when the wiki deleted the pages. Revisions stored without a page number are not found.
    """
    wanted = sorted(set(page_ids))
    rev_ids: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(EditRow.rev_id).where(
            EditRow.wiki_id == wiki_id, EditRow.page_id.in_(wanted[start : start + CHUNK])
        )
        rev_ids.extend(session.scalars(query))
    return apply(session, wiki_id, [(rev_id, ALL_HIDDEN, at) for rev_id in rev_ids], now)


def due(
    session: Session, *, before: datetime, limit: int, except_wikis: Sequence[str] = ()
) -> list[DueEdit]:
    """Edits of real wikis with contents here that were not asked about since `before`.

    Those asked longest ago come first. Wikis in `except_wikis` are left out, so that one that does
    not answer does not keep the others waiting.
    """
    combined = aliased(EditDiffRow)
    query = (
        select(EditRow, WikiRow.dbname, combined.base_rev_id, combined.last_rev_id)
        .join(ContentWatchRow, ContentWatchRow.edit_id == EditRow.edit_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .outerjoin(combined, (combined.edit_id == EditRow.edit_id) & (combined.span == "combined"))
        .where(
            ContentWatchRow.checked_at <= before,
            WikiRow.is_sample.is_(False),
            WikiRow.dbname.not_in(except_wikis),
        )
        .order_by(ContentWatchRow.checked_at, ContentWatchRow.edit_id)
        .limit(limit)
    )
    return [
        DueEdit(
            wiki=dbname,
            wiki_id=row.wiki_id,
            rev_id=row.rev_id,
            edit_id=row.edit_id,
            hidden=_hidden(row),
            beside=tuple(
                rev_id
                for rev_id in dict.fromkeys((row.parent_rev_id, base, last))
                if rev_id and rev_id != row.rev_id
            ),
        )
        for row, dbname, base, last in session.execute(query)
    ]


def _newest(
    changes: Sequence[tuple[int, Hidden, datetime]],
) -> dict[int, tuple[Hidden, datetime]]:
    """The newest change of each revision; two of the same time hide what either hides."""
    newest: dict[int, tuple[Hidden, datetime]] = {}
    for rev_id, hidden, at in changes:
        known = newest.get(rev_id)
        if known is None or at > known[1]:
            newest[rev_id] = (hidden, at)
        elif at == known[1]:
            newest[rev_id] = (_both(known[0], hidden), at)
    return newest


def _locked_changes(
    session: Session, wiki_id: int, newest: dict[int, tuple[Hidden, datetime]], now: datetime
) -> list[_Change]:
    """What of the changes is news, by edits that nobody else changes until the end."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    query = select(EditRow.rev_id).where(EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(newest))
    known = set(session.scalars(query))
    fresh: list[dict[str, Any]] = [
        {"wiki_id": wiki_id, "rev_id": rev_id, "editor_kind": "unknown", "added_at": now}
        for rev_id in newest
        if rev_id not in known
    ]
    if fresh:
        session.execute(make(EditRow).on_conflict_do_nothing(), fresh)
    locked = (
        select(EditRow)
        .where(EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(newest))
        .order_by(EditRow.edit_id)  # the same order for everybody: no two wait for each other
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = []
    for row in session.scalars(locked):
        hidden, at = newest[row.rev_id]
        before = _hidden(row)
        if row.visibility_at is None or at > row.visibility_at:
            found.append(_Change(row.edit_id, row.rev_id, before, hidden, at))
        elif at == row.visibility_at:
            found.append(_Change(row.edit_id, row.rev_id, before, _both(before, hidden), at))
    return found


def _set_flags(session: Session, found: Sequence[_Change]) -> None:
    rows = [
        {
            "of_edit": change.edit_id,
            "text": change.after.text,
            "editor": change.after.editor,
            "comment": change.after.comment,
            "at": change.at,
        }
        for change in found
    ]
    if rows:
        statement = (
            update(EditRow)
            .where(EditRow.edit_id == bindparam("of_edit"))
            .values(
                is_text_hidden=bindparam("text"),
                is_editor_hidden=bindparam("editor"),
                is_comment_hidden=bindparam("comment"),
                visibility_at=bindparam("at"),
            )
        )
        session.connection().execute(statement, rows)
    _give_reason(session, [c.edit_id for c in found if c.after.text], "hidden")
    _give_reason(session, [c.edit_id for c in found if c.before.text and not c.after.text], None)


def _give_reason(session: Session, edit_ids: Sequence[int], reason: str | None) -> None:
    for start in range(0, len(edit_ids), CHUNK):
        session.execute(
            update(EditRow)
            .where(EditRow.edit_id.in_(edit_ids[start : start + CHUNK]))
            .values(no_diff_reason=reason)
        )


def _erase(session: Session, found: Sequence[_Change]) -> set[int]:
    """Erase all that is hidden, also what was hidden before: it may have slipped in since."""
    groups: dict[Hidden, list[int]] = {}
    for change in found:
        if change.after.is_any:
            groups.setdefault(change.after, []).append(change.edit_id)
    lost: set[int] = set()
    for hidden, edit_ids in groups.items():
        lost |= _with_contents(session, edit_ids, hidden)
        contents.erase(session, edit_ids, hidden)
    return lost


def _with_contents(session: Session, edit_ids: Sequence[int], hidden: Hidden) -> set[int]:
    parts: list[Part] = ["note"]
    parts += ["text"] if hidden.text else []
    parts += ["editor"] if hidden.editor else []
    parts += ["comment"] if hidden.comment else []
    query = select(ContentKeyRow.edit_id).where(
        ContentKeyRow.edit_id.in_(edit_ids), ContentKeyRow.part.in_(parts)
    )
    return set(session.scalars(query))


def _erase_neighbours(session: Session, wiki_id: int, found: Sequence[_Change]) -> set[int]:
    """Erase texts and diffs of other edits that hold a hidden text, and let them be made anew."""
    shown = [c.rev_id for c in found if c.before.text and not c.after.text]
    if shown:
        session.execute(
            update(EditRow)
            .where(
                EditRow.wiki_id == wiki_id,
                EditRow.parent_rev_id.in_(shown),
                EditRow.no_diff_reason == "hidden",
                EditRow.is_text_hidden.is_(False),
            )
            .values(no_diff_reason=None)
        )
    hidden = [c.rev_id for c in found if c.after.text]
    if not hidden:
        return set()
    children = set(session.scalars(_edits_after(wiki_id, hidden)))
    around = set(session.scalars(_combined_around(wiki_id, hidden)))
    _give_reason(session, sorted(children), "hidden")
    both = sorted(children | around)
    lost = _with_contents(session, both, TEXT_ONLY) if both else set()
    contents.erase(session, both, TEXT_ONLY)
    return lost


def _edits_after(wiki_id: int, rev_ids: Sequence[int]) -> Any:
    """Edits with contents whose text before is that of one of the revisions."""
    return (
        select(EditRow.edit_id)
        .join(ContentWatchRow, ContentWatchRow.edit_id == EditRow.edit_id)
        .where(EditRow.wiki_id == wiki_id, EditRow.parent_rev_id.in_(rev_ids))
    )


def _combined_around(wiki_id: int, rev_ids: Sequence[int]) -> Any:
    """Edits whose combined diff may begin or end at one of the revisions.

    A combined diff does not name the revision before its first. So all of the page are taken.
    """
    hidden = aliased(EditRow)
    pages = select(hidden.page_id).where(
        hidden.wiki_id == wiki_id, hidden.rev_id.in_(rev_ids), hidden.page_id.is_not(None)
    )
    return (
        select(EditDiffRow.edit_id)
        .join(EditRow, EditRow.edit_id == EditDiffRow.edit_id)
        .where(
            EditDiffRow.span == "combined",
            EditRow.wiki_id == wiki_id,
            EditDiffRow.base_rev_id.in_(rev_ids)
            | EditDiffRow.first_rev_id.in_(rev_ids)
            | EditDiffRow.last_rev_id.in_(rev_ids)
            | EditRow.page_id.in_(pages),
        )
    )


def _announce(session: Session, found: Sequence[_Change], now: datetime) -> None:
    """One event for each edit of which more is hidden than before."""
    rows = []
    for change in found:
        parts = [
            part
            for part in ("text", "editor", "comment")
            if getattr(change.after, part) and not getattr(change.before, part)
        ]
        if parts:
            rows.append(
                {
                    "kind": "edit.hidden",
                    "subject": f"edit:{change.edit_id}",
                    "details": {"parts": parts},
                    "happened_at": now,
                }
            )
    if rows:
        session.execute(insert(EventRow), rows)


def _hidden(row: EditRow) -> Hidden:
    return Hidden(
        text=row.is_text_hidden, editor=row.is_editor_hidden, comment=row.is_comment_hidden
    )


def _both(one: Hidden, other: Hidden) -> Hidden:
    return Hidden(
        text=one.text or other.text,
        editor=one.editor or other.editor,
        comment=one.comment or other.comment,
    )

"""Queries on edits: their facts, and reading them with their contents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from jadelite.db import contents, wikis
from jadelite.db.contents import NewContent
from jadelite.db.tables import (
    ContentKeyRow,
    EditDiffRow,
    EditRow,
    EditSummaryRow,
    EditTextRow,
    WikiRow,
)
from jadelite.domain.diffs import Diff
from jadelite.domain.edits import Edit, EditRun, Wiki

# A wiki adds these later: they tell what became of an edit, which nobody who judges it may see.
OUTCOME_TAGS = frozenset({"mw-reverted"})
CHUNK = 500  # keeps IN lists below the parameter limits of both databases
TEXT_KEY = aliased(ContentKeyRow)
COMBINED = aliased(EditDiffRow)
COMMENT_KEY = aliased(ContentKeyRow)


@dataclass(frozen=True)
class NewEdit:
    """An edit about to be stored, with its diff (None without text)."""

    edit: Edit
    diff: Diff | None


@dataclass(frozen=True)
class StoredEdit:
    """An edit as a page needs it: facts, the wiki it is of, and its diff.

    Without a diff `no_diff_reason` says why: None (never asked for), hidden, missing, too-large,
    not-text or transient. `diff_origin` is "local" or "wiki", None without a diff. `run` is what
    its combined diff spans, None where there is none; `has_texts`: the whole texts are here.
    """

    edit_id: int
    edit: Edit
    wiki: Wiki
    size_change: int | None
    diff: Diff | None
    no_diff_reason: str | None
    is_text_hidden: bool
    is_comment_hidden: bool = False
    is_editor_hidden: bool = False
    tags: tuple[str, ...] = ()
    diff_origin: str | None = None
    run: EditRun | None = None
    has_texts: bool = False


def ids_by_rev(session: Session, wiki_id: int, rev_ids: Iterable[int]) -> dict[int, int]:
    """Row numbers by revision of the edits that are stored."""
    wanted = sorted(set(rev_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = select(EditRow.rev_id, EditRow.edit_id).where(
            EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(part)
        )
        found.update((rev_id, edit_id) for rev_id, edit_id in session.execute(query))
    return found


def ensure_bare(
    session: Session, wiki_id: int, rev_ids: Iterable[int], now: datetime
) -> dict[int, int]:
    """Row numbers by revision; what is unknown is added with nothing known but its number."""
    wanted = sorted(set(rev_ids))
    found = ids_by_rev(session, wiki_id, wanted)
    missing = [rev_id for rev_id in wanted if rev_id not in found]
    if missing:
        rows = [
            {"wiki_id": wiki_id, "rev_id": rev_id, "editor_kind": "unknown", "added_at": now}
            for rev_id in missing
        ]
        found.update(_insert_edits(session, rows))
    return found


def store(session: Session, wiki_id: int, new: Sequence[NewEdit], now: datetime) -> list[str]:
    """Add edits of one wiki, and their diffs; outcome by position: stored, known or completed.

    An edit that is known only by its number is completed with what the line knows more; nothing
    known is ever changed. What the wiki hid does not come back: an edit after one with a hidden
    text is stored without its texts, one of which that is.
    """
    known = _known_facts(session, wiki_id, [item.edit.rev_id for item in new])
    after_hidden = _after_hidden(session, wiki_id, new, known)
    new = [replace(item, diff=None) if item.edit.rev_id in after_hidden else item for item in new]
    outcomes: dict[int, str] = {}
    first: dict[int, NewEdit] = {}
    again: list[int] = []
    for place, item in enumerate(new):
        if item.edit.rev_id in first:
            again.append(place)
            continue
        first[item.edit.rev_id] = item
        if item.edit.rev_id in known:
            is_more = _complete(session, known[item.edit.rev_id], item, now)
            outcomes[place] = "completed" if is_more else "known"
        else:
            outcomes[place] = "stored"
    fresh = [item for rev_id, item in first.items() if rev_id not in known]
    if fresh:
        ids = _insert_edits(session, [_facts(item.edit, wiki_id, now) for item in fresh])
        pairs = [(ids[item.edit.rev_id], item) for item in fresh]
        contents.add(
            session, [_content(*pair, is_text=True, is_comment=True) for pair in pairs], now
        )
    if after_hidden:
        session.execute(
            update(EditRow)
            .where(EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(after_hidden))
            .values(no_diff_reason="hidden")
        )
    if again:  # the same edit twice: what the first line left open, the second may complete
        found = store(session, wiki_id, [new[place] for place in again], now)
        outcomes.update(zip(again, found, strict=True))
    return [outcomes[place] for place in range(len(new))]


def load(session: Session, edit_id: int) -> StoredEdit | None:
    """An edit with its wiki, summary and diff; None if there is no such row."""
    return _one(session, EditRow.edit_id == edit_id)


def find(session: Session, wiki: str, rev_id: int) -> StoredEdit | None:
    """The edit `rev_id` of `wiki` with its diff; None if it is not stored."""
    return _one(session, (WikiRow.dbname == wiki) & (EditRow.rev_id == rev_id))


def of_wiki(session: Session, dbname: str, *, with_text_only: bool = False) -> list[int]:
    """Row numbers of all edits of a wiki, in the order of their revisions."""
    query = select(EditRow.edit_id).join(WikiRow).where(WikiRow.dbname == dbname)
    if with_text_only:
        query = query.join(EditDiffRow, EditDiffRow.edit_id == EditRow.edit_id).where(
            EditDiffRow.span == "edit"
        )
    return list(session.scalars(query.order_by(EditRow.rev_id)))


def with_texts(session: Session, dbname: str, rev_ids: Sequence[int]) -> list[Edit]:
    """Those of at most 500 edits of a wiki whose full texts are here, for a local model."""
    query = (
        _with_summary(
            select(
                EditRow,
                WikiRow.dbname,
                EditSummaryRow.sealed,
                COMMENT_KEY.key,
                EditTextRow.sealed,
                TEXT_KEY.key,
            )
            .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
            .join(EditTextRow, EditTextRow.edit_id == EditRow.edit_id)
            .join(TEXT_KEY, (TEXT_KEY.edit_id == EditRow.edit_id) & (TEXT_KEY.part == "text"))
        )
        .where(WikiRow.dbname == dbname, EditRow.rev_id.in_(rev_ids))
        .order_by(EditRow.rev_id)
    )
    found = []
    for row, name, sealed_comment, comment_key, sealed_text, text_key in session.execute(query):
        comment = contents.open_part(comment_key, "comment", row.edit_id, sealed_comment)
        before, after = contents.open_text(text_key, row.edit_id, sealed_text)
        found.append(_edit(row, name, comment, before, after))
    return found


def since(session: Session, dbname: str, moment: datetime, limit: int) -> list[int]:
    """Revisions of a wiki stored here and saved there from `moment` on, the newest first."""
    query = (
        select(EditRow.rev_id)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(WikiRow.dbname == dbname, EditRow.edited_at >= moment)
        .order_by(EditRow.rev_id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def ensure_wiki_of(session: Session, wiki: Wiki, cache: dict[str, int]) -> int:
    """The row number of a wiki, remembered in `cache` for the rest of a batch."""
    if wiki.dbname not in cache:
        cache[wiki.dbname] = wikis.ensure(session, wiki)
    return cache[wiki.dbname]


def _one(session: Session, condition: Any) -> StoredEdit | None:
    query = (
        _with_summary(
            select(
                EditRow,
                WikiRow,
                EditSummaryRow.sealed,
                COMMENT_KEY.key,
                EditDiffRow.sealed,
                EditDiffRow.origin,
                TEXT_KEY.key,
                COMBINED.base_rev_id,
                COMBINED.first_rev_id,
                COMBINED.last_rev_id,
                EditTextRow.edit_id,
            ).join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        )
        .outerjoin(
            EditDiffRow, (EditDiffRow.edit_id == EditRow.edit_id) & (EditDiffRow.span == "edit")
        )
        .outerjoin(TEXT_KEY, (TEXT_KEY.edit_id == EditRow.edit_id) & (TEXT_KEY.part == "text"))
        # That there is a combined diff, or the texts, is told here; they are read when asked for.
        .outerjoin(COMBINED, (COMBINED.edit_id == EditRow.edit_id) & (COMBINED.span == "combined"))
        .outerjoin(EditTextRow, EditTextRow.edit_id == EditRow.edit_id)
        .where(condition)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, wiki, sealed_comment, comment_key, sealed_diff, origin, text_key, *run, texts = found
    comment = contents.open_part(comment_key, "comment", row.edit_id, sealed_comment)
    return StoredEdit(
        edit_id=row.edit_id,
        edit=_edit(row, wiki.dbname, comment, None, None),
        wiki=Wiki(wiki.dbname, wiki.language, wiki.direction, wiki.is_sample),
        size_change=row.size_change,
        diff=contents.open_diff(text_key, row.edit_id, sealed_diff),
        no_diff_reason=row.no_diff_reason,
        is_text_hidden=row.is_text_hidden,
        is_comment_hidden=row.is_comment_hidden,
        is_editor_hidden=row.is_editor_hidden,
        tags=tuple(tag for tag in row.tags or () if tag not in OUTCOME_TAGS),
        diff_origin=origin if sealed_diff is not None else None,
        run=EditRun(*run) if None not in run else None,
        has_texts=texts is not None,
    )


def _with_summary(query: Any) -> Any:
    """The query with the sealed summary and its key, where there is one."""
    return query.outerjoin(EditSummaryRow, EditSummaryRow.edit_id == EditRow.edit_id).outerjoin(
        COMMENT_KEY, (COMMENT_KEY.edit_id == EditRow.edit_id) & (COMMENT_KEY.part == "comment")
    )


def _edit(
    row: EditRow, wiki: str, comment: str | None, before: str | None, after: str | None
) -> Edit:
    return Edit(
        wiki=wiki,
        rev_id=row.rev_id,
        parent_rev_id=row.parent_rev_id,
        page_title=row.page_title,
        namespace=row.namespace,
        timestamp=row.edited_at,
        comment=comment,
        # The check constraint guards the kind; it is of the editor, so it is hidden with the name.
        editor_kind="unknown" if row.is_editor_hidden else row.editor_kind,  # type: ignore[arg-type]
        text_before=before,
        text_after=after,
    )


def _known_facts(
    session: Session, wiki_id: int, rev_ids: Iterable[int]
) -> dict[int, Mapping[str, Any]]:
    wanted = sorted(set(rev_ids))
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(
                EditRow.edit_id,
                EditRow.rev_id,
                EditRow.parent_rev_id,
                EditRow.page_title,
                EditRow.namespace,
                EditRow.edited_at,
                EditRow.size_change,
                EditRow.editor_kind,
                EditRow.is_text_hidden,
                EditRow.is_comment_hidden,
                EditTextRow.edit_id.label("text"),
                EditDiffRow.edit_id.label("diff"),
                EditSummaryRow.edit_id.label("summary"),
            )
            .outerjoin(EditTextRow, EditTextRow.edit_id == EditRow.edit_id)
            .outerjoin(
                EditDiffRow, (EditDiffRow.edit_id == EditRow.edit_id) & (EditDiffRow.span == "edit")
            )
            .outerjoin(EditSummaryRow, EditSummaryRow.edit_id == EditRow.edit_id)
            .where(EditRow.wiki_id == wiki_id, EditRow.rev_id.in_(wanted[start : start + CHUNK]))
        )
        found.update((row["rev_id"], dict(row)) for row in session.execute(query).mappings())
    return found


def _after_hidden(
    session: Session,
    wiki_id: int,
    new: Sequence[NewEdit],
    known: Mapping[int, Mapping[str, Any]],
) -> set[int]:
    """Those revisions whose text before is that of a revision with a hidden text."""
    parents: dict[int, set[int]] = {}
    for item in new:
        rev_id = item.edit.rev_id
        for parent in (item.edit.parent_rev_id, known.get(rev_id, {}).get("parent_rev_id")):
            if parent and item.diff is not None:
                parents.setdefault(parent, set()).add(rev_id)
    wanted = sorted(parents)
    found: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(EditRow.rev_id).where(
            EditRow.wiki_id == wiki_id,
            EditRow.rev_id.in_(wanted[start : start + CHUNK]),
            EditRow.is_text_hidden.is_(True),
        )
        for parent in session.scalars(query):
            found |= parents[parent]
    return found


def _complete(session: Session, known: Mapping[str, Any], item: NewEdit, now: datetime) -> bool:
    edit = item.edit
    facts = _facts(edit, 0, now)
    more = {
        column: facts[column]
        for column in ("parent_rev_id", "page_title", "namespace", "edited_at", "size_change")
        if known[column] is None and facts[column] is not None
    }
    if known["editor_kind"] == "unknown" and edit.editor_kind != "unknown":
        more["editor_kind"] = edit.editor_kind
    if more:
        session.execute(update(EditRow).where(EditRow.edit_id == known["edit_id"]).values(**more))
    # What the wiki hid must not come back by an old file.
    is_text_new = item.diff is not None and known["text"] is None and not known["is_text_hidden"]
    is_comment_new = (
        edit.comment is not None and known["summary"] is None and not known["is_comment_hidden"]
    )
    if is_text_new or is_comment_new:
        new = _content(known["edit_id"], item, is_text=is_text_new, is_comment=is_comment_new)
        if known["diff"] is not None:  # the wiki's own, fetched before
            new = replace(new, diff=None)
        contents.add(session, [new], now)
    return bool(more) or is_text_new or is_comment_new


def _facts(edit: Edit, wiki_id: int, now: datetime) -> dict[str, Any]:
    size_change = None
    if edit.text_after is not None:
        size_change = len(edit.text_after.encode()) - len((edit.text_before or "").encode())
    return {
        "wiki_id": wiki_id,
        "rev_id": edit.rev_id,
        "parent_rev_id": edit.parent_rev_id,
        "page_title": edit.page_title,
        "namespace": edit.namespace,
        "edited_at": edit.timestamp,
        "size_change": size_change,
        "editor_kind": edit.editor_kind,
        "added_at": now,
    }


def _insert_edits(session: Session, rows: list[dict[str, Any]]) -> dict[int, int]:
    statement = insert(EditRow).returning(
        EditRow.rev_id, EditRow.edit_id, sort_by_parameter_order=True
    )
    return {row.rev_id: row.edit_id for row in session.execute(statement, rows)}


def _content(edit_id: int, item: NewEdit, *, is_text: bool, is_comment: bool) -> NewContent:
    has_text = is_text and item.diff is not None
    return NewContent(
        edit_id=edit_id,
        text_before=item.edit.text_before if has_text else None,
        text_after=(item.edit.text_after or "") if has_text else None,
        diff=item.diff if has_text else None,
        comment=item.edit.comment if is_comment else None,
    )

"""Queries on what a wiki can hide: texts, diffs, summaries and names, sealed and erasable.

Everything here goes through `add`, which makes the keys, and `erase`, which drops them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jadelite.db.sealing import Part, new_key, seal, unseal
from jadelite.db.tables import (
    ContentKeyRow,
    ContentWatchRow,
    EditDiffRow,
    EditorNameRow,
    EditRow,
    EditSummaryRow,
    EditTextRow,
    JudgmentRow,
    NoteRow,
    ScoreFailureRow,
    TaskRow,
)
from jadelite.domain.diffs import Diff
from jadelite.domain.edits import EditorContext, EditorKind, Hidden

CHUNK = 500
Span = Literal["edit", "combined"]


@dataclass(frozen=True)
class NewContent:
    """What is known of one edit beside its facts; None: nothing to add.

    `diff_origin` is "local" or "wiki". Texts come with `text_after`; `text_before` None: new page.
    """

    edit_id: int
    text_before: str | None = None
    text_after: str | None = None
    diff: Diff | None = None
    diff_origin: str = "local"
    comment: str | None = None
    editor_name: str | None = None


@dataclass(frozen=True)
class CombinedDiff:
    """The diff over consecutive edits of one editor, and the revisions it spans.

    `base_rev_id` is the revision before the first, 0 for a new page.
    """

    base_rev_id: int | None
    first_rev_id: int | None
    last_rev_id: int | None
    diff: Diff


def add(session: Session, new: Sequence[NewContent], now: datetime) -> None:
    """Store contents that are not stored yet; the caller knows that nothing of it is hidden."""
    if not new:
        return
    wanted: list[tuple[int, Part]] = []
    for item in new:
        if item.text_after is not None or item.diff is not None:
            wanted.append((item.edit_id, "text"))
        if item.comment is not None:
            wanted.append((item.edit_id, "comment"))
        if item.editor_name is not None:
            wanted.append((item.edit_id, "editor"))
    keys = ensure_keys(session, wanted)
    texts, diffs, summaries, names = [], [], [], []
    for item in new:
        if item.text_after is not None:
            pair = json.dumps([item.text_before, item.text_after], ensure_ascii=False)
            texts.append(_row(keys, "text", item.edit_id, pair))
        if item.diff is not None:
            diffs.append(_diff_row(keys, item.edit_id, item.diff, item.diff_origin, now))
        if item.comment is not None:
            summaries.append(_row(keys, "comment", item.edit_id, item.comment))
        if item.editor_name is not None:
            names.append(_row(keys, "editor", item.edit_id, item.editor_name))
    for table, rows in (
        (EditTextRow, texts),
        (EditDiffRow, diffs),
        (EditSummaryRow, summaries),
        (EditorNameRow, names),
    ):
        if rows:
            session.execute(insert(table), rows)
    watch(session, sorted({edit_id for edit_id, _ in wanted}), now)


def add_combined(
    session: Session, edit_id: int, combined: CombinedDiff, *, origin: str, now: datetime
) -> None:
    """Store the combined diff of an edit, in place of an older one."""
    keys = ensure_keys(session, [(edit_id, "text")])
    session.execute(
        delete(EditDiffRow).where(EditDiffRow.edit_id == edit_id, EditDiffRow.span == "combined")
    )
    row = _diff_row(keys, edit_id, combined.diff, origin, now)
    row.update(
        span="combined",
        base_rev_id=combined.base_rev_id,
        first_rev_id=combined.first_rev_id,
        last_rev_id=combined.last_rev_id,
    )
    session.execute(insert(EditDiffRow), [row])
    watch(session, [edit_id], now)


def combined_of(session: Session, edit_id: int) -> CombinedDiff | None:
    """The combined diff of an edit; None where it stands alone or none was made."""
    query = (
        select(EditDiffRow, ContentKeyRow.key)
        .join(ContentKeyRow, _has_key(EditDiffRow.edit_id, "text"))
        .where(EditDiffRow.edit_id == edit_id, EditDiffRow.span == "combined")
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, key = found
    diff = Diff.from_json(json.loads(unseal(key, "text", edit_id, row.sealed)))
    return CombinedDiff(row.base_rev_id, row.first_rev_id, row.last_rev_id, diff)


def texts_of(session: Session, edit_id: int) -> tuple[str | None, str] | None:
    """Texts of an edit before (None: a new page) and after; None where they aren't kept."""
    query = (
        select(EditTextRow.sealed, ContentKeyRow.key)
        .join(ContentKeyRow, _has_key(EditTextRow.edit_id, "text"))
        .where(EditTextRow.edit_id == edit_id)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else open_text(found.key, edit_id, found.sealed)


def editor_context(session: Session, edit_id: int) -> EditorContext:
    """Editor and time of an edit; kind and name as unknown where the wiki hid them."""
    query = (
        select(EditRow, EditorNameRow.sealed, ContentKeyRow.key)
        .outerjoin(EditorNameRow, EditorNameRow.edit_id == EditRow.edit_id)
        .outerjoin(ContentKeyRow, _has_key(EditRow.edit_id, "editor"))
        .where(EditRow.edit_id == edit_id)
    )
    row, sealed, key = session.execute(query).one()
    if row.is_editor_hidden:
        return EditorContext("unknown", None, row.edited_at)
    kind: EditorKind = row.editor_kind  # type: ignore[assignment]  # the check guards the kind
    return EditorContext(kind, open_part(key, "editor", edit_id, sealed), row.edited_at)


def ensure_keys(
    session: Session, wanted: Iterable[tuple[int, Part]]
) -> dict[tuple[int, Part], bytes]:
    """The key of each (edit, part), made if new."""
    asked = sorted(set(wanted))
    keys = _keys(session, asked)
    fresh = [pair for pair in asked if pair not in keys]
    if fresh:
        make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [{"edit_id": e, "part": part, "key": new_key()} for e, part in fresh]
        # Somebody may have made one in the same moment: then theirs is the key.
        session.execute(make(ContentKeyRow).on_conflict_do_nothing(), rows)
        keys.update(_keys(session, fresh))
    return keys


def _keys(session: Session, wanted: Sequence[tuple[int, Part]]) -> dict[tuple[int, Part], bytes]:
    keys: dict[tuple[int, Part], bytes] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = select(ContentKeyRow.edit_id, ContentKeyRow.part, ContentKeyRow.key).where(
            tuple_(ContentKeyRow.edit_id, ContentKeyRow.part).in_(part)
        )
        for edit_id, name, key in session.execute(query):
            keys[edit_id, name] = bytes(key)  # type: ignore[index]  # the check guards the part
    return keys


def open_text(key: bytes | None, edit_id: int, sealed: bytes | None) -> tuple[str | None, str]:
    """Texts before (None: new page) and after of a joined row; (None, "") where there are none."""
    if key is None or sealed is None:
        return None, ""
    before, after = json.loads(unseal(key, "text", edit_id, sealed))
    return before, after


def open_diff(key: bytes | None, edit_id: int, sealed: bytes | None) -> Diff | None:
    """The diff of a joined row; None where there is none."""
    if key is None or sealed is None:
        return None
    return Diff.from_json(json.loads(unseal(key, "text", edit_id, sealed)))


def open_part(key: bytes | None, part: Part, edit_id: int, sealed: bytes | None) -> str | None:
    """A summary, name or note of a joined row; None where there is none."""
    if key is None or sealed is None:
        return None
    return unseal(key, part, edit_id, sealed)


def erase(session: Session, edit_ids: Sequence[int], hidden: Hidden) -> int:
    """Drop what is hidden, with its keys; how many keys went.

    Reviewers' notes and the score services' own words go too: they may quote what was hidden.
    Judgments stay.
    """
    n_erased = 0
    for start in range(0, len(edit_ids), CHUNK):
        part = list(edit_ids[start : start + CHUNK])
        n_erased += _erase(session, part, hidden)
    return n_erased


def checked(session: Session, edit_ids: Sequence[int], now: datetime) -> None:
    """Record that the wiki was asked about these edits."""
    for start in range(0, len(edit_ids), CHUNK):
        session.execute(
            update(ContentWatchRow)
            .where(ContentWatchRow.edit_id.in_(edit_ids[start : start + CHUNK]))
            .values(checked_at=now)
        )


def _erase(session: Session, edit_ids: list[int], hidden: Hidden) -> int:
    parts: list[Part] = []
    if hidden.text:
        session.execute(delete(EditTextRow).where(EditTextRow.edit_id.in_(edit_ids)))
        session.execute(delete(EditDiffRow).where(EditDiffRow.edit_id.in_(edit_ids)))
        parts.append("text")
    if hidden.comment:
        session.execute(delete(EditSummaryRow).where(EditSummaryRow.edit_id.in_(edit_ids)))
        parts.append("comment")
    if hidden.editor:
        session.execute(delete(EditorNameRow).where(EditorNameRow.edit_id.in_(edit_ids)))
        session.execute(
            update(EditRow).where(EditRow.edit_id.in_(edit_ids)).values(editor_key=None)
        )
        parts.append("editor")
    if not parts:
        return 0
    notes = (
        select(JudgmentRow.judgment_id)
        .join(TaskRow, TaskRow.task_id == JudgmentRow.task_id)
        .where(TaskRow.edit_id.in_(edit_ids))
    )
    session.execute(delete(NoteRow).where(NoteRow.judgment_id.in_(notes)))
    session.execute(
        update(ScoreFailureRow).where(ScoreFailureRow.edit_id.in_(edit_ids)).values(detail=None)
    )
    dropped: Any = session.execute(
        delete(ContentKeyRow).where(
            ContentKeyRow.edit_id.in_(edit_ids), ContentKeyRow.part.in_([*parts, "note"])
        )
    )
    # Still watched: what a wiki hides it may show again, and nobody else would ask.
    return int(dropped.rowcount)


def watch(session: Session, edit_ids: Sequence[int], now: datetime) -> None:
    """Let the wiki be asked in turn what it hides of these edits."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [{"edit_id": edit_id, "checked_at": now} for edit_id in edit_ids]
    if rows:
        statement = make(ContentWatchRow).on_conflict_do_nothing()
        session.execute(statement, rows)


def _has_key(edit_id: Any, part: Part) -> Any:
    return (ContentKeyRow.edit_id == edit_id) & (ContentKeyRow.part == part)


def _row(
    keys: Mapping[tuple[int, Part], bytes], part: Part, edit_id: int, text: str
) -> dict[str, Any]:
    return {"edit_id": edit_id, "sealed": seal(keys[edit_id, part], part, edit_id, text)}


def _diff_row(
    keys: Mapping[tuple[int, Part], bytes], edit_id: int, diff: Diff, origin: str, now: datetime
) -> dict[str, Any]:
    packed = json.dumps(diff.to_json(), ensure_ascii=False)
    return {
        **_row(keys, "text", edit_id, packed),
        "span": "edit",
        "origin": origin,
        "digest": hashlib.sha256(packed.encode()).hexdigest(),
        "made_at": now,
    }

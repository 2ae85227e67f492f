"""Writing reviewers' notes, sealed under their edit's key for notes so that they can be erased."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jadelite.db.contents import ensure_keys
from jadelite.db.sealing import seal
from jadelite.db.tables import EditRow, NoteRow, TaskRow

CHUNK = 500


@dataclass(frozen=True)
class NewNote:
    """A note about to be stored; `language` it was written under, None: not known."""

    judgment_id: int
    task_id: int
    text: str
    language: str | None
    is_imported: bool


def add(session: Session, notes: Sequence[NewNote]) -> None:
    """Store notes of judgments just added, but for those that may quote what the wiki hid.

    That is anybody's on a hidden text, and one written elsewhere on a hidden name or summary, which
    reviewers here are not shown.
    """
    if not notes:
        return
    task_ids = sorted({note.task_id for note in notes})
    edit_ids: dict[int, int] = {}
    silent: set[int] = set()
    silent_if_imported: set[int] = set()
    for start in range(0, len(task_ids), CHUNK):
        query = (
            select(TaskRow.task_id, EditRow)
            .join(EditRow, EditRow.edit_id == TaskRow.edit_id)
            .where(TaskRow.task_id.in_(task_ids[start : start + CHUNK]))
            .order_by(EditRow.edit_id)
            .with_for_update(read=True, of=EditRow)  # whoever hides it now waits, and takes it
        )
        for task_id, edit in session.execute(query):
            edit_ids[task_id] = edit.edit_id
            if edit.is_text_hidden:
                silent.add(task_id)
            if edit.is_editor_hidden or edit.is_comment_hidden:
                silent_if_imported.add(task_id)
    kept = [
        note
        for note in notes
        if note.task_id not in silent
        and not (note.is_imported and note.task_id in silent_if_imported)
    ]
    if not kept:
        return
    keys = ensure_keys(session, ((edit_ids[note.task_id], "note") for note in kept))
    rows = []
    for note in kept:
        edit_id = edit_ids[note.task_id]
        sealed = seal(keys[edit_id, "note"], "note", edit_id, note.text)
        rows.append({"judgment_id": note.judgment_id, "sealed": sealed, "language": note.language})
    session.execute(insert(NoteRow), rows)

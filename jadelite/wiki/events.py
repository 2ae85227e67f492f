"""What a wiki's events tell of its edits: facts, what it hid, which pages are gone.

Names and summaries in an event are not read out of it. Facts come from events of the edit itself
only, never from a later event about it, so that it does not matter which of them comes first.
"""

from datetime import datetime

from jadelite.domain.edits import EditorKind, Hidden
from jadelite.domain.events import (
    MAX_SMALL,
    MAX_TITLE_LENGTH,
    BadEvent,
    EditFacts,
    Event,
    PageGone,
    VisibilityChange,
    emission_time,
    event_time,
    inner,
    moment,
    number,
    revision_number,
    short,
)
from jadelite.wiki.editors import NEWCOMER_AGE, NEWCOMER_EDITS

EDIT_KINDS = ("create", "edit")
ALL_HIDDEN = Hidden(text=True, editor=True, comment=True)
_TEMPORARY = "~2"  # the name of a temporary account: ~2026-1234-5


def facts_of_revision(event: Event, wiki: str, *, is_parent_told: bool) -> EditFacts:
    """The facts in a revision-create or revision-score event.

    `is_parent_told`: an event that names no parent is of a new page. Raises BadEvent.
    """
    rev_id = revision_number(event)
    parent = number(event, "rev_parent_id", "bad-revision")
    size_change = None
    if is_parent_told and not parent:
        parent, size_change = 0, number(event, "rev_len", "bad-field", high=MAX_SMALL)
    edited_at = moment(event, "rev_timestamp")
    performer = inner(event, "performer")
    return EditFacts(
        wiki,
        rev_id,
        parent,
        number(event, "page_id", "bad-page"),
        _title(event),
        _namespace(event, "page_namespace"),
        edited_at,
        size_change,
        _kind(performer, edited_at, "user_") if performer else "unknown",
    )


def facts_of_page(event: Event, wiki: str) -> EditFacts:
    """The facts in a page change, or in a prediction about one: what is of the edit itself.

    Raises BadEvent.
    """
    revision, page = inner(event, "revision"), inner(event, "page")
    rev_id = revision_number(revision)
    kind = event.get("page_change_kind")
    parent = number(revision, "rev_parent_id", "bad-revision")
    page_id = number(page, "page_id", "bad-page")
    edited_at = moment(revision, "rev_dt")
    if kind not in EDIT_KINDS:
        return EditFacts(wiki, rev_id, parent, page_id, edited_at=edited_at)
    if kind == "create":
        parent = parent or 0
    editor = inner(revision, "editor") or inner(event, "performer")
    return EditFacts(
        wiki,
        rev_id,
        parent,
        page_id,
        _title(page),
        _namespace(page, "namespace_id"),
        edited_at,
        _size_change(event, revision, is_new_page=kind == "create"),
        _kind(editor, edited_at, "") if editor else "unknown",
    )


def visibility_of_revision(event: Event, wiki: str) -> VisibilityChange:
    """What a revision-visibility-change event hides or shows. Raises BadEvent."""
    state = inner(event, "visibility")
    hidden = Hidden(
        text=not _flag(state, "text"),
        editor=not _flag(state, "user"),
        comment=not _flag(state, "comment"),
    )
    return VisibilityChange(wiki, revision_number(event), hidden, emission_time(event))


def visibility_of_page(event: Event, wiki: str, *, is_of_change: bool) -> VisibilityChange | None:
    """What the flags of a page change, or of a prediction about one, hide or show; else None.

    Flags that hide nothing say something only where visibility changed. A prediction repeats the
    flags of the change it is about, and is as old as that. Raises BadEvent.
    """
    revision = inner(event, "revision")
    text = revision.get("is_content_visible", True)
    editor = revision.get("is_editor_visible", True)
    comment = revision.get("is_comment_visible", True)
    is_change = is_of_change and event.get("page_change_kind") in ("visibility_change", "undelete")
    if text is True and editor is True and comment is True and not is_change:
        return None
    for flag in (text, editor, comment):
        if not isinstance(flag, bool):
            raise BadEvent("bad-visibility", f"a visibility flag is {short(flag)}, expected a bool")
    hidden = Hidden(text=not text, editor=not editor, comment=not comment)
    at = emission_time(event) if is_of_change else event_time(event)
    return VisibilityChange(wiki, revision_number(revision), hidden, at)


def deletion(event: Event, wiki: str) -> tuple[PageGone, VisibilityChange | None]:
    """The page that a page-delete event, or a page change of that kind, takes away.

    With its last revision, so that the event may come before any other of that revision. Raises
    BadEvent.
    """
    is_flat = "page_id" in event
    page = event if is_flat else inner(event, "page")
    page_id = number(page, "page_id", "bad-page", low=1)
    if page_id is None:
        raise BadEvent("bad-page", "page_id is missing, expected the number of the deleted page")
    at = emission_time(event)
    last = event if is_flat else inner(event, "revision")
    change = None
    if last.get("rev_id") is not None:
        change = VisibilityChange(wiki, revision_number(last), ALL_HIDDEN, at)
    return PageGone(wiki, page_id, at), change


def _flag(state: Event, key: str) -> bool:
    value = state.get(key)
    if not isinstance(value, bool):
        raise BadEvent("bad-visibility", f"visibility.{key} is {short(value)}, expected a bool")
    return value


def _title(page: Event) -> str | None:
    title = page.get("page_title")
    if title is None:
        return None
    if not isinstance(title, str) or not title or len(title) > MAX_TITLE_LENGTH:
        raise BadEvent("bad-page", f"page_title is {short(title)}, expected a title")
    return title.replace("_", " ")


def _namespace(page: Event, key: str) -> int | None:
    return number(page, key, "bad-page", low=-2, high=MAX_SMALL)


def _size_change(event: Event, revision: Event, *, is_new_page: bool) -> int | None:
    size = number(revision, "rev_size", "bad-field", high=MAX_SMALL)
    if is_new_page:
        return size
    before = inner(inner(event, "prior_state"), "revision")
    size_before = number(before, "rev_size", "bad-field", high=MAX_SMALL)
    is_parent = before.get("rev_id") == revision.get("rev_parent_id")
    return (
        size - size_before if size is not None and size_before is not None and is_parent else None
    )


def _kind(editor: Event, edited_at: datetime | None, prefix: str) -> EditorKind:
    """What kind of account it was at the time of the edit, as far as the event tells."""
    if editor.get(f"{prefix}is_bot") is True:
        return "bot"
    name = editor.get("user_text")
    if editor.get(f"{prefix}is_temp") is True or (
        isinstance(name, str) and name.startswith(_TEMPORARY)
    ):
        return "temporary"
    if not editor.get("user_id"):
        return "unregistered" if name and editor.get("is_system") is not True else "unknown"
    registered_at = moment(editor, f"{prefix}registration_dt")
    n_edits = editor.get(f"{prefix}edit_count")
    if registered_at is None or type(n_edits) is not int or edited_at is None:
        return "unknown"
    is_new = n_edits < NEWCOMER_EDITS or edited_at - registered_at < NEWCOMER_AGE
    return "newcomer" if is_new else "registered"

"""An edit: one revision of a page and what it changed; the wiki it is of, and what it hid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

EditorKind = Literal["temporary", "unregistered", "newcomer", "registered", "bot", "unknown"]
Direction = Literal["ltr", "rtl", "auto"]
EDITOR_KINDS: tuple[EditorKind, ...] = get_args(EditorKind)
MAX_TEXT_LENGTH = 2_000_000


@dataclass(frozen=True)
class Wiki:
    """A wiki by its database name; language as BCP 47 ("und" where unknown)."""

    dbname: str
    language: str
    direction: Direction
    is_sample: bool


@dataclass(frozen=True)
class Site:
    """Where a real wiki is, from the shipped table or the operator's file; never from input.

    `code` is the wiki's own language code as services write it ("en", "be-tarask", "simple");
    `project` its family ("wikipedia", "wiktionary", "wikidata", ...); `api_url` the action API.
    """

    dbname: str
    host: str
    code: str
    project: str
    language: str
    direction: Direction
    api_url: str


@dataclass(frozen=True)
class Hidden:
    """What a wiki hid of a revision."""

    text: bool = False
    editor: bool = False
    comment: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anything is hidden."""
        return self.text or self.editor or self.comment


@dataclass(frozen=True)
class Revision:
    """The facts of a revision as its wiki tells them to anybody. None: hidden or not told.

    `size_change` in bytes; `sha1` of the text as the wiki writes it; times are UTC.
    """

    wiki: str
    rev_id: int
    parent_rev_id: int | None
    page_id: int | None
    page_title: str | None
    namespace: int | None
    timestamp: datetime | None
    size_change: int | None
    tags: tuple[str, ...]
    comment: str | None
    editor_name: str | None
    editor_kind: EditorKind
    content_model: str | None
    sha1: str | None
    hidden: Hidden


@dataclass(frozen=True)
class MissingRevision:
    """A revision that the wiki does not show to anybody: deleted with its page, or never there."""

    wiki: str
    rev_id: int


@dataclass(frozen=True)
class Revert:
    """That an edit was undone later: a signal beside the judgments, never one of them.

    `kind` says how it is known: the wiki's own tag, or the text being that of before.
    """

    wiki: str
    rev_id: int
    by_rev_id: int | None
    reverted_at: datetime | None
    kind: Literal["tag", "identity"]


@dataclass(frozen=True)
class EditRun:
    """Consecutive edits of one editor: the revision before the first (0: a new page), its ends."""

    base_rev_id: int
    first_rev_id: int
    last_rev_id: int


@dataclass(frozen=True)
class Edit:
    """The facts of an edit. None: not known here. Times are UTC."""

    wiki: str
    rev_id: int
    parent_rev_id: int | None
    page_title: str | None
    namespace: int | None
    timestamp: datetime | None
    comment: str | None
    editor_kind: EditorKind
    text_before: str | None
    text_after: str | None


@dataclass(frozen=True)
class EditorContext:
    """What is folded away of an edit: its editor and its time.

    `editor_name` None where the wiki hid it or it is not known here; then `editor_kind` may be
    unknown too.
    """

    editor_kind: EditorKind
    editor_name: str | None
    edited_at: datetime | None

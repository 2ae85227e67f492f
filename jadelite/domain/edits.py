"""An edit: one revision of a page and what it changed."""

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

"""The contested lists of the newest report, narrowed and page by page, with both sides' notes.

Edits that may not be named by now are left out, as on the report itself.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from jadelite.audit.reviewing import find_campaign
from jadelite.db import edits, masking, reports, votes
from jadelite.db.edits import StoredEdit
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.facets import NO, YES
from jadelite.domain.model_reports import LIST_NAMES, ListedEdit

FILE = "lists.json"
PAGE_SIZE = 20
MAX_PAGE = 100
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None: everything. `model` is name@version.

    `min_gap`: how far the model's probability is from the share of yes at least. (A list goes by
    its own gap, which may be to the end of an interval.)
    """

    question: str | None = None
    model: str | None = None
    namespace: int | None = None
    editor_kind: str | None = None
    min_gap: float | None = None


@dataclass(frozen=True)
class Contested:
    """A listed edit as it may be shown: which model's list it is from, and the longest note of
    those who say yes by now and of those who say no; None: there is none."""

    question: str
    model: str
    against: str | None
    edit: ListedEdit
    stored: StoredEdit
    note_yes: str | None
    note_no: str | None


@dataclass(frozen=True)
class ListPage:
    """A page of a list: of `n` edits that fit, the first or next ones.

    `n_masked` more of the whole list are judged again and not named; no filter looks at them, for
    that would tell what they are. `questions`, `models`, `namespaces` and `editor_kinds` are what
    the list can be narrowed to. `next_cursor` None: these are the last.
    """

    campaign: Campaign
    name: str
    n: int
    edits: tuple[Contested, ...]
    n_masked: int
    next_cursor: str | None
    questions: tuple[str, ...]
    models: tuple[str, ...]
    namespaces: tuple[int, ...]
    editor_kinds: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    question: str
    model: str
    against: str | None
    edit: ListedEdit


def list_page(
    database: Database,
    slug: str,
    name: str,
    filters: Filters,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> ListPage:
    """A page of one of the five lists.

    Raises NotFound for a campaign, list or report that is not there, Invalid for a cursor that is
    none. `limit` is cut to MAX_PAGE.
    """
    if name not in LIST_NAMES:
        raise NotFound("no-list", f"there is no list {name!r}, expected {', '.join(LIST_NAMES)}")
    start = _start(cursor)
    limit = max(1, min(limit, MAX_PAGE))
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        content = reports.newest_file(session, campaign.campaign_id, FILE)
        if content is None:
            raise NotFound("no-report", f"campaign {slug} has no report yet")
        every = list(_rows(json.loads(content), name))
        listed = {row.edit.rev_id for row in every}
        masked = masking.masked_revisions(session, campaign.wiki, listed)
        hidden = masking.hidden_revisions(session, campaign.wiki, listed)
        rows = [row for row in every if row.edit.rev_id not in masked | hidden]
        fitting = [row for row in rows if _fits(row, filters)]
        shown = fitting[start : start + limit]
        end = start + len(shown)
        return ListPage(
            campaign=campaign,
            name=name,
            n=len(fitting),
            edits=_with_notes(session, campaign, shown),
            n_masked=len(masked - hidden),
            next_cursor=str(end) if end < len(fitting) else None,
            questions=_choices(row.question for row in rows),
            models=_choices(row.model for row in rows),
            namespaces=_choices(
                row.edit.namespace for row in rows if row.edit.namespace is not None
            ),
            editor_kinds=_choices(row.edit.editor_kind for row in rows if row.edit.editor_kind),
        )


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 9):
        raise Invalid("bad-cursor", f"cursor is {cursor[:40]!r}, expected one that a page gave")
    return int(cursor)


def _rows(held: list[Mapping[str, Any]], name: str) -> Iterator[_Row]:
    """The edits of all models' lists of that name, in the order of the file."""
    known = {field.name for field in fields(ListedEdit)}
    for of_model in held:
        for found in of_model["lists"]:
            if found["name"] == name:
                for item in found["edits"]:
                    edit = ListedEdit(**{key: item[key] for key in item.keys() & known})
                    yield _Row(of_model["question"], of_model["model"], found.get("against"), edit)


def _fits(row: _Row, filters: Filters) -> bool:
    return (
        filters.question in (None, row.question)
        and filters.model in (None, row.model)
        and filters.namespace in (None, row.edit.namespace)
        and filters.editor_kind in (None, row.edit.editor_kind)
        and (filters.min_gap is None or _apart(row.edit) >= filters.min_gap - _ROUNDING)
    )


def _apart(edit: ListedEdit) -> float:
    """From the model's probability to the share of yes, "not sure" being half a yes."""
    n_votes = edit.n_yes + edit.n_no + edit.n_unsure
    share = (edit.n_yes + edit.n_unsure / 2) / n_votes if n_votes else 0.5
    return abs(edit.probability - share)


def _choices(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(set(values)))


def _with_notes(session: Session, campaign: Campaign, rows: list[_Row]) -> tuple[Contested, ...]:
    stored = {row.edit.rev_id: edits.find(session, campaign.wiki, row.edit.rev_id) for row in rows}
    ids = {edit.edit_id: rev_id for rev_id, edit in stored.items() if edit is not None}
    notes: dict[tuple[str, int, str], str] = {}
    for question in dict.fromkeys(row.question for row in rows):
        for said in votes.said_now(session, campaign.campaign_id, list(ids), question):
            side = (question, ids[said.edit_id], said.answer)
            if said.note and len(said.note) > len(notes.get(side, "")):
                notes[side] = said.note
    shown = []
    for row in rows:
        edit = stored[row.edit.rev_id]
        if edit is not None:
            question, rev_id = row.question, row.edit.rev_id
            shown.append(
                Contested(
                    question=question,
                    model=row.model,
                    against=row.against,
                    edit=replace(row.edit, page_title=edit.edit.page_title),
                    stored=edit,
                    note_yes=notes.get((question, rev_id, YES)),
                    note_no=notes.get((question, rev_id, NO)),
                )
            )
    return tuple(shown)

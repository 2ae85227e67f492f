"""One edit to look at: its change, in one piece or with those around it, its whole text; and what
models and people said of it, once nothing masks that.

What a reviewer may look at before judging is here; that they did is recorded in `assigning`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from jadelite.audit import access, links
from jadelite.audit.reviewing import ModelsSaid, said_of
from jadelite.db import (
    campaigns,
    contents,
    edits,
    facets,
    judgments,
    leases,
    masking,
    showing,
    tasks,
)
from jadelite.db.edits import StoredEdit
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import NotFound
from jadelite.domain.facets import Facet
from jadelite.domain.judgments import Judgment
from jadelite.domain.names import is_wiki_name
from jadelite.domain.people import Actor


@dataclass(frozen=True)
class Voice:
    """What one person says of an edit now; `before` where they said something else first."""

    judgment: Judgment
    before: Judgment | None


@dataclass(frozen=True)
class JudgedIn:
    """A campaign that asked about an edit, what it asked, and what people said there."""

    campaign: Campaign
    facet: Facet
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class EditPage:
    """What anybody sees of an edit: scores and judgments only when no open task asks about it."""

    edit: StoredEdit
    is_masked: bool
    said: ModelsSaid = field(default_factory=ModelsSaid)
    campaigns: tuple[JudgedIn, ...] = ()


@dataclass(frozen=True)
class ChangePage:
    """An edit's change alone; `is_combined`: over all the edits of its run, in `edit.diff`."""

    edit: StoredEdit
    is_combined: bool


@dataclass(frozen=True)
class TextPage:
    """The whole text of a page as wikitext, before and after an edit; `before` None: a new page."""

    edit: StoredEdit
    before: str | None
    after: str


def find_edit(database: Database, asked: str, wiki: str) -> tuple[str, int]:
    """Wiki and revision of a stored edit, by its number or its address; see `links.read_address`.

    Raises Invalid for what is neither, NotFound for an edit that is not stored, or hidden.
    """
    name, rev_id = links.read_address(asked, wiki)
    with database.reading() as session:
        _find(session, name, rev_id)
    return name, rev_id


def edit_page(database: Database, wiki: str, rev_id: int) -> EditPage:
    """An edit as anybody may see it.

    Raises NotFound for one that is not stored, and the same for one whose text the wiki hid: the
    answer must not tell that there was something.
    """
    with database.reading() as session:
        edit = _find(session, wiki, rev_id)
        if masking.is_masked(session, edit.edit_id):
            return EditPage(edit, is_masked=True)
        return EditPage(
            edit=edit,
            is_masked=False,
            said=said_of(session, edit.edit_id),
            campaigns=_judged_in(session, edit.edit_id),
        )


def change_page(database: Database, wiki: str, rev_id: int, *, is_combined: bool) -> ChangePage:
    """The change of an edit, for anybody. Raises NotFound as `edit_page`, or without a run."""
    with database.reading() as session:
        return _change(session, _find(session, wiki, rev_id), is_combined=is_combined)


def task_change(database: Database, actor: Actor, task_id: int, *, is_combined: bool) -> ChangePage:
    """The same for whoever holds or judged the task; NotFound for anybody else."""
    with database.reading() as session:
        return _change(session, _of_task(session, actor, task_id), is_combined=is_combined)


def text_page(database: Database, wiki: str, rev_id: int) -> TextPage:
    """The texts of an edit, for anybody. Raises NotFound as `edit_page`, or without the texts."""
    with database.reading() as session:
        return _texts(session, _find(session, wiki, rev_id))


def task_text(database: Database, actor: Actor, task_id: int) -> TextPage:
    """The same for whoever holds or judged the task; NotFound for anybody else."""
    with database.reading() as session:
        return _texts(session, _of_task(session, actor, task_id))


def _find(session: Session, wiki: str, rev_id: int) -> StoredEdit:
    edit = edits.find(session, wiki, rev_id) if is_wiki_name(wiki) else None
    if edit is None or edit.is_text_hidden:
        raise NotFound("no-edit", f"edit {rev_id} of {wiki[:60]!a} is not known here")
    return edit


def _of_task(session: Session, actor: Actor, task_id: int) -> StoredEdit:
    reviewer_id = access.require_reviewer(actor)
    task = tasks.get(session, task_id)
    edit = edits.load(session, task.edit_id) if task else None
    if edit is None or not (
        _holds(session, task_id, reviewer_id)
        or judgments.latest_of(session, task_id, reviewer_id) is not None
    ):
        raise NotFound("no-task", f"task {task_id} is not held by this reviewer")
    return edit


def _holds(session: Session, task_id: int, reviewer_id: int) -> bool:
    lease = leases.lease_of(session, task_id, reviewer_id)
    return lease is not None and lease.ended_at is None


def _change(session: Session, edit: StoredEdit, *, is_combined: bool) -> ChangePage:
    if not is_combined:
        return ChangePage(edit, is_combined=False)
    combined = contents.combined_of(session, edit.edit_id)
    if combined is None:
        raise NotFound("no-run", f"edit {edit.edit.rev_id} stands alone, expected one of a run")
    return ChangePage(replace(edit, diff=combined.diff), is_combined=True)


def _texts(session: Session, edit: StoredEdit) -> TextPage:
    found = contents.texts_of(session, edit.edit_id)
    if found is None:
        raise NotFound("no-texts", f"the whole text of edit {edit.edit.rev_id} is not kept here")
    return TextPage(edit, *found)


def _judged_in(session: Session, edit_id: int) -> tuple[JudgedIn, ...]:
    """The campaigns that asked about the edit, as they were made, with what people said in each."""
    by_task = showing.campaigns_of(session, edit_id)
    said = judgments.of_edit(session, edit_id)
    judged = []
    for campaign_id in sorted(set(by_task.values())):
        campaign = campaigns.by_id(session, campaign_id)
        if campaign is None:
            continue
        voices = voices_of(item for item in said if by_task.get(item.task_id) == campaign_id)
        judged.append(JudgedIn(campaign, facets.load(session, campaign.facet), voices))
    return tuple(judged)


def voices_of(found: Iterable[Judgment]) -> tuple[Voice, ...]:
    """What each person says now, in the order in which they came first; `found` oldest first.

    Who took their judgment back says nothing.
    """
    first: dict[int, Judgment] = {}
    newest: dict[int, Judgment] = {}
    for item in found:
        who = item.reviewer_id or -item.judgment_id
        newest[who] = item
        if item.action == "withdraw":
            first.pop(who, None)
        else:
            first.setdefault(who, item)
    return tuple(
        Voice(item, first[who] if first[who].answers != item.answers else None)
        for who, item in newest.items()
        if who in first
    )

"""Trip 2, second part: what a reviewer sees of an edit before judging, and the reveal afterwards.

Until the judgment is saved nothing here loads a score or another judgment: what a reviewer must
not see is not fetched, so no page can show it by mistake. Who is given what is in `assigning`, what
a whole sitting came to in `closing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from jadelite.audit import access
from jadelite.db import (
    campaigns,
    contents,
    edits,
    facets,
    facts,
    failures,
    judgments,
    leases,
    scores,
    sittings,
    tasks,
)
from jadelite.db.edits import StoredEdit
from jadelite.db.facts import StoredRevert
from jadelite.db.failures import StoredFailure
from jadelite.db.scores import OtherOutput, StoredScore
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import APPROVED_STATES, Campaign, Lease, RunningSitting, Task
from jadelite.domain.edits import EditorContext
from jadelite.domain.errors import Forbidden, NotFound
from jadelite.domain.facets import Facet
from jadelite.domain.judgments import Judgment
from jadelite.domain.names import is_slug
from jadelite.domain.people import Actor

EDITOR = "editor"  # the name under which opening editor and time is recorded


@dataclass(frozen=True)
class ModelsSaid:
    """What models said of an edit, what else they gave, and why some said nothing.

    `undone` is what the wiki's people did with it later: a signal of its own, never a judgment.
    """

    scores: tuple[StoredScore, ...] = ()
    other: tuple[OtherOutput, ...] = ()
    failures: tuple[StoredFailure, ...] = ()
    undone: StoredRevert | None = None


@dataclass(frozen=True)
class ReviewPage:
    """What a reviewer sees before judging. It holds no score and no other judgment.

    `sitting` None: it was ended meanwhile; `context` None: not opened; `draft_before` is what the
    reviewer said before an undo; `undo_task_id` is what an undo would go back to, None: nothing.
    """

    task_id: int
    campaign: Campaign
    facet: Facet
    edit: StoredEdit
    sitting: RunningSitting | None
    context: EditorContext | None
    draft_before: Judgment | None
    undo_task_id: int | None


@dataclass(frozen=True)
class RevealPage:
    """What a reviewer sees afterwards: own judgments, the model's scores, the others' judgments.

    `own` is the newest one, `own_history` what it changed, oldest first; `is_withdrawn`: it was
    taken back since. `earlier` is what the reviewer said when the same edit came the first time,
    None where it is no silent repeat.
    """

    task_id: int
    campaign: Campaign
    facet: Facet
    edit: StoredEdit
    sitting: RunningSitting | None
    context: EditorContext | None
    own: Judgment
    own_history: tuple[Judgment, ...]
    is_withdrawn: bool
    earlier: Judgment | None
    said: ModelsSaid
    others: tuple[Judgment, ...]


def review_page(database: Database, actor: Actor, task_id: int) -> ReviewPage | None:
    """The page of a task the reviewer holds; None when they judged it already (show the reveal).

    Raises NotFound for a task that is not theirs: it must not tell which edits are being judged.
    So it does once the wiki hid the edit's text.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        task, campaign = _find(session, task_id)
        own = judgments.of_reviewer(session, task_id, reviewer_id)
        if own and own[-1].action == "judge":
            return None
        lease = leases.lease_of(session, task_id, reviewer_id)
        if lease is None or lease.ended_at is not None:
            raise NotFound("no-task", f"task {task_id} is not held by this reviewer")
        running = sittings.running_in(session, campaign, reviewer_id)
        return ReviewPage(
            task_id=task_id,
            campaign=campaign,
            facet=facets.load(session, campaign.facet),
            edit=_edit(session, task),
            sitting=running,
            context=_context(session, task, lease),
            draft_before=own[-2] if len(own) > 1 else None,
            undo_task_id=sittings.undoable(session, running.sitting) if running else None,
        )


def reveal_page(database: Database, actor: Actor, task_id: int) -> RevealPage | None:
    """The model's scores and the others' judgments, for a reviewer who judged the task.

    None while they are kept back: until the sitting ends, or after the judgment was undone before.
    Raises NotFound for anybody else, and for everybody once the wiki hid the edit's text.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        task, campaign = _find(session, task_id)
        own = judgments.of_reviewer(session, task_id, reviewer_id)
        if not own:
            raise NotFound("no-task", f"task {task_id} has no judgment by this reviewer")
        is_withdrawn = own[-1].action == "withdraw"
        was_blind = is_withdrawn and own[-1].score_seen != "yes"
        if was_blind or not is_revealed(session, task, reviewer_id):
            return None
        of_edit = judgments.of_campaigns_edit(session, campaign.campaign_id, task.edit_id)
        given = _since_undone(own)
        mine = [judgment for judgment in of_edit if judgment.reviewer_id == reviewer_id]
        return RevealPage(
            task_id=task_id,
            campaign=campaign,
            facet=facets.load(session, campaign.facet),
            edit=_edit(session, task),
            sitting=sittings.running_in(session, campaign, reviewer_id),
            context=_context(session, task, leases.lease_of(session, task_id, reviewer_id)),
            own=given[-1],
            own_history=tuple(given[:-1]),
            is_withdrawn=is_withdrawn,
            earlier=_since_undone(mine)[0] if task.repeat_no > 0 and mine else None,
            said=said_of(session, task.edit_id),
            others=newest_by_reviewer(
                judgment for judgment in of_edit if judgment.reviewer_id != reviewer_id
            ),
        )


def is_revealed(session: Session, task: Task, reviewer_id: int) -> bool:
    """Whether score and others' answers were given to a reviewer who judged the task.

    A sitting may keep them back until its end; where none does, saving is the reveal.
    """
    lease = leases.lease_of(session, task.task_id, reviewer_id)
    if lease is None or lease.revealed_at is not None:
        return True
    if lease.ended_at is None:  # undone, and held again
        return False
    return not keeps_back(session, task.campaign_id, reviewer_id)


def keeps_back(session: Session, campaign_id: int, reviewer_id: int) -> bool:
    """Whether a running sitting of the reviewer in a campaign reveals at its end only."""
    return any(
        sitting.reveals == "end" and sitting.campaign_id == campaign_id
        for sitting in sittings.running(session, reviewer_id)
    )


def find_campaign(session: Session, slug: str) -> Campaign:
    """The campaign of that name. Raises NotFound."""
    # What can't be a name is not asked of the database, which might not even take it.
    campaign = campaigns.by_slug(session, slug) if is_slug(slug) else None
    if campaign is None:
        raise NotFound("no-campaign", f"there is no campaign {slug!r}")
    return campaign


def require_gate(session: Session, campaign: Campaign) -> None:
    """Raise Forbidden unless the wiki's community agreed, or the campaign is only evidence."""
    if campaign.is_evidence:
        return
    if campaigns.approval(session, campaign.wiki) not in APPROVED_STATES:
        raise Forbidden(
            "not-approved", f"the community of {campaign.wiki} has not agreed to this audit"
        )


def newest_by_reviewer(found: Iterable[Judgment]) -> tuple[Judgment, ...]:
    """Each reviewer's newest judgment, withdrawn ones left out, in the order they came first."""
    newest: dict[int, Judgment] = {}
    for judgment in found:
        newest[judgment.reviewer_id or -judgment.judgment_id] = judgment
    return tuple(judgment for judgment in newest.values() if judgment.action == "judge")


def said_of(session: Session, edit_id: int) -> ModelsSaid:
    """What models said of an edit. The caller knows that nothing masks it for who asks."""
    return ModelsSaid(
        scores=tuple(scores.of_edit(session, edit_id)),
        other=tuple(scores.other_outputs(session, edit_id)),
        failures=tuple(failures.of_edit(session, edit_id)),
        undone=facts.revert_of(session, edit_id),
    )


def _find(session: Session, task_id: int) -> tuple[Task, Campaign]:
    task = tasks.get(session, task_id)
    campaign = campaigns.by_id(session, task.campaign_id) if task else None
    if task is None or campaign is None:
        raise NotFound("no-task", f"there is no task {task_id}")
    return task, campaign


def _edit(session: Session, task: Task) -> StoredEdit:
    edit = edits.load(session, task.edit_id)
    if edit is None:
        raise NotFound("no-edit", f"there is no edit {task.edit_id}")
    return edit


def _context(session: Session, task: Task, lease: Lease | None) -> EditorContext | None:
    if lease is None or EDITOR not in lease.context_opened:
        return None
    return contents.editor_context(session, task.edit_id)


def _since_undone(own: list[Judgment]) -> list[Judgment]:
    """A reviewer's judgments since one was taken back blind; withdrawals left out, never empty."""
    blind = [
        place
        for place, judgment in enumerate(own)
        if judgment.action == "withdraw" and judgment.score_seen != "yes"
    ]
    start = blind[-1] + 1 if blind else 0
    return [judgment for judgment in own[start:] if judgment.action == "judge"] or own[:1]

"""Trip 3: a judgment is recorded, a changed mind is, or one is taken back. Rows are only added."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from jadelite.audit import access, splitting
from jadelite.audit.reviewing import find_campaign, is_revealed, keeps_back
from jadelite.db import (
    assigning,
    campaigns,
    events,
    facets,
    judgments,
    leases,
    masking,
    reviewers,
    sittings,
    tasks,
    work,
)
from jadelite.db.judgments import NewJudgment
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign, Lease, Task
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.judgments import Draft, Exposure, Judgment, check_draft
from jadelite.domain.people import Actor

Outcome = Literal["recorded", "known", "revised", "withdrawn"]
UNDO_SECONDS = 1200  # how long what was undone is held, until it is touched


@dataclass(frozen=True)
class Recorded:
    """A stored judgment, and whether this request stored it.

    `is_revealed`: its reveal may be shown now, because no sitting keeps it back until its end.
    """

    judgment_id: int
    outcome: Outcome
    is_revealed: bool = True


@dataclass(frozen=True)
class Undone:
    """The edit an undo went back to; `was_revealed`: nothing was undone, it can be changed."""

    task_id: int
    was_revealed: bool


def record(
    database: Database, actor: Actor, draft: Draft, *, now: datetime, report_delay_seconds: int
) -> Recorded:
    """Append a judgment given before the reveal, the first one or the one after an undo.

    The same answers again find the stored row. Raises Invalid for an incomplete draft, Conflict
    for other answers on the same task (that is a revision), a closed campaign, or an edit that
    others took over after this reviewer's hold on it had lapsed; NotFound for a task never held.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, campaign = _locked(session, draft.task_id)
        check_draft(draft, facets.load(session, campaign.facet))
        known = judgments.latest_of(session, task.task_id, reviewer_id)
        if known is not None and known.action == "judge":
            is_shown = is_revealed(session, task, reviewer_id)
            return _same_or_conflict(known, draft, is_shown=is_shown)
        _require_open(campaign, now)
        lease = leases.lease_of(session, task.task_id, reviewer_id)
        if lease is None or lease.ended_at is not None:
            raise NotFound("no-task", f"task {task.task_id} is not held by this reviewer")
        # A silent repeat takes nobody's place.
        is_counted = task.repeat_no == 0
        if is_counted and not assigning.has_room(session, task.task_id, reviewer_id, now):
            raise Conflict(
                "task-complete",
                f"others took over task {task.task_id} after the hold on it had lapsed",
            )
        seen = _exposure(session, task, reviewer_id)
        judgment_id = _append(
            session, actor, campaign, draft, known=known, seen=seen, lease=lease, now=now
        )
        leases.end(session, task.task_id, reviewer_id, now)
        is_shown = not keeps_back(session, campaign.campaign_id, reviewer_id)
        if is_shown:
            leases.reveal(session, task.task_id, reviewer_id, now)
        if is_counted and seen != "yes":  # who knew the score leaves the place to who does not
            tasks.count_judgments(session, {task.task_id: 1}, shard=reviewer_id)
            if task.n_judgments + 1 >= task.n_wanted:
                splitting.on_complete(session, campaign, task, now)
        _announce(
            session, "judgment.recorded", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Recorded(judgment_id, "recorded", is_revealed=is_shown)


def revise(
    database: Database, actor: Actor, draft: Draft, *, now: datetime, report_delay_seconds: int
) -> Recorded:
    """Append a changed mind after the reveal: a new row that points to the old one and says so.

    Raises NotFound without an earlier judgment, Conflict before its reveal (undo goes back to it)
    or when the campaign is closed, Invalid for an incomplete draft.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, campaign = _locked(session, draft.task_id)
        check_draft(draft, facets.load(session, campaign.facet))
        _require_open(campaign, now)
        known = _standing(session, task, reviewer_id)
        if not is_revealed(session, task, reviewer_id):
            raise Conflict(
                "not-revealed", f"task {task.task_id} is not revealed yet; undo goes back to it"
            )
        if _is_same(known, draft):
            return Recorded(known.judgment_id, "known")
        lease = leases.lease_of(session, task.task_id, reviewer_id)
        judgment_id = _append(
            session, actor, campaign, draft, known=known, seen="yes", lease=lease, now=now
        )
        _announce(
            session, "judgment.revised", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Recorded(judgment_id, "revised")


def withdraw(
    database: Database, actor: Actor, task_id: int, *, now: datetime, report_delay_seconds: int
) -> Recorded:
    """Take a judgment back for good: a new row says so, and no figure counts it any more.

    Its place goes to somebody else, unless the edit was complete: then its score could be read by
    anybody, and nobody would be blind. The same again changes nothing. Raises NotFound without a
    judgment, Conflict when the campaign is closed: its figures stand.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, campaign = _locked(session, task_id)
        known = judgments.latest_of(session, task_id, reviewer_id)
        if known is not None and known.action == "withdraw":
            return Recorded(known.judgment_id, "known")
        known = _standing(session, task, reviewer_id)
        _require_open(campaign, now)
        seen: Exposure = "yes" if is_revealed(session, task, reviewer_id) else known.score_seen
        judgment_id = _take_back(session, actor, campaign, task, known, seen=seen, now=now)
        if task.n_judgments < task.n_wanted:
            _free(session, task, reviewer_id)
        _announce(
            session, "judgment.withdrawn", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Recorded(judgment_id, "withdrawn")


def undo(
    database: Database,
    actor: Actor,
    slug: str,
    *,
    now: datetime,
    report_delay_seconds: int,
    task_id: int | None = None,
) -> Undone:
    """Go back to the newest judgment among the last ten of the running sitting.

    Before its reveal it is taken back and the reviewer holds the edit again; after it nothing
    changes. Where anybody could have read score and judgments, the reveal comes now: who judged
    again would not be blind. `task_id`: the edit that is meant, so that the same request twice
    undoes one. Raises Conflict when there is nothing to undo, or the campaign is closed.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        reviewers.lock(session, reviewer_id)
        campaign = find_campaign(session, slug)
        _require_open(campaign, now)
        known = _last(session, campaign, reviewer_id, task_id)
        if known is None:
            raise Conflict("nothing-to-undo", f"no judgment of this sitting in {slug} to undo")
        if known.action == "withdraw":
            return Undone(known.task_id, was_revealed=False)
        task, campaign = _locked(session, known.task_id)
        if is_revealed(session, task, reviewer_id):
            return Undone(task.task_id, was_revealed=True)
        if _is_public(session, task):
            leases.reveal(session, task.task_id, reviewer_id, now)
            return Undone(task.task_id, was_revealed=True)
        judgment_id = _take_back(
            session, actor, campaign, task, known, seen=known.score_seen, now=now
        )
        _free(session, task, reviewer_id)
        leases.hold_again(session, task.task_id, reviewer_id, now=now, seconds=UNDO_SECONDS)
        _announce(
            session, "judgment.undone", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Undone(task.task_id, was_revealed=False)


def _last(
    session: Session, campaign: Campaign, reviewer_id: int, task_id: int | None
) -> Judgment | None:
    """The judgment an undo means; one that was undone already only where `task_id` names it."""
    running = sittings.running_in(session, campaign, reviewer_id)
    if running is None:
        return None
    for candidate in sittings.last_touched(session, running.sitting):
        known = judgments.latest_of(session, candidate, reviewer_id)
        if known is None or task_id not in (None, candidate):
            continue
        if task_id is not None or known.action == "judge":
            return known
    return None


def _append(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    draft: Draft,
    *,
    known: Judgment | None,
    seen: Exposure,
    lease: Lease | None,
    now: datetime,
) -> int:
    reviewer_id = access.require_reviewer(actor)
    revision = judgments.revision_count(session, draft.task_id, reviewer_id) + 1
    form = facets.newest_form(session, campaign.facet)
    return judgments.add(
        session,
        NewJudgment(
            task_id=draft.task_id,
            reviewer_id=reviewer_id,
            revision=revision,
            supersedes_id=known.judgment_id if known else None,
            answers=draft.answers,
            note=draft.note,
            note_language=draft.ui_language,
            score_seen=seen,
            peers_seen=seen,
            client_key=f"web:{draft.task_id}:{reviewer_id}:{revision}",
            origin="web",
            ui_language=draft.ui_language,
            # A changed mind was shown with the reveal; when that was, nobody recorded.
            shown_at=None if lease is None or lease.ended_at else lease.shown_at or lease.leased_at,
            answered_at=now,
            tags=draft.tags,
            context_opened=lease.context_opened if lease else (),
            guideline_version=campaign.guideline_version,
            consent_version=judgments.consent_version(session, reviewer_id),
        ),
        campaign_id=campaign.campaign_id,
        facet=campaign.facet,
        form_id=form[0] if form else None,
        now=now,
    )


def _take_back(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    task: Task,
    known: Judgment,
    *,
    seen: Exposure,
    now: datetime,
) -> int:
    """Append that a judgment is taken back; `seen` is what the reviewer knew by then."""
    reviewer_id = access.require_reviewer(actor)
    revision = judgments.revision_count(session, task.task_id, reviewer_id) + 1
    return judgments.add(
        session,
        NewJudgment(
            task_id=task.task_id,
            reviewer_id=reviewer_id,
            revision=revision,
            supersedes_id=known.judgment_id,
            answers={},
            note=None,
            note_language=None,
            score_seen=seen,
            peers_seen=seen,
            client_key=f"web:{task.task_id}:{reviewer_id}:{revision}",
            origin="web",
            answered_at=now,
            action="withdraw",
        ),
        campaign_id=campaign.campaign_id,
        facet=campaign.facet,
        form_id=None,
        now=now,
    )


def _free(session: Session, task: Task, reviewer_id: int) -> None:
    """Give the place of what was taken back to others, if it had taken one."""
    if task.repeat_no == 0 and judgments.was_counted(session, task.task_id, reviewer_id):
        tasks.count_judgments(session, {task.task_id: -1}, shard=reviewer_id)


def _exposure(session: Session, task: Task, reviewer_id: int) -> Exposure:
    """Whether score and others' answers were known: surely, perhaps, or surely not."""
    if task.repeat_no > 0 or assigning.has_judged_edit(session, task.edit_id, reviewer_id):
        return "yes"
    return "unknown" if masking.was_public(session, task) else "no"


def _is_public(session: Session, task: Task) -> bool:
    """Whether anybody can read score and judgments of the task's edit, or could before."""
    # A silent repeat wants no judgment (0 of 0): it is no more public than the edit's own task.
    is_complete = task.repeat_no == 0 and task.n_judgments >= task.n_wanted
    return is_complete or masking.was_public(session, task)


def _locked(session: Session, task_id: int) -> tuple[Task, Campaign]:
    """The task, kept from others until the end, so that k is never passed."""
    assigning.lock(session, task_id)
    task = tasks.get(session, task_id)
    campaign = campaigns.by_id(session, task.campaign_id) if task else None
    if task is None or campaign is None:
        raise NotFound("no-task", f"there is no task {task_id}")
    return task, campaign


def _standing(session: Session, task: Task, reviewer_id: int) -> Judgment:
    known = judgments.latest_of(session, task.task_id, reviewer_id)
    if known is None or known.action == "withdraw":
        raise NotFound("no-judgment", f"no judgment of task {task.task_id} by this reviewer")
    return known


def _require_open(campaign: Campaign, now: datetime) -> None:
    if not campaign.is_open_at(now):
        raise Conflict("campaign-closed", f"campaign {campaign.slug} takes no judgments now")


def _same_or_conflict(known: Judgment, draft: Draft, *, is_shown: bool) -> Recorded:
    if _is_same(known, draft):
        return Recorded(known.judgment_id, "known", is_revealed=is_shown)
    raise Conflict(
        "already-judged",
        f"task {draft.task_id} has another judgment by this reviewer; send it as a revision",
    )


def _is_same(known: Judgment, draft: Draft) -> bool:
    return (
        dict(known.answers) == {name: label for name, label in draft.answers.items() if label}
        and known.note == draft.note
        and set(known.tags) == set(draft.tags)
    )


def _announce(
    session: Session,
    kind: str,
    campaign: Campaign,
    judgment_id: int,
    actor: Actor,
    now: datetime,
    delay_seconds: int,
) -> None:
    """Tell the event table, and ask the worker for a report that counts this judgment."""
    events.append(
        session,
        kind,
        subject=f"judgment:{judgment_id}",
        now=now,
        actor_id=actor.reviewer_id,
        campaign_id=campaign.campaign_id,
    )
    work.ask(
        session,
        "compute-report",
        f"compute-report:{campaign.campaign_id}",
        {"campaign": campaign.slug},
        due_at=now + timedelta(seconds=delay_seconds),
        now=now,
    )

"""Trip 3: a judgment is recorded, or a changed mind is. Rows are only ever added."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from jadelite.audit import access
from jadelite.db import campaigns, events, judgments, tasks, work
from jadelite.db.judgments import NewJudgment
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign, Task
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.facets import FACETS
from jadelite.domain.judgments import Draft, Exposure, Judgment, check_draft
from jadelite.domain.people import Actor

Outcome = Literal["recorded", "known", "revised"]


@dataclass(frozen=True)
class Recorded:
    """A stored judgment, and whether this request stored it."""

    judgment_id: int
    outcome: Outcome


def record(
    database: Database, actor: Actor, draft: Draft, *, now: datetime, report_delay_seconds: int
) -> Recorded:
    """Append a first, blind judgment.

    The same answers again find the stored row. Raises Invalid for an incomplete draft, Conflict
    for other answers on the same task (that is a revision), a closed campaign, or an edit that
    others took over after this reviewer's hold on it had lapsed; NotFound for a task never held.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, campaign = _locked(session, draft.task_id)
        check_draft(draft, FACETS[campaign.facet])
        known = judgments.latest_of(session, task.task_id, reviewer_id)
        if known is not None:
            return _same_or_conflict(known, draft)
        _require_open(campaign)
        lease = tasks.lease_of(session, task.task_id, reviewer_id)
        if lease is None:
            raise NotFound("no-task", f"task {task.task_id} is not held by this reviewer")
        if not tasks.has_room(session, campaign, task.task_id, reviewer_id, now):
            raise Conflict(
                "task-complete",
                f"others took over task {task.task_id} after the hold on it had lapsed",
            )
        seen = _exposure(session, task, reviewer_id)
        judgment_id = judgments.add(
            session,
            NewJudgment(
                task_id=task.task_id,
                reviewer_id=reviewer_id,
                revision=1,
                supersedes_id=None,
                answers=draft.answers,
                note=draft.note,
                note_language=draft.ui_language,
                score_seen=seen,
                peers_seen=seen,
                client_key=f"web:{task.task_id}:{reviewer_id}:1",
                origin="web",
                ui_language=draft.ui_language,
                shown_at=lease.leased_at,
                answered_at=now,
            ),
            facet=campaign.facet,
            form_id=judgments.newest_form(session, campaign.facet),
            now=now,
        )
        if seen != "yes":  # who knew the score leaves the place to somebody who does not
            tasks.count_judgments(session, {task.task_id: 1})
        tasks.end_lease(session, task.task_id, reviewer_id, now)
        _announce(
            session, "judgment.recorded", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Recorded(judgment_id, "recorded")


def revise(
    database: Database, actor: Actor, draft: Draft, *, now: datetime, report_delay_seconds: int
) -> Recorded:
    """Append a changed mind: a new row that points to the old one and says what had been seen.

    Raises NotFound without an earlier judgment, Invalid for an incomplete draft.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, campaign = _locked(session, draft.task_id)
        check_draft(draft, FACETS[campaign.facet])
        _require_open(campaign)
        known = judgments.latest_of(session, task.task_id, reviewer_id)
        if known is None:
            raise NotFound("no-judgment", f"no judgment of task {task.task_id} to revise")
        if _is_same(known, draft):
            return Recorded(known.judgment_id, "known")
        revision = judgments.revision_count(session, task.task_id, reviewer_id) + 1
        judgment_id = judgments.add(
            session,
            NewJudgment(
                task_id=task.task_id,
                reviewer_id=reviewer_id,
                revision=revision,
                supersedes_id=known.judgment_id,
                answers=draft.answers,
                note=draft.note,
                note_language=draft.ui_language,
                score_seen="yes",
                peers_seen="yes",
                client_key=f"web:{task.task_id}:{reviewer_id}:{revision}",
                origin="web",
                ui_language=draft.ui_language,
                answered_at=now,
            ),
            facet=campaign.facet,
            form_id=judgments.newest_form(session, campaign.facet),
            now=now,
        )
        _announce(
            session, "judgment.revised", campaign, judgment_id, actor, now, report_delay_seconds
        )
        return Recorded(judgment_id, "revised")


def _exposure(session: Session, task: Task, reviewer_id: int) -> Exposure:
    """Whether score and others' answers were known: surely, perhaps, or surely not."""
    if tasks.has_judged_edit(session, task.edit_id, reviewer_id):
        return "yes"
    return "unknown" if tasks.was_public(session, task) else "no"


def _locked(session: Session, task_id: int) -> tuple[Task, Campaign]:
    """The task, kept from others until the end, so that k is never passed."""
    tasks.lock(session, task_id)
    task = tasks.get(session, task_id)
    campaign = campaigns.by_id(session, task.campaign_id) if task else None
    if task is None or campaign is None:
        raise NotFound("no-task", f"there is no task {task_id}")
    return task, campaign


def _require_open(campaign: Campaign) -> None:
    if not campaign.is_open:
        raise Conflict("campaign-closed", f"campaign {campaign.slug} takes no judgments now")


def _same_or_conflict(known: Judgment, draft: Draft) -> Recorded:
    if _is_same(known, draft):
        return Recorded(known.judgment_id, "known")
    raise Conflict(
        "already-judged",
        f"task {draft.task_id} has another judgment by this reviewer; send it as a revision",
    )


def _is_same(known: Judgment, draft: Draft) -> bool:
    return dict(known.answers) == dict(draft.answers) and known.note == draft.note


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

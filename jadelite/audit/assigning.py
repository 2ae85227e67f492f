"""Trip 2, first part: sittings, and which edits a reviewer is given in them.

Who gets what is decided here and in `db/assigning.py`; the pages' data come from `reviewing`.
"""

import secrets
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign, require_gate
from jadelite.db import (
    assigning,
    campaigns,
    contents,
    events,
    judgments,
    leases,
    repeats,
    reviewers,
    sittings,
    tasks,
)
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import (
    SERVED_STREAMS,
    SITTING_LENGTHS,
    Campaign,
    Lease,
    RunningSitting,
    Sitting,
    Stream,
    Task,
)
from jadelite.domain.edits import EditorContext
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.domain.judgments import SKIP_REASONS
from jadelite.domain.people import Actor

MAX_TRIES = 5  # for a task that somebody else completes in the same moment
MAX_HELD = 4  # the edit on the screen and the next three
PLENTY = 32  # edits are held ahead while more than so many could be given
REPEAT_CHANCE = 0.03
REPEAT_GAP = 10  # edits that lie between a judgment and its silent repeat, at least
RANKED_STREAMS: tuple[Stream, ...] = ("help", "contested", "reported")  # the first by place
CONTEXTS = ("editor", "combined", "page")


def start_sitting(
    database: Database,
    actor: Actor,
    slug: str,
    *,
    length: int | None,
    reveals: Literal["each", "end"] | None = None,
    stream: Stream | None = None,
    now: datetime,
) -> Sitting:
    """A new sitting of the reviewer in a campaign; one that ran there is ended and revealed.

    `reveals` None: as the reviewer prefers. Raises Invalid for a length that is not offered,
    Conflict when the campaign is closed, Forbidden when the wiki's community has not agreed.
    """
    reviewer_id = access.require_reviewer(actor)
    if length not in SITTING_LENGTHS:
        raise Invalid("bad-length", f"length is {length}, expected 10, 30 or none")
    with database.transaction() as session:
        reviewers.lock(session, reviewer_id)
        campaign = _open_campaign(session, slug, now)
        _end(session, campaign, reviewer_id, now)
        chosen = reveals or reviewers.preferences(session, reviewer_id).reveals
        return sittings.start(
            session,
            campaign.campaign_id,
            reviewer_id,
            length=length,
            reveals=chosen,
            stream=stream,
            now=now,
        )


def running_sittings(database: Database, actor: Actor) -> tuple[RunningSitting, ...]:
    """The reviewer's running sittings with their progress, newest first; none for a visitor."""
    if actor.reviewer_id is None:
        return ()
    with database.reading() as session:
        found = sittings.running(session, actor.reviewer_id)
        return tuple(_with_progress(session, sitting) for sitting in found)


def running_sitting(database: Database, actor: Actor, slug: str) -> RunningSitting | None:
    """The reviewer's running sitting in a campaign, or None. Raises NotFound without a campaign."""
    if actor.reviewer_id is None:
        return None
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        return sittings.running_in(session, campaign, actor.reviewer_id)


def end_sitting(database: Database, actor: Actor, slug: str, *, now: datetime) -> None:
    """End the running sitting, if there is one; what it kept back until its end is revealed."""
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        reviewers.lock(session, reviewer_id)
        _end(session, find_campaign(session, slug), reviewer_id, now)


def take_tasks(
    database: Database,
    actor: Actor,
    slug: str,
    *,
    n: int = 1,
    now: datetime,
    lease_seconds: int,
    daily_cap: int,
    rng: Random | None = None,
) -> list[int]:
    """Up to `n` tasks for the reviewer, the current one first; [] when none is left to give.

    First those held already, oldest first, then new ones. More than one is held only while the
    stream has plenty, so that the last edits of a campaign don't wait in somebody's hands, and
    never more than the sitting still asks for; [] too when it is full. An open-ended sitting
    begins where none runs. `rng` draws; None: of the system.

    Raises Conflict when the campaign is closed or the reviewer's day is full, Forbidden when the
    wiki's community has not agreed.
    """
    reviewer_id = access.require_reviewer(actor)
    rng = rng or secrets.SystemRandom()
    with database.transaction() as session:
        reviewers.lock(session, reviewer_id)  # two clicks at once must not hold two edits
        campaign = _open_campaign(session, slug, now)
        running = sittings.running_in(session, campaign, reviewer_id) or _begun(
            session, campaign, reviewer_id, now
        )
        n = max(1, min(n, MAX_HELD))
        if running.n_left is not None:
            n = min(n, running.n_left)
        stream = running.sitting.stream
        held = assigning.held(session, campaign.campaign_id, reviewer_id, stream, now)
        leases.extend(session, [lease.task_id for lease in held], reviewer_id, now, lease_seconds)
        found = [lease.task_id for lease in held][:n]
        n_more = _within_day(session, campaign, reviewer_id, len(found), n, now, daily_cap)
        taker = _Taker(session, campaign, reviewer_id, now, lease_seconds, rng)
        return found + taker.take(stream, n_more, has_one=bool(found))


def touch(
    database: Database, actor: Actor, task_id: int, *, now: datetime, lease_seconds: int
) -> None:
    """The edit is on the reviewer's screen: what they hold in its campaign is held longer.

    A hold that lapsed comes back where there is room. Raises NotFound for a task that is not held,
    or that others took over.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        task, _, lease = _held(session, task_id, reviewer_id)
        _require_place(session, task, lease, now)
        if lease.shown_at is None:
            leases.shown(session, task_id, reviewer_id, now)
        held = assigning.held(session, task.campaign_id, reviewer_id, None, now)
        task_ids = {task_id, *(other.task_id for other in held)}
        leases.extend(session, task_ids, reviewer_id, now, lease_seconds)


def open_context(
    database: Database, actor: Actor, task_id: int, name: str, *, now: datetime
) -> EditorContext:
    """Editor and time of an edit; that `name` was opened is recorded with the judgment to come.

    Raises Invalid for what can't be opened, NotFound for a task that is not held, or that others
    took over after the hold on it had lapsed.
    """
    reviewer_id = access.require_reviewer(actor)
    if name not in CONTEXTS:
        raise Invalid("bad-context", f"context is {name!r}, expected {', '.join(CONTEXTS)}")
    with database.transaction() as session:
        task, _, lease = _held(session, task_id, reviewer_id)
        _require_place(session, task, lease, now)
        if lease.shown_at is None:
            leases.shown(session, task_id, reviewer_id, now)
        if name not in lease.context_opened:
            opened = (*lease.context_opened, name)
            leases.context_opened(session, task_id, reviewer_id, opened)
        return contents.editor_context(session, task.edit_id)


def skip(database: Database, actor: Actor, task_id: int, reason: str, *, now: datetime) -> str:
    """Pass a task by, for a reason about the reviewer; the campaign's slug.

    The same again changes nothing. Raises Invalid for an unknown reason, NotFound for a task that
    is not held.
    """
    reviewer_id = access.require_reviewer(actor)
    if reason not in SKIP_REASONS:
        raise Invalid(
            "bad-skip-reason", f"reason is {reason!r}, expected {', '.join(SKIP_REASONS)}"
        )
    with database.transaction() as session:
        known = tasks.skipped_in(session, task_id, reviewer_id)
        if known is not None:
            return known
        _, campaign, _ = _held(session, task_id, reviewer_id)
        tasks.add_skip(session, task_id, reviewer_id, reason, now)
        leases.end(session, task_id, reviewer_id, now)
        events.append(
            session,
            "task.skipped",
            subject=f"task:{task_id}",
            now=now,
            actor_id=reviewer_id,
            campaign_id=campaign.campaign_id,
            details={"reason": reason},
        )
        return campaign.slug


class _Taker:
    """Takes tasks for one reviewer within a transaction."""

    def __init__(
        self,
        session: Session,
        campaign: Campaign,
        reviewer_id: int,
        now: datetime,
        lease_seconds: int,
        rng: Random,
    ) -> None:
        self.session = session
        self.campaign = campaign
        self.reviewer_id = reviewer_id
        self.now = now
        self.lease_seconds = lease_seconds
        self.rng = rng

    def take(self, only: Stream | None, n: int, *, has_one: bool) -> list[int]:
        """At most `n` new tasks of a stream, or (None) of the served ones in their order."""
        taken: list[int] = []
        for stream in SERVED_STREAMS if only is None else (only,):
            for _ in range(MAX_TRIES):
                n_missing = n - len(taken)
                if n_missing <= 0:
                    return taken
                is_ahead = has_one or bool(taken)
                repeat = self._repeat(stream)
                if repeat is not None:
                    taken.append(repeat)
                    continue
                near = self._near(stream)
                if not near or (is_ahead and len(near) <= PLENTY):
                    break
                taken += self._hold_some(stream, near, n_missing, is_ahead=is_ahead)
            if has_one or taken:  # edits of the next stream wait until this one is done
                return taken
        return taken

    def _near(self, stream: Stream) -> list[int]:
        is_ranked = stream in RANKED_STREAMS
        point = 0 if is_ranked else self.rng.getrandbits(assigning.PLACE_BITS)
        return assigning.near(
            self.session, self.campaign.campaign_id, self.reviewer_id, stream, point, now=self.now
        )

    def _hold_some(self, stream: Stream, near: list[int], n: int, *, is_ahead: bool) -> list[int]:
        """Hold one of the tasks, and with plenty up to `n`; none if others were faster."""
        n = n if len(near) > PLENTY else 1
        chosen = near[:n] if stream in RANKED_STREAMS else self.rng.sample(near, n)
        taken: list[int] = []
        for task_id in chosen:
            # Whoever holds one already does not wait for others who may wait for them.
            is_waiting = not (is_ahead or taken)
            if assigning.hold_if_room(
                self.session,
                task_id,
                self.reviewer_id,
                now=self.now,
                seconds=self.lease_seconds,
                is_waiting=is_waiting,
            ):
                taken.append(task_id)
        return taken

    def _repeat(self, stream: Stream) -> int | None:
        """Now and then, unannounced, an edit that the reviewer judged before."""
        if stream != "probability" or self.rng.random() >= REPEAT_CHANCE:
            return None
        old = repeats.repeatable(
            self.session, self.campaign.campaign_id, self.reviewer_id, gap=REPEAT_GAP
        )
        if not old:
            return None
        task_id = repeats.ensure_repeat(self.session, self.rng.choice(old), self.now)
        leases.hold(
            self.session, task_id, self.reviewer_id, now=self.now, seconds=self.lease_seconds
        )
        return task_id


def _open_campaign(session: Session, slug: str, now: datetime) -> Campaign:
    campaign = find_campaign(session, slug)
    require_gate(session, campaign)
    if not campaign.is_open_at(now):
        raise Conflict("campaign-closed", f"campaign {slug} takes no judgments now")
    return campaign


def _begun(session: Session, campaign: Campaign, reviewer_id: int, now: datetime) -> RunningSitting:
    reveals = reviewers.preferences(session, reviewer_id).reveals
    sitting = sittings.start(
        session,
        campaign.campaign_id,
        reviewer_id,
        length=None,
        reveals=reveals,
        stream=None,
        now=now,
    )
    return RunningSitting(sitting, campaign, 0)


def _end(session: Session, campaign: Campaign, reviewer_id: int, now: datetime) -> None:
    ended = sittings.end(session, campaign.campaign_id, reviewer_id, now)
    if any(sitting.reveals == "end" for sitting in ended):
        leases.reveal_all(session, campaign.campaign_id, reviewer_id, now)


def _with_progress(session: Session, sitting: Sitting) -> RunningSitting:
    campaign = campaigns.by_id(session, sitting.campaign_id)
    if campaign is None:
        raise NotFound("no-campaign", f"there is no campaign {sitting.campaign_id}")
    return RunningSitting(sitting, campaign, sittings.n_done(session, sitting))


def _within_day(
    session: Session,
    campaign: Campaign,
    reviewer_id: int,
    n_held: int,
    n: int,
    now: datetime,
    daily_cap: int,
) -> int:
    """How many more tasks to give, so that holds and the day's judgments stay within the cap.

    Both are counted over all campaigns; `n_held` is what the reviewer has of the `n` asked for.
    Raises Conflict when the day is full and nothing is held here.
    """
    if n_held >= n:
        return 0
    chosen = (daily_cap, campaign.daily_cap, reviewers.preferences(session, reviewer_id).daily_cap)
    cap = min(value for value in chosen if value is not None)
    n_judged = judgments.count_since(session, reviewer_id, now - timedelta(hours=24))
    n_left = cap - n_judged - len(assigning.held(session, None, reviewer_id, None, now))
    if n_left <= 0 and not n_held:
        raise Conflict("daily-cap", f"{cap} judgments in 24 hours are enough", n=cap)
    return max(0, min(n - n_held, n_left))


def _require_place(session: Session, task: Task, lease: Lease, now: datetime) -> None:
    """Raise NotFound when a hold lapsed and others took the task over; else it is kept for them."""
    if lease.expires_at > now or task.repeat_no > 0:  # a silent repeat takes nobody's place
        return
    assigning.lock(session, task.task_id)
    if not assigning.has_room(session, task.task_id, lease.reviewer_id, now):
        raise NotFound("no-task", f"others took over task {task.task_id}")


def _held(session: Session, task_id: int, reviewer_id: int) -> tuple[Task, Campaign, Lease]:
    task = tasks.get(session, task_id)
    campaign = campaigns.by_id(session, task.campaign_id) if task else None
    lease = leases.lease_of(session, task_id, reviewer_id)
    if task is None or campaign is None or lease is None or lease.ended_at is not None:
        raise NotFound("no-task", f"task {task_id} is not held by this reviewer")
    return task, campaign, lease

"""Trip 2: a reviewer takes a task, sees its page, passes it by; afterwards the reveal.

Until the judgment is saved nothing here loads a score or another judgment: what a reviewer must
not see is not fetched, so no page can show it by mistake.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jadelite.audit import access
from jadelite.db import (
    campaigns,
    edits,
    events,
    facts,
    failures,
    judgments,
    reviewers,
    scores,
    tasks,
)
from jadelite.db.edits import StoredEdit
from jadelite.db.facts import StoredRevert
from jadelite.db.failures import StoredFailure
from jadelite.db.scores import OtherOutput, StoredScore
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import (
    APPROVED_STATES,
    SERVED_STREAMS,
    SITTING_LENGTH,
    Campaign,
)
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.facets import FACETS, Facet
from jadelite.domain.judgments import SKIP_REASONS, Judgment
from jadelite.domain.names import is_slug, is_wiki_name
from jadelite.domain.people import Actor

MAX_TRIES = 5  # for a task that somebody else completes in the same moment


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
    """What a reviewer sees before judging. It holds no score and no other judgment."""

    task_id: int
    campaign: Campaign
    facet: Facet
    edit: StoredEdit
    n_done: int
    sitting_length: int


@dataclass(frozen=True)
class RevealPage:
    """What a reviewer sees afterwards: own judgments, the model's scores, the others' judgments."""

    task_id: int
    campaign: Campaign
    facet: Facet
    edit: StoredEdit
    own: Judgment
    own_history: tuple[Judgment, ...]
    said: ModelsSaid
    others: tuple[Judgment, ...]
    n_done: int
    sitting_length: int


@dataclass(frozen=True)
class EditPage:
    """What anybody sees of an edit: scores and judgments only when no open task asks about it."""

    edit: StoredEdit
    is_masked: bool
    said: ModelsSaid
    judgments: tuple[Judgment, ...]


@dataclass(frozen=True)
class Sitting:
    """What a reviewer did in one sitting, against the model and the others, in counts.

    Each pair is (agreed, comparable): "not sure" on either side is not comparable.
    """

    campaign: Campaign
    n_judged: int
    with_model: tuple[int, int]
    with_others: tuple[int, int]
    n_left: int


def take_task(
    database: Database,
    actor: Actor,
    slug: str,
    *,
    now: datetime,
    lease_seconds: int,
    daily_cap: int,
) -> int | None:
    """Give the reviewer a task: the one they hold, or a random one; None when none is left.

    Raises Conflict when the campaign is closed or the reviewer's day is full, Forbidden when the
    wiki's community has not agreed.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        reviewers.lock(session, reviewer_id)  # two clicks at once must not hold two edits
        campaign = find_campaign(session, slug)
        require_gate(session, campaign)
        if not campaign.is_open:
            raise Conflict("campaign-closed", f"campaign {slug} takes no judgments now")
        held = tasks.held(session, campaign.campaign_id, reviewer_id, now)
        if held is not None:
            tasks.take(session, held.task_id, reviewer_id, now=now, seconds=lease_seconds)
            return held.task_id
        day_ago = now - timedelta(hours=24)
        if judgments.count_since(session, reviewer_id, day_ago) >= daily_cap:
            raise Conflict(
                "daily-cap", f"{daily_cap} judgments in 24 hours are enough", n=daily_cap
            )
        task_id = _pick(session, campaign, reviewer_id, now)
        if task_id is not None:
            tasks.take(session, task_id, reviewer_id, now=now, seconds=lease_seconds)
        return task_id


def review_page(
    database: Database,
    actor: Actor,
    task_id: int,
    *,
    sitting_started_at: Callable[[str], datetime],
) -> ReviewPage | None:
    """The page of a task the reviewer holds; None when they judged it already (show the reveal).

    Raises NotFound for a task that is not theirs: it must not tell which edits are being judged.
    So it does once the wiki hid the edit's text.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        task = tasks.get(session, task_id)
        campaign = campaigns.by_id(session, task.campaign_id) if task else None
        if task is None or campaign is None:
            raise NotFound("no-task", f"there is no task {task_id}")
        if judgments.latest_of(session, task_id, reviewer_id) is not None:
            return None
        if tasks.lease_of(session, task_id, reviewer_id) is None:
            raise NotFound("no-task", f"task {task_id} is not held by this reviewer")
        edit = edits.load(session, task.edit_id)
        if edit is None:
            raise NotFound("no-edit", f"there is no edit {task.edit_id}")
        n_done = _n_done(session, campaign, reviewer_id, sitting_started_at(campaign.slug))
        return ReviewPage(
            task_id=task_id,
            campaign=campaign,
            facet=FACETS[campaign.facet],
            edit=edit,
            n_done=n_done,
            sitting_length=SITTING_LENGTH,
        )


def reveal_page(
    database: Database,
    actor: Actor,
    task_id: int,
    *,
    sitting_started_at: Callable[[str], datetime],
) -> RevealPage:
    """The model's scores and the others' judgments, for a reviewer who judged the task.

    Raises NotFound for anybody else, and for everybody once the wiki hid the edit's text.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        task = tasks.get(session, task_id)
        campaign = campaigns.by_id(session, task.campaign_id) if task else None
        found = judgments.of_task(session, task_id) if task else []
        own = [judgment for judgment in found if judgment.reviewer_id == reviewer_id]
        if task is None or campaign is None or not own:
            raise NotFound("no-task", f"task {task_id} has no judgment by this reviewer")
        edit = edits.load(session, task.edit_id)
        if edit is None:
            raise NotFound("no-edit", f"there is no edit {task.edit_id}")
        n_done = _n_done(session, campaign, reviewer_id, sitting_started_at(campaign.slug))
        return RevealPage(
            task_id=task_id,
            campaign=campaign,
            facet=FACETS[campaign.facet],
            edit=edit,
            own=own[-1],
            own_history=tuple(own[:-1]),
            said=_said(session, task.edit_id),
            others=newest_by_reviewer(
                judgment for judgment in found if judgment.reviewer_id != reviewer_id
            ),
            n_done=n_done,
            sitting_length=SITTING_LENGTH,
        )


def edit_page(database: Database, wiki: str, rev_id: int) -> EditPage:
    """An edit as anybody may see it.

    Raises NotFound for one that is not stored, and the same for one whose text the wiki hid: the
    answer must not tell that there was something.
    """
    with database.reading() as session:
        edit = edits.find(session, wiki, rev_id) if is_wiki_name(wiki) else None
        if edit is None or edit.is_text_hidden:
            raise NotFound("no-edit", f"edit {rev_id} of {wiki} is not known here")
        if tasks.is_masked(session, edit.edit_id):
            return EditPage(edit, True, ModelsSaid(), ())
        return EditPage(
            edit=edit,
            is_masked=False,
            said=_said(session, edit.edit_id),
            judgments=newest_by_reviewer(judgments.of_edit(session, edit.edit_id)),
        )


def skip(database: Database, actor: Actor, task_id: int, reason: str, *, now: datetime) -> str:
    """Pass a task by, for a reason about the reviewer; the campaign's slug.

    Raises Invalid for an unknown reason, NotFound for a task that is not held.
    """
    reviewer_id = access.require_reviewer(actor)
    if reason not in SKIP_REASONS:
        raise Invalid(
            "bad-skip-reason", f"reason is {reason!r}, expected {', '.join(SKIP_REASONS)}"
        )
    with database.transaction() as session:
        task = tasks.get(session, task_id)
        campaign = campaigns.by_id(session, task.campaign_id) if task else None
        lease = tasks.lease_of(session, task_id, reviewer_id)
        if task is None or campaign is None or lease is None:
            raise NotFound("no-task", f"task {task_id} is not held by this reviewer")
        tasks.add_skip(session, task_id, reviewer_id, reason, now)
        tasks.end_lease(session, task_id, reviewer_id, now)
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


def sitting(
    database: Database, actor: Actor, slug: str, *, since: datetime, now: datetime
) -> Sitting:
    """What the reviewer did in a campaign since `since`, on the question of damage."""
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        done = judgments.by_reviewer(session, campaign.campaign_id, reviewer_id, since)
        first = {judgment.task_id: judgment for judgment in reversed(done)}
        model, others = [0, 0], [0, 0]
        for judgment in first.values():
            answer = judgment.answers.get("damaging")
            if answer not in ("yes", "no"):
                continue
            _compare(session, judgment, answer, reviewer_id, model, others)
        return Sitting(
            campaign=campaign,
            n_judged=len(first),
            with_model=(model[0], model[1]),
            with_others=(others[0], others[1]),
            n_left=tasks.n_left(session, campaign, reviewer_id, now),
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


def _said(session: Session, edit_id: int) -> ModelsSaid:
    return ModelsSaid(
        scores=tuple(scores.of_edit(session, edit_id)),
        other=tuple(scores.other_outputs(session, edit_id)),
        failures=tuple(failures.of_edit(session, edit_id)),
        undone=facts.revert_of(session, edit_id),
    )


def _n_done(session: Session, campaign: Campaign, reviewer_id: int, since: datetime) -> int:
    done = judgments.by_reviewer(session, campaign.campaign_id, reviewer_id, since)
    return len({judgment.task_id for judgment in done})


def _pick(session: Session, campaign: Campaign, reviewer_id: int, now: datetime) -> int | None:
    for stream in SERVED_STREAMS:
        for _ in range(MAX_TRIES):
            task_id = tasks.pick(session, campaign, reviewer_id, stream, now)
            if task_id is None:
                break
            tasks.lock(session, task_id)
            if tasks.has_room(session, campaign, task_id, reviewer_id, now):
                return task_id
    return None


def _compare(
    session: Session,
    judgment: Judgment,
    answer: str,
    reviewer_id: int,
    model: list[int],
    others: list[int],
) -> None:
    """Add one judgment to the counts (agreed, comparable) of `model` and `others`."""
    task = tasks.get(session, judgment.task_id)
    if task is None:  # the wiki hid the edit since
        return
    for score in scores.of_edit(session, task.edit_id):
        if score.model.question == "damaging":
            says = "yes" if score.probability >= score.threshold else "no"
            model[1] += 1
            model[0] += says == answer
    votes = [
        other.answers.get("damaging")
        for other in newest_by_reviewer(judgments.of_task(session, judgment.task_id))
        if other.reviewer_id != reviewer_id
    ]
    n_yes, n_no = votes.count("yes"), votes.count("no")
    if n_yes != n_no:
        others[1] += 1
        others[0] += ("yes" if n_yes > n_no else "no") == answer

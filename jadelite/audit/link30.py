"""The 30-edit link: one address per wiki that takes a visitor through thirty edits.

Who signs in and agrees takes part in the wiki's newest open campaign that has such a set, blind,
with the reveal at the end. Who only tries gets edits whose scores are public; nothing of it is
stored here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit import access, assigning
from jadelite.db import edits, events, extras, facets, judgments, reviewers, scores
from jadelite.db.edits import StoredEdit
from jadelite.db.scores import StoredScore
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign, RunningSitting
from jadelite.domain.consent import CONSENT_VERSION, is_consent_needed
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.facets import Facet
from jadelite.domain.names import is_wiki_name
from jadelite.domain.people import Actor

LENGTH = 30

# Answers of somebody who only tries: by task, then by question.
Tried = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Invitation:
    """What the link leads to; `n_practice` edits can be tried without an account.

    `running` is the asker's sitting of the set, None where none runs; `is_consent_needed`: they
    have not agreed yet to what is stored.
    """

    campaign: Campaign
    n_edits: int
    n_practice: int
    running: RunningSitting | None
    is_consent_needed: bool


@dataclass(frozen=True)
class TryPage:
    """The next edit to try, without score; `n_done` of `n_edits` were answered."""

    campaign: Campaign
    facet: Facet
    task_id: int
    edit: StoredEdit
    n_done: int
    n_edits: int


@dataclass(frozen=True)
class TriedEdit:
    """An edit somebody tried: their answers, and what models said."""

    edit: StoredEdit
    answers: Mapping[str, str]
    scores: tuple[StoredScore, ...]

    def is_as_model(self, score: StoredScore) -> bool | None:
        """Whether a model said the same; None where the own answer is neither yes nor no."""
        answer = self.answers.get(score.model.question)
        if answer not in ("yes", "no"):
            return None
        return (score.probability >= score.threshold) == (answer == "yes")


@dataclass(frozen=True)
class TryResult:
    """What somebody tried, in the order of the edits; (same, comparable) with the models."""

    campaign: Campaign
    facet: Facet
    edits: tuple[TriedEdit, ...]
    n_edits: int

    @property
    def with_model(self) -> tuple[int, int]:
        """How many answers are those of a model, and how many can be compared."""
        told = [edit.is_as_model(score) for edit in self.edits for score in edit.scores]
        comparable = [is_same for is_same in told if is_same is not None]
        return sum(comparable), len(comparable)


def invitation(database: Database, actor: Actor, wiki: str, *, now: datetime) -> Invitation:
    """What the link of a wiki leads to now. Raises NotFound where no campaign has such a set."""
    with database.reading() as session:
        campaign = _campaign(session, wiki, now)
        given = None
        if actor.reviewer_id is not None:
            given = judgments.consent_version(session, actor.reviewer_id)
        n_edits = extras.count(session, campaign.campaign_id, "link30")
        n_practice = len(extras.public_practice(session, campaign.campaign_id, LENGTH))
    running = assigning.running_sitting(database, actor, campaign.slug)
    is_of_set = running is not None and running.sitting.stream == "link30"
    return Invitation(
        campaign=campaign,
        n_edits=n_edits,
        n_practice=n_practice,
        running=running if is_of_set else None,
        is_consent_needed=is_consent_needed(given),
    )


def join(database: Database, actor: Actor, wiki: str, *, has_agreed: bool, now: datetime) -> str:
    """Begin the set, or go on with it; the campaign's slug.

    The first time, and when the words changed their meaning, consent is asked for and recorded.
    Raises Invalid without it, NotFound as `invitation`, and what `start_sitting` raises.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.transaction() as session:
        campaign = _campaign(session, wiki, now)
        if is_consent_needed(judgments.consent_version(session, reviewer_id)):
            require_consent(has_agreed=has_agreed)
            reviewers.set_consent(session, reviewer_id, CONSENT_VERSION)
            events.append(
                session,
                "consent.given",
                subject=f"reviewer:{reviewer_id}",
                now=now,
                actor_id=reviewer_id,
                campaign_id=campaign.campaign_id,
                details={"version": CONSENT_VERSION},
            )
    running = assigning.running_sitting(database, actor, campaign.slug)
    if running is None or running.sitting.stream != "link30" or running.is_full:
        assigning.start_sitting(
            database,
            actor,
            campaign.slug,
            length=LENGTH,
            reveals="end",
            stream="link30",
            now=now,
        )
    return campaign.slug


def require_consent(*, has_agreed: bool) -> None:
    """Raise Invalid unless somebody agreed to what is stored."""
    if not has_agreed:
        raise Invalid("no-consent", "taking part needs consent; trying does not")


def try_page(database: Database, wiki: str, done: Tried, *, now: datetime) -> TryPage | None:
    """The next edit to try; None when all were answered. It holds no score."""
    with database.reading() as session:
        campaign = _campaign(session, wiki, now)
        found = extras.public_practice(session, campaign.campaign_id, LENGTH)
        left = [pair for pair in found if pair[0] not in done]
        edit = edits.load(session, left[0][1]) if left else None
        if edit is None:
            return None
        return TryPage(
            campaign=campaign,
            facet=_facet_to_try(facets.load(session, campaign.facet)),
            task_id=left[0][0],
            edit=edit,
            n_done=len(found) - len(left),
            n_edits=len(found),
        )


def try_result(database: Database, wiki: str, done: Tried, *, now: datetime) -> TryResult:
    """What somebody answered, beside what models said of the same edits."""
    with database.reading() as session:
        campaign = _campaign(session, wiki, now)
        found = extras.public_practice(session, campaign.campaign_id, LENGTH)
        tried = []
        for task_id, edit_id in found:
            edit = edits.load(session, edit_id) if task_id in done else None
            if edit is not None:
                said = tuple(scores.of_edit(session, edit_id))
                tried.append(TriedEdit(edit, done[task_id], said))
        facet = _facet_to_try(facets.load(session, campaign.facet))
        return TryResult(campaign, facet, tuple(tried), len(found))


def facet_of(database: Database, campaign: Campaign) -> Facet:
    """The questions that somebody who tries is asked: those with one answer."""
    with database.reading() as session:
        return _facet_to_try(facets.load(session, campaign.facet))


def _facet_to_try(facet: Facet) -> Facet:
    return Facet(
        facet.name, tuple(question for question in facet.questions if question.kind == "one")
    )


def _campaign(session: Session, wiki: str, now: datetime) -> Campaign:
    # What can't be a name is not asked of the database, which might not even take it.
    found = (
        extras.open_campaigns(session, wiki, 1, now=now, stream="link30")
        if is_wiki_name(wiki)
        else []
    )
    if not found:
        raise NotFound("no-link30", f"no open campaign of {wiki} has a set of {LENGTH} edits")
    return found[0]

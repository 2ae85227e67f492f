"""What pages show of campaigns: to everybody, to who leads one, and to who makes one.

What is done with them is for `campaigns`; how far judging is, for `reports`.
"""

from dataclasses import dataclass, replace
from statistics import median

from jadelite.audit import access, planning, schedule
from jadelite.audit.campaigns import DRAWN_STREAMS
from jadelite.audit.reports import find_progress
from jadelite.db import campaigns, designs, facets, frames, scores, wikis, work
from jadelite.db.designs import StoredDesign
from jadelite.db.session import Database, Session
from jadelite.db.wikis import StoredWiki
from jadelite.domain.campaigns import APPROVED_STATES, CampaignProgress, Stream
from jadelite.domain.errors import NotFound
from jadelite.domain.people import Actor
from jadelite.domain.planning import ASSUMED_SECONDS, FrameWanted, Plan, Wanted

MIN_TIMED = 10  # below, a median says how one person clicked
LEAST_HOURS = 0.1  # shown with one decimal: no work takes no time


@dataclass(frozen=True)
class Work:
    """What a campaign asks of people and what they gave, in judgments.

    `seconds_expected` of one judgment when it was planned; `seconds_taken` the median of its newest
    judgments, None while they are few.
    """

    n_asked: int
    n_given: int
    seconds_expected: float
    seconds_taken: float | None

    @property
    def hours_asked(self) -> float:
        """Of all reviewers together, by what one takes, or was expected to."""
        seconds = self.seconds_taken or self.seconds_expected
        return max(self.n_asked * seconds / 3600, LEAST_HOURS)

    @property
    def hours_given(self) -> float:
        """Of all reviewers together so far."""
        return max(self.n_given * (self.seconds_taken or 0.0) / 3600, LEAST_HOURS)


@dataclass(frozen=True)
class CampaignFacts:
    """How a campaign's edits were drawn (None: they were not) and the work it asks for."""

    design: StoredDesign | None
    work: Work


@dataclass(frozen=True)
class ManagePage:
    """A campaign as who leads it sees it.

    `plan` before the draw only, None too where no edit fits its frame any more. `frame` None for
    campaigns that were not planned. `drawing` are the streams that wait to be drawn, or are being;
    `failure` is why that failed last, in English. `models` as name@version, empty: all that scored.
    `is_approved`: the wiki's community agreed, or need not be asked.
    """

    progress: CampaignProgress
    frame: FrameWanted | None
    plan: Plan | None
    designs: tuple[StoredDesign, ...]
    drawing: tuple[Stream, ...]
    failure: str | None
    models: tuple[str, ...]
    is_approved: bool
    work: Work

    def design_of(self, stream: Stream) -> StoredDesign | None:
        """How a stream was drawn; None if it was not."""
        return next((design for design in self.designs if design.stream == stream), None)


@dataclass(frozen=True)
class NewPage:
    """What a new campaign can be made of: all wikis with edits, or what one of them offers.

    `models` of `wiki` as name@version; `facets` by name.
    """

    wikis: tuple[StoredWiki, ...]
    wiki: StoredWiki | None
    models: tuple[str, ...]
    facets: tuple[str, ...]


def facts(database: Database, progress: CampaignProgress) -> CampaignFacts:
    """What the page of a campaign tells of its sample and of the work."""
    campaign = progress.campaign
    with database.reading() as session:
        found = designs.of_campaign(session, campaign.campaign_id)
        drawn = next((design for design in found if design.stream == "probability"), None)
        return CampaignFacts(drawn, _work(session, progress))


def manage_page(database: Database, actor: Actor, slug: str) -> ManagePage:
    """A campaign for who leads it. Raises NotFound."""
    access.require(actor, "coordinate")
    with database.reading() as session:
        progress = find_progress(session, slug)
        campaign = progress.campaign
        frame = frames.wanted_of(session, campaign.campaign_id)
        found = designs.of_campaign(session, campaign.campaign_id)
        keys = {schedule.draw_key(slug, stream): stream for stream in DRAWN_STREAMS}
        asked = [(keys[key], row) for key, row in work.states(session, list(keys)).items()]
        page = ManagePage(
            progress=progress,
            frame=frame,
            plan=None,
            designs=found,
            drawing=tuple(stream for stream, row in asked if row.state != "failed"),
            failure=next((row.failure for _, row in asked if row.failure), None),
            models=tuple(campaigns.models_of(session, campaign.campaign_id)),
            is_approved=campaign.is_evidence
            or campaigns.approval(session, campaign.wiki) in APPROVED_STATES,
            work=_work(session, progress),
        )
    if frame is None or page.design_of("probability") is not None:
        return page
    return replace(page, plan=_plan(database, Wanted(frame, campaign.n_planned, campaign.k)))


def new_page(database: Database, actor: Actor, wiki: str | None) -> NewPage:
    """What a new campaign can be made of; of a wiki, or (None) which wikis there are.

    Raises NotFound for a wiki of which no edits are stored.
    """
    access.require(actor, "coordinate")
    with database.reading() as session:
        found = tuple(wikis.with_edits(session))
        chosen = next((item for item in found if item.dbname == wiki), None)
        if wiki is not None and chosen is None:
            raise NotFound("no-wiki", f"no edits of {wiki!r} are stored here")
        if chosen is None:
            return NewPage(found, None, (), ())
        versions = scores.versions_on(session, wikis.find(session, chosen.dbname) or 0)
        return NewPage(
            wikis=found,
            wiki=chosen,
            models=tuple(version.name for _, version in versions),
            facets=facets.names(session),
        )


def _work(session: Session, progress: CampaignProgress) -> Work:
    campaign = progress.campaign
    taken = designs.seconds_taken(session, campaign.campaign_id)
    expected = campaigns.median_planned(session, campaign.campaign_id)
    return Work(
        n_asked=progress.n_edits * campaign.k,
        n_given=progress.n_judgments,
        seconds_expected=expected or ASSUMED_SECONDS,
        seconds_taken=median(taken) if len(taken) >= MIN_TIMED else None,
    )


def _plan(database: Database, wanted: Wanted) -> Plan | None:
    try:
        return planning.preview(database, wanted)
    except NotFound:  # what fitted when it was made was hidden since
        return None

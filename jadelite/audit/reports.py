"""Reading frozen reports and campaign pages, and asking for a new report. No statistics here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign
from jadelite.db import assigning, campaigns, events, masking, reports, work
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import SERVED_STREAMS, CampaignProgress, CampaignState
from jadelite.domain.errors import NotFound
from jadelite.domain.names import is_slug
from jadelite.domain.people import Actor
from jadelite.domain.planning import are_strata_shown
from jadelite.domain.reports import ModelReport, Report, StratumResponse

MAX_CAMPAIGNS = 100
LISTED: tuple[CampaignState, ...] = (
    "open",
    "closed",
)  # drafts and archives have lists of their own


@dataclass(frozen=True)
class CampaignPage:
    """A campaign with its running counts, its newest frozen report, and what is left to judge.

    `n_reviewers` counts people who are known, without bots. `n_left` is what the asking reviewer
    could still be given, counted to 101; None for a visitor.
    """

    progress: CampaignProgress
    report: Report | None
    is_report_due: bool
    n_reviewers: int
    n_left: int | None


def list_campaigns(
    database: Database, states: Sequence[CampaignState] = LISTED
) -> list[CampaignProgress]:
    """Campaigns in these states with their counts, oldest first, at most MAX_CAMPAIGNS."""
    with database.reading() as session:
        return campaigns.progress(session, MAX_CAMPAIGNS, states=states)


def find_progress(session: Session, slug: str) -> CampaignProgress:
    """The campaign of that name with its counts. Raises NotFound."""
    found = campaigns.progress(session, 1, slug) if is_slug(slug) else []
    if not found:
        raise NotFound("no-campaign", f"there is no campaign {slug!r}")
    return found[0]


def campaign_page(database: Database, actor: Actor, slug: str, *, now: datetime) -> CampaignPage:
    """A campaign as its page shows it. Raises NotFound."""
    with database.reading() as session:
        page = _page(session, slug)
        if actor.reviewer_id is None:
            return page
        n_left = assigning.n_left(
            session,
            page.progress.campaign.campaign_id,
            actor.reviewer_id,
            SERVED_STREAMS,
            now,
        )
        return replace(page, n_left=n_left)


def report_page(database: Database, slug: str) -> CampaignPage:
    """The newest report of a campaign, with the campaign's counts. Raises NotFound."""
    with database.reading() as session:
        return _page(session, slug)


def ping(database: Database) -> None:
    """Do nothing, if the database answers. Raises Unavailable."""
    with database.reading() as session:
        campaigns.by_id(session, 0)


def ask_for_report(database: Database, actor: Actor, slug: str, *, now: datetime) -> None:
    """Ask the worker to compute the campaign's report now."""
    access.require(actor, "compute-report")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        work.ask(
            session,
            "compute-report",
            f"compute-report:{campaign.campaign_id}",
            {"campaign": slug},
            due_at=now,
            now=now,
        )
        events.append(
            session,
            "report.asked",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            actor_id=actor.reviewer_id,
            campaign_id=campaign.campaign_id,
        )


def _page(session: Session, slug: str) -> CampaignPage:
    progress = find_progress(session, slug)
    campaign_id = progress.campaign.campaign_id
    report = reports.newest(session, campaign_id)
    if report is not None:
        report = _with_strata_shown(report, progress.campaign.state)
    return CampaignPage(
        progress=progress,
        report=None if report is None else _as_it_may_be_read_now(session, report),
        is_report_due=work.is_waiting(session, f"compute-report:{campaign_id}"),
        n_reviewers=campaigns.n_reviewers(session, campaign_id),
        n_left=None,
    )


def _with_strata_shown(report: Report, state: CampaignState) -> Report:
    """The report, each stream's strata as one where they would give scores away by now."""
    sample = report.sample
    if sample is None or are_strata_shown(sample.n_edits, state):
        return report
    merged = []
    for stream, parts in groupby(sample.strata, key=lambda stratum: stratum.stream):
        held = tuple(parts)
        merged.append(
            StratumResponse(
                stream=stream,
                label="all",
                low=None,
                high=None,
                editor_group=None,
                n_edits=sum(stratum.n_edits for stratum in held),
                n_drawn=sum(stratum.n_drawn for stratum in held),
                n_judged=sum(stratum.n_judged for stratum in held),
            )
        )
    return replace(report, sample=replace(sample, strata=tuple(merged)))


def _as_it_may_be_read_now(session: Session, report: Report) -> Report:
    """The frozen report without naming edits that may not be named by now.

    Those that some open task asks about are counted as such; those whose text the wiki hid are as
    if they had not been listed. The figures stay.
    """
    listed = [
        edit.rev_id
        for question in report.questions
        for model in question.models
        for edit in model.confident_misses
    ]
    if not listed:
        return report
    hidden = masking.hidden_revisions(session, report.wiki, listed)
    masked = masking.masked_revisions(session, report.wiki, listed)
    if not masked and not hidden:
        return report
    questions = tuple(
        replace(
            question, models=tuple(_unlisted(model, masked, hidden) for model in question.models)
        )
        for question in report.questions
    )
    return replace(report, questions=questions)


def _unlisted(model: ModelReport, masked: set[int], hidden: set[int]) -> ModelReport:
    named = tuple(edit for edit in model.confident_misses if edit.rev_id not in hidden)
    shown = tuple(edit for edit in named if edit.rev_id not in masked)
    return replace(
        model,
        confident_misses=shown,
        n_confident_misses_masked=model.n_confident_misses_masked + len(named) - len(shown),
    )

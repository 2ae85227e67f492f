"""Reading frozen reports and campaign pages, and asking for a new report. No statistics here."""

import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from jadelite.audit import access, report_json
from jadelite.audit.reviewing import find_campaign
from jadelite.db import assigning, campaigns, designs, events, masking, reports, work
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import SERVED_STREAMS, Campaign, CampaignProgress, CampaignState
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import ContestedList, ListedEdit
from jadelite.domain.names import is_slug
from jadelite.domain.people import Actor
from jadelite.domain.reports import Report, StratumResponse

MAX_CAMPAIGNS = 100
LISTED: tuple[CampaignState, ...] = (
    "open",
    "closed",
)  # drafts and archives have lists of their own
CHANGING = ("precision", "recall", "prevalence")
EDITS_FILE = "edits.csv.gz"
TELLING_FILES = ("facts.", "edits.", "judgments.", "report.ipynb", "statistics.")
NAMING_FILES = ("edits.", "judgments.", "lists.", "report.ipynb")


@dataclass(frozen=True)
class Change:
    """A figure that changed since the report before. `model` None: of people."""

    question: str
    model: str | None
    figure: str
    before: Figure
    after: Figure


@dataclass(frozen=True)
class CampaignPage:
    """A campaign with its running counts, its newest frozen report, and what is left to judge.

    `changes` are figures that the report before had otherwise. `n_reviewers` counts people who are
    known, without bots. `n_left` is what the asking reviewer could still be given, counted to 101;
    None for a visitor.
    """

    progress: CampaignProgress
    report: Report | None
    changes: tuple[Change, ...]
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


def report_file(database: Database, slug: str, name: str) -> bytes | None:
    """A file that was frozen with the newest report of a campaign; None where there is none.

    Raises NotFound for the campaign; Conflict for the data files of a sample that was drawn by
    score, until judging has ended; and for files that name edits, while one of these is being
    judged again: they would tell its score and votes.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        content = reports.newest_file(session, campaign.campaign_id, name)
        if content is not None and name.startswith(TELLING_FILES):
            _refuse_while_judged(session, campaign, name)
        if content is not None and name.startswith(NAMING_FILES):
            _refuse_while_asked(session, campaign, name)
        return content


def report_files(database: Database, slug: str) -> dict[str, bytes]:
    """All files that were frozen with the newest report of a campaign, by name.

    Raises NotFound for the campaign; Conflict while one of them can't be given out.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        names = reports.newest_file_names(session, campaign.campaign_id)
        if names:
            _refuse_while_judged(session, campaign, "its data")
            _refuse_while_asked(session, campaign, "its data")
        found = {name: reports.newest_file(session, campaign.campaign_id, name) for name in names}
        return {name: content for name, content in found.items() if content is not None}


def _refuse_while_asked(session: Session, campaign: Campaign, what: str) -> None:
    asked = masking.asked_revisions(session, campaign.campaign_id)
    if not asked:
        return
    edits = reports.newest_file(session, campaign.campaign_id, EDITS_FILE)
    if edits is None or _holds(edits, asked):
        raise Conflict(
            "being-judged-again",
            f"edits of the report of {campaign.slug} are being judged again; {what} can be had once"
            " that is done",
        )


def _refuse_while_judged(session: Session, campaign: Campaign, what: str) -> None:
    """Raise Conflict while the strata of a sample would give scores away."""
    draws = designs.of_campaign(session, campaign.campaign_id)
    if _would_tell(campaign, (stratum.low for draw in draws for stratum in draw.strata)):
        raise Conflict(
            "strata-not-shown",
            f"the edits of {campaign.slug} were drawn by score and are still judged: {what} would"
            " give scores away; it can be had once judging has ended",
        )


def _would_tell(campaign: Campaign, lows: Iterable[float | None]) -> bool:
    """Whether strata, by their least scores, would give scores away by now.

    How many were drawn of each, less those that are judged, tells between which scores the others
    lie. Evidence has no strata by score.
    """
    return not campaign.has_ended and any(low is not None for low in lows)


def _holds(edits: bytes, rev_ids: set[int]) -> bool:
    """Whether one of the revisions has a row in an edits file, which begins with them."""
    with gzip.open(io.BytesIO(edits), "rt", encoding="utf-8") as lines:
        next(lines, None)
        return any(int(line.partition(",")[0]) in rev_ids for line in lines)


def _page(session: Session, slug: str) -> CampaignPage:
    progress = find_progress(session, slug)
    campaign_id = progress.campaign.campaign_id
    frozen = [report_json.read(payload) for payload in reports.newest(session, campaign_id, 2)]
    report, before = (*frozen, None, None)[:2]
    changes: tuple[Change, ...] = ()
    if report is not None:
        changes = () if before is None else tuple(_changes(before, report))
        report = _with_strata_shown(report, progress.campaign)
        report = _as_it_may_be_read_now(session, report)
    return CampaignPage(
        progress=progress,
        report=report,
        changes=changes,
        is_report_due=work.is_waiting(session, f"compute-report:{campaign_id}"),
        n_reviewers=campaigns.n_reviewers(session, campaign_id),
        n_left=None,
    )


def _changes(before: Report, after: Report) -> Iterator[Change]:
    """The figures that are not what they were, question by question, model by model."""
    questions = {question.question: question for question in before.questions}
    for question in after.questions:
        old = questions.get(question.question)
        if old is None:
            continue
        pair = (old.agreement.krippendorff_alpha, question.agreement.krippendorff_alpha)
        yield from _change(question.question, None, "krippendorff_alpha", *pair)
        models = {(model.model, model.version): model for model in old.models}
        for model in question.models:
            old_model = models.get((model.model, model.version))
            if old_model is None:
                continue
            name = f"{model.model}@{model.version}"
            for figure in CHANGING:
                pair = (getattr(old_model.rates, figure), getattr(model.rates, figure))
                yield from _change(question.question, name, figure, *pair)


def _change(
    question: str, model: str | None, figure: str, before: Figure, after: Figure
) -> Iterator[Change]:
    if before != after:
        yield Change(question, model, figure, before, after)


def _with_strata_shown(report: Report, campaign: Campaign) -> Report:
    """The report, each stream's strata as one where they would give scores away by now."""
    sample = report.sample
    if sample is None or not _would_tell(campaign, (stratum.low for stratum in sample.strata)):
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
    """The frozen report without naming edits that may not be named by now, others with titles.

    Those that some open task asks about are counted as such; those whose text the wiki hid are as
    if they had not been listed. The figures stay.
    """
    listed = sorted({edit.rev_id for edit in _listed(report)})
    if not listed:
        return report
    shown = _Shown(
        masked=masking.masked_revisions(session, report.wiki, listed),
        hidden=masking.hidden_revisions(session, report.wiki, listed),
        titles=reports.titles(session, report.wiki, listed),
    )
    questions = tuple(
        replace(
            question,
            models=tuple(
                replace(model, lists=tuple(shown.of(found) for found in model.lists))
                for model in question.models
            ),
            comparisons=tuple(
                replace(found, flips=shown.named(found.flips)) for found in question.comparisons
            ),
        )
        for question in report.questions
    )
    n_unnamed = len(shown.masked | shown.hidden)
    return replace(report, questions=questions, n_unnamed=n_unnamed)


def _listed(report: Report) -> Iterator[ListedEdit]:
    """All edits that a report names."""
    for question in report.questions:
        for model in question.models:
            for found in model.lists:
                yield from found.first
        for comparison in question.comparisons:
            yield from comparison.flips


@dataclass(frozen=True)
class _Shown:
    """What may be said of listed edits by now."""

    masked: set[int]
    hidden: set[int]
    titles: dict[int, str]

    def named(self, listed: tuple[ListedEdit, ...]) -> tuple[ListedEdit, ...]:
        """Those that may be named, with their titles."""
        return tuple(
            replace(edit, page_title=self.titles.get(edit.rev_id))
            for edit in listed
            if edit.rev_id not in self.masked | self.hidden
        )

    def of(self, found: ContestedList) -> ContestedList:
        """A list without the others, and how many of them are judged again."""
        n_masked = sum(edit.rev_id in self.masked - self.hidden for edit in found.first)
        return replace(found, first=self.named(found.first), n_masked=found.n_masked + n_masked)

"""Making and leading campaigns that speak for a wiki, and closing any of them.

draft (made, then drawn) -> open -> closed -> open again or archived. The draw itself needs numpy
and is the worker's: here it is asked for. Evidence campaigns are made by `evidence`.
"""

from datetime import datetime
from typing import Any

from jadelite.audit import access, planning, schedule
from jadelite.audit.reviewing import find_campaign, require_gate
from jadelite.audit.texts import languages
from jadelite.db import campaigns, designs, events, facets, frames, scores, texts, wikis, work
from jadelite.db.campaigns import NewCampaignRow
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign, CampaignState, Stream
from jadelite.domain.errors import Conflict, FieldError, Invalid
from jadelite.domain.facets import FACETS
from jadelite.domain.names import is_slug, is_wiki_name
from jadelite.domain.new_campaigns import MAX_K, MAX_SAMPLE, NewCampaign, check_new_campaign
from jadelite.domain.people import Actor
from jadelite.domain.planning import FrameWanted, Plan, Wanted
from jadelite.domain.scores import ModelVersion
from jadelite.domain.texts import GUIDELINE, NAME

DRAWN_STREAMS: tuple[Stream, ...] = ("probability", "link30", "practice")


def plan_of(new: NewCampaign) -> Wanted:
    """What of a new campaign its plan rests on; its first model makes the strata."""
    frame = FrameWanted(
        wiki=new.wiki,
        model=new.models[0] if new.models else "",
        window_from=new.window_from,
        window_to=new.window_to,
        namespaces=new.namespaces,
        with_bots=new.with_bots,
        is_by_editor=new.by_editor,
        with_content_only=new.with_content_only,
    )
    return Wanted(frame, new.n_planned, new.k)


def preview(database: Database, actor: Actor, new: NewCampaign, *, now: datetime) -> Plan:
    """The plan of a campaign that is not made; nothing is stored.

    Its name does not matter yet. Raises Invalid with every other wrong field, NotFound where no
    edit fits.
    """
    access.require(actor, "coordinate")
    with database.reading() as session:
        _refuse([wrong for wrong in _problems(session, new, now) if wrong.field != "slug"])
    return planning.preview(database, plan_of(new))


def find_problems(database: Database, new: NewCampaign, *, now: datetime) -> list[FieldError]:
    """Everything that is wrong with a campaign that is not made yet."""
    with database.reading() as session:
        return _problems(session, new, now)


def create(database: Database, actor: Actor, new: NewCampaign, *, now: datetime) -> Campaign:
    """Make a campaign as a draft, with its frame and texts; nothing is drawn yet.

    On a sample wiki it is of kind `sample`, anywhere else of kind `audit`. Raises Invalid with
    every wrong field, NotFound where no edit fits.
    """
    access.require(actor, "coordinate")
    _refuse(find_problems(database, new, now=now))
    plan = planning.preview(database, plan_of(new))
    with database.transaction() as session:
        _refuse(_problems(session, new, now))  # the name may be taken by now
        if new.facet in FACETS:
            facets.ensure_builtin(session, new.facet, now)
        versions = {version.name: version_id for version_id, version in _versions(session, new)}
        wiki_id = wikis.find(session, new.wiki)
        campaign_id = campaigns.create(
            session,
            slug=new.slug,
            wiki_id=wiki_id or 0,
            kind="sample" if wikis.is_sample(session, new.wiki) else "audit",
            state="draft",
            k=new.k,
            facet=new.facet,
            now=now,
            more=NewCampaignRow(
                n_planned=new.n_planned,
                daily_cap=new.daily_cap,
                max_extra=new.max_extra,
                median_seconds=plan.labour.seconds,
                created_by=actor.reviewer_id,
                closes_at=new.closes_at,
                model_version_ids=tuple(dict.fromkeys(versions[name] for name in new.models)),
            ),
        )
        frames.plan(
            session,
            campaign_id,
            plan_of(new).frame,
            n_edits=plan.n_edits,
            n_unscored=plan.n_unscored,
        )
        _store_texts(session, campaign_id, actor, new, now)
        _tell(session, "campaign.created", campaign_id, actor, now)
    with database.reading() as session:
        return find_campaign(session, new.slug)


def ask_draw(
    database: Database, actor: Actor, slug: str, *, stream: Stream = "probability", now: datetime
) -> None:
    """Ask the worker to draw a stream's edits from the campaign's frame.

    Raises Conflict where they were drawn before, or judging has begun or ended.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        require_drawable(session, campaign, stream)
        schedule.ask_draw(session, slug, now, stream=stream)
        _tell(session, "campaign.draw-asked", campaign.campaign_id, actor, now, {"stream": stream})


def require_drawable(session: Session, campaign: Campaign, stream: Stream) -> None:
    """Raise Conflict unless a stream of the campaign can be drawn now."""
    drawn = {design.stream for design in designs.of_campaign(session, campaign.campaign_id)}
    if stream in drawn:
        raise Conflict(
            "already-drawn",
            f"{campaign.slug} has its {stream} sample; a second draw would change the chance with"
            " which each edit was chosen; expected a new campaign",
        )
    # The sample is drawn before the first judgment: results must not decide what is looked at.
    states = ("draft",) if stream == "probability" else ("draft", "open")
    if campaign.state not in states or frames.wanted_of(session, campaign.campaign_id) is None:
        raise Conflict(
            "not-drawable", f"{campaign.slug} is {campaign.state}, expected a planned draft"
        )


def open_(database: Database, actor: Actor, slug: str, *, now: datetime) -> Campaign:
    """Take judgments for a drawn draft, or again for a closed campaign; twice is as once.

    Raises Conflict without edits, after its end, or once archived; Forbidden where the wiki's
    community has not agreed.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        if campaign.state == "open":
            return campaign
        _refuse_archived(campaign)
        if not campaigns.has_tasks(session, campaign.campaign_id):
            raise Conflict("nothing-drawn", f"{slug} has no edits; run: jadelite campaigns draw")
        if campaign.closes_at is not None and campaign.closes_at <= now:
            raise Conflict(
                "past-end", f"{slug} ended at {campaign.closes_at}; expected a later end first"
            )
        require_gate(session, campaign)
        schedule.ask_prepare(session, slug, now)
        return _set_state(session, campaign, "open", actor, now)


def close(database: Database, actor: Actor, slug: str, *, now: datetime) -> Campaign:
    """Take no more judgments; what was masked can be read from then on. Twice is as once.

    Raises Conflict for a draft, and once archived.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        if campaign.state == "closed":
            return campaign
        _refuse_archived(campaign)
        if campaign.state == "draft":
            raise Conflict("never-opened", f"{slug} is a draft, expected an open campaign")
        return _close(session, campaign, actor, now)


def close_due(database: Database, *, now: datetime) -> int:
    """Close the campaigns whose end has come; how many."""
    with database.transaction() as session:
        due = campaigns.due_to_close(session, now)
        for slug in due:
            _close(session, find_campaign(session, slug), None, now)
        return len(due)


def extend(
    database: Database,
    actor: Actor,
    slug: str,
    *,
    closes_at: datetime | None = None,
    k: int | None = None,
    n: int | None = None,
    now: datetime,
) -> Campaign:
    """Let a campaign last longer, or ask for more judgments of each edit, never for fewer.

    More judgments are asked of edits that are not complete: the others' scores are public, so
    nobody is certainly blind any more. `n` can change before the draw only. Raises Conflict for
    what can't change any more, Invalid with the wrong fields.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        _refuse_archived(campaign)
        _refuse(_extension_problems(campaign, closes_at, k, n, now))
        is_drawn = campaigns.has_tasks(session, campaign.campaign_id)
        if n is not None:
            if is_drawn:
                raise Conflict(
                    "already-drawn",
                    f"{slug} is drawn; a second draw would change the chance with which each edit"
                    " was chosen; expected a new campaign",
                )
            campaigns.set_n_planned(session, campaign.campaign_id, n)
        if k is not None and k > campaign.k:
            n_raised = campaigns.raise_k(session, campaign.campaign_id, k)
            if is_drawn and not n_raised:
                raise Conflict(
                    "all-complete",
                    f"every edit of {slug} has its judgments and can be read by anybody, so more"
                    " could not be blind; expected a new campaign",
                )
        if closes_at is not None:
            campaigns.set_end(session, campaign.campaign_id, closes_at)
        details = {"k": k, "n": n, "closes_at": closes_at.isoformat() if closes_at else None}
        _tell(session, "campaign.extended", campaign.campaign_id, actor, now, details)
        return find_campaign(session, slug)


def archive(database: Database, actor: Actor, slug: str, *, now: datetime) -> Campaign:
    """Put a closed campaign, or a draft, out of the lists for good; it can still be read.

    Raises Conflict while it is open. Twice is as once.
    """
    access.require(actor, "coordinate")
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        if campaign.state == "archived":
            return campaign
        if campaign.is_open:
            raise Conflict("still-open", f"{slug} is open, expected it to be closed first")
        return _set_state(session, campaign, "archived", actor, now)


def _problems(session: Session, new: NewCampaign, now: datetime) -> list[FieldError]:
    wrong = list(check_new_campaign(new, now=now))
    if is_slug(new.slug) and campaigns.by_slug(session, new.slug) is not None:
        detail = f"a campaign named {new.slug!r} exists; expected a new name"
        wrong.append(FieldError("slug", "slug-taken", detail))
    if not is_wiki_name(new.wiki) or wikis.find(session, new.wiki) is None:
        detail = f"wiki is {new.wiki!r}, expected one whose edits are stored here"
        wrong.append(FieldError("wiki", "no-such-wiki", detail))
    else:
        known = {version.name for _, version in _versions(session, new)}
        unknown = [name for name in new.models if name not in known]
        if unknown:
            detail = (
                f"{', '.join(unknown)} scored no edit of {new.wiki} with a probability,"
                f" expected some of {', '.join(sorted(known)) or 'none: fetch scores first'}"
            )
            wrong.append(FieldError("models", "scored-nothing", detail))
    if new.facet not in facets.names(session):
        detail = f"questions are {new.facet!r}, expected one of {', '.join(facets.names(session))}"
        wrong.append(FieldError("facet", "unknown-facet", detail))
    if new.language not in languages():
        detail = f"language is {new.language!r}, expected one of a wiki, such as fi"
        wrong.append(FieldError("language", "bad-language-tag", detail))
    return wrong


def _extension_problems(
    campaign: Campaign, closes_at: datetime | None, k: int | None, n: int | None, now: datetime
) -> list[FieldError]:
    wrong = []
    earliest = max(now, campaign.closes_at or now)
    if closes_at is not None and closes_at <= earliest:
        detail = f"the end is to be {closes_at}, expected a time after {earliest}"
        wrong.append(FieldError("closes_at", "end-not-later", detail))
    if k is not None and not campaign.k <= k <= MAX_K:
        detail = f"k is to be {k}, expected {campaign.k} to {MAX_K}"
        wrong.append(FieldError("k", "k-not-larger", detail))
    if n is not None and not 2 <= n <= MAX_SAMPLE:
        detail = f"{n} edits are asked for, expected 2 to {MAX_SAMPLE}"
        wrong.append(FieldError("n_planned", "bad-sample-size", detail))
    if closes_at is None and k is None and n is None:
        wrong.append(FieldError("closes_at", "nothing-to-change", "nothing is to change"))
    return wrong


def _versions(session: Session, new: NewCampaign) -> list[tuple[int, ModelVersion]]:
    return scores.versions_on(session, wikis.find(session, new.wiki) or 0)


def _store_texts(
    session: Session, campaign_id: int, actor: Actor, new: NewCampaign, now: datetime
) -> None:
    given = {NAME: new.name, GUIDELINE: new.guideline}
    kept = {
        (key, new.language): text.strip() for key, text in given.items() if text and text.strip()
    }
    if kept:
        texts.add(session, campaign_id, kept, now=now, written_by=actor.reviewer_id)


def _set_state(
    session: Session, campaign: Campaign, state: CampaignState, actor: Actor | None, now: datetime
) -> Campaign:
    campaigns.set_state(session, campaign.campaign_id, state)
    _tell(session, f"campaign.{state}", campaign.campaign_id, actor, now)
    return find_campaign(session, campaign.slug)


def _close(session: Session, campaign: Campaign, actor: Actor | None, now: datetime) -> Campaign:
    # All its judgments count from now on, also those on edits that waited for others'.
    work.ask(
        session,
        "compute-report",
        f"compute-report:{campaign.campaign_id}",
        {"campaign": campaign.slug},
        due_at=now,
        now=now,
    )
    return _set_state(session, campaign, "closed", actor, now)


def _refuse(wrong: list[FieldError]) -> None:
    if wrong:
        detail = "; ".join(item.detail for item in wrong)
        raise Invalid("invalid-campaign", detail, fields=tuple(wrong))


def _refuse_archived(campaign: Campaign) -> None:
    if campaign.state == "archived":
        raise Conflict("campaign-archived", f"{campaign.slug} is archived: it can only be read")


def _tell(
    session: Session,
    kind: str,
    campaign_id: int,
    actor: Actor | None,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    events.append(
        session,
        kind,
        subject=f"campaign:{campaign_id}",
        now=now,
        actor_id=actor.reviewer_id if actor else None,
        campaign_id=campaign_id,
        details=details,
    )

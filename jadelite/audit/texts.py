"""Words of campaigns: reading and translating them, their versions, and forms of one's own.

Nothing written is ever changed: each save appends a version, and judgments say which one stood.
Words of built-in questions come from the catalogs and are none of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit import access
from jadelite.audit.reviewing import find_campaign
from jadelite.db import events, facets, texts
from jadelite.db.session import Database
from jadelite.db.texts import TextVersion
from jadelite.domain import forms
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Conflict, FieldError, Invalid, NotFound
from jadelite.domain.facets import FACETS, Facet
from jadelite.domain.forms import Form
from jadelite.domain.people import Actor
from jadelite.domain.texts import GUIDELINE, NAME, OwnTexts, campaign_keys, limit_of
from jadelite.wiki import sites


@dataclass(frozen=True)
class TextsPage:
    """The texts of a campaign: `version` shown, the one in force, and all there were."""

    campaign: Campaign
    facet: Facet
    own: OwnTexts
    version: int
    versions: tuple[TextVersion, ...]


def own_texts(database: Database, campaign: Campaign) -> OwnTexts:
    """A campaign's own words and its form's; no query where it can have none."""
    if campaign.guideline_version is None and campaign.facet in FACETS:
        return OwnTexts()
    with database.reading() as session:
        return texts.load(session, campaign.campaign_id, campaign.facet)


def names(database: Database, campaigns: Iterable[Campaign]) -> Mapping[int, OwnTexts]:
    """Own names of those campaigns that have texts, by row number; no query where none has."""
    ids = [item.campaign_id for item in campaigns if item.guideline_version is not None]
    if not ids:
        return {}
    with database.reading() as session:
        return texts.names(session, ids)


def texts_page(database: Database, slug: str, *, version: int | None = None) -> TextsPage:
    """The texts of a campaign now, or as they stood in a version. Raises NotFound."""
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        in_force = campaign.guideline_version or 0
        if version is not None and not 0 <= version <= in_force:
            raise NotFound("no-version", f"{slug} has no version {version} of its texts")
        shown = in_force if version is None else version
        return TextsPage(
            campaign=campaign,
            facet=facets.load(session, campaign.facet),
            own=texts.load(session, campaign.campaign_id, campaign.facet, version=shown),
            version=shown,
            versions=tuple(texts.versions(session, campaign.campaign_id)),
        )


def save(
    database: Database,
    actor: Actor,
    slug: str,
    language: str,
    wanted: Mapping[str, str],
    *,
    since: int,
    now: datetime,
) -> int:
    """Store a campaign's texts in one language as its next version; the version in force then.

    `wanted` by key; an empty text takes the campaign's own back. What is as it was makes no
    version. `since` is the version the writer had before them: raises Conflict where somebody
    changed one of the same texts after it, Invalid for a text that can't be stored.
    """
    access.require(actor, "coordinate")
    if language not in languages():
        raise Invalid("unknown-language", f"{language!r} is no language of the site table")
    given = {key: _tidy(text) for key, text in wanted.items()}
    with database.transaction() as session:
        campaign = find_campaign(session, slug)
        in_force = texts.lock_version(session, campaign.campaign_id)
        own = texts.load(session, campaign.campaign_id, campaign.facet)
        _check(given, campaign_keys(facets.load(session, campaign.facet), own))
        changed = {
            (key, language): text
            for key, text in given.items()
            if text != own.campaign.get((key, language), "")
        }
        if not changed:
            return in_force
        theirs = texts.changed_since(session, campaign.campaign_id, language, since)
        if theirs & {key for key, _ in changed}:
            raise Conflict("texts-changed", f"somebody changed texts of {slug} in {language} too")
        version = texts.add(
            session, campaign.campaign_id, changed, now=now, written_by=actor.reviewer_id
        )
        events.append(
            session,
            "campaign.texts",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            actor_id=actor.reviewer_id,
            campaign_id=campaign.campaign_id,
            details={"version": version, "language": language},
        )
        return version


def store_form(database: Database, actor: Actor, text: str, *, now: datetime) -> str:
    """Store the form of a file; the name of its facet, for a campaign to ask.

    The same questions in other words make a new version of the form. Raises Invalid for a file that
    is no form, Conflict where other questions stand under its name.
    """
    access.require(actor, "coordinate")
    form = forms.parse(text)
    name = form.facet.name
    with database.transaction() as session:
        if facets.newest_form(session, name) is None:
            form_id = facets.add(session, form.facet, is_builtin=False, now=now)
        elif facets.load(session, name) != form.facet:
            raise Conflict(
                "form-taken",
                f"a form {name!r} with other questions exists; expected a new name, because"
                " judgments of the old questions stand under this one",
                name=name,
            )
        elif texts.of_newest_form(session, name) == dict(form.texts):
            return name
        else:
            form_id = facets.add_form(session, name, now)
        facets.add_texts(session, form_id, form.texts)
        events.append(
            session,
            "form.stored",
            subject=f"form:{form_id}",
            now=now,
            actor_id=actor.reviewer_id,
            details={"facet": name},
        )
    return name


def form_file(database: Database, slug: str) -> str:
    """The form of a campaign as a file, with the campaign's own words. Raises NotFound."""
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        facet = facets.load(session, campaign.facet)
        own = texts.load(session, campaign.campaign_id, campaign.facet)
    parts = ("title", "question.", "help.", "label.", "hint.")
    said = {where: words for where, words in {**own.form, **own.campaign}.items()
            if where[0].startswith(parts)}  # fmt: skip
    return forms.write(Form(facet, said))


def facet_names(database: Database) -> tuple[str, ...]:
    """Names of what a campaign can ask: built-in facets, then forms that were stored."""
    with database.reading() as session:
        return facets.names(session)


def languages() -> tuple[str, ...]:
    """Languages that texts can be written in: those of the wikis there are, in small letters."""
    return tuple(sorted({site.language.lower() for site in sites.all_sites()}))


def language_of(wiki: str) -> str:
    """The language of a wiki, in small letters; "und" where nothing is known of it."""
    return sites.describe(wiki).language.lower()


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _check(given: Mapping[str, str], known: Sequence[str]) -> None:
    wrong = []
    for key, text in given.items():
        limit = limit_of(key)
        if key not in known:
            wrong.append(FieldError(key, "unknown-text", f"{key} is no text of this campaign"))
        elif len(text) > limit:
            detail = f"{key} has {len(text)} characters, expected at most {limit}"
            wrong.append(
                FieldError(key, "guideline-too-long", detail)
                if key == GUIDELINE
                else FieldError(key, "text-too-long", detail)
            )
        elif "\0" in text:
            detail = f"{key} holds the character NUL, which can't be stored"
            wrong.append(FieldError(key, "bad-character", detail))
        elif key == NAME and "\n" in text:
            wrong.append(FieldError(key, "not-one-line", f"{key} has more than one line"))
    if wrong:
        detail = "; ".join(field.detail for field in wrong)
        raise Invalid("bad-texts", detail, fields=tuple(wrong))

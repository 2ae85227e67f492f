"""The guideline of a campaign, and its texts for those who translate them in the browser."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jadelite.audit import texts
from jadelite.audit.texts import TextsPage
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.texts import OwnTexts, Phrase, campaign_keys, limit_of
from jadelite.web.auth import current_actor, needs
from jadelite.web.campaign_words import CampaignWords
from jadelite.web.locale import LANGUAGES, current_language
from jadelite.web.services import services

pages = Blueprint("texts", __name__)

PREFIX = "text-"


@dataclass(frozen=True)
class Line:
    """One text to translate: what it is for, its source, what stands now, what readers get."""

    key: str
    source: Phrase
    own: str
    shown: Phrase
    limit: int

    @property
    def is_missing(self) -> bool:
        """Whether readers of the language get another language's text."""
        return self.shown.is_fallback or (
            self.shown.language is None and self.source.language is not None
        )


@pages.get("/campaigns/<slug>/guideline")
@needs("read")
def guideline(slug: str) -> str:
    """The guideline in force, or that of an older version, and the list of versions."""
    version = request.args.get("version", type=int)
    page = texts.texts_page(services().database, slug, version=version)
    words = CampaignWords(page.campaign, page.own, current_language().code)
    return render_template("guideline.html", page=page, text=words.guideline)


@pages.get("/campaigns/<slug>/texts")
@needs("coordinate")
def edit(slug: str) -> str:
    """Every text of a campaign beside a field for one language."""
    page = texts.texts_page(services().database, slug)
    return _show(page, request.args.get("language", ""))


@pages.post("/campaigns/<slug>/texts")
@needs("coordinate")
def save(slug: str) -> tuple[str, int] | Response:
    """Store what was changed as the next version; what can't be stored comes back as it was."""
    parts = services()
    language = request.form.get("language", "")
    given = {
        key.removeprefix(PREFIX): value
        for key, value in request.form.items()
        if key.startswith(PREFIX)
    }
    try:
        version = texts.save(
            parts.database,
            current_actor(),
            slug,
            language,
            given,
            since=request.form.get("since", 0, type=int),
            now=parts.clock(),
        )
    except (Invalid, Conflict) as error:
        page = texts.texts_page(parts.database, slug)
        status = 409 if isinstance(error, Conflict) else 422
        return _show(page, language, given=given, error=error), status
    target = url_for("texts.edit", slug=slug, language=language, saved=version)
    return redirect(target, 303)


def _show(
    page: TextsPage,
    asked: str,
    *,
    given: dict[str, str] | None = None,
    error: Invalid | Conflict | None = None,
) -> str:
    known = texts.languages()
    source = texts.language_of(page.campaign.wiki)
    language = asked if asked in known else current_language().code
    lines = _lines(page, source, language)
    used = {code for _, code in (*page.own.campaign, *page.own.form)} | set(LANGUAGES) | {source}
    return render_template(
        "texts.html",
        page=page,
        lines=lines,
        language_shown=language,
        near=sorted(used & set(known)),
        others=[code for code in known if code not in used],
        n_missing=sum(line.is_missing for line in lines),
        given=given or {},
        error=error,
        wrong={item.field: item for item in error.fields} if isinstance(error, Invalid) else {},
        is_saved=request.args.get("saved") == str(page.version),
    )


def _lines(page: TextsPage, source: str, language: str) -> list[Line]:
    in_source = CampaignWords(page.campaign, page.own, source)
    # What a reader would get without the text of one's own in this language.
    without = {where: text for where, text in page.own.campaign.items() if where[1] != language}
    usual = CampaignWords(page.campaign, OwnTexts(without, page.own.form), language)
    shown = CampaignWords(page.campaign, page.own, language)
    return [
        Line(
            key=key,
            source=in_source.text(key) if language != source else usual.text(key),
            own=page.own.campaign.get((key, language), ""),
            shown=shown.text(key),
            limit=limit_of(key),
        )
        for key in campaign_keys(page.facet, page.own)
    ]

"""The words of a campaign as its reader gets them: its own, its form's, or those of the catalogs.

Templates ask `words_of(campaign)`; one query in a request, none where a campaign has no own words.
"""

from collections.abc import Callable, Iterable

from flask import Flask, g
from flask_babel import force_locale, gettext
from flask_babel.speaklater import LazyString

from jadelite.audit import texts
from jadelite.domain.campaigns import Campaign
from jadelite.domain.facets import FACETS, NO, UNSURE, YES, Question
from jadelite.domain.texts import (
    GUIDELINE,
    NAME,
    NOTE,
    OwnTexts,
    Phrase,
    blocks,
    chain,
    is_same_language,
)
from jadelite.web import words, words_forms
from jadelite.web.locale import LANGUAGES, current_language, language_name
from jadelite.web.services import services

SAMPLE_PREFIX = "sample-"

Catalog = Callable[[], str]  # gives words in the language that is set


class CampaignWords:
    """A campaign's words for a reader of `language`; each is a Phrase, empty where there is none.

    Questions are given by name or as they are.
    """

    def __init__(self, campaign: Campaign, own: OwnTexts, language: str) -> None:
        self.campaign = campaign
        self.own = own
        self.language = language
        self._chain = chain(language, texts.language_of(campaign.wiki))
        self._is_builtin = campaign.facet in FACETS

    @property
    def name(self) -> Phrase:
        """The campaign's name; of a sample its language, of others the slug where it has none."""
        own = self._phrase(NAME, None)
        if own:
            return own
        if self.campaign.kind == "sample":
            code = self.campaign.wiki.removeprefix(SAMPLE_PREFIX)
            text = gettext("Sample wiki in %(language)s", language=language_name(code))
            shown = current_language().code
            return Phrase(text, shown, not is_same_language(shown, self.language))
        return Phrase(self.campaign.slug)

    @property
    def guideline(self) -> Phrase:
        """The campaign's guideline in the nearest language; the usual one where it has none."""
        if self.own.languages(GUIDELINE):  # not the usual one in another language beside it
            return self._phrase(GUIDELINE, None)
        facet = self.campaign.facet
        return self._phrase(GUIDELINE, lambda: words_forms.default_guideline(facet))

    def question(self, question: Question | str) -> Phrase:
        """The question in full."""
        name = _name(question)
        return self._phrase(f"question.{name}", self._of(words.QUESTIONS, name)) or Phrase(name)

    def short(self, question: Question | str) -> Phrase:
        """The question in a word or two, for tables and lists."""
        name = _name(question)
        own = self._phrase(f"short.{name}", self._of(words.QUESTIONS_SHORT, name))
        return own or self.question(name)

    def help(self, question: Question | str) -> Phrase:
        """What the question means."""
        name = _name(question)
        return self._phrase(f"help.{name}", self._of(words.QUESTION_HELP, name))

    def label(self, question: Question | str, label: str) -> Phrase:
        """One answer to a question."""
        key = f"label.{_name(question)}.{label}"
        usual = self._of(words.LABELS, label)
        if not self._is_builtin and label in (YES, NO, UNSURE) and not self.own.languages(key):
            usual = words.LABELS[label].__str__
        return self._phrase(key, usual) or Phrase(label)

    def hint(self, question: Question | str, label: str) -> Phrase:
        """What an answer means, where a form says so."""
        return self._phrase(f"hint.{_name(question)}.{label}", None)

    def has_hints(self, question: Question) -> bool:
        """Whether a form says of any answer to a question what it means."""
        return any(self.hint(question, label) for label in question.labels)

    @property
    def has_note(self) -> bool:
        """Whether a form asks for the note in words of its own."""
        return bool(self.own.languages(f"question.{NOTE}"))

    def tag(self, tag: str) -> Phrase:
        """A reason that can be ticked."""
        usual = words_forms.TAGS.get(tag)
        return self._phrase(f"tag.{tag}", usual.__str__ if usual else None) or Phrase(tag)

    def text(self, key: str) -> Phrase:
        """The text of any key, as `campaign_keys` lists them."""
        part, _, rest = key.partition(".")
        if key in (NAME, GUIDELINE):
            return self.name if key == NAME else self.guideline
        if part in ("label", "hint"):
            name, _, label = rest.partition(".")
            return self.label(name, label) if part == "label" else self.hint(name, label)
        if part == "tag":
            return self.tag(rest)
        if part == "short":
            return self.short(rest)
        return self.question(rest) if part == "question" else self.help(rest)

    def _of(self, table: dict[str, LazyString], name: str) -> Catalog | None:
        found = table.get(name) if self._is_builtin else None
        return found.__str__ if found is not None else None

    def _phrase(self, key: str, usual: Catalog | None) -> Phrase:
        for language in self._chain:
            own = self.own.find(key, language)
            is_fallback = not is_same_language(language, self.language)
            if own:
                return Phrase(own, language, is_fallback)
            if usual is not None and language in LANGUAGES:
                return Phrase(_in_language(usual, language), language, is_fallback)
        for language in self.own.languages(key):
            return Phrase(self.own.find(key, language) or "", language, True)
        return Phrase("")


def init_app(app: Flask) -> None:
    """Give the templates the words of campaigns."""
    app.jinja_env.globals.update(
        words_of=words_of,
        name_of=name_of,
        part_name=words_forms.part_name,
        text_blocks=blocks,
        guideline_notices=words_forms.GUIDELINE_NOTICES,
    )


def words_of(campaign: Campaign) -> CampaignWords:
    """The campaign's words in the language of this request's page; looked up once in it."""
    known: dict[int, CampaignWords] = g.setdefault("campaign_words", {})
    if campaign.campaign_id not in known:
        own = texts.own_texts(services().database, campaign)
        known[campaign.campaign_id] = CampaignWords(campaign, own, current_language().code)
    return known[campaign.campaign_id]


def name_of(campaign: Campaign) -> Phrase:
    """The campaign's name; without a query of its own where `prepare_names` was called."""
    prepared: dict[int, OwnTexts] = g.get("campaign_names", {})
    own = prepared.get(campaign.campaign_id)
    if own is None:
        return words_of(campaign).name
    return CampaignWords(campaign, own, current_language().code).name


def prepare_names(campaigns: Iterable[Campaign]) -> None:
    """Look up the names of many campaigns at once, for a page that lists them."""
    listed = list(campaigns)
    found = texts.names(services().database, listed)
    g.campaign_names = {
        item.campaign_id: found.get(item.campaign_id, OwnTexts()) for item in listed
    }


def _name(question: Question | str) -> str:
    return question if isinstance(question, str) else question.name


def _in_language(usual: Catalog, language: str) -> str:
    if language == current_language().code:
        return usual()
    with force_locale(language):
        return usual()

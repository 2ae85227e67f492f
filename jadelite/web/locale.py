"""Which language, which direction, and numbers and dates as that language writes them.

Order: `uselang` in the address, the saved choice, the browser, English. `uselang=qqx` shows the
message ids, as MediaWiki does.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.support import NullTranslations
from flask import Flask, Response, g, request, session
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_context
from werkzeug.datastructures import LanguageAccept

from jadelite.config import data_folder
from jadelite.domain.diffs import Segment
from jadelite.domain.edits import Direction

QQX = "qqx"
DEFAULT = "en"
SAVED = "language"
ARABIC_LETTER_MARK, LEFT_TO_RIGHT_MARK = "\u061c", "\u200e"
LEFT_TO_RIGHT_ISOLATE, POP_ISOLATE = "\u2066", "\u2069"


@dataclass(frozen=True)
class Language:
    """A language the pages are offered in: its code, its own name, its direction."""

    code: str
    autonym: str
    direction: Literal["ltr", "rtl"]


LANGUAGES = {
    language.code: language
    for language in (
        Language("ar", "العربية", "rtl"),
        Language("ca", "català", "ltr"),
        Language("en", "English", "ltr"),
        Language("fa", "فارسی", "rtl"),
        Language("fi", "suomi", "ltr"),
    )
}

# Babel never shapes digits. Persian pages use their own; arwiki uses Western ones.
_DIGITS = {"fa": str.maketrans("0123456789%", "۰۱۲۳۴۵۶۷۸۹٪")}
_NUMBERING = {"fa": "default"}


class _IdTranslations(NullTranslations):
    """Gives every message its own id, in brackets, so that unmarked text stands out."""

    def gettext(self, message: str) -> str:
        return f"⧼{message}⧽"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⧼{msgid1 if n == 1 else msgid2}⧽"

    def upgettext(self, context: str, message: str) -> str:
        return f"⧼{context}: {message}⧽"

    ugettext, ungettext = gettext, ngettext


class _IdDomain(Domain):  # type: ignore[misc]  # flask_babel is untyped
    """The domain of `uselang=qqx`."""

    def get_translations(self) -> NullTranslations:
        return _IdTranslations()


def init_app(app: Flask) -> None:
    """Join Flask-Babel and the formatting filters to the app."""
    Babel(
        app,
        default_translation_directories=str(data_folder("translations")),
        locale_selector=select_code,
    )
    for fill in (number, decimal, percent, date, moment, ago, iso):
        app.jinja_env.filters[fill.__name__] = _asked_each_time(fill)
    app.before_request(_show_ids_if_asked)
    app.after_request(_tell_language)


def current_language() -> Language:
    """The language of this request's page."""
    return LANGUAGES[select_code()]


def select_code() -> str:
    """The code of the language of this request's page; qqx counts as English."""
    if "language_code" not in g:
        g.language_code = _select()
    return str(g.language_code)


def is_offered(code: str) -> bool:
    """Whether pages are offered in a language."""
    return code in LANGUAGES


def language_name(code: str) -> str:
    """The name of a language in the page's language; the code itself where it has none."""
    try:
        name = Locale.parse(code).get_display_name(_locale())
    except (ValueError, UnknownLocaleError):
        name = None
    return name or code


def line_direction(segments: Iterable[Segment], default: Direction) -> Direction:
    """The direction of a line of wikitext: that of its first letter, else the wiki's."""
    for segment in segments:
        for character in segment.text:
            kind = unicodedata.bidirectional(character)
            if kind == "L":
                return "ltr"
            if kind in ("R", "AL"):
                return "rtl"
    return default


def number(value: float) -> str:
    """A whole number with separators."""
    return _decimal(value, None, _locale())


def decimal(value: float, digits: int = 2) -> str:
    """A number with a fixed count of decimals."""
    return _decimal(value, digits, _locale())


def percent(value: float, digits: int = 0) -> str:
    """A share in 0..1 as a percentage in the language's own pattern."""
    return _percent(value, digits, _locale())


# A report writes hundreds of numbers, many of them often.
@lru_cache(maxsize=10_000)
def _decimal(value: float, digits: int | None, locale: Locale) -> str:
    pattern = None if digits is None else "#,##0." + "0" * digits
    numbering = _numbering(locale)
    text = numbers.format_decimal(abs(value), pattern, locale=locale, numbering_system=numbering)
    text = _shape(text, locale)
    is_zero = digits is not None and abs(value) * 10**digits < 0.5  # a zero has no sign
    if value >= 0 or is_zero:
        return text
    # Babel writes an ASCII hyphen. Its sign comes with marks, which end where the number does not.
    sign = numbers.get_minus_sign_symbol(locale, numbering_system=numbering)
    return _isolated(sign.strip(LEFT_TO_RIGHT_MARK + ARABIC_LETTER_MARK) + text, locale)


@lru_cache(maxsize=10_000)
def _percent(value: float, digits: int, locale: Locale) -> str:
    pattern = locale.percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits, 1)
    text = numbers.format_percent(
        value, pattern, locale=locale, numbering_system=_numbering(locale)
    )
    if locale.text_direction == "rtl":
        # The sign stands left of the number in a sentence but right of it in a cell of its own,
        # unless a mark says that this is Arabic script.
        text = ARABIC_LETTER_MARK + text.replace(LEFT_TO_RIGHT_MARK, "")
    return _shape(text, locale)


def left_to_right(text: str) -> str:
    """A sign and its number, read from left to right on pages of either direction."""
    return _isolated(text, _locale())


def date(value: datetime) -> str:
    """A day, written out."""
    return _shape(dates.format_date(value, "long", locale=_locale()), _locale())


def moment(value: datetime) -> str:
    """A day and a time, in UTC."""
    joined = str(dates.get_datetime_format("medium", locale=_locale()))
    day = dates.format_date(value, "long", locale=_locale())
    return _shape(joined.replace("{1}", day).replace("{0}", f"{value:%H:%M} UTC"), _locale())


def ago(value: datetime, now: datetime) -> str:
    """How long before `now` it was, in its largest unit; at least a second."""
    passed = max(now - value, timedelta(seconds=1))
    text = dates.format_timedelta(-passed, add_direction=True, locale=_locale())
    return _shape(text, _locale())


def iso(value: datetime) -> str:
    """A time for machines."""
    return value.isoformat().replace("+00:00", "Z")


def _asked_each_time(fill: Callable[..., str]) -> Callable[..., str]:
    """The filter, kept from being computed once when the template is compiled.

    Jinja folds a filter on a constant: `{{ 1|number }}` would stay in the first reader's language.
    """

    @pass_context
    def filtered(context: object, *values: object, **options: object) -> str:
        return fill(*values, **options)

    return filtered


def _select() -> str:
    asked = request.args.get("uselang", "")
    if asked == QQX:
        return DEFAULT
    code = _primary(asked)
    if code in LANGUAGES:
        # Who follows a link in a language stays in it, unless they had chosen one before.
        session.setdefault(SAVED, code)
        return code
    saved = session.get(SAVED)
    return saved if saved in LANGUAGES else _from_browser(request.accept_languages)


def _primary(tag: str) -> str:
    """The language of a tag such as fa-AF or FA."""
    return tag.replace("_", "-").split("-")[0].lower()


def _from_browser(accepted: LanguageAccept) -> str:
    for tag, quality in accepted:
        code = _primary(tag)
        if quality > 0 and code in LANGUAGES:
            return code
    return DEFAULT


def _show_ids_if_asked() -> None:
    if request.args.get("uselang") == QQX:
        _IdDomain().as_default()


def _tell_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = select_code()
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _locale() -> Locale:
    return get_locale() or Locale(DEFAULT)


def _numbering(locale: Locale) -> Literal["default", "latn"]:
    return "default" if locale.language in _NUMBERING else "latn"


def _isolated(text: str, locale: Locale) -> str:
    is_rtl = locale.text_direction == "rtl"
    return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}" if is_rtl else text


def _shape(text: str, locale: Locale) -> str:
    table = _DIGITS.get(locale.language)
    return text.translate(table) if table else text

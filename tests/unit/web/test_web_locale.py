"""Which language a page has, and numbers, dates and directions as that language writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, session

from jadelite.config import load_settings
from jadelite.domain.diffs import Segment
from jadelite.web import locale
from jadelite.web.app import create_app
from jadelite.wiki import sites
from jadelite.wiring import Services

MOMENT = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
NBSP = "\u00a0"
ALM = "\u061c"  # keeps the sign beside its number in a cell and in a sentence
CODES = ["ar", "ca", "en", "fa", "fi"]


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application without a database: what asks for one fails."""
    settings = load_settings(environment="test", secret_key="a-key-for-tests-only-0123456789")
    return create_app(Services(settings, None, lambda: MOMENT))  # type: ignore[arg-type]


@contextmanager
def asked(
    app: Flask, query: str = "", *, saved: object = None, browser: str = ""
) -> Iterator[None]:
    headers = {"Accept-Language": browser} if browser else {}
    with app.test_request_context(f"/methods{query}", headers=headers):
        if saved is not None:
            session[locale.SAVED] = saved
        yield


@pytest.fixture
def in_language(app):
    return lambda code: asked(app, f"?uselang={code}")


def test_five_languages_are_offered_two_of_them_from_right_to_left():
    directions = {code: language.direction for code, language in locale.LANGUAGES.items()}

    assert directions == {"ar": "rtl", "ca": "ltr", "en": "ltr", "fa": "rtl", "fi": "ltr"}
    assert all(locale.is_offered(code) for code in CODES)
    assert not any(locale.is_offered(code) for code in ["", "FA", "de", "qqx", "fa-IR"])


@pytest.mark.parametrize("code", CODES)
def test_a_wiki_and_the_pages_of_its_language_have_one_direction(code):
    assert sites.describe(f"{code}wiki").direction == locale.LANGUAGES[code].direction


@pytest.mark.parametrize(
    ("query", "saved", "browser", "code"),
    [
        ("?uselang=fa", "fi", "ca", "fa"),
        ("", "fi", "ca", "fi"),
        ("", None, "ca", "ca"),
        ("", None, "", "en"),
        ("?uselang=en", "fi", "ca", "en"),
        ("?uselang=xx", "fi", "ca", "fi"),
        ("?uselang=FA", "fi", "ca", "fa"),
        ("?uselang=fa-AF", "fi", "ca", "fa"),
        ("?uselang=", "fi", "ca", "fi"),
        ("?uselang=../fa", None, "ca", "ca"),
        ("?uselang=fa&uselang=ar", None, "", "fa"),
        ("", "xx", "ca", "ca"),
        ("", 5, "ca", "ca"),
        ("?uselang=qqx", "fi", "ca", "en"),
    ],
)
def test_the_address_goes_before_the_saved_choice_before_the_browser(
    app, query, saved, browser, code
):
    with asked(app, query, saved=saved, browser=browser):
        assert locale.select_code() == code
        assert locale.current_language() == locale.LANGUAGES[code]


@pytest.mark.parametrize(
    ("browser", "code"),
    [
        ("fa-IR,en;q=0.5", "fa"),
        ("en;q=0.1,fi;q=0.9", "fi"),
        ("de,sv;q=0.9,ca;q=0.1", "ca"),
        ("AR-eg", "ar"),
        ("zh-Hant,ja", "en"),
        ("*", "en"),
        ("fi;q=much", "en"),
        ("falafel", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_of_what_a_browser_takes_the_best_offered_language_is_chosen(app, browser, code):
    with asked(app, browser=browser):
        assert locale.select_code() == code


def test_a_language_that_a_browser_refuses_is_not_chosen(app):
    with asked(app, browser="sv, fa;q=0"):
        assert locale.select_code() == "en"


def test_the_choice_holds_for_the_whole_request(app):
    with asked(app, saved="fi"):
        assert locale.select_code() == "fi"
        session[locale.SAVED] = "ca"
        assert locale.select_code() == "fi"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("ar", "1,234,567"),
        ("ca", "1.234.567"),
        ("en", "1,234,567"),
        ("fa", "۱٬۲۳۴٬۵۶۷"),
        ("fi", f"1{NBSP}234{NBSP}567"),
    ],
)
def test_whole_numbers_have_the_separators_and_digits_of_the_language(in_language, code, written):
    with in_language(code):
        assert locale.number(1234567) == written


@pytest.mark.parametrize(
    ("code", "two", "three"),
    [
        ("ar", "1,234.50", "0.125"),
        ("ca", "1.234,50", "0,125"),
        ("en", "1,234.50", "0.125"),
        ("fa", "۱٬۲۳۴٫۵۰", "۰٫۱۲۵"),
        ("fi", f"1{NBSP}234,50", "0,125"),
    ],
)
def test_decimals_have_the_sign_of_the_language_and_a_fixed_count(in_language, code, two, three):
    with in_language(code):
        assert locale.decimal(1234.5) == two
        assert locale.decimal(0.125, 3) == three


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("ar", "\u2066-0.80\u2069"),
        ("ca", "-0,80"),
        ("en", "-0.80"),
        ("fa", "\u2066\u2212۰٫۸۰\u2069"),
        ("fi", "\u22120,80"),
    ],
)
def test_a_minus_is_the_languages_own_and_stands_before_its_number(in_language, code, written):
    with in_language(code):
        assert locale.decimal(-0.8) == written


def test_what_is_rounded_to_zero_has_no_sign(in_language):
    with in_language("en"):
        assert locale.decimal(-0.004) == "0.00"
        assert locale.decimal(-0.006) == "-0.01"
        assert locale.number(-3) == "-3"


@pytest.mark.parametrize(
    ("code", "whole", "one", "two"),
    [
        ("ar", f"{ALM}26%", f"{ALM}25.7%", f"{ALM}25.67%"),
        ("ca", f"26{NBSP}%", f"25,7{NBSP}%", f"25,67{NBSP}%"),
        ("en", "26%", "25.7%", "25.67%"),
        ("fa", f"{ALM}۲۶٪", f"{ALM}۲۵٫۷٪", f"{ALM}۲۵٫۶۷٪"),
        ("fi", f"26{NBSP}%", f"25,7{NBSP}%", f"25,67{NBSP}%"),
    ],
)
def test_percentages_have_the_pattern_of_the_language_with_any_digits(
    in_language, code, whole, one, two
):
    with in_language(code):
        assert locale.percent(0.2567) == whole
        assert locale.percent(0.2567, 1) == one
        assert locale.percent(0.2567, 2) == two


@pytest.mark.parametrize("code", CODES)
def test_nothing_and_everything_are_percentages_too(in_language, code):
    with in_language(code):
        zero, full = locale.percent(0), locale.percent(1)

    assert zero.strip(f"%٪{NBSP}{ALM}") in ("0", "۰")
    assert full.strip(f"%٪{NBSP}{ALM}") in ("100", "۱۰۰")


@pytest.mark.parametrize(
    ("code", "day", "moment"),
    [
        ("ar", "2 نوفمبر 2026", "2 نوفمبر 2026، 09:05 UTC"),
        ("ca", "2 de novembre del 2026", "2 de novembre del 2026, 09:05 UTC"),
        ("en", "November 2, 2026", "November 2, 2026, 09:05 UTC"),
        ("fi", "2. marraskuuta 2026", "2. marraskuuta 2026 09:05 UTC"),
    ],
)
def test_days_are_written_out_and_times_are_in_utc(in_language, code, day, moment):
    with in_language(code):
        assert locale.date(MOMENT) == day
        assert locale.moment(MOMENT) == moment


@pytest.mark.parametrize(
    ("code", "seconds", "told"),
    [
        ("en", 0, "1 second ago"),
        ("en", -5, "1 second ago"),
        ("en", 180, "3 minutes ago"),
        ("fa", 180, "۳ دقیقه پیش"),
        ("ar", 180, "قبل 3 دقائق"),
        ("fi", 7200, "2 tuntia sitten"),
        ("ca", 172800, "fa 2 dies"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(in_language, code, seconds, told):
    with in_language(code):
        assert locale.ago(MOMENT - timedelta(seconds=seconds), MOMENT) == told


def test_persian_dates_have_persian_months_and_digits(in_language):
    with in_language("fa"):
        assert locale.date(MOMENT) == "۲ نوامبر ۲۰۲۶"
        assert locale.moment(MOMENT).startswith("۲ نوامبر ۲۰۲۶")
        assert locale.moment(MOMENT).endswith("۰۹:۰۵ UTC")


@pytest.mark.parametrize("code", [code for code in CODES if code != "fa"])
def test_only_persian_pages_have_other_digits(in_language, code):
    with in_language(code):
        written = [
            locale.number(1234567890),
            locale.decimal(0.5),
            locale.percent(0.5, 1),
            locale.date(MOMENT),
            locale.moment(MOMENT),
        ]

    assert all(c in "0123456789" for text in written for c in text if c.isdigit())


def test_times_for_machines_are_the_same_in_every_language(in_language):
    with in_language("fa"):
        assert locale.iso(MOMENT) == "2026-11-02T09:05:00Z"


@pytest.mark.parametrize(
    ("code", "name"), [("en", "Persian"), ("fa", "فارسی"), ("fi", "persia"), ("ca", "persa")]
)
def test_a_language_is_named_in_the_language_of_the_page(in_language, code, name):
    with in_language(code):
        assert locale.language_name("fa") == name


@pytest.mark.parametrize("code", ["", "../x", "zh-classical"])
def test_what_is_no_code_of_a_language_stands_for_itself(in_language, code):
    with in_language("en"):
        assert locale.language_name(code) == code


@pytest.mark.parametrize("code", ["xx", "simple", "mul"])
def test_a_language_that_babel_does_not_know_stands_for_itself(in_language, code):
    with in_language("en"):
        assert locale.language_name(code) == code


@pytest.mark.parametrize(
    ("texts", "default", "direction"),
    [
        (["این متن"], "ltr", "rtl"),
        (["العربية"], "ltr", "rtl"),
        (["עברית"], "ltr", "rtl"),
        (["English"], "rtl", "ltr"),
        (["123 ... ", "متن", "text"], "ltr", "rtl"),
        (["'''[[", "Talo", "]] فارسی"], "rtl", "ltr"),
        (["\u200f 12 ", "word"], "ltr", "rtl"),
        (["== 2026 =="], "rtl", "rtl"),
        (["۱۲۳"], "auto", "auto"),
        (["", ""], "ltr", "ltr"),
        ([], "auto", "auto"),
        (["👍"], "rtl", "rtl"),
    ],
)
def test_a_line_has_the_direction_of_its_first_letter_or_that_of_the_wiki(
    texts, default, direction
):
    segments = [Segment(text, index % 2 == 1) for index, text in enumerate(texts)]

    assert locale.line_direction(segments, default) == direction


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_its_language_and_direction_and_what_it_hangs_on(app, code):
    answer = app.test_client().get("/methods", headers={"Accept-Language": code})

    assert answer.status_code == 200
    direction = locale.LANGUAGES[code].direction
    assert f'<html lang="{code}" dir="{direction}">' in answer.text
    assert answer.headers["Content-Language"] == code
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}


def test_what_is_no_page_has_no_language(app):
    answer = app.test_client().get("/openapi.json", headers={"Accept-Language": "fa"})

    assert "Content-Language" not in answer.headers


def test_qqx_shows_the_ids_of_messages_on_an_english_page(app):
    answer = app.test_client().get("/methods?uselang=qqx", headers={"Accept-Language": "fa"})

    assert '<html lang="en" dir="ltr">' in answer.text
    assert "⧼Skip to the content⧽" in answer.text


def test_qqx_does_not_stay_for_the_next_request(app):
    client = app.test_client()
    client.get("/methods?uselang=qqx")

    assert "⧼" not in client.get("/methods").text

"""Catalogs: complete, fresh, with the placeholders and plural forms that the code relies on."""

import re

import catalogs
import polib
import pytest

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
BIDI_CONTROLS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LOCALES = sorted(catalogs.PLURAL_FORMS)
# Arabic says one and two by the form of the noun; the number may be left out there.
WITHOUT_NUMBER = {"ar": {1, 2}}


def load(locale: str) -> polib.POFile:
    return polib.pofile(str(catalogs.po_path(locale)))


def test_the_template_is_fresh() -> None:
    assert catalogs.POT.read_text() == catalogs.extracted(), "run: make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalog_has_exactly_the_messages_of_the_template(locale: str) -> None:
    template = {(e.msgctxt, e.msgid) for e in polib.pofile(str(catalogs.POT))}
    assert {(e.msgctxt, e.msgid) for e in load(locale)} == template, "run: make messages"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_is_translated(locale: str) -> None:
    catalog = load(locale)
    missing = [e.msgid for e in catalog if not e.translated() or "fuzzy" in e.flags]
    assert missing == []
    for entry in catalog:
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        assert all(text.strip() for text in texts), entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_plural_forms_are_ours(locale: str) -> None:
    catalog = load(locale)
    assert catalog.metadata["Plural-Forms"] == catalogs.PLURAL_FORMS[locale]
    n_forms = int(re.findall(r"nplurals=(\d)", catalogs.PLURAL_FORMS[locale])[0])
    for entry in catalog:
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == list(range(n_forms)), entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_survive_translation(locale: str) -> None:
    for entry in load(locale):
        if not entry.msgid_plural:
            expected = set(PLACEHOLDER.findall(entry.msgid))
            assert set(PLACEHOLDER.findall(entry.msgstr)) == expected, entry.msgid
            continue
        expected = set(PLACEHOLDER.findall(entry.msgid_plural))
        for form, text in entry.msgstr_plural.items():
            given = set(PLACEHOLDER.findall(text))
            if form in WITHOUT_NUMBER.get(locale, ()):
                assert given | {"count"} == expected | {"count"}, entry.msgid
            else:
                assert given == expected, entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_messages_with_placeholders_can_be_formatted(locale: str) -> None:
    for entry in load(locale):
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        names = PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or ""))
        if names or "%%" in entry.msgid:
            for text in texts:
                assert text % dict.fromkeys(names, "X")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_markup_and_no_direction_marks(locale: str) -> None:
    for entry in load(locale):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert "<" not in text, entry.msgid
            assert not BIDI_CONTROLS.search(text), entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalog_carries_no_dates_and_no_line_numbers(locale: str) -> None:
    text = catalogs.po_path(locale).read_text()
    assert "\n#: " not in text
    assert "Date" not in text.split("\n\n", 1)[0]


def test_persian_has_persian_letters_and_digits() -> None:
    for entry in load("fa"):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not re.search("[يك]", text), entry.msgid
            assert not re.search(r"\d", PLACEHOLDER.sub("", text), re.ASCII), entry.msgid

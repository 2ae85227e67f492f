"""Guideline, translating in the browser, forms: through HTTP, on both databases."""

import re
from html import unescape
from io import BytesIO

import factories
import pytest

from jadelite.audit import texts
from jadelite.audit.reviewing import find_campaign
from jadelite.db import campaigns, edits, wikis
from jadelite.domain.people import Actor
from jadelite.wiki import sites

COORDINATOR = Actor(roles=frozenset({"coordinator"}))
FORM = """
name: kinds
fields:
  - class: FieldLayout
    label: <ask>
    help: <help>
    fieldWidget:
      name: kind
      class: CheckboxMultiselectWidget
      items:
        - {data: fact, label: <fact>, indicatorTitle: <fact-tip>}
        - {data: style, label: <style>}
        - {data: other, label: <other>}
  - class: FieldLayout
    label: <why>
    fieldWidget: {name: notes, class: TextInputWidget}
i18n:
  fi:
    ask: "Mitä muutettiin?"
    help: "Voi olla <b>useita</b>."
    fact: Tieto
    fact-tip: Luku tai nimi
    style: Kieliasu
    other: Muu
    why: Miksi?
  en: {ask: "What was changed?", fact: A fact, style: The style, other: Other}
"""


@pytest.fixture
def coordinator(new_reader):
    reader = new_reader()
    reader.get("/account").post("/try").post("/account/role", role="coordinator")
    return reader


@pytest.fixture
def slug(services, now) -> str:
    factories.make_campaign(services.database, now, n_edits=2, k=3)
    return "a-campaign"


def make_form_campaign(database, now) -> int:
    """An open campaign over one edit that asks the form above; its task."""
    texts.store_form(database, COORDINATOR, FORM, now=now)
    factories.make_campaign(database, now, n_edits=1, slug="other", first_rev_id=3001)
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(factories.WIKI))
        campaign_id = campaigns.create(
            session,
            slug="of-a-form",
            wiki_id=wiki_id,
            kind="sample",
            state="open",
            k=3,
            facet="kinds",
            now=now,
        )
        edit_ids = list(edits.ids_by_rev(session, wiki_id, [3001]).values())
        campaigns.add_census(session, campaign_id, edit_ids, stream="probability", seed=1, now=now)
        return campaigns.task_ids(session, campaign_id, edit_ids)[edit_ids[0]]


def test_the_usual_guideline_says_what_reviewers_must_know(reader, slug):
    told = reader.get(f"/campaigns/{slug}/guideline").words

    assert reader.page.status_code == 200
    for words in ("You judge blind", "Damaging:", "Good faith:", "Not sure:", "Skip:", "pseudonym"):
        assert words in told
    assert "three edits in a hundred come again" in told
    assert "Is this edit damaging?" in told


def test_a_guideline_of_ones_own_replaces_it_and_keeps_its_versions(reader, services, slug, now):
    database = services.database
    own = "Read <b>this</b>.\nSecond line.\n\n- one\n- two"
    texts.save(database, COORDINATOR, slug, "en", {"guideline": own}, since=0, now=now)
    texts.save(database, COORDINATOR, slug, "en", {"guideline": "New."}, since=1, now=now)

    reader.get(f"/campaigns/{slug}/guideline")
    assert "New." in reader.words
    assert "Damaging:" not in reader.words.split("The questions")[0]
    assert "Version 2 " in reader.words

    reader.get(f"/campaigns/{slug}/guideline?version=1")
    assert "Read &lt;b&gt;this&lt;/b&gt;.<br>Second line." in reader.text
    assert '<ul dir="auto"><li>one</li><li>two</li></ul>' in reader.text
    assert "This is an older version." in reader.words
    assert reader.get(f"/campaigns/{slug}/guideline?version=9").page.status_code == 404


NOTICES = (
    "You judge blind",
    "opening it is recorded",
    "three edits in a hundred come again",
    "stored and published under a pseudonym",
)


@pytest.mark.parametrize("own", ["", "Lue tämä."])
def test_no_guideline_drops_what_holds_in_all_campaigns(reader, services, slug, now, own):
    given = {"guideline": own}
    texts.save(services.database, COORDINATOR, slug, "fi", given, since=0, now=now)

    reader.get(f"/campaigns/{slug}/guideline")
    assert [reader.words.count(notice) for notice in NOTICES] == [1] * 4
    reader.post(f"/campaigns/{slug}/start")
    beside = reader.words.partition("The guideline on its own page")[0]
    assert [beside.count(notice) for notice in NOTICES] == [1] * 4


def test_a_text_in_another_language_is_marked_with_it(reader, services, slug, now):
    database = services.database
    given = {"guideline": "Lue tämä.", "name": "Syksy"}
    texts.save(database, COORDINATOR, slug, "fi", given, since=0, now=now)

    reader.get(f"/campaigns/{slug}/guideline?uselang=ca")
    assert '<div class="plain" lang="fi">' in reader.text
    assert '<span lang="fi" dir="auto">Syksy</span>' in reader.text
    assert 'class="fallback' in reader.text
    assert "/texts" not in reader.text  # the way to translate is for those who may

    reader.get(f"/campaigns/{slug}/guideline?uselang=fi")
    assert "Lue tämä." in reader.words
    assert 'class="fallback' not in reader.text


def test_near_languages_stand_in_before_others(services, slug, now):
    from jadelite.domain.texts import chain  # noqa: PLC0415

    assert chain("arz", "fi") == ("arz", "ar", "fi", "en")
    assert chain("sdh", "en") == ("sdh", "ckb", "fa", "ar", "en")
    assert chain("zh-hant-tw", "ca")[:3] == ("zh-hant-tw", "zh-hant", "zh")


def test_a_coordinator_translates_in_the_browser(coordinator, reader, slug):
    path = f"/campaigns/{slug}/texts"
    coordinator.get(f"{path}?language=sv")
    assert "Is this edit damaging?" not in coordinator.text  # the wiki's own language is Persian
    assert "texts are still missing" in coordinator.words

    fields = {"text-name": "Höst", "text-question.damaging": "Skadar den?", "text-guideline": ""}
    coordinator.post(path, language="sv", since="0", **fields)
    assert coordinator.page.status_code == 200
    assert "Saved as version 1." in coordinator.words
    assert ">Skadar den?</textarea>" in coordinator.text

    coordinator.post(path, language="en", since="1", **{"text-name": "Autumn"})
    assert "Autumn" in reader.get("/").words
    assert "Autumn" in reader.get(f"/campaigns/{slug}").words


def test_what_cant_be_stored_comes_back_with_a_sentence(coordinator, slug):
    path = f"/campaigns/{slug}/texts"
    coordinator.get(path)
    too_long = "ö" * 501
    coordinator.post(path, language="en", since="0", **{"text-help.damaging": too_long})

    assert coordinator.page.status_code == 422
    assert f">{too_long}</textarea>" in coordinator.text
    assert "500 characters at most" in coordinator.words


def test_two_who_change_the_same_text_both_keep_their_words(coordinator, services, slug, now):
    path = f"/campaigns/{slug}/texts"
    coordinator.get(path)
    theirs = {"name": "Theirs"}
    texts.save(services.database, COORDINATOR, slug, "en", theirs, since=0, now=now)

    coordinator.post(path, language="en", since="0", **{"text-name": "Mine"})
    assert coordinator.page.status_code == 409
    assert ">Mine</textarea>" in coordinator.text
    assert "Stored now: Theirs" in coordinator.words
    assert 'name="since" value="1"' in coordinator.text


def test_a_long_guideline_in_any_script_can_be_sent(coordinator, slug):
    path = f"/campaigns/{slug}/texts"
    coordinator.get(path)
    coordinator.post(path, language="fa", since="0", **{"text-guideline": "𞤀" * 20_000})

    assert coordinator.page.status_code == 200
    assert "Saved as version 1." in coordinator.words


def test_readers_may_not_write_texts_or_forms(reader, slug):
    reader.get("/").post(f"/campaigns/{slug}/start")
    assert reader.get(f"/campaigns/{slug}/texts").page.status_code == 403
    assert reader.get("/forms").page.status_code == 403
    assert reader.post("/forms", text=FORM).page.status_code == 403


def test_a_form_is_stored_from_the_browser_and_a_wrong_one_comes_back(coordinator):
    coordinator.get("/forms").post("/forms", text=FORM.replace("data: style", "data: fact"))
    assert coordinator.page.status_code == 422
    assert "mistake in line 12: kind has the value 'fact' twice" in coordinator.words
    assert "data: fact, label: &lt;style&gt;" in coordinator.text

    coordinator.post("/forms", text=FORM)
    assert coordinator.page.status_code == 200
    assert "The form is stored: kinds ." in coordinator.words


def test_the_example_of_a_form_is_one(coordinator):
    example = re.search(r"<pre[^>]*>(.*?)</pre>", coordinator.get("/forms").text, re.DOTALL)
    coordinator.post("/forms", text=unescape(example[1]))

    assert "The form is stored: kind_of_edit" in coordinator.words


def test_a_form_can_be_sent_as_a_file(coordinator):
    coordinator.get("/forms")
    for content, status in ((FORM.encode(), 200), (b"name: \xff", 422)):
        data = {
            "csrf_token": coordinator.token,
            "file": (BytesIO(content), "form.yaml"),
            "text": "",
        }
        coordinator.page = coordinator.client.post("/forms", data=data, follow_redirects=True)
        assert coordinator.page.status_code == status
    assert "the file is not in UTF-8" in coordinator.words


def test_questions_of_a_form_are_asked_in_its_words(reader, services, now):
    task = make_form_campaign(services.database, now)
    reader.get("/?uselang=fi").post("/campaigns/of-a-form/start")
    assert reader.path == reader.address_of(task)

    assert "Mitä muutettiin?" in reader.words
    assert "Voi olla &lt;b&gt;useita&lt;/b&gt;." in reader.text
    assert 'type="checkbox" name="answer-kind" value="style"' in reader.text
    assert "Luku tai nimi" in reader.words
    assert "Miksi?" in reader.words

    reader.get(f"{reader.path}?uselang=ar")
    assert '<span lang="en" dir="auto">What was changed?</span>' in reader.text
    assert 'class="fallback' in reader.text


def test_several_answers_are_stored_and_shown(reader, services, now):
    make_form_campaign(services.database, now)
    task = reader.get("/?uselang=en").post("/campaigns/of-a-form/start").path
    reader.post(task, note="")
    assert reader.page.status_code == 422
    assert "What was changed? – Please choose an answer." in reader.words

    data = {"csrf_token": reader.token, "answer-kind": ["fact", "other"], "note": ""}
    reader.page = reader.client.post(task, data=data, follow_redirects=True)
    assert reader.page.status_code == 200
    reader.get(f"{task}/reveal")
    assert "A fact · Other" in reader.words


def test_the_guideline_lies_beside_the_edit(reader, slug):
    reader.get("/").post(f"/campaigns/{slug}/start")

    assert '<details class="guideline">' in reader.text
    assert "You judge blind" in reader.words


def test_versions_stay_when_a_campaign_is_read_later(services, slug, now):
    database = services.database
    texts.save(database, COORDINATOR, slug, "en", {"guideline": "One."}, since=0, now=now)
    with database.reading() as session:
        assert find_campaign(session, slug).guideline_version == 1


def test_a_text_that_no_campaign_has_is_refused_in_words(coordinator, services) -> None:
    factories.make_campaign(services.database, services.clock())
    for key in ("zzz", "name.zzz", ""):
        coordinator.get("/campaigns/a-campaign/texts?language=en")
        fields = {f"text-{key}": "x"}
        coordinator.post("/campaigns/a-campaign/texts", language="en", since="0", **fields)
        assert coordinator.page.status_code == 422
        assert "This campaign has no such text." in coordinator.words


def test_a_title_holds_no_controls_of_direction(coordinator, services) -> None:
    factories.make_campaign(services.database, services.clock())
    controls = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    coordinator.get("/campaigns/a-campaign/texts?language=en")
    fields = {"text-name": f"Au{controls}tumn & <b>more\u200c"}
    coordinator.post("/campaigns/a-campaign/texts", language="en", since="0", **fields)
    for path in ("/campaigns/a-campaign", "/campaigns/a-campaign/guideline", "/reports/a-campaign"):
        title = re.search(r"<title>(.*?)</title>", coordinator.get(path).text, re.DOTALL).group(1)
        assert not set(controls) & set(unescape(title)), path
        assert "Autumn &amp; &lt;b&gt;more\u200c" in title, path

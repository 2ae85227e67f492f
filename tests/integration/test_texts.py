"""Words of campaigns: versions, languages, forms of one's own; on both databases."""

from datetime import timedelta

import factories
import pytest

from jadelite.audit import texts
from jadelite.audit.reviewing import find_campaign
from jadelite.db import campaigns, facets, judgments, wikis
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.people import Actor
from jadelite.wiki import sites

COORDINATOR = Actor(roles=frozenset({"coordinator"}))
FORM = """
name: kinds
title: <title>
fields:
  - class: FieldLayout
    label: <ask>
    fieldWidget:
      name: kind
      class: CheckboxMultiselectWidget
      items:
        - {data: fact, label: <fact>}
        - {data: style, label: <style>}
  - class: FieldLayout
    label: <size>
    required: false
    fieldWidget:
      name: size
      class: RadioSelectWidget
      items: [{data: 1, label: "1"}, {data: 2, label: "2"}]
i18n:
  en: {title: Kinds, ask: "What was changed?", fact: A fact, style: The style, size: "How much?"}
  fi: {ask: "Mitä muutettiin?", fact: Tieto}
"""


@pytest.fixture
def slug(database, now) -> str:
    factories.make_campaign(database, now, n_edits=1)
    return "a-campaign"


def save(database, slug, language, since, now, **wanted) -> int:
    given = {key.replace("__", "."): text for key, text in wanted.items()}
    return texts.save(database, COORDINATOR, slug, language, given, since=since, now=now)


def campaign_of(database, slug):
    with database.reading() as session:
        return find_campaign(session, slug)


def test_each_save_makes_a_version_and_older_ones_can_be_read(database, slug, now):
    assert save(database, slug, "fi", 0, now, guideline="Ohje", name="Kampanja") == 1
    assert save(database, slug, "en", 1, now + timedelta(days=1), guideline="A guide") == 2
    assert save(database, slug, "fi", 2, now, guideline="Uusi ohje") == 3

    first = texts.texts_page(database, slug, version=1)
    newest = texts.texts_page(database, slug)

    assert first.own.campaign == {("guideline", "fi"): "Ohje", ("name", "fi"): "Kampanja"}
    assert newest.version == newest.campaign.guideline_version == 3
    assert newest.own.campaign["guideline", "fi"] == "Uusi ohje"
    assert newest.own.campaign["name", "fi"] == "Kampanja"
    assert [(v.version, v.n_texts, v.n_guideline) for v in newest.versions] == [
        (3, 1, 1),
        (2, 1, 1),
        (1, 2, 1),
    ]
    assert texts.texts_page(database, slug, version=0).own.campaign == {}
    with pytest.raises(NotFound):
        texts.texts_page(database, slug, version=4)


def test_what_is_as_it_was_makes_no_version(database, slug, now):
    save(database, slug, "fi", 0, now, name="Kampanja")

    assert save(database, slug, "fi", 1, now, name=" Kampanja\r\n", guideline="") == 1
    assert len(texts.texts_page(database, slug).versions) == 1


def test_an_empty_text_takes_the_campaigns_own_back(database, slug, now):
    save(database, slug, "fi", 0, now, name="Kampanja")

    assert save(database, slug, "fi", 1, now, name="") == 2
    assert texts.texts_page(database, slug).own.campaign == {}
    assert texts.texts_page(database, slug, version=1).own.campaign


def test_who_did_not_see_anothers_change_of_the_same_text_is_told(database, slug, now):
    save(database, slug, "fi", 0, now, name="Yksi")

    with pytest.raises(Conflict) as told:
        save(database, slug, "fi", 0, now, name="Kaksi")
    assert told.value.code == "texts-changed"
    # Another text, or another language, is nobody's clash.
    assert save(database, slug, "fi", 0, now, guideline="Ohje") == 2
    assert save(database, slug, "en", 0, now, name="One") == 3
    assert texts.texts_page(database, slug).own.campaign["name", "fi"] == "Yksi"


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("guideline", "x" * 20_001, "guideline-too-long"),
        ("help.damaging", "x" * 501, "text-too-long"),
        ("name", "two\nlines", "not-one-line"),
        ("name", "a\0b", "bad-character"),
        ("question.colour", "?", "unknown-text"),
    ],
)
def test_a_text_that_cant_be_stored_is_named(database, slug, now, key, text, code):
    with pytest.raises(Invalid) as told:
        texts.save(database, COORDINATOR, slug, "fi", {key: text}, since=0, now=now)

    assert [(field.field, field.code) for field in told.value.fields] == [(key, code)]
    assert campaign_of(database, slug).guideline_version is None


def test_texts_are_for_coordinators_and_for_languages_of_wikis(database, slug, now):
    reviewer = Actor(roles=frozenset({"reviewer"}))
    with pytest.raises(Forbidden):
        texts.save(database, reviewer, slug, "fi", {"name": "x"}, since=0, now=now)
    with pytest.raises(Forbidden):
        texts.store_form(database, reviewer, FORM, now=now)
    with pytest.raises(Invalid) as told:
        save(database, slug, "xx-klingon", 0, now, name="x")
    assert told.value.code == "unknown-language"
    assert {"fi", "arz", "ckb", "krl", "se", "zh-hans"} & set(texts.languages()) >= {"fi", "arz"}


def test_a_campaign_without_own_words_costs_no_query(database, slug, count_queries):
    campaign = campaign_of(database, slug)
    with count_queries() as count:
        assert texts.own_texts(database, campaign).campaign == {}
        assert texts.names(database, [campaign]) == {}
    assert count() == 0


def test_names_of_many_campaigns_are_one_query(database, slug, now, count_queries):
    factories.make_campaign(database, now, n_edits=1, slug="other", first_rev_id=5001)
    for name in (slug, "other"):
        save(database, name, "fi", 0, now, name=f"Nimi {name}", guideline="Ohje")
    both = [campaign_of(database, name) for name in (slug, "other")]

    with count_queries() as count:
        found = texts.names(database, both)

    assert count() == 1
    assert [found[item.campaign_id].campaign["name", "fi"] for item in both] == [
        "Nimi a-campaign",
        "Nimi other",
    ]
    with count_queries() as count:
        texts.own_texts(database, both[0])
    assert count() == 1


def test_a_stored_form_is_asked_with_its_kinds_and_words(database, now):
    assert texts.store_form(database, COORDINATOR, FORM, now=now) == "kinds"

    with database.reading() as session:
        facet = facets.load(session, "kinds")
        assert facets.names(session) == ("editquality", "contentquality", "kinds")
        assert facets.newest_form(session, "kinds") is not None
    kind, size = facet.questions
    assert (kind.kind, kind.is_required, kind.labels) == ("several", True, ("fact", "style"))
    assert (size.kind, size.is_required, size.labels) == ("one", False, ("1", "2"))
    assert texts.facet_names(database)[-1] == "kinds"


def test_other_words_make_a_new_version_of_a_form_and_other_questions_are_refused(database, now):
    texts.store_form(database, COORDINATOR, FORM, now=now)
    texts.store_form(database, COORDINATOR, FORM, now=now)
    with database.reading() as session:
        assert facets.newest_form(session, "kinds")[1] == 1

    texts.store_form(database, COORDINATOR, FORM.replace("A fact", "One fact"), now=now)
    with database.reading() as session:
        assert facets.newest_form(session, "kinds")[1] == 2

    with pytest.raises(Conflict) as told:
        texts.store_form(database, COORDINATOR, FORM.replace("style,", "tone,"), now=now)
    assert told.value.code == "form-taken"


def test_a_campaign_has_the_words_of_its_form_until_it_has_its_own(database, now):
    texts.store_form(database, COORDINATOR, FORM, now=now)
    make_campaign(database, now, "kinds")

    own = texts.own_texts(database, campaign_of(database, "of-a-form"))
    assert own.find("question.kind", "fi") == "Mitä muutettiin?"
    save(database, "of-a-form", "fi", 0, now, question__kind="Mikä muuttui?")

    own = texts.own_texts(database, campaign_of(database, "of-a-form"))
    assert own.find("question.kind", "fi") == "Mikä muuttui?"
    assert own.find("question.kind", "en") == "What was changed?"
    written = texts.form_file(database, "of-a-form")
    assert "Mikä muuttui?" in written
    assert texts.store_form(
        database, COORDINATOR, written.replace("name: kinds", "name: kinds2", 1), now=now
    )


def test_content_quality_gets_its_rows_when_it_is_first_asked(database, now):
    with database.transaction() as session:
        facets.ensure_builtin(session, "contentquality", now)
        facets.ensure_builtin(session, "contentquality", now)
    with database.reading() as session:
        assert set(judgments.question_ids(session, "contentquality")) == {"quality"}
        assert facets.newest_form(session, "contentquality") is not None


def make_campaign(database, now, facet) -> None:
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(factories.WIKI))
        campaigns.create(
            session,
            slug="of-a-form",
            wiki_id=wiki_id,
            kind="sample",
            state="open",
            k=2,
            facet=facet,
            now=now,
        )

"""What came of labels: told once and for all by who may, on both databases."""

from datetime import timedelta

import factories
import pytest
from sqlalchemy import select

from jadelite.audit import label_uses, reporting
from jadelite.db.session import Database
from jadelite.db.tables import EventRow
from jadelite.domain.errors import Forbidden, Invalid, NotFound
from jadelite.domain.label_uses import NewLabelUse
from jadelite.domain.people import OPERATOR, VISITOR, Actor

SLUG = "a-campaign"
USE = NewLabelUse("finding", "It flags most edits of newcomers.", language="en")
TEAM = Actor(roles=frozenset({"model-team"}))


@pytest.fixture
def campaign(database: Database, now) -> Database:
    factories.make_campaign(database, now)
    return database


def test_the_newest_comes_first_with_the_report_it_rests_on(campaign, now):
    label_uses.record_use(campaign, OPERATOR, SLUG, USE, now=now)
    report = reporting.compute(campaign, SLUG, now=now)
    trained = NewLabelUse(
        "training", "A new version.\n", url="https://example.org", model="damaging@2", n_labels=9
    )
    label_uses.record_use(campaign, TEAM, SLUG, trained, now=now + timedelta(hours=1))

    second, first = label_uses.list_uses(campaign, SLUG)

    assert (first.kind, first.text, first.language) == ("finding", USE.text, "en")
    assert (first.snapshot, first.url, first.model, first.n_labels) == (None, None, None, None)
    assert (second.kind, second.text, second.n_labels) == ("training", "A new version.", 9)
    assert (second.snapshot, second.model) == (report.snapshot, "damaging@2")
    assert second.recorded_at == now + timedelta(hours=1)


def test_who_told_it_is_known_by_pseudonym_and_the_event_holds_no_text(campaign, now):
    person = factories.make_reviewer(campaign, now)
    leading = Actor(
        reviewer_id=person.reviewer_id, pseudonym=person.pseudonym, roles=frozenset({"coordinator"})
    )
    label_uses.record_use(campaign, leading, SLUG, USE, now=now)

    assert [use.recorded_by for use in label_uses.list_uses(campaign, SLUG)] == [person.pseudonym]
    with campaign.reading() as session:
        event = session.scalars(select(EventRow).where(EventRow.kind == "labels.used")).one()
        assert event.actor_id == person.reviewer_id
        assert event.details == {"kind": "finding", "model": None, "n_labels": None}


@pytest.mark.parametrize("actor", [VISITOR, Actor(roles=frozenset({"reviewer"}))])
def test_who_did_not_use_them_can_tell_nothing(campaign, now, actor):
    with pytest.raises(Forbidden):
        label_uses.record_use(campaign, actor, SLUG, USE, now=now)
    assert label_uses.list_uses(campaign, SLUG) == ()


def test_every_wrong_field_is_named_and_nothing_is_stored(campaign, now):
    wrong = NewLabelUse(
        "sold", " ", language="Finnish, I think", url="javascript:alert(1)", model="damaging@"
    )
    with pytest.raises(Invalid) as found:
        label_uses.record_use(campaign, OPERATOR, SLUG, wrong, now=now)
    fields = [error.field for error in found.value.fields]
    assert fields == ["kind", "text", "url", "language", "model"]
    for text in ("x" * 2001, "nothing\0"):
        with pytest.raises(Invalid):
            label_uses.record_use(campaign, OPERATOR, SLUG, NewLabelUse("other", text), now=now)
    assert label_uses.list_uses(campaign, SLUG) == ()


def test_uses_belong_to_their_campaign(campaign, now):
    factories.make_campaign(campaign, now, slug="another", first_rev_id=5001)
    label_uses.record_use(campaign, OPERATOR, SLUG, USE, now=now)
    assert label_uses.list_uses(campaign, "another") == ()
    with pytest.raises(NotFound):
        label_uses.record_use(campaign, OPERATOR, "nowhere", USE, now=now)

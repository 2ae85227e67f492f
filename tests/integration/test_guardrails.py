"""Bounds on figures: written, ended, held to reports, on both databases."""

from dataclasses import replace
from datetime import timedelta

import factories
import pytest
from sqlalchemy import select

from jadelite.audit import guardrails, reporting
from jadelite.db.session import Database
from jadelite.db.tables import EventRow
from jadelite.domain.errors import Forbidden, Invalid, NotFound
from jadelite.domain.guardrails import NewGuardrail
from jadelite.domain.people import OPERATOR, VISITOR, Actor

SLUG = "bounded"
STRICT = NewGuardrail("damaging", "precision", "at-least", 0.9, "The filter is switched off.")
HOUR = timedelta(hours=1)


def make(database: Database, now, *, judged: bool = True) -> None:
    """Forty edits that the model calls damaging and two people each don't."""
    factories.make_campaign(database, now, n_edits=40, slug=SLUG)
    if judged:
        judge(database, now)


def judge(database: Database, now) -> None:
    rows = [
        factories.judgment_line(1001 + n, campaign=SLUG, reviewer=f"reviewer {who}")
        for n in range(40)
        for who in (1, 2)
    ]
    done = factories.import_rows(database, "judgments", rows, now, origin="sample")
    assert (done.n_stored, done.n_bad) == (80, 0)


def crossings(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.kind == "guardrail.crossed").order_by(EventRow.event_id)
        )
        return [(row.subject, row.details["figure"]) for row in rows]


def test_a_bound_says_whether_it_was_written_beforehand(database, now):
    make(database, now, judged=False)
    guardrails.write(database, OPERATOR, SLUG, STRICT, now=now)
    judge(database, now + HOUR)
    late = replace(STRICT, figure="recall", model="damaging")
    guardrails.write(database, OPERATOR, SLUG, late, now=now + 2 * HOUR)

    first, second = guardrails.list_guardrails(database, SLUG)

    assert (first.figure, first.is_beforehand, first.written_at) == ("precision", True, now)
    assert (second.figure, second.is_beforehand, second.model) == ("recall", False, "damaging")
    assert first.ended_at is second.ended_at is None


def test_a_crossing_is_an_event_once_for_each_snapshot(database, now):
    make(database, now)
    guardrails.write(database, OPERATOR, SLUG, STRICT, now=now)
    kept = NewGuardrail("damaging", "false_positive_rate", "at-most", 0.999, "x", model="other")
    guardrails.write(database, OPERATOR, SLUG, kept, now=now)
    report = reporting.compute(database, SLUG, now=now)
    (check,) = report.questions[0].models[0].guardrails
    assert check.state == "crossed"
    assert "guardrail-crossed" in report.questions[0].models[0].alarms
    once = [(f"report:{report.snapshot}", "precision")]
    assert crossings(database) == once

    reporting.compute(database, SLUG, now=now + HOUR)
    assert crossings(database) == once

    # Another bound makes another snapshot; without it the first one is there again.
    more = replace(STRICT, figure="recall")
    guardrails.write(database, OPERATOR, SLUG, more, now=now + HOUR)
    changed = reporting.compute(database, SLUG, now=now + HOUR)
    assert changed.snapshot != report.snapshot
    both = crossings(database)
    number = guardrails.list_guardrails(database, SLUG)[-1].guardrail_id
    guardrails.end(database, OPERATOR, SLUG, number, now=now + HOUR)
    again = reporting.compute(database, SLUG, now=now + 2 * HOUR)
    assert again.snapshot == report.snapshot
    assert crossings(database) == both


def test_an_ended_bound_stays_to_be_read_and_holds_no_report(database, now):
    make(database, now)
    guardrails.write(database, OPERATOR, SLUG, STRICT, now=now)
    (bound,) = guardrails.list_guardrails(database, SLUG)
    guardrails.end(database, OPERATOR, SLUG, bound.guardrail_id, now=now + HOUR)
    (ended,) = guardrails.list_guardrails(database, SLUG)
    assert ended.ended_at == now + HOUR
    report = reporting.compute(database, SLUG, now=now + HOUR)
    assert report.questions[0].models[0].guardrails == ()
    assert crossings(database) == []
    with pytest.raises(NotFound, match="no bound"):
        guardrails.end(database, OPERATOR, SLUG, bound.guardrail_id, now=now + HOUR)


@pytest.mark.parametrize("actor", [VISITOR, Actor(roles=frozenset({"model-team"}))])
def test_only_a_coordinator_writes_and_ends_bounds(database, now, actor):
    make(database, now, judged=False)
    with pytest.raises(Forbidden):
        guardrails.write(database, actor, SLUG, STRICT, now=now)
    with pytest.raises(Forbidden):
        guardrails.end(database, actor, SLUG, 1, now=now)


def test_a_bound_of_another_campaign_is_not_ended(database, now):
    make(database, now, judged=False)
    factories.make_campaign(database, now, slug="another", first_rev_id=5001)
    guardrails.write(database, OPERATOR, SLUG, STRICT, now=now)
    (bound,) = guardrails.list_guardrails(database, SLUG)
    with pytest.raises(NotFound):
        guardrails.end(database, OPERATOR, "another", bound.guardrail_id, now=now)


def test_every_wrong_field_is_named(database, now):
    make(database, now, judged=False)
    wrong = NewGuardrail("colour", "beauty", "near", 1.0, " ", model="\n")
    with pytest.raises(Invalid) as found:
        guardrails.write(database, OPERATOR, SLUG, wrong, now=now)
    fields = [error.field for error in found.value.fields]
    assert fields == ["question", "figure", "side", "value", "action", "model"]
    assert guardrails.list_guardrails(database, SLUG) == ()

"""Reports on scales and on own labels: counts and agreement among people, on both databases."""

import factories
import krippendorff
import pytest

from jadelite.audit import reporting, reports, texts
from jadelite.db import campaigns, edits, facets, judgments, wikis
from jadelite.db.judgments import NewJudgment
from jadelite.domain.people import Actor
from jadelite.domain.reports import Report
from jadelite.wiki import sites

FORM = """
name: kinds
fields:
  - class: FieldLayout
    label: Which?
    fieldWidget:
      name: kind
      class: CheckboxMultiselectWidget
      items: [{data: fact, label: Fact}, {data: style, label: Style}]
  - class: FieldLayout
    label: Fine?
    required: false
    fieldWidget:
      name: fine
      class: RadioSelectWidget
      items: [{data: true, label: Fine}, {data: false, label: Not fine}]
"""


def judged(database, now, facet: str, rows: list[tuple[int, str, dict[str, str]]]) -> None:
    """A closed campaign `judged` of a facet with (edit 1 .., who, answers) judged blind."""
    n_edits = max(edit for edit, _, _ in rows)
    # Other campaigns' tasks would be open: these edits are judged here only.
    lines = [factories.edit_line(9000 + n) for n in range(1, n_edits + 1)]
    factories.import_rows(database, "edits", lines, now)
    people = {who: factories.make_reviewer(database, now).reviewer_id for _, who, _ in rows}
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(factories.WIKI))
        campaign_id = campaigns.create(
            session,
            slug="judged",
            wiki_id=wiki_id,
            kind="sample",
            state="closed",
            k=2,
            facet=facet,
            now=now,
        )
        found = edits.ids_by_rev(session, wiki_id, range(9001, 9001 + n_edits))
        campaigns.add_census(
            session, campaign_id, list(found.values()), stream="probability", seed=1, now=now
        )
        tasks = campaigns.task_ids(session, campaign_id, list(found.values()))
        batch = [
            NewJudgment(
                task_id=tasks[found[9000 + edit]],
                reviewer_id=people[who],
                revision=1,
                supersedes_id=None,
                answers=answers,
                note=None,
                note_language=None,
                score_seen="no",
                peers_seen="no",
                client_key=f"{edit}-{who}",
                origin="web",
                answered_at=now,
            )
            for edit, who, answers in rows
        ]
        judgments.add_many(
            session, batch, campaign_id=campaign_id, facet=facet, form_id=None, now=now
        )


@pytest.fixture
def quality(database, now) -> Report:
    with database.transaction() as session:
        facets.ensure_builtin(session, "contentquality", now)
    given = {1: "3 4", 2: "1 2 unsure", 3: "6 6", 4: "5 3", 5: "2 2 1", 6: "unsure 4"}
    rows = [
        (edit, f"r{place}", {"quality": label})
        for edit, labels in given.items()
        for place, label in enumerate(labels.split())
    ]
    judged(database, now, "contentquality", rows)
    return reporting.compute(database, "judged", now=now)


def test_a_scale_is_counted_and_its_agreement_is_ordinal(quality) -> None:
    (report,) = quality.labelled
    counts = [
        [0, 0, 1, 1, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 2],
        [0, 0, 1, 0, 1, 0],
        [1, 2, 0, 0, 0, 0],
    ]

    assert quality.questions == ()
    assert (report.question, report.kind, report.is_ordinal) == ("quality", "one", True)
    assert (report.n_answers, report.n_edits) == (14, 6)
    assert {item.label: item.n for item in report.counts} == {
        "1": 2, "2": 3, "3": 2, "4": 2, "5": 1, "6": 2, "unsure": 2,
    }  # fmt: skip
    expected = krippendorff.alpha(value_counts=counts, level_of_measurement="ordinal")
    assert report.krippendorff_alpha.value == pytest.approx(expected, abs=1e-9)
    assert report.percent_agreement.value == pytest.approx((0 + 0 + 1 + 0 + 1 / 3) / 5)
    assert report.percent_agreement.n == 5


def test_a_frozen_report_of_a_scale_reads_back_as_it_was(database, quality) -> None:
    assert reports.report_page(database, "judged").report == quality


def test_several_labels_agree_when_they_are_the_same(database, now) -> None:
    texts.store_form(database, Actor(roles=frozenset({"coordinator"})), FORM, now=now)
    given = {1: ("fact|style", "fact|style"), 2: ("fact", "fact|style"), 3: ("style", "style")}
    rows = [
        (edit, who, {"kind": label, "fine": "yes"} if edit == 1 else {"kind": label})
        for edit, both in given.items()
        for who, label in zip("ab", both, strict=True)
    ]
    judged(database, now, "kinds", rows)

    report = reporting.compute(database, "judged", now=now)

    (kind,) = report.labelled
    (fine,) = report.questions
    assert (kind.question, kind.kind, kind.is_ordinal) == ("kind", "several", False)
    assert {item.label: item.n for item in kind.counts} == {"fact": 4, "style": 5}
    assert kind.percent_agreement.value == pytest.approx(2 / 3)
    counts = [[0, 2, 0], [1, 1, 0], [0, 0, 2]]
    expected = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    assert kind.krippendorff_alpha.value == pytest.approx(expected, abs=1e-9)
    assert (fine.question, fine.n_yes, fine.n_no) == ("fine", 2, 0)


def test_nothing_judged_yet_is_a_report_too(database, now) -> None:
    with database.transaction() as session:
        facets.ensure_builtin(session, "contentquality", now)
    judged(database, now, "contentquality", [(1, "a", {"quality": "unsure"})])

    (report,) = reporting.compute(database, "judged", now=now).labelled

    assert report.percent_agreement.reason == report.krippendorff_alpha.reason == "no-pairs"

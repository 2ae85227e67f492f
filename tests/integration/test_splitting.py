"""Where people split further people are asked; the figures of the first k stay as they are."""

import json

import factories
import pytest
from sqlalchemy import text

from jadelite.audit import assigning, deliberating, judging, reporting
from jadelite.db import masking
from jadelite.domain.judgments import Draft
from jadelite.domain.people import VISITOR

YES = {"damaging": "yes", "goodfaith": "no"}
NO = {"damaging": "no", "goodfaith": "yes"}
UNSURE = {"damaging": "unsure", "goodfaith": "unsure"}


@pytest.fixture
def split(database, clock):
    """A campaign of one edit, two people and two further ones, and a way to let people judge."""

    def make(*, k: int = 2, max_extra: int = 2):
        tasks = factories.make_campaign(database, clock(), n_edits=1, k=k)
        with database.transaction() as session:
            session.execute(text("UPDATE campaign SET max_extra = :n"), {"n": max_extra})
        return tasks[0]

    return make


def judge(database, clock, answers, note=None, actor=None):
    actor = actor or factories.make_reviewer(database, clock())
    taken = assigning.take_tasks(
        database, actor, "a-campaign", now=clock(), lease_seconds=1200, daily_cap=100
    )
    if not taken:
        return None
    draft = Draft(taken[0], answers, note, "en")
    judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)
    return actor


def rows(database, sql: str) -> list[tuple]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


def contested(database) -> list[tuple]:
    return rows(
        database,
        "SELECT n_wanted, n_judgments, stratum_id, inclusion_probability FROM task"
        " WHERE stream = 'contested'",
    )


def test_a_split_asks_further_people_and_the_log_says_why(database, clock, split) -> None:
    task_id = split()
    judge(database, clock, YES)
    assert contested(database) == []

    judge(database, clock, NO)

    assert contested(database) == [(2, 0, None, None)]
    logged = rows(database, "SELECT details FROM event WHERE kind = 'task.extended'")
    details = logged[0][0] if isinstance(logged[0][0], dict) else json.loads(logged[0][0])
    assert details["of_task"] == task_id
    assert details["votes"] == [1, 1, 0]
    assert "two thirds" in details["rule"]


@pytest.mark.parametrize("second", [YES, UNSURE])
def test_people_who_agree_are_enough(database, clock, split, second) -> None:
    split()
    judge(database, clock, YES)
    judge(database, clock, second)

    assert contested(database) == []


def test_a_campaign_that_wants_no_further_people_asks_none(database, clock, split) -> None:
    split(max_extra=0)
    judge(database, clock, YES)
    judge(database, clock, NO)

    assert contested(database) == []
    assert judge(database, clock, YES) is None


def test_at_most_so_many_further_people_judge_and_blind(database, clock, split) -> None:
    split()
    first = judge(database, clock, YES)
    judge(database, clock, NO)
    assert judge(database, clock, YES, actor=first) is None

    assert [judge(database, clock, YES) is not None for _ in range(3)] == [True, True, False]
    seen = rows(
        database,
        "SELECT DISTINCT score_seen, peers_seen FROM judgment j JOIN task t"
        " ON t.task_id = j.task_id WHERE t.stream = 'contested'",
    )
    assert seen == [("no", "no")]


def test_while_further_people_are_asked_the_edit_is_kept_back(database, clock, split) -> None:
    split()
    judge(database, clock, YES)
    judge(database, clock, NO)
    edit_id = rows(database, "SELECT edit_id FROM task")[0][0]

    def is_masked() -> bool:
        with database.reading() as session:
            return masking.is_masked(session, edit_id)

    assert is_masked()
    assert deliberating.split_page(database, VISITOR, "a-campaign").edits == ()
    judge(database, clock, YES)
    judge(database, clock, NO)
    assert not is_masked()


def test_the_headline_rests_on_the_first_k(database, clock, split) -> None:
    split()
    judge(database, clock, YES)
    judge(database, clock, NO)
    for _ in range(2):
        judge(database, clock, YES)

    report = reporting.compute(database, "a-campaign", now=clock())

    damaging = next(item for item in report.questions if item.question == "damaging")
    assert (damaging.n_yes, damaging.n_no, damaging.n_unsure) == (1, 1, 0)


def test_who_stays_apart_is_shown_with_both_sides_and_no_names(database, clock, split) -> None:
    split()
    yes = judge(database, clock, YES, "it removes the source")
    judge(database, clock, NO, "the source was dead")
    judge(database, clock, YES)
    judge(database, clock, NO)

    page = deliberating.split_page(database, yes, "a-campaign")

    assert len(page.edits) == 1
    item = page.edits[0]
    assert (item.votes.n_yes, item.votes.n_no) == (2, 2)
    assert [(side.answer, side.n) for side in item.sides] == [("yes", 2), ("no", 2), ("unsure", 0)]
    assert item.sides[0].notes == ("it removes the source",)
    assert item.sides[1].notes == ("the source was dead",)
    assert item.own_task_id is not None
    assert deliberating.split_page(database, VISITOR, "a-campaign").edits[0].own_task_id is None


def test_further_votes_can_decide(database, clock, split) -> None:
    split()
    judge(database, clock, YES)
    judge(database, clock, NO)
    for _ in range(2):
        judge(database, clock, YES)

    assert deliberating.split_page(database, VISITOR, "a-campaign").edits == ()


def test_a_change_after_reading_is_a_new_row_and_leaves_the_blind_votes(
    database, clock, split
) -> None:
    task_id = split(max_extra=0)
    yes = judge(database, clock, YES)
    judge(database, clock, NO)
    draft = Draft(task_id, NO, None, "en")
    judging.revise(database, yes, draft, now=clock(), report_delay_seconds=0)

    item = deliberating.split_page(database, VISITOR, "a-campaign").edits[0]

    assert (item.votes.n_yes, item.votes.n_no) == (1, 1)
    assert [side.n for side in item.sides] == [0, 2, 0]
    assert item.n_changed == 1


def test_pages_of_split_edits_lead_to_older_ones(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=12, k=2)
    one, other = (factories.make_reviewer(database, clock()) for _ in range(2))
    for _ in range(12):
        judge(database, clock, YES, actor=one)
        judge(database, clock, NO, actor=other)

    first = deliberating.split_page(database, VISITOR, "a-campaign")
    second = deliberating.split_page(database, VISITOR, "a-campaign", before=first.next_before)

    assert len(first.edits) == deliberating.PAGE_SIZE
    assert second.next_before is None
    shown = [item.edit.edit_id for item in (*first.edits, *second.edits)]
    assert len(set(shown)) == 12
    assert shown == sorted(shown, reverse=True)


def test_imported_votes_count_where_nobody_says_what_had_been_seen(database, clock) -> None:
    factories.import_rows(database, "edits", [factories.edit_line(3001)], clock())
    lines = [
        factories.judgment_line(
            3001, reviewer=name, answers=answers, score_seen="unknown", peers_seen="unknown"
        )
        for name, answers in (("one", YES), ("two", NO), ("three", UNSURE))
    ]
    factories.import_rows(database, "judgments", lines, clock())

    page = deliberating.split_page(database, VISITOR, "an-import")

    assert [(item.votes.n_yes, item.votes.n_no, item.votes.n_unsure) for item in page.edits] == [
        (1, 1, 1)
    ]

"""The help queue: what it holds, in which order, and that no figure counts it."""

import factories
import pytest
from sqlalchemy import text

from jadelite.audit import assigning, helping, judging, reporting
from jadelite.db import campaigns, masking
from jadelite.domain.errors import NotFound
from jadelite.domain.judgments import Draft

YES = {"damaging": "yes", "goodfaith": "no"}
NO = {"damaging": "no", "goodfaith": "yes"}


def judge_all(database, clock, answers_of, *, n: int, k: int) -> None:
    """Let k people judge n edits; `answers_of(rev_id, person)` says how."""
    for person in range(k):
        actor = factories.make_reviewer(database, clock())
        for _ in range(n):
            [task_id] = assigning.take_tasks(
                database, actor, "a-campaign", now=clock(), lease_seconds=1200, daily_cap=100
            )
            [(rev_id,)] = rows(
                database,
                "SELECT rev_id FROM edit JOIN task ON task.edit_id = edit.edit_id"
                f" WHERE task_id = {task_id}",
            )
            draft = Draft(task_id, answers_of(rev_id, person), None, "en")
            judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)


def rows(database, sql: str) -> list[tuple]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


def queue(database) -> list[int]:
    """Revisions in the queue, the first to be served first."""
    found = rows(
        database,
        "SELECT e.rev_id FROM task t JOIN edit e ON e.edit_id = t.edit_id"
        " WHERE t.stream = 'help' ORDER BY t.place",
    )
    return [rev_id for (rev_id,) in found]


def test_sure_models_come_before_split_people_before_versions_that_disagree(
    database, clock
) -> None:
    factories.make_campaign(database, clock(), n_edits=3, k=2, probability=0.3)
    # 1001: people say no. 1002: they split. 1003: they say yes where the model is sure of no.
    database_rows = [
        factories.score_line(1003, 0.05, model_version="2.0.0"),
        factories.edit_line(2001),
        factories.edit_line(2002),
        factories.score_line(2001, 0.2),
        factories.score_line(2001, 0.9, model_version="2.0.0"),
        factories.score_line(2002, 0.2),
        factories.score_line(2002, 0.4, model_version="2.0.0"),
    ]
    edits = [row for row in database_rows if "model" not in row]
    scores = [row for row in database_rows if "model" in row]
    factories.import_rows(database, "edits", edits, clock())
    factories.import_rows(database, "scores", scores, clock())

    def answers(rev_id, person):
        return {1001: NO, 1002: (YES, NO)[person], 1003: YES}[rev_id]

    judge_all(database, clock, answers, n=3, k=2)

    assert helping.fill(database, "a-campaign", now=clock()) == 3
    assert queue(database) == [1003, 1002, 2001]


def test_edits_that_somebody_is_still_to_judge_are_left_to_the_draw(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=2, probability=0.01)
    actor = factories.make_reviewer(database, clock())
    [task_id] = assigning.take_tasks(
        database, actor, "a-campaign", now=clock(), lease_seconds=1200, daily_cap=100
    )
    draft = Draft(task_id, YES, None, "en")
    judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)
    factories.import_rows(
        database, "scores", [factories.score_line(1002, 0.9, model_version="2.0.0")], clock()
    )

    assert helping.fill(database, "a-campaign", now=clock()) == 0


def test_filling_again_adds_nothing_twice_and_keeps_the_order(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=2, probability=0.05)
    judge_all(database, clock, lambda rev_id, person: YES, n=2, k=2)

    assert helping.fill(database, "a-campaign", now=clock()) == 2
    before = queue(database)
    assert helping.fill(database, "a-campaign", now=clock()) == 0
    assert queue(database) == before


def test_the_queue_is_not_longer_than_its_limit(database, clock, monkeypatch) -> None:
    monkeypatch.setattr(helping, "MAX_OPEN", 1)
    factories.make_campaign(database, clock(), n_edits=3, k=2, probability=0.05)
    judge_all(database, clock, lambda rev_id, person: YES, n=3, k=2)

    assert helping.fill(database, "a-campaign", now=clock()) == 1
    assert helping.fill(database, "a-campaign", now=clock()) == 0


def test_help_is_offered_last_and_to_others_only(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1, probability=0.05)
    first = factories.make_reviewer(database, clock())
    other = factories.make_reviewer(database, clock())

    def take(actor):
        return assigning.take_tasks(
            database, actor, "a-campaign", now=clock(), lease_seconds=1200, daily_cap=100
        )

    draft = Draft(take(first)[0], YES, None, "en")
    judging.record(database, first, draft, now=clock(), report_delay_seconds=0)
    assert take(other) == []
    helping.fill(database, "a-campaign", now=clock())

    [task_id] = take(other)
    assert rows(database, f"SELECT stream FROM task WHERE task_id = {task_id}") == [("help",)]
    assert take(first) == []


def test_what_was_finished_stays_public_and_help_changes_no_figure(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=2, probability=0.05)
    judge_all(database, clock, lambda rev_id, person: YES, n=2, k=2)
    before = reporting.compute(database, "a-campaign", now=clock())
    helping.fill(database, "a-campaign", now=clock())
    actor = factories.make_reviewer(database, clock())
    [task_id] = assigning.take_tasks(
        database, actor, "a-campaign", now=clock(), lease_seconds=1200, daily_cap=100
    )
    draft = Draft(task_id, NO, None, "en")
    judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)

    after = reporting.compute(database, "a-campaign", now=clock())

    assert after.questions == before.questions
    [(edit_id,)] = rows(database, f"SELECT edit_id FROM task WHERE task_id = {task_id}")
    with database.reading() as session:
        assert not masking.is_masked(session, edit_id)
    seen = rows(database, f"SELECT score_seen FROM judgment WHERE task_id = {task_id}")
    assert seen == [("unknown",)]


def test_an_edit_that_was_never_shown_is_kept_back_while_help_is_asked(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=2, probability=0.3)
    factories.import_rows(database, "edits", [factories.edit_line(2001)], clock())
    scores = [
        factories.score_line(2001, 0.2),
        factories.score_line(2001, 0.9, model_version="2.0.0"),
        factories.score_line(1001, 0.3, model_version="2.0.0"),
    ]
    factories.import_rows(database, "scores", scores, clock())

    helping.fill(database, "a-campaign", now=clock())

    assert queue(database) == [2001]
    with database.reading() as session:
        assert masking.masked_revisions(session, factories.WIKI, [2001]) == {2001}


def test_a_closed_campaign_gets_no_help_queue_and_an_unknown_one_is_refused(
    database, clock
) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1, probability=0.05)
    judge_all(database, clock, lambda rev_id, person: YES, n=1, k=1)
    with database.transaction() as session:
        campaign = campaigns.by_slug(session, "a-campaign")
        campaigns.set_state(session, campaign.campaign_id, "closed")

    assert helping.fill(database, "a-campaign", now=clock()) == 0
    with pytest.raises(NotFound):
        helping.fill(database, "nothing-here", now=clock())

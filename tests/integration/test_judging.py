"""Trips 2 and 3 on both databases: taking a task, judging it blind, revising, skipping."""

import threading
from collections import Counter

import factories
import pytest
from sqlalchemy import text

from jadelite.audit import assigning, closing, judging, reviewing, showing
from jadelite.db import campaigns as db_campaigns
from jadelite.db import edits, snapshots
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.judgments import Draft
from jadelite.domain.people import VISITOR, Actor

ANSWERS = {"damaging": "yes", "goodfaith": "no"}


def take(database: Database, actor: Actor, clock, slug: str = "a-campaign", cap: int = 100):
    found = assigning.take_tasks(
        database, actor, slug, now=clock(), lease_seconds=1200, daily_cap=cap
    )
    return found[0] if found else None


def record(database: Database, actor: Actor, task_id: int, clock, answers=ANSWERS, note=None):
    draft = Draft(task_id, answers, note, "fa")
    return judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)


def revise(database: Database, actor: Actor, task_id: int, clock, answers):
    draft = Draft(task_id, answers, None, "fa")
    return judging.revise(database, actor, draft, now=clock(), report_delay_seconds=0)


def rows(database: Database, sql: str) -> list[tuple]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


def test_a_reviewer_judges_every_edit_once_and_then_nothing_is_left(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=4, k=2)
    actor = factories.make_reviewer(database, clock())
    seen = []
    while (task_id := take(database, actor, clock)) is not None:
        record(database, actor, task_id, clock)
        seen.append(task_id)
    assert sorted(seen) == sorted(tasks)


def test_an_edit_goes_to_k_reviewers_and_no_more(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=2)
    for _ in range(2):
        actor = factories.make_reviewer(database, clock())
        record(database, actor, take(database, actor, clock), clock)
    assert take(database, factories.make_reviewer(database, clock()), clock) is None


def test_a_held_edit_counts_until_the_hold_lapses(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    first, second = (factories.make_reviewer(database, clock()) for _ in range(2))
    task_id = take(database, first, clock)
    assert take(database, second, clock) is None
    clock.move(minutes=21)
    assert take(database, second, clock) == task_id


def test_who_comes_back_is_given_the_same_edit(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=9, k=1)
    actor = factories.make_reviewer(database, clock())
    assert len({take(database, actor, clock) for _ in range(5)}) == 1


def test_a_lapsed_hold_still_takes_the_judgment_while_there_is_room(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    clock.move(hours=3)
    assert record(database, actor, task_id, clock).outcome == "recorded"


def test_a_lapsed_hold_is_refused_once_others_completed_the_edit(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    slow, quick = (factories.make_reviewer(database, clock()) for _ in range(2))
    task_id = take(database, slow, clock)
    clock.move(minutes=21)
    record(database, quick, take(database, quick, clock), clock)
    with pytest.raises(Conflict) as refused:
        record(database, slow, task_id, clock)
    assert refused.value.code == "task-complete"


def test_the_same_judgment_again_finds_the_stored_one(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    first = record(database, actor, task_id, clock, note="why")
    again = record(database, actor, task_id, clock, note="why")
    assert (again.judgment_id, again.outcome) == (first.judgment_id, "known")
    assert rows(database, "SELECT count(*) FROM judgment") == [(1,)]


def test_another_judgment_on_the_same_task_is_a_conflict(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    record(database, actor, task_id, clock)
    with pytest.raises(Conflict) as refused:
        record(database, actor, task_id, clock, {"damaging": "no", "goodfaith": "no"})
    assert refused.value.code == "already-judged"


def test_a_changed_mind_is_a_new_row_that_says_what_had_been_seen(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    first = record(database, actor, task_id, clock)
    second = revise(database, actor, task_id, clock, {"damaging": "no", "goodfaith": "yes"})
    found = rows(
        database,
        "SELECT judgment_id, revision, supersedes_id, score_seen, peers_seen FROM judgment"
        " ORDER BY judgment_id",
    )
    assert found == [
        (first.judgment_id, 1, None, "no", "no"),
        (second.judgment_id, 2, first.judgment_id, "yes", "yes"),
    ]
    assert rows(database, "SELECT n_judgments FROM task") == [(1,)]


def test_a_changed_mind_back_and_forth_keeps_every_step(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    record(database, actor, task_id, clock)
    for label in ("no", "unsure", "yes"):
        revise(database, actor, task_id, clock, {"damaging": label, "goodfaith": "no"})
    assert rows(database, "SELECT max(revision), count(*) FROM judgment") == [(4, 4)]


def test_an_edit_judged_in_one_campaign_is_not_given_again_in_another(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, slug="first")
    factories.make_campaign(database, clock(), n_edits=1, slug="second")
    actor = factories.make_reviewer(database, clock())
    record(database, actor, take(database, actor, clock, "first"), clock)
    assert take(database, actor, clock, "second") is None


def test_an_edit_held_in_two_campaigns_is_blind_only_once(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, slug="first")
    factories.make_campaign(database, clock(), n_edits=1, slug="second")
    actor = factories.make_reviewer(database, clock())
    held = [take(database, actor, clock, slug) for slug in ("first", "second")]
    for task_id in held:
        record(database, actor, task_id, clock)
    found = rows(database, "SELECT score_seen, peers_seen FROM judgment ORDER BY judgment_id")
    assert found == [("no", "no"), ("yes", "yes")]
    # The place in the second campaign is still there for somebody who has not seen the score.
    assert rows(database, "SELECT n_judgments FROM task ORDER BY task_id") == [(1,), (0,)]


def test_a_hold_on_an_edit_judged_elsewhere_makes_room_for_another(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, slug="first")
    factories.make_campaign(database, clock(), n_edits=2, slug="second")
    actor = factories.make_reviewer(database, clock())
    first = take(database, actor, clock, "first")
    while True:  # the same edit in the second campaign, by chance of the draw
        held = take(database, actor, clock, "second")
        edit_id = rows(database, f"SELECT edit_id FROM task WHERE task_id = {held}")
        if edit_id == rows(database, f"SELECT edit_id FROM task WHERE task_id = {first}"):
            break
        assigning.skip(database, actor, held, "other", now=clock())
    record(database, actor, first, clock)
    assert take(database, actor, clock, "second") != held


def test_what_could_be_read_before_is_not_called_blind(database, clock) -> None:
    """Closing shows scores to everybody; judgments after opening again may not be blind."""
    factories.make_campaign(database, clock(), n_edits=2, k=3)
    first, second = (factories.make_reviewer(database, clock()) for _ in range(2))
    record(database, first, take(database, first, clock), clock)
    for state in ("closed", "open"):
        factories.set_state(database, "a-campaign", state, now=clock())
    record(database, second, take(database, second, clock), clock)
    found = rows(database, "SELECT score_seen, peers_seen FROM judgment ORDER BY judgment_id")
    assert found == [("no", "no"), ("unknown", "unknown")]


def test_an_edit_that_ended_in_another_campaign_is_not_called_blind(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1, slug="first")
    first, second = (factories.make_reviewer(database, clock()) for _ in range(2))
    record(database, first, take(database, first, clock, "first"), clock)
    factories.make_campaign(database, clock(), n_edits=1, k=2, slug="second")
    record(database, second, take(database, second, clock, "second"), clock)
    found = rows(database, "SELECT score_seen FROM judgment ORDER BY judgment_id")
    assert found == [("no",), ("unknown",)]


def test_clicking_start_many_times_at_once_holds_one_edit(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=9, k=3)
    actor = factories.make_reviewer(database, clock())
    threads = [threading.Thread(target=take, args=(database, actor, clock)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database, "SELECT count(*) FROM lease") == [(1,)]


def test_an_incomplete_judgment_names_each_question_without_answer(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    with pytest.raises(Invalid) as refused:
        record(database, actor, task_id, clock, {"damaging": "maybe"})
    assert [(f.field, f.code) for f in refused.value.fields] == [
        ("damaging", "unknown-label"),
        ("goodfaith", "unanswered"),
    ]
    assert rows(database, "SELECT count(*) FROM judgment") == [(0,)]


def test_a_task_that_is_not_held_can_not_be_judged_or_seen(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    with pytest.raises(NotFound):
        record(database, actor, tasks[0], clock)
    with pytest.raises(NotFound):
        reviewing.review_page(database, actor, tasks[0])
    with pytest.raises(NotFound):
        reviewing.reveal_page(database, actor, tasks[0])


def test_a_visitor_and_the_model_team_may_not_judge(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    team = Actor(1, "R-TEAM", "demo", frozenset({"model-team"}))
    for actor in (VISITOR, team):
        with pytest.raises(Forbidden):
            take(database, actor, clock)


def test_a_closed_campaign_takes_no_judgment(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    factories.set_state(database, "a-campaign", "closed", now=clock())
    for attempt in (
        lambda: record(database, actor, task_id, clock),
        lambda: take(database, actor, clock),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "campaign-closed"


def test_a_wikis_own_audit_needs_its_community(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, kind="audit")
    actor = factories.make_reviewer(database, clock())
    with pytest.raises(Forbidden) as refused:
        take(database, actor, clock)
    assert refused.value.code == "not-approved"
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO approval (wiki_id, state, decided_at)"
                " SELECT wiki_id, 'approved', '2026-11-01' FROM wiki"
            )
        )
    assert take(database, actor, clock) is not None


def test_a_days_cap_ends_with_a_rest(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=5)
    actor = factories.make_reviewer(database, clock())
    for _ in range(2):
        record(database, actor, take(database, actor, clock, cap=2), clock)
    with pytest.raises(Conflict) as refused:
        take(database, actor, clock, cap=2)
    assert (refused.value.code, refused.value.values) == ("daily-cap", {"n": 2})
    clock.move(hours=25)
    assert take(database, actor, clock, cap=2) is not None


def test_a_skipped_edit_goes_to_others_but_not_to_the_same_reviewer(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    assert assigning.skip(database, actor, task_id, "language", now=clock()) == "a-campaign"
    assert take(database, actor, clock) is None
    assert take(database, factories.make_reviewer(database, clock()), clock) == task_id
    assert rows(database, "SELECT reason FROM skip") == [("language",)]


def test_an_unknown_reason_for_skipping_is_refused(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    with pytest.raises(Invalid, match="expected language, subject"):
        assigning.skip(database, actor, task_id, "bored", now=clock())


def test_tasks_are_given_at_random_and_not_by_their_score(database, clock) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=3, k=50)
    firsts = Counter(
        take(database, factories.make_reviewer(database, clock()), clock) for _ in range(45)
    )
    # Each of three edits comes first in about 15 of 45 cases; fewer than 3 has odds below 1e-5.
    assert all(firsts[task_id] >= 3 for task_id in tasks)


def test_probability_tasks_come_before_imported_ones(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=1)
    factories.import_rows(database, "edits", [factories.edit_line(2001)], clock())
    with database.transaction() as session:
        campaign = db_campaigns.by_slug(session, "a-campaign")
        edit_ids = edits.of_wiki(session, factories.WIKI)
        db_campaigns.add_census(
            session, campaign.campaign_id, edit_ids, stream="import", seed=0, now=clock()
        )
    actor = factories.make_reviewer(database, clock())
    streams = []
    while (task_id := take(database, actor, clock)) is not None:
        streams += rows(database, f"SELECT stream FROM task WHERE task_id = {task_id}")
        record(database, actor, task_id, clock)
    assert streams == [("probability",), ("probability",), ("import",)]


@pytest.mark.parametrize("k", [1, 2])
def test_many_at_once_never_pass_k(database, clock, k: int) -> None:
    tasks = factories.make_campaign(database, clock(), n_edits=3, k=k)
    actors = [factories.make_reviewer(database, clock()) for _ in range(8)]
    failures: list[Exception] = []

    def judge_all(actor: Actor) -> None:
        try:
            while (task_id := take(database, actor, clock)) is not None:
                record(database, actor, task_id, clock)
        except Exception as error:  # noqa: BLE001  # carried to the main thread below
            failures.append(error)

    threads = [threading.Thread(target=judge_all, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = dict(rows(database, "SELECT task_id, count(*) FROM judgment GROUP BY task_id"))
    assert found == dict.fromkeys(tasks, k)
    assert rows(database, "SELECT DISTINCT n_judgments FROM task") == [(k,)]


def test_a_double_click_stores_one_judgment(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=5)
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    outcomes: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: outcomes.append(record(database, actor, task_id, clock).outcome)
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["known"] * 5 + ["recorded"]
    assert rows(database, "SELECT n_judgments FROM task") == [(1,)]


def test_each_judgment_leaves_an_event_and_asks_for_a_report(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2)
    actor = factories.make_reviewer(database, clock())
    for _ in range(2):
        record(database, actor, take(database, actor, clock), clock)
    kinds = rows(database, "SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind")
    assert ("judgment.recorded", 2) in kinds
    assert rows(database, "SELECT kind, state FROM work") == [("compute-report", "waiting")]


def test_the_review_page_loads_no_score_and_no_judgment(database, clock) -> None:
    """What a page must not show is not even asked of the database."""
    factories.make_campaign(database, clock(), n_edits=1, k=3)
    other = factories.make_reviewer(database, clock())
    record(database, other, take(database, other, clock), clock, note="a note")
    actor = factories.make_reviewer(database, clock())
    task_id = take(database, actor, clock)
    page = reviewing.review_page(database, actor, task_id)
    assert page is not None
    assert "0.9" not in repr(page)
    assert "a note" not in repr(page)


def test_an_edit_page_masks_while_any_campaign_asks_about_the_edit(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=1, slug="first")
    factories.make_campaign(database, clock(), n_edits=1, k=1, slug="second")
    for slug in ("first", "second"):
        page = showing.edit_page(database, factories.WIKI, 1001)
        assert (page.is_masked, page.said.scores, page.campaigns) == (True, (), ())
        actor = factories.make_reviewer(database, clock())
        record(database, actor, take(database, actor, clock, slug), clock)
    page = showing.edit_page(database, factories.WIKI, 1001)
    assert not page.is_masked
    assert [score.probability for score in page.said.scores] == [0.9]


def test_an_edit_of_no_campaign_shows_no_score_yet(database, clock) -> None:
    """A campaign that asks about it later could not be blind otherwise."""
    factories.import_rows(database, "edits", [factories.edit_line(1)], clock())
    factories.import_rows(database, "scores", [factories.score_line(1)], clock())
    assert showing.edit_page(database, factories.WIKI, 1).said.scores == ()


def test_closing_a_campaign_unmasks_its_edits(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1, k=3)
    assert showing.edit_page(database, factories.WIKI, 1001).is_masked
    factories.set_state(database, "a-campaign", "closed", now=clock())
    assert not showing.edit_page(database, factories.WIKI, 1001).is_masked


def test_a_sitting_counts_what_can_be_compared(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=3, k=4)
    for label in ("yes", "yes", "no"):
        other = factories.make_reviewer(database, clock())
        while (task_id := take(database, other, clock)) is not None:
            record(database, other, task_id, clock, {"damaging": label, "goodfaith": "no"})
    actor = factories.make_reviewer(database, clock())
    for label in ("yes", "no", "unsure"):
        task_id = take(database, actor, clock)
        record(database, actor, task_id, clock, {"damaging": label, "goodfaith": "no"})
    result = closing.sitting_result(database, actor, "a-campaign", now=clock())
    assert (result.n_judged, result.with_model, result.with_others) == (3, (1, 2), (1, 2))


def test_a_judgment_keeps_its_tags_and_what_was_in_force(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    with database.transaction() as session:
        session.execute(text("UPDATE campaign SET guideline_version = 3"))
        session.execute(text("UPDATE reviewer SET consent_version = 1"))
    task_id = take(database, actor, clock)
    draft = Draft(task_id, ANSWERS, None, "fa", tags=("unsourced", "attack"))
    for _ in range(2):  # the second one finds the first
        judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)
    assert rows(database, "SELECT tag FROM judgment_tag ORDER BY tag") == [
        ("attack",),
        ("unsourced",),
    ]
    found = rows(
        database, "SELECT guideline_version, consent_version, form_id IS NOT NULL FROM judgment"
    )
    assert found in ([(3, 1, True)], [(3, 1, 1)])


def test_a_tag_that_is_not_offered_is_refused(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=1)
    actor = factories.make_reviewer(database, clock())
    draft = Draft(take(database, actor, clock), ANSWERS, None, "fa", tags=("boring",))
    with pytest.raises(Invalid) as refused:
        judging.record(database, actor, draft, now=clock(), report_delay_seconds=0)
    assert [(f.field, f.code) for f in refused.value.fields] == [("tags", "unknown-tag")]


def test_practice_masks_nothing_and_a_draft_does(database, clock) -> None:
    """An edit drawn for a campaign that will open is to be judged blind then."""
    factories.make_campaign(database, clock(), n_edits=1, stream="practice", slug="practice")
    factories.make_campaign(database, clock(), n_edits=1, slug="draft", first_rev_id=2001)
    with database.transaction() as session:
        session.execute(text("UPDATE campaign SET state = 'draft' WHERE slug = 'draft'"))
    assert not showing.edit_page(database, factories.WIKI, 1001).is_masked
    assert showing.edit_page(database, factories.WIKI, 2001).is_masked


def test_only_the_streams_of_the_headline_reach_a_report(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=1, stream="help")
    actor = factories.make_reviewer(database, clock())
    while (task_id := take(database, actor, clock)) is not None:
        record(database, actor, task_id, clock)
    with database.reading() as session:
        snapshot = snapshots.load(session, db_campaigns.by_id(session, 1))
    assert len(snapshot.judgments.edit) == len(snapshot.edits.rev_id) == 0

"""Running counts kept with each judgment are what a recount from the rows gives."""

from random import Random

import factories
import pytest
from factories import import_rows, judgment_line
from reviewers import judge, rows, start, take, undo, withdraw

from jadelite.audit import campaigns, drawing
from jadelite.db import campaigns as stored_campaigns
from jadelite.db import repeats, schema, tallies
from jadelite.db.session import Database
from jadelite.db.tallies import Tally
from jadelite.domain.errors import DomainError
from jadelite.domain.people import OPERATOR

SLUG = "a-campaign"


def kept(database: Database) -> dict[str, Tally]:
    """The counts of every campaign as they are kept."""
    ids = dict(rows(database, "SELECT campaign_id, slug FROM campaign ORDER BY campaign_id"))
    with database.reading() as session:
        return {ids[number]: tally for number, tally in tallies.read(session, ids).items()}


def recounted(database: Database) -> dict[str, Tally]:
    """The same, counted anew."""
    with database.transaction() as session:
        for (number,) in rows(database, "SELECT campaign_id FROM campaign"):
            tallies.recount(session, number)
    return kept(database)


def test_counts_are_kept_through_whatever_reviewers_do(database, clock) -> None:
    chance = Random(20261122)
    factories.make_campaign(database, clock(), n_edits=12, k=2)
    people = [factories.make_reviewer(database, clock()) for _ in range(5)]
    held: dict[int, list[int]] = {place: [] for place in range(len(people))}
    judged: dict[int, list[int]] = {place: [] for place in range(len(people))}
    for place, actor in enumerate(people):
        start(database, actor, clock, reveals=("each", "end")[place % 2])
    n_done = 0
    for _ in range(160):
        clock.move(seconds=30)
        place = chance.randrange(len(people))
        actor = people[place]
        act = chance.choice(("take", "judge", "judge", "judge", "undo", "withdraw", "again"))
        try:
            if act == "take":
                held[place] = take(database, actor, clock, n=2)
            elif act == "judge" and held[place]:
                task_id = held[place].pop(0)
                judge(database, actor, task_id, clock)
                judged[place].append(task_id)
            elif act == "undo":
                undo(database, actor, clock)
            elif act == "withdraw" and judged[place]:
                withdraw(database, actor, chance.choice(judged[place]), clock)
            elif act == "again" and judged[place]:
                with database.transaction() as session:
                    repeats.ensure_repeat(session, chance.choice(judged[place]), clock())
        except DomainError:
            continue  # most of what people do at random is refused
        n_done += 1
    found = kept(database)
    assert n_done > 40
    assert found[SLUG].n_edits == 12
    assert 0 < found[SLUG].n_complete < 12
    assert found[SLUG].n_reviewers > 2
    assert found == recounted(database)


def test_counts_are_kept_through_imports_draws_and_changes_of_k(database, now) -> None:
    factories.store_edits(database, now, 200)
    factories.plan_campaign(database, now, n=40)
    drawing.draw(database, "drawn", now=now)
    drawing.draw(database, "drawn", stream="link30", n=10, now=now)
    drawing.draw(database, "drawn", stream="practice", n=5, now=now)
    campaigns.open_(database, OPERATOR, "drawn", now=now)
    assert kept(database)["drawn"] == Tally(n_edits=50)
    lines = [
        judgment_line(rev_id, reviewer=who, campaign="elsewhere", kind=kind)
        for rev_id in range(1, 31)
        for who, kind in (("a", "person"), ("b", "person"), ("c", "bot"), (None, "person"))
    ]
    import_rows(database, "judgments", lines, now)
    import_rows(database, "judgments", lines, now)
    assert kept(database)["elsewhere"] == Tally(30, 30, 90, 2)
    drawn = [
        row[0]
        for row in rows(
            database,
            "SELECT rev_id FROM edit JOIN task USING (edit_id) WHERE stream = 'probability'",
        )
    ]
    more = [judgment_line(rev_id, reviewer="a", campaign="drawn") for rev_id in drawn[:7]]
    import_rows(database, "judgments", more, now)
    campaigns.extend(database, OPERATOR, "drawn", k=5, now=now)
    found = kept(database)
    assert (found["drawn"].n_judgments, found["drawn"].n_complete) == (7, 0)
    assert found == recounted(database)


def test_the_migration_begins_with_what_is_there(database, now) -> None:
    lines = [judgment_line(rev_id, reviewer=f"r{rev_id % 3}") for rev_id in range(1, 8)]
    import_rows(database, "judgments", [*lines, judgment_line(9, reviewer=None)], now)
    before = kept(database)
    schema.downgrade(database, "0005")
    schema.upgrade(database)
    assert kept(database) == before == {"an-import": Tally(8, 8, 8, 3)}


def test_a_campaign_without_counts_has_none_of_anything(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1)
    with database.reading() as session:
        (progress,) = stored_campaigns.progress(session, 1)
        assert (progress.n_edits, progress.n_complete, progress.n_judgments) == (1, 0, 0)
        assert tallies.read(session, [12345]) == {12345: Tally()}


@pytest.mark.parametrize("n_campaigns", [1, 4])
def test_reading_counts_takes_two_queries(database, now, n_campaigns, count_queries) -> None:
    for number in range(n_campaigns):
        factories.make_campaign(
            database, now, n_edits=1, slug=f"c{number}", first_rev_id=1001 + number
        )
    with count_queries() as n_sent, database.reading() as session:
        stored_campaigns.progress(session, 10)
    assert n_sent() == 2

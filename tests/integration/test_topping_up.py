"""More edits above a threshold, on both databases: the sample is one that could have been drawn."""

from datetime import timedelta

import pytest
from factories import (
    FRAME,
    import_rows,
    judgment_line,
    plan_campaign,
    set_state,
    store_edits,
)
from sqlalchemy import func, select

from jadelite.audit import asking_more, drawing, topping_up
from jadelite.db import campaigns
from jadelite.db.session import Database
from jadelite.db.tables import EditRow, EventRow, ScoreRow, StratumRow, TaskRow, WorkRow
from jadelite.domain.errors import Conflict, Forbidden, Invalid
from jadelite.domain.people import OPERATOR, Actor

SLUG = "drawn"
LATER = timedelta(hours=1)


def sample(database: Database, slug: str = SLUG) -> dict[int, set[int]]:
    """Revisions drawn, by the least thousandth of their stratum."""
    found: dict[int, set[int]] = {}
    with database.reading() as session:
        campaign = campaigns.by_slug(session, slug)
        rows = session.execute(
            select(EditRow.rev_id, StratumRow.low)
            .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
            .join(StratumRow, StratumRow.stratum_id == TaskRow.stratum_id)
            .where(TaskRow.campaign_id == campaign.campaign_id)
        )
        for rev_id, low in rows:
            found.setdefault(round(low * 1000), set()).add(rev_id)
    return found


def open_campaign(database: Database, now, n: int = 240) -> None:
    store_edits(database, now, 2000)
    plan_campaign(database, now, n=n, frame=FRAME)
    drawing.draw(database, SLUG, now=now, seed=7)
    set_state(database, SLUG, "open", now=now)


def test_what_is_added_is_what_a_larger_draw_would_have_held(database, now):
    open_campaign(database, now)
    before = sample(database)
    with database.reading() as session:
        sizes = {round(row.low * 1000): row.n_edits for row in session.scalars(select(StratumRow))}

    n = topping_up.top_up(database, SLUG, threshold=0.5, n=60, now=now + LATER)

    after = sample(database)
    assert n == 60
    assert sum(map(len, after.values())) - sum(map(len, before.values())) == 60
    with database.reading() as session:
        rows = session.scalars(select(StratumRow)).all()
        for row in rows:
            low = round(row.low * 1000)
            assert row.n_drawn == len(after[low])
            assert row.n_edits == sizes[low]
            assert before[low] <= after[low]
            if row.high <= 0.5:
                assert after[low] == before[low]
        assert any(len(after[low]) > len(before[low]) for low in after)
        # The old chances stay as stored; the new ones are those of the larger sample.
        tasks = session.scalars(select(TaskRow).where(TaskRow.drawn_at > now)).all()
        by_id = {row.stratum_id: row for row in rows}
        for task in tasks:
            row = by_id[task.stratum_id]
            assert task.inclusion_probability == pytest.approx(row.n_drawn / row.n_edits)
            assert (task.stream, task.n_judgments) == ("probability", 0)
    # The order by seed and revision: nothing left out has a smaller key than something drawn.
    assert_next_in_order(database, after)


def assert_next_in_order(database: Database, after: dict[int, set[int]]) -> None:
    mask = (1 << 64) - 1

    def key(rev_id: int) -> int:
        z = (7 + rev_id * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    drawn = set().union(*after.values())
    with database.reading() as session:
        strata = session.scalars(select(StratumRow)).all()
        scored = session.execute(
            select(EditRow.rev_id, func.min(TaskRow.score_at_draw))
            .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
            .group_by(EditRow.rev_id)
        ).all()
        assert {rev_id for rev_id, _ in scored} == drawn
        for row in strata:
            held = after[round(row.low * 1000)]
            everybody = held_by(session, row)
            smallest = sorted(everybody, key=key)[: row.n_drawn]
            assert set(smallest) == held


def held_by(session, stratum: StratumRow) -> list[int]:
    from_scores = select(EditRow.rev_id).where(
        EditRow.edit_id.in_(_scored_between(stratum.low, stratum.high))
    )
    return list(session.scalars(from_scores))


def _scored_between(low: float, high: float):
    query = select(ScoreRow.edit_id).where(ScoreRow.probability >= low)
    return query if high == 1 else query.where(ScoreRow.probability < high)


def test_edits_scored_after_the_draw_are_never_added(database, now):
    open_campaign(database, now)
    store_edits(database, now + LATER, 300, first=5001)

    topping_up.top_up(database, SLUG, threshold=0.0, n=1500, now=now + 2 * LATER)

    assert max(set().union(*sample(database).values())) <= 2000


def test_asking_queues_what_is_left_and_says_how_many(database, now):
    open_campaign(database, now)

    n = asking_more.ask_for_more(database, OPERATOR, SLUG, threshold=0.5, n=2000, now=now)

    with database.reading() as session:
        work = session.scalars(select(WorkRow).where(WorkRow.kind == "top-up-sample")).one()
        asked = session.scalars(
            select(EventRow).where(EventRow.kind == "campaign.more-asked")
        ).one()
        strata = session.scalars(select(StratumRow).where(StratumRow.high > 0.5)).all()
    left = sum(row.n_edits - row.n_drawn for row in strata)
    assert work.payload["n"] == n == left
    assert asked.details == {"threshold": 0.5, "n": n}
    added = topping_up.top_up(database, SLUG, threshold=0.5, n=n, now=now)
    assert added == n
    with pytest.raises(Conflict, match="in the sample already"):
        asking_more.ask_for_more(database, OPERATOR, SLUG, threshold=0.5, n=10, now=now)


@pytest.mark.parametrize(
    ("threshold", "n", "error"),
    [(-0.1, 10, Invalid), (1.0, 10, Invalid), (0.5, 0, Invalid), (0.5, 2001, Invalid)],
)
def test_what_makes_no_sense_is_refused(database, now, threshold, n, error):
    open_campaign(database, now)
    with pytest.raises(error):
        asking_more.ask_for_more(database, OPERATOR, SLUG, threshold=threshold, n=n, now=now)


def test_only_a_coordinator_asks_and_only_while_it_is_open(database, now):
    open_campaign(database, now)
    with pytest.raises(Forbidden):
        asking_more.ask_for_more(database, Actor(), SLUG, threshold=0.5, n=10, now=now)
    set_state(database, SLUG, "closed", now=now)
    with pytest.raises(Conflict, match="expected an open campaign"):
        topping_up.top_up(database, SLUG, threshold=0.5, n=10, now=now)


def test_a_campaign_of_evidence_has_nothing_to_add(database, now):
    import_rows(database, "judgments", [judgment_line(campaign="given")], now)
    with pytest.raises(Conflict, match="not drawn by score"):
        topping_up.top_up(database, "given", threshold=0.5, n=10, now=now)

"""The draw on both databases: every chance, and every edit, can be recomputed from stored rows."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from factories import (
    FRAME,
    FRAME_START,
    MODEL,
    WIKI,
    bare_edit_line,
    edit_line,
    import_rows,
    plan_campaign,
    score_line,
    store_edits,
)
from sqlalchemy import select, text

from jadelite.audit import drawing, planning, schedule
from jadelite.audit.outside import Outside
from jadelite.audit.queue import Bench, run_next
from jadelite.config import load_settings
from jadelite.db import campaigns, frames, wikis
from jadelite.db.session import Database
from jadelite.db.tables import (
    DesignRow,
    EditRow,
    EventRow,
    FrameRow,
    ScoreRow,
    StratumRow,
    TaskRow,
    WorkRow,
)
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.domain.planning import FrameWanted, Wanted
from jadelite.wiki import sites

SLUG = "drawn"


def key_by_hand(seed: int, rev_id: int) -> int:
    """The sentence of the methods page, in plain numbers."""
    mask = (1 << 64) - 1
    z = (seed + rev_id * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def rev_ids_drawn(database: Database, stream: str = "probability", slug: str = SLUG) -> set[int]:
    with database.reading() as session:
        campaign = campaigns.by_slug(session, slug)
        query = (
            select(EditRow.rev_id)
            .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
            .where(TaskRow.campaign_id == campaign.campaign_id, TaskRow.stream == stream)
        )
        return set(session.scalars(query))


@pytest.mark.parametrize("is_by_editor", [False, True])
def test_every_chance_and_every_edit_follows_from_the_stored_rows(database, now, is_by_editor):
    store_edits(database, now, 2000)
    # None of these is of the frame.
    store_edits(database, now, 30, first=3001, editor_kind="bot")
    store_edits(database, now, 30, first=4001, namespace=4)
    store_edits(database, now, 30, first=5001, timestamp="2025-01-01T00:00:00Z")
    store_edits(database, now, 30, first=6001, wiki="sample-fi")
    import_rows(database, "edits", [bare_edit_line(rev_id) for rev_id in range(7001, 7008)], now)
    frame = FrameWanted(
        WIKI, MODEL, window_from=FRAME_START, namespaces=(0,), is_by_editor=is_by_editor
    )
    plan_campaign(database, now, n=240, frame=frame)

    drawing.draw(database, SLUG, now=now)

    with database.reading() as session:
        design = session.scalars(select(DesignRow)).one()
        stored = session.scalars(select(FrameRow)).one()
        tasks = session.scalars(select(TaskRow)).all()
        strata = session.scalars(select(StratumRow).order_by(StratumRow.stratum_id)).all()
        assert (stored.n_edits, stored.n_unscored) == (2000, 7)
        assert (design.stream, design.allocation, design.n_asked) == (
            "probability",
            "half-neyman",
            240,
        )
        assert len(tasks) == len({task.edit_id for task in tasks}) == 240
        of_stratum = Counter(task.stratum_id for task in tasks)
        groups = {stratum.editor_group for stratum in strata}
        assert (groups == {"unregistered", "newcomer", "registered"}) == is_by_editor
        for stratum in strata:
            frame_edits = session.execute(
                text(
                    "SELECT e.edit_id, e.rev_id FROM edit e JOIN score s ON s.edit_id = e.edit_id"
                    " JOIN wiki w ON w.wiki_id = e.wiki_id"
                    " WHERE w.dbname = 'sample-fa' AND e.namespace = 0 AND e.rev_id <= 2000"
                    " AND s.probability >= :low AND (s.probability < :high OR :high = 1)"
                    " AND (:everybody = 1 OR e.editor_kind IN (:one, :two))"
                ),
                {
                    "low": stratum.low,
                    "high": stratum.high,
                    "everybody": int(stratum.editor_group is None),
                    "one": stratum.editor_group or "",
                    "two": "temporary" if stratum.editor_group == "unregistered" else "",
                },
            ).all()
            n_h = of_stratum[stratum.stratum_id]
            assert (stratum.n_edits, stratum.n_drawn) == (len(frame_edits), n_h)
            assert 2 <= n_h <= len(frame_edits)
            by_key = sorted(frame_edits, key=lambda row: key_by_hand(design.seed, row.rev_id))
            mine = [task for task in tasks if task.stratum_id == stratum.stratum_id]
            assert {task.edit_id for task in mine} == {row.edit_id for row in by_key[:n_h]}
            assert {task.inclusion_probability for task in mine} == {n_h / len(frame_edits)}
        scores = dict(session.execute(select(ScoreRow.edit_id, ScoreRow.probability)).all())
        assert all(task.score_at_draw == scores[task.edit_id] for task in tasks)
        assert {(task.n_wanted, task.threshold_at_draw) for task in tasks} == {(3, 0.5)}


def test_no_stratum_crosses_a_threshold_in_force(database, now) -> None:
    store_edits(database, now, 300)
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(WIKI))
        version_id = frames.version_id(session, MODEL)
        session.execute(
            text(
                "INSERT INTO threshold (model_version_id, wiki_id, level, value, valid_from) VALUES"
                " (:v, :w, 'default', 0.33, :t), (:v, :w, 'sure', 0.71, :t)"
            ),
            {"v": version_id, "w": wiki_id, "t": "2026-01-01 00:00:00"},
        )
    plan_campaign(database, now, n=30)
    drawn = drawing.draw(database, SLUG, now=now)
    borders = {stratum.low for stratum in drawn.strata}
    assert {0.33, 0.71} <= borders
    with database.reading() as session:
        assert {task.threshold_at_draw for task in session.scalars(select(TaskRow))} == {0.33}


def test_the_same_seed_draws_the_same_edits_and_another_seed_others(database, now) -> None:
    store_edits(database, now, 300)
    for slug, seed in (("one", 7), ("two", 7), ("three", 8)):
        plan_campaign(database, now, slug=slug)
        drawing.draw(database, slug, seed=seed, now=now)
    one, two, three = (rev_ids_drawn(database, slug=slug) for slug in ("one", "two", "three"))
    assert one == two
    assert len(one) == len(three) == 60
    assert one != three


def test_a_random_seed_is_recorded_with_an_event(database, now) -> None:
    store_edits(database, now, 100)
    plan_campaign(database, now)
    drawn = drawing.draw(database, SLUG, now=now)
    with database.reading() as session:
        details = session.scalar(select(EventRow.details).where(EventRow.kind == "campaign.drawn"))
        assert session.scalars(select(DesignRow.seed)).one() == drawn.seed
    assert details == {"stream": "probability", "seed": drawn.seed, "N": 100, "n": 60}


def test_a_sample_as_large_as_its_frame_is_a_census(database, now) -> None:
    store_edits(database, now, 40)
    plan_campaign(database, now, n=None)
    drawing.draw(database, SLUG, now=now)
    with database.reading() as session:
        assert session.scalars(select(DesignRow.allocation)).one() == "census"
        chances = set(session.scalars(select(TaskRow.inclusion_probability)))
    assert chances == {1.0}
    assert rev_ids_drawn(database) == set(range(1, 41))


def test_a_stream_is_drawn_once(database, now) -> None:
    store_edits(database, now, 100)
    plan_campaign(database, now)
    drawing.draw(database, SLUG, now=now)
    with pytest.raises(Conflict) as refused:
        drawing.draw(database, SLUG, now=now)
    assert refused.value.code == "already-drawn"
    assert len(rev_ids_drawn(database)) == 60


def test_the_link_has_a_design_of_its_own_and_practice_gets_what_is_left(database, now) -> None:
    store_edits(database, now, 200)
    plan_campaign(database, now)
    with pytest.raises(Conflict) as refused:
        drawing.draw(database, SLUG, stream="practice", now=now)
    assert refused.value.code == "practice-comes-last"
    for stream in ("probability", "link30", "practice"):
        drawing.draw(database, SLUG, stream=stream, now=now)
    link, practice = (rev_ids_drawn(database, stream) for stream in ("link30", "practice"))
    assert (len(link), len(practice)) == (30, 30)
    assert not practice & (link | rev_ids_drawn(database))
    with database.reading() as session:
        rows = session.execute(
            select(DesignRow.stream, FrameRow.n_edits)
            .join(FrameRow, FrameRow.frame_id == DesignRow.frame_id)
            .order_by(DesignRow.design_id)
        ).all()
        wanted = {
            tuple(row)
            for row in session.execute(select(TaskRow.stream, TaskRow.n_wanted).distinct())
        }
    n_left = 200 - len(link | rev_ids_drawn(database))
    assert [tuple(row) for row in rows] == [
        ("probability", 200),
        ("link30", 200),
        ("practice", n_left),
    ]
    assert wanted == {("probability", 3), ("link30", 3), ("practice", 0)}


def test_a_frame_without_scored_edits_is_refused_with_numbers(database, now) -> None:
    store_edits(database, now, 30)
    import_rows(
        database, "edits", [bare_edit_line(rev_id, namespace=4) for rev_id in (50, 51)], now
    )
    plan_campaign(database, now, frame=FrameWanted(WIKI, MODEL, namespaces=(4,)))
    with pytest.raises(NotFound, match="2 fit without a score"):
        drawing.draw(database, SLUG, now=now)
    with database.reading() as session:
        assert session.scalars(select(TaskRow)).all() == []


def test_a_sample_too_small_for_its_strata_is_refused(database, now) -> None:
    store_edits(database, now, 100)
    plan_campaign(database, now)
    for n in (1, 3):
        with pytest.raises(Invalid) as refused:
            drawing.draw(database, SLUG, n=n, now=now)
        assert refused.value.code == "sample-too-small"


def test_edits_whose_text_was_hidden_or_is_not_here_can_be_left_out(database, now) -> None:
    store_edits(database, now, 30)
    import_rows(database, "edits", [edit_line(rev_id) for rev_id in range(101, 111)], now)
    import_rows(database, "scores", [score_line(rev_id, 0.4) for rev_id in range(101, 111)], now)
    with database.transaction() as session:
        session.execute(text("UPDATE edit SET is_text_hidden = (1 = 1) WHERE rev_id = 101"))
    plan_campaign(database, now, n=None, frame=FrameWanted(WIKI, MODEL, with_content_only=True))
    drawing.draw(database, SLUG, now=now)
    assert rev_ids_drawn(database) == set(range(102, 111))
    with database.reading() as session:
        assert None not in set(session.scalars(select(TaskRow.diff_digest)))


def test_what_is_planned_is_what_is_drawn(database, now) -> None:
    store_edits(database, now, 500)
    frame = FrameWanted(WIKI, MODEL, is_by_editor=True)
    plan = planning.preview(database, Wanted(frame, 120, 3))
    plan_campaign(database, now, n=120, frame=frame)
    drawn = drawing.draw(database, SLUG, now=now)
    assert [(s.label, s.n_edits, s.n_drawn, pytest.approx(s.mean_score)) for s in plan.strata] == [
        (s.label, s.n_edits, s.n_drawn, s.mean_score) for s in drawn.strata
    ]
    assert (plan.n_edits, plan.n_drawn, plan.labour.n_judgments) == (500, 120, 360)
    assert plan.labour.seconds_origin == "assumed"
    assert plan.labour.hours == 3.0


def test_a_plan_of_a_model_that_is_not_stored_is_refused(database, now) -> None:
    store_edits(database, now, 10)
    with pytest.raises(NotFound) as refused:
        planning.preview(database, Wanted(FrameWanted(WIKI, "damaging@2"), 5, 3))
    assert refused.value.code == "no-model-version"


def test_a_window_keeps_out_edits_of_unknown_time(database, now) -> None:
    store_edits(database, now, 20)
    store_edits(database, now, 5, first=101, timestamp=None)
    whole = planning.preview(database, Wanted(FRAME, None, 2))
    window = FrameWanted(WIKI, MODEL, window_to=datetime(2027, 1, 1, tzinfo=UTC))
    assert whole.n_edits == 25
    assert planning.preview(database, Wanted(window, None, 2)).n_edits == 20


def test_the_worker_draws_what_was_asked_for_and_prepares_it(database, now, clock) -> None:
    store_edits(database, now, 100)
    plan_campaign(database, now)
    with database.transaction() as session:
        schedule.ask_draw(session, SLUG, now)
    assert run_next(Bench(database, Outside(load_settings(environment="test"), clock=clock), clock))
    assert len(rev_ids_drawn(database)) == 60
    with database.reading() as session:
        waiting = set(session.scalars(select(WorkRow.kind)))
    assert waiting == {schedule.PREPARE}

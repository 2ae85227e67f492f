"""A report's snapshot and its files: alike on both databases, without what must not be in them."""

import gzip
import io
import json
from datetime import timedelta

import factories
import pyarrow.parquet
import pytest
from factories import import_rows, judgment_line, score_line
from reviewers import judge, rows, start, take

from jadelite.audit import campaigns, drawing, reporting, reports, topping_up
from jadelite.db import campaigns as stored_campaigns
from jadelite.db import (
    edits,
    facets,
    judgments,
    repeats,
    snapshot_facts,
    snapshots,
    wikis,
)
from jadelite.db import reports as stored_reports
from jadelite.db.judgments import NewJudgment
from jadelite.db.session import Database
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.facets import Facet, Question
from jadelite.domain.people import OPERATOR
from jadelite.report.reading import read_snapshot
from jadelite.report.snapshot import UNKNOWN, Repeats, Snapshot
from jadelite.wiki import sites

SLUG = "an-import"
DAMAGE = {"damaging": "yes", "goodfaith": "no"}
KIND = Question("kind", ("it's", "style"), positive="style", kind="several")


def load(database: Database, slug: str = SLUG) -> Snapshot:
    with database.reading() as session:
        campaign = stored_campaigns.by_slug(session, slug)
        assert campaign is not None
        return snapshots.load(session, campaign)


def digest(database: Database, slug: str = SLUG) -> str:
    return load(database, slug).digest(code_version="1", seed=1)


def fill_import(database: Database, now) -> None:
    """Judgments of all kinds: bots, unknown people, changed minds, no time, unsure."""
    for rev_id in (5, 3, 8):
        import_rows(database, "edits", [factories.edit_line(rev_id)], now)
    lines = [
        judgment_line(rev_id, reviewer=who, answers={"damaging": label, "goodfaith": "yes"})
        for rev_id, who, label in [(8, "b", "yes"), (3, "a", "no"), (8, "a", "unsure")]
    ]
    lines += [
        judgment_line(3, reviewer=None, judged_at=None),
        judgment_line(5, reviewer="robot", kind="bot"),
        judgment_line(8, reviewer="b", judged_at="2026-11-05T00:00:00Z", score_seen="yes"),
    ]
    assert import_rows(database, "judgments", lines, now).n_bad == 0
    scores = [score_line(rev_id, rev_id / 10 + 0.01) for rev_id in (3, 8)]
    import_rows(database, "scores", scores, now)


def fill_drawn(database: Database, now) -> None:
    """A drawn sample and a link, partly judged."""
    factories.store_edits(database, now, 300)
    factories.plan_campaign(database, now, n=60)
    drawing.draw(database, "drawn", seed=7, now=now)
    drawing.draw(database, "drawn", stream="link30", n=10, seed=8, now=now)
    campaigns.open_(database, OPERATOR, "drawn", now=now)
    drawn = rows(
        database,
        "SELECT DISTINCT rev_id FROM edit JOIN task USING (edit_id) WHERE stream = 'probability'"
        " ORDER BY rev_id",
    )
    lines = [
        judgment_line(rev_id, reviewer=f"r{who}", campaign="drawn")
        for (rev_id,) in drawn[:30]
        for who in range(3)
    ]
    assert import_rows(database, "judgments", lines, now).n_bad == 0


@pytest.mark.parametrize(("fill", "slug"), [(fill_import, SLUG), (fill_drawn, "drawn")])
def test_both_databases_give_the_same_snapshot(
    sqlite_database, postgres_database, now, fill, slug
) -> None:
    try:
        fill(postgres_database, now)
        fill(sqlite_database, now)
        both = (sqlite_database, postgres_database)
        assert digest(sqlite_database, slug) == digest(postgres_database, slug)
        written = [json.dumps(reporting.compute(one, slug, now=now).to_json()) for one in both]
        assert written[0] == written[1]
        for name in ("judgments.csv.gz", "edits.csv.gz", "facts.json", "statistics.json"):
            first, second = (file(one, slug, name) for one in both)
            assert first == second, name
    finally:
        factories.empty(postgres_database)


def file(database: Database, slug: str, name: str) -> bytes:
    """A file as it was frozen, whoever may have it by now."""
    with database.reading() as session:
        campaign = stored_campaigns.by_slug(session, slug)
        assert campaign is not None
        found = stored_reports.newest_file(session, campaign.campaign_id, name)
        assert found is not None
        return found


def test_rows_are_in_the_order_of_streams_and_of_storing(database, now) -> None:
    fill_import(database, now)
    snapshot = load(database)
    assert snapshot.edits.rev_id.tolist() == [3, 5, 8]
    assert snapshot.judgments.edit.tolist() == [2, 0, 2, 0, 1, 2]
    assert snapshot.judgments.reviewer.tolist() == [0, 1, 1, UNKNOWN, 2, 0]
    assert snapshot.judgments.revision.tolist() == [1, 1, 1, 1, 1, 2]
    assert snapshot.judgments.answers[0].tolist()[:3] == [0, 1, 2]
    assert snapshot.judgments.day[3] == UNKNOWN
    (scores,) = snapshot.edits.scores
    assert scores.tolist()[::2] == [0.31, 0.81]
    assert scores[1] != scores[1]
    assert snapshot.facts.frame is None


@pytest.mark.parametrize(("fill", "slug"), [(fill_import, SLUG), (fill_drawn, "drawn")])
def test_the_files_give_the_snapshot_back(database, now, tmp_path, fill, slug) -> None:
    fill(database, now)
    report = reporting.compute(database, slug, now=now)
    for name in ("facts.json", "edits.csv.gz", "judgments.csv.gz"):
        (tmp_path / name).write_bytes(file(database, slug, name))
    found = read_snapshot(tmp_path)
    again = found.digest(code_version=report.code_version, seed=report.seed)
    assert again == report.snapshot
    for table, n in (("edits", len(found.edits.rev_id)), ("judgments", len(found.judgments.edit))):
        content = io.BytesIO(file(database, slug, f"{table}.parquet"))
        assert pyarrow.parquet.read_table(content).num_rows == n


def test_files_name_no_page_no_person_and_no_note(database, now) -> None:
    fill_import(database, now)
    import_rows(database, "judgments", [judgment_line(3, reviewer="z", note="a secret")], now)
    reporting.compute(database, SLUG, now=now)
    for name in ("edits.csv.gz", "judgments.csv.gz"):
        text = gzip.decompress(file(database, SLUG, name)).decode()
        assert text.count("\n") > 3
        for word in ("Page", "secret", "robot", "somebody"):
            assert word not in text


def frame_counts(database: Database) -> tuple[int, ...] | None:
    (model,) = load(database, "drawn").facts.models
    return model.frame_counts


def test_the_frame_is_counted_when_it_is_drawn(database, now) -> None:
    fill_drawn(database, now)
    campaigns.close(database, OPERATOR, "drawn", now=now)
    cells = frame_counts(database)
    assert cells is not None
    assert (len(cells), sum(cells)) == (1000, 300)
    scores = rows(database, "SELECT probability FROM score")
    assert cells[0] == sum(value < 0.001 for (value,) in scores)
    assert cells[-1] == sum(value >= 0.999 for (value,) in scores)


@pytest.mark.parametrize("state", ["draft", "open"])
def test_a_small_frame_is_not_counted_out_while_it_is_judged(
    database, now, monkeypatch, state
) -> None:
    """A frame of few edits, cell by cell, tells the score of one that nobody judged yet."""
    fill_drawn(database, now)
    with database.transaction() as session:
        campaign = stored_campaigns.by_slug(session, "drawn")
        stored_campaigns.set_state(session, campaign.campaign_id, state)
    assert frame_counts(database) is None
    monkeypatch.setattr(snapshot_facts, "MIN_COUNTED", 300)
    assert sum(frame_counts(database)) == 300


def test_where_a_part_was_drawn_whole_those_judged_do_not_tell_the_others(
    database, now, monkeypatch
) -> None:
    monkeypatch.setattr(snapshot_facts, "MIN_COUNTED", 300)
    fill_drawn(database, now)
    assert frame_counts(database) is not None
    topping_up.top_up(database, "drawn", threshold=0.9, n=300, now=now + timedelta(hours=1))
    assert frame_counts(database) is None
    campaigns.close(database, OPERATOR, "drawn", now=now)
    assert sum(frame_counts(database)) == 300


def test_edits_that_are_still_asked_about_are_only_counted(database, now) -> None:
    fill_drawn(database, now)
    found = load(database, "drawn")
    n_kept = len(found.judgments.edit)
    assert 0 < n_kept < 90  # some of the thirty are in the link too, which waits
    assert found.facts.n_judgments_waiting == found.facts.n_blind_waiting == 90 - n_kept
    assert set(found.judgments.edit) == set(range(len(found.edits.rev_id)))
    assert found.facts.n_edits > len(found.edits.rev_id)


def test_repeats_are_pairs_of_one_reviewers_answers(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=2, k=1)
    actor = factories.make_reviewer(database, clock())
    start(database, actor, clock)
    for _ in range(2):
        (task_id,) = take(database, actor, clock)
        judge(database, actor, task_id, clock, {"damaging": "yes", "goodfaith": "no"})
    with database.transaction() as session:
        campaign = stored_campaigns.by_slug(session, "a-campaign")
        again = NewJudgment(
            task_id=repeats.ensure_repeat(session, task_id, clock()),
            reviewer_id=actor.reviewer_id,
            revision=1,
            supersedes_id=None,
            answers={"damaging": "yes", "goodfaith": "yes"},
            note=None,
            note_language=None,
            score_seen="yes",
            peers_seen="yes",
            client_key="again",
            origin="web",
        )
        judgments.add(
            session,
            again,
            campaign_id=campaign.campaign_id,
            facet=campaign.facet,
            form_id=None,
            now=clock(),
        )
    found = load(database, "a-campaign")
    assert found.facts.repeats == (Repeats("damaging", 1, 1), Repeats("goodfaith", 1, 0))
    assert len(found.judgments.edit) == 2


def test_answers_of_several_labels_are_read_as_they_are(database, now) -> None:
    with database.transaction() as session:
        facets.add(session, Facet("kinds", (KIND,)), is_builtin=False, now=now)
        wiki_id = wikis.ensure(session, sites.describe(factories.WIKI))
        campaign_id = stored_campaigns.create(
            session,
            slug="kinds",
            wiki_id=wiki_id,
            kind="sample",
            state="closed",
            k=1,
            facet="kinds",
            now=now,
        )
        edit_ids = list(edits.ensure_bare(session, wiki_id, [1, 2, 3, 4], now).values())
        stored_campaigns.add_census(
            session, campaign_id, edit_ids, stream="probability", seed=1, now=now
        )
        of_edit = stored_campaigns.task_ids(session, campaign_id, edit_ids)
        given = ("style", "it's|style", "", "it's|style")
        batch = [
            NewJudgment(
                task_id=of_edit[edit_id],
                reviewer_id=None,
                revision=1,
                supersedes_id=None,
                answers={"kind": answer},
                note=None,
                note_language=None,
                score_seen="no",
                peers_seen="no",
                client_key=f"{edit_id}",
                origin="import",
            )
            for edit_id, answer in zip(edit_ids, given, strict=True)
        ]
        judgments.add_many(
            session, batch, campaign_id=campaign_id, facet="kinds", form_id=None, now=now
        )
    found = load(database, "kinds")
    assert found.answer_values == (("it's", "style", "it's|style"),)
    assert found.judgments.answers[0].tolist() == [1, 2, UNKNOWN, 2]


def test_nothing_new_is_frozen_where_nothing_changed(database, now, clock) -> None:
    fill_import(database, now)
    first = reporting.compute(database, SLUG, now=now)
    clock.move(hours=1)
    assert reporting.compute(database, SLUG, now=clock()) == first
    assert rows(database, "SELECT count(*) FROM report") == [(1,)]
    import_rows(database, "judgments", [judgment_line(3, reviewer="new", answers=DAMAGE)], clock())
    second = reporting.compute(database, SLUG, now=clock())
    page = reports.report_page(database, SLUG)
    assert (second.snapshot == first.snapshot, page.report.snapshot) == (False, second.snapshot)
    assert {(change.question, change.figure) for change in page.changes} >= {
        ("damaging", "krippendorff_alpha")
    }


def test_files_with_edits_are_kept_back_while_one_is_judged_again(database, now) -> None:
    fill_import(database, now)
    reporting.compute(database, SLUG, now=now)
    assert reports.report_file(database, SLUG, "edits.csv.gz") is not None
    factories.make_campaign(database, now, n_edits=1, slug="other", first_rev_id=700)
    assert reports.report_file(database, SLUG, "edits.csv.gz") is not None
    factories.make_campaign(database, now, n_edits=1, slug="later", first_rev_id=8)
    for name in ("edits.csv.gz", "judgments.parquet", "lists.json", "report.ipynb"):
        with pytest.raises(Conflict, match="judged again"):
            reports.report_file(database, SLUG, name)
    assert reports.report_file(database, SLUG, "facts.json") is not None
    assert reports.report_file(database, SLUG, "nothing.csv") is None
    with pytest.raises(NotFound):
        reports.report_file(database, "nope", "facts.json")


def test_files_of_a_draw_by_score_wait_until_judging_has_ended(database, now) -> None:
    """How many of each stratum were drawn, less those judged, tells the scores of the others."""
    fill_drawn(database, now)
    reporting.compute(database, "drawn", now=now)
    for name in (
        "facts.json",
        "edits.csv.gz",
        "judgments.parquet",
        "report.ipynb",
        "statistics.json",
    ):
        with pytest.raises(Conflict, match="would give scores away"):
            reports.report_file(database, "drawn", name)
    with pytest.raises(Conflict, match="would give scores away"):
        reports.report_files(database, "drawn")
    campaigns.close(database, OPERATOR, "drawn", now=now)
    assert reports.report_file(database, "drawn", "judgments.csv.gz") is not None
    assert len(reports.report_files(database, "drawn")) == 8


def test_strata_are_read_once_judging_has_ended(database, now) -> None:
    fill_drawn(database, now)
    frozen = reporting.compute(database, "drawn", now=now)
    assert len(frozen.sample.strata) > 2
    shown = reports.report_page(database, "drawn").report.sample
    assert [(part.stream, part.label, part.low) for part in shown.strata] == [
        ("probability", "all", None),
        ("link30", "all", None),
    ]
    assert [part.n_drawn for part in shown.strata] == [60, 10]
    assert sum(part.n_judged for part in shown.strata) == sum(
        part.n_judged for part in frozen.sample.strata
    )
    campaigns.close(database, OPERATOR, "drawn", now=now)
    assert reports.report_page(database, "drawn").report.sample == frozen.sample


def test_evidence_keeps_its_files_and_its_parts_while_it_is_open(database, now) -> None:
    """It was not drawn by score, so there is nothing to subtract; and the check needs them."""
    factories.make_campaign(database, now)
    frozen = reporting.compute(database, "a-campaign", now=now)
    assert frozen.sample is not None
    assert reports.report_page(database, "a-campaign").report.sample == frozen.sample
    assert "facts.json" in reports.report_files(database, "a-campaign")


def test_reading_a_report_takes_few_queries(database, now, count_queries) -> None:
    fill_import(database, now)
    reporting.compute(database, SLUG, now=now)
    with count_queries() as n_sent:
        reports.report_page(database, SLUG)
    assert n_sent() <= 8

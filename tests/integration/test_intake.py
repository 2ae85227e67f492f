"""Trip 1 from files, on both databases: what goes in, what is refused, and twice the same."""

import threading

import factories
import pytest
from factories import edit_line, import_rows, judgment_line, score_line
from sqlalchemy import text

from jadelite.audit import intake
from jadelite.audit.lines import BATCH_BYTES, BATCH_SIZE, Options
from jadelite.db import edits
from jadelite.db.session import Database
from jadelite.db.tables import Base
from jadelite.domain.errors import Invalid


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize(
    ("kind", "make"), [("edits", edit_line), ("scores", score_line), ("judgments", judgment_line)]
)
def test_the_same_file_again_changes_nothing(database, now, kind, make) -> None:
    lines = [make(rev_id) for rev_id in (1, 2, 3)]
    first = import_rows(database, kind, lines, now)
    before = counts(database)
    again = import_rows(database, kind, lines + lines, now)
    assert (first.n_stored, again.n_stored, again.n_known) == (3, 0, 6)
    assert counts(database) == before


@pytest.mark.parametrize(
    ("kind", "make"), [("edits", edit_line), ("scores", score_line), ("judgments", judgment_line)]
)
def test_a_bad_line_is_named_and_the_rest_goes_in(database, now, kind, make) -> None:
    summary = import_rows(database, kind, [make(1), make(0), make(2)], now)
    assert (summary.n_stored, summary.n_bad) == (2, 1)
    assert (summary.bad[0].number, summary.bad[0].field) == (2, "rev_id")
    assert "rev_id is 0, expected a whole number from 1" in summary.bad[0].reason


def test_strict_stops_at_the_first_bad_line_and_keeps_what_came_before(database, now) -> None:
    lines = [edit_line(1), edit_line(2, namespace="main"), edit_line(3)]
    summary = import_rows(database, "edits", lines, now, is_strict=True)
    assert (summary.n_stored, summary.n_bad) == (1, 1)
    assert counts(database)["edit"] == 1


def test_a_dry_run_checks_everything_and_stores_nothing(database, now) -> None:
    before = counts(database)
    summary = import_rows(database, "edits", [edit_line(1), edit_line(0)], now, is_dry_run=True)
    assert (summary.n_stored, summary.n_bad) == (1, 1)
    assert counts(database) == before


def test_more_lines_than_a_batch_all_go_in(database, now) -> None:
    lines = [edit_line(rev_id) for rev_id in range(1, BATCH_SIZE + 3)]
    assert import_rows(database, "edits", lines, now).n_stored == BATCH_SIZE + 2
    assert counts(database)["edit_diff"] == BATCH_SIZE + 2


def test_broken_json_is_a_bad_line(database, now) -> None:
    lines = [b'{"wiki": "sample-fa"\n', b"[]\n", b'{"a": 1, "a": 2}\n', b"\n"]
    summary = intake.import_edits(database, lines, Options(), now=now, progress=factories.quiet)
    assert [wrong.field for wrong in summary.bad] == ["line", "line", "line"]
    assert "'a' stands twice" in summary.bad[2].reason


def test_an_edit_without_text_is_stored_and_has_no_diff(database, now) -> None:
    import_rows(database, "edits", [edit_line(1, text_before=None, text_after=None)], now)
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 1)
    assert found is not None
    assert found.diff is None


def test_a_new_page_has_a_diff_of_additions(database, now) -> None:
    line = edit_line(1, parent_rev_id=None, text_before=None, text_after="new\ntext")
    import_rows(database, "edits", [line], now)
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 1)
    assert found is not None
    assert found.diff is not None
    assert {row.kind for row in found.diff.rows} == {"added"}
    assert found.size_change == len("new\ntext")


def test_scores_first_and_edits_later_complete_each_other(database, now) -> None:
    import_rows(database, "scores", [score_line(1)], now)
    summary = import_rows(database, "edits", [edit_line(1)], now)
    assert summary.n_completed == 1
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 1)
    assert found is not None
    assert found.edit.page_title == "Page 1"
    assert found.diff is not None
    assert import_rows(database, "edits", [edit_line(1)], now).n_known == 1


def test_what_is_known_of_an_edit_is_never_changed(database, now) -> None:
    import_rows(database, "edits", [edit_line(1)], now)
    import_rows(database, "edits", [edit_line(1, page_title="Other", comment="other")], now)
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 1)
    assert found is not None
    assert (found.edit.page_title, found.edit.comment) == ("Page 1", "a summary")


def test_what_the_wiki_hid_does_not_come_back_by_an_old_file(database, now) -> None:
    import_rows(database, "scores", [score_line(1)], now)
    with database.transaction() as session:
        session.execute(text("UPDATE edit SET is_text_hidden = true, is_comment_hidden = true"))
    import_rows(database, "edits", [edit_line(1)], now)
    after = counts(database)
    assert (after["edit_text"], after["edit_diff"], after["edit_summary"]) == (0, 0, 0)


def test_another_answer_of_the_same_model_version_is_refused(database, now) -> None:
    import_rows(database, "scores", [score_line(1, 0.25)], now)
    summary = import_rows(database, "scores", [score_line(1, 0.5)], now)
    assert "needs a new model_version" in summary.bad[0].reason
    later = import_rows(database, "scores", [score_line(1, 0.5, model_version="2")], now)
    assert later.n_stored == 1


@pytest.mark.parametrize("probability", [0.0, 1.0, 1e-17, 0.1 + 0.2])
def test_probabilities_keep_their_full_precision(database, now, probability) -> None:
    import_rows(database, "scores", [score_line(1, probability)], now)
    with database.reading() as session:
        stored = session.scalar(text("SELECT probability FROM score"))
    assert stored == probability


def test_a_model_that_does_not_say_what_it_answers_needs_a_word(database, now) -> None:
    summary = import_rows(database, "scores", [score_line(1, model="mystery")], now)
    assert "--question damaging" in summary.bad[0].reason
    told = import_rows(
        database, "scores", [score_line(1, model="mystery")], now, question="damaging"
    )
    assert told.n_stored == 1
    with pytest.raises(Invalid, match="expected one of damaging, goodfaith"):
        import_rows(database, "scores", [score_line(1)], now, question="quality")


def test_judgments_make_a_closed_campaign_of_evidence(database, now) -> None:
    import_rows(database, "judgments", [judgment_line(1, campaign="old-labels")], now)
    with database.reading() as session:
        found = session.execute(text("SELECT slug, kind, state, k FROM campaign")).one()
        task = session.execute(text("SELECT stream, inclusion_probability FROM task")).one()
    assert tuple(found) == ("old-labels", "import", "closed", 1)
    assert tuple(task) == ("import", None)


def test_names_of_imported_reviewers_are_not_kept(database, now) -> None:
    import_rows(database, "judgments", [judgment_line(1, reviewer="Maria Exemple")], now)
    with database.reading() as session:
        row = session.execute(text("SELECT * FROM reviewer")).one()
    assert "Maria" not in str(tuple(row))


def test_a_later_judgment_of_the_same_reviewer_supersedes(database, now) -> None:
    early = judgment_line(1, judged_at="2026-10-03T08:00:00Z")
    late = judgment_line(1, judged_at="2026-10-04T08:00:00Z", answers={"damaging": "yes"})
    assert import_rows(database, "judgments", [early, late], now).n_stored == 2
    with database.reading() as session:
        found = session.execute(
            text("SELECT revision, supersedes_id IS NULL FROM judgment ORDER BY revision")
        )
        assert [tuple(row) for row in found] == [(1, True), (2, False)]


def test_an_earlier_judgment_of_the_same_reviewer_is_a_conflict(database, now) -> None:
    late = judgment_line(1, judged_at="2026-10-04T08:00:00Z")
    early = judgment_line(1, judged_at="2026-10-03T08:00:00Z", answers={"damaging": "yes"})
    summary = import_rows(database, "judgments", [late, early], now)
    assert "needs a later judged_at" in summary.bad[0].reason


def test_judgments_do_not_land_in_a_wikis_own_audit(database, now) -> None:
    factories.make_campaign(database, now, kind="audit", slug="own")
    summary = import_rows(database, "judgments", [judgment_line(1001, campaign="own")], now)
    assert summary.bad[0].field == "campaign"


def test_a_bot_needs_a_name_and_does_not_fill_a_task(database, now) -> None:
    nameless = judgment_line(1, kind="bot", reviewer=None)
    named = judgment_line(1, kind="bot", reviewer="a-bot")
    summary = import_rows(database, "judgments", [nameless, named], now)
    assert (summary.bad[0].field, summary.n_stored) == ("reviewer", 1)
    with database.reading() as session:
        assert session.scalar(text("SELECT n_judgments FROM task")) == 0


def test_a_file_adds_no_edit_to_what_reviewers_are_asked(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, slug="running")
    lines = [judgment_line(rev, campaign="running") for rev in (1001, 9999)]
    summary = import_rows(database, "judgments", lines, now)
    assert (summary.n_stored, summary.bad[0].field) == (1, "rev_id")
    assert counts(database)["task"] == 1


def test_imported_judgments_that_saw_the_score_leave_their_place(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, slug="running")
    line = judgment_line(1001, campaign="running", score_seen="yes")
    assert import_rows(database, "judgments", [line], now).n_stored == 1
    with database.reading() as session:
        assert session.scalar(text("SELECT n_judgments FROM task")) == 0


def test_a_note_of_the_operator_is_stored_once_for_an_import(database, now) -> None:
    lines = [score_line(rev_id) for rev_id in range(1, BATCH_SIZE + 10)]
    import_rows(database, "scores", lines, now, note="in-sample")
    import_rows(database, "scores", lines, now, note="in-sample")
    with database.reading() as session:
        found = session.execute(text("SELECT kind, note FROM import_batch")).all()
    assert [tuple(row) for row in found] == [("scores", "in-sample")]


def test_hostile_text_is_stored_as_it_is(database, now) -> None:
    hostile = "<script>alert(1)</script>\u202e'; DROP TABLE edit; --"
    import_rows(database, "edits", [edit_line(1, page_title=hostile, text_after=hostile)], now)
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 1)
    assert found is not None
    assert found.edit.page_title == hostile


def test_the_same_edit_twice_in_a_file_is_whole_after_one_import(database, now) -> None:
    bare = {"wiki": factories.WIKI, "rev_id": 1}
    first = import_rows(database, "edits", [bare, edit_line(1)], now)
    assert (first.n_stored, first.n_completed) == (1, 1)
    before = counts(database)
    assert import_rows(database, "edits", [bare, edit_line(1)], now).n_known == 2
    assert counts(database) == before


def test_a_known_edit_completed_twice_in_a_file_does_not_stop_the_others(database, now) -> None:
    import_rows(database, "scores", [score_line(1)], now)
    summary = import_rows(database, "edits", [edit_line(1), edit_line(1), edit_line(2)], now)
    assert (summary.n_completed, summary.n_known, summary.n_stored) == (1, 1, 1)


def test_strict_stops_at_the_first_conflict_too(database, now) -> None:
    import_rows(database, "scores", [score_line(2, 0.25)], now)
    lines = [score_line(1), score_line(2, 0.75), score_line(3)]
    summary = import_rows(database, "scores", lines, now, is_strict=True)
    assert (summary.n_stored, summary.n_bad, summary.n_lines) == (1, 1, 2)
    assert counts(database)["score"] == 2


def test_a_bot_and_a_person_of_one_name_are_two(database, now) -> None:
    lines = [judgment_line(1, reviewer="X", kind=kind) for kind in ("bot", "person")]
    assert import_rows(database, "judgments", lines, now).n_stored == 2
    with database.reading() as session:
        kinds = session.scalars(text("SELECT kind FROM reviewer ORDER BY kind")).all()
    assert kinds == ["bot", "imported"]


def test_a_batch_holds_few_large_lines(database, now) -> None:
    """A small archive may unpack to hundreds of large lines."""
    seen: list[int] = []
    large = edit_line(1, comment=None, text_after="x" * 1_900_000, text_before=None)
    lines = factories.as_lines([{**large, "rev_id": n} for n in range(1, 25)])
    summary = intake.import_edits(
        database,
        lines,
        Options(is_dry_run=True),
        now=now,
        progress=lambda summary: seen.append(summary.n_lines),
    )
    assert summary.n_stored == 24
    assert len(seen) >= 2
    assert (
        max(b - a for a, b in zip([0, *seen], seen, strict=False)) <= BATCH_BYTES // 1_900_000 + 1
    )


def test_a_file_that_breaks_off_keeps_what_came_before(database, now) -> None:
    def broken():
        yield from factories.as_lines([edit_line(1), edit_line(2)])
        raise Invalid("bad-gzip", "x.gz is not a whole gzip file")

    summary = intake.import_edits(database, broken(), Options(), now=now, progress=factories.quiet)
    assert (summary.n_stored, summary.broken) == (2, "x.gz is not a whole gzip file")


def test_imports_side_by_side_store_everything_once(database, now) -> None:
    lines = [judgment_line(rev, reviewer=f"r{rev % 7}") for rev in range(1, 60)]
    failures: list[Exception] = []

    def import_all() -> None:
        try:
            import_rows(database, "judgments", lines, now)
        except Exception as error:  # noqa: BLE001  # carried to the main thread below
            failures.append(error)

    threads = [threading.Thread(target=import_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    after = counts(database)
    assert (after["judgment"], after["task"], after["campaign"]) == (59, 59, 1)

"""What the worker fetches ahead of reviewers, and what it learns of edits later: both databases."""

from dataclasses import replace

import factories
import pytest
from fake_wiki import FakeWiki
from faults import FaultServer
from sqlalchemy import text

from jadelite.audit import evidence, fetching, preparing, queue, showing, watching
from jadelite.audit.fetching import Wanted
from jadelite.audit.outside import Outside
from jadelite.audit.queue import Bench
from jadelite.db import contents, edits, facts, hiding, wikis
from jadelite.domain.diffs import Diff
from jadelite.domain.edits import Hidden, Revision
from jadelite.upstream.services import WIKI_MANNERS, Hosts

WIKI = "fawiki"


@pytest.fixture
def wiki() -> FakeWiki:
    found = FakeWiki()
    found.save(101, "first", comment="made the page")
    found.save(102, "first, then second", comment="a summary", user="Somebody")
    found.save(103, "nonsense", user="Vandal", tags=["mw-reverted"])
    found.save(104, "first, then second", user="Patroller", tags=["mw-undo"])
    return found


@pytest.fixture
def server(wiki):
    with FaultServer(good=wiki.answer, path="/w/api.php") as running:
        yield running


@pytest.fixture
def outside(services, server, tmp_path, clock):
    settings = services.settings.model_copy(update={"run_folder": tmp_path})
    shipped = Outside(settings, clock=clock).site(WIKI)
    hurried = replace(WIKI_MANNERS, read_timeout=0.3, total_timeout=0.6, rate_per_second=10_000)
    hosts = Hosts(
        wikis={WIKI: replace(shipped, api_url=server.url)}, manners={f"wiki:{WIKI}": hurried}
    )
    found = Outside(settings, clock=clock, sleep=lambda seconds: None, hosts=hosts)
    yield found
    found.close()


def know(services, *rev_ids: int) -> None:
    """Edits known by their number only, and a campaign that asks about them."""
    lines = [{"wiki": WIKI, "rev_id": rev_id} for rev_id in rev_ids]
    factories.import_rows(services.database, "edits", lines, services.clock())
    evidence.create_from_imports(
        services.database,
        "pilot",
        WIKI,
        k=2,
        with_text_only=False,
        is_dry_run=False,
        now=services.clock(),
    )


def prepare(services, outside) -> preparing.PrepareSummary:
    return preparing.prepare(services.database, outside, "pilot", clock=services.clock)


def stored(services, rev_id: int) -> edits.StoredEdit:
    with services.database.reading() as session:
        found = edits.find(session, WIKI, rev_id)
    assert found is not None
    return found


def n_rows(services, table: str) -> int:
    with services.database.reading() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")))


def test_facts_summary_and_diff_come_in_ahead_of_the_reviewer(services, outside) -> None:
    know(services, 102)
    summary = prepare(services, outside)
    assert (summary.n_edits, summary.n_diffs, summary.is_more) == (1, 1, False)
    found = stored(services, 102)
    assert found.edit.page_title == "A page"
    assert found.edit.comment == "a summary"
    assert found.edit.editor_kind == "registered"
    assert found.size_change == len(", then second")
    assert found.diff is not None
    shown = "".join(part.text for row in found.diff.rows for part in row.after or ())
    assert "first, then second" in shown


def test_the_worker_prepares_a_campaign_when_it_is_made(services, outside) -> None:
    know(services, 102, 103)
    bench = Bench(services.database, outside, services.clock)
    while queue.run_next(bench):
        pass
    assert stored(services, 102).diff is not None
    assert stored(services, 103).diff is not None


def test_one_bad_revision_spoils_one(services, outside) -> None:
    know(services, 101, 102, 999)
    summary = prepare(services, outside)
    assert (summary.n_diffs, summary.n_gone) == (2, 1)
    assert stored(services, 999).is_text_hidden


def test_whether_and_by_what_an_edit_was_undone_is_kept_beside_the_judgments(
    services, outside
) -> None:
    know(services, 102, 103)
    prepare(services, outside)
    with services.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT e.rev_id, r.by_rev_id, r.kind FROM edit_revert r"
                " JOIN edit e ON e.edit_id = r.edit_id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [(103, 104, "tag")]
    assert n_rows(services, "judgment") == 0


def test_consecutive_edits_of_one_editor_have_a_combined_diff(services, wiki, outside) -> None:
    wiki.save(105, "first, then second, third", user="Busy")
    wiki.save(106, "first, then second, third, fourth", user="Busy")
    know(services, 106)
    prepare(services, outside)
    with services.database.reading() as session:
        combined = contents.combined_of(session, stored(services, 106).edit_id)
    assert combined is not None
    assert (combined.first_rev_id, combined.last_rev_id) == (105, 106)


def test_a_wiki_that_does_not_answer_leaves_its_edits_waiting(services, server, outside) -> None:
    know(services, 102)
    server.play("hang")
    summary = prepare(services, outside)
    assert (summary.n_unanswered, summary.is_more) == (1, False)
    assert stored(services, 102).diff is None
    server.play("good")
    assert prepare(services, outside).n_unanswered in (0, 1)  # its circuit may still rest


def test_a_diff_that_fails_for_now_is_tried_again_after_the_others(services, outside) -> None:
    know(services, 101, 102)
    with services.database.transaction() as session:
        facts.set_no_diff(session, stored(services, 101).edit_id, "transient")
    with services.database.reading() as session:
        waiting = facts.unprepared(session, "pilot", 10)
    assert [item.rev_id for item in waiting] == [102, 101]
    prepare(services, outside)
    assert stored(services, 101).no_diff_reason is None


def test_what_was_prepared_is_not_asked_for_again(services, server, outside) -> None:
    know(services, 102)
    prepare(services, outside)
    server.forget()
    assert prepare(services, outside).n_edits == 0
    assert server.requests == []


def test_what_the_wiki_hides_later_is_gone_after_one_look(services, wiki, outside, clock) -> None:
    know(services, 102, 103)
    prepare(services, outside)
    wiki.revs[102].hidden.update({"text", "editor", "comment"})
    clock.move(minutes=1)
    summary = watching.watch(services.database, outside, clock=clock)
    assert summary.n_erased >= 1
    found = stored(services, 102)
    assert (found.diff, found.edit.comment, found.is_text_hidden) == (None, None, True)


def test_an_edit_undone_later_is_noticed_by_the_look(services, wiki, outside, clock) -> None:
    know(services, 104)
    prepare(services, outside)
    assert n_rows(services, "edit_revert") == 0
    wiki.revs[104].tags.append("mw-reverted")
    wiki.save(107, "nonsense", user="Vandal", timestamp="2026-11-22T10:00:00Z")
    clock.move(minutes=1)
    watching.watch(services.database, outside, clock=clock)
    assert n_rows(services, "edit_revert") == 1


def test_the_local_model_scores_texts_that_the_wiki_shows(services, outside) -> None:
    summary = fetching.fetch_scores(
        services.database,
        outside,
        WIKI,
        "local-damaging",
        Wanted(rev_ids=[101, 102, 103, 999]),
        clock=services.clock,
        progress=lambda summary: None,
    )
    assert summary.n_stored == 2
    assert dict(summary.failed) == {"not-scorable": 1, "missing": 1}
    assert n_rows(services, "edit_text") == 0  # read for scoring, not kept


def test_recent_changes_are_known_by_their_facts_only(services, outside) -> None:
    summary = fetching.fetch_scores(
        services.database,
        outside,
        WIKI,
        "local-damaging",
        Wanted(recent=3),
        clock=services.clock,
        progress=lambda summary: None,
    )
    assert (summary.n_edits, summary.n_stored) == (3, 3)
    assert stored(services, 103).edit.page_title == "A page"
    assert n_rows(services, "editor_name") == 0
    assert n_rows(services, "edit_summary") == 0


def test_a_reviewer_sees_the_prepared_diff_without_any_wiki(services, server, outside) -> None:
    know(services, 102)
    prepare(services, outside)
    server.play("refused")
    page = showing.edit_page(services.database, WIKI, 102)
    assert page.edit.diff is not None


def look(services, outside, clock) -> None:
    clock.move(minutes=1)
    watching.watch(services.database, outside, clock=clock)


def test_a_hidden_text_goes_from_the_diff_of_the_edit_after_it_too(
    services, wiki, outside, clock
) -> None:
    know(services, 103)  # the one before is known by nothing
    prepare(services, outside)
    assert stored(services, 103).diff is not None
    wiki.revs[102].hidden.add("text")
    look(services, outside, clock)
    assert stored(services, 103).diff is None
    assert not stored(services, 103).is_text_hidden


def test_a_hidden_text_goes_from_the_combined_diff_that_begins_at_it(
    services, wiki, outside, clock
) -> None:
    wiki.save(105, "third", user="Busy")
    wiki.save(106, "fourth", user="Busy")
    know(services, 106)
    prepare(services, outside)
    edit_id = stored(services, 106).edit_id
    wiki.revs[104].hidden.add("text")
    look(services, outside, clock)
    with services.database.reading() as session:
        assert contents.combined_of(session, edit_id) is None


def test_what_is_hidden_while_it_is_prepared_is_not_stored(services, outside, now) -> None:
    know(services, 103)
    with services.database.transaction() as session:
        wiki_id = wikis.find(session, WIKI)
        hiding.apply(session, wiki_id, [(102, Hidden(text=True), now)], now)
        facts.store(session, wiki_id, [_revision(103, parent=102)], now)
        new = contents.NewContent(edit_id=stored(services, 103).edit_id, diff=Diff((), 0, 0))
        assert not facts.add_diff(session, new, now)
    assert stored(services, 103).no_diff_reason == "hidden"


def test_an_edit_that_was_missing_for_a_moment_comes_back(services, wiki, outside, clock) -> None:
    know(services, 102)
    prepare(services, outside)
    wiki.deleted.add(102)
    look(services, outside, clock)
    assert stored(services, 102).is_text_hidden
    wiki.deleted.clear()
    look(services, outside, clock)
    assert not stored(services, 102).is_text_hidden
    prepare(services, outside)
    assert stored(services, 102).diff is not None


def test_erased_bytes_are_scrubbed_even_if_the_process_was_killed_before(
    services, wiki, outside, clock
) -> None:
    know(services, 102)
    prepare(services, outside)
    with services.database.transaction() as session:  # and then the process dies
        wiki_id = wikis.find(session, WIKI)
        hiding.apply(session, wiki_id, [(102, Hidden(text=True), clock())], clock())
    with services.database.reading() as session:
        kinds = set(session.scalars(text("SELECT kind FROM work")))
    assert hiding.SCRUB in kinds
    bench = Bench(services.database, outside, clock)
    while queue.run_next(bench):
        pass
    with services.database.reading() as session:
        assert hiding.SCRUB not in set(session.scalars(text("SELECT kind FROM work")))


def test_texts_imported_after_the_wikis_own_diff_are_taken(services, outside, now) -> None:
    know(services, 102)
    prepare(services, outside)
    line = factories.edit_line(102, wiki=WIKI, parent_rev_id=101)
    summary = factories.import_rows(services.database, "edits", [line], now)
    assert (summary.n_completed, summary.n_bad) == (1, 0)
    assert n_rows(services, "edit_text") == 1


def test_services_words_about_a_hidden_edit_are_not_kept(services, now) -> None:
    know(services, 102)
    with services.database.transaction() as session:
        wiki_id = wikis.find(session, WIKI)
        hiding.apply(session, wiki_id, [(102, Hidden(editor=True), now)], now)
    failure = {"reason": "deleted", "detail": "user CANARY said"}
    line = {**factories.score_line(102, wiki=WIKI), "failure": failure}
    del line["probabilities"], line["prediction"]
    factories.import_rows(services.database, "scores", [line], now)
    with services.database.reading() as session:
        assert session.scalar(text("SELECT detail FROM score_failure")) is None


def _revision(rev_id: int, *, parent: int) -> Revision:
    return Revision(
        wiki=WIKI,
        rev_id=rev_id,
        parent_rev_id=parent,
        page_id=None,
        page_title=None,
        namespace=None,
        timestamp=None,
        size_change=None,
        tags=(),
        comment=None,
        editor_name=None,
        editor_kind="unknown",
        content_model=None,
        sha1=None,
        hidden=Hidden(),
    )

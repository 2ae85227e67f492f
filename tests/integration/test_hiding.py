"""What a wiki hid is gone: from tables, lists, reports and files, in whatever order it is heard."""

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import factories
import hidden
import pytest
from hidden import ALL, WIKI
from sqlalchemy import select, text

from jadelite.audit import assigning as taking
from jadelite.audit import hiding as polling
from jadelite.audit import judging, reporting, reports, reviewing, showing
from jadelite.db import (
    assigning,
    campaigns,
    contents,
    edits,
    hiding,
    judgments,
    masking,
    tasks,
)
from jadelite.db.contents import CombinedDiff, NewContent
from jadelite.db.session import Database
from jadelite.db.tables import (
    ContentKeyRow,
    EditDiffRow,
    EditorNameRow,
    EditRow,
    EditSummaryRow,
    EditTextRow,
    EventRow,
    JudgmentRow,
    NoteRow,
    ScoreFailureRow,
)
from jadelite.domain.diffs import Diff
from jadelite.domain.edits import Hidden, MissingRevision, Revision
from jadelite.domain.errors import NotFound
from jadelite.domain.judgments import Draft
from jadelite.upstream.answers import Failed
from jadelite.wiki.api import WikiError

TEXT = Hidden(text=True)
NOTHING = Hidden()
CONTENT_TABLES = (EditTextRow, EditDiffRow, EditSummaryRow, EditorNameRow, NoteRow, ContentKeyRow)
ANSWERS = {"damaging": "no", "goodfaith": "yes"}


def revision(wiki: str, rev_id: int, what: Hidden = NOTHING) -> Revision:
    return Revision(
        wiki, rev_id, None, None, None, None, None, None, (), None, None, "unknown", None, None,
        hidden=what,
    )  # fmt: skip


def judge(database: Database, now, task_id: int, note: str | None, slug: str = "a-campaign"):
    actor = factories.make_reviewer(database, now)
    assert take(database, actor, now, slug) == task_id
    draft = Draft(task_id, ANSWERS, note, "en")
    judging.record(database, actor, draft, now=now, report_delay_seconds=0)
    return actor


def take(database: Database, actor, now, slug: str = "a-campaign") -> int | None:
    found = taking.take_tasks(database, actor, slug, now=now, lease_seconds=600, daily_cap=100)
    return found[0] if found else None


def task_of(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(text("SELECT max(task_id) FROM task"))


def rows_left(database: Database) -> dict[str, int]:
    with database.reading() as session:
        found = {
            table.__tablename__: len(session.execute(select(table)).all())
            for table in CONTENT_TABLES  # an edit stays watched: it may be shown again
        }
    return {name: n for name, n in found.items() if n}


def flags(database: Database, rev_id: int = 1001) -> tuple[Hidden, object, str | None]:
    with database.reading() as session:
        row = session.scalar(select(EditRow).where(EditRow.rev_id == rev_id))
        assert row is not None
        what = Hidden(
            text=row.is_text_hidden, editor=row.is_editor_hidden, comment=row.is_comment_hidden
        )
        return what, row.visibility_at, row.no_diff_reason


def test_hiding_all_erases_every_part_and_its_keys(database: Database, now) -> None:
    hidden.plant(database, now)
    judge(database, now, task_of(database), "a note")
    assert set(rows_left(database)) == {t.__tablename__ for t in CONTENT_TABLES}
    assert len(hidden.hide(database, now, 1001)) == 1
    assert rows_left(database) == {}
    assert flags(database) == (ALL, now, "hidden")


@pytest.mark.parametrize(
    ("what", "gone"),
    [
        (Hidden(text=True), {"edit_text", "edit_diff", "note"}),
        (Hidden(editor=True), {"editor_name", "note"}),
        (Hidden(comment=True), {"edit_summary", "note"}),
    ],
)
def test_only_what_is_hidden_goes_and_the_notes(database: Database, now, what, gone) -> None:
    hidden.plant(database, now)
    judge(database, now, task_of(database), "a note")
    before = set(rows_left(database))
    hidden.hide(database, now, 1001, hidden=what)
    assert before - set(rows_left(database)) == gone


def test_the_words_of_a_score_service_go_too(database: Database, now) -> None:
    hidden.plant(database, now)
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO score_failure (edit_id, model_id, source, reason, detail, failed_at)"
                " SELECT edit_id, model_id, 'x', 'transient', 'it quotes', '2026-01-01'"
                " FROM edit, model"
            )
        )
    hidden.hide(database, now, 1001)
    with database.reading() as session:
        assert session.scalars(select(ScoreFailureRow.detail)).all() == [None]


def test_one_event_says_which_parts_and_no_names(database: Database, now) -> None:
    words = hidden.plant(database, now)
    hidden.hide(database, now, 1001, hidden=Hidden(comment=True))
    hidden.hide(database, now + timedelta(1), 1001)
    hidden.hide(database, now + timedelta(2), 1001)
    with database.reading() as session:
        found = session.scalars(
            select(EventRow).where(EventRow.kind == "edit.hidden").order_by(EventRow.event_id)
        ).all()
        edit_id = session.scalar(select(EditRow.edit_id))
    assert [row.details for row in found] == [{"parts": ["comment"]}, {"parts": ["text", "editor"]}]
    assert {row.subject for row in found} == {f"edit:{edit_id}"}
    assert not any(word in json.dumps(row.details) for row in found for word in words.values())


def test_the_order_in_which_changes_are_heard_does_not_matter(database: Database, now) -> None:
    with database.transaction() as session:
        wiki_id = hidden.wiki_id(session)
    said = [
        (Hidden(text=True), now),
        (Hidden(), now + timedelta(seconds=1)),
        (Hidden(comment=True), now + timedelta(seconds=2)),
        (Hidden(editor=True), now + timedelta(seconds=2)),
    ]
    want = (Hidden(editor=True, comment=True), now + timedelta(seconds=2), None)
    for rev_id, order in enumerate(itertools.permutations(said), start=1):
        with database.transaction() as session:
            for what, at in order:
                hiding.apply(session, wiki_id, [(rev_id, what, at)], now)
        assert flags(database, rev_id)[:2] == want[:2], order
    for rev_id, order in enumerate(itertools.permutations(said), start=101):
        with database.transaction() as session:
            hiding.apply(session, wiki_id, [(rev_id, *one) for one in order], now)
        assert flags(database, rev_id) == want, order


def test_an_older_word_changes_nothing(database: Database, now) -> None:
    hidden.plant(database, now)
    hidden.hide(database, now, 1001, hidden=Hidden())
    assert hidden.hide(database, now - timedelta(seconds=1), 1001) == set()
    assert flags(database)[0] == Hidden()
    assert "edit_text" in rows_left(database)


def test_an_edit_hidden_before_it_was_known_stays_empty(database: Database, now) -> None:
    hidden.hide(database, now, 1001)
    hidden.plant(database, now)
    # The name came by a use case that asks nobody; the wiki's next word takes it away.
    assert set(rows_left(database)) <= {"editor_name", "content_key"}
    hidden.hide(database, now, 1001)
    assert rows_left(database) == {}


def test_old_files_bring_nothing_back(database: Database, now) -> None:
    line = factories.edit_line(1001, wiki=WIKI)
    judged = factories.judgment_line(1001, wiki=WIKI, note="a note")
    factories.import_rows(database, "edits", [line], now)
    factories.import_rows(database, "judgments", [judged], now)
    hidden.hide(database, now, 1001)
    factories.import_rows(database, "edits", [line, line], now)
    factories.import_rows(database, "judgments", [judged], now)
    assert rows_left(database) == {}


def test_no_new_note_is_stored_on_an_edit_with_anything_hidden(database: Database, now) -> None:
    hidden.hide(database, now, 1001, hidden=Hidden(editor=True))
    rows = [
        factories.judgment_line(rev_id, wiki=WIKI, note=f"a note {rev_id}")
        for rev_id in (1001, 1002)
    ]
    assert factories.import_rows(database, "judgments", rows, now).n_stored == 2
    with database.reading() as session:
        found = session.scalars(select(JudgmentRow.judgment_id)).all()
        notes = [judgment.note for n in (1, 2) for judgment in judgments.of_edit(session, n)]
    assert len(found) == 2
    assert notes == [None, "a note 1002"]
    assert rows_left(database) == {"note": 1, "content_key": 1}


def test_an_old_file_does_not_bring_the_text_back_with_the_edit_after_it(
    database: Database, now
) -> None:
    bare = [factories.score_line(1002, wiki=WIKI)]
    factories.import_rows(database, "scores", bare, now)
    hidden.hide(database, now, 1001, hidden=TEXT)
    rows = [
        factories.edit_line(1002, wiki=WIKI, comment=None),
        factories.edit_line(1003, wiki=WIKI, comment=None, parent_rev_id=1001),
    ]
    for _ in range(2):
        factories.import_rows(database, "edits", rows, now)
        assert rows_left(database) == {}
        assert flags(database, 1002) == (NOTHING, None, "hidden")
        assert flags(database, 1003) == (NOTHING, None, "hidden")


def test_the_kind_of_a_hidden_editor_is_not_known(database: Database, now) -> None:
    factories.import_rows(database, "edits", [factories.edit_line(1001, wiki=WIKI)], now)
    hidden.hide(database, now, 1001, hidden=Hidden(editor=True))
    with database.reading() as session:
        found = edits.find(session, WIKI, 1001)
    assert found is not None
    assert found.edit.editor_kind == "unknown"


def test_what_is_visible_again_may_be_fetched_anew(database: Database, now) -> None:
    hidden.plant(database, now)
    hidden.hide(database, now, 1001)
    later = now + timedelta(seconds=1)
    assert hidden.hide(database, later, 1001, hidden=Hidden()) == set()
    assert flags(database) == (Hidden(), later, None)
    assert rows_left(database) == {}
    factories.import_rows(database, "edits", [factories.edit_line(1001, wiki=WIKI)], now)
    with database.reading() as session:
        found = edits.find(session, WIKI, 1001)
    assert found is not None
    assert found.diff is not None


def test_contents_that_slipped_in_go_with_the_next_word(database: Database, now) -> None:
    hidden.hide(database, now, 1001)
    with database.transaction() as session:
        edit_id = edits.ids_by_rev(session, hidden.wiki_id(session), [1001])[1001]
        contents.add(session, [NewContent(edit_id, comment="slipped in")], now)
    assert hidden.hide(database, now, 1001) == {edit_id}
    assert rows_left(database) == {}


def test_a_deleted_page_hides_all_its_revisions(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in (1, 4, 7)]
    factories.import_rows(database, "edits", rows, now)
    with database.transaction() as session:
        session.execute(text("UPDATE edit SET page_id = CASE rev_id WHEN 7 THEN 8 ELSE 7 END"))
        wiki_id = hidden.wiki_id(session)
        lost = hiding.hide_pages(session, wiki_id, [7, 7, 99], now, now)
        assert hiding.hide_pages(session, wiki_id + 1, [8], now, now) == set()
    assert len(lost) == 2
    assert [flags(database, rev_id)[0] for rev_id in (1, 4, 7)] == [ALL, ALL, Hidden()]


def test_the_text_goes_from_the_diff_of_the_edit_after_it(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in (1001, 1002, 1003)]
    other = factories.edit_line(1002, wiki="fiwiki")
    factories.import_rows(database, "edits", [*rows, other], now)
    lost = hidden.hide(database, now, 1001, hidden=TEXT)
    assert len(lost) == 2
    assert flags(database, 1003) == (Hidden(), None, None)
    with database.reading() as session:
        found = {
            (stored.wiki.dbname, stored.edit.rev_id): (
                stored.diff is not None,
                stored.no_diff_reason,
                stored.is_text_hidden,
            )
            for stored in (edits.load(session, edit_id) for edit_id in range(1, 5))
            if stored
        }
    assert found == {
        (WIKI, 1001): (False, "hidden", True),
        (WIKI, 1002): (False, "hidden", False),
        (WIKI, 1003): (True, None, False),
        ("fiwiki", 1002): (True, None, False),
    }
    hidden.hide(database, now + timedelta(1), 1001, hidden=Hidden())
    with database.reading() as session:
        again = edits.find(session, WIKI, 1002)
    assert again is not None
    assert again.no_diff_reason is None


def test_the_text_goes_from_combined_diffs_around_it(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in (1001, 1004, 1010)]
    factories.import_rows(database, "edits", rows, now)
    with database.transaction() as session:
        session.execute(text("UPDATE edit SET page_id = CASE rev_id WHEN 1010 THEN 8 ELSE 7 END"))
        ids = edits.ids_by_rev(session, hidden.wiki_id(session), [1004, 1010])
        for rev_id in (1004, 1010):
            combined = CombinedDiff(1002, 1003, 1005, Diff((), 0, 0))
            contents.add_combined(session, ids[rev_id], combined, origin="wiki", now=now)
    assert ids[1004] in hidden.hide(database, now, 1001, hidden=TEXT)
    with database.reading() as session:
        assert contents.combined_of(session, ids[1004]) is None
        assert contents.combined_of(session, ids[1010]) is not None


def test_many_changes_take_few_statements(database: Database, now, count_queries) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in range(1, 201)]
    factories.import_rows(database, "edits", rows, now)
    with database.transaction() as session:
        wiki_id = hidden.wiki_id(session)
        with count_queries() as count:
            hiding.apply(session, wiki_id, [(n, ALL, now) for n in range(1, 401)], now)
        assert count() <= 40, count()
    assert rows_left(database) == {}


def test_two_who_hide_the_same_at_once_do_not_get_in_each_others_way(
    database: Database, now
) -> None:
    def hide_all(way: int) -> None:
        for first in range(1, 200, 20):
            hidden.hide(database, now, *list(range(first, first + 40))[::way])

    hidden.hide(database, now, 999)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hide_all, (1, -1)))
    with database.reading() as session:
        found = session.execute(select(EditRow.is_text_hidden)).scalars().all()
    assert found == [True] * 221


def test_nobody_is_given_an_edit_whose_text_is_hidden(database: Database, now) -> None:
    task_ids = factories.make_campaign(database, now, wiki=WIKI, kind="import", n_edits=3)
    actor = factories.make_reviewer(database, now)
    held = take(database, actor, now)
    hidden.hide(database, now, *(1001 + n for n in range(3) if task_ids[n] == held))
    given = take(database, actor, now)
    assert given not in (None, held)
    hidden.hide(database, now, *(1001 + n for n in range(3) if task_ids[n] == given))
    last = take(database, actor, now)
    assert last not in (None, held, given)
    assert reports.campaign_page(database, actor, "a-campaign", now=now).n_left == 1
    hidden.hide(database, now, 1001, 1002, 1003)
    assert take(database, actor, now) is None


def test_the_one_edit_left_is_found_among_many_hidden_ones(database: Database, now) -> None:
    task_ids = factories.make_campaign(database, now, wiki=WIKI, kind="import", n_edits=60)
    hidden.hide(database, now, *range(1001, 1060))
    assert take(database, factories.make_reviewer(database, now), now) == task_ids[-1]


@pytest.mark.long
def test_every_edit_that_is_not_hidden_is_given_as_often(sqlite_database, now) -> None:
    task_ids = factories.make_campaign(sqlite_database, now, wiki=WIKI, kind="import", n_edits=20)
    hidden.hide(sqlite_database, now, *range(1001, 1011))
    actor = factories.make_reviewer(sqlite_database, now)
    with sqlite_database.reading() as session:
        campaign = campaigns.by_slug(session, "a-campaign")
        rng = Random(20261122)
        given: Counter[int] = Counter()
        for _ in range(2000):
            point = rng.getrandbits(assigning.PLACE_BITS)
            reviewer_id = actor.reviewer_id
            found = assigning.near(
                session, campaign.campaign_id, reviewer_id, "probability", point, now=now
            )
            given[rng.choice(found)] += 1
    assert set(given) == set(task_ids[10:])
    assert 130 <= min(given.values()) <= max(given.values()) <= 280  # 200 each, five sigma


def test_a_judgment_of_a_hidden_edit_is_refused_with_its_note(database: Database, now) -> None:
    hidden.plant(database, now)
    task_id = task_of(database)
    first = judge(database, now, task_id, "a note")
    second = factories.make_reviewer(database, now)
    take(database, second, now)
    hidden.hide(database, now, 1001)
    draft = Draft(task_id, ANSWERS, "a note that comes late", "en")
    options = {"now": now, "report_delay_seconds": 0}
    with pytest.raises(NotFound):
        judging.record(database, second, draft, **options)
    with pytest.raises(NotFound):
        judging.revise(database, first, draft, **options)
    with pytest.raises(NotFound):
        taking.skip(database, second, task_id, "other", now=now)
    for actor, page in ((second, reviewing.review_page), (first, reviewing.reveal_page)):
        with pytest.raises(NotFound):
            page(database, actor, task_id)
    assert rows_left(database) == {}


def test_judgments_stay_and_count_and_no_report_names_the_edit(database: Database, now) -> None:
    hidden.plant(database, now, n_edits=2, k=1)
    actor = factories.make_reviewer(database, now)
    for _ in range(2):
        draft = Draft(take(database, actor, now) or 0, ANSWERS, None, "en")
        judging.record(database, actor, draft, now=now, report_delay_seconds=0)
    before = reporting.compute(database, "a-campaign", now=now)
    assert listed(before) == {1001, 1002}
    hidden.hide(database, now, 1001)
    frozen = reports.report_page(database, "a-campaign").report
    assert frozen is not None
    assert listed(frozen) == {1002}
    assert all(found.n_masked == 0 for found in frozen.questions[0].models[0].lists)
    anew = reporting.compute(database, "a-campaign", now=now)
    assert anew.to_json() == before.to_json()
    shown = reports.report_page(database, "a-campaign").report
    assert shown is not None
    assert listed(shown) == {1002}
    with database.reading() as session:
        assert len(judgments.of_edit(session, 1)) == 1


def listed(report) -> set[int]:
    return {
        item.rev_id
        for question in report.questions
        for model in question.models
        for found in model.lists
        for item in found.first
    }


def test_an_edit_page_of_a_hidden_edit_is_that_of_an_unknown_one(database: Database, now) -> None:
    hidden.plant(database, now)
    factories.set_state(database, "a-campaign", "closed", now=now)
    hidden.hide(database, now, 1001, hidden=TEXT)
    said = []
    for rev_id in (1001, 9999):
        with pytest.raises(NotFound) as caught:
            showing.edit_page(database, WIKI, rev_id)
        said.append((caught.value.code, caught.value.detail.replace(str(rev_id), "N")))
    assert said[0] == said[1]


def test_the_poll_applies_what_the_wiki_says(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in (1, 4, 7)]
    rows.append(factories.edit_line(5))  # of a sample wiki: nobody to ask
    factories.import_rows(database, "edits", rows, now)
    asked: list[tuple[str, list[int]]] = []

    def fetch(wiki: str, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
        asked.append((wiki, list(rev_ids)))
        with database.transaction() as session:  # it waits for ever if one is open
            hidden.wiki_id(session)
        return [
            revision(wiki, 1, Hidden(comment=True)),
            MissingRevision(wiki, 4),
            revision(wiki, 7),
            revision(wiki, 5, ALL),
        ]

    assert polling.check(database, fetch, now=now + timedelta(seconds=44)).n_asked == 0
    later = now + timedelta(seconds=600)
    found = polling.check(database, fetch, now=later)
    assert asked == [(WIKI, [1, 4, 7, 3, 6])]  # and those before, whose texts are in their diffs
    assert (found.n_asked, found.n_hidden, found.n_missing, found.n_erased) == (3, 2, 1, 2)
    assert found.is_scrubbed
    assert found.failures == ()
    assert flags(database, 1) == (Hidden(comment=True), later, None)
    assert flags(database, 4) == (ALL, later, "hidden")
    assert flags(database, 7) == (Hidden(), None, None)
    assert flags(database, 5) == (Hidden(), None, None)
    assert polling.check(database, fetch, now=later).n_asked == 0
    with database.reading() as session:
        watched = hiding.due(session, before=later, limit=9)
    assert [item.rev_id for item in watched] == [1, 4, 7]  # what is hidden may be shown again


@pytest.mark.parametrize(
    "error",
    [
        Failed("transient", "it does not answer"),
        NotFound("no-site", "it does not answer"),
        WikiError("readonly", "it does not answer"),
    ],
)
def test_a_wiki_that_does_not_answer_keeps_nobody_waiting(database: Database, now, error) -> None:
    rows = [factories.edit_line(rev_id, wiki="fiwiki") for rev_id in range(1, 121, 3)]
    factories.import_rows(database, "edits", rows, now - timedelta(seconds=1))
    factories.import_rows(database, "edits", [factories.edit_line(500, wiki=WIKI)], now)
    calls = []

    def fetch(wiki: str, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
        calls.append(wiki)
        if wiki == "fiwiki":
            raise error
        return [revision(wiki, rev_id) for rev_id in rev_ids]

    later = now + timedelta(hours=1)
    found = polling.check(database, fetch, now=later, limit=10)
    assert calls == ["fiwiki", WIKI]
    assert found.n_asked == 1
    assert [failure.wiki for failure in found.failures] == ["fiwiki"]
    assert "it does not answer" in found.failures[0].detail
    with database.reading() as session:
        left = hiding.due(session, before=later - timedelta(seconds=600), limit=500)
    assert len(left) == 40


def test_a_wiki_that_leaves_some_out_is_not_asked_for_ever(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in range(1, 200, 3)]
    factories.import_rows(database, "edits", rows, now)
    calls = []

    def fetch(wiki: str, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
        calls.append(len(rev_ids))
        return [revision(wiki, rev_id) for rev_id in rev_ids if rev_id != 1]

    found = polling.check(database, fetch, now=now + timedelta(hours=1))
    assert calls == [99]  # fifty edits and the ones before them
    assert found.n_asked == 49
    assert "said nothing of 1 of 50" in found.failures[0].detail


def test_the_limit_of_a_round_holds(database: Database, now) -> None:
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in range(1, 400, 3)]
    factories.import_rows(database, "edits", rows, now)

    def fetch(wiki: str, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
        return [revision(wiki, rev_id) for rev_id in rev_ids]

    n_asked = [
        polling.check(database, fetch, now=now + timedelta(hours=1), limit=60).n_asked
        for _ in range(4)
    ]
    assert n_asked == [60, 60, 13, 0]


def test_scrubbing_waits_for_readers_and_says_if_they_stay(sqlite_database, now) -> None:
    hidden.plant(sqlite_database, now)
    log = hidden.data_folder(sqlite_database) / "test.sqlite3-wal"
    with sqlite_database.reading() as session:
        session.execute(text("SELECT count(*) FROM edit"))
        with sqlite_database.transaction() as other:
            hidden.wiki_id(other)
            other.execute(text("UPDATE edit SET page_id = 5"))
        assert not sqlite_database.scrub(tries=2)
    assert log.stat().st_size > 0
    assert sqlite_database.scrub()
    assert log.stat().st_size == 0


def test_the_search_finds_what_is_plain(database: Database, now) -> None:
    """Negative control: a title is not sealed, so it lies in the files as it is."""
    words = hidden.canaries()
    line = factories.edit_line(1, wiki=WIKI, page_title=words["note"], comment=words["comment"])
    factories.import_rows(database, "edits", [line], now)
    found = hidden.bytes_on_disk(database, hidden.spellings(words))
    assert found == set(hidden.spellings({"note": words["note"]})) - {
        json.dumps(words["note"])[1:-1].encode()
    }


@pytest.mark.parametrize("way", ["event", "poll"])
def test_no_byte_of_what_was_hidden_is_left_on_disk(
    database: Database, now, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    words = hidden.plant(database, now, k=2)
    judge(database, now, task_of(database), words["note"])
    reporting.compute(database, "a-campaign", now=now)
    sealed = secrets_in(database)
    assert len(sealed) == 9  # four keys; text, diff, summary, name, note
    if way == "event":
        hidden.hide(database, now, 1001)
    else:
        later = now + timedelta(hours=1)
        found = polling.check(database, lambda w, r: [MissingRevision(w, 1001)], now=later)
        assert (found.n_erased, found.is_scrubbed) == (1, True)
    reporting.compute(database, "a-campaign", now=now)
    assert rows_left(database) == {}
    assert hidden.bytes_on_disk(database, hidden.spellings(words)) == set()
    assert not any(word in caplog.text for word in words.values())
    if database.is_sqlite:  # PostgreSQL keeps sealed bytes and keys until their place is used again
        assert hidden.bytes_on_disk(database, sealed) == set()


def secrets_in(database: Database) -> list[bytes]:
    """Keys, and the first bytes of everything sealed."""
    columns = [ContentKeyRow.key, *(table.sealed for table in CONTENT_TABLES[:-1])]
    with database.reading() as session:
        return [
            bytes(value)[:32] for column in columns for value in session.scalars(select(column))
        ]


def test_the_search_finds_keys_before_they_are_dropped(sqlite_database, now) -> None:
    """Negative control of the stronger promise on SQLite."""
    hidden.plant(sqlite_database, now)
    found = secrets_in(sqlite_database)
    assert hidden.bytes_on_disk(sqlite_database, found) == set(found)


def test_a_task_of_a_hidden_edit_is_as_if_unknown(database: Database, now) -> None:
    task_ids = factories.make_campaign(database, now, wiki=WIKI, kind="import", n_edits=1)
    hidden.hide(database, now, 1001)
    with database.reading() as session:
        assert tasks.get(session, task_ids[0]) is None
        assert masking.hidden_revisions(session, WIKI, [1001, 1002]) == {1001}
        assert masking.hidden_revisions(session, "fiwiki", [1001]) == set()

"""The worker beside a real wiki: pages are ready before anybody looks, and forget what it hid."""

import json
import signal
import time
import uuid
from collections.abc import Callable, Iterator

import hidden
import pytest
from real_servers import MediaWiki
from sqlalchemy import select

from jadelite import worker
from jadelite.db.session import Database
from jadelite.db.tables import (
    ContentKeyRow,
    EditDiffRow,
    EditorNameRow,
    EditRevertRow,
    EditRow,
    EditSummaryRow,
    EditTextRow,
)

pytestmark = pytest.mark.peer

SLUG = "a-campaign"
ALL_KEPT = {
    "edit_diff", "edit_summary", "editor_name", "key of text", "key of comment", "key of editor",
}  # fmt: skip
KINDS = (
    "vandal_blank",
    "vandal_gibberish",
    "good_ip_addition",
    "hostile_text",
    "rtl_arabic_good",
    "good_newcomer_mixed",
    "protect_null_revision",
    "revdel_text_next",
    "suppressed_all",
    "deleted_page_rev2",
    "temp_user",
)


@pytest.fixture
def run_round(services, mediawiki) -> Iterator[Callable[[], int]]:
    """One round of the worker in this process, with the clock of the test."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield lambda: worker.run(services, is_once=True)
    for number, handler in kept.items():
        signal.signal(number, handler)


def open_campaign(jadelite, rev_ids: list[int]) -> None:
    """Edits come in by their scores, a campaign is opened over them, a worker prepares it."""
    done = jadelite(
        "scores", "fetch", "--wiki", "testwiki", "--model", "own-damaging", "--revisions", "-",
        stdin="".join(f"{rev_id}\n" for rev_id in rev_ids),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = jadelite("campaigns", "create", SLUG, "--wiki", "testwiki", "--evidence")
    assert f"is open with {len(rev_ids)} edits" in done.stdout, done.stderr
    done = jadelite("worker", "run", "--once")
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stderr


def stored(database: Database) -> dict[int, EditRow]:
    with database.reading() as session:
        return {row.rev_id: row for row in session.scalars(select(EditRow))}


def test_review_pages_are_whole_while_the_wiki_is_down(
    jadelite, mediawiki, database, reader
) -> None:
    kinds = {kind: mediawiki.kinds[kind] for kind in KINDS}
    open_campaign(jadelite, list(kinds.values()))
    rows = stored(database)
    assert rows[kinds["suppressed_all"]].is_text_hidden
    assert rows[kinds["deleted_page_rev2"]].is_text_hidden
    assert rows[kinds["revdel_text_next"]].no_diff_reason == "hidden"
    shown = {kind: rev_id for kind, rev_id in kinds.items() if not rows[rev_id].is_text_hidden}
    up = {kind: reader.get(f"/edits/testwiki/{rev_id}").words for kind, rev_id in shown.items()}
    mediawiki.stop()
    try:
        begin = time.monotonic()
        for kind, rev_id in shown.items():
            assert reader.get(f"/edits/testwiki/{rev_id}").words == up[kind]
        n_judged = judge_all(reader)
        assert (time.monotonic() - begin) / (len(shown) + n_judged) < 1
    finally:
        mediawiki.start()
    assert n_judged == len(shown)
    for kind, said in {
        "vandal_gibberish": "STINKS LOL!!!!!!",
        "good_ip_addition": "The iron bridge was built in 1878.",
        "hostile_text": "<script>alert(1)</script>",
        "rtl_arabic_good": "٤٢ كم",
        "temp_user": "written while logged out",
        "protect_null_revision": "This edit changed nothing in the text.",
    }.items():
        assert said in up[kind], kind
    assert "<script>alert(1)" not in reader.get(f"/edits/testwiki/{kinds['hostile_text']}").text
    with database.reading() as session:
        query = select(EditRow.rev_id, EditRevertRow.by_rev_id).join(
            EditRevertRow, EditRevertRow.edit_id == EditRow.edit_id
        )
        reverts = dict(session.execute(query).all())
        combined = set(
            session.scalars(
                select(EditRow.rev_id)
                .join(EditDiffRow, EditDiffRow.edit_id == EditRow.edit_id)
                .where(EditDiffRow.span == "combined")
            )
        )
    assert reverts == {
        kinds["vandal_blank"]: mediawiki.kinds["rollback"],
        kinds["vandal_gibberish"]: mediawiki.kinds["undo"],
    }
    assert kinds["good_newcomer_mixed"] in combined


def judge_all(reader, note_of: Callable[[str], str] = lambda page: "") -> int:
    """Judge whatever is given; how many. `note_of` gives the note to a page."""
    n_judged = 0
    reader.get(f"/campaigns/{SLUG}").post(f"/campaigns/{SLUG}/start")
    while reader.path.startswith("/tasks/"):
        reader.judge(note=note_of(reader.words))
        assert reader.path.endswith("/reveal"), reader.words
        n_judged += 1
        reader.post(f"/campaigns/{SLUG}/next")
        if reader.path.endswith("/sitting"):
            reader.get(f"/campaigns/{SLUG}").post(f"/campaigns/{SLUG}/start")
    return n_judged


class Leak:
    """A page of the wiki with a text, summary and address that will be hidden."""

    def __init__(self, wiki: MediaWiki, name: str) -> None:
        self.title = f"Leak {name} {uuid.uuid4().hex[:8]}"
        self.text, self.comment = (f"canary-{part}-{uuid.uuid4().hex}" for part in "tc")
        one = wiki.login("Reviewer One")
        self.before = one.edit(self.title, "first line\n", "begun")
        self.rev_id = wiki.visitor().edit(
            self.title, f"first line\n{self.text}\n", f"look: {self.comment}"
        )
        self.after = one.edit(self.title, "first line\nthird line\n", "removed")

    @property
    def rev_ids(self) -> list[int]:
        return [self.before, self.rev_id, self.after]


def kept_of(database: Database, rev_id: int) -> set[str]:
    """The tables that hold contents of an edit, and the keys they are sealed with."""
    found = set()
    with database.reading() as session:
        edit_id = session.scalar(select(EditRow.edit_id).where(EditRow.rev_id == rev_id))
        for table in (EditTextRow, EditDiffRow, EditSummaryRow, EditorNameRow):
            if session.scalars(select(table).where(table.edit_id == edit_id)).first():
                found.add(table.__tablename__)
        keys = select(ContentKeyRow.part).where(ContentKeyRow.edit_id == edit_id)
        found |= {f"key of {part}" for part in session.scalars(keys)}
    return found


def test_what_a_wiki_hides_later_is_gone_after_one_round(
    jadelite, mediawiki, database, reader, new_reader, clock, run_round
) -> None:
    names = ("deleted", "suppressed", "removed", "unsigned", "unsaid")
    leaks = {name: Leak(mediawiki, name) for name in names}
    open_campaign(jadelite, [rev_id for leak in leaks.values() for rev_id in leak.rev_ids])
    for leak in leaks.values():
        page = reader.get(f"/edits/testwiki/{leak.rev_id}").words
        assert leak.text in page
        assert leak.comment in page
        assert leak.text in reader.get(f"/edits/testwiki/{leak.after}").words
        assert kept_of(database, leak.rev_id) == ALL_KEPT
    texts = [leak.text for leak in leaks.values()]
    n_judged = judge_all(reader, lambda page: next((t for t in texts if t in page), ""))
    assert n_judged == 3 * len(leaks)
    assert all("key of note" in kept_of(database, leak.rev_id) for leak in leaks.values())
    held = new_reader()
    held.get("/").post(f"/campaigns/{SLUG}/start")  # somebody is just looking at one

    admin, suppressor = mediawiki.login("Admin"), mediawiki.login("Suppressor")
    admin.hide(leaks["deleted"].rev_id, "content|user|comment")
    suppressor.hide(leaks["suppressed"].rev_id, "content|user|comment", is_suppressed=True)
    admin.delete(leaks["removed"].title)
    admin.hide(leaks["unsigned"].rev_id, "user")
    admin.hide(leaks["unsaid"].rev_id, "comment")
    clock.move(minutes=11)
    assert run_round() > 0

    gone = [leaks[name] for name in ("deleted", "suppressed", "removed")]
    require_gone(database, reader, gone)
    assert all(leak.text not in held.get(held.path).words for leak in gone)
    unsigned = ALL_KEPT - {"editor_name", "key of editor"}
    assert kept_of(database, leaks["unsigned"].rev_id) == unsigned
    unsaid = reader.get(f"/edits/testwiki/{leaks['unsaid'].rev_id}").words
    assert leaks["unsaid"].comment not in unsaid
    assert leaks["unsaid"].text in unsaid
    assert "edit_summary" not in kept_of(database, leaks["unsaid"].rev_id)

    # Nor does it come back: not by the next round, nor by asking for scores again.
    numbers = "".join(f"{rev_id}\n" for leak in leaks.values() for rev_id in leak.rev_ids)
    jadelite(
        "scores", "fetch", "--wiki", "testwiki", "--model", "own-damaging", "--revisions", "-",
        "--again", stdin=numbers,
    )  # fmt: skip
    clock.move(minutes=11)
    assert run_round() > 0
    require_gone(database, reader, gone)
    assert "edit_summary" not in kept_of(database, leaks["unsaid"].rev_id)
    assert "editor_name" not in kept_of(database, leaks["unsigned"].rev_id)


def require_gone(database: Database, reader, gone: list[Leak]) -> None:
    """Nothing hidden is on a page, in a table or in a file; neither is what quoted it."""
    for leak in gone:
        assert kept_of(database, leak.rev_id) == set()
        assert reader.get(f"/edits/testwiki/{leak.rev_id}").page.status_code == 404
        after = reader.get(f"/edits/testwiki/{leak.after}").words
        assert leak.text not in after
        assert not {"edit_diff", "key of text", "key of note"} & kept_of(database, leak.after)
    for path in ("/", f"/campaigns/{SLUG}", f"/reports/{SLUG}"):
        assert all(leak.text not in reader.get(path).text for leak in gone)
    wanted = [word.encode() for leak in gone for word in (leak.text, leak.comment)]
    assert hidden.bytes_on_disk(database, wanted) == set()


def test_scores_are_fetched_again_by_the_worker_as_planned(
    jadelite, mediawiki, database, clock, run_round
) -> None:
    done = jadelite(
        "scores", "fetch", "--wiki", "testwiki", "--model", "local-damaging", "--recent", "5",
        "--every", "1h",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert run_round() > 0
    first = set(stored(database))
    assert len(first) == 5
    rev_id = mediawiki.login("Reviewer One").edit(
        f"Planned {uuid.uuid4().hex[:8]}", "a new page\n", "created"
    )
    clock.move(minutes=61)
    assert run_round() > 0
    assert set(stored(database)) == first | {rev_id}
    done = jadelite("scores", "fetch", "--wiki", "testwiki", "--model", "local-damaging",
                    "--every", "off")  # fmt: skip
    assert done.returncode == 0, done.stderr
    listed = jadelite("campaigns", "list", "--format", "json")
    assert json.loads(listed.stdout) == []

"""One edit to look at: found, read in parts, before judging without a word of what others said."""

import re
from urllib.parse import quote

import factories
import pytest

from jadelite.db import contents, edits, wikis
from jadelite.db.contents import CombinedDiff, NewContent
from jadelite.db.tables import EditRow
from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.domain.edits import Hidden
from jadelite.wiki import sites

WIKI = factories.WIKI
EDIT = f"/edits/{WIKI}/1001"


def start(reader, slug: str = "a-campaign"):
    return reader.get("/").post(f"/campaigns/{slug}/start")


def make(services, **changes):
    return factories.make_campaign(services.database, services.clock(), **{"n_edits": 1, **changes})


def store_diff(services, rev_id: int, wiki: str, *rows: DiffRow, origin: str = "wiki", **facts):
    """An edit known by its facts, with a diff and without texts."""
    now = services.clock()
    with services.database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(wiki))
        (edit_id,) = edits.ensure_bare(session, wiki_id, [rev_id], now).values()
        row = session.get_one(EditRow, edit_id)
        for name, value in facts.items():
            setattr(row, name, value)
        diff = Diff(tuple(rows), 0, 0)
        contents.add(session, [NewContent(edit_id, diff=diff, diff_origin=origin)], now)
    return edit_id


def added(text):
    return DiffRow("added", after=(Segment(text, True),))


# ---- Finding an edit


@pytest.mark.parametrize(
    ("asked", "wiki"),
    [
        ("1001", "fawiki"),
        ("https://fa.wikipedia.org/w/index.php?diff=1001&oldid=1000", ""),
        ("fa.m.wikipedia.org/wiki/Special:Diff/1001", ""),
        ("http://localhost/edits/fawiki/1001", "enwiki"),
    ],
)
def test_an_edit_is_found_by_its_number_or_its_address(reader, services, asked, wiki) -> None:
    make(services, wiki="fawiki", kind="import", stream="import")
    reader.get(f"/edits?rev={quote(asked)}&wiki={wiki}")
    assert reader.page.status_code == 200
    assert reader.path == "/edits/fawiki/1001"


def test_what_is_not_found_is_said_beside_what_was_typed(reader, services) -> None:
    make(services)
    reader.get("/edits?rev=7&wiki=fawiki")
    assert reader.page.status_code == 404
    assert "This edit is not known here." in reader.words
    assert 'value="7"' in reader.text
    reader.get(f"/edits?rev={quote('https://evil.example/?diff=1<b>')}")
    assert reader.page.status_code == 422
    assert "address of a change" in reader.words
    assert "<b>" not in reader.text


def test_the_form_alone_asks_for_an_address(reader, services) -> None:
    assert "Find an edit" in reader.get("/edits").words
    assert reader.page.status_code == 200


# ---- Before judging


def test_editor_and_time_are_not_in_the_page_until_asked_for_and_answers_stay(
    reader, services
) -> None:
    make(services)
    now = services.clock()
    with services.database.transaction() as session:
        wiki_id = wikis.find(session, WIKI)
        (edit_id,) = edits.ids_by_rev(session, wiki_id, [1001]).values()
        contents.add(session, [NewContent(edit_id, editor_name="Some <i>Body")], now)
    task = start(reader).path
    assert "registered editor" not in reader.words
    assert "1 October 2026" not in reader.words
    assert "Body" not in reader.text
    reader.post(f"{task}/context", open="editor", note="half done", **{"answer-damaging": "yes"})
    assert reader.page.status_code == 200
    assert "registered editor: Some <i>Body" in reader.words
    assert re.search(r'name="answer-damaging" value="yes" checked', reader.text)
    assert "half done" in reader.text
    assert "registered editor" in reader.get(task).words


def test_what_the_wiki_hid_is_said_to_be_hidden(reader, services) -> None:
    make(services)
    with services.database.transaction() as session:
        row = session.query(EditRow).one()
        row.is_comment_hidden = row.is_editor_hidden = True
        contents.erase(session, [row.edit_id], Hidden(comment=True, editor=True))
    task = start(reader).path
    assert "The summary is hidden on the wiki." in reader.words
    reader.post(f"{task}/context", open="editor")
    assert "the name is hidden on the wiki" in reader.words


def test_what_can_be_opened_is_known(reader, services) -> None:
    make(services)
    task = start(reader).path
    reader.post(f"{task}/context", open="score")
    assert reader.page.status_code == 422


@pytest.mark.parametrize("view", ["change", "page", "context"])
def test_a_task_of_somebody_else_is_not_shown(reader, new_reader, services, view) -> None:
    make(services)
    task = start(reader).path
    other = new_reader()
    make(services, slug="another", first_rev_id=2001)
    start(other, "another")
    if view == "context":
        other.post(f"{task}/{view}", open="editor")
    else:
        other.get(f"{task}/{view}")
    assert other.page.status_code == 404
    if view != "context":
        assert reader.get(f"{task}/{view}").page.status_code == 200


def test_the_whole_page_and_the_change_are_there_beside_the_task(reader, services) -> None:
    make(services)
    task = start(reader).path
    reader.post(f"{task}/context", open="page")
    assert reader.path == f"{task}/page"
    assert "another longer line" in reader.words
    reader.get(f"{task}/page?side=before")
    assert "another line" in reader.words
    assert "longer" not in reader.words
    assert reader.get(f"{task}/page?part=2").page.status_code == 404
    assert "longer" in reader.get(f"{task}/change").words
    assert "90.0%" not in reader.words


def test_a_run_of_edits_is_shown_as_one_change_that_names_the_one_to_judge(
    reader, services
) -> None:
    make(services)
    with services.database.transaction() as session:
        (edit_id,) = edits.ids_by_rev(session, wikis.find(session, WIKI), [1001]).values()
        combined = CombinedDiff(998, 999, 1003, Diff((added("all of the run"),), 14, 0))
        contents.add_combined(session, edit_id, combined, origin="wiki", now=services.clock())
    task = start(reader).path
    assert "all of the run" not in reader.words
    reader.post(f"{task}/context", open="combined")
    assert reader.path == f"{task}/change"
    assert "all of the run" in reader.words
    assert "revisions 999 to 1003" in reader.words
    assert "The judgment is about revision 1001 alone." in reader.words
    assert "all of the run" in reader.get(f"{EDIT}/change?view=combined").words


def test_without_a_run_or_texts_there_is_no_such_view(reader, services) -> None:
    store_diff(services, 7, "fawiki", added("text"))
    assert reader.get("/edits/fawiki/7/change").page.status_code == 200
    assert reader.get("/edits/fawiki/7/change?view=combined").page.status_code == 404
    assert reader.get("/edits/fawiki/7/page").page.status_code == 404
    assert "The whole page as text" not in reader.get("/edits/fawiki/7").words


# ---- The change


def test_a_large_change_comes_in_parts_that_lead_to_each_other(reader, services) -> None:
    store_diff(services, 7, "fawiki", *(added(f"line {n}.") for n in range(450)))
    seen = []
    for number in (1, 2, 3):
        reader.get(f"/edits/fawiki/7/change?part={number}")
        assert f"Part {number} of 3" in reader.words
        seen += re.findall(r"<ins>line (\d+)\.</ins>", reader.text)
    assert seen == [str(n) for n in range(450)]
    assert "part=2" in reader.get("/edits/fawiki/7").text
    assert reader.get("/edits/fawiki/7/change?part=4").page.status_code == 404
    assert reader.get("/edits/fawiki/7/change?part=x").page.status_code == 200


def test_a_new_page_and_an_emptied_one_are_told(reader, services) -> None:
    store_diff(services, 7, "fawiki", added("text"), parent_rev_id=0)
    row = DiffRow("removed", before=(Segment("text", True),))
    store_diff(services, 8, "fawiki", row, parent_rev_id=7)
    assert "This edit began a new page" in reader.get("/edits/fawiki/7").words
    assert "This edit emptied the page" in reader.get("/edits/fawiki/8").words


def test_where_the_rows_come_from_and_where_the_wiki_shows_them_is_said(reader, services) -> None:
    store_diff(services, 7, "fawiki", added("text"), origin="wiki")
    store_diff(services, 8, "fawiki", added("text"), origin="local")
    reader.get("/edits/fawiki/7")
    assert "as the wiki itself compared them" in reader.words
    assert 'href="https://fa.wikipedia.org/w/index.php?diff=7"' in reader.text
    assert "were compared here" in reader.get("/edits/fawiki/8").words


def test_hostile_text_stays_text_and_reorders_nothing(reader, services) -> None:
    hostile = "</div><script>alert(1)</script> \u202eevil\u2066"
    edit_id = store_diff(
        services, 7, "fawiki", added(hostile), tags=[f"tag {hostile}"], page_title=hostile
    )
    with services.database.transaction() as session:
        contents.add(session, [NewContent(edit_id, comment=hostile)], services.clock())
    for path in ("/edits/fawiki/7", "/edits/fawiki/7/change"):
        text = reader.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
        assert "RLO" in text
        body = re.sub(r"<bdi>.*?</bdi>|<title>.*?</title>", "", text)  # titles are isolated
        assert "\u202e" not in body
        assert "\u2066" not in body


def test_tags_of_a_change_are_shown_but_not_what_became_of_it(reader, services) -> None:
    store_diff(
        services, 7, "fawiki", added("text"), tags=["mobile edit", "mw-reverted"], namespace=3
    )
    reader.get("/edits/fawiki/7")
    assert "mobile edit" in reader.words
    assert "mw-reverted" not in reader.text
    assert "user talk page" in reader.words


# ---- Afterwards


def test_once_nothing_masks_it_all_answers_stand_side_by_side(reader, new_reader, services) -> None:
    make(services, k=2)
    task = start(reader).judge("no", "yes", "I checked the source").path
    assert "I checked the source" not in new_reader().get(EDIT).text
    assert "Editor and time" not in new_reader().get(EDIT).words
    start(new_reader()).judge("yes", "no", "It is an advertisement")
    reader.post(task, **{"answer-damaging": "yes", "answer-goodfaith": "yes"})
    visitor = new_reader().get(EDIT)
    assert "probability 90.0%" in visitor.words
    assert "It is an advertisement" in visitor.words
    assert "Changed their mind. Before that: Damaging: No" in visitor.words
    assert "/campaigns/a-campaign" in visitor.text
    assert "Nobody said this." in visitor.words  # nobody says no any more
    assert "registered editor" in visitor.words


def test_practice_is_no_part_of_what_people_said(reader, services) -> None:
    make(services, stream="practice", slug="practice-fa")
    make(services, slug="a-campaign")
    factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    reader.get(EDIT)
    assert "/campaigns/a-campaign" in reader.text
    assert "/campaigns/practice-fa" not in reader.text


def test_a_hidden_edit_has_no_page_at_all(reader, services) -> None:
    store_diff(services, 7, "fawiki", added("text"), is_text_hidden=True)
    for path in ("", "/change", "/page"):
        assert reader.get(f"/edits/fawiki/7{path}").page.status_code == 404
    assert reader.get("/edits?rev=7&wiki=fawiki").page.status_code == 404

"""Own history and preferences through HTTP, without JavaScript, on both databases."""

import re
from datetime import timedelta

import factories
import pytest
from sqlalchemy import update

from jadelite.audit import history, reporting
from jadelite.db.tables import CampaignRow


def judged(reader, services, n: int = 1, slug: str = "a-campaign"):
    """The reader, after judging n edits of a campaign."""
    reader.get("/").post(f"/campaigns/{slug}/start", length="30")
    for number in range(n):
        services.clock.move(seconds=7)
        if number:
            reader.post(f"/campaigns/{slug}/next")
        reader.judge("yes" if number % 2 else "no", "yes")
    return reader


def chosen(reader, name: str) -> str | None:
    """What a radio or a list of the page has chosen."""
    radio = re.search(rf'name="{name}" value="([^"]*)" checked', reader.text)
    if radio:
        return radio.group(1)
    options = re.search(rf'<select[^>]*name="{name}".*?</select>', reader.text, re.DOTALL)
    found = re.search(r'value="([^"]*)"[^>]* selected', options.group()) if options else None
    return found.group(1) if found else None


FORM = {
    "reveals": "end",
    "diff": "one",
    "daily-cap": "25",
    "language": "en",
    "keys": "1",
    "key-save": "Enter",
    "key-skip": "X",
    "key-note": "",
    "key-undo": "U",
    "key-editor": "E",
    "key-help": "?",
}


def test_own_judgments_come_newest_first_and_lead_to_their_reveals(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=3, k=3)
    judged(reader, services, 3)
    own = reader.get("/mine").text
    assert own.count("/reveal") == 3
    titles = re.findall(r"<bdi>(Page \d+)</bdi></a></h2>", own)
    assert len(set(titles)) == 3
    reader.get(re.search(r'href="(/tasks/\d+/reveal)"', own).group(1))
    assert titles[0] in reader.words


def test_older_judgments_stand_behind_a_cursor_and_none_is_lost(
    reader, services, monkeypatch
) -> None:
    monkeypatch.setattr(history, "PAGE_LENGTH", 2)
    factories.make_campaign(services.database, services.clock(), n_edits=5, k=3)
    judged(reader, services, 5)
    seen, path, n_pages = [], "/mine", 0
    while path:
        page = reader.get(path).text
        seen += re.findall(r"/tasks/(\d+)/reveal", page)
        n_pages += 1
        older = re.search(r'href="(/mine\?before=[^"]+)"', page)
        path = older.group(1).replace("&amp;", "&") if older else None
    assert n_pages == 3
    assert len(seen) == len(set(seen)) == 5


def test_the_list_can_be_narrowed_to_a_campaign(reader, services) -> None:
    for number, slug in enumerate(("a-campaign", "another")):
        factories.make_campaign(
            services.database, services.clock(), slug=slug, first_rev_id=1001 + 100 * number, k=3
        )
        judged(reader, services, 2, slug)
    assert reader.get("/mine").text.count("/reveal") == 4
    assert reader.get("/mine?campaign=another").text.count("/reveal") == 2
    assert reader.get("/mine?campaign=nope").page.status_code == 404


def test_nobody_sees_the_judgments_of_somebody_else(reader, new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), k=3)
    judged(reader, services, 2)
    cursor = re.search(r"/tasks/(\d+)/reveal", reader.get("/mine").text).group(1)
    stranger = new_reader()
    stranger.get("/account").post("/try")
    for path in ("/mine", "/mine?before=2", "/mine?before=99999999999999999999", "/mine?before=x"):
        assert "/reveal" not in stranger.get(path).text
    assert stranger.get(f"/mine/judgments/{cursor}/withdraw").page.status_code == 404


def test_a_judgment_is_taken_back_after_a_question(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2, k=3)
    judged(reader, services, 2)
    path = re.search(r'href="(/mine/judgments/\d+/withdraw)"', reader.get("/mine").text).group(1)
    assert "Take this judgment back?" in reader.get(path).words
    reader.post(path)
    assert reader.path == "/mine"
    assert reader.words.count("Taken back") == 1
    assert "before" in reader.get(path).words
    reader.post(path)
    assert reader.get("/mine").words.count("Taken back") == 1
    report = reporting.compute(services.database, "a-campaign", now=services.clock())
    assert report.n_withdrawn == 1
    assert (
        "1 blind judgment was taken back after its reveal"
        in reader.get("/reports/a-campaign").words
    )


def test_a_report_says_how_many_judgments_of_unknown_exposure_it_leaves_out(
    reader, services
) -> None:
    database, now = services.database, services.clock()
    factories.make_campaign(database, now, n_edits=1, k=2)
    lines = [
        factories.judgment_line(campaign="a-campaign", reviewer=who, score_seen=seen)
        for who, seen in (("a", "unknown"), ("b", "no"), ("c", "no"))
    ]
    assert factories.import_rows(database, "judgments", lines, now).n_bad == 0
    reporting.compute(database, "a-campaign", now=now)
    words = reader.get("/reports/a-campaign").words
    assert "2 judgments were given blind and count here." in words
    assert "1 judgment is left out because nobody knows" in words
    assert "although nobody knows" not in words


@pytest.mark.parametrize("ending", ["closed by hand", "its end came"])
def test_a_closed_campaign_offers_nothing_to_take_back(reader, services, ending) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2, k=3)
    judged(reader, services, 2)
    path = re.search(r'href="(/mine/judgments/\d+/withdraw)"', reader.get("/mine").text).group(1)
    reader.get(path)
    if ending == "closed by hand":
        factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    else:
        with services.database.transaction() as session:
            session.execute(
                update(CampaignRow).values(closes_at=services.clock() - timedelta(seconds=1))
            )
    reader.post(path)
    assert reader.page.status_code == 409
    assert "This campaign takes no judgments now." in reader.words
    assert reader.get(path).page.status_code == 409
    assert "/withdraw" not in reader.get("/mine").text
    assert "Taken back" not in reader.words


def test_a_changed_mind_is_marked(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=3)
    judged(reader, services)
    reader.judge("yes", "no")
    words = reader.get("/mine").words
    assert "Changed" in words
    assert "Damaging: Yes" in words


def test_an_edit_that_the_wiki_hid_is_not_named(reader, services) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    factories.make_campaign(services.database, services.clock(), n_edits=1, k=3)
    judged(reader, services)
    with services.database.transaction() as session:
        session.execute(text("UPDATE edit SET is_text_hidden = true"))
    reader.get("/mine")
    assert "Page 1001" not in reader.text
    assert "The wiki hid this edit" in reader.words


@pytest.mark.parametrize("path", ["/mine", "/mine/preferences", "/mine/judgments/1/withdraw"])
def test_a_visitor_has_nothing_of_their_own(reader, path) -> None:
    assert reader.get(path).page.status_code == 403


def test_preferences_are_kept_and_used(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=3, k=3)
    reader.get("/account").post("/try").get("/mine/preferences")
    assert chosen(reader, "reveals") == "each"
    reader.post("/mine/preferences", **FORM)
    assert "Saved." in reader.words
    for name, value in (("reveals", "end"), ("diff", "one"), ("key-skip", "X"), ("key-note", "")):
        assert chosen(reader, name) == value
    assert 'value="25"' in reader.text
    reader.post("/campaigns/a-campaign/start")
    assert "Save and go on" in reader.words
    assert "&#34;skip&#34;: &#34;X&#34;" in reader.text
    assert 'class="diff one"' in reader.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key-skip": "U"}, "This key is given twice"),
        ({"key-skip": "$"}, "This key can’t be used."),
        ({"daily-cap": "0"}, "from 1 to 1000"),
        ({"daily-cap": "many"}, "from 1 to 1000"),
        ({"daily-cap": "9" * 400}, "from 1 to 1000"),
        ({"reveals": "never"}, "choose one of these"),
        ({"diff": "three"}, "choose one of these"),
    ],
)
def test_preferences_that_can_not_be_are_named_and_nothing_is_lost(
    reader, services, changes, sentence
) -> None:
    reader.get("/account").post("/try").get("/mine/preferences")
    reader.post("/mine/preferences", **{**FORM, **changes})
    assert reader.page.status_code == 422
    assert sentence in reader.words
    for name, value in changes.items():
        if name == "daily-cap":
            assert f'value="{value}"' in reader.text
    assert chosen(reader, "key-help") == "?"
    assert chosen(reader.get("/mine/preferences"), "reveals") == "each"


def test_all_keys_are_switched_off_and_on(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    reader.get("/").post("/campaigns/a-campaign/start")
    task = reader.path
    assert " data-keys-on" in reader.text
    reader.post("/mine/keys")
    assert reader.page.status_code == 204
    assert " data-keys-on" not in reader.get(task).text
    reader.post("/mine/keys", on="1")
    assert " data-keys-on" in reader.get(task).text

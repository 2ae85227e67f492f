"""What people see differently, and scores that somebody reports as wrong."""

import re

import factories
import pytest
from reader import Reader
from sqlalchemy import text

from jadelite.config import Settings

EDIT = f"/report?wiki={factories.WIKI}&rev=1001"


def start(reader: Reader) -> Reader:
    return reader.get("/").post("/campaigns/a-campaign/start")


def rows(services, sql: str) -> list[tuple]:
    with services.database.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


@pytest.fixture
def apart(services, new_reader):
    """An edit on which two people stay apart; the reader who said yes."""
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=2)
    yes = start(new_reader()).judge("yes", "no", "it removes the source")
    start(new_reader()).judge("no", "yes", "the source was dead")
    return yes


def test_both_sides_stand_side_by_side_and_nobody_is_named(apart, new_reader, services) -> None:
    page = new_reader().get("/campaigns/a-campaign/contested")

    assert "People see this differently, and that is a result." in page.words
    assert page.words.index("it removes the source") < page.words.index("the source was dead")
    assert len(re.findall('class="side (?:yes|no)"', page.text)) == 2
    for (name,) in rows(services, "SELECT pseudonym FROM reviewer"):
        assert name not in page.text
    assert "Change my answer" not in page.words


def test_the_score_comes_after_the_people(apart, new_reader) -> None:
    words = new_reader().get("/campaigns/a-campaign/contested").words

    assert words.index("the source was dead") < words.index("probability 90.0%")


def test_who_judged_it_may_change_the_answer(apart) -> None:
    apart.get("/campaigns/a-campaign/contested")
    assert "Change my answer" in apart.words
    task = re.search(r'href="(/tasks/\d+/reveal)', apart.text)[1]
    apart.post(task, **{"answer-damaging": "no", "answer-goodfaith": "yes"})

    apart.get("/campaigns/a-campaign/contested")

    assert "1 person changed the answer after reading the others." in apart.words
    assert "2 people by now" in apart.words


def test_nothing_is_shown_while_the_edit_is_still_judged(new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=3)
    start(new_reader()).judge("yes", "no", "canary-note")
    start(new_reader()).judge("no", "yes")

    page = new_reader().get("/campaigns/a-campaign/contested")

    assert "There is no edit here on which people stay apart." in page.words
    assert "canary-note" not in page.text


@pytest.mark.parametrize("before", ["0", "-5", "99999999999999999999", "x", "1"])
def test_an_odd_place_to_begin_at_breaks_nothing(apart, before) -> None:
    apart.get(f"/campaigns/a-campaign/contested?before={before}")

    assert apart.page.status_code == 200


def test_a_reported_score_becomes_a_task_of_its_stream(apart, new_reader, services) -> None:
    reader = new_reader().get(EDIT)
    assert "What is wrong with the score?" in reader.words
    reader.post("/report", wiki=factories.WIKI, rev="1001", kind="false-positive")

    assert "Your report has arrived: The model calls this edit damaging, and it is fine." in (
        reader.words
    )
    assert "0 of 2 have judged it so far" in reader.words
    task = "SELECT n_wanted, inclusion_probability FROM task WHERE stream = 'reported'"
    assert rows(services, task) == [(2, None)]
    start(new_reader()).judge("yes", "no")
    assert "1 of 2 have judged it so far" in reader.get(EDIT).words


def test_the_same_report_again_changes_nothing(apart, new_reader, services) -> None:
    reader = new_reader().get(EDIT)
    for kind in ("false-positive", "missed-damage"):
        reader.post("/report", wiki=factories.WIKI, rev="1001", kind=kind)

    assert "and it is fine" in reader.words
    assert rows(services, "SELECT count(*) FROM event WHERE kind = 'score.reported'") == [(1,)]
    assert rows(services, "SELECT count(*) FROM task WHERE stream = 'reported'") == [(1,)]


def test_who_reported_an_edit_is_not_asked_to_judge_it(apart, new_reader) -> None:
    reader = new_reader().get(EDIT)
    reader.post("/report", wiki=factories.WIKI, rev="1001", kind="missed-damage")

    start(reader)

    assert reader.path == "/campaigns/a-campaign/sitting"


def test_an_edit_of_the_draw_is_left_to_the_draw(new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=2)
    reader = new_reader().get(EDIT)
    reader.post("/report", wiki=factories.WIKI, rev="1001", kind="missed-damage")

    assert "0 of 2 have judged it so far" in reader.words
    assert rows(services, "SELECT stream FROM task") == [("probability",)]


def test_an_edit_that_was_never_asked_about_is_judged_blind(new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=1)
    rows_ = [factories.edit_line(2001)]
    factories.import_rows(services.database, "edits", rows_, services.clock())
    reader = new_reader().get(EDIT.replace("1001", "2001"))
    reader.post("/report", wiki=factories.WIKI, rev="2001", kind="missed-damage")
    start(new_reader()).judge()
    assert "will be shown" not in reader.words
    judged = new_reader()
    start(judged).judge()

    seen = rows(
        services,
        "SELECT score_seen FROM judgment j JOIN task t ON t.task_id = j.task_id"
        " WHERE t.stream = 'reported'",
    )
    assert seen == [("no",)]


def test_unknown_edits_and_wikis_without_a_campaign_are_said_so(reader, services) -> None:
    factories.import_rows(services.database, "edits", [factories.edit_line(2001)], services.clock())
    for address in ("/report?wiki=sample-fa&rev=7", "/report?wiki=x&rev=1", "/report?wiki=a&rev=b"):
        assert reader.get(address).page.status_code == 404
        assert "This edit is not known here." in reader.words
    reader.get("/report?wiki=sample-fa&rev=2001")
    reader.post("/report", wiki="sample-fa", rev="2001", kind="false-positive")
    assert reader.page.status_code == 404
    assert "No campaign of this wiki takes judgments now" in reader.words
    assert rows(services, "SELECT count(*) FROM event WHERE kind = 'score.reported'") == [(0,)]


def test_a_report_of_an_unknown_kind_is_refused(apart, new_reader, services) -> None:
    reader = new_reader().get(EDIT)
    reader.post("/report", wiki=factories.WIKI, rev="1001", kind="sparkle")

    assert reader.page.status_code == 422
    assert "Please say what is wrong with the score." in reader.words


def test_too_many_reports_a_day_are_refused(new_reader, services, monkeypatch) -> None:
    monkeypatch.setattr("jadelite.audit.reported.MAX_A_DAY", 1)
    factories.make_campaign(services.database, services.clock(), n_edits=2, k=1)
    reader = new_reader().get(EDIT)
    for rev in ("1001", "1002"):
        reader.post("/report", wiki=factories.WIKI, rev=rev, kind="false-positive")

    assert reader.page.status_code == 409
    assert "1 reports in 24 hours are enough for now." in reader.words


def test_outside_demonstrations_a_report_needs_signing_in(apart, reader, monkeypatch) -> None:
    monkeypatch.setattr(Settings, "is_demo", property(lambda settings: False))
    reader.get(EDIT)
    assert "Sign in first." in reader.words
    reader.post("/report", wiki=factories.WIKI, rev="1001", kind="false-positive")
    assert reader.page.status_code == 403


def test_without_an_edit_a_form_asks_for_one(reader) -> None:
    assert "Which edit is it about?" in reader.get("/report").words

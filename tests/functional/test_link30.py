"""The 30-edit link: trying without an account, and taking part with consent."""

import factories
import pytest
from sqlalchemy import text

from jadelite.audit import drawing, reporting
from jadelite.config import Settings
from jadelite.db import campaigns

LINK = f"/30/{factories.WIKI}"


@pytest.fixture
def made(database, clock):
    """An open campaign with a set of two for taking part and two others for trying."""
    factories.make_campaign(database, clock(), n_edits=2, k=2, stream="link30")
    add_practice(database, clock, [1003, 1004])


def add_practice(database, clock, rev_ids) -> None:
    edits = [factories.edit_line(rev_id) for rev_id in rev_ids]
    factories.import_rows(database, "edits", edits, clock())
    scores = [factories.score_line(rev_id, 0.9) for rev_id in rev_ids]
    factories.import_rows(database, "scores", scores, clock())
    with database.transaction() as session:
        for place, rev_id in enumerate(rev_ids):
            session.execute(
                text(
                    "INSERT INTO task (campaign_id, edit_id, stream, repeat_no, n_judgments,"
                    " n_wanted, place, drawn_at) SELECT c.campaign_id, e.edit_id, 'practice', 0,"
                    " 0, 0, :place, c.created_at FROM campaign c, edit e WHERE e.rev_id = :rev"
                ),
                {"place": place, "rev": rev_id},
            )


def count(database, table: str) -> int:
    with database.reading() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


def try_it(reader, damaging: str = "yes"):
    task = reader.text.split('name="task" value="')[1].split('"')[0]
    fields = {"task": task, "answer-damaging": damaging, "answer-goodfaith": "no"}
    return reader.post(f"{LINK}/try", **fields)


def test_without_a_set_the_link_says_so(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2)

    for address in (LINK, f"{LINK}/try", f"{LINK}/result", "/30/nothingwiki"):
        assert reader.get(address).page.status_code == 404
        assert "No open campaign of this wiki has a set of thirty edits now." in reader.words


def test_the_link_says_what_will_happen(reader, services, made) -> None:
    reader.get(LINK)

    assert "You look at 2 edits of this wiki" in reader.words
    assert "What you agree to:" in reader.words
    assert "2 other edits, whose scores are public" in reader.words


def test_trying_shows_no_score_before_the_end_and_stores_nothing(reader, services, made) -> None:
    tables = ("reviewer", "judgment", "lease", "sitting", "event")
    before = {table: count(services.database, table) for table in tables}
    reader.get(f"{LINK}/try")
    assert "1 of 2" in reader.words
    assert "probability" not in reader.words
    try_it(reader)
    assert "2 of 2" in reader.words
    assert "probability" not in reader.words
    try_it(reader, "no")

    assert reader.path == f"{LINK}/result"
    assert "You tried 2 edits." in reader.words
    assert "The model said the same as you in 1 of 2 cases." in reader.words
    assert "probability 90.0%" in reader.words
    assert "/edits/sample-fa/1003" in reader.text
    assert {table: count(services.database, table) for table in tables} == before


def test_trying_goes_on_where_it_stopped(reader, services, made) -> None:
    reader.get(f"{LINK}/try")
    try_it(reader)

    assert "Go on trying" in reader.get(LINK).words
    assert "2 of 2" in reader.get(f"{LINK}/try").words
    assert "You tried 1 edit." in reader.get(f"{LINK}/result").words


def test_an_incomplete_or_late_answer_is_not_counted(reader, services, made) -> None:
    reader.get(f"{LINK}/try")
    task = reader.text.split('name="task" value="')[1].split('"')[0]
    reader.post(f"{LINK}/try", **{"task": task, "answer-damaging": "yes"})
    assert reader.page.status_code == 422
    assert "Please choose an answer." in reader.words
    try_it(reader)
    reader.post(f"{LINK}/try", **{"task": task, "answer-damaging": "no", "answer-goodfaith": "no"})
    assert "2 of 2" in reader.words


def test_an_edit_that_others_judge_blind_is_not_given_to_try(reader, services, made) -> None:
    with services.database.transaction() as session:
        session.execute(
            text(
                "UPDATE task SET edit_id = (SELECT edit_id FROM edit WHERE rev_id = 1003)"
                " WHERE stream = 'link30' AND edit_id ="
                " (SELECT edit_id FROM edit WHERE rev_id = 1001)"
            )
        )

    assert "1 of 1" in reader.get(f"{LINK}/try").words
    assert "Page 1004" in reader.words


def test_taking_part_needs_consent_which_is_recorded_once(reader, services, made) -> None:
    reader.get(LINK).post(f"{LINK}/join")
    assert reader.page.status_code == 422
    assert "please agree first" in reader.words
    assert count(services.database, "reviewer") == 0

    reader.post(f"{LINK}/join", agree="yes")

    assert reader.path.startswith("/tasks/")
    with services.database.reading() as session:
        assert list(session.scalars(text("SELECT consent_version FROM reviewer"))) == [1]
    assert count(services.database, "event WHERE kind = 'consent.given'") == 1
    reader.get(LINK)
    assert "What you agree to:" not in reader.words
    assert "You have begun: 0 of 30." in reader.words
    reader.post(f"{LINK}/join")
    assert reader.path.startswith("/tasks/")
    assert count(services.database, "event WHERE kind = 'consent.given'") == 1
    assert count(services.database, "sitting") == 1


def test_the_set_is_judged_blind_and_revealed_at_its_end(reader, services, made) -> None:
    reader.get(LINK).post(f"{LINK}/join", agree="yes")
    for _ in range(2):
        assert "probability" not in reader.words
        reader.judge()

    assert reader.path == "/campaigns/a-campaign/sitting"
    assert "You judged 2 edits. Thank you!" in reader.words
    with services.database.reading() as session:
        sitting = session.execute(text("SELECT stream, length, reveals FROM sitting")).one()
        seen = session.execute(
            text("SELECT score_seen, peers_seen, consent_version FROM judgment")
        ).all()
    assert tuple(sitting) == ("link30", 30, "end")
    assert [tuple(row) for row in seen] == [("no", "no", 1)] * 2


def test_what_was_judged_by_the_link_counts(new_reader, services, made) -> None:
    for _ in range(2):
        reader = new_reader()
        reader.get(LINK).post(f"{LINK}/join", agree="yes")
        for _ in range(2):
            reader.judge()

    report = reporting.compute(services.database, "a-campaign", now=services.clock())

    assert report.n_judgments_used == 4


def test_without_an_account_and_outside_demonstrations_one_is_asked_to_sign_in(
    reader, services, made, monkeypatch
) -> None:
    monkeypatch.setattr(Settings, "is_demo", property(lambda settings: False))
    reader.get(LINK)

    assert "Sign in first, so that every person counts once." in reader.words
    reader.post(f"{LINK}/join", agree="yes")
    assert reader.page.status_code == 403
    assert count(services.database, "reviewer") == 0


@pytest.mark.parametrize("n", [3, pytest.param(30, marks=pytest.mark.long)])
def test_a_drawn_set_takes_somebody_through_its_edits_and_counts(reader, services, n) -> None:
    database, now = services.database, services.clock()
    factories.store_edits(database, now, 150)
    campaign_id = factories.plan_campaign(database, now, n=60, slug="a-campaign")
    for stream in ("probability", "link30", "practice"):
        drawing.draw(database, "a-campaign", stream=stream, now=now)
    with database.transaction() as session:
        campaigns.set_state(session, campaign_id, "open")
    reader.get(f"{LINK}/try")
    for number in range(n):
        try_it(reader, ("yes", "no")[number % 2])
    reader.get(f"{LINK}/result")
    assert f"You tried {n} edits." in reader.words

    reader.get(LINK).post(f"{LINK}/join", agree="yes")
    for number in range(1, n + 1):
        assert f"{number} of 30" in reader.words
        reader.judge(("yes", "no")[number % 2])
    reader.post("/campaigns/a-campaign/finish")

    assert f"You judged {n} edits. Thank you!" in reader.words
    found = "task WHERE stream = 'link30' AND n_judgments = 1 AND inclusion_probability > 0"
    assert count(database, found) == n
    assert count(database, "judgment WHERE score_seen = 'no' AND consent_version = 1") == n

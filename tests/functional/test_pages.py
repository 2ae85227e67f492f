"""The trips through HTTP, without JavaScript, on both databases."""

import re

import factories
import pytest
from flask import session as flask_session
from reader import Reader
from sqlalchemy import text

from jadelite.audit import demo, evidence, reporting
from jadelite.config import load_settings
from jadelite.db.session import Database
from jadelite.web.app import create_app
from jadelite.web.auth import sign_in
from jadelite.web.locale import LANGUAGES
from jadelite.wiring import Services


def start(reader, slug: str = "a-campaign"):
    return reader.get("/").post(f"/campaigns/{slug}/start")


def test_from_landing_to_reveal_and_on(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=3, k=3)
    start(reader)
    assert re.fullmatch(r"/tasks/\d+", reader.path)
    assert "Is this edit damaging?" in reader.words
    reader.judge(note="because")
    assert reader.path.endswith("/reveal")
    assert "probability 90.0%" in reader.words
    assert "because" in reader.words
    reader.post("/campaigns/a-campaign/next")
    assert re.fullmatch(r"/tasks/\d+", reader.path)


def test_ten_judgments_end_with_a_result(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=12, k=3)
    start(reader)
    for number in range(1, 11):
        assert f"{number} of 10" in reader.words
        reader.judge()
        if number < 10:
            reader.post("/campaigns/a-campaign/next")
    assert "See your result" in reader.words
    reader.get("/campaigns/a-campaign/sitting")
    assert "You judged 10 edits. Thank you!" in reader.words
    assert "Judge ten more" in reader.words


def test_when_nothing_is_left_the_result_says_so(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=1)
    start(reader).judge()
    reader.post("/campaigns/a-campaign/next")
    assert reader.path == "/campaigns/a-campaign/sitting"
    assert "You judged 1 edit. Thank you!" in reader.words
    assert "Other campaigns" in reader.words


def test_an_incomplete_form_comes_back_with_what_was_filled_in(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader).post(reader.path, **{"answer-damaging": "yes", "note": "half done"})
    assert reader.page.status_code == 422
    assert "Please choose an answer." in reader.words
    assert re.search(r'name="answer-damaging" value="yes" checked', reader.text)
    assert "half done" in reader.text


def test_a_note_that_is_too_long_is_kept_and_named(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader).judge(note="x" * 501)
    assert reader.page.status_code == 422
    assert "500 characters at most" in reader.words
    assert "x" * 501 in reader.text


def test_a_changed_mind_is_added_and_said(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader).judge("yes", "no")
    reader.post(reader.path, **{"answer-damaging": "no", "answer-goodfaith": "yes"})
    assert "given after the reveal and is marked so" in reader.words
    assert "Before that:" in reader.words


def test_skipping_goes_on_to_another_edit(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=2)
    first = start(reader).path
    reader.post(f"{first}/skip", reason="language")
    assert re.fullmatch(r"/tasks/\d+", reader.path)
    assert reader.path != first


def test_the_back_button_and_the_same_form_again_change_nothing(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    task = start(reader).path
    reader.judge()
    reader.post(task, **{"answer-damaging": "yes", "answer-goodfaith": "no"})
    assert reader.path == f"{task}/reveal"
    reader.get(task)
    assert reader.path == f"{task}/reveal"
    reader.post(task, **{"answer-damaging": "no", "answer-goodfaith": "no"})
    assert reader.page.status_code == 409
    assert "change your answer" in reader.words


def test_others_notes_and_votes_come_with_the_reveal(new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=3)
    start(new_reader()).judge("no", "yes", "I checked the source")
    second = start(new_reader())
    assert "I checked the source" not in second.text
    second.judge("yes", "no")
    assert "I checked the source" in second.words
    assert "1 other person said" in second.words


@pytest.mark.parametrize("pair", [(0.001, 0.999), (0.5, 0.42)])
def test_before_judging_nothing_tells_the_score_or_the_others(app, services, pair) -> None:
    """The same edit with other scores and other votes gives the same page, byte for byte."""
    pages = []
    for number, probability in enumerate(pair):
        slug = f"blind-{number}"
        wiki = ("sample-fa", "sample-en")[number]
        factories.make_campaign(
            services.database,
            services.clock(),
            n_edits=1,
            k=4,
            slug=slug,
            wiki=wiki,
            probability=probability,
        )
        for _ in range(number * 2):
            start(Reader(app), slug).judge("yes" if number else "no", note="canary-note")
        reader = start(Reader(app), slug)
        headers = dict(reader.page.headers)
        pages.append((_neutral(reader.text, wiki, slug), _neutral(str(headers), wiki, slug)))
    assert pages[0] == pages[1]
    assert "canary-note" not in pages[1][0]


def _neutral(page: str, wiki: str, slug: str) -> str:
    """The page without what must differ: tokens, ids, pseudonym, wiki, campaign and language."""
    page = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page)
    page = re.sub(r"/tasks/\d+", "/tasks/N", page)
    page = re.sub(r"R-[0-9A-Z]{7}", "R", page)
    page = re.sub(r"'(X-Request-Id|Set-Cookie|Content-Length)': '[^']*'", r"\1", page)
    page = page.replace(slug, "SLUG").replace(wiki, "WIKI")
    for words in ("Persian", "English"):
        page = page.replace(f"Sample wiki in {words}", "Sample wiki")
    return re.sub(r'lang="(fa|en)"', "lang", page)


def test_an_imported_judgment_may_answer_one_question_only(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=3)
    line = factories.judgment_line(1001, campaign="a-campaign", answers={"goodfaith": "no"})
    factories.import_rows(services.database, "judgments", [line], services.clock())
    start(reader).judge()
    assert reader.page.status_code == 200
    assert "1 other person said" in reader.words
    factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    assert reader.get(f"/edits/{factories.WIKI}/1001").page.status_code == 200


def test_a_task_of_somebody_else_is_not_found(new_reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=2)
    path = start(new_reader()).path
    stranger = new_reader().get("/account")
    stranger.post("/try")
    for address in (path, f"{path}/reveal"):
        assert stranger.get(address).page.status_code == 404


def test_a_visitor_is_asked_to_sign_in(reader, services) -> None:
    tasks = factories.make_campaign(services.database, services.clock())
    reader.get(reader.address_of(tasks[0]))
    assert reader.page.status_code == 403
    assert "Sign in first." in reader.words


def test_an_edit_without_text_says_so(reader, services) -> None:
    line = factories.edit_line(7, text_before=None, text_after=None, comment=None, page_title=None)
    factories.import_rows(services.database, "edits", [line], services.clock())
    evidence.create_from_imports(
        services.database,
        "textless",
        factories.WIKI,
        k=1,
        with_text_only=False,
        is_dry_run=False,
        now=services.clock(),
    )
    start(reader, "textless")
    assert "isn’t stored here, so the change can’t be shown" in reader.words
    assert "Edit 7" in reader.words
    reader.judge("unsure", "unsure")
    assert "No model has scored this edit." in reader.words


def test_roles_of_the_demonstration_can_be_tried(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    reader.get("/account").post("/try").post("/account/role", role="model-team")
    reader.get("/reports/a-campaign")
    assert "Compute a new report now" in reader.words
    assert reader.post("/campaigns/a-campaign/start").page.status_code == 403
    reader.get("/account").post("/account/role", role="oversighter")
    assert reader.page.status_code == 422
    reader.get("/account").post("/account/sign-out").get("/account")
    assert "You are not signed in." in reader.words


def test_a_reviewer_may_not_ask_for_reports(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    reader.get("/account").post("/try").post("/reports/a-campaign/compute")
    assert reader.page.status_code == 403


def test_a_report_asked_for_is_announced(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    reader.get("/account").post("/try").post("/account/role", role="coordinator")
    reader.get("/account").post("/reports/a-campaign/compute")
    assert "A new report is being computed." in reader.words


def test_the_report_shows_every_figure_with_interval_n_and_method(reader, services) -> None:
    demo.load(services.database, now=services.clock(), say=lambda text: None)
    reader.get("/reports/sample-en")
    for words in ("Precision", "Recall", "ROC AUC", "Brier score", "Krippendorff’s alpha"):
        assert words in reader.words
    assert "Wilson interval, 95 %" in reader.words
    assert "nan" not in reader.words.lower().split()
    assert "None" not in reader.words
    assert 'href="/methods#precision"' in reader.text


def test_a_report_of_an_import_is_marked_and_prints_its_note(reader, services) -> None:
    now = services.clock()
    factories.import_rows(services.database, "judgments", [factories.judgment_line(1)], now)
    factories.import_rows(
        services.database, "scores", [factories.score_line(1)], now, note="in-sample scores"
    )
    reporting.compute(services.database, "an-import", now=now)
    reader.get("/reports/an-import")
    assert "Not a sample of the wiki" in reader.words
    assert "in-sample scores" in reader.words
    assert "Fewer than 30 judgments" in reader.words
    assert "Each edit is decided by a single vote." in reader.words


def test_a_masked_edit_shows_neither_score_nor_judgments(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=2)
    reader.get(f"/edits/{factories.WIKI}/1001")
    assert "shown once people have judged this edit" in reader.words
    assert "90.0%" not in reader.words
    factories.set_state(services.database, "a-campaign", "closed", now=services.clock())
    assert "90.0%" in reader.get(f"/edits/{factories.WIKI}/1001").words


@pytest.mark.parametrize("path", ["/nope", "/campaigns/nope", "/reports/nope", "/edits/x/1"])
def test_what_is_not_there_is_a_404_page(reader, path) -> None:
    assert reader.get(path).page.status_code == 404
    assert "To the campaigns" in reader.words


def test_hostile_titles_summaries_and_notes_are_escaped(reader, services) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    line = factories.edit_line(1001, page_title=evil, comment=evil, text_after=evil)
    factories.import_rows(services.database, "edits", [line], services.clock())
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader)
    assert "<script>alert" not in reader.text
    assert "<img" not in reader.text
    reader.judge(note=evil)
    assert "<script>alert" not in reader.text


def test_a_missing_table_is_a_bug_and_tells_nothing_of_itself(reader, services) -> None:
    with services.database.transaction() as session:
        session.execute(text("ALTER TABLE campaign RENAME TO elsewhere"))
    try:
        assert reader.get("/").page.status_code == 500
        assert "Something broke on our side." in reader.words
        assert "elsewhere" not in reader.text
        assert "Traceback" not in reader.text
    finally:
        with services.database.transaction() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO campaign"))


def test_a_database_that_is_gone_is_a_503_with_a_time_to_retry(clock) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    settings = load_settings(environment="test", secret_key="a-key-for-tests-only-0123456789")
    reader = Reader(create_app(Services(settings, database, clock)))
    for path in ("/healthz", "/"):
        reader.get(path)
        assert reader.page.status_code == 503
        assert reader.page.headers["Retry-After"] == "5"
    assert "The database does not answer now." in reader.words
    database.close()


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_page_comes_in_every_language(reader, services, code) -> None:
    demo.load(services.database, now=services.clock(), say=lambda text: None)
    for path in ("/", "/campaigns/sample-fa", "/reports/sample-fa", "/methods", "/account"):
        reader.get(f"{path}?uselang={code}")
        assert reader.page.status_code == 200
        language = LANGUAGES[code]
        assert f'<html lang="{code}" dir="{language.direction}">' in reader.text
        assert reader.page.headers["Content-Language"] == code


def test_numbers_are_written_anew_for_every_reader(reader, services) -> None:
    """Also those that are constants of a template."""
    demo.load(services.database, now=services.clock(), say=lambda text: None)
    assert "50%" in reader.get("/reports/sample-fa?uselang=en").words
    words = reader.get("/reports/sample-fa?uselang=fa").words
    assert "۵۰٪" in words
    assert "50%" not in words


def test_a_chosen_language_stays_and_returns_to_the_page(reader, services) -> None:
    reader.get("/methods").post("/language", language="fi", back="/methods")
    assert reader.path == "/methods"
    assert '<html lang="fi"' in reader.text
    assert '<html lang="fi"' in reader.get("/").text
    assert '<html lang="ca"' in reader.get("/?uselang=ca").text


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb"],
)
def test_the_language_form_never_leads_off_this_site(reader, back) -> None:
    reader.get("/").post("/language", follow=False, language="fi", back=back)
    assert reader.page.headers["Location"] == "/"


def test_a_form_without_its_token_is_refused(reader, services) -> None:
    factories.make_campaign(services.database, services.clock())
    reader.token = ""
    reader.post("/campaigns/a-campaign/start")
    assert reader.page.status_code == 400
    assert "too old or came from elsewhere" in reader.words


@pytest.mark.parametrize(
    "path",
    [
        "/edits/sample-en/9223372036854775808",
        "/edits/sample-en/" + "9" * 40,
        "/edits/%00/5",
        "/edits/sample%00/5",
        "/tasks/" + "9" * 30,
        "/tasks/" + "9" * 30 + "/reveal",
        "/campaigns/%00",
        "/reports/a%00b",
        "/api/v1/campaigns/%00",
        "/api/v1/campaigns/%ED%A0%80/report",
        "/campaigns/" + "a" * 4000,
    ],
)
def test_addresses_that_can_not_be_are_not_found(reader, services, path) -> None:
    reader.get("/account").post("/try")
    assert reader.get(path).page.status_code == 404


def test_a_note_with_nul_is_saved_without_it(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader).judge(note="before\0after")
    assert "beforeafter" in reader.words
    reader.post(reader.path, **{"answer-damaging": "no", "answer-goodfaith": "no", "note": "\0"})
    assert reader.page.status_code == 200


def test_signing_out_ends_the_session_everywhere(app, services) -> None:
    one, other = Reader(app), Reader(app)
    one.get("/account").post("/try")
    cookie = one.client.get_cookie("jadelite")
    other.client.set_cookie("jadelite", cookie.value)
    assert "Your judgments are kept" in other.get("/account").words
    one.get("/account").post("/account/sign-out")
    assert "You are not signed in." in other.get("/account").words


def test_a_cookie_of_another_database_is_nobody(app, services) -> None:
    old = Reader(app)
    old.get("/account").post("/try")
    with services.database.transaction() as session:
        session.execute(text("UPDATE reviewer SET pseudonym = 'R-ANOTHER'"))
    assert "You are not signed in." in old.get("/account").words


def test_titles_are_plain_text(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, kind="import")
    for path in ("/campaigns/a-campaign", "/reports/a-campaign", f"/edits/{factories.WIKI}/1001"):
        title = re.search("<title>(.*?)</title>", reader.get(path).text)
        assert title
        assert "&lt;" not in title.group(1)
        assert "<" not in title.group(1)


def test_a_refused_form_says_so_at_the_top_and_in_the_title(reader, services) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1)
    start(reader).post(reader.path)
    assert "<title>Your judgment is not complete yet." in reader.text
    assert reader.text.index('id="problem"') < reader.text.index('class="diff ')
    assert 'href="#q-damaging"' in reader.text


def test_a_link_in_a_language_stays_in_it_unless_another_was_chosen(reader, services) -> None:
    reader.get("/?uselang=fa")
    assert '<html lang="fa"' in reader.get("/methods").text
    reader.post("/language", language="ca", back="/")
    assert '<html lang="fi"' in reader.get("/?uselang=fi").text
    assert '<html lang="ca"' in reader.get("/").text


def test_a_language_chosen_once_comes_back_with_the_account(app, services) -> None:
    reader = Reader(app)
    reader.get("/account").post("/try").post("/language", language="fi", back="/")
    with app.test_request_context():
        sign_in(1)
        assert flask_session["language"] == "fi"

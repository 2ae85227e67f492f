"""The operator's page and the figures for monitoring."""

from datetime import timedelta

import factories
import pytest
from sqlalchemy import text

from jadelite.config import load_settings
from jadelite.db import upstreams, work
from jadelite.db.upstreams import ServiceState
from jadelite.web.app import create_app
from jadelite.web.locale import LANGUAGES
from jadelite.wiring import Services

TOKEN = "a-token-for-tests-only-0123456789"


def as_operator(reader):
    """The reader, signed in and with the role of an operator."""
    return reader.get("/account").post("/try").post("/account/role", role="operator")


def service(now, **changes):
    values = {
        "name": "liftwing", "state": "closed", "opened_at": None, "paused_until": None,
        "n_calls": 1234, "n_failures": 5, "n_retries": 6, "last_failure": None,
        "last_failure_at": None, "updated_at": now,
    }  # fmt: skip
    return ServiceState(**{**values, **changes})


def fill(services):
    """Services in every state, a stream, work that waits and that failed, and missing scores."""
    now = services.clock()
    factories.make_campaign(services.database, now, n_edits=2, probability=None)
    with services.database.transaction() as session:
        upstreams.put(
            session,
            [
                service(now, paused_until=now + timedelta(minutes=5)),
                service(
                    now,
                    name="ores",
                    state="open",
                    opened_at=now - timedelta(minutes=3),
                    last_failure="the server did not answer: <b>30 s</b>",
                    last_failure_at=now - timedelta(minutes=3),
                ),
                service(now, name="wikis", state="half-open"),
            ],
        )
        statement = "INSERT INTO stream_offset (name, position, n_events, stored_at)"
        session.execute(
            text(f"{statement} VALUES ('a.stream', 'x', 98765, :at)"),
            {"at": f"{now - timedelta(minutes=3):%Y-%m-%d %H:%M:%S}+00:00"}
            if services.database.url.startswith("postgresql")
            else {"at": f"{now - timedelta(minutes=3):%Y-%m-%d %H:%M:%S.%f}"},
        )
        work.ask(session, "a-kind", "a-kind:one", {}, due_at=now, now=now)
        work.ask(session, "a-kind", "a-kind:two", {}, due_at=now, now=now)
        session.execute(
            text("UPDATE work SET state = 'failed', failure = 'it broke' WHERE key = 'a-kind:two'")
        )
    rows = []
    for rev_id in (1001, 1002):
        reason = {"reason": "not-scorable", "detail": "a new page"}
        line = factories.score_line(rev_id, failure=reason)
        del line["probabilities"], line["prediction"]
        rows.append(line)
    assert factories.import_rows(services.database, "scores", rows, now).n_bad == 0


def test_an_empty_house_is_told_in_words(reader) -> None:
    as_operator(reader).get("/operator")
    assert reader.page.status_code == 200
    for told in (
        "No service was asked so far.",
        "No event stream was followed so far.",
        "Nothing waits, and nothing has failed.",
        "No model has refused an edit so far.",
    ):
        assert told in reader.words


def test_the_page_tells_of_services_streams_work_and_missing_scores(reader, services) -> None:
    fill(services)
    words = as_operator(reader).get("/operator").words
    assert "liftwing … asked us to wait until November 22, 2026, 12:05 UTC 1,234 5 6" in words
    assert "ores ✕ is left alone after too many failures since" in words
    assert "3 minutes ago the server did not answer: <b>30 s</b>" in words
    assert "wikis … is tried with one call" in words
    assert "a.stream 98,765 3 minutes ago" in words
    assert "a-kind:one … waits" in words
    assert "a-kind:two ✕ has failed" in words
    assert "it broke" in words
    assert "sample-fa damaging kind of edit the model can’t judge 2" in words
    assert "<b>30 s</b>" not in reader.text


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_the_page_comes_in_every_language(reader, services, code) -> None:
    fill(services)
    as_operator(reader).get(f"/operator?uselang={code}")
    assert reader.page.status_code == 200
    assert f'<html lang="{code}"' in reader.text


def test_the_page_sends_few_statements(reader, services, count_queries) -> None:
    fill(services)
    as_operator(reader)
    with count_queries() as count:
        reader.get("/operator")
    assert count() <= 7, count()


@pytest.mark.parametrize("role", [None, "reviewer", "coordinator", "model-team"])
@pytest.mark.parametrize("path", ["/operator", "/metrics"])
def test_nobody_else_is_let_in_or_shown_the_way(reader, path, role) -> None:
    if role:
        reader.get("/account").post("/try").post("/account/role", role=role)
    assert "/operator" not in reader.get("/account").text
    assert reader.get(path).page.status_code == 403


def test_an_operator_finds_the_way_from_every_page(reader) -> None:
    as_operator(reader)
    for path in ("/", "/methods", "/account"):
        assert 'href="/operator"' in reader.get(path).text


def test_operators_read_the_figures(reader, services) -> None:
    fill(services)
    page = as_operator(reader).get("/metrics").page
    assert page.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = reader.text.splitlines()
    for line in (
        'jadelite_upstream_state{state="closed",upstream="liftwing"} 1.0',
        'jadelite_upstream_state{state="open",upstream="liftwing"} 0.0',
        'jadelite_upstream_state{state="open",upstream="ores"} 1.0',
        'jadelite_upstream_state{state="half-open",upstream="wikis"} 1.0',
        'jadelite_upstream_calls_total{upstream="liftwing"} 1234.0',
        'jadelite_upstream_failures_total{upstream="liftwing"} 5.0',
        'jadelite_upstream_retries_total{upstream="liftwing"} 6.0',
        'jadelite_stream_events_total{stream="a.stream"} 98765.0',
        'jadelite_stream_age_seconds{stream="a.stream"} 180.0',
        'jadelite_work{kind="a-kind",state="failed"} 1.0',
        'jadelite_work{kind="a-kind",state="waiting"} 1.0',
        'jadelite_missing_scores{model="damaging",reason="not-scorable",wiki="sample-fa"} 2.0',
    ):
        assert line in lines, line
    paused = [line for line in lines if line.startswith("jadelite_upstream_paused_until_seconds{")]
    (until,) = (float(line.split()[-1]) for line in paused)
    assert until == (services.clock() + timedelta(minutes=5)).timestamp()


def test_the_figures_name_no_person_and_no_page(reader, services) -> None:
    fill(services)
    as_operator(reader).get("/metrics")
    for name in ("R-", "Page 1001", "a summary", "30 s", "it broke"):
        assert name not in reader.text


def with_token(services, token=TOKEN):
    """A client of a site whose monitoring has a token."""
    settings = load_settings(
        environment="test",
        database_url="sqlite:///never-opened.sqlite3",
        secret_key="a-key-for-tests-only-0123456789abcdef",
        metrics_token=token,
    )
    return create_app(Services(settings, services.database, services.clock)).test_client()


def test_the_monitoring_reads_the_figures_with_its_token_only(services) -> None:
    client = with_token(services)
    for shown, status in (
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 403),
        (f"Bearer {TOKEN[:-1]}", 403),
        ("Bearer ", 403),
        ("Bearer \xe9", 403),
        (TOKEN, 403),
        (f"Basic {TOKEN}", 403),
        ("", 403),
    ):
        answer = client.get("/metrics", headers={"Authorization": shown})
        assert answer.status_code == status, shown
        assert "Set-Cookie" not in answer.headers
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics").mimetype == "application/problem+json"


def test_a_token_opens_nothing_but_the_figures(services) -> None:
    answer = with_token(services).get("/operator", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 403


def test_without_a_token_in_the_settings_none_is_taken(services) -> None:
    client = with_token(services, "")
    for shown in ("Bearer", "Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": shown}).status_code == 403


def test_the_figures_are_read_anew_and_kept_nowhere(services) -> None:
    client = with_token(services)
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert "liftwing" not in client.get("/metrics", headers=shown).text
    fill(services)
    assert "liftwing" in client.get("/metrics", headers=shown).text

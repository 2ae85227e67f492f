"""A coordinator makes, draws, opens, extends, closes and archives a campaign in the browser."""

import re
from collections.abc import Callable

import factories
import pytest
from reader import Reader

from jadelite.audit import approvals, queue, reporting, reports
from jadelite.audit.outside import Outside
from jadelite.audit.queue import Bench
from jadelite.domain.people import OPERATOR

N_EDITS = 60
REAL = "fiwiki"
FORM = {
    "wiki": factories.WIKI,
    "slug": "autumn",
    "name": "نمونهٔ پاییز",
    "language": "fa",
    "facet": "editquality",
    "model": "damaging@1.0.0",
    "n_planned": "24",
    "k": "1",
    "max_extra": "0",
    "guideline": "خوب نگاه کنید.",
}


def fill(services, *, wiki: str = factories.WIKI, n_edits: int = N_EDITS) -> None:
    """Stored edits of a wiki with scores from 0 to 1."""
    now, database = services.clock(), services.database
    rev_ids = range(1001, 1001 + n_edits)
    factories.import_rows(
        database, "edits", [factories.edit_line(rev_id, wiki=wiki) for rev_id in rev_ids], now
    )
    rows = [
        factories.score_line(rev_id, place / n_edits, wiki=wiki)
        for place, rev_id in enumerate(rev_ids)
    ]
    factories.import_rows(database, "scores", rows, now)


def as_role(reader: Reader, role: str) -> Reader:
    return reader.get("/account").post("/try").post("/account/role", role=role)


@pytest.fixture
def coordinator(reader, services) -> Reader:
    fill(services)
    return as_role(reader, "coordinator")


@pytest.fixture
def work_off(services) -> Callable[[], None]:
    """Let the worker do what is due."""
    bench = Bench(
        services.database, Outside(services.settings, clock=services.clock), services.clock
    )

    def run() -> None:
        while queue.run_next(bench):
            pass

    return run


def send(reader: Reader, action: str = "create", **changes: str) -> Reader:
    reader.get(f"/campaigns/new?wiki={changes.get('wiki', FORM['wiki'])}")
    return reader.post("/campaigns/new", **{**FORM, **changes, "action": action})


def test_the_whole_way_from_a_plan_to_an_archive(coordinator, new_reader, services, work_off):
    assert 'href="/campaigns/new"' in coordinator.get("/").text
    assert f">{factories.WIKI} – 60 edits<" in coordinator.get("/campaigns/new").text

    send(coordinator, "plan")
    assert coordinator.page.status_code == 200
    assert "Nothing is stored and nothing is drawn yet." in coordinator.words
    assert "Judgments 24" in coordinator.words
    assert "plus or minus" in coordinator.words
    assert 'value="autumn"' in coordinator.text
    assert coordinator.get("/campaigns/autumn").page.status_code == 404

    send(coordinator)
    assert coordinator.path == "/campaigns/autumn/manage"
    assert "Draft. Nobody can judge here yet." in coordinator.words
    assert "How sure the figures will be" in coordinator.words
    assert "Open it for judging" not in coordinator.words
    coordinator.post("/campaigns/autumn/state", action="open")
    assert coordinator.page.status_code == 409
    assert "Draw the edits first" in coordinator.words

    coordinator.post("/campaigns/autumn/draw", stream="probability")
    assert "The edits are being drawn." in coordinator.words
    assert "data-reload" in coordinator.text
    work_off()
    coordinator.get("/campaigns/autumn/manage")
    assert "24 of 60 edits were drawn at random" in coordinator.words
    assert "Chance of each" in coordinator.words
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    assert coordinator.page.status_code == 409
    assert "A second draw would change the chance" in coordinator.words

    visitor = new_reader()
    assert "autumn" not in visitor.get("/").text
    coordinator.post("/campaigns/autumn/state", action="open")
    assert "Open. Judgments are taken." in coordinator.words
    assert "Chance of each" not in coordinator.words
    assert "نمونهٔ پاییز" in visitor.get("/").text
    reviewer = as_role(new_reader(), "reviewer")
    reviewer.get("/campaigns/autumn")
    assert "24 of 60 edits were drawn at random" in reviewer.words
    assert "Chance of each" not in reviewer.words
    assert "It asks for 24 judgments" in reviewer.words
    assert "/campaigns/autumn/manage" not in reviewer.text
    reviewer.post("/campaigns/autumn/start", length="10")
    assert reviewer.path.startswith("/tasks/")
    reviewer.judge()
    assert reviewer.path.endswith("/reveal")
    assert "Go on: 1 of 10" in reviewer.get("/campaigns/autumn").words

    coordinator.post("/campaigns/autumn/state", action="archive")
    assert coordinator.page.status_code == 409
    coordinator.post("/campaigns/autumn/state", action="close")
    assert "Closed." in coordinator.words
    work_off()
    assert "Report of" in visitor.get("/campaigns/autumn").words
    assert "Chance of each" in visitor.words
    coordinator.post("/campaigns/autumn/state", action="archive")
    assert "Archived. It can only be read." in coordinator.words
    assert "autumn" not in visitor.get("/").text
    assert "/campaigns/autumn" in visitor.get("/archive").text
    assert visitor.get("/campaigns/autumn").page.status_code == 200


def test_every_wrong_field_is_named_at_once_and_nothing_typed_is_lost(coordinator) -> None:
    send(
        coordinator,
        slug="Bad Name",
        model="nothing@1",
        facet="nothing",
        n_planned="1",
        k="many",
        max_extra="9",
        daily_cap="0",
        window_from="2026-10-02",
        window_to="2026-10-01",
        closes_at="yesterday",
        namespaces="zero",
        name="two\nlines",
        language="xx-yy",
        guideline="x" * 20_001,
    )
    assert coordinator.page.status_code == 422
    found = set(re.findall(r'href="#f-(\w+)"', coordinator.text))
    assert found == {
        "slug", "models", "facet", "n_planned", "k", "max_extra", "daily_cap", "closes_at",
        "namespaces", "name", "language", "guideline", "window_to",
    }  # fmt: skip
    assert 'value="Bad Name"' in coordinator.text
    assert 'value="yesterday"' in coordinator.text
    assert "This value can’t be used." not in coordinator.words
    assert coordinator.get("/campaigns/bad-name").page.status_code == 404


def test_a_name_that_is_taken_is_refused(coordinator) -> None:
    send(coordinator)
    send(coordinator)
    assert coordinator.page.status_code == 422
    assert "There is a campaign of this name already." in coordinator.words


def test_a_frame_without_edits_is_refused_with_the_number(coordinator) -> None:
    send(coordinator, "plan", window_from="2030-01-01")
    assert coordinator.page.status_code == 404
    assert "No edit that fits has a score of this model." in coordinator.words
    assert 'value="2030-01-01"' in coordinator.text


def test_a_real_wiki_opens_only_once_its_community_agreed(reader, services, work_off) -> None:
    fill(services, wiki=REAL)
    coordinator = as_role(reader, "coordinator")
    send(coordinator, wiki=REAL, language="fi")
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    coordinator.get("/campaigns/autumn/manage")
    assert "has not agreed to this audit yet" in coordinator.words
    command = f'<pre dir="ltr"><code>jadelite sites approve {REAL} --discussion URL</code></pre>'
    assert command in coordinator.text
    assert "Open it for judging" not in coordinator.words
    coordinator.post("/campaigns/autumn/state", action="open")
    assert coordinator.page.status_code == 403
    approvals.approve(
        services.database, OPERATOR, REAL, "https://fi.wikipedia.org/wiki/x", now=services.clock()
    )
    coordinator.get("/campaigns/autumn/manage").post("/campaigns/autumn/state", action="open")
    assert "Open. Judgments are taken." in coordinator.words


def test_a_campaign_is_extended(coordinator, services, work_off) -> None:
    send(coordinator, closes_at="2026-11-30")
    assert "It ends on December 1, 2026" in coordinator.words
    coordinator.post("/campaigns/autumn/extend", closes_at="2026-12-31", k="2", n_planned="30")
    assert "It ends on January 1, 2027" in coordinator.words
    assert "Judgments 60" in coordinator.words
    for fields in ({"closes_at": "2026-12-24"}, {"k": "1"}, {"closes_at": "x"}, {}):
        coordinator.post("/campaigns/autumn/extend", **fields)
        assert coordinator.page.status_code == 422, fields
        assert 'class="wrong"' in coordinator.text
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    coordinator.get("/campaigns/autumn/manage")
    coordinator.post("/campaigns/autumn/extend", n_planned="50")
    assert coordinator.page.status_code == 409


def test_the_end_of_a_campaign_takes_no_more_judgments(
    coordinator, new_reader, clock, work_off
) -> None:
    send(coordinator, closes_at="2026-11-23")
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    coordinator.get("/campaigns/autumn/manage").post("/campaigns/autumn/state", action="open")
    reviewer = as_role(new_reader(), "reviewer")
    reviewer.get("/campaigns/autumn").post("/campaigns/autumn/start", length="10")
    assert reviewer.path.startswith("/tasks/")
    clock.move(days=2)
    reviewer.judge()
    assert reviewer.page.status_code == 409
    assert "The end of this campaign has come." in reviewer.get("/campaigns/autumn").words
    reviewer.post("/campaigns/autumn/start", length="10")
    assert reviewer.page.status_code == 409
    coordinator.post("/campaigns/autumn/state", action="close")
    coordinator.post("/campaigns/autumn/state", action="open")
    assert coordinator.page.status_code == 409
    assert "Choose a later end first." in coordinator.words


@pytest.mark.parametrize("role", [None, "reviewer", "model-team"])
def test_nobody_else_leads_campaigns(coordinator, new_reader, role) -> None:
    send(coordinator)
    other = new_reader()
    other.get("/account")
    if role:
        as_role(other, role)
    assert "/campaigns/new" not in other.get("/").text
    for path in ("/campaigns/new", "/campaigns/autumn/manage"):
        assert other.get(path).page.status_code == 403, path
    other.get("/account")
    for path in (
        "/campaigns/new",
        *(f"/campaigns/autumn/{x}" for x in ("draw", "state", "extend")),
    ):
        assert other.post(path, action="close").page.status_code == 403, path


def test_a_wiki_without_scores_or_edits_says_so(reader, services) -> None:
    coordinator = as_role(reader, "coordinator")
    assert "No edits are stored here yet" in coordinator.get("/campaigns/new").words
    assert coordinator.get("/campaigns/new?wiki=nowiki").page.status_code == 404
    factories.import_rows(services.database, "edits", [factories.edit_line(1)], services.clock())
    coordinator.get(f"/campaigns/new?wiki={factories.WIKI}")
    assert "No model has scored edits of" in coordinator.words


@pytest.mark.parametrize("language", ["en", "ar", "ca", "fa", "fi", "qqx"])
def test_the_pages_stand_in_every_language(coordinator, work_off, language) -> None:
    send(coordinator)
    for path in ("/campaigns/new", f"/campaigns/new?wiki={factories.WIKI}", "/archive"):
        joint = "&" if "?" in path else "?"
        coordinator.get(f"{path}{joint}uselang={language}")
        assert coordinator.page.status_code == 200
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    for path in ("/campaigns/autumn", "/campaigns/autumn/manage"):
        coordinator.get(f"{path}?uselang={language}")
        assert coordinator.page.status_code == 200


@pytest.mark.parametrize("n_edits", [60, 120])
def test_the_pages_send_few_statements(reader, services, count_queries, work_off, n_edits) -> None:
    fill(services, n_edits=n_edits)
    coordinator = as_role(reader, "coordinator")
    send(coordinator)
    limits = {
        "/campaigns/new": 4,
        f"/campaigns/new?wiki={factories.WIKI}": 7,
        "/campaigns/autumn/manage": 20,
        "/archive": 5,
    }
    for path, limit in limits.items():
        with count_queries() as count:
            coordinator.get(path)
        assert coordinator.page.status_code == 200, path
        assert count() <= limit, (path, count())
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    with count_queries() as count:
        coordinator.get("/campaigns/autumn/manage")
    assert count() <= 17, count()


def test_a_campaign_that_was_made_here_is_of_its_maker(coordinator, services) -> None:
    send(coordinator)
    with services.database.reading() as session:
        from jadelite.db.tables import CampaignRow  # noqa: PLC0415

        row = session.query(CampaignRow).filter_by(slug="autumn").one()
    assert row.created_by is not None
    assert (row.kind, row.state, row.n_planned, row.k) == ("sample", "draft", 24, 1)
    assert row.guideline_version == 1


def test_a_small_frame_tells_nothing_of_its_scores_while_it_is_judged(
    reader, new_reader, services, work_off
) -> None:
    """A frame of one edit would tell that edit's score to somebody who may judge it."""
    fill(services, n_edits=19)
    coordinator = as_role(reader, "coordinator")
    closed = "The frame has fewer than 20 edits"
    send(coordinator, "plan", n_planned="12")
    assert closed in coordinator.words
    assert "Judgments 12" in coordinator.words
    assert "How sure the figures will be" not in coordinator.words
    assert "Chance of each" not in coordinator.words
    send(coordinator, n_planned="12")
    assert coordinator.path == "/campaigns/autumn/manage"
    assert closed in coordinator.words
    assert "Chance of each" not in coordinator.words
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    coordinator.get("/campaigns/autumn/manage").post("/campaigns/autumn/state", action="open")
    visitor = new_reader()
    for page in (
        coordinator.get("/campaigns/autumn/manage"),
        visitor.get("/campaigns/autumn"),
    ):
        assert "of 19 edits were drawn at random." in page.words
        assert "Chance of each" not in page.words
    coordinator.post("/campaigns/autumn/state", action="close")
    for page in (
        coordinator.get("/campaigns/autumn/manage"),
        visitor.get("/campaigns/autumn"),
    ):
        assert "strata by score" in page.words
        assert "Chance of each" in page.words


def test_a_report_keeps_the_strata_of_a_small_frame_until_the_end(
    reader, services, work_off
) -> None:
    fill(services, n_edits=19)
    coordinator = as_role(reader, "coordinator")
    send(coordinator, n_planned="12")
    coordinator.post("/campaigns/autumn/draw", stream="probability")
    work_off()
    coordinator.get("/campaigns/autumn/manage").post("/campaigns/autumn/state", action="open")
    frozen = reporting.compute(services.database, "autumn", now=services.clock())
    assert len(frozen.sample.strata) > 1
    (shown,) = reports.report_page(services.database, "autumn").report.sample.strata
    assert (shown.low, shown.high, shown.n_edits) == (None, None, 19)
    assert coordinator.get("/reports/autumn").page.status_code == 200
    coordinator.get("/campaigns/autumn/manage").post("/campaigns/autumn/state", action="close")
    assert reports.report_page(services.database, "autumn").report.sample == frozen.sample

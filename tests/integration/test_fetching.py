"""Scores from services, on both databases: stored once, never replaced, every gap explained."""

from dataclasses import replace
from datetime import timedelta

import factories
import pytest
from faults import FaultServer, Request
from sqlalchemy import text

from jadelite.audit import fetching, showing
from jadelite.audit.fetching import FetchSummary, Wanted
from jadelite.audit.outside import Outside
from jadelite.domain.errors import Invalid, NotFound, Unavailable
from jadelite.upstream.services import SERVICES, Hosts

WIKI = "enwiki"
VERSION = "0.5.1"


def liftwing(request: Request) -> object:
    """What a revscoring server answers; revision 404 is missing, 410 deleted."""
    rev_id = request.json()["rev_id"]
    share = rev_id % 100 / 100
    score = {"prediction": share >= 0.5, "probability": {"true": share, "false": 1 - share}}
    return {
        WIKI: {
            "models": {"damaging": {"version": VERSION}},
            "scores": {str(rev_id): {"damaging": {"score": score}}},
        }
    }


@pytest.fixture
def server():
    with FaultServer(good=liftwing) as running:
        yield running


@pytest.fixture
def outside(services, server, tmp_path, clock):
    hurried = replace(
        SERVICES["liftwing"].manners, read_timeout=0.3, total_timeout=0.6, rate_per_second=10_000
    )
    settings = services.settings.model_copy(update={"run_folder": tmp_path})
    hosts = Hosts(services={"liftwing": server.url}, manners={"liftwing": hurried})
    found = Outside(settings, clock=clock, sleep=lambda seconds: None, hosts=hosts)
    yield found
    found.close()


def fetch(services, outside, rev_ids, **changes) -> FetchSummary:
    return fetching.fetch_scores(
        services.database,
        outside,
        WIKI,
        "damaging",
        Wanted(rev_ids=rev_ids, **changes),
        clock=services.clock,
        progress=lambda summary: None,
    )


def rows(database, query: str) -> list[tuple]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(query))]


SCORES = (
    "SELECT e.rev_id, m.name, v.version, s.prediction, s.probability, s.source FROM score s"
    " JOIN edit e ON e.edit_id = s.edit_id"
    " JOIN model_version v ON v.model_version_id = s.model_version_id"
    " JOIN model m ON m.model_id = v.model_id ORDER BY e.rev_id, v.version"
)
FAILURES = "SELECT e.rev_id, f.reason FROM score_failure f JOIN edit e ON e.edit_id = f.edit_id"


def test_scores_are_stored_at_full_precision_with_model_version_and_source(
    services, outside
) -> None:
    summary = fetch(services, outside, [1234507, 1234561])
    assert (summary.n_stored, summary.n_bad) == (2, 0)
    assert rows(services.database, SCORES) == [
        (1234507, "enwiki-damaging", VERSION, "false", 0.07, "liftwing"),
        (1234561, "enwiki-damaging", VERSION, "true", 0.61, "liftwing"),
    ]


def test_zero_and_one_are_probabilities(services, outside) -> None:
    fetch(services, outside, [1200])
    assert rows(services.database, SCORES)[0][4] == 0.0


def test_what_is_done_is_not_asked_again_and_again_changes_nothing(
    services, outside, server
) -> None:
    fetch(services, outside, [1, 2, 3])
    server.forget()
    summary = fetch(services, outside, [1, 2, 3])
    assert (summary.n_skipped, summary.n_asked, server.requests) == (3, 0, [])
    summary = fetch(services, outside, [1, 2, 3], is_again=True)
    assert (summary.n_known, summary.n_stored) == (3, 0)


def test_another_score_of_the_same_version_never_replaces_the_first(
    services, outside, server
) -> None:
    fetch(services, outside, [7])

    def changed(request: Request) -> object:
        answer = liftwing(request)
        answer[WIKI]["scores"]["7"]["damaging"]["score"]["probability"] = {
            "true": 0.4,
            "false": 0.6,
        }
        return answer

    server._good = changed
    summary = fetch(services, outside, [7], is_again=True)
    assert summary.differing == [7]
    assert [row[4] for row in rows(services.database, SCORES)] == [0.07]


def test_a_new_model_version_is_a_new_row(services, outside, server) -> None:
    fetch(services, outside, [7])

    def newer(request: Request) -> object:
        answer = liftwing(request)
        answer[WIKI]["models"]["damaging"]["version"] = "0.6.0"
        return answer

    server._good = newer
    assert fetch(services, outside, [7], is_again=True).n_stored == 1
    assert [row[2] for row in rows(services.database, SCORES)] == [VERSION, "0.6.0"]


def test_a_failure_is_stored_with_its_reason_and_gives_way_to_a_score(
    services, outside, server, clock
) -> None:
    server.play("status-503")
    summary = fetch(services, outside, [7])
    assert dict(summary.failed) == {"transient": 1}
    assert rows(services.database, FAILURES) == [(7, "transient")]
    page = showing.edit_page(services.database, WIKI, 7)
    assert page.said.failures == ()  # masked until somebody may see the edit's scores
    server.play("good")
    clock.move(minutes=10)
    assert fetch(services, outside, [7]).n_stored == 1


def test_a_service_that_is_down_ends_the_asking_and_keeps_why(services, outside, server) -> None:
    server.play("refused")
    summary = fetch(services, outside, list(range(1, 60)))
    assert summary.stopped is not None
    assert summary.n_asked == fetching.MAX_VAIN_BATCHES
    assert rows(services.database, SCORES) == []
    states = rows(services.database, "SELECT name, n_failures > 0 FROM upstream_state")
    assert [(name, bool(is_any)) for name, is_any in states] == [("liftwing", True)]


def test_a_dry_run_asks_nobody_and_stores_nothing(services, outside, server) -> None:
    summary = fetch(services, outside, [1, 2], is_dry_run=True)
    assert (summary.n_asked, server.requests) == (2, [])
    assert rows(services.database, "SELECT rev_id FROM edit") == []


def test_a_killed_fetch_goes_on_where_it_ended(services, outside) -> None:
    seen = []

    def stop(summary: FetchSummary) -> None:
        seen.append(summary.n_stored)
        if summary.n_stored == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetching.fetch_scores(
            services.database,
            outside,
            WIKI,
            "damaging",
            Wanted(rev_ids=[1, 2, 3, 4, 5]),
            clock=services.clock,
            progress=stop,
        )
    assert len(rows(services.database, SCORES)) == 3
    assert fetch(services, outside, [1, 2, 3, 4, 5]).n_stored == 2


def test_unknown_wikis_and_models_are_named(services, outside) -> None:
    for wiki, model, match in (
        ("nowhere@127.0.0.1:8080", "damaging", "nowhere"),
        (WIKI, "psychic", "no model 'psychic'"),
    ):
        with pytest.raises(NotFound, match=match):
            fetching.fetch_scores(
                services.database,
                outside,
                wiki,
                model,
                Wanted(rev_ids=[1]),
                clock=services.clock,
                progress=lambda summary: None,
            )


def test_a_version_of_a_model_that_a_service_runs_cant_be_chosen(outside, server) -> None:
    for name in ("damaging", f"{WIKI}-damaging"):
        with pytest.raises(Invalid, match=f"expected {name} without @0.5.1") as caught:
            outside.model(f"{name}@0.5.1", WIKI)
        assert caught.value.code == "version-not-ours"
    assert server.requests == []


def test_which_edits_must_be_said_once(services, outside) -> None:
    for wanted in (Wanted(), Wanted(rev_ids=[1], recent=5), Wanted(recent=0)):
        with pytest.raises(Invalid):
            fetching.fetch_scores(
                services.database,
                outside,
                WIKI,
                "damaging",
                wanted,
                clock=services.clock,
                progress=lambda summary: None,
            )


def test_a_wiki_that_does_not_answer_is_named(services, tmp_path, clock) -> None:
    with FaultServer(path="/w/api.php") as wiki:
        wiki.play("html-200")
        site = replace(Outside(services.settings, clock=clock).site(WIKI), api_url=wiki.url)
        settings = services.settings.model_copy(update={"run_folder": tmp_path})
        hosts = Hosts(wikis={WIKI: site})
        outside = Outside(settings, clock=clock, sleep=lambda seconds: None, hosts=hosts)
        with pytest.raises(Unavailable, match="recent changes"):
            fetching.fetch_scores(
                services.database,
                outside,
                WIKI,
                "damaging",
                Wanted(since=clock() - timedelta(hours=2)),
                clock=clock,
                progress=lambda summary: None,
            )
        outside.close()


def test_a_reviewer_sees_why_there_is_no_score(services, outside, server, now) -> None:
    factories.import_rows(services.database, "edits", [factories.edit_line(7, wiki=WIKI)], now)
    server.play("html-200")
    fetch(services, outside, [7])
    line = factories.judgment_line(7, wiki=WIKI)
    factories.import_rows(services.database, "judgments", [line], now)
    page = showing.edit_page(services.database, WIKI, 7)
    assert [failure.reason for failure in page.said.failures] == ["bad-answer"]


def test_a_fetch_ends_when_its_time_is_over_and_says_that_there_is_more(services, outside) -> None:
    summary = fetching.fetch_scores(
        services.database,
        outside,
        WIKI,
        "damaging",
        Wanted(rev_ids=list(range(1, 20))),
        clock=services.clock,
        progress=lambda summary: None,
        until=services.clock(),
    )
    assert summary.is_more
    assert 1 <= summary.n_stored < 19
    assert fetch(services, outside, list(range(1, 20))).n_stored == 19 - summary.n_stored


def test_one_edit_that_a_service_did_not_answer_for_is_no_success(
    services, outside, server
) -> None:
    server.play("status-503")
    summary = fetch(services, outside, [7])
    assert summary.stopped is not None
    assert summary.stopped.startswith("liftwing: ")


def test_a_wrong_address_is_noticed_before_all_edits_were_asked_about(
    services, outside, server
) -> None:
    server.play("wrong-schema")
    summary = fetch(services, outside, list(range(1, 200)))
    assert summary.stopped is not None
    assert summary.n_asked <= fetching.MAX_SENSELESS_BATCHES

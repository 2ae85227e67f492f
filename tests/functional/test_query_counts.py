"""How many statements each page sends: the same for ten edits as for a hundred."""

import factories
import pytest

LIMITS = {
    "/": 4,
    "/campaigns/a-campaign": 10,
    "/reports/a-campaign": 8,
    "/edits/sample-fa/1001": 6,  # masked
    "/methods": 0,
    "/healthz": 4,
    "/api/v1/campaigns": 4,
}


@pytest.mark.parametrize("n_edits", [10, 100])
def test_pages_send_few_statements(reader, services, count_queries, n_edits) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=n_edits)
    reader.get("/")
    for path, limit in LIMITS.items():
        with count_queries() as count:
            reader.get(path)
        assert reader.page.status_code == 200, path
        assert count() <= limit, (path, count())


def test_judging_sends_few_statements(reader, services, count_queries) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=50, k=3)
    reader.get("/").post("/campaigns/a-campaign/start")
    task = reader.path
    with count_queries() as count:
        reader.get(task)
    assert count() <= 11, count()
    with count_queries() as count:
        reader.post(task, follow=False, **{"answer-damaging": "no", "answer-goodfaith": "yes"})
    assert count() <= 26, count()  # one of them counts a reviewer who is new to the campaign
    with count_queries() as count:
        reader.get(f"{task}/reveal")
    assert count() <= 21, count()


def test_an_edit_page_that_shows_everything_sends_few_statements(
    reader, services, count_queries
) -> None:
    now = services.clock()
    factories.make_campaign(services.database, now, n_edits=2)
    factories.set_state(services.database, "a-campaign", "closed", now=now)
    with count_queries() as count:
        reader.get("/edits/sample-fa/1001")
    assert "90.0%" in reader.words
    assert count() <= 10, count()

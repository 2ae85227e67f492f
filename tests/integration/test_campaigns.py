"""Making and leading campaigns, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import factories
import pytest
from sqlalchemy import select

from jadelite.audit import approvals, campaigns, drawing, reports, schedule
from jadelite.db.tables import (
    ApprovalRow,
    CampaignModelRow,
    CampaignRow,
    CampaignTextRow,
    EventRow,
    FrameRow,
    TaskRow,
    WorkRow,
)
from jadelite.domain.errors import Conflict, Forbidden, Invalid, NotFound
from jadelite.domain.new_campaigns import NewCampaign
from jadelite.domain.people import OPERATOR, VISITOR, Actor

SLUG = "autumn"
REAL = "fiwiki"
NEW = NewCampaign(
    slug=SLUG, wiki=factories.WIKI, models=("damaging@1.0.0",), n_planned=12, k=2, language="fa"
)


def fill(database, now, *, wiki=factories.WIKI, n_edits=30, model="damaging") -> None:
    rev_ids = range(1001, 1001 + n_edits)
    edits = [factories.edit_line(rev_id, wiki=wiki) for rev_id in rev_ids]
    factories.import_rows(database, "edits", edits, now)
    scores = [
        factories.score_line(rev_id, place / n_edits, wiki=wiki, model=model)
        for place, rev_id in enumerate(rev_ids)
    ]
    factories.import_rows(database, "scores", scores, now, question="damaging")


def drawn(database, now, **changes) -> None:
    """A drawn draft."""
    fill(database, now, wiki=changes.get("wiki", factories.WIKI))
    campaigns.create(database, OPERATOR, replace(NEW, **changes), now=now)
    drawing.draw(database, SLUG, seed=7, now=now)


def rows(database, table, *conditions):
    with database.reading() as session:
        return list(session.scalars(select(table).where(*conditions)))


def wrong_fields(database, new, now) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        campaigns.create(database, OPERATOR, new, now=now)
    return {item.field: item.code for item in refused.value.fields}


def test_a_campaign_is_stored_with_its_frame_models_and_texts(database, now) -> None:
    fill(database, now)
    fill(database, now, model="other-damaging")
    ends = now + timedelta(days=30)
    new = replace(
        NEW,
        models=("damaging@1.0.0", "other-damaging@1.0.0"),
        window_from=datetime(2026, 9, 1, tzinfo=UTC),
        namespaces=(0, 4),
        by_editor=True,
        daily_cap=40,
        max_extra=2,
        closes_at=ends,
        name=" پاییز ",
        guideline="نگاه کنید.",
    )
    made = campaigns.create(database, OPERATOR, new, now=now)
    assert (made.kind, made.state, made.k, made.n_planned) == ("sample", "draft", 2, 12)
    assert (made.daily_cap, made.max_extra, made.closes_at) == (40, 2, ends)
    assert made.guideline_version == 1
    (row,) = rows(database, CampaignRow)
    assert row.median_seconds == 30
    assert len(rows(database, CampaignModelRow)) == 2
    (frame,) = rows(database, FrameRow)
    assert frame.n_edits == 30
    assert frame.filter["namespaces"] == [0, 4]
    assert frame.filter["by_editor"] is True
    texts = {(text.key, text.language): text.text for text in rows(database, CampaignTextRow)}
    assert texts == {("name", "fa"): "پاییز", ("guideline", "fa"): "نگاه کنید."}
    assert rows(database, TaskRow) == []
    assert [event.kind for event in rows(database, EventRow)] == ["campaign.created"]


def test_what_can_not_be_right_is_told_field_by_field(database, now) -> None:
    fill(database, now)
    wrong = replace(
        NEW, slug="new", models=("nobody@1",), facet="nothing", k=51, n_planned=1, max_extra=6,
        daily_cap=0, closes_at=now, window_from=now, window_to=now, name="a\nb", language="xx",
        guideline="x" * 20_001,
    )  # fmt: skip
    assert wrong_fields(database, wrong, now) == {
        "slug": "bad-slug",
        "models": "scored-nothing",
        "facet": "unknown-facet",
        "k": "bad-k",
        "n_planned": "bad-sample-size",
        "max_extra": "bad-extra",
        "daily_cap": "bad-daily-cap",
        "closes_at": "end-in-past",
        "window_to": "bad-window",
        "name": "not-one-line",
        "language": "bad-language-tag",
        "guideline": "guideline-too-long",
    }
    assert wrong_fields(database, replace(NEW, wiki="nowiki"), now) == {"wiki": "no-such-wiki"}
    assert wrong_fields(database, replace(NEW, models=()), now) == {"models": "no-model-chosen"}
    assert rows(database, CampaignRow) == []


def test_a_name_is_given_once(database, now) -> None:
    fill(database, now)
    campaigns.create(database, OPERATOR, NEW, now=now)
    assert wrong_fields(database, NEW, now) == {"slug": "slug-taken"}


def test_a_frame_without_edits_is_refused(database, now) -> None:
    fill(database, now)
    empty = replace(NEW, namespaces=(99,))
    with pytest.raises(NotFound, match="no edit of sample-fa fits"):
        campaigns.create(database, OPERATOR, empty, now=now)
    assert rows(database, CampaignRow) == []


def test_content_quality_can_be_asked_without_a_migration(database, now) -> None:
    fill(database, now)
    made = campaigns.create(database, OPERATOR, replace(NEW, facet="contentquality"), now=now)
    assert made.facet == "contentquality"


def test_a_plan_needs_no_name_and_stores_nothing(database, now) -> None:
    fill(database, now)
    plan = campaigns.preview(database, OPERATOR, replace(NEW, slug=""), now=now)
    assert (plan.n_edits, plan.n_drawn, plan.labour.n_judgments) == (30, 12, 24)
    assert rows(database, CampaignRow) == []


@pytest.mark.parametrize("actor", [VISITOR, Actor(1, "x", "person", frozenset({"reviewer"}))])
def test_only_who_leads_may(database, now, actor) -> None:
    fill(database, now)
    for act in (
        lambda: campaigns.create(database, actor, NEW, now=now),
        lambda: campaigns.preview(database, actor, NEW, now=now),
        lambda: campaigns.ask_draw(database, actor, SLUG, now=now),
        lambda: campaigns.open_(database, actor, SLUG, now=now),
        lambda: campaigns.close(database, actor, SLUG, now=now),
        lambda: campaigns.extend(database, actor, SLUG, k=5, now=now),
        lambda: campaigns.archive(database, actor, SLUG, now=now),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_draft_opens_with_edits_only(database, now) -> None:
    fill(database, now)
    campaigns.create(database, OPERATOR, NEW, now=now)
    with pytest.raises(Conflict, match="campaigns draw"):
        campaigns.open_(database, OPERATOR, SLUG, now=now)
    with pytest.raises(Conflict, match="is a draft"):
        campaigns.close(database, OPERATOR, SLUG, now=now)
    campaigns.ask_draw(database, OPERATOR, SLUG, now=now)
    campaigns.ask_draw(database, OPERATOR, SLUG, now=now)  # twice is as once
    (asked,) = rows(database, WorkRow)
    assert asked.payload == {"campaign": SLUG, "stream": "probability"}
    drawing.draw(database, SLUG, seed=7, now=now)
    assert campaigns.open_(database, OPERATOR, SLUG, now=now).is_open
    with pytest.raises(Conflict, match="a second draw would change"):
        campaigns.ask_draw(database, OPERATOR, SLUG, now=now)


def test_opening_and_closing_twice_is_as_once(database, now) -> None:
    drawn(database, now)
    for _ in range(2):
        campaigns.open_(database, OPERATOR, SLUG, now=now)
    for _ in range(2):
        campaigns.close(database, OPERATOR, SLUG, now=now)
    kinds = [event.kind for event in rows(database, EventRow)]
    assert (kinds.count("campaign.open"), kinds.count("campaign.closed")) == (1, 1)
    assert [work.key for work in rows(database, WorkRow, WorkRow.kind == "compute-report")]
    assert campaigns.open_(database, OPERATOR, SLUG, now=now).is_open


def test_an_archived_campaign_can_only_be_read(database, now) -> None:
    drawn(database, now)
    campaigns.open_(database, OPERATOR, SLUG, now=now)
    with pytest.raises(Conflict, match="closed first"):
        campaigns.archive(database, OPERATOR, SLUG, now=now)
    campaigns.close(database, OPERATOR, SLUG, now=now)
    for _ in range(2):
        assert campaigns.archive(database, OPERATOR, SLUG, now=now).state == "archived"
    for act in (campaigns.open_, campaigns.close):
        with pytest.raises(Conflict, match="archived"):
            act(database, OPERATOR, SLUG, now=now)
    with pytest.raises(Conflict, match="archived"):
        campaigns.extend(database, OPERATOR, SLUG, k=9, now=now)
    assert reports.list_campaigns(database) == []
    assert len(reports.list_campaigns(database, ("archived",))) == 1


def test_a_real_wiki_needs_the_agreement_of_its_community(database, now) -> None:
    drawn(database, now, wiki=REAL)
    with pytest.raises(Forbidden, match="has not agreed"):
        campaigns.open_(database, OPERATOR, SLUG, now=now)
    for bad in ("http://x.org/y", "https://", "https://[", "x", "https://x/" + "y" * 2000):
        with pytest.raises(Invalid, match="expected an https"):
            approvals.approve(database, OPERATOR, REAL, bad, now=now)
    with pytest.raises(NotFound):
        approvals.approve(database, OPERATOR, "nosuchwiki", "https://x.org/y", now=now)
    with pytest.raises(Forbidden):
        approvals.approve(database, VISITOR, REAL, "https://x.org/y", now=now)
    approvals.approve(database, OPERATOR, REAL, "https://x.org/y", now=now)
    (approval,) = rows(database, ApprovalRow)
    assert (approval.state, approval.discussion_url) == ("approved", "https://x.org/y")
    opened = campaigns.open_(database, OPERATOR, SLUG, now=now)
    assert (opened.kind, opened.is_open) == ("audit", True)


def test_a_wiki_of_which_nothing_is_stored_can_agree(database, now) -> None:
    approvals.approve(database, OPERATOR, "cawiki", "https://x.org/y", now=now)
    assert len(rows(database, ApprovalRow)) == 1


def test_more_reviewers_are_asked_for_edits_that_are_not_complete(database, now) -> None:
    drawn(database, now)
    campaigns.open_(database, OPERATOR, SLUG, now=now)
    done, *left = rows(database, TaskRow)
    with database.transaction() as session:
        session.get_one(TaskRow, done.task_id).n_judgments = 2
    assert campaigns.extend(database, OPERATOR, SLUG, k=4, now=now).k == 4
    wanted = {task.task_id: task.n_wanted for task in rows(database, TaskRow)}
    assert wanted.pop(done.task_id) == 2
    assert set(wanted) == {task.task_id for task in left}
    assert set(wanted.values()) == {4}


def test_a_campaign_whose_edits_are_all_public_gets_no_more_reviewers(database, now) -> None:
    drawn(database, now)
    with database.transaction() as session:
        for task in session.scalars(select(TaskRow)):
            task.n_judgments = 2
    with pytest.raises(Conflict, match="could not be blind"):
        campaigns.extend(database, OPERATOR, SLUG, k=3, now=now)
    (row,) = rows(database, CampaignRow)
    assert row.k == 2


def test_the_end_moves_later_only(database, now) -> None:
    drawn(database, now, closes_at=now + timedelta(days=10))
    later = now + timedelta(days=20)
    assert campaigns.extend(database, OPERATOR, SLUG, closes_at=later, now=now).closes_at == later
    for changes in ({"closes_at": later}, {"k": 1}, {"k": 51}, {"n": 1}, {}):
        with pytest.raises(Invalid):
            campaigns.extend(database, OPERATOR, SLUG, now=now, **changes)


def test_the_sample_grows_before_the_draw_only(database, now) -> None:
    fill(database, now)
    campaigns.create(database, OPERATOR, NEW, now=now)
    assert campaigns.extend(database, OPERATOR, SLUG, n=20, now=now).n_planned == 20
    assert drawing.draw(database, SLUG, now=now).n_drawn == 20
    with pytest.raises(Conflict, match="expected a new campaign"):
        campaigns.extend(database, OPERATOR, SLUG, n=25, now=now)


def test_a_campaign_closes_when_its_end_comes(database, now) -> None:
    drawn(database, now, closes_at=now + timedelta(days=1))
    opened = campaigns.open_(database, OPERATOR, SLUG, now=now)
    assert opened.is_open_at(now)
    end = now + timedelta(days=1)
    assert not opened.is_open_at(end)
    assert campaigns.close_due(database, now=end - timedelta(seconds=1)) == 0
    assert campaigns.close_due(database, now=end) == 1
    assert campaigns.close_due(database, now=end) == 0
    (row,) = rows(database, CampaignRow)
    assert row.state == "closed"
    with pytest.raises(Conflict, match="expected a later end"):
        campaigns.open_(database, OPERATOR, SLUG, now=end)
    campaigns.extend(database, OPERATOR, SLUG, closes_at=end + timedelta(days=1), now=end)
    assert campaigns.open_(database, OPERATOR, SLUG, now=end).is_open


def test_looking_for_ended_campaigns_is_standing_work(database, now) -> None:
    schedule.ask_standing(database, now=now)
    assert schedule.CLOSE_CAMPAIGNS in {work.kind for work in rows(database, WorkRow)}


def test_counts_are_of_what_feeds_the_figures(database, now) -> None:
    drawn(database, now)
    task = rows(database, TaskRow)[0]
    with database.transaction() as session:
        for stream, repeat_no in (("help", 0), ("probability", 1), ("practice", 0)):
            session.add(
                TaskRow(
                    campaign_id=task.campaign_id,
                    edit_id=task.edit_id,
                    stream=stream,
                    repeat_no=repeat_no,
                    n_judgments=5,
                    n_wanted=0,
                    drawn_at=now,
                )
            )
    (counted,) = reports.list_campaigns(database, ("draft",))
    assert (counted.n_edits, counted.n_complete, counted.n_judgments) == (12, 0, 0)

"""Facts, visibility and deletions are read out of events of every schema."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stream_events as made

from jadelite.domain.edits import Hidden
from jadelite.domain.events import BadEvent
from jadelite.wiki import events

EDITED = "2026-11-01T12:00:00Z"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "registered"),
        ({"user_is_bot": True}, "bot"),
        ({"user_is_temp": True}, "temporary"),
        ({"user_text": "~2026-1234-5", "user_id": 9}, "temporary"),
        ({"user_id": None, "user_text": "192.0.2.1"}, "unregistered"),
        ({"user_id": 0, "user_text": "2001:db8::1"}, "unregistered"),
        ({"user_edit_count": 9}, "newcomer"),
        ({"user_edit_count": 10}, "registered"),
        ({"user_registration_dt": "2026-10-28T12:00:01Z"}, "newcomer"),
        ({"user_registration_dt": "2026-10-28T12:00:00Z"}, "registered"),
        ({"user_registration_dt": None}, "unknown"),
        ({"user_edit_count": None}, "unknown"),
        ({"user_id": None, "user_text": None}, "unknown"),
    ],
)
def test_the_kind_of_editor_is_that_of_the_time_of_the_edit(
    changes: dict[str, Any], kind: str
) -> None:
    event = made.score_event(performer=made.performer(**changes), rev_timestamp=EDITED)
    found = events.facts_of_revision(event, "enwiki", is_parent_told=False)
    assert found.editor_kind == kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "registered"),
        ({"is_bot": True}, "bot"),
        ({"is_temp": True}, "temporary"),
        ({"edit_count": 1}, "newcomer"),
        ({"user_id": None, "is_system": True}, "unknown"),
        ({"user_id": None}, "unregistered"),
    ],
)
def test_the_kind_of_editor_of_a_page_change(changes: dict[str, Any], kind: str) -> None:
    editor = made.page_performer(**changes)
    event = made.page_event(revision=made.revision(1001, editor=editor))
    assert events.facts_of_page(event, "enwiki").editor_kind == kind


def test_a_hidden_editor_is_of_unknown_kind() -> None:
    event = made.page_event(revision=made.revision(1001, editor=None), performer=None)
    assert events.facts_of_page(event, "enwiki").editor_kind == "unknown"


def test_only_a_revision_create_event_without_parent_is_of_a_new_page() -> None:
    event = made.score_event(rev_parent_id=None, rev_len=120)
    created = events.facts_of_revision(event, "enwiki", is_parent_told=True)
    assert (created.parent_rev_id, created.size_change) == (0, 120)
    scored = events.facts_of_revision(event, "enwiki", is_parent_told=False)
    assert (scored.parent_rev_id, scored.size_change) == (None, None)
    known = events.facts_of_revision(made.score_event(rev_len=9), "enwiki", is_parent_told=True)
    assert (known.parent_rev_id, known.size_change) == (1000, None)


def test_the_size_changes_only_against_the_parent() -> None:
    assert events.facts_of_page(made.page_event(), "enwiki").size_change == 40
    other = made.page_event(prior_state={"revision": {"rev_id": 7, "rev_size": 60}})
    assert events.facts_of_page(other, "enwiki").size_change is None
    new = made.page_event(
        page_change_kind="create",
        prior_state=None,
        revision=made.revision(1001, rev_parent_id=None),
    )
    found = events.facts_of_page(new, "enwiki")
    assert (found.parent_rev_id, found.size_change) == (0, 100)


def test_a_later_event_about_an_edit_tells_nothing_of_its_editor_or_title() -> None:
    event = made.prediction_event(page_change_kind="move")
    found = events.facts_of_page(event, "enwiki")
    assert (found.page_title, found.namespace, found.editor_kind) == (None, None, "unknown")


@pytest.mark.parametrize(
    "page",
    [{"page_title": 7}, {"page_title": ""}, {"page_title": "x" * 256}, {"namespace_id": 2**31}],
)
def test_a_page_that_cant_be_is_refused(page: dict[str, Any]) -> None:
    with pytest.raises(BadEvent) as caught:
        events.facts_of_page(made.page_event(page=page), "enwiki")
    assert caught.value.reason == "bad-page"


def test_true_means_visible() -> None:
    event = made.visibility_event(9, text=False, user=True, comment=False)
    change = events.visibility_of_revision(event, "enwiki")
    assert (change.rev_id, change.hidden) == (9, Hidden(text=True, comment=True))
    assert change.at == datetime(2026, 11, 1, 0, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("state", [{}, {"text": "no", "user": True, "comment": True}, None])
def test_a_visibility_that_cant_be_is_refused(state: object) -> None:
    with pytest.raises(BadEvent):
        events.visibility_of_revision(made.visibility_event(visibility=state), "enwiki")


@pytest.mark.parametrize("flag", ["is_content_visible", "is_editor_visible", "is_comment_visible"])
@pytest.mark.parametrize("is_of_change", [True, False])
def test_a_flag_anywhere_hides(flag: str, is_of_change: bool) -> None:
    make = made.page_event if is_of_change else made.prediction_event
    event = make(revision=made.revision(1001, **{flag: False}))
    change = events.visibility_of_page(event, "enwiki", is_of_change=is_of_change)
    assert change is not None
    assert change.hidden.is_any
    name = {"is_content_visible": "text", "is_editor_visible": "editor"}.get(flag, "comment")
    assert getattr(change.hidden, name)


def test_flags_that_hide_nothing_say_something_only_where_visibility_changed() -> None:
    assert events.visibility_of_page(made.page_event(), "enwiki", is_of_change=True) is None
    for kind in ("visibility_change", "undelete"):
        event = made.page_event(page_change_kind=kind)
        change = events.visibility_of_page(event, "enwiki", is_of_change=True)
        assert change is not None
        assert not change.hidden.is_any
        assert events.visibility_of_page(event, "enwiki", is_of_change=False) is None


def test_a_prediction_is_as_old_as_the_change_it_is_about() -> None:
    hidden = made.revision(1001, is_content_visible=False)
    of_change = events.visibility_of_page(
        made.page_event(revision=hidden), "enwiki", is_of_change=True
    )
    repeated = events.visibility_of_page(
        made.prediction_event(revision=hidden, meta=made.meta(1001, 500)),
        "enwiki",
        is_of_change=False,
    )
    assert of_change is not None
    assert repeated is not None
    assert repeated.at < of_change.at


def test_a_flag_that_is_no_flag_is_refused() -> None:
    event = made.page_event(revision=made.revision(1001, is_content_visible="yes"))
    with pytest.raises(BadEvent) as caught:
        events.visibility_of_page(event, "enwiki", is_of_change=True)
    assert caught.value.reason == "bad-visibility"


def test_a_deletion_names_page_and_last_revision() -> None:
    flat = events.deletion(made.delete_event(5, 9), "enwiki")
    assert (flat[0].page_id, flat[1] and flat[1].rev_id) == (5, 9)
    assert flat[1] is not None
    assert flat[1].hidden == Hidden(text=True, editor=True, comment=True)
    of_page = events.deletion(made.page_event(9, page_change_kind="delete"), "enwiki")
    assert (of_page[0].page_id, of_page[1] and of_page[1].rev_id) == (3, 9)
    alone = events.deletion({**made.delete_event(5, 9), "rev_id": None}, "enwiki")
    assert alone[1] is None
    with pytest.raises(BadEvent):
        events.deletion({**made.delete_event(5, 9), "page_id": None}, "enwiki")

"""What a reviewer does not learn before saving, and what they can do afterwards or instead."""

import base64
import json
import re
import zlib
from collections.abc import Callable
from html import unescape

import pytest

pytestmark = pytest.mark.browser

N_TASKS = 16
COOKIE_KEYS = {"reviewer", "language", "csrf_token", "_fresh", "_permanent"}
MIN_NOTE = 12


def read_cookie(value):
    """What a signed session cookie says; anybody can read it."""
    payload = value.removeprefix(".").split(".")[0]
    data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return json.loads(zlib.decompress(data) if value.startswith(".") else data)


def traces(visitor, task_id):
    """Patterns that would give away the scores and the others' judgments of a task."""
    patterns = []
    for probability in visitor.site.probabilities(task_id):
        whole, part = f"{100 * probability:.1f}".split(".")
        patterns.append(rf"(?<!\d){whole}[.,٫]{part}(?!\d)")
        patterns.append(re.escape(repr(probability)[:6]))
    others = visitor.site.judgments(task_id)
    for question in ("damaging", "goodfaith") if others else ():
        given = [other.answers[question] for other in others]
        counts = [
            rf"{re.escape(visitor.say(word))}\s*(?:<b>)?{given.count(label)}\b"
            for word, label in (("Yes", "yes"), ("Not sure", "unsure"), ("No", "no"))
        ]
        patterns.append(r"[^\w]*(?:</?\w+>\W*)*".join(counts))
    # A short note of another test's visitor may stand in the markup by chance.
    notes = [other.note for other in others if other.note and len(other.note) >= MIN_NOTE]
    return patterns + [re.escape(note) for note in notes]


def test_scores_and_votes_are_nowhere_before_saving_and_on_the_reveal_after(
    make_visitor: Callable,
) -> None:
    visitor = make_visitor("ca")
    page = visitor.page
    visitor.start()
    for _ in range(N_TASKS):
        task_id = visitor.task_id
        patterns = traces(visitor, task_id)
        assert patterns
        response = page.goto(page.url)
        assert response is not None
        html = unescape(response.text())
        headers = json.dumps(response.all_headers())
        cookies = page.context.cookies()
        for pattern in patterns:
            for place in (html, page.content(), headers, json.dumps(cookies)):
                assert not re.search(pattern, place), pattern
        for mark in ('class="score"', "votebar", "votecounts", "local-damaging"):
            assert mark not in html
        for other in visitor.site.judgments(task_id):
            assert other.reviewer is not None
            assert other.reviewer not in html
        assert [cookie["name"] for cookie in cookies] == ["jadelite"]
        assert set(read_cookie(cookies[0]["value"])) <= COOKIE_KEYS
        assert "no-store" in response.headers["cache-control"]
        if any(len(other.note or "") >= MIN_NOTE for other in visitor.site.judgments(task_id)):
            break
        page.click("details.skip summary")
        with page.expect_navigation():
            page.click("details.skip button[value=subject]")
    else:
        pytest.fail("no task had notes of others: the sample changed")
    visitor.answer()
    visitor.save()
    reveal = unescape(page.content())
    shown = [pattern for pattern in patterns if re.search(pattern, reveal)]
    assert shown == [pattern for pattern in patterns if not pattern.startswith(r"0\.")]
    assert visitor.say("The model said") in reveal


def test_the_reveal_is_not_shown_to_anybody_who_has_not_judged(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.start()
    task_id = visitor.task_id
    visitor.expected_statuses = {403, 404}
    assert visitor.open(f"/tasks/{task_id}/reveal") == 404
    stranger = make_visitor("en")
    stranger.expected_statuses = {403, 404}
    assert stranger.open(f"/tasks/{task_id}/reveal") == 403
    assert stranger.open(f"/tasks/{task_id}") == 403


def test_an_edit_being_judged_shows_no_score_on_its_own_page(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.start()
    patterns = traces(visitor, visitor.task_id)
    edit = visitor.site.edit_of(visitor.task_id).edit
    assert visitor.open(f"/edits/sample-en/{edit.rev_id}") == 200
    assert visitor.page.locator(".score, .no-score, .votes").count() == 0
    html = unescape(visitor.page.content())
    assert [pattern for pattern in patterns if re.search(pattern, html)] == []


def test_a_changed_mind_is_added_and_the_page_says_so(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    visitor.answer("no", "yes")
    visitor.save()
    task_id = visitor.task_id
    n_before = len(visitor.site.judgments(task_id))
    page.get_by_text(visitor.say("Change my answer")).click()
    form = page.locator("#change form")
    assert form.locator("input[name=answer-damaging][value=no]").is_checked()
    form.locator("label:has(input[name=answer-damaging][value=yes])").click()
    form.locator("button").click()
    page.get_by_text(visitor.say("Before that:")).wait_for()

    own = page.locator(".reveal section").first
    answers = own.locator("strong.answer").all_inner_texts()
    assert answers == [visitor.say(word) for word in ("Yes", "Yes", "No", "Yes")]
    assert visitor.say("Before that:") in own.inner_text()
    assert (
        visitor.say(
            "This answer was given after the reveal and is marked so."
            " Your first, blind answer counts in the report."
        )
        in own.inner_text()
    )
    first, second = visitor.site.judgments(task_id)[-2:]
    assert len(visitor.site.judgments(task_id)) == n_before + 1
    assert second.supersedes_id == first.judgment_id
    assert (first.score_seen, first.peers_seen) == ("no", "no")
    assert "yes" in (second.score_seen, second.peers_seen)
    visitor.require_quiet()


def test_skipping_leads_to_another_edit_and_judges_nothing(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    skipped = visitor.task_id
    n_before = len(visitor.site.judgments(skipped))
    page.click("details.skip summary")
    with page.expect_navigation():
        page.click("details.skip button[value=language]")
    assert visitor.task_id != skipped
    assert page.locator("form[data-keys]").count() == 1
    assert page.locator(".sitting .far").inner_text() == "1 of 10"
    assert len(visitor.site.judgments(skipped)) == n_before
    visitor.expected_statuses = {404}
    assert visitor.open(f"/tasks/{skipped}") == 404


def test_the_language_menu_changes_the_language_of_this_page_and_all_others(
    make_visitor: Callable,
) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    address = page.url
    visitor.require_language()
    page.click(".menu > summary")
    with page.expect_navigation():
        page.click(".menu button[value=fa]")
    assert page.url == address
    visitor.language = "fa"
    visitor.require_language()
    for path in ("/", "/methods"):
        visitor.open(path)
        visitor.require_language()
    assert page.locator(".menu > summary").inner_text().strip().endswith("فارسی")
    page.click(".menu > summary")
    page.keyboard.press("Escape")
    assert not page.locator(".menu form").is_visible()
    visitor.require_quiet()

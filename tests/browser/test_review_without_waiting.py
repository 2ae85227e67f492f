"""Judging with our script: no page loads, edits made ready, undo, keys of one's own, offline."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

UNSENT = "[data-trouble=unsent]"
PLENTY = "plenty"  # the campaign of many edits


def start(visitor, slug: str):
    """Begin a sitting in a campaign and mark the page: a page load would lose the mark."""
    visitor.open("/campaigns/" + slug)
    visitor.page.click("form.start button")
    visitor.page.wait_for_selector("form[data-keys]")
    visitor.page.evaluate("() => { window.isSamePage = true; }")


def is_same_page(visitor) -> bool:
    return bool(visitor.page.evaluate("() => window.isSamePage === true"))


def prefer(visitor, *, reveals: str = "each", **keys: str):
    """Set preferences by their page."""
    visitor.open("/account")
    visitor.page.click("form[action='/try'] button")
    visitor.open("/mine/preferences")
    visitor.page.check(f"input[name=reveals][value={reveals}]")
    for job, key in keys.items():
        visitor.page.select_option(f"#{job}", key)
    visitor.page.click("form.preferences button.primary")
    visitor.page.wait_for_selector("p.notice")


def test_a_whole_round_needs_no_page_load_and_tells_what_happens(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    start(visitor, "sample-en")
    for number in (1, 2):
        visitor.answer()
        visitor.save()
        assert page.inner_text("#live") == "Saved."
        assert visitor.has_focus("h1")
        assert page.title().startswith("What the others said")
        page.click("[data-next]")
        page.wait_for_selector("form[data-keys]#judge")
        assert page.inner_text("#live") == f"Next edit, {number + 1} of 10"
        assert visitor.has_focus("h1")
        assert page.title().startswith("Judge an edit")
    assert is_same_page(visitor)
    visitor.require_quiet()


def test_the_next_edits_are_ready_before_they_are_needed(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    start(visitor, PLENTY)
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').filter((entry) =>"
        " /tasks\\/\\d+$/.test(entry.name)).length >= 3"
    )
    for _ in range(3):
        task = page.url
        visitor.answer()
        visitor.save()
        page.wait_for_load_state("networkidle")
        asked.clear()
        with page.expect_request("**/touch*"):  # the edit is there, only then it is told
            page.click("[data-next]")
        page.wait_for_selector("form[data-keys]#judge")
        assert page.url != task
        assert f"GET {page.url}" not in asked
    assert is_same_page(visitor)
    visitor.require_quiet()


def test_back_forward_and_reload_show_what_the_address_says(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    start(visitor, "sample-en")
    first = visitor.task_id
    visitor.answer()
    visitor.save()
    page.click("[data-next]")
    page.wait_for_selector("form[data-keys]#judge")
    second = visitor.task_id
    page.go_back()
    page.wait_for_selector(".reveal")
    assert page.url.endswith(f"/tasks/{first}/reveal")
    page.go_forward()
    page.wait_for_selector("form[data-keys]#judge")
    assert visitor.task_id == second
    page.keyboard.press("1")
    page.reload()
    assert visitor.task_id == second
    assert page.is_checked("input[name=answer-damaging][value=yes]")
    visitor.require_quiet()


def test_an_answer_given_offline_stays_and_is_sent_once_when_the_line_is_back(
    make_visitor: Callable,
) -> None:
    visitor = make_visitor("en")
    visitor.expected_statuses = set()
    page = visitor.page
    start(visitor, "sample-en")
    task_id = visitor.task_id
    n_before = len(visitor.site.judgments(task_id))
    visitor.answer("yes", "no")
    page.fill("#note", "written on a train")
    page.context.set_offline(True)
    page.click("form[data-keys] button.primary")
    page.wait_for_selector(UNSENT)
    assert page.inner_text(UNSENT) == "Not saved yet: no connection. It will be sent again."
    assert page.inner_text("form[data-keys] button.primary") == "Try again"
    assert page.input_value("#note") == "written on a train"
    assert len(visitor.site.judgments(task_id)) == n_before
    page.context.set_offline(False)
    page.wait_for_url("**/reveal")
    own = visitor.site.judgments(task_id)[n_before:]
    assert [judgment.note for judgment in own] == ["written on a train"]
    page.reload()
    assert not page.is_visible(UNSENT)
    visitor.complaints[:] = [text for text in visitor.complaints if "ERR_INTERNET" not in text]
    visitor.require_quiet()


def test_an_answer_whose_reply_was_lost_is_stored_once(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    start(visitor, "sample-en")
    task_id = visitor.task_id
    n_before = len(visitor.site.judgments(task_id))
    n_lost = 0

    def lose_the_reply(route):
        nonlocal n_lost
        if route.request.method == "POST" and n_lost == 0:
            n_lost += 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**/tasks/{task_id}", lose_the_reply)
    visitor.answer()
    page.click("form[data-keys] button.primary")
    page.wait_for_url("**/reveal")
    assert n_lost == 1
    assert len(visitor.site.judgments(task_id)) == n_before + 1


def test_an_unsent_answer_outlives_a_reload_and_is_sent_then(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    page.on("dialog", lambda dialog: dialog.accept())  # leaving with something unsent warns
    start(visitor, "sample-en")
    task_id = visitor.task_id
    is_down = True
    page.route(
        f"**/tasks/{task_id}",
        lambda route: (
            route.abort() if is_down and route.request.method == "POST" else route.continue_()
        ),
    )
    visitor.answer("no", "unsure")
    page.click("form[data-keys] button.primary")
    page.wait_for_selector(UNSENT)
    page.reload()
    page.wait_for_selector(UNSENT)
    is_down = False
    page.wait_for_url("**/reveal")
    own = visitor.site.judgments(task_id)[-1]
    assert own.answers == {"damaging": "no", "goodfaith": "unsure"}


def test_leaving_with_something_unsent_warns(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    dialogs: list[str] = []

    def note_and_stay(dialog):
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", note_and_stay)
    start(visitor, "sample-en")
    address = page.url
    page.route("**/tasks/*", lambda route: route.abort())
    visitor.answer()
    page.click("form[data-keys] button.primary")
    page.wait_for_selector(UNSENT)
    page.click(".brand")
    page.wait_for_timeout(300)
    assert dialogs == ["beforeunload"]
    assert page.url == address


def test_undo_goes_back_with_one_key_before_the_reveal(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    prefer(visitor, reveals="end")
    start(visitor, "sample-en")
    first = visitor.task_id
    n_before = len(visitor.site.judgments(first))
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: not url.endswith(f"/{first}"))
    assert page.inner_text("#live") == "Next edit, 2 of 10"
    assert page.locator(".reveal, .score").count() == 0
    page.keyboard.press("u")
    page.wait_for_url(f"**/tasks/{first}")
    assert page.is_checked("input[name=answer-goodfaith][value=no]")
    page.locator("input[name=answer-goodfaith]:checked").focus()
    for key in ("3", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: not url.endswith(f"/{first}"))
    rows = visitor.site.judgments(first)[n_before:]
    assert [row.action for row in rows] == ["judge", "withdraw", "judge"]
    assert [row.score_seen for row in rows] == ["no", "no", "no"]
    assert is_same_page(visitor)
    visitor.require_quiet()


def test_undo_after_the_reveal_opens_the_change_and_goes_further_back(
    make_visitor: Callable,
) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    start(visitor, "sample-en")
    tasks = []
    for _ in range(2):
        tasks.append(visitor.task_id)
        visitor.answer()
        visitor.save()
        page.click("[data-next]")
        page.wait_for_selector("form[data-keys]#judge")
    for task_id in reversed(tasks):
        page.keyboard.press("u")
        page.wait_for_url(f"**/tasks/{task_id}/reveal")
        assert page.locator("#change[open]").count() == 1
        assert visitor.has_focus("#change input[name=answer-damaging]:checked")
    visitor.require_quiet()


def test_keys_of_ones_own_replace_the_usual_ones(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    prefer(visitor, skip="X", note="", save="W")
    start(visitor, "sample-en")
    page.keyboard.press("s")
    page.keyboard.press("n")
    assert page.locator("details.skip[open]").count() == 0
    assert not visitor.has_focus("#note")
    assert page.inner_text("details.skip summary kbd") == "X"
    page.keyboard.press("x")
    assert page.locator("details.skip[open]").count() == 1
    page.keyboard.press("x")
    for key in ("1", "1", "w"):
        page.keyboard.press(key)
    page.wait_for_url("**/reveal")
    page.keyboard.press("w")
    page.wait_for_selector("form[data-keys]#judge")
    visitor.require_quiet()


@pytest.mark.parametrize("is_javascript_on", [True, False])
def test_enter_in_an_answer_saves_and_opens_nothing(
    make_visitor: Callable, *, is_javascript_on: bool
) -> None:
    visitor = make_visitor("en", is_javascript_on=is_javascript_on)
    page = visitor.page
    visitor.open("/")
    page.click(".hero button")
    page.wait_for_selector("form#judge")
    visitor.answer()
    page.focus("input[name=answer-goodfaith]:checked")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reveal")
    assert page.locator("details.editor").count() == 0


@pytest.mark.parametrize("is_javascript_on", [True, False])
def test_opening_the_editor_keeps_what_was_answered(
    make_visitor: Callable, *, is_javascript_on: bool
) -> None:
    visitor = make_visitor("en", is_javascript_on=is_javascript_on)
    page = visitor.page
    visitor.open("/")
    page.click(".hero button")
    page.wait_for_selector("form#judge")
    page.click("label:has(input[name=answer-damaging][value=yes])")
    page.fill("#note", "half a thought")
    page.click("[data-key=editor]")
    page.wait_for_selector("details.editor[open]")
    assert page.is_checked("input[name=answer-damaging][value=yes]")
    assert page.input_value("#note") == "half a thought"
    page.click("label:has(input[name=answer-goodfaith][value=yes])")
    visitor.save()


def test_the_counter_of_the_note_tells_what_is_left(make_visitor: Callable) -> None:
    visitor = make_visitor("fa")
    page = visitor.page
    visitor.start()
    page.fill("#note", "x" * 20)
    assert visitor.number(480) in page.inner_text("[data-left]")
    page.fill("#note", "x" * 600)
    assert visitor.number(0) in page.inner_text("[data-left]")


def test_the_switch_of_the_keys_is_kept_with_the_account(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    page.keyboard.press("?")
    with page.expect_response("**/mine/keys"):
        page.click("label.switch")
    visitor.open("/mine/preferences")
    assert not page.is_checked("input[name=keys]")
    visitor.require_quiet()

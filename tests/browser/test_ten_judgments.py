"""The trip of a Persian reader at 360 px: landing page, ten edits, result, report.

Once with the keyboard alone, once without JavaScript.
"""

import re
import time
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

WIDTH = 360
N_EDITS = 10
# What each of the ten gets: digits for damaging and good faith.
DIGITS = ("13", "21", "31", "12", "22", "33", "21", "11", "21", "32")
LABELS = {"1": "yes", "2": "no", "3": "unsure"}
ARABIC_LETTER = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
REPORT_SECONDS = 30


def require_good_page(visitor, heading=None):
    """A Persian page, laid out from the right, nothing cut off, with the heading it should have."""
    visitor.require_language()
    visitor.require_fit()
    visitor.require_quiet()
    if heading is not None:
        assert visitor.heading == heading


def require_review(visitor, number):
    """The review page of the n-th edit of a sitting, with nothing chosen yet."""
    page = visitor.page
    require_good_page(visitor)
    assert page.locator(".sitting .far").inner_text() == visitor.say(
        "%(done)s of %(total)s", done=visitor.number(number), total=visitor.number(N_EDITS)
    )
    legends = page.locator("fieldset.question legend").all_inner_texts()
    assert legends == [
        visitor.say("Is this edit damaging?"),
        visitor.say("Was it made in good faith?"),
    ]
    assert page.locator("input:checked:not([type=checkbox])").count() == 0
    assert page.locator(".score, .no-score, .votes").count() == 0


def require_reveal(visitor, digits):
    """The reveal after these answers: own answer, model, others."""
    page = visitor.page
    require_good_page(visitor, visitor.say("Saved. Here is the reveal."))
    said = page.locator(".reveal section").first.locator("strong.answer").all_inner_texts()
    words = {"1": "Yes", "2": "No", "3": "Not sure"}
    assert said == [visitor.say(words[digit]) for digit in digits]
    assert page.locator(".reveal section").nth(1).locator(".score, .no-score").count() == 1


def require_result_and_report(visitor, go_on):
    """The result of ten, and by `go_on` the report, which soon counts the ten."""
    page = visitor.page
    require_good_page(
        visitor,
        visitor.say_n(
            "You judged %(count)s edit. Thank you!", "You judged %(count)s edits. Thank you!", 10
        ),
    )
    go_on("main a.primary")
    require_good_page(visitor, visitor.say("Where model and people disagree"))
    assert page.url.endswith("/reports/sample-fa")
    assert page.locator("section.question-report").count() == 2
    assert visitor.say("Precision") in page.locator("main").inner_text()


def saved_answers(visitor, task_ids):
    """The answers that stand in the database, as digits, in the order they were given."""
    found = []
    for task_id in task_ids:
        own = visitor.site.judgments(task_id)[-1]
        assert (own.score_seen, own.peers_seen) == ("no", "no")
        digit = {label: digit for digit, label in LABELS.items()}
        found.append(digit[own.answers["damaging"]] + digit[own.answers["goodfaith"]])
    return tuple(found)


def test_ten_edits_can_be_judged_in_persian_by_keyboard_alone(make_visitor: Callable) -> None:
    visitor = make_visitor("fa", width=WIDTH)
    page = visitor.page
    visitor.open("/")
    require_good_page(visitor, visitor.say("Judge edits, check the models"))
    visitor.tab_to(".hero button")
    visitor.press_to_navigate("Enter")

    task_ids = []
    for number, digits in enumerate(DIGITS, start=1):
        require_review(visitor, number)
        task_ids.append(visitor.task_id)
        if number == 2:  # once as keyboards work everywhere, without our keys
            visitor.tab_to("input[name=answer-damaging]")
            page.keyboard.press("ArrowDown")
            visitor.tab_to("input[name=answer-goodfaith]")
            page.keyboard.press("Space")
            visitor.tab_to("textarea")
            visitor.tab_to("button.primary")
        else:
            page.keyboard.press(digits[0])
            page.keyboard.press(digits[1])
            assert visitor.has_focus("form[data-keys] button.primary")
        visitor.press_to_navigate("Enter")
        require_reveal(visitor, digits)
        assert visitor.has_focus("h1")
        visitor.press_to_navigate("Enter")

    def go_on(selector: str) -> None:
        visitor.tab_to(selector)
        visitor.press_to_navigate("Enter")

    require_result_and_report(visitor, go_on)
    assert len(set(task_ids)) == N_EDITS
    assert saved_answers(visitor, task_ids) == DIGITS
    visitor.require_quiet()


def test_ten_edits_can_be_judged_in_persian_without_javascript(make_visitor: Callable) -> None:
    visitor = make_visitor("fa", width=WIDTH, is_javascript_on=False)
    page = visitor.page
    visitor.open("/")
    require_good_page(visitor, visitor.say("Judge edits, check the models"))
    page.click(".hero button")

    task_ids = []
    for number, digits in enumerate(DIGITS, start=1):
        page.wait_for_selector("form[data-keys]")
        require_review(visitor, number)
        assert not page.locator("kbd").first.is_visible()
        assert not page.locator("details.keys").is_visible()
        task_ids.append(visitor.task_id)
        visitor.answer(LABELS[digits[0]], LABELS[digits[1]])
        visitor.save()
        require_reveal(visitor, digits)
        page.click("[data-next]")

    page.wait_for_url("**/sitting")
    require_result_and_report(visitor, lambda selector: page.click(selector))
    assert len(set(task_ids)) == N_EDITS
    assert saved_answers(visitor, task_ids) == DIGITS
    visitor.require_quiet()


def test_a_judgment_is_counted_in_a_new_report_soon(make_visitor: Callable) -> None:
    visitor = make_visitor("fi")

    def n_counted() -> int:
        visitor.open(f"/reports/{visitor.slug}")
        return int(visitor.page.locator(".numbers dd").nth(2).inner_text())

    before = n_counted()
    visitor.start()
    visitor.answer()
    visitor.save()
    deadline = time.monotonic() + REPORT_SECONDS
    while (after := n_counted()) == before and time.monotonic() < deadline:
        visitor.page.wait_for_timeout(200)
    assert after == before + 1


@pytest.mark.parametrize("language", ["fa", "ar"])
def test_headings_are_written_in_arabic_script(make_visitor: Callable, language: str) -> None:
    visitor = make_visitor(language)
    for path in ("/", "/methods", "/account", f"/campaigns/{visitor.slug}", "/reports/sample-fa"):
        visitor.open(path)
        assert ARABIC_LETTER.search(visitor.heading), (path, visitor.heading)


def test_a_blocked_style_or_a_foreign_host_would_be_noticed(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.open("/")
    visitor.require_quiet()
    visitor.page.evaluate("() => document.body.setAttribute('style', 'color: red')")
    visitor.page.evaluate("() => fetch('http://127.0.0.2:9/').catch(() => 0)")
    found = " ".join(visitor.complaints)
    assert "style-src" in found or "inline style" in found
    assert "connect-src" in found or "127.0.0.2" in found

"""Every page in every state: rules of accessibility (axe), narrow screens, touch targets.

320 px is also what 400 % zoom leaves of 1280 px.
"""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .button, label.choice, label.chip, label.role-choice, label.switch, summary, select")]
  .map((item) => [item.getBoundingClientRect(), item])
  .filter(([box]) => box.width && box.height && (box.height < 44 || box.width < 24))
  .map(([box, item]) => `${box.width} x ${box.height}: ${item.outerHTML.slice(0, 120)}`)"""
N_PAGES = 28
N_TARGETS = """() => document.querySelectorAll("button, label.choice, summary").length"""


@pytest.mark.parametrize(
    ("language", "width"), [("en", 1280), ("fa", 360), ("en", 360), ("fa", 1280)]
)
def test_axe_finds_nothing_wrong_on_any_page_in_light_and_dark(
    make_visitor: Callable, language: str, width: int
) -> None:
    visitor = make_visitor(language, width=width)
    faults = {}
    for name in visitor.tour():
        visitor.open_details()
        for color_scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=color_scheme)
            if found := visitor.accessibility_faults():
                faults[name, color_scheme] = found
    assert faults == {}, "\n".join(f"{page}: {found}" for page, found in faults.items())
    visitor.require_quiet()


def test_axe_finds_nothing_wrong_in_the_open_language_menu(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    for color_scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=color_scheme)
        visitor.open("/methods")
        visitor.page.click(".menu > summary")
        assert visitor.accessibility_faults() == ""


def test_axe_would_find_a_fault(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.open("/")
    visitor.page.evaluate("() => document.documentElement.removeAttribute('lang')")
    assert "html-has-lang" in visitor.accessibility_faults()


@pytest.mark.parametrize("language", ["en", "fa", "fi", "ca", "ar"])
def test_no_page_scrolls_sideways_at_320_px(make_visitor: Callable, language: str) -> None:
    visitor = make_visitor(language, width=320)
    n_pages = 0
    for name in visitor.tour():
        visitor.require_language()
        visitor.require_fit()
        visitor.open_details()
        visitor.require_fit()
        visitor.page.click(".menu > summary")
        visitor.require_fit()
        visitor.page.click(".menu > summary")
        n_pages += bool(name)
    assert n_pages == N_PAGES
    visitor.require_quiet()


def test_a_page_that_scrolls_sideways_would_be_noticed(make_visitor: Callable) -> None:
    for language in ("en", "fa"):
        visitor = make_visitor(language, width=320)
        visitor.open("/methods")
        visitor.page.evaluate("() => { document.querySelector('h1').style.inlineSize = '30rem'; }")
        with pytest.raises(AssertionError, match="scrolls"):
            visitor.require_fit()


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("is_touch", [True, False])
def test_what_one_taps_is_at_least_44_px_high(
    make_visitor: Callable, language: str, is_touch: bool
) -> None:
    visitor = make_visitor(language, width=360, is_touch=is_touch)
    visitor.start()
    visitor.open_details()
    visitor.page.click(".menu > summary")
    assert visitor.page.evaluate(N_TARGETS) >= 20
    assert visitor.page.evaluate(SMALL_TARGETS) == []
    visitor.page.click(".menu > summary")
    visitor.answer()
    visitor.save()
    visitor.open_details()
    assert visitor.page.evaluate(SMALL_TARGETS) == []


def test_boxes_beside_long_labels_keep_their_size_and_links_stand_apart(
    make_visitor: Callable,
) -> None:
    visitor = make_visitor("fa", width=360)
    visitor.start()
    visitor.open("/account")
    visitor.page.check("input[value=coordinator]")
    with visitor.page.expect_navigation():
        visitor.page.click("form.roles button")
    visitor.open("/campaigns/new?wiki=sample-fa")
    widths = visitor.page.locator("label.switch > input").evaluate_all(
        "items => items.map((item) => item.getBoundingClientRect().width)"
    )
    assert len(widths) >= 3
    assert set(widths) == {20}
    visitor = make_visitor("en")
    visitor.open("/")
    first, last = visitor.page.locator("main > .actions:last-child > a").all()
    boxes = (first.bounding_box(), last.bounding_box(), visitor.page.locator("h1").bounding_box())
    assert boxes[1]["x"] - boxes[0]["x"] - boxes[0]["width"] >= 12
    assert boxes[0]["x"] == boxes[2]["x"]


def test_a_refused_form_says_what_is_missing_and_keeps_the_rest(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    page.click("label:has(input[name=answer-damaging][value=yes])")
    page.fill("textarea", "half a thought")
    page.click("form[data-keys] button.primary")
    page.wait_for_selector("#problem")
    assert visitor.has_focus("#problem")
    assert page.locator("#problem strong").inner_text() == visitor.say(
        "Your judgment is not complete yet."
    )
    assert page.locator(".wrong").all_inner_texts() == [visitor.say("Please choose an answer.")]
    assert page.locator("#wrong-goodfaith").count() == 1
    assert page.is_checked("input[name=answer-damaging][value=yes]")
    assert page.input_value("textarea") == "half a thought"


def test_nothing_moves_for_who_asked_for_less_motion(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.start()
    moving = """() => [...document.querySelectorAll("*")].filter((item) => {
      const style = getComputedStyle(item);
      return parseFloat(style.transitionDuration) || style.animationName !== "none";
    }).length"""
    assert visitor.page.evaluate(moving) == 0
    visitor.page.emulate_media(reduced_motion="no-preference")
    assert visitor.page.evaluate(moving) > 0

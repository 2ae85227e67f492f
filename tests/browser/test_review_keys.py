"""Keys on the review page: focus one can see, the skip link, digits of every keyboard, N, S, ?."""

from collections.abc import Callable, Iterator

import pytest

pytestmark = pytest.mark.browser

# Marks the focused element as reached; says whether a ring can be seen on it or around it.
REACHED = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  focused.wasReached = true;
  let isShown = true, hasRing = false;
  for (let item = focused; item && item !== document.body; item = item.parentElement) {
    const style = getComputedStyle(item);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const isNear = item === focused || item.matches("label");
    if (isNear && Number(style.opacity) > 0 && (ring || style.boxShadow !== "none")) hasRing = true;
    if (style.visibility !== "visible") isShown = false;
  }
  const box = focused.getBoundingClientRect();
  const isInView = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  return hasRing && isShown && isInView ? "seen" : focused.outerHTML.slice(0, 150);
}"""
# One radio button of a group is reached by Tab, the others by arrows.
MISSED = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), textarea, summary, [tabindex='0']")]
  .filter((item) => item.checkVisibility() && !item.wasReached)
  .filter((item) => item.type !== "radio" || item.value === "yes")
  .map((item) => item.outerHTML.slice(0, 150))"""
PRESS = """([key, code]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


@pytest.fixture
def reviewer(make_visitor: Callable) -> Iterator:
    """A visitor on a review page."""
    visitor = make_visitor("en")
    visitor.start()
    yield visitor
    visitor.require_quiet()


def chosen(reviewer):
    """The answers chosen on the page."""
    radios = reviewer.page.locator("input[type=radio]:checked")
    return radios.evaluate_all("items => items.map((item) => `${item.name}=${item.value}`)")


def test_every_stop_of_the_tab_key_can_be_seen(make_visitor: Callable) -> None:
    for language, color_scheme in (("en", "light"), ("fa", "dark")):
        visitor = make_visitor(language, width=360, color_scheme=color_scheme)
        visitor.start()
        visitor.open_details()
        visitor.page.evaluate("() => { document.querySelector('.menu').open = true; }")
        n_stops = 0
        for _ in range(100):
            visitor.page.keyboard.press("Tab")
            seen = visitor.page.evaluate(REACHED)
            if seen is None:
                break
            assert seen == "seen", seen
            n_stops += 1
        assert n_stops >= 20
        assert visitor.page.evaluate(MISSED) == []


def test_the_skip_link_leads_past_the_header(reviewer) -> None:
    page = reviewer.page
    page.keyboard.press("Tab")
    assert reviewer.has_focus("a.skip-link")
    box = page.locator("a.skip-link").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert reviewer.has_focus("main *")


def test_digits_answer_one_question_after_the_other(reviewer) -> None:
    page = reviewer.page
    page.keyboard.press("1")
    assert chosen(reviewer) == ["answer-damaging=yes"]
    page.keyboard.press("3")
    assert chosen(reviewer) == ["answer-damaging=yes", "answer-goodfaith=unsure"]
    assert reviewer.has_focus("form[data-keys] button.primary")


def test_a_digit_without_an_answer_does_nothing(reviewer) -> None:
    for key in ("4", "9", "0"):
        reviewer.page.keyboard.press(key)
    assert chosen(reviewer) == []


@pytest.mark.parametrize(
    ("key", "code"),
    [("۱", "Digit1"), ("١", "Digit1"), ("1", "Digit1"), ("1", "Numpad1")],
    ids=["Persian", "Arabic", "Western", "number pad"],
)
def test_digits_of_every_keyboard_answer(reviewer, key: str, code: str) -> None:
    reviewer.page.evaluate(PRESS, [key, code])
    assert chosen(reviewer) == ["answer-damaging=yes"]


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta", "Shift"])
def test_a_digit_with_a_modifier_is_left_to_the_browser(reviewer, modifier: str) -> None:
    reviewer.page.evaluate(
        """(modifier) => document.body.dispatchEvent(new KeyboardEvent("keydown", {
             key: "1", code: "Digit1", bubbles: true,
             ctrlKey: modifier === "Control", altKey: modifier === "Alt",
             metaKey: modifier === "Meta", shiftKey: modifier === "Shift" }))""",
        modifier,
    )
    assert chosen(reviewer) == []


def test_digits_and_letters_typed_in_the_note_are_text_and_escape_leaves_it(reviewer) -> None:
    page = reviewer.page
    page.keyboard.press("n")
    assert reviewer.has_focus("#note")
    page.keyboard.type("123 sn?")
    assert page.input_value("#note") == "123 sn?"
    assert chosen(reviewer) == []
    assert page.locator("details.skip[open], details.keys[open]").count() == 0
    page.keyboard.press("Escape")
    assert not reviewer.has_focus("#note")
    page.keyboard.press("2")
    assert chosen(reviewer) == ["answer-damaging=no"]
    assert page.input_value("#note") == "123 sn?"


def test_s_unfolds_and_folds_the_reasons_to_skip(reviewer) -> None:
    skip = reviewer.page.locator("details.skip button").first
    reviewer.page.keyboard.press("s")
    assert skip.is_visible()
    assert reviewer.has_focus("details.skip summary")
    reviewer.page.keyboard.press("s")
    assert not skip.is_visible()


@pytest.mark.parametrize(("key", "code"), [("?", "Slash"), ("؟", "Slash")])
def test_the_question_mark_shows_the_keys(reviewer, key: str, code: str) -> None:
    reviewer.page.evaluate(PRESS, [key, code])
    assert reviewer.page.locator("[data-keys-switch]").is_visible()
    assert reviewer.has_focus("details.keys summary")


def test_letters_are_found_by_their_place_on_a_persian_keyboard(reviewer) -> None:
    reviewer.page.evaluate(PRESS, ["س", "KeyS"])
    assert reviewer.page.locator("details.skip[open]").count() == 1
    reviewer.page.evaluate(PRESS, ["د", "KeyN"])
    assert reviewer.has_focus("#note")


def test_keys_can_be_switched_off_and_stay_off_until_switched_on(reviewer) -> None:
    page = reviewer.page
    page.keyboard.press("?")
    reviewer.tab_to("[data-keys-switch]")
    page.keyboard.press("Space")
    for _ in range(2):  # at once, and after a reload
        for key in ("1", "n", "s"):
            page.keyboard.press(key)
        assert chosen(reviewer) == []
        assert not reviewer.has_focus("#note")
        assert page.locator("details.skip[open]").count() == 0
        page.reload()
    assert not page.is_checked("[data-keys-switch]")
    page.click("details.keys summary")
    page.click("label.switch")
    page.reload()
    page.keyboard.press("1")
    assert chosen(reviewer) == ["answer-damaging=yes"]


def answer_to(page, question: str) -> str | None:
    """The label that is chosen for a question, None without one."""
    found = page.locator(f"input[name=answer-{question}]:checked")
    return found.get_attribute("value") if found.count() else None


def test_digits_go_on_to_the_next_question_and_correct_the_last(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    page.keyboard.press("1")
    page.keyboard.press("2")
    assert (answer_to(page, "damaging"), answer_to(page, "goodfaith")) == ("yes", "no")
    page.keyboard.press("3")
    assert (answer_to(page, "damaging"), answer_to(page, "goodfaith")) == ("yes", "unsure")
    page.locator("input[name=answer-damaging]:checked").focus()
    page.keyboard.press("2")
    assert (answer_to(page, "damaging"), answer_to(page, "goodfaith")) == ("no", "unsure")


def test_a_key_held_down_answers_one_question(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    page.keyboard.down("1")
    for _ in range(5):
        page.keyboard.down("1")  # Playwright sends these as repeats
    page.keyboard.up("1")
    assert (answer_to(page, "damaging"), answer_to(page, "goodfaith")) == ("yes", None)


def test_enter_saves_after_leaving_the_note(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    for key in ("1", "2", "n"):
        page.keyboard.press(key)
    page.keyboard.type("looks odd 123")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reveal")
    assert "looks odd 123" in page.inner_text("main")


def test_answers_outlive_a_change_of_language_and_end_with_saving(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.start()
    page.keyboard.press("1")
    page.fill("textarea", "half a thought")
    page.click(".menu > summary")
    with page.expect_navigation():
        page.click(".menu button[value=fi]")
    assert answer_to(page, "damaging") == "yes"
    assert page.input_value("textarea") == "half a thought"
    page.click("label:has(input[name=answer-goodfaith][value=yes])")
    page.click("form[data-keys] button.primary")
    page.wait_for_url("**/reveal")
    assert page.evaluate("Object.keys(sessionStorage).filter((k) => k.includes('draft'))") == []


def reveal_one(visitor, *keys: str):
    """Judge an edit by keys and wait for the script's reveal; the number of its task."""
    visitor.start()
    task_id = visitor.task_id
    for key in (*keys, "Enter"):
        visitor.page.keyboard.press(key)
    visitor.page.wait_for_selector("#change", state="attached")
    return task_id


def own_answers(visitor, task_id: int) -> list[tuple[str, str]]:
    """The answers to both questions in every judgment given here, oldest first."""
    rows = visitor.site.judgments(task_id)
    newest = rows[-1].reviewer_id
    own = [row.answers for row in rows if row.reviewer_id == newest]
    return [(answers["damaging"], answers["goodfaith"]) for answers in own]


def test_an_answer_is_changed_by_keys_alone(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    task_id = reveal_one(visitor, "1", "2")
    assert page.locator(".next kbd").is_visible()
    page.keyboard.press("u")
    assert visitor.has_focus("#change input[name=answer-damaging][value=yes]:checked")
    assert not page.locator(".next kbd").is_visible()  # Enter does not go on now
    assert page.inner_text("#change form > button kbd") == "↵"
    page.keyboard.press("2")
    assert visitor.has_focus("#change input[name=answer-goodfaith]:checked")
    page.keyboard.press("1")
    assert visitor.has_focus("#change form > button")
    page.keyboard.press("3")  # corrects the last one
    page.keyboard.press("Enter")
    page.wait_for_selector("#change:not([open])", state="attached")
    assert own_answers(visitor, task_id) == [("yes", "no"), ("no", "unsure")]
    assert page.locator(".next kbd").is_visible()
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-keys]#judge")
    assert visitor.task_id != task_id
    visitor.require_quiet()


def test_enter_saves_the_change_from_any_answer(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    task_id = reveal_one(visitor, "1", "2")
    for key in ("u", "3", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#change:not([open])", state="attached")
    assert own_answers(visitor, task_id) == [("yes", "no"), ("unsure", "no")]


def test_digits_answer_the_first_question_of_a_box_opened_by_hand(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    reveal_one(visitor, "1", "1")
    visitor.page.click("#change summary")
    visitor.page.keyboard.press("3")
    assert chosen(visitor) == ["answer-damaging=unsure", "answer-goodfaith=yes"]


@pytest.mark.parametrize("key", ["Escape", "u"])
def test_closing_the_box_leaves_the_answer_and_enter_goes_on(
    make_visitor: Callable, key: str
) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    task_id = reveal_one(visitor, "1", "2")
    for pressed in ("u", "n"):
        page.keyboard.press(pressed)
    assert visitor.has_focus("#change textarea")
    page.keyboard.press("Escape")  # leaves the note only
    assert page.locator("#change[open]").count() == 1
    page.keyboard.press(key)
    assert page.locator("#change[open]").count() == 0
    assert visitor.has_focus(".next button.primary")
    page.keyboard.press("2")  # nothing to answer any more
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-keys]#judge")
    assert own_answers(visitor, task_id) == [("yes", "no")]


def test_digits_do_nothing_on_a_reveal_that_is_only_read(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    reveal_one(visitor, "1", "2")
    visitor.page.keyboard.press("3")
    assert chosen(visitor) == ["answer-damaging=yes", "answer-goodfaith=no"]

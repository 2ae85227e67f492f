"""The report as somebody sees it: verdict at once, a dial that moves, a file that stands alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

DIAL = "#q1m1-dial"
FOLDED = "() => [...document.querySelectorAll('.fold-section')].filter((item) => item.open).length"
NAMELESS_CHARTS = """() => [...document.querySelectorAll("svg.chart")]
  .filter((chart) => !chart.querySelector("title") || !chart.querySelector("desc")).length"""


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 360), ("ar", 1280)])
def test_the_verdict_is_on_the_first_screen(
    make_visitor: Callable, language: str, width: int
) -> None:
    visitor = make_visitor(language, width=width)
    visitor.open(f"/reports/{visitor.slug}")
    box = visitor.page.locator(".finding h2").first.bounding_box()

    assert box["y"] + box["height"] < 800
    assert visitor.page.evaluate(FOLDED) == 0
    visitor.require_quiet()


def test_the_dial_moves_without_asking_the_server(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    page = visitor.page
    visitor.open(f"/reports/{visitor.slug}")
    page.click(f"{DIAL} > summary")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.focus(f"{DIAL} input[type=range]")
    page.keyboard.press("Home")

    shown = page.locator(f"{DIAL} [data-out=threshold]")
    assert shown.inner_text().startswith("0.01")
    assert page.input_value(f"{DIAL} input[name=t]") == "0.01"
    first = page.locator(f"{DIAL} tr[data-t] td[data-in=precision]").first
    out = page.locator(f"{DIAL} [data-out=precision]")
    assert out.text_content().split() == first.text_content().split()
    page.fill(f"{DIAL} input[name=t]", "0.51")
    assert shown.inner_text().startswith("0.50")
    assert page.get_by_text("Shown for 0.50, the nearest that was computed.").is_visible()
    assert asked == []
    visitor.require_quiet()


def test_the_dial_works_without_javascript(make_visitor: Callable) -> None:
    visitor = make_visitor("en", is_javascript_on=False)
    page = visitor.page
    visitor.open(f"/reports/{visitor.slug}")
    page.click(f"{DIAL} > summary")
    page.fill(f"{DIAL} input[name=t]", "0.5")
    with page.expect_navigation():
        page.click(f"{DIAL} form[data-dial] button")

    assert page.locator(DIAL).get_attribute("open") is not None
    assert page.locator(f"{DIAL} [data-out=threshold]").inner_text().startswith("0.50")


def test_every_chart_has_a_title_and_a_table(make_visitor: Callable) -> None:
    visitor = make_visitor("fa")
    visitor.open(f"/reports/{visitor.slug}")

    assert visitor.page.locator("svg.chart").count() >= 3
    assert visitor.page.evaluate(NAMELESS_CHARTS) == 0
    directions = visitor.page.locator("svg.chart").evaluate_all(
        "items => [...new Set(items.map((item) => getComputedStyle(item).direction))]"
    )
    assert directions == ["ltr"]
    sliders = visitor.page.locator("input[type=range]").evaluate_all(
        "items => [...new Set(items.map((item) => getComputedStyle(item).direction))]"
    )
    assert sliders == ["ltr"]


def test_the_file_that_stands_alone_looks_right_from_the_disk(
    make_visitor: Callable, tmp_path: Path
) -> None:
    visitor = make_visitor("fa", width=360)
    page = visitor.page
    answer = page.request.get(
        f"{visitor.site.address}/reports/{visitor.slug}/files/report.html?uselang=fa"
    )
    file = tmp_path / "report.html"
    file.write_bytes(answer.body())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(file.as_uri())
    visitor.open_details()

    assert asked == [file.as_uri()]
    visitor.require_language()
    visitor.require_fit()
    assert page.locator(".finding").count() >= 1
    assert page.evaluate("() => getComputedStyle(document.querySelector('.finding')).borderStyle")


def test_all_of_a_report_is_printed(make_visitor: Callable) -> None:
    visitor = make_visitor("en")
    visitor.open(f"/reports/{visitor.slug}")
    visitor.page.emulate_media(media="print")

    assert visitor.page.locator(f"{DIAL} table.lines").is_visible()
    assert not visitor.page.locator("header.site").is_visible()

"""Figures as text: never clipped ends, never a bare zero, each in the language of the page."""

import pytest
import report_samples

from jadelite.config import load_settings
from jadelite.domain.figures import Figure
from jadelite.web import figures
from jadelite.web.app import create_app
from jadelite.wiring import Services


@pytest.fixture(scope="module")
def app():
    settings = load_settings(environment="test", secret_key="a-key-for-tests-only-0123456789")
    return create_app(Services(settings, None, None))  # type: ignore[arg-type]


@pytest.fixture
def english(app):
    with app.test_request_context("/methods?uselang=en"):
        yield


def made(value, low, high, n=100) -> Figure:
    return Figure(value, low, high, n, "wilson")


def test_a_rare_share_keeps_its_digits(english) -> None:
    found = made(1 / 339, 0.0005209, 0.0166)

    assert figures.value_text(found) == "0.3%"
    assert figures.interval_text(found) == "0.05% – 1.7%"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.0, 0.2, "≤ 20.0%"), (0.8, 1.0, "≥ 80.0%"), (0.2, 0.8, "20.0% – 80.0%")],
)
def test_an_end_at_the_end_of_the_scale_is_a_bound(english, low, high, text) -> None:
    assert figures.interval_text(made(0.5, low, high)) == text


@pytest.mark.parametrize(
    ("kind", "value", "interval"),
    [
        ("points", "1.2 points", "-0.8 to 3.2 points"),
        ("number", "0.012", "-0.008 to 0.032"),
        ("ratio", "0.01 ×", "-0.01 × to 0.03 ×"),
        ("amount", "0", "0 – 0"),
    ],
)
def test_differences_keep_their_signs_apart_from_the_dash(english, kind, value, interval) -> None:
    found = made(0.012, -0.008, 0.032)

    assert figures.value_text(found, kind) == value
    assert figures.interval_text(found, kind) == interval


@pytest.mark.parametrize(("value", "text"), [(1240.4, "1,240"), (3.4, "3.4"), (3.0, "3"), (0, "0")])
def test_amounts_have_a_decimal_only_where_it_tells_something(english, value, text) -> None:
    assert figures.amount_text(value) == text


@pytest.mark.parametrize(
    ("value", "n"), [(0, 0), (1, 1), (1.02, 1), (1.4, 100), (2, 2), (9.5, 100), (12.4, 12)]
)
def test_a_noun_goes_by_the_amount_as_it_is_written(english, value, n) -> None:
    assert figures.plural_of(value) == n


@pytest.mark.parametrize(
    ("p", "cell", "sentence"),
    [
        (0.0, "< 0.001", "p < 0.001"),
        (0.00099, "< 0.001", "p < 0.001"),
        (0.001, "0.001", "p = 0.001"),
        (0.25, "0.250", "p = 0.250"),
    ],
)
def test_a_p_value_is_never_zero(english, p, cell, sentence) -> None:
    assert figures.p_text(p) == cell
    assert figures.p_equation(p) == sentence


def test_a_p_value_is_read_from_left_to_right_in_persian(app) -> None:
    with app.test_request_context("/methods?uselang=fa"):
        assert figures.p_text(0.0) == "\u2066< ۰٫۰۰۱\u2069"
        assert figures.p_equation(0.0) == "\u2066p < ۰٫۰۰۱\u2069"


def test_a_method_has_the_weights_of_a_draw_only_where_there_was_one(english) -> None:
    found = made(0.5, 0.4, 0.6)
    drawn = Figure(0.5, 0.4, 0.6, 100, "stratified-wilson")

    assert figures.method_text(drawn, True).startswith("Weighted by the draw")
    assert "draw" not in figures.method_text(drawn, False)
    assert figures.method_text(found, True) == figures.method_text(found, False)


def test_what_cannot_be_computed_has_its_reason(english) -> None:
    found = report_samples.none("no-flagged-cases")

    assert figures.value_text(found) == "the model flagged none of the decided edits"
    assert figures.interval_text(found) == "–"
    assert figures.value_text(report_samples.none("brand-new")) == "brand-new"


def test_numbers_are_written_as_the_language_writes_them(app) -> None:
    with app.test_request_context("/methods?uselang=fa"):
        assert figures.value_text(made(2.5, 1, 3), "hours") == "۲٫۵"
        assert figures.threshold_text(0.85) == "۰٫۸۵"


def test_the_nearest_threshold_is_shown(english) -> None:
    lines = report_samples.model().thresholds

    assert figures.nearest(lines, 0.84).threshold == 0.85
    assert figures.nearest((), 0.5) is None


def test_a_day_lies_between_the_weeks_of_a_trend(english) -> None:
    weeks = report_samples.model().trend

    assert figures.place_of("2026-10-05", weeks) == 0
    assert figures.place_of("2026-10-26", weeks) == 1
    assert figures.place_of("2026-09-01", weeks) is None
    assert figures.place_of("2026-10-05", weeks[:1]) is None


def test_a_comparison_finds_both_its_models(english) -> None:
    first, second = report_samples.model(), report_samples.model(version="8")
    question = report_samples.question("damaging", first, second)

    assert figures.pair_of(question, question.comparisons[0]) == (first, second)
    alone = report_samples.question("damaging", first)
    assert figures.pair_of(alone, alone.comparisons[0]) is None

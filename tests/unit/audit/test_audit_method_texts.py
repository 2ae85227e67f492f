"""The code's own words on each figure: they are there, and pages reach them without numpy."""

import ast

import pytest

from jadelite.audit import method_texts
from jadelite.domain.errors import NotFound
from jadelite.metrics.coverage import COVERAGE


@pytest.mark.parametrize("name", method_texts.NAMES)
def test_every_named_function_has_its_words(name: str) -> None:
    for text in method_texts.of(name):
        assert len(text.text) > 30, text.function


def test_the_words_are_those_of_the_code() -> None:
    (text,) = method_texts.of("gwet_ac1")

    assert text.function == "kappa.gwet_ac1"
    assert "Gwet" in text.text
    assert ">>> " in text.text  # with its worked example


def test_a_name_that_is_no_figure_is_not_found() -> None:
    with pytest.raises(NotFound, match="there is no figure"):
        method_texts.of("../config")


def test_coverage_is_read_as_it_stands_in_the_code() -> None:
    found = {item.name: (item.lowest, item.highest) for item in method_texts.coverage()}

    assert found == dict(COVERAGE)


def test_the_reader_imports_nothing_of_metrics() -> None:
    with open(method_texts.__file__, encoding="utf-8") as file:
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(file.read()))
            if isinstance(node, ast.ImportFrom)
        }
    assert not any(name.startswith("jadelite.metrics") for name in imported)

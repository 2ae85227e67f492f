"""Words for an edit's page: every kind of page has some."""

import pytest
from flask import Flask

from jadelite.web import locale, words_edits


@pytest.fixture(autouse=True)
def page():
    app = Flask("test")
    app.secret_key = "a key"
    locale.init_app(app)
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "content page"), (3, "user talk page"), (5, "talk page"), (11, "talk page"),
        (828, "module"), (829, "talk page"), (2300, "namespace 2,300"), (-1, "namespace -1"),
    ],
)  # fmt: skip
def test_a_namespace_is_told_in_words(code, words):
    assert words_edits.namespace_name(code) == words


def test_both_origins_of_a_diff_have_words():
    assert set(words_edits.DIFF_ORIGINS) == {"wiki", "local"}

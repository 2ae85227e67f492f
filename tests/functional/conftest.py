"""The app on the test's database, and people who read its pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from reader import Reader

from jadelite.web.app import create_app
from jadelite.wiring import Services


@pytest.fixture
def app(services: Services) -> Flask:
    app = create_app(services)
    app.testing = False  # errors are answered as in production
    return app


@pytest.fixture
def new_reader(app: Flask) -> Callable[[], Reader]:
    return lambda: Reader(app)


@pytest.fixture
def reader(app: Flask) -> Reader:
    return Reader(app)

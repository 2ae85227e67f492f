"""A reader of pages for the rules that need one."""

import pytest
from reader import Reader

from jadelite.web.app import create_app
from jadelite.wiring import Services


@pytest.fixture
def new_app_reader(services: Services) -> Reader:
    return Reader(create_app(services))

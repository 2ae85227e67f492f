"""`jadelite sites list`, from the command line down."""

import json

import pytest
from click.testing import CliRunner

from jadelite.audit.sites import list_sites
from jadelite.cli import root
from jadelite.domain.errors import NotFound


def told(*arguments: str) -> str:
    found = CliRunner().invoke(root, ["sites", "list", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_all_sites_are_listed_with_host_language_and_direction() -> None:
    lines = told().splitlines()

    assert "fawiki fa.wikipedia.org fa rtl" in lines
    assert "aawiki aa.wikipedia.org aa ltr (closed)" in lines
    assert len(lines) == len(list_sites()) > 900


def test_one_project_can_be_listed_as_json() -> None:
    rows = json.loads(told("--project", "wikivoyage", "--format", "json"))

    assert {row["project"] for row in rows} == {"wikivoyage"}
    assert {
        "dbname": "hewikivoyage",
        "host": "he.wikivoyage.org",
        "code": "he",
        "project": "wikivoyage",
        "language": "he",
        "direction": "rtl",
        "api_url": "https://he.wikivoyage.org/w/api.php",
        "is_closed": False,
    } in rows


def test_a_project_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(NotFound, match=r"expected one of .*wikipedia"):
        list_sites("wikipaedia")

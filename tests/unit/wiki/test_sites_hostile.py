"""Names that are no wiki's: refused whole, and nobody is connected to."""

import socket

import pytest

from jadelite.domain.errors import NotFound
from jadelite.wiki.sites import describe, find

HOSTILE = [
    "",
    " ",
    "wiki",
    "en",
    "ENWIKI",
    "Enwiki",
    "enwiki ",
    " enwiki",
    "enwiki\n",
    "enwiki\r\nHost: evil.example",
    "enwiki\x00",
    "enwiki.",
    "enwiki/",
    "enwiki#",
    "enwiki?",
    "enwiki%00",
    "enwiki:8080",
    "en.wikipedia.org",
    "https://en.wikipedia.org/w/api.php",
    "//evil.example/wiki",
    "a@127.0.0.1:8080/?wiki",
    "evil.example/#wiki",
    "evil.example\\wiki",
    "127.0.0.1wiki",
    "[::1]wiki",
    "localhostwiki",
    "169.254.169.254/latest/meta-data/wiki",
    "../../etc/passwdwiki",
    "file:///etc/passwd",
    "be-taraskwiki",
    "be-x-oldwiki",
    "zh-min-nanwiki",
    "\u0435nwiki",  # Cyrillic e
    "en\u200bwiki",
    "\uff45\uff4e\uff57\uff49\uff4b\uff49",
    "\u202eikiwne",
    "en\u00adwiki",
    "e\u0301nwiki",
    "enwiki\ud800",
    "commonswiki; DROP TABLE wiki",
    "' OR 1=1 --wiki",
    "family:wikipedia",
    "single",
    "rtl",
    "domain",
    "x" * 100_000,
    "sample-en",
]


@pytest.fixture(autouse=True)
def no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for an address, let alone connecting, fails the test."""

    def refuse(*arguments: object, **more: object) -> None:
        pytest.fail(f"a look at the network: {arguments}")

    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:30]))
def test_a_hostile_name_is_no_site(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        find(name)

    assert caught.value.code == "unknown-wiki"
    assert caught.value.detail.isascii()
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) < 1000


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name != "sample-en"], ids=lambda name: ascii(name[:30])
)
def test_nothing_is_guessed_of_a_hostile_name(name: str) -> None:
    wiki = describe(name)

    assert (wiki.dbname, wiki.language, wiki.direction) == (name, "und", "auto")

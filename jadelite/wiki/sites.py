"""Where the real wikis are, and what is known of any wiki by its database name.

The facts stand in `sites.ini`. A name is looked up whole or not at all: no host is ever built from
what somebody gave.
"""

from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Protocol

from jadelite.domain.edits import Direction, Site, Wiki
from jadelite.domain.errors import NotFound

SAMPLE_PREFIX = "sample-"
MAX_SHOWN = 60


class OperatorHosts(Protocol):
    """What this table needs of the operator's file: its wikis by database name.

    A protocol, because pages load this table and must not load what asks servers outside.
    """

    @property
    def wikis(self) -> Mapping[str, Site]:
        """The operator's wikis by database name."""


@dataclass(frozen=True)
class _Table:
    sites: Mapping[str, Site]
    closed: frozenset[str]
    rtl: frozenset[str]


def find(dbname: str, hosts: OperatorHosts | None = None) -> Site:
    """The site of that exact database name, the operator's before the shipped ones.

    Raises NotFound for any other name, however near.
    """
    if hosts is not None and dbname in hosts.wikis:
        return _operators(hosts.wikis[dbname])
    site = _table().sites.get(dbname)
    if site is None:
        shown = ascii(dbname[:MAX_SHOWN])
        raise NotFound(
            "unknown-wiki",
            f"there is no wiki {shown} in the site table; expected a database name such as"
            " enwiki, or one from the operator's file of hosts",
            wiki=shown,
        )
    return site


def describe(dbname: str, hosts: OperatorHosts | None = None) -> Wiki:
    """Language and direction of a wiki; "und" and "auto" where nothing is known of it.

    `sample-XX` is a sample wiki in the language of the Wikipedia XX.
    """
    is_sample = dbname.startswith(SAMPLE_PREFIX)
    key = f"{dbname.removeprefix(SAMPLE_PREFIX)}wiki" if is_sample else dbname
    if hosts is not None and dbname in hosts.wikis:
        site: Site | None = _operators(hosts.wikis[dbname])
    else:
        site = _table().sites.get(key)
    if site is None:
        return Wiki(dbname, "und", "auto", is_sample)
    return Wiki(dbname, site.language, site.direction, is_sample)


def all_sites() -> list[Site]:
    """Every shipped site, sorted by database name; closed wikis too."""
    return sorted(_table().sites.values(), key=lambda site: site.dbname)


def is_closed(dbname: str) -> bool:
    """Whether a shipped site takes no more edits; False for names the table does not know."""
    return dbname in _table().closed


def _operators(site: Site) -> Site:
    """The site of an operator's file, whose direction follows from its language if left open."""
    if site.direction != "auto":
        return site
    return replace(site, direction=_direction(site.language, _table().rtl))


def _direction(language: str, rtl: frozenset[str]) -> Direction:
    primary, *rest = language.lower().split("-")
    if primary == "und":
        return "auto"
    # A script that is named weighs more than the one that is usual for the language.
    for part in rest:
        if len(part) == 1:  # what follows is private or an extension, and no script
            break
        if len(part) == 4 and part.isalpha():
            return "rtl" if part in {"arab", "hebr", "nkoo", "syrc", "thaa"} else "ltr"
    return "rtl" if primary in rtl else "ltr"


@cache
def _table() -> _Table:
    """The table, read once in a process and only when a wiki is asked for."""
    parser = ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(files("jadelite.wiki").joinpath("sites.ini").read_text(encoding="utf-8"))
    rtl = frozenset(parser["script"]["rtl"].split())
    languages, databases = dict(parser["language"]), dict(parser["database"])
    sites: dict[str, Site] = {}
    closed: set[str] = set()
    for section in parser.sections():
        kind, _, project = section.partition(":")
        if kind != "family":
            continue
        family = dict(parser[section])
        for state in ("open", "closed"):
            for code in family.get(state, "").split():
                host = f"{code}.{family['domain']}"
                usual = f"{code.replace('-', '_')}{family['ending']}"
                dbname = databases.get(host, usual)
                language = languages.get(code, code)
                sites[dbname] = _site(dbname, host, code, project, language, rtl)
                if state == "closed":
                    closed.add(dbname)
    for dbname, facts in parser["single"].items():
        host, project, code, language = facts.split()
        sites[dbname] = _site(dbname, host, code, project, language, rtl)
    return _Table(sites, frozenset(closed), rtl)


def _site(
    dbname: str, host: str, code: str, project: str, language: str, rtl: frozenset[str]
) -> Site:
    api_url = f"https://{host}/w/api.php"
    return Site(dbname, host, code, project, language, _direction(language, rtl), api_url)

"""Which servers outside there are: those shipped, and those an operator names in a file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from jadelite.domain.edits import Direction, Site
from jadelite.domain.errors import Invalid
from jadelite.upstream.manners import EVENTSTREAMS, LIFTWING, ORES, WIKIS, Manners

_DBNAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_WIKI_KEYS = ("api", "language", "code", "project", "direction")
_RIGHT_ADDRESS = "expected http:// or https://, a host, and no user, query or fragment"


@dataclass(frozen=True)
class Upstream:
    """One server outside: its name here, its address without a closing slash, its manners."""

    name: str
    base_url: str
    manners: Manners


SERVICES: Mapping[str, Upstream] = {
    each.name: each
    for each in (
        Upstream("liftwing", "https://api.wikimedia.org/service/lw/inference/v1", LIFTWING),
        Upstream("ores", "https://ores.wikimedia.org", ORES),
        Upstream("eventstreams", "https://stream.wikimedia.org/v2/stream", EVENTSTREAMS),
    )
}
WIKIMEDIA_WIKIS = "wikis"
WIKI_MANNERS = WIKIS


@dataclass(frozen=True)
class Hosts:
    """What the operator named: other addresses of services, wikis of their own by database name.

    `manners` replace the shipped ones, by the upstream's name.
    """

    services: Mapping[str, str] = field(default_factory=dict)
    wikis: Mapping[str, Site] = field(default_factory=dict)
    manners: Mapping[str, Manners] = field(default_factory=dict)


def read_hosts_file(path: Path | str) -> Hosts:
    """The services and wikis named in a TOML file; nothing where `path` is empty.

    `[services]` has lines such as `liftwing = "https://..."`; `[wikis]` lines such as
    `teamwiki = {api = "http://127.0.0.1:8099/api.php", language = "en"}`, where `code` (language by
    default), `project` ("wikipedia") and `direction` ("auto") may be added. Plain http is taken
    only here. Raises Invalid, naming the key and what would be right.
    """
    if not str(path):
        return Hosts()
    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(path, f"can't be read ({_plain(error)}); expected a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise _refusal(path, f"is no TOML: {error}") from error
    for key in found:
        if key not in ("services", "wikis"):
            raise _refusal(path, f"has the table {key!r}; expected services or wikis")
    services = {
        name: _service_url(path, name, url) for name, url in _table(path, found, "services").items()
    }
    wikis = {name: _site(path, name, facts) for name, facts in _table(path, found, "wikis").items()}
    return Hosts(services, wikis)


def is_address(url: object, *, is_http_allowed: bool) -> bool:
    """Whether this is a whole address of a server: a host, no user, no query, no fragment."""
    if not isinstance(url, str) or not url.isascii() or not re.fullmatch(r"[!-~]+", url):
        return False
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    schemes = ("https", "http") if is_http_allowed else ("https",)
    return parts.scheme in schemes and has_host and not re.search(r"[@?#\\]", url)


def _table(path: Path | str, found: dict[str, Any], name: str) -> dict[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise _refusal(path, f"has {name} = {table!r}; expected a table")
    return table


def _service_url(path: Path | str, name: str, url: object) -> str:
    if name not in SERVICES:
        raise _refusal(path, f"names services.{name}; expected one of {', '.join(SERVICES)}")
    if not is_address(url, is_http_allowed=True):
        raise _refusal(path, f"has services.{name} = {url!r}; {_RIGHT_ADDRESS}")
    return str(url).rstrip("/")


def _site(path: Path | str, name: str, facts: object) -> Site:
    key = f"wikis.{name}"
    if not _DBNAME.fullmatch(name):
        raise _refusal(path, f"names {key}; expected small letters, digits, - and _")
    if not isinstance(facts, dict):
        raise _refusal(path, f"has {key} = {facts!r}; expected {{api = ..., language = ...}}")
    for each in facts:
        if each not in _WIKI_KEYS:
            raise _refusal(path, f"has {key}.{each}; expected {', '.join(_WIKI_KEYS)}")
    api = facts.get("api")
    if not is_address(api, is_http_allowed=True):
        raise _refusal(path, f"has {key}.api = {api!r}; {_RIGHT_ADDRESS}")
    language = facts.get("language")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise _refusal(path, f"has {key}.language = {language!r}; expected a code such as en")
    code, project = facts.get("code", language.lower()), facts.get("project", "wikipedia")
    for each, value in (("code", code), ("project", project)):
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise _refusal(path, f"has {key}.{each} = {value!r}; expected small letters and -")
    direction = facts.get("direction", "auto")
    if direction not in get_args(Direction):
        raise _refusal(path, f"has {key}.direction = {direction!r}; expected ltr, rtl or auto")
    return Site(
        dbname=name,
        host=urlsplit(str(api)).netloc,
        code=code,
        project=project,
        language=language,
        direction=direction,
        api_url=str(api),
    )


def _refusal(path: Path | str, what: str) -> Invalid:
    return Invalid("bad-upstreams-file", f"{path} (JADELITE_UPSTREAMS_FILE) {what}")


def _plain(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "unreadable") if isinstance(error, OSError) else "not UTF-8"

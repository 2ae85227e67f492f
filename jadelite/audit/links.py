"""Where pages of real wikis are, for readers to follow; and which edit an address is of."""

import re
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.names import is_wiki_name
from jadelite.wiki import sites

MAX_ADDRESS_LENGTH = 2_000
MAX_REV_ID = 2**63 - 1

_NUMBER = re.compile(r"0*([1-9]\d{0,18})", re.ASCII)
# Special:Diff/123, Special:Diff/122/123 and the like, whatever the wiki calls them.
_SPECIAL_PAGE = re.compile(r"[^/:]+:[^/]+/(?P<first>\d{1,19})(?:/(?P<second>\w{1,19}))?", re.ASCII)
_OWN_PAGE = re.compile(r"/edits/(?P<wiki>[^/]+)/(?P<rev_id>\d{1,19})(?:/.*)?", re.ASCII)


def edit_url(dbname: str, rev_id: int) -> str | None:
    """Where a real wiki itself shows what an edit changed; None for any other wiki.

    The host is that of the shipped table, never one that somebody gave.
    """
    try:
        host = sites.find(dbname).host
    except NotFound:
        return None
    return f"https://{host}/w/index.php?diff={rev_id}"


def read_address(asked: str, wiki: str = "") -> tuple[str, int]:
    """Wiki and revision that somebody asks for by a number (of `wiki`) or by an address.

    The address is read, never visited: that of a diff or a version on a wiki of the shipped table,
    or of a page here. Raises Invalid for anything else.
    """
    asked, wiki = asked.strip(), wiki.strip()
    if len(asked) <= MAX_ADDRESS_LENGTH:
        rev_id = _number(asked)
        if rev_id is not None and is_wiki_name(wiki):
            return wiki, rev_id
        found = None if rev_id is not None else _from_address(asked)
        if found is not None:
            return found
    raise Invalid(
        "bad-edit-address",
        f"{asked[:60]!a} is not the address of an edit, nor its number beside a wiki's name",
    )


def _from_address(address: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").lower()
        asked = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return None
    path = unquote(parts.path)
    own = _OWN_PAGE.fullmatch(path)
    if own is not None:
        rev_id = _number(own["rev_id"])
        return (own["wiki"], rev_id) if rev_id and is_wiki_name(own["wiki"]) else None
    dbname = _dbnames().get(host.replace(".m.", ".", 1))
    rev_id = _asked_revision(asked)
    if rev_id is None:
        title = asked.get("title", [path.removeprefix("/wiki/")])[0]
        rev_id = _special_revision(title)
    return None if dbname is None or rev_id is None else (dbname, rev_id)


def _asked_revision(asked: dict[str, list[str]]) -> int | None:
    """The revision in `diff` and `oldid`; None for one that these name only by another's place."""
    diff, oldid = (asked.get(name, [""])[0] for name in ("diff", "oldid"))
    if _number(diff) is not None:
        return _number(diff)
    return _number(oldid) if diff in ("", "prev") else None


def _special_revision(title: str) -> int | None:
    found = _SPECIAL_PAGE.fullmatch(title)
    if found is None:
        return None
    first, second = found["first"], found["second"]
    return _number(first if second in (None, "prev") else second)


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    rev_id = int(found[1]) if found else None
    return rev_id if rev_id is not None and rev_id <= MAX_REV_ID else None


@cache
def _dbnames() -> dict[str, str]:
    """Database names by host."""
    return {site.host: site.dbname for site in sites.all_sites()}

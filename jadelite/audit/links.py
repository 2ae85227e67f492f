"""Where pages of real wikis are, for readers to follow."""

from jadelite.domain.errors import NotFound
from jadelite.wiki import sites


def edit_url(dbname: str, rev_id: int) -> str | None:
    """Where a real wiki itself shows what an edit changed; None for any other wiki.

    The host is that of the shipped table, never one that somebody gave.
    """
    try:
        host = sites.find(dbname).host
    except NotFound:
        return None
    return f"https://{host}/w/index.php?diff={rev_id}"

"""The newest edits of a wiki, from its list of recent changes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from jadelite.domain.edits import Revision
from jadelite.wiki.api import WikiApi
from jadelite.wiki.editors import editor_kind, editor_name, fetch_accounts
from jadelite.wiki.fields import Row, inner, moment, rows, text, texts, whole
from jadelite.wiki.revisions import hidden_parts

MAX_CHANGES = 500  # rows in one answer of a wiki, for askers without rights
FACTS = "title|ids|user|userid|comment|flags|tags|timestamp|sizes|sha1"
EDIT_TYPES = frozenset({"edit", "new"})  # others repeat an edit's number, or have none


def recent_changes(api: WikiApi, *, since: datetime | None, limit: int) -> Iterator[Revision]:
    """At most `limit` of the newest edits, newest first; none older than `since`.

    All namespaces; each edit once. `content_model` is None: the list doesn't tell. The list leaves
    out imported edits and pages deleted since, and wikis keep it for some weeks only. Asked for as
    it is read. Raises WikiError and Failed.
    """
    return islice(_changes(api, since, limit), max(0, limit))


def _changes(api: WikiApi, since: datetime | None, limit: int) -> Iterator[Revision]:
    seen: set[int] = set()
    end = None if since is None else since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for answer in api.pages(
        action="query", list="recentchanges", rctype="edit|new", rcdir="older", rcprop=FACTS,
        rclimit=max(1, min(limit, MAX_CHANGES)), rcend=end,
    ):  # fmt: skip
        query = inner(answer, "query")
        if "recentchanges" not in query:
            raise api.bad_answer("answered without a list of recent changes")
        found = [row for row in rows(query, "recentchanges") if _is_edit(row)]
        for change in _parsed(api, found):
            if change.rev_id not in seen:
                seen.add(change.rev_id)
                yield change


def _is_edit(row: Row) -> bool:
    return text(row, "type") in EDIT_TYPES and (whole(row, "revid") or 0) > 0


def _parsed(api: WikiApi, found: Sequence[Row]) -> Iterator[Revision]:
    accounts = fetch_accounts(api, found)
    for row in found:
        hidden = hidden_parts(row)
        before, after = whole(row, "oldlen"), whole(row, "newlen")
        edited_at = moment(row, "timestamp")
        yield Revision(
            wiki=api.site.dbname,
            rev_id=whole(row, "revid", low=1) or 0,
            parent_rev_id=whole(row, "old_revid"),
            page_id=whole(row, "pageid") or None,
            page_title=text(row, "title"),
            namespace=whole(row, "ns", low=-2),
            timestamp=edited_at,
            size_change=None if before is None or after is None else after - before,
            tags=texts(row, "tags"),
            comment=None if hidden.comment else text(row, "comment"),
            editor_name=editor_name(row),
            editor_kind=editor_kind(row, accounts, edited_at),
            content_model=None,
            sha1=None if hidden.text else text(row, "sha1"),
            hidden=hidden,
        )

"""A small wiki for tests: pages, revisions, hiding; it answers the action API over a real socket.

Only the questions jadelite asks, in the shapes a real wiki gives (formatversion 2). Give its
`answer` to `faults.FaultServer(good=...)`. What a real wiki does stands in tests/peers.
"""

import hashlib
import html
from dataclasses import dataclass, field
from typing import Any

from faults import Request


@dataclass
class Rev:
    """One revision; `hidden` holds any of text, editor, comment."""

    rev_id: int
    parent: int
    page: str
    text: str
    user: str = "Somebody"
    comment: str = ""
    timestamp: str = "2026-11-22T08:00:00Z"
    tags: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)


class FakeWiki:
    """Revisions by number; those in `deleted` are not shown to anybody."""

    def __init__(self) -> None:
        self.revs: dict[int, Rev] = {}
        self.deleted: set[int] = set()

    def save(self, rev_id: int, text: str, *, page: str = "A page", **facts: Any) -> Rev:
        """A new revision of a page."""
        older = [rev.rev_id for rev in self.revs.values() if rev.page == page]
        made = Rev(rev_id, max(older, default=0), page, text, **facts)
        self.revs[rev_id] = made
        return made

    def answer(self, request: Request) -> object:
        """The answer to a question of the action API."""
        asked = request.query
        if asked["action"] == "compare":
            return self._compare(int(asked["fromrev"]), asked.get("torev"))
        if asked.get("list") == "recentchanges":
            found = sorted(self._shown(), key=lambda rev: -rev.rev_id)[: int(asked["rclimit"])]
            return {"batchcomplete": True, "query": {"recentchanges": [_change(r) for r in found]}}
        if asked.get("list") == "users":
            users = [
                {
                    "userid": int(number),
                    "name": "Somebody",
                    "editcount": 500,
                    "registration": "2015-01-01T00:00:00Z",
                    "groups": ["*", "user"],
                }
                for number in asked["ususerids"].split("|")
            ]
            return {"batchcomplete": True, "query": {"users": users}}
        return {"batchcomplete": True, "query": self._revisions(asked)}

    def _shown(self) -> list[Rev]:
        return [rev for number, rev in self.revs.items() if number not in self.deleted]

    def _revisions(self, asked: dict[str, str]) -> dict[str, Any]:
        bad: dict[str, Any] = {}
        if "revids" in asked:
            wanted = [int(number) for number in asked["revids"].split("|")]
            shown = {rev.rev_id: rev for rev in self._shown()}
            found = [shown[number] for number in wanted if number in shown]
            bad = {str(n): {"revid": n, "missing": True} for n in wanted if n not in shown}
        else:
            start, is_newer = int(asked["rvstartid"]), asked["rvdir"] == "newer"
            page = self.revs[start].page
            found = sorted(
                (
                    rev
                    for rev in self._shown()
                    if rev.page == page
                    and (rev.rev_id >= start if is_newer else rev.rev_id <= start)
                ),
                key=lambda rev: rev.rev_id if is_newer else -rev.rev_id,
            )[: int(asked["rvlimit"])]
        pages: dict[str, dict[str, Any]] = {}
        for rev in found:
            page_row = pages.setdefault(
                rev.page,
                {"pageid": _page_id(rev.page), "ns": 0, "title": rev.page, "revisions": []},
            )
            page_row["revisions"].append(_row(rev, asked["rvprop"]))
        return {"pages": list(pages.values()), **({"badrevids": bad} if bad else {})}

    def _compare(self, rev_id: int, torev: str | None) -> object:
        new = self.revs.get(int(torev) if torev else rev_id)
        old = self.revs.get(rev_id if torev else (new.parent if new else 0))
        if new is None or new.rev_id in self.deleted:
            return {"error": {"code": "nosuchrevid", "info": f"There is no revision {rev_id}."}}
        if "text" in new.hidden or (old is not None and "text" in old.hidden):
            return {"error": {"code": "missingcontent", "info": "Missing content."}}
        body = (
            '<tr><td colspan="2" class="diff-lineno">Line 1:</td>'
            '<td colspan="2" class="diff-lineno">Line 1:</td></tr><tr>'
        )
        if old is not None:
            body += _cell("−", "diff-deletedline", old.text)
        else:
            body += '<td colspan="2" class="diff-empty diff-side-deleted"></td>'
        body += _cell("+", "diff-addedline", new.text) + "</tr>"
        compare: dict[str, Any] = {
            "torevid": new.rev_id,
            "tosize": len(new.text.encode()),
            "body": body,
        }
        if old is not None:
            compare.update(fromrevid=old.rev_id, fromsize=len(old.text.encode()))
        return {"compare": compare}


def _cell(marker: str, kind: str, text: str) -> str:
    return (
        f'<td class="diff-marker" data-marker="{marker}"></td>'
        f'<td class="{kind}"><div>{html.escape(text)}</div></td>'
    )


def _page_id(title: str) -> int:
    return int(hashlib.sha256(title.encode()).hexdigest()[:6], 16) + 1


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _row(rev: Rev, wanted: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "revid": rev.rev_id,
        "parentid": rev.parent,
        "timestamp": rev.timestamp,
        "size": len(rev.text.encode()),
        "tags": rev.tags,
    }
    main: dict[str, Any] = {"contentmodel": "wikitext"}
    if "text" in rev.hidden:
        main["texthidden"] = row["sha1hidden"] = True
    else:
        row["sha1"] = _sha1(rev.text)
        if "content" in wanted.split("|"):
            main["content"] = rev.text
    if "editor" in rev.hidden:
        row["userhidden"] = True
    else:
        row.update(user=rev.user, userid=7)
    if "comment" in rev.hidden:
        row["commenthidden"] = True
    else:
        row["comment"] = rev.comment
    return {**row, "slots": {"main": main}}


def _change(rev: Rev) -> dict[str, Any]:
    row = _row(rev, "")
    del row["slots"], row["parentid"]
    return {
        **row,
        "type": "edit" if rev.parent else "new",
        "ns": 0,
        "title": rev.page,
        "pageid": _page_id(rev.page),
        "old_revid": rev.parent,
        "oldlen": 0,
        "newlen": row["size"],
    }

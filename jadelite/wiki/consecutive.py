"""Consecutive edits: the run of one editor's edits that a patroller sees as one change."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from jadelite.domain.edits import Revision
from jadelite.wiki.api import WikiApi, WikiError
from jadelite.wiki.editors import editor_name
from jadelite.wiki.fields import Row, has_flag, rows, whole
from jadelite.wiki.revisions import known_number, page_rows

GONE_CODES = ("nosuchrevid", "badid", "missingtitle")  # beginnings of what a wiki answers
MAX_RUN_SIDE = 20  # edits looked at on either side of the one that is shown


@dataclass(frozen=True)
class Run:
    """The first and last edit of a run, and the revision before the first (0: a new page)."""

    first_rev_id: int
    last_rev_id: int
    parent_rev_id: int


def find_run(api: WikiApi, revision: Revision) -> Run | None:
    """The run around an edit; None where it stands alone or its editor is hidden or not known.

    At most MAX_RUN_SIDE edits on either side are taken in; a revision whose editor is hidden ends a
    run. Raises WikiError and Failed.
    """
    if revision.editor_name is None or revision.hidden.editor or revision.page_id is None:
        return None
    sides = [
        list(_same_editor(history(api, revision, direction=direction), revision))
        for direction in ("older", "newer")
    ]
    older, newer = sides
    if not older or not newer or len(older) + len(newer) < 3:  # the edit itself is in both
        return None
    first, last = older[-1], newer[-1]
    parent = whole(first, "parentid")
    if parent is None:
        return None
    return Run(known_number(api, first), known_number(api, last), parent)


def history(
    api: WikiApi, revision: Revision, *, direction: str, n_edits: int = MAX_RUN_SIDE
) -> list[Row]:
    """The revision itself and up to `n_edits` next to it on its page, "older" or "newer" ones.

    The rows are in that order, by time. Empty where the wiki doesn't show the revision or its page
    any more. Raises WikiError and Failed.
    """
    try:
        answer = api.get(
            action="query", prop="revisions", pageids=revision.page_id, rvstartid=revision.rev_id,
            rvdir=direction, rvlimit=n_edits + 1, rvslots="main",
            rvprop="ids|timestamp|user|userid|sha1|tags",
        )  # fmt: skip
    except WikiError as error:
        if error.code.startswith(GONE_CODES):
            return []
        raise
    found = [row for _, row in page_rows(api, answer)]
    has_missing_page = any(has_flag(page, "missing") for page in rows(answer["query"], "pages"))
    if not has_missing_page and (not found or known_number(api, found[0]) != revision.rev_id):
        raise api.bad_answer(f"answered another history than that from {revision.rev_id} on")
    return found


def _same_editor(found: list[Row], revision: Revision) -> Iterator[Row]:
    return takewhile(lambda row: editor_name(row) == revision.editor_name, found)

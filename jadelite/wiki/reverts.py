"""Whether an edit was undone later: by the wiki's own tag, or by the text of before coming back.

A tag on a later edit ("mw-undo", "mw-rollback") alone says only that something was undone.
"""

from jadelite.domain.edits import Revert, Revision
from jadelite.wiki.api import WikiApi
from jadelite.wiki.consecutive import history
from jadelite.wiki.fields import Row, moment, text, texts
from jadelite.wiki.revisions import hidden_parts, known_number

REVERTED_TAG = "mw-reverted"
REVERTING_TAGS = frozenset({"mw-rollback", "mw-undo", "mw-manual-revert"})
MAX_DISTANCE = 15  # edits; as far as wikis themselves look for what was reverted


def fetch_revert(api: WikiApi, revision: Revision) -> Revert | None:
    """How an edit was undone within the next MAX_DISTANCE edits; None where nothing shows that.

    "tag": the wiki itself marks the edit as reverted; "identity": a later edit brought back, byte
    for byte, a text that stood before it. `by_rev_id` and `reverted_at` are None where the tag
    stands alone, or more than one later edit may be meant. None as well where the wiki doesn't show
    the edit. Raises WikiError and Failed.
    """
    if revision.page_id is None:
        return None
    newer = history(api, revision, direction="newer", n_edits=MAX_DISTANCE)
    if not newer:
        return None
    itself, later = newer[0], newer[1:]
    is_tagged = REVERTED_TAG in texts(itself, "tags")
    if not later and not is_tagged:
        return None
    by = _by_identity(api, revision, itself, later=later)
    if by is None and not is_tagged:
        return None
    return _revert(api, revision, by or _only_reverting(later), is_tagged=is_tagged)


def _by_identity(api: WikiApi, revision: Revision, itself: Row, *, later: list[Row]) -> Row | None:
    """The first later revision with a text that stood before the edit and was changed by it."""
    own = _sha1(itself)
    if own is None or not any(_sha1(row) for row in later):
        return None
    older = history(api, revision, direction="older", n_edits=MAX_DISTANCE)[1:]
    if not older or _sha1(older[0]) in (None, own):  # a move or protection changed no text
        return None
    before = {_sha1(row) for row in older} - {None, own}
    return next((row for row in later if _sha1(row) in before), None)


def _only_reverting(later: list[Row]) -> Row | None:
    found = [row for row in later if REVERTING_TAGS & set(texts(row, "tags"))]
    return found[0] if len(found) == 1 else None


def _sha1(row: Row) -> str | None:
    return None if hidden_parts(row).text else text(row, "sha1")


def _revert(api: WikiApi, revision: Revision, by: Row | None, *, is_tagged: bool) -> Revert:
    return Revert(
        wiki=api.site.dbname,
        rev_id=revision.rev_id,
        by_rev_id=None if by is None else known_number(api, by),
        reverted_at=None if by is None else moment(by, "timestamp"),
        kind="tag" if is_tagged else "identity",
    )

"""The diff of an edit: the wiki's own, as rows of plain text; else one made here of both texts."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from jadelite.domain.diffs import Diff
from jadelite.domain.edits import MAX_TEXT_LENGTH, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki.api import WikiApi, WikiError
from jadelite.wiki.consecutive import find_run
from jadelite.wiki.diff_tables import parse_compare
from jadelite.wiki.diffs import MAX_LINE_LENGTH, local_diff
from jadelite.wiki.fields import Row, has_flag, inner, text, whole
from jadelite.wiki.revisions import TEXT_MODELS, fetch_revisions, fetch_sizes, fetch_texts

__all__ = ["NoDiff", "WikiDiff", "fetch_combined", "fetch_diff", "parse_compare"]

NoDiffReason = Literal["hidden", "missing", "too-large", "not-text", "transient"]
GONE_CODES = frozenset({"nosuchrevid", "compare-relative-to-deleted", "missingtitle"})
_HIDDEN_DETAIL = "The wiki hid the text of this edit or of the one before it."
_MISSING_DETAIL = "The wiki doesn't show this edit or the one before it."


@dataclass(frozen=True)
class WikiDiff:
    """A diff, and whether the wiki made it or this program."""

    diff: Diff
    origin: Literal["wiki", "local"]


@dataclass(frozen=True)
class NoDiff:
    """Why there is no diff, with one English sentence. Only "transient" is worth another try."""

    reason: NoDiffReason
    detail: str


def fetch_diff(api: WikiApi, revision: Revision) -> WikiDiff | NoDiff:
    """The diff of an edit to the revision before it, or why there is none; nothing rises.

    A new page is all added; a move or protection has no rows. Where the wiki makes no diff though
    it shows both texts, or one of another pair of revisions, it is made here. What was hidden on
    either side is never shown, even if the wiki's answer holds it.
    """
    if revision.hidden.text:
        return NoDiff("hidden", _HIDDEN_DETAIL)
    before, after = revision.parent_rev_id, revision.rev_id
    try:
        found = _compare(api, before, after, fromrev=after, torelative="prev")
        return _finer(api, before, after, found) or _local(api, before, after)
    except Failed as failed:
        return NoDiff("transient", failed.detail)
    except WikiError as error:
        return NoDiff("missing", f"The wiki makes no diff of this edit: {error}")


def fetch_combined(api: WikiApi, revision: Revision) -> tuple[int, int, int, WikiDiff] | None:
    """The diff of the run of consecutive edits of one editor around an edit.

    As (revision before the first, first edit, last edit, diff from before to last). None where the
    edit stands alone, its editor or a text is hidden, or no diff can be made. Raises Failed where
    asking again later may give one.
    """
    try:
        run = find_run(api, revision)
        if run is None:
            return None
        before, after = run.parent_rev_id, run.last_rev_id
        found = _compare(api, before, after, fromrev=before, torev=after) if before else None
        found = _finer(api, before, after, found) or _local(api, before, after)
    except WikiError:
        return None
    if not isinstance(found, WikiDiff):
        return None
    return before, run.first_rev_id, after, found


def _compare(
    api: WikiApi, before: int | None, after: int, **asked: int | str
) -> WikiDiff | NoDiff | None:
    """The wiki's own diff of a pair, or why there can be none; None where it makes no usable one.

    `before` is 0 for a new page, None where it isn't known here. Raises Failed.
    """
    try:
        found = inner(api.get(action="compare", prop="diff|ids|size", **asked), "compare")
    except WikiError as error:
        return NoDiff("missing", _MISSING_DETAIL) if error.code in GONE_CODES else None
    except Failed as failed:
        if failed.reason == "bad-answer":  # too large for an answer, perhaps
            return None
        raise
    if has_flag(found, "fromtexthidden") or has_flag(found, "totexthidden"):
        return NoDiff("hidden", _HIDDEN_DETAIL)
    parent = whole(found, "fromrevid") or 0
    if whole(found, "torevid") != after or before not in (None, parent):
        return None
    return _read(found)


def _finer(
    api: WikiApi, before: int | None, after: int, found: WikiDiff | NoDiff | None
) -> WikiDiff | NoDiff | None:
    """The diff made here, if it can be, where the wiki's is doubtful; else what was found.

    Of very long lines one engine marks all as changed, another compares the first words only.
    """
    if not before or not isinstance(found, WikiDiff) or not _is_doubtful(found.diff):
        return found
    with suppress(Failed, WikiError):
        made = _local(api, before, after)
        if isinstance(made, WikiDiff):
            return made
    return found


def _is_doubtful(diff: Diff) -> bool:
    """Whether it has very long lines, or changed ones that are the same on both sides."""
    for row in diff.rows:
        before, after = (
            None if side is None else "".join(part.text for part in side)
            for side in (row.before, row.after)
        )
        if max(len(before or ""), len(after or "")) >= MAX_LINE_LENGTH:
            return True
        if row.kind == "changed" and before == after:
            return True
    return False


def _read(found: Row) -> WikiDiff | None:
    """The diff in an answer; None where there is none or it can't be read."""
    html = text(inner(found, "bodies"), "main")
    for key in ("body", "*"):
        html = text(found, key) if html is None else html
    if html is None:
        return None
    try:
        diff = parse_compare(html)
    except ValueError:
        return None
    size, size_before = whole(found, "tosize"), whole(found, "fromsize") or 0
    is_empty_for_nothing = not diff.rows and size not in (None, size_before)
    return None if is_empty_for_nothing else WikiDiff(diff, "wiki")


def _local(api: WikiApi, before: int | None, after: int) -> WikiDiff | NoDiff:
    """The diff made here of two texts (`before` 0: none), or why it can't. Raises as `get`."""
    wanted = [after, before] if before else [after]
    texts = fetch_texts(api, wanted)
    if before is not None and all(rev_id in texts for rev_id in wanted):
        return WikiDiff(local_diff(texts[before] if before else "", texts[after]), "local")
    revisions = fetch_revisions(api, wanted)
    shown = [each for each in revisions if isinstance(each, Revision)]
    if any(each.hidden.text for each in shown):
        return NoDiff("hidden", _HIDDEN_DETAIL)
    if before is None or len(shown) < len(revisions):
        return NoDiff("missing", _MISSING_DETAIL)
    if any((each.content_model or "wikitext") not in TEXT_MODELS for each in shown):
        return NoDiff("not-text", "What this page holds is not text.")
    if any((size or 0) > MAX_TEXT_LENGTH for size in fetch_sizes(api, wanted).values()):
        return NoDiff("too-large", "The texts of this edit are too large to be compared.")
    return NoDiff("transient", "The wiki gave neither a diff nor the texts of this edit.")

"""The facts and texts of revisions, as a wiki tells them to anybody.

What a wiki marks as hidden is hidden here, even when a privileged answer shows it beside the mark.
"""

from collections.abc import Iterator, Sequence

from jadelite.domain.edits import MAX_TEXT_LENGTH, Hidden, MissingRevision, Revision
from jadelite.wiki.api import WikiApi
from jadelite.wiki.editors import Account, editor_kind, editor_name, fetch_accounts
from jadelite.wiki.fields import (
    MAX_WHOLE,
    Row,
    has_flag,
    in_batches,
    inner,
    moment,
    rows,
    text,
    texts,
    whole,
)

MAX_REVISIONS = 50  # numbers in one question to a wiki, for askers without rights
FACTS = "ids|flags|timestamp|user|userid|comment|size|sha1|tags|contentmodel"
# Texts are asked for together up to this many bytes, so that no answer grows beyond its limit.
MAX_BYTES_TOGETHER = 1_000_000
MAX_TEXT_BYTES = 3_000_000  # more doesn't fit into an answer; the largest pages have 2 MiB
TEXT_MODELS = frozenset(
    {"wikitext", "text", "css", "sanitized-css", "javascript", "json", "Scribunto"}
    | {"GeoJSON", "Tabular.JsonConfig", "Map.JsonConfig", "JsonSchema", "MassMessageListContent"}
    | {"proofread-page", "proofread-index"}
)


def fetch_revisions(api: WikiApi, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
    """The facts of revisions, in the order asked for; numbers no wiki can have are missing.

    A new page's revision has 0 for its parent. `size_change` is None where the parent isn't shown.
    For `editor_kind` see there. Asks two or three times for each 50 revisions. Raises WikiError,
    and Failed: also where the wiki says nothing at all of a revision, so that silence isn't
    taken for absence.
    """
    numbers = dict.fromkeys(rev_id for rev_id in rev_ids if 0 < rev_id <= MAX_WHOLE)
    found: dict[int, Revision] = {}
    for batch in in_batches(list(numbers), MAX_REVISIONS):
        shown = dict(_shown(api, batch))
        accounts = fetch_accounts(api, [row for _, row in shown.values()])
        sizes = _sizes(api, shown)
        for rev_id, (page, row) in shown.items():
            found[rev_id] = parse_revision(
                api,
                page,
                row,
                accounts=accounts,
                parent_size=sizes.get(whole(row, "parentid") or 0),
            )
    dbname = api.site.dbname
    return [found.get(rev_id) or MissingRevision(dbname, rev_id) for rev_id in rev_ids]


def fetch_texts(api: WikiApi, rev_ids: Sequence[int]) -> dict[int, str]:
    """The texts of revisions, by number, where a wiki shows them.

    Left out: hidden and missing texts, what isn't text, and what is longer than MAX_TEXT_LENGTH
    characters or MAX_TEXT_BYTES. Raises WikiError and Failed.
    """
    found: dict[int, str] = {}
    for group in _groups(api, [rev_id for rev_id in rev_ids if 0 < rev_id <= MAX_WHOLE]):
        for rev_id, row in _asked(api, group, "ids|content|contentmodel|sha1"):
            content = _shown_text(row)
            if content is not None:
                found[rev_id] = content
    return {rev_id: found[rev_id] for rev_id in rev_ids if rev_id in found}


def fetch_sizes(api: WikiApi, rev_ids: Sequence[int]) -> dict[int, int | None]:
    """The sizes of revisions in bytes, by number, of those shown. Raises WikiError and Failed."""
    found: dict[int, int | None] = {}
    for batch in in_batches(rev_ids, MAX_REVISIONS):
        for rev_id, row in _asked(api, batch, "ids|size"):
            found[rev_id] = whole(row, "size")
    return found


def page_rows(api: WikiApi, answer: Row) -> Iterator[tuple[Row, Row]]:
    """Each revision of an answer of prop=revisions, as (its page, its row).

    Raises Failed("bad-answer") for an answer to another question.
    """
    query = inner(answer, "query")
    if not {"pages", "badrevids"} & set(query):
        raise api.bad_answer("answered neither with pages nor with missing revisions")
    for page in rows(query, "pages"):
        for row in rows(page, "revisions"):
            yield page, row


def known_number(api: WikiApi, row: Row) -> int:
    """The revision number in a row. Raises Failed("bad-answer") without one."""
    rev_id = whole(row, "revid", low=1)
    if rev_id is None:
        raise api.bad_answer("answered a revision without a number")
    return rev_id


def hidden_parts(row: Row) -> Hidden:
    """What a row says is hidden, in whatever place it says so."""
    main = inner(inner(row, "slots"), "main")
    marks = [has_flag(place, key) for place in (row, main) for key in ("texthidden", "sha1hidden")]
    return Hidden(
        text=any(marks),
        editor=has_flag(row, "userhidden"),
        comment=has_flag(row, "commenthidden"),
    )


def parse_revision(
    api: WikiApi,
    page: Row,
    row: Row,
    *,
    accounts: dict[int, Account],
    parent_size: int | None,
) -> Revision:
    """The facts in a row of prop=revisions. Raises Failed("bad-answer") for another shape."""
    hidden = hidden_parts(row)
    main = inner(inner(row, "slots"), "main")
    parent, size = whole(row, "parentid"), whole(row, "size")
    before = 0 if parent == 0 else parent_size
    edited_at = moment(row, "timestamp")
    return Revision(
        wiki=api.site.dbname,
        rev_id=known_number(api, row),
        parent_rev_id=parent,
        page_id=whole(page, "pageid", low=1),
        page_title=text(page, "title"),
        namespace=whole(page, "ns", low=-2),
        timestamp=edited_at,
        size_change=None if size is None or before is None else size - before,
        tags=texts(row, "tags"),
        comment=None if hidden.comment else text(row, "comment"),
        editor_name=editor_name(row),
        editor_kind=editor_kind(row, accounts, edited_at),
        content_model=text(main, "contentmodel") or text(row, "contentmodel"),
        sha1=None if hidden.text else text(row, "sha1"),
        hidden=hidden,
    )


def _asked(api: WikiApi, batch: Sequence[int], facts: str) -> Iterator[tuple[int, Row]]:
    """(number, row) of what the wiki shows of a batch. Raises Failed for any other revision."""
    for answer in api.pages(
        action="query", prop="revisions", revids=batch, rvslots="main", rvprop=facts
    ):
        for _, row in page_rows(api, answer):
            rev_id = known_number(api, row)
            if rev_id not in batch:
                raise api.bad_answer(f"answered revision {rev_id}, which was not asked for")
            yield rev_id, row


def _shown(api: WikiApi, batch: Sequence[int]) -> Iterator[tuple[int, tuple[Row, Row]]]:
    """(number, (page, row)) of what the wiki shows of a batch; it must have spoken of each."""
    unanswered = set(batch)
    has_missing_page = False
    for answer in api.pages(
        action="query", prop="revisions", revids=batch, rvslots="main", rvprop=FACTS
    ):
        query = inner(answer, "query")
        unanswered -= {whole(each, "revid", low=-MAX_WHOLE) for each in rows(query, "badrevids")}
        # A deleted page is named to those who may see it, without the number that was asked for.
        has_missing_page |= any(has_flag(page, "missing") for page in rows(query, "pages"))
        for page, row in page_rows(api, answer):
            rev_id = known_number(api, row)
            if rev_id in unanswered:
                unanswered.remove(rev_id)
                yield rev_id, (page, row)
    if unanswered and not has_missing_page:
        raise api.bad_answer(f"said nothing of revision {min(unanswered)}")


def _sizes(api: WikiApi, shown: dict[int, tuple[Row, Row]]) -> dict[int, int | None]:
    """The sizes of the parents, by number; those hidden or missing are left out or None."""
    sizes: dict[int, int | None] = {
        rev_id: whole(row, "size") for rev_id, (_, row) in shown.items()
    }
    parents = {whole(row, "parentid") for _, row in shown.values() if row.get("size") is not None}
    wanted = sorted(each for each in parents if each and each not in sizes)
    return {**sizes, **fetch_sizes(api, wanted)}


def _groups(api: WikiApi, rev_ids: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of texts in groups of few bytes; without those too long or not there."""
    group: list[int] = []
    n_bytes = 0
    for rev_id, size in fetch_sizes(api, list(dict.fromkeys(rev_ids))).items():
        if size is not None and size > MAX_TEXT_BYTES:
            continue
        n_bytes += size or 0
        if group and (n_bytes > MAX_BYTES_TOGETHER or len(group) == MAX_REVISIONS):
            yield group
            group, n_bytes = [], size or 0
        group.append(rev_id)
    if group:
        yield group


def _shown_text(row: Row) -> str | None:
    slots = inner(row, "slots")
    main = inner(slots, "main") if slots else row  # an older wiki has no slots
    if hidden_parts(row).text or (text(main, "contentmodel") or "wikitext") not in TEXT_MODELS:
        return None
    content = text(main, "content") if "content" in main else text(main, "*")
    return content if content is not None and len(content) <= MAX_TEXT_LENGTH else None

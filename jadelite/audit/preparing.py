"""What reviewers will see, fetched ahead of them: facts, summary, diff, and whether it was undone.

Run by the worker, never inside a page view. An edit is asked about outside any transaction and
stored in one of its own, so a stop at any moment loses one edit's round trip.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit.outside import Outside
from jadelite.db import contents, edits, facts, hiding, wikis
from jadelite.db.contents import CombinedDiff, NewContent
from jadelite.db.facts import Unprepared
from jadelite.db.session import Database
from jadelite.domain.edits import Hidden, MissingRevision, Revert, Revision
from jadelite.domain.errors import NotFound
from jadelite.upstream.answers import Failed
from jadelite.wiki import sites
from jadelite.wiki.api import WikiApi, WikiError
from jadelite.wiki.compare import NoDiff, WikiDiff, fetch_combined, fetch_diff
from jadelite.wiki.reverts import fetch_revert
from jadelite.wiki.revisions import fetch_revisions

ROUND = 40  # edits prepared before other work gets its turn: about half a minute
ALL_HIDDEN = Hidden(text=True, editor=True, comment=True)


@dataclass
class PrepareSummary:
    """What a round of preparing did. `is_more`: there are edits left that can be tried now."""

    n_edits: int = 0
    n_diffs: int = 0
    n_without: int = 0
    n_gone: int = 0
    n_unanswered: int = 0
    is_more: bool = False


@dataclass(frozen=True)
class _Prepared:
    """Everything fetched of one edit; None: there is none, or it could not be asked."""

    diff: WikiDiff | NoDiff
    combined: tuple[int, int, int, WikiDiff] | None
    revert: Revert | None


def prepare(
    database: Database, outside: Outside, campaign: str, *, clock: Callable[[], datetime]
) -> PrepareSummary:
    """Fetch what is missing of the next edits of a campaign; what was asked for in vain comes last.

    A wiki without a known address is passed over: its edits show what was imported.
    """
    with database.reading() as session:
        waiting = facts.unprepared(session, campaign, ROUND)
    summary = PrepareSummary(is_more=len(waiting) == ROUND)
    is_erased = False
    try:
        for wiki, part in _by_wiki(waiting).items():
            try:
                api = outside.wiki(wiki)
            except NotFound:
                continue
            is_erased |= _prepare_wiki(database, outside, api, wiki, part, summary, clock)
    finally:
        outside.write_states(database)
    if is_erased:
        database.scrub()
    # Nothing answered: the rest waits for the next round instead of failing one by one.
    summary.is_more &= summary.n_unanswered < max(summary.n_edits, 1)
    return summary


def _prepare_wiki(
    database: Database,
    outside: Outside,
    api: WikiApi,
    wiki: str,
    waiting: Sequence[Unprepared],
    summary: PrepareSummary,
    clock: Callable[[], datetime],
) -> bool:
    """Whether something had to be erased."""
    ids = {item.rev_id: item.edit_id for item in waiting}
    summary.n_edits += len(ids)
    try:
        found = fetch_revisions(api, list(ids))
    except (Failed, WikiError):
        summary.n_unanswered += len(ids)
        return False
    wiki_id, is_erased = _store_facts(database, outside, wiki, found, clock())
    for item in found:
        if isinstance(item, MissingRevision) or item.hidden.text:
            summary.n_gone += 1
            continue
        prepared = _fetch(api, item)
        _store(database, wiki_id, ids[item.rev_id], prepared, clock())
        summary.n_diffs += isinstance(prepared.diff, WikiDiff)
        summary.n_without += isinstance(prepared.diff, NoDiff)
        summary.n_unanswered += (
            isinstance(prepared.diff, NoDiff) and prepared.diff.reason == "transient"
        )
    return is_erased


def _store_facts(
    database: Database,
    outside: Outside,
    wiki: str,
    found: Sequence[Revision | MissingRevision],
    now: datetime,
) -> tuple[int, bool]:
    shown = [item for item in found if isinstance(item, Revision)]
    changes = [(item.rev_id, item.hidden, now) for item in shown if item.hidden.is_any]
    changes += [
        (item.rev_id, ALL_HIDDEN, now) for item in found if isinstance(item, MissingRevision)
    ]
    with database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(wiki, outside.hosts))
        is_erased = bool(hiding.apply(session, wiki_id, changes, now))
        known = edits.ids_by_rev(session, wiki_id, [rev_id for rev_id, _, _ in changes])
        contents.watch(session, sorted(known.values()), now)
        ids = facts.store(session, wiki_id, shown, now)
        facts.store_words(session, [(ids[item.rev_id], item) for item in shown], now)
    return wiki_id, is_erased


def _fetch(api: WikiApi, revision: Revision) -> _Prepared:
    diff = fetch_diff(api, revision)
    # The diff is what reviewers need: without the other two they can do.
    combined, revert = None, None
    with suppress(Failed, WikiError):
        combined = fetch_combined(api, revision)
    with suppress(Failed, WikiError):
        revert = fetch_revert(api, revision)
    return _Prepared(diff, combined, revert)


def _store(
    database: Database, wiki_id: int, edit_id: int, prepared: _Prepared, now: datetime
) -> None:
    with database.transaction() as session:
        if prepared.revert is not None:
            facts.store_revert(session, edit_id, prepared.revert, now)
        if isinstance(prepared.diff, NoDiff):
            facts.set_no_diff(session, edit_id, prepared.diff.reason)
        else:
            new = NewContent(
                edit_id=edit_id, diff=prepared.diff.diff, diff_origin=prepared.diff.origin
            )
            is_kept = facts.add_diff(session, new, now)
            if is_kept and prepared.combined is not None:
                base, first, last, made = prepared.combined
                if facts.is_any_hidden(session, wiki_id, [base, last]):
                    return
                contents.add_combined(
                    session,
                    edit_id,
                    CombinedDiff(base, first, last, made.diff),
                    origin=made.origin,
                    now=now,
                )


def _by_wiki(waiting: Sequence[Unprepared]) -> dict[str, list[Unprepared]]:
    by_wiki: dict[str, list[Unprepared]] = {}
    for item in waiting:
        by_wiki.setdefault(item.wiki, []).append(item)
    return by_wiki

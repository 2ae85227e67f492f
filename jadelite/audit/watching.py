"""Looking at wikis in turn for what changed of the edits kept here: hidden, or undone."""

from collections.abc import Callable, Sequence
from datetime import datetime

from jadelite.audit import hiding
from jadelite.audit.hiding import CheckSummary
from jadelite.audit.outside import Outside
from jadelite.db import edits, facts, wikis
from jadelite.db.session import Database
from jadelite.domain.edits import MissingRevision, Revert, Revision
from jadelite.upstream.answers import Failed
from jadelite.wiki.api import WikiError
from jadelite.wiki.reverts import fetch_revert
from jadelite.wiki.revisions import fetch_revisions

LIMIT = 2000  # edits looked at in one round: forty requests
REVERTED_TAG = "mw-reverted"


def watch(
    database: Database, outside: Outside, *, clock: Callable[[], datetime], limit: int = LIMIT
) -> CheckSummary:
    """Erase what wikis hid since the last look, and note which edits were undone."""
    seen: dict[str, list[Revision]] = {}

    def fetch(wiki: str, rev_ids: Sequence[int]) -> list[Revision | MissingRevision]:
        try:
            found = fetch_revisions(outside.wiki(wiki), rev_ids)
        except WikiError as error:
            raise Failed("transient", f"{wiki} refused: {error}") from error
        shown = [item for item in found if isinstance(item, Revision)]
        seen.setdefault(wiki, []).extend(item for item in shown if REVERTED_TAG in item.tags)
        return found

    try:
        summary = hiding.check(database, fetch, now=clock(), limit=limit)
        for wiki, revisions in seen.items():
            _note_reverts(database, outside, wiki, revisions, clock())
    finally:
        outside.write_states(database)
    return summary


def _note_reverts(
    database: Database, outside: Outside, wiki: str, revisions: list[Revision], now: datetime
) -> None:
    """Learn when tagged edits were undone, and by which; what does not answer waits."""
    with database.reading() as session:
        wiki_id = wikis.find(session, wiki)
        if wiki_id is None:
            return
        ids = edits.ids_by_rev(session, wiki_id, [item.rev_id for item in revisions])
        known = facts.reverts_known(session, sorted(ids.values()))
    found: list[tuple[int, Revert]] = []
    for item in revisions:
        edit_id = ids.get(item.rev_id)
        if edit_id is None or edit_id in known:
            continue
        try:
            revert = fetch_revert(outside.wiki(wiki), item)
        except (Failed, WikiError):
            continue
        if revert is not None:
            found.append((edit_id, revert))
    with database.transaction() as session:
        facts.store(session, wiki_id, revisions, now)
        for edit_id, revert in found:
            facts.store_revert(session, edit_id, revert, now)

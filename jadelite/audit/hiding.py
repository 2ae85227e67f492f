"""Asking wikis in turn what they hid of the edits whose contents are kept here.

Events tell of it within seconds; this finds what no event told: a follower that was off, a deleted
page, a wiki without events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jadelite.db import contents, hiding
from jadelite.db.hiding import ALL_HIDDEN, DueEdit
from jadelite.db.session import Database
from jadelite.domain.edits import Hidden, MissingRevision, Revision
from jadelite.domain.errors import DomainError
from jadelite.upstream.answers import Failed
from jadelite.wiki.api import WikiError

BATCH_SIZE = 50  # revisions a wiki is asked about at once

Fetch = Callable[[str, Sequence[int]], list[Revision | MissingRevision]]


@dataclass(frozen=True)
class WikiFailure:
    """A wiki that could not be asked, and why in one sentence; its edits stay due."""

    wiki: str
    detail: str


@dataclass(frozen=True)
class CheckSummary:
    """What a round of asking found.

    `n_asked` edits were answered for; `n_hidden` of them are hidden in part or wholly, `n_missing`
    of these because the wiki shows no such revision; `n_erased` edits lost contents by this round.
    `is_scrubbed` is False when what was erased could not be taken out of the files yet; call
    `Database.scrub` again later.
    """

    n_asked: int = 0
    n_hidden: int = 0
    n_missing: int = 0
    n_erased: int = 0
    is_scrubbed: bool = True
    failures: tuple[WikiFailure, ...] = ()


@dataclass
class _Counts:
    n_asked: int = 0
    n_hidden: int = 0
    n_missing: int = 0
    n_erased: int = 0


def check(
    database: Database,
    fetch: Fetch,
    *,
    now: datetime,
    older_than_seconds: int = 45,
    limit: int = 500,
) -> CheckSummary:
    """Ask wikis about edits not asked about for `older_than_seconds`, at most `limit` of them.

    `fetch(wiki, rev_ids)` gives a Revision or MissingRevision for each; what it leaves out stays
    due, and so do the edits of a wiki for which it raises Failed, WikiError or a domain error. No
    transaction is open while a wiki is asked. A revision the wiki does not show counts as wholly
    hidden.
    """
    before = now - timedelta(seconds=older_than_seconds)
    failures: dict[str, str] = {}
    counts = _Counts()
    while counts.n_asked < limit:
        with database.reading() as session:
            due = hiding.due(
                session,
                before=before,
                limit=limit - counts.n_asked,
                except_wikis=sorted(failures),
            )
        if not due:
            break
        # Each time round edits leave the due ones, or their wiki does: so this comes to an end.
        for batch in _batches(due):
            if batch[0].wiki in failures:
                continue
            failure = _ask(database, fetch, batch, counts, now=now)
            if failure is not None:
                failures[batch[0].wiki] = failure
    is_scrubbed = database.scrub() if counts.n_erased else True
    return CheckSummary(
        n_asked=counts.n_asked,
        n_hidden=counts.n_hidden,
        n_missing=counts.n_missing,
        n_erased=counts.n_erased,
        is_scrubbed=is_scrubbed,
        failures=tuple(WikiFailure(wiki, detail) for wiki, detail in sorted(failures.items())),
    )


def _ask(
    database: Database, fetch: Fetch, batch: Sequence[DueEdit], counts: _Counts, *, now: datetime
) -> str | None:
    """Ask about edits of one wiki and store what it said; why that did not work, or None."""
    wiki = batch[0].wiki
    own = [item.rev_id for item in batch]
    beside = sorted({rev_id for item in batch for rev_id in item.beside} - set(own))
    try:
        found = fetch(wiki, [*own, *beside])
    except (Failed, DomainError) as error:
        return error.detail
    except WikiError as error:
        return f"{wiki} refuses: {error}"
    answers = {answer.rev_id: answer for answer in found if answer.wiki == wiki}
    answered = [item for item in batch if item.rev_id in answers]
    said = [(item, _hidden_by(answers[item.rev_id])) for item in answered]
    # "Nothing is hidden" about what is not hidden here says nothing new. It must not be stored as
    # the wiki's newest word: an event on its way may tell of a moment before this question.
    news = [
        (item.rev_id, hidden, now) for item, hidden in said if hidden.is_any or item.hidden.is_any
    ]
    news += [
        (rev_id, _hidden_by(answers[rev_id]), now)
        for rev_id in beside
        if rev_id in answers and _hidden_by(answers[rev_id]).text
    ]
    with database.transaction() as session:
        lost = hiding.apply(session, batch[0].wiki_id, news, now)
        contents.checked(session, [item.edit_id for item in answered], now)
    counts.n_asked += len(answered)
    counts.n_hidden += sum(hidden.is_any for _, hidden in said)
    counts.n_missing += sum(isinstance(answers[i.rev_id], MissingRevision) for i in answered)
    counts.n_erased += len(lost)
    if len(answered) < len(batch):
        return f"{wiki} said nothing of {len(batch) - len(answered)} of {len(batch)} revisions"
    return None


def _hidden_by(answer: Revision | MissingRevision) -> Hidden:
    return ALL_HIDDEN if isinstance(answer, MissingRevision) else answer.hidden


def _batches(due: Sequence[DueEdit]) -> list[list[DueEdit]]:
    """Edits by wiki, at most BATCH_SIZE together."""
    by_wiki: dict[str, list[DueEdit]] = {}
    for item in due:
        by_wiki.setdefault(item.wiki, []).append(item)
    return [
        items[start : start + BATCH_SIZE]
        for items in by_wiki.values()
        for start in range(0, len(items), BATCH_SIZE)
    ]

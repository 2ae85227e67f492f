"""Trip 1 from the services: which edits lack a score, what the model says of them, stored.

No network inside a transaction: each batch is asked first and stored after, so that a stop at any
moment keeps what was stored, and asking again goes on where it ended.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jadelite.audit import answers
from jadelite.audit.outside import OpenModel, Outside
from jadelite.db import edits, facts, failures, hiding, scores, wikis
from jadelite.db.session import Database
from jadelite.domain.edits import Edit, Revision, Site, Wiki
from jadelite.domain.errors import Invalid, Unavailable
from jadelite.domain.scores import LASTING_REASONS, FailureReason, Score, ScoreFailure
from jadelite.domain.spans import span_words
from jadelite.upstream.answers import Failed
from jadelite.wiki import sites
from jadelite.wiki.api import WikiError
from jadelite.wiki.recent import recent_changes
from jadelite.wiki.revisions import fetch_revisions, fetch_texts

CHUNK = 500
MAX_RECENT = 50_000
MAX_REVISIONS = 1_000_000
# So many answers in a row without any score, for a reason that passes, end the asking.
MAX_VAIN_BATCHES = 3
# Requests under way at once; the gate of the service lets no more through anyway.
AT_ONCE = 3
PASSING: frozenset[FailureReason] = frozenset({"rate-limited", "transient"})
# Answers that make no sense may be those of single edits; so many in a row are of the service.
MAX_SENSELESS_BATCHES = 20


@dataclass(frozen=True)
class Wanted:
    """Which edits to ask about: exactly one of the three is given.

    `rev_ids` as listed; `recent` the newest so many changes of the wiki; `since` all changes from
    that moment on. With `is_again` edits that have a score, or a lasting reason for none, are
    asked about once more: a new version of the model gives a new score beside the old one.
    """

    rev_ids: Sequence[int] | None = None
    recent: int | None = None
    since: datetime | None = None
    is_again: bool = False
    is_dry_run: bool = False


@dataclass
class FetchSummary:
    """What a fetch did so far.

    `stopped` says why it ended early, None if it did not; `is_more` that its time was over first.
    """

    n_edits: int = 0
    n_skipped: int = 0
    n_asked: int = 0
    n_stored: int = 0
    n_known: int = 0
    differing: list[int] = field(default_factory=list)
    failed: Counter[FailureReason] = field(default_factory=Counter)
    stopped: str | None = None
    is_more: bool = False

    @property
    def n_lines(self) -> int:
        """Edits done so far, asked about or skipped: how far it is."""
        return self.n_skipped + self.n_asked

    @property
    def n_heard(self) -> int:
        """Edits of which the model said something, or why it never will."""
        return (
            self.n_stored
            + self.n_known
            + len(self.differing)
            + sum(self.failed[reason] for reason in LASTING_REASONS)
        )

    @property
    def n_bad(self) -> int:
        """Edits without a score."""
        return self.failed.total()


Progress = Callable[[FetchSummary], None]


def fetch_scores(
    database: Database,
    outside: Outside,
    wiki: str,
    model_name: str,
    wanted: Wanted,
    *,
    clock: Callable[[], datetime],
    progress: Progress,
    until: datetime | None = None,
) -> FetchSummary:
    """Ask a model about edits of a wiki and store what it says, or why it says nothing.

    After `until` nothing more is asked; asking again goes on from there.

    Raises NotFound for an unknown wiki or model, Invalid for a wrong request, Unavailable if the
    wiki can't be asked for its changes.
    """
    _check(wanted)
    model = outside.model(model_name, wiki)
    site = outside.site(wiki)
    described = sites.describe(wiki, outside.hosts)
    rev_ids = _rev_ids(database, outside, described, wanted, clock)
    summary = FetchSummary(n_edits=len(rev_ids))
    parts = _lacking(database, described, model, rev_ids, wanted, summary)
    if wanted.is_dry_run:
        summary.n_asked = sum(len(part) for part in parts)
        return summary
    # A local model computes; a second one beside it would only slow both.
    at_once = 1 if model.source.needs_texts else AT_ONCE
    n_vain = 0
    try:
        with closing(
            _asked(parts, lambda part: _ask(database, outside, model, site, part), at_once)
        ) as heard:
            for found in heard:
                _store(database, described, model, found, summary, clock())
                progress(summary)
                n_vain = n_vain + 1 if _is_vain(found) else 0
                is_whole_run = summary.n_lines == summary.n_edits and not summary.n_heard
                if n_vain >= _patience(found) or (n_vain and is_whole_run):
                    summary.stopped = f"{model.source.name}: {_last_words(found)}"
                    break
                if until is not None and clock() >= until:
                    summary.is_more = summary.n_lines < summary.n_edits
                    break
    finally:
        outside.write_states(database)
    return summary


def _asked(
    parts: Iterator[list[int]],
    ask: Callable[[list[int]], list[Score | ScoreFailure]],
    at_once: int,
) -> Generator[list[Score | ScoreFailure]]:
    """What is said of each part, in order, several asked at once; closing it asks no more."""
    waiting: deque[Future[list[Score | ScoreFailure]]] = deque()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="asking")
    try:
        for part in parts:
            waiting.append(pool.submit(ask, part))
            if len(waiting) >= at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _check(wanted: Wanted) -> None:
    given = [wanted.rev_ids is not None, wanted.recent is not None, wanted.since is not None]
    if sum(given) != 1:
        raise Invalid(
            "bad-request", "which edits? expected one of a list of revisions, recent N, since TIME"
        )
    if wanted.recent is not None and not 1 <= wanted.recent <= MAX_RECENT:
        raise Invalid("bad-recent", f"recent is {wanted.recent}, expected 1 to {MAX_RECENT}")
    if wanted.rev_ids is not None and len(wanted.rev_ids) > MAX_REVISIONS:
        raise Invalid(
            "too-many", f"{len(wanted.rev_ids)} revisions, expected at most {MAX_REVISIONS}"
        )


def _rev_ids(
    database: Database,
    outside: Outside,
    wiki: Wiki,
    wanted: Wanted,
    clock: Callable[[], datetime],
) -> list[int]:
    if wanted.rev_ids is not None:
        return list(dict.fromkeys(wanted.rev_ids))
    found: list[Revision] = []
    try:
        limit = wanted.recent or MAX_RECENT
        for revision in recent_changes(outside.wiki(wiki.dbname), since=wanted.since, limit=limit):
            found.append(revision)
            if len(found) >= limit:
                break
    except (Failed, WikiError) as error:
        raise Unavailable(
            "wiki-unavailable",
            f"{wiki.dbname} does not tell its recent changes: {error}",
            retry_after_seconds=60,
        ) from error
    rev_ids = [revision.rev_id for revision in found]
    if wanted.is_dry_run:
        return rev_ids
    now = clock()
    for start in range(0, len(found), CHUNK):
        with database.transaction() as session:
            wiki_id = wikis.ensure(session, wiki)
            part = found[start : start + CHUNK]
            facts.store(session, wiki_id, part, now)
            hidden = [(item.rev_id, item.hidden, now) for item in part if item.hidden.is_any]
            hiding.apply(session, wiki_id, hidden, now)
    if wanted.since is not None:  # what came by the event streams may not stand in the list
        with database.reading() as session:
            rev_ids.extend(edits.since(session, wiki.dbname, wanted.since, MAX_RECENT))
    return list(dict.fromkeys(rev_ids))


def _lacking(
    database: Database,
    wiki: Wiki,
    model: OpenModel,
    rev_ids: list[int],
    wanted: Wanted,
    summary: FetchSummary,
) -> Iterator[list[int]]:
    """What is to be asked, in batches as large as the source takes them."""
    waiting: list[int] = []
    size = model.source.batch_size
    for start in range(0, len(rev_ids), CHUNK):
        part = rev_ids[start : start + CHUNK]
        if not wanted.is_again:
            done = _done(database, wiki, model, part)
            summary.n_skipped += len(done)
            part = [rev_id for rev_id in part if rev_id not in done]
        waiting.extend(part)
        while len(waiting) >= size:
            yield waiting[:size]
            waiting = waiting[size:]
    if waiting:
        yield waiting


def _done(database: Database, wiki: Wiki, model: OpenModel, rev_ids: list[int]) -> set[int]:
    """Those with a score, or with a reason for none that lasts."""
    with database.reading() as session:
        wiki_id = wikis.find(session, wiki.dbname)
        if wiki_id is None:
            return set()
        ids = edits.ids_by_rev(session, wiki_id, rev_ids)
        scored = scores.scored_by(session, model.name, model.version, list(ids.values()))
        reasons = failures.reasons(session, model.name, list(ids.values()))
    return {
        rev_id
        for rev_id, edit_id in ids.items()
        if edit_id in scored or reasons.get(edit_id) in LASTING_REASONS
    }


def _ask(
    database: Database, outside: Outside, model: OpenModel, site: Site, rev_ids: list[int]
) -> list[Score | ScoreFailure]:
    """What the model says of each edit, in order; with their texts, where it needs them."""
    if not model.source.needs_texts:
        return model.source.score(site, [_bare(site, rev_id) for rev_id in rev_ids])
    with database.reading() as session:
        ready = {edit.rev_id: edit for edit in edits.with_texts(session, site.dbname, rev_ids)}
    missing = [rev_id for rev_id in rev_ids if rev_id not in ready]
    failed: dict[int, ScoreFailure] = {}
    if missing:
        try:
            fetched = _from_wiki(outside, site, missing)
        except (Failed, WikiError) as error:
            fetched = {}
            failed = {rev_id: _no_text(model, site, rev_id, error) for rev_id in missing}
        ready.update(fetched)
    texts = [ready.get(rev_id, _bare(site, rev_id)) for rev_id in rev_ids if rev_id not in failed]
    said = {item.rev_id: item for item in model.source.score(site, texts)}
    return [failed.get(rev_id) or said[rev_id] for rev_id in rev_ids]


def _no_text(model: OpenModel, site: Site, rev_id: int, error: Failed | WikiError) -> ScoreFailure:
    reason = error.reason if isinstance(error, Failed) else "transient"
    return ScoreFailure(
        wiki=site.dbname,
        rev_id=rev_id,
        model=model.name,
        model_version=model.version,
        reason=reason,
        detail=f"the wiki did not give the text: {error}",
        source=model.source.name,
    )


def _from_wiki(outside: Outside, site: Site, rev_ids: list[int]) -> dict[int, Edit]:
    """Edits with the texts their wiki shows; those it does not show are left out."""
    api = outside.wiki(site.dbname)
    found = [item for item in fetch_revisions(api, rev_ids) if isinstance(item, Revision)]
    parents = {item.parent_rev_id for item in found if item.parent_rev_id}
    texts = fetch_texts(api, sorted(parents | {item.rev_id for item in found}))
    return {
        item.rev_id: Edit(
            wiki=site.dbname,
            rev_id=item.rev_id,
            parent_rev_id=item.parent_rev_id,
            page_title=item.page_title,
            namespace=item.namespace,
            timestamp=item.timestamp,
            comment=item.comment,
            editor_kind=item.editor_kind,
            text_before=texts.get(item.parent_rev_id or 0),
            text_after=texts.get(item.rev_id),
        )
        for item in found
        if not item.parent_rev_id or item.parent_rev_id in texts
    }


def _bare(site: Site, rev_id: int) -> Edit:
    return Edit(
        wiki=site.dbname,
        rev_id=rev_id,
        parent_rev_id=None,
        page_title=None,
        namespace=None,
        timestamp=None,
        comment=None,
        editor_kind="unknown",
        text_before=None,
        text_after=None,
    )


def _store(
    database: Database,
    wiki: Wiki,
    model: OpenModel,
    found: list[Score | ScoreFailure],
    summary: FetchSummary,
    now: datetime,
) -> None:
    with database.transaction() as session:
        stored = answers.store(session, wiki, model, found, now)
    summary.n_asked += len(found)
    summary.n_stored += stored.n_stored
    summary.n_known += stored.n_known
    summary.differing.extend(stored.differing)
    summary.failed.update(stored.failed)


def _is_vain(found: list[Score | ScoreFailure]) -> bool:
    return all(
        isinstance(item, ScoreFailure) and item.reason not in LASTING_REASONS for item in found
    )


def _patience(found: list[Score | ScoreFailure]) -> int:
    is_passing = all(isinstance(item, ScoreFailure) and item.reason in PASSING for item in found)
    return MAX_VAIN_BATCHES if is_passing else MAX_SENSELESS_BATCHES


def _last_words(found: list[Score | ScoreFailure]) -> str | None:
    return next((item.detail for item in found if isinstance(item, ScoreFailure)), None)


def ago(now: datetime, amount: timedelta) -> datetime:
    """The moment `amount` before now. Raises Invalid unless it lies within the last 30 days."""
    if not timedelta(0) < amount <= timedelta(days=30):
        raise Invalid("bad-since", f"since is {span_words(amount)}, expected up to 30d")
    return now - amount

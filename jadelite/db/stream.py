"""Bulk storing of what event streams say, and how far each stream was followed.

Everything here may come twice and in any order: facts only fill what is unknown, a stored score
stays, of failures the newest stays, and of what is hidden the wiki's own time decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from jadelite.db import bulk, edits, failures, hiding, scores, wikis
from jadelite.db.failures import NewFailure
from jadelite.db.tables import EditRow, ScoreFailureRow, StreamOffsetRow
from jadelite.domain.edits import Wiki
from jadelite.domain.errors import Conflict
from jadelite.domain.events import EditFacts, PageGone, StreamModel, VisibilityChange
from jadelite.domain.scores import MAX_FAILURE_DETAIL, ModelVersion, Score, ScoreFailure


@dataclass(frozen=True)
class StreamBatch:
    """What a batch of events says. `facts` has every edit that a score or failure is of.

    `wikis` and `models` describe those that are named, by name.
    """

    wikis: Mapping[str, Wiki]
    models: Mapping[str, StreamModel]
    facts: Sequence[EditFacts]
    scores: Sequence[Score]
    failures: Sequence[ScoreFailure]
    visibility: Sequence[VisibilityChange]
    gone: Sequence[PageGone]


@dataclass(frozen=True)
class Stored:
    """What storing a batch did: scores that were new, scores that were there (or came twice).

    `lost` are the row numbers of the edits that lost contents by it.
    """

    n_new: int
    n_known: int
    lost: frozenset[int]


@dataclass
class Known:
    """Row numbers that a follower remembers from one transaction to the next.

    Only of transactions that were committed: after one that was undone, begin with an empty one.
    `versions` has the positive label beside the row number.
    """

    wikis: dict[str, int] = field(default_factory=dict)
    versions: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)


def position(session: Session, name: str) -> str | None:
    """The id of the last event of a stream whose effect is stored; None before the first."""
    return session.scalar(select(StreamOffsetRow.position).where(StreamOffsetRow.name == name))


def advance(
    session: Session, name: str, *, before: str | None, after: str, n_events: int, now: datetime
) -> None:
    """Record how far a stream was followed, in the same transaction as the effect of its events.

    Raises Conflict unless it stands where the caller believes (`before`): two followers of one
    stream would undo each other's progress.
    """
    moved: Any
    if before is None:
        rows = {"name": name, "position": after, "n_events": n_events, "stored_at": now}
        if position(session, name) is None:
            session.execute(insert(StreamOffsetRow), [rows])
            return
        is_moved = False
    else:
        moved = session.execute(
            update(StreamOffsetRow)
            .where(StreamOffsetRow.name == name, StreamOffsetRow.position == before)
            .values(position=after, n_events=StreamOffsetRow.n_events + n_events, stored_at=now)
        )
        is_moved = moved.rowcount == 1
    if not is_moved:
        raise Conflict(
            "stream-followed",
            f"the stream {name} is followed by somebody else too; expected one follower",
            stream=name,
        )


def store(session: Session, batch: StreamBatch, known: Known, now: datetime) -> Stored:
    """What came of it, after all that a batch says was stored."""
    _store_facts(session, batch, known, now)
    n_new, missing = _store_scores(session, batch, known, now)
    failed = _store_failures(session, batch, [*batch.failures, *missing], known, now)
    lost = _hide(session, batch, known, now)
    _drop_details(session, batch, failed, known)
    n_known = len(batch.scores) - len(missing) - n_new
    return Stored(n_new=n_new, n_known=n_known, lost=frozenset(lost))


def _wiki_id(session: Session, batch: StreamBatch, known: Known, dbname: str) -> int:
    found = known.wikis.get(dbname)
    if found is None:
        found = known.wikis[dbname] = wikis.ensure(session, batch.wikis[dbname])
    return found


def _version(
    session: Session, batch: StreamBatch, known: Known, key: tuple[str, str], now: datetime
) -> tuple[int, str]:
    """Row number of a model version, and its positive label as stored, whoever stored it."""
    if key not in known.versions:
        name, version = key
        model = batch.models[name]
        version_id = scores.ensure_version(
            session,
            ModelVersion(name, version, model.question, model.positive_label),
            now,
            is_value=model.output == "value",
        )
        stored = scores.find_model(session, name)
        known.versions[key] = (version_id, stored[2] if stored else model.positive_label)
    return known.versions[key]


def _store_facts(session: Session, batch: StreamBatch, known: Known, now: datetime) -> None:
    merged: dict[tuple[int, int], EditFacts] = {}
    ids = {name: _wiki_id(session, batch, known, name) for name in {f.wiki for f in batch.facts}}
    for facts in batch.facts:
        key = (ids[facts.wiki], facts.rev_id)
        other = merged.get(key)
        merged[key] = facts if other is None else _merge(other, facts)
    bulk.put_facts(session, merged, now)


def _merge(first: EditFacts, second: EditFacts) -> EditFacts:
    """What either tells; the first where both do."""
    if first == second:
        return first
    told = {name: getattr(second, name) for name in bulk.FACTS if getattr(first, name) is None}
    if first.editor_kind == "unknown":
        told["editor_kind"] = second.editor_kind
    return first._replace(**told)


def _store_scores(
    session: Session, batch: StreamBatch, known: Known, now: datetime
) -> tuple[int, list[ScoreFailure]]:
    """How many scores were new; failures of those without a probability of the model's yes."""
    rows: dict[tuple[int, int, int], tuple[Score, float | None]] = {}
    missing = []
    for score in batch.scores:
        version_id, positive = _version(
            session, batch, known, (score.model, score.model_version), now
        )
        probability = score.probabilities.get(positive) if positive else None
        if positive and probability is None and score.value is None:
            missing.append(_without_yes(score, positive))
            continue
        key = (_wiki_id(session, batch, known, score.wiki), score.rev_id, version_id)
        rows.setdefault(key, (score, probability))  # an answer that is there stays
    return bulk.put_scores(session, rows, now), missing


def _without_yes(score: Score, positive: str) -> ScoreFailure:
    detail = f"there is no probability of {positive!r}, which {score.model} says yes with"
    return ScoreFailure(
        wiki=score.wiki,
        rev_id=score.rev_id,
        model=score.model,
        model_version=score.model_version,
        reason="bad-answer",
        detail=detail[:MAX_FAILURE_DETAIL],
        source=score.source,
        failed_at=score.scored_at,
    )


def _store_failures(
    session: Session,
    batch: StreamBatch,
    found: Sequence[ScoreFailure],
    known: Known,
    now: datetime,
) -> set[int]:
    """Store failures; the row numbers of their edits."""
    ids = _edit_ids(session, batch, known, [(each.wiki, each.rev_id) for each in found])
    new = []
    for failure in found:
        model = batch.models[failure.model]
        model_id = scores.ensure_model(
            session,
            failure.model,
            question=model.question,
            positive_label=model.positive_label,
            is_value=model.output == "value",
        )
        version_id = None
        if failure.model_version is not None:
            key = (failure.model, failure.model_version)
            version_id, _ = _version(session, batch, known, key, now)
        if failure.failed_at is not None:
            new.append(
                NewFailure(
                    edit_id=ids[failure.wiki, failure.rev_id],
                    model_id=model_id,
                    model_version_id=version_id,
                    source=failure.source,
                    reason=failure.reason,
                    detail=failure.detail,
                    failed_at=failure.failed_at,
                )
            )
    failures.put(session, new)
    return set(ids.values())


def _edit_ids(
    session: Session, batch: StreamBatch, known: Known, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    by_wiki: dict[str, set[int]] = {}
    for name, rev_id in wanted:
        by_wiki.setdefault(name, set()).add(rev_id)
    return {
        (name, rev_id): edit_id
        for name, rev_ids in by_wiki.items()
        for rev_id, edit_id in edits.ids_by_rev(
            session, _wiki_id(session, batch, known, name), rev_ids
        ).items()
    }


def _drop_details(session: Session, batch: StreamBatch, failed: set[int], known: Known) -> None:
    """Keep no sentence of a service about an edit of which a wiki ever said what is hidden.

    Hiding drops them anyway; so it makes no difference whether the failure came before or after.
    """
    changed = [(change.wiki, change.rev_id) for change in batch.visibility]
    wanted = sorted(failed | set(_edit_ids(session, batch, known, changed).values()))
    for start in range(0, len(wanted), edits.CHUNK):
        heard = select(EditRow.edit_id).where(
            EditRow.edit_id.in_(wanted[start : start + edits.CHUNK]),
            EditRow.visibility_at.is_not(None),
        )
        session.execute(
            update(ScoreFailureRow)
            .where(ScoreFailureRow.edit_id.in_(heard), ScoreFailureRow.detail.is_not(None))
            .values(detail=None)
        )


def _hide(session: Session, batch: StreamBatch, known: Known, now: datetime) -> set[int]:
    lost: set[int] = set()
    changes: dict[int, list[VisibilityChange]] = {}
    for change in batch.visibility:
        wiki_id = _wiki_id(session, batch, known, change.wiki)
        changes.setdefault(wiki_id, []).append(change)
    for wiki_id, listed in sorted(changes.items()):
        lost |= hiding.apply(session, wiki_id, [(c.rev_id, c.hidden, c.at) for c in listed], now)
    pages: dict[tuple[int, datetime], list[int]] = {}
    for page in batch.gone:
        wiki_id = _wiki_id(session, batch, known, page.wiki)
        pages.setdefault((wiki_id, page.at), []).append(page.page_id)
    for (wiki_id, at), page_ids in sorted(pages.items()):
        lost |= hiding.hide_pages(session, wiki_id, page_ids, at, now)
    return lost

"""Trip 1 for judgments made elsewhere: they come in line by line, and twice changes nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jadelite.audit.lines import Batch, Options, Outcome, Progress, Reader, Summary, digest, run
from jadelite.db import campaigns, edits, judgments, reviewers, tasks
from jadelite.db.judgments import NewestJudgment, NewJudgment
from jadelite.db.session import Database
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import FieldError
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.people import ReviewerKind
from jadelite.domain.records import ImportedJudgment, parse_judgment


def import_judgments(
    database: Database,
    lines: Iterable[bytes],
    options: Options,
    *,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Store judgments made elsewhere; a campaign not known yet is made as closed evidence."""
    reader = Reader("judgments", parse_judgment, _store_judgments)
    return run(database, lines, reader, options, now, progress)


def _store_judgments(batch: Batch, values: list[ImportedJudgment]) -> list[Outcome]:
    keys = [f"import:{digest(_canonical(value))}" for value in values]
    known = judgments.known_keys(batch.session, keys)
    places_of = _by_campaign(values)
    outcomes: list[Outcome] = [""] * len(values)
    for (slug, dbname), places in places_of.items():
        fresh = []
        for place in places:
            if keys[place] in known:
                outcomes[place] = "known"
            else:
                known.add(keys[place])
                fresh.append(place)
        if not fresh:
            continue
        wiki_id = batch.wiki_id(dbname)
        campaign = campaigns.by_slug(batch.session, slug)
        if campaign is None:
            campaigns.create(
                batch.session,
                slug=slug,
                wiki_id=wiki_id,
                kind="import",
                state="closed",
                k=1,
                facet=EDITQUALITY.name,
                now=batch.now,
            )
            campaign = campaigns.by_slug(batch.session, slug)
        if campaign is None or campaign.wiki != dbname or not campaign.is_evidence:
            wrong = _campaign_refused(slug, dbname)
            outcomes = [wrong if place in fresh else out for place, out in enumerate(outcomes)]
            continue
        if campaign.is_open:
            fresh = _only_asked(batch, campaign, wiki_id, values, fresh, outcomes)
        rev_ids = [values[place].rev_id for place in fresh]
        edit_ids = edits.ensure_bare(batch.session, wiki_id, rev_ids, batch.now)
        wanted = sorted(set(edit_ids.values()))
        campaigns.add_census(
            batch.session, campaign.campaign_id, wanted, stream="import", seed=0, now=batch.now
        )
        task_ids = campaigns.task_ids(batch.session, campaign.campaign_id, wanted)
        of_place = {place: task_ids[edit_ids[values[place].rev_id]] for place in fresh}
        outcomes_of = _store_fresh(batch, campaign.campaign_id, values, of_place, keys)
        outcomes = [outcomes_of.get(place, out) for place, out in enumerate(outcomes)]
    return outcomes


def _only_asked(
    batch: Batch,
    campaign: Campaign,
    wiki_id: int,
    values: list[ImportedJudgment],
    places: list[int],
    outcomes: list[Outcome],
) -> list[int]:
    """Places of judgments on edits the open campaign holds; the others are refused in `outcomes`.

    While reviewers are at work, a file must not add edits to what they are asked about.
    """
    known = edits.ids_by_rev(batch.session, wiki_id, [values[place].rev_id for place in places])
    held = campaigns.task_ids(batch.session, campaign.campaign_id, list(known.values()))
    kept = []
    for place in places:
        rev_id = values[place].rev_id
        if known.get(rev_id) in held:
            kept.append(place)
        else:
            detail = f"edit {rev_id} is not in the open campaign {campaign.slug!r}"
            outcomes[place] = FieldError("rev_id", "conflict", detail)
    return kept


def _store_fresh(
    batch: Batch,
    campaign_id: int,
    values: list[ImportedJudgment],
    task_of: dict[int, int],
    keys: list[str],
) -> dict[int, Outcome]:
    """Store judgments that are not known yet, by their place in the batch."""
    reviewer_of = _reviewers(batch, [values[place] for place in task_of])
    newest = judgments.newest_by_task(batch.session, task_of.values())
    outcomes: dict[int, Outcome] = {}
    pending: dict[int, NewJudgment] = {}
    waiting: set[tuple[int, int]] = set()  # (task, reviewer) pairs in `pending`
    counts: Counter[int] = Counter()
    for place, task_id in task_of.items():
        value = values[place]
        reviewer_id = None
        if value.reviewer is not None:
            reviewer_id = reviewer_of[(value.reviewer, value.is_bot)]
        earlier = None
        if reviewer_id is not None:
            if (task_id, reviewer_id) in waiting:  # the row it may revise must be stored first
                _flush(batch, campaign_id, pending, newest)
                waiting.clear()
            earlier = newest.get((task_id, reviewer_id))
            waiting.add((task_id, reviewer_id))
        if earlier is not None and not _is_later(value, earlier.answered_at):
            outcomes[place] = _conflict(value)
            continue
        pending[place] = _new_judgment(batch, value, task_id, reviewer_id, earlier, keys[place])
        outcomes[place] = "stored"
        if (
            earlier is None
            and not value.is_bot
            and "yes" not in (value.score_seen, value.peers_seen)
        ):
            counts[task_id] += 1
    _flush(batch, campaign_id, pending, newest)
    tasks.count_judgments(batch.session, counts)
    return outcomes


def _flush(
    batch: Batch,
    campaign_id: int,
    pending: dict[int, NewJudgment],
    newest: dict[tuple[int, int], NewestJudgment],
) -> None:
    new = list(pending.values())
    ids = judgments.add_many(
        batch.session,
        new,
        campaign_id=campaign_id,
        facet=EDITQUALITY.name,
        form_id=None,
        now=batch.now,
    )
    for judgment_id, item in zip(ids, new, strict=True):
        if item.reviewer_id is not None:
            newest[(item.task_id, item.reviewer_id)] = NewestJudgment(
                judgment_id, item.revision, item.answered_at
            )
    pending.clear()


def _new_judgment(
    batch: Batch,
    value: ImportedJudgment,
    task_id: int,
    reviewer_id: int | None,
    earlier: NewestJudgment | None,
    client_key: str,
) -> NewJudgment:
    return NewJudgment(
        task_id=task_id,
        reviewer_id=reviewer_id,
        revision=earlier.revision + 1 if earlier else 1,
        supersedes_id=earlier.judgment_id if earlier else None,
        answers=value.answers,
        note=value.note,
        note_language=None,
        score_seen=value.score_seen,
        peers_seen=value.peers_seen,
        client_key=client_key,
        origin=batch.options.origin,
        answered_at=value.judged_at,
        import_batch_id=batch.batch_id(),
    )


def _reviewers(batch: Batch, values: list[ImportedJudgment]) -> dict[tuple[str, bool], int]:
    """Row numbers by what the file calls them, people and bots apart.

    As what it calls them may be a name, only its digest is kept.
    """
    digests: dict[tuple[str, bool], str] = {}
    kinds: dict[str, ReviewerKind] = {}
    for value in values:
        if value.reviewer is not None:
            name = f"bot\0{value.reviewer}" if value.is_bot else value.reviewer
            key = hashlib.sha256(name.encode()).hexdigest()
            digests[(value.reviewer, value.is_bot)] = key
            kinds[key] = "bot" if value.is_bot else "imported"
    ids = reviewers.ensure_many(batch.session, kinds, issuer="import", now=batch.now)
    return {who: ids[key] for who, key in digests.items()}


def _conflict(value: ImportedJudgment) -> FieldError:
    detail = (
        f"reviewer {value.reviewer!r} judged edit {value.rev_id} already;"
        " another answer needs a later judged_at"
    )
    return FieldError("reviewer", "conflict", detail)


def _is_later(value: ImportedJudgment, than: datetime | None) -> bool:
    return value.judged_at is not None and than is not None and value.judged_at > than


def _campaign_refused(slug: str, dbname: str) -> FieldError:
    detail = (
        f"campaign {slug!r} is of another wiki than {dbname}, or a wiki's own audit;"
        " imports need a campaign of their own"
    )
    return FieldError("campaign", "conflict", detail)


def _by_campaign(values: list[ImportedJudgment]) -> dict[tuple[str, str], list[int]]:
    places: dict[tuple[str, str], list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault((value.campaign, value.wiki), []).append(place)
    return places


def _canonical(value: ImportedJudgment) -> dict[str, Any]:
    return {
        "wiki": value.wiki,
        "rev_id": value.rev_id,
        "campaign": value.campaign,
        "reviewer": value.reviewer,
        "is_bot": value.is_bot,
        "answers": dict(value.answers),
        "note": value.note,
        "judged_at": value.judged_at.isoformat() if value.judged_at else None,
        "seen": [value.score_seen, value.peers_seen],
    }

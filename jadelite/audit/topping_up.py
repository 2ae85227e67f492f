"""More edits for a drawn sample, above a threshold: as if more had been drawn at the start.

The draw orders the edits of a stratum by a number made of seed and revision and takes the first;
more edits are the next in that order. So the sample stays one that could have been drawn at once,
and how the first edits were judged changes nothing of which edits come next. Through `metrics` it
imports numpy: the command line and the worker call it.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from jadelite.audit import asking_more, planning, schedule
from jadelite.audit.reviewing import find_campaign
from jadelite.db import drawn, events, frames
from jadelite.db.drawn import DrawnEdit, DrawnStratum, TopUp
from jadelite.db.frames import FrameColumns
from jadelite.db.session import Database
from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.errors import Conflict
from jadelite.domain.sampling import Stratum, stratum_of
from jadelite.metrics.sampling import Frame


def top_up(database: Database, slug: str, *, threshold: float, n: int, now: datetime) -> int:
    """Draw up to `n` more edits from the strata that reach `threshold`; how many were added.

    Edits that were scored after the draw are no part of its frame and are never drawn. Raises
    NotFound, Invalid, and Conflict where the campaign is not open or was not drawn by score, or
    where the frame holds more edits than when it was drawn.
    """
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        found = asking_more.require_top_up(session, campaign)
        n_left = asking_more.n_left(found, threshold=threshold, n=n)
        wanted = frames.wanted_of(session, campaign.campaign_id)
        if wanted is None:
            raise Conflict("not-drawable", f"{slug} has no planned frame to draw from")
        version_id = planning.find_version(session, wanted.model)
        cut = frames.thresholds(session, version_id, wanted.wiki).default
        columns, _ = frames.columns(session, wanted, version_id, stored_by=found.drawn_at)
        there = drawn.edits_of_stream(session, campaign.campaign_id, "probability")
    extra = _spread(found.strata, threshold=threshold, n=min(n, n_left))
    edits = [edit for edit in _chosen(columns, found, extra) if edit.edit_id not in there]
    secrets.SystemRandom().shuffle(edits)  # they come in the order of their scores
    with database.transaction() as session:
        drawn.lock(session, campaign.campaign_id)
        if drawn.to_top_up(session, campaign.campaign_id) != found:
            raise Conflict("drawn-meanwhile", f"more was drawn for {slug} meanwhile; ask again")
        drawn.add_more(
            session,
            campaign.campaign_id,
            found.strata,
            edits,
            n_wanted=campaign.k,
            threshold=cut,
            now=now,
        )
        schedule.ask_prepare(session, slug, now)
        events.append(
            session,
            "campaign.topped-up",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            campaign_id=campaign.campaign_id,
            details={"threshold": threshold, "n": len(edits)},
        )
    return len(edits)


def _spread(strata: Sequence[DrawnStratum], *, threshold: float, n: int) -> list[int]:
    """How many more of each stratum: in proportion to what is left, by largest remainders."""
    left = [
        stratum.n_edits - stratum.n_drawn if stratum.high is None or stratum.high > threshold else 0
        for stratum in strata
    ]
    total = sum(left)
    counts = [n * part // total for part in left]
    by_remainder = sorted(range(len(left)), key=lambda place: (-(n * left[place] % total), place))
    for place in by_remainder[: n - sum(counts)]:
        counts[place] += 1
    return counts


def _chosen(columns: FrameColumns, found: TopUp, extra: Sequence[int]) -> list[DrawnEdit]:
    """The first edits of each stratum in the draw's order, those drawn before among them."""
    strata = [
        Stratum(
            low=stratum.low or 0.0,
            high=1.0 if stratum.high is None else stratum.high,
            editor_group=stratum.editor_group,
            n_edits=stratum.n_edits,
            mean_score=0.0,
            n_drawn=stratum.n_drawn + more,
        )
        for stratum, more in zip(found.strata, extra, strict=True)
    ]
    frame = Frame(
        rev_ids=columns.rev_ids, y_prob=columns.probabilities, groups=columns.editor_kinds
    )
    places = [stratum_of(strata, found.edges, kind) for kind in EDITOR_KINDS]
    held = [0] * len(strata)
    for cell in frame.cells(found.edges, n_groups=len(EDITOR_KINDS)):
        place = places[cell.group][cell.bin]
        if place < 0:
            raise _changed()
        held[place] += cell.n
    if any(n > stratum.n_edits for n, stratum in zip(held, strata, strict=True)):
        raise _changed()
    # Edits that the wiki hid since are gone from the frame: there may be fewer than wanted.
    wanted = [min(stratum.n_drawn, n) for stratum, n in zip(strata, held, strict=True)]
    chosen = frame.draw(found.edges, places, wanted, seed=found.seed)
    return [
        DrawnEdit(columns.edit_ids[row], place, columns.probabilities[row]) for row, place in chosen
    ]


def _changed() -> Conflict:
    return Conflict(
        "frame-changed",
        "what is known of the frame's edits changed since the draw, so that they can't be told"
        " apart as they were; expected a new campaign",
    )

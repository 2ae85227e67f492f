"""The draw: a sample of a campaign's frame, with the chance of every edit stored.

Through `metrics` it imports numpy, so the command line and the worker call it, never a web process.
The frame is read first and the sample stored after that, so that reviewers do not wait for it.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from jadelite.audit import campaigns, planning, schedule
from jadelite.audit.campaigns import DRAWN_STREAMS
from jadelite.audit.reviewing import find_campaign
from jadelite.db import designs, drawn, events, frames
from jadelite.db.drawn import DrawnEdit, NewDraw
from jadelite.db.frames import FrameColumns, Thresholds
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import Campaign, Stream
from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.domain.planning import FrameWanted
from jadelite.domain.sampling import (
    Cell,
    Stratum,
    allocate,
    bin_edges,
    least,
    make_strata,
    stratum_of,
)
from jadelite.metrics.sampling import Frame
from jadelite.report.snapshot import N_CELLS

LINK_SIZE = 30  # edits of the 30-edit link, and of its practice
THOUSANDTHS = tuple(cell / N_CELLS for cell in range(N_CELLS + 1))
SEED_BITS = 53  # whole numbers that every reader of JSON keeps


@dataclass(frozen=True)
class Drawn:
    """What was drawn: n_drawn of n_edits, n_unscored more fit without a score."""

    campaign: str
    stream: Stream
    seed: int
    n_edits: int
    n_unscored: int
    n_drawn: int
    strata: tuple[Stratum, ...]


def draw(
    database: Database,
    slug: str,
    *,
    stream: Stream = "probability",
    n: int | None = None,
    seed: int | None = None,
    now: datetime,
) -> Drawn:
    """Draw a stream of a campaign from its frame, and store how.

    `n` None: as many as planned, 30 for the link and its practice. `seed` None: a random one; the
    same seed and frame give the same edits. Practice is drawn last, of edits that nothing else of
    the campaign asks about. Raises Conflict for a second draw of a stream, NotFound for an empty
    frame, Invalid for a sample that is too small for its strata.
    """
    with database.reading() as session:
        campaign, wanted = _drawable(session, slug, stream)
        version_id = planning.find_version(session, wanted.model)
        cuts = frames.thresholds(session, version_id, wanted.wiki)
        columns, n_unscored = frames.columns(session, wanted, version_id)
        others = drawn.other_edits(session, campaign.campaign_id)
    planning.refuse_empty(wanted, len(columns.edit_ids), n_unscored)
    if stream == "practice":
        columns = _without(columns, others)
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    asked = _size(campaign, stream, n, len(columns.edit_ids))
    strata, edits = _sample(columns, wanted, cuts, asked, seed)
    new = NewDraw(
        stream=stream,
        model_version_id=version_id,
        edges=bin_edges(cuts.every),
        is_by_editor=wanted.is_by_editor,
        strata=strata,
        edits=edits,
        n_edits=len(columns.edit_ids),
        n_unscored=n_unscored,
        n_asked=asked,
        n_wanted=0 if stream == "practice" else campaign.k,
        threshold=cuts.default,
        seed=seed,
        score_counts=_score_counts(columns),
    )
    with database.transaction() as session:
        drawn.lock(session, campaign.campaign_id)
        _drawable(session, slug, stream)  # somebody else may have drawn meanwhile
        drawn.store(session, campaign.campaign_id, new, now)
        schedule.ask_prepare(session, slug, now)
        events.append(
            session,
            "campaign.drawn",
            subject=f"campaign:{campaign.campaign_id}",
            now=now,
            campaign_id=campaign.campaign_id,
            details={"stream": stream, "seed": seed, "N": new.n_edits, "n": len(edits)},
        )
    return Drawn(slug, stream, seed, new.n_edits, n_unscored, len(edits), strata)


def _drawable(session: Session, slug: str, stream: Stream) -> tuple[Campaign, FrameWanted]:
    campaign = find_campaign(session, slug)
    if stream not in DRAWN_STREAMS:
        raise Invalid(
            "not-a-drawn-stream", f"stream is {stream!r}, expected {', '.join(DRAWN_STREAMS)}"
        )
    campaigns.require_drawable(session, campaign, stream)
    if stream == "practice":
        there = {design.stream for design in designs.of_campaign(session, campaign.campaign_id)}
        missing = [name for name in ("probability", "link30") if name not in there]
        if missing:
            raise Conflict(
                "practice-comes-last",
                f"{slug} has no {missing[0]} sample yet; practice is drawn of what is left then,"
                " because its scores are public",
            )
    wanted = frames.wanted_of(session, campaign.campaign_id)
    if wanted is None:
        raise Conflict("not-drawable", f"{slug} has no planned frame to draw from")
    return campaign, wanted


def _size(campaign: Campaign, stream: Stream, n: int | None, n_edits: int) -> int:
    if n_edits == 0:
        raise NotFound(
            "nothing-left",
            f"every edit of the frame of {campaign.slug} is in a sample already;"
            " there is none to practise with",
        )
    planned = campaign.n_planned if stream == "probability" else LINK_SIZE
    asked = n if n is not None else planned if planned is not None else n_edits
    if asked < 2 <= n_edits:
        raise Invalid("sample-too-small", f"n is {asked}, expected at least 2 edits")
    return asked


def _sample(
    columns: FrameColumns, wanted: FrameWanted, cuts: Thresholds, n: int, seed: int
) -> tuple[tuple[Stratum, ...], list[DrawnEdit]]:
    """The strata with their counts, and the edits drawn."""
    edges = bin_edges(cuts.every)
    frame = Frame(
        rev_ids=columns.rev_ids, y_prob=columns.probabilities, groups=columns.editor_kinds
    )
    cells = [
        Cell(cell.bin, EDITOR_KINDS[cell.group], cell.n, cell.mean_score)
        for cell in frame.cells(edges, n_groups=len(EDITOR_KINDS))
    ]
    cut_up = make_strata(cells, edges, cuts=cuts.every, is_by_editor=wanted.is_by_editor, n=n)
    if n < least(cut_up):
        raise Invalid(
            "sample-too-small",
            f"n is {n}, expected at least {least(cut_up)}: two of each of {len(cut_up)} parts",
        )
    strata = allocate(cut_up, n)
    chosen = frame.draw(
        edges,
        [stratum_of(strata, edges, kind) for kind in EDITOR_KINDS],
        [stratum.n_drawn for stratum in strata],
        seed=seed,
    )
    edits = [
        DrawnEdit(columns.edit_ids[place], stratum, columns.probabilities[place])
        for place, stratum in chosen
    ]
    # They come in the order of their scores, and row numbers of tasks rise. Not by the seed, which
    # becomes known.
    secrets.SystemRandom().shuffle(edits)
    return strata, edits


def _score_counts(columns: FrameColumns) -> dict[str, list[int]]:
    """How many edits of the frame lie in each thousandth of the score, by kind of editor.

    Figures over any threshold count with it what the model flags a day, without reading the frame
    again, whose edits change.
    """
    frame = Frame(
        rev_ids=columns.rev_ids, y_prob=columns.probabilities, groups=columns.editor_kinds
    )
    counts = {kind: [0] * N_CELLS for kind in EDITOR_KINDS}
    for cell in frame.cells(THOUSANDTHS, n_groups=len(EDITOR_KINDS)):
        counts[EDITOR_KINDS[cell.group]][cell.bin] = cell.n
    return {kind: cells for kind, cells in counts.items() if any(cells)}


def _without(columns: FrameColumns, others: set[int]) -> FrameColumns:
    """The frame without some edits."""
    left = [place for place, edit_id in enumerate(columns.edit_ids) if edit_id not in others]
    return replace(
        columns,
        **{
            name: type(column)(column.typecode, [column[place] for place in left])
            for name, column in vars(columns).items()
        },
    )

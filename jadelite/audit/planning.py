"""What a campaign would ask for and reach, told before anything is drawn. Nothing is stored.

Counts come from the database in one pass; the rest is `domain.planning`. No arrays: pages ask here.
"""

from jadelite.db import frames
from jadelite.db.session import Database, Session
from jadelite.domain.errors import NotFound
from jadelite.domain.planning import (
    ASSUMED_SECONDS,
    MIN_MEASURED,
    FrameWanted,
    Plan,
    SecondsOrigin,
    Wanted,
    make_plan,
)
from jadelite.domain.sampling import bin_edges


def preview(database: Database, wanted: Wanted) -> Plan:
    """The plan of a campaign that is not made yet.

    Raises NotFound for a model version that is not stored, and for a frame without scored edits.
    """
    with database.reading() as session:
        version_id = find_version(session, wanted.frame.model)
        cuts = frames.thresholds(session, version_id, wanted.frame.wiki)
        count = frames.count(session, wanted.frame, version_id, bin_edges(cuts.every))
        refuse_empty(wanted.frame, count.n_edits, count.n_unscored)
        return make_plan(
            wanted,
            count,
            cut=cuts.default,
            cuts=cuts.every,
            labour_seconds=_seconds(session, wanted.frame.wiki),
        )


def find_version(session: Session, model: str) -> int:
    """The row number of a model version written as model@version. Raises NotFound."""
    version_id = frames.version_id(session, model)
    if version_id is None:
        raise NotFound(
            "no-model-version",
            f"no model version {model!r} is stored; expected one such as damaging@0.5.1",
        )
    return version_id


def refuse_empty(frame: FrameWanted, n_edits: int, n_unscored: int) -> None:
    """Raise NotFound where the frame holds no edit, saying how many only lack a score."""
    if n_edits:
        return
    raise NotFound(
        "empty-frame",
        f"no edit of {frame.wiki} fits this frame with a score of {frame.model};"
        f" {n_unscored} fit without a score",
        n=n_unscored,
    )


def _seconds(session: Session, wiki: str) -> tuple[float, SecondsOrigin]:
    measured = frames.median_seconds(session, wiki)
    if measured is None or measured[1] < MIN_MEASURED:
        return ASSUMED_SECONDS, "assumed"
    return measured[0], "measured"

"""The judged edits of one question that a model scored, and what each of them stands for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from jadelite.metrics.consensus import Unsure, vote_share
from jadelite.metrics.resampling import Patterns, patterns
from jadelite.metrics.survey import Sample
from jadelite.report.ballots import Ballots
from jadelite.report.snapshot import UNKNOWN, ModelFacts, Snapshot, StratumFacts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cases:
    """Edits with at least `min_votes` votes on a question and a score of the model, N of them.

    `rows` are rows of EditColumns, by revision and stream; `drawn_from` their strata as positions
    in Facts.strata, all UNKNOWN without a known draw; `counts` their votes by label (yes, no,
    unsure), shape (N, 3); `score` the model's probabilities. `place` is the model's position in
    Facts.models. `sample.y` is the share of yes, "not sure" being half a yes. `n_unscored` other
    edits have the votes and no score.
    """

    question: str
    model: ModelFacts
    place: int
    rows: Ints
    drawn_from: Ints
    counts: Ints
    score: Floats
    sample: Sample
    min_votes: int
    n_unscored: int

    @property
    def n(self) -> int:
        """How many edits."""
        return self.rows.size

    @property
    def flagged(self) -> Mask:
        """Which the model flags at its threshold, shape (N,)."""
        found: Mask = self.score >= self.model.threshold
        return found

    def alike(self, *keys: Ints | Mask) -> Patterns:
        """Cases with the same votes in the same stratum and the same keys, shape (N,) each."""
        return patterns(self._votes, *keys)

    @cached_property
    def _votes(self) -> Ints:
        """A code of each case for its stratum and votes, shape (N,)."""
        return patterns(self.drawn_from, *self.counts.T).of

    def share(self, unsure: Unsure) -> Floats:
        """Share of yes with "not sure" counted so, shape (N,); NaN where no vote counts."""
        return vote_share(*self.counts.T, unsure=unsure)


def cases_of(snapshot: Snapshot, ballots: Ballots, place: int, *, min_votes: int) -> Cases:
    """The cases of the model at a position in Facts.models, which must answer the question."""
    model = snapshot.facts.models[place]
    judged = judged_rows(snapshot, ballots, min_votes=min_votes)
    score = np.asarray(snapshot.edits.scores[place], dtype=np.float64)[judged]
    rows = judged[~np.isnan(score)]
    counts = ballots.counts[rows]
    y = vote_share(*counts.T, unsure="half")
    return Cases(
        question=ballots.question,
        model=model,
        place=place,
        rows=rows,
        drawn_from=(
            np.asarray(snapshot.edits.stratum)[rows].astype(np.int64)
            if is_drawn(snapshot)
            else np.full(rows.size, UNKNOWN, dtype=np.int64)
        ),
        counts=counts,
        score=score[~np.isnan(score)],
        sample=sample_of(snapshot, rows, y, model=model),
        min_votes=min_votes,
        n_unscored=judged.size - rows.size,
    )


def is_drawn(snapshot: Snapshot) -> bool:
    """Whether it is known by which chance the edits came in, so that they speak for a frame.

    Evidence that is all of its frame speaks for nothing else.
    """
    facts = snapshot.facts
    is_all = all(stratum.is_census for stratum in facts.strata)
    return bool(facts.strata) and not (facts.is_evidence and is_all)


def judged_rows(snapshot: Snapshot, ballots: Ballots, *, min_votes: int) -> Ints:
    """Rows with enough votes, by revision and stream; of a draw, those that it put in a stratum.

    One person's word on an edit is no decision where two were asked: until a second one answers,
    the edit counts as not answered.
    """
    enough = ballots.n_votes >= min_votes
    if is_drawn(snapshot):
        enough &= np.asarray(snapshot.edits.stratum) != UNKNOWN
    rows = np.flatnonzero(enough)
    revisions = np.asarray(snapshot.edits.rev_id)[rows]
    streams = np.asarray(snapshot.edits.stream)[rows]
    return rows[np.lexsort((streams, revisions))]


def sample_of(
    snapshot: Snapshot,
    rows: Ints,
    y: Floats,
    *,
    model: ModelFacts | None = None,
    counts: npt.NDArray[np.number] | None = None,
) -> Sample:
    """What judged rows stand for, with their targets y, shape (N,).

    `counts`, shape (N,): how many cases each row stands for that are like it, 0 leaving it out;
    None = one each. Weights are N_h / m_h: the frame's edits of a stratum for each of its judged
    ones, which divides the chance of being drawn by the response rate there. A stratum without
    cases is joined to a neighbour on its own side of the threshold of `model`, where that model's
    scores cut the strata. Streams drawn from one frame each speak with their part of the cases.
    Where nobody knows how the edits were chosen, all weigh alike.
    """
    if not is_drawn(snapshot):
        return Sample.of(y, np.zeros(rows.size, dtype=np.int64), [np.inf], counts=counts)
    strata = snapshot.facts.strata
    streams = list(dict.fromkeys(stratum.stream for stratum in strata))
    codes = np.asarray(snapshot.edits.stratum)[rows].astype(np.int64)
    stream_of = np.array([streams.index(stratum.stream) for stratum in strata])
    n_by_stream = np.bincount(stream_of[codes], counts, minlength=len(streams))
    return Sample.of(
        y,
        codes,
        [stratum.n_edits for stratum in strata],
        shares=(n_by_stream / max(1.0, n_by_stream.sum()))[stream_of],
        draws=stream_of.tolist(),
        sides=[_side(stratum, model) for stratum in strata],
        counts=counts,
    )


def frame_size(snapshot: Snapshot, place: int | None = None) -> int:
    """Edits of the frame; of evidence, the edits given that the model at that position scored."""
    facts = snapshot.facts
    if is_drawn(snapshot):
        return sum(
            stratum.n_edits for stratum in facts.strata if stratum.stream == facts.strata[0].stream
        )
    if place is None:
        return facts.n_edits
    return int((~np.isnan(np.asarray(snapshot.edits.scores[place]))).sum())


def _side(stratum: StratumFacts, model: ModelFacts | None) -> int:
    """1 where the model flags all of a stratum, 0 where it flags none; -1: cut through, unknown."""
    if model is None or stratum.model != model.name or stratum.low is None or stratum.high is None:
        return -1
    if stratum.low >= model.threshold:
        return 1
    return 0 if stratum.high <= model.threshold else -1

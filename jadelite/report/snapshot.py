"""What a report rests on, as columns: the drawn edits, the judgments on them, strata, scores.

Plain numbers and codes, no names, no texts, no titles. `audit` reads a snapshot from the database,
`report.files` from the data files of a frozen report.
"""

import hashlib
import json
from array import array
from dataclasses import asdict, dataclass

from jadelite.domain.campaigns import HEADLINE_STREAMS
from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.facets import Question

STREAMS = HEADLINE_STREAMS
EXPOSURES = ("no", "yes", "unknown")
ACTIONS = ("judge", "withdraw")
REVIEWER_KINDS = ("person", "bot", "demo", "imported")
ORIGINS = ("web", "api", "import", "sample")
EDITORS = EDITOR_KINDS
N_CELLS = 1000  # thousandths of the score in which a frame is counted
UNKNOWN = -1
# Type codes of the columns, as `array` names them; scores are "d", answers "h".
EDIT_CODES = {
    "rev_id": "q",
    "stream": "b",
    "stratum": "i",
    "inclusion_probability": "d",
    "namespace": "i",
    "has_namespace": "b",
    "editor": "b",
    "size_change": "d",
    "day": "i",
    "hour": "b",
    "is_mobile": "b",
    "was_reverted": "b",
    "was_restored": "b",
}
JUDGMENT_CODES = {
    "edit": "i",
    "reviewer": "i",
    "reviewer_kind": "b",
    "revision": "i",
    "action": "b",
    "score_seen": "b",
    "peers_seen": "b",
    "origin": "b",
    "language": "h",
    "guideline": "i",
    "day": "i",
    "seconds": "d",
}


@dataclass(frozen=True)
class StratumFacts:
    """A part of a draw: of its `n_edits` edits `n_drawn` were drawn; scores in [low, high).

    `draw` is the position of its draw among the campaign's draws. `is_census`: the draw took all.
    """

    draw: int
    stream: str
    label: str
    low: float | None
    high: float | None
    editor_group: str | None
    n_edits: int
    n_drawn: int
    is_census: bool
    model: str | None


@dataclass(frozen=True)
class FrameFacts:
    """The population: N edits, those left out for want of a score, and its time as ISO days."""

    n_edits: int
    n_unscored: int
    window_from: str | None
    window_to: str | None
    days: float | None


@dataclass(frozen=True)
class ModelFacts:
    """A model version that scored the edits, with its cuts in force as (level, value).

    `frame_counts`: edits of the whole frame by thousandth of the score (N_CELLS numbers, the last
    cell closed), None where nobody counted them or where they would give scores away by now.
    """

    model: str
    version: str
    question: str
    positive_label: str
    is_audited: bool
    threshold: float
    threshold_origin: str
    levels: tuple[tuple[str, float], ...]
    frame_counts: tuple[int, ...] | None

    @property
    def name(self) -> str:
        """model@version."""
        return f"{self.model}@{self.version}"


@dataclass(frozen=True)
class GuardrailFacts:
    """A bound written beforehand; `model` None: of each."""

    model: str | None
    question: str
    figure: str
    side: str
    value: float
    action: str
    written_on: str


@dataclass(frozen=True)
class Repeats:
    """Silent repeats of a question: pairs of answers by one reviewer to one edit, and how many of
    them are the same."""

    question: str
    n_pairs: int
    n_same: int


@dataclass(frozen=True)
class Facts:
    """What is no column. `n_*_waiting` are about edits that others still judge: none of their rows
    are in the columns."""

    campaign: str
    wiki: str
    kind: str
    k: int
    is_evidence: bool
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    languages: tuple[str, ...]
    n_edits: int
    n_judgments_waiting: int
    n_blind_waiting: int
    n_exposed_waiting: int
    n_withdrawn_waiting: int
    n_bots_waiting: int
    frame: FrameFacts | None
    strata: tuple[StratumFacts, ...]
    models: tuple[ModelFacts, ...]
    guardrails: tuple[GuardrailFacts, ...]
    repeats: tuple[Repeats, ...]


@dataclass(frozen=True)
class EditColumns:
    """One row for each drawn edit in each stream, by stream and revision; T rows.

    Codes are positions in the tuples above; UNKNOWN (-1) where unknown, NaN for floats. `stratum`
    is a position in Facts.strata. `day` is a proleptic ordinal (date.toordinal), `hour` 0 to 23
    UTC. `was_reverted`: undone on the wiki later, 0 or 1; `was_restored`: and brought back.
    `scores` has a column of probabilities for each model in Facts.models, in their order; NaN
    without a score.
    """

    rev_id: "array[int]"
    stream: "array[int]"
    stratum: "array[int]"
    inclusion_probability: "array[float]"
    namespace: "array[int]"
    has_namespace: "array[int]"
    editor: "array[int]"
    size_change: "array[float]"
    day: "array[int]"
    hour: "array[int]"
    is_mobile: "array[int]"
    was_reverted: "array[int]"
    was_restored: "array[int]"
    scores: "tuple[array[float], ...]"


@dataclass(frozen=True)
class JudgmentColumns:
    """One row for each judgment or withdrawal, in the order they were stored; J rows.

    `edit` is a row of EditColumns, `reviewer` a number from 0 in the order of first appearance,
    UNKNOWN where nobody knows who. `language` is a position in Facts.languages. `seconds` from
    showing to answering, NaN where unknown. `answers` has a column of label codes for each question
    in Facts.questions: position among its labels; UNKNOWN for no answer. A question of kind several
    has the position of the joined answer in `answer_values`.
    """

    edit: "array[int]"
    reviewer: "array[int]"
    reviewer_kind: "array[int]"
    revision: "array[int]"
    action: "array[int]"
    score_seen: "array[int]"
    peers_seen: "array[int]"
    origin: "array[int]"
    language: "array[int]"
    guideline: "array[int]"
    day: "array[int]"
    seconds: "array[float]"
    answers: "tuple[array[int], ...]"


@dataclass(frozen=True)
class Snapshot:
    """Everything a report is computed from. `answer_values` has the values by code for each
    question: its labels, then other stored values in their order."""

    facts: Facts
    edits: EditColumns
    judgments: JudgmentColumns
    answer_values: tuple[tuple[str, ...], ...]

    def digest(self, *, code_version: str, seed: int) -> str:
        """SHA-256 of the inputs, the version of the code and the seed, as 64 hex digits."""
        found = hashlib.sha256()
        head = [code_version, seed, asdict(self.facts), self.answer_values]
        found.update(json.dumps(head, ensure_ascii=False, sort_keys=True).encode())
        for columns in (self.edits, self.judgments):
            for column in vars(columns).values():
                parts = column if isinstance(column, tuple) else (column,)
                for part in parts:
                    found.update(f"{part.typecode}{len(part)};".encode())
                    found.update(part.tobytes())
        return found.hexdigest()

"""The data files of a snapshot: what a frozen report rests on, in words that a person can read.

`tables` are the columns of `edits` and `judgments` for whoever writes them as CSV or Parquet,
`facts_document` is `facts.json`. `reading` gives the very same snapshot back from the CSV files.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from jadelite.report.snapshot import (
    ACTIONS,
    EDIT_CODES,
    EDITORS,
    EXPOSURES,
    JUDGMENT_CODES,
    ORIGINS,
    REVIEWER_KINDS,
    STREAMS,
    UNKNOWN,
    Snapshot,
)

FACTS_SCHEMA = "jadelite.facts/1"
SCORE, ANSWER = "score:", "answer:"  # before a model's and a question's name, in names of columns
_FLAGS = ("no", "yes")
# Columns of codes, and the words in their place; all others are numbers.
WORDS: dict[str, tuple[str, ...]] = {
    "stream": STREAMS,
    "editor": EDITORS,
    "is_mobile": _FLAGS,
    "was_reverted": _FLAGS,
    "was_restored": _FLAGS,
    "reviewer_kind": REVIEWER_KINDS,
    "action": ACTIONS,
    "score_seen": EXPOSURES,
    "peers_seen": EXPOSURES,
    "origin": ORIGINS,
}
# Names that differ from those of the snapshot's columns.
NAMES = {"editor": "editor_kind", "guideline": "guideline_version"}
DAYS = {"edits": "edited_on", "judgments": "judged_on"}
_OPTIONAL = ("stratum", "guideline", "hour", "revision")  # whole numbers, UNKNOWN: empty

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Column:
    """A column of a data file, shape (rows,).

    `values` are numbers, or positions in `words` where there are any. `is_known` False: an empty
    cell; None: all are known.
    """

    values: Array
    words: tuple[str, ...] | None
    is_known: npt.NDArray[np.bool_] | None


def tables(snapshot: Snapshot) -> dict[str, dict[str, Column]]:
    """The columns of `edits` and `judgments` by name, in the order of the files.

    Edits and judgments stand in the snapshot's order. A judgment names its edit by revision and
    stream; reviewers are r0, r1, ... in the order of their first judgment.
    """
    return {"edits": _edits(snapshot), "judgments": _judgments(snapshot)}


def facts_document(snapshot: Snapshot) -> dict[str, Any]:
    """What is no column, as plain data: `facts.json`."""
    return {
        "schema": FACTS_SCHEMA,
        "facts": asdict(snapshot.facts),
        "answer_values": snapshot.answer_values,
    }


def _edits(snapshot: Snapshot) -> dict[str, Column]:
    edits = snapshot.edits
    has_namespace = np.asarray(edits.has_namespace) == 1
    found: dict[str, Column] = {}
    for name, code in EDIT_CODES.items():
        values = np.asarray(getattr(edits, name))
        if name == "day":
            found[DAYS["edits"]] = _day_words(values)
        elif name == "namespace":
            found[name] = Column(values, None, has_namespace)
        elif name != "has_namespace":
            found[NAMES.get(name, name)] = _column(name, code, values)
    for model, scores in zip(snapshot.facts.models, edits.scores, strict=True):
        found[SCORE + model.name] = _column("score", "d", np.asarray(scores))
    return found


def _judgments(snapshot: Snapshot) -> dict[str, Column]:
    judgments = snapshot.judgments
    row = np.asarray(judgments.edit)
    found = {
        "rev_id": Column(np.asarray(snapshot.edits.rev_id)[row], None, None),
        "stream": Column(np.asarray(snapshot.edits.stream)[row], STREAMS, None),
    }
    for name, code in JUDGMENT_CODES.items():
        values = np.asarray(getattr(judgments, name))
        if name == "reviewer":
            n_reviewers = int(values.max(initial=UNKNOWN)) + 1
            found[name] = _coded(values, tuple(f"r{number}" for number in range(n_reviewers)))
        elif name == "language":
            found[name] = _coded(values, snapshot.facts.languages)
        elif name == "day":
            found[DAYS["judgments"]] = _day_words(values)
        elif name != "edit":
            found[NAMES.get(name, name)] = _column(name, code, values)
    asked = zip(snapshot.facts.questions, judgments.answers, snapshot.answer_values, strict=True)
    for question, codes, words in asked:
        found[ANSWER + question.name] = _coded(np.asarray(codes), words)
    return found


def _column(name: str, code: str, values: Array) -> Column:
    if name in WORDS:
        return _coded(values, WORDS[name])
    if code == "d":
        return Column(values, None, _unless_all(~np.isnan(values)))
    if name in _OPTIONAL:
        return Column(values, None, _unless_all(values != UNKNOWN))
    return Column(values, None, None)


def _coded(codes: Array, words: tuple[str, ...]) -> Column:
    return Column(codes, words, _unless_all(codes != UNKNOWN))


def _day_words(days: Array) -> Column:
    known, codes = np.unique(days, return_inverse=True)
    words = tuple("" if day == UNKNOWN else date.fromordinal(int(day)).isoformat() for day in known)
    return Column(codes.astype(np.int32), words, _unless_all(days != UNKNOWN))


def _unless_all(is_known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    return None if bool(is_known.all()) else is_known

"""A snapshot from the data files of a frozen report: facts.json, edits.csv, judgments.csv.

What the files hold is told in `files`. Whoever changed a file by hand hears what is wrong with it.
"""

import csv
import gzip
import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from jadelite.domain.errors import Invalid
from jadelite.domain.facets import Question
from jadelite.report.files import ANSWER, DAYS, FACTS_SCHEMA, NAMES, SCORE, WORDS
from jadelite.report.snapshot import (
    EDIT_CODES,
    JUDGMENT_CODES,
    STREAMS,
    UNKNOWN,
    EditColumns,
    Facts,
    FrameFacts,
    GuardrailFacts,
    JudgmentColumns,
    ModelFacts,
    Repeats,
    Snapshot,
    StratumFacts,
)

BAD_FILE = "bad-data-file"
NAN = float("nan")
N_ROWS_IN_A_BLOCK = 50_000  # read at once: text takes ten times the room of the numbers it says

Block = Mapping[str, list[str]]
Columns = dict[str, "array[Any]"]


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot whose data files are in a folder: facts.json, and both tables as CSV or CSV.gz.

    Raises Invalid where a file is missing, or holds what no report wrote.
    """
    document = read_document(folder, "facts.json", FACTS_SCHEMA)
    facts, values = _facts(document)
    edits = _edits(folder, facts)
    judgments = _judgments(folder, facts, values, edits)
    return Snapshot(facts=facts, edits=edits, judgments=judgments, answer_values=values)


def read_json(folder: Path, name: str) -> Any:
    """What a JSON file of a report's folder holds. Invalid where it is missing or no JSON."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _bad(f"no {name} in {folder}, expected the files of one report") from error
    except ValueError as error:
        raise _bad(f"{name} is not JSON: {error}") from error


def read_document(folder: Path, name: str, schema: str) -> dict[str, Any]:
    """A JSON object of a schema. Invalid where it is missing or something else."""
    found = read_json(folder, name)
    told = found.get("schema") if isinstance(found, dict) else None
    if not isinstance(found, dict) or told != schema:
        raise _bad(f'{name} has schema {told}, expected "{schema}"')
    return found


def _edits(folder: Path, facts: Facts) -> EditColumns:
    found: Columns = {}
    for block in _blocks(folder, "edits"):
        cells = _Cells("edits", block)
        part = {
            name: cells.column(name, code)
            for name, code in EDIT_CODES.items()
            if name not in ("namespace", "has_namespace")
        }
        part["namespace"] = cells.numbers("namespace", EDIT_CODES["namespace"], empty=0)
        known = [1 if cell else 0 for cell in cells.text("namespace")]
        part["has_namespace"] = array(EDIT_CODES["has_namespace"], known)
        for model in facts.models:
            part[SCORE + model.name] = cells.numbers(SCORE + model.name, "d", empty=NAN)
        _add(found, part)
    scores = tuple(found.pop(SCORE + model.name) for model in facts.models)
    return EditColumns(**found, scores=scores)


def _judgments(
    folder: Path, facts: Facts, values: Sequence[Sequence[str]], edits: EditColumns
) -> JudgmentColumns:
    keys = zip(edits.rev_id, edits.stream, strict=True)
    place = {key: row for row, key in enumerate(keys)}
    found: Columns = {}
    for block in _blocks(folder, "judgments"):
        cells = _Cells("judgments", block)
        part = {
            name: cells.column(name, code)
            for name, code in JUDGMENT_CODES.items()
            if name not in ("edit", "reviewer", "language")
        }
        part["edit"] = cells.rows(place)
        part["reviewer"] = cells.reviewers()
        part["language"] = cells.coded("language", facts.languages, JUDGMENT_CODES["language"])
        for question, words in zip(facts.questions, values, strict=True):
            title = ANSWER + question.name
            part[title] = cells.coded(title, words, "h")
        _add(found, part)
    answers = tuple(found.pop(ANSWER + question.name) for question in facts.questions)
    return JudgmentColumns(**found, answers=answers)


def _add(found: Columns, part: Columns) -> None:
    for name, column in part.items():
        if name in found:
            found[name].extend(column)
        else:
            found[name] = column


def _blocks(folder: Path, name: str) -> Iterator[Block]:
    """The cells by column, some rows at a time; without any rows, one block of empty columns."""
    with _opened(folder, name) as lines:
        rows = csv.reader(lines)
        head = next(rows, [])
        n_before = 0
        while True:
            block = list(islice(rows, N_ROWS_IN_A_BLOCK))
            if not block and n_before:
                return
            for number, row in enumerate(block):
                if len(row) != len(head):
                    raise _bad(
                        f"{name}: row {n_before + number + 1} has {len(row)} cells, expected"
                        f" {len(head)}"
                    )
            columns = zip(*block, strict=True) if block else ([] for _ in head)
            yield {title: list(cells) for title, cells in zip(head, columns, strict=True)}
            n_before += len(block)
            if not block:
                return


def _opened(folder: Path, name: str) -> TextIO:
    plain, packed = folder / f"{name}.csv", folder / f"{name}.csv.gz"
    if plain.is_file():
        return plain.open(encoding="utf-8", newline="")
    if packed.is_file():
        return gzip.open(packed, "rt", encoding="utf-8", newline="")
    raise _bad(f"no {name}.csv or {name}.csv.gz in {folder}, expected the files of one report")


class _Cells:
    """Some rows of a table as text; methods give typed columns or say what is wrong."""

    def __init__(self, table: str, block: Block) -> None:
        self._table = table
        self._block = block

    def text(self, title: str) -> list[str]:
        """The cells of a column."""
        if title not in self._block:
            raise _bad(f"{self._table} has no column {title}, expected one")
        return self._block[title]

    def column(self, name: str, code: str) -> "array[Any]":
        """A column by its name in the snapshot."""
        title = NAMES.get(name, name)
        if name in WORDS:
            return self.coded(title, WORDS[name], code)
        if name == "day":
            return self._days(DAYS[self._table], code)
        return self.numbers(title, code, empty=NAN if code == "d" else UNKNOWN)

    def coded(self, title: str, words: Sequence[str], code: str) -> "array[int]":
        """Positions of the words, UNKNOWN for an empty cell."""
        place = {word: position for position, word in enumerate(words)} | {"": UNKNOWN}
        return array(code, self._looked_up(title, place, f"one of {', '.join(words)}"))

    def numbers(self, title: str, code: str, *, empty: float) -> "array[Any]":
        """Numbers, `empty` for an empty cell."""
        read = float if code == "d" else int
        cells = self.text(title)
        try:
            if "" in cells:
                return array(code, [read(cell) if cell else empty for cell in cells])
            return array(code, list(map(read, cells)))
        except (ValueError, OverflowError) as error:
            raise _bad(f"{self._table}: {title} holds no such number ({error})") from error

    def reviewers(self) -> "array[int]":
        """Numbers of r0, r1, ..., UNKNOWN for an empty cell."""
        cells = self.text("reviewer")
        try:
            number = {cell: int(cell.removeprefix("r")) if cell else UNKNOWN for cell in set(cells)}
        except ValueError as error:
            raise _bad(f"{self._table}: reviewer is not as r0 ({error})") from error
        return array(JUDGMENT_CODES["reviewer"], [number[cell] for cell in cells])

    def rows(self, place: Mapping[tuple[int, int], int]) -> "array[int]":
        """The row of the edits that each judgment is on."""
        streams = self.coded("stream", STREAMS, EDIT_CODES["stream"])
        revisions = self.numbers("rev_id", EDIT_CODES["rev_id"], empty=UNKNOWN)
        try:
            keys = zip(revisions, streams, strict=True)
            return array(JUDGMENT_CODES["edit"], list(map(place.__getitem__, keys)))
        except KeyError as error:
            rev_id, _ = error.args[0]
            raise _bad(
                f"{self._table}: edit {rev_id} is not among the edits, expected it there"
            ) from error

    def _days(self, title: str, code: str) -> "array[int]":
        cells = self.text(title)
        try:
            day = {cell: date.fromisoformat(cell).toordinal() for cell in set(cells) if cell}
        except ValueError as error:
            raise _bad(f"{self._table}: {title} holds no date ({error})") from error
        return array(code, self._looked_up(title, day | {"": UNKNOWN}, "a date"))

    def _looked_up(self, title: str, place: Mapping[str, int], expected: str) -> list[int]:
        try:
            return list(map(place.__getitem__, self.text(title)))
        except KeyError as error:
            unknown = error.args[0]
            raise _bad(f'{self._table}: {title} holds "{unknown}", expected {expected}') from error


def _facts(document: Mapping[str, Any]) -> tuple[Facts, tuple[tuple[str, ...], ...]]:
    """Facts and the values of answers from plain data. Invalid where a part is not as written."""
    try:
        found = document["facts"]
        facts = Facts(
            **{
                **found,
                "questions": tuple(
                    Question(**{**one, "labels": tuple(one["labels"])})
                    for one in found["questions"]
                ),
                "notes": tuple(found["notes"]),
                "languages": tuple(found["languages"]),
                "frame": None if found["frame"] is None else FrameFacts(**found["frame"]),
                "strata": tuple(StratumFacts(**one) for one in found["strata"]),
                "models": tuple(_model(one) for one in found["models"]),
                "guardrails": tuple(GuardrailFacts(**one) for one in found["guardrails"]),
                "repeats": tuple(Repeats(**one) for one in found["repeats"]),
            }
        )
        return facts, tuple(tuple(labels) for labels in document["answer_values"])
    except (KeyError, TypeError) as error:
        raise _bad(f"facts.json is not as it was written: {error}") from error


def _model(found: Mapping[str, Any]) -> ModelFacts:
    counts = None if found["frame_counts"] is None else tuple(found["frame_counts"])
    levels = tuple((name, value) for name, value in found["levels"])
    return ModelFacts(**{**found, "levels": levels, "frame_counts": counts})


def _bad(detail: str) -> Invalid:
    return Invalid(BAD_FILE, detail)

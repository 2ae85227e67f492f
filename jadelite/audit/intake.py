"""Trip 1 from files: edits and scores come in line by line, and twice changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from jadelite.audit import score_lines
from jadelite.audit.lines import Batch, Options, Outcome, Progress, Reader, Summary, run
from jadelite.db import edits
from jadelite.db.edits import NewEdit
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid
from jadelite.domain.facets import SCORED_QUESTIONS
from jadelite.domain.records import parse_edit, parse_score
from jadelite.wiki.diffs import local_diff


def import_edits(
    database: Database,
    lines: Iterable[bytes],
    options: Options,
    *,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Store edits. An edit known only by its number is completed; nothing known is changed."""
    reader = Reader("edits", _read_edit, _store_edits)
    return run(database, lines, reader, options, now, progress)


def import_scores(
    database: Database,
    lines: Iterable[bytes],
    options: Options,
    *,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Store scores, and why there are none; edits not known yet are added by their number.

    Raises Invalid if `options.question` names no question.
    """
    if options.question is not None and options.question not in SCORED_QUESTIONS:
        known = ", ".join(SCORED_QUESTIONS)
        raise Invalid("bad-question", f"question is {options.question!r}, expected one of {known}")
    reader = Reader("scores", parse_score, score_lines.store)
    return run(database, lines, reader, options, now, progress)


def _read_edit(data: dict[str, Any]) -> NewEdit:
    """An edit with its diff, made before any transaction is open: on large pages it takes long."""
    edit = parse_edit(data)
    diff = None
    if edit.text_after is not None:
        diff = local_diff(edit.text_before or "", edit.text_after)
    return NewEdit(edit, diff)


def _store_edits(batch: Batch, values: list[NewEdit]) -> list[Outcome]:
    outcomes: list[Outcome] = [""] * len(values)
    for dbname, places in _by_wiki([value.edit.wiki for value in values]).items():
        found = edits.store(
            batch.session, batch.wiki_id(dbname), [values[place] for place in places], batch.now
        )
        for place, outcome in zip(places, found, strict=True):
            outcomes[place] = outcome
    return outcomes


def _by_wiki(names: Sequence[str]) -> dict[str, list[int]]:
    """Positions by the wiki that stands there."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return places

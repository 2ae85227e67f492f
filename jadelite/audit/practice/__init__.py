"""The practice round: five invented edits for each language, with answers that are explained.

It is outside all results: nothing of it is stored, and nobody has to be signed in. The edits ship
as `<language>.json` beside this file; adding a language needs one more file and no code.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jadelite.db.edits import StoredEdit
from jadelite.domain.edits import Edit
from jadelite.domain.facets import EDITQUALITY, Facet
from jadelite.wiki import sites
from jadelite.wiki.diffs import local_diff

FOLDER = Path(__file__).parent
FALLBACK = "en"
FACET: Facet = EDITQUALITY


@dataclass(frozen=True)
class Exercise:
    """An edit to practise on; answers by question, and why, in the round's language."""

    edit: StoredEdit
    answers: dict[str, str]
    why: dict[str, str]


@dataclass(frozen=True)
class Round:
    """The exercises of a language, in their order; `is_fallback`: it isn't the one asked for."""

    language: str
    is_fallback: bool
    exercises: tuple[Exercise, ...]


def languages() -> tuple[str, ...]:
    """The languages that have a practice round, by code."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def load(language: str) -> Round:
    """The round of a language; the English one where it has none."""
    is_known = language in languages()
    code = language if is_known else FALLBACK
    return Round(code, not is_known, _read(code))


@cache
def _read(language: str) -> tuple[Exercise, ...]:
    """The exercises of a file that ships with the product; read once."""
    with (FOLDER / f"{language}.json").open(encoding="utf-8") as file:
        told = json.load(file)
    wiki = sites.describe(f"sample-{language}")
    exercises = []
    for number, item in enumerate(told["edits"], 1):
        before, after = item["text_before"], item["text_after"]
        edit = Edit(
            wiki=wiki.dbname,
            rev_id=number,
            parent_rev_id=None,
            page_title=item["page_title"],
            namespace=0,
            timestamp=None,
            comment=item["comment"],
            editor_kind=item["editor_kind"],
            text_before=None,
            text_after=None,
        )
        stored = StoredEdit(
            edit_id=0,
            edit=edit,
            wiki=wiki,
            size_change=len(after.encode()) - len(before.encode()),
            diff=local_diff(before, after),
            no_diff_reason=None,
            is_text_hidden=False,
        )
        exercises.append(Exercise(stored, item["answers"], item["why"]))
    return tuple(exercises)

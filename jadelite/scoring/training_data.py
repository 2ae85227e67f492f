"""Rows to train on, read from ClueBot NG's review sets as a CSV file, plain or gzipped.

Owns how that file is read: which columns, who counts as which kind of editor, which rows hold no
text. The columns are those of the file in the repository Daniel-Milanes/WikiShield on GitHub,
data/test_imbalanced.csv. What is made of the rows is left to features.py and local.py.

Quirks met in that file:

- `user_reg_time` equals `current_timestamp` to the second for editors without an account (written
  as 20101103034415 where accounts have unix seconds). Those are "unregistered".
- `user_edit_count` is the count when the file was made, years later, not at the time of the edit
  (an account shows 29 on each of its three edits). Under 10 therefore means under 10 at the edit as
  well; a newcomer who stayed is known by age only: registered under 4 days before the edit.
- No column says who is a bot. Accounts with 900 000 edits or more, and accounts whose summary
  begins with "robot", are taken for bots.
- Where the download of a text failed, both text columns hold the answer "BAD REQUEST".
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jadelite.domain.edits import EditorKind
from jadelite.domain.errors import FieldError, Invalid, NotFound
from jadelite.scoring.features import Change, change_between

COLUMNS = (
    "EditID",
    "comment",
    "user_edit_count",
    "user_reg_time",
    "current_timestamp",
    "added_lines",
    "deleted_lines",
    "isvandalism",
)
NEWCOMER_EDITS = 10
NEWCOMER_AGE = timedelta(days=4)
BOT_EDITS = 900_000

_NO_TEXT = "BAD REQUEST"
_VERDICTS = {"True": True, "False": False}
_GZIP_MAGIC = b"\x1f\x8b"
_MEDIAWIKI_LENGTH = 14  # digits of 20101103034415


@dataclass(frozen=True)
class TrainingRow:
    """An edit with people's verdict on it; `change` is None where its text is not recorded."""

    rev_id: int
    change: Change | None
    is_damaging: bool


@dataclass(frozen=True)
class Source:
    """Where a training file comes from, for the model card; `limits` in plain words."""

    description: str
    licence: str
    languages: tuple[str, ...]
    limits: tuple[str, ...]
    sha256: str


def read_training_rows(path: Path) -> list[TrainingRow]:
    """All rows of the file in its order, those without text as well.

    Raises NotFound if there is no such file, and Invalid naming line and column (code
    "bad-training-file") if it can't be read as described above.
    """
    reader = csv.DictReader(io.StringIO(_text_of(path), newline=""), strict=True)
    rows: list[TrainingRow] = []
    seen: set[int] = set()
    line = 1
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise _bad(1, missing[0], "the column is missing")
        line = reader.line_num + 1
        for record in reader:
            row = _row(record, line)
            if row.rev_id in seen:
                raise _bad(line, "EditID", f"{row.rev_id} stands in the file twice")
            seen.add(row.rev_id)
            rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _bad(line, None, f"not readable as CSV ({error})") from error
    return rows


def source_of(path: Path) -> Source:
    """What is known of a training file, recognised by its digest."""
    digest = hashlib.sha256(_bytes_of(path)).hexdigest()
    known = digest == _CLUEBOT_SHA256
    return Source(
        description=_CLUEBOT_DESCRIPTION if known else f"{path.name}; origin not recorded",
        licence=_CLUEBOT_LICENCE if known else "not recorded",
        languages=("en",) if known else ("und",),
        limits=_CLUEBOT_LIMITS if known else (),
        sha256=digest,
    )


_CLUEBOT_SHA256 = "ae4c13ec7e2a34a06709edda46a09b92f00288e6bcf6766045881b080b819315"
_CLUEBOT_DESCRIPTION = (
    "English Wikipedia edits of November 2010 to January 2011 with human verdicts (vandalism or"
    " not) from ClueBot NG's review sets, as published at github.com/Daniel-Milanes/WikiShield,"
    " data/test_imbalanced.csv"
)
_CLUEBOT_LICENCE = "MIT (the collection); CC BY-SA (wikitext and summaries, Wikipedia contributors)"
_CLUEBOT_LIMITS = (
    "Trained and measured on a few hundred English edits of 2010 and 2011; how well it does in"
    " another language or year is not known.",
    "About half of the edits, to judge by their dates, were reported as wrongly reverted by a bot:"
    " they look worse than usual edits although most are fine.",
    "The verdicts say vandalism or not. Damage done in good faith was taught as not damaging.",
    "One row in eleven is damaging, so few edits reach a probability of 0.5 and the prediction is"
    " nearly always false; the order of the edits says more than the prediction.",
    "Who is a newcomer was worked out from an edit count of later years, and who is a bot from"
    " edit counts and summaries; both are sometimes wrong.",
    "Several rows of one account, mostly of bots, may stand on both sides of the split. The area"
    " without bots is the fairer figure.",
)


def _row(record: Mapping[str | None, str | list[str] | None], line: int) -> TrainingRow:
    values: dict[str, str] = {}
    for name in COLUMNS:
        value = record.get(name)
        if not isinstance(value, str):
            raise _bad(line, name, "the line ends before this column")
        values[name] = value
    if None in record:
        raise _bad(line, None, "the line has more cells than the header")
    rev_id = _count(values, "EditID", line)
    verdict = values["isvandalism"]
    if verdict not in _VERDICTS:
        raise _bad(line, "isvandalism", f"{verdict!r}, expected True or False")
    editor_kind = _editor_kind(values, line)
    if values["added_lines"] == _NO_TEXT or values["deleted_lines"] == _NO_TEXT:
        return TrainingRow(rev_id=rev_id, change=None, is_damaging=_VERDICTS[verdict])
    change = change_between(
        values["deleted_lines"],
        values["added_lines"],
        comment=values["comment"],
        editor_kind=editor_kind,
    )
    return TrainingRow(rev_id=rev_id, change=change, is_damaging=_VERDICTS[verdict])


def _editor_kind(values: Mapping[str, str], line: int) -> EditorKind:
    edited_at = _time(values, "current_timestamp", line)
    registered_at = _time(values, "user_reg_time", line)
    n_edits = _count(values, "user_edit_count", line)
    if registered_at == edited_at:
        return "unregistered"
    if n_edits >= BOT_EDITS or values["comment"].lower().startswith("robot"):
        return "bot"
    if n_edits < NEWCOMER_EDITS or edited_at - registered_at < NEWCOMER_AGE:
        return "newcomer"
    return "registered"


def _count(values: Mapping[str, str], name: str, line: int) -> int:
    text = values[name]
    if not (text.isascii() and text.isdigit()):
        raise _bad(line, name, f"{text!r}, expected a whole number")
    return int(text)


def _time(values: Mapping[str, str], name: str, line: int) -> datetime:
    number = _count(values, name, line)
    try:
        if len(values[name]) == _MEDIAWIKI_LENGTH:
            return datetime.strptime(values[name], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _bad(
            line, name, f"{values[name]!r}, expected unix seconds or a MediaWiki timestamp"
        ) from error


def _text_of(path: Path) -> str:
    data = _bytes_of(path)
    try:
        if data.startswith(_GZIP_MAGIC):
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _bad(line, None, "not UTF-8") from error
    except (OSError, EOFError) as error:
        raise _bad(1, None, f"not readable as gzip ({error})") from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            "no-training-file", f"there is no training file {path.name}", file=path.name
        ) from error


def _bad(line: int, column: str | None, wrong: str) -> Invalid:
    place = f"line {line}" if column is None else f"line {line}, column {column}"
    field = FieldError(column or "file", "bad-training-file", wrong)
    return Invalid(
        "bad-training-file", f"{place}: {wrong}", fields=(field,), line=line, column=column or ""
    )

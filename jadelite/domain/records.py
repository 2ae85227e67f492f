"""One line of an import file, checked: edits, scores and judgments as newline-delimited JSON.

Every parser takes the decoded object of one line and returns a value, or raises Invalid whose
`fields` name each wrong field, what it holds and what would be right. Unknown keys are refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from jadelite.domain.edits import EDITOR_KINDS, MAX_TEXT_LENGTH, Edit, EditorKind
from jadelite.domain.errors import FieldError, Invalid
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.judgments import EXPOSURES, Exposure, check_answers, check_note
from jadelite.domain.names import is_slug, is_wiki_name
from jadelite.domain.scores import Score, check_probabilities

MAX_NAME_LENGTH = 255
MAX_LABEL_LENGTH = 60
MAX_COMMENT_LENGTH = 4000
MAX_ID = 2**63 - 1
MAX_LINE_LENGTH = 16_000_000

EDIT_KEYS = (
    "wiki", "rev_id", "parent_rev_id", "page_title", "namespace", "timestamp", "comment",
    "editor_kind", "text_before", "text_after",
)  # fmt: skip
SCORE_KEYS = (
    "wiki", "rev_id", "model", "model_version", "probabilities", "prediction", "scored_at",
)  # fmt: skip
JUDGMENT_KEYS = (
    "wiki", "rev_id", "campaign", "reviewer", "kind", "answers", "judged_at", "score_seen",
    "peers_seen", "note",
)  # fmt: skip


@dataclass(frozen=True)
class ImportedJudgment:
    """A judgment made elsewhere. `reviewer` None: whoever it was is not known."""

    wiki: str
    rev_id: int
    campaign: str
    reviewer: str | None
    is_bot: bool
    answers: Mapping[str, str]
    note: str | None
    judged_at: datetime | None
    score_seen: Exposure
    peers_seen: Exposure


def decode_line(line: bytes | str) -> dict[str, Any]:
    """The object a line holds. Raises Invalid unless it is one JSON object without odd numbers."""
    if len(line) > MAX_LINE_LENGTH:
        detail = f"the line has more than {MAX_LINE_LENGTH} bytes, expected fewer"
        raise _invalid("line", "too-long", detail)
    try:
        # Python's json takes NaN and Infinity, and lets a later duplicate key win: both refused.
        value = json.loads(line, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise _invalid("line", "not-json", f"not a JSON object: {error}") from error
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise _invalid("line", "not-json", f"the line holds a {kind}, expected a JSON object")
    return value


def parse_edit(data: dict[str, Any]) -> Edit:
    """An edit from a line of `edits import`."""
    reader = _Reader(data, EDIT_KEYS)
    edit = Edit(
        wiki=reader.wiki("wiki"),
        rev_id=reader.whole("rev_id", low=1),
        parent_rev_id=reader.optional(reader.whole, "parent_rev_id", low=0),
        page_title=reader.optional(reader.name, "page_title"),
        namespace=reader.optional(reader.whole, "namespace", low=-2),
        timestamp=reader.optional(reader.time, "timestamp"),
        comment=reader.optional(reader.text, "comment", limit=MAX_COMMENT_LENGTH),
        editor_kind=cast(
            "EditorKind",
            reader.optional(reader.choice, "editor_kind", among=EDITOR_KINDS) or "unknown",
        ),
        text_before=reader.optional(reader.text, "text_before", limit=MAX_TEXT_LENGTH),
        text_after=reader.optional(reader.text, "text_after", limit=MAX_TEXT_LENGTH),
    )
    reader.finish()
    return edit


def parse_score(data: dict[str, Any]) -> Score:
    """A score from a line of `scores import`."""
    reader = _Reader(data, SCORE_KEYS)
    score = Score(
        wiki=reader.wiki("wiki"),
        rev_id=reader.whole("rev_id", low=1),
        model=reader.name("model"),
        model_version=reader.name("model_version"),
        probabilities=reader.numbers("probabilities"),
        prediction=reader.optional(reader.label, "prediction"),
        scored_at=reader.optional(reader.time, "scored_at"),
    )
    if not reader.has_wrong("probabilities", "prediction"):
        reader.note(check_probabilities(score.probabilities, score.prediction))
    reader.finish()
    return score


def parse_judgment(data: dict[str, Any]) -> ImportedJudgment:
    """A judgment from a line of `judgments import`."""
    reader = _Reader(data, JUDGMENT_KEYS)
    judgment = ImportedJudgment(
        wiki=reader.wiki("wiki"),
        rev_id=reader.whole("rev_id", low=1),
        campaign=reader.slug("campaign"),
        reviewer=reader.optional(reader.name, "reviewer"),
        is_bot=reader.choice("kind", among=("person", "bot")) == "bot",
        answers=reader.labels("answers"),
        note=reader.optional(reader.text, "note", limit=MAX_COMMENT_LENGTH),
        judged_at=reader.optional(reader.time, "judged_at"),
        score_seen=cast("Exposure", reader.choice("score_seen", among=EXPOSURES)),
        peers_seen=cast("Exposure", reader.choice("peers_seen", among=EXPOSURES)),
    )
    if not reader.has_wrong("answers"):
        for wrong in check_answers(judgment.answers, EDITQUALITY):
            # An import may hold the answer to one question only (many data sets do).
            if wrong.code != "unanswered" or wrong.field in judgment.answers:
                reader.note(wrong)
        if not judgment.answers:
            reader.refuse("answers", "unanswered", "answers is empty, expected at least one answer")
    if judgment.is_bot and judgment.reviewer is None:
        reader.refuse("reviewer", "missing", "reviewer is missing, expected the name of the bot")
    for wrong in check_note(judgment.note):
        reader.note(wrong)
    reader.finish()
    return judgment


class _Reader:
    """Reads the fields of one object and remembers everything that was wrong with them."""

    def __init__(self, data: dict[str, Any], known: tuple[str, ...]) -> None:
        self.data = data
        self.wrong: list[FieldError] = []
        unknown = [key for key in data if key not in known]
        if unknown:
            keys = f"key{'s' if len(unknown) > 1 else ''} {', '.join(map(repr, unknown[:5]))}"
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            detail = f"unknown {keys}{more}, expected {', '.join(known)}"
            self.refuse(unknown[0], "unknown-key", detail)

    def refuse(self, field: str, code: str, detail: str) -> None:
        self.wrong.append(FieldError(field, code, detail))

    def note(self, wrong: FieldError | None) -> None:
        if wrong is not None:
            self.wrong.append(wrong)

    def has_wrong(self, *fields: str) -> bool:
        return any(wrong.field in fields for wrong in self.wrong)

    def finish(self) -> None:
        if self.wrong:
            detail = "; ".join(wrong.detail for wrong in self.wrong)
            raise Invalid("invalid-line", detail, fields=tuple(self.wrong))

    def optional(self, read: Any, field: str, **rules: Any) -> Any:
        # Any: `read` is one of this class's methods, whose result type mypy can't carry through.
        return None if self.data.get(field) is None else read(field, **rules)

    def whole(self, field: str, *, low: int) -> int:
        value = self.data.get(field)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, float) and value.is_integer():
            value, is_whole = int(value), True
        if not is_whole or not low <= cast("int", value) <= MAX_ID:
            self._expected(field, f"a whole number from {low} to {MAX_ID}")
            return low
        return cast("int", value)

    def text(self, field: str, *, limit: int) -> str:
        value = self.data.get(field)
        if not isinstance(value, str):
            self._expected(field, "text")
            return ""
        if len(value) > limit:
            detail = f"{field} has {len(value)} characters, expected at most {limit}"
            self.refuse(field, "too-long", detail)
            return ""
        if "\0" in value or not _is_encodable(value):
            detail = (
                f"{field} holds a character that can't be stored (NUL or half a surrogate pair)"
            )
            self.refuse(field, "bad-character", detail)
            return ""
        return value

    def name(self, field: str) -> str:
        value = self.text(field, limit=MAX_NAME_LENGTH)
        if not value.strip() and not self.has_wrong(field):
            self.refuse(field, "empty", f"{field} is empty, expected a name")
        return value

    def wiki(self, field: str) -> str:
        value = self.name(field)
        if not self.has_wrong(field) and not is_wiki_name(value):
            self._expected(field, "a database name such as fawiki")
        return value

    def slug(self, field: str) -> str:
        value = self.name(field)
        if not self.has_wrong(field) and not is_slug(value):
            self._expected(field, "2 to 60 small letters, digits and hyphens")
        return value

    def label(self, field: str) -> str:
        value = self.data.get(field)
        # ORES and its data sets write labels as true and false.
        return str(value).lower() if isinstance(value, bool) else self.name(field)

    def choice(self, field: str, *, among: tuple[str, ...]) -> str:
        value = self.data.get(field)
        if value not in among:
            self._expected(field, f"one of {', '.join(among)}")
            return among[0]
        return cast("str", value)

    def time(self, field: str) -> datetime | None:
        value = self.data.get(field)
        try:
            moment = datetime.fromisoformat(cast("str", value))
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            self._expected(field, 'a time with its zone such as "2026-10-03T12:00:00Z"')
            return None
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            moment = None
        if moment is None or not 2000 < moment.year < 2100:
            self._expected(field, "a time between 2001 and 2099")
            return None
        return moment

    def numbers(self, field: str) -> dict[str, float]:
        value = self.data.get(field)
        if not isinstance(value, dict):
            self._expected(field, 'an object such as {"true": 0.1, "false": 0.9}')
            return {}
        found = {}
        for label, number in value.items():
            if not _is_label(label):
                detail = f"{field} has a label that is empty, too long or can't be stored"
                self.refuse(field, "bad-label", detail)
                return {}
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            # A whole number of hundreds of digits is no float; neither is any such a probability.
            if not is_number or not -1 <= number <= 2:
                self._expected(field, "numbers from 0 to 1")
                return {}
            found[label] = float(number)
        return found

    def labels(self, field: str) -> dict[str, str]:
        value = self.data.get(field)
        is_labels = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        if not is_labels:
            self._expected(field, 'an object such as {"damaging": "yes"}')
            return {}
        return cast("dict[str, str]", value)

    def _expected(self, field: str, what: str) -> None:
        if field not in self.data:
            self.refuse(field, "missing", f"{field} is missing, expected {what}")
        else:
            shown = _shown(self.data[field])
            self.refuse(field, "bad-value", f"{field} is {shown}, expected {what}")


def _is_label(value: str) -> bool:
    return (
        bool(value.strip())
        and len(value) <= MAX_LABEL_LENGTH
        and "\0" not in value
        and _is_encodable(value)
    )


def _shown(value: object) -> str:
    """The beginning of a value as JSON, for a message."""
    try:
        return json.dumps(value, ensure_ascii=False)[:60]
    except RecursionError:
        return "a deeply nested value"


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} stands twice")
    return result


def _invalid(field: str, code: str, detail: str) -> Invalid:
    return Invalid("invalid-line", detail, fields=(FieldError(field, code, detail),))

"""One line of an import file, checked: edits, scores and judgments as newline-delimited JSON.

Every parser takes the decoded object of one line and returns a value, or raises Invalid whose
`fields` name each wrong field, what it holds and what would be right. Unknown keys are refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from jadelite.domain.edits import EDITOR_KINDS, MAX_TEXT_LENGTH, Edit, EditorKind
from jadelite.domain.errors import FieldError, Invalid
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.judgments import EXPOSURES, Exposure, check_answers, check_note
from jadelite.domain.line_reader import LineReader, shown
from jadelite.domain.scores import Score, ScoreFailure, check_probabilities

MAX_COMMENT_LENGTH = 4000
MAX_LINE_LENGTH = 16_000_000

EDIT_KEYS = (
    "wiki", "rev_id", "parent_rev_id", "page_title", "namespace", "timestamp", "comment",
    "editor_kind", "text_before", "text_after",
)  # fmt: skip
SCORE_KEYS = (
    "wiki", "rev_id", "model", "model_version", "probabilities", "value", "failure", "prediction",
    "scored_at",
)  # fmt: skip
SCORE_FORMS = ("probabilities", "value", "failure")  # a line of scores holds exactly one
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
    reader = LineReader(data, EDIT_KEYS)
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


def parse_score(data: dict[str, Any]) -> Score | ScoreFailure:
    """A score from a line of `scores import`, or why there is none."""
    reader = LineReader(data, SCORE_KEYS)
    given = [form for form in SCORE_FORMS if data.get(form) is not None]
    if len(given) > 1:
        detail = f"the line holds {' and '.join(given)}, expected only one of them"
        reader.refuse(given[1], "too-many", detail)
    answer = _failure(reader) if given[:1] == ["failure"] else _score(reader, given)
    reader.finish()
    return answer


def _score(reader: LineReader, given: list[str]) -> Score:
    score = Score(
        wiki=reader.wiki("wiki"),
        rev_id=reader.whole("rev_id", low=1),
        model=reader.plain_name("model"),
        model_version=reader.plain_name("model_version"),
        probabilities=_probabilities(reader, given),
        prediction=reader.optional(reader.label, "prediction"),
        scored_at=reader.optional(reader.time, "scored_at"),
        value=reader.number("value") if "value" in given else None,
    )
    if "probabilities" in given and not reader.has_wrong("probabilities", "prediction"):
        reader.note(check_probabilities(score.probabilities, score.prediction))
    return score


def _probabilities(reader: LineReader, given: list[str]) -> dict[str, float]:
    if not given:
        what = 'an object such as {"true": 0.1, "false": 0.9}, or value, or failure'
        reader.expected("probabilities", what)
    return reader.numbers("probabilities") if "probabilities" in given else {}


def _failure(reader: LineReader) -> ScoreFailure:
    reason, detail = reader.failure("failure")
    failure = ScoreFailure(
        wiki=reader.wiki("wiki"),
        rev_id=reader.whole("rev_id", low=1),
        model=reader.plain_name("model"),
        model_version=reader.optional(reader.plain_name, "model_version"),
        reason=reason,
        detail=detail,
        source="import",
        failed_at=reader.optional(reader.time, "scored_at"),
    )
    if reader.data.get("prediction") is not None:
        given = shown(reader.data["prediction"])
        reader.refuse(
            "prediction", "bad-value", f"prediction is {given}, expected none beside a failure"
        )
    return failure


def parse_judgment(data: dict[str, Any]) -> ImportedJudgment:
    """A judgment from a line of `judgments import`."""
    reader = LineReader(data, JUDGMENT_KEYS)
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

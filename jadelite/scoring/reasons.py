"""Why a service gave no score: its refusals, read from status, error type and sentence.

The services word one thing in many ways: a string under "error", an object there, a string, list or
object under "detail". Where a batch fails, only the sentence says which revision it was. The rules
are those of the services' own source; what they do not tell apart stays "transient", which is asked
again, or "client-bug", which somebody must look at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jadelite.domain.scores import MAX_FAILURE_DETAIL, FailureReason

# Types of ORES and revscoring are names of Python classes; those with blanks and underscores are
# codes of requests.
_BY_TYPE: Mapping[str, FailureReason] = MappingProxyType(
    {
        "RevisionNotFound": "missing",
        "PageNotFound": "missing",
        "UserNotFound": "missing",
        "EntityNotFound": "missing",
        "TextDeleted": "deleted",
        "CommentDeleted": "deleted",
        "UserDeleted": "deleted",
        "UnexpectedContentType": "not-scorable",
        "QueryNotSupported": "transient",
        "DependencyError": "transient",
        "CaughtDependencyError": "transient",
        "TimeoutError": "transient",
        "RequestError": "transient",
        "too_many_requests": "rate-limited",
        "Too Many Requests": "rate-limited",
        "too many requests": "client-bug",  # ores-legacy: too many scores in one request
        "server overloaded": "transient",
        "request_timeout": "transient",
        "internal server error": "transient",
        "not implemented": "client-bug",
    }
)
_SENTENCES: tuple[tuple[str, FailureReason], ...] = (
    (r"The MW API does not have any info related to the rev-id", "missing"),
    (r"Could not fetch revision \d+: nosuchrevid", "missing"),
    (r"Could not fetch revision \d+: missingcontent", "deleted"),
    (r"Unexpected content type", "not-scorable"),
    (r"Prediction for this type of edit is not supported", "not-scorable"),
    (r"Generic error while extracting features", "transient"),
    (r"(No scorers available for|Models \(.*\) not available for)", "unsupported-language"),
    (r"lang '.*' does not exist in the canonical", "unsupported-language"),
    (r"This model is not recommended for use in projects outside", "unsupported-language"),
    (r"This model only handles Wikidata edits", "unsupported-language"),
    (r"Unsupported lang", "unsupported-language"),
)
_BY_SENTENCE = tuple((re.compile(pattern), reason) for pattern, reason in _SENTENCES)
_CLASS_IN_SENTENCE = re.compile(r"(?:Missing resource for rev-id \d+: )?([A-Za-z]\w*):")
_REASON_CODE = re.compile(r"Could not make prediction for revisions? .*?Reason: \[?'?([a-z_]+)")
_NAMED = re.compile(
    r"(?:rev-id|rev-id provided as input|prediction for revision|fetch revision|revid)"
    r" \(?([1-9][0-9]{0,18})\b"
)
_ALL_FAILED = re.compile(r"prediction for revisions dict_keys\(\[(.*)\]\)\. Reason: \[(.*)\]")
_KEY = re.compile(r"\(([1-9][0-9]{0,18}), '[^']*'\)")
_CODE = re.compile(r"'([a-z_]+)'")
NOTHING_PRINTABLE = "(nothing that can be printed)"
_MAX_READ = 20_000  # of a sentence: a traceback may be any length


@dataclass(frozen=True)
class Refusal:
    """What a service says in place of a score; `kind` is its error type or code, or empty."""

    kind: str
    sentence: str


def refusal_in(document: object) -> Refusal | None:
    """The refusal that an answer holds; None where it holds none that can be read."""
    if not isinstance(document, dict):
        return None
    detail = document.get("detail")
    inner = detail if isinstance(detail, dict) else document
    error = inner.get("error")
    if isinstance(error, dict):
        kind = error.get("type", error.get("code", ""))
        sentence = error.get("message", "")
        return Refusal(_text(kind), _text(sentence))
    if isinstance(error, str):
        return Refusal("", _text(error))
    if isinstance(detail, str):
        return Refusal("", _text(detail))
    if isinstance(detail, list):  # FastAPI's complaints about a request
        parts = [item.get("msg") for item in detail if isinstance(item, dict)]
        return Refusal("", "; ".join(_text(part) for part in parts))
    return None


def reason_of(status: int, refusal: Refusal) -> FailureReason:
    """Why there is no score: read from the HTTP status, then the type, then the sentence."""
    if status == 429:
        return "rate-limited"
    if status == 501:
        return "client-bug"
    if status >= 500 or status in (408, 425):
        return "transient"
    if refusal.kind in _BY_TYPE:
        return _BY_TYPE[refusal.kind]
    by_sentence = _reason_in(refusal.sentence)
    if by_sentence is not None:
        return by_sentence
    if status >= 400:
        return "client-bug"
    # In an answer of status 200 an error of a kind not known here is a failure inside the service.
    return "transient" if refusal.kind or refusal.sentence else "bad-answer"


def revisions_named(sentence: str) -> frozenset[int]:
    """The revisions that a refusal is about, as far as its sentence names them."""
    text = sentence[:_MAX_READ]
    return frozenset(int(number) for number in _NAMED.findall(text)) | frozenset(
        codes_by_revision(text)
    )


def codes_by_revision(sentence: str) -> dict[int, str]:
    """The reason code of each revision of a batch that failed as a whole; empty if it says none."""
    match = _ALL_FAILED.search(sentence[:_MAX_READ])
    if match is None:
        return {}
    numbers = [int(number) for number in _KEY.findall(match[1])]
    codes = _CODE.findall(match[2])
    if len(numbers) != len(codes):
        return {}
    return dict(zip(numbers, codes, strict=True))


def reason_of_code(code: str) -> FailureReason:
    """What a reason code such as "parent_revision_missing" means."""
    if "deleted" in code:
        return "deleted"
    if code.startswith("parent_"):  # the first revision of a page, or one after an import
        return "not-scorable"
    if code.endswith("_missing"):
        return "missing"
    return "transient"


def tidy(sentence: str) -> str:
    """A sentence of a service as one printable line of 1 to MAX_FAILURE_DETAIL characters."""
    line = " ".join(sentence[:_MAX_READ].split())
    printable = "".join(letter for letter in line if letter.isprintable())
    if len(printable) <= MAX_FAILURE_DETAIL:
        return printable or NOTHING_PRINTABLE
    return printable[: MAX_FAILURE_DETAIL - 1] + "…"


def _reason_in(sentence: str) -> FailureReason | None:
    text = sentence[:_MAX_READ]
    code = _REASON_CODE.search(text)
    if code is not None:
        return reason_of_code(code[1])
    name = _CLASS_IN_SENTENCE.match(text)
    if name is not None and name[1] in _BY_TYPE:
        return _BY_TYPE[name[1]]
    return next((reason for pattern, reason in _BY_SENTENCE if pattern.match(text)), None)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

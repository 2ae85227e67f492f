"""What a local model sees of a change: numbers that mean the same in every language.

No word list and no language is used, only lengths, kinds of characters, wiki markup, the shape of
the summary and the kind of editor. Pure Python. Training rows and edits pass through the same
`change_between`, so that a feature means the same in both.

"New words" are words that stand in the added lines more often than in the removed ones, "gone
words" the other way round. Limits: in scripts that put no spaces between words a "word" is a whole
phrase, and in scripts without capitals the share of capitals is always 0.
"""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import copysign, log1p
from types import MappingProxyType

from jadelite.domain.edits import Edit, EditorKind
from jadelite.domain.errors import Invalid

# One sentence for each feature; the model card prints them. The order is the order of `extract`.
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "added_length": "Characters in the added lines, log(1 + n).",
        "removed_length": "Characters in the removed lines, log(1 + n).",
        "length_change": "Growth in characters, negative if the text shrank, signed log(1 + n).",
        "new_words": "Number of new words, log(1 + n).",
        "gone_words": "Number of gone words, log(1 + n).",
        "new_share": "New words among new and gone words, 0 to 1; 0.5 if there are none.",
        "digit_share": "Digits of any script among the characters of the new words, 0 to 1.",
        "punctuation_share": "Punctuation and symbols among the new characters, 0 to 1.",
        "capital_share": "Capitals among the letters with case of the new words, 0 to 1.",
        "longest_run": "Longest run of one letter, ! or ?, if longer than before, log(1 + n).",
        "longest_word": "Characters in the longest new word, log(1 + n).",
        "compressed_size": "Compressed bytes per character of the new words, 0 to 2; 1 if none.",
        "link_balance": "Wiki links gained, negative if lost, signed log(1 + n).",
        "template_balance": "Template calls gained, negative if lost, signed log(1 + n).",
        "reference_balance": "References gained, negative if lost, signed log(1 + n).",
        "external_links_added": "External addresses gained, never below 0, log(1 + n).",
        "bracket_imbalance": "Brackets opened or closed without their partner, log(1 + n).",
        "digits_only": "1 if added and removed lines differ in digits alone, else 0.",
        "blanking": "1 if 500 characters or more went and less than a tenth came, else 0.",
        "comment_length": "Characters of the edit summary without section marker, log(1 + n).",
        "comment_section": "1 if the edit summary begins with a section marker, else 0.",
        "comment_empty": "1 if the edit summary says nothing beside a section marker, else 0.",
        "editor_without_account": "1 if the editor was unregistered or temporary, else 0.",
        "editor_newcomer": "1 if the account had under 10 edits or was under 4 days old, else 0.",
        "editor_bot": "1 if the editor was a bot, else 0.",
    }
)
FEATURES: tuple[str, ...] = tuple(MEANINGS)

_BLANKING_LENGTH = 500
_BLANKING_SHARE = 0.1
_ZLIB_FRAME = 8  # bytes that every zlib stream carries, whatever the text
_MAX_COMPRESSED_SIZE = 2.0
_WORD = re.compile(r"\w+|[^\w\s]")
_SECTION = re.compile(r"\s*/\*.*?\*/\s*", re.DOTALL)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))


@dataclass(frozen=True)
class Change:
    """An edit reduced to what the features need: whole lines that came and went."""

    added: str
    removed: str
    comment: str
    editor_kind: EditorKind


def change_of(edit: Edit) -> Change:
    """The change that an edit made; without a text before, all of it was added.

    Raises Invalid (code "edit-without-text") if the text after is not known.
    """
    if edit.text_after is None:
        raise Invalid(
            "edit-without-text",
            f"edit {edit.rev_id} of {edit.wiki} has no text after, expected one to score",
            wiki=edit.wiki,
            rev_id=edit.rev_id,
        )
    before = edit.text_before or ""
    return change_between(
        before, edit.text_after, comment=edit.comment or "", editor_kind=edit.editor_kind
    )


def change_between(before: str, after: str, *, comment: str, editor_kind: EditorKind) -> Change:
    """The lines that one text has more often than the other; moved and blank lines drop out."""
    old = [line for line in before.split("\n") if line.strip()]
    new = [line for line in after.split("\n") if line.strip()]
    return Change(
        added="\n".join(_surplus(new, old)),
        removed="\n".join(_surplus(old, new)),
        comment=comment,
        editor_kind=editor_kind,
    )


def extract(change: Change) -> list[float]:
    """The features of a change in the order of `FEATURES`; all finite."""
    words_added, words_removed = _words(change.added), _words(change.removed)
    new_words = _surplus(words_added, words_removed)
    n_gone = len(_surplus(words_removed, words_added))
    values = {
        **_size_features(change, n_new=len(new_words), n_gone=n_gone),
        **_character_features(change, new_words),
        **_markup_features(change),
        **_comment_features(change.comment),
        **_editor_features(change.editor_kind),
    }
    return [float(values[name]) for name in FEATURES]


def _size_features(change: Change, *, n_new: int, n_gone: int) -> dict[str, float]:
    n_added, n_removed = len(change.added), len(change.removed)
    return {
        "added_length": log1p(n_added),
        "removed_length": log1p(n_removed),
        "length_change": _signed_log(n_added - n_removed),
        "new_words": log1p(n_new),
        "gone_words": log1p(n_gone),
        "new_share": n_new / (n_new + n_gone) if n_new + n_gone else 0.5,
        "digits_only": change.added != change.removed
        and _without_digits(change.added) == _without_digits(change.removed),
        "blanking": n_removed >= _BLANKING_LENGTH and n_added < _BLANKING_SHARE * n_removed,
    }


def _character_features(change: Change, new_words: list[str]) -> dict[str, float]:
    text = "".join(new_words)
    n_capitals = sum(sign.isupper() for sign in text)
    n_cased = n_capitals + sum(sign.islower() for sign in text)
    n_digits = sum(sign.isdigit() for sign in text)
    n_punctuation = sum(unicodedata.category(sign)[0] in "PS" for sign in text)
    run = _longest_run(change.added)
    return {
        "digit_share": _share(n_digits, len(text)),
        "punctuation_share": _share(n_punctuation, len(text)),
        "capital_share": _share(n_capitals, n_cased),
        "longest_run": log1p(run if run > _longest_run(change.removed) else 0),
        "longest_word": log1p(max(map(len, new_words), default=0)),
        "compressed_size": _compressed_size(" ".join(new_words)),
    }


def _markup_features(change: Change) -> dict[str, float]:
    def gained(mark: str) -> int:
        return change.added.lower().count(mark) - change.removed.lower().count(mark)

    return {
        "link_balance": _signed_log(gained("[[")),
        "template_balance": _signed_log(gained("{{")),
        "reference_balance": _signed_log(gained("<ref")),
        "external_links_added": log1p(max(0, gained("://"))),
        "bracket_imbalance": log1p(
            sum(abs(gained(opening) - gained(closing)) for opening, closing in _BRACKETS)
        ),
    }


def _comment_features(comment: str) -> dict[str, float]:
    marker = _SECTION.match(comment)
    words = (comment[marker.end() :] if marker else comment).strip()
    return {
        "comment_length": log1p(len(words)),
        "comment_section": marker is not None,
        "comment_empty": not words,
    }


def _editor_features(kind: EditorKind) -> dict[str, float]:
    return {
        "editor_without_account": kind in ("unregistered", "temporary"),
        "editor_newcomer": kind == "newcomer",
        "editor_bot": kind == "bot",
    }


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _surplus(items: Iterable[str], others: Iterable[str]) -> list[str]:
    """The items beyond their count in `others`, in order; of equal items the last ones stay."""
    left = Counter(others)
    kept = []
    for item in items:
        if left[item] > 0:
            left[item] -= 1
        else:
            kept.append(item)
    return kept


def _longest_run(text: str) -> int:
    runs = (sum(1 for _ in run) for sign, run in groupby(text) if sign.isalpha() or sign in "!?")
    return max(runs, default=0)


def _without_digits(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())


def _compressed_size(text: str) -> float:
    """Per character, not per byte: UTF-8 spends two bytes on an Arabic letter, zlib about one."""
    if not text:
        return 1.0
    size = len(zlib.compress(text.encode("utf-8", "surrogatepass"), 9)) - _ZLIB_FRAME
    return min(_MAX_COMPRESSED_SIZE, size / len(text))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _signed_log(number: int) -> float:
    return copysign(log1p(abs(number)), number)

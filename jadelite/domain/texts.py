"""Texts of campaigns in several languages: their keys, and which one a reader gets.

Where a text is missing in a reader's language a near language stands in, and says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from jadelite.domain.facets import Facet
from jadelite.domain.judgments import REASON_TAGS

NAME, GUIDELINE = "name", "guideline"
NOTE = "note"  # stands for a question where a form words the note itself
MAX_TEXT, MAX_GUIDELINE = 500, 20_000  # characters

# Texts by (key, language).
Texts = Mapping[tuple[str, str], str]

# Languages whose readers mostly read another one, the nearest first; after MediaWiki's own table.
NEAR: Mapping[str, tuple[str, ...]] = {
    "aeb": ("ar",),
    "an": ("es", "ca"),
    "arq": ("ar",),
    "ary": ("ar",),
    "arz": ("ar",),
    "azb": ("fa",),
    "bqi": ("fa",),
    "ckb": ("fa", "ar"),
    "fit": ("fi",),
    "fkv": ("fi",),
    "gl": ("pt", "es"),
    "glk": ("fa",),
    "krl": ("fi",),
    "ku": ("ckb",),
    "kv": ("ru",),
    "lrc": ("fa",),
    "mzn": ("fa",),
    "oc": ("ca", "fr"),
    "olo": ("fi",),
    "pnb": ("ur",),
    "ps": ("fa",),
    "sdh": ("ckb", "fa"),
    "se": ("fi",),
    "sma": ("sv",),
    "smn": ("fi",),
    "sms": ("fi",),
    "tg": ("fa",),
    "tt": ("ru",),
    "ug": ("zh",),
    "vep": ("fi",),
    "vro": ("et", "fi"),
}


@dataclass(frozen=True)
class Phrase:
    """A text and its language; None for what is of no language, such as a campaign's slug.

    `is_fallback`: the reader's own language has none.
    """

    text: str
    language: str | None = None
    is_fallback: bool = False

    def __bool__(self) -> bool:
        """Whether there is a text at all."""
        return bool(self.text)


@dataclass(frozen=True)
class OwnTexts:
    """What a campaign and its form say in words of their own, by (key, language)."""

    campaign: Texts = field(default_factory=dict)
    form: Texts = field(default_factory=dict)

    def find(self, key: str, language: str) -> str | None:
        """The text of that key in exactly that language: the campaign's before the form's."""
        return self.campaign.get((key, language)) or self.form.get((key, language)) or None

    def languages(self, key: str) -> tuple[str, ...]:
        """Languages that have a text of that key, sorted."""
        both = (*self.campaign, *self.form)
        return tuple(sorted({language for name, language in both if name == key}))


@dataclass(frozen=True)
class Block:
    """A paragraph (one item, perhaps of several lines) or a list (an item for each line)."""

    kind: Literal["paragraph", "list"]
    items: tuple[str, ...]


def chain(language: str, wiki_language: str) -> tuple[str, ...]:
    """Languages to look in, the reader's own first: near ones, the wiki's, then English."""
    found = [language]
    position = 0
    while position < len(found):
        step = found[position]
        found += [near for near in (step.rpartition("-")[0], *NEAR.get(step, ())) if near]
        position += 1
    return tuple(dict.fromkeys((*found, wiki_language, "en")))


def is_same_language(found: str, asked: str) -> bool:
    """Whether a text in `found` needs no excuse to a reader of `asked`: en-GB and en."""
    return found.split("-")[0] == asked.split("-")[0]


def campaign_keys(facet: Facet, own: OwnTexts) -> tuple[str, ...]:
    """Keys of all texts that a campaign may word itself, in the order a reader meets them."""
    keys = [NAME, GUIDELINE]
    forms = {key for key, _ in own.form}
    for question in facet.questions:
        keys += [f"{part}.{question.name}" for part in ("question", "short", "help")]
        for label in question.labels:
            keys.append(f"label.{question.name}.{label}")
            hint = f"hint.{question.name}.{label}"
            keys += [hint] if hint in forms else []
    keys += [key for key in (f"question.{NOTE}", f"help.{NOTE}") if key in forms]
    keys += [f"tag.{tag}" for tag in REASON_TAGS]
    return tuple(keys)


def limit_of(key: str) -> int:
    """How many characters a text of that key may have."""
    return MAX_GUIDELINE if key == GUIDELINE else MAX_TEXT


def blocks(text: str) -> Iterator[Block]:
    """Plain text in paragraphs and lists: a blank line ends one, a line with "- " is an item."""
    lines: list[str] = []
    is_list = False
    for line in [*text.splitlines(), ""]:
        is_item = line.startswith("- ")
        if lines and (not line.strip() or is_item != is_list):
            yield _block(lines, is_list=is_list)
            lines = []
        if line.strip():
            lines.append(line[2:].strip() if is_item else line.strip())
            is_list = is_item


def _block(lines: list[str], *, is_list: bool) -> Block:
    return Block("list", tuple(lines)) if is_list else Block("paragraph", ("\n".join(lines),))

"""Text of a wiki as safe markup in which nothing hides: what can't be seen is shown as a box.

A control that reorders text is taken out, so that it can't reorder the page around it.
"""

import re
import unicodedata

from markupsafe import Markup, escape

ODD_CLASS = "odd"

_NAMES = {
    "\r": "CR", "\xa0": "NBSP", "\xad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u115f": "HCF",
    "\u1160": "HJF", "\u180e": "MVS", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ",
    "\u200e": "LRM", "\u200f": "RLM", "\u2028": "LSEP", "\u2029": "PSEP", "\u202a": "LRE",
    "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\u3164": "HF",
    "\ufeff": "BOM", "\uffa0": "HWHF",
}  # fmt: skip
_UNSEEN = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
# Flags of regions are spelled in such characters, and are seen.
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_ODD = re.compile(rf"{_FLAG}|([{_UNSEEN}])\1*")
# A no-break space is worth telling where something changed; some wikis write them for spaces.
_ODD_OR_NO_BREAK = re.compile(rf"{_FLAG}|(?<![ \xa0])\xa0(?![ \xa0])|([{_UNSEEN}])\1*")
# These turn no text around, and neighbours may need them.
_KEPT = frozenset("\u061c\u200e\u200f\xa0")
_JOINERS = frozenset("\u200c\u200d")
# Below are Latin, Greek and Cyrillic, whose letters never join.
_FIRST_JOINING = 0x530


def visible(text: str, *, is_changed: bool = False) -> Markup:
    """The text, escaped, with a box for each run of characters that can't be seen.

    Joiners stay as they are where they shape letters or signs around them; no-break spaces are
    told only where `is_changed`.
    """
    pattern = _ODD_OR_NO_BREAK if is_changed else _ODD
    # Escaping writes ASCII for ASCII, so what stands beside a joiner is still no letter.
    return Markup(pattern.sub(_box, str(escape(text))))  # noqa: S704  # escaped


def _box(found: re.Match[str]) -> str:
    run = found.group()
    first = run[0]
    if first in _JOINERS and len(run) == 1 and _shapes(first, found):
        return run
    if first not in _NAMES and first == "\U0001f3f4":
        return run
    code = f"U+{ord(first):04X}"
    times = f" ×{len(run)}" if len(run) > 1 else ""  # the sign for times
    kept = first if first in _KEPT else ""
    name = _NAMES.get(first, code)
    return f'<bdi class="{ODD_CLASS}" dir="ltr" title="{code}">{name}{times}</bdi>{kept}'


def _shapes(joiner: str, found: re.Match[str]) -> bool:
    """Whether a joiner changes how its neighbours look."""
    text, start = found.string, found.start()
    before = _can_be_shaped(text[start - 1 : start])
    after = _can_be_shaped(text[found.end() : found.end() + 1])
    return (before or after) if joiner == "\u200d" else (before and after)


def _can_be_shaped(letter: str) -> bool:
    return (
        bool(letter)
        and ord(letter) >= _FIRST_JOINING
        and unicodedata.category(letter)[0] in "LMS"  # letters, marks, emoji and their tones
    )

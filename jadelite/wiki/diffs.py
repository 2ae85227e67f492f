"""The local diff: rows of lines, words marked inside changed lines.

Built on rapidfuzz, because difflib is quadratic on the repetitive text that wiki pages are.
Everything is text here; whoever draws it escapes it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import ratio

from jadelite.domain.diffs import Diff, DiffRow, Segment

CONTEXT_LINES = 2
# What is kept of a diff; pages show it in parts.
MAX_ROWS = 2_000
MAX_CHARACTERS = 400_000
MAX_LINE_LENGTH = 4_000
MAX_KEPT_LENGTH = 20_000  # of one line
MOVED_LENGTH = 20  # characters of a line from which on it is told as moved: "}}" stands anywhere
KEPT_HEAD = 200  # characters shown before the change in a line that is cut
MAX_CELLS = 300_000_000
MAX_PAIRED = 5_000
MAX_CANDIDATES = 20  # lines looked at for a partner of a changed line
# Above this share of common characters two lines count as one changed line (0 to 100).
SIMILAR = 35.0

# Combining marks and joiners belong to the word they stand in: a changed vowel sign or zero-width
# non-joiner marks the whole word, which a reader can see.
_MARKS = "".join(chr(c) for c in range(0x300, 0x3000) if unicodedata.category(chr(c))[0] == "M")
_TOKENS = re.compile(rf"[\w{_MARKS}\u200c\u200d\ufe0f]+|\s+|.", re.DOTALL)


def local_diff(before: str, after: str) -> Diff:
    """The diff of two texts, context folded, cut as `cut_rows` does; whole lines can be moved."""
    old, new = _lines(before), _lines(after)
    blocks = list(_blocks(old, new))
    gone = _moved(blocks)
    come = gone.copy()
    rows: list[DiffRow] = []
    for is_equal, removed, added in blocks:
        if is_equal:
            rows.extend(DiffRow("context", _plain(line), _plain(line)) for line in removed)
        else:
            rows.extend(_changed_block(removed, added, gone, come))
    shown = cut_rows(_fold(rows))
    return Diff(tuple(shown), n_marked(rows, is_after=True), n_marked(rows, is_after=False))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Equal and changed stretches in turn: (is equal, what stood there, what stands there)."""
    head = _n_common(old, new)
    tail = _n_common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if head:
        yield True, old[:head], new[:head]
    yield from _middle(middle_old, middle_new)
    if tail:
        yield True, old[len(old) - tail :], new[len(new) - tail :]


def _middle(old: list[str], new: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    if len(old) * len(new) > MAX_CELLS:  # one bit a cell: beyond this, memory is not worth it
        yield False, old, new
        return
    removed: list[str] = []
    added: list[str] = []
    for step in LCSseq.opcodes(old, new):
        taken, given = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        if step.tag == "equal":
            if removed or added:
                yield False, removed, added
                removed, added = [], []
            yield True, taken, given
        else:  # an insertion and a deletion at one place come as two steps
            removed, added = removed + taken, added + given
    if removed or added:
        yield False, removed, added


def _n_common(one: list[str], other: list[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _changed_block(
    old: list[str], new: list[str], gone: Counter[str], come: Counter[str]
) -> list[DiffRow]:
    """Pair similar lines in order; what has no partner was moved, removed or added whole.

    `gone` and `come` count the moved lines that are still to be told, and are counted down.
    """
    rows: list[DiffRow] = []
    start = 0
    if len(old) > MAX_PAIRED:  # nobody reads that far; pairing would take seconds
        old, rows = [], [_went(line, gone) for line in old]
    for line in old:
        partner = None
        if line.strip() and not gone[line]:
            near = range(start, min(len(new), start + MAX_CANDIDATES))
            partners = (i for i in near if not come[new[i]] and _is_similar(line, new[i]))
            partner = next(partners, None)
        if partner is None:
            rows.append(_went(line, gone))
            continue
        rows.extend(_came(text, come) for text in new[start:partner])
        rows.append(_changed_line(line, new[partner]))
        start = partner + 1
    rows.extend(_came(text, come) for text in new[start:])
    return rows


def _is_similar(one: str, other: str) -> bool:
    # The beginnings tell enough, and whole pages in one line would take seconds.
    head, other_head = one[:MAX_LINE_LENGTH], other[:MAX_LINE_LENGTH]
    return bool(other.strip()) and ratio(head, other_head, score_cutoff=SIMILAR) > 0


def _changed_line(one: str, other: str) -> DiffRow:
    old, new = _TOKENS.findall(one), _TOKENS.findall(other)
    before: list[Segment] = []
    after: list[Segment] = []
    for is_equal, removed, added in _blocks(old, new):
        _append(before, "".join(removed), is_marked=not is_equal)
        _append(after, "".join(added), is_marked=not is_equal)
    return DiffRow("changed", before=tuple(before), after=tuple(after))


def _append(parts: list[Segment], text: str, *, is_marked: bool) -> None:
    if not text:
        return
    if parts and parts[-1].is_marked == is_marked:
        parts[-1] = Segment(parts[-1].text + text, is_marked)
    else:
        parts.append(Segment(text, is_marked))


def _moved(blocks: list[tuple[bool, list[str], list[str]]]) -> Counter[str]:
    """Long lines that go in one place and come in another, each as often as it does both."""
    gone: Counter[str] = Counter()
    come: Counter[str] = Counter()
    for is_equal, removed, added in blocks:
        if not is_equal:
            gone.update(line for line in removed if len(line) >= MOVED_LENGTH)
            come.update(line for line in added if len(line) >= MOVED_LENGTH)
    return gone & come


def _went(line: str, moved: Counter[str]) -> DiffRow:
    is_moved = _is_taken(line, moved)
    return DiffRow("moved-from" if is_moved else "removed", before=(Segment(line, not is_moved),))


def _came(line: str, moved: Counter[str]) -> DiffRow:
    is_moved = _is_taken(line, moved)
    return DiffRow("moved-to" if is_moved else "added", after=(Segment(line, not is_moved),))


def _is_taken(line: str, moved: Counter[str]) -> bool:
    if not moved[line]:
        return False
    moved[line] -= 1
    return True


def _fold(rows: list[DiffRow]) -> list[DiffRow]:
    """Keep CONTEXT_LINES around each change; a gap row stands for the rest."""
    near = [False] * len(rows)
    for index, row in enumerate(rows):
        if row.kind != "context":
            low = max(0, index - CONTEXT_LINES)
            for around in range(low, min(len(rows), index + CONTEXT_LINES + 1)):
                near[around] = True
    folded: list[DiffRow] = []
    hidden = 0
    for row, is_near in zip(rows, near, strict=True):
        if is_near:
            if hidden:
                folded.append(DiffRow("gap", n_lines=hidden))
                hidden = 0
            folded.append(row)
        else:
            hidden += 1
    if hidden:
        folded.append(DiffRow("gap", n_lines=hidden))
    return folded


def cut_rows(rows: list[DiffRow]) -> list[DiffRow]:
    """The rows as they are kept, very long lines cut; beyond the limits one `cut` row.

    The limits are MAX_ROWS rows and MAX_CHARACTERS on both sides together.
    """
    shown: list[DiffRow] = []
    left = MAX_CHARACTERS
    for row in islice(rows, MAX_ROWS):
        short = _short(row)
        left -= sum(len(part.text) for side in (short.before, short.after) for part in side or ())
        if left < 0 and shown:
            break
        shown.append(short)
    if len(rows) > len(shown):
        shown.append(DiffRow("cut", n_lines=len(rows) - len(shown)))
    return shown


def _short(row: DiffRow) -> DiffRow:
    """Cut very long lines, both sides alike and so that the change stays in view."""
    n_head = min((_n_plain_head(side) for side in (row.before, row.after) if side), default=0)
    n_cut = max(0, n_head - KEPT_HEAD) if row.kind == "changed" else 0
    before, after = _short_side(row.before, n_cut), _short_side(row.after, n_cut)
    return DiffRow(row.kind, before, after, row.n_lines)


def _n_plain_head(side: tuple[Segment, ...]) -> int:
    return 0 if side[0].is_marked else len(side[0].text)


def _short_side(side: tuple[Segment, ...] | None, n_cut: int) -> tuple[Segment, ...] | None:
    if side is None or sum(len(part.text) for part in side) <= MAX_KEPT_LENGTH:
        return side
    parts: list[Segment] = []
    left = MAX_KEPT_LENGTH
    for index, part in enumerate(side):
        text = "…" + part.text[n_cut:] if index == 0 and n_cut else part.text
        parts.append(Segment(text[:left] + ("…" if len(text) > left else ""), part.is_marked))
        left -= len(text)
        if left <= 0:
            break
    return tuple(parts)


def _plain(line: str) -> tuple[Segment, ...]:
    return (Segment(line),) if line else ()


def n_marked(rows: list[DiffRow], *, is_after: bool) -> int:
    """How many characters are marked on one side of all rows."""
    sides = [row.after if is_after else row.before for row in rows if row.kind != "context"]
    return sum(len(part.text) for side in sides if side for part in side if part.is_marked)

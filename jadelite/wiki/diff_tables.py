"""The diff that a wiki draws as rows of an HTML table, read as rows of plain text.

No markup of a wiki goes any further than this: whatever stands in a cell becomes text.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.wiki.diffs import cut_rows, n_marked

# Beside what the two engines write for text: what Wikibase puts into the cells of its statements.
_INLINE = frozenset({"div", "a", "span", "b", "i", "em", "strong", "code", "bdi", "ul", "li"})
_MARKS = frozenset({"ins", "del"})
# The reader of the standard library takes quadratic time on markup that isn't whole.
_WHOLE_TAG = re.compile(r"<(?:/?[a-z][^<>]{0,2000}|!--[^<>]{0,2000}--)>")
_DIRECTION_MARKS = "\u200e\u200f"
_NUMBER = re.compile(r"\d(?:[\d.,'\u066b\u066c\u2019\s]*\d)?")


@dataclass
class _Cell:
    """One cell of a row: its classes, its text in runs, and whether a sign for moved stands in."""

    classes: frozenset[str]
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    n_open_marks: int = 0
    is_moved: bool = False

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(
            Segment("".join(piece for piece, _ in run), is_marked)
            for is_marked, run in groupby(self.pieces, key=itemgetter(1))
        )


def parse_compare(html: str) -> Diff:
    """The diff in the table rows of action=compare, of either engine; empty for no rows.

    At most MAX_ROWS rows are shown, then one `cut` row. The PHP engine writes some spaces as
    no-break spaces; they stay. Raises ValueError for what is no such table, or is cut short.
    """
    if len(_WHOLE_TAG.findall(html)) != html.count("<"):
        raise ValueError("a tag isn't whole")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.check_end()
    rows = reader.rows
    shown = tuple(cut_rows(rows))
    return Diff(shown, n_marked(rows, is_after=True), n_marked(rows, is_after=False))


class _Reader(HTMLParser):
    """Collects cells of a table row, and the rows they make."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[DiffRow] = []
        self._cells: list[_Cell] | None = None
        self._cell: _Cell | None = None
        self._next_line = 1  # on the left side, of the line that comes next

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr" and self._cells is None:
            self._cells = []
        elif tag in ("td", "th") and self._cells is not None and self._cell is None:
            # A heading names the part of the page that the rows below it are of.
            self._cell = _Cell(_classes(attrs) | ({"diff-lineno"} if tag == "th" else set()))
            self._cells.append(self._cell)
        elif self._cell is not None and tag in _MARKS:
            self._cell.n_open_marks += 1
        elif self._cell is not None and tag in _INLINE:
            if tag == "a" and any(name.startswith("mw-diff-movedpara") for name in _classes(attrs)):
                self._cell.is_moved = True
        elif self._cell is None or tag != "br":
            raise ValueError(f"a table of a diff has no <{tag}> here")

    def handle_endtag(self, tag: str) -> None:
        if self._cell is not None and tag in _MARKS and self._cell.n_open_marks:
            self._cell.n_open_marks -= 1
        elif tag in ("td", "th") and self._cell is not None and not self._cell.n_open_marks:
            self._cell = None
        elif tag == "tr" and self._cells is not None and self._cell is None:
            self._finish(self._cells)
            self._cells = None
        elif self._cell is None or tag not in _INLINE | {"br"}:
            raise ValueError(f"a table of a diff has no </{tag}> here")

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.pieces.append((data, self._cell.n_open_marks > 0))
        elif data.strip():
            raise ValueError("text stands outside of the cells")

    def check_end(self) -> None:
        """Raise ValueError where a row is still open."""
        if self._cells is not None:
            raise ValueError("the table is cut short")

    def _finish(self, cells: list[_Cell]) -> None:
        left, right, is_moved = None, None, False
        labels: list[str] = []
        for cell in cells:
            if "diff-marker" in cell.classes:
                is_moved |= cell.is_moved
            elif "diff-lineno" in cell.classes:
                labels.append(cell.text)
            elif "diff-deletedline" in cell.classes and left is None:
                left = cell
            elif "diff-addedline" in cell.classes and right is None:
                right = cell
            elif "diff-context" in cell.classes and right is None:
                left, right = (cell, None) if left is None else (left, cell)
            elif cell.text.strip():
                raise ValueError("a cell is of no known kind")
        if labels and left is None and right is None:
            self._begin_block(labels)
        elif left is not None or right is not None:
            self.rows.append(_row(left, right, is_moved=is_moved))
            self._next_line += left is not None

    def _begin_block(self, labels: list[str]) -> None:
        """A block of lines begins; its label says at which line, or of which thing it is."""
        number = _line_number(labels[0])
        name = next((label.strip() for label in labels if label.strip()), "")
        if number is not None:
            n_lines, self._next_line = number - self._next_line, number
            if n_lines > 0:
                self.rows.append(DiffRow("gap", n_lines=n_lines))
        elif name:  # "Property / P31": without it nobody knows what the values are of
            self.rows.append(DiffRow("context", (Segment(name),), (Segment(name),)))
        elif self.rows:
            self.rows.append(DiffRow("gap", n_lines=0))


def _row(left: _Cell | None, right: _Cell | None, *, is_moved: bool) -> DiffRow:
    if right is None and left is not None and "diff-context" in left.classes:
        raise ValueError("an unchanged line stands on one side only")
    before, after = (cell.segments if cell else None for cell in (left, right))
    if after is None:
        kept = before if is_moved else _whole(before)
        return DiffRow("moved-from" if is_moved else "removed", before=kept)
    if before is None:
        kept = after if is_moved else _whole(after)
        return DiffRow("moved-to" if is_moved else "added", after=kept)
    has_marks = any(part.is_marked for part in before + after)
    if before == after and not has_marks:
        return DiffRow("context", before, after)
    if not has_marks:  # an engine that gave up on the words of a line changed it as a whole
        before, after = _whole(before), _whole(after)
    return DiffRow("changed", before, after)


def _whole(side: tuple[Segment, ...] | None) -> tuple[Segment, ...]:
    return (Segment("".join(part.text for part in side or ()), True),)


def _classes(attrs: list[tuple[str, str | None]]) -> frozenset[str]:
    return frozenset((dict(attrs).get("class") or "").split())


def _line_number(label: str) -> int | None:
    """The number in "Line 1,759:", in any script; None for a label of another kind."""
    stripped = label.strip().strip(_DIRECTION_MARKS).strip()
    numbers = _NUMBER.findall(stripped)
    if not stripped.endswith((":", "\uff1a")) or len(numbers) != 1:
        return None
    digits = "".join(letter for letter in numbers[0] if letter.isdecimal())
    return int(digits) if len(digits) < 10 else None

"""A diff as a page shows it: one part of its rows, each line ready as safe markup.

Templates draw the frame; here is decided what stands in a part, what is folded, which moved lines
belong together, and each line's own direction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_babel import ngettext
from markupsafe import Markup, escape

from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.domain.edits import Direction
from jadelite.domain.errors import NotFound
from jadelite.web.locale import line_direction, number
from jadelite.web.wikitext import ODD_CLASS, visible

# One part: more is neither read at once nor quick on a slow line.
MAX_ROWS = 200
MAX_CHARACTERS = 30_000
CONTEXT_KEPT = 2  # unchanged lines beside a change
LEAST_FOLDED = 3
# A line longer than this is folded around what changed in it.
LONG_LINE = 1_200
PLAIN_KEPT = 250  # unchanged characters beside a change
MARKED_KEPT = 900
LEAST_HIDDEN = 100
WORD_LENGTH = 40

Shape = Literal["new-page", "blanked", "edit"]


@dataclass(frozen=True)
class Side:
    """A line on one side of the change: its direction, and its text as markup."""

    direction: Direction
    html: Markup


@dataclass(frozen=True)
class Line:
    """A row as the template draws it; `kind` as in domain.diffs, or "fold".

    `place` of the row in the diff; `partner` the place of the other end of a moved line, where that
    is in the same part. A fold stands for the unchanged `lines`.
    """

    kind: str
    place: int
    before: Side | None = None
    after: Side | None = None
    n_lines: int = 0
    partner: int | None = None
    lines: tuple["Line", ...] = ()


@dataclass(frozen=True)
class DiffPart:
    """A part of a diff, counted from 1; `has_odd` where boxes stand for unseen characters."""

    lines: tuple[Line, ...]
    number: int
    n_parts: int
    shape: Shape
    has_odd: bool


def diff_part(diff: Diff, number: int, direction: Direction) -> DiffPart:
    """The part of that number. Raises NotFound for one that isn't there.

    `direction` of the wiki, for lines without any letter.
    """
    starts = part_starts(diff.rows)
    if not 1 <= number <= len(starts):
        raise NotFound("no-part", f"there is no part {number}, expected 1 to {len(starts)}")
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(diff.rows)
    partners = _partners(diff.rows, start, end)
    drawn = [
        _line(row, place, partners.get(place), direction)
        for place, row in enumerate(diff.rows[start:end], start)
    ]
    return DiffPart(
        lines=tuple(_folded(drawn)),
        number=number,
        n_parts=len(starts),
        shape=shape_of(diff),
        has_odd=any(ODD_CLASS in side.html for line in drawn for side in _sides(line)),
    )


def part_starts(rows: Sequence[DiffRow]) -> list[int]:
    """Where each part begins; at least one part, and no row twice."""
    starts, n_rows, n_characters = [0], 0, 0
    for place, row in enumerate(rows):
        length = sum(len(part.text) for side in (row.before, row.after) for part in side or ())
        if row.kind == "context":  # drawn once
            length //= 2
        if n_rows and (n_rows == MAX_ROWS or n_characters + length > MAX_CHARACTERS):
            starts.append(place)
            n_rows, n_characters = 0, 0
        n_rows += 1
        n_characters += length
    return starts


def shape_of(diff: Diff) -> Shape:
    """Whether nothing stood there before, or nothing does any more."""
    kinds = {row.kind for row in diff.rows} - {"cut"}
    if kinds == {"added"}:
        return "new-page"
    return "blanked" if kinds == {"removed"} else "edit"


def text_parts(text: str) -> list[str]:
    """A text in parts of about MAX_CHARACTERS, cut between lines where that can be; at least one.

    Joined they are the text.
    """
    parts: list[str] = []
    start = 0
    while len(text) - start > MAX_CHARACTERS:
        end = text.rfind("\n", start, start + MAX_CHARACTERS) + 1 or start + MAX_CHARACTERS
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]


def _sides(line: Line) -> Iterator[Side]:
    for side in (line.before, line.after):
        if side is not None:
            yield side


def _line(row: DiffRow, place: int, partner: int | None, direction: Direction) -> Line:
    return Line(
        kind=row.kind,
        place=place,
        before=None if row.kind == "context" else _side(row.before, "del", direction),
        after=_side(row.after, "ins", direction),
        n_lines=row.n_lines,
        partner=partner,
    )


def _side(segments: tuple[Segment, ...] | None, tag: str, direction: Direction) -> Side | None:
    if segments is None:
        return None
    is_long = sum(len(part.text) for part in segments) > LONG_LINE
    html = "".join(
        [
            _segment(part, tag, is_long=is_long, place=place, n_segments=len(segments))
            for place, part in enumerate(segments)
        ]
    )
    # An empty line is as high as any other.
    markup = Markup(html or "&nbsp;")  # noqa: S704  # `visible` escaped its pieces
    return Side(line_direction(segments, direction), markup)


def _segment(part: Segment, tag: str, *, is_long: bool, place: int, n_segments: int) -> str:
    if not part.is_marked:
        # What stands beside a change is kept; of a line without one its beginning.
        head = PLAIN_KEPT if place or n_segments == 1 else 0
        tail = PLAIN_KEPT if place < n_segments - 1 else 0
        return _shortened(part, head, tail) if is_long else visible(part.text)
    html = _shortened(part, MARKED_KEPT, 0) if is_long else visible(part.text, is_changed=True)
    return f"<{tag}>{html}</{tag}>"


def _shortened(part: Segment, head: int, tail: int) -> str:
    """The text with its middle folded, unless that is not worth it."""
    text = part.text
    if len(text) - head - tail < LEAST_HIDDEN:
        return visible(text, is_changed=part.is_marked)
    # Between words where that is near: a cut within one would change how its letters look.
    start = (text.rfind(" ", head - WORD_LENGTH, head) + 1 or head) if head else 0
    end = len(text) - tail
    end = (text.find(" ", end, end + WORD_LENGTH) + 1 or end) if tail else end
    n_hidden = end - start
    words = ngettext(
        "%(count)s more character", "%(count)s more characters", n_hidden, count=number(n_hidden)
    )
    cuts = (text[:start], text[start:end], text[end:])
    first, hidden, last = (visible(cut, is_changed=part.is_marked) for cut in cuts)
    summary = f"<summary>… {escape(words)} …</summary>"
    return f'{first}<details class="more">{summary}{hidden}</details>{last}'


def _partners(rows: Sequence[DiffRow], start: int, end: int) -> dict[int, int]:
    """Ends of moved lines by place, both ways, where both are in the part."""
    gone: dict[str, list[int]] = {}
    for place in range(start, end):
        if rows[place].kind == "moved-from":
            gone.setdefault(_kept_text(rows[place].before), []).append(place)
    partners: dict[int, int] = {}
    for place in range(start, end):
        if rows[place].kind == "moved-to" and gone.get(_kept_text(rows[place].after)):
            other = gone[_kept_text(rows[place].after)].pop(0)
            partners[place], partners[other] = other, place
    return partners


def _kept_text(side: tuple[Segment, ...] | None) -> str:
    """What did not change in a moved line: the same at both ends."""
    return "".join(part.text for part in side or () if not part.is_marked)


def _folded(lines: list[Line]) -> Iterator[Line]:
    """The lines; of a long run of unchanged ones only those beside a change are in view."""
    run: list[Line] = []
    is_first = True
    for line in [*lines, None]:
        if line is not None and line.kind == "context":
            run.append(line)
            continue
        n_before = 0 if is_first else CONTEXT_KEPT
        n_after = 0 if line is None else CONTEXT_KEPT
        middle = run[n_before : len(run) - n_after]
        if len(middle) >= LEAST_FOLDED:
            yield from run[:n_before]
            yield Line("fold", middle[0].place, n_lines=len(middle), lines=tuple(middle))
            yield from run[len(run) - n_after :]
        else:
            yield from run
        run, is_first = [], False
        if line is not None:
            yield line

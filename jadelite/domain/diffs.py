"""A change as rows of text, ready to be drawn: what was removed, what was added, word by word."""

from dataclasses import dataclass
from typing import Any, Literal

RowKind = Literal["context", "changed", "added", "removed", "moved-from", "moved-to", "gap", "cut"]


@dataclass(frozen=True)
class Segment:
    """A run of text; `is_marked` where it differs from the other side."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class DiffRow:
    """One line on both sides.

    `before` is None for an added line, `after` for a removed one. A paragraph that was moved stands
    twice: as `moved-from` with `before` only, as `moved-to` with `after` only; what changed in it
    is marked. A `gap` stands for `n_lines` unchanged lines left out (0: a wiki didn't say how
    many), a `cut` for `n_lines` rows beyond the size that is shown.
    """

    kind: RowKind
    before: tuple[Segment, ...] | None = None
    after: tuple[Segment, ...] | None = None
    n_lines: int = 0


@dataclass(frozen=True)
class Diff:
    """All rows of a change, and how much text came and went (in characters)."""

    rows: tuple[DiffRow, ...]
    n_added: int
    n_removed: int

    def to_json(self) -> dict[str, Any]:
        """Plain data for storage."""
        return {
            "n_added": self.n_added,
            "n_removed": self.n_removed,
            "rows": [
                [row.kind, _pack(row.before), _pack(row.after), row.n_lines] for row in self.rows
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Diff":
        """The diff that `to_json` stored."""
        rows = tuple(
            DiffRow(kind, _unpack(before), _unpack(after), n_lines)
            for kind, before, after, n_lines in data["rows"]
        )
        return cls(rows, data["n_added"], data["n_removed"])


def _pack(side: tuple[Segment, ...] | None) -> list[list[Any]] | None:
    return None if side is None else [[part.text, int(part.is_marked)] for part in side]


def _unpack(side: list[list[Any]] | None) -> tuple[Segment, ...] | None:
    return None if side is None else tuple(Segment(text, bool(mark)) for text, mark in side)

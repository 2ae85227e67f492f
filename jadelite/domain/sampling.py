"""How a frame is cut into strata and how many edits each gets: rules without chance or arrays.

The planner (pages) and the draw (worker) both ask here, so that what was planned is what is drawn.
Which edits are drawn is for `metrics.sampling`.

The rule in full. Bins of the score have the edges BASE_EDGES and every threshold in force, closed
on the left, so that "score >= threshold" is a union of bins; the last one holds 1. Split by editor,
groups with fewer than MIN_STRATUM edits in the frame are put together as "other". Within a group a
stratum with fewer than MIN_STRATUM edits is joined to the smaller of its neighbours, the smallest
stratum first, and the lower at ties; never across a threshold in force. While the sample gives
fewer than MEAN_DRAWN edits to a stratum on average, the smallest is joined in the same way; then
the split by editor is given up; a stratum beside no other on its side of the thresholds stays.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

BASE_EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
MIN_STRATUM = 20  # edits of the frame
MEAN_DRAWN = 6  # edits drawn from a stratum on average
MIN_DRAWN = 2  # fewer can't say how much a stratum varies
SCORE_FLOOR = 0.02  # a stratum is never taken for surer than this: models are wrong where sure
OTHER = "other"

# What people are told apart by where a sample is split by editor.
EDITOR_GROUPS = {
    "temporary": "unregistered",
    "unregistered": "unregistered",
    "newcomer": "newcomer",
    "registered": "registered",
    "bot": "bot",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class Cell:
    """Edits of one bin (position, from 0) and kind of editor; `mean_score` in 0..1."""

    bin: int
    editor_kind: str
    n_edits: int
    mean_score: float


@dataclass(frozen=True)
class Stratum:
    """A part of a frame that is drawn from at one rate: n_drawn of n_edits.

    Scores in [low, high), the last up to 1 and with it. `editor_group` None: all editors; "other":
    all that have no stratum of their own group in the design.
    """

    low: float
    high: float
    editor_group: str | None
    n_edits: int
    mean_score: float
    n_drawn: int = 0

    @property
    def label(self) -> str:
        """Its name in tables, such as "score 0.9-1, newcomer"."""
        name = f"score {self.low:g}-{self.high:g}"
        return name if self.editor_group is None else f"{name}, {self.editor_group}"

    @property
    def inclusion_probability(self) -> float:
        """pi = n_h / N_h of each of its edits."""
        return self.n_drawn / self.n_edits


def bin_edges(thresholds: Iterable[float]) -> tuple[float, ...]:
    """The base edges and every threshold within 0..1, rising, each once."""
    inside = (value for value in thresholds if 0 <= value <= 1)
    return tuple(sorted({*BASE_EDGES, *inside}))


def make_strata(
    cells: Iterable[Cell],
    edges: Sequence[float],
    *,
    cuts: Iterable[float],
    is_by_editor: bool,
    n: int,
) -> tuple[Stratum, ...]:
    """The strata of a frame for a sample of n, by group and then by score, without empty ones.

    `edges` as `bin_edges` gives them; `cuts` are the thresholds that no stratum may cross. How many
    each gets is for `allocate`.
    """
    held, borders = list(cells), frozenset(cuts)
    for groups in (_grouped(held) if is_by_editor else {}, {}):
        parts: dict[str | None, list[Stratum]] = {}
        for cell in held:
            one = Stratum(
                edges[cell.bin],
                edges[cell.bin + 1],
                groups.get(cell.editor_kind),
                cell.n_edits,
                cell.mean_score,
            )
            parts.setdefault(one.editor_group, []).append(one)
        strata = [
            stratum
            for group in sorted(parts, key=lambda name: name or "")
            for stratum in _without_gaps(parts[group])
        ]
        strata = _joined(strata, borders, n)
        if len(strata) * MEAN_DRAWN <= n:
            break
    return tuple(strata)


def stratum_of(strata: Sequence[Stratum], edges: Sequence[float], editor_kind: str) -> list[int]:
    """For a kind of editor, the position of the stratum of each bin; -1 where it has none."""
    groups = {stratum.editor_group for stratum in strata}
    group: str | None = None
    if groups != {None}:
        group = EDITOR_GROUPS[editor_kind]
        group = group if group in groups else OTHER
    places = []
    for low in edges[:-1]:
        found = (
            place
            for place, stratum in enumerate(strata)
            if stratum.editor_group == group and stratum.low <= low < stratum.high
        )
        places.append(next(found, -1))
    return places


def allocate(strata: Sequence[Stratum], n: int) -> tuple[Stratum, ...]:
    """The strata with their n_drawn, which sum to n; to all edits where n reaches them.

    Half of n goes by Neyman's rule, in proportion to N_h sqrt(p (1 - p)), p the mean score but at
    least SCORE_FLOOR away from 0 and 1; half in equal parts. Each stratum gets MIN_DRAWN at least
    (all its edits, where it has fewer) and all its edits at most; what such a bound takes or leaves
    the others share in proportion. Parts of edits go to the largest remainders, the first at ties.
    Raises ValueError where n can't give every stratum its least.
    """
    if n >= sum(stratum.n_edits for stratum in strata):
        return tuple(replace(stratum, n_drawn=stratum.n_edits) for stratum in strata)
    if n < least(strata):
        raise ValueError(f"n is {n}, expected at least {least(strata)}")
    spread = [stratum.n_edits * _spread(stratum.mean_score) for stratum in strata]
    total = math.fsum(spread)
    shares = [part / total / 2 + 1 / len(strata) / 2 for part in spread]
    counts = _rounded(_bounded(strata, shares, n), strata, n)
    return tuple(
        replace(stratum, n_drawn=count) for stratum, count in zip(strata, counts, strict=True)
    )


def least(strata: Iterable[Stratum]) -> int:
    """The fewest edits that a sample of these strata can have."""
    return sum(min(MIN_DRAWN, stratum.n_edits) for stratum in strata)


def _spread(mean_score: float) -> float:
    p = min(max(mean_score, SCORE_FLOOR), 1 - SCORE_FLOOR)
    return math.sqrt(p * (1 - p))


def _grouped(cells: Iterable[Cell]) -> dict[str, str]:
    """The group of each kind of editor; small groups are one, "other"."""
    sizes: dict[str, int] = {}
    for cell in cells:
        group = EDITOR_GROUPS[cell.editor_kind]
        sizes[group] = sizes.get(group, 0) + cell.n_edits
    rising = sorted(sizes, key=lambda name: (sizes[name], name))
    small = [name for name in rising if sizes[name] < MIN_STRATUM]
    if small and sum(sizes[name] for name in small) < MIN_STRATUM:
        small = rising[: len(small) + 1]
    if len(small) == len(sizes):
        return {}
    return {
        kind: OTHER if group in small else group
        for kind, group in EDITOR_GROUPS.items()
        if group in sizes
    }


def _without_gaps(cells: Iterable[Stratum]) -> list[Stratum]:
    """One stratum a bin, rising."""
    merged: dict[float, Stratum] = {}
    for cell in sorted(cells, key=lambda item: item.low):
        if cell.n_edits:
            before = merged.get(cell.low)
            merged[cell.low] = cell if before is None else _together(before, cell)
    return list(merged.values())


def _joined(strata: list[Stratum], cuts: frozenset[float], n: int) -> list[Stratum]:
    while True:
        pairs = [
            place
            for place, (one, other) in enumerate(itertools.pairwise(strata))
            if one.editor_group == other.editor_group
            and not any(one.high <= cut <= other.low for cut in cuts)
        ]
        joinable = {place for pair in pairs for place in (pair, pair + 1)}
        if not joinable:
            return strata
        smallest = min(joinable, key=lambda place: (strata[place].n_edits, place))
        is_enough = len(strata) * MEAN_DRAWN <= n
        if is_enough and strata[smallest].n_edits >= MIN_STRATUM:
            return strata
        # Both pairs it can be part of: the one with the smaller partner, the lower at ties.
        pair = min(
            (place for place in (smallest - 1, smallest) if place in pairs),
            key=lambda place: strata[place].n_edits + strata[place + 1].n_edits,
        )
        strata = [*strata[:pair], _together(*strata[pair : pair + 2]), *strata[pair + 2 :]]


def _together(one: Stratum, other: Stratum) -> Stratum:
    n_edits = one.n_edits + other.n_edits
    mean = (one.n_edits * one.mean_score + other.n_edits * other.mean_score) / n_edits
    return replace(one, high=other.high, n_edits=n_edits, mean_score=mean)


def _bounded(strata: Sequence[Stratum], shares: Sequence[float], n: int) -> list[float]:
    """Parts of n in proportion to shares where the bounds leave that free; found by halving."""

    def parts(scale: float) -> list[float]:
        return [
            min(max(scale * share, min(MIN_DRAWN, stratum.n_edits)), stratum.n_edits)
            for stratum, share in zip(strata, shares, strict=True)
        ]

    low, high = (
        0.0,
        max(stratum.n_edits / share for stratum, share in zip(strata, shares, strict=True)),
    )
    for _ in range(100):
        middle = (low + high) / 2
        if math.fsum(parts(middle)) < n:
            low = middle
        else:
            high = middle
    return parts(high)


def _rounded(parts: Sequence[float], strata: Sequence[Stratum], n: int) -> list[int]:
    # The halving ends a hair above: a part that should be whole must not lose its unit to that.
    counts = [math.floor(part + 1e-9) for part in parts]
    by_remainder = sorted(
        range(len(parts)), key=lambda place: (counts[place] - parts[place], place)
    )
    missing = n - sum(counts)
    for place in by_remainder:
        if missing > 0 and counts[place] < strata[place].n_edits:
            counts[place] += 1
            missing -= 1
    return counts

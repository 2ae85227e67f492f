"""A model on parts of the edits: kinds of editor, namespaces, sizes, devices, hours of the day."""

from dataclasses import dataclass, replace

import numpy as np

from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import Slice
from jadelite.metrics import rates
from jadelite.metrics.groups import MIN_CELL, benjamini_hochberg, by_group, mean_residual
from jadelite.metrics.rates import Rate
from jadelite.metrics.ratios import ratio
from jadelite.metrics.resampling import Patterns
from jadelite.metrics.result import Estimate
from jadelite.metrics.survey import Sample
from jadelite.report.cases import Cases, Floats, Ints, Mask, sample_of
from jadelite.report.figures import figure, no_figure
from jadelite.report.snapshot import EDITORS, UNKNOWN, Snapshot

MUCH = 500  # bytes
SIZES = ("removes-much", "removes", "adds", "adds-much")
DEVICES = ("desktop", "mobile")
HOURS = ("0-6", "6-12", "12-18", "18-24")
MAX_NAMESPACES = 12
N_SCORES = 100  # cells of the score within which cases of a part are taken together


@dataclass(frozen=True, eq=False)
class _Dimension:
    """A way to cut the edits into parts: names, and the code of each case's part, shape (N,).

    UNKNOWN where nobody knows it; such cases are in no part. `reference` is one of the names.
    """

    name: str
    parts: tuple[str, ...]
    code: Ints
    reference: str


@dataclass(frozen=True, eq=False)
class _Residuals:
    """Cases with about the same score as one row: mean scores and codes of parts, shape (P,)."""

    sample: Sample
    score: Floats
    code: Ints

    def of(self, part: int) -> Estimate:
        """The mean residual of a part."""
        return mean_residual(self.sample, self.score, held=self.code == part)


def slices_of(snapshot: Snapshot, cases: Cases) -> tuple[Slice, ...]:
    """The parts that have cases, by dimension; p values are adjusted over all of them."""
    found = [
        part
        for dimension in _dimensions(snapshot, cases)
        for part in _slices(snapshot, cases, dimension)
    ]
    adjusted = benjamini_hochberg([one.p_adjusted for one in found])
    return tuple(replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True))


def _dimensions(snapshot: Snapshot, cases: Cases) -> tuple[_Dimension, ...]:
    edits, rows = snapshot.edits, cases.rows
    editor = np.asarray(edits.editor)[rows].astype(np.int64)
    kinds = EDITORS.index("unknown")
    namespace = np.asarray(edits.namespace)[rows].astype(np.int64)
    has_namespace = np.asarray(edits.has_namespace)[rows] == 1
    names = _most_frequent(namespace[has_namespace])
    place = np.searchsorted(names, namespace)
    is_named = has_namespace & np.isin(namespace, names)
    hour = np.asarray(edits.hour)[rows].astype(np.int64)
    return (
        _Dimension(
            "editor", EDITORS[:kinds], np.where(editor < kinds, editor, UNKNOWN), "registered"
        ),
        _Dimension(
            "namespace",
            tuple(str(one) for one in names.tolist()),
            np.where(is_named, place, UNKNOWN),
            "0",
        ),
        _Dimension("size", SIZES, _size(np.asarray(edits.size_change)[rows]), "adds"),
        _Dimension(
            "device", DEVICES, np.asarray(edits.is_mobile)[rows].astype(np.int64), "desktop"
        ),
        _Dimension("hour", HOURS, np.where(hour == UNKNOWN, UNKNOWN, hour // 6), "12-18"),
    )


def _slices(snapshot: Snapshot, cases: Cases, dimension: _Dimension) -> list[Slice]:
    """One for each part with cases; p values as they are."""
    n_parts = len(dimension.parts)
    every = np.where(dimension.code == UNKNOWN, n_parts, dimension.code)
    alike = cases.alike(cases.flagged, every)
    sample, code = _sample(snapshot, cases, alike), every[alike.first]
    flagged = cases.flagged[alike.first]
    scored = cases.alike(every, np.floor(cases.score * N_SCORES).astype(np.int64))
    residuals = _Residuals(
        _sample(snapshot, cases, scored),
        np.clip(scored.mean(cases.score), 0.0, 1.0),
        every[scored.first],
    )
    present = np.bincount(code, minlength=n_parts + 1)[:n_parts] > 0
    if dimension.reference not in dimension.parts:
        return [
            _slice(dimension, part, sample, flagged, code == part, residuals)
            for part in np.flatnonzero(present).tolist()
        ]
    groups = by_group(
        sample,
        rates.false_positive_rate(flagged),
        code,
        n_groups=n_parts + 1,
        reference=dimension.parts.index(dimension.reference),
    )
    return [
        replace(
            _slice(dimension, part, sample, flagged, code == part, residuals),
            false_positive_rate=figure(groups[part].rate),
            false_positive_ratio=figure(groups[part].times),
            false_positive_gap=figure(groups[part].gap),
            p_adjusted=None if groups[part].is_small else groups[part].p_value,
        )
        for part in np.flatnonzero(present).tolist()
    ]


def _sample(snapshot: Snapshot, cases: Cases, alike: Patterns) -> Sample:
    first, n = alike.first, alike.multiplicity
    y = cases.sample.y[first]
    return sample_of(snapshot, cases.rows[first], y, model=cases.model, counts=n)


def _slice(
    dimension: _Dimension,
    part: int,
    sample: Sample,
    flagged: Mask,
    held: Mask,
    residuals: _Residuals,
) -> Slice:
    n_cases = round(float((sample.counts * held).sum()))
    without = no_figure("no-reference", method="mover")
    return Slice(
        dimension=dimension.name,
        value=dimension.parts[part],
        is_reference=dimension.parts[part] == dimension.reference,
        n_cases=n_cases,
        prevalence=_rate(sample, rates.prevalence(held.size), held, n_cases),
        precision=_rate(sample, rates.precision(flagged), held, n_cases),
        recall=_rate(sample, rates.recall(flagged), held, n_cases),
        false_positive_rate=_rate(sample, rates.false_positive_rate(flagged), held, n_cases),
        false_positive_ratio=without,
        false_positive_gap=without,
        residual=figure(residuals.of(part)),
        p_adjusted=None,
    )


def _rate(sample: Sample, rate: Rate, held: Mask, n_cases: int) -> Figure:
    if n_cases < MIN_CELL:
        return no_figure("small-cell", n=n_cases)
    return figure(ratio(sample, rate.where(held)))


def _most_frequent(namespaces: Ints) -> Ints:
    """The numbers of the namespaces with most cases, ascending."""
    names, n = np.unique(namespaces, return_counts=True)
    kept = np.argsort(-n, kind="stable")[:MAX_NAMESPACES]
    return np.sort(names[kept])


def _size(change: Floats) -> Ints:
    """Part of each change in bytes, UNKNOWN where it is unknown; one that changes nothing adds."""
    edges = np.array([-float(MUCH), 0.0, MUCH + 1.0])
    part = np.searchsorted(edges, change, side="right")
    return np.where(np.isnan(change), UNKNOWN, part).astype(np.int64)

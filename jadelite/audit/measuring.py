"""Figures about anybody's CSV file, without a database: for `jadelite metrics`.

Through `metrics` it imports numpy, so only the command line calls it, never a web process.
"""

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from jadelite.audit.csv_files import read_columns
from jadelite.audit.data_files import Texts, Wanted
from jadelite.domain.errors import Invalid
from jadelite.metrics.agreement import krippendorff_alpha, percent_agreement
from jadelite.metrics.areas import average_precision, roc_auc
from jadelite.metrics.calibration import ece, reliability
from jadelite.metrics.classification import Confusion
from jadelite.metrics.crossed import Coefficient, crossed_interval
from jadelite.metrics.curves import confusions
from jadelite.metrics.dawid_skene import DawidSkene, dawid_skene
from jadelite.metrics.kappa import fleiss_kappa, gwet_ac1
from jadelite.metrics.long_form import LongForm, is_label, long_form, of_two_raters
from jadelite.metrics.pairwise import cohen_kappa, conger_kappa
from jadelite.metrics.probability_scores import brier, log_loss
from jadelite.metrics.result import Estimate

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Interval = Literal["analytic", "item-bootstrap", "crossed-bootstrap"]
LEVELS: tuple[Level, ...] = get_args(Level)
INTERVALS: tuple[Interval, ...] = get_args(Interval)
# Tables of units, or of raters and their errors, by labels hold so many numbers at most: 0.8 GB.
MAX_CELLS = 100_000_000
# Squares of weights are summed: they must neither overflow nor vanish.
MAX_WEIGHT, MAX_TIMES = 1e100, 1e15
_YES = {"1", "1.0", "true", "yes", "y", "t"}
_NO = {"0", "0.0", "false", "no", "n", "f"}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class LongTable:
    """Judgments of a file in long form, as codes into names.

    `items`, `raters` and `labels` have one code for each row with a label: places in `item_names`,
    `rater_names` and `label_names`, which stand in the order in which they were met. `n_rows`
    stood in the file, `n_empty` of them without a label.
    """

    items: Sequence[int]
    raters: Sequence[int]
    labels: Sequence[int]
    item_names: list[str]
    rater_names: list[str]
    label_names: list[str]
    n_rows: int
    n_empty: int


def read_long(path: str, unit: str, rater: str, label: str) -> LongTable:
    """The judgments of a CSV file (gzip too) that has their unit, rater and label in columns.

    A row with an empty label is no judgment. Invalid, with the line or the column, if the file
    can't be right or has no judgment at all.
    """
    if len({unit, rater, label}) < 3:
        raise Invalid("no-column", "unit, rater and label are not three different columns")
    wanted = Wanted(texts=(unit, rater, label), may_be_empty=(label,))
    found = read_columns(path, wanted)
    items, raters, labels = (found.texts[name] for name in wanted.texts)
    if found.n_rows == found.n_empty:
        raise Invalid("no-judgments", f"{path} has no row with something in column {label!r}")
    return LongTable(
        items=items.codes,
        raters=raters.codes,
        labels=labels.codes,
        item_names=items.names,
        rater_names=raters.names,
        label_names=labels.names,
        n_rows=found.n_rows,
        n_empty=found.n_empty,
    )


def agreement_of(
    path: str,
    unit: str,
    rater: str,
    label: str,
    *,
    level: Level = "nominal",
    order: Sequence[str] | None = None,
    interval: Interval = "analytic",
    consensus_out: str | None = None,
) -> Row:
    """How far the raters of a file agree, and what they say together; JSON-ready.

    `order` has all labels, lowest first; without it they are in the order of their numbers, or of
    the alphabet where one is no number. `level` is that of Krippendorff's alpha; the kappas and
    AC1 take labels as nominal. `consensus_out` is a CSV file to write: unit, label, posterior.
    Invalid as `read_long`, and if a label is not in `order`, is no number though the level needs
    one, or there are too many labels to be compared.
    """
    table = read_long(path, unit, rater, label)
    names, columns = _ordered(table.label_names, label, level=level, order=order)
    sides = max(len(table.item_names), len(table.rater_names) * len(names))
    if sides * len(names) > MAX_CELLS:
        raise Invalid(
            "too-many-labels",
            f"column {label!r} has {len(names)} different labels, too many to compare the raters"
            f" of {len(table.item_names)} units by",
        )
    form = long_form(
        table.items,
        table.raters,
        table.labels,
        n_items=len(table.item_names),
        n_raters=len(table.rater_names),
        n_labels=len(names),
        columns=columns,
    )
    coefficients = _coefficients(form, names, level=level, interval=interval)
    consensus = dawid_skene(
        form.items,
        form.raters,
        form.labels,
        n_items=form.n_items,
        n_raters=form.n_raters,
        n_labels=form.n_labels,
    )
    if consensus_out is not None:
        _write_consensus(consensus_out, table.item_names, names, consensus)
    return {
        "n_labels": len(form.labels),
        "n_units": form.n_items,
        "n_raters": form.n_raters,
        "n_units_pairable": coefficients["percent_agreement"].n,
        "n_repeated_dropped": form.n_repeated,
        "n_empty_dropped": table.n_empty,
        "level": level,
        "labels": names,
        **{name: _plain(figure) for name, figure in coefficients.items()},
        "dawid_skene": {
            "priors": dict(zip(names, consensus.priors[0].tolist(), strict=True)),
            "n_iterations": consensus.n_iterations,
            "converged": consensus.is_converged,
            "consensus_file": consensus_out,
        },
    }


def model_of(
    path: str,
    probability: str,
    label: str,
    *,
    positive: str | None = None,
    weight: str | None = None,
    thresholds: Sequence[float] = (0.5,),
    n_bins: int = 10,
) -> Row:
    """How well a model's probabilities in a file fit people's labels; JSON-ready.

    `positive` is the label that the probability is of; it may be left out where the labels are 0
    and 1, false and true, or no and yes. `weight` is a column of numbers from 0 up; without it all
    rows weigh alike. A row with an empty probability or label is left out. Invalid, with the line
    or the column, if the file can't be right, or has no such label; if a threshold is not 0 to 1,
    or weights are too far apart.
    """
    columns = (probability, label) if weight is None else (probability, label, weight)
    if len(set(columns)) < len(columns):
        raise Invalid("no-column", "probability, label and weight are not different columns")
    for threshold in thresholds:
        if not 0 <= threshold <= 1:
            raise Invalid("bad-threshold", f"threshold is {threshold:g}, expected 0 to 1")
    limits = {probability: (0.0, 1.0)} | ({} if weight is None else {weight: (0.0, MAX_WEIGHT)})
    wanted = Wanted(texts=(label,), numbers=limits, may_be_empty=(probability, label))
    found = read_columns(path, wanted)
    if found.n_rows == found.n_empty:
        raise Invalid("no-judgments", f"{path} has no row with a probability and a label")
    labels, y_prob = found.texts[label], found.numbers[probability]
    weights = None if weight is None else _weights(found.numbers[weight], weight)
    y_true = is_label(labels.codes, _positive(labels, label, positive))
    tables = confusions(y_true, y_prob, thresholds=thresholds, sample_weight=weights)
    (whole,) = confusions(y_true, y_prob, thresholds=[0.5], sample_weight=weights)
    return {
        "n": len(y_true),
        "n_positive": int(y_true.sum()),
        "n_empty_dropped": found.n_empty,
        "prevalence": _plain(whole.prevalence()),
        "roc_auc": _plain(roc_auc(y_true, y_prob, sample_weight=weights)),
        "average_precision": _plain(average_precision(y_true, y_prob, sample_weight=weights)),
        "brier": _plain(brier(y_true, y_prob, sample_weight=weights)),
        "log_loss": _plain(log_loss(y_true, y_prob, sample_weight=weights)),
        "ece": _plain(ece(y_true, y_prob, n_bins=n_bins, sample_weight=weights)),
        "calibration": [
            {
                "low": one.low,
                "high": one.high,
                "n": one.n,
                "mean_probability": one.mean_probability,
                "observed": _plain(one.observed),
            }
            for one in reliability(y_true, y_prob, n_bins=n_bins, sample_weight=weights)
        ],
        "thresholds": [_at_threshold(cells) for cells in tables],
    }


def _coefficients(
    form: LongForm, names: list[str], *, level: Level, interval: Interval
) -> dict[str, Estimate]:
    values = [float(name) for name in names] if level in ("interval", "ratio") else None
    counts = form.counts

    def crossed(coefficient: Coefficient, alpha_level: Level = "nominal") -> Callable[[], Estimate]:
        return lambda: crossed_interval(
            form.items,
            form.raters,
            form.labels,
            coefficient=coefficient,
            level=alpha_level,
            values=values if alpha_level == level else None,
            n_labels=form.n_labels,
        )

    if interval == "crossed-bootstrap":
        ways = {
            "percent_agreement": crossed("percent_agreement"),
            "krippendorff_alpha": crossed("krippendorff_alpha", level),
            "fleiss_kappa": crossed("fleiss_kappa"),
            "gwet_ac1": crossed("gwet_ac1"),
        }
    else:
        ways = {
            "percent_agreement": lambda: percent_agreement(counts, interval=interval),
            "krippendorff_alpha": lambda: krippendorff_alpha(
                counts, level=level, values=values, interval=interval
            ),
            "fleiss_kappa": lambda: fleiss_kappa(counts, interval=interval),
            "gwet_ac1": lambda: gwet_ac1(counts, interval=interval),
        }
    found = {name: way() for name, way in ways.items()}
    found["conger_kappa"] = conger_kappa(form.items, form.raters, form.labels)
    if form.n_raters == 2:
        found["cohen_kappa"] = cohen_kappa(*of_two_raters(form))
    return found


def _ordered(
    found: list[str], column: str, *, level: Level, order: Sequence[str] | None
) -> tuple[list[str], list[int]]:
    """Labels in order, and the place in it of each that was found; equal numbers share one."""
    numbers = {name: number for name in found if (number := _finite(name)) is not None}
    if level in ("interval", "ratio"):
        expected = "numbers" if level == "interval" else "numbers from 0 up"
        if order is not None:
            raise Invalid("bad-label", f"level {level} takes {expected}, which need no order")
        for name in found:
            if name not in numbers or (level == "ratio" and numbers[name] < 0):
                raise Invalid(
                    "bad-label", f"column {column!r} has {name!r}; level {level} needs {expected}"
                )
    if order is not None:
        names = list(dict.fromkeys(order))
        for name in found:
            if name not in names:
                raise Invalid(
                    "bad-label", f"column {column!r} has {name!r}, which is not in the order given"
                )
        return names, [names.index(name) for name in found]
    if level == "nominal" or len(numbers) < len(found):
        names = sorted(found, key=lambda name: (numbers.get(name, math.inf), name))
        places = {name: place for place, name in enumerate(names)}
        return names, [places[name] for name in found]
    values = sorted(set(numbers.values()))
    first = {number: name for name, number in reversed(numbers.items())}
    return [first[value] for value in values], [values.index(numbers[name]) for name in found]


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _positive(labels: Texts, column: str, positive: str | None) -> int:
    """The code of the positive label, -1 where it is known but nobody gave it."""
    listed = ", ".join(repr(name) for name in sorted(labels.names)[:10])
    if positive is not None:
        if positive not in labels.names:
            raise Invalid("bad-label", f"column {column!r} has no {positive!r}, only {listed}")
        return labels.names.index(positive)
    yes = [name for name in labels.names if name.lower() in _YES]
    no = [name for name in labels.names if name.lower() in _NO]
    if len(yes) > 1 or len(no) > 1 or len(yes) + len(no) != len(labels.names):
        raise Invalid(
            "bad-label",
            f"column {column!r} has {listed}; say with --positive which is the positive",
        )
    return labels.names.index(yes[0]) if yes else -1


def _weights(found: Sequence[float], column: str) -> Sequence[float]:
    """The weights, none of which is above 0 and yet nothing beside another."""
    low = min((weight for weight in found if weight > 0), default=1.0)
    high = max(found)
    if low < 1 / MAX_WEIGHT or high / low > MAX_TIMES:
        raise Invalid(
            "bad-weight",
            f"column {column!r} has weights from {low:g} to {high:g}, expected at least"
            f" {1 / MAX_WEIGHT:g}, and none of more than {MAX_TIMES:g} times another",
        )
    return found


def _at_threshold(cells: Confusion) -> Row:
    return {
        "threshold": cells.threshold,
        "tp": cells.tp,
        "fp": cells.fp,
        "fn": cells.fn,
        "tn": cells.tn,
        "precision": _plain(cells.precision()),
        "recall": _plain(cells.recall()),
        "fpr": _plain(cells.false_positive_rate()),
        "f1": _plain(cells.f1()),
        "match_rate": _plain(cells.match_rate()),
    }


def _plain(figure: Estimate) -> Row:
    return {
        "value": figure.value,
        "se": figure.se,
        "low": figure.low,
        "high": figure.high,
        "method": figure.method,
        "n": figure.n,
        "reason": figure.reason,
    }


def _write_consensus(path: str, units: list[str], names: list[str], found: DawidSkene) -> None:
    best = found.posterior.argmax(axis=1).tolist()
    chances = found.posterior.max(axis=1).tolist()
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["unit", "label", "posterior"])
        writer.writerows(
            (name, names[code], chance)
            for name, code, chance in zip(units, best, chances, strict=True)
        )

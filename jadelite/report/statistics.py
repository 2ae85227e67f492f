"""Statistics of a model for programs, in the shape in which ORES gave them.

Numbers are of the whole frame where there is one; ORES weighed its test set to the wiki likewise.
The label "true" is the model's positive one. Queries are read and answered in `domain.ores`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jadelite.domain.ores import OWN
from jadelite.metrics import rates
from jadelite.metrics.paths import Along, rates_along
from jadelite.metrics.ranking import Ranking
from jadelite.metrics.ratios import ratio
from jadelite.report.cases import Cases, Floats, frame_size, is_drawn
from jadelite.report.rates import decided
from jadelite.report.snapshot import Snapshot
from jadelite.report.thresholds import days_of, frame_flagged

MAX_POINTS = 1001  # thresholds told of a label; beyond, only thousandths at which cases lie
N_DIGITS = 6
# For each rate of the label "true" the one of the label "false" that is the same number.
_TURNED = {
    "match_rate": "filter_rate",
    "filter_rate": "match_rate",
    "recall": "!recall",
    "!recall": "recall",
    "precision": "!precision",
    "!precision": "precision",
    "f1": "!f1",
    "!f1": "f1",
    "accuracy": "accuracy",
}
_WITH_ENDS = ("match_rate", "precision", "recall")

Document = dict[str, Any]


def statistics_of(snapshot: Snapshot, cases: Cases) -> Document:
    """The statistics document of a model version, plain data; None for what has no value.

    counts: decided edits by label and by what the model says at its cut in force. rates: share of
    labels in the sample and in the population. Ten rates at the cut, roc_auc and pr_auc, each for
    both labels with their plain mean (macro) and the mean by share of the labels in the population
    (micro). thresholds: for each label a list of points, rising, with those rates at or above the
    threshold; scores of "false" are 1 less those of "true". OWN: model, question, cut, n, effective
    n, days, and for each point, in the same order, how many judged edits lie above, how many edits
    are flagged (a day, or of the whole frame where `days` is None), and 95 % intervals.
    """
    population = ratio(cases.sample, rates.prevalence(cases.n)).value
    scores = {"true": cases.score, "false": 1 - cases.score}
    tables, points = {}, {}
    for label, score in scores.items():
        tables[label], points[label] = _table(snapshot, cases, label, score)
    model = cases.model
    return {
        "counts": _counts(cases),
        "rates": {"sample": _sample_rates(cases), "population": _both(population)},
        **_at_the_cut(cases, population),
        **_areas(cases, population),
        "thresholds": tables,
        OWN: {
            "wiki": snapshot.facts.wiki,
            "campaign": snapshot.facts.campaign,
            "model": model.model,
            "version": model.version,
            "question": cases.question,
            "positive_label": model.positive_label,
            "threshold": model.threshold,
            "n": cases.n,
            "n_effective": _plain(cases.sample.n_effective()),
            "days": days_of(snapshot),
            "points": points,
        },
    }


def _counts(cases: Cases) -> Document:
    labels, flagged = decided(cases), cases.flagged

    def said(label: int) -> dict[str, int]:
        held = labels == label
        return {"true": int((held & flagged).sum()), "false": int((held & ~flagged).sum())}

    predictions = {"true": said(1), "false": said(0)}
    sums = {label: sum(row.values()) for label, row in predictions.items()}
    return {"n": sum(sums.values()), "labels": sums, "predictions": predictions}


def _sample_rates(cases: Cases) -> dict[str, float | None]:
    labels = decided(cases)
    held = labels[labels >= 0]
    return _both(float(held.mean()) if held.size else None)


def _at_the_cut(cases: Cases, population: float | None) -> Document:
    found = rates_along(cases.sample, cases.score, [cases.model.threshold])
    values = {name: _plain(one.value[0]) for name, one in found.items()}
    recall = values["recall"]
    turned = {name: values[other] for name, other in _TURNED.items()}
    turned["fpr"] = None if recall is None else _plain(1 - recall)
    return {name: _by_label(value, turned[name], population) for name, value in values.items()}


def _areas(cases: Cases, population: float | None) -> Document:
    y, p, weight = cases.sample.y, cases.score, cases.sample.weight
    ranking = Ranking.of(y, p, sample_weight=weight)
    turned = Ranking.of(1 - y, 1 - p, sample_weight=weight)
    area = ranking.value_of("roc_auc")
    return {
        "roc_auc": _by_label(area, area, population),
        "pr_auc": _by_label(
            ranking.value_of("average_precision"),
            turned.value_of("average_precision"),
            population,
        ),
    }


def _by_label(yes: float | None, no: float | None, population: float | None) -> Document:
    """A statistic for both labels and its two means."""
    macro = micro = None
    if yes is not None and no is not None and population is not None:
        macro, micro = (yes + no) / 2, population * yes + (1 - population) * no
    labels = {"true": _plain(yes), "false": _plain(no)}
    return {"micro": _plain(micro), "macro": _plain(macro), "labels": labels}


def _table(
    snapshot: Snapshot, cases: Cases, label: str, score: Floats
) -> tuple[list[Document], list[Document]]:
    """The points of a label, and what is told besides of each."""
    cuts = _cuts(score)
    sample = cases.sample if label == "true" else cases.sample.with_y(1 - cases.sample.y)
    along = rates_along(sample, score, cuts)
    columns = {name: _column(one.value) for name, one in along.items()}
    table = [
        {"threshold": cut, **{name: column[at] for name, column in columns.items()}}
        for at, cut in enumerate(cuts.tolist())
    ]
    return table, _besides(snapshot, cases, label, cuts, score, along)


def _besides(
    snapshot: Snapshot,
    cases: Cases,
    label: str,
    cuts: Floats,
    score: Floats,
    along: Mapping[str, Along],
) -> list[Document]:
    above = cases.n - np.searchsorted(np.sort(score), cuts, side="left")
    flagged = _flagged(snapshot, cases, label, cuts, along["match_rate"].value)
    ends = {
        name: list(zip(_column(along[name].low), _column(along[name].high), strict=True))
        for name in _WITH_ENDS
    }
    return [
        {
            "n_above": int(above[at]),
            "flagged": flagged[at],
            **{name: list(pairs[at]) for name, pairs in ends.items()},
        }
        for at in range(cuts.size)
    ]


def _cuts(score: Floats) -> Floats:
    """The thresholds that tell cases apart, rising: all scores, or thousandths if too many."""
    found = np.unique(score)
    if found.size <= MAX_POINTS:
        return found
    return np.unique(np.floor(score * (MAX_POINTS - 1) + 1e-9) / (MAX_POINTS - 1))


def _flagged(
    snapshot: Snapshot, cases: Cases, label: str, cuts: Floats, match_rate: Floats
) -> Sequence[float | None]:
    """Edits of the frame at or above each cut, a day where its time is known; counted if it was."""
    unit = 1 / (days_of(snapshot) or 1.0)
    estimated = _column(match_rate * frame_size(snapshot, cases.place) * unit)
    if label == "false":
        return estimated
    if not is_drawn(snapshot):
        given = np.sort(np.asarray(snapshot.edits.scores[cases.place]))
        known = given[~np.isnan(given)]
        return [float(n) for n in known.size - np.searchsorted(known, cuts, side="left")]
    counted = [frame_flagged(snapshot, cases.place, cut) for cut in cuts.tolist()]
    return [
        rough if one is None else _plain(one.value * unit)
        for one, rough in zip(counted, estimated, strict=True)
    ]


def _both(share: float | None) -> dict[str, float | None]:
    return {"true": _plain(share), "false": None if share is None else _plain(1 - share)}


def _column(values: Floats) -> list[float | None]:
    return [_plain(value) for value in values.tolist()]


def _plain(value: float | None) -> float | None:
    """Rounded, None for NaN."""
    return None if value is None or np.isnan(value) else round(float(value), N_DIGITS)

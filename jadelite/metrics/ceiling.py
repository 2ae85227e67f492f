"""A model as one more reviewer: does it agree with people as well as people agree?

The wiki's own disagreement is the ceiling that no model can be asked to pass.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics import rates
from jadelite.metrics._arrays import (
    FloatArray,
    IntArray,
    as_codes,
    as_counts,
    check_same_length,
    dot,
)
from jadelite.metrics.contrasts import difference
from jadelite.metrics.intervals import normal_quantile, wilson
from jadelite.metrics.ratios import ratio
from jadelite.metrics.result import Estimate, estimated, refused
from jadelite.metrics.survey import Sample

MIN_SHARED = 30  # edits a reviewer must share with others to be compared with the model
_ROUNDING = 1e-12
FALSE_FINDS = 0.05  # share of reviewers wrongly called matched, at most


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Agreement on edits with two votes or more.

    Attributes
    ----------
    n_edits : float
        Judged edits with two votes or more.
    model_human : Estimate
        The model and a random reviewer of an edit agree.
    human_human : Estimate
        Two random reviewers of an edit agree.
    difference : Estimate
        The first less the second: 0 or more means that the model is as good a reviewer as others.
    """

    n_edits: float
    model_human: Estimate
    human_human: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class AlternativeTest:
    """Whether the model could stand in for reviewers, each against the others' votes.

    Attributes
    ----------
    n_reviewers : int
        Reviewers with at least 30 edits that others judged too; others are left out.
    winning_rate : Estimate
        Share of them for whom the model is shown to be no worse by more than the allowance.
    matched : Estimate
        Share of them with whose colleagues the model agrees at least as well as they do.
    advantage : Estimate
        Mean share of their edits on which the model is as near to the colleagues as they are, or
        nearer; one half and more speaks for the model.
    """

    n_reviewers: int
    winning_rate: Estimate
    matched: Estimate
    advantage: Estimate


def ceiling(
    sample: Sample, counts: npt.ArrayLike, predicted: npt.ArrayLike, *, confidence: float = 0.95
) -> Ceiling:
    """The model's agreement with people beside that among people.

    Parameters
    ----------
    sample : Sample
        N judged edits, each a row of its own or of several edits with the same votes; what its y
        says is not used.
    counts : array-like of int, shape (N edits, L labels)
        Votes for each label.
    predicted : array-like of int, shape (N,)
        The label the model says, 0 to L - 1.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Ceiling
        Shares from 0 (never agree) to 1 (always), n the effective number of edits with two votes
        or more; the difference from -1 to 1, method "linearised". Each reason "no-pairs" where no
        edit has two votes.

    Raises
    ------
    ValueError
        If lengths differ or a code or count is out of range.

    Notes
    -----
    With c_l of c votes for label l and p predicted, an edit adds c_p / c for the model and
    sum_l c_l (c_l - 1) / (c (c - 1)) for people: the chance over all its votes, in closed form, so
    that chance enters by the draw of edits alone.

    References
    ----------
    Fleiss, Psychological Bulletin 76 (1971), equation 2, for pairs of votes; the interval as
    `jadelite.metrics.ratios.ratio`.

    Examples
    --------
    Two edits judged yes, yes, no and no, no; the model says yes to both:

    >>> found = ceiling(Sample.of([1, 0], [0, 0], [100]), [[1, 2], [2, 0]], [1, 1])
    >>> round(found.model_human.value, 4), round(found.human_human.value, 4)
    (0.3333, 0.6667)
    """
    votes = as_counts(counts, "counts", ndim=2)
    labels = as_codes(predicted, "predicted", n_codes=max(1, votes.shape[1]))
    check_same_length(counts=votes, predicted=labels, y=sample.y)
    total = votes.sum(axis=1)
    held = total >= 2
    n_edits = dot(sample.counts, held)
    if n_edits == 0:
        none = refused("no-pairs", method="stratified-wilson")
        return Ceiling(0.0, none, none, refused("no-pairs", method="linearised"))
    safe = np.maximum(total, 2)
    with_model = np.where(held, votes[np.arange(labels.size), labels] / safe, 0.0)
    among = np.where(held, (votes * (votes - 1)).sum(axis=1) / (safe * (safe - 1)), 0.0)
    every = rates.prevalence(labels.size).where(held)
    below = held.astype(np.float64)
    people, model = (
        rates.Rate(share, share, below, below, "no-pairs", is_share=False)
        for share in (among, with_model)
    )
    return Ceiling(
        n_edits=n_edits,
        model_human=ratio(sample.with_y(with_model), every, confidence=confidence),
        human_human=ratio(sample.with_y(among), every, confidence=confidence),
        difference=difference(sample, people, model, confidence=confidence),
    )


def alternative_test(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    allowance: float = 0.1,
    confidence: float = 0.95,
) -> AlternativeTest:
    """Leave one reviewer out, and ask whether the model or that reviewer is nearer to the others.

    Parameters
    ----------
    items, raters, labels : array-like of int, shape (J votes,)
        Codes from 0; a rater votes once on an item.
    predicted : array-like of int, shape (N items,)
        The model's label of each item.
    allowance : float
        How much worse the model may be because it costs less, 0 to below 1: 0.2 for experts as
        reviewers, 0.15 for skilled ones, 0.1 for a crowd.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    AlternativeTest
        Shares from 0 to 1. A single rater per item, or too few shared items: each figure refused
        with reason "too-few-raters". Items count alike, whatever they stand for.

    Raises
    ------
    ValueError
        If lengths differ or a code is out of range.

    Notes
    -----
    On an item the model wins against reviewer j if its share of agreeing votes among the others is
    at least j's, and j wins if it is at most that. The model passes for j if the mean of (j wins) -
    (model wins) is shown to lie below the allowance: a one-sided paired test, with the normal
    quantile for Student's, as there are 30 items or more; over reviewers after Benjamini and
    Yekutieli at 5 %.

    References
    ----------
    Calderon, Reichart and Dror, "The alternative annotator test for LLM-as-a-judge", ACL (2025);
    Benjamini and Yekutieli, Annals of Statistics 29 (2001).

    Examples
    --------
    Three reviewers of 40 items who always agree, as the model does:

    >>> items, raters = np.repeat(np.arange(40), 3), np.tile([0, 1, 2], 40)
    >>> test = alternative_test(items, raters, items % 2, np.arange(40) % 2)
    >>> test.n_reviewers, test.winning_rate.value, test.advantage.value
    (3, 1.0, 1.0)
    """
    model = as_counts(predicted, "predicted")
    places = as_codes(items, "items", n_codes=model.size)
    people, votes = as_counts(raters, "raters"), as_counts(labels, "labels")
    check_same_length(items=places, raters=people, labels=votes)
    if not 0 <= allowance < 1:
        raise ValueError(f"allowance is {allowance}, expected 0 to below 1")
    z = normal_quantile(confidence)
    n_labels = int(max(votes.max(initial=0), model.max(initial=0))) + 1
    own, others = _agreeing(places, votes, model, n_labels=n_labels)
    shared = ~np.isnan(own)
    voters, mine, models = people[shared], own[shared], others[shared]
    n_shared = np.bincount(voters)
    tested = np.flatnonzero(n_shared >= MIN_SHARED)
    if tested.size == 0:
        none = refused("too-few-raters", method="wilson")
        return AlternativeTest(0, none, none, none)

    def mean_of(values: npt.NDArray[np.generic]) -> FloatArray:
        """Means over each tested reviewer's votes."""
        found: FloatArray = np.bincount(voters, values)[tested] / n_shared[tested]
        return found

    model_wins = models >= mine
    gaps = (mine >= models).astype(np.float64) - model_wins
    wins, gap = mean_of(model_wins), mean_of(gaps)
    # Sums of thirds and the like come out in another order for each reviewer.
    is_matched = mean_of(models - mine) >= -_ROUNDING
    variance = np.maximum(0.0, mean_of(gaps**2) - gap**2)
    p_values = _p_values(gap, variance, n_shared[tested], allowance)
    n_won = _rejected(p_values)
    n = int(tested.size)
    mean = float(np.mean(wins))
    spread = float(np.std(wins, ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    ends = (mean - z * spread, mean + z * spread) if spread > 0 else None
    return AlternativeTest(
        n_reviewers=n,
        winning_rate=wilson(n_won, n, confidence=confidence),
        matched=wilson(int(is_matched.sum()), n, confidence=confidence),
        advantage=estimated(mean, ends, n=n, method="reviewers-normal"),
    )


def _agreeing(
    items: IntArray, labels: IntArray, predicted: IntArray, *, n_labels: int
) -> tuple[FloatArray, FloatArray]:
    """For each vote the share of the item's other votes that agree with it, and with the model.

    Shape (J,) each; NaN where nobody else voted.
    """
    counts = np.bincount(items * n_labels + labels, minlength=predicted.size * n_labels)
    table = counts.reshape(predicted.size, n_labels)
    rest = table.sum(axis=1)[items] - 1
    divisor = np.where(rest > 0, rest, np.nan)
    said = predicted[items]
    own: FloatArray = (table[items, labels] - 1) / divisor
    others: FloatArray = (table[items, said] - (labels == said)) / divisor
    return own, others


def _p_values(
    gaps: FloatArray, variances: FloatArray, n_votes: IntArray, allowance: float
) -> FloatArray:
    """P value of a mean gap of at least the allowance, for each reviewer, shape (R,)."""
    errors = np.sqrt(variances / (n_votes - 1)).tolist()
    found = []
    for below, error in zip((gaps - allowance).tolist(), errors, strict=True):
        if error == 0:
            found.append(0.0 if below < 0 else 1.0)
        else:
            found.append(0.5 * math.erfc(-below / error / math.sqrt(2)))
    return np.array(found)


def _rejected(p_values: FloatArray) -> int:
    """How many Benjamini and Yekutieli's procedure rejects."""
    n = p_values.size
    harmonic = float((1 / np.arange(1, n + 1)).sum())
    below = np.sort(p_values) <= FALSE_FINDS * np.arange(1, n + 1) / (n * harmonic)
    return int(np.flatnonzero(below).max()) + 1 if below.any() else 0

"""What each threshold of a model would do to the frame, and which one keeps a promise of precision.

Thresholds are tried from the top, so that the promise holds although many were tried.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from jadelite.metrics import rates
from jadelite.metrics._arrays import BoolArray, FloatArray, as_shares, check_same_length, dot
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.ratios import ratio
from jadelite.metrics.result import Estimate
from jadelite.metrics.survey import Sample

MIN_EFFECTIVE = 30  # effective judgments above a threshold, below which nothing is promised
# With only a perfect record's judgments one error ends the search: where the precision flattens out
# at 0.985, 0.95 was promised in 57 % of simulated samples of 600 edits, without headroom in 31 %.
HEADROOM = 2.0  # so many times those judgments at most, where the search may start lower
STEP = 1.25  # by which judgments may grow from one candidate to the next on the way there


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """What flagging every edit that scores at least `threshold` would do.

    Attributes
    ----------
    threshold : float
        From 0 to 1.
    n_above : float
        Judged cases that score as much.
    flagged, wrong : Estimate
        Edits of the frame: flagged, exact with method "count" where the frame's scores are known;
        and those of them that people call negative.
    precision, recall, false_positive_rate, f1, match_rate : Estimate
        Of the frame; see `jadelite.metrics.ratios.ratio`.
    """

    threshold: float
    n_above: float
    flagged: Estimate
    wrong: Estimate
    precision: Estimate
    recall: Estimate
    false_positive_rate: Estimate
    f1: Estimate
    match_rate: Estimate


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The smallest threshold that keeps a promise, or what is missing for one.

    Attributes
    ----------
    target : float
        The precision promised.
    threshold, low : float or None
        The threshold and its one-sided lower bound; None where none can be promised.
    n : int
        Effective judgments above the threshold, or above `more_above`; 0 without either.
    reason : str or None
        "too-few" or "value-below" where there is no threshold: more judgments could show one, or
        the precision met does not exceed the target where the search begins, nor above.
    n_more : int or None
        About how many more judged cases that score `more_above` at least would do; 1 or more.
    more_above : float or None
        The candidate at which the fewest are missing, from the start of the search upwards.
    """

    target: float
    threshold: float | None
    low: float | None
    n: int
    reason: str | None
    n_more: int | None = None
    more_above: float | None = None


def threshold_line(
    sample: Sample,
    y_prob: npt.ArrayLike,
    threshold: float,
    *,
    n_frame_flagged: float | None = None,
    confidence: float = 0.95,
) -> ThresholdLine:
    """What one threshold would do.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    y_prob : array-like of float, shape (N,)
        Their scores, 0 to 1.
    threshold : float
        A case is flagged if it scores at least this.
    n_frame_flagged : float, optional
        Edits of the frame that score as much, counted; None = estimated from the sample.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    ThresholdLine
        Rates as `ratio` gives them, with its reasons, constant or empty input included. `wrong` is
        the known number flagged times one less precision, so that nothing of the number is left to
        chance; without a known number and where sizes are unknown, numbers count cases.

    Raises
    ------
    ValueError
        If lengths differ, a score lies outside 0 to 1, or confidence does.

    References
    ----------
    Cochran, "Sampling techniques" (3rd ed. 1977), section 6.3: a total from a ratio and a known
    total.

    Examples
    --------
    >>> sample = Sample.of([0] * 90 + [1] * 40 + [0] * 10, [0] * 90 + [1] * 50, [900, 100])
    >>> line = threshold_line(sample, [0.1] * 90 + [0.9] * 50, 0.5, n_frame_flagged=100)
    >>> line.flagged.value, line.precision.value, round(line.wrong.value, 1)
    (100.0, 0.8, 20.0)
    """
    flagged = _flagged(sample, y_prob, threshold)
    precision = ratio(sample, rates.precision(flagged), confidence=confidence)
    match_rate = ratio(sample, rates.match_rate(flagged), confidence=confidence)
    n_cases = int(sample.n)
    if n_frame_flagged is None:
        mass = float(sample.masses.sum())
        number = _times(match_rate, mass)
        wrong = _times(ratio(sample, rates.wrong_share(flagged), confidence=confidence), mass)
    else:
        number = Estimate(float(n_frame_flagged), None, None, n_cases, "count", None)
        wrong = _times(_less_from_one(precision), float(n_frame_flagged))
    return ThresholdLine(
        threshold=float(threshold),
        n_above=dot(sample.counts, flagged),
        flagged=number,
        wrong=wrong,
        precision=precision,
        recall=ratio(sample, rates.recall(flagged), confidence=confidence),
        false_positive_rate=ratio(
            sample, rates.false_positive_rate(flagged), confidence=confidence
        ),
        f1=ratio(sample, rates.f1(flagged), confidence=confidence),
        match_rate=match_rate,
    )


def recommend(
    sample: Sample,
    y_prob: npt.ArrayLike,
    targets: Sequence[float],
    candidates: Sequence[float],
    *,
    confidence: float = 0.95,
) -> list[Recommendation]:
    """For each target the smallest threshold whose precision is at least that, as promised.

    Parameters
    ----------
    sample : Sample
        N judged cases.
    y_prob : array-like of float, shape (N,)
        Their scores, 0 to 1.
    targets : sequence of float
        Precisions to promise, above 0 and below 1.
    candidates : sequence of float
        Thresholds to choose from, in any order, chosen without a look at the labels.
    confidence : float
        That the precision at the threshold named is at least the target.

    Returns
    -------
    list of Recommendation
        One for each target. None is named with fewer than 30 effective judgments above it; no
        cases, no candidates: reason "too-few".

    Raises
    ------
    ValueError
        If lengths differ, a score lies outside 0 to 1, a target is not between, or confidence
        lies outside 0 to 1.

    Notes
    -----
    Candidates are tested downwards, each at the full level, and the search ends with the first
    whose one-sided bound lies below the target: a threshold that breaks the promise is named only
    if the first such one passed its own test, whose chance is 1 - confidence at most. The start
    hangs on scores and draw alone: the highest candidate above which at least as many effective
    judgments lie as 30 and as a perfect record needs, which is log(1 - confidence) / log(target);
    and from there down as long as the next holds at most a quarter more and in all at most twice
    what such a record needs, as one error would end the search at its need. The bound is Wilson's
    on the effective number (`ratio`).

    References
    ----------
    Angelopoulos, Bates, Candes, Jordan and Lei, "Learn then test" (2021), section 2.3, fixed
    sequence; Bauer, "Multiple testing in clinical trials", Statistics in Medicine 10 (1991).

    Examples
    --------
    >>> y = [1] * 300 + [1, 0] * 150
    >>> scores = [0.9] * 300 + [0.4] * 300
    >>> sample = Sample.of(y, [0] * 600, [10_000])
    >>> [found] = recommend(sample, scores, [0.95], [0.3, 0.5, 0.8])
    >>> found.threshold, round(found.low, 3)
    (0.5, 0.992)
    """
    scores = as_shares(y_prob, "y_prob")
    check_same_length(y_prob=scores, y=sample.y)
    _check_promises(targets, confidence)
    order = sorted(set(candidates), reverse=True)
    held = [sample.n_effective(scores >= cut) for cut in order]

    @cache
    def bound(cut: float) -> Estimate:
        # The low end of a two-sided interval at 2c - 1 is the one-sided bound at c.
        return ratio(sample, rates.precision(scores >= cut), confidence=2 * confidence - 1)

    found = []
    for target in targets:
        start = _start(held, _perfect(target, confidence))
        best: float | None = None
        for cut, n in list(zip(order, held, strict=True))[start:] if start is not None else ():
            if n < MIN_EFFECTIVE:  # a few cases of great weight came in
                continue
            if _low(bound(cut)) < target:
                break
            best = cut
        if best is not None:
            figure = bound(best)
            found.append(Recommendation(target, best, _low(figure), figure.n, None))
        else:
            # With more judgments the search would begin higher up, never further down.
            tried = order if start is None else order[: start + 1]
            missing = [
                (_n_more(sample, scores >= cut, bound(cut), target, confidence), cut)
                for cut in tried
            ]
            found.append(_missing(target, missing, dict(zip(order, held, strict=True))))
    return found


def n_more(
    sample: Sample,
    y_prob: npt.ArrayLike,
    threshold: float,
    target: float,
    *,
    confidence: float = 0.95,
) -> int | None:
    """About how many more judged cases above a threshold a promise of precision needs.

    Parameters
    ----------
    sample, y_prob, threshold, confidence
        As `threshold_line`.
    target : float
        Above 0 and below 1.

    Returns
    -------
    int or None
        0 where the one-sided bound reaches the target with 30 effective judgments and as many as a
        perfect record needs. None where no number would do, as the precision met is the target or
        below, and where no judged case scores as much. The new ones are taken to be as precise as
        those judged and drawn like them.

    Raises
    ------
    ValueError
        As `recommend`.

    Notes
    -----
    Wilson's bound of a share p meets the target q at n = z^2 q (1 - q) / (p - q)^2.

    References
    ----------
    Wilson, JASA 22 (1927): the bound solved for n.

    Examples
    --------
    19 of 20 against a promise of 0.9 needs z^2 0.09 / 0.05^2 = 97.4 in all:

    >>> sample = Sample.of([1] * 19 + [0], [0] * 20, [float("inf")])
    >>> n_more(sample, [0.9] * 20, 0.5, 0.9)
    78
    """
    _check_promises([target], confidence)
    flagged = _flagged(sample, y_prob, threshold)
    precision = ratio(sample, rates.precision(flagged), confidence=2 * confidence - 1)
    return _n_more(sample, flagged, precision, target, confidence)


def _n_more(
    sample: Sample, flagged: BoolArray, precision: Estimate, target: float, confidence: float
) -> int | None:
    z = normal_quantile(2 * confidence - 1)
    n_judged = dot(sample.counts, flagged)
    if precision.value is None or precision.value <= target:
        return None
    by_bound = z * z * target * (1 - target) / (precision.value - target) ** 2
    times = max(
        max(MIN_EFFECTIVE, _perfect(target, confidence)) / sample.n_effective(flagged),
        by_bound / _effective(precision, target, z, n_judged),
    )
    return max(0, math.ceil(n_judged * (times - 1) - 1e-9))


def _flagged(sample: Sample, y_prob: npt.ArrayLike, threshold: float) -> npt.NDArray[np.bool_]:
    scores: FloatArray = as_shares(y_prob, "y_prob")
    check_same_length(y_prob=scores, y=sample.y)
    return scores >= threshold


def _perfect(target: float, confidence: float) -> float:
    """Judgments with which a model that just misses the target is seldom without an error."""
    return math.log(1 - confidence) / math.log(target)


def _start(held: list[float], perfect: float) -> int | None:
    """Where the search begins among candidates from the top; None where nothing could pass."""
    needed = max(MIN_EFFECTIVE, perfect)
    start = next((place for place, n in enumerate(held) if n >= needed), None)
    if start is None:
        return None
    while start + 1 < len(held):
        following = held[start + 1]
        if not needed <= following <= min(HEADROOM * perfect, STEP * held[start]):
            break
        start += 1
    return start


def _missing(
    target: float, missing: Sequence[tuple[int | None, float]], held: dict[float, float]
) -> Recommendation:
    """Why no threshold is named, from how many more each candidate needs at which it could be."""
    # Where 0 are missing, the search began further down: more would not bring it there.
    known = [(more, cut) for more, cut in missing if more]
    if not known:
        reason = "value-below" if any(held.values()) else "too-few"
        return Recommendation(target, None, None, 0, reason)
    more, cut = min(known)
    return Recommendation(target, None, None, int(held[cut]), "too-few", more, cut)


def _effective(precision: Estimate, target: float, z: float, n_judged: float) -> float:
    """The effective number that the bound of a precision was made with."""
    if precision.value is None or precision.low is None or precision.low <= 0:
        return n_judged
    low = precision.low
    if low >= precision.value:
        return n_judged
    return z * z * low * (1 - low) / (precision.value - low) ** 2


def _low(figure: Estimate) -> float:
    """The bound; the value itself where every edit was judged, 0 where there is none."""
    if figure.low is not None:
        return figure.low
    return figure.value if figure.value is not None and figure.method == "census" else 0.0


def _check_promises(targets: Sequence[float], confidence: float) -> None:
    if not 0.5 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected above 0.5 and below 1")
    for target in targets:
        if not 0 < target < 1:
            raise ValueError(f"target is {target}, expected above 0 and below 1")


def _less_from_one(share: Estimate) -> Estimate:
    if share.value is None:
        return share
    if share.low is None or share.high is None:
        return Estimate(1 - share.value, None, None, share.n, share.method, None)
    return Estimate(
        1 - share.value, 1 - share.high, 1 - share.low, share.n, share.method, None, share.se
    )


def _times(share: Estimate, size: float) -> Estimate:
    if share.value is None or size == 0:
        return share if share.value is None else Estimate(0.0, None, None, share.n, "count", None)
    low = None if share.low is None else share.low * size
    high = None if share.high is None else share.high * size
    se = None if share.se is None else share.se * size
    return Estimate(share.value * size, low, high, share.n, share.method, None, se)

"""What each threshold of a model would do to the frame, and which one keeps a promise of precision.

Thresholds are tried from the top, so that the promise holds although many were tried.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics import rates
from jadelite.metrics._arrays import BoolArray, FloatArray, as_shares, check_same_length
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.ratios import ratio
from jadelite.metrics.result import Estimate
from jadelite.metrics.survey import Sample

MIN_EFFECTIVE = 30  # effective judgments above a threshold, below which nothing is promised
HEADROOM = 2.0  # the search starts where this many times a perfect record's judgments are


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
        the precision met stays below the target at each candidate.
    n_more : int or None
        About how many more judged cases that score `more_above` at least would do.
    more_above : float or None
        The candidate at which the fewest are missing.
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
        n_above=float(sample.counts @ flagged),
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
    hangs on scores and draw alone: the highest candidate with at least 30 effective judgments and
    twice those with which a perfect record would pass; where none has so many, the candidate with
    most. The bound is Wilson's on the effective number (`ratio`).

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
    z = _one_sided(confidence)
    for target in targets:
        if not 0 < target < 1:
            raise ValueError(f"target is {target}, expected above 0 and below 1")
    order = sorted(set(candidates), reverse=True)
    held = [sample.n_effective(scores >= cut) for cut in order]
    bounds: dict[float, Estimate] = {}

    def bound(cut: float) -> Estimate:
        if cut not in bounds:
            rate = rates.precision(scores >= cut)
            # The low end of a two-sided interval at 2c - 1 is the one-sided bound at c.
            bounds[cut] = ratio(sample, rate, confidence=2 * confidence - 1)
        return bounds[cut]

    found = []
    for target in targets:
        start = _start(held, max(MIN_EFFECTIVE, z * z * target / (1 - target)))
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
            found.append(_missing(sample, scores, target, [(c, bound(c)) for c in order], z))
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
        0 where the one-sided bound reaches the target and 30 effective judgments are there. None
        where no number would do, as the precision met is the target or below, and where no judged
        case scores as much. The new ones are taken to be as precise as those judged and drawn like
        them.

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
    z = _one_sided(confidence)
    if not 0 < target < 1:
        raise ValueError(f"target is {target}, expected above 0 and below 1")
    flagged = _flagged(sample, y_prob, threshold)
    precision = ratio(sample, rates.precision(flagged), confidence=2 * confidence - 1)
    return _n_more(sample, flagged, precision, target, z)


def _n_more(
    sample: Sample, flagged: BoolArray, precision: Estimate, target: float, z: float
) -> int | None:
    n_judged = float(sample.counts @ flagged)
    if precision.value is None or precision.value <= target:
        return None
    wanted = max(MIN_EFFECTIVE, z * z * target * (1 - target) / (precision.value - target) ** 2)
    effective = min(sample.n_effective(flagged), _effective(precision, target, z, n_judged))
    return max(0, math.ceil(n_judged * (wanted / effective - 1) - 1e-9))


def _flagged(sample: Sample, y_prob: npt.ArrayLike, threshold: float) -> npt.NDArray[np.bool_]:
    scores: FloatArray = as_shares(y_prob, "y_prob")
    check_same_length(y_prob=scores, y=sample.y)
    return scores >= threshold


def _start(held: list[float], needed: float) -> int | None:
    """Where the search begins among candidates from the top; None where nothing could pass."""
    able = [place for place, n in enumerate(held) if n >= needed]
    if not able:
        return None
    ample = [place for place in able if held[place] >= max(MIN_EFFECTIVE, HEADROOM * needed)]
    return ample[0] if ample else max(able, key=lambda place: held[place])


def _missing(
    sample: Sample,
    scores: FloatArray,
    target: float,
    bounds: Sequence[tuple[float, Estimate]],
    z: float,
) -> Recommendation:
    """Why no threshold is named, and the candidate at which the fewest judgments are missing."""
    missing = [(_n_more(sample, scores >= cut, one, target, z), cut) for cut, one in bounds]
    known = [(more, cut) for more, cut in missing if more is not None]
    if not known:
        judged = [cut for cut, _ in bounds if (scores >= cut).any()]
        reason = "value-below" if judged else "too-few"
        return Recommendation(target, None, None, 0, reason)
    more, cut = min(known)
    n = int(sample.n_effective(scores >= cut))
    return Recommendation(target, None, None, n, "too-few", max(1, more), cut)


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


def _one_sided(confidence: float) -> float:
    if not 0.5 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected above 0.5 and below 1")
    return normal_quantile(2 * confidence - 1)


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

"""How well a model's probabilities put cases in order: area under ROC and average precision.

The curves themselves are in `curves`, the bootstrap in `model_bootstrap`.
"""

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray
from jadelite.metrics._cases import Cases
from jadelite.metrics.intervals import normal_quantile
from jadelite.metrics.model_bootstrap import bootstrap_area
from jadelite.metrics.result import Estimate, estimated, refused


def roc_auc(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Area under the ROC curve, with DeLong's interval where every label is 0 or 1.

    The chance that a positive case has a higher probability than a negative one, a tie counting
    half (midranks).

    Parameters
    ----------
    y_true : array-like of float, shape (N cases,)
        People's labels, 1 = positive, or soft ones between 0 and 1: a case with y counts y as
        positive and 1 - y as negative.
    y_prob : array-like of float, shape (N cases,)
        Probability of the positive label, 0 to 1; only their order matters.
    sample_weight : array-like of float, shape (N cases,), optional
        0 or more; None = every case weighs 1.
    n_resamples, seed
        For the bootstrap, used with soft labels or uneven weights; see
        `jadelite.metrics.model_bootstrap.bootstrap_model`.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    Estimate
        1: every positive case above every negative one; 0: below; 0.5: order says nothing, as with
        constant probabilities. n = N, with uneven weights Kish's effective number. The interval is
        value -/+ z times the standard error on the plain scale, method "delong". An end beyond 0
        or 1 is cut there, method "delong-clipped": the sample is too small for the normal form,
        read that end as "no bound". No interval where the standard error is 0 (complete
        separation, constant probabilities) or undefined (one case of a class). Empty input: reason
        "empty"; one class: reason "one-class-only". With soft labels or uneven weights percentiles
        of a bootstrap, method "item-bootstrap". Raters don't enter.

    Raises
    ------
    ValueError
        If lengths differ, a label or probability lies outside 0 to 1, a weight is negative or not
        finite, or confidence is not between 0 and 1.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver
    operating characteristic curves", Biometrics 44 (1988), equations 1 to 5. Sun and Xu, "Fast
    implementation of DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).

    Examples
    --------
    Fawcett (2006), figure 3: 68 of the 100 pairs are in order.

    >>> y_prob = [.9, .8, .7, .6, .55, .54, .53, .52, .51, .505,
    ...           .4, .39, .38, .37, .36, .35, .34, .33, .3, .1]
    >>> y_true = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    >>> area = roc_auc(y_true, y_prob)
    >>> area.value, area.n, area.method
    (0.68, 20, 'delong')
    >>> roc_auc([1, 1], [0.2, 0.9]).reason
    'one-class-only'
    """
    cases = Cases.of(y_true, y_prob, sample_weight)
    if cases.is_hard and cases.is_even:
        return _delong(cases, confidence=confidence)
    return bootstrap_area(
        cases,
        is_average_precision=False,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def average_precision(
    y_true: npt.ArrayLike,
    y_prob: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Average precision: the area under the precision-recall curve, without straight lines.

    The sum over thresholds of the step in recall times the precision at that threshold.

    Parameters
    ----------
    y_true, y_prob, sample_weight, n_resamples, seed, confidence
        As in `roc_auc`.

    Returns
    -------
    Estimate
        Up to 1 (every positive case above every negative one); the share of positives with
        constant probabilities, and near it where order says nothing: compare it with the
        prevalence, never across prevalences. Percentile interval, method "item-bootstrap", which
        holds the value. n = cases, with uneven weights Kish's effective number. Reasons "empty"
        and "one-class-only". Raters don't enter.

    Raises
    ------
    ValueError
        As in `roc_auc`.

    References
    ----------
    Manning, Raghavan and Schuetze, "Introduction to information retrieval" (2008), section 8.4.
    Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006: why
    the points are not joined by straight lines.

    Examples
    --------
    scikit-learn's:

    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value, 2)
    0.83
    """
    return bootstrap_area(
        Cases.of(y_true, y_prob, sample_weight),
        is_average_precision=True,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def _delong(cases: Cases, *, confidence: float) -> Estimate:
    z = normal_quantile(confidence)
    positive, n = cases.y > 0, cases.n
    if n == 0:
        return refused("empty", method="delong")
    above, below = np.sort(cases.p[positive]), np.sort(cases.p[~positive])
    if not (above.size and below.size):
        return refused("one-class-only", method="delong", n=n)
    # Twice the negatives beaten by each positive case, and twice the positives that beat each
    # negative one; a tie is 1. Whole numbers, so that sums and "all alike" are exact.
    beaten = _twice_rank(above, below)
    beating = 2 * above.size - _twice_rank(below, above)
    pairs = above.size * below.size
    area = float(beaten.sum() / (2 * pairs))
    constant = np.ptp(beaten) == 0 and np.ptp(beating) == 0
    if constant or min(above.size, below.size) < 2:
        return estimated(area, None, n=n, method="delong")
    variance = (
        np.var(beaten / (2 * below.size), ddof=1) / above.size
        + np.var(beating / (2 * above.size), ddof=1) / below.size
    )
    se = float(np.sqrt(variance))
    low, high = max(0.0, area - z * se), min(1.0, area + z * se)
    clipped = (low, high) != (area - z * se, area + z * se)
    method = "delong-clipped" if clipped else "delong"
    return estimated(area, (low, high), n=n, method=method, se=se)


def _twice_rank(values: FloatArray, among: FloatArray) -> npt.NDArray[np.int64]:
    """For each value: twice the members of sorted `among` below it, plus its ties."""
    lower = np.searchsorted(among, values, side="left")
    upper = np.searchsorted(among, values, side="right")
    return (lower + upper).astype(np.int64, copy=False)

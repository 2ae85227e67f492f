"""A model against 1,000,000 labels: intervals of 1,000 resamples, beside a loop of scikit-learn.

Area under ROC, average precision, precision and recall at three thresholds. The yardstick draws the
cases anew and asks scikit-learn for the same figures; it is timed on a few resamples and scaled to
1,000, which the table says. The goal is 500 times faster and ends within 1e-3. The ends of the loop
come from as many resamples as fit the time, of a hundredth of the labels, and are compared with
ours on the same hundredth; for the full million, DeLong's exact interval is the yardstick.
"""

import time

import numpy as np
from sklearn import metrics as sklearn_metrics

from jadelite.metrics.areas import roc_auc
from jadelite.metrics.model_bootstrap import ModelFigures, bootstrap_model
from jadelite.metrics.ranking import Ranking
from jadelite.metrics.resampling import patterns, ratio, score_cells, stratified_bootstrap

N_LABELS = 1_000_000
N_RESAMPLES = 1000
N_TIMED = 3  # resamples of the loop that are timed and scaled
N_COMPARED = 10_000
N_STRATIFIED = 400_000
N_STRATA = 30
THRESHOLDS = (0.2, 0.5, 0.8)

Cases = tuple[np.ndarray, np.ndarray]


def make_cases(n: int, seed: int) -> Cases:
    """Labels, 12 % of them positive, and scores with some power and too much confidence."""
    generator = np.random.default_rng(seed)
    logit = generator.normal(-3.5, 2, n)
    y_true = generator.random(n) < 1 / (1 + np.exp(-0.8 * logit))
    return y_true.astype(np.int64), 1 / (1 + np.exp(-logit))


def by_a_loop(cases: Cases, n_resamples: int) -> np.ndarray:
    """The eight figures in each resample, shape (resamples, 8)."""
    y_true, y_prob = cases
    generator = np.random.default_rng(1)
    found = []
    for _ in range(n_resamples):
        drawn = generator.integers(0, y_true.size, y_true.size)
        y, p = y_true[drawn], y_prob[drawn]
        row = [
            sklearn_metrics.roc_auc_score(y, p),
            sklearn_metrics.average_precision_score(y, p),
        ]
        for cut in THRESHOLDS:
            flagged = p >= cut
            row += [
                sklearn_metrics.precision_score(y, flagged),
                sklearn_metrics.recall_score(y, flagged),
            ]
        found.append(row)
    return np.array(found)


def flat(figures: ModelFigures) -> np.ndarray:
    """Value, low and high of the eight figures, shape (8, 3)."""
    all_of_them = [figures.roc_auc, figures.average_precision]
    all_of_them += [rate for at in figures.at for rate in (at.precision, at.recall)]
    return np.array([[one.value, one.low, one.high] for one in all_of_them])


def measure_speed() -> None:
    """Print our time beside the loop's."""
    cases = make_cases(N_LABELS, 0)
    started = time.perf_counter()
    figures = bootstrap_model(*cases, thresholds=THRESHOLDS, n_resamples=N_RESAMPLES)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    by_a_loop(cases, N_TIMED)
    loop = (time.perf_counter() - started) / N_TIMED * N_RESAMPLES
    print(
        f"{N_LABELS:,} labels, {N_RESAMPLES:,} resamples: {ours:.2f} s, loop over scikit-learn"
        f" {loop:,.0f} s ({N_TIMED} resamples timed and scaled): {loop / ours:,.0f} times faster"
    )
    y_true, y_prob = cases
    exact = (
        sklearn_metrics.roc_auc_score(y_true, y_prob),
        sklearn_metrics.average_precision_score(y_true, y_prob),
    )
    values = (figures.roc_auc.value, figures.average_precision.value)
    apart = max(abs(one - other) for one, other in zip(values, exact, strict=True))
    print(f"values of both areas apart from scikit-learn's: {apart:.0e}")
    delong = roc_auc(y_true, y_prob)
    ends = np.array([figures.roc_auc.low, figures.roc_auc.high])
    exact_ends = np.array([delong.low, delong.high])
    print(f"ends of the area apart from DeLong's: {np.abs(ends - exact_ends).max():.0e}")


def measure_distance() -> None:
    """Print how far our ends are from the loop's, beside how far two loops are apart."""
    cases = make_cases(N_COMPARED, 3)
    draws = by_a_loop(cases, 2 * N_RESAMPLES)
    first, second = (
        np.quantile(half, [0.025, 0.975], axis=0).T
        for half in (draws[:N_RESAMPLES], draws[N_RESAMPLES:])
    )
    ours = flat(bootstrap_model(*cases, thresholds=THRESHOLDS, n_resamples=N_RESAMPLES))[:, 1:]
    # Ends move with 1 / sqrt(labels): at a million they are ten times nearer to each other.
    scale = np.sqrt(N_COMPARED / N_LABELS)
    for name, other in (("ours", ours), ("a second loop", second)):
        apart = np.abs(other - first).max()
        print(
            f"{N_COMPARED:,} labels, ends apart from a loop's: {name} {apart:.4f},"
            f" that is {apart * scale:.5f} at {N_LABELS:,}"
        )


def measure_strata() -> None:
    """Print the time of the bootstrap of a large stratified sample."""
    y_true, y_prob = make_cases(N_STRATIFIED, 4)
    stratum = np.random.default_rng(5).integers(0, N_STRATA, N_STRATIFIED)
    sizes = 3.0 * np.bincount(stratum)
    started = time.perf_counter()
    alike = patterns(stratum, y_true, score_cells(y_prob, n_cells=100, edges=THRESHOLDS))
    weights = 3.0 * alike.multiplicity
    label = y_true[alike.first]
    ranking = Ranking.of(label, alike.mean(y_prob), sample_weight=weights)
    collapsed = time.perf_counter()
    for name, statistic in (
        ("prevalence", ratio(weights * label, weights)),
        ("area", ranking.roc_auc),
    ):
        begun = time.perf_counter()
        stratified_bootstrap(
            stratum[alike.first],
            sizes,
            statistic,
            multiplicity=alike.multiplicity,
            n_resamples=N_RESAMPLES,
        )
        print(
            f"{N_STRATIFIED:,} labels of {N_STRATA} strata, {alike.first.size:,} patterns"
            f" ({collapsed - started:.2f} s), {name}: {time.perf_counter() - begun:.2f} s"
        )


def main() -> None:
    """Measure all three."""
    measure_speed()
    measure_distance()
    measure_strata()


if __name__ == "__main__":
    main()

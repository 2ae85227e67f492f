"""Consensus that learns how each rater errs: Dawid and Skene's model, by EM run to convergence.

Plain majorities and vote shares stand in `consensus`. What a model under audit thinks of an item
has no way in: `dawid_skene` takes judgments only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, IntArray, as_codes, check_same_length, dot
from jadelite.metrics._laid_out import Judgments, lay_out

TOLERANCE = 1e-9
MAX_ITERATIONS = 1000
_FLOOR = 1e-10  # keeps a class that nobody is thought to hold from taking log 0
_MAX_KEY = 1 << 62
_BLOCK = 1 << 13  # items
# Plain steps pass slowly through saddles, where leaps would settle: leaps wait until the optimum
# that plain steps find is all but chosen.
_N_PLAIN = 200


@dataclass(frozen=True, slots=True, eq=False)
class DawidSkene:
    """What the model says of items, of classes and of raters.

    Attributes
    ----------
    posterior : ndarray of float64, shape (N items, L labels)
        Chance of each true label; rows sum to 1. An unjudged item has its stratum's prior.
    priors : ndarray of float64, shape (G strata, L labels)
        Prevalence of each true label; rows sum to 1. G is 1 without strata. A stratum without a
        judged item has the prevalence of all.
    confusions : ndarray of float64, shape (R raters, L true labels, L given labels)
        Chance that a rater gives a label to an item of a true one; rows sum to 1. NaN for a rater
        without judgments. For a true label that he never met, spread over the labels he gave.
    n_iterations : int
        E-steps taken.
    is_converged : bool
        Whether the last step moved the posteriors by the tolerance at most.
    log_likelihood : float
        Natural log of the chance of all judgments, 0 or less (to rounding); it never falls from
        step to step.
    """

    posterior: FloatArray
    priors: FloatArray
    confusions: FloatArray
    n_iterations: int
    is_converged: bool
    log_likelihood: float


def dawid_skene(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    n_items: int,
    n_raters: int,
    n_labels: int,
    strata: npt.ArrayLike | None = None,
    one_coin: bool = False,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> DawidSkene:
    """True labels, prevalences and raters' errors that make the judgments most likely.

    Assumes that raters err independently of each other given the true label, and with the same
    rates on every item. EM climbs to the optimum next to the vote shares it starts from.

    Parameters
    ----------
    items, raters, labels : array-like of int, shape (J judgments,)
        Codes from 0 to n_items - 1, n_raters - 1, n_labels - 1, in any order. A missing judgment
        has no row; a rater's second judgment of an item counts as one more.
    n_items, n_raters, n_labels : int
        N and R, 0 or more; L, 1 or more.
    strata : array-like of int, shape (N items,), optional
        Codes from 0: items of one stratum share a prevalence of their own, all strata share the
        raters' error rates. Strata of different prevalence are what tells error from prevalence.
        They may be bins of a model's score: a bin only says which items share a prevalence, which
        is learnt from their judgments alone, so that exchanging the bins' names, or turning the
        model's scores upside down, changes nothing. The scores themselves can't be given.
    one_coin : bool
        One accuracy for each rater, errors spread evenly over the other labels; for raters with
        few judgments.
    tolerance : float
        0 or more: stop when a step moves the posteriors of an item, summed over labels, by no more
        than this on average. 0 runs until nothing moves at all.
    max_iterations : int
        1 or more. After 200 plain steps, every third extrapolates the two before it, and counts
        only if the judgments become no less likely.

    Returns
    -------
    DawidSkene
        Posteriors of 0 and 1: certain under the model. All judgments alike: that label, for sure.
        A single rater: his own labels, as there is nothing to correct him by. No judgments:
        every label as likely as the others, 0 iterations.

    Raises
    ------
    ValueError
        If lengths differ, a code is not whole or out of range, or there are so many items, raters
        and labels that N x R x L exceeds 2^62.

    References
    ----------
    Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
    algorithm", Applied Statistics 28 (1979), equations 2.3 to 2.5. Hui and Walter, "Estimating the
    error rates of diagnostic tests", Biometrics 36 (1980), for strata. Varadhan and Roland,
    "Simple and globally convergent methods for accelerating the convergence of any EM algorithm",
    Scandinavian Journal of Statistics 35 (2008), scheme S3, for the extrapolation.

    Examples
    --------
    Dawid and Skene's table 1: 45 patients, the first of five anaesthetists asked three times. The
    four classes hold 40, 42, 11 and 7 %; the first anaesthetist is right on 89 % of class 1.

    >>> table = (
    ...     "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 "
    ...     "4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 "
    ...     "2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121 "
    ...     "1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 "
    ...     "1111111 1212111 2322222 1211111 2222222").split()
    >>> labels = [int(label) - 1 for patient in table for label in patient]
    >>> raters = [0, 0, 0, 1, 2, 3, 4] * 45
    >>> items = [patient for patient in range(45) for _ in range(7)]
    >>> found = dawid_skene(items, raters, labels, n_items=45, n_raters=5, n_labels=4)
    >>> found.priors.round(2).tolist()
    [[0.4, 0.42, 0.11, 0.07]]
    >>> found.confusions[0, 0].round(2).tolist()
    [0.89, 0.11, 0.0, 0.0]
    >>> found.posterior[2].round(2).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    _check_sizes(n_items, n_raters, n_labels, tolerance, max_iterations)
    item_codes = as_codes(items, "items", n_codes=n_items)
    rater_codes = as_codes(raters, "raters", n_codes=n_raters)
    label_codes = as_codes(labels, "labels", n_codes=n_labels)
    check_same_length(items=item_codes, raters=rater_codes, labels=label_codes)
    groups, n_groups = _groups(strata, n_items)
    n_cells = n_raters * n_labels
    if n_items * n_cells > _MAX_KEY:
        raise ValueError(f"{n_items} items x {n_cells} cells of raters, expected below 2^62")
    keys = item_codes * n_cells
    keys += rater_codes * n_labels
    keys += label_codes
    del item_codes, rater_codes, label_codes
    keys.sort()
    data = lay_out(keys, groups, n_cells=n_cells, n_items=n_items)
    del keys
    model = _Model(data, n_raters=n_raters, n_labels=n_labels, n_groups=n_groups, one_coin=one_coin)
    return model.run(groups, tolerance=tolerance, max_iterations=max_iterations)


class _Model:
    """EM on laid out judgments; arrays by true label stand label first."""

    def __init__(
        self, data: Judgments, *, n_raters: int, n_labels: int, n_groups: int, one_coin: bool
    ) -> None:
        self.data = data
        self.n_raters, self.n_labels, self.n_groups = n_raters, n_labels, n_groups
        self.one_coin = one_coin
        self.n_patterns = data.weights.size
        self.weight = float(data.weights.sum())
        self.spread = np.empty(data.cells.size)
        self.given = self._over_cells(data.weights)
        by_rater = self.given.reshape(n_raters, n_labels)
        self.observed, self.n_given = by_rater > 0, by_rater.sum(axis=1)

    def run(self, groups: IntArray, *, tolerance: float, max_iterations: int) -> DawidSkene:
        """Climb from the vote shares until nothing moves; groups (N,) as the caller gave them."""
        posterior = self._vote_shares()
        likelihood, moved, n_steps = 0.0, np.inf if self.weight else 0.0, 0
        trail: list[FloatArray] = []
        while moved > tolerance and n_steps < max_iterations:
            moved, likelihood = self._step(posterior)
            n_steps += 1
            if n_steps >= _N_PLAIN:
                trail.append(posterior.copy())
            if len(trail) < 3 or n_steps == max_iterations:
                continue
            guess = _leap(*trail)
            guess_moved, guess_likelihood = self._step(guess)
            n_steps += 1
            if guess_likelihood >= likelihood:
                posterior, moved, likelihood = guess, guess_moved, guess_likelihood
            trail = [posterior.copy()]
        priors, confusions = self._maximise(posterior)
        everywhere = priors[groups]
        judged = self.data.places >= 0
        everywhere[judged] = posterior.T[self.data.places[judged]]
        by_rater = np.moveaxis(confusions, 0, 1).copy()
        by_rater[self.n_given == 0] = np.nan
        is_converged = moved <= tolerance
        return DawidSkene(everywhere, priors, by_rater, n_steps, is_converged, likelihood)

    def _step(self, posterior: FloatArray) -> tuple[float, float]:
        priors, confusions = self._maximise(posterior)
        return self._expect(priors, confusions, posterior)

    def _vote_shares(self) -> FloatArray:
        shares = np.zeros((self.n_labels, self.n_patterns))
        start = 0
        for end in self.data.ends:
            labels = self.data.cells[start : start + end] % self.n_labels
            shares[labels, np.arange(end)] += 1
            start += end
        shares /= shares.sum(axis=0)
        return shares

    def _maximise(self, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Priors (G, L) and confusions (L true, R, L given) of the posteriors (L, P)."""
        data, n_labels = self.data, self.n_labels
        held = posterior * data.weights
        totals = held.sum(axis=1)
        overall = totals / self.weight if self.weight else np.full(n_labels, 1 / n_labels)
        sums = np.stack([np.bincount(data.groups, row, minlength=self.n_groups) for row in held])
        size = sums.sum(axis=0)
        priors = np.tile(overall, (self.n_groups, 1))
        np.divide(sums.T, size[:, np.newaxis], out=priors, where=size[:, np.newaxis] > 0)

        counts = np.empty((n_labels, self.given.size))
        counts[-1] = self.given  # the last true label has what the others leave
        for row, cells in zip(held[:-1], counts, strict=False):
            cells[:] = self._over_cells(row)
            counts[-1] -= cells
        np.maximum(counts[-1], 0, out=counts[-1])
        confusions = counts.reshape(n_labels, self.n_raters, n_labels)
        if self.one_coin:
            return priors, self._one_coin(confusions)
        np.maximum(confusions, _FLOOR, out=confusions, where=self.observed)
        given = confusions.sum(axis=2, keepdims=True)
        return priors, np.divide(confusions, given, out=confusions, where=given > 0)

    def _one_coin(self, counts: FloatArray) -> FloatArray:
        right = np.trace(counts, axis1=0, axis2=2)
        share = np.divide(right, self.n_given, out=np.zeros(self.n_raters), where=self.n_given > 0)
        share = np.clip(share, _FLOOR, 1 - _FLOOR) if self.n_labels > 1 else np.ones(self.n_raters)
        wrong = (1 - share) / max(self.n_labels - 1, 1)
        same = np.eye(self.n_labels, dtype=np.bool_)[:, np.newaxis, :]
        spread: FloatArray = np.where(
            same, share[np.newaxis, :, np.newaxis], wrong[np.newaxis, :, np.newaxis]
        )
        return spread

    def _expect(
        self, priors: FloatArray, confusions: FloatArray, posterior: FloatArray
    ) -> tuple[float, float]:
        """Put the parameters' posteriors (L, P) in place; how far they moved, log-likelihood.

        In blocks of items, so that what a block needs stays in the processor's cache.
        """
        logs = np.log(confusions, out=np.zeros_like(confusions), where=confusions > 0)
        tables = logs.reshape(self.n_labels, -1)
        log_priors = np.log(np.maximum(priors, _FLOOR)).T.copy()
        n_moved, likelihood = 0.0, 0.0
        for first in range(0, self.n_patterns, _BLOCK):
            block = slice(first, min(first + _BLOCK, self.n_patterns))
            joint = log_priors[:, self.data.groups[block]]
            self._add_judgments(tables, joint, first)
            top = joint[0].copy()
            for row in joint[1:]:
                np.maximum(top, row, out=top)
            joint -= top
            np.exp(joint, out=joint)
            sums = joint[0].copy()
            for row in joint[1:]:
                sums += row
            joint /= sums
            weights = self.data.weights[block]
            likelihood += dot(weights, top + np.log(sums))
            moved = np.abs(joint - posterior[:, block])
            n_moved += float((moved * weights).sum())
            posterior[:, block] = joint
        return n_moved / self.weight, likelihood

    def _add_judgments(self, tables: FloatArray, joint: FloatArray, first: int) -> None:
        """Add what each judgment of a block's items says of each true label to joint (L, B)."""
        taken = np.empty(joint.shape[1])
        start = first
        for end in self.data.ends:
            size = min(end - first, taken.size)
            if size <= 0:
                break
            cells, stretch = self.data.cells[start : start + size], taken[:size]
            for table, row in zip(tables, joint, strict=True):
                np.take(table, cells, out=stretch, mode="clip")
                row[:size] += stretch
            start += end

    def _over_cells(self, values: FloatArray) -> FloatArray:
        """Sums (R x L,) over each cell's judgments of what their items (P,) hold."""
        start = 0
        for end in self.data.ends:
            self.spread[start : start + end] = values[:end]
            start += end
        size = self.n_raters * self.n_labels
        sums = np.bincount(self.data.cells, self.spread, minlength=size)
        return sums.astype(np.float64, copy=False)  # whole numbers if there is no judgment


def _leap(start: FloatArray, middle: FloatArray, end: FloatArray) -> FloatArray:
    """Where two steps of a slow climb would lead if they went on; at least `end`."""
    first = middle - start
    bend = (end - middle) - first
    length, turn = float(np.sqrt((first**2).sum())), float(np.sqrt((bend**2).sum()))
    if not 0 < turn < length:
        return end
    factor = length / turn
    guess = start + 2 * factor * first + factor**2 * bend
    np.maximum(guess, 0, out=guess)
    sums = guess.sum(axis=0)
    guess /= sums
    return guess


def _groups(strata: npt.ArrayLike | None, n_items: int) -> tuple[IntArray, int]:
    if strata is None:
        return np.zeros(n_items, dtype=np.int64), 1
    groups = as_codes(strata, "strata", n_codes=_MAX_KEY)
    if groups.size != n_items:
        raise ValueError(f"strata holds {groups.size} codes, expected one for each item: {n_items}")
    n_groups = int(groups.max(initial=0)) + 1
    if n_groups > n_items + 1:
        raise ValueError(f"strata go up to {n_groups - 1}, expected codes from 0 without gaps")
    return groups, n_groups


def _check_sizes(
    n_items: int, n_raters: int, n_labels: int, tolerance: float, max_iterations: int
) -> None:
    if n_items < 0 or n_raters < 0 or n_labels < 1:
        raise ValueError(
            f"{n_items} items, {n_raters} raters, {n_labels} labels, expected 0, 0 and 1 or more"
        )
    if not tolerance >= 0 or max_iterations < 1:
        raise ValueError(
            f"tolerance is {tolerance} and max_iterations {max_iterations},"
            " expected 0 or more and 1 or more"
        )

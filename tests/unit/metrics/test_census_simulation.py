"""A census of 20,000 edits, of which everything is known, drawn again and again by the real rules.

The figures from each sample are compared with the truth: on average they hit it, and 95 % intervals
hold it in 92 to 98 of 100 samples.
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from jadelite.domain.sampling import Cell, Stratum, allocate, bin_edges, make_strata, stratum_of
from jadelite.metrics import weighted
from jadelite.metrics.sampling import Frame
from jadelite.metrics.weighted import StratumCells

N = 20_000
KINDS = ("temporary", "newcomer", "registered")
FIGURES = {
    "precision": weighted.precision,
    "recall": weighted.recall,
    "prevalence": weighted.prevalence,
}


@dataclass(frozen=True)
class Census:
    """Edits with their score, the score of another model, kind of editor, and what they are."""

    scores: np.ndarray
    others: np.ndarray
    kinds: np.ndarray
    is_bad: np.ndarray

    def truth(self, scores: np.ndarray, cut: float) -> dict[str, float]:
        flagged = scores >= cut
        both = float(self.is_bad[flagged].sum())
        return {
            "precision": both / float(flagged.sum()),
            "recall": both / float(self.is_bad.sum()),
            "prevalence": float(self.is_bad.mean()),
        }


def make_census(seed: int, *, n_hidden_of_1000: int = 2, overconfident: float = 1.0) -> Census:
    """About 4 % are bad, most of them by newcomers; some of those no score can see."""
    chance = np.random.default_rng(seed)
    kinds = chance.choice(3, N, p=[0.25, 0.15, 0.6])
    risk = 1.3 * (chance.normal(0, 1.8, N) + np.array([1.5, 1.0, -1.0])[kinds])
    low, high = -20.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(_share(middle + risk).mean()) < 0.04 - n_hidden_of_1000 / 1000:
            low = middle
        else:
            high = middle
    risk += middle
    is_bad = (chance.random(N) < _share(risk)) | (chance.random(N) < n_hidden_of_1000 / 1000)
    scores, others = (
        _share(overconfident * risk + chance.normal(0, spread, N)) for spread in (0.5, 1.0)
    )
    return Census(scores, others, kinds, is_bad.astype(float))


def _share(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


@dataclass(frozen=True)
class Sampler:
    """The census cut up as a coordinator would have it, ready to be drawn from."""

    census: Census
    frame: Frame
    edges: tuple[float, ...]
    strata: tuple[Stratum, ...]

    @classmethod
    def make(cls, census: Census, *, cut: float, n: int, is_by_editor: bool) -> "Sampler":
        edges = bin_edges([cut])
        frame = Frame(rev_ids=np.arange(1, N + 1), y_prob=census.scores, groups=census.kinds)
        cells = [
            Cell(cell.bin, KINDS[cell.group], cell.n, cell.mean_score)
            for cell in frame.cells(edges, n_groups=len(KINDS))
        ]
        strata = allocate(make_strata(cells, edges, cuts=[cut], is_by_editor=is_by_editor, n=n), n)
        return cls(census, frame, edges, strata)

    def sample(self, seed: int) -> list[tuple[int, int]]:
        return self.frame.draw(
            self.edges,
            [stratum_of(self.strata, self.edges, kind) for kind in KINDS],
            [stratum.n_drawn for stratum in self.strata],
            seed=seed,
        )

    def cells(
        self, sample: list[tuple[int, int]], scores: np.ndarray, cut: float, *, is_own: bool
    ) -> list[StratumCells]:
        places, strata = np.array(sample).T
        cell = 2 * self.census.is_bad[places].astype(int) + (scores[places] >= cut)
        table = np.bincount(4 * strata + cell, minlength=4 * len(self.strata)).reshape(-1, 4)
        return [
            StratumCells(
                stratum.n_edits,
                *(float(count) for count in row),
                is_flagged=stratum.low >= cut if is_own else None,
            )
            for stratum, row in zip(self.strata, table, strict=True)
        ]


@pytest.mark.parametrize(
    ("n_samples", "coverage"),
    [
        (300, (0.90, 0.99)),
        pytest.param(2000, (0.92, 0.98), marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize(
    ("seed", "cut", "is_by_editor", "answered", "model"),
    [
        (1, 0.5, False, 1.0, "own"),
        (2, 0.5, True, 1.0, "own"),
        (3, 0.3, False, 0.8, "own"),
        (4, 0.1, True, 1.0, "own"),
        (5, 0.5, False, 1.0, "other"),
    ],
)
def test_weighted_figures_hit_the_truth_of_a_census(
    n_samples, coverage, seed, cut, is_by_editor, answered, model
) -> None:
    """Also with unanswered edits, and for a model whose scores did not make the strata."""
    census = make_census(seed, n_hidden_of_1000=seed % 4)
    scores = census.scores if model == "own" else census.others
    truth = census.truth(scores, cut)
    sampler = Sampler.make(census, cut=cut, n=600, is_by_editor=is_by_editor)
    silence = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, bool]]] = {name: [] for name in FIGURES}
    for number in range(n_samples):
        sample = [
            pair
            for pair in sampler.sample(seed=1000 * seed + number)
            if answered == 1.0 or silence.random() < answered
        ]
        cells = sampler.cells(sample, scores, cut, is_own=model == "own")
        for name, figure in FIGURES.items():
            share = figure(cells)
            found[name].append((share.value, share.low <= truth[name] <= share.high))
            assert share.low < share.value < share.high or share.value in (0, 1)

    for name, pairs in found.items():
        values = np.array([value for value, _ in pairs])
        bias = float(values.mean()) - truth[name]
        error = float(values.std(ddof=1)) / math.sqrt(n_samples)
        held = sum(is_held for _, is_held in pairs) / n_samples
        told = f"{name} {truth[name]:.3f}: bias {bias:+.4f}, error {error:.4f}, held {held:.3f}"
        assert abs(bias) < 0.01, told
        assert abs(bias) <= 3 * error, told
        assert coverage[0] <= held <= coverage[1], told


def test_the_same_labels_unweighted_are_far_from_the_truth() -> None:
    """The control: without the weights the test above would fail."""
    census = make_census(1)
    sampler = Sampler.make(census, cut=0.5, n=600, is_by_editor=False)
    truth = census.truth(census.scores, 0.5)
    shares = []
    for number in range(50):
        places = [place for place, _ in sampler.sample(seed=number)]
        shares.append(float(census.is_bad[places].mean()))
    assert np.mean(shares) > 3 * truth["prevalence"]


def test_every_edit_is_drawn_as_often_as_its_chance_says() -> None:
    census = make_census(1)
    sampler = Sampler.make(census, cut=0.5, n=600, is_by_editor=True)
    times = np.zeros(N)
    chances = np.zeros(N)
    for number in range(400):
        for place, stratum in sampler.sample(seed=number):
            times[place] += 1
            chances[place] = sampler.strata[stratum].inclusion_probability
    drawn = chances > 0
    off = (times[drawn] - 400 * chances[drawn]) / np.sqrt(
        400 * chances[drawn] * (1 - chances[drawn]) + 1e-9
    )
    # Edits that were drawn once at least: of the rarest, those never drawn are missing here.
    common = chances[drawn] > 0.1
    assert abs(float(off[common].mean())) < 0.05
    assert 0.9 < float(off[common].std()) < 1.1

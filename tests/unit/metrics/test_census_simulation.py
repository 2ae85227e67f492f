"""A census of 20,000 edits, of which everything is known, drawn again and again by the real rules.

The figures from each sample are compared with the truth: on average they hit it, and 95 % intervals
hold it as often as `jadelite.metrics.coverage` says.
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from jadelite.domain.sampling import Cell, Stratum, allocate, bin_edges, make_strata, stratum_of
from jadelite.metrics import drawn_areas, rates
from jadelite.metrics.ceiling import ceiling
from jadelite.metrics.contrasts import difference, ratio_of_rates
from jadelite.metrics.coverage import COVERAGE
from jadelite.metrics.drawn_scores import score_figures
from jadelite.metrics.groups import mean_residual
from jadelite.metrics.ratios import mean, ratio
from jadelite.metrics.result import Estimate
from jadelite.metrics.sampling import Frame
from jadelite.metrics.survey import Sample

N = 20_000
KINDS = ("temporary", "newcomer", "registered")
BY_BOOTSTRAP = {"reliability", "resolution", "uncertainty", "ece", "ece_debiased"}


@dataclass(frozen=True)
class Census:
    """Edits with their score, the score of another model, kind of editor, and what they are."""

    scores: np.ndarray
    others: np.ndarray
    kinds: np.ndarray
    is_bad: np.ndarray


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

    def judged(self, places: np.ndarray, strata: np.ndarray, cut: float | None) -> Sample:
        """What people say of some edits; strata above the cut are joined among themselves."""
        return Sample.of(
            self.census.is_bad[places],
            strata,
            [stratum.n_edits for stratum in self.strata],
            sides=[int(cut is not None and stratum.low >= cut) for stratum in self.strata],
        )


def cases_of(census: Census, cut: float, *, model: str) -> "Cases":
    """All figures of the census at a threshold, for any of its edits."""
    own, other = census.scores, census.others
    chance = np.random.default_rng(int(census.is_bad.sum()))
    n_votes = chance.integers(2, 5, N)
    n_yes = chance.binomial(n_votes, np.where(census.is_bad == 1, 0.9, 0.04))
    return Cases(
        census, cut, *((own, other) if model == "own" else (other, own)), n_yes, n_votes - n_yes
    )


@dataclass(frozen=True)
class Cases:
    """Two models on the edits of a census, and votes of two to four people on each."""

    census: Census
    cut: float
    scores: np.ndarray
    others: np.ndarray
    n_yes: np.ndarray
    n_no: np.ndarray

    def core(self, sample: Sample, places: np.ndarray) -> dict[str, Estimate]:
        flagged = self.scores[places] >= self.cut
        made = {
            "precision": rates.precision(flagged),
            "recall": rates.recall(flagged),
            "prevalence": rates.prevalence(places.size),
            "false_positive_rate": rates.false_positive_rate(flagged),
            "f1": rates.f1(flagged),
        }
        return {name: ratio(sample, rate) for name, rate in made.items()}

    def every(self, sample: Sample, places: np.ndarray) -> dict[str, Estimate]:
        flagged = self.scores[places] >= self.cut
        flags_2 = self.others[places] >= self.cut
        kinds = self.census.kinds[places]
        pairs = ((rate, rate(flagged), rate(flags_2)) for rate in PAIRED)
        rate = rates.false_positive_rate(flagged)
        established, temporary = rate.where(kinds == 2), rate.where(kinds == 0)
        votes = np.column_stack([self.n_no, self.n_yes])[places]
        people = ceiling(sample, votes, flagged.astype(int))
        soft = sample.with_y(votes[:, 1] / votes.sum(axis=1))
        return {
            **self.core(sample, places),
            "accuracy": ratio(sample, rates.accuracy(flagged)),
            **{f"{make.__name__} of votes": ratio(soft, make(flagged)) for make in PAIRED[:3]},
            **{f"{make.__name__} change": difference(sample, a, b) for make, a, b in pairs},
            "roc_auc": drawn_areas.roc_auc(sample, self.scores[places]),
            "average_precision": drawn_areas.average_precision(sample, self.scores[places]),
            "brier": mean(sample, rates.squared_error(self.scores[places])),
            "brier change": difference(
                sample,
                rates.squared_error(self.scores[places]),
                rates.squared_error(self.others[places]),
            ),
            "false_positive_rate gap of groups": difference(sample, established, temporary),
            "false_positive_rate ratio of groups": ratio_of_rates(sample, established, temporary),
            "precision of a group": ratio(sample, rates.precision(flagged).where(kinds == 1)),
            "residual": mean_residual(sample, self.scores[places]),
            "residual of a group": mean_residual(sample, self.scores[places], held=kinds == 1),
            "model_human": people.model_human,
            "human_human": people.human_human,
            "model_human less human_human": people.difference,
        }

    def truth(self, figures: str) -> dict[str, float]:
        every = np.arange(N)
        whole = Sample.of(self.census.is_bad, np.zeros(N, dtype=int), [N])
        return {name: one.value for name, one in getattr(self, figures)(whole, every).items()}


PAIRED = (
    rates.precision,
    rates.recall,
    rates.false_positive_rate,
    rates.match_rate,
    rates.f1,
)
SETTINGS = [
    (1, 0.5, False, 1.0, "own"),
    (2, 0.5, True, 1.0, "own"),
    (3, 0.3, False, 0.8, "own"),
    (4, 0.1, True, 1.0, "own"),
    (5, 0.5, False, 1.0, "other"),
]


def repeat(
    setting: tuple, figures: str, *, n_samples: int
) -> tuple[dict[str, float], dict[str, list[Estimate]]]:
    """The truth, and each figure from many samples of 600; some edits stay unanswered."""
    seed, cut, is_by_editor, answered, model = setting
    census = make_census(seed, n_hidden_of_1000=seed % 4)
    cases = cases_of(census, cut, model=model)
    sampler = Sampler.make(census, cut=cut, n=600, is_by_editor=is_by_editor)
    silence = np.random.default_rng(seed)
    found: dict[str, list[Estimate]] = {}
    for number in range(n_samples):
        pairs = [
            pair
            for pair in sampler.sample(seed=1000 * seed + number)
            if answered == 1.0 or silence.random() < answered
        ]
        places, strata = np.array(pairs).T
        sample = sampler.judged(places, strata, cut if model == "own" else None)
        for name, figure in getattr(cases, figures)(sample, places).items():
            found.setdefault(name, []).append(figure)
    return cases.truth(figures), found


def held(figures: list[Estimate], truth: float) -> float:
    """Share of the intervals that hold the truth, of those there are."""
    given = [one for one in figures if one.low is not None]
    return sum(one.low <= truth <= one.high for one in given) / max(1, len(given))


@pytest.mark.parametrize("setting", SETTINGS)
def test_weighted_figures_hit_the_truth_of_a_census(setting) -> None:
    """Also with unanswered edits, and for a model whose scores did not make the strata."""
    truth, found = repeat(setting, "core", n_samples=200)
    for name, figures in found.items():
        values = np.array([one.value for one in figures])
        bias = float(values.mean()) - truth[name]
        error = float(values.std(ddof=1)) / math.sqrt(values.size)
        share = held(figures, truth[name])
        told = f"{name} {truth[name]:.3f}: bias {bias:+.4f}, error {error:.4f}, held {share:.3f}"
        assert abs(bias) < 0.01, told
        assert abs(bias) <= 3 * error, told
        assert 0.90 <= share <= 0.99, told
        assert all(one.low < one.value < one.high or one.value in (0, 1) for one in figures)


@pytest.mark.long
def test_intervals_reach_what_the_methods_page_says_of_them(capsys) -> None:
    """One long run over all settings; prints what each interval reached in each of them."""
    reached: dict[str, list[float]] = {}
    for setting in SETTINGS:
        truth, found = repeat(setting, "every", n_samples=1000)
        for name, figures in found.items():
            if any(one.low is not None for one in figures):
                reached.setdefault(name, []).append(held(figures, truth[name]))
    with capsys.disabled():
        for name, shares in reached.items():
            print(f"{name:38}", " ".join(f"{share:.3f}" for share in shares))  # noqa: T201
    assert reached.keys() == COVERAGE.keys() - BY_BOOTSTRAP
    for name, shares in reached.items():
        low, high = COVERAGE[name]
        assert low - 0.01 <= min(shares), name
        assert max(shares) <= high + 0.01, name


@pytest.mark.long
def test_bootstrapped_figures_reach_what_the_methods_page_says_of_them(capsys) -> None:
    reached: dict[str, list[float]] = {}
    for seed, cut, is_by_editor, _, _ in (SETTINGS[0], SETTINGS[3]):
        census = make_census(seed, n_hidden_of_1000=seed % 4)
        sampler = Sampler.make(census, cut=cut, n=600, is_by_editor=is_by_editor)
        whole = Sample.of(census.is_bad, np.zeros(N, dtype=int), [N])
        told = score_figures(whole, census.scores, n_resamples=0)
        truth = {name: getattr(told, name).value for name in BY_BOOTSTRAP}
        found: dict[str, list[Estimate]] = {name: [] for name in truth}
        for number in range(200):
            places, strata = np.array(sampler.sample(seed=1000 * seed + number)).T
            sample = sampler.judged(places, strata, cut)
            made = score_figures(sample, census.scores[places], n_resamples=300, seed=number)
            for name, figures in found.items():
                figures.append(getattr(made, name))
        for name, figures in found.items():
            reached.setdefault(name, []).append(held(figures, truth[name]))
    with capsys.disabled():
        for name, shares in reached.items():
            print(f"{name:38}", " ".join(f"{share:.3f}" for share in shares))  # noqa: T201
    assert reached.keys() == BY_BOOTSTRAP
    for name, shares in reached.items():
        low, high = COVERAGE[name]
        assert low - 0.03 <= min(shares), name
        assert max(shares) <= high + 0.03, name


@pytest.mark.parametrize("n_linked", [0, 150, 450, 600])
def test_figures_are_unbiased_under_every_mix_of_streams(n_linked) -> None:
    """Part of 600 from the strata, the rest through a link that draws all edits alike."""
    census = make_census(1)
    cases = cases_of(census, 0.5, model="own")
    sampler = Sampler.make(census, cut=0.5, n=max(50, 600 - n_linked), is_by_editor=False)
    chance = np.random.default_rng(n_linked)
    n_strata = len(sampler.strata)
    sizes = [stratum.n_edits for stratum in sampler.strata]
    found: dict[str, list[float]] = {}
    for number in range(150):
        drawn = sampler.sample(seed=number) if n_linked < 600 else []
        linked = chance.choice(N, n_linked, replace=False)
        places = np.array([place for place, _ in drawn] + linked.tolist(), dtype=int)
        strata = np.array([stratum for _, stratum in drawn] + [n_strata] * n_linked, dtype=int)
        part = len(drawn) / places.size
        sample = Sample.of(
            census.is_bad[places],
            strata,
            [*sizes, N],
            shares=[part] * n_strata + [1 - part],
            draws=[0] * n_strata + [1],
        )
        for name, figure in cases.core(sample, places).items():
            if figure.value is not None:
                found.setdefault(name, []).append(figure.value)
    truth = cases.truth("core")
    for name, values in found.items():
        bias = float(np.mean(values)) - truth[name]
        error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
        # A ratio of few positive edits leans by a part of its own spread; a tenth is let pass.
        allowed = 3.5 * error + (0.1 * error * math.sqrt(len(values)) if name == "f1" else 0)
        assert abs(bias) <= allowed, f"{name}: bias {bias:+.4f}, error {error:.4f}"


def test_the_same_labels_unweighted_are_far_from_the_truth() -> None:
    """The control: without the weights the test above would fail."""
    census = make_census(1)
    sampler = Sampler.make(census, cut=0.5, n=600, is_by_editor=False)
    shares = []
    for number in range(50):
        places = [place for place, _ in sampler.sample(seed=number)]
        shares.append(float(census.is_bad[places].mean()))
    assert np.mean(shares) > 3 * census.is_bad.mean()


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

"""How figures are made, in the code's own words: docstrings of `metrics`, read as text.

Nothing of `metrics` is imported: pages must not load numpy.
"""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jadelite.domain.errors import NotFound

METRICS = Path(__file__).parents[1] / "metrics"
_RATE = ("ratios.ratio", "survey.Sample")
_BOOTSTRAP = "resampling.stratified_bootstrap"

# Each figure of a report: the functions that make it, as file.function of `metrics`.
NAMES: dict[str, tuple[str, ...]] = {
    "precision": ("rates.precision", *_RATE),
    "recall": ("rates.recall", *_RATE),
    "false_positive_rate": ("rates.false_positive_rate", *_RATE),
    "specificity": ("rates.specificity", *_RATE),
    "f1": ("rates.f1", *_RATE),
    "accuracy": ("rates.accuracy", *_RATE),
    "match_rate": ("rates.match_rate", *_RATE),
    "prevalence": ("rates.prevalence", *_RATE),
    "sample_prevalence": ("intervals.wilson",),
    "flagged": ("thresholds.threshold_line",),
    "wrong": ("rates.wrong_share", "ratios.mean"),
    "missed": ("rates.missed_share", "ratios.mean", "ratios.hidden_misses"),
    "newcomer_ratio": ("contrasts.ratio_of_rates",),
    "roc_auc": ("areas.roc_auc", _BOOTSTRAP),
    "average_precision": ("areas.average_precision", _BOOTSTRAP),
    "brier": ("probability_scores.brier", _BOOTSTRAP),
    "reliability": ("probability_scores.brier_parts",),
    "resolution": ("probability_scores.brier_parts",),
    "uncertainty": ("probability_scores.brier_parts",),
    "log_loss": ("probability_scores.log_loss", _BOOTSTRAP),
    "ece": ("calibration.ece", _BOOTSTRAP),
    "ece_debiased": ("calibration.ece_debiased", _BOOTSTRAP),
    "in_the_large": ("recalibration.mean_gap",),
    "slope": ("recalibration.recalibrate", _BOOTSTRAP),
    "intercept": ("recalibration.recalibrate", _BOOTSTRAP),
    "observed": ("calibration.reliability", "isotonic.isotonic"),
    "residual": ("groups.mean_residual",),
    "false_positive_ratio": ("groups.by_group", "contrasts.ratio_of_rates"),
    "false_positive_gap": ("groups.by_group", "contrasts.difference"),
    "model_human": ("ceiling.ceiling",),
    "human_human": ("ceiling.ceiling",),
    "difference": ("ceiling.ceiling",),
    "reviewers_matched": ("ceiling.alternative_test",),
    "mean_probability": ("rates.mean_probability", "ratios.mean"),
    "js_distance": ("sequences.js_distance",),
    "wasserstein": ("sequences.wasserstein",),
    "expected_precision": ("recalibration.expected_precision",),
    "percent_agreement": ("agreement.percent_agreement",),
    "positive_agreement": ("agreement.positive_agreement",),
    "negative_agreement": ("agreement.negative_agreement",),
    "krippendorff_alpha": ("agreement.krippendorff_alpha",),
    "alpha_crossed": ("crossed.crossed_interval",),
    "gwet_ac1": ("kappa.gwet_ac1",),
    "fleiss_kappa": ("kappa.fleiss_kappa",),
    "conger_kappa": ("pairwise.conger_kappa",),
    "self_consistency": ("intervals.wilson",),
    "blind_share": ("intervals.wilson",),
    "response_rate": ("intervals.wilson",),
    "unsure_share": ("intervals.wilson",),
    "top_reviewer_share": ("intervals.wilson",),
    # What is no single figure but has an explanation of its own on the page.
    "population": ("survey.Sample", "ratios.ratio", "totals.hajek"),
    "sampling": ("sampling.draw", "sampling.draw_keys", "totals.combined_probability"),
    "promise": ("thresholds.recommend", "thresholds.n_more"),
    "adjusted": ("dawid_skene.dawid_skene",),
    "versions": ("paired.compare_versions", "paired.mcnemar", "paired.n_needed"),
    "trend": ("sequences.confidence_sequence",),
    "slices": ("groups.by_group", "groups.benjamini_hochberg"),
}


@dataclass(frozen=True)
class MethodText:
    """What the code says of one function: its name in `metrics`, its docstring."""

    function: str
    text: str


def of(name: str) -> tuple[MethodText, ...]:
    """The docstrings behind a figure. Raises NotFound for a name that is no figure."""
    if name not in NAMES:
        raise NotFound("no-method", f"there is no figure {name!r}, expected one of {list(NAMES)}")
    return tuple(MethodText(function, _docstring(function)) for function in NAMES[name])


@dataclass(frozen=True)
class Coverage:
    """How often a figure's 95 % interval held the truth in simulations: the lowest and the highest
    share over their settings, 0 to 1."""

    name: str
    lowest: float
    highest: float


@cache
def coverage() -> tuple[Coverage, ...]:
    """What simulations found of each interval, as it stands in `metrics.coverage`."""
    found: dict[str, tuple[float, float]] = {}
    for node in _parsed(METRICS / "coverage.py").body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "COVERAGE":
            held = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            found = ast.literal_eval(held) if held is not None else {}
    return tuple(Coverage(name, low, high) for name, (low, high) in found.items())


@cache
def _docstring(function: str) -> str:
    """The docstring of a function or class of `metrics`, named file.function."""
    file, wanted = function.split(".")
    for node in _definitions(_parsed(METRICS / f"{file}.py")):
        if node.name == wanted:
            return inspect.cleandoc(ast.get_docstring(node, clean=False) or "")
    raise LookupError(f"metrics has no {function}")


def _definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))

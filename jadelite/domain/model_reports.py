"""What a report says of one model version: each part is one section of the page.

A case is a judged edit with a score. Where the sample was drawn, cases are weighted so that they
speak for all edits of the frame; else each weighs 1. People say yes to an edit with the share of
their blind votes, "not sure" being half a yes, unless a part says otherwise.
"""

from dataclasses import dataclass
from typing import Literal

from jadelite.domain.figures import Figure

Treatment = Literal["half", "excluded", "no", "yes"]
Target = Literal["votes", "majority", "adjusted"]
ListName = Literal["model-sure", "people-split", "versions", "flips", "overturned"]
LIST_NAMES: tuple[ListName, ...] = ("model-sure", "people-split", "versions", "flips", "overturned")


@dataclass(frozen=True)
class Cells:
    """Edits by what the model and what people said; sums of shares and weights, 0 or more."""

    tn: float
    fp: float
    fn: float
    tp: float


@dataclass(frozen=True)
class Rates:
    """The model against people at its threshold. Cells sum to the frame, or to the cases.

    Of a drawn sample the rates are freed of what a ratio leans to in small samples, so that they
    can differ from those of the cells.
    """

    n_cases: int
    cells: Cells
    precision: Figure
    recall: Figure
    specificity: Figure
    false_positive_rate: Figure
    f1: Figure
    accuracy: Figure
    match_rate: Figure
    prevalence: Figure


@dataclass(frozen=True)
class Workload:
    """Edits a day; None for `days` means for the whole frame, because its time is unknown.

    `flagged` is counted where all scores of the frame are known (method "count"; with bounds where
    they are known to the thousandth and the threshold lies within one), else estimated.
    `wrong` were flagged though people say no, `missed` not flagged though they say yes. Up to
    `n_hidden` of the missed may hide in parts of the frame where none was met; None where some
    were met in each part.
    """

    days: float | None
    flagged: Figure
    wrong: Figure
    missed: Figure
    n_hidden: float | None


@dataclass(frozen=True)
class TargetLine:
    """The same figures against another reading of the votes.

    votes: shares of the votes; majority: decided edits only; adjusted: freed of reviewers'
    estimated errors (Dawid and Skene, a prevalence for each bin of the score). The adjusted figures
    have no interval: one that takes the freed labels as if they had been seen leaves out that
    reviewers' errors are estimated too, and held the truth in 70 to 87 % of simulated samples, not
    in 95 %.
    """

    target: Target
    n_cases: int
    prevalence: Figure
    precision: Figure
    recall: Figure
    false_positive_rate: Figure


@dataclass(frozen=True)
class TreatmentLine:
    """The same figures with "not sure" counted in another way."""

    treatment: Treatment
    n_cases: int
    prevalence: Figure
    precision: Figure
    recall: Figure
    false_positive_rate: Figure


@dataclass(frozen=True)
class ThresholdLine:
    """What a threshold would do. `levels` name the cuts in force at it; numbers of edits are a day,
    or of the whole frame where its time is unknown.

    `newcomer_ratio` is the false positive rate of newcomers' edits over that of established
    editors'.
    """

    threshold: float
    levels: tuple[str, ...]
    n_cases_above: int
    flagged: Figure
    wrong: Figure
    precision: Figure
    recall: Figure
    false_positive_rate: Figure
    f1: Figure
    match_rate: Figure
    newcomer_ratio: Figure


@dataclass(frozen=True)
class Recommendation:
    """The smallest threshold that keeps a promise of precision, or what is missing for one.

    `low` is the one-sided 95 % bound at `threshold`, right although many thresholds were tried.
    Without a threshold `reason` says why (too-few, value-below); about `n_more` judged edits with
    a score of at least `more_above` would do, None where no number would.
    """

    target: float
    threshold: float | None
    low: float | None
    n: int
    reason: str | None
    n_more: int | None
    more_above: float | None


@dataclass(frozen=True)
class ScoreBin:
    """Edits with a probability in [low, high), by what the majority said of them."""

    low: float
    high: float
    n_yes: int
    n_no: int
    n_undecided: int


@dataclass(frozen=True)
class ReliabilityBin:
    """Cases with a probability from low to high; `mean_probability` None without any."""

    low: float
    high: float
    mean_probability: float | None
    observed: Figure


@dataclass(frozen=True)
class Knot:
    """A corner of the monotone map from the model's probability to the share people say yes to."""

    probability: float
    calibrated: float


@dataclass(frozen=True)
class Calibration:
    """Whether probabilities mean what they say."""

    brier: Figure
    reliability: Figure
    resolution: Figure
    uncertainty: Figure
    log_loss: Figure
    ece: Figure
    ece_debiased: Figure
    in_the_large: Figure
    slope: Figure
    intercept: Figure
    bins: tuple[ReliabilityBin, ...]
    knots: tuple[Knot, ...]


@dataclass(frozen=True)
class Slice:
    """The model on a part of the edits, against the reference part of the same dimension.

    `false_positive_ratio` and `false_positive_gap` compare with the reference, `p_adjusted` is the
    gap's p value after Benjamini and Hochberg over all slices (None for the reference and where it
    can't be said). `residual` is the mean of what people say less what the model says.
    """

    dimension: str
    value: str
    is_reference: bool
    n_cases: int
    prevalence: Figure
    precision: Figure
    recall: Figure
    false_positive_rate: Figure
    false_positive_ratio: Figure
    false_positive_gap: Figure
    residual: Figure
    p_adjusted: float | None


@dataclass(frozen=True)
class Ceiling:
    """The model as one more reviewer, on edits with two votes or more.

    `human_human`: two random reviewers of an edit agree; `model_human`: the model and a random one
    do. `reviewers_matched`: share of reviewers whom the model could stand in for.
    """

    n_edits: int
    model_human: Figure
    human_human: Figure
    difference: Figure
    reviewers_matched: Figure


@dataclass(frozen=True)
class TrendPoint:
    """A week of edits, from the Monday `starts_on`; bands hold for all weeks together, whenever
    somebody looks."""

    starts_on: str
    n_cases: int
    precision: Figure
    recall: Figure
    false_positive_rate: Figure
    match_rate: Figure
    mean_probability: Figure


@dataclass(frozen=True)
class TrendMark:
    """A day on which something changed that may show in the trend.

    guideline: the version `name` of the guideline was first judged by; version: the model version
    `name` first scored.
    """

    on: str
    kind: Literal["guideline", "version"]
    name: str


@dataclass(frozen=True)
class Drift:
    """The scores of the frame's later half against its earlier half, and what they promise.

    `js_distance` and `wasserstein` compare the two distributions, 0 meaning alike.
    `expected_precision` follows from the calibrated scores of the later half alone, `precision`
    from its judgments: a gap between them is the signal.
    """

    js_distance: Figure
    wasserstein: Figure
    expected_precision: Figure
    precision: Figure


@dataclass(frozen=True)
class GuardrailCheck:
    """A bound that was written beforehand. State: kept, crossed (the whole interval is beyond it),
    unclear (the interval holds the bound) or unknown (no figure)."""

    figure: str
    side: Literal["at-least", "at-most"]
    bound: float
    action: str
    written_on: str
    state: Literal["kept", "crossed", "unclear", "unknown"]


@dataclass(frozen=True)
class ListedEdit:
    """An edit in a list: the model's probability, the votes of people, and why it is listed.

    `why` is a code; `other` the probability of the other version, in the list of versions. The
    title is not frozen but read when it is shown.
    """

    wiki: str
    rev_id: int
    probability: float
    n_yes: int
    n_no: int
    n_unsure: int
    why: str
    gap: float
    other: float | None = None
    namespace: int | None = None
    editor_kind: str | None = None
    page_title: str | None = None


@dataclass(frozen=True)
class ContestedList:
    """One of the five lists: how many edits it holds, and the first of them.

    `against`: the version that the list of versions compares with, as model@version; None in other
    lists and where there is no other version.
    """

    name: ListName
    n: int
    first: tuple[ListedEdit, ...]
    n_masked: int = 0
    against: str | None = None


@dataclass(frozen=True)
class Level:
    """A cut in force on the wiki."""

    name: str
    value: float


@dataclass(frozen=True)
class ModelReport:
    """One model version against people. `is_audited`: the campaign was made to audit it; others
    were scored on the same edits later.

    `alarms` are codes of what must not be missed: finds-almost-nothing, mostly-false-alarms,
    sample-unlike-wiki, threshold-flags-nothing, guardrail-crossed, scores-missing. `n_scored` and
    `n_unscored` count judged edits with and without a score. `in_sample` counts decided edits, each
    once; none of it is said of the wiki. `sample_prevalence` is the plain share in the sample, to
    lay beside `rates.prevalence`.
    """

    model: str
    version: str
    positive_label: str
    is_audited: bool
    threshold: float
    threshold_origin: str
    levels: tuple[Level, ...]
    n_scored: int
    n_unscored: int
    n_effective: float
    alarms: tuple[str, ...]
    rates: Rates
    workload: Workload
    sample_prevalence: Figure
    in_sample: Rates
    targets: tuple[TargetLine, ...]
    treatments: tuple[TreatmentLine, ...]
    thresholds: tuple[ThresholdLine, ...]
    recommendations: tuple[Recommendation, ...]
    roc_auc: Figure
    average_precision: Figure
    calibration: Calibration
    histogram: tuple[ScoreBin, ...]
    slices: tuple[Slice, ...]
    ceiling: Ceiling
    trend: tuple[TrendPoint, ...]
    drift: Drift
    guardrails: tuple[GuardrailCheck, ...]
    lists: tuple[ContestedList, ...]
    marks: tuple[TrendMark, ...] = ()


@dataclass(frozen=True)
class VersionComparison:
    """Two versions on the same judged edits, each at its own threshold; differences are the second
    less the first.

    `n_flips` edits are flagged by one only; `mcnemar_p` None where edits don't weigh the same.
    `n_needed`: judged edits that would show the present difference in precision, None where there
    is none.
    """

    first: str
    second: str
    first_threshold: float
    second_threshold: float
    n_cases: int
    n_flips: int
    precision: Figure
    recall: Figure
    false_positive_rate: Figure
    brier: Figure
    mcnemar_p: float | None
    n_needed: int | None
    flips: tuple[ListedEdit, ...]

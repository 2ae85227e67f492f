"""A frozen report: figures with their interval, n and method, and the lists behind them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from jadelite.domain.campaigns import EVIDENCE_KINDS
from jadelite.domain.figures import SMALL_N, Figure
from jadelite.domain.model_reports import ModelReport, VersionComparison

REPORT_SCHEMA = "jadelite.report/2"


@dataclass(frozen=True)
class StratumResponse:
    """A part of the frame: of `n_edits`, `n_drawn` were drawn, and `n_judged` of those are judged.

    Scores in [low, high); None where the frame was not cut by score. `editor_group` None: all.
    """

    stream: str
    label: str
    low: float | None
    high: float | None
    editor_group: str | None
    n_edits: int
    n_drawn: int
    n_judged: int

    @property
    def response_rate(self) -> float:
        """The share of the drawn edits that are judged, by which their weights are divided."""
        return self.n_judged / self.n_drawn


@dataclass(frozen=True)
class PopulationSample:
    """How the judged edits speak for a frame: N, drawn, judged, in every part of it.

    `n_effective` is Kish's number of the judged edits under their weights. `is_census`: every edit
    of the frame was asked about.
    """

    n_edits: int
    n_unscored: int
    n_drawn: int
    n_judged: int
    n_effective: float
    is_census: bool
    strata: tuple[StratumResponse, ...]


@dataclass(frozen=True)
class VotePattern:
    """How many edits got exactly these votes."""

    n_yes: int
    n_no: int
    n_unsure: int
    n_edits: int


@dataclass(frozen=True)
class Agreement:
    """People against people on one question, "not sure" being a label of its own.

    Positive and negative agreement are about yes and no. `alpha_crossed` is alpha with an interval
    that draws reviewers anew as well as edits. `conger_kappa` needs to know who judged.
    `self_consistency`: the same reviewer says the same of an edit that came again.
    """

    percent_agreement: Figure
    positive_agreement: Figure
    negative_agreement: Figure
    krippendorff_alpha: Figure
    alpha_crossed: Figure
    gwet_ac1: Figure
    fleiss_kappa: Figure
    conger_kappa: Figure
    self_consistency: Figure


@dataclass(frozen=True)
class QuestionReport:
    """People against people on one question, and the models that answer it.

    `prevalence` is the share of edits that people say yes to, weighted to the frame where there is
    one.
    """

    question: str
    n_yes: int
    n_no: int
    n_unsure: int
    n_decided: int
    patterns: tuple[VotePattern, ...]
    prevalence: Figure
    agreement: Agreement
    models: tuple[ModelReport, ...]
    comparisons: tuple[VersionComparison, ...]


@dataclass(frozen=True)
class LabelCount:
    """How often a label was chosen."""

    label: str
    n: int


@dataclass(frozen=True)
class LabelReport:
    """People against people on a question with other labels than yes and no.

    Of a scale (`is_ordinal`) alpha counts far labels as more different than near ones; "not sure"
    is counted but not compared. If `kind` is several, answers agree if they hold the same labels.
    """

    question: str
    kind: str
    is_ordinal: bool
    n_answers: int
    n_edits: int
    counts: tuple[LabelCount, ...]
    percent_agreement: Figure
    krippendorff_alpha: Figure


@dataclass(frozen=True)
class LanguageCount:
    """Judgments given while reading the questions in a language; None where unknown."""

    language: str | None
    n: int


@dataclass(frozen=True)
class Missing:
    """A figure that can't be computed: which one of which model or question, and why."""

    subject: str
    figure: str
    reason: str


@dataclass(frozen=True)
class Trust:
    """Whether the report can be trusted.

    `light`: good, careful or poor, the worst of its `doubts` (codes: few-judgments, not-blind,
    exposure-unknown, low-response, one-reviewer, much-unsure, small-sample, not-a-sample,
    votes-alike). Shares are of people's judgments. `without_one` is the largest change of the first
    audited model's precision when one of the most active reviewers is left out. `n_alike` pairs of
    reviewers gave the same votes on all of their common edits, at least 20 and so many that it can
    hardly be chance. Dates are days as ISO 8601, None where unknown.
    """

    light: Literal["good", "careful", "poor"]
    doubts: tuple[str, ...]
    blind_share: Figure
    response_rate: Figure
    unsure_share: Figure
    votes_per_edit: Figure
    top_reviewer_share: Figure
    without_one: Figure
    reviewer_hours: Figure
    languages: tuple[LanguageCount, ...]
    n_alike: int
    oldest_on: str | None
    newest_on: str | None
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Report:
    """Everything a report page says. Counts are of people's judgments; bots stand apart.

    `n_judgments_waiting` were given blind on edits that still wait for others' judgments; they
    count once those are there. `n_exposure_unknown` are those of which nobody says what had been
    seen, `n_unknown_left_out` of them not counted; `n_withdrawn` were given blind and taken back
    after the score could be seen. `k` is the most votes an edit has or was to get. `sample` says
    what the edits speak for, None where nobody knows how they were chosen. `window_from` and
    `window_to` are days as ISO 8601 between which the edits were made, `days` how many; None where
    unknown. `n_unnamed` listed edits, each counted once, are left out of all lists of a report that
    is shown, because their wiki hid them or they are judged again; 0 in what is frozen.
    """

    campaign: str
    wiki: str
    kind: str
    k: int
    min_votes: int
    computed_at: datetime
    code_version: str
    seed: int
    snapshot: str
    window_from: str | None
    window_to: str | None
    days: float | None
    n_edits: int
    n_edits_judged: int
    n_judgments: int
    n_judgments_used: int
    n_judgments_waiting: int
    n_exposed: int
    n_exposure_unknown: int
    n_unknown_left_out: int
    n_withdrawn: int
    n_bot_judgments: int
    n_reviewers: Figure
    guideline_versions: tuple[int, ...]
    notes: tuple[str, ...]
    sample: PopulationSample | None
    trust: Trust
    questions: tuple[QuestionReport, ...]
    labelled: tuple[LabelReport, ...]
    n_unnamed: int = 0

    @property
    def is_small(self) -> bool:
        """Whether the whole report rests on fewer judgments than a verdict needs."""
        return self.n_judgments_used < SMALL_N

    @property
    def speaks_for_wiki(self) -> bool:
        """Whether the edits were drawn from a wiki by a known chance."""
        return self.sample is not None and self.kind not in EVIDENCE_KINDS

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the schema's name and the time as ISO 8601 UTC."""
        data = asdict(self)
        data["computed_at"] = self.computed_at.isoformat().replace("+00:00", "Z")
        return {"schema": REPORT_SCHEMA, **data}

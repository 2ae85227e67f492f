"""A frozen report: figures with their interval, n and method, and the lists behind them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

SMALL_N = 30  # below this a figure is marked small and no verdict is given
REPORT_SCHEMA = "jadelite.report/1"

Treatment = Literal["half", "excluded", "no", "yes"]


@dataclass(frozen=True)
class Figure:
    """A number that can say how it was made.

    `value` is None exactly when `reason` says why it can't be computed; `low` and `high` bound the
    95 % interval and are None where the method gives none. `n` counts what it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None = None

    @property
    def is_small(self) -> bool:
        """Whether too little stands behind it for any verdict."""
        return self.n < SMALL_N


@dataclass(frozen=True)
class ConfusionTable:
    """Decided edits by what the model and what people said."""

    tn: int
    fp: int
    fn: int
    tp: int


@dataclass(frozen=True)
class ListedEdit:
    """An edit in a list: the model's probability and the votes of people."""

    wiki: str
    rev_id: int
    page_title: str | None
    probability: float
    n_yes: int
    n_no: int
    n_unsure: int


@dataclass(frozen=True)
class ScoreBin:
    """Edits with a probability in [low, high), by what people said of them."""

    low: float
    high: float
    n_yes: int
    n_no: int
    n_undecided: int


@dataclass(frozen=True)
class TreatmentLine:
    """The same figures with "not sure" counted in another way."""

    treatment: Treatment
    n_decided: int
    precision: Figure
    recall: Figure
    false_positive_rate: Figure


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
class PopulationFigures:
    """A model version against people in the whole frame, by the weights of the draw.

    People say yes to an edit with the share of their blind votes, "not sure" being half a yes.
    `sample_share` is the plain mean of that over the `n_judged` edits, to compare; None without
    any. Up to `n_hidden` edits that people would say yes to may hide where none was met; None where
    some were met everywhere.
    """

    n_judged: int
    sample_share: float | None
    precision: Figure
    recall: Figure
    prevalence: Figure
    n_hidden: float | None


@dataclass(frozen=True)
class ModelReport:
    """One model version against people, at one threshold."""

    model: str
    version: str
    positive_label: str
    threshold: float
    threshold_origin: str
    n_scored: int
    n_decided: int
    confusion: ConfusionTable
    precision: Figure
    recall: Figure
    false_positive_rate: Figure
    roc_auc: Figure
    brier: Figure
    treatments: tuple[TreatmentLine, ...]
    bins: tuple[ScoreBin, ...]
    confident_misses: tuple[ListedEdit, ...]
    n_confident_misses_masked: int
    population: PopulationFigures | None = None


@dataclass(frozen=True)
class QuestionReport:
    """People against people on one question, and the models that answer it."""

    question: str
    n_yes: int
    n_no: int
    n_unsure: int
    n_decided: int
    percent_agreement: Figure
    krippendorff_alpha: Figure
    models: tuple[ModelReport, ...]


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
class Report:
    """Everything a report page says. Counts are of people's judgments; bots stand apart.

    `n_judgments_waiting` were given blind on edits that still wait for others' judgments; they
    count once those are there. `n_exposure_unknown` are those of which nobody says what had been
    seen, `n_unknown_left_out` of them not counted; `n_withdrawn` were given blind and taken back
    after the score could be seen. `k` is the most votes an edit has or was to get. `sample` says
    what the edits speak for, None where nobody knows how they were chosen.
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
    n_edits: int
    n_edits_judged: int
    n_judgments: int
    n_judgments_used: int
    n_judgments_waiting: int
    n_exposed: int
    n_exposure_unknown: int
    n_bot_judgments: int
    n_reviewers: Figure
    notes: tuple[str, ...]
    questions: tuple[QuestionReport, ...]
    labelled: tuple[LabelReport, ...] = ()
    sample: PopulationSample | None = None
    n_unknown_left_out: int = 0
    n_withdrawn: int = 0

    @property
    def is_small(self) -> bool:
        """Whether the whole report rests on fewer judgments than a verdict needs."""
        return self.n_judgments_used < SMALL_N

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the schema's name and the time as ISO 8601 UTC."""
        data = asdict(self)
        data["computed_at"] = self.computed_at.isoformat().replace("+00:00", "Z")
        return {"schema": REPORT_SCHEMA, **data}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Report":
        """The report that `to_json` froze."""
        fields = {key: value for key, value in data.items() if key != "schema"}
        fields["computed_at"] = datetime.fromisoformat(fields["computed_at"])
        fields["n_reviewers"] = Figure(**fields["n_reviewers"])
        fields["notes"] = tuple(fields["notes"])
        fields["questions"] = tuple(_question(item) for item in fields["questions"])
        # Reports frozen before there were such questions have none.
        fields["labelled"] = tuple(_labelled(item) for item in fields.get("labelled", ()))
        fields["sample"] = _sample(fields.get("sample"))
        return cls(**fields)


def _question(data: dict[str, Any]) -> QuestionReport:
    figures = {key: Figure(**data[key]) for key in ("percent_agreement", "krippendorff_alpha")}
    models = tuple(_model(item) for item in data["models"])
    return QuestionReport(**{**data, **figures, "models": models})


def _labelled(data: dict[str, Any]) -> LabelReport:
    figures = {key: Figure(**data[key]) for key in ("percent_agreement", "krippendorff_alpha")}
    counts = tuple(LabelCount(**item) for item in data["counts"])
    return LabelReport(**{**data, **figures, "counts": counts})


def _sample(data: dict[str, Any] | None) -> PopulationSample | None:
    if data is None:
        return None
    strata = tuple(StratumResponse(**item) for item in data["strata"])
    return PopulationSample(**{**data, "strata": strata})


def _population(data: dict[str, Any] | None) -> PopulationFigures | None:
    if data is None:
        return None
    names = ("precision", "recall", "prevalence")
    return PopulationFigures(**{**data, **{name: Figure(**data[name]) for name in names}})


def _model(data: dict[str, Any]) -> ModelReport:
    names = ("precision", "recall", "false_positive_rate", "roc_auc", "brier")
    parts: dict[str, Any] = {name: Figure(**data[name]) for name in names}
    parts["confusion"] = ConfusionTable(**data["confusion"])
    parts["treatments"] = tuple(_treatment(item) for item in data["treatments"])
    parts["bins"] = tuple(ScoreBin(**item) for item in data["bins"])
    parts["confident_misses"] = tuple(ListedEdit(**item) for item in data["confident_misses"])
    parts["population"] = _population(data.get("population"))
    return ModelReport(**{**data, **parts})


def _treatment(data: dict[str, Any]) -> TreatmentLine:
    names = ("precision", "recall", "false_positive_rate")
    return TreatmentLine(**{**data, **{name: Figure(**data[name]) for name in names}})

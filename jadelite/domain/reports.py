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
class Report:
    """Everything a report page says. Counts are of people's judgments; bots stand apart.

    `n_judgments_waiting` were given blind on edits that still wait for others' judgments; they
    count once those are there. `k` is the most votes an edit has or was to get.
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
        return cls(**fields)


def _question(data: dict[str, Any]) -> QuestionReport:
    figures = {key: Figure(**data[key]) for key in ("percent_agreement", "krippendorff_alpha")}
    models = tuple(_model(item) for item in data["models"])
    return QuestionReport(**{**data, **figures, "models": models})


def _model(data: dict[str, Any]) -> ModelReport:
    names = ("precision", "recall", "false_positive_rate", "roc_auc", "brier")
    parts: dict[str, Any] = {name: Figure(**data[name]) for name in names}
    parts["confusion"] = ConfusionTable(**data["confusion"])
    parts["treatments"] = tuple(_treatment(item) for item in data["treatments"])
    parts["bins"] = tuple(ScoreBin(**item) for item in data["bins"])
    parts["confident_misses"] = tuple(ListedEdit(**item) for item in data["confident_misses"])
    return ModelReport(**{**data, **parts})


def _treatment(data: dict[str, Any]) -> TreatmentLine:
    names = ("precision", "recall", "false_positive_rate")
    return TreatmentLine(**{**data, **{name: Figure(**data[name]) for name in names}})

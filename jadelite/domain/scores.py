"""What a model said of an edit, which model said it, or why it said nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from jadelite.domain.errors import FieldError

PROBABILITY_SUM_TOLERANCE = 1e-3  # published scores are rounded to three decimals at the coarsest

# classes: probabilities of labels that exclude each other; labels: of labels that do not (topics);
# value: one number, no label.
OutputKind = Literal["classes", "labels", "value"]
FailureReason = Literal[
    "missing",
    "deleted",
    "not-scorable",
    "unsupported-language",
    "rate-limited",
    "transient",
    "client-bug",
    "bad-answer",
]
FAILURE_REASONS: tuple[FailureReason, ...] = get_args(FailureReason)
# Asking again soon changes nothing; the rest may pass.
LASTING_REASONS: frozenset[FailureReason] = frozenset(
    {"missing", "deleted", "not-scorable", "unsupported-language"}
)
MAX_FAILURE_DETAIL = 500


@dataclass(frozen=True)
class ModelVersion:
    """The audited thing: one version of a model, and the question and label it predicts.

    `positive_label` is empty where no label means yes: qualities, topics, single values.
    """

    model: str
    version: str
    question: str
    positive_label: str

    @property
    def name(self) -> str:
        """How people write it: model@version."""
        return f"{self.model}@{self.version}"


@dataclass(frozen=True)
class Score:
    """One answer of a model version.

    `probabilities` by label, each in 0..1, at full precision, adding up to 1 where labels exclude
    each other; `prediction` is the label the model chose (several joined by "|"), None where it
    chooses none. A continuous model gives a `value` and no probabilities. `source` says who
    answered; `answer_digest` is the SHA-256 of the answer as received, hexadecimal, None where
    only these values are known. Times are UTC.
    """

    wiki: str
    rev_id: int
    model: str
    model_version: str
    probabilities: Mapping[str, float]
    prediction: str | None
    scored_at: datetime | None
    value: float | None = None
    source: str = "import"
    answer_digest: str | None = None

    def probability_of(self, label: str) -> float:
        """The probability of `label`, in 0..1."""
        return self.probabilities[label]


@dataclass(frozen=True)
class ScoreFailure:
    """Why a model gave no score of an edit.

    `model_version` is None where the answer names none; `detail` is the service's own sentence, at
    most MAX_FAILURE_DETAIL characters.
    """

    wiki: str
    rev_id: int
    model: str
    model_version: str | None
    reason: FailureReason
    detail: str
    source: str
    failed_at: datetime | None = None


def check_probabilities(
    probabilities: Mapping[str, float], prediction: str | None, kind: OutputKind = "classes"
) -> FieldError | None:
    """What is wrong with a model's answer, or None where nothing is."""
    if len(probabilities) < 2:
        return _wrong(f"probabilities has {len(probabilities)} labels, expected at least two")
    for label, value in probabilities.items():
        if not math.isfinite(value) or not 0 <= value <= 1:
            return _wrong(f"probability of {label!r} is {value}, expected 0 to 1")
    if kind == "labels":  # each label stands for itself, and several may be predicted
        return None
    total = math.fsum(probabilities.values())
    if abs(total - 1) > PROBABILITY_SUM_TOLERANCE:
        return _wrong(f"probabilities sum to {total:.6g}, expected 1")
    if prediction is not None and prediction not in probabilities:
        labels = ", ".join(sorted(probabilities))
        return FieldError(
            "prediction", "unknown-label", f"prediction is {prediction!r}, expected one of {labels}"
        )
    return None


def _wrong(detail: str) -> FieldError:
    return FieldError("probabilities", "bad-probabilities", detail)

"""What a model said of an edit, and which model said it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jadelite.domain.errors import FieldError

PROBABILITY_SUM_TOLERANCE = 1e-3  # published scores are rounded to three decimals at the coarsest


@dataclass(frozen=True)
class ModelVersion:
    """The audited thing: one version of a model, and the question and label it predicts."""

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

    `probabilities` by label, each in 0..1, at full precision, adding up to 1; `prediction` is the
    label the model chose, None where it chooses none. Times are UTC.
    """

    wiki: str
    rev_id: int
    model: str
    model_version: str
    probabilities: Mapping[str, float]
    prediction: str | None
    scored_at: datetime | None

    def probability_of(self, label: str) -> float:
        """The probability of `label`, in 0..1."""
        return self.probabilities[label]


def check_probabilities(
    probabilities: Mapping[str, float], prediction: str | None
) -> FieldError | None:
    """What is wrong with a model's answer, or None where nothing is."""
    if len(probabilities) < 2:
        return _wrong(f"probabilities has {len(probabilities)} labels, expected at least two")
    for label, value in probabilities.items():
        if not math.isfinite(value) or not 0 <= value <= 1:
            return _wrong(f"probability of {label!r} is {value}, expected 0 to 1")
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

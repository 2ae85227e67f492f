"""Model cards: what a local model is, what it was trained on, how well it does, where it fails.

A card is the file `models/NAME/VERSION/card.json`; it names the artefact beside it and its SHA-256.
Reading, writing and checking cards is cheap and needs no library; the models themselves, and
scikit-learn with them, are for local.py.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.figures import Figure
from jadelite.domain.scores import ModelVersion

CARD_FILE = "card.json"
CARD_SCHEMA = "jadelite.model-card/1"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True)
class TrainingData:
    """Rows of the training file. `n_left_out` of `n_rows` hold no text and were not used.

    `n_trained` rows gave the coefficients; the rest of the used rows was held back to measure.
    """

    source: str
    licence: str
    sha256: str
    n_rows: int
    n_damaging: int
    n_left_out: int
    n_trained: int


@dataclass(frozen=True)
class Feature:
    """One number the model sees, what it means, and how it pulls.

    `weight` is the change of the log odds for one standard deviation more; above 0 pulls towards
    the positive label.
    """

    name: str
    meaning: str
    weight: float


@dataclass(frozen=True)
class ThresholdFitness:
    """Rates on held-back rows if a probability of `threshold` or more is flagged."""

    threshold: float
    precision: Figure
    recall: Figure
    false_positive_rate: Figure


@dataclass(frozen=True)
class Fitness:
    """How the shipped coefficients do on rows they were not trained on."""

    n: int
    n_positive: int
    roc_auc: Figure
    roc_auc_without_bots: Figure
    brier: Figure
    at: tuple[ThresholdFitness, ...]


@dataclass(frozen=True)
class Card:
    """All that is said of one version of a local model.

    `languages` are those of the training data. `folder` is where the card was read, and is not
    part of the file.
    """

    name: str
    version: str
    question: str
    positive_label: str
    kind: Literal["local"]
    languages: tuple[str, ...]
    description: str
    intended_use: str
    not_intended_use: str
    training_data: TrainingData
    method: str
    features: tuple[Feature, ...]
    trained_on: date
    seed: int
    libraries: Mapping[str, str]
    fitness: Fitness
    limits: tuple[str, ...]
    artefact: str
    artefact_sha256: str
    folder: Path = field(compare=False)

    @property
    def model_version(self) -> ModelVersion:
        """The version as scores and reports name it."""
        return ModelVersion(self.name, self.version, self.question, self.positive_label)


def read_cards(folder: Path) -> list[Card]:
    """All cards below the models folder, by name and version; none if there is no folder.

    Raises Invalid (code "bad-card") if one can't be read or lies under another name.
    """
    cards = [_read(path.parent) for path in folder.glob(f"*/*/{CARD_FILE}")]
    return sorted(cards, key=lambda card: (card.name, _version_key(card.version)))


def find_card(folder: Path, name: str, version: str) -> Card:
    """The card of one model version; NotFound (code "no-model") if there is none."""
    is_name = _NAME.fullmatch(name) and _VERSION.fullmatch(version)
    if not is_name or not (folder / name / version / CARD_FILE).is_file():
        raise NotFound(
            "no-model", f"there is no model {name}@{version}", model=name, version=version
        )
    return _read(folder / name / version)


def write_card(card: Card) -> None:
    """Write `card.json` into the card's folder; `read_cards` gives the same card back."""
    data: dict[str, Any] = {"schema": CARD_SCHEMA, **asdict(card)}
    del data["folder"]
    data["trained_on"] = card.trained_on.isoformat()
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    (card.folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def read_artefact(card: Card) -> bytes:
    """The bytes of the artefact, checked against the card.

    Raises NotFound (code "no-artefact") if the file is gone and Invalid (code "changed-artefact"),
    naming both digests, if it is not the one that the card was written for.
    """
    model = card.model_version.name
    try:
        data = (card.folder / card.artefact).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            "no-artefact", f"{card.artefact} of {model} is missing", model=model
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != card.artefact_sha256:
        raise Invalid(
            "changed-artefact",
            f"{card.artefact} of {model} has SHA-256 {found}, expected {card.artefact_sha256}",
            model=model,
            found=found,
            expected=card.artefact_sha256,
        )
    return data


def check_model_name(name: str, version: str) -> None:
    """Raise Invalid unless name and version can name a folder: words-with-hyphens, 1.2.3."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "bad-model-name",
            f"model name is {name!r}, expected small letters, digits and hyphens",
            name=name,
        )
    if not _VERSION.fullmatch(version):
        raise Invalid(
            "bad-model-version",
            f"model version is {version!r}, expected three numbers such as 1.0.0",
            version=version,
        )


def _read(folder: Path) -> Card:
    place = f"{folder.parent.name}/{folder.name}/{CARD_FILE}"
    try:
        card = _card(json.loads((folder / CARD_FILE).read_text(encoding="utf-8")), folder)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            "bad-card", f"{place} can't be read as a model card: {error!r}", card=place
        ) from error
    if (card.name, card.version) != (folder.parent.name, folder.name):
        raise Invalid(
            "bad-card", f"{place} describes {card.model_version.name}, expected its own", card=place
        )
    return card


# `data` is Any here and below: parsed JSON, whose shape the KeyError, TypeError or ValueError of a
# wrong card tells in `_read`.
def _card(data: Any, folder: Path) -> Card:
    if data["schema"] != CARD_SCHEMA:
        raise ValueError(f"schema is {data['schema']!r}, expected {CARD_SCHEMA!r}")
    if data["kind"] != "local":
        raise ValueError(f"kind is {data['kind']!r}, expected 'local'")
    if not _VERSION.fullmatch(data["version"]):
        raise ValueError(f"version is {data['version']!r}, expected three numbers such as 1.0.0")
    if not _FILE_NAME.fullmatch(data["artefact"]):
        raise ValueError(f"artefact is {data['artefact']!r}, expected a file name")
    plain = {key: value for key, value in data.items() if key != "schema"}
    return Card(
        **{
            **plain,
            "languages": tuple(data["languages"]),
            "training_data": TrainingData(**data["training_data"]),
            "features": tuple(Feature(**item) for item in data["features"]),
            "trained_on": date.fromisoformat(data["trained_on"]),
            "libraries": dict(data["libraries"]),
            "fitness": _fitness(data["fitness"]),
            "limits": tuple(data["limits"]),
            "folder": folder,
        }
    )


def _fitness(data: Any) -> Fitness:
    return Fitness(
        n=data["n"],
        n_positive=data["n_positive"],
        roc_auc=Figure(**data["roc_auc"]),
        roc_auc_without_bots=Figure(**data["roc_auc_without_bots"]),
        brier=Figure(**data["brier"]),
        at=tuple(
            ThresholdFitness(
                threshold=item["threshold"],
                precision=Figure(**item["precision"]),
                recall=Figure(**item["recall"]),
                false_positive_rate=Figure(**item["false_positive_rate"]),
            )
            for item in data["at"]
        ),
    )


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

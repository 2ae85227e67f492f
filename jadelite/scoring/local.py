"""Local models: trained, measured, stored and run with scikit-learn.

The only file that imports scikit-learn and skops; the import takes seconds, so it must never land
in a web process. Cards are for cards.py, what a model sees for features.py.

A model is a logistic regression on standardised features. Classes are not reweighted: a
probability of 0.2 is meant as one in five among edits like the training rows. Models are stored
with skops, never pickle (https://skops.readthedocs.io/en/stable/persistence.html).
"""

import hashlib
import io
import json
import platform
import re
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sklearn
import skops
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from skops.io.exceptions import UntrustedTypesFoundException

from jadelite.domain.edits import Edit
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.figures import Figure
from jadelite.domain.scores import Score
from jadelite.metrics.areas import roc_auc
from jadelite.metrics.classification import confusion
from jadelite.metrics.probability_scores import brier
from jadelite.metrics.result import Estimate
from jadelite.scoring.cards import (
    CARD_FILE,
    Card,
    Feature,
    Fitness,
    ThresholdFitness,
    TrainingData,
    check_model_name,
    read_artefact,
    write_card,
)
from jadelite.scoring.features import FEATURES, MEANINGS, change_of, extract
from jadelite.scoring.training_data import Source, TrainingRow

QUESTION = "damaging"
POSITIVE, NEGATIVE = "true", "false"
THRESHOLD = 0.5
CARD_THRESHOLDS = (THRESHOLD, 0.1)  # few edits reach 0.5; 0.1 lies near the share of damaging rows
ARTEFACT_FILE = "model.skops"
MIN_ROWS_PER_CLASS = 10
# Types beyond those that skops itself knows to be harmless: none.
TRUSTED_TYPES: tuple[str, ...] = ()

_REGULARISATION = (0.03, 0.1, 0.3, 1.0)  # values of C to choose from
_N_FOLDS = 5
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_OBJECT_ID = re.compile(r'"__id__": (\d+)|"file": "(\d+)\.npy"')

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trained:
    """Coefficients and how they do on held-back rows; `regularisation` is scikit-learn's C."""

    pipeline: Pipeline
    fitness: Fitness
    seed: int
    holdout_share: float
    regularisation: float
    n_rows: int
    n_damaging: int
    n_left_out: int
    n_trained: int


@dataclass(frozen=True)
class LocalModel:
    """A model ready to score, and the card it was loaded by."""

    card: Card
    pipeline: Pipeline

    def score(self, edits: Sequence[Edit], *, scored_at: datetime | None = None) -> list[Score]:
        """One score for each edit in order, probabilities at full precision adding up to 1.

        What can't be scored is not told apart here: see `local_source.score_or_say_why`. Raises
        Invalid (code "edit-without-text") if an edit has no text after.
        """
        if not edits:
            return []
        rows = np.array([extract(change_of(edit)) for edit in edits])
        probabilities = [float(value) for value in self.pipeline.predict_proba(rows)[:, 1]]
        return [
            Score(
                wiki=edit.wiki,
                rev_id=edit.rev_id,
                model=self.card.name,
                model_version=self.card.version,
                probabilities={NEGATIVE: 1 - probability, POSITIVE: probability},
                prediction=POSITIVE if probability >= THRESHOLD else NEGATIVE,
                scored_at=scored_at,
            )
            for edit, probability in zip(edits, probabilities, strict=True)
        ]


def train(rows: Sequence[TrainingRow], *, seed: int, holdout_share: float = 0.3) -> Trained:
    """Train on a part of the rows with text and measure on the rest, split by class with `seed`.

    The strength of regularisation is chosen by cross-validation (log loss) inside the training
    part. The model is not trained again on all rows: what is measured is what is shipped. The same
    rows and seed give the same coefficients.

    Raises Invalid (code "too-few-rows") with fewer than 10 usable rows of a class.
    """
    changes = [row.change for row in rows if row.change is not None]
    labels = np.array([row.is_damaging for row in rows if row.change is not None], dtype=np.bool_)
    _check_enough(labels)
    features = np.array([extract(change) for change in changes])
    is_bot = np.array([change.editor_kind == "bot" for change in changes])
    held_back: npt.NDArray[np.int64]
    fitted, held_back = train_test_split(
        np.arange(len(labels)), test_size=holdout_share, stratify=labels, random_state=seed
    )
    strength = _choose_strength(features[fitted], labels[fitted], seed=seed)
    pipeline = _pipeline(strength).fit(features[fitted], labels[fitted].astype(np.int64))
    probabilities = pipeline.predict_proba(features[held_back])[:, 1]
    return Trained(
        pipeline=pipeline,
        fitness=_measure(labels[held_back], probabilities, is_bot[held_back], seed=seed),
        seed=seed,
        holdout_share=holdout_share,
        regularisation=strength,
        n_rows=len(rows),
        n_damaging=sum(row.is_damaging for row in rows),
        n_left_out=len(rows) - len(changes),
        n_trained=len(fitted),
    )


def save(
    trained: Trained,
    folder: Path,
    *,
    name: str,
    version: str,
    trained_on: date,
    source: Source,
) -> Card:
    """Write artefact and card into `folder` and return the card.

    The same coefficients give the same bytes. Raises Conflict (code "model-exists") if the folder
    has a card already: a version stays what it is. Raises Invalid for a name or version that can't
    name a folder.
    """
    check_model_name(name, version)
    if (folder / CARD_FILE).exists():
        raise Conflict(
            "model-exists",
            f"{name}@{version} exists already, expected a new version",
            model=name,
            version=version,
        )
    artefact = _stable_bytes(skops.io.dumps(trained.pipeline))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARTEFACT_FILE).write_bytes(artefact)
    card = Card(
        name=name,
        version=version,
        question=QUESTION,
        positive_label=POSITIVE,
        kind="local",
        languages=source.languages,
        description=_DESCRIPTION,
        intended_use=_INTENDED_USE,
        not_intended_use=_NOT_INTENDED_USE,
        training_data=TrainingData(
            source=source.description,
            licence=source.licence,
            sha256=source.sha256,
            n_rows=trained.n_rows,
            n_damaging=trained.n_damaging,
            n_left_out=trained.n_left_out,
            n_trained=trained.n_trained,
        ),
        method=_METHOD.format(share=trained.holdout_share, strength=trained.regularisation),
        features=_described_features(trained.pipeline),
        trained_on=trained_on,
        seed=trained.seed,
        libraries={
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "skops": skops.__version__,
        },
        fitness=trained.fitness,
        limits=(*source.limits, *_LIMITS),
        artefact=ARTEFACT_FILE,
        artefact_sha256=hashlib.sha256(artefact).hexdigest(),
        folder=folder,
    )
    write_card(card)
    return card


def load(card: Card) -> LocalModel:
    """The model of a card.

    Raises NotFound or Invalid as `read_artefact` does, and Invalid if the artefact holds types that
    are not trusted (code "untrusted-artefact") or sees other features than this release computes
    (code "features-differ").
    """
    model = card.model_version.name
    data = read_artefact(card)
    try:
        pipeline = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise Invalid(
            "untrusted-artefact",
            f"{card.artefact} of {model} holds types that are not trusted: {error}",
            model=model,
        ) from error
    names = tuple(feature.name for feature in card.features)
    if names != FEATURES or getattr(pipeline, "n_features_in_", None) != len(FEATURES):
        raise Invalid(
            "features-differ",
            f"{model} was trained on other features than this release computes,"
            " expected a version trained with it",
            model=model,
        )
    return LocalModel(card=card, pipeline=pipeline)


_DESCRIPTION = (
    "Says how likely an edit is damaging, from the shape of the change, its summary and the kind of"
    " editor. It reads no words and knows no language."
)
_INTENDED_USE = (
    "A small model whose workings are open, to try an audit on: to learn how jadelite measures a"
    " model, in the sample audit or on edits of one's own."
)
_NOT_INTENDED_USE = (
    "Not for reverting or hiding edits, not for judging editors, and not for patrolling without a"
    " person who reads each edit."
)
_METHOD = (
    "Logistic regression on standardised features, classes not reweighted. A share of {share} of"
    " the rows with text, drawn by class, was held back. Regularisation (C = {strength}) chosen by"
    " cross-validation inside the rest. The shipped coefficients are those of the rest, the very"
    " ones that the fitness figures describe; they were not trained again on all rows."
)
_LIMITS = (
    "An insult in the shape of a sentence, a false claim with a source or a swapped digit looks"
    " like any other edit to this model.",
    "Edits without an account and of newcomers are rated higher for that alone. An audit should"
    " look at false alarms among them.",
    "A probability is meant for a mix of edits like the training rows. Where fewer edits are"
    " damaging, it is too high.",
    "Figures from few held-back damaging edits have wide intervals. Read the intervals.",
    "It compares two versions of a page. The creation of a page has only one and is not scored.",
)


def _pipeline(strength: float) -> Pipeline:
    regression = LogisticRegression(C=strength, max_iter=5000, tol=1e-8)
    return Pipeline([("scale", StandardScaler()), ("regression", regression)])


def _choose_strength(features: FloatArray, labels: BoolArray, *, seed: int) -> float:
    folds = StratifiedKFold(n_splits=_N_FOLDS, shuffle=True, random_state=seed)
    losses = [
        -np.mean(cross_val_score(_pipeline(c), features, labels, cv=folds, scoring="neg_log_loss"))
        for c in _REGULARISATION
    ]
    return _REGULARISATION[int(np.argmin(losses))]


def _measure(
    labels: BoolArray, probabilities: FloatArray, is_bot: BoolArray, *, seed: int
) -> Fitness:
    return Fitness(
        n=len(labels),
        n_positive=int(labels.sum()),
        roc_auc=_figure(roc_auc(labels, probabilities)),
        roc_auc_without_bots=_figure(roc_auc(labels[~is_bot], probabilities[~is_bot])),
        brier=_figure(brier(labels, probabilities, seed=seed)),
        at=tuple(_measure_at(labels, probabilities, cut) for cut in CARD_THRESHOLDS),
    )


def _measure_at(labels: BoolArray, probabilities: FloatArray, cut: float) -> ThresholdFitness:
    cells = confusion(labels, probabilities, threshold=cut)
    return ThresholdFitness(
        threshold=cut,
        precision=_figure(cells.precision()),
        recall=_figure(cells.recall()),
        false_positive_rate=_figure(cells.false_positive_rate()),
    )


def _figure(estimate: Estimate) -> Figure:
    return Figure(**asdict(estimate))


def _described_features(pipeline: Pipeline) -> tuple[Feature, ...]:
    weights = pipeline["regression"].coef_[0]
    return tuple(
        Feature(name=name, meaning=MEANINGS[name], weight=float(weight))
        for name, weight in zip(FEATURES, weights, strict=True)
    )


def _check_enough(labels: BoolArray) -> None:
    n_damaging = int(labels.sum())
    n_fine = len(labels) - n_damaging
    if min(n_damaging, n_fine) < MIN_ROWS_PER_CLASS:
        raise Invalid(
            "too-few-rows",
            f"{n_damaging} damaging and {n_fine} other rows with text,"
            f" expected at least {MIN_ROWS_PER_CLASS} of each",
            n_damaging=n_damaging,
            n_fine=n_fine,
        )


def _stable_bytes(data: bytes) -> bytes:
    """The same archive without what changes from run to run.

    skops numbers objects by their address in memory and the zip file carries the time of writing;
    here objects are numbered by their first mention and the time is fixed.
    """
    numbers: dict[str, int] = {}

    def renumber(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[1] or match[2], len(numbers) + 1)
        return f'"__id__": {number}' if match[1] else f'"file": "{number}.npy"'

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = _OBJECT_ID.sub(renumber, members.pop("schema.json").decode())
    json.loads(schema)  # a renumbering that breaks the schema must not be stored
    stable = {
        f"{numbers[name.removesuffix('.npy')]:d}.npy": content for name, content in members.items()
    }
    stable["schema.json"] = schema.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(stable):
            info = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
            archive.writestr(info, stable[name], compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

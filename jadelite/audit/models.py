"""Use cases of local models: train one, list their cards, score edits with one.

Imported by the command line and the worker only: it pulls in scikit-learn, which takes seconds to
import and must never land in a web process. What is done with the scores, and storing them, is for
the callers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jadelite.domain.edits import Edit
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring import cards, local
from jadelite.scoring.local_source import score_or_say_why
from jadelite.scoring.service_cards import ServiceCard, read_service_cards
from jadelite.scoring.training_data import read_training_rows, source_of


def train_model(
    data_path: Path,
    models_folder: Path,
    *,
    name: str,
    version: str,
    seed: int,
    trained_on: date,
) -> cards.Card:
    """Train on a file of judged edits, store artefact and card, return the card.

    Raises Invalid for a bad name, version, file or too few rows, NotFound without the file and
    Conflict if the version exists.
    """
    cards.check_model_name(name, version)
    trained = local.train(read_training_rows(data_path), seed=seed)
    return local.save(
        trained,
        models_folder / name / version,
        name=name,
        version=version,
        trained_on=trained_on,
        source=source_of(data_path),
    )


def list_cards(models_folder: Path) -> list[cards.Card]:
    """The cards of all local models, by name and version."""
    return cards.read_cards(models_folder)


def list_service_cards(models_folder: Path) -> list[ServiceCard]:
    """The cards of the models that services run, by name."""
    return read_service_cards(models_folder)


@dataclass(frozen=True)
class ServedFor:
    """The wikis that a model may be asked for: those named, or a project but for exceptions."""

    names: tuple[str, ...]
    project: str | None
    exceptions: tuple[str, ...]


def served_for(card: ServiceCard) -> ServedFor:
    """For which wikis a card lets its model be asked."""
    wikis = card.wikis
    return ServedFor(tuple(sorted(wikis.names)), wikis.project, tuple(sorted(wikis.exceptions)))


def score_edits(
    models_folder: Path,
    name: str,
    version: str,
    edits: Sequence[Edit],
    *,
    scored_at: datetime | None = None,
) -> list[Score | ScoreFailure]:
    """One score for each edit in order, or why there is none.

    A new page, and an edit without its texts, can't be scored. Raises NotFound if there is no such
    model, Invalid if its artefact was changed.
    """
    model = local.load(cards.find_card(models_folder, name, version))
    return score_or_say_why(model, edits, scored_at=scored_at)

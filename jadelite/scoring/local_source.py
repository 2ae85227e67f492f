"""Local models as sources of scores, and what they can't score. Not for web processes: local.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jadelite.domain.edits import Edit, Site
from jadelite.domain.scores import FailureReason, Score, ScoreFailure
from jadelite.scoring.asking import check_wiki
from jadelite.scoring.cards import Card
from jadelite.scoring.local import LocalModel, load

SOURCE = "local"
BATCH_SIZE = 50  # small enough that both texts of all edits of a batch fit into memory


@dataclass(frozen=True)
class LocalSource:
    """A local model as a source of scores; see `source.ScoreSource`. `clock` gives UTC."""

    model: LocalModel
    clock: Callable[[], datetime]

    @property
    def name(self) -> str:
        """Who answers: this house."""
        return SOURCE

    @property
    def batch_size(self) -> int:
        """Edits in one call."""
        return BATCH_SIZE

    @property
    def needs_texts(self) -> bool:
        """True: the model compares two texts."""
        return True

    def model_name(self, site: Site) -> str:
        """The model's own name: it is the same for all wikis."""
        return self.model.card.name

    def score(self, site: Site, edits: Sequence[Edit]) -> list[Score | ScoreFailure]:
        """One score or failure for each edit, in order.

        Raises Invalid (code "other-wiki") if an edit is of another wiki.
        """
        check_wiki(site, edits)
        return score_or_say_why(self.model, edits, scored_at=self.clock())


def open_local_source(card: Card, *, clock: Callable[[], datetime]) -> LocalSource:
    """The source that runs a local model here.

    Raises NotFound or Invalid as `local.load` does.
    """
    return LocalSource(load(card), clock)


def score_or_say_why(
    model: LocalModel, edits: Sequence[Edit], *, scored_at: datetime | None = None
) -> list[Score | ScoreFailure]:
    """One score, or failure with its reason, for each edit in order; both name `SOURCE`.

    Fails with "not-scorable" for the creation of a page, where there is nothing to compare, and
    with "missing" for an edit whose texts are not known.
    """
    refusals = [_why_not(edit) for edit in edits]
    scorable = [edit for edit, why in zip(edits, refusals, strict=True) if why is None]
    scores = iter(model.score(scorable, scored_at=scored_at))
    return [
        replace(next(scores), source=SOURCE)
        if why is None
        else ScoreFailure(
            wiki=edit.wiki,
            rev_id=edit.rev_id,
            model=model.card.name,
            model_version=model.card.version,
            reason=why[0],
            detail=why[1],
            source=SOURCE,
            failed_at=scored_at,
        )
        for edit, why in zip(edits, refusals, strict=True)
    ]


def _why_not(edit: Edit) -> tuple[FailureReason, str] | None:
    """Why a local model can't score an edit, as reason and sentence; None where it can."""
    new_page: tuple[FailureReason, str] = (
        "not-scorable",
        "the model compares two versions of a page; a new page has only one",
    )
    if edit.parent_rev_id == 0:
        return new_page
    if edit.text_after is None:
        return "missing", "the text after the edit is not known here"
    if edit.parent_rev_id is None and not edit.text_before:
        return new_page
    if edit.text_before is None:
        return "missing", "the text before the edit is not known here"
    return None

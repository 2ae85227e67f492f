"""What every source of scores can do, whoever it asks; and the sources that ask a service.

The local models are sources too (local_source.py), but their library takes seconds to import and
must not come in with this file.
"""

from collections.abc import Sequence
from typing import Protocol

from jadelite.domain.edits import Edit, Site
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring.liftwing import LiftWingSource
from jadelite.scoring.ores import OresSource
from jadelite.scoring.service_cards import ServiceCard
from jadelite.upstream.client import Client


class ScoreSource(Protocol):
    """Something that scores edits of a wiki, or says of each why not."""

    @property
    def name(self) -> str:
        """Who answers, as stored in `Score.source`: "liftwing", "ores", "local"."""

    @property
    def batch_size(self) -> int:
        """How many edits to give to one call of `score`: what goes into one request, 1 or more."""

    @property
    def needs_texts(self) -> bool:
        """Whether edits must carry `text_before` and `text_after`."""

    def model_name(self, site: Site) -> str:
        """The model as its scores of this wiki are stored."""

    def score(self, site: Site, edits: Sequence[Edit]) -> list[Score | ScoreFailure]:
        """One score or failure for each edit, in order.

        Whatever a service does becomes a failure with a reason; `failed_at` is None where nothing
        was answered. Raises Invalid (code "other-wiki") if an edit is of another wiki.
        """


def open_source(card: ServiceCard, client: Client) -> ScoreSource:
    """The source that asks a card's service through `client`; nothing is asked yet."""
    if card.service == "ores":
        return OresSource(card, client)
    return LiftWingSource(card, client)

"""Scores from ORES, or from the host that answers in its place: several revisions and models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jadelite.domain.edits import Edit, Site
from jadelite.scoring.answers import Asked, Outcome, read_batch
from jadelite.scoring.asking import (
    fail_all,
    refusal_of,
    score_in_portions,
    settle_refused,
    uncovered,
)
from jadelite.scoring.service_cards import ServiceCard
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client


@dataclass(frozen=True)
class OresSource:
    """A model of ORES as a source of scores; see `source.ScoreSource`."""

    card: ServiceCard
    client: Client

    @property
    def name(self) -> str:
        """The service, as scores name it."""
        return self.card.service

    @property
    def batch_size(self) -> int:
        """Edits in one request."""
        return self.card.batch_size

    @property
    def needs_texts(self) -> bool:
        """False: the service reads the wiki itself."""
        return False

    def model_name(self, site: Site) -> str:
        """The model as its scores of this wiki are stored."""
        return self.card.model_name(site)

    def score(self, site: Site, edits: Sequence[Edit]) -> list[Outcome]:
        """One score or failure for each edit, in order.

        Raises Invalid (code "other-wiki") if an edit is of another wiki.
        """
        return score_in_portions(
            self.card,
            site,
            edits,
            ask=lambda rev_ids: _ask(self.client, [self.card], site, rev_ids=rev_ids)[
                self.card.name
            ],
        )


def score_many(
    client: Client, cards: Sequence[ServiceCard], site: Site, *, rev_ids: Sequence[int]
) -> dict[str, list[Outcome]]:
    """For the name of each card the outcomes of all revisions, in order.

    One request asks all models that serve the wiki for as many revisions as the smallest
    `batch_size` allows, counted in scores. Nothing rises for what the service does.
    """
    distinct = list(dict.fromkeys(rev_ids))
    found: dict[str, dict[int, Outcome]] = {
        card.name: {each: uncovered(card, site, each) for each in distinct} for card in cards
    }
    serving = [card for card in cards if card.covers(site)]
    if serving:
        portion = max(1, min(card.batch_size for card in serving) // len(serving))
        for start in range(0, len(distinct), portion):
            rows = _ask(client, serving, site, rev_ids=distinct[start : start + portion])
            for name, outcomes in rows.items():
                found[name].update(outcomes)
    return {name: [outcomes[each] for each in rev_ids] for name, outcomes in found.items()}


def _ask(
    client: Client, cards: Sequence[ServiceCard], site: Site, *, rev_ids: Sequence[int]
) -> dict[str, dict[int, Outcome]]:
    asked = {card.name: [Asked(card, site, rev_id) for rev_id in rev_ids] for card in cards}
    params = {
        "models": "|".join(card.service_model for card in cards),
        "revids": "|".join(str(rev_id) for rev_id in rev_ids),
    }
    try:
        answer = client.get(f"v3/scores/{site.dbname}/", params=params)
        asked = {
            name: [
                replace(each, received_at=answer.received_at, digest=answer.digest)
                for each in those
            ]
            for name, those in asked.items()
        }
        refusal = refusal_of(answer)
        if refusal is None:
            document = answer.json()
            return {
                name: dict(zip(rev_ids, read_batch(document, those), strict=True))
                for name, those in asked.items()
            }
    except Failed as failed:
        return {name: fail_all(those, failed) for name, those in asked.items()}
    if len(cards) > 1:  # one model that the service does not have must not take the others along
        return {card.name: _ask(client, [card], site, rev_ids=rev_ids)[card.name] for card in cards}
    card = cards[0]
    outcomes = settle_refused(
        answer.status,
        refusal,
        asked[card.name],
        ask_again=lambda one: _ask(client, [card], site, rev_ids=one)[card.name],
    )
    return {card.name: outcomes}

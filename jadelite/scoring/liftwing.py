"""Scores from Lift Wing: one model, asked for one revision or, where it can, for several."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jadelite.domain.edits import Edit, Site
from jadelite.scoring.answers import Asked, Outcome, read_batch
from jadelite.scoring.asking import fail_all, refusal_of, score_in_portions, settle_refused
from jadelite.scoring.service_cards import BY_LANGUAGE, ServiceCard
from jadelite.upstream.answers import Failed
from jadelite.upstream.client import Client


@dataclass(frozen=True)
class LiftWingSource:
    """A model of Lift Wing as a source of scores; see `source.ScoreSource`."""

    card: ServiceCard
    client: Client

    @property
    def name(self) -> str:
        """The service, as scores name it."""
        return self.card.service

    @property
    def batch_size(self) -> int:
        """Edits in one request: 1 for most models."""
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
            self.card, site, edits, ask=lambda rev_ids: self._ask(site, rev_ids)
        )

    def _ask(self, site: Site, rev_ids: Sequence[int]) -> dict[int, Outcome]:
        asked = [Asked(self.card, site, rev_id) for rev_id in rev_ids]
        path = f"models/{self.card.endpoint_name(site)}:predict"
        try:
            # A prediction changes nothing, so that it may be asked for twice.
            answer = self.client.post_json(
                path, self._body(site, rev_ids), is_safe=True, keep_5xx=True
            )
            asked = [
                replace(each, received_at=answer.received_at, digest=answer.digest)
                for each in asked
            ]
            refusal = refusal_of(answer)
            if refusal is None:
                outcomes = read_batch(answer.json(), asked)
                return dict(zip(rev_ids, outcomes, strict=True))
        except Failed as failed:
            return fail_all(asked, failed)
        return settle_refused(
            answer.status, refusal, asked, ask_again=lambda one: self._ask(site, one)
        )

    def _body(self, site: Site, rev_ids: Sequence[int]) -> dict[str, object]:
        if self.card.protocol not in BY_LANGUAGE:
            return {"rev_id": rev_ids[0]}
        instances = [{"rev_id": rev_id, "lang": site.code} for rev_id in rev_ids]
        if len(instances) > 1 or self.card.protocol == "articlequality-2":
            return {"instances": instances}
        return {**instances[0]}

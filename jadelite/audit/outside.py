"""The world outside as use cases ask it: wikis, score services, local models.

Never imported by a web process: pages show what is stored, and ask nobody.
"""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jadelite.config import Settings, data_folder
from jadelite.db import upstreams as upstream_rows
from jadelite.db.session import Database
from jadelite.db.upstreams import ServiceState
from jadelite.domain.edits import Site
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.scores import ModelVersion
from jadelite.scoring.cards import Card, read_cards
from jadelite.scoring.service_cards import ServiceCard, read_service_cards
from jadelite.scoring.source import ScoreSource, open_source
from jadelite.upstream.client import Client
from jadelite.upstream.open import Upstreams
from jadelite.upstream.services import Hosts, read_hosts_file
from jadelite.wiki import sites
from jadelite.wiki.api import WikiApi


@dataclass(frozen=True)
class OpenModel:
    """A model ready to be asked about edits of one wiki.

    `name` as its scores are stored; `version` is None where only the answer tells it.
    """

    source: ScoreSource
    name: str
    version: str | None
    question: str
    positive_label: str
    is_value: bool

    def named(self, version: str) -> ModelVersion:
        """One version of it, as scores name it."""
        return ModelVersion(self.name, version, self.question, self.positive_label)


class Outside:
    """Everything outside, made when first asked for. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        models_folder: Path | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        """`hosts` in place of the operator's file. Raises Invalid if that file is wrong."""
        self.hosts = hosts or read_hosts_file(settings.upstreams_file)
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._models_folder = models_folder or data_folder("models")
        self._upstreams: Upstreams | None = None

    def site(self, wiki: str) -> Site:
        """Where a wiki is. Raises NotFound for one that neither table nor operator's file names."""
        return sites.find(wiki, self.hosts)

    def wiki(self, wiki: str) -> WikiApi:
        """A wiki's own API. Raises NotFound as `site`, Invalid without a contact in production."""
        site = self.site(wiki)
        return WikiApi(site, self._open().site_client(site))

    def client(self, service: str) -> Client:
        """The client of a service by its name. Raises NotFound, Invalid as `wiki`."""
        return self._open().service(service)

    def model(self, name: str, wiki: str) -> OpenModel:
        """The model `name` for a wiki: "damaging", "enwiki-damaging", "local-damaging[@1.0.0]".

        Raises NotFound, naming the models there are; Invalid (code "version-not-ours") for a
        version of a model that a service runs.
        """
        site = self.site(wiki)
        plain, _, version = name.partition("@")
        served = {card.name: card for card in read_service_cards(self._models_folder)}
        card = served.get(plain) or served.get(plain.removeprefix(f"{site.dbname}-"))
        if card is not None:
            if version:
                raise Invalid(
                    "version-not-ours",
                    f"the service of {plain} names the version of each answer; expected {plain}"
                    f" without @{version}",
                )
            return self._served(card, site)
        local = [
            card
            for card in read_cards(self._models_folder)
            if card.name == plain and version in ("", card.version)
        ]
        if not local:
            known = sorted({*served, *(card.name for card in read_cards(self._models_folder))})
            raise NotFound(
                "no-model", f"there is no model {name!r}, expected one of {', '.join(known)}"
            )
        return self._local(local[-1])

    def write_states(self, database: Database) -> None:
        """Write down how the services are, for the operator's page; nothing if none was asked."""
        if self._upstreams is None:
            return
        now = self._clock()
        states = [
            ServiceState(
                name=state.name,
                state=state.state,
                opened_at=state.opened_at,
                paused_until=state.paused_until,
                n_calls=state.n_calls,
                n_failures=state.n_failures,
                n_retries=state.n_retries,
                last_failure=state.last_failure,
                last_failure_at=state.last_failure_at,
                updated_at=now,
            )
            for state in self._upstreams.states()
            if state.n_calls or state.last_failure
        ]
        with database.transaction() as session:
            upstream_rows.put(session, states)

    def close(self) -> None:
        """Give all connections back."""
        if self._upstreams is not None:
            self._upstreams.close()

    def _open(self) -> Upstreams:
        if self._upstreams is None:
            self._upstreams = Upstreams(
                contact=self._settings.contact,
                run_folder=Path(self._settings.run_folder),
                hosts=self.hosts,
                is_contact_required=not self._settings.is_demo,
                clock=self._clock,
                sleep=self._sleep,
            )
        return self._upstreams

    def _served(self, card: ServiceCard, site: Site) -> OpenModel:
        return OpenModel(
            source=open_source(card, self.client(card.service)),
            name=card.model_name(site),
            version=None,
            question=card.question,
            positive_label=card.positive_label,
            is_value=card.output == "value",
        )

    def _local(self, card: Card) -> OpenModel:
        # Loaded by name and only here: scikit-learn takes seconds and 140 MB, which a worker that
        # scores with no local model never needs.
        module = importlib.import_module("jadelite.scoring.local_source")
        source: ScoreSource = module.open_local_source(card, clock=self._clock)
        return OpenModel(
            source=source,
            name=card.name,
            version=card.version,
            question=card.question,
            positive_label=card.positive_label,
            is_value=False,
        )

"""Service cards: which model a service runs, how it is asked, for which wikis, and its limits.

A card is the file `models/NAME/card.json`. Versions are the service's: every answer names its own,
so that a card has none. Cards of local models lie one folder deeper and are for cards.py. Reading
is cheap and needs no library.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from jadelite.domain.edits import Site
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.scores import OutputKind

CARD_FILE = "card.json"
CARD_SCHEMA = "jadelite.service-card/1"

Service = Literal["liftwing", "ores"]
Question = Literal[
    "damaging",
    "goodfaith",
    "article-quality",
    "draft-quality",
    "topic",
    "item-quality",
    "reference-need",
    "reference-risk",
]
# How a model is asked and in which shape it answers; each has its reader in answers.py.
ServiceProtocol = Literal[
    "revscoring",
    "revertrisk",
    "revertrisk-batch",
    "revertrisk-wikidata",
    "articlequality-1",
    "articlequality-2",
    "reference-need",
    "reference-risk",
    "ores-v3",
]
BATCHING: frozenset[ServiceProtocol] = frozenset({"revertrisk-batch", "ores-v3"})
# These are asked for "lang" and "rev_id", and read the revision from the Wikipedia of that code.
BY_LANGUAGE: frozenset[ServiceProtocol] = frozenset(
    {
        "revertrisk",
        "revertrisk-batch",
        "articlequality-1",
        "articlequality-2",
        "reference-need",
        "reference-risk",
    }
)
MAX_BATCH_SIZE = 50

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEMPLATE = re.compile(r"(\{wiki\}-)?[a-z0-9]+(-[a-z0-9]+)*")
_DBNAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_RENAMED = {"be-tarask": "be_x_oldwiki"}  # the one Wikipedia whose database kept an older code


@dataclass(frozen=True)
class ServedWikis:
    """The wikis that a model may be asked for: those named, or a project but for `exceptions`."""

    names: frozenset[str] = frozenset()
    project: str | None = None
    exceptions: frozenset[str] = frozenset()

    def has(self, site: Site) -> bool:
        """Whether the model may be asked for edits of this wiki."""
        if site.dbname in self.exceptions:
            return False
        return site.dbname in self.names or (
            self.project is not None and site.project == self.project
        )


@dataclass(frozen=True)
class ServiceCard:
    """All that is said of a model that a service runs.

    `endpoint` and `stored_name` may begin with "{wiki}-", which stands for the database name.
    `positive_label` is empty where no label means yes. `batch_size` is how many edits go into one
    request.
    """

    name: str
    question: Question
    positive_label: str
    output: OutputKind
    service: Service
    protocol: ServiceProtocol
    endpoint: str
    stored_name: str
    wikis: ServedWikis
    batch_size: int
    description: str
    intended_use: str
    limits: tuple[str, ...]
    links: tuple[str, ...]

    def covers(self, site: Site) -> bool:
        """Whether the model may be asked for edits of this wiki.

        A model that finds the revision by a language code is asked for the Wikipedia of that code
        only: for any other wiki it would score whatever revision has the same number there.
        """
        if self.protocol in BY_LANGUAGE and not is_wikipedia_of_its_code(site):
            return False
        return self.wikis.has(site)

    def model_name(self, site: Site) -> str:
        """The model as its scores are stored: "enwiki-damaging", "revertrisk-multilingual"."""
        return self.stored_name.replace("{wiki}", site.dbname)

    def endpoint_name(self, site: Site) -> str:
        """The model as the service is asked for it."""
        return self.endpoint.replace("{wiki}", site.dbname)

    @property
    def service_model(self) -> str:
        """The model as the service's answer names it: the endpoint without the wiki."""
        return self.endpoint.removeprefix("{wiki}-")


def is_wikipedia_of_its_code(site: Site) -> bool:
    """Whether the site's code leads to it: whether it is CODE.wikipedia.org."""
    dbname = _RENAMED.get(site.code, f"{site.code.replace('-', '_')}wiki")
    return site.project == "wikipedia" and site.dbname == dbname


def read_service_cards(folder: Path) -> list[ServiceCard]:
    """All service cards below the models folder, by name; none if there is no folder.

    Raises Invalid (code "bad-card") if one can't be read or lies under another name.
    """
    return [_read(path.parent) for path in sorted(folder.glob(f"*/{CARD_FILE}"))]


def find_service_card(folder: Path, name: str) -> ServiceCard:
    """The card of one model; NotFound (code "no-model") if there is none."""
    if not _NAME.fullmatch(name) or not (folder / name / CARD_FILE).is_file():
        raise NotFound("no-model", f"there is no model {name} that a service runs", model=name)
    return _read(folder / name)


def _read(folder: Path) -> ServiceCard:
    place = f"{folder.name}/{CARD_FILE}"
    try:
        card = _card(json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(
            "bad-card", f"{place} can't be read as a service card: {error!r}", card=place
        ) from error
    if card.name != folder.name:
        raise Invalid("bad-card", f"{place} describes {card.name}, expected its own", card=place)
    return card


# `data` is Any here and below: parsed JSON, whose shape the KeyError, TypeError or ValueError of a
# wrong card tells in `_read`.
def _card(data: Any) -> ServiceCard:
    if data["schema"] != CARD_SCHEMA:
        raise ValueError(f"schema is {data['schema']!r}, expected {CARD_SCHEMA!r}")
    plain = {key: value for key, value in data.items() if key != "schema"}
    card = ServiceCard(
        **{
            **plain,
            "wikis": _wikis(data["wikis"]),
            "limits": tuple(data["limits"]),
            "links": tuple(data["links"]),
        }
    )
    _check_words(card)
    _check_batch(card)
    return card


def _check_words(card: ServiceCard) -> None:
    words: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("question", card.question, get_args(Question)),
        ("output", card.output, get_args(OutputKind)),
        ("service", card.service, get_args(Service)),
        ("protocol", card.protocol, get_args(ServiceProtocol)),
    )
    for field, value, allowed in words:
        if value not in allowed:
            raise ValueError(f"{field} is {value!r}, expected one of {', '.join(allowed)}")
    for field, value in (("endpoint", card.endpoint), ("stored_name", card.stored_name)):
        if not _TEMPLATE.fullmatch(value):
            raise ValueError(f"{field} is {value!r}, expected a name, after {{wiki}}- or not")
    if (card.protocol == "ores-v3") != (card.service == "ores"):
        raise ValueError(f"protocol is {card.protocol!r}, which {card.service} does not speak")
    if card.positive_label and card.output != "classes":
        raise ValueError(f"positive_label is {card.positive_label!r}, expected none for a value")


def _check_batch(card: ServiceCard) -> None:
    most = MAX_BATCH_SIZE if card.protocol in BATCHING else 1
    if type(card.batch_size) is not int or not 1 <= card.batch_size <= most:
        raise ValueError(f"batch_size is {card.batch_size!r}, expected 1 to {most}")


def _wikis(data: Any) -> ServedWikis:
    if isinstance(data, list):
        served = ServedWikis(names=frozenset(data))
    else:
        exceptions = frozenset(data.get("exceptions", ()))
        served = ServedWikis(project=data["project"], exceptions=exceptions)
    for name in served.names | served.exceptions:
        if not _DBNAME.fullmatch(name):
            raise ValueError(f"wikis names {name!r}, expected database names such as enwiki")
    if not served.names and not served.project:
        raise ValueError("wikis is empty, expected database names or a project")
    return served

"""Right answers of every service of scores, for `faults.FaultServer(good=fakes.Services().answer)`.

Each revision has a score of its own, so that a score that went to another edit shows. The shapes
are those of the services' own source, as in tests/scoring_fakes.py. The `troubles` of
`Services` say what is wrong with a revision: missing, deleted or first (of its page).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from faults import FakeTime, Request

from jadelite.audit.outside import Outside
from jadelite.config import Settings
from jadelite.domain.edits import Site
from jadelite.upstream.manners import Manners
from jadelite.upstream.services import SERVICES, WIKI_MANNERS, Hosts

VERSION = "7.1"
TOPICS = ("Culture.Sports", "STEM.STEM*", "STEM.Space")
QUALITIES = ("FA", "GA", "B", "C", "Start", "Stub")
CODES = {
    "missing": "revision_missing",
    "deleted": "revision_info_deleted",
    "first": "parent_revision_missing",
}
TYPES = {"missing": "RevisionNotFound", "deleted": "TextDeleted", "first": "UnexpectedContentType"}


@dataclass(frozen=True)
class Said:
    """A score as it must be stored, to the last digit."""

    model: str
    prediction: str | None
    probabilities: Mapping[str, float]
    value: float | None = None


@dataclass(frozen=True)
class Source:
    """A model that is asked: its card's name, the wiki it is asked about, how it says its score.

    `batch_size` is that of these tests, small enough that a run has a beginning, middle and end.
    """

    card: str
    wiki: str
    kind: str
    batch_size: int = 1

    @property
    def service(self) -> str:
        """Which service is asked."""
        return "ores" if self.card.startswith("ores-") else "liftwing"

    def said(self, rev_id: int, *, is_zero: bool = False) -> Said:
        """The right score of a revision; `is_zero`: as the case "score-zero" changes it."""
        plain = self.card.removeprefix("ores-")
        is_per_wiki = self.kind in ("ores", "revscoring", "topics")
        model = f"{self.wiki}-{plain}" if is_per_wiki else plain
        if self.kind == "value":
            return Said(model, None, {}, share(rev_id))
        table = table_of(self.kind, rev_id)
        if is_zero:
            one = "false" if "false" in table else list(table)[-1]
            table = {label: float(label == one) for label in table}
            prediction = one if self.kind != "topics" else prediction_of("topics", rev_id)
        else:
            prediction = prediction_of(self.kind, rev_id)
        return Said(model, prediction, table)


SOURCES = [
    Source("ores-damaging", "enwiki", "ores", 2),
    Source("damaging", "enwiki", "revscoring"),
    Source("articletopic", "enwiki", "topics"),
    Source("revertrisk-language-agnostic", "fawiki", "revertrisk", 2),
    Source("revertrisk-multilingual", "fawiki", "revertrisk"),
    Source("revertrisk-wikidata", "wikidatawiki", "revertrisk"),
    Source("articlequality", "enwiki", "value"),
    Source("articlequality-2", "enwiki", "qualities"),
    Source("reference-need", "enwiki", "value"),
    Source("reference-risk", "enwiki", "value"),
]


def share(rev_id: int) -> float:
    """The probability of damage of a revision: from 0 to 1, both never, at full precision."""
    return (rev_id % 89 + 1) / 91


def table_of(kind: str, rev_id: int) -> dict[str, float]:
    """The probabilities of a revision by label."""
    first = share(rev_id)
    if kind == "topics":
        return {topic: first / (place + 1) for place, topic in enumerate(TOPICS)}
    if kind == "qualities":
        rest = (1 - first) / (len(QUALITIES) - 1)
        return {label: first if label == "FA" else rest for label in QUALITIES}
    return {"true": first, "false": 1 - first}


def prediction_of(kind: str, rev_id: int) -> str:
    """The prediction of a revision as it is stored; several labels joined."""
    table = table_of(kind, rev_id)
    if kind == "topics":
        return "|".join(label for label in TOPICS if table[label] >= 0.3)
    return max(table, key=lambda label: table[label])


@dataclass
class Services:
    """Answers as Lift Wing and ORES do; give `answer` to a FaultServer."""

    troubles: dict[int, str] = field(default_factory=dict)

    def answer(self, request: Request) -> object:
        """The answer to a request, always with status 200."""
        path = request.path.partition("?")[0]
        if path.startswith("/v3/scores/"):
            query = request.query
            rev_ids = [int(each) for each in query["revids"].split("|")]
            return self._v3(path.split("/")[3], query["models"].split("|"), rev_ids)
        name = path.rsplit("/", 1)[1].removesuffix(":predict")
        asked = request.json()
        if name.startswith("revertrisk"):
            return self._revertrisk(name, asked)
        if name in ("articlequality", "reference-need", "reference-risk"):
            return self._value(name, asked)
        wiki, model = name.split("-", 1)
        return self._v3(wiki, [model], [asked["rev_id"]])

    def _v3(self, wiki: str, models: list[str], rev_ids: list[int]) -> object:
        scores = {
            str(rev_id): {model: self._v3_score(model, rev_id) for model in models}
            for rev_id in rev_ids
        }
        return {
            wiki: {"models": {model: {"version": VERSION} for model in models}, "scores": scores}
        }

    def _v3_score(self, model: str, rev_id: int) -> object:
        if rev_id in self.troubles:
            name = TYPES[self.troubles[rev_id]]
            return {"error": {"type": name, "message": f"{name}: not ({{revision}}:{rev_id})"}}
        if model.endswith("topic"):
            labels = [label for label in prediction_of("topics", rev_id).split("|") if label]
            return {"score": {"prediction": labels, "probability": table_of("topics", rev_id)}}
        table = table_of("revscoring", rev_id)
        return {"score": {"prediction": table["true"] > 0.5, "probability": table}}

    def _revertrisk(self, name: str, asked: Any) -> object:
        instances = asked.get("instances", [asked])
        good = [each for each in instances if each["rev_id"] not in self.troubles]
        errors = [
            f"Could not make prediction for revision {each['rev_id']} ({each.get('lang')})."
            f" Reason: {CODES[self.troubles[each['rev_id']]]}"
            for each in instances
            if each["rev_id"] in self.troubles
        ]
        rows = []
        for each in good:
            table = table_of("revertrisk", each["rev_id"])
            output = {"prediction": table["true"] > 0.5, "probabilities": table}
            rows.append({**_identity(name, each), "output": output})
        if "instances" not in asked:
            return rows[0] if rows else {"error": errors[0]}
        return {"predictions": rows, **({"errors": errors} if errors else {})}

    def _value(self, name: str, asked: Any) -> object:
        one = asked.get("instances", [asked])[0]
        rev_id = one["rev_id"]
        if rev_id in self.troubles:
            return {
                "error": f"Could not make prediction for revision {rev_id} ({one['lang']})."
                f" Reason: {CODES[self.troubles[rev_id]]}"
            }
        if "instances" in asked:
            said = {"label": prediction_of("qualities", rev_id), "score": share(rev_id)}
            said["prediction_probabilities"] = table_of("qualities", rev_id)
            return {"predictions": [said], "model_name": name, "model_version": VERSION}
        key = "score" if name == "articlequality" else f"{name.replace('-', '_')}_score"
        return {**_identity(name, one), key: share(rev_id)}


def _identity(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    wiki = {"wiki_db": f"{asked['lang']}wiki"} if "lang" in asked else {}
    return {
        "model_name": name,
        "model_version": VERSION,
        **wiki,
        "revision_id": asked["rev_id"],
    }


def smaller_batches(folder: Path, shipped: Path) -> Path:
    """A models folder with the shipped cards, in batches of the size that SOURCES say."""
    for source in SOURCES:
        card = json.loads((shipped / source.card / "card.json").read_text())
        card["batch_size"] = source.batch_size
        (folder / source.card).mkdir(parents=True)
        (folder / source.card / "card.json").write_text(json.dumps(card))
    return folder


def hurried(usual: Manners, **changes: Any) -> Manners:
    """Manners that end quickly whatever happens, and ask once."""
    quick: dict[str, Any] = {
        "rate_per_second": 1e6,
        "connect_timeout": 2.0,
        "read_timeout": 2.0,
        "total_timeout": 4.0,
        "max_bytes": 1 << 18,
        "max_retries": 0,
        "breaker_failures": 1000,
    }
    return replace(usual, **(quick | changes))


def outside_at(
    settings: Settings,
    run_folder: Path,
    *,
    time: FakeTime,
    services: Mapping[str, str] | None = None,
    wikis: Mapping[str, Site] | None = None,
    models_folder: Path | None = None,
    sleep: Callable[[float], None] | None = None,
    **manners: Any,
) -> Outside:
    """The world outside at other addresses, asked in a hurry; its sleep takes no time."""
    services, wikis = services or {}, wikis or {}
    quick = {name: hurried(SERVICES[name].manners, **manners) for name in services}
    quick |= {f"wiki:{name}": hurried(WIKI_MANNERS, **manners) for name in wikis}
    return Outside(
        settings.model_copy(update={"run_folder": run_folder, "contact": "ops@example.org"}),
        clock=time.clock,
        sleep=sleep or time.sleep,
        models_folder=models_folder,
        hosts=Hosts(services=services, wikis=wikis, manners=quick),
    )

"""Builders of stream events in the recorded shapes, and what they left in a database."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from jadelite.audit import following
from jadelite.audit.taking import FollowSummary
from jadelite.db.session import Database
from jadelite.db.tables import (
    EditRow,
    ModelRow,
    ModelVersionRow,
    ScoreFailureRow,
    ScoreRow,
    WikiRow,
)
from jadelite.scoring.events import StreamModels
from jadelite.upstream.services import Hosts
from jadelite.upstream.stream import StreamEvent

START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STREAM = "recentchange"


def dt(rev_id: int, seconds: float = 0) -> str:
    moment = START + timedelta(seconds=rev_id % 1_000_000 + seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def meta(rev_id: int, seconds: float = 0, **changes: Any) -> dict[str, Any]:
    return {"stream": "a-stream", "dt": dt(rev_id, seconds), "domain": "en.example", **changes}


def answer(model: str, share: float, **changes: Any) -> dict[str, Any]:
    found = {
        "model_name": model,
        "model_version": "0.5.1",
        "prediction": ["true" if share >= 0.5 else "false"],
        "probability": {"true": share, "false": 1 - share},
    }
    return {**found, **changes}


def score_event(rev_id: int = 1001, wiki: str = "enwiki", **changes: Any) -> dict[str, Any]:
    event = {
        "$schema": "/mediawiki/revision/score/3.0.0",
        "meta": meta(rev_id, 2),
        "database": wiki,
        "page_id": rev_id % 7 + 1,
        "page_title": f"A_page_{rev_id % 7}",
        "page_namespace": 0,
        "rev_id": rev_id,
        "rev_parent_id": rev_id - 1,
        "rev_timestamp": dt(rev_id),
        "performer": performer(),
        "scores": {
            "damaging": answer("damaging", rev_id % 97 / 97),
            "goodfaith": answer("goodfaith", rev_id % 89 / 89),
        },
    }
    return {**event, **changes}


def performer(**changes: Any) -> dict[str, Any]:
    found = {
        "user_text": "Canary Person",
        "user_groups": ["*", "user"],
        "user_is_bot": False,
        "user_id": 17,
        "user_registration_dt": "2016-02-03T13:19:33Z",
        "user_edit_count": 4711,
    }
    return {**found, **changes}


def page_event(rev_id: int = 1001, wiki: str = "enwiki", **changes: Any) -> dict[str, Any]:
    """A page_change of an edit."""
    event = {
        "$schema": "/mediawiki/page/change/1.6.0",
        "page_change_kind": "edit",
        "dt": dt(rev_id),
        "meta": meta(rev_id, 1),
        "wiki_id": wiki,
        "page": {
            "page_id": rev_id % 7 + 1,
            "page_title": f"A_page_{rev_id % 7}",
            "namespace_id": 0,
        },
        "performer": page_performer(),
        "revision": revision(rev_id),
        "prior_state": {"revision": {"rev_id": rev_id - 1, "rev_size": 60}},
    }
    return {**event, **changes}


def revision(rev_id: int, **changes: Any) -> dict[str, Any]:
    found = {
        "rev_id": rev_id,
        "rev_dt": dt(rev_id),
        "rev_parent_id": rev_id - 1,
        "rev_size": 100,
        "comment": "Canary summary",
        "is_content_visible": True,
        "is_editor_visible": True,
        "is_comment_visible": True,
        "editor": page_performer(),
    }
    return {**found, **changes}


def page_performer(**changes: Any) -> dict[str, Any]:
    found = {
        "user_text": "Canary Person",
        "groups": ["*", "user"],
        "is_bot": False,
        "is_temp": False,
        "user_id": 17,
        "registration_dt": "2016-02-03T13:19:33Z",
        "edit_count": 4711,
    }
    return {**found, **changes}


def prediction_event(rev_id: int = 1001, wiki: str = "enwiki", **changes: Any) -> dict[str, Any]:
    event = page_event(rev_id, wiki)
    del event["prior_state"]
    event["$schema"] = "/mediawiki/page/prediction_classification_change/1.3.0"
    event["predicted_classification"] = {
        "model_name": "revertrisk-language-agnostic",
        "model_version": "3",
        "predictions": ["false"],
        "probabilities": {"true": 0.125, "false": 0.875},
    }
    return {**event, **changes}


def visibility_event(
    rev_id: int = 1001,
    wiki: str = "enwiki",
    *,
    text: bool = False,
    user: bool = True,
    comment: bool = True,
    seconds: float = 60,
    **changes: Any,
) -> dict[str, Any]:
    event = {
        "$schema": "/mediawiki/revision/visibility-change/1.0.0",
        "meta": meta(rev_id, seconds),
        "database": wiki,
        "page_id": rev_id % 7 + 1,
        "page_title": "Canary title",
        "rev_id": rev_id,
        "performer": performer(user_text="An admin", user_is_bot=True),
        "visibility": {"text": text, "user": user, "comment": comment},
    }
    return {**event, **changes}


def delete_event(page_id: int, rev_id: int, wiki: str = "enwiki", **changes: Any) -> dict[str, Any]:
    event = {
        "$schema": "/mediawiki/page/delete/1.0.0",
        "meta": meta(rev_id, 120),
        "database": wiki,
        "page_id": page_id,
        "rev_id": rev_id,
        "performer": performer(),
    }
    return {**event, **changes}


def canary() -> dict[str, Any]:
    return score_event(5, meta=meta(5, domain="canary"))


def mixed(n: int, seed: int = 7) -> list[dict[str, Any]]:
    """n events of all kinds, in the order in which they happened."""
    chance = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number in range(n):
        rev_id, wiki = 1000 + number, chance.choice(("enwiki", "fawiki", "wikidatawiki"))
        dice = chance.random()
        if dice < 0.5:
            events.append(score_event(rev_id, wiki))
        elif dice < 0.7:
            events.append(prediction_event(rev_id, wiki))
        elif dice < 0.8:
            events.append(page_event(rev_id, wiki))
        elif dice < 0.9 and events:
            old = chance.choice(events)
            about = old.get("rev_id") or old["revision"]["rev_id"]
            name = old.get("database") or old["wiki_id"]
            events.append(
                visibility_event(
                    about,
                    name,
                    text=chance.random() < 0.3,
                    comment=chance.random() < 0.5,
                    seconds=60 + number,
                )
            )
        elif dice < 0.95:
            bad = answer("damaging", 0.5, probability={"true": 0.5, "false": 0.75})
            events.append(score_event(rev_id, wiki, scores={"damaging": bad}))
        else:
            events.append(score_event(rev_id, wiki, meta=meta(rev_id, 9)))
    return events


def stirred(events: list[dict[str, Any]], seed: int = 8) -> list[dict[str, Any]]:
    """The same with one in ten twice, one in twenty later than it should be, and canaries."""
    chance = random.Random(seed)
    placed: list[tuple[float, int, dict[str, Any]]] = []
    for number, event in enumerate(events):
        late = chance.randrange(1, 300) if chance.random() < 0.05 else 0
        placed.append((number + late, len(placed), event))
        if chance.random() < 0.1:
            placed.append((number + chance.randrange(1, 300), len(placed), event))
        if chance.random() < 0.02:
            placed.append((number + 0.5, len(placed), canary()))
    return [event for _, _, event in sorted(placed, key=lambda row: row[:2])]


def as_stream(events: Iterable[object]) -> list[StreamEvent]:
    return [
        StreamEvent(json.dumps([{"offset": number}]), data if isinstance(data, str) else pack(data))
        for number, data in enumerate(events, start=1)
    ]


def pack(event: object) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


class ListReader:
    """Events as a reader hands them out; `after` is the id to go on from."""

    def __init__(self, events: Iterable[StreamEvent], after: str | None = None) -> None:
        listed = list(events)
        ids = [event.id for event in listed]
        self._events: Iterator[StreamEvent] = iter(listed[ids.index(after) + 1 if after else 0 :])

    def batch(self, max_events: int, max_wait_seconds: float) -> list[StreamEvent]:
        return list(islice(self._events, max_events))


def follow(
    database: Database, events: Iterable[object], *wikis: str, **options: Any
) -> FollowSummary:
    """Follow events in memory to their end."""
    chosen = {"reader": ListReader(as_stream(events)), "stream": STREAM, **options}
    return following.follow(
        database,
        chosen.pop("reader"),
        wikis=following.followed_wikis(wikis, Hosts()),
        models=StreamModels(()),
        clock=lambda: NOW,
        progress=lambda summary: None,
        wait_seconds=0,
        idle_seconds=0,
        **chosen,
    )


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that events make, sorted, without row numbers and times of storing."""
    of_wiki = EditRow.wiki_id == WikiRow.wiki_id
    queries = {
        "edit": select(
            WikiRow.dbname, EditRow.rev_id, EditRow.parent_rev_id, EditRow.page_id,
            EditRow.page_title, EditRow.namespace, EditRow.edited_at, EditRow.size_change,
            EditRow.editor_kind, EditRow.is_text_hidden, EditRow.is_editor_hidden,
            EditRow.is_comment_hidden, EditRow.visibility_at,
        ).join(EditRow, of_wiki),
        "model": select(
            ModelRow.name, ModelRow.question, ModelRow.positive_label, ModelRow.output_kind,
            ModelVersionRow.version,
        ).outerjoin(ModelVersionRow, ModelVersionRow.model_id == ModelRow.model_id),
        "score": select(
            WikiRow.dbname, EditRow.rev_id, ModelRow.name, ModelVersionRow.version,
            ScoreRow.prediction, ScoreRow.probability, ScoreRow.probabilities, ScoreRow.value,
            ScoreRow.source, ScoreRow.answer_digest, ScoreRow.scored_at,
        )
        .join(EditRow, of_wiki)
        .join(ScoreRow, ScoreRow.edit_id == EditRow.edit_id)
        .join(ModelVersionRow, ModelVersionRow.model_version_id == ScoreRow.model_version_id)
        .join(ModelRow, ModelRow.model_id == ModelVersionRow.model_id),
        "failure": select(
            WikiRow.dbname, EditRow.rev_id, ModelRow.name, ModelVersionRow.version,
            ScoreFailureRow.source, ScoreFailureRow.reason, ScoreFailureRow.detail,
            ScoreFailureRow.failed_at,
        )
        .join(EditRow, of_wiki)
        .join(ScoreFailureRow, ScoreFailureRow.edit_id == EditRow.edit_id)
        .join(ModelRow, ModelRow.model_id == ScoreFailureRow.model_id)
        .outerjoin(
            ModelVersionRow,
            ModelVersionRow.model_version_id == ScoreFailureRow.model_version_id,
        ),
    }  # fmt: skip
    with database.reading() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(query)), key=repr)
            for name, query in queries.items()
        }


def digest(database: Database) -> str:
    """SHA-256 of the content."""
    return hashlib.sha256(repr(content(database)).encode()).hexdigest()

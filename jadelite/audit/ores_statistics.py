"""What ORES tells of a model (`model_info`), from people's judgments: the newest frozen report."""

from collections.abc import Mapping, Sequence
from typing import Any

from jadelite.audit.ores_scores import ContextModel, models_on
from jadelite.db import reports
from jadelite.db.session import Database
from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.ores import OWN, best, parse_query

Document = dict[str, Any]
SCHEMA: Document = {
    "title": "Scikit learn-based classifier score with probability",
    "type": "object",
    "properties": {
        "prediction": {"description": "The most likely label", "type": "boolean"},
        "probability": {
            "description": "A mapping of probabilities onto each of the potential output labels",
            "type": "object",
            "properties": {"true": {"type": "number"}, "false": {"type": "number"}},
        },
    },
}


def model_infos(
    database: Database,
    wiki: str,
    models: Sequence[ContextModel],
    paths: Sequence[tuple[str, ...]],
    *,
    is_named: bool,
) -> dict[str, Document]:
    """What the paths ask of some models, by name.

    Raises Invalid for a path that leads nowhere. Where no report has a model, NotFound if it was
    asked for by name, else it has nothing.
    """
    found: dict[str, Document] = {}
    for model in models:
        try:
            found[model.name] = model_info(database, wiki, model, paths)
        except NotFound:
            if is_named:
                raise
            found[model.name] = {}
    return found


def model_info(
    database: Database, wiki: str, model: ContextModel, paths: Sequence[tuple[str, ...]]
) -> Document:
    """What the paths ask of a model, nested as they are.

    Raises Invalid for a path that leads nowhere, NotFound where no report has the model.
    """
    answer: Document = {}
    statistics: Document | None = None
    for path in paths:
        if path[0] == "version":
            _leaf(path, 1)
            answer["version"] = model.model.version
        elif path[0] == "score_schema":
            _leaf(path, 1)
            # Without a positive label: qualities, topics, single values.
            answer["score_schema"] = SCHEMA if model.model.positive_label else {"type": "object"}
        elif path[0] == "statistics":
            statistics = statistics or statistics_of(database, wiki, model)
            _add(answer, path, statistics)
        else:
            raise _nowhere(path, ("version", "score_schema", "statistics"))
    return answer


def statistics_of(database: Database, wiki: str, model: ContextModel) -> Document:
    """The statistics document of the newest report. Raises NotFound without one."""
    with database.reading() as session:
        found = reports.statistics(session, wiki, model.model.name)
    if found is None:
        raise NotFound(
            "no-statistics",
            f"No judgments of {wiki} have been compared with {model.model.name} yet",
        )
    return found


def own_statistics(
    database: Database, wiki: str, name: str, *, label: str, query: str | None
) -> Document:
    """What the newest report says of a model at each threshold, with n, intervals and edits a day.

    `query` such as "maximum recall @ precision >= 0.9" leaves one point, or none. Raises NotFound
    for the model or without a report, Invalid for a label or query that can't be read.
    """
    with database.reading() as session:
        (model,) = models_on(session, wiki, [name])
    document = statistics_of(database, wiki, model)
    if label not in document["thresholds"]:
        known = " or ".join(document["thresholds"])
        raise Invalid("bad-label", f"label is {label!r}, expected {known}")
    points = document["thresholds"][label]
    own = document[OWN]
    more = dict(zip((point["threshold"] for point in points), own["points"][label], strict=True))
    if query is not None:
        found = best(points, parse_query(query))
        points = [] if found is None else [found]
    return {
        **{key: value for key, value in own.items() if key != "points"},
        "label": label,
        "query": query,
        "points": [_with_ends(point, more[point["threshold"]]) for point in points],
    }


def _with_ends(point: Mapping[str, Any], more: Mapping[str, Any]) -> Document:
    """A point whose rates have their intervals: value, low, high."""
    found: Document = dict(point)
    for key, value in more.items():
        if key not in point:
            found[key] = value
            continue
        low, high = value
        found[key] = {"value": point[key], "low": low, "high": high}
    return found


def _add(answer: Document, path: tuple[str, ...], statistics: Document) -> None:
    """Put what a path asks of the statistics into the answer, beside what other paths put there."""
    if path[1:2] == ("thresholds",) and len(path) > 2:
        _add_thresholds(answer, path, statistics["thresholds"])
        return
    value: Any = {"statistics": statistics}
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            known = tuple(value) if isinstance(value, Mapping) else ()
            raise _nowhere(path, known)
        value = value[part]
    if len(path) == 1:  # all but the long tables
        value = {name: part for name, part in value.items() if name not in ("thresholds", OWN)}
    _put(answer, path, value)


def _put(answer: Document, path: tuple[str, ...], value: Any) -> None:
    """Beside what other paths put there, in new mappings."""
    place = answer
    for part in path[:-1]:
        place[part] = dict(place.get(part, {}))
        place = place[part]
    held = place.get(path[-1])
    if isinstance(held, Mapping) and isinstance(value, Mapping):
        value = {**held, **value}
    place[path[-1]] = value


def _add_thresholds(answer: Document, path: tuple[str, ...], tables: Document) -> None:
    """The table of a label, or the points that answer queries on it, in their order."""
    label = path[2]
    if label not in tables:
        raise _nowhere(path, tuple(tables))
    _leaf(path, 4)
    if len(path) == 3:
        _put(answer, path, tables[label])
        return
    found = best(tables[label], parse_query(path[3]))
    earlier = answer.get("statistics", {}).get("thresholds", {}).get(label, [])
    _put(answer, path[:3], [*earlier, found])


def _leaf(path: tuple[str, ...], depth: int) -> None:
    if len(path) > depth:
        raise _nowhere(path, ())


def _nowhere(path: tuple[str, ...], known: Sequence[str]) -> Invalid:
    hint = f", expected one of {', '.join(known)}" if known else ""
    return Invalid(
        "bad-model-info",
        f"Model information could not be retrieved for {'.'.join(path)!r}{hint}",
    )

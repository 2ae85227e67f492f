"""The language in which programs ask ORES for statistics of a model: paths and threshold queries.

Paths are parted by `|`, their parts by dots; a part with dots or spaces stands in double quotes:
`statistics.roc_auc|statistics.thresholds.true."maximum recall @ precision >= 0.9"`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jadelite.domain.errors import Invalid

METRICS = (
    "match_rate",
    "filter_rate",
    "precision",
    "!precision",
    "recall",
    "!recall",
    "accuracy",
    "fpr",
    "f1",
    "!f1",
)
OWN = "jadelite"  # the part of a statistics document that ORES had no words for
MAX_PATHS = 50
MAX_LENGTH = 4000  # characters of all paths
MAX_PARTS = 8
_PART = re.compile(r'"([^"]*)"|([^".|]+)')
_QUERY = re.compile(
    r"\s*(maximum|minimum)\s+(\S+)\s*@\s*(\S+)\s*(>=|<=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)\s*",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class ThresholdQuery:
    """The best threshold for `target` among those whose `condition` keeps the bound."""

    extreme: Literal["maximum", "minimum"]
    target: str
    condition: str
    sign: Literal[">=", "<="]
    bound: float


def parse_paths(text: str) -> list[tuple[str, ...]]:
    """The paths of a `model_info`, each as its parts. Raises Invalid, naming what is wrong."""
    if len(text) > MAX_LENGTH:
        raise _bad(f"model_info has {len(text)} characters, expected {MAX_LENGTH} at most")
    paths: list[tuple[str, ...]] = []
    parts: list[str] = []
    place = 0
    while True:
        found = _PART.match(text, place)
        if found is None:
            at = text[place : place + 20]
            raise _bad(
                f"model_info can't be read at {at!r}, expected names parted by dots, those with"
                ' spaces or dots in double quotes, and "|" between paths'
            )
        parts.append((found[1] if found[1] is not None else found[2]).strip())
        place = found.end()
        following = text[place : place + 1]
        if following == ".":
            place += 1
            continue
        paths.append(tuple(parts))
        parts = []
        if not following:
            break
        place += 1
        if following != "|":
            raise _bad(f"model_info has {following!r} after {paths[-1][-1]!r}, expected a dot or |")
    if len(paths) > MAX_PATHS or max(map(len, paths)) > MAX_PARTS:
        raise _bad(f"model_info has {len(paths)} paths, expected {MAX_PATHS} at most")
    return paths


def parse_query(text: str) -> ThresholdQuery:
    """A threshold query such as "maximum recall @ precision >= 0.9". Raises Invalid."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise _bad(f"{text!r} can't be read, expected such as 'maximum recall @ precision >= 0.9'")
    for name in (found[2], found[3]):
        if name not in METRICS:
            raise _bad(f"{name!r} is no statistic of thresholds, expected {', '.join(METRICS)}")
    return ThresholdQuery(
        extreme="maximum" if found[1].lower() == "maximum" else "minimum",
        target=found[2],
        condition=found[3],
        sign=">=" if found[4] == ">=" else "<=",
        bound=float(found[5]),
    )


def best(points: Sequence[Mapping[str, Any]], query: ThresholdQuery) -> Mapping[str, Any] | None:
    """The point that answers the query; of equal ones the one with the highest threshold.

    Points without a value for target or condition are passed by. None where no point keeps the
    bound.
    """
    sign = 1 if query.extreme == "maximum" else -1
    kept = [point for point in points if _keeps(point, query) and point[query.target] is not None]
    if not kept:
        return None
    return max(kept, key=lambda point: (sign * point[query.target], point["threshold"]))


def _keeps(point: Mapping[str, Any], query: ThresholdQuery) -> bool:
    value = point[query.condition]
    if value is None:
        return False
    return bool(value >= query.bound if query.sign == ">=" else value <= query.bound)


def _bad(detail: str) -> Invalid:
    return Invalid("bad-model-info", detail)

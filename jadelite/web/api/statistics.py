"""Statistics of a model against people's judgments, with n, intervals and edits a day."""

from typing import Any

from flask import Response, jsonify
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from jadelite.audit import ores_statistics
from jadelite.web.api.bodies import Problem
from jadelite.web.auth import needs
from jadelite.web.services import services

api = APIBlueprint("api_statistics", __name__, url_prefix="/api/v1")


class ModelOfWiki(BaseModel):
    """A model of a wiki."""

    wiki: str = Field(description="database name of the wiki", examples=["sample-fa"])
    model: str = Field(description="name of the model", examples=["local-damaging"])


class StatisticsQuery(BaseModel):
    """Which thresholds."""

    label: str = Field(default="true", description="true: the model's positive label; or false")
    query: str | None = Field(
        default=None,
        description="leaves the one best point, in the language of ORES",
        examples=["maximum recall @ precision >= 0.9"],
    )


class StatisticsBody(BaseModel):
    """What people's judgments say of a model at each threshold."""

    wiki: str
    campaign: str = Field(description="whose newest report this is")
    model: str
    version: str
    question: str
    positive_label: str
    threshold: float = Field(description="the cut in force")
    n: int = Field(description="judged edits")
    n_effective: float | None = Field(description="how many they amount to under their weights")
    days: float | None = Field(description="days of the frame; null: unknown")
    label: str
    query: str | None
    points: list[dict[str, Any]] = Field(
        description="threshold; precision, recall and match_rate with low and high; other rates;"
        " n_above: judged edits; flagged: edits a day, or of the whole frame where days is null"
    )


@api.get(
    "/wikis/<wiki>/models/<model>/statistics",
    responses={200: StatisticsBody, 404: Problem, 422: Problem, 503: Problem},
    summary="A model against people at each threshold",
)
@needs("read")
def show_statistics(path: ModelOfWiki, query: StatisticsQuery) -> Response:
    """The newest report's figures at every threshold, or at the best one for a query."""
    found = ores_statistics.own_statistics(
        services().database, path.wiki, path.model, label=query.label, query=query.query
    )
    return jsonify(found)

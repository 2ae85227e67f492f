"""Scores and statistics in the form of ORES version 3, for programs that were written for it.

Errors have ORES's form and codes too. What ORES computes from training data comes from people's
judgments here: the newest frozen report of the wiki and model.
"""

from typing import Any
from urllib.parse import unquote

from flask import Response, jsonify, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from jadelite.audit import ores_scores, ores_statistics
from jadelite.audit.ores_scores import ContextModel
from jadelite.domain.errors import DomainError, Invalid, NotFound, Unavailable
from jadelite.domain.ores import parse_paths
from jadelite.web.auth import needs
from jadelite.web.services import services

api = APIBlueprint("api_ores", __name__, url_prefix="/v3")
MAX_REV_ID = (1 << 63) - 1
# What ORES takes to score a revision as if something were otherwise about it.
MADE_ANEW = ("features", "feature.", "datasource.", "inject")


class OresQuery(BaseModel):
    """What is asked, as ORES takes it. What is empty is not asked for."""

    models: str = Field(
        default="", description="names parted by |, also as name@version; none: all"
    )
    revids: str = Field(default="", description="at most 50 revisions, parted by |")
    model_info: str = Field(
        default="",
        description="paths parted by |",
        examples=['statistics.thresholds.true."maximum recall @ precision >= 0.9"'],
    )


class OresForm(OresQuery):
    """The same in the body of a request, for long lists."""


class ContextPath(BaseModel):
    """A wiki by its database name."""

    context: str = Field(description="database name of the wiki", examples=["sample-fa"])


class RevisionPath(ContextPath):
    """A revision of a wiki."""

    rev_id: str = Field(description="revision", examples=["130005"])


class ModelPath(RevisionPath):
    """A model's score of a revision."""

    model: str = Field(description="name of the model", examples=["local-damaging"])


class OresErrorPart(BaseModel):
    """What was wrong."""

    code: str
    message: str


class OresError(BaseModel):
    """An error as ORES gives it."""

    error: OresErrorPart


class OresAnswer(BaseModel):
    """Models and scores by wiki, in the form of ORES version 3."""

    model_config = {"extra": "allow"}


_RESPONSES: dict[int | str, Any] = {
    200: OresAnswer,
    400: OresError,
    404: OresError,
    501: OresError,
    503: OresError,
}


@api.get("/scores/", responses=_RESPONSES, summary="Wikis and their models, as ORES")
@needs("read")
def list_contexts(query: OresQuery) -> Response:
    """Every wiki with scored edits, its models and their versions."""
    found = ores_scores.contexts(services().database)
    return jsonify(
        {
            context: {"models": _models(context, models, query.model_info, is_named=False)}
            for context, models in found.items()
        }
    )


@api.get("/scores/<context>/", responses=_RESPONSES, summary="Scores or statistics, as ORES")
@needs("read")
def show_context(path: ContextPath, query: OresQuery) -> Response:
    """Stored scores of revisions, and what is known of the models."""
    return _answer(path.context, _names(query.models), _revisions(query.revids), query.model_info)


@api.post("/scores/<context>/", responses=_RESPONSES, summary="The same, asked by a form")
@needs("read")
def ask_context(path: ContextPath, form: OresForm) -> Response:
    """Stored scores of revisions, and what is known of the models; nothing is changed."""
    return _answer(path.context, _names(form.models), _revisions(form.revids), form.model_info)


@api.get(
    "/scores/<context>/<rev_id>/", responses=_RESPONSES, summary="Scores of a revision, as ORES"
)
@needs("read")
def show_revision(path: RevisionPath, query: OresQuery) -> Response:
    """What all models, or those named, said of a revision."""
    return _answer(path.context, _names(query.models), _revisions(path.rev_id), query.model_info)


@api.get(
    "/scores/<context>/<rev_id>/<model>/",
    responses=_RESPONSES,
    summary="A model's score of a revision, as ORES",
)
@needs("read")
def show_score(path: ModelPath, query: OresQuery) -> Response:
    """What one model said of a revision."""
    return _answer(path.context, [path.model], _revisions(path.rev_id), query.model_info)


def _answer(context: str, names: list[str] | None, rev_ids: list[int], model_info: str) -> Response:
    """Scores and model information. Raises Invalid where a score would have to be made anew."""
    if any(name.startswith(MADE_ANEW) for name in request.values):
        raise Invalid(
            "not-made-anew",
            "scores are stored here and can't be made anew; expected a request without features",
        )
    found = ores_scores.scores_of(services().database, context, names, rev_ids)
    models = _models(context, found.models, model_info, is_named=names is not None)
    answer: dict[str, Any] = {"models": models}
    if rev_ids:
        answer["scores"] = {str(rev_id): scores for rev_id, scores in found.scores.items()}
    return jsonify({context: answer})


def _models(
    context: str, models: tuple[ContextModel, ...], model_info: str, *, is_named: bool
) -> dict[str, Any]:
    if not model_info:
        return {model.name: {"version": model.model.version} for model in models}
    return ores_statistics.model_infos(
        services().database, context, models, parse_paths(model_info), is_named=is_named
    )


def _names(text: str) -> list[str] | None:
    """Names parted by bars; None, for all models, where there is none.

    ORES's own client writes what is special in a name as %40 twice over.
    """
    return [unquote(name) for name in text.split("|") if name] or None


def _revisions(text: str) -> list[int]:
    found = []
    for part in text.split("|"):
        if not part:
            continue
        if not (part.isascii() and part.isdecimal()) or not 0 < int(part[:20]) <= MAX_REV_ID:
            raise Invalid("bad-revids", f"{part[:40]!r} is no revision, expected whole numbers")
        found.append(int(part))
    return list(dict.fromkeys(found))


def _in_its_form(error: DomainError) -> Response:
    status, code = 500, "internal server error"
    if isinstance(error, Invalid):
        status, code = 400, "bad request"
        if error.code == "not-made-anew":
            status, code = 501, "not implemented"
    elif isinstance(error, NotFound):
        status, code = 404, "not found"
    elif isinstance(error, Unavailable):
        status, code = 503, "server overloaded"
    response = jsonify({"error": {"code": code, "message": error.detail}})
    response.status_code = status
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


api.register_error_handler(DomainError, _in_its_form)

"""What went wrong, as a page or as a problem document (RFC 9457): the doors' one table."""

import logging
from http import HTTPStatus

from flask import Flask, Response, g, json, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from jadelite.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from jadelite.web.words import error_sentence, field_sentence

ORES = "/v3/"  # programs that ask there know ORES's form of an error

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], HTTPStatus] = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def init_app(app: Flask) -> None:
    """Answer every error of every route in one shape."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def status_of(error: DomainError) -> HTTPStatus:
    """The HTTP status of a domain error."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def unreadable(error: ValidationError) -> Response:
    """The answer to an API request whose values can't be read."""
    return _answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "bad-request",
        gettext("This request can’t be understood."),
        fields=[
            {
                "field": ".".join(str(part) for part in item["loc"]),
                "code": str(item["type"]),
                "detail": str(item["msg"]),
            }
            for item in error.errors()
        ],
    )


def _domain(error: DomainError) -> Response:
    response = _answer(
        status_of(error),
        error.code,
        error_sentence(error),
        fields=[
            {"field": item.field, "code": item.code, "detail": field_sentence(item)}
            for item in (error.fields if isinstance(error, Invalid) else ())
        ],
        is_sign_in_offered=error.code == "sign-in-first",
    )
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _csrf(error: CSRFError) -> Response:
    return _answer(
        HTTPStatus.BAD_REQUEST,
        "form-expired",
        gettext(
            "This form is too old or came from elsewhere. Go back, reload the page, try again."
        ),
    )


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    if isinstance(error, SecurityError):  # a host name that is not ours: no page can be linked
        detail = gettext("This request can’t be understood.")
        return Response(detail, status=status, mimetype="text/plain")
    sentences = {
        400: gettext("This request can’t be understood."),
        404: gettext("There is no page at this address."),
        405: gettext("This address does not take that kind of request."),
        413: gettext("This is too long to be sent."),
    }
    detail = sentences.get(status, gettext("Something is not right with this request."))
    response = _answer(status, status.phrase.lower().replace(" ", "-"), detail)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _bug(error: Exception) -> Response:
    log.exception("request %s failed", g.get("request_id", "?"))
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        gettext("Something broke on our side. Nothing you sent before is lost."),
    )


def _answer(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    fields: list[dict[str, str]] | None = None,
    is_sign_in_offered: bool = False,
) -> Response:
    if request.path.startswith(ORES):
        told = {"error": {"code": status.phrase.lower(), "message": detail}}
        return Response(json.dumps(told), status=status, mimetype="application/json")
    if _wants_json():
        problem = {
            "type": f"urn:jadelite:problem:{code}",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "instance": f"urn:jadelite:request:{g.get('request_id', '')}",
            "errors": fields or [],
        }
        return Response(json.dumps(problem), status=status, mimetype="application/problem+json")
    page = render_template(
        "error.html",
        status=status.value,
        detail=detail,
        fields=fields or [],
        request_id=g.get("request_id", ""),
        is_sign_in_offered=is_sign_in_offered,
    )
    return Response(page, status=status, mimetype="text/html")


def _wants_json() -> bool:
    if request.path.startswith(("/api/", "/openapi.json", "/healthz", "/metrics")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/problem+json"])
    return best == "application/problem+json"

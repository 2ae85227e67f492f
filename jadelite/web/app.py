"""create_app: joins blueprints, languages, security and errors to the wired services."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, jsonify, request, url_for
from flask_openapi.openapi import OpenAPI
from jinja2 import StrictUndefined
from markupsafe import Markup

from jadelite import __version__
from jadelite.audit import access, links
from jadelite.config import load_settings, require_safe_to_serve
from jadelite.domain.planning import is_too_small_to_show
from jadelite.web import (
    auth,
    campaign_words,
    errors,
    figures,
    locale,
    security,
    task_numbers,
    words,
    words_campaigns,
    words_edits,
    words_figures,
    words_reports,
)
from jadelite.web.api import ores, statistics, v1
from jadelite.web.auth import current_actor, needs
from jadelite.web.diff_view import diff_part
from jadelite.web.pages import (
    account,
    changes,
    coordinate,
    deliberation,
    forms,
    home,
    link30,
    methods,
    mine,
    monitoring,
    operator,
    practice,
    reported,
    reports,
    review,
    texts,
)
from jadelite.web.services import KEY, is_part_wanted
from jadelite.web.wikitext import visible
from jadelite.wiring import Services, build

STATIC = Path(__file__).parent / "static"
# Marks, embeddings, overrides and isolates.
_DIRECTION_CONTROLS = dict.fromkeys(
    (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_PAGES = (
    home,
    coordinate,
    changes,
    review,
    mine,
    reports,
    methods,
    texts,
    forms,
    practice,
    link30,
    deliberation,
    reported,
    account,
    operator,
    monitoring,
)


def create_app(services: Services) -> Flask:
    """The WSGI application. Raises SettingsError where it would not be safe to serve."""
    if services.settings.environment != "test":
        require_safe_to_serve(services.settings)
    app = OpenAPI(
        __name__,
        info={"title": "jadelite", "version": __version__},
        doc_ui=False,
        validation_error_callback=errors.unreadable,
    )
    app.openapi_version = "3.1.1"
    app.extensions[KEY] = services
    task_numbers.init_app(app, services.settings.secret_key.get_secret_value())
    security.init_app(app, services.settings)
    auth.init_app(app)
    locale.init_app(app)
    errors.init_app(app)
    for page in _PAGES:
        app.register_blueprint(page.pages)
    app.register_api(v1.api)
    app.register_api(statistics.api)
    app.register_api(ores.api)
    app.add_url_rule("/openapi.json", "openapi_document", _openapi_document)
    app.view_functions["static"] = needs("read")(app.view_functions["static"])
    _prepare_templates(app)
    campaign_words.init_app(app)
    return app


def from_environment() -> Flask:
    """The application with settings from the environment, for WSGI servers."""
    return create_app(build(load_settings()))


def openapi_document(app: Flask) -> dict[str, Any]:
    """The API's own description, OpenAPI 3.1."""
    document: dict[str, Any] = cast("OpenAPI", app).api_doc
    return document


@needs("read")
def _openapi_document() -> Response:
    """The API's own description."""
    return jsonify(openapi_document(current_app))


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        current_actor=current_actor,
        language=locale.current_language,
        language_name=locale.language_name,
        diff_part=diff_part,
        visible=visible,
        languages=locale.LANGUAGES,
        may=access.may,
        static_url=_static_url,
        layout=_layout,
        field_sentence=words.field_sentence,
        words=words,
        words_campaigns=words_campaigns,
        words_edits=words_edits,
        here=_here,
        here_with=_here_with,
        wiki_url=links.edit_url,
        is_too_small_to_show=is_too_small_to_show,
        percent_1=_percent_1,
        decimal_3=_decimal_3,
        words_figures=words_figures,
        words_reports=words_reports,
        figures=figures,
    )
    app.jinja_env.filters["bdi"] = _bdi
    app.jinja_env.filters["undirected"] = _undirected
    app.jinja_env.filters["signed_size"] = _signed_size
    app.jinja_env.filters["attr_or_none"] = _item_or_none


def _bdi(value: object) -> Markup:
    """A name or title of unknown direction, kept from mixing with the text around it."""
    return Markup("<bdi>{}</bdi>").format(value)


def _undirected(value: str) -> str:
    """A text without controls of direction: in a title nothing ends what they begin."""
    return value.translate(_DIRECTION_CONTROLS)


def _signed_size(value: int) -> Markup:
    """A count of bytes with its sign, the sign in front in both directions."""
    sign, kind = ("+", "grew") if value > 0 else ("−", "shrank") if value < 0 else ("±", "same")
    return Markup('<span class="size {}" dir="ltr">{}{}</span>').format(
        kind, sign, locale.number(abs(value))
    )


def _item_or_none(value: Mapping[str, str], key: str) -> str | None:
    """One item of a mapping; a question may be unanswered in an import."""
    return value.get(key)


def _percent_1(value: float) -> str:
    return locale.percent(value, 1)


def _decimal_3(value: float) -> str:
    return locale.decimal(value, 3)


def _layout() -> str:
    """The frame of a page; without one where a script swaps the content into an open page."""
    return "part.html" if is_part_wanted() else "base.html"


def _here() -> str:
    """The path of this page without its language, to come back to; home for a form's answer."""
    if request.method != "GET":
        return "/"
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "uselang"]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _here_with(**changes: object) -> str:
    """The address of this page with other values in its query; None takes one out."""
    kept = {key: value for key, value in request.args.items() if key != "uselang"} | changes
    asked = urlencode({key: value for key, value in kept.items() if value is not None})
    return f"{request.path}?{asked}" if asked else request.path


@cache
def _digest_of(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


def _static_url(filename: str) -> str:
    """The address of a static file with a digest, so that browsers may keep it for ever."""
    return url_for("static", filename=filename, v=_digest_of(filename))

"""A small server that answers as ORES and Lift Wing do, in the shapes of their own source.

`troubles` says what is wrong with a revision ("missing", "deleted", "first"); `override` replaces
every answer by (status, body).
"""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jadelite.domain.edits import Site
from jadelite.scoring.answers import Asked
from jadelite.scoring.service_cards import read_service_cards

MODELS = Path(__file__).parents[1] / "models"
CARDS = {card.name: card for card in read_service_cards(MODELS)}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

CLASSES = {"false": 0.744276020191829, "true": 0.255723979808171}
QUALITIES = {"FA": 0.81, "GA": 0.12, "B": 0.04, "C": 0.02, "Start": 0.0075, "Stub": 0.0025}
TOPICS = {"STEM.Space": 0.92, "STEM.STEM*": 0.97, "Culture.Sports": 0.0}
CODES = {
    "missing": "revision_missing",
    "deleted": "revision_info_deleted",
    "first": "parent_revision_missing",
}
SENTENCES = {
    "missing": (
        "Missing resource for rev-id {0}: RevisionNotFound:"
        " Could not find revision ({{revision}}:{0})"
    ),
    "deleted": (
        "Missing resource for rev-id {0}: TextDeleted: Text deleted (datasource.revision.text)"
    ),
    "first": "Unexpected content type for rev-id {0}: wikibase-item",
}
TYPES = {"missing": "RevisionNotFound", "deleted": "TextDeleted", "first": "UnexpectedContentType"}


class Fake:
    """The server; `requests` holds what came in, newest last."""

    def __init__(self) -> None:
        self.troubles: dict[int, str] = {}
        self.override: tuple[int, bytes] | None = None
        self.requests: list[tuple[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, body: Any) -> tuple[int, Any]:
        self.requests.append((path, body))
        parts = urlsplit(path)
        if parts.path.startswith("/v3/scores/"):
            query = parse_qs(parts.query)
            wiki = parts.path.split("/")[3]
            return self._ores(wiki, query["models"][0].split("|"), query["revids"][0].split("|"))
        name = parts.path.rsplit("/", 1)[1].removesuffix(":predict")
        if name.startswith("revertrisk"):
            return self._revertrisk(name, body)
        if name in ("articlequality", "reference-need", "reference-risk"):
            return self._value(name, body)
        wiki, model = name.split("-", 1)
        trouble = self.troubles.get(body["rev_id"])
        if trouble:
            return 400, {"error": SENTENCES[trouble].format(body["rev_id"])}
        return 200, v3(wiki, [model], [body["rev_id"]])

    def _ores(self, wiki: str, models: list[str], rev_ids: list[str]) -> tuple[int, Any]:
        if len(models) * len(rev_ids) > 20:
            error = {"code": "too many requests", "message": "Scoring more than 20 scores ..."}
            return 400, {"detail": {"error": error}}
        if "none" in models:
            message = f"Models ('none',) not available for {wiki}"
            return 404, {"error": {"code": "not found", "message": message}}
        document = v3(wiki, models, [int(each) for each in rev_ids])
        for rev_id, trouble in self.troubles.items():
            if str(rev_id) in rev_ids:
                message = f"{TYPES[trouble]}: could not ({{revision}}:{rev_id})"
                error = {"error": {"type": TYPES[trouble], "message": message}}
                document[wiki]["scores"][str(rev_id)] = dict.fromkeys(models, error)
        return 200, document

    def _revertrisk(self, name: str, body: Any) -> tuple[int, Any]:
        asked = body.get("instances", [body])
        lang = asked[0].get("lang")
        rev_ids = [each["rev_id"] for each in asked]
        if len(rev_ids) > 20:
            return 400, {"detail": "Only accept a maximum of 20 rev_ids in the request."}
        good = [rev_id for rev_id in rev_ids if rev_id not in self.troubles]
        codes = {each: CODES[self.troubles[each]] for each in rev_ids if each in self.troubles}
        if not good:
            keys = [(rev_id, lang) for rev_id in rev_ids]
            reasons = list(codes.values())
            detail = f"Could not make prediction for revisions dict_keys({keys}). Reason: {reasons}"
            return 422, {"detail": detail}
        predictions = [revertrisk(name, lang, rev_id) for rev_id in good]
        if "instances" not in body:
            return 200, predictions[0]
        if not codes:
            return 200, {"predictions": predictions}
        errors = [
            f"Could not make prediction for revision {rev_id} ({lang}). Reason: {code}"
            for rev_id, code in codes.items()
        ]
        return 200, {"predictions": predictions, "errors": errors}

    def _value(self, name: str, body: Any) -> tuple[int, Any]:
        asked = body.get("instances", [body])[0]
        rev_id, lang = asked["rev_id"], asked["lang"]
        if rev_id in self.troubles:
            code = CODES[self.troubles[rev_id]]
            sentence = f"Could not make prediction for revision {rev_id} ({lang}). Reason: {code}"
            return 400, {"error": sentence}
        if "instances" in body:
            one = {"label": "FA", "score": 0.9, "prediction_probabilities": QUALITIES}
            return 200, {"predictions": [one], "model_name": name, "model_version": "2"}
        field = "score" if name == "articlequality" else name.replace("-", "_") + "_score"
        return 200, {**identity(name, lang, rev_id, version="1"), field: 0.10391570042067477}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._respond(None)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self._respond(json.loads(self.rfile.read(length)))

            def _respond(self, body: Any) -> None:
                status, document = fake.answer(self.path, body)
                content = json.dumps(document).encode()
                if fake.override is not None:
                    status, content = fake.override
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


def v3(wiki: str, models: list[str], rev_ids: list[int]) -> dict[str, Any]:
    """An answer of ORES, or of one of its models at Lift Wing."""
    return {
        wiki: {
            "models": {model: {"version": "0.5.1"} for model in models},
            "scores": {
                str(rev_id): {model: {"score": score_of(model)} for model in models}
                for rev_id in rev_ids
            },
        }
    }


def score_of(model: str) -> dict[str, Any]:
    if model.endswith("topic"):
        return {"prediction": ["STEM.STEM*", "STEM.Space"], "probability": TOPICS}
    if model.endswith("quality"):
        return {"prediction": "FA", "probability": QUALITIES}
    return {"prediction": False, "probability": CLASSES}


def identity(name: str, lang: str | None, rev_id: int, version: Any = "3") -> dict[str, Any]:
    wiki = {} if lang is None else {"wiki_db": f"{lang}wiki"}
    return {"model_name": name, "model_version": version, **wiki, "revision_id": rev_id}


def revertrisk(name: str, lang: str | None, rev_id: int) -> dict[str, Any]:
    """One prediction of revert risk."""
    output = {"prediction": False, "probabilities": {"true": 0.1768, "false": 0.8231}}
    return {**identity(name, lang, rev_id), "output": output}


def site(dbname: str, *, code: str | None = None, project: str = "wikipedia") -> Site:
    """A Wikimedia wiki by its database name."""
    code = code or dbname.removesuffix("wiki").replace("_", "-")
    api_url = f"https://{code}.{project}.org/w/api.php"
    return Site(dbname, f"{code}.{project}.org", code, project, code, "ltr", api_url)


def asked(name: str, rev_id: int = 12345, home: Site | None = None) -> Asked:
    """A question about a revision, of enwiki unless said otherwise, answered at AT."""
    return Asked(CARDS[name], home or site("enwiki"), rev_id, AT, "d" * 64)

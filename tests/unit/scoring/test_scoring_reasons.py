"""Why there is no score: the refusals of both services, in their own words."""

from typing import Any

import pytest
from scoring_fakes import asked

from jadelite.domain.scores import MAX_FAILURE_DETAIL
from jadelite.scoring.answers import read_refusal
from jadelite.scoring.reasons import reason_of, refusal_in, revisions_named, tidy


@pytest.mark.parametrize(
    ("status", "document", "reason"),
    [
        (
            400,
            {
                "error": "The MW API does not have any info related to the rev-id provided as"
                " input (12345), therefore it is not possible to extract features properly."
            },
            "missing",
        ),
        (400, {"error": "Missing resource for rev-id 12345: CommentDeleted: gone"}, "deleted"),
        (400, {"error": "Missing resource for rev-id 12345: PageNotFound: gone"}, "missing"),
        (400, {"error": "Unexpected content type for rev-id 12345: json"}, "not-scorable"),
        (
            400,
            {"error": "Generic error while extracting features for rev-id 12345: x"},
            "transient",
        ),
        (400, {"error": 'Expected "rev_id" in input data.'}, "client-bug"),
        (400, {"error": "The parameter lang is required."}, "client-bug"),
        (400, {"detail": "Only accept a maximum of 20 rev_ids in the request."}, "client-bug"),
        (
            400,
            {"detail": "lang 'xx' does not exist in the canonical Wikipedia language list."},
            "unsupported-language",
        ),
        (
            400,
            {
                "detail": "This model is not recommended for use in projects outside of Wikipedia"
                " (e.g. Wiktionary, Wikinews, etc)"
            },
            "unsupported-language",
        ),
        (
            400,
            {"detail": "This model only handles Wikidata edits (wiki_id must be 'wikidatawiki')."},
            "unsupported-language",
        ),
        (
            422,
            {
                "detail": "Could not make prediction for revisions dict_keys([(12345, 'en')])."
                " Reason: ['revision_info_deleted']"
            },
            "deleted",
        ),
        (
            400,
            {
                "error": "Could not make prediction for revision 12345 (pt)."
                " Reason: parent_revision_missing"
            },
            "not-scorable",
        ),
        (
            400,
            {"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]},
            "client-bug",
        ),
        (
            400,
            {"detail": {"error": {"code": "too many requests", "message": "Scoring more ..."}}},
            "client-bug",
        ),
        (
            404,
            {"error": {"code": "not found", "message": "No scorers available for zzwiki"}},
            "unsupported-language",
        ),
        (
            400,
            {
                "detail": {
                    "error": {"code": "not found", "message": "Models ('x',) not available for a"}
                }
            },
            "unsupported-language",
        ),
        (
            429,
            {"error": {"code": "too_many_requests", "message": "Too many requests"}},
            "rate-limited",
        ),
        (
            503,
            {"error": {"code": "server overloaded", "message": "The queue is full"}},
            "transient",
        ),
        (504, {"error": {"code": "request_timeout", "message": "Took too long"}}, "transient"),
        (501, {"error": {"code": "not implemented", "message": "no"}}, "client-bug"),
        (200, {"error": {"type": "TimeoutError", "message": "over 15 s"}}, "transient"),
        (
            200,
            {"error": {"type": "Bad Request", "message": "TextDeleted: Text deleted"}},
            "deleted",
        ),
        (200, {"error": {"type": "KeyError", "message": "traceback"}}, "transient"),
    ],
)
def test_the_reason_is_read_from_status_type_and_sentence(
    status: int, document: Any, reason: str
) -> None:
    refusal = refusal_in(document)
    assert refusal is not None
    assert reason_of(status, refusal) == reason
    assert read_refusal(status, refusal, asked("damaging")).reason == reason


def test_details_are_one_short_printable_line() -> None:
    traceback = "Traceback:\n  File \x00\x1b[31m\u202e" + "x" * 100_000
    line = tidy(traceback)
    assert line.isprintable()
    assert len(line) == MAX_FAILURE_DETAIL
    assert revisions_named("revid 1 " * 10_000) == {1}

"""API version 1: campaigns and their reports, for reading."""

from dataclasses import asdict

from flask import Response, jsonify
from flask_openapi.blueprint import APIBlueprint

from jadelite.audit import report_json, report_lists, reports
from jadelite.audit.report_lists import Contested, Filters
from jadelite.domain.campaigns import CampaignProgress
from jadelite.domain.errors import NotFound
from jadelite.web.api.bodies import (
    CampaignBody,
    CampaignList,
    ListBody,
    ListPath,
    ListQuery,
    Problem,
    ReportBody,
    SchemaBody,
    SlugPath,
)
from jadelite.web.auth import needs
from jadelite.web.services import services

api = APIBlueprint("api_v1", __name__, url_prefix="/api/v1")


@api.get("/campaigns", responses={200: CampaignList, 503: Problem}, summary="List campaigns")
@needs("read")
def list_campaigns() -> Response:
    """Campaigns with their counts, oldest first."""
    found = reports.list_campaigns(services().database)
    return jsonify({"campaigns": [_body(item) for item in found]})


@api.get(
    "/campaigns/<slug>",
    responses={200: CampaignBody, 404: Problem, 503: Problem},
    summary="One campaign",
)
@needs("read")
def show_campaign(path: SlugPath) -> Response:
    """A campaign with its counts."""
    page = reports.report_page(services().database, path.slug)
    return jsonify(_body(page.progress))


@api.get(
    "/campaigns/<slug>/report",
    responses={200: ReportBody, 404: Problem, 503: Problem},
    summary="The newest frozen report of a campaign",
)
@needs("read")
def show_report(path: SlugPath) -> Response:
    """The report exactly as it was frozen."""
    page = reports.report_page(services().database, path.slug)
    if page.report is None:
        raise NotFound("no-report", f"campaign {path.slug} has no report yet")
    return jsonify(page.report.to_json())


@api.get(
    "/reports/<slug>/lists/<name>",
    responses={200: ListBody, 404: Problem, 422: Problem, 503: Problem},
    summary="A contested list of the newest report, page by page",
)
@needs("read")
def show_list(path: ListPath, query: ListQuery) -> Response:
    """Edits to look at, with all their votes and both sides' longest notes."""
    page = report_lists.list_page(
        services().database,
        path.slug,
        path.name,
        Filters(
            question=query.question,
            model=query.model,
            namespace=query.namespace,
            editor_kind=query.editor_kind,
            min_gap=query.min_gap,
        ),
        cursor=query.cursor,
        limit=query.limit,
    )
    return jsonify(
        {
            "name": page.name,
            "n": page.n,
            "n_masked": page.n_masked,
            "edits": [_contested(item) for item in page.edits],
            "next_cursor": page.next_cursor,
        }
    )


@api.get(
    "/schemas/report",
    responses={200: SchemaBody, 503: Problem},
    summary="The JSON Schema of a report",
)
@needs("read")
def show_report_schema() -> Response:
    """The schema that every report.json keeps."""
    return jsonify(report_json.schema())


def _contested(item: Contested) -> dict[str, object]:
    names = {"question": item.question, "model": item.model, "against": item.against}
    return {**names, **asdict(item.edit), "note_yes": item.note_yes, "note_no": item.note_no}


def _body(item: CampaignProgress) -> dict[str, object]:
    campaign = item.campaign
    return {
        "slug": campaign.slug,
        "wiki": campaign.wiki,
        "kind": campaign.kind,
        "state": campaign.state,
        "k": campaign.k,
        "n_edits": item.n_edits,
        "n_complete": item.n_complete,
        "n_judgments": item.n_judgments,
    }

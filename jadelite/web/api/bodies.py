"""What the API answers with; field descriptions become the OpenAPI document."""

from typing import Any, get_type_hints

from pydantic import BaseModel, Field, RootModel, create_model

from jadelite.domain.model_reports import LIST_NAMES
from jadelite.domain.reports import REPORT_SCHEMA, Report


class SlugPath(BaseModel):
    """A campaign by its name."""

    slug: str = Field(description="name of the campaign", examples=["sample-fa"])


class CampaignBody(BaseModel):
    """A campaign with its counts; bots' judgments are not counted."""

    slug: str
    wiki: str = Field(description="database name of the wiki")
    kind: str = Field(description="audit, or evidence: sample, import")
    state: str = Field(description="draft, open, closed or archived")
    k: int = Field(description="reviewers for each edit")
    n_edits: int
    n_complete: int = Field(description="edits that got their k judgments")
    n_judgments: int


class CampaignList(BaseModel):
    """Campaigns, oldest first."""

    campaigns: list[CampaignBody]


# The report as `domain.reports` has it, field by field, with the name of its schema.
_OF_REPORT: dict[str, Any] = {name: (kind, ...) for name, kind in get_type_hints(Report).items()}
ReportBody: type[BaseModel] = create_model(
    "ReportBody",
    __doc__="A frozen report.",
    schema_=(str, Field(alias="schema", description=REPORT_SCHEMA)),
    **_OF_REPORT,
)


class SchemaBody(RootModel[dict[str, Any]]):
    """A JSON Schema."""


class ListPath(SlugPath):
    """One of the contested lists of a campaign's newest report."""

    name: str = Field(description=", ".join(LIST_NAMES), examples=["model-sure"])


class ListQuery(BaseModel):
    """What a list is narrowed to, and where its page begins."""

    question: str | None = None
    model: str | None = Field(default=None, description="name@version")
    namespace: int | None = None
    editor_kind: str | None = None
    min_gap: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="how far the probability and the share of yes are apart",
    )
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before")
    limit: int = Field(default=20, ge=1, le=100)


class ContestedBody(BaseModel):
    """An edit in a list, with all its votes and the longest note of either side."""

    question: str
    model: str
    against: str | None = Field(description="the other version, in the list of versions")
    wiki: str
    rev_id: int
    page_title: str | None
    namespace: int | None
    editor_kind: str | None
    probability: float
    other: float | None = Field(description="the other version's probability")
    n_yes: int
    n_no: int
    n_unsure: int
    why: str
    gap: float
    note_yes: str | None
    note_no: str | None


class ListBody(BaseModel):
    """A page of a contested list."""

    name: str
    n: int = Field(description="edits that fit, on all pages")
    n_masked: int = Field(description="more of the whole list, judged again and not named")
    edits: list[ContestedBody]
    next_cursor: str | None


class FieldProblem(BaseModel):
    """One wrong field."""

    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem]

"""What the API answers with; field descriptions become the OpenAPI document."""

from pydantic import BaseModel, Field


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


class FigureBody(BaseModel):
    """A number that can say how it was made."""

    value: float | None = Field(description="null exactly when `reason` says why")
    low: float | None = Field(description="lower end of the 95 % interval")
    high: float | None = Field(description="upper end of the 95 % interval")
    n: int = Field(description="what the number rests on")
    method: str
    reason: str | None


class ConfusionBody(BaseModel):
    """Decided edits by what the model and what people said."""

    tn: int
    fp: int
    fn: int
    tp: int


class ListedEditBody(BaseModel):
    """An edit in a list, with the votes of people."""

    wiki: str
    rev_id: int
    page_title: str | None
    probability: float
    n_yes: int
    n_no: int
    n_unsure: int


class ScoreBinBody(BaseModel):
    """Edits with a probability in [low, high)."""

    low: float
    high: float
    n_yes: int
    n_no: int
    n_undecided: int


class TreatmentBody(BaseModel):
    """The figures with "not sure" counted in another way."""

    treatment: str
    n_decided: int
    precision: FigureBody
    recall: FigureBody
    false_positive_rate: FigureBody


class ModelBody(BaseModel):
    """One model version against people."""

    model: str
    version: str
    positive_label: str
    threshold: float
    threshold_origin: str
    n_scored: int
    n_decided: int
    confusion: ConfusionBody
    precision: FigureBody
    recall: FigureBody
    false_positive_rate: FigureBody
    roc_auc: FigureBody
    brier: FigureBody
    treatments: list[TreatmentBody]
    bins: list[ScoreBinBody]
    confident_misses: list[ListedEditBody]
    n_confident_misses_masked: int


class QuestionBody(BaseModel):
    """People against people on one question, and the models that answer it."""

    question: str
    n_yes: int
    n_no: int
    n_unsure: int
    n_decided: int
    percent_agreement: FigureBody
    krippendorff_alpha: FigureBody
    models: list[ModelBody]


class LabelCountBody(BaseModel):
    """How often a label was chosen."""

    label: str
    n: int


class LabelReportBody(BaseModel):
    """People against people on a question with other labels than yes and no."""

    question: str
    kind: str = Field(description="one label is chosen, or several")
    is_ordinal: bool = Field(description="the labels are a scale, and alpha is ordinal")
    n_answers: int
    n_edits: int
    counts: list[LabelCountBody]
    percent_agreement: FigureBody
    krippendorff_alpha: FigureBody


class ReportBody(BaseModel):
    """A frozen report."""

    schema_: str = Field(alias="schema", description="jadelite.report/1")
    campaign: str
    wiki: str
    kind: str
    k: int
    min_votes: int
    computed_at: str = Field(description="ISO 8601, UTC")
    code_version: str
    seed: int
    snapshot: str = Field(description="SHA-256 of inputs, code version and seed")
    n_edits: int
    n_edits_judged: int
    n_judgments: int
    n_judgments_used: int
    n_judgments_waiting: int = Field(description="on edits that are still being judged")
    n_exposed: int
    n_exposure_unknown: int
    n_unknown_left_out: int = Field(description="of those of unknown exposure, not counted")
    n_withdrawn: int = Field(description="given blind, taken back after the reveal")
    n_bot_judgments: int
    n_reviewers: FigureBody
    notes: list[str]
    questions: list[QuestionBody]
    labelled: list[LabelReportBody] = Field(
        description="questions with other labels than yes and no"
    )


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

"""Every mapped class, split by trip. Importing this package loads them all.

"Model" never means a class here: it is the ML model under audit. Facts (scores, judgments,
answers, events, reports) are only ever appended; triggers of the second migration refuse UPDATE
and DELETE on them. What a wiki may hide later (texts, names, summaries, notes) stands in tables of
its own, so that it can be erased without touching a fact.
"""

from jadelite.db.tables.base import Base
from jadelite.db.tables.campaigns import (
    ApprovalRow,
    CampaignModelRow,
    CampaignRow,
    CampaignTallyRow,
    CampaignTextRow,
    DesignRow,
    FrameRow,
    LeaseRow,
    SittingRow,
    SkipRow,
    StratumRow,
    TaskRow,
    random_place,
)
from jadelite.db.tables.contents import (
    ContentKeyRow,
    ContentWatchRow,
    EditDiffRow,
    EditorNameRow,
    EditSummaryRow,
    EditTextRow,
)
from jadelite.db.tables.edits import EditRevertRow, EditRow, WikiRow
from jadelite.db.tables.forms import FacetRow, FormRow, FormTextRow, QuestionRow
from jadelite.db.tables.judgments import (
    AnswerRow,
    JudgmentRow,
    JudgmentTagRow,
    NoteRow,
    ReviewerRow,
    RoleGrantRow,
)
from jadelite.db.tables.operations import (
    EventRow,
    ImportBatchRow,
    SettingRow,
    StreamOffsetRow,
    UpstreamStateRow,
    WorkRow,
)
from jadelite.db.tables.reports import GuardrailRow, LabelUseRow, ReportFileRow, ReportRow
from jadelite.db.tables.scores import (
    ModelRow,
    ModelVersionRow,
    ScoreFailureRow,
    ScoreRow,
    ThresholdRow,
)

APPEND_ONLY = (
    "score",
    "judgment",
    "answer",
    "judgment_tag",
    "campaign_text",
    "event",
    "report",
    "report_file",
    "label_use",
)

__all__ = [
    "APPEND_ONLY",
    "AnswerRow",
    "ApprovalRow",
    "Base",
    "CampaignModelRow",
    "CampaignRow",
    "CampaignTallyRow",
    "CampaignTextRow",
    "ContentKeyRow",
    "ContentWatchRow",
    "DesignRow",
    "EditDiffRow",
    "EditRevertRow",
    "EditRow",
    "EditSummaryRow",
    "EditTextRow",
    "EditorNameRow",
    "EventRow",
    "FacetRow",
    "FormRow",
    "FormTextRow",
    "FrameRow",
    "GuardrailRow",
    "ImportBatchRow",
    "JudgmentRow",
    "JudgmentTagRow",
    "LabelUseRow",
    "LeaseRow",
    "ModelRow",
    "ModelVersionRow",
    "NoteRow",
    "QuestionRow",
    "ReportFileRow",
    "ReportRow",
    "ReviewerRow",
    "RoleGrantRow",
    "ScoreFailureRow",
    "ScoreRow",
    "SettingRow",
    "SittingRow",
    "SkipRow",
    "StratumRow",
    "StreamOffsetRow",
    "TaskRow",
    "ThresholdRow",
    "UpstreamStateRow",
    "WikiRow",
    "WorkRow",
    "random_place",
]

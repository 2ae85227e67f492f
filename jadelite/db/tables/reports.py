"""Frozen reports with their data files, bounds written beforehand, and what came of the labels."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import (
    Base,
    BigId,
    UtcDateTime,
    identity,
    one_of,
    points_to,
    short_text,
)


class ReportRow(Base):
    """A report as it was computed. Append only; the newest of a campaign is shown."""

    __tablename__ = "report"
    __table_args__ = (
        Index(None, "campaign_id", "report_id"),
        {"comment": "frozen reports; append only"},
    )

    report_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    snapshot: Mapped[str] = short_text("SHA-256 of inputs, code version and seed", 64)
    seed: Mapped[int] = mapped_column(BigId, comment="seed of the resampling")
    code_version: Mapped[str] = short_text("version of jadelite", 40)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was computed")
    payload: Mapped[Any] = mapped_column(JSON, nullable=False, comment="domain.reports.Report")


class ReportFileRow(Base):
    """A file of a frozen report: its data in CSV and Parquet, lists, statistics. Append only."""

    __tablename__ = "report_file"
    __table_args__ = ({"comment": "data files of frozen reports; append only"},)

    report_id: Mapped[int] = points_to("report.report_id", "the report", primary_key=True)
    name: Mapped[str] = short_text("such as edits.csv.gz", 60, primary_key=True)
    digest: Mapped[str] = short_text("SHA-256 of the content", 64)
    content: Mapped[bytes] = mapped_column(
        LargeBinary, comment="the file; .json and .ipynb packed by zlib"
    )


class GuardrailRow(Base):
    """A bound that a figure of a campaign's model must keep, and what happens if it does not."""

    __tablename__ = "guardrail"
    __table_args__ = (
        one_of("side", "at-least", "at-most"),
        Index(None, "campaign_id"),
        {"comment": "bounds on figures, written before the figures are known"},
    )

    guardrail_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    model: Mapped[str | None] = short_text("name of the model; null: each", 255)
    question: Mapped[str] = short_text("the question", 60)
    figure: Mapped[str] = short_text("precision, recall or false_positive_rate", 40)
    side: Mapped[str] = short_text("at-least or at-most", 10)
    value: Mapped[float] = mapped_column(Float, comment="the bound, 0 to 1")
    action: Mapped[str] = mapped_column(Text, comment="what is done if it is crossed")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was written")
    written_by: Mapped[int | None] = points_to("reviewer.reviewer_id", "who wrote it")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="null while in force")


class LabelUseRow(Base):
    """What a campaign's labels were used for. Append only."""

    __tablename__ = "label_use"
    __table_args__ = (
        one_of("kind", "training", "threshold", "finding", "answer", "other"),
        Index(None, "campaign_id"),
        {"comment": "what came of a campaign's labels; append only"},
    )

    label_use_id: Mapped[int] = identity()
    campaign_id: Mapped[int] = points_to("campaign.campaign_id", "the campaign", nullable=False)
    kind: Mapped[str] = short_text("training, threshold, finding, answer or other", 20)
    text: Mapped[str] = mapped_column(Text, comment="what was done, in a sentence or more")
    language: Mapped[str | None] = short_text("language of the text, BCP 47", 35)
    url: Mapped[str | None] = mapped_column(Text, comment="where to read more")
    model: Mapped[str | None] = short_text("the model version it led to, name@version", 255)
    snapshot: Mapped[str | None] = short_text("the report it rests on", 64)
    n_labels: Mapped[int | None] = mapped_column(Integer, comment="labels given out, for training")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was recorded")
    recorded_by: Mapped[int | None] = points_to("reviewer.reviewer_id", "who recorded it")

"""Frozen reports."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import Base, BigId, UtcDateTime, identity, points_to, short_text


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

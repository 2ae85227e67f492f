"""Forms: what is asked, in versioned texts. Words of built-in facets come from the catalogs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jadelite.db.tables.base import Base, UtcDateTime, identity, points_to, short_text


class FacetRow(Base):
    """A facet: questions that are asked together."""

    __tablename__ = "facet"
    __table_args__ = (UniqueConstraint("name"), {"comment": "sets of questions asked together"})

    facet_id: Mapped[int] = identity()
    name: Mapped[str] = short_text("name such as editquality", 60)
    is_builtin: Mapped[bool] = mapped_column(Boolean, comment="its words come from the catalogs")


class QuestionRow(Base):
    """A question and the labels it allows."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("facet_id", "name"),
        {"comment": "questions of a facet and the labels they allow"},
    )

    question_id: Mapped[int] = identity()
    facet_id: Mapped[int] = points_to("facet.facet_id", "the facet", nullable=False)
    name: Mapped[str] = short_text("name such as damaging", 60)
    labels: Mapped[Any] = mapped_column(JSON, nullable=False, comment="labels in offered order")
    positive_label: Mapped[str] = short_text("the label that means yes", 60)
    position: Mapped[int] = mapped_column(Integer, comment="order within the facet")


class FormRow(Base):
    """One version of a form: a facet with its guideline."""

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("facet_id", "version"),
        {"comment": "versions of forms; each judgment names one"},
    )

    form_id: Mapped[int] = identity()
    facet_id: Mapped[int] = points_to("facet.facet_id", "the facet", nullable=False)
    version: Mapped[int] = mapped_column(Integer, comment="counts from 1")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was made")


class FormTextRow(Base):
    """A text of a form in one language."""

    __tablename__ = "form_text"
    __table_args__ = (
        UniqueConstraint("form_id", "language", "key"),
        {"comment": "texts of a form by language: questions, labels, guideline"},
    )

    form_text_id: Mapped[int] = identity()
    form_id: Mapped[int] = points_to("form.form_id", "the form", nullable=False)
    language: Mapped[str] = short_text("language, BCP 47", 35)
    key: Mapped[str] = short_text("what the text is for, such as question.damaging", 120)
    text: Mapped[str] = mapped_column(Text, comment="the text")

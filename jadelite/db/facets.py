"""Queries on facets: the built-in ones, and those that campaigns bring in forms of their own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from jadelite.db.tables import FacetRow, FormRow, FormTextRow, QuestionRow
from jadelite.domain.facets import FACETS, Facet, Question


def load(session: Session, name: str) -> Facet:
    """The facet of that name; asked once in a transaction for one that is not built in.

    Without questions where there is none of that name.
    """
    if name in FACETS:
        return FACETS[name]
    cached: dict[str, Facet] = session.info.setdefault("facets", {})
    if name not in cached:
        query = (
            select(QuestionRow.name, QuestionRow.labels, QuestionRow.positive_label)
            .join(FacetRow, FacetRow.facet_id == QuestionRow.facet_id)
            .where(FacetRow.name == name)
            .order_by(QuestionRow.position)
        )
        questions = tuple(_question(*row) for row in session.execute(query))
        cached[name] = Facet(name, questions)
    return cached[name]


def names(session: Session) -> tuple[str, ...]:
    """Names of the facets that can be asked: the built-in ones, then others in their order."""
    query = select(FacetRow.name).order_by(FacetRow.name)
    return (*FACETS, *(name for name in session.scalars(query) if name not in FACETS))


def ensure_builtin(session: Session, name: str, now: datetime) -> None:
    """Make the rows of a built-in facet where they are not there yet."""
    if session.scalar(select(FacetRow.facet_id).where(FacetRow.name == name)) is None:
        add(session, FACETS[name], is_builtin=True, now=now)


def add(session: Session, facet: Facet, *, is_builtin: bool, now: datetime) -> int:
    """Add a facet with its questions and the first version of its form; the form's row number."""
    row = FacetRow(name=facet.name, is_builtin=is_builtin)
    session.add(row)
    session.flush()
    session.add_all(
        QuestionRow(
            facet_id=row.facet_id,
            name=question.name,
            labels=_stored(question),
            positive_label=question.positive,
            position=position,
        )
        for position, question in enumerate(facet.questions, start=1)
    )
    session.info.pop("facets", None)
    return _add_form(session, row.facet_id, 1, now)


def newest_form(session: Session, facet: str) -> tuple[int, int] | None:
    """Row number and version of a facet's newest form, or None."""
    found = session.execute(
        select(FormRow.form_id, FormRow.version)
        .join(FacetRow, FacetRow.facet_id == FormRow.facet_id)
        .where(FacetRow.name == facet)
        .order_by(FormRow.version.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def add_form(session: Session, facet: str, now: datetime) -> int:
    """Add the next version of a facet's form; its row number."""
    facet_id = session.scalars(select(FacetRow.facet_id).where(FacetRow.name == facet)).one()
    newest = session.scalar(select(func.max(FormRow.version)).where(FormRow.facet_id == facet_id))
    return _add_form(session, facet_id, (newest or 0) + 1, now)


def add_texts(session: Session, form_id: int, texts: Mapping[tuple[str, str], str]) -> None:
    """Add a form's texts by (key, language)."""
    rows = [
        {"form_id": form_id, "key": key, "language": language, "text": text}
        for (key, language), text in texts.items()
    ]
    if rows:
        session.execute(insert(FormTextRow), rows)


def _add_form(session: Session, facet_id: int, version: int, now: datetime) -> int:
    row = FormRow(facet_id=facet_id, version=version, made_at=now)
    session.add(row)
    session.flush()
    return row.form_id


def _stored(question: Question) -> Any:
    """A list of labels for the usual question; an object where there is more to say."""
    labels = list(question.labels)
    if question.kind == "one" and question.is_required:
        return labels
    return {"labels": labels, "kind": question.kind, "is_required": question.is_required}


def _question(name: str, stored: Any, positive: str) -> Question:
    if isinstance(stored, list):
        return Question(name, tuple(stored), positive)
    return Question(
        name,
        tuple(stored["labels"]),
        positive,
        kind=stored["kind"],
        is_required=stored["is_required"],
    )

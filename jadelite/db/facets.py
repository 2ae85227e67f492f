"""Queries on facets: the built-in ones, and those that campaigns bring in forms of their own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.tables import FacetRow, QuestionRow
from jadelite.domain.facets import FACETS, Facet, Question


def load(session: Session, name: str) -> Facet:
    """The facet of that name; asked once in a transaction for one that is not built in."""
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
        questions = tuple(
            Question(row.name, tuple(row.labels), row.positive_label)
            for row in session.execute(query)
        )
        cached[name] = Facet(name, questions)
    return cached[name]

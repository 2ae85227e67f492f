"""Queries for the page of one edit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from jadelite.db.tables import TaskRow


def campaigns_of(session: Session, edit_id: int) -> dict[int, int]:
    """The campaign of each task on the edit; practice and silent repeats left out."""
    query = select(TaskRow.task_id, TaskRow.campaign_id).where(
        TaskRow.edit_id == edit_id, TaskRow.stream != "practice", TaskRow.repeat_no == 0
    )
    return {row.task_id: row.campaign_id for row in session.execute(query)}

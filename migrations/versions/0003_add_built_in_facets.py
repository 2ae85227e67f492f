"""Add the built-in facet editquality with its two questions and the first version of its form.

Their words come from the catalogs. Down loses these rows (and fails, rightly, once used).

Revision ID: 0003
Revises: 0002
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

facet = sa.table(
    "facet", sa.column("facet_id"), sa.column("name"), sa.column("is_builtin", sa.Boolean)
)
question = sa.table(
    "question",
    sa.column("question_id"),
    sa.column("facet_id"),
    sa.column("name"),
    sa.column("labels", sa.JSON),
    sa.column("positive_label"),
    sa.column("position"),
)
form = sa.table(
    "form",
    sa.column("form_id"),
    sa.column("facet_id"),
    sa.column("version"),
    sa.column("made_at", sa.DateTime(timezone=True)),
)
LABELS = ["yes", "no", "unsure"]


def upgrade() -> None:
    op.bulk_insert(facet, [{"name": "editquality", "is_builtin": True}])
    bind = op.get_bind()
    facet_id = bind.scalar(sa.select(facet.c.facet_id).where(facet.c.name == "editquality"))
    op.bulk_insert(
        question,
        [
            {
                "facet_id": facet_id,
                "name": name,
                "labels": LABELS,
                "positive_label": "yes",
                "position": position,
            }
            for position, name in enumerate(("damaging", "goodfaith"), start=1)
        ],
    )
    op.bulk_insert(
        form, [{"facet_id": facet_id, "version": 1, "made_at": datetime(2026, 1, 1, tzinfo=UTC)}]
    )


def downgrade() -> None:
    op.execute(form.delete())
    op.execute(question.delete())
    op.execute(facet.delete())

"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

# Written by hand or read line by line; local table definitions, never imports from jadelite.
# Must work while the release before is still running: add, use, remove in three releases.

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

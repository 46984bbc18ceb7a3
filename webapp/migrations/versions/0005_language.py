"""The language of a reminder.

It only adds, and what it adds may be left out, so the release before runs beside it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    language = sa.Column("language", sa.String(16), nullable=False, server_default="en")
    op.add_column("push_subscription", language)


def downgrade() -> None:
    op.drop_column("push_subscription", "language")

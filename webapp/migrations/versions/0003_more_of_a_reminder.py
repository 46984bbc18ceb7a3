"""Several times, weekdays, a pause, device words, sound, the key; what the push service last said.

It only adds, and what it adds may be left out, so the release before runs beside it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _of_a_subscription():
        op.add_column("push_subscription", column)
    op.add_column("push_schedule", sa.Column("accepted_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("push_schedule", "accepted_at")
    for column in _of_a_subscription():
        op.drop_column("push_subscription", column.name)


def _of_a_subscription() -> list[sa.Column[Any]]:
    return [
        sa.Column("minutes", sa.Text()),
        sa.Column("days", sa.Integer(), nullable=False, server_default="127"),
        sa.Column("pause_until", sa.String(10)),
        sa.Column("source", sa.String(8), nullable=False, server_default="deck"),
        sa.Column("sound", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("application_key", sa.String(87)),
        sa.Column("tested_at", sa.BigInteger()),
        sa.Column("test_outcome", sa.String(16)),
        sa.Column("test_status", sa.Integer()),
    ]

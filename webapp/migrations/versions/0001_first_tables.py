"""The subscriptions, and the schedule of what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As it was at this step; later steps change the tables and leave this text alone.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("endpoint_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("endpoint", sa.String(2048), nullable=False),
        sa.Column("p256dh", sa.LargeBinary(65), nullable=False),
        sa.Column("auth", sa.LargeBinary(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger()),
        sa.Column("failing_since", sa.BigInteger()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "push_schedule",
        sa.Column(
            "subscription_id",
            _ID,
            sa.ForeignKey("push_subscription.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("occurrence", sa.String(32), nullable=False),
        sa.Column("first_due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_push_schedule_due_at", "push_schedule", ["due_at"])


def downgrade() -> None:
    op.drop_table("push_schedule")
    op.drop_table("push_subscription")

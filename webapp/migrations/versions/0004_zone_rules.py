"""What the rules of the time zones were when the schedule was last gone through. It only adds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone_rule",
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("rules", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("zone_rule")

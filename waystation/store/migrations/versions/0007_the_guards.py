"""Guards: what keeps cases, locks and effects whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lock_claims", sa.Column("reserved_until", schema.UTC(), nullable=True))
    op.create_table(
        "chores",
        sa.Column("tenant", schema.Key(64), nullable=False),
        sa.Column("chore", schema.Key(40), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=False),
        sa.Column("done_at", schema.UTC(), nullable=True),
        sa.Column("error", schema.LongText(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "chore", name="pk_chores"),
        **schema.TABLE_OPTIONS,
    )
    op.create_table(
        "timetables",
        sa.Column("tenant", schema.Key(64), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("set_at", schema.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "process", name="pk_timetables"),
        **schema.TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("timetables")
    op.drop_table("chores")
    op.drop_column("lock_claims", "reserved_until")

"""Comments and files of people: envelopes beside their texts, names and bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("sealed", schema.Json(), nullable=True))
    op.add_column("files", sa.Column("stored_as", schema.Key(64), nullable=True))
    op.add_column("files", sa.Column("wrapped", schema.LongText(), nullable=True))
    op.add_column("files", sa.Column("sealed", schema.Json(), nullable=True))


def downgrade() -> None:
    for column in ("sealed", "wrapped", "stored_as"):
        op.drop_column("files", column)
    op.drop_column("comments", "sealed")

"""The designer: designs with every save of them, and who may do what with which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "designs",
        ["tenant", "design"],
        sa.Column("design", schema.Key(64), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("region", schema.Key(200), nullable=False),
        sa.Column("base", schema.Key(100), nullable=False),
        sa.Column("title", schema.Json(), nullable=True),
        sa.Column("family", schema.Key(40), nullable=False),
        sa.Column("text", schema.LongText(), nullable=False),
        sa.Column("scenarios", schema.LongText(), nullable=False),
        sa.Column("layout", schema.Json(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("created_by", schema.Key(100), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
    )
    op.create_index("ix_designs_process", "designs", ["tenant", "process", "region"])
    op.create_index("ix_designs_base", "designs", ["tenant", "base"])
    op.create_index("ix_designs_changed", "designs", ["tenant", "changed_at"])
    create_table(
        "design_revisions",
        ["tenant", "design", "revision"],
        sa.Column("design", schema.Key(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content", schema.Blob, nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("by", schema.Key(100), nullable=False),
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("notes", schema.LongText(), nullable=False),
    )
    create_table(
        "design_rights",
        ["tenant", "process", "region", "allows", "who"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("region", schema.Key(200), nullable=False),
        sa.Column("allows", schema.Key(40), nullable=False),
        sa.Column("who", schema.Key(200), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("design_rights")
    op.drop_table("design_revisions")
    op.drop_table("designs")

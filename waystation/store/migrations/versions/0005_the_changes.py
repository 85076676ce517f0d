"""Change: retired versions, roll-outs, bulk commands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _of_process(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "process"], ["processes.tenant", "processes.process"], name=f"fk_{name}_tenant_processes"
    )


def upgrade() -> None:
    create_table(
        "retired_versions",
        ["tenant", "process", "number"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("retired_at", schema.UTC(), nullable=False),
        sa.Column("retired_by", schema.Key(100), nullable=False),
        sa.Column("reason", schema.LongText(), nullable=False),
        _of_process("retired_versions"),
    )
    create_table(
        "rollouts",
        ["tenant", "process"],
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("units", schema.Json(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("part_by", schema.Key(40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("started_at", schema.UTC(), nullable=False),
        sa.Column("started_by", schema.Key(100), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.Column("changed_by", schema.Key(100), nullable=False),
        _of_process("rollouts"),
    )
    create_table(
        "bulks",
        ["tenant", "bulk_id"],
        sa.Column("bulk_id", schema.Key(64), nullable=False),
        sa.Column("verb", schema.Key(40), nullable=False),
        sa.Column("task", schema.LongText(), nullable=True),
        sa.Column("args", schema.Json(), nullable=False),
        sa.Column("wanted", schema.Json(), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("per_second", sa.BigInteger(), nullable=False),
        sa.Column("undoes", schema.Key(64), nullable=True),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("stopping", sa.Boolean(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("started_at", schema.UTC(), nullable=False),
        sa.Column("started_by", schema.Key(100), nullable=False),
        sa.Column("ended_at", schema.UTC(), nullable=True),
        sa.Index("ix_bulks_started_at", "tenant", "started_at"),
    )
    create_table(
        "bulk_items",
        ["tenant", "bulk_id", "number"],
        sa.Column("bulk_id", schema.Key(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("args", schema.Json(), nullable=True),
        sa.Column("status", schema.Key(40), nullable=False),
        sa.Column("code", schema.Key(40), nullable=False),
        sa.Column("zh", schema.LongText(), nullable=False),
        sa.Column("en", schema.LongText(), nullable=False),
        sa.Column("answer", schema.Json(), nullable=True),
        sa.Column("done_at", schema.UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "bulk_id"], ["bulks.tenant", "bulks.bulk_id"], name="fk_bulk_items_tenant_bulks"
        ),
        sa.Index("ix_bulk_items_status", "tenant", "bulk_id", "status", "code"),
    )


def downgrade() -> None:
    for name in ("bulk_items", "bulks", "rollouts", "retired_versions"):
        op.drop_table(name)

"""The outside: how people are told, the feed of the journal, webhooks out and in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "notice_preferences",
        ["tenant", "person"],
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("sms", sa.Boolean(), nullable=False),
        sa.Column("quiet", schema.Key(40), nullable=False),
        sa.Column("locale", schema.Key(40), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
    )
    create_table(
        "feed",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("process", schema.Key(100), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("written_at", schema.UTC(), nullable=False),
    )
    op.create_index("ix_feed_number", "feed", ["tenant", "number"])
    op.create_index("ix_feed_written", "feed", ["tenant", "written_at"])
    create_table(
        "feed_heads",
        ["tenant"],
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
    )
    create_table(
        "webhooks",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("label", schema.Key(200), nullable=False),
        sa.Column("url", schema.LongText(), nullable=False),
        sa.Column("kinds", schema.Json(), nullable=False),
        sa.Column("processes", schema.Json(), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("secrets", schema.Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("resting_until", schema.UTC(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
    )
    create_table(
        "hooks",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("label", schema.Key(200), nullable=False),
        sa.Column("does", schema.Json(), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("secrets", schema.Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
    )
    op.add_column("outbox", sa.Column("target", schema.Key(64), nullable=False, server_default=""))
    op.create_index("ix_outbox_place", "outbox", ["tenant", "kind", "place"])
    op.create_index("ix_outbox_target", "outbox", ["tenant", "target", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_target", "outbox")
    op.drop_index("ix_outbox_place", "outbox")
    op.drop_column("outbox", "target")
    for name in ("hooks", "webhooks", "feed_heads", "feed", "notice_preferences"):
        op.drop_table(name)

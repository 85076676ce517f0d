"""Desk: drafts, comments, attachments, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("form_drafts", "file_scans", "attachments", "receipts", "comments")


def upgrade() -> None:
    create_table(
        "form_drafts",
        ["tenant", "person", "subject"],
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("subject", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("target", schema.Json(), nullable=False),
        sa.Column("form", schema.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", schema.UTC(), nullable=False),
        sa.Index("ix_form_drafts_saved", "tenant", "person", "saved_at"),
    )
    create_table(
        "file_scans",
        ["tenant", "file"],
        sa.Column("file", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(40), nullable=False),
        sa.Column("finding", schema.Key(200), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
    )
    create_table(
        "attachments",
        ["tenant", "case_id", "file"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("file", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("by", schema.Key(100), nullable=False),
    )
    create_table(
        "receipts",
        ["tenant", "case_id", "path", "person"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
    )
    create_table(
        "comments",
        ["tenant", "case_id", "seq"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("by", schema.Key(100), nullable=False),
        sa.Column("text", schema.LongText(), nullable=False),
        sa.Column("mentions", schema.Json(), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
    )


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)

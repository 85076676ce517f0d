"""Desk: drafts, comments, attachments, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.schema import SchemaItem

from waystation.store import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("form_drafts", "file_scans", "attachments", "receipts", "comments")


def _create(name: str, key: list[str], *items: SchemaItem) -> None:
    """A table with `tenant` and these items; `key` completes its primary key."""
    op.create_table(
        name,
        sa.Column("tenant", schema.Key(64), nullable=False),
        *items,
        sa.PrimaryKeyConstraint("tenant", *key, name=f"pk_{name}"),
        **schema.TABLE_OPTIONS,
    )


def upgrade() -> None:
    _create(
        "form_drafts",
        ["person", "subject"],
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("subject", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(40), nullable=False),
        sa.Column("target", schema.Json(), nullable=False),
        sa.Column("form", schema.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", schema.UTC(), nullable=False),
        sa.Index("ix_form_drafts_saved", "tenant", "person", "saved_at"),
    )
    _create(
        "file_scans",
        ["file"],
        sa.Column("file", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(40), nullable=False),
        sa.Column("finding", schema.Key(200), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
    )
    _create(
        "attachments",
        ["case_id", "file"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("file", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("by", schema.Key(100), nullable=False),
    )
    _create(
        "receipts",
        ["case_id", "path", "person"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("path", schema.Key(400), nullable=False),
        sa.Column("person", schema.Key(100), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
    )
    _create(
        "comments",
        ["case_id", "seq"],
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

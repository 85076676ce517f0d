"""How a migration makes a table: with the tenant first, and alike on every database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.schema import SchemaItem

from waystation.store import schema


def create_table(name: str, key: list[str], *items: SchemaItem) -> None:
    """A table with `tenant` and these items; `key` is its primary key."""
    op.create_table(
        name,
        sa.Column("tenant", schema.Key(64), nullable=False),
        *items,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        **schema.TABLE_OPTIONS,
    )

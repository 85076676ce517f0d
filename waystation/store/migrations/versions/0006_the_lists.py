"""Lists: columns and indexes that pages are walked by, terms for the search, saved views.

Afterwards `waystation rebuild` fills in, for cases from before, what only the journal tells: terms, and who had to
take a task first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.tables.lists import Term

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NEVER = "9999-12-31 00:00:00"

#: Table -> new columns that hold a moment, and where their first value comes from.
_MOMENTS: dict[str, dict[str, str]] = {
    "cases": {"due_order": "COALESCE(due_at, due_order)"},
    "tasks": {"due_order": "COALESCE(due_at, due_order)", "changed_at": "COALESCE(closed_at, opened_at)"},
    "task_people": {"changed_at": "COALESCE(answered_at, opened_at)"},
}
#: Indexes by table and name; columns after the tenant. What was there under the same name goes.
_OLD: dict[str, dict[str, str]] = {
    "cases": {"process_status": "process status started_at", "started_at": "started_at"},
    "tasks": {"status_due": "status due_at", "process": "process status"},
    "task_people": {
        "due": "person status due_at",
        "priority": "person status priority due_at",
        "opened": "person status opened_at",
    },
}
_NEW: dict[str, dict[str, str]] = {
    "cases": {
        "process_status": "process status started_at case_id",
        "started_at": "started_at case_id",
        "status_started": "status started_at case_id",
        "status_due": "status due_order case_id",
        "status_priority": "status priority due_order case_id",
        "status_changed": "status changed_at case_id",
    },
    "tasks": {
        "status_due": "status due_order case_id path",
        "status_priority": "status priority due_order case_id path",
        "status_opened": "status opened_at case_id path",
        "status_changed": "status changed_at case_id path",
        "status_node": "status process node",
    },
    "task_people": {
        "due": "person status due_at case_id path",
        "priority": "person status priority due_at case_id path",
        "opened": "person status opened_at case_id path",
        "changed": "person status changed_at case_id path",
        "pooled": "person status pooled process",
    },
    "visits": {"node": "status node process case_id"},
}


def upgrade() -> None:
    for table, columns in _MOMENTS.items():
        for name, value in columns.items():
            op.add_column(table, sa.Column(name, schema.UTC(), nullable=False, server_default=_NEVER))
            op.execute(f"UPDATE {table} SET {name} = {value}")  # noqa: S608 - both are written above
    op.add_column("task_people", sa.Column("pooled", sa.Boolean(), nullable=False, server_default=sa.false()))
    _exchange(_OLD, _NEW)
    op.create_table(
        "search_terms",
        sa.Column("tenant", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("part", schema.Key(400), nullable=False),
        sa.Column("term", Term(8), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "case_id", "part", "term", name="pk_search_terms"),
        sa.Index("ix_search_terms_term", "tenant", "term", "case_id"),
        **schema.TABLE_OPTIONS,
    )
    op.create_table(
        "saved_views",
        sa.Column("tenant", schema.Key(64), nullable=False),
        sa.Column("view", schema.Key(64), nullable=False),
        sa.Column("owner", schema.Key(100), nullable=False),
        sa.Column("role", schema.Key(200), nullable=False),
        sa.Column("of", schema.Key(40), nullable=False),
        sa.Column("name", schema.Key(200), nullable=False),
        sa.Column("filter", schema.Json(), nullable=False),
        sa.Column("sort", schema.Key(40), nullable=False),
        sa.Column("descending", sa.Boolean(), nullable=False),
        sa.Column("columns", schema.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "view", name="pk_saved_views"),
        sa.UniqueConstraint("tenant", "owner", "of", "name", name="uq_saved_views_tenant_owner_of_name"),
        sa.Index("ix_saved_views_role", "tenant", "role"),
        **schema.TABLE_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("saved_views")
    op.drop_table("search_terms")
    _exchange(_NEW, _OLD)
    op.drop_column("task_people", "pooled")
    for table, columns in _MOMENTS.items():
        for name in columns:
            op.drop_column(table, name)


def _exchange(old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> None:
    for table, indexes in old.items():
        for name in indexes:
            op.drop_index(f"ix_{table}_{name}", table_name=table)
    for table, indexes in new.items():
        for name, columns in indexes.items():
            op.create_index(f"ix_{table}_{name}", table, ["tenant", *columns.split()])

"""Privacy: keys of people and of cases, what people are found by, and who has read what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "person_keys",
        ["tenant", "key"],
        sa.Column("key", schema.Key(64), nullable=False),
        sa.Column("subject", schema.Key(64), nullable=False),
        sa.Column("wrapped", schema.LongText(), nullable=True),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("erased_at", schema.UTC(), nullable=True),
        sa.Column("erased_by", schema.Key(100), nullable=False),
    )
    op.create_index("ix_person_keys_subject", "person_keys", ["tenant", "subject"])
    create_table(
        "sealed_cases",
        ["tenant", "case_id", "number"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("slot", schema.Key(200), nullable=False),
        sa.Column("key", schema.Key(64), nullable=False),
        sa.Column("wrapped", schema.LongText(), nullable=True),
        sa.Column("since", schema.UTC(), nullable=False),
    )
    op.create_index("ix_sealed_cases_key", "sealed_cases", ["tenant", "key"])
    create_table(
        "personal_terms",
        ["tenant", "case_id", "number", "term"],
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("term", schema.Key(64), nullable=False),
    )
    op.create_index("ix_personal_terms_term", "personal_terms", ["tenant", "term"])
    create_table(
        "personal_reads",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Column("actor", schema.Key(100), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("fields", schema.Json(), nullable=False),
        sa.Column("route", schema.Key(200), nullable=False),
    )
    op.create_index("ix_personal_reads_at", "personal_reads", ["tenant", "at", "id"])
    op.create_index("ix_personal_reads_case", "personal_reads", ["tenant", "case_id", "at"])
    op.create_index("ix_personal_reads_actor", "personal_reads", ["tenant", "actor", "at"])


def downgrade() -> None:
    for table in ("personal_reads", "personal_terms", "sealed_cases", "person_keys"):
        op.drop_table(table)

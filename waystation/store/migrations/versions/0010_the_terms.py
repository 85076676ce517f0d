"""The terms of a case stand in the order of the alphabet, so that asking one case for a word reads one place."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _key("tenant", "case_id", "term", "part")


def downgrade() -> None:
    _key("tenant", "case_id", "part", "term")


def _key(*columns: str) -> None:
    with op.batch_alter_table("search_terms") as table:
        table.drop_constraint("pk_search_terms", type_="primary")
        table.create_primary_key("pk_search_terms", list(columns))

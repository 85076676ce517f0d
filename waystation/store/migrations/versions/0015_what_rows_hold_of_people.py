"""Places for what is sealed of people who work here, and whose the raw texts of orders are.

What is there is sealed by `waystation privacy seal`, once every process is of this release: a migration has no keys.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: Orders have a number of their own, but raw texts and orders know each other by the channel's.
_CUSTOMERS = """
    UPDATE raw_order SET customer = (
        SELECT o.customer FROM sales_order o WHERE o.tenant = raw_order.tenant AND o.channel = raw_order.channel
        AND o.account = raw_order.account AND o.ext_id = raw_order.ext_id
    ) WHERE EXISTS (
        SELECT 1 FROM sales_order o WHERE o.tenant = raw_order.tenant AND o.channel = raw_order.channel
        AND o.account = raw_order.account AND o.ext_id = raw_order.ext_id
    )
"""


def upgrade() -> None:
    op.add_column("people", sa.Column("contact", schema.Json(), nullable=True))
    op.add_column("raw_order", sa.Column("customer", schema.Key(64), nullable=False, server_default=""))
    op.execute(_CUSTOMERS)


def downgrade() -> None:
    op.drop_column("raw_order", "customer")
    op.drop_column("people", "contact")

"""The goods: batches and what they cost, presales, parcels and returns; coupons, maintenance, offline visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (
    "visit_track_point",
    "visit_record",
    "ticket_maintenance",
    "repurchase_coupon",
    "after_sale_line",
    "after_sale",
    "parcel_line",
    "stock_presale",
    "stock_cost",
    "stock_batch",
)


def upgrade() -> None:
    _create_stock()
    _create_orders()
    _create_service()
    # What lies on the shelves already becomes one batch of unknown cost for each article.
    op.execute(
        "INSERT INTO stock_batch (tenant, id, warehouse, sku, received_at, unit_cost, qty, unspent, ref) "
        "SELECT level.tenant, CONCAT('open/', level.warehouse, '/', level.sku), level.warehouse, level.sku, "
        "CURRENT_TIMESTAMP, 0, level.on_hand, level.on_hand, '' FROM stock_level AS level WHERE level.on_hand > 0"
        if op.get_bind().dialect.name != "sqlite"
        else "INSERT INTO stock_batch (tenant, id, warehouse, sku, received_at, unit_cost, qty, unspent, ref) "
        "SELECT tenant, 'open/' || warehouse || '/' || sku, warehouse, sku, "
        "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000', 0, on_hand, on_hand, '' FROM stock_level WHERE on_hand > 0"
    )


def _create_stock() -> None:
    create_table(
        "stock_batch",
        ["tenant", "id"],
        sa.Column("id", schema.Key(128), nullable=False),
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("received_at", schema.UTC(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("unspent", sa.BigInteger(), nullable=False),
        sa.Column("ref", schema.Key(64), nullable=False),
        sa.CheckConstraint(
            "qty > 0 AND unspent >= 0 AND unspent <= qty AND unit_cost >= 0", name=op.f("ck_stock_batch_parts")
        ),
        sa.Index("ix_stock_batch_age", "tenant", "warehouse", "sku", "received_at", "id"),
    )
    create_table(
        "stock_cost",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("batch", schema.Key(128), nullable=False),
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("ref", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.CheckConstraint("qty > 0 AND returned >= 0 AND returned <= qty", name=op.f("ck_stock_cost_parts")),
        sa.Index("ix_stock_cost_ref", "tenant", "ref"),
        sa.Index("ix_stock_cost_level", "tenant", "warehouse", "sku", "at"),
    )
    create_table(
        "stock_presale",
        ["tenant", "id", "sku"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("ref", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_stock_presale_qty")),
        sa.Index("ix_stock_presale_queue", "tenant", "sku", "state", "created_at"),
    )


def _create_orders() -> None:
    create_table(
        "parcel_line",
        ["tenant", "parcel", "sku"],
        sa.Column("parcel", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_parcel_line_qty")),
    )
    create_table(
        "after_sale",
        ["tenant", "no"],
        sa.Column("no", schema.Key(64), nullable=False),
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(16), nullable=False),
        sa.Column("reason", schema.Key(32), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.CheckConstraint("refund >= 0", name=op.f("ck_after_sale_refund")),
        sa.Index("ix_after_sale_order_no", "tenant", "order_no"),
    )
    create_table(
        "after_sale_line",
        ["tenant", "after_sale", "position"],
        sa.Column("after_sale", schema.Key(64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("qty > 0 AND refund >= 0", name=op.f("ck_after_sale_line_amounts")),
    )
    create_table(
        "repurchase_coupon",
        ["tenant", "customer"],
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("coupon", schema.Key(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("issued_at", schema.UTC(), nullable=False),
    )


def _create_service() -> None:
    create_table(
        "ticket_maintenance",
        ["tenant", "serial_no"],
        sa.Column("serial_no", schema.Key(64), nullable=False),
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("part", schema.Key(64), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=True),
        sa.Column("told_hours", sa.BigInteger(), nullable=False),
    )
    create_table(
        "visit_record",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("visit", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(16), nullable=False),
        sa.Column("digest", schema.Key(64), nullable=False),
        sa.Column("device_time", schema.UTC(), nullable=False),
        sa.Column("received_at", schema.UTC(), nullable=False),
        sa.Index("ix_visit_record_visit", "tenant", "visit"),
    )
    create_table(
        "visit_track_point",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("salesperson", schema.Key(100), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("datum", schema.Key(8), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("flag", schema.Key(16), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Index("ix_visit_track_point_day", "tenant", "salesperson", "at"),
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)

"""The capabilities: stock, orders, tickets, purchasing, visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from waystation.store import schema
from waystation.store.migrations.creating import create_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "budget",
        ["tenant", "department", "period"],
        sa.Column("department", schema.Key(64), nullable=False),
        sa.Column("period", schema.Key(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("booked", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("currency", schema.Key(3), nullable=False),
        sa.CheckConstraint("booked >= 0 AND spent >= 0 AND booked + spent <= amount", name=op.f("ck_budget_within")),
    )
    create_table(
        "budget_booking",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("department", schema.Key(64), nullable=False),
        sa.Column("period", schema.Key(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND spent >= 0 AND released >= 0 AND spent + released <= amount",
            name=op.f("ck_budget_booking_parts"),
        ),
        sa.Index("ix_budget_booking_budget", "tenant", "department", "period"),
    )
    create_table(
        "order_event",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("axis", schema.Key(16), nullable=False),
        sa.Column("was", schema.Key(16), nullable=False),
        sa.Column("now", schema.Key(16), nullable=False),
        sa.Column("reason", schema.LongText(), nullable=False),
        sa.Column("by", schema.Key(100), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Index("ix_order_event_order_no", "tenant", "order_no", "at"),
    )
    create_table(
        "order_line",
        ["tenant", "order_no", "position"],
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("title", schema.LongText(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("qty > 0 AND price >= 0 AND discount >= 0", name=op.f("ck_order_line_amounts")),
    )
    create_table(
        "parcel",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("carrier", schema.Key(64), nullable=False),
        sa.Column("tracking", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("sent_at", schema.UTC(), nullable=False),
        sa.Index("ix_parcel_order_no", "tenant", "order_no"),
    )
    create_table(
        "part_issue",
        ["tenant", "id", "sku"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("technician", schema.Key(100), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.CheckConstraint(
            "issued > 0 AND used >= 0 AND returned >= 0 AND used + returned <= issued", name=op.f("ck_part_issue_parts")
        ),
    )
    create_table(
        "pick_list",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("order_no", schema.Key(64), nullable=False),
        sa.Column("rows", schema.Json(), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
    )
    create_table(
        "purchase_order",
        ["tenant", "no"],
        sa.Column("no", schema.Key(64), nullable=False),
        sa.Column("supplier", schema.Key(64), nullable=False),
        sa.Column("lines", schema.Json(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", schema.Key(3), nullable=False),
        sa.Column("booking", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_purchase_order_amount")),
    )
    create_table(
        "raw_order",
        ["tenant", "channel", "account", "ext_id"],
        sa.Column("channel", schema.Key(64), nullable=False),
        sa.Column("account", schema.Key(64), nullable=False),
        sa.Column("ext_id", schema.Key(64), nullable=False),
        sa.Column("payload", schema.Json(), nullable=False),
        sa.Column("digest", schema.Key(64), nullable=False),
        sa.Column("mapping_version", sa.BigInteger(), nullable=False),
        sa.Column("verdict", schema.Key(16), nullable=False),
        sa.Column("reason", schema.Json(), nullable=False),
        sa.Column("received_at", schema.UTC(), nullable=False),
    )
    create_table(
        "sales_order",
        ["tenant", "no"],
        sa.Column("no", schema.Key(64), nullable=False),
        sa.Column("channel", schema.Key(64), nullable=False),
        sa.Column("account", schema.Key(64), nullable=False),
        sa.Column("ext_id", schema.Key(64), nullable=False),
        sa.Column("ext_updated_at", schema.UTC(), nullable=True),
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("kind", schema.Key(32), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", schema.Key(3), nullable=False),
        sa.Column("payment", schema.Key(32), nullable=False),
        sa.Column("receiver", schema.Json(), nullable=False),
        sa.Column("area", schema.Key(64), nullable=False),
        sa.Column("tags", schema.Json(), nullable=False),
        sa.Column("pay", schema.Key(16), nullable=False),
        sa.Column("audit", schema.Key(16), nullable=False),
        sa.Column("fulfilment", schema.Key(16), nullable=False),
        sa.Column("aftersale", schema.Key(16), nullable=False),
        sa.Column("contract", schema.Key(128), nullable=True),
        sa.Column("placed_at", schema.UTC(), nullable=False),
        sa.Column("changed_at", schema.UTC(), nullable=False),
        sa.CheckConstraint("total >= 0", name=op.f("ck_sales_order_total")),
        sa.UniqueConstraint(
            "tenant", "channel", "account", "ext_id", name=op.f("uq_sales_order_tenant_channel_account_ext_id")
        ),
        sa.Index("ix_sales_order_customer", "tenant", "customer", "placed_at"),
    )
    create_table(
        "service_point",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("title", schema.Json(), nullable=False),
        sa.Column("region", schema.Key(64), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("datum", schema.Key(8), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("busy", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("busy >= 0 AND busy <= capacity", name=op.f("ck_service_point_busy")),
    )
    create_table(
        "stock_level",
        ["tenant", "warehouse", "sku"],
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("safety", sa.BigInteger(), nullable=False),
        sa.Column("bin", schema.Key(32), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_level_on_hand")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_stock_level_reserved")),
        sa.Index("ix_stock_level_sku", "tenant", "sku"),
    )
    create_table(
        "stock_move",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("kind", schema.Key(16), nullable=False),
        sa.Column("ref", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("at", schema.UTC(), nullable=False),
        sa.Index("ix_stock_move_level", "tenant", "warehouse", "sku"),
    )
    create_table(
        "stock_reservation",
        ["tenant", "id", "warehouse", "sku"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("warehouse", schema.Key(64), nullable=False),
        sa.Column("sku", schema.Key(64), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("consumed", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("ref", schema.Key(64), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
        sa.CheckConstraint(
            "qty > 0 AND consumed >= 0 AND released >= 0 AND consumed + released <= qty",
            name=op.f("ck_stock_reservation_parts"),
        ),
        sa.Index("ix_stock_reservation_level", "tenant", "warehouse", "sku"),
    )
    create_table(
        "ticket",
        ["tenant", "no"],
        sa.Column("no", schema.Key(64), nullable=False),
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("category", schema.Key(64), nullable=False),
        sa.Column("lane", schema.Key(16), nullable=False),
        sa.Column("serial_no", schema.Key(64), nullable=False),
        sa.Column("text", schema.LongText(), nullable=False),
        sa.Column("region", schema.Key(64), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("service_point", schema.Key(64), nullable=True),
        sa.Column("satisfaction", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("remark", schema.LongText(), nullable=False),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("opened_at", schema.UTC(), nullable=False),
        sa.Column("closed_at", schema.UTC(), nullable=True),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_ticket_minutes")),
        sa.CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name=op.f("ck_ticket_satisfaction")),
        sa.Index("ix_ticket_customer", "tenant", "customer", "opened_at"),
    )
    create_table(
        "visit",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("plan", schema.Key(64), nullable=False),
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("salesperson", schema.Key(100), nullable=False),
        sa.Column("purpose", schema.LongText(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("notes", schema.LongText(), nullable=False),
        sa.Column("photos", schema.Json(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("goal_met", sa.Boolean(), nullable=True),
        sa.Column("case_id", schema.Key(64), nullable=False),
        sa.Column("planned_at", schema.UTC(), nullable=False),
        sa.Column("reported_at", schema.UTC(), nullable=True),
        sa.CheckConstraint("position > 0", name=op.f("ck_visit_position")),
        sa.Index("ix_visit_salesperson", "tenant", "salesperson", "planned_at"),
    )
    create_table(
        "visit_check_in",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("visit", schema.Key(64), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("datum", schema.Key(8), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("verdict", schema.Key(16), nullable=False),
        sa.Column("risks", schema.Json(), nullable=False),
        sa.Column("device_time", schema.UTC(), nullable=True),
        sa.Column("at", schema.UTC(), nullable=False),
    )
    create_table(
        "visit_follow_up",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("visit", schema.Key(64), nullable=False),
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("need", schema.LongText(), nullable=False),
        sa.Column("due_at", schema.UTC(), nullable=False),
        sa.Column("state", schema.Key(16), nullable=False),
        sa.Column("created_at", schema.UTC(), nullable=False),
    )
    create_table(
        "visit_site",
        ["tenant", "customer"],
        sa.Column("customer", schema.Key(64), nullable=False),
        sa.Column("title", schema.Json(), nullable=False),
        sa.Column("address", schema.LongText(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("datum", schema.Key(8), nullable=False),
        sa.Column("last_visit_at", schema.UTC(), nullable=True),
    )
    create_table(
        "warehouse",
        ["tenant", "id"],
        sa.Column("id", schema.Key(64), nullable=False),
        sa.Column("title", schema.Json(), nullable=False),
        sa.Column("serves", schema.Key(16), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("datum", schema.Key(8), nullable=False),
        sa.Column("region", schema.Key(64), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("warehouse")
    op.drop_table("visit_site")
    op.drop_table("visit_follow_up")
    op.drop_table("visit_check_in")
    op.drop_table("visit")
    op.drop_table("ticket")
    op.drop_table("stock_reservation")
    op.drop_table("stock_move")
    op.drop_table("stock_level")
    op.drop_table("service_point")
    op.drop_table("sales_order")
    op.drop_table("raw_order")
    op.drop_table("purchase_order")
    op.drop_table("pick_list")
    op.drop_table("part_issue")
    op.drop_table("parcel")
    op.drop_table("order_line")
    op.drop_table("order_event")
    op.drop_table("budget_booking")
    op.drop_table("budget")

"""Stock in rows. The rows themselves forbid overselling: the checks hold on every database, whoever writes.

`stock_level` is a counter; `stock_move` is the append-only list of facts it is made from, and `stock_reservation`
the promises in between. For every warehouse and article: on_hand = sum of moves = sum of what is left of its batches,
and reserved = sum over the open reservations of qty - consumed - released. Units leave oldest batch first; what they
cost stands in `stock_cost`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key, Money


class Warehouse(Base):
    """A place with stock. Low `priority` is preferred.

    `serves`: goods (to customers), parts (to technicians) or returns (what came back and is not sold before a look).
    """

    __tablename__ = "warehouse"

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    title: Mapped[dict[str, Any]] = mapped_column(Json())
    serves: Mapped[str] = mapped_column(Key(16), default="goods")
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Key(8))
    region: Mapped[str] = mapped_column(Key(), default="")
    priority: Mapped[int] = mapped_column(default=100)
    open: Mapped[bool] = mapped_column(default=True)


class StockLevel(Base):
    """How much of an article lies in a warehouse, in base units, and how much of it is promised."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
        Index("ix_stock_level_sku", "tenant", "sku"),
    )

    warehouse: Mapped[str] = mapped_column(Key(), primary_key=True)
    sku: Mapped[str] = mapped_column(Key(), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    safety: Mapped[int] = mapped_column(default=0)
    bin: Mapped[str] = mapped_column(Key(32), default="")


class Reservation(Base):
    """A promise of some units. `state`: open, consumed or released; each promise leaves `open` once."""

    __tablename__ = "stock_reservation"
    __table_args__ = (
        CheckConstraint("qty > 0 AND consumed >= 0 AND released >= 0 AND consumed + released <= qty", name="parts"),
        Index("ix_stock_reservation_level", "tenant", "warehouse", "sku"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    warehouse: Mapped[str] = mapped_column(Key(), primary_key=True)
    sku: Mapped[str] = mapped_column(Key(), primary_key=True)
    qty: Mapped[int]
    consumed: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(Key(16), default="open")
    ref: Mapped[str] = mapped_column(Key(), default="")
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]


class PartIssue(Base):
    """Spare parts handed to a technician: issued = used + returned + still in hand."""

    __tablename__ = "part_issue"
    __table_args__ = (
        CheckConstraint("issued > 0 AND used >= 0 AND returned >= 0 AND used + returned <= issued", name="parts"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    sku: Mapped[str] = mapped_column(Key(), primary_key=True)
    warehouse: Mapped[str] = mapped_column(Key())
    technician: Mapped[str] = mapped_column(Key(100))
    issued: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]


class StockMove(Base):
    """One movement, never changed. `qty` is added to on_hand; `kind`: opening, receipt, ship, unship, issue, return."""

    __tablename__ = "stock_move"
    __table_args__ = (Index("ix_stock_move_level", "tenant", "warehouse", "sku"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    warehouse: Mapped[str] = mapped_column(Key())
    sku: Mapped[str] = mapped_column(Key())
    qty: Mapped[int]
    kind: Mapped[str] = mapped_column(Key(16))
    ref: Mapped[str] = mapped_column(Key(), default="")
    case_id: Mapped[str] = mapped_column(Key(64), default="")
    at: Mapped[datetime]


class StockBatch(Base):
    """Units that came in together at one cost, in fen each. `unspent` of `qty` still lie there."""

    __tablename__ = "stock_batch"
    __table_args__ = (
        CheckConstraint("qty > 0 AND unspent >= 0 AND unspent <= qty AND unit_cost >= 0", name="parts"),
        Index("ix_stock_batch_age", "tenant", "warehouse", "sku", "received_at", "id"),
    )

    id: Mapped[str] = mapped_column(Key(128), primary_key=True)
    warehouse: Mapped[str] = mapped_column(Key())
    sku: Mapped[str] = mapped_column(Key())
    received_at: Mapped[datetime]
    unit_cost: Mapped[int] = mapped_column(Money)
    qty: Mapped[int]
    unspent: Mapped[int]
    ref: Mapped[str] = mapped_column(Key(), default="")


class StockCost(Base):
    """What units taken out of one batch cost. `ref` is the reservation or requisition; `returned` of them came back."""

    __tablename__ = "stock_cost"
    __table_args__ = (
        CheckConstraint("qty > 0 AND returned >= 0 AND returned <= qty", name="parts"),
        Index("ix_stock_cost_ref", "tenant", "ref"),
        Index("ix_stock_cost_level", "tenant", "warehouse", "sku", "at"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    batch: Mapped[str] = mapped_column(Key(128))
    warehouse: Mapped[str] = mapped_column(Key())
    sku: Mapped[str] = mapped_column(Key())
    qty: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)
    unit_cost: Mapped[int] = mapped_column(Money)
    ref: Mapped[str] = mapped_column(Key())
    case_id: Mapped[str] = mapped_column(Key(64))
    at: Mapped[datetime]


class Presale(Base):
    """Units sold before they are there; served oldest first. `state`: waiting, ready or void."""

    __tablename__ = "stock_presale"
    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        Index("ix_stock_presale_queue", "tenant", "sku", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    sku: Mapped[str] = mapped_column(Key(), primary_key=True)
    qty: Mapped[int]
    state: Mapped[str] = mapped_column(Key(16), default="waiting")
    ref: Mapped[str] = mapped_column(Key(), default="")
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]

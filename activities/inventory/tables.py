"""Stock in rows. The rows themselves forbid overselling: the checks hold on every database, whoever writes.

`stock_level` is a counter; `stock_move` is the append-only list of facts it is made from, and `stock_reservation`
the promises in between. For every warehouse and article: on_hand = sum of moves, and reserved = sum over the open
reservations of qty - consumed - released.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key


class Warehouse(Base):
    """A place that delivers. `serves`: goods (to customers) or parts (to technicians). Low `priority` is preferred."""

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
    """One movement, never changed. `qty` is added to on_hand; `kind`: opening, ship, unship, issue, return."""

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

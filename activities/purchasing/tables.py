"""Budgets by department and year, what is booked on them, and purchase orders. Amounts in fen.

The budget row forbids overspending. For every budget, over its bookings: booked = sum of amount - spent - released, and
spent = sum of spent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key, Money


class Budget(Base):
    """What a department may spend in a year."""

    __tablename__ = "budget"
    __table_args__ = (CheckConstraint("booked >= 0 AND spent >= 0 AND booked + spent <= amount", name="within"),)

    department: Mapped[str] = mapped_column(Key(), primary_key=True)
    period: Mapped[str] = mapped_column(Key(16), primary_key=True)
    amount: Mapped[int] = mapped_column(Money)
    booked: Mapped[int] = mapped_column(Money, default=0)
    spent: Mapped[int] = mapped_column(Money, default=0)
    currency: Mapped[str] = mapped_column(Key(3), default="CNY")


class BudgetBooking(Base):
    """Money set aside: amount = spent + released + still booked."""

    __tablename__ = "budget_booking"
    __table_args__ = (
        CheckConstraint("amount > 0 AND spent >= 0 AND released >= 0 AND spent + released <= amount", name="parts"),
        Index("ix_budget_booking_budget", "tenant", "department", "period"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    department: Mapped[str] = mapped_column(Key())
    period: Mapped[str] = mapped_column(Key(16))
    amount: Mapped[int] = mapped_column(Money)
    spent: Mapped[int] = mapped_column(Money, default=0)
    released: Mapped[int] = mapped_column(Money, default=0)
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]


class PurchaseOrder(Base):
    """What was ordered from whom. `state`: placed or cancelled."""

    __tablename__ = "purchase_order"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    no: Mapped[str] = mapped_column(Key(), primary_key=True)
    supplier: Mapped[str] = mapped_column(Key())
    lines: Mapped[list[Any]] = mapped_column(Json())
    amount: Mapped[int] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(Key(3), default="CNY")
    booking: Mapped[str] = mapped_column(Key())
    state: Mapped[str] = mapped_column(Key(16), default="placed")
    case_id: Mapped[str] = mapped_column(Key(64))
    created_at: Mapped[datetime]

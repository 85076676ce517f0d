"""Tickets, what customers thought of them, and the service points with their capacity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key, LongText, personal_of


class Ticket(Base):
    """One request of a customer. `state`: open, dispatched, closed or void. What the customer said is sealed."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("ix_ticket_customer", "tenant", "customer", "opened_at"),
    )

    no: Mapped[str] = mapped_column(Key(), primary_key=True)
    customer: Mapped[str] = mapped_column(Key())
    category: Mapped[str] = mapped_column(Key())
    lane: Mapped[str] = mapped_column(Key(16))
    serial_no: Mapped[str] = mapped_column(Key(), default="")
    text: Mapped[str] = mapped_column(LongText, info=personal_of("customer"))
    region: Mapped[str] = mapped_column(Key(), default="")
    state: Mapped[str] = mapped_column(Key(16), default="open")
    service_point: Mapped[str | None] = mapped_column(Key())
    satisfaction: Mapped[int | None]
    minutes: Mapped[int] = mapped_column(default=0)
    remark: Mapped[str] = mapped_column(LongText, default="", info=personal_of("customer"))
    case_id: Mapped[str] = mapped_column(Key(64))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ServicePoint(Base):
    """A place that technicians start from; `busy` of its `capacity` are on a job."""

    __tablename__ = "service_point"
    __table_args__ = (CheckConstraint("busy >= 0 AND busy <= capacity", name="busy"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    title: Mapped[dict[str, Any]] = mapped_column(Json())
    region: Mapped[str] = mapped_column(Key(), default="")
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Key(8))
    capacity: Mapped[int]
    busy: Mapped[int] = mapped_column(default=0)


class Maintenance(Base):
    """When a machine is to be looked after next, and the running hours at which it was told last."""

    __tablename__ = "ticket_maintenance"

    serial_no: Mapped[str] = mapped_column(Key(), primary_key=True)
    customer: Mapped[str] = mapped_column(Key(), default="")
    part: Mapped[str] = mapped_column(Key(), default="")
    due_at: Mapped[datetime | None]
    told_hours: Mapped[int] = mapped_column(default=0)

"""Customers' addresses, planned visits, check-ins with their evidence, and follow-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, Key, LongText


class VisitSite(Base):
    """Where a customer is visited."""

    __tablename__ = "visit_site"

    customer: Mapped[str] = mapped_column(Key(), primary_key=True)
    title: Mapped[dict[str, Any]] = mapped_column(Json())
    address: Mapped[str] = mapped_column(LongText, default="")
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Key(8))
    last_visit_at: Mapped[datetime | None]


class Visit(Base):
    """One planned visit. `state`: planned, checked_in, reported or void. `position` in the day's order, from 1."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        Index("ix_visit_salesperson", "tenant", "salesperson", "planned_at"),
    )

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    plan: Mapped[str] = mapped_column(Key())
    customer: Mapped[str] = mapped_column(Key())
    salesperson: Mapped[str] = mapped_column(Key(100))
    purpose: Mapped[str] = mapped_column(LongText, default="")
    position: Mapped[int]
    state: Mapped[str] = mapped_column(Key(16), default="planned")
    notes: Mapped[str] = mapped_column(LongText, default="")
    photos: Mapped[list[Any]] = mapped_column(Json())
    ordered: Mapped[bool] = mapped_column(default=False)
    goal_met: Mapped[bool | None]
    case_id: Mapped[str] = mapped_column(Key(64))
    planned_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]


class CheckIn(Base):
    """One fix, accepted or to be looked at. `risks`: marks such as mock_location, never proof by themselves."""

    __tablename__ = "visit_check_in"

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    visit: Mapped[str] = mapped_column(Key())
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Key(8))
    accuracy_m: Mapped[float] = mapped_column(Double)
    distance_m: Mapped[float] = mapped_column(Double)
    verdict: Mapped[str] = mapped_column(Key(16))
    risks: Mapped[list[Any]] = mapped_column(Json())
    device_time: Mapped[datetime | None]
    at: Mapped[datetime]


class FollowUp(Base):
    """Something promised to a customer. `state`: open, done or void."""

    __tablename__ = "visit_follow_up"

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    visit: Mapped[str] = mapped_column(Key())
    customer: Mapped[str] = mapped_column(Key())
    need: Mapped[str] = mapped_column(LongText)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Key(16), default="open")
    created_at: Mapped[datetime]


class OfflineRecord(Base):
    """What a device wrote down without a network, under the id that it gave. Sent again, it is known by its digest."""

    __tablename__ = "visit_record"
    __table_args__ = (Index("ix_visit_record_visit", "tenant", "visit"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    visit: Mapped[str] = mapped_column(Key())
    kind: Mapped[str] = mapped_column(Key(16))
    digest: Mapped[str] = mapped_column(Key())
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]


class TrackPoint(Base):
    """One point of a salesperson's day. `flag`: "" counts; private, jump or inaccurate are kept but hidden."""

    __tablename__ = "visit_track_point"
    __table_args__ = (Index("ix_visit_track_point_day", "tenant", "salesperson", "at"),)

    id: Mapped[str] = mapped_column(Key(), primary_key=True)
    salesperson: Mapped[str] = mapped_column(Key(100))
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    datum: Mapped[str] = mapped_column(Key(8))
    accuracy_m: Mapped[float] = mapped_column(Double)
    flag: Mapped[str] = mapped_column(Key(16), default="")
    at: Mapped[datetime]

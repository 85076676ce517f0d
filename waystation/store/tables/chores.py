"""Chores: what is done for a tenant again and again, such as dropping what is too old; and timetables that are set."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, LongText
from waystation.store.tables.columns import ProcessId, Word


class ChoreRow(Base):
    """When a chore is due next. Who moves `due_at` onwards does it; a chore that failed is due again soon."""

    __tablename__ = "chores"

    chore: Mapped[str] = mapped_column(Word, primary_key=True)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(LongText())


class TimetableRow(Base):
    """Temporal has a schedule for this process."""

    __tablename__ = "timetables"

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    set_at: Mapped[datetime]

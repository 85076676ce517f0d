"""Processes being worked on: the design as it is, every save of it, and who may do what with which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Name, PersonId, ProcessId, Word


class DesignRow(Base):
    """A design as it was last saved. `base` is the process that an overlay stands on; `revision` counts saves."""

    __tablename__ = "designs"
    __table_args__ = (
        Index("ix_designs_process", "tenant", "process", "region"),
        Index("ix_designs_base", "tenant", "base"),
        Index("ix_designs_changed", "tenant", "changed_at"),
    )

    design: Mapped[str] = mapped_column(CaseId, primary_key=True)
    process: Mapped[str] = mapped_column(ProcessId)
    region: Mapped[str] = mapped_column(Name, default="")
    base: Mapped[str] = mapped_column(ProcessId, default="")
    title: Mapped[Any] = mapped_column(Json(), nullable=True)
    family: Mapped[str] = mapped_column(Word, default="")
    text: Mapped[str] = mapped_column(LongText())
    scenarios: Mapped[str] = mapped_column(LongText())
    layout: Mapped[Any] = mapped_column(Json(), nullable=True)
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(PersonId)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class DesignRevisionRow(Base):
    """One save: its text, scenarios and layout packed together. One with a name is kept for good."""

    __tablename__ = "design_revisions"

    design: Mapped[str] = mapped_column(CaseId, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(PersonId)
    name: Mapped[str] = mapped_column(Name, default="")
    notes: Mapped[str] = mapped_column(LongText())


class DesignRightRow(Base):
    """Who may see, edit or publish a process of a region; `*` stands for every process or region."""

    __tablename__ = "design_rights"

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    region: Mapped[str] = mapped_column(Name, primary_key=True)
    right: Mapped[str] = mapped_column("allows", Word, primary_key=True)
    who: Mapped[str] = mapped_column(Name, primary_key=True)

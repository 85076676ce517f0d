"""What authors write: drafts, published versions, and the plans that versions compile to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import Digest, Name, PersonId, ProcessId, Word


class DraftRow(Base):
    """A text being worked on. `kind` is process, form, table, template …; `revision` guards against overwriting."""

    __tablename__ = "drafts"

    kind: Mapped[str] = mapped_column(Word, primary_key=True)
    name: Mapped[str] = mapped_column(Name, primary_key=True)
    source: Mapped[str] = mapped_column(LongText())
    layout: Mapped[Any] = mapped_column(Json(), nullable=True)
    revision: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class ProcessRow(Base):
    """A process that has been published at least once. `latest` is its newest version's number."""

    __tablename__ = "processes"

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    latest: Mapped[int]
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[str] = mapped_column(PersonId, default="")


class PlanRow(Base):
    """A compiled plan, known by the SHA-256 of its canonical JSON."""

    __tablename__ = "plans"

    hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    plan: Mapped[bytes]
    kept_at: Mapped[datetime]


class VersionRow(Base):
    """One immutable published version. `number` counts from 1 within the process."""

    __tablename__ = "versions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "process"], ["processes.tenant", "processes.process"]),
        ForeignKeyConstraint(["tenant", "plan_hash"], ["plans.tenant", "plans.hash"]),
        Index("ix_versions_plan_hash", "tenant", "plan_hash"),
    )

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    plan_hash: Mapped[str] = mapped_column(Digest)
    source: Mapped[str] = mapped_column(LongText())
    notes: Mapped[str] = mapped_column(LongText())
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(PersonId)

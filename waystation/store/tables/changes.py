"""Change of running cases: versions that are offered no more, staged roll-outs, and commands sent to many cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, PersonId, ProcessId, Word


class RetiredVersionRow(Base):
    """A version that no new case gets. The version itself never changes; its open cases go on."""

    __tablename__ = "retired_versions"
    __table_args__ = (ForeignKeyConstraint(["tenant", "process"], ["processes.tenant", "processes.process"]),)

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    retired_at: Mapped[datetime]
    retired_by: Mapped[str] = mapped_column(PersonId)
    reason: Mapped[str] = mapped_column(LongText())


class RolloutRow(Base):
    """A version that only a part of the new cases gets; the others get `base`. Gone when the roll-out is over.

    `units` are `group:x`, `role:x`, `region:x`, `unit:x` or `user:x`; `percent` is of all others. `part_by` says what
    is hashed: `initiator` or `key`.
    """

    __tablename__ = "rollouts"
    __table_args__ = (ForeignKeyConstraint(["tenant", "process"], ["processes.tenant", "processes.process"]),)

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    version: Mapped[int]
    base: Mapped[int]
    units: Mapped[list[Any]] = mapped_column(Json())
    percent: Mapped[int]
    part_by: Mapped[str] = mapped_column(Word)
    revision: Mapped[int]
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(PersonId)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(PersonId)


class BulkRow(Base):
    """One command for many cases. `status` is running, done or stopped; `stopping` asks it to stop.

    `undoes` names the batch whose cases it moves back.
    """

    __tablename__ = "bulks"
    __table_args__ = (Index("ix_bulks_started_at", "tenant", "started_at"),)

    bulk_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    verb: Mapped[str] = mapped_column(Word)
    task: Mapped[str | None] = mapped_column(LongText())
    args: Mapped[dict[str, Any]] = mapped_column(Json())
    wanted: Mapped[dict[str, Any]] = mapped_column(Json())
    process: Mapped[str] = mapped_column(ProcessId)
    dry_run: Mapped[bool]
    per_second: Mapped[int]
    undoes: Mapped[str | None] = mapped_column(CaseId)
    status: Mapped[str] = mapped_column(Word)
    stopping: Mapped[bool]
    total: Mapped[int]
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(PersonId)
    ended_at: Mapped[datetime | None]


class BulkItemRow(Base):
    """One case of a bulk command. `status` is waiting, done, refused, failed or stopped.

    `code` is that of the refusal or, of a dry run, what would happen; `answer` is what the command answered.
    """

    __tablename__ = "bulk_items"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "bulk_id"], ["bulks.tenant", "bulks.bulk_id"]),
        Index("ix_bulk_items_status", "tenant", "bulk_id", "status", "code"),
    )

    bulk_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(CaseId)
    args: Mapped[Any] = mapped_column(Json(), nullable=True)
    status: Mapped[str] = mapped_column(Word)
    code: Mapped[str] = mapped_column(Word)
    zh: Mapped[str] = mapped_column(LongText())
    en: Mapped[str] = mapped_column(LongText())
    answer: Mapped[Any] = mapped_column(Json(), nullable=True)
    done_at: Mapped[datetime | None]

"""Projections: what the inbox, search, reports and the audit trail read. All of it is made by `projector.py`.

Rows of one case are keyed by the case, so that a case can be projected again on its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from waystation.store.schema import Base, Json
from waystation.store.tables.columns import CaseId, ClockId, Digest, Name, PersonId, ProcessId, VisitPath, Word

#: Due time of what has none, so that sorting is the same on every database.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class CaseStatus(StrEnum):
    OPEN = "open"
    SUSPENDED = "suspended"
    DONE = "done"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class Seen(StrEnum):
    """Why a person sees a task: may answer it now, has answered it, no longer may, or it closed unanswered."""

    OPEN = "open"
    DONE = "done"
    GONE = "gone"
    CLOSED = "closed"


class CaseRow(Base):
    """One case. `nodes` counts active activations by node; `revision` is the number of its last journal entry.

    `due_order` is `due_at`, or `NEVER`: what lists are sorted by is never null.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_process_status", "tenant", "process", "status", "started_at", "case_id"),
        Index("ix_cases_started_at", "tenant", "started_at", "case_id"),
        Index("ix_cases_status_started", "tenant", "status", "started_at", "case_id"),
        Index("ix_cases_status_due", "tenant", "status", "due_order", "case_id"),
        Index("ix_cases_status_priority", "tenant", "status", "priority", "due_order", "case_id"),
        Index("ix_cases_status_changed", "tenant", "status", "changed_at", "case_id"),
        Index("ix_cases_key", "tenant", "process", "key"),
        Index("ix_cases_initiator", "tenant", "initiator", "started_at"),
        Index("ix_cases_parent", "tenant", "parent_case"),
        Index("ix_cases_plan_hash", "tenant", "plan_hash", "status"),
    )

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    process: Mapped[str] = mapped_column(ProcessId)
    version: Mapped[int]
    plan_hash: Mapped[str] = mapped_column(Digest)
    key: Mapped[str | None] = mapped_column(Digest)
    key_text: Mapped[Any] = mapped_column(Json(), nullable=True)
    title: Mapped[Any] = mapped_column(Json(), nullable=True)
    status: Mapped[str] = mapped_column(Word)
    outcome: Mapped[str] = mapped_column(Name)
    initiator: Mapped[str] = mapped_column(PersonId)
    parent_case: Mapped[str | None] = mapped_column(CaseId)
    parent_path: Mapped[str] = mapped_column(VisitPath)
    data: Mapped[dict[str, Any]] = mapped_column(Json())
    nodes: Mapped[dict[str, Any]] = mapped_column(Json())
    priority: Mapped[int]
    due_at: Mapped[datetime | None]
    due_order: Mapped[datetime]
    incidents: Mapped[int]
    breaches: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    revision: Mapped[int]

    @validates("due_at")
    def _due(self, _name: str, value: datetime | None) -> datetime | None:
        self.due_order = value or NEVER
        return value


class TaskRow(Base):
    """One task: one activation of a node that asks people. `form` is as the plan names it.

    `due_order` is `due_at`, or `NEVER`: what lists are sorted by is never null.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_status_due", "tenant", "status", "due_order", "case_id", "path"),
        Index("ix_tasks_status_priority", "tenant", "status", "priority", "due_order", "case_id", "path"),
        Index("ix_tasks_status_opened", "tenant", "status", "opened_at", "case_id", "path"),
        Index("ix_tasks_status_changed", "tenant", "status", "changed_at", "case_id", "path"),
        Index("ix_tasks_status_node", "tenant", "status", "process", "node"),
    )

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    node: Mapped[str] = mapped_column(VisitPath)
    process: Mapped[str] = mapped_column(ProcessId)
    kind: Mapped[str] = mapped_column(Word)
    title: Mapped[Any] = mapped_column(Json(), nullable=True)
    form: Mapped[Any] = mapped_column(Json(), nullable=True)
    fields: Mapped[Any] = mapped_column(Json(), nullable=True)
    outcomes: Mapped[Any] = mapped_column(Json(), nullable=True)
    allow: Mapped[Any] = mapped_column(Json(), nullable=True)
    candidates: Mapped[list[Any]] = mapped_column(Json())
    seats: Mapped[Any] = mapped_column(Json(), nullable=True)
    claimer: Mapped[str] = mapped_column(PersonId)
    priority: Mapped[int]
    due_at: Mapped[datetime | None]
    due_order: Mapped[datetime]
    breached: Mapped[bool]
    status: Mapped[str] = mapped_column(Word)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Name)
    answered_by: Mapped[str] = mapped_column(PersonId)
    revision: Mapped[int]

    @validates("due_at")
    def _due(self, _name: str, value: datetime | None) -> datetime | None:
        self.due_order = value or NEVER
        return value


class TaskPersonRow(Base):
    """A task in one person's inbox. What the inbox filters and sorts by is copied here. `due_at` is never null.

    `pooled` tells that others may answer as well and nobody has taken it. `draft` is what this person has saved of
    the form without answering.
    """

    __tablename__ = "task_people"
    __table_args__ = (
        Index("ix_task_people_due", "tenant", "person", "status", "due_at", "case_id", "path"),
        Index("ix_task_people_priority", "tenant", "person", "status", "priority", "due_at", "case_id", "path"),
        Index("ix_task_people_opened", "tenant", "person", "status", "opened_at", "case_id", "path"),
        Index("ix_task_people_changed", "tenant", "person", "status", "changed_at", "case_id", "path"),
        Index("ix_task_people_pooled", "tenant", "person", "status", "pooled", "process"),
    )

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    process: Mapped[str] = mapped_column(ProcessId)
    status: Mapped[str] = mapped_column(Word)
    priority: Mapped[int]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    pooled: Mapped[bool]
    answered_at: Mapped[datetime | None]
    draft: Mapped[Any] = mapped_column(Json(), nullable=True)


class VisitRow(Base):
    """One activation of a node: what the case's picture, step times and "where is it stuck" are made of."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_status", "tenant", "process", "status", "entered_at"),
        Index("ix_visits_node", "tenant", "status", "node", "process", "case_id"),
    )

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    node: Mapped[str] = mapped_column(VisitPath)
    process: Mapped[str] = mapped_column(ProcessId)
    kind: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)
    outcome: Mapped[str] = mapped_column(Name)
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class ClockRow(Base):
    """A clock of a case. `next_at` is when it acts next; None while it is paused or has nothing left to do."""

    __tablename__ = "clocks"
    __table_args__ = (Index("ix_clocks_next", "tenant", "status", "next_at"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    clock: Mapped[str] = mapped_column(ClockId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath)
    kind: Mapped[str] = mapped_column(Word)
    calendar: Mapped[str] = mapped_column(Name)
    due_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    paused: Mapped[bool]
    status: Mapped[str] = mapped_column(Word)
    set_at: Mapped[datetime]


class IncidentRow(Base):
    """Something that went wrong and waits for an operator. `seq` is the journal entry that opened it."""

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_status", "tenant", "status", "opened_at"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(VisitPath)
    node: Mapped[str] = mapped_column(VisitPath)
    process: Mapped[str] = mapped_column(ProcessId)
    code: Mapped[str] = mapped_column(Name)
    title: Mapped[Any] = mapped_column(Json(), nullable=True)
    detail: Mapped[Any] = mapped_column(Json(), nullable=True)
    status: Mapped[str] = mapped_column(Word)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(PersonId)
    how: Mapped[str] = mapped_column(Word)


class DataChangeRow(Base):
    """One field that one journal entry changed; `local` belongs to the foreach item at `path`."""

    __tablename__ = "data_changes"
    __table_args__ = (Index("ix_data_changes_field", "tenant", "case_id", "field"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(Name, primary_key=True)
    value: Mapped[Any] = mapped_column(Json(), nullable=True)
    local: Mapped[bool]
    path: Mapped[str] = mapped_column(VisitPath)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(PersonId)


class CommandRow(Base):
    """An accepted command and its answer: the same id again is answered from here, also after the case has ended."""

    __tablename__ = "commands"

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    command: Mapped[str] = mapped_column(Name, primary_key=True)
    seq: Mapped[int]
    verb: Mapped[str] = mapped_column(Word)
    actor: Mapped[str] = mapped_column(PersonId)
    at: Mapped[datetime]
    reason: Mapped[Any] = mapped_column(Json(), nullable=True)
    answer: Mapped[Any] = mapped_column(Json(), nullable=True)


class ReaderRow(Base):
    """Somebody who was sent a case to read (抄送), and when he did."""

    __tablename__ = "readers"
    __table_args__ = (Index("ix_readers_person", "tenant", "person", "sent_at"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath)
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class NoticeRow(Base):
    """A notice in a person's in-app inbox. `read_at` is the one column that is not made from the journal. One without
    a case is told by the product itself, of what could not be sent."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_person", "tenant", "person", "read_at", "at"),
        Index("ix_notices_case", "tenant", "case_id"),
    )

    notice: Mapped[str] = mapped_column(Digest, primary_key=True)
    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    case_id: Mapped[str] = mapped_column(CaseId)
    path: Mapped[str] = mapped_column(VisitPath)
    template: Mapped[str] = mapped_column(Name)
    priority: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Json())
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class CounterRow(Base):
    """How often something happened in one hour (UTC) in one process. Rows are split by `shard`, so that cases that
    change at the same time seldom wait for each other; readers add the shards up."""

    __tablename__ = "counters"

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    name: Mapped[str] = mapped_column(Word, primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]

"""Messages on their way to cases: who waits for what, what is kept for later, and what went where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json
from waystation.store.tables.columns import CaseId, Digest, Name, VisitPath, Word


class WaiterRow(Base):
    """A place in a case that waits for a message. `match` is the digest of name, field and value."""

    __tablename__ = "waiters"
    __table_args__ = (Index("ix_waiters_match", "tenant", "match", "since"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    match: Mapped[str] = mapped_column(Digest, primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    field: Mapped[str] = mapped_column(Name)
    value: Mapped[Any] = mapped_column(Json(), nullable=True)
    keep: Mapped[bool]
    since: Mapped[datetime]


class MessageRow(Base):
    """A message that came in. `state`: given (somebody waits or waited for it) or kept (until `expires_at`)."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_expires", "tenant", "state", "expires_at"),)

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    message: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    fields: Mapped[dict[str, Any]] = mapped_column(Json())
    digest: Mapped[str] = mapped_column(Digest)
    state: Mapped[str] = mapped_column(Word)
    received_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class MessageMatchRow(Base):
    """What a kept message can be found by: one row for each of its fields."""

    __tablename__ = "message_matches"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "id"], ["messages.tenant", "messages.id"], ondelete="CASCADE"),
        Index("ix_message_matches_match", "tenant", "match"),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    match: Mapped[str] = mapped_column(Digest, primary_key=True)


class DeliveryRow(Base):
    """A message given to a case, for a place that waits. `state`: given, taken, or refused: not wanted there."""

    __tablename__ = "message_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["tenant", "id"], ["messages.tenant", "messages.id"], ondelete="CASCADE"),
        Index("ix_message_deliveries_case", "tenant", "case_id"),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    state: Mapped[str] = mapped_column(Word)
    at: Mapped[datetime]


class GateRow(Base):
    """A row to lock, so that a message and the waiter it is meant for cannot pass each other unseen."""

    __tablename__ = "message_gates"

    gate: Mapped[str] = mapped_column(Word, primary_key=True)

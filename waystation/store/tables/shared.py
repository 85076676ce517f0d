"""Things that cases share or leave behind: locks, business keys, idempotency records, stored states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, ProcessId, VisitPath, Word


class LockRow(Base):
    """A lock across cases. `tickets` numbers those who asked for it; the row is locked while the queue changes."""

    __tablename__ = "locks"

    lock: Mapped[str] = mapped_column(Digest, primary_key=True)
    name: Mapped[str] = mapped_column(LongText())
    tickets: Mapped[int]


class LockClaimRow(Base):
    """Who holds a lock (the lowest ticket) and who waits for it (the others, in order).

    `reserved_until` stands where a command that takes the lock is under way and the case has not confirmed it yet.
    """

    __tablename__ = "lock_claims"
    __table_args__ = (Index("ix_lock_claims_ticket", "tenant", "lock", "ticket", unique=True),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    path: Mapped[str] = mapped_column(VisitPath, primary_key=True)
    lock: Mapped[str] = mapped_column(Digest, primary_key=True)
    ticket: Mapped[int]
    since: Mapped[datetime]
    reserved_until: Mapped[datetime | None]


class CaseKeyRow(Base):
    """The open case of a business key. `key` is the digest of the key's text."""

    __tablename__ = "case_keys"
    __table_args__ = (Index("ix_case_keys_case", "tenant", "case_id"),)

    process: Mapped[str] = mapped_column(ProcessId, primary_key=True)
    key: Mapped[str] = mapped_column(Digest, primary_key=True)
    text: Mapped[str] = mapped_column(LongText())
    case_id: Mapped[str] = mapped_column(CaseId)
    input_digest: Mapped[str] = mapped_column(Digest)
    since: Mapped[datetime]


class IdempotencyRow(Base):
    """A request that took effect, written in the same transaction as the effect."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_at", "tenant", "at"),)

    scope: Mapped[str] = mapped_column(Name, primary_key=True)
    key: Mapped[str] = mapped_column(Digest, primary_key=True)
    key_text: Mapped[str] = mapped_column(LongText())
    request_hash: Mapped[str] = mapped_column(Digest)
    response: Mapped[Any] = mapped_column(Json(), nullable=True)
    state: Mapped[str] = mapped_column(Word)
    at: Mapped[datetime]


class EndStateRow(Base):
    """The machine's state at the end of a case: `reopen` and a late `withdraw` start from it."""

    __tablename__ = "end_states"

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    state: Mapped[bytes]
    plan_hash: Mapped[str] = mapped_column(Digest)
    engine: Mapped[int]
    kept_at: Mapped[datetime]


class CarriedStateRow(Base):
    """A state too large to be handed to the next run as input, known by its SHA-256."""

    __tablename__ = "carried_states"
    __table_args__ = (Index("ix_carried_states_case", "tenant", "case_id"),)

    hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    case_id: Mapped[str] = mapped_column(CaseId)
    state: Mapped[bytes]
    kept_at: Mapped[datetime]

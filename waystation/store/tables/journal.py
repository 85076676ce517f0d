"""The journal: what happened, in order, for ever. Every table in `cases.py` can be made again from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, VisitPath, Word


class JournalRow(Base):
    """One entry (`contracts.events.Entry`). `meta` holds the case's facts where an entry sets them anew; `chain` is a
    hash over the entry and the one before (`store.chains`)."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_at", "tenant", "at"), Index("ix_journal_actor", "tenant", "actor", "at"))

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Word)
    path: Mapped[str] = mapped_column(VisitPath)
    node: Mapped[str] = mapped_column(VisitPath)
    actor: Mapped[str] = mapped_column(PersonId)
    data: Mapped[dict[str, Any]] = mapped_column(Json())
    command: Mapped[str] = mapped_column(Name)
    meta: Mapped[Any] = mapped_column(Json(), nullable=True)
    chain: Mapped[str] = mapped_column(Digest)

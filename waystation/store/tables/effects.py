"""The outbox: what has to happen outside this database once a transaction is through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, Word


class OutboxRow(Base):
    """One side effect to be done at least once. `id` is the digest of the key that makes it unique.

    While `status` is waiting it may be claimed from `due_at` on; a claim moves `due_at` to the end of its lease, so
    that what a dead worker held comes back by itself. `target` is whom it is for, where a kind has several.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "status", "kind", "due_at"),
        Index("ix_outbox_case", "tenant", "case_id"),
        Index("ix_outbox_place", "tenant", "kind", "place"),
        Index("ix_outbox_target", "tenant", "target", "case_id"),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    case_id: Mapped[str | None] = mapped_column(CaseId)
    target: Mapped[str] = mapped_column(Digest, server_default="")
    body: Mapped[dict[str, Any]] = mapped_column(Json())
    status: Mapped[str] = mapped_column(Word)
    place: Mapped[str] = mapped_column(Digest)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    claimed_by: Mapped[str] = mapped_column(Name)
    error: Mapped[str] = mapped_column(LongText())
    done_at: Mapped[datetime | None]

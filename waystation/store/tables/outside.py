"""How the outside is reached: what people want to be told by, the feed of the journal, webhooks out and in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, Json, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId, ProcessId, Word


class NoticePreferenceRow(Base):
    """How a person wants to be told. `quiet` is a span like 22:00-08:00, empty for none."""

    __tablename__ = "notice_preferences"

    person: Mapped[str] = mapped_column(PersonId, primary_key=True)
    mail: Mapped[bool]
    sms: Mapped[bool]
    quiet: Mapped[str] = mapped_column(Word)
    locale: Mapped[str] = mapped_column(Word)
    changed_at: Mapped[datetime]


class FeedRow(Base):
    """Entries that one transaction appended to the journal of a case. `number` is its place in the tenant's feed; it is
    given when somebody reads, because only then is it known which transactions are through."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_number", "tenant", "number"),
        Index("ix_feed_written", "tenant", "written_at"),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    number: Mapped[int | None]
    case_id: Mapped[str] = mapped_column(CaseId)
    process: Mapped[str] = mapped_column(ProcessId)
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    written_at: Mapped[datetime]


class FeedHeadRow(Base):
    """The last number given in a tenant's feed, and the last that has been dropped. Locked while numbers are given."""

    __tablename__ = "feed_heads"

    number: Mapped[int]
    dropped: Mapped[int]


class WebhookRow(Base):
    """Somebody else's address that is told of events. `secrets` are sealed, newest first, each with its end.

    Args:
        person: whose rights decide which cases and fields are told.
        position: last number of the feed that has been handed on.
        resting_until: nobody calls before then, because the other side failed.
    """

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    label: Mapped[str] = mapped_column(Name)
    url: Mapped[str] = mapped_column(LongText())
    kinds: Mapped[list[Any]] = mapped_column(Json())
    processes: Mapped[list[Any]] = mapped_column(Json())
    person: Mapped[str] = mapped_column(PersonId)
    secrets: Mapped[list[Any]] = mapped_column(Json())
    active: Mapped[bool]
    position: Mapped[int]
    failures: Mapped[int]
    resting_until: Mapped[datetime | None]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class HookRow(Base):
    """An address of ours that others call. `does` says what a call starts or tells, and how it is read."""

    __tablename__ = "hooks"

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    label: Mapped[str] = mapped_column(Name)
    does: Mapped[dict[str, Any]] = mapped_column(Json())
    person: Mapped[str] = mapped_column(PersonId)
    secrets: Mapped[list[Any]] = mapped_column(Json())
    active: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

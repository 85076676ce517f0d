"""Keys of people, what they are found by, and who has read what of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from waystation.store.schema import Base, LongText
from waystation.store.tables.columns import CaseId, Digest, Name, PersonId


class PersonKeyRow(Base):
    """The key of a person, wrapped by a master key; None once the person was erased.

    `subject` is a keyed hash of who it is; empty where only one case knows, and after erasing. The row `index` holds
    the key of those hashes.
    """

    __tablename__ = "person_keys"
    __table_args__ = (Index("ix_person_keys_subject", "tenant", "subject"),)

    key: Mapped[str] = mapped_column(Digest, primary_key=True)
    subject: Mapped[str] = mapped_column(Digest)
    wrapped: Mapped[str | None] = mapped_column(LongText())
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    erased_by: Mapped[str] = mapped_column(PersonId)


class SealedCaseRow(Base):
    """The key that one case's data of one person are sealed with, wrapped by the person's key.

    `slot` is the field that says whose data they are (`waystation.sealing.personal`); of several rows with one slot the
    last counts. `wrapped` is None once the case's time was over or the person was erased.
    """

    __tablename__ = "sealed_cases"
    __table_args__ = (Index("ix_sealed_cases_key", "tenant", "key"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[str] = mapped_column(Name)
    key: Mapped[str] = mapped_column(Digest)
    wrapped: Mapped[str | None] = mapped_column(LongText())
    since: Mapped[datetime]


class PersonalTermRow(Base):
    """A keyed hash of a telephone number, an identity number or the like: where exactly this occurs."""

    __tablename__ = "personal_terms"
    __table_args__ = (Index("ix_personal_terms_term", "tenant", "term"),)

    case_id: Mapped[str] = mapped_column(CaseId, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(Digest, primary_key=True)


class PersonalReadRow(Base):
    """Somebody has been shown personal fields of a case in full. `route` is what was asked."""

    __tablename__ = "personal_reads"
    __table_args__ = (
        Index("ix_personal_reads_at", "tenant", "at", "id"),
        Index("ix_personal_reads_case", "tenant", "case_id", "at"),
        Index("ix_personal_reads_actor", "tenant", "actor", "at"),
    )

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(PersonId)
    case_id: Mapped[str] = mapped_column(CaseId)
    fields: Mapped[list[Any]]
    route: Mapped[str] = mapped_column(Name)
